import GatehouseCore
import GatehouseCrypto
import Testing

/// RFC 9180 against its own vector and against messages of another implementation (pyhpke 0.6.5), and pictures sealed with it.
@Suite("HPKE")
struct HPKETests {
    private static func octets(_ text: String) -> [UInt8] { Hexadecimal.decode(text) ?? [] }

    private let receiver = SecretKey(octets("4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8"))
    private let receiverKey = octets("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d")
    private let ode = octets("4f6465206f6e2061204772656369616e2055726e")

    /// RFC 9180, A.1.1: of AES-128-GCM, whose schedule differs by the number and the length of its key alone.
    @Test func theScheduleIsThatOfTheRFC() throws {
        let encapsulated = Self.octets("37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431")
        #expect(try HPKE.publicKey(of: receiver) == receiverKey)
        let shared = try HPKE.shared(receiver, encapsulated, encapsulated: encapsulated, receiver: receiverKey)
        #expect(
            Hexadecimal.encode(shared) == "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc")
        let schedule = HPKE.schedule(shared, info: ode, cipher: HPKE.Cipher(number: 1, keyLength: 16))
        #expect(Hexadecimal.encode(schedule.key) == "4531685d41d65f03dc48f6b8302c05b0")
        #expect(Hexadecimal.encode(schedule.nonce) == "56d890e5accaaf011cff4b7d")
    }

    @Test(arguments: [
        (
            "4f6465206f6e2061204772656369616e2055726e", "436f756e742d30",
            "b361a7491301192702f76241c5ae5b1e47edb7a7d2d1a0f80860dcbbd5e6c701ba55495e1f0f0d3fde06573a63ef10c924bdb60d775dbf1f59f5c8954876d01d65ad6ce889e07656d5136d6042",
            "Beauty is truth, truth beauty"
        ),
        (
            "67617465686f75736520706963747572652031", "",
            "994214b36b656739fe7069e19e78f9d6052b81b0fee2fb4db4eaa8f382dd263971159fca45c6667ebe36e2707eac5860", ""
        ),
    ])
    func messagesOfOthersAreOpened(info: String, associated: String, message: String, plain: String) {
        let opened = HPKE.open(
            Self.octets(message), privateKey: receiver, info: Self.octets(info), associated: Self.octets(associated))
        #expect(opened == Array(plain.utf8))
        #expect(
            HPKE.open(
                Self.octets(message), privateKey: receiver, info: [1], associated: Self.octets(associated)) == nil)
    }

    @Test func noMessageIsLikeAnotherAndNoOctetMayChange() throws {
        let plain = Array("a face".utf8)
        let sealed = try (0..<2).map { _ in try HPKE.seal(plain, to: receiverKey, info: ode, associated: [1]) }
        #expect(sealed[0] != sealed[1] && sealed[0].prefix(32) != sealed[1].prefix(32))
        #expect(sealed.allSatisfy { HPKE.open($0, privateKey: receiver, info: ode, associated: [1]) == plain })
        #expect(HPKE.open(sealed[0], privateKey: receiver, info: ode, associated: [2]) == nil)
        let other = SecretKey([UInt8](repeating: 1, count: 32))
        #expect(HPKE.open(sealed[0], privateKey: other, info: ode, associated: [1]) == nil)
        for index in sealed[0].indices {
            var changed = sealed[0]
            changed[index] ^= 1
            #expect(HPKE.open(changed, privateKey: receiver, info: ode, associated: [1]) == nil, "\(index)")
            let short = Array(sealed[0].prefix(index))
            #expect(HPKE.open(short, privateKey: receiver, info: ode, associated: [1]) == nil, "\(index)")
        }
    }

    /// A key that gives the same secret to everybody.
    @Test func aKeyOfNothingButZerosIsRefused() {
        #expect(throws: CryptoError.self) {
            try HPKE.seal([1], to: [UInt8](repeating: 0, count: 32), info: [], associated: [])
        }
        #expect(throws: CryptoError.self) { try HPKE.seal([1], to: [1, 2, 3], info: [], associated: []) }
    }

    @Test func aPictureNamesItsKeyAndOpensWithItAlone() throws {
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 3, count: 32))).storeSecrets.pictures
        let others = KeyRing(master: SecretKey([UInt8](repeating: 4, count: 32))).storeSecrets.pictures
        let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE1] + Array("Exif".utf8) + [0xFF, 0xD9]
        let file = try PictureSeal.seal(picture, to: keys.publicKey)
        #expect(file.count == picture.count + SealedPicture.overhead && file.starts(with: SealedPicture.mark))
        let sealed = try #require(SealedPicture(file))
        #expect(sealed.octets == file && sealed.key == keys.name && sealed.key != others.name)
        #expect(keys.open(sealed, nil) == picture && others.open(sealed, nil) == nil)
        #expect(others.open(sealed, keys.privateKey()) == picture, "an older key goes on opening what was sealed to it")
        var renamed = sealed
        renamed.key[0] ^= 1
        #expect(keys.open(renamed, nil) == nil, "the head is bound to the message")
        #expect(SealedPicture(Array(file.prefix(SealedPicture.overhead - 1))) == nil && SealedPicture(picture) == nil)
    }

    @Test func anOlderKeyIsKeptUnderItsName() throws {
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 3, count: 32))).storeSecrets.pictures
        let sealed = try keys.sealKey([1, 2, 3], keys.name)
        #expect(keys.openKey(sealed, keys.name) == [1, 2, 3])
        #expect(keys.openKey(sealed, [0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        let others = KeyRing(master: SecretKey([UInt8](repeating: 4, count: 32))).storeSecrets.pictures
        #expect(others.openKey(sealed, keys.name) == nil)
    }
}
