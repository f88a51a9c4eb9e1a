internal import CLinux
internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseSheets

/// A file as an office has it, as what the gate's program takes: UTF-8, and a workbook as one of its sheets.
struct OfficeText {
    struct Problem: Error { var sentence: Sentence }

    var name: String
    var octets: [UInt8]
    /// What should be known of how it was read.
    var notes: [Sentence] = []

    init(_ file: Multipart.File, encoding: String?, sheet: String?) throws(Problem) {
        (name, octets) = (file.name, file.octets)
        if WorkbookKind.isOffice(octets) {
            do throws(SheetRefusal) { try read(sheet) } catch { throw Problem(sentence: error.sentence) }
        } else if let encoding {
            octets = try Self.decoded(octets, encoding)
        }
    }

    private static func decoded(_ octets: [UInt8], _ encoding: String) throws(Problem) -> [UInt8] {
        guard ImportView.encodings.contains(encoding) else {
            throw Problem(sentence: Sentence("\"\(encoding)\" is no encoding that is offered here"))
        }
        var utf8 = [UInt8](repeating: 0, count: octets.count * 4 + 16)
        var place = 0
        let count = clinux_to_utf8(encoding, octets, octets.count, &utf8, utf8.count, &place)
        guard count >= 0 else {
            let line = octets.prefix(place).count { $0 == 10 } + 1
            throw Problem(sentence: Sentence("line \(line) is not written in \(encoding); choose another one"))
        }
        return Array(utf8.prefix(count))
    }

    private mutating func read(_ wanted: String?) throws(SheetRefusal) {
        let book = try Workbook(octets)
        let (sheet, table) = try Self.chosen(book, wanted)
        if let problem = table.problems.first { throw problem }
        if !table.merged.isEmpty {
            let shown = table.merged.prefix(10).joined(separator: ", ")
            notes.append(Sentence("joined cells count for the first of them alone: \(shown)"))
        }
        name = "\(name)!\(sheet.name)"
        octets = SheetText.write(table.rows)
    }

    /// The sheet of that name, or the only one that shows and has something in it.
    private static func chosen(
        _ book: Workbook, _ wanted: String?
    ) throws(SheetRefusal) -> (Workbook.Sheet, SheetTable) {
        let found = try book.meant(wanted)
        guard found.count == 1 else {
            let names = Workbook.names(found.map(\.sheet))
            throw SheetRefusal(Sentence("several sheets have something in them: say which: \(names)"))
        }
        return found[0]
    }
}
