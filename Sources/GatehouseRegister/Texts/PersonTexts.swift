package import GatehouseCore

/// A person as people write one. Nil is not spoken of; an empty text takes away what may be absent.
package struct PersonTexts: Sendable {
    package var reference: String?
    package var name: String?
    package var role: String?
    package var community: String?
    package var dwelling: String?
    package var groups: String?
    package var from: String?
    package var until: String?
    package var status: String?
    package var responsible: String?
    package var shift: String?
    package var needsTime: String?
    /// `none` takes them away.
    package var phone: String?
    package var note: String?
    package init() {}
}

extension RegistryFields {
    /// The row that the texts say: a new one with the identity, or the old one changed.
    package func person(
        _ texts: PersonTexts, changing old: PersonRow?, id: UInt32, in source: some RegisterSource,
        _ days: inout KnownDays
    ) throws -> PersonRow {
        var row =
            try old
            ?? PersonRow(
                id: id, reference: code(texts.reference ?? "", "reference"), name: "", role: .resident, groups: [])
        if old == nil || texts.role != nil { row.role = try at("role") { try role(texts.role ?? "") } }
        if old == nil || texts.name != nil {
            row.name = try TextRule.checked(texts.name ?? "", "name", kept: old?.name)
        }
        if let text = texts.dwelling { row.dwelling = try home(text, texts.community, old?.dwelling, in: source) }
        // A row without any group is as good as it was.
        if old == nil || texts.groups.map({ !($0.isEmpty && row.groups.isEmpty) }) == true {
            row.groups = try at("groups") { try groups(texts.groups ?? "", role: row.role) }
        }
        (row.validFrom, row.validUntil) = try window(
            texts.from, texts.until, old.map { ($0.validFrom, $0.validUntil) }, &days)
        if let text = texts.status, !text.isEmpty { row.status = try at("status") { try personStatus(text) } }
        if let text = texts.responsible, !text.isEmpty {
            row.responsible = try person(text, "responsible", in: source).id
        }
        if row.responsible == row.id { throw FieldProblem("responsible", Sentence("nobody answers for themselves")) }
        if let text = texts.shift, !text.isEmpty { row.shift = try shift(text, old?.shift) }
        if let text = texts.needsTime, !text.isEmpty { row.needsTime = try at("needs_time") { try flag(text) } }
        if let text = texts.phone { row.phone = try phone(text, kept: row.phone) }
        if let text = texts.note { row.note = try officeNote(text, kept: row.note) }
        try checkHome(row, old)
        return row
    }

    private func officeNote(_ text: String, kept old: String) throws -> String {
        if text == old { return old }
        return text.isEmpty || text == "none"
            ? "" : try TextRule.checked(text, "note", longest: 512, kept: old.isEmpty ? nil : old)
    }

    /// One or several numbers as people write them: `0532-8888 6666 转 12`, `+86 138 0013 8000 / 139…`.
    package func phone(_ text: String, kept old: String = "") throws -> String {
        let half = ImportText.halfWidth(text)
        if text == old || half == old { return old }
        if half.isEmpty || half == "none" { return "" }
        let checked = try TextRule.checked(half, "phone", longest: 128)
        if checked.contains(/[0-9][.][0-9]+[Ee][+]/) {
            throw FieldProblem(
                "phone",
                Sentence("a spreadsheet has rounded \"\(Self.clipped(checked))\"; give the column the format of text"))
        }
        let marks = Set("0123456789+-()/,;.#* ext转、，；分机".unicodeScalars)
        guard checked.unicodeScalars.count(where: { (48...57).contains($0.value) }) >= 3,
            checked.unicodeScalars.allSatisfy({ marks.contains($0) })
        else { throw FieldProblem("phone", Sentence("\"\(Self.clipped(checked))\" is no telephone number")) }
        return checked
    }

    private func home(
        _ text: String, _ community: String?, _ old: UInt32?, in source: some RegisterSource
    ) throws -> UInt32? {
        if !text.isEmpty { return try dwelling(text, community: community, in: source).id }
        // A dwelling that is gone has no name any more: nothing was said of it.
        if let old, try !source.isPresent(.dwelling, old) { return old }
        return nil
    }

    private func checkHome(_ row: PersonRow, _ old: PersonRow?) throws {
        // One who came onto the register without a dwelling may still be barred or renamed.
        let wasWithout = old.map { $0.role == .resident && $0.dwelling == nil } ?? false
        if row.role == .resident, row.dwelling == nil, !wasWithout {
            throw FieldProblem("dwelling", Sentence("a resident needs a dwelling"), code: "dwellingMissing")
        }
        if row.role == .child || row.role == .visitor, row.responsible == nil {
            throw FieldProblem(
                "responsible",
                row.role == .child
                    ? Sentence("a child needs its guardian's reference")
                    : Sentence("a visitor needs their host's reference"),
                code: RegistryProblem.nobodyResponsible.rawValue)
        }
    }

    private func shift(_ text: String, _ old: String?) throws -> String? {
        if text == "none" { return nil }
        let name = try at("shift") { try identifier(text, Sentence("schedule")) }
        if let known = names?.schedules, name != old, !known.contains(name) {
            throw FieldProblem(
                "shift",
                Sentence("there is no schedule \"\(name)\"").orNear(Nearest.match(for: name, among: known)),
                code: "unknownShift")
        }
        return name
    }

    /// A reference or code that somebody gives: half-width, however it was typed.
    package func code(_ text: String, _ field: String, longest: Int = TextRule.longest) throws -> String {
        try TextRule.checked(ImportText.halfWidth(text), field, longest: longest)
    }
}
