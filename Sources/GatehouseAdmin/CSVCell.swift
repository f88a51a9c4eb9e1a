/// One field of a table for a spreadsheet, a terminal or a file that is read again: `read` gives back whatever `write` was
/// given.
///
/// What a spreadsheet would take for a formula gets a `'` before it. Characters that a terminal obeys, and marks that hide
/// text, stand as `\u001B`.
package enum CSVCell {
    package static func write(_ text: String) -> String {
        let text = guarded(escaped(text))
        let scalars = text.unicodeScalars
        // Blanks at the ends of a field without quotes would be taken off when it is read.
        let hasBlankEnd = [scalars.first, scalars.last].contains { $0.map(isBlank) == true }
        let hasMark = text.utf8.contains { [44, 59, 34].contains($0) }
        guard hasMark || hasBlankEnd else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// A field as it stands between separators, without its quotes.
    package static func read(_ text: String) -> String {
        guard let first = text.utf8.first, first == 0x27 || text.utf8.contains(0x5C) else { return text }
        return unescaped(first == 0x27 && isFormula(text.unicodeScalars.dropFirst()) ? String(text.dropFirst()) : text)
    }

    /// Blanks that people type without seeing them, ideographic ones too.
    package static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        [0x20, 0x09, 0xA0, 0x3000, 0xFEFF].contains(scalar.value)
    }

    // MARK: Formulas

    private static func guarded(_ text: String) -> String {
        isFormula(text.unicodeScalars[...]) ? "'" + text : text
    }

    /// Whether a spreadsheet might compute it, or `read` take a `'` away from it.
    private static func isFormula(_ scalars: Substring.UnicodeScalarView) -> Bool {
        var rest = scalars
        var hasMark = false
        while rest.first == "'" {
            rest.removeFirst()
            hasMark = true
        }
        while let first = rest.first, first.properties.isWhitespace {
            rest.removeFirst()
            hasMark = true
        }
        guard let first = rest.first, "=+-@＝＋－＠−".unicodeScalars.contains(first) else { return false }
        // A number is what it is.
        let digits = rest.dropFirst()
        return hasMark || digits.isEmpty || !digits.allSatisfy { (48...57).contains($0.value) }
    }

    // MARK: Escapes

    private static func escaped(_ text: String) -> String {
        // Most texts have nothing to hide.
        guard !text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x5C }) else { return text }
        var view = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if HarmfulText.isHarmful(scalar) || (scalar == "\\" && escape(rest) != nil) {
                let code = String(scalar.value, radix: 16, uppercase: true)
                view.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - code.count))\(code)".unicodeScalars)
            } else {
                view.append(scalar)
            }
        }
        return String(view)
    }

    private static func unescaped(_ text: String) -> String {
        guard text.utf8.contains(0x5C) else { return text }
        var view = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\\", let meant = escape(rest) {
                view.append(meant)
                rest.removeFirst(5)
            } else {
                view.append(scalar)
            }
        }
        return String(view)
    }

    /// What `uXXXX` behind a backslash stands for; nil where it is text like any other.
    private static func escape(_ rest: Substring.UnicodeScalarView) -> Unicode.Scalar? {
        let four = rest.prefix(5)
        guard four.count == 5, four.first == "u" else { return nil }
        var value: UInt32 = 0
        for scalar in four.dropFirst() {
            switch scalar {
            case "0"..."9": value = value << 4 | (scalar.value - 48)
            case "A"..."F": value = value << 4 | (scalar.value - 55)
            default: return nil
            }
        }
        guard let meant = Unicode.Scalar(value), meant == "\\" || HarmfulText.isHarmful(meant) else { return nil }
        return meant
    }
}
