import GatehouseAccounts
import GatehouseCore
import Testing

@Suite("Time codes") struct TimeCodeTests {
    /// RFC 6238, appendix B, the rows of SHA-1.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func codesAreThoseOfTheRFC(seconds: Int64, code: String) {
        let step = TimeCodeSecret.step(at: CivilTime(seconds: seconds))
        #expect(Made.secret.code(step: step, digits: 8) == code)
        #expect(Made.secret.code(step: step) == String(code.suffix(6)))
    }

    @Test func aClockMayBeAStepOff() {
        let now = CivilTime(seconds: 3000)
        for step in Int64(90)...110 {
            let found = Made.secret.step(of: Made.secret.code(step: step), at: now, after: nil)
            #expect(found == ((99...101).contains(step) ? step : nil), "step \(step)")
        }
    }

    @Test func aCodeCountsOnce() {
        let now = CivilTime(seconds: 3000)
        let code = Made.secret.code(step: 100)
        #expect(Made.secret.step(of: code, at: now, after: 99) == 100)
        #expect(Made.secret.step(of: code, at: now, after: 100) == nil)
        #expect(Made.secret.step(of: Made.secret.code(step: 101), at: now, after: 100) == 101)
    }

    @Test func blanksBetweenTheDigitsAreNoPartOfIt() {
        let code = Made.secret.code(step: 100)
        #expect(
            Made.secret.step(of: "\(code.prefix(3)) \(code.suffix(3))", at: CivilTime(seconds: 3000), after: nil) == 100
        )
    }

    @Test(arguments: ["", "12345", "1234567", "abcdef", "１２３４５６"])
    func anythingElseIsNoCode(code: String) {
        #expect(Made.secret.step(of: code, at: CivilTime(seconds: 3000), after: nil) == nil)
    }

    /// RFC 4648, section 10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func base32IsThatOfTheRFC(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
        #expect(Base32.decode(encoded) == Array(text.utf8))
    }

    @Test(arguments: ["M", "MZ1W6", "mzxw6", "MZ", "MZXW6A", "MY======"])
    func brokenBase32IsNone(text: String) { #expect(Base32.decode(text) == nil) }

    @Test func anAuthenticatorGetsItsAddress() {
        let address = Made.secret.address(for: Made.name("张伟"), issuer: "East gate")
        #expect(
            address
                == "otpauth://totp/East%20gate:%E5%BC%A0%E4%BC%9F?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=East%20gate&algorithm=SHA1&digits=6&period=30"
        )
    }
}
