package import GatehouseCore

/// How a face module's line is encrypted, as the site says it (face-uart.md section 6).
package struct FaceEncryption: Hashable, Sendable {
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        case aes, xor

        var number: UInt8 { self == .aes ? 1 : 2 }
    }
    package var mode: Mode
    /// The key select table: places in the 32 characters of the seed's digest, which make the key.
    package var positions: [UInt8]

    package init(mode: Mode, positions: [UInt8]) {
        self.mode = mode
        self.positions = positions
    }
}

/// What a line needs to be encrypted: the table of the site, and what computes.
///
/// It hides little: the seed travels in clear, equal blocks stay equal, and an old frame is as good as a new one. Whoever
/// has the table and listened has the key.
package struct FaceSealing: Sendable {
    package var encryption: FaceEncryption
    package var crypto: FaceCrypto

    package init(_ encryption: FaceEncryption, crypto: FaceCrypto) {
        self.encryption = encryption
        self.crypto = crypto
    }

    package func session(seed: [UInt8]) -> FaceSession {
        let digest = crypto.md5(seed).flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 0xF)]] }
        let key = encryption.positions.map { Int($0) < digest.count ? digest[Int($0)] : 0 }
        return FaceSession(
            key: (key + Array(repeating: 0, count: 16)).prefix(16).map { $0 }, mode: encryption.mode,
            crypto: crypto.session)
    }

    private static let digits = Array("0123456789abcdef".utf8)
}

/// The frames of one seed: EF AA, length of the cipher text, cipher text, XOR of it. In it stand id, size and data,
/// with zeros up to a whole block.
package struct FaceSession: Sendable {
    private let key: [UInt8]
    private let cipher: SessionKey?

    init(key: [UInt8], mode: FaceEncryption.Mode, crypto: SessionCrypto) {
        self.key = key
        cipher = mode == .aes ? crypto.key(key) : nil
    }

    package func seal(_ frame: FaceFrame) -> [UInt8] {
        let plain = frame.body
        let padded = plain + Array(repeating: 0, count: (16 - plain.count % 16) % 16)
        let hidden = crypt(padded) { $0.encryptBlock($1) }
        return [0xEF, 0xAA, UInt8(truncatingIfNeeded: hidden.count >> 8), UInt8(truncatingIfNeeded: hidden.count)]
            + hidden + [hidden.reduce(0, ^)]
    }

    /// Nil for what another key made: the size fits the blocks and the rest is zeros, or it is nothing.
    package func open(_ hidden: [UInt8]) -> FaceFrame? {
        guard !hidden.isEmpty, hidden.count % 16 == 0 else { return nil }
        let zeros = [UInt8](repeating: 0, count: 16)
        let plain = crypt(hidden) { $0.decrypt($1, zeros) }
        guard plain.count == hidden.count else { return nil }
        let end = 3 + (Int(plain[1]) << 8 | Int(plain[2]))
        guard end <= plain.count, plain.count - end < 16, plain[end...].allSatisfy({ $0 == 0 }) else { return nil }
        return FaceFrame(id: plain[0], data: Array(plain[3..<end]))
    }

    /// Block after block (ECB), or XOR with the key.
    private func crypt(_ blocks: [UInt8], _ block: (SessionKey, [UInt8]) -> [UInt8]) -> [UInt8] {
        guard let cipher else { return blocks.enumerated().map { $1 ^ key[$0 % key.count] } }
        return stride(from: 0, to: blocks.count, by: 16).flatMap { block(cipher, Array(blocks[$0..<($0 + 16)])) }
    }
}
