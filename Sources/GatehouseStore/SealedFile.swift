internal import Glibc

/// A file of sealed pieces: a magic line, then for each piece its length (4 octets, high first) and the sealed octets.
/// The associated data of a piece are the file's kind, its position and whether it is the last, so that pieces can be
/// neither moved, left out nor cut off.
enum SealedFile {
    static let pieceSize = 1 << 20

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static func associated(_ kind: String, _ index: Int, isLast: Bool) -> [UInt8] {
        Array("\(kind)/\(index)/\(isLast ? "last" : "more")".utf8)
    }

    /// Writes a new file beside the path, syncs it, and puts it in place. `next` gives the pieces; nil after the last.
    static func write(
        to path: String, kind: String, seal: ([UInt8], [UInt8]) throws -> [UInt8], next: () throws -> [UInt8]?
    ) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", temporary) }
        var isClosed = false
        defer { if !isClosed { close(descriptor) } }
        try put(Array("\(kind)\n".utf8), descriptor, temporary)
        var index = 0
        var piece = try next() ?? []
        while true {
            let following = try next()
            let sealed = try seal(piece, associated(kind, index, isLast: following == nil))
            let count = UInt32(sealed.count)
            try put([24, 16, 8, 0].map { UInt8(count >> $0 & 0xFF) } + sealed, descriptor, temporary)
            guard let following else { break }
            piece = following
            index += 1
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", temporary) }
        isClosed = true
        guard close(descriptor) == 0 else { throw failure("close", temporary) }
        guard rename(temporary, path) == 0 else { throw failure("rename", temporary) }
        Files.syncFolder(of: path)
    }

    /// Reads the pieces in order. Throws at the first that is damaged, missing or too many.
    static func read(
        _ path: String, kind: String, open unseal: ([UInt8], [UInt8]) -> [UInt8]?, piece take: ([UInt8]) throws -> Void
    ) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        let magic = Array("\(kind)\n".utf8)
        guard try get(magic.count, descriptor, path) == magic else {
            throw Failure(description: "\(path) is no file of the kind \(kind)")
        }
        var index = 0
        var isFinished = false
        while let head = try getOrEnd(4, descriptor, path) {
            let count = head.reduce(0) { $0 << 8 | Int($1) }
            guard !isFinished, count <= pieceSize + 64 else {
                throw Failure(description: "\(path): piece \(index) is damaged")
            }
            let sealed = try get(count, descriptor, path)
            if let plain = unseal(sealed, associated(kind, index, isLast: false)) {
                try take(plain)
            } else if let plain = unseal(sealed, associated(kind, index, isLast: true)) {
                try take(plain)
                isFinished = true
            } else {
                throw Failure(description: "\(path): piece \(index) is damaged, or the key is another one")
            }
            index += 1
        }
        guard isFinished else { throw Failure(description: "\(path) is cut off after piece \(index)") }
    }

    /// The first piece alone; nil when there is none to be had. It says nothing of the rest.
    static func first(_ path: String, kind: String, open unseal: ([UInt8], [UInt8]) -> [UInt8]?) -> [UInt8]? {
        struct Enough: Error { let piece: [UInt8] }
        do {
            try read(path, kind: kind, open: unseal) { throw Enough(piece: $0) }
            return nil
        } catch let enough as Enough {
            return enough.piece
        } catch {
            return nil
        }
    }

    static func put(_ octets: [UInt8], _ descriptor: Int32, _ path: String) throws {
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", path) }
            sent += count
        }
    }

    private static func get(_ count: Int, _ descriptor: Int32, _ path: String) throws -> [UInt8] {
        guard let octets = try getOrEnd(count, descriptor, path) else {
            throw Failure(description: "\(path) is cut off")
        }
        return octets
    }

    /// Nil at the end of the file.
    static func getOrEnd(_ count: Int, _ descriptor: Int32, _ path: String) throws -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = octets[filled...].withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw failure("read", path) }
            if got == 0 {
                if filled == 0 { return nil }
                throw Failure(description: "\(path) is cut off")
            }
            filled += got
        }
        return octets
    }

    static func failure(_ attempt: String, _ path: String) -> Failure {
        Failure(description: "\(attempt) \(path): \(String(cString: strerror(errno)))")
    }
}
