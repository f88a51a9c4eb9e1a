internal import GatehouseAdmin
package import GatehouseCore

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
    package var message: Sentence
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
        var text = CSVText(utf8, separator: said?.separator ?? separator(utf8))
        if let said { text.skip(to: said.end) }
        return text.parsed()
    }
}

/// Octets of a text that become fields and rows, with the place of each.
private struct CSVText {
    private let utf8: [UInt8]
    private let separator: UInt8
    private var index = 0
    private var line = 1
    private var column = 1
    /// Where the field began.
    private var start = (line: 1, column: 1)
    private var field: [UInt8] = []
    private var row: [CSVField] = []
    private var rows: [[CSVField]] = []
    private var isQuoted = false
    private var wasQuoted = false

    init(_ utf8: [UInt8], separator: UInt8) {
        self.utf8 = utf8
        self.separator = separator
    }

    /// Begins with the second line.
    mutating func skip(to index: Int) {
        self.index = index
        (line, start) = (2, (2, 1))
    }

    mutating func parsed() -> Result<[[CSVField]], CSVProblem> {
        while index < utf8.count {
            let octet = utf8[index]
            let here = (line: line, column: column)
            index += 1
            // A character counts once, by its first octet.
            if octet & 0xC0 != 0x80 { column += 1 }
            if isQuoted {
                takeQuoted(octet)
            } else if let problem = take(octet) {
                return .failure(CSVProblem(line: here.line, column: here.column, message: problem))
            }
        }
        if isQuoted {
            return .failure(
                CSVProblem(line: start.line, column: start.column, message: Sentence("a quoted field does not end")))
        }
        if !field.isEmpty || !row.isEmpty || wasQuoted { endRow() }
        return .success(rows)
    }

    private mutating func takeQuoted(_ octet: UInt8) {
        if octet != 34 {
            field.append(octet)
            if octet == 10 { (line, column) = (line + 1, 1) }
        } else if index < utf8.count, utf8[index] == 34 {
            field.append(34)
            index += 1
            column += 1
        } else {
            isQuoted = false
        }
    }

    /// What is wrong with the octet where it stands; nil when nothing is.
    private mutating func take(_ octet: UInt8) -> Sentence? {
        switch octet {
        case 34:
            guard field.allSatisfy({ $0 == 32 || $0 == 9 }), !wasQuoted else {
                return Sentence("a quote inside a field; quote the whole field and double this one")
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
        case 0: return Sentence("a NUL octet; this is no text file")
        default:
            if !wasQuoted { field.append(octet) } else if octet != 32 { return Sentence("text after a quoted field") }
        }
        return nil
    }

    private mutating func endField() {
        let text = String(decoding: field, as: UTF8.self)
        row.append(
            CSVField(
                text: CSVCell.read(wasQuoted ? text : ImportText.trimmed(text)), line: start.line,
                column: start.column))
        field.removeAll(keepingCapacity: true)
        wasQuoted = false
    }

    private mutating func endRow() {
        endField()
        if row.contains(where: { !$0.text.isEmpty }) { rows.append(row) }
        row = []
        line += 1
        column = 1
        start = (line, column)
    }
}
