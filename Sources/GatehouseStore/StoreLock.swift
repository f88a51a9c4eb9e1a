package import GatehouseCore
internal import Glibc

/// Who writes a database: one program at a time. The lock is on a file beside it (a descriptor of the database itself that is
/// closed would drop SQLite's own locks), ends with its holder however that ends, and the file names the holder.
package final class StoreLock: Sendable {
    /// Somebody else holds it, or it cannot be had.
    package struct Refused: Error, CustomStringConvertible {
        package let description: String
    }

    private let descriptor: Int32

    /// - Parameter program: what its holder is called when another one asks.
    package init(database path: String, program: String, at now: CivilTime) throws(Refused) {
        let file = path + ".lock"
        descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Refused(description: "\(file): \(Self.reason()); the folder must be there and writable")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.holder(descriptor)
            close(descriptor)
            throw Refused(
                description:
                    "\(path) is in use by \(holder ?? "another program"); one program writes a database: stop that one first"
            )
        }
        // Made by root, it is still the service's: as its folder is.
        var folder = stat()
        let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if getuid() == 0, stat(parent.isEmpty ? "." : parent, &folder) == 0 {
            _ = fchown(descriptor, folder.st_uid, folder.st_gid)
        }
        let line = Array("\(program), process \(getpid()), since \(Self.text(now))\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, line, line.count, 0)
    }

    deinit { close(descriptor) }

    private static func holder(_ descriptor: Int32) -> String? {
        var octets = [UInt8](repeating: 0, count: 200)
        let count = pread(descriptor, &octets, octets.count, 0)
        guard count > 0 else { return nil }
        let line = octets.prefix(count).prefix { $0 >= 0x20 && $0 < 0x7F }
        return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
    }

    /// Universal time: the zone of the site is not known where a lock is.
    private static func text(_ now: CivilTime) -> String {
        var (seconds, parts) = (time_t(now.seconds), tm())
        gmtime_r(&seconds, &parts)
        var octets = [CChar](repeating: 0, count: 32)
        let count = strftime(&octets, octets.count, "%Y-%m-%d %H:%M:%S UTC", &parts)
        return String(decoding: octets.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
