/// The key of a log or of a witness, as signed-note writes it: `name+id+base64(kind, octets)`.
package struct NoteKey: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: UInt8, Sendable {
        /// Ed25519 over the text.
        case log = 1
        /// Ed25519 over time and text (tlog-cosignature).
        case witness = 4
    }

    package let name: String
    package let kind: Kind
    /// 32 octets.
    package let publicKey: [UInt8]

    package init(name: String, kind: Kind, publicKey: [UInt8]) throws(EvidenceFault) {
        guard Self.isName(name) else { throw EvidenceFault(.key, .notAName) }
        guard publicKey.count == 32 else { throw EvidenceFault(.key, .wrongLength) }
        self.name = name
        self.kind = kind
        self.publicKey = publicKey
    }

    package init(_ text: some StringProtocol) throws(EvidenceFault) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw EvidenceFault(.key, .notAKey) }
        guard let octets = Base64.decode(parts[2]) else { throw EvidenceFault(.key, .notBase64) }
        guard let first = octets.first, let kind = Kind(rawValue: first) else {
            throw EvidenceFault(.key, .unknownKind)
        }
        try self.init(name: String(parts[0]), kind: kind, publicKey: Array(octets.dropFirst()))
        guard parts[1] == Hexadecimal.encode(id) else { throw EvidenceFault(.key, .wrongKeyID) }
    }

    /// What signature lines begin with: 4 octets of a digest over name, kind and key.
    package var id: [UInt8] { Array(Hash.sha256(Array(name.utf8) + [0x0A, kind.rawValue] + publicKey).prefix(4)) }

    package var description: String {
        "\(name)+\(Hexadecimal.encode(id))+\(Base64.encode([kind.rawValue] + publicKey))"
    }

    /// Whether the octets of a line, without its four of the key, are this key's over the text.
    func fits(_ signature: [UInt8], over text: [UInt8]) -> Bool {
        switch kind {
        case .log: return Ed25519.verify(text, signature: signature, publicKey: publicKey)
        case .witness:
            guard let cosignature = Cosignature(signature) else { return false }
            return Ed25519.verify(
                Cosignature.message(text, at: cosignature.seconds), signature: cosignature.signature,
                publicKey: publicKey)
        }
    }

    /// Not empty, no white space, no plus, and nothing that no note may hold.
    static func isName(_ name: some StringProtocol) -> Bool {
        !name.isEmpty
            && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
    }
}
