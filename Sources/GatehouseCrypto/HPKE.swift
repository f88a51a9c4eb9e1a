internal import COpenSSL
internal import GatehouseCore

/// Hybrid public key encryption (RFC 9180), base mode, one message to a key: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and
/// AES-256-GCM. A message is the encapsulated key, the cipher text and the tag.
package enum HPKE {
    static let keyLength = 32

    /// What messages are sealed with. Its number and the length of its key go into the schedule (RFC 9180, 7.3).
    package struct Cipher: Sendable {
        package var number: UInt16
        package var keyLength: Int
        package init(number: UInt16, keyLength: Int) {
            self.number = number
            self.keyLength = keyLength
        }
        package static let aes256 = Cipher(number: 2, keyLength: 32)
    }

    package static func seal(
        _ plain: [UInt8], to publicKey: [UInt8], info: [UInt8], associated: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let ephemeral = SecretKey(Random.octets(keyLength))
        let encapsulated = try self.publicKey(of: ephemeral)
        let shared = try shared(ephemeral, publicKey, encapsulated: encapsulated, receiver: publicKey)
        let (key, nonce) = schedule(shared, info: info)
        let sealed = try Seal.seal(plain, associated: associated, key: SecretKey(key), nonce: nonce)
        return encapsulated + sealed.dropFirst(nonce.count)
    }

    /// Nil when the message was sealed to another key, to another purpose, or was changed.
    package static func open(
        _ message: [UInt8], privateKey: SecretKey, info: [UInt8], associated: [UInt8]
    ) -> [UInt8]? {
        guard message.count >= keyLength + 16, let receiver = try? publicKey(of: privateKey) else { return nil }
        let encapsulated = Array(message.prefix(keyLength))
        guard let shared = try? shared(privateKey, encapsulated, encapsulated: encapsulated, receiver: receiver)
        else { return nil }
        let (key, nonce) = schedule(shared, info: info)
        return Seal.open(nonce + message.dropFirst(keyLength), associated: associated, key: SecretKey(key))
    }

    package static func publicKey(of privateKey: SecretKey) throws(CryptoError) -> [UInt8] {
        guard let key = read(privateKey) else { throw CryptoError("read the private key") }
        defer { EVP_PKEY_free(key) }
        var octets = [UInt8](repeating: 0, count: keyLength)
        var length = keyLength
        guard EVP_PKEY_get_raw_public_key(key, &octets, &length) == 1 else { throw CryptoError("read the public key") }
        return octets
    }

    // MARK: Key encapsulation (RFC 9180, 4.1)

    /// The secret that both ends come to.
    package static func shared(
        _ privateKey: SecretKey, _ publicKey: [UInt8], encapsulated: [UInt8], receiver: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        let suite = Array("KEM".utf8) + two(0x20)
        let exchanged = try exchange(privateKey, publicKey)
        let secret = extract(salt: [], suite, "eae_prk", exchanged)
        return expand(secret, suite, "shared_secret", encapsulated + receiver, keyLength)
    }

    /// X25519 (RFC 7748); OpenSSL refuses a public key that gives nothing but zeros.
    private static func exchange(_ privateKey: SecretKey, _ publicKey: [UInt8]) throws(CryptoError) -> [UInt8] {
        defer { ERR_clear_error() }
        guard publicKey.count == keyLength, let key = read(privateKey) else { throw CryptoError("read the keys") }
        defer { EVP_PKEY_free(key) }
        guard let peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, publicKey, keyLength) else {
            throw CryptoError("read the public key")
        }
        defer { EVP_PKEY_free(peer) }
        guard let context = EVP_PKEY_CTX_new(key, nil) else { throw CryptoError("exchange keys") }
        defer { EVP_PKEY_CTX_free(context) }
        var secret = [UInt8](repeating: 0, count: keyLength)
        var length = keyLength
        guard EVP_PKEY_derive_init(context) == 1, EVP_PKEY_derive_set_peer(context, peer) == 1,
            EVP_PKEY_derive(context, &secret, &length) == 1, length == keyLength
        else { throw CryptoError("exchange keys") }
        return secret
    }

    private static func read(_ key: SecretKey) -> OpaquePointer? {
        key.withOctets {
            EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nil, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
        }
    }

    // MARK: Key schedule (RFC 9180, 5.1)

    package static func schedule(
        _ shared: [UInt8], info: [UInt8], cipher: Cipher = .aes256
    ) -> (key: [UInt8], nonce: [UInt8]) {
        let suite = Array("HPKE".utf8) + two(0x20) + two(1) + two(cipher.number)
        let context = [0] + extract(salt: [], suite, "psk_id_hash", []) + extract(salt: [], suite, "info_hash", info)
        let secret = extract(salt: shared, suite, "secret", [])
        return (
            expand(secret, suite, "key", context, cipher.keyLength), expand(secret, suite, "base_nonce", context, 12)
        )
    }

    private static func two(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }

    private static func extract(salt: [UInt8], _ suite: [UInt8], _ label: String, _ octets: [UInt8]) -> [UInt8] {
        let salt = salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt
        return Hash.hmac(Array("HPKE-v1".utf8) + suite + Array(label.utf8) + octets, key: SecretKey(salt))
    }

    /// HKDF-Expand (RFC 5869) of one block: nothing here is longer than 32 octets.
    private static func expand(
        _ secret: [UInt8], _ suite: [UInt8], _ label: String, _ info: [UInt8], _ length: Int
    ) -> [UInt8] {
        precondition(length <= 32, "\(length) octets")
        let labelled = two(UInt16(length)) + Array("HPKE-v1".utf8) + suite + Array(label.utf8) + info
        return Array(Hash.hmac(labelled + [1], key: SecretKey(secret)).prefix(length))
    }
}
