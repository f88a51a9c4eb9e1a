internal import CLinux
internal import GatehouseCore
internal import Glibc

/// Writes an archive beside its name, syncs it and puts it in place. Pieces are sealed, hashed and written by a thread of
/// their own while the caller gathers the next ones. A class because it owns that thread.
final class ArchiveWriter {
    private struct Piece: Sendable {
        var content: [UInt8]
        var isLast: Bool
    }
    /// Pieces that wait or are being sealed at most.
    private static let ahead = 4

    private let file: ArchiveFile
    private let sealing: SideThread<Piece, Void>
    private var buffer: [UInt8] = []

    init(_ path: String, _ head: Archive.Head, _ making: ArchiveSecrets.Making) throws {
        let file = try ArchiveFile(path, head, making)
        self.file = file
        sealing = SideThread { try file.seal($0.content, isLast: $0.isLast) }
        buffer.reserveCapacity(Archive.pieceSize * 2)
    }

    /// `write` appends the body.
    func record(_ kind: UInt8, _ write: (inout [UInt8]) -> Void) throws {
        buffer.append(kind)
        let length = buffer.count
        buffer.append(contentsOf: repeatElement(0, count: 4))
        write(&buffer)
        let count = buffer.count - length - 4
        precondition(count <= Archive.recordLimit, "a record of \(count) octets")
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: count).bigEndian) {
            for place in 0..<4 { buffer[length + place] = $0[place] }
        }
        try giveWholePieces()
    }

    /// On disk under its name when it returns.
    func finish() throws -> (pieces: Int, octets: Int) {
        try give(buffer, isLast: true)
        while sealing.underWay > 0 { try sealing.take() }
        return try file.finish()
    }

    /// What is over a piece waits for more: the last piece is never empty.
    private func giveWholePieces() throws {
        guard buffer.count > Archive.pieceSize else { return }
        let over = Array(buffer[Archive.pieceSize...])
        buffer.removeLast(over.count)
        try give(buffer, isLast: false)
        var rest = over[...]
        while rest.count > Archive.pieceSize {
            try give(Array(rest.prefix(Archive.pieceSize)), isLast: false)
            rest = rest.dropFirst(Archive.pieceSize)
        }
        buffer = []
        buffer.reserveCapacity(Archive.pieceSize * 2)
        buffer += rest
    }

    private func give(_ content: [UInt8], isLast: Bool) throws {
        while sealing.underWay >= Self.ahead { try sealing.take() }
        sealing.give(Piece(content: content, isLast: isLast))
    }
}

/// The file of an archive. A class because it owns the descriptor.
private final class ArchiveFile: @unchecked Sendable {
    // Made by the caller, then used by the sealing thread alone, and by the caller again when no piece is under way.
    private let path: String
    private let descriptor: Int32
    private let making: ArchiveSecrets.Making
    private let running: ArchiveSecrets.Running
    private var closing: Archive.Closing
    private var isFinished = false
    private var octets = 0

    init(_ path: String, _ head: Archive.Head, _ making: ArchiveSecrets.Making) throws {
        self.path = path
        self.making = making
        running = making.running()
        descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let content = head.encoded()
        running.update(content)
        closing = Archive.Closing(head: running.finish())
        guard descriptor >= 0 else { throw SealedFile.failure("create", path + ".new") }
        try put(Array("\(Archive.kind)\n".utf8) + Archive.length(content.count) + content)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished { unlink(path + ".new") }
    }

    func seal(_ piece: [UInt8], isLast: Bool) throws {
        let sealed = try making.seal(piece, Archive.associated(closing.count, isLast: isLast))
        running.update(sealed)
        closing.hashes += running.finish()
        closing.lengths += Archive.length(sealed.count)
        let start = octets
        try put(Archive.length(sealed.count))
        try put(sealed)
        // On its way at once: a flood of it at the end would hold up the journal too.
        clinux_start_writing(descriptor, Int64(start), Int64(octets - start))
    }

    func finish() throws -> (pieces: Int, octets: Int) {
        closing.signature = try making.sign(closing.message(running))
        let content = closing.encoded()
        try put(Archive.length(content.count) + content + Archive.length(content.count) + Archive.mark)
        guard fsync(descriptor) == 0 else { throw SealedFile.failure("sync", path + ".new") }
        guard Files.rename(path + ".new", path) else { throw SealedFile.failure("rename", path + ".new") }
        isFinished = true
        return (closing.count, octets)
    }

    private func put(_ octets: [UInt8]) throws {
        try SealedFile.put(octets, descriptor, path + ".new")
        self.octets += octets.count
    }
}
