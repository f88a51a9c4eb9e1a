package import GatehouseCore

/// A hand-over archive from outside: a magic line, a head in clear, sealed pieces, and a closing record with the length
/// and the SHA-256 of each piece under the site's signature. Each of these but the line has its length (4 octets, high
/// first) before it; the file ends with the length of the closing record again and four octets of mark, so that it is
/// found from behind. Whoever has no key can say which octets are damaged, and whose signature it is.
package enum Archive {
    static let kind = "gatehouse-handover-1"
    static let pieceSize = 1 << 20
    static let mark = Array("GHO1".utf8)
    /// Octets of a record, of a head, and of a closing record at most.
    static let recordLimit = 64 << 20

    /// What stands in clear.
    package struct Head: Hashable, Sendable {
        package var site: String
        package var epoch: UInt64
        package var made: CivilTime
        /// When the old operator's access ends.
        package var at: CivilTime
        package var version: String
        package var publicKey: [UInt8]
        package var receiver: [UInt8]
        package var envelope: [UInt8]

        func encoded() -> [UInt8] {
            CanonicalValue.map([
                "site": .text(site), "epoch": .integer(Int64(clamping: epoch)), "made": .integer(made.milliseconds),
                "at": .integer(at.milliseconds), "version": .text(version), "key": .octets(publicKey),
                "receiver": .octets(receiver), "envelope": .octets(envelope),
            ]).encoded()
        }
    }

    struct Closing {
        var head: [UInt8]
        var lengths: [UInt8] = []
        var hashes: [UInt8] = []
        var signature: [UInt8] = []

        var count: Int { hashes.count / 32 }
        func hash(_ piece: Int) -> ArraySlice<UInt8> { hashes[(piece * 32)..<(piece * 32 + 32)] }
        func length(_ piece: Int) -> Int {
            lengths[(piece * 4)..<(piece * 4 + 4)].reduce(0) { $0 << 8 | Int($1) }
        }
        func message(_ running: ArchiveSecrets.Running) -> [UInt8] {
            running.update(lengths)
            running.update(hashes)
            return Array("\(Archive.kind)\n".utf8) + head + running.finish()
        }
        func encoded() -> [UInt8] {
            CanonicalValue.map([
                "head": .octets(head), "lengths": .octets(lengths), "hashes": .octets(hashes),
                "signature": .octets(signature),
            ]).encoded()
        }
    }

    /// What is wrong with an archive, and where.
    package struct Damage: Error, Hashable, Sendable, CustomStringConvertible {
        package var piece: Int?
        package var offset: Int
        package var sentence: Sentence
        package var whole: Sentence {
            piece.map { Sentence("piece \($0) at offset \(offset): \(sentence)") }
                ?? Sentence("offset \(offset): \(sentence)")
        }
        package var description: String { whole.english }
    }

    /// An archive that cannot be read at all, or a hand-over that cannot be done.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let sentence: Sentence
        package init(_ sentence: Sentence) { self.sentence = sentence }
        package var description: String { sentence.english }
    }

    static func length(_ count: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } }

    static func associated(_ piece: Int, isLast: Bool) -> [UInt8] {
        Array("\(kind)/\(piece)/\(isLast ? "last" : "more")".utf8)
    }

    /// Total: nil for whatever is not a head.
    static func head(_ octets: [UInt8]) -> Head? {
        guard let map = CanonicalValue(decoding: octets)?.map, let site = map["site"]?.text,
            let epoch = map["epoch"]?.integer.flatMap({ UInt64(exactly: $0) }), let made = map["made"]?.integer,
            let at = map["at"]?.integer, let version = map["version"]?.text, let key = map["key"]?.octets,
            key.count == 32, let receiver = map["receiver"]?.octets, let envelope = map["envelope"]?.octets
        else { return nil }
        return Head(
            site: site, epoch: epoch, made: CivilTime(milliseconds: made), at: CivilTime(milliseconds: at),
            version: version, publicKey: key, receiver: receiver, envelope: envelope)
    }

    static func closing(_ octets: [UInt8]) -> Closing? {
        guard let map = CanonicalValue(decoding: octets)?.map, let head = map["head"]?.octets,
            let lengths = map["lengths"]?.octets, let hashes = map["hashes"]?.octets,
            let signature = map["signature"]?.octets, hashes.count % 32 == 0, lengths.count == hashes.count / 8
        else { return nil }
        return Closing(head: head, lengths: lengths, hashes: hashes, signature: signature)
    }
}

/// The records inside the pieces: one octet of kind, four of length, the body.
enum ArchiveRecord {
    /// Name and columns of a table whose rows follow.
    static let part: UInt8 = 0x50
    static let row: UInt8 = 0x52
    /// Path, modification time, octets.
    static let picture: UInt8 = 0x46
    /// The last one: counts and hashes of all the others.
    static let manifest: UInt8 = 0x4D

    /// Cuts the pieces into records again.
    struct Splitter {
        private var buffer: [UInt8] = []
        private var position = 0
        var isAtEnd: Bool { position == buffer.count }

        mutating func append(_ piece: [UInt8]) {
            buffer.removeFirst(position)
            position = 0
            buffer += piece
        }

        /// Nil when the next record is not complete yet.
        mutating func next() throws -> (kind: UInt8, body: ArraySlice<UInt8>)? {
            guard buffer.count - position >= 5 else { return nil }
            let count = buffer[(position + 1)..<(position + 5)].reduce(0) { $0 << 8 | Int($1) }
            guard count <= Archive.recordLimit else {
                throw Archive.Refusal(Sentence("a record of \(count, "octet", "octets")"))
            }
            guard buffer.count - position - 5 >= count else { return nil }
            let start = position + 5
            defer { position = start + count }
            return (buffer[position], buffer[start..<(start + count)])
        }
    }
}
