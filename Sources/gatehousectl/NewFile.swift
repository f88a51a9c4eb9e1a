import ArgumentParser
import GatehouseCore
import Glibc

/// A file that is written once, for its owner alone, and never over another one.
struct NewFile {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = Self.create(path)
        guard descriptor >= 0 else {
            complain(
                errno == EEXIST
                    ? words("\(path) is there already; nothing was written over it")
                    : "\(path): \(String(cString: strerror(errno)))")
            throw Exit.usage
        }
    }

    func write(_ text: String) { write(octets: Array(text.utf8)) }

    func write(octets: [UInt8]) {
        if !Self.write(octets, into: descriptor) { complain("\(path): \(String(cString: strerror(errno)))") }
    }

    /// False with `errno` where the file cannot be written, or is there already.
    static func write(_ octets: [UInt8], to path: String, mode: mode_t = 0o600) -> Bool {
        let descriptor = create(path, mode)
        return descriptor >= 0 && write(octets, into: descriptor)
    }

    private static func create(_ path: String, _ mode: mode_t = 0o600) -> Int32 {
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    }

    private static func write(_ octets: [UInt8], into descriptor: Int32) -> Bool {
        defer { close(descriptor) }
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
