internal import COpenSSL
package import GatehouseCore

/// AES-128 (FIPS 197) on whole blocks, ECB and CBC (NIST SP 800-38A), without padding: what secured readers speak.
package enum AES128 {
    package static func encryptECB(_ blocks: [UInt8], key: SecretKey) -> [UInt8] {
        run(blocks, key, EVP_aes_128_ecb(), start: nil, isEncrypting: true)
    }

    package static func encryptCBC(_ blocks: [UInt8], key: SecretKey, start: [UInt8]) -> [UInt8] {
        run(blocks, key, EVP_aes_128_cbc(), start: start, isEncrypting: true)
    }

    package static func decryptCBC(_ blocks: [UInt8], key: SecretKey, start: [UInt8]) -> [UInt8] {
        run(blocks, key, EVP_aes_128_cbc(), start: start, isEncrypting: false)
    }

    private static func run(
        _ blocks: [UInt8], _ key: SecretKey, _ cipher: OpaquePointer?, start: [UInt8]?, isEncrypting: Bool
    ) -> [UInt8] {
        precondition(
            key.count == 16 && blocks.count % 16 == 0 && start?.count ?? 16 == 16,
            "key of \(key.count), \(blocks.count) octets, start of \(start?.count ?? 16)")
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("AES-128 is not available") }
        // Wipes the expanded key too.
        defer { EVP_CIPHER_CTX_free(context) }
        var output = [UInt8](repeating: 0, count: blocks.count + 16)
        var length: Int32 = 0
        let isReady = key.withOctets {
            EVP_CipherInit_ex2(
                context, cipher, $0.bindMemory(to: UInt8.self).baseAddress, start, isEncrypting ? 1 : 0, nil) == 1
        }
        guard isReady, EVP_CIPHER_CTX_set_padding(context, 0) == 1,
            EVP_CipherUpdate(context, &output, &length, blocks, Int32(blocks.count)) == 1, length == blocks.count
        else { preconditionFailure("AES-128 is not available") }
        output.removeLast(16)
        return output
    }
}

extension SessionCrypto {
    /// Over OpenSSL and the operating system's dice.
    package static let openSSL = SessionCrypto(
        key: { octets in
            let secret = SecretKey(octets)
            return SessionKey(
                encryptBlock: { AES128.encryptECB($0, key: secret) },
                encrypt: { AES128.encryptCBC($0, key: secret, start: $1) },
                decrypt: { AES128.decryptCBC($0, key: secret, start: $1) })
        },
        areEqual: { Hash.areEqual($0, $1) }, random: { Random.octets($0) })
}

extension FaceCrypto {
    package static let openSSL = FaceCrypto(session: .openSSL, md5: { Hash.md5($0) })
}
