/// Texts in columns of a terminal, where Chinese characters take two places.
package enum Columns {
    package static func width(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x20000...0x3FFFD:
            return 2
        default:
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark, .format: return 0
            default: return 1
            }
        }
    }

    /// The text in just so many places: filled up with blanks, or cut with a mark; at its beginning where the end says more.
    package static func fit(_ text: String, _ places: Int, keepsEnd: Bool = false) -> String {
        let wide = width(text)
        if wide <= places { return text + String(repeating: " ", count: places - wide) }
        var kept: [Character] = []
        var used = 1
        for character in keepsEnd ? Array(text.reversed()) : Array(text) {
            let wide = width(String(character))
            guard used + wide <= places else { break }
            kept.append(character)
            used += wide
        }
        let text = keepsEnd ? "…" + String(kept.reversed()) : String(kept) + "…"
        return text + String(repeating: " ", count: places - used)
    }

    /// The text in lines, the first of another width than the others; broken between words, and within one that is longer.
    package static func wrap(_ text: String, first: Int, others: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        func room() -> Int { lines.isEmpty ? first : others }
        for word in text.split(separator: " ") {
            if !line.isEmpty, width(line) + 1 + width(word) <= room() {
                line += " \(word)"
                continue
            }
            if !line.isEmpty {
                // A word that fits in no line begins where there is room.
                lines.append(line)
                line = ""
            }
            for character in word {
                if width(line) + width(String(character)) > room() {
                    lines.append(line)
                    line = ""
                }
                line.append(character)
            }
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines
    }
}
