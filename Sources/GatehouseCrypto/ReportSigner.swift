/// Signs reports in the name of the site, with the key that signs its hand-over archives: whoever has an archive or was told the
/// key can check them (RFC 8032, 64 octets over the document as it is).
package struct ReportSigner: Sendable {
    private let seed: SecretKey
    /// 32 octets.
    package let publicKey: [UInt8]

    package init(seed: SecretKey) throws(CryptoError) {
        self.seed = seed
        publicKey = try Ed25519.publicKey(seed: seed)
    }

    package func sign(_ document: [UInt8]) throws(CryptoError) -> [UInt8] { try Ed25519.sign(document, seed: seed) }
}
