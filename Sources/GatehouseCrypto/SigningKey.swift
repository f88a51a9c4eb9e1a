internal import COpenSSL

/// Somebody's private Ed25519 key, out of a PEM file or behind a `pkcs11:` address. A class because the key is OpenSSL's,
/// and let go with the last owner; its octets are never read.
package final class SigningKey {
    private let key: OpaquePointer
    /// 32 octets.
    package let publicKey: [UInt8]

    /// `passphrase` is asked once, and only where the file is under one.
    package convenience init(pem: [UInt8], passphrase: () -> SecretKey?) throws(CryptoError) {
        let asked = Passphrase()
        var found = Self.read(pem, asked)
        if found == nil, asked.wasAsked {
            guard let phrase = passphrase() else { throw CryptoError("open the key: no passphrase was given") }
            asked.phrase = phrase
            found = Self.read(pem, asked)
            guard found != nil else { throw CryptoError("open the key: is the passphrase right?") }
        }
        guard let found else { throw CryptoError("read the private key (PEM)") }
        try self.init(owning: found)
    }

    /// A key that a token holds. OpenSSL needs a provider for `pkcs11:` addresses, and asks for the token's PIN itself.
    package convenience init(address: String) throws(CryptoError) {
        // A provider that is loaded by its name takes the place of the standard one: both stay for the life of the program.
        guard OSSL_PROVIDER_load(nil, "pkcs11") != nil, OSSL_PROVIDER_load(nil, "default") != nil,
            let store = OSSL_STORE_open(address, UI_OpenSSL(), nil, nil, nil)
        else { throw CryptoError("read a key from a token: OpenSSL has no provider for pkcs11: addresses here") }
        defer { OSSL_STORE_close(store) }
        var found: OpaquePointer?
        while found == nil, OSSL_STORE_eof(store) == 0 {
            guard let info = OSSL_STORE_load(store) else { break }
            found = OSSL_STORE_INFO_get1_PKEY(info)
            OSSL_STORE_INFO_free(info)
        }
        guard let found else { throw CryptoError("find a private key on the token") }
        try self.init(owning: found)
    }

    private init(owning found: OpaquePointer) throws(CryptoError) {
        key = found
        var octets = [UInt8](repeating: 0, count: 32)
        var length = 32
        guard EVP_PKEY_is_a(found, "ED25519") == 1,
            EVP_PKEY_get_raw_public_key(found, &octets, &length) == 1, length == 32
        else {
            publicKey = []
            throw CryptoError("take the key: only Ed25519 keys sign here", detail: "openssl genpkey -algorithm ed25519")
        }
        publicKey = octets
    }

    deinit { EVP_PKEY_free(key) }

    package func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError("sign") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = 64
        guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
            EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == 64
        else { throw CryptoError("sign") }
        return signature
    }

    /// What OpenSSL asks while it reads a file.
    private final class Passphrase {
        var wasAsked = false
        var phrase: SecretKey?
    }

    private static func read(_ pem: [UInt8], _ asked: Passphrase) -> OpaquePointer? {
        guard let file = Envelope.holding(pem) else { return nil }
        defer { BIO_free(file) }
        let answer: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
            room, size, _, owner in
            guard let room, let owner else { return -1 }
            let asked = Unmanaged<Passphrase>.fromOpaque(owner).takeUnretainedValue()
            asked.wasAsked = true
            guard let phrase = asked.phrase, phrase.count > 0, phrase.count <= Int(size) else { return -1 }
            phrase.withOctets {
                guard let octets = $0.baseAddress else { return }
                UnsafeMutableRawPointer(room).copyMemory(from: octets, byteCount: $0.count)
            }
            return Int32(phrase.count)
        }
        return PEM_read_bio_PrivateKey(file, nil, answer, Unmanaged.passUnretained(asked).toOpaque())
    }
}

extension Ed25519 {
    /// The public key in a PEM file; nil where it holds none of this kind.
    package static func publicKey(pem: [UInt8]) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let file = Envelope.holding(pem) else { return nil }
        defer { BIO_free(file) }
        guard let key = PEM_read_bio_PUBKEY(file, nil, nil, nil) else { return nil }
        defer { EVP_PKEY_free(key) }
        var octets = [UInt8](repeating: 0, count: 32)
        var length = 32
        guard EVP_PKEY_is_a(key, "ED25519") == 1, EVP_PKEY_get_raw_public_key(key, &octets, &length) == 1, length == 32
        else { return nil }
        return octets
    }
}
