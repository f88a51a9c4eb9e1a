internal import COpenSSL

package enum Hash {
    /// SHA-256 of the octets: 32 octets.
    package static func sha256(_ octets: some Sequence<UInt8>) -> [UInt8] {
        let input = Array(octets)
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_Digest(input, input.count, &digest, nil, algorithm, nil) == 1 else {
            preconditionFailure("SHA-256 is not available")
        }
        return digest
    }

    /// Looked up once: OpenSSL's one-shot `SHA256` searches its providers at each use. Never freed, never changed.
    nonisolated(unsafe) fileprivate static let algorithm: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else {
            preconditionFailure("SHA-256 is not available")
        }
        return algorithm
    }()

    /// MD5: 16 octets. For devices that know nothing better; nothing of ours rests on it.
    package static func md5(_ octets: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 16)
        guard EVP_Digest(octets, octets.count, &digest, nil, EVP_md5(), nil) == 1 else {
            preconditionFailure("MD5 is not available")
        }
        return digest
    }

    /// HMAC-SHA-256: 32 octets.
    package static func hmac(_ octets: [UInt8], key: SecretKey) -> [UInt8] {
        key.withOctets { key in
            var tag = [UInt8](repeating: 0, count: 32)
            var length = 0
            let done = EVP_Q_mac(
                nil, "HMAC", nil, "SHA256", nil, key.baseAddress, key.count, octets, octets.count, &tag, tag.count,
                &length)
            guard done != nil, length == 32 else { preconditionFailure("HMAC-SHA-256 is not available") }
            return tag
        }
    }

    /// HMAC-SHA-1: 20 octets. For time codes (RFC 6238), which every authenticator makes with it.
    package static func hmacSHA1(_ octets: [UInt8], key: SecretKey) -> [UInt8] {
        key.withOctets { key in
            var tag = [UInt8](repeating: 0, count: 20)
            var length = 0
            let done = EVP_Q_mac(
                nil, "HMAC", nil, "SHA1", nil, key.baseAddress, key.count, octets, octets.count, &tag, tag.count,
                &length)
            guard done != nil, length == 20 else { preconditionFailure("HMAC-SHA-1 is not available") }
            return tag
        }
    }

    /// Compares in a time that does not depend on where the octets differ.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// HMAC-SHA-256 under one key, for many values: the key is set up once. A class because it owns OpenSSL's context.
package final class KeyedHash: Sendable {
    // Set up in init; each value works on a copy of it.
    nonisolated(unsafe) private let context: OpaquePointer

    package init(key: SecretKey) {
        guard let mac = EVP_MAC_fetch(nil, "HMAC", nil), let context = EVP_MAC_CTX_new(mac) else {
            preconditionFailure("HMAC-SHA-256 is not available")
        }
        EVP_MAC_free(mac)
        var name = Array("SHA256".utf8CString)
        let isReady = name.withUnsafeMutableBufferPointer { name in
            let parameters = [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return key.withOctets { key in
                EVP_MAC_init(context, key.bindMemory(to: UInt8.self).baseAddress, key.count, parameters) == 1
            }
        }
        guard isReady else { preconditionFailure("HMAC-SHA-256 is not available") }
        self.context = context
    }

    deinit { EVP_MAC_CTX_free(context) }

    package func digest(_ octets: [UInt8]) -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: 32)
        var length = 0
        guard let copy = EVP_MAC_CTX_dup(context) else { preconditionFailure("HMAC-SHA-256 is not available") }
        defer { EVP_MAC_CTX_free(copy) }
        guard EVP_MAC_update(copy, octets, octets.count) == 1, EVP_MAC_final(copy, &tag, &length, tag.count) == 1,
            length == 32
        else { preconditionFailure("HMAC-SHA-256 is not available") }
        return tag
    }

    /// The same without a copy of the context, for an owner that shares this object with no other thread.
    package func digestAlone(_ octets: [UInt8]) -> [UInt8] {
        var length = 0
        return [UInt8](unsafeUninitializedCapacity: 32) { tag, count in
            // Without a key it begins anew under the one that it has.
            guard EVP_MAC_init(context, nil, 0, nil) == 1, EVP_MAC_update(context, octets, octets.count) == 1,
                EVP_MAC_final(context, tag.baseAddress, &length, 32) == 1, length == 32
            else { preconditionFailure("HMAC-SHA-256 is not available") }
            count = 32
        }
    }
}

/// SHA-256 of what comes piece by piece. A class because it owns OpenSSL's context; used by one thread.
package final class RunningHash {
    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex2(context, Hash.algorithm, nil) == 1 else {
            preconditionFailure("SHA-256 is not available")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    package func update(_ octets: some Collection<UInt8>) {
        let done = octets.withContiguousStorageIfAvailable { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        if done == nil { _ = Array(octets).withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) } }
    }

    /// The digest; the next octets begin another one.
    package func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        guard EVP_DigestFinal_ex(context, &digest, nil) == 1, EVP_DigestInit_ex2(context, Hash.algorithm, nil) == 1
        else { preconditionFailure("SHA-256 is not available") }
        return digest
    }
}

package enum Random {
    /// Octets of the operating system's generator.
    package static func octets(_ count: Int) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&octets, Int32(count)) == 1 else { preconditionFailure("no random octets to be had") }
        return octets
    }
}
