package import GatehouseCore
internal import GatehouseCrypto

/// The secret of a second factor: time codes by RFC 6238 over HMAC-SHA-1, 6 digits, 30 s, as every authenticator has them.
package struct TimeCodeSecret: Hashable, Sendable, CustomStringConvertible {
    package let octets: [UInt8]

    /// RFC 4226, section 4: 128 bits at least, 160 recommended.
    package static let length = 20
    package static let seconds: Int64 = 30

    /// Nil for one that is too short to be safe, or longer than SHA-1 takes whole.
    package init?(_ octets: [UInt8]) {
        guard (16...64).contains(octets.count) else { return nil }
        self.octets = octets
    }
    /// Base32 (RFC 4648) without padding, as the file and an authenticator have it.
    package init?(base32 text: String) {
        guard let octets = Base32.decode(text) else { return nil }
        self.init(octets)
    }

    package var base32: String { Base32.encode(octets) }
    package var description: String { "secret of time codes" }

    package static func step(at time: CivilTime) -> Int64 { time.seconds / seconds }

    /// RFC 4226, section 5.3.
    package func code(step: Int64, digits: Int = 6) -> String {
        let message = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let tag = Hash.hmacSHA1(message, key: SecretKey(octets))
        let offset = Int(tag[19] & 15)
        let number = tag[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let modulus = (0..<digits).reduce(UInt32(1)) { product, _ in product * 10 }
        let text = String(number % modulus)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// The step that a code belongs to: this one, the one before or the one after, and later than the last one that was
    /// taken. Nil for any other code. Blanks between the digits are no part of it.
    package func step(of code: String, at time: CivilTime, after last: Int64?) -> Int64? {
        let typed = Array(code.utf8.filter { $0 != 32 })
        let now = Self.step(at: time)
        var found: Int64?
        for step in [now - 1, now, now + 1] where step > last ?? .min {
            if Hash.areEqual(Array(self.code(step: step).utf8), typed) { found = step }
        }
        return found
    }

    /// What an authenticator reads, as a QR code or typed: the key URI format that Google Authenticator made common.
    package func address(for name: AccountName, issuer: String) -> String {
        let (issuer, name) = (Self.escaped(issuer), Self.escaped(name.text))
        return "otpauth://totp/\(issuer):\(name)?secret=\(base32)&issuer=\(issuer)&algorithm=SHA1&digits=6&period=30"
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { octet in
            switch octet {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                String(UnicodeScalar(octet))
            default: "%" + Hexadecimal.encode([octet]).uppercased()
            }
        }.joined()
    }
}

/// Base32 (RFC 4648, section 6) in capitals and without padding.
package enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    package static func encode(_ octets: [UInt8]) -> String {
        var (text, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for octet in octets {
            bits = bits << 8 | UInt32(octet)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(alphabet[Int(bits >> UInt32(count) & 31)])
            }
        }
        if count > 0 { text.append(alphabet[Int(bits << UInt32(5 - count) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for any octet outside the alphabet and for bits that would be lost.
    package static func decode(_ text: String) -> [UInt8]? {
        var (octets, bits, count): ([UInt8], UInt32, Int) = ([], 0, 0)
        for symbol in text.utf8 {
            guard let value = alphabet.firstIndex(of: symbol) else { return nil }
            bits = bits << 5 | UInt32(value)
            count += 5
            if count >= 8 {
                count -= 8
                octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
            bits &= (1 << UInt32(count)) - 1
        }
        return bits == 0 && count < 5 ? octets : nil
    }
}
