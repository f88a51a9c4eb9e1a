internal import GatehouseCore
internal import Glibc

/// Reads an archive from its beginning to its end and says where it is damaged. A class because it owns the open file.
final class ArchiveReader {
    let head: Archive.Head
    let size: Int
    private let descriptor: Int32
    private let path: String
    private let reading: ArchiveSecrets.Reading
    private let running: ArchiveSecrets.Running
    private let headHash: [UInt8]
    /// Where the first piece begins.
    private let start: Int
    private(set) var pieces = 0

    init(_ path: String, _ reading: ArchiveSecrets.Reading) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealedFile.failure("open", path) }
        do {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw SealedFile.failure("look at", path) }
            size = Int(status.st_size)
            let magic = Array("\(Archive.kind)\n".utf8)
            guard try Self.get(descriptor, 0, magic.count, size) == magic else {
                throw Archive.Damage(piece: nil, offset: 0, sentence: Sentence("this is no hand-over archive"))
            }
            let count = try Self.get(descriptor, magic.count, 4, size).map { $0.reduce(0) { $0 << 8 | Int($1) } } ?? 0
            guard count <= 1 << 20, let content = try Self.get(descriptor, magic.count + 4, count, size),
                let head = Archive.head(content)
            else { throw Archive.Damage(piece: nil, offset: magic.count, sentence: Sentence("the head is damaged")) }
            self.head = head
            start = magic.count + 4 + count
            running = reading.running()
            running.update(content)
            headHash = running.finish()
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
        self.path = path
        self.reading = reading
    }

    deinit { close(descriptor) }

    /// Checks signature, order and every piece; gives each record to `take` where there is a key. What comes back is
    /// empty for a whole archive.
    func check(_ take: ((UInt8, ArraySlice<UInt8>) throws -> Void)?) throws -> [Archive.Damage] {
        let unseal = try take == nil ? nil : reading.open?(head.envelope)
        guard let (closing, end) = try closingRecord() else { return [try cutOff()] }
        guard closing.head == headHash else {
            return [Archive.Damage(piece: nil, offset: 0, sentence: Sentence("the head is damaged"))]
        }
        guard reading.verify(closing.message(running), closing.signature, head.publicKey) else {
            return [
                Archive.Damage(
                    piece: nil, offset: end,
                    sentence: Sentence("the closing record is damaged, or not signed by the key that the head names"))
            ]
        }
        var damages: [Archive.Damage] = []
        var splitter = ArchiveRecord.Splitter()
        var offset = start
        for piece in 0..<closing.count {
            let count = closing.length(piece)
            guard let sealed = try sealed(at: offset, count, before: end), hash(sealed) == closing.hash(piece) else {
                damages.append(Archive.Damage(piece: piece, offset: offset, sentence: Sentence("damaged or missing")))
                // What follows a missing piece stands elsewhere; after a changed octet the others can be told.
                if size != expectedSize(closing, end) || damages.count >= 20 { return damages }
                offset += 4 + count
                continue
            }
            if let unseal, let take, damages.isEmpty {
                let isLast = piece == closing.count - 1
                guard let plain = unseal(sealed, Archive.associated(piece, isLast: isLast)) else {
                    return [
                        Archive.Damage(piece: piece, offset: offset, sentence: Sentence("does not open with this key"))
                    ]
                }
                splitter.append(plain)
                do {
                    while let (kind, body) = try splitter.next() { try take(kind, body) }
                } catch let refusal as Archive.Refusal {
                    throw Archive.Damage(piece: piece, offset: offset, sentence: refusal.sentence)
                }
            }
            pieces += 1
            offset += 4 + count
        }
        if damages.isEmpty, offset != end {
            damages.append(
                Archive.Damage(
                    piece: nil, offset: offset,
                    sentence: Sentence("\(end - offset, "octet", "octets") behind the pieces, which belong to no piece")
                ))
        }
        if damages.isEmpty, !splitter.isAtEnd {
            damages.append(
                Archive.Damage(piece: closing.count - 1, offset: offset, sentence: Sentence("a record does not end")))
        }
        return damages
    }

    private func expectedSize(_ closing: Archive.Closing, _ end: Int) -> Int {
        start + (0..<closing.count).reduce(0) { $0 + 4 + closing.length($1) } + (size - end)
    }

    private func hash(_ octets: [UInt8]) -> ArraySlice<UInt8> {
        running.update(octets)
        return running.finish()[...]
    }

    /// The record at the end, and where it begins.
    private func closingRecord() throws -> (Archive.Closing, Int)? {
        guard size >= start + 8, let tail = try Self.get(descriptor, size - 8, 8, size),
            Array(tail[4...]) == Archive.mark
        else { return nil }
        let count = tail[..<4].reduce(0) { $0 << 8 | Int($1) }
        let begin = size - 8 - count - 4
        guard count <= Archive.recordLimit, begin >= start,
            let octets = try Self.get(descriptor, begin + 4, count, size), let closing = Archive.closing(octets)
        else { return nil }
        return (closing, begin)
    }

    /// How far an archive comes that has no end.
    private func cutOff() throws -> Archive.Damage {
        var offset = start
        var whole = 0
        while let head = try Self.get(descriptor, offset, 4, size) {
            let count = head.reduce(0) { $0 << 8 | Int($1) }
            guard count <= Archive.pieceSize + 28, offset + 4 + count <= size else { break }
            offset += 4 + count
            whole += 1
        }
        return Archive.Damage(
            piece: whole, offset: offset, sentence: Sentence("cut off here: the closing record is missing or damaged"))
    }

    private func sealed(at offset: Int, _ count: Int, before end: Int) throws -> [UInt8]? {
        guard count <= Archive.pieceSize + 28, offset + 4 + count <= end,
            let octets = try Self.get(descriptor, offset, 4 + count, size), Array(octets[..<4]) == Archive.length(count)
        else { return nil }
        return Array(octets[4...])
    }

    /// Nil behind the end of the file.
    private static func get(_ descriptor: Int32, _ offset: Int, _ count: Int, _ size: Int) throws -> [UInt8]? {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { return nil }
        var octets = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = octets.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + filled, count - filled, offset + filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SealedFile.failure("read", "the archive") }
            if got == 0 { return nil }
            filled += got
        }
        return octets
    }
}
