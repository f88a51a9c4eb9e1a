internal import COpenSSL
package import GatehouseCore
internal import Synchronization

/// AES-128 (FIPS 197) under one key, on whole blocks without padding, ECB and CBC (NIST SP 800-38A): what secured readers
/// speak. A class because the expanded key is memory of OpenSSL's, made once for each way of use and wiped at the end;
/// the locks are for a key that several threads hold.
package final class AES128: Sendable {
    private let encryptingECB: Mutex<Machine>
    private let encryptingCBC: Mutex<Machine>
    private let decryptingCBC: Mutex<Machine>

    /// A key of 16 octets.
    package init(_ key: SecretKey) {
        precondition(key.count == 16, "an AES-128 key of \(key.count) octets")
        encryptingECB = Mutex(Machine(EVP_aes_128_ecb(), key, isEncrypting: true))
        encryptingCBC = Mutex(Machine(EVP_aes_128_cbc(), key, isEncrypting: true))
        decryptingCBC = Mutex(Machine(EVP_aes_128_cbc(), key, isEncrypting: false))
    }

    package func encryptECB(_ blocks: [UInt8]) -> [UInt8] {
        encryptingECB.withLock { $0.run(blocks, start: nil) }
    }

    /// `start` is one block.
    package func encryptCBC(_ blocks: [UInt8], start: [UInt8]) -> [UInt8] {
        encryptingCBC.withLock { $0.run(blocks, start: start) }
    }

    package func decryptCBC(_ blocks: [UInt8], start: [UInt8]) -> [UInt8] {
        decryptingCBC.withLock { $0.run(blocks, start: start) }
    }
}

/// One key in one mode and direction.
private struct Machine: ~Copyable {
    private let context: OpaquePointer

    init(_ cipher: OpaquePointer?, _ key: SecretKey, isEncrypting: Bool) {
        let made = EVP_CIPHER_CTX_new()
        let isReady = key.withOctets {
            EVP_CipherInit_ex2(
                made, cipher, $0.bindMemory(to: UInt8.self).baseAddress, nil, isEncrypting ? 1 : 0, nil) == 1
        }
        guard let made, isReady, EVP_CIPHER_CTX_set_padding(made, 0) == 1 else {
            preconditionFailure("AES-128 is not available")
        }
        context = made
    }

    deinit {
        // Wipes the expanded key too.
        EVP_CIPHER_CTX_free(context)
    }

    mutating func run(_ blocks: [UInt8], start: [UInt8]?) -> [UInt8] {
        precondition(
            blocks.count % 16 == 0 && start?.count ?? 16 == 16,
            "\(blocks.count) octets, start of \(start?.count ?? 16)")
        var length: Int32 = 0
        let output = [UInt8](unsafeUninitializedCapacity: blocks.count) { octets, count in
            guard EVP_CipherInit_ex2(context, nil, nil, start, -1, nil) == 1,
                EVP_CipherUpdate(context, octets.baseAddress, &length, blocks, Int32(blocks.count)) == 1,
                length == blocks.count
            else { preconditionFailure("AES-128 is not available") }
            count = blocks.count
        }
        return output
    }
}

extension SessionCrypto {
    /// Over OpenSSL and the operating system's dice.
    package static let openSSL = SessionCrypto(
        key: { octets in
            let key = AES128(SecretKey(octets))
            return SessionKey(
                encryptBlock: { key.encryptECB($0) }, encrypt: { key.encryptCBC($0, start: $1) },
                decrypt: { key.decryptCBC($0, start: $1) })
        },
        areEqual: { Hash.areEqual($0, $1) }, random: { Random.octets($0) })
}

extension FaceCrypto {
    package static let openSSL = FaceCrypto(session: .openSSL, md5: { Hash.md5($0) })
}
