internal import GatehouseCore

extension Workbook {
    /// The sheets that are meant: the one of that name, or all that show and have something in them. At least one.
    package func meant(_ wanted: String?) throws(SheetRefusal) -> [(sheet: Sheet, table: SheetTable)] {
        if let wanted {
            guard let sheet = sheets.first(where: { $0.name == wanted }) else {
                throw SheetRefusal(Sentence("there is no sheet \"\(wanted)\"; there are \(Self.names(sheets))"))
            }
            return [(sheet, try table(sheet))]
        }
        var found: [(Sheet, SheetTable)] = []
        for sheet in sheets where !sheet.isHidden {
            let table = try table(sheet)
            if table.hasData { found.append((sheet, table)) }
        }
        if found.isEmpty {
            throw SheetRefusal(Sentence("no sheet that shows has anything in it; there are \(Self.names(sheets))"))
        }
        return found
    }

    package static func names(_ sheets: [Sheet]) -> String {
        sheets.map { "\"\($0.name)\"\($0.isHidden ? " (hidden)" : "")" }.joined(separator: ", ")
    }
}
