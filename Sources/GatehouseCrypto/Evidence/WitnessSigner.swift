/// The key of a witness, and what it signs. One key has one name: the name is kept with it.
package struct WitnessSigner: Sendable {
    package let key: NoteKey
    private let seed: SecretKey

    package init(name: String, seed: SecretKey) throws {
        key = try NoteKey(name: name, kind: .witness, publicKey: Ed25519.publicKey(seed: seed))
        self.seed = seed
    }

    /// One line, as the programs of others keep such a key: `PRIVATE+KEY+name+id+base64(kind, seed)`.
    package init(line: some StringProtocol) throws {
        let parts = line.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY" else { throw EvidenceFault(.key, .notAKey) }
        guard let octets = Base64.decode(parts[4]) else { throw EvidenceFault(.key, .notBase64) }
        guard octets.first == NoteKey.Kind.witness.rawValue else { throw EvidenceFault(.key, .unknownKind) }
        guard octets.count == 33 else { throw EvidenceFault(.key, .wrongLength) }
        try self.init(name: String(parts[2]), seed: SecretKey(octets.dropFirst()))
        guard parts[3] == Hexadecimal.encode(key.id) else { throw EvidenceFault(.key, .wrongKeyID) }
    }

    /// The same line: whoever has it signs as this witness.
    package var secretLine: String {
        let octets = seed.withOctets { [key.kind.rawValue] + $0 }
        return "PRIVATE+KEY+\(key.name)+\(Hexadecimal.encode(key.id))+\(Base64.encode(octets))"
    }

    /// The witness's line under a checkpoint's text. The same text and time give the same octets.
    package func cosign(_ text: String, at seconds: UInt64) throws(CryptoError) -> SignedNote.Signature {
        let cosignature = try Cosignature(of: Array(text.utf8), at: seconds, seed: seed)
        return SignedNote.Signature(name: key.name, id: key.id, octets: cosignature.octets)
    }

    /// A key of this one, for what the witness keeps for itself.
    package func derived(for label: String) -> SecretKey { seed.derived(for: label) }
}
