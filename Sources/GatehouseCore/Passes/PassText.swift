/// Visitor passes in what scanners send: with a symbology before them, a suffix behind, in two lines. A text that holds a pass,
/// or part of one, is a key: it stands nowhere.
package enum PassText {
    /// The pass in a text, whatever stands before it and behind; nil where there is none.
    package static func found(in text: String) -> String? {
        let octets = Array(text.utf8)
        let prefix = Array(PassToken.prefix.utf8)
        guard octets.count >= prefix.count,
            let start = (0...(octets.count - prefix.count)).first(where: {
                octets[$0..<($0 + prefix.count)] == prefix[...]
            })
        else { return nil }
        let body = octets[(start + prefix.count)...].prefix { value(of: $0) != nil }
        return PassToken.prefix + String(decoding: body, as: UTF8.self)
    }

    /// Whether nothing of a pass is missing: its form is that of one, whoever signed it.
    package static func isWhole(_ pass: String) -> Bool {
        guard pass.hasPrefix(PassToken.prefix), let octets = decoded(pass.utf8.dropFirst(PassToken.prefix.utf8.count))
        else { return false }
        return PassToken(octets: octets) != nil
    }

    /// Whether a text may be part of a pass: a run of its signs as no card, no tag and no word has.
    package static func mayBePart(_ text: String) -> Bool {
        if found(in: text.uppercased()) != nil { return true }
        return text.utf8.split(whereSeparator: { value(of: $0) == nil }).contains { mayBePart(Array($0)) }
    }

    private static func mayBePart(_ run: [UInt8]) -> Bool {
        func isUpper(_ sign: UInt8) -> Bool { (0x41...0x5A).contains(sign) }
        func isLower(_ sign: UInt8) -> Bool { (0x61...0x7A).contains(sign) }
        func isDigit(_ sign: UInt8) -> Bool { (0x30...0x39).contains(sign) }
        // Both cases in one run are no number and no word, but for the one that begins a sentence.
        if run.contains(where: isLower), run.contains(where: isUpper) {
            return run.count >= 4 && !(isUpper(run[0]) && run.dropFirst().allSatisfy(isLower))
        }
        // Of one case, by the piece or by a scanner that is set to it: hexadecimal signs are a tag, letters that go over into
        // digits once or twice a number as people make them.
        guard run.contains(where: { (0x67...0x7A).contains($0 | 0x20) }) else { return false }
        let changes = zip(run, run.dropFirst()).count {
            isDigit($0) && (isUpper($1) || isLower($1)) || isDigit($1) && (isUpper($0) || isLower($0))
        }
        return run.count >= 24 || run.count >= 8 && changes >= 3
    }

    private static func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var octets: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for sign in text {
            guard let value = value(of: sign) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            octets.append(UInt8(truncatingIfNeeded: bits >> count))
        }
        return count < 6 && bits & ((1 << count) - 1) == 0 ? octets : nil
    }

    /// Of a sign of base64url.
    private static func value(of sign: UInt8) -> UInt32? {
        switch sign {
        case 0x41...0x5A: UInt32(sign) - 0x41
        case 0x61...0x7A: UInt32(sign) - 0x61 + 26
        case 0x30...0x39: UInt32(sign) - 0x30 + 52
        case 0x2D: 62
        case 0x5F: 63
        default: nil
        }
    }
}

extension CardNumber {
    /// A pass, or part of one, is in it.
    var mayHoldAPass: Bool {
        guard format == Self.textFormat, case .text(let text) = value else { return false }
        return PassText.mayBePart(text)
    }
}
