package import GatehouseCore

/// A credential as people write one. Nil is not spoken of.
package struct CredentialTexts: Sendable {
    package var kind: String?
    /// The card, the PIN, or module and user number of a face.
    package var value: String?
    package var bound: String?
    package var duress: String?
    package var from: String?
    package var until: String?
    package var status: String?
    package var uses: String?
    package var firstUse: String?
    package var vehicle: String?
    /// Further numbers of the same card, with blanks between them; `none` takes them away.
    package var also: String?
    package init() {}
}

extension RegistryFields {
    /// What readers present, with its spelling.
    package struct Presented: Sendable {
        package var kind: CredentialKind
        package var key: CredentialKey
        package var label: String
    }

    /// `isKnown` says whether a key stands on the register already: whatever came there before a check was made stays.
    package func presented(
        _ texts: CredentialTexts, by person: UInt32, isKnown: (CredentialKey) throws -> Bool = { _ in false }
    ) throws -> Presented {
        let kind = try at("kind") { try self.kind(texts.kind ?? "") }
        let isBound = try texts.bound.map { text in try at("bound") { try flag(text) } } ?? false
        let value = texts.value ?? ""
        if value.isEmpty { throw FieldProblem("value", Sentence("is empty")) }
        guard value.utf8.count <= 512 else { throw FieldProblem("value", Sentence("is longer than 512 octets")) }
        // A text that an older version took half-width is that one still.
        if value.utf8.contains(where: { $0 >= 0x80 }), let known = try known(value, kind, isKnown) { return known }
        do {
            let (key, label) = try at("value") {
                try self.key(kind, value, person: person, isBound: isBound, isKnown: isKnown)
            }
            return Presented(kind: self.kind(kind, ofLabel: label), key: key, label: label)
        } catch let problem as FieldProblem {
            if let known = try known(value, kind, isKnown) { return known }
            throw problem
        }
    }

    /// A card that no check would take today, and that stands on the register all the same.
    private func known(
        _ value: String, _ kind: CredentialKind, _ isKnown: (CredentialKey) throws -> Bool
    ) throws -> Presented? {
        guard kind == .card || kind == .plate else { return nil }
        for text in Set([value, ImportText.halfWidth(value)]) {
            guard let number = CardNumber(kind == .plate && !text.hasPrefix("PLATE:") ? "PLATE:\(text)" : text) else {
                continue
            }
            let key = CredentialKey(card: number, primitives: primitives)
            if try isKnown(key) {
                let label = number.description
                return Presented(kind: self.kind(kind, ofLabel: label), key: key, label: label)
            }
        }
        return nil
    }

    /// The row that the texts say: a new one of the person with what is presented, or the old one changed.
    package func credential(
        _ texts: CredentialTexts, _ new: Presented?, of person: UInt32, changing old: CredentialRow?, id: UInt32,
        in source: some RegisterSource, _ days: inout KnownDays
    ) throws -> CredentialRow {
        guard
            var row = old
                ?? new.map({ CredentialRow(id: id, person: person, kind: $0.kind, key: $0.key, label: $0.label) })
        else { throw FieldProblem("value", Sentence("is empty")) }
        if let text = texts.duress { row.isDuress = try at("duress") { try flag(text) } }
        (row.validFrom, row.validUntil) = try window(
            texts.from, texts.until, old.map { ($0.validFrom, $0.validUntil) }, &days)
        // A text that does not speak of it never enables a card that was reported lost.
        if let text = texts.status, !text.isEmpty { row.status = try at("status") { try credentialStatus(text) } }
        if let text = texts.uses, !text.isEmpty { row.uses = try at("uses") { try uses(text) } }
        if let text = texts.firstUse, !text.isEmpty {
            row.firstUseSpan = text == "none" ? nil : try at("first_use") { try span(text) }
        }
        if let text = texts.vehicle, !text.isEmpty {
            row.vehicle = text == "none" ? nil : try vehicle(text, "vehicle", in: source).id
        }
        if let text = texts.also, !text.isEmpty { row.others = try at("also") { try others(text, of: row) } }
        return row
    }

    /// What other readers make of a card. Its own number among them says nothing new.
    private func others(_ text: String, of row: CredentialRow) throws -> [CredentialRow.OtherNumber] {
        if text == "none" { return [] }
        guard row.kind == .card else { throw FieldProblem("also", Sentence("only a card has further numbers")) }
        var found: [CredentialRow.OtherNumber] = []
        for word in text.split(whereSeparator: { $0.isWhitespace || $0 == ";" || $0 == "；" || $0 == "、" }) {
            let number = try card(String(word))
            if number.isPlate {
                throw FieldProblem("also", Sentence("a plate is no further number of a card: use vehicle add"))
            }
            let key = CredentialKey(card: number, primitives: primitives)
            guard key != row.key, !found.contains(where: { $0.key == key }) else { continue }
            found.append(CredentialRow.OtherNumber(key: key, label: number.description))
        }
        let limit = CredentialRow.OtherNumber.limit
        guard found.count <= limit else {
            throw FieldProblem("also", Sentence("a card has at most \(limit) further numbers"))
        }
        return found
    }

    /// Who comes with a pass.
    package func visitor(_ text: String) throws -> String { try TextRule.checked(text, "visitor") }

    /// What the status of a credential is explained by.
    package func note(_ text: String) throws -> String { try TextRule.checked(text, "reason") }

    /// The consent that a face of the person comes with.
    package func consent(_ basis: String, of person: PersonRow, id: UInt32, at now: Int64) throws -> ConsentRow {
        guard !basis.isEmpty else {
            throw FieldProblem(
                "consent", Sentence("a face needs the person's consent: where it is, or how it was given"),
                code: RegistryProblem.consentMissing.rawValue)
        }
        return ConsentRow(
            id: id, person: person.id, basis: try TextRule.checked(basis, "consent"),
            guardian: person.role == .child ? person.responsible : nil, given: now)
    }
}
