internal import GatehouseAdmin
internal import GatehouseCore

/// The lines of one kind that a file holds.
struct ImportTable {
    var file: String
    var kind: RegistryKind
    var lines: [ImportLine]
    /// Lines of everything about a person, still to be taken apart.
    var isSheet = false
}

/// What a file holds, and what was found on the way.
struct ImportReading {
    var tables: [ImportTable] = []
    var faults: [(place: CSVField, message: Sentence)] = []
    /// Lines that are passed over, and why.
    var passed: [(place: CSVField, message: Sentence)] = []

    private let file: String
    private let options: ImportOptions

    /// The tables of a file, CSV or JSON.
    init(_ file: (name: String, content: [UInt8]), _ options: ImportOptions) {
        self.file = file.name
        self.options = options
        if let foreign = EncodingDoubt.foreign(file.content) {
            fault(CSVField(text: "", line: 1, column: 1), foreign)
            return
        }
        let first = file.content.prefix(64).first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        if first == UInt8(ascii: "{") {
            json(file.content)
        } else if file.content.starts(with: SheetText.mark) {
            csv(Array(file.content.dropFirst(SheetText.mark.count)), isSheetOfWorkbook: true)
        } else {
            csv(file.content, isSheetOfWorkbook: false)
        }
    }

    private mutating func fault(_ place: CSVField, _ message: Sentence) { faults.append((place, message)) }

    // MARK: CSV

    private mutating func csv(_ octets: [UInt8], isSheetOfWorkbook: Bool) {
        var rows: [[CSVField]]
        switch CSVReader.read(octets) {
        case .success(let found): rows = found
        case .failure(let problem):
            return fault(CSVField(text: "", line: problem.line, column: problem.column), problem.message)
        }
        if isSheetOfWorkbook {
            for row in rows.indices {
                for cell in rows[row].indices { (rows[row][cell].column, rows[row][cell].isCell) = (cell + 1, true) }
            }
        }
        guard !rows.isEmpty else { return fault(CSVField(text: "", line: 1, column: 1), Sentence("the file is empty")) }
        guard let (titles, match) = header(rows) else { return }
        for row in rows.prefix(titles) { passed.append((row[0], Sentence("a title above the header, \(shown(row))"))) }
        let header = rows[titles]
        var columns = match.columns
        let unknown = match.unknown.filter { index in
            // What has no name and no text below it was left behind by a spreadsheet.
            !header[index].text.isEmpty
                || rows[(titles + 1)...].contains { $0.count > index && !$0[index].text.isEmpty }
        }
        if let first = unknown.first {
            return fault(header[first], unknownColumns(unknown, header))
        }
        let isCards = match.header.kind == .credential && !columns.contains("kind")
        let width = columns.count
        if isCards { columns.append("kind") }
        var table = ImportTable(file: file, kind: match.header.kind, lines: [], isSheet: match.isSheet)
        table.lines.reserveCapacity(rows.count)
        for row in rows.dropFirst(titles + 1) {
            if let extra = row.dropFirst(width).first(where: { !$0.text.isEmpty }) {
                fault(extra, Sentence("more fields than the header has"))
                continue
            }
            let place = CSVField(text: "", line: row[0].line, column: 1, isCell: isSheetOfWorkbook)
            var line = ImportLine(file: file, place: place, columns: columns, fields: Array(row.prefix(width)))
            if isBelow(row, line, match.header) {
                passed.append((place, Sentence("a line below the table, \(shown(row))")))
                continue
            }
            if let parts = match.homeParts {
                switch parts.joined(row) {
                case .success(let joined): line.fields = Array(joined.prefix(width))
                case .failure(let doubt):
                    fault(doubt.place, doubt.message)
                    continue
                }
            }
            if isCards {
                while line.fields.count < width { line.fields.append(place) }
                line.fields.append(CSVField(text: "card", line: place.line, column: 1, isCell: isSheetOfWorkbook))
            }
            table.lines.append(line)
        }
        tables.append(table)
    }

    /// The header among the first lines, with how many titles stand above it.
    private mutating func header(_ rows: [[CSVField]]) -> (titles: Int, match: HeaderMatch)? {
        for (index, row) in rows.prefix(10).enumerated() {
            let names = Self.whole(row).map(\.text)
            guard let match = HeaderMatch.find(names, options) else { continue }
            let used = names.count { !$0.isEmpty }
            guard
                rows.prefix(index).allSatisfy({ title in
                    let count = title.count { !$0.text.isEmpty }
                    return count <= 3 && count < used
                })
            else { break }
            return (index, match)
        }
        // People write a title above the header.
        let titles = rows.prefix(5).prefix { $0.count { !$0.text.isEmpty } == 1 }.count
        let header = Self.whole(titles < rows.count ? rows[titles] : rows[0])
        let near = HeaderMatch.nearest(header.map(\.text), options)
        let known = ImportHeaders.all.map { $0.columns.joined(separator: ",") }.joined(separator: " | ")
        var place = header[0]
        place.column = 1
        fault(
            place,
            near.map { Sentence("the first line is no known header; \($0); one of: \(known)") }
                ?? Sentence("the first line is no known header; one of: \(known)"))
        return nil
    }

    private func unknownColumns(_ unknown: [Int], _ header: [CSVField]) -> Sentence {
        let names = unknown.map {
            "\(HeaderMatch.letters($0 + 1)) (\($0 + 1)) \"\(RegistryFields.clipped(header[$0].text))\""
        }
        return Sentence(
            "\(names.count, "column is", "columns are") not known: \(names); --skip-columns passes over them (--skip-column NAME over one), --columns FILE says what they mean"
        )
    }

    /// Totals, and what programs print below a table: a line that lacks what every line of the table needs.
    private func isBelow(_ row: [CSVField], _ line: ImportLine, _ header: ImportHeaders.Header) -> Bool {
        let needed = header == ImportHeaders.sheet ? ["name", "dwelling"] : header.columns.prefix(header.required)
        guard needed.contains(where: { line.columns.contains($0) && line.text($0).isEmpty }),
            let first = row.first(where: { !$0.text.isEmpty })
        else { return false }
        let text = HeaderMatch.folded(first.text)
        if ["合计", "总计", "小计", "共计", "制表", "填表", "审核", "打印", "导出"].contains(where: { text.hasPrefix($0) }) {
            return true
        }
        return ["total", "totals", "grandtotal", "subtotal", "sum"].contains(String(text.prefix { $0.isLetter }))
    }

    private func shown(_ row: [CSVField]) -> String {
        "\"\(RegistryFields.clipped(row.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")))\""
    }

    /// Without the columns that a spreadsheet leaves behind the last one.
    private static func whole(_ row: [CSVField]) -> [CSVField] {
        var row = row
        while let last = row.last, last.text.isEmpty, row.count > 1 { row.removeLast() }
        return row
    }

    // MARK: JSON

    /// An object of arrays of objects: `{"residents": [{"reference": "R-1", …}], …}`.
    private mutating func json(_ octets: [UInt8]) {
        func place(_ path: String) -> CSVField { CSVField(text: "", line: 1, column: 1, path: path) }
        guard case .success(let utf8) = ImportText.decode(octets), let object = JSON(line: utf8)?.object else {
            return fault(place("$"), Sentence("this is no JSON object"))
        }
        for name in object.keys.sorted() {
            guard let header = ImportHeaders.all.first(where: { $0.name == name }) else {
                fault(place(name), Sentence("is none of \(ImportHeaders.all.map(\.name))"))
                continue
            }
            guard let rows = object[name]?.array else {
                fault(place(name), Sentence("has to be an array of objects"))
                continue
            }
            var table = ImportTable(file: file, kind: header.kind, lines: [])
            for (index, row) in rows.enumerated() {
                let path = "\(name)[\(index)]"
                guard let members = row.object else {
                    fault(place(path), Sentence("has to be an object"))
                    continue
                }
                var line = ImportLine(
                    file: file, place: place(path), columns: header.columns,
                    fields: header.columns.map { place("\(path).\($0)") })
                for (column, value) in members.sorted(by: { $0.key < $1.key }) {
                    guard let position = header.columns.firstIndex(of: column) else {
                        fault(place("\(path).\(column)"), Sentence("is no field of \(name)"))
                        continue
                    }
                    guard let text = Self.text(value) else {
                        fault(
                            place("\(path).\(column)"),
                            Sentence("has to be text, a whole number, true, false or a list of texts")
                        )
                        continue
                    }
                    line.fields[position].text = text
                }
                table.lines.append(line)
            }
            tables.append(table)
        }
    }

    private static func text(_ value: JSON) -> String? {
        switch value {
        case .null: ""
        case .string(let text): text
        case .integer(let number): "\(number)"
        case .boolean(let flag): flag ? "yes" : "no"
        case .array(let values):
            values.allSatisfy { $0.string != nil } ? RegistryFields.written(list: values.compactMap(\.string)) : nil
        case .number, .object: nil
        }
    }
}

/// One line, by the names of its columns.
struct ImportLine {
    var file: String
    var place: CSVField
    /// The names of `fields`, in their order; a short line lacks the last ones. A dozen at most: looking through them is
    /// quicker than any index.
    var columns: [String]
    var fields: [CSVField]
    /// One of several rows that a line of a sheet speaks of.
    var isPart = false

    func text(_ name: String) -> String {
        guard let position = columns.firstIndex(of: name), position < fields.count else { return "" }
        return fields[position].text
    }
    /// Nil when the file lacks the column: what it does not speak of stays as it is.
    func given(_ name: String) -> String? {
        guard let position = columns.firstIndex(of: name) else { return nil }
        return position < fields.count ? fields[position].text : ""
    }
    /// Nil when the file lacks the column or the line leaves it empty.
    func said(_ name: String) -> String? {
        let text = text(name)
        return text.isEmpty ? nil : text
    }
    /// The field of a column, or where its line begins.
    func field(_ name: String) -> CSVField {
        guard let position = columns.firstIndex(of: name), position < fields.count else { return place }
        return fields[position]
    }
}
