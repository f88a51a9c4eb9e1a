package import GatehouseCore

/// The head of a log: whose, how many entries, and the root over them. C2SP tlog-checkpoint, without extension lines, which some witnesses
/// refuse.
package struct Checkpoint: Hashable, Sendable {
    package let origin: String
    package let size: UInt64
    /// 32 octets.
    package let root: [UInt8]

    package init(origin: String, size: UInt64, root: [UInt8]) {
        precondition(root.count == 32, "a root of \(root.count) octets")
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The text of a note.
    package init(text: String) throws(EvidenceFault) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty else { throw EvidenceFault(.checkpoint, .wrongLineCount) }
        guard !lines[0].isEmpty else { throw EvidenceFault(.checkpoint, .noOrigin, line: 1) }
        guard let size = EvidenceText.number(lines[1]) else { throw EvidenceFault(.checkpoint, .notANumber, line: 2) }
        guard let root = Base64.decode(lines[2]) else { throw EvidenceFault(.checkpoint, .notBase64, line: 3) }
        guard root.count == 32 else { throw EvidenceFault(.checkpoint, .wrongLength, line: 3) }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    package var text: String { "\(origin)\n\(size)\n\(Base64.encode(root))\n" }

    /// The checkpoint of a note that the log's key signed; its name is the origin.
    package static func open(_ note: SignedNote, key: NoteKey) throws(EvidenceFault) -> Checkpoint {
        let checkpoint = try Checkpoint(text: note.text)
        guard checkpoint.origin == key.name else { throw EvidenceFault(.checkpoint, .otherOrigin, line: 1) }
        guard try !note.signers(among: [key]).isEmpty else { throw EvidenceFault(.note, .unknownKey) }
        return checkpoint
    }
}

/// Signs the checkpoints of one log.
package struct LogSigner: Sendable {
    package let key: NoteKey
    private let seed: SecretKey

    package init(origin: String, seed: SecretKey) throws {
        key = try NoteKey(name: origin, kind: .log, publicKey: Ed25519.publicKey(seed: seed))
        self.seed = seed
    }

    package func sign(size: UInt64, root: [UInt8]) throws(CryptoError) -> SignedNote {
        let text = Checkpoint(origin: key.name, size: size, root: root).text
        let octets = try Ed25519.sign(Array(text.utf8), seed: seed)
        return SignedNote(text: text, signatures: [SignedNote.Signature(name: key.name, id: key.id, octets: octets)])
    }
}

extension LogSigner {
    /// As the store takes it.
    package var closures: CheckpointSigner {
        CheckpointSigner(reader: key.reader) { try sign(size: $0, root: $1).octets }
    }
}

extension NoteKey {
    /// Opens checkpoints of this key's log, as the store takes it.
    package var reader: CheckpointReader {
        CheckpointReader(origin: name) { octets in
            guard let note = try? SignedNote(octets), let head = try? Checkpoint.open(note, key: self) else {
                return nil
            }
            return (head.size, head.root)
        }
    }
}

enum EvidenceText {
    /// Decimal, without a sign or a zero before it, below 2^63.
    static func number(_ text: some StringProtocol) -> UInt64? {
        guard text.utf8.count <= 19, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(text),
            number <= UInt64(Int64.max), text.utf8.count == 1 || text.utf8.first != 48
        else { return nil }
        return number
    }
}
