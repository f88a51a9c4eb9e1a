internal import Glibc

/// What the picture folder needs to know of its disk.
package struct Disk: Sendable {
    /// Octets of the file system that holds a path, and those that are free on it.
    package var capacity: @Sendable (String) -> Int64
    package var free: @Sendable (String) -> Int64
    /// Puts the names in a folder on the disk. False leaves `errno`.
    package var syncFolder: @Sendable (String) -> Bool

    package init(
        capacity: @escaping @Sendable (String) -> Int64, free: @escaping @Sendable (String) -> Int64,
        syncFolder: @escaping @Sendable (String) -> Bool
    ) {
        self.capacity = capacity
        self.free = free
        self.syncFolder = syncFolder
    }

    package static let real = Disk(
        capacity: { status($0).map { Int64(clamping: UInt64($0.f_blocks) * UInt64($0.f_frsize)) } ?? .max },
        free: { status($0).map { Int64(clamping: UInt64($0.f_bavail) * UInt64($0.f_frsize)) } ?? .max },
        syncFolder: { path in
            let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { return false }
            let isDone = fsync(descriptor) == 0
            let code = errno
            close(descriptor)
            errno = code
            return isDone
        })

    private static func status(_ path: String) -> statvfs? {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? status : nil
    }
}
