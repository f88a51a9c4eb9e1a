internal import CLinux
internal import GatehouseThreads
internal import Glibc

/// The file that accounts live in: 0600, replaced as a whole, and what `update` took is on the disk. The page and the command
/// line change it, one after the other.
///
/// A class because two callers of one process share what was read last.
package final class AccountFile: Sendable {
    package let path: String

    package static let usual = "/var/lib/gatehouse-console/accounts"
    static let octetLimit = 4 << 20

    /// How often, and for how many nanoseconds in between, another program is waited for: 5 s in all.
    private static let patience = (tries: 500, pause: 10_000_000)

    /// Which octets a file has: what is changed by a rename is another file.
    private struct Stamp: Hashable {
        var device: UInt
        var inode: UInt
        var size: Int
        var changed: [Int]
    }
    private let last = Guarded<(stamp: Stamp, book: AccountBook)?>(nil)

    package init(_ path: String = AccountFile.usual) { self.path = path }

    /// The accounts as they stand; read again where the file is another one than before.
    package func read() throws(AccountFault) -> AccountBook {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
        if descriptor < 0, errno == ENOENT { throw .noFile(path: path) }
        if descriptor < 0, errno == ELOOP { throw .noPlainFile(path: path) }
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        let stamp = try checked(descriptor)
        if let last = last.withLock({ $0 }), last.stamp == stamp { return last.book }
        let book = try AccountBook(octets: octets(descriptor), path: path)
        last.withLock { $0 = (stamp, book) }
        return book
    }

    /// Reads, changes and writes, with nobody in between. What throws in `body` changes nothing. `makes`: a file that is
    /// not there begins empty.
    package func update<Result: Sendable>(
        makes: Bool = false, _ body: (inout AccountBook) throws(AccountFault) -> Result
    ) throws(AccountFault) -> Result {
        let lock = try locked()
        defer { close(lock) }
        var book = AccountBook()
        var isThere = true
        do throws(AccountFault) { book = try read() } catch {
            guard makes, error == .noFile(path: path) else { throw error }
            isThere = false
        }
        let before = book
        let result = try body(&book)
        if book != before || !isThere { try replace(Array(book.text.utf8)) }
        return result
    }

    private func checked(_ descriptor: Int32) throws(AccountFault) -> Stamp {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .noPlainFile(path: path) }
        guard status.st_mode & 0o077 == 0 else { throw .openFile(path: path) }
        guard status.st_size <= Self.octetLimit else { throw .tooLarge(path: path) }
        return Stamp(
            device: status.st_dev, inode: status.st_ino, size: status.st_size,
            changed: [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ])
    }

    private func octets(_ descriptor: Int32) throws(AccountFault) -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= Self.octetLimit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return octets }
            octets += buffer[..<count]
        }
        throw .tooLarge(path: path)
    }

    /// A lock that ends with its descriptor, however that ends. The file itself is replaced, so a file beside it is locked.
    private func locked() throws(AccountFault) -> Int32 {
        let name = path + ".lock"
        let lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard lock >= 0 else { throw failure("open", name) }
        giveAway(lock)
        for _ in 0..<Self.patience.tries {
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { return lock }
            var pause = timespec(tv_sec: 0, tv_nsec: Self.patience.pause)
            nanosleep(&pause, nil)
        }
        close(lock)
        throw .inUse(path: path)
    }

    private func replace(_ octets: [UInt8]) throws(AccountFault) {
        guard octets.count <= Self.octetLimit else { throw .tooLarge(path: path) }
        let temporary = path + ".new"
        // Of a writer that did not come to its end; under the lock there is no other.
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        do throws(AccountFault) {
            defer { close(descriptor) }
            giveAway(descriptor)
            try write(octets, descriptor, temporary)
            guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder()
    }

    private func write(_ octets: [UInt8], _ descriptor: Int32, _ name: String) throws(AccountFault) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", name) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", name) }
    }

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private func syncFolder() throws(AccountFault) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", folder) }
    }

    /// What root makes belongs to whoever the file belongs to, or else to the owner of its folder: the page's user.
    private func giveAway(_ descriptor: Int32) {
        var status = stat()
        guard geteuid() == 0, lstat(path, &status) == 0 || stat(folder, &status) == 0 else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
    }

    private func failure(_ attempt: String, _ path: String) -> AccountFault {
        .system(attempt: attempt, path: path, reason: String(cString: strerror(errno)))
    }
}
