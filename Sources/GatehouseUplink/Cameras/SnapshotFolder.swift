package import GatehouseCore
internal import GatehouseCrypto
internal import Glibc

/// Pictures on disk: `YYYY/MM/DD/EVENT-CAMERA-DIGEST.jpg`, sealed, written under another name, synced, then renamed. The name
/// says what is found once it is opened.
///
/// - Never more than the budget, which is at most half of the disk: the oldest go first, by the number of their event.
/// - Never older than the retention, by the caller's day and not by that of any picture.
/// - What the retention still owes is never deleted because others filled the disk: then the new picture is refused.
///
/// What is about to become true is announced before it is done, so that a crash cannot hide it.
package final class SnapshotFolder {
    package typealias Announce = ([SnapshotRow]) -> Void

    package struct Stored: Hashable, Sendable {
        package var path: String
        package var size: Int
        package var digest: [UInt8]
        package var file: [UInt8]
    }
    private struct Picture {
        /// The day of its folder.
        var day: Int32
        /// The day on which it was written, or found to be misdated: from its modification time.
        var written: Int32
        var event: UInt64
        var camera: String
        var path: String
        var size: Int64
    }

    /// No picture of this program is older (2025-01-01): a day before it is that of a clock that was not set.
    private static let firstDay: Int32 = 20_089

    /// No file of a picture is longer.
    private static let longest = 64 << 20

    private let root: String
    private let budget: Int64
    private let keepDays: Int32
    private let reserve: Int64
    private let disk: Disk
    /// By event.
    private var pictures: [Picture] = []
    private var total: Int64 = 0
    /// The folder whose way from the root is known to be on disk.
    private var synced = ""

    /// Reads what is there. Leftovers of writes that never ended are removed. `reserve` octets of the disk stay free.
    package init(root: String, maxBytes: Int64, keep: Duration, reserve: Int64 = 256 << 20, disk: Disk = .real) {
        self.root = root
        self.reserve = reserve
        self.disk = disk
        keepDays = Int32(clamping: keep.components.seconds / 86400)
        mkdir(root, 0o750)
        budget = min(maxBytes, disk.capacity(root) / 2)
        for year in Self.names(root) where year.count == 4 {
            for month in Self.names("\(root)/\(year)") {
                for day in Self.names("\(root)/\(year)/\(month)") { scan(year, month, day) }
            }
        }
        pictures.sort { ($0.event, $0.path) < ($1.event, $1.path) }
    }

    package var count: Int { pictures.count }
    package var octets: Int64 { total }

    package func contains(_ path: String) -> Bool { pictures.contains { $0.path == path } }

    // MARK: Storing

    /// Stores the picture of an event that happened at `at`, after making room for it. `now` is the clock.
    package func store(
        _ picture: TakenPicture, event: UInt64, camera: String, at: CivilTime, now: CivilTime, announce: Announce
    ) -> Result<Stored, CameraFailure> {
        guard makeRoom(Int64(picture.file.count), announce) else {
            return .failure(CameraFailure(reason: .diskFull))
        }
        let day = Int32(clamping: at.seconds / 86400)
        let path = SnapshotPath.path(event: event, camera: CameraID(camera), at: at, digest: picture.digest)
        let folders = path.split(separator: "/").dropLast().map(String.init)
        let stored = Stored(
            path: path, size: picture.size, digest: picture.digest, file: Hash.sha256(picture.file))
        let isDone =
            makeFolders(folders)
            && write(picture.file, to: "\(root)/\(path)", in: "\(root)/\(folders.joined(separator: "/"))") {
                let result = SnapshotRow.Result.stored(
                    path: path, size: stored.size, digest: stored.digest, file: stored.file)
                announce([SnapshotRow(event: event, camera: CameraID(camera), result: result)])
            }
        guard isDone else {
            let isFull = errno == ENOSPC || errno == EDQUOT
            return .failure(CameraFailure(reason: isFull ? .diskFull : .notStored))
        }
        let written = Int32(clamping: now.seconds / 86400)
        let place = pictures.lastIndex { $0.event <= event }.map { $0 + 1 } ?? 0
        pictures.insert(
            Picture(
                day: day, written: written, event: event, camera: camera, path: path,
                size: Int64(picture.file.count)),
            at: place)
        total += Int64(picture.file.count)
        return .success(stored)
    }

    /// Deletes the oldest as far as the budget asks for it, and nothing when that would not be enough.
    private func makeRoom(_ size: Int64, _ announce: Announce) -> Bool {
        guard size <= budget else { return false }
        var count = 0
        var freed: Int64 = 0
        while total - freed + size > budget {
            freed += pictures[count].size
            count += 1
        }
        guard disk.free(root) + freed - size >= reserve else { return false }
        remove(Array(0..<count), announce)
        return true
    }

    // MARK: Sealing

    /// Pictures in the order of their events.
    package var paths: [String] { pictures.map(\.path) }

    /// Seals a picture that lies in clear, in its place; one that is sealed stays as it is. Nil where there is none. A kill or a
    /// full disk leaves the picture as it was.
    package func seal(
        _ path: String, with seal: ([UInt8]) throws -> [UInt8]
    ) -> Result<SnapshotRow.SealedFileDigests?, CameraFailure> {
        guard let index = pictures.firstIndex(where: { $0.path == path }),
            let octets = read(path)
        else { return .success(nil) }
        if SealedPicture(octets) != nil {
            return .success(SnapshotRow.SealedFileDigests(picture: nil, file: Hash.sha256(octets)))
        }
        guard let sealed = try? seal(octets), replace(path, with: sealed) else {
            let isFull = errno == ENOSPC || errno == EDQUOT
            return .failure(CameraFailure(reason: isFull ? .diskFull : .notStored))
        }
        total += Int64(sealed.count) - pictures[index].size
        pictures[index].size = Int64(sealed.count)
        return .success(SnapshotRow.SealedFileDigests(picture: Hash.sha256(octets), file: Hash.sha256(sealed)))
    }

    /// A picture as it lies; nil where it cannot be read, or is larger than any.
    private func read(_ path: String) -> [UInt8]? {
        let descriptor = open("\(root)/\(path)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longest else {
            return nil
        }
        var octets = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < octets.count {
            let count = octets[filled...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            filled += count
        }
        return octets
    }

    /// Under the time of the file before it: misdated pictures are counted from there.
    private func replace(_ path: String, with octets: [UInt8]) -> Bool {
        let (place, temporary) = ("\(root)/\(path)", "\(root)/\(path).part")
        var status = stat()
        guard lstat(place, &status) == 0, put(octets, in: temporary) else { return false }
        utimensat(AT_FDCWD, temporary, [status.st_mtim, status.st_mtim], AT_SYMLINK_NOFOLLOW)
        if rename(temporary, place) == 0 {
            return disk.syncFolder(String(place[..<(place.lastIndex(of: "/") ?? place.startIndex)]))
        }
        let code = errno
        unlink(temporary)
        errno = code
        return false
    }

    // MARK: Retention

    /// Deletes up to `limit` pictures that are older than the retention on this day, oldest first, and says how many.
    ///
    /// A picture dated ahead of the day, or before there were any, counts from the day on which it was written; where
    /// that is no better, from the day on which it was found so, and the file's modification time keeps that day.
    package func expire(today: Int32, limit: Int, announce: Announce) -> Int {
        guard today >= Self.firstDay else { return 0 }
        var old: [Int] = []
        for index in pictures.indices where old.count < limit {
            if counted(index, today) < today - keepDays { old.append(index) }
        }
        remove(old, announce)
        return old.count
    }

    private func counted(_ index: Int, _ today: Int32) -> Int32 {
        let picture = pictures[index]
        // A day of grace: the site's clock may be a little ahead.
        if picture.day >= Self.firstDay, picture.day <= today + 1 { return picture.day }
        if picture.written >= Self.firstDay, picture.written <= today { return picture.written }
        let time = timespec(tv_sec: Int(today) * 86400, tv_nsec: 0)
        utimensat(AT_FDCWD, "\(root)/\(picture.path)", [time, time], AT_SYMLINK_NOFOLLOW)
        pictures[index].written = today
        return today
    }

    /// Removes what an earlier run had announced as expired and did not come to delete.
    package func finish(expiryOf event: UInt64, camera: String) {
        remove(pictures.indices.filter { pictures[$0].event == event && pictures[$0].camera == camera }) { _ in }
    }

    /// Removes a picture that belongs to no event.
    package func drop(_ path: String) { remove(pictures.indices.filter { pictures[$0].path == path }) { _ in } }

    private func remove(_ indices: [Int], _ announce: Announce) {
        guard !indices.isEmpty else { return }
        announce(
            indices.map {
                SnapshotRow(event: pictures[$0].event, camera: CameraID(pictures[$0].camera), result: .expired)
            })
        for index in indices.reversed() {
            let picture = pictures.remove(at: index)
            unlink("\(root)/\(picture.path)")
            total -= picture.size
            removeFolders(of: picture.path)
        }
    }

    /// A day, month or year without pictures needs no folder; one that has some stays by itself.
    private func removeFolders(of path: String) {
        var parts = path.split(separator: "/").dropLast()
        while !parts.isEmpty, rmdir("\(root)/\(parts.joined(separator: "/"))") == 0 {
            synced = ""
            parts = parts.dropLast()
        }
    }

    // MARK: Files

    /// Makes the folders of a day and sees that each is on disk: a picture must not vanish with its folder.
    private func makeFolders(_ names: [String]) -> Bool {
        let way = names.joined(separator: "/")
        if way == synced { return true }
        var folder = root
        for name in names {
            guard mkdir("\(folder)/\(name)", 0o750) == 0 || errno == EEXIST, disk.syncFolder(folder) else {
                return false
            }
            folder += "/\(name)"
        }
        synced = way
        return true
    }

    private func write(_ octets: [UInt8], to path: String, in folder: String, announce: () -> Void) -> Bool {
        let temporary = path + ".part"
        var isDone = put(octets, in: temporary)
        if isDone {
            announce()
            isDone = rename(temporary, path) == 0 && disk.syncFolder(folder)
        }
        guard isDone else {
            let code = errno
            unlink(temporary)
            unlink(path)
            errno = code
            return false
        }
        return true
    }

    /// Writes a file and puts it on the disk, or leaves none and `errno`.
    private func put(_ octets: [UInt8], in temporary: String) -> Bool {
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { return false }
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            sent += count
        }
        let isWritten = sent == octets.count && fsync(descriptor) == 0
        let code = errno
        guard close(descriptor) == 0, isWritten else {
            unlink(temporary)
            errno = isWritten ? EIO : code
            return false
        }
        return true
    }

    private func scan(_ year: String, _ month: String, _ day: String) {
        let folder = "\(year)/\(month)/\(day)"
        guard let y = Int(year), let m = Int(month), let d = Int(day),
            let number = CalendarDay.day(year: y, month: m, day: d)
        else { return }
        for name in Self.names("\(root)/\(folder)") {
            if name.hasSuffix(".part") {
                unlink("\(root)/\(folder)/\(name)")
                continue
            }
            let parts = name.split(separator: "-")
            guard name.hasSuffix(".jpg"), parts.count >= 3, let event = UInt64(parts[0]) else { continue }
            var status = stat()
            guard lstat("\(root)/\(folder)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            let camera = parts.dropFirst().dropLast().joined(separator: "-")
            pictures.append(
                Picture(
                    day: number, written: Int32(clamping: status.st_mtim.tv_sec / 86400), event: event, camera: camera,
                    path: "\(folder)/\(name)", size: Int64(status.st_size)))
            total += Int64(status.st_size)
        }
    }

    private static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
