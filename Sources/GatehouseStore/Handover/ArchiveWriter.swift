internal import GatehouseCore
internal import Glibc

/// Writes an archive beside its name, syncs it and puts it in place. A class because it owns the open file.
final class ArchiveWriter {
    private let path: String
    private let descriptor: Int32
    private let making: ArchiveSecrets.Making
    private let running: ArchiveSecrets.Running
    private var closing: Archive.Closing
    private var buffer: [UInt8] = []
    private var isFinished = false
    private(set) var octets = 0

    init(_ path: String, _ head: Archive.Head, _ making: ArchiveSecrets.Making) throws {
        self.path = path
        self.making = making
        running = making.running()
        descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        let content = head.encoded()
        running.update(content)
        closing = Archive.Closing(head: running.finish())
        guard descriptor >= 0 else { throw SealedFile.failure("create", path + ".new") }
        buffer.reserveCapacity(Archive.pieceSize * 2)
        try put(Array("\(Archive.kind)\n".utf8) + Archive.length(content.count) + content)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isFinished { unlink(path + ".new") }
    }

    func record(_ kind: UInt8, _ body: [UInt8]) throws {
        precondition(body.count <= Archive.recordLimit, "a record of \(body.count) octets")
        buffer.append(kind)
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: body.count).bigEndian) { buffer.append(contentsOf: $0) }
        buffer += body
        while buffer.count > Archive.pieceSize {
            try seal(Array(buffer[..<Archive.pieceSize]), isLast: false)
            buffer.removeFirst(Archive.pieceSize)
        }
    }

    /// On disk under its name when it returns.
    func finish() throws -> Int {
        try seal(buffer, isLast: true)
        closing.signature = try making.sign(closing.message(running))
        let content = closing.encoded()
        try put(Archive.length(content.count) + content + Archive.length(content.count) + Archive.mark)
        guard fsync(descriptor) == 0 else { throw SealedFile.failure("sync", path + ".new") }
        guard Files.rename(path + ".new", path) else { throw SealedFile.failure("rename", path + ".new") }
        isFinished = true
        return closing.count
    }

    private func seal(_ piece: [UInt8], isLast: Bool) throws {
        let sealed = try making.seal(piece, Archive.associated(closing.count, isLast: isLast))
        running.update(sealed)
        closing.hashes += running.finish()
        closing.lengths += Archive.length(sealed.count)
        try put(Archive.length(sealed.count))
        try put(sealed)
    }

    private func put(_ octets: [UInt8]) throws {
        try SealedFile.put(octets, descriptor, path + ".new")
        self.octets += octets.count
    }
}
