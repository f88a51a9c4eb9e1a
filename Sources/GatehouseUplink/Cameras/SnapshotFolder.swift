package import GatehouseCore
internal import GatehouseCrypto
internal import Glibc

/// Pictures on disk: `YYYY/MM/DD/EVENT-CAMERA-DIGEST.jpg`, written under another name, synced, then renamed. Never more
/// than the budget, never older than the retention, never the last of the disk: the oldest go first, and each that goes
/// is reported.
package final class SnapshotFolder {
    package struct Stored: Hashable, Sendable {
        package var path: String
        package var size: Int
        package var digest: [UInt8]
    }
    package struct Expired: Hashable, Sendable {
        package var event: UInt64
        package var camera: String
        package init(event: UInt64, camera: String) {
            self.event = event
            self.camera = camera
        }
    }
    private struct Picture {
        var day: Int32
        var event: UInt64
        var camera: String
        var path: String
        var size: Int64
    }

    private let root: String
    private let maxBytes: Int64
    private let keepDays: Int32
    private let reserve: Int64
    /// Oldest first.
    private var pictures: [Picture] = []
    private var total: Int64 = 0

    /// Reads what is there. Leftovers of writes that never ended are removed. `reserve` octets of the disk stay free.
    package init(root: String, maxBytes: Int64, keep: Duration, reserve: Int64 = 256 << 20) {
        self.root = root
        self.maxBytes = maxBytes
        self.reserve = reserve
        keepDays = Int32(clamping: keep.components.seconds / 86400)
        mkdir(root, 0o750)
        for year in Self.names(root) where year.count == 4 {
            for month in Self.names("\(root)/\(year)") {
                for day in Self.names("\(root)/\(year)/\(month)") { scan(year, month, day) }
            }
        }
        pictures.sort { ($0.day, $0.event) < ($1.day, $1.event) }
    }

    package var count: Int { pictures.count }
    package var octets: Int64 { total }

    /// Stores a picture of an event that happened at `at`, after making room for it.
    package func store(
        _ octets: [UInt8], event: UInt64, camera: String, at: CivilTime
    ) -> (result: Result<Stored, CameraFailure>, expired: [Expired]) {
        let day = Int32(clamping: at.seconds / 86400)
        let expired = makeRoom(Int64(octets.count), today: day)
        let free = Self.freeOctets(root)
        guard total + Int64(octets.count) <= maxBytes, free - Int64(octets.count) >= reserve else {
            return (.failure(CameraFailure(reason: .diskFull)), expired)
        }
        let digest = Hash.sha256(octets)
        let date = CalendarDay.date(day)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let folders = ["\(date.year)", two(date.month), two(date.day)]
        var folder = root
        for name in folders {
            folder += "/\(name)"
            mkdir(folder, 0o750)
        }
        let name = "\(event)-\(camera)-\(Hexadecimal.encode(digest.prefix(8))).jpg"
        guard write(octets, to: "\(folder)/\(name)", in: folder) else {
            let reason: SnapshotFailure = errno == ENOSPC || errno == EDQUOT ? .diskFull : .refused
            return (.failure(CameraFailure(reason: reason)), expired)
        }
        let path = folders.joined(separator: "/") + "/" + name
        pictures.append(Picture(day: day, event: event, camera: camera, path: path, size: Int64(octets.count)))
        total += Int64(octets.count)
        return (.success(Stored(path: path, size: octets.count, digest: digest)), expired)
    }

    private func makeRoom(_ size: Int64, today: Int32) -> [Expired] {
        var gone: [Expired] = []
        while let first = pictures.first {
            let isOld = first.day < today - keepDays
            let isOver = total + size > maxBytes
            let isTight = Self.freeOctets(root) - size < reserve
            guard isOld || isOver || isTight else { break }
            unlink("\(root)/\(first.path)")
            pictures.removeFirst()
            total -= first.size
            gone.append(Expired(event: first.event, camera: first.camera))
        }
        return gone
    }

    private func write(_ octets: [UInt8], to path: String, in folder: String) -> Bool {
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
        isDone = close(descriptor) == 0 && isDone
        guard isDone, rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            errno = code
            return false
        }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
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
                    day: number, event: event, camera: camera, path: "\(folder)/\(name)", size: Int64(status.st_size)))
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

    private static func freeOctets(_ path: String) -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return .max }
        return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
