import CLinux
import GatehouseAdmin
import GatehouseCore
import GatehouseSheets
import Glibc

/// Files as offices have them, as what the daemon takes: UTF-8, and a workbook as one of its sheets.
enum OfficeFile {
    static func read(_ file: String, encoding: String?, sheet: String?) throws -> [(name: String, octets: [UInt8])] {
        let octets = try readFile(file)
        let isNamedSo = [".xlsx", ".xlsm", ".xls", ".et"].contains { file.lowercased().hasSuffix($0) }
        if WorkbookKind.isOffice(octets) || isNamedSo { return try workbook(file, octets, sheet) }
        guard let encoding else { return [(file, octets)] }
        return [(file, try decoded(file, octets, encoding))]
    }

    // MARK: Encodings

    private static func decoded(_ file: String, _ octets: [UInt8], _ encoding: String) throws -> [UInt8] {
        // What stands behind a stroke tells iconv to drop what it cannot read.
        guard encoding.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 47 }) else {
            complain(
                words(
                    "--encoding: \"\(plain(encoding))\" is no encoding; GB18030, BIG5, SHIFT_JIS and WINDOWS-1252 are some"
                ))
            throw Exit.usage
        }
        var utf8 = [UInt8](repeating: 0, count: octets.count * 4 + 16)
        var place = 0
        let count = clinux_to_utf8(encoding, octets, octets.count, &utf8, utf8.count, &place)
        guard count >= 0 else {
            if errno == ENOSYS {
                complain(words("--encoding: this system knows no \(encoding); iconv -l lists what it knows"))
            } else {
                let line = octets.prefix(place).count { $0 == 10 } + 1
                complain(words("\(plain(file)):\(line): is no \(encoding) from here on"))
            }
            throw Exit.usage
        }
        return Array(utf8.prefix(count))
    }

    // MARK: Workbooks

    private static func workbook(
        _ file: String, _ octets: [UInt8], _ wanted: String?
    ) throws -> [(name: String, octets: [UInt8])] {
        do throws(SheetRefusal) {
            let book = try Workbook(octets)
            let (sheet, table) = try chosen(book, wanted)
            for hidden in book.sheets where hidden.isHidden && hidden != sheet {
                complain(words("\(plain(file)): the sheet \"\(plain(hidden.name))\" is hidden and is passed over"))
            }
            if !table.merged.isEmpty {
                let shown = table.merged.prefix(10).joined(separator: ", ") + (table.merged.count > 10 ? ", …" : "")
                complain(words("\(plain(file)): joined cells count for the first of them alone: \(plain(shown))"))
            }
            for problem in table.problems {
                complain("\(plain(file))!\(plain(sheet.name))!\(plain(words("\(problem.sentence)")))")
            }
            if !table.problems.isEmpty {
                throw SheetRefusal(
                    Sentence("\(table.problems.count, "cell", "cells") cannot be taken; nothing was changed"))
            }
            return [("\(file)!\(plain(sheet.name))", SheetText.write(table.rows))]
        } catch {
            complain("\(plain(file)): \(plain(words("\(error.sentence)")))")
            throw Exit.usage
        }
    }

    /// The sheet of that name, or the only one that shows and has something in it.
    private static func chosen(_ book: Workbook, _ wanted: String?) throws(SheetRefusal) -> (Workbook.Sheet, SheetTable)
    {
        let found = try book.meant(wanted)
        guard found.count == 1 else {
            let names = Workbook.names(found.map(\.sheet))
            throw SheetRefusal(Sentence("several sheets have something in them: say which, --sheet NAME: \(names)"))
        }
        return found[0]
    }
}
