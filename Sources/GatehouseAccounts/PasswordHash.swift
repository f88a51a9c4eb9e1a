internal import CSodium

/// A password as it is kept: argon2id (RFC 9106) in the text form of its reference program, parameters and salt inside.
/// Parameters are those of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
package struct PasswordHash: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    /// KiB and passes.
    package let memory: Int
    package let passes: Int

    package static let memory = 19 * 1024
    package static let passes = 2
    /// More than this is no hash of ours: a check would take the machine's memory or minutes.
    static let mostMemory = 256 * 1024
    static let mostPasses = 16

    /// Nil for what is no hash, and for one that costs more than any of ours.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
            text.utf8.count < Int(crypto_pwhash_STRBYTES), parts[4].utf8.count >= 11, parts[5].utf8.count >= 22,
            parts[4...].allSatisfy({ $0.utf8.allSatisfy(Self.isBase64) })
        else { return nil }
        let numbers = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard numbers.count == 3, let memory = Self.number(numbers[0], "m="),
            let passes = Self.number(numbers[1], "t="),
            numbers[2] == "p=1", (8...Self.mostMemory).contains(memory), (1...Self.mostPasses).contains(passes)
        else { return nil }
        (self.text, self.memory, self.passes) = (text, memory, passes)
    }

    /// Takes some 20 ms and 19 MiB. `passes` and `memory` are given in tests alone.
    package init(
        of password: String, memory: Int = PasswordHash.memory, passes: Int = PasswordHash.passes
    ) throws(AccountFault) {
        precondition(Self.isReady)
        let octets = Self.octets(password)
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let code = crypto_pwhash_str_alg(
            &text, octets, UInt64(octets.count), UInt64(clamping: passes), memory * 1024,
            crypto_pwhash_alg_argon2id13())
        guard code == 0 else { throw .noMemory }
        let made = PasswordHash(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
        guard let made else { preconditionFailure("a hash of libsodium that is none") }
        self = made
    }

    /// As dear as making one, whatever comes out.
    package func isOf(_ password: String) -> Bool {
        precondition(Self.isReady)
        let octets = Self.octets(password)
        return crypto_pwhash_str_verify(text, octets, UInt64(octets.count)) == 0
    }

    /// Whether it was made under cheaper parameters than those of today.
    package var isCheap: Bool { memory < Self.memory || passes < Self.passes }

    package var description: String { "hash of a password" }

    private static let isReady = sodium_init() >= 0

    private static func octets(_ password: String) -> [CChar] {
        Composed.text(password).utf8.map { CChar(bitPattern: $0) }
    }

    private static func isBase64(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    private static func number(_ text: Substring, _ label: String) -> Int? {
        guard text.hasPrefix(label) else { return nil }
        let digits = text.dropFirst(label.count)
        guard digits.utf8.count <= 9, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(digits)
    }
}
