internal import GatehouseAdmin
package import GatehouseCore

/// A tenancy as people write one. Nil is not spoken of.
package struct TenancyTexts: Sendable {
    package var community: String?
    package var dwelling: String?
    /// References, separated by blanks, commas, semicolons or strokes of any width; one that holds any of these stands in
    /// double quotes.
    package var tenants: String?
    package var from: String?
    package var until: String?
    package var contract: String?
    package var landlord: String?
    package init() {}
}

extension RegistryFields {
    /// The row that the texts say. Whether it may stand beside others of the dwelling is asked for by `overlap`.
    package func tenancy(
        _ texts: TenancyTexts, changing old: TenancyRow?, at dwelling: UInt32, id: UInt32,
        in source: some RegisterSource
    ) throws -> TenancyRow {
        var row =
            old
            ?? TenancyRow(id: id, dwelling: dwelling, tenants: [], firstDay: 0, lastDay: 0, starts: 0, ends: 0)
        if old == nil || texts.tenants != nil {
            row.tenants = try tenants(texts.tenants ?? "", old?.tenants ?? [], in: source)
        }
        // What was done with the tenancy since stays: one that was ended at noon ends at noon.
        if old == nil || texts.from != nil {
            let day = try at("from") { try self.day(texts.from ?? "", of: "from") }
            if day != old?.firstDay { (row.firstDay, row.starts) = (day, calendar.utc(day: day, minute: 0)) }
        }
        if old == nil || texts.until != nil {
            let day = try at("until") { try self.day(texts.until ?? "", of: "until") }
            if day != old?.lastDay { (row.lastDay, row.ends) = (day, calendar.utc(day: day + 1, minute: 0)) }
        }
        guard row.firstDay <= row.lastDay, row.starts < row.ends else {
            throw FieldProblem(
                texts.until == nil ? "from" : "until", Sentence("the last day is before the first"),
                code: RegistryProblem.endsBeforeItStarts.rawValue)
        }
        if let text = texts.contract {
            row.contract =
                text.isEmpty ? "" : try TextRule.checked(text, "contract", kept: old?.contract)
        }
        if let text = texts.landlord, !text.isEmpty { row.landlord = try person(text, "landlord", in: source).id }
        return row
    }

    private func tenants(_ text: String, _ old: [UInt32], in source: some RegisterSource) throws -> [UInt32] {
        let found = try tenantIDs(text, in: source)
        // Who is gone cannot be named any more, and stays.
        if try old.filter({ try source.isPresent(.person, $0) }) == found, !old.isEmpty { return old }
        if found.isEmpty {
            throw FieldProblem("tenants", Sentence("is empty"), code: RegistryProblem.noTenant.rawValue)
        }
        guard Set(found).count == found.count else {
            throw FieldProblem("tenants", Sentence("somebody stands there twice"))
        }
        return found
    }

    /// The people of a list of references.
    func tenantIDs(_ text: String, in source: some RegisterSource) throws -> [UInt32] {
        guard let items = Self.items(text) else {
            throw FieldProblem("tenants", Sentence("a quoted reference does not end"))
        }
        // A reference may hold such a mark itself.
        let references = try items.flatMap { item in
            if try item.isQuoted || findPerson(item.text, in: source) != nil { return [item.text] }
            return try item.text.split { $0 != "/" && Self.isMark($0) }.flatMap { piece in
                let piece = String(piece)
                return try findPerson(piece, in: source) != nil
                    ? [piece] : piece.split(whereSeparator: Self.isMark).map(String.init)
            }
        }
        guard references.count <= Self.mostTenants else {
            throw FieldProblem("tenants", Sentence("more than \(Self.mostTenants) people"))
        }
        return try references.map { try person($0, "tenants", in: source).id }
    }

    package static let mostTenants = 64

    /// What people put between the items of a list, beside blanks.
    static func isMark(_ character: Character) -> Bool { "、，；/,;".contains(character) }

    /// Items of a list that blanks separate; nil when a quote is not closed.
    package static func list(_ text: String) -> [String]? { items(text)?.map(\.text) }

    private static func items(_ text: String) -> [(text: String, isQuoted: Bool)]? {
        var items: [(text: String, isQuoted: Bool)] = []
        var wasQuoted = false
        var item = ""
        var (isQuoted, hasItem) = (false, false)
        var rest = text[...]
        while let character = rest.popFirst() {
            if isQuoted {
                if character != "\"" {
                    item.append(character)
                } else if rest.first == "\"" {
                    rest.removeFirst()
                    item.append("\"")
                } else {
                    isQuoted = false
                }
            } else if character == "\"", item.isEmpty && !hasItem || item.last.map(isMark) == true && !wasQuoted {
                // A quote behind a mark begins the next item.
                if hasItem { items.append((String(item.dropLast()), false)) }
                item = ""
                (isQuoted, hasItem, wasQuoted) = (true, true, true)
            } else if wasQuoted, isMark(character) {
                items.append((item, true))
                (item, hasItem, wasQuoted) = ("", false, false)
            } else if character.unicodeScalars.allSatisfy({ CSVCell.isBlank($0) }) {
                if hasItem { items.append((item, wasQuoted)) }
                (item, hasItem, wasQuoted) = ("", false, false)
            } else {
                item.append(character)
                hasItem = true
            }
        }
        if hasItem { items.append((item, wasQuoted)) }
        return isQuoted ? nil : items
    }

    /// A list that `list` reads.
    package static func written(list: [String]) -> String {
        list.map { item in
            let isPlain =
                !item.isEmpty && item.first != "\"" && !item.unicodeScalars.contains { CSVCell.isBlank($0) }
                && !item.contains(where: isMark)
            if isPlain { return item }
            return "\"\(item.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
        }.joined(separator: " ")
    }

    /// Why the tenancy cannot stand beside another of its dwelling without being asked for; nil when it can. `name` is the
    /// dwelling's for people.
    package func overlap(_ row: TenancyRow, among others: [TenancyRow], _ name: String) -> FieldProblem? {
        for other in others where other.id != row.id && other.id != row.renews && row.id != other.renews {
            // What was ended before it began never runs.
            if other.step == .terminated, other.ends - other.starts <= 1 { continue }
            guard row.starts < other.ends, other.starts < row.ends else { continue }
            let (first, last) = (CalendarDay.text(other.firstDay), CalendarDay.text(other.lastDay))
            let isSame =
                Set(other.tenants) == Set(row.tenants) && other.firstDay == row.firstDay && other.lastDay == row.lastDay
            return FieldProblem(
                "dwelling",
                isSame
                    ? Sentence("this tenancy of \(name), \(first) to \(last), is there already (number \(other.id))")
                    : Sentence(
                        "\(name) has a tenancy from \(first) to \(last) already (number \(other.id)); end that one first, or say beside: yes"
                    ),
                code: isSame ? "exists" : "overlaps")
        }
        return nil
    }
}
