import GatehouseCore
import GatehouseCrypto
import Testing

@Suite("Passes as text")
struct PassKeysTests {
    static let seed = SecretKey([UInt8](repeating: 1, count: 32))
    static let claims = PassClaims(
        id: PassID(0x0123_4567_89AB_CDEF), issuer: "lotus", from: 1_795_176_000, until: 1_795_262_400,
        points: ["wicket-in", "south/lane-in"], uses: 2, host: 17, plate: "鲁G12345")

    /// The same claims under the same key, as the library cwt 3.3.0 of PyPI wrote them.
    static let text =
        "GP1.0oRNogEnBEg0dQ-YvVn8_KBYU6gBZWxvdHVzA4Jpd2lja2V0LWlubXNvdXRoL2xhbmUtaW4EGmsBh8AFGmsANkAHSAEjRWeJq83v"
        + "OgABAAACOgABAAEROgABAAJp6bKBRzEyMzQ1WEAbgZbkUo6llP26TGq4EjZjkhRr6WQpZKYD38gEqiYwChDED9UceccLY-P6cwzkgPz3"
        + "9bDL7870bWfLbd-FKb8M"

    private func keys(_ site: String = "lotus", trusted: [PassIssuer] = []) throws -> PassKeys {
        try PassKeys(seed: Self.seed, site: site, trusted: trusted)
    }

    @Test func anotherLibraryWritesTheSameOctets() throws {
        #expect(try keys().sign(Self.claims) == Self.text)
        #expect(try keys().open(Self.text) == OpenedPass(claims: Self.claims, sharesRegister: true))
    }

    @Test func everyChangedBitIsRefused() throws {
        let keys = try keys()
        let octets = try #require(Base64.decode(Self.text.dropFirst(4), isURLSafe: true))
        for index in octets.indices {
            for bit in 0..<8 {
                var changed = octets
                changed[index] ^= 1 << UInt8(bit)
                let text = PassToken.prefix + Base64.encode(changed, isURLSafe: true)
                #expect(keys.open(text) == nil, "octet \(index) bit \(bit)")
            }
        }
    }

    @Test func everyChangedCharacterAndEveryPieceIsRefused() throws {
        let keys = try keys()
        let characters = Array(Self.text.utf8)
        for index in characters.indices {
            for other in [UInt8(ascii: "A"), UInt8(ascii: "_"), UInt8(ascii: " "), 0xC3]
            where characters[index] != other {
                var changed = characters
                changed[index] = other
                #expect(keys.open(String(decoding: changed, as: UTF8.self)) == nil, "character \(index)")
            }
            #expect(keys.open(String(decoding: characters[..<index], as: UTF8.self)) == nil)
        }
        for more in ["A", "=", "==", " ", "\n"] { #expect(keys.open(Self.text + more) == nil) }
    }

    @Test func aPassIsOpenedUnderTheNameOfItsKeyAlone() throws {
        let other = try PassKeys(seed: SecretKey([UInt8](repeating: 2, count: 32)), site: "north")
        #expect(other.open(Self.text) == nil, "the key is not listed")
        func north(_ name: String, _ sharesRegister: Bool) throws -> PassKeys {
            let issuer = PassIssuer(name: name, publicKey: try keys().publicKey, sharesRegister: sharesRegister)
            return try PassKeys(
                seed: SecretKey([UInt8](repeating: 2, count: 32)), site: "north", trusted: [issuer])
        }
        #expect(try north("lotus", false).open(Self.text) == OpenedPass(claims: Self.claims, sharesRegister: false))
        #expect(try north("lotus", true).open(Self.text)?.sharesRegister == true)
        #expect(try north("office", true).open(Self.text) == nil, "listed under another name")
        #expect(try keys("office").open(Self.text) == nil, "the key is ours and the name is not")
    }

    @Test func aPassThatReadersCannotSendIsNotSigned() throws {
        var claims = Self.claims
        claims.points = (1...9).map { "community-\($0)/wicket-in" }
        #expect(throws: PassKeys.Refusal.self) { try keys().sign(claims) }
        claims.points = []
        #expect(throws: PassKeys.Refusal.wrongClaims) { try keys().sign(claims) }
    }

    static let wrong: [(String, @Sendable (inout PassClaims) -> Void)] = [
        ("a window of more than a year", { $0.until = $0.from + 367 * 86400 }),
        ("an end before the beginning", { $0.until = $0.from }), ("a beginning before 1970", { $0.from = -1 }),
        (
            "an end past all seconds",
            {
                $0.until = Int64(UInt32.max)
                $0.from = $0.until - 1
            }
        ),
        ("no grant", { $0.uses = 0 }), ("an empty plate", { $0.plate = "" }), ("nobody", { $0.issuer = "" }),
    ]

    @Test(arguments: wrong)
    func claimsOutOfBoundsAreNone(what: String, change: @Sendable (inout PassClaims) -> Void) throws {
        var claims = Self.claims
        change(&claims)
        let payload = PassToken.payload(of: claims)
        // Signed by the right key all the same.
        let keys = try keys()
        let signature = try Ed25519.sign(PassToken.signed(keyID: keys.keyID, payload: payload), seed: Self.seed)
        let token = PassToken(keyID: keys.keyID, payload: payload, signature: signature)
        #expect(PassToken(octets: token.encoded) == token)
        #expect(keys.open(PassToken.prefix + Base64.encode(token.encoded, isURLSafe: true)) == nil, "\(what)")
    }

    @Test func anUnknownClaimIsNotPassedOver() throws {
        var pairs = try #require(CanonicalValue(decoding: PassToken.payload(of: Self.claims))?.numbered)
        pairs[2] = .text("somebody")
        let token = PassToken(
            keyID: [UInt8](repeating: 0, count: 8), payload: CanonicalValue.numbered(pairs).encoded(),
            signature: [UInt8](repeating: 0, count: 64))
        #expect(token.claims == nil)
    }
}
