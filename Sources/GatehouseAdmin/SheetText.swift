/// A sheet of a workbook as the text that an import takes: a line for each row, empty ones too, so that what is wrong is told
/// with its cell.
package enum SheetText {
    /// The first line of such a text.
    package static let mark = Array("gatehouse-sheet=1\n".utf8)

    /// `rows` begin with the first of the sheet.
    package static func write(_ rows: [[String]]) -> [UInt8] {
        var octets = mark
        for row in rows {
            octets += row.map(CSVCell.write).joined(separator: ",").utf8
            octets.append(10)
        }
        return octets
    }
}
