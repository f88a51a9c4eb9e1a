internal import COpenSSL

/// Ed25519 (RFC 8032) with raw keys: 32 octets of seed, 32 of public key, 64 of signature.
package enum Ed25519 {
    package static func verify(_ message: [UInt8], signature: [UInt8], publicKey: [UInt8]) -> Bool {
        guard signature.count == 64, publicKey.count == 32,
            let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, 32)
        else { return false }
        defer {
            EVP_PKEY_free(key)
            ERR_clear_error()
        }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
            && EVP_DigestVerify(context, signature, 64, message, message.count) == 1
    }

    package static func sign(_ message: [UInt8], seed: SecretKey) throws(CryptoError) -> [UInt8] {
        let made = seed.withOctets {
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
        }
        guard let key = made else { throw CryptoError("read the signing key") }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { throw CryptoError("sign") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = 64
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &length, message, message.count) == 1
        else { throw CryptoError("sign") }
        return signature
    }

    package static func publicKey(seed: SecretKey) throws(CryptoError) -> [UInt8] {
        let made = seed.withOctets {
            EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
        }
        guard let key = made else { throw CryptoError("read the signing key") }
        defer { EVP_PKEY_free(key) }
        var octets = [UInt8](repeating: 0, count: 32)
        var length = 32
        guard EVP_PKEY_get_raw_public_key(key, &octets, &length) == 1 else { throw CryptoError("read the public key") }
        return octets
    }

    /// A public key as a PEM file (RFC 8410, section 4), for whoever has OpenSSL and not this program.
    package static func pem(publicKey: [UInt8]) -> String {
        let head: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
        return "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(head + publicKey))\n-----END PUBLIC KEY-----\n"
    }
}
