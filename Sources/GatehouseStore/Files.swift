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
}
