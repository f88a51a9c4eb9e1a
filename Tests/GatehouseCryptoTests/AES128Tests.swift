import GatehouseCore
import GatehouseCrypto
import Testing

@Suite struct AES128Tests {
    static let key = "2b7e151628aed2a6abf7158809cf4f3c"
    static let plain =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
    static let start = "000102030405060708090a0b0c0d0e0f"

    private func octets(_ hex: String) throws -> [UInt8] { try #require(Hexadecimal.decode(hex)) }
    private func key(_ hex: String) throws -> AES128 { AES128(SecretKey(try octets(hex))) }

    /// FIPS 197, appendix C.1.
    @Test func theExampleOfTheStandard() throws {
        let cipher = try key("000102030405060708090a0b0c0d0e0f").encryptECB(
            try octets("00112233445566778899aabbccddeeff"))
        #expect(Hexadecimal.encode(cipher) == "69c4e0d86a7b0430d8cdb78070b4c55a")
    }

    /// NIST SP 800-38A, F.1.1.
    @Test func blocksOneByOne() throws {
        #expect(
            Hexadecimal.encode(try key(Self.key).encryptECB(try octets(Self.plain)))
                == "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf43b1cd7f598ece23881b00e3ed0306887b0c785e27e8ad3f8223207104725dd4"
        )
    }

    /// NIST SP 800-38A, F.2.1 and F.2.2.
    @Test func blocksInAChainAndBack() throws {
        let key = try key(Self.key)
        let cipher = key.encryptCBC(try octets(Self.plain), start: try octets(Self.start))
        #expect(
            Hexadecimal.encode(cipher)
                == "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"
        )
        let plain = key.decryptCBC(cipher, start: try octets(Self.start))
        #expect(Hexadecimal.encode(plain) == Self.plain)
        // A chain leaves nothing behind for the next one under the same key.
        #expect(key.encryptCBC(try octets(Self.plain), start: try octets(Self.start)) == cipher)
    }

    @Test func theClosuresAreTheSameCipher() throws {
        let key = SessionCrypto.openSSL.key(try octets(Self.key))
        let first = Array(try octets(Self.plain).prefix(16))
        #expect(Hexadecimal.encode(key.encryptBlock(first)) == "3ad77bb40d7a3660a89ecaf32466ef97")
        let cipher = key.encrypt(first, try octets(Self.start))
        #expect(Hexadecimal.encode(cipher) == "7649abac8119b246cee98e9b12e9197d")
        #expect(key.decrypt(cipher, try octets(Self.start)) == first)
        #expect(key.encrypt([], try octets(Self.start)) == [])
        #expect(SessionCrypto.openSSL.areEqual([1, 2], [1, 2]))
        #expect(!SessionCrypto.openSSL.areEqual([1, 2], [1, 3]))
        #expect(SessionCrypto.openSSL.random(16) != SessionCrypto.openSSL.random(16))
    }

    @Test func everyPatternedReaderKeyIsRefused() throws {
        var keys: Set<[UInt8]> = []
        for first in UInt8.min...UInt8.max {
            for step: UInt8 in [0, 1, 0xFF] {
                let key = (0..<16).map { first &+ UInt8($0) &* step }
                keys.insert(key)
                #expect(ReaderKey.fault(of: key) == .patterned)
                guard case .failure(.patterned) = ReaderKey.make(key, crypto: .openSSL) else {
                    Issue.record("\(key) was taken")
                    continue
                }
            }
        }
        #expect(keys.count == 768)
        #expect(keys.contains(Array(0x30...0x3F)), "the default key is among them")
    }

    @Test func aThrownKeyIsTakenAndOthersAreNamed() throws {
        #expect(ReaderKey.fault(of: try octets("8a0cbc6fd9269e7d920994bf522d85d6")) == nil)
        #expect(ReaderKey.fault(of: []) == .length(0))
        #expect(ReaderKey.fault(of: [UInt8](repeating: 7, count: 17)) == .length(17))
        // One octet away from a pattern is still a number that somebody may have thrown.
        #expect(ReaderKey.fault(of: Array(0x30...0x3E) + [0x40]) == nil)
    }
}
