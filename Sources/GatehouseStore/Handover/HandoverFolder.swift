internal import GatehouseCore
internal import Glibc

/// The pictures of an archive: written into a folder that nobody looks into, and moved to their places when all are
/// there. They belong to whoever the picture folder belongs to.
struct HandoverFolder {
    private let root: String
    private let owner: stat
    private var day = ""

    init(_ root: String) {
        self.root = root
        var status = stat()
        stat(String(root[..<(root.lastIndex(of: "/") ?? root.endIndex)]), &status)
        owner = status
    }

    mutating func put(_ picture: HandoverPicture) throws {
        let folder = "\(root)/\(picture.path.split(separator: "/").dropLast().joined(separator: "/"))"
        if day != folder {
            try Self.make(picture.path, below: root, owner)
            day = folder
        }
        let path = "\(root)/\(picture.path)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { throw SealedFile.failure("create", path) }
        defer { close(descriptor) }
        try SealedFile.put(picture.octets, descriptor, path)
        give(descriptor)
        // Retention counts a misdated picture from the day on which it was written.
        let time = timespec(tv_sec: Int(clamping: picture.modified), tv_nsec: 0)
        futimens(descriptor, [time, time])
        guard fsync(descriptor) == 0 else { throw SealedFile.failure("sync", path) }
    }

    private func give(_ descriptor: Int32) { if geteuid() == 0 { _ = fchown(descriptor, owner.st_uid, owner.st_gid) } }

    /// The folders of a picture's year, month and day.
    private static func make(_ path: String, below root: String, _ owner: stat) throws {
        var folder = root
        for name in [""] + path.split(separator: "/").dropLast().map(String.init) {
            if !name.isEmpty { folder += "/\(name)" }
            guard mkdir(folder, 0o750) == 0 || errno == EEXIST else { throw SealedFile.failure("make", folder) }
            if geteuid() == 0 { _ = lchown(folder, owner.st_uid, owner.st_gid) }
        }
    }

    static func move(_ staging: String, into root: String) throws {
        var owner = stat()
        stat(root, &owner)
        for path in files(staging) {
            try make(path, below: root, owner)
            guard Files.rename("\(staging)/\(path)", "\(root)/\(path)") else {
                throw SealedFile.failure("move", "\(root)/\(path)")
            }
        }
        sync()
    }

    static func remove(_ staging: String) {
        for path in files(staging) { unlink("\(staging)/\(path)") }
        for depth in [3, 2, 1, 0] { for folder in folders(staging, depth) { rmdir(folder) } }
    }

    private static func folders(_ root: String, _ depth: Int) -> [String] {
        depth == 0 ? [root] : names(root).flatMap { folders("\(root)/\($0)", depth - 1) }
    }

    private static func files(_ root: String) -> [String] {
        names(root).flatMap { year in
            names("\(root)/\(year)").flatMap { month in
                names("\(root)/\(year)/\(month)").flatMap { day in
                    names("\(root)/\(year)/\(month)/\(day)").map { "\(year)/\(month)/\(day)/\($0)" }
                }
            }
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
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
