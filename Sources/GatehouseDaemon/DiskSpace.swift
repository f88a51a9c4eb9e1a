internal import Glibc

/// Whether the disk of the journal is nearly full. Pictures leave 256 MiB free: below half of that it is something else
/// that fills it.
struct DiskSpace {
    struct Reading: Sendable {
        /// In octets.
        var free: UInt64
        var capacity: UInt64
    }

    private static let low: UInt64 = 128 << 20
    private(set) var isNearlyFull = false

    /// The new state when it changed. A disk that wavers about the mark does not make it flicker: it has to be half as
    /// much again above it.
    mutating func take(_ reading: Reading) -> Bool? {
        let mark = min(Self.low, reading.capacity / 10)
        let isFull = reading.free < (isNearlyFull ? mark + mark / 2 : mark)
        guard isFull != isNearlyFull else { return nil }
        isNearlyFull = isFull
        return isFull
    }

    /// May wait for the disk: not for the loop. Nil when the file system does not answer.
    static func read(_ path: String) -> Reading? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let unit = UInt64(status.f_frsize)
        return Reading(free: UInt64(status.f_bavail) * unit, capacity: UInt64(status.f_blocks) * unit)
    }
}
