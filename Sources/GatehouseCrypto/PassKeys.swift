package import GatehouseCore

/// A public key whose passes are taken here, beside those of the site itself.
package struct PassIssuer: Hashable, Sendable {
    /// The name that its passes carry.
    package var name: String
    package var publicKey: [UInt8]
    /// Whether the numbers of its hosts are those of the register here.
    package var sharesRegister: Bool

    package init(name: String, publicKey: [UInt8], sharesRegister: Bool) {
        self.name = name
        self.publicKey = publicKey
        self.sharesRegister = sharesRegister
    }

    /// The first 8 octets of the SHA-256 of the public key: short enough for a QR code, found again by anybody.
    package static func keyID(of publicKey: [UInt8]) -> [UInt8] { Array(Hash.sha256(publicKey).prefix(8)) }
}

/// Signs passes with the key of this site and opens those of everybody who is trusted here.
package struct PassKeys: Sendable {
    package enum Refusal: Error, Hashable, Sendable {
        /// Readers take fewer characters than the pass has.
        case tooLong(Int)
        case wrongClaims
    }

    package let publicKey: [UInt8]
    package let keyID: [UInt8]
    private let seed: SecretKey
    /// By the octets of their key's number. Two keys with one number are both tried.
    private let issuers: [[UInt8]: [PassIssuer]]

    package init(seed: SecretKey, site: String, trusted: [PassIssuer] = []) throws(CryptoError) {
        self.seed = seed
        publicKey = try Ed25519.publicKey(seed: seed)
        keyID = PassIssuer.keyID(of: publicKey)
        let own = PassIssuer(name: site, publicKey: publicKey, sharesRegister: true)
        issuers = Dictionary(grouping: [own] + trusted) { PassIssuer.keyID(of: $0.publicKey) }
    }

    /// The text of a pass. The same claims give the same text.
    package func sign(_ claims: PassClaims) throws -> String {
        let payload = PassToken.payload(of: claims)
        let signature = try Ed25519.sign(PassToken.signed(keyID: keyID, payload: payload), seed: seed)
        let token = PassToken(keyID: keyID, payload: payload, signature: signature)
        guard token.claims == claims else { throw Refusal.wrongClaims }
        let text = PassToken.prefix + Base64.encode(token.encoded, isURLSafe: true)
        guard text.utf8.count <= PassToken.longestText else { throw Refusal.tooLong(text.utf8.count) }
        return text
    }

    /// The claims of a pass that somebody trusted here signed under their own name; nil for everything else.
    package func open(_ text: String) -> OpenedPass? {
        guard let token = Self.token(text), let claims = token.claims else { return nil }
        let signed = PassToken.signed(keyID: token.keyID, payload: token.payload)
        for issuer in issuers[token.keyID] ?? [] where issuer.name == claims.issuer {
            if Ed25519.verify(signed, signature: token.signature, publicKey: issuer.publicKey) {
                return OpenedPass(claims: claims, sharesRegister: issuer.sharesRegister)
            }
        }
        return nil
    }

    /// What a text says, whoever signed it: for people who look at it, never for a gate.
    package static func token(_ text: String) -> PassToken? {
        guard text.utf8.count <= PassToken.longestText, text.hasPrefix(PassToken.prefix),
            let octets = Base64.decode(text.dropFirst(PassToken.prefix.count), isURLSafe: true)
        else { return nil }
        return PassToken(octets: octets)
    }
}
