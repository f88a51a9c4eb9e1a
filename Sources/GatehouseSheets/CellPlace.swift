/// A cell by its name, `C7`.
package enum CellPlace {
    /// The letters of a column, from 1.
    package static func letters(_ column: Int) -> String {
        var letters: [UInt8] = []
        var rest = max(1, column)
        while rest > 0 {
            letters.append(UInt8(ascii: "A") + UInt8(truncatingIfNeeded: (rest - 1) % 26))
            rest = (rest - 1) / 26
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    package static func name(row: Int, column: Int) -> String { "\(letters(column))\(row)" }

    /// Row and column, from 1; nil beyond what a sheet has.
    package static func read(_ text: some StringProtocol) -> (row: Int, column: Int)? {
        var column = 0
        var row = 0
        var hasDigits = false
        for octet in text.utf8 {
            switch octet {
            case 65...90 where !hasDigits: column = column * 26 + Int(octet - 64)
            case 97...122 where !hasDigits: column = column * 26 + Int(octet - 96)
            case 48...57:
                row = row * 10 + Int(octet - 48)
                hasDigits = true
            case 36: continue
            default: return nil
            }
            if column > SheetBounds.columns || row > 1 << 24 { return nil }
        }
        return column >= 1 && row >= 1 ? (row, column) : nil
    }
}
