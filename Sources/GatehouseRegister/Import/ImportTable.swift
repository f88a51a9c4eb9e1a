internal import GatehouseAdmin
internal import GatehouseCore

/// The lines of one kind that a file holds.
struct ImportTable {
    var file: String
    var kind: RegistryKind
    var lines: [ImportLine]

    /// The tables of a file, CSV or JSON; what is wrong with the file as a whole goes to `fault`.
    static func read(
        _ file: (name: String, content: [UInt8]), fault: (CSVField, String) -> Void
    ) -> [ImportTable] {
        let first = file.content.prefix(64).first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        return first == UInt8(ascii: "{") ? json(file, fault) : csv(file, fault)
    }

    private static func csv(
        _ file: (name: String, content: [UInt8]), _ fault: (CSVField, String) -> Void
    ) -> [ImportTable] {
        let rows: [[CSVField]]
        switch CSVReader.read(file.content) {
        case .success(let found): rows = found
        case .failure(let problem):
            fault(CSVField(text: "", line: problem.line, column: problem.column), problem.message)
            return []
        }
        guard let first = rows.first else {
            fault(CSVField(text: "", line: 1, column: 1), "the file is empty")
            return []
        }
        // People write a title above the header.
        let titles = rows.prefix(5).prefix { $0.count { !$0.text.isEmpty } == 1 }.count
        let header = whole(titles < rows.count ? rows[titles] : first)
        guard let (found, columns) = ImportHeaders.match(header.map(\.text)) else {
            let known = ImportHeaders.all.map { $0.columns.joined(separator: ",") }.joined(separator: " | ")
            fault(
                CSVField(text: "", line: header[0].line, column: 1),
                "the first line is no known header; one of: \(known)")
            return []
        }
        var table = ImportTable(file: file.name, kind: found.kind, lines: [])
        table.lines.reserveCapacity(rows.count)
        let isCards = found.kind == .credential && !columns.contains("kind")
        let named = columns + (isCards ? ["kind"] : [])
        for row in rows.dropFirst(titles + 1) {
            if let extra = row.dropFirst(columns.count).first(where: { !$0.text.isEmpty }) {
                fault(extra, "more fields than the header has")
                continue
            }
            let place = CSVField(text: "", line: row[0].line, column: 1)
            var fields = Array(row.prefix(columns.count))
            if isCards {
                while fields.count < columns.count { fields.append(place) }
                fields.append(CSVField(text: "card", line: place.line, column: 1))
            }
            table.lines.append(ImportLine(file: file.name, place: place, columns: named, fields: fields))
        }
        return [table]
    }

    /// Without the columns that a spreadsheet leaves behind the last one.
    private static func whole(_ row: [CSVField]) -> [CSVField] {
        var row = row
        while let last = row.last, last.text.isEmpty { row.removeLast() }
        return row
    }

    /// An object of arrays of objects: `{"residents": [{"reference": "R-1", …}], …}`.
    private static func json(
        _ file: (name: String, content: [UInt8]), _ fault: (CSVField, String) -> Void
    ) -> [ImportTable] {
        func place(_ path: String) -> CSVField { CSVField(text: "", line: 1, column: 1, path: path) }
        guard case .success(let utf8) = ImportText.decode(file.content), let object = JSON(line: utf8)?.object else {
            fault(place("$"), "this is no JSON object")
            return []
        }
        var tables: [ImportTable] = []
        for name in object.keys.sorted() {
            guard let header = ImportHeaders.all.first(where: { $0.name == name }) else {
                let known = ImportHeaders.all.map(\.name).joined(separator: ", ")
                fault(place(name), "is none of \(known)")
                continue
            }
            guard let rows = object[name]?.array else {
                fault(place(name), "has to be an array of objects")
                continue
            }
            var table = ImportTable(file: file.name, kind: header.kind, lines: [])
            for (index, row) in rows.enumerated() {
                let path = "\(name)[\(index)]"
                guard let members = row.object else {
                    fault(place(path), "has to be an object")
                    continue
                }
                var line = ImportLine(
                    file: file.name, place: place(path), columns: header.columns,
                    fields: header.columns.map { place("\(path).\($0)") })
                for (column, value) in members.sorted(by: { $0.key < $1.key }) {
                    guard let position = header.columns.firstIndex(of: column) else {
                        fault(place("\(path).\(column)"), "is no field of \(name)")
                        continue
                    }
                    guard let text = text(value) else {
                        fault(
                            place("\(path).\(column)"), "has to be text, a whole number, true, false or a list of texts"
                        )
                        continue
                    }
                    line.fields[position].text = text
                }
                table.lines.append(line)
            }
            tables.append(table)
        }
        return tables
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

    func text(_ name: String) -> String {
        guard let position = columns.firstIndex(of: name), position < fields.count else { return "" }
        return fields[position].text
    }
    /// Nil when the file lacks the column: what it does not speak of stays as it is.
    func given(_ name: String) -> String? {
        guard let position = columns.firstIndex(of: name) else { return nil }
        return position < fields.count ? fields[position].text : ""
    }
    /// The field of a column, or where its line begins.
    func field(_ name: String) -> CSVField {
        guard let position = columns.firstIndex(of: name), position < fields.count else { return place }
        return fields[position]
    }
}
