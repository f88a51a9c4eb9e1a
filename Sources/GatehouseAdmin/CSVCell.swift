/// One field of a table for a spreadsheet or a file.
package enum CSVCell {
    /// A field for a file: quoted where it must be, and never one that a spreadsheet takes for a formula.
    package static func write(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Int64(text) == nil {
            text = "'" + text
        }
        let scalars = text.unicodeScalars
        // Blanks at the ends of a field without quotes would be taken off when it is read.
        let hasBlankEnd = [scalars.first, scalars.last].contains { $0.map(isBlank) == true }
        let hasMark = scalars.contains { ",;\t\"\r\n".unicodeScalars.contains($0) }
        guard hasMark || hasBlankEnd else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Blanks that people type without seeing them, ideographic ones too.
    package static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        [0x20, 0x09, 0xA0, 0x3000, 0xFEFF].contains(scalar.value)
    }
}
