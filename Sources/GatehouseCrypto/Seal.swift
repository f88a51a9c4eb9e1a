internal import COpenSSL

/// AES-256-GCM. A sealed value is the 12 octets of nonce, the cipher text and the 16 octets of tag.
package enum Seal {
    /// Looked up once: OpenSSL's `EVP_aes_256_gcm` searches its providers at each use. Never freed, never changed.
    nonisolated(unsafe) private static let cipher: OpaquePointer = {
        guard let cipher = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil) else {
            preconditionFailure("AES-256-GCM is not available")
        }
        return cipher
    }()

    /// Seals under a random nonce, or under the given one where the caller guarantees that it never comes twice.
    package static func seal(
        _ plain: [UInt8], associated: [UInt8], key: SecretKey, nonce: [UInt8]? = nil
    ) throws(CryptoError) -> [UInt8] {
        let nonce = nonce ?? Random.octets(12)
        precondition(nonce.count == 12 && key.count == 32, "nonce \(nonce.count), key \(key.count)")
        guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError("seal") }
        defer { EVP_CIPHER_CTX_free(context) }
        var isDone = false
        // Written where they stay: pieces of an archive are large.
        let sealed = [UInt8](unsafeUninitializedCapacity: 12 + plain.count + 16) { octets, count in
            let start = octets.baseAddress!
            start.update(from: nonce, count: 12)
            var length: Int32 = 0
            var rest: Int32 = 0
            let isReady = key.withOctets {
                EVP_EncryptInit_ex2(context, cipher, $0.bindMemory(to: UInt8.self).baseAddress, nonce, nil) == 1
            }
            isDone =
                isReady && EVP_EncryptUpdate(context, nil, &length, associated, Int32(associated.count)) == 1
                && EVP_EncryptUpdate(context, start + 12, &length, plain, Int32(plain.count)) == 1
                && EVP_EncryptFinal_ex(context, start + 12 + Int(length), &rest) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, start + 12 + plain.count) == 1
            count = isDone ? 12 + plain.count + 16 : 0
        }
        guard isDone else { throw CryptoError("seal") }
        return sealed
    }

    /// Nil when the seal is broken: other key, other associated data, or a changed octet.
    package static func open(_ sealed: [UInt8], associated: [UInt8], key: SecretKey) -> [UInt8]? {
        precondition(key.count == 32, "key \(key.count)")
        guard sealed.count >= 28, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let size = sealed.count - 28
        var plain = [UInt8](repeating: 0, count: size + 1)
        var length: Int32 = 0
        var rest: Int32 = 0
        let isGood = sealed.withUnsafeBufferPointer { sealed in
            var tag = Array(sealed[(12 + size)...])
            return key.withOctets {
                EVP_DecryptInit_ex2(
                    context, cipher, $0.bindMemory(to: UInt8.self).baseAddress, sealed.baseAddress, nil) == 1
            }
                && EVP_DecryptUpdate(context, nil, &length, associated, Int32(associated.count)) == 1
                && EVP_DecryptUpdate(context, &plain, &length, sealed.baseAddress! + 12, Int32(size)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1
                && plain.withUnsafeMutableBufferPointer {
                    EVP_DecryptFinal_ex(context, $0.baseAddress! + Int(length), &rest) == 1
                }
        }
        guard isGood else {
            ERR_clear_error()
            return nil
        }
        plain.removeLast()
        return plain
    }
}
