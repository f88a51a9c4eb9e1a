internal import Glibc

/// The few file calls that the store needs.
enum Files {
    static func rename(_ from: String, _ to: String) -> Bool { Glibc.rename(from, to) == 0 }
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
    static func remove(_ path: String) { unlink(path) }
    static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The first octets of a plain file, fewer where it is shorter; nil for anything else.
    static func head(_ path: String, _ count: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return try? SealedFile.getOrEnd(min(count, Int(status.st_size)), descriptor, path)
    }

    /// All octets; nil where there is no such file, or where it is larger than the limit.
    static func read(_ path: String, atMost limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            return nil
        }
        return (try? SealedFile.getOrEnd(Int(status.st_size), descriptor, path)) ?? []
    }

    /// A new file takes the place of the one before, whole and on the disk.
    static func replace(_ path: String, with octets: [UInt8]) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SealedFile.failure("create", temporary) }
        do {
            defer { close(descriptor) }
            try SealedFile.put(octets, descriptor, temporary)
            guard fsync(descriptor) == 0 else { throw SealedFile.failure("sync", temporary) }
        }
        guard rename(temporary, path) else { throw SealedFile.failure("rename", temporary) }
        syncFolder(of: path)
    }

    /// A name that was given or changed in it lasts.
    static func syncFolder(of path: String) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let directory = open(
            folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    /// Seconds of the modification time.
    static func modified(_ path: String) -> Int64? {
        var status = stat()
        return lstat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
    }

    /// Root's file becomes that of whoever the folder belongs to, and theirs alone.
    static func giveToOwnerOfFolder(_ path: String) {
        chmod(path, 0o600)
        var status = stat()
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard geteuid() == 0, stat(folder.isEmpty ? "/" : folder, &status) == 0 else { return }
        _ = lchown(path, status.st_uid, status.st_gid)
    }
}
