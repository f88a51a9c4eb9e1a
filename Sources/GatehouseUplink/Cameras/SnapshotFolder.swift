package import GatehouseCore
internal import GatehouseCrypto
internal import Glibc

/// Pictures on disk: `YYYY/MM/DD/EVENT-CAMERA-DIGEST.jpg`, written under another name, synced, then renamed.
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

    /// Stores a picture of an event that happened at `at`, after making room for it. `now` is the clock.
    package func store(
        _ octets: [UInt8], event: UInt64, camera: String, at: CivilTime, now: CivilTime, announce: Announce
    ) -> Result<Stored, CameraFailure> {
        guard makeRoom(Int64(octets.count), announce) else { return .failure(CameraFailure(reason: .diskFull)) }
        let day = Int32(clamping: at.seconds / 86400)
        let digest = Hash.sha256(octets)
        let date = CalendarDay.date(day)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let folders = ["\(date.year)", two(date.month), two(date.day)]
        let folder = folders.joined(separator: "/")
        let name = "\(event)-\(camera)-\(Hexadecimal.encode(digest.prefix(8))).jpg"
        let stored = Stored(path: "\(folder)/\(name)", size: octets.count, digest: digest)
        let isDone =
            makeFolders(folders)
            && write(octets, to: "\(root)/\(stored.path)", in: "\(root)/\(folder)") {
                let result = SnapshotRow.Result.stored(path: stored.path, size: stored.size, digest: digest)
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
                day: day, written: written, event: event, camera: camera, path: stored.path, size: Int64(octets.count)),
            at: place)
        total += Int64(octets.count)
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
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { return false }
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            sent += count
        }
        var isDone = sent == octets.count && fsync(descriptor) == 0
        var code = errno
        isDone = close(descriptor) == 0 && isDone
        if isDone {
            announce()
            isDone = rename(temporary, path) == 0 && disk.syncFolder(folder)
            code = errno
        }
        guard isDone else {
            unlink(temporary)
            unlink(path)
            errno = code
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
