internal import Glibc

/// Small files, whole.
package enum FileOctets {
    package static let limit = 1 << 20

    /// Nil when the file cannot be read or has more than a mebibyte.
    package static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while octets.count <= limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 { return nil }
            if count == 0 { return octets }
            octets += buffer[0..<count]
        }
        return nil
    }

    /// Puts new content in the place of the old one, or leaves the old one as it is.
    package static func replace(_ path: String, with octets: [UInt8]) {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let isWritten = write(descriptor, octets, octets.count) == octets.count && fsync(descriptor) == 0
        close(descriptor)
        if isWritten { rename(temporary, path) } else { unlink(temporary) }
    }
}
