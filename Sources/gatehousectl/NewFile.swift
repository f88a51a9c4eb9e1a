import ArgumentParser
import GatehouseCore
import Glibc

/// A file that is written once, for its owner alone, and never over another one.
struct NewFile {
    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
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
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return complain("\(path): \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
    }
}
