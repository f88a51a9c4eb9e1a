internal import CLinux
internal import Glibc

/// Files that are read and written as a whole. What was written is on the disk, and so is its name.
enum SmallFile {
    /// Nil where there is none.
    static func read(_ path: String, atMost limit: Int) throws(WitnessFault) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { return octets }
            octets += buffer[..<count]
            guard octets.count <= limit else { throw .tooLarge(path: path) }
        }
    }

    /// A file of its owner alone, never over another one. Made by root it belongs to whoever its folder belongs to.
    static func create(_ path: String, _ octets: [UInt8]) throws(WitnessFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0, errno == EEXIST { throw .isThere(path: path) }
        guard descriptor >= 0 else { throw failure("create", path) }
        do throws(WitnessFault) {
            defer { close(descriptor) }
            giveToOwnerOfFolder(descriptor, path)
            try write(octets, descriptor, path)
            try syncFolder(of: path)
        } catch {
            unlink(path)
            throw error
        }
    }

    static func replace(_ path: String, _ octets: [UInt8]) throws(WitnessFault) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        do {
            defer { close(descriptor) }
            try write(octets, descriptor, temporary)
        }
        guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
        try syncFolder(of: path)
    }

    private static func write(_ octets: [UInt8], _ descriptor: Int32, _ path: String) throws(WitnessFault) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", path) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func syncFolder(of path: String) throws(WitnessFault) {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync", folder) }
    }

    static func giveToOwnerOfFolder(_ descriptor: Int32, _ path: String) {
        var status = stat()
        guard geteuid() == 0, stat(folder(of: path), &status) == 0 else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
    }

    /// The rights of a file: `0o600`, for example.
    static func rights(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    static func failure(_ attempt: String, _ path: String) -> WitnessFault {
        .system(attempt: attempt, path: path, reason: String(cString: strerror(errno)))
    }
}
