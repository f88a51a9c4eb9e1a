internal import GatehouseAdmin

/// One field of a file, with where it stood.
package struct CSVField: Hashable, Sendable {
    package var text: String
    /// From 1; the column counts characters of the line.
    package var line: Int
    package var column: Int
    /// Where it stands in a JSON file, in place of line and column: `residents[3].role`.
    package var path: String?
    /// Whether the column counts the cells of a sheet instead.
    package var isCell: Bool

    package init(text: String, line: Int, column: Int, path: String? = nil, isCell: Bool = false) {
        self.text = text
        self.line = line
        self.column = column
        self.path = path
        self.isCell = isCell
    }
}

package struct CSVProblem: Error, Hashable, Sendable {
    package var line: Int
    package var column: Int
    package var message: String
}

/// CSV as RFC 4180 has it, and as spreadsheets save it: comma, semicolon or tab, as the first line has it; quotes doubled
/// inside quotes; CRLF, LF or CR. Lines without any text count as lines and are otherwise ignored.
package enum CSVReader {
    package static func read(_ octets: [UInt8]) -> Result<[[CSVField]], CSVProblem> {
        switch ImportText.decode(octets) {
        case .failure(let problem): .failure(problem)
        case .success(let utf8): parse(utf8)
        }
    }

    /// The separator that stands most often in the first line, outside quotes; the comma when none does.
    static func separator(_ utf8: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [44: 0, 59: 0, 9: 0]
        var isQuoted = false
        for octet in utf8 {
            if octet == 34 { isQuoted.toggle() }
            if !isQuoted, octet == 10 || octet == 13 {
                if counts.values.contains(where: { $0 > 0 }) { break }
                continue
            }
            if !isQuoted, counts[octet] != nil { counts[octet]! += 1 }
        }
        return [59, 9].first { counts[$0]! > counts[44]! } ?? 44
    }

    /// The separator that a first line `sep=;` says, and where the next line begins.
    private static func saidSeparator(_ utf8: [UInt8]) -> (separator: UInt8, end: Int)? {
        let text = utf8.first == 34 ? utf8.dropFirst() : utf8[...]
        guard text.count >= 6, text.starts(with: Array("sep=".utf8)) else { return nil }
        let separator = text[text.startIndex + 4]
        guard [44, 59, 9].contains(separator), let end = utf8.prefix(10).firstIndex(where: { $0 == 10 || $0 == 13 })
        else { return nil }
        return (separator, end + (utf8[end...].starts(with: [13, 10]) ? 2 : 1))
    }

    private static func parse(_ utf8: [UInt8]) -> Result<[[CSVField]], CSVProblem> {
        let said = saidSeparator(utf8)
        let separator = said?.separator ?? separator(utf8)
        var rows: [[CSVField]] = []
        var row: [CSVField] = []
        var field: [UInt8] = []
        var line = 1
        var column = 1
        var start = (line: 1, column: 1)
        var isQuoted = false
        var wasQuoted = false
        var index = 0
        if let said { (index, line, start) = (said.end, 2, (2, 1)) }
        func endField() {
            let text = String(decoding: field, as: UTF8.self)
            row.append(
                CSVField(
                    text: CSVCell.read(wasQuoted ? text : ImportText.trimmed(text)), line: start.line,
                    column: start.column))
            field.removeAll(keepingCapacity: true)
            wasQuoted = false
        }
        func endRow() {
            endField()
            if row.contains(where: { !$0.text.isEmpty }) { rows.append(row) }
            row = []
            line += 1
            column = 1
            start = (line, column)
        }
        func failure(_ place: (line: Int, column: Int), _ message: String) -> Result<[[CSVField]], CSVProblem> {
            .failure(CSVProblem(line: place.line, column: place.column, message: message))
        }
        while index < utf8.count {
            let octet = utf8[index]
            let here = (line: line, column: column)
            index += 1
            // A character counts once, by its first octet.
            if octet & 0xC0 != 0x80 { column += 1 }
            if isQuoted {
                if octet == 34 {
                    if index < utf8.count, utf8[index] == 34 {
                        field.append(34)
                        index += 1
                        column += 1
                    } else {
                        isQuoted = false
                    }
                } else {
                    field.append(octet)
                    if octet == 10 {
                        line += 1
                        column = 1
                    }
                }
                continue
            }
            switch octet {
            case 34:
                guard field.allSatisfy({ $0 == 32 || $0 == 9 }), !wasQuoted else {
                    return failure(here, "a quote inside a field; quote the whole field and double this one")
                }
                field.removeAll(keepingCapacity: true)
                isQuoted = true
                wasQuoted = true
            case separator:
                endField()
                start = (line, column)
            case 13:
                if index < utf8.count, utf8[index] == 10 { index += 1 }
                endRow()
            case 10: endRow()
            case 0: return failure(here, "a NUL octet; this is no text file")
            default:
                if wasQuoted {
                    if octet != 32 { return failure(here, "text after a quoted field") }
                } else {
                    field.append(octet)
                }
            }
        }
        if isQuoted { return failure(start, "a quoted field does not end") }
        if !field.isEmpty || !row.isEmpty || wasQuoted { endRow() }
        return .success(rows)
    }
}
