/// A picture as it lies on disk: sealed to the public key of the site, so that whoever wrote it cannot read it again. Four
/// octets of mark, eight that name the key, then an HPKE message (RFC 9180): 32 octets of encapsulated key, the cipher text
/// and 16 octets of tag. See docs/decisions/0018.
package struct SealedPicture: Hashable, Sendable {
    package static let mark = Array("GHP1".utf8)
    static let keyLength = 8
    /// How much longer the file is than its picture.
    package static let overhead = mark.count + keyLength + 48

    /// Names the key that it was sealed to.
    package var key: [UInt8]
    package var message: [UInt8]

    package init(key: [UInt8], message: [UInt8]) {
        precondition(key.count == Self.keyLength, "a key's name of \(key.count) octets")
        self.key = key
        self.message = message
    }

    /// Nil for octets that are no sealed picture of this form.
    package init?(_ octets: [UInt8]) {
        guard octets.count >= Self.overhead, octets.starts(with: Self.mark) else { return nil }
        key = Array(octets[Self.mark.count..<(Self.mark.count + Self.keyLength)])
        message = Array(octets[(Self.mark.count + Self.keyLength)...])
    }

    /// What stands before the message, and is bound to it.
    package var head: [UInt8] { Self.mark + key }
    package var octets: [UInt8] { head + message }
}

/// The keys of the site's pictures.
package struct PictureSecrets: Sendable {
    /// What pictures are sealed to.
    package var publicKey: [UInt8]
    /// Its name in the files.
    package var name: [UInt8]
    /// The private key, for whoever takes the site over.
    package var privateKey: @Sendable () -> [UInt8]
    /// Opens with the site's own key, or with an older one.
    package var open: @Sendable (SealedPicture, _ older: [UInt8]?) -> [UInt8]?
    /// Seals an older private key under its name, and opens it.
    package var sealKey: @Sendable (_ key: [UInt8], _ name: [UInt8]) throws -> [UInt8]
    package var openKey: @Sendable (_ sealed: [UInt8], _ name: [UInt8]) -> [UInt8]?

    package init(
        publicKey: [UInt8], name: [UInt8], privateKey: @escaping @Sendable () -> [UInt8],
        open: @escaping @Sendable (SealedPicture, [UInt8]?) -> [UInt8]?,
        sealKey: @escaping @Sendable ([UInt8], [UInt8]) throws -> [UInt8],
        openKey: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8]?
    ) {
        self.publicKey = publicKey
        self.name = name
        self.privateKey = privateKey
        self.open = open
        self.sealKey = sealKey
        self.openKey = openKey
    }
}
