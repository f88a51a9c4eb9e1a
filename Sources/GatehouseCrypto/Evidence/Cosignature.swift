private import GatehouseCore

/// A witness's word that it saw a checkpoint at a time, and nothing that contradicts it: C2SP tlog-cosignature with Ed25519.
package struct Cosignature: Hashable, Sendable {
    /// Of civil time since 1970; 63 bits.
    package let seconds: UInt64
    package let signature: [UInt8]

    /// Eight octets of time, big-endian, and 64 of signature; nil for everything else.
    package init?(_ octets: [UInt8]) {
        guard octets.count == 72 else { return nil }
        let time = octets.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard time <= UInt64(Int64.max) else { return nil }
        seconds = time
        signature = Array(octets.suffix(64))
    }

    package init(of text: [UInt8], at seconds: UInt64, seed: SecretKey) throws(CryptoError) {
        self.seconds = min(seconds, UInt64(Int64.max))
        signature = try Ed25519.sign(Self.message(text, at: self.seconds), seed: seed)
    }

    package var octets: [UInt8] { seconds.bigEndianOctets + signature }

    /// What is signed. It lacks the witness's name: a key has one name and stands for itself once.
    static func message(_ text: [UInt8], at seconds: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(seconds)\n".utf8) + text
    }
}
