internal import GatehouseCore

/// A sheet as texts, from its first row and column on.
package struct SheetTable: Hashable, Sendable {
    package var rows: [[String]] = []
    /// Cells that are joined: what they say counts for the first of them.
    package var merged: [String] = []
    /// Cells whose value cannot be taken.
    package var problems: [SheetRefusal] = []
    package init() {}

    /// The part of a workbook that a sheet is. `strings` are what its cells share, `formats` how their styles mean numbers.
    package init(
        xml octets: [UInt8], _ part: String, strings: [String], formats: [CellFormat], is1904: Bool
    ) throws(SheetRefusal) {
        let reader = SheetParts(strings: strings, formats: formats, is1904: is1904)
        try XMLParts.read(octets, part, into: reader)
        self = reader.table
    }

    package var hasData: Bool { rows.contains { $0.contains { !$0.isEmpty } } || !problems.isEmpty }
}

/// The cells of a sheet.
final class SheetParts: XMLReceiver {
    private(set) var table = SheetTable()
    var refusal: SheetRefusal?

    private let strings: [String]
    private let formats: [CellFormat]
    private let is1904: Bool
    private var row = 0
    private var column = 0
    private var cells = 0
    private var cell = Cell()
    private var isText = false
    private var isPhonetic = false

    private struct Cell {
        var type = ""
        var style = 0
        var octets: [UInt8] = []
        var hasFormula = false
        var hasValue = false
    }

    init(strings: [String], formats: [CellFormat], is1904: Bool) {
        self.strings = strings
        self.formats = formats
        self.is1904 = is1904
    }

    func begin(_ element: XMLElement) {
        switch element.name {
        case "row":
            let number = element["r"].map { Int($0) ?? 0 } ?? row + 1
            guard number > row, number <= SheetBounds.rows else {
                refusal =
                    number > row
                    ? SheetRefusal(Sentence("the sheet has more than \(SheetBounds.rows) rows"))
                    : SheetRefusal(Sentence("the rows of the sheet are out of order; save it again"))
                return
            }
            (row, column) = (number, 0)
        case "c": beginCell(element)
        case "f": cell.hasFormula = true
        case "v":
            cell.hasValue = true
            isText = true
        case "rPh": isPhonetic = true
        case "t":
            cell.hasValue = true
            isText = !isPhonetic
        case "mergeCell": if let area = element["ref"], table.merged.count < 1000 { table.merged.append(area) }
        default: return
        }
    }

    private func beginCell(_ element: XMLElement) {
        var place = (row: row, column: column + 1)
        if let name = element["r"] {
            guard let found = CellPlace.read(name), found.row == row, found.column > column else {
                refusal = SheetRefusal(Sentence("the cells of the sheet are out of order at row \(row); save it again"))
                return
            }
            place = found
        }
        guard place.column <= SheetBounds.columns else {
            refusal = SheetRefusal(Sentence("the sheet has more than \(SheetBounds.columns) columns"))
            return
        }
        column = place.column
        cell = Cell(type: element["t"] ?? "n", style: element["s"].flatMap { Int($0) } ?? 0)
    }

    func text(_ octets: UnsafeBufferPointer<UInt8>) { if isText { cell.octets += octets } }

    func end(_ name: String) {
        switch name {
        case "v", "t": isText = false
        case "rPh": isPhonetic = false
        case "c":
            do throws(SheetRefusal) { put(try value()) } catch {
                // Its place stays empty, and nobody takes the sheet.
                guard table.problems.count < SheetBounds.problems else { return }
                table.problems.append(
                    SheetRefusal(error.message, cell: CellPlace.name(row: row, column: column)))
            }
        default: return
        }
    }

    private func put(_ text: String) {
        guard !text.isEmpty, row > 0, refusal == nil else { return }
        while table.rows.count < row { table.rows.append([]) }
        let missing = column - table.rows[row - 1].count
        guard missing > 0 else {
            refusal = SheetRefusal(Sentence("a cell stands in another one at row \(row); save the workbook again"))
            return
        }
        cells += missing
        guard cells <= SheetBounds.cells else {
            refusal = SheetRefusal(Sentence("the sheet has more than \(SheetBounds.cells) cells"))
            return
        }
        table.rows[row - 1] += Array(repeating: "", count: missing - 1) + [text]
    }

    private func value() throws(SheetRefusal) -> String {
        let text = String(decoding: cell.octets, as: UTF8.self)
        if cell.hasFormula, !cell.hasValue || text.isEmpty && cell.type != "str" {
            throw SheetRefusal(
                Sentence(
                    "a formula that was never computed: open the workbook in a spreadsheet and save it, or put values there"
                )
            )
        }
        switch cell.type {
        case "s":
            if text.isEmpty { return "" }
            guard let index = Int(text), strings.indices.contains(index) else {
                throw SheetRefusal(Sentence("a text that the workbook lacks; save it again"))
            }
            return strings[index]
        case "inlineStr", "str": return EscapedText.read(cell.octets)
        case "b": return text == "1" ? "yes" : "no"
        case "e": throw SheetRefusal(Sentence("an error of the spreadsheet, \(text.prefix(20))"))
        case "d": return Self.date(text)
        default:
            if text.isEmpty { return "" }
            let format = formats.indices.contains(cell.style) ? formats[cell.style] : .general
            return try CellNumber.text(text, format, is1904: is1904)
        }
    }

    /// `2026-03-01T00:00:00.000` as a day, or a day with its time.
    private static func date(_ text: String) -> String {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        let clock = parts[1].split { $0 == "." || $0 == "Z" }.first.map(String.init) ?? ""
        return clock.allSatisfy { $0 == "0" || $0 == ":" } ? String(parts[0]) : "\(parts[0])T\(clock)"
    }
}
