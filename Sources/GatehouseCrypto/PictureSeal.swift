package import GatehouseCore

/// Seals pictures to the site's public key, and opens them with the private one.
package enum PictureSeal {
    private static let info = Array("gatehouse picture 1".utf8)

    /// Names a key in the files: the first 8 octets of the SHA-256 of the public key.
    package static func name(of publicKey: [UInt8]) -> [UInt8] { Array(Hash.sha256(publicKey).prefix(8)) }

    package static func seal(_ picture: [UInt8], to publicKey: [UInt8]) throws(CryptoError) -> [UInt8] {
        let head = SealedPicture(key: name(of: publicKey), message: []).head
        return head + (try HPKE.seal(picture, to: publicKey, info: info, associated: head))
    }

    /// Nil when it was sealed to another key, or changed.
    package static func open(_ sealed: SealedPicture, privateKey: SecretKey) -> [UInt8]? {
        HPKE.open(sealed.message, privateKey: privateKey, info: info, associated: sealed.head)
    }

    static func secrets(_ key: SecretKey, sealedWith seal: SecretKey) -> PictureSecrets {
        guard let publicKey = try? HPKE.publicKey(of: key) else {
            preconditionFailure("X25519 is not available")
        }
        @Sendable func associated(_ name: [UInt8]) -> [UInt8] { Array("gatehouse picture key 1".utf8) + name }
        return PictureSecrets(
            publicKey: publicKey, name: name(of: publicKey), privateKey: { key.withOctets { Array($0) } },
            open: { sealed, older in open(sealed, privateKey: older.map { SecretKey($0) } ?? key) },
            sealKey: { try Seal.seal($0, associated: associated($1), key: seal) },
            openKey: { Seal.open($0, associated: associated($1), key: seal) })
    }
}
