/// One field of a file, with where it stood.
package struct CSVField: Hashable, Sendable {
    package var text: String
    /// From 1; the column counts characters of the line.
    package var line: Int
    package var column: Int
}

package struct CSVProblem: Error, Hashable, Sendable {
    package var line: Int
    package var column: Int
    package var message: String
}

/// CSV as RFC 4180 has it: comma, quotes doubled inside quotes, CRLF or LF. A byte order mark is passed over; text must be
/// UTF-8. Blank lines count as lines and are otherwise ignored.
package enum CSVReader {
    package static func read(_ octets: [UInt8]) -> Result<[[CSVField]], CSVProblem> {
        let content = octets.starts(with: [0xEF, 0xBB, 0xBF]) ? octets[3...] : octets[...]
        guard let text = String(validating: content, as: UTF8.self) else {
            return .failure(
                CSVProblem(line: 1, column: 1, message: "the file is not UTF-8; save it as UTF-8 and try again"))
        }
        var rows: [[CSVField]] = []
        var row: [CSVField] = []
        var field = ""
        var line = 1
        var column = 1
        var start = (line: 1, column: 1)
        var isQuoted = false
        var wasQuoted = false
        var scalars = text.unicodeScalars.makeIterator()
        var pushed: Unicode.Scalar?
        func endField() {
            row.append(CSVField(text: wasQuoted ? field : trimmed(field), line: start.line, column: start.column))
            field = ""
            wasQuoted = false
        }
        func endRow() {
            endField()
            if row.count > 1 || !row[0].text.isEmpty { rows.append(row) }
            row = []
        }
        while let scalar = pushed ?? scalars.next() {
            pushed = nil
            let here = (line: line, column: column)
            column += 1
            if isQuoted {
                if scalar == "\"" {
                    if let next = scalars.next() {
                        if next == "\"" {
                            field.unicodeScalars.append("\"")
                            column += 1
                        } else {
                            isQuoted = false
                            pushed = next
                        }
                    } else {
                        isQuoted = false
                    }
                } else {
                    field.unicodeScalars.append(scalar)
                    if scalar == "\n" {
                        line += 1
                        column = 1
                    }
                }
                continue
            }
            switch scalar {
            case "\"":
                guard trimmed(field).isEmpty, !wasQuoted else {
                    return .failure(
                        CSVProblem(
                            line: here.line, column: here.column,
                            message: "a quote inside a field; quote the whole field and double this one"))
                }
                field = ""
                isQuoted = true
                wasQuoted = true
            case ",":
                endField()
                start = (line, column)
            case "\r": break
            case "\n":
                endRow()
                line += 1
                column = 1
                start = (line, column)
            case "\0":
                return .failure(
                    CSVProblem(line: here.line, column: here.column, message: "a NUL octet; this is no text file"))
            default:
                if wasQuoted, scalar != " " {
                    return .failure(
                        CSVProblem(line: here.line, column: here.column, message: "text after a quoted field"))
                }
                if !wasQuoted { field.unicodeScalars.append(scalar) }
            }
        }
        if isQuoted {
            return .failure(CSVProblem(line: start.line, column: start.column, message: "a quoted field does not end"))
        }
        if !field.isEmpty || !row.isEmpty || wasQuoted { endRow() }
        return .success(rows)
    }

    /// A field for a file: quoted where it must be, and never one that a spreadsheet takes for a formula.
    package static func write(_ text: String) -> String {
        var text = text
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Int64(text) == nil {
            text = "'" + text
        }
        // Blanks at the ends of a field without quotes would be taken off when it is read.
        let hasBlankEnd = text.hasPrefix(" ") || text.hasSuffix(" ") || text.hasSuffix("\t")
        let hasMark = text.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
        guard hasMark || hasBlankEnd else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func trimmed(_ text: String) -> String {
        var view = text[...]
        while view.first == " " || view.first == "\t" { view.removeFirst() }
        while view.last == " " || view.last == "\t" { view.removeLast() }
        return String(view)
    }
}
