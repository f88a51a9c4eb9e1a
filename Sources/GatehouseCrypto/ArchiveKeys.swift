package import GatehouseCore

/// The cryptography of hand-over archives: AES-256-GCM under a random key in a CMS envelope, Ed25519 of the site.
extension ArchiveSecrets {
    /// `certificate` is the receiver's, DER.
    package static func making(certificate: [UInt8], signingWith seed: SecretKey) throws -> Making {
        let octets = Random.octets(32)
        let key = SecretKey(octets)
        return Making(
            envelope: try Envelope.seal(octets, certificate: certificate), receiver: Hash.sha256(certificate),
            publicKey: try Ed25519.publicKey(seed: seed), seal: { try Seal.seal($0, associated: $1, key: key) },
            sign: { try Ed25519.sign($0, seed: seed) }, running: { running })
    }

    /// `privateKey` is the receiver's, PEM; without it the outside alone can be checked.
    package static func reading(privateKey: [UInt8]?) -> Reading {
        Reading(
            verify: { Ed25519.verify($0, signature: $1, publicKey: $2) },
            open: privateKey.map { pem in
                { envelope in
                    let octets = try Envelope.open(envelope, privateKey: pem)
                    guard octets.count == 32 else {
                        throw CryptoError("open the envelope", detail: "a key of \(octets.count) octets")
                    }
                    let key = SecretKey(octets)
                    return { Seal.open($0, associated: $1, key: key) }
                }
            }, running: { running })
    }

    private static var running: Running {
        let hash = RunningHash()
        return Running(update: { hash.update($0) }, finish: { hash.finish() })
    }
}
