internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Whom or what a text of a command means. What it says exactly always wins: a reference, a row's number, a code, a plate. Else
/// it may be a card, a plate, a dwelling, a name or how that is read, as long as one row alone fits; where several do, the
/// refusal says between whom, and nothing is done.
extension Desk {
    /// The register for the texts of a command.
    func source(_ reader: JournalReader, _ call: Call) -> StoredRegister {
        var source = StoredRegister(reader: reader)
        source.otherPerson = { try self.person(meantBy: $0, reader, call) }
        source.otherDwelling = { try self.dwelling(meantBy: $0, reader, call) }
        return source
    }

    private func rows(_ reader: JournalReader) throws -> FoundRows {
        FoundRows(reader, fields.calendar, now: try now().seconds)
    }

    // MARK: People

    /// Somebody who is named otherwise than by their reference.
    private func person(meantBy text: String, _ reader: JournalReader, _ call: Call) throws -> PersonRow? {
        let text = ImportText.trimmed(text)
        if let row = try StoredRegister(reader: reader).person(ImportText.halfWidth(text)) { return row }
        // Others than those who may find people name them by their reference.
        guard [.manager, .guard_, .auditor].contains(call.actor.role) else { return nil }
        let rows = try rows(reader)
        let found = try candidates(text, rows, reader, call)
        guard let first = found.first else {
            if let near = try nearReference(text, reader, call) {
                throw CommandRefusal(
                    code: "unknownPerson",
                    message: Sentence("nobody is called \"\(clipped(text))\"; did you mean \(near)?"))
            }
            return nil
        }
        guard found.count == 1 else {
            throw try ambiguous(
                text, found.map { .person($0) }, rows, call, hint: Sentence("give the reference"))
        }
        try call.notes.meant(rows.view(first, forGuard: call.actor.role == .guard_), [first.id])
        return first
    }

    /// Who may be meant: by a card, a plate, a dwelling, a whole name, and only then by parts and readings.
    private func candidates(
        _ text: String, _ rows: FoundRows, _ reader: JournalReader, _ call: Call
    ) throws -> [PersonRow] {
        if let id = try holder(ofCard: text), let row = try rows.person(id) { return [row] }
        if let plate = try? fields.plate(text), let vehicle = try StoredRegister(reader: reader).vehicle(plate),
            let row = try rows.person(vehicle.keeper)
        {
            return [row]
        }
        if let home = try StoredRegister(reader: reader).exactDwelling(text, fields) {
            let people = try rows.people(of: home.id)
            if !people.isEmpty { return people }
        }
        let query = FindQuery(text)
        guard !query.isTooShort else { return [] }
        // A part of a reference means nobody: R-1, who is gone, is not R-12.
        let hits = try index(reader, call) { $0.people(query).filter { $0.fit != .code } }
        let whole = hits.filter { $0.fit == .whole }
        // The last digits of a number may be the reference of somebody who is gone: a whole number alone says who.
        if hits.isEmpty, call.actor.role == .manager, let phone = Phones.Query(text), phone.isWhole {
            let found = try index(reader, call) { $0.people(withPhone: phone).filter { $0.fit == .whole } }
            return try found.prefix(Self.usuallyFound).compactMap { try rows.person($0.id) }
        }
        // More than anybody reads are not fetched.
        return try (whole.isEmpty ? hits : whole).prefix(Self.usuallyFound).compactMap { try rows.person($0.id) }
    }

    private func nearReference(_ text: String, _ reader: JournalReader, _ call: Call) throws -> String? {
        let query = FindQuery(text)
        guard let id = try index(reader, call, { $0.personNear(query) }),
            case .person(let row)? = try reader.row(.person, id)
        else { return nil }
        try look(call, .people([id]))
        return row.reference
    }

    /// Between whom or what; each person that is named has the look in their report.
    private func ambiguous(
        _ text: String, _ found: [RegistryRow], _ rows: FoundRows, _ call: Call, hint: Sentence
    ) throws -> CommandRefusal {
        let shown = found.prefix(8)
        try look(call, .people(shown.flatMap { people(of: $0) }))
        let names = try shown.map {
            Self.words(try view($0, rows, forGuard: call.actor.role == .guard_), call.language)
        }
        let (all, more) = (names.joined(separator: "; "), found.count - shown.count)
        return CommandRefusal(
            code: "ambiguous",
            message: more > 0
                ? Sentence("\"\(clipped(text))\" may be \(all); and \(more) more: \(hint)")
                : Sentence("\"\(clipped(text))\" may be \(all): \(hint)"))
    }

    /// A row in a sentence: who, where, how it stands.
    private static func words(_ row: FoundRow, _ language: Language) -> String {
        let number = row.kind == "person" ? nil : row.id.map { "\(Words.state(row.kind, language)) \($0)" }
        let span = row.kind == "tenancy" ? Sentence("\(row.from ?? "") to \(row.until ?? "")").text(in: language) : nil
        let parts = [
            number, row.value, row.reference, row.name, row.dwelling, span, row.state.map { Words.state($0, language) },
        ]
        return parts.compactMap(\.self).joined(separator: " ")
    }

    private func clipped(_ text: String) -> String { RegistryFields.shown(text) }

    // MARK: Dwellings

    /// A dwelling whose code is typed in other letters or widths.
    private func dwelling(meantBy text: String, _ reader: JournalReader, _ call: Call) throws -> DwellingRow? {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        let rows = try rows(reader)
        func fits(_ hits: [FindIndex.Hit]) throws -> [DwellingRow] {
            try hits.prefix(Self.usuallyFound).compactMap { hit in
                guard case .dwelling(let row)? = try reader.row(.dwelling, hit.id) else { return nil }
                let code = try rows.code(of: row)
                return parts.count < 2 || Folding.octets(code) == Folding.octets(text) ? row : nil
            }
        }
        let query = FindQuery(parts.last ?? "")
        let found = try fits(index(reader, call) { $0.dwellings(query).filter { $0.fit == .whole } })
        if found.count > 1 {
            throw try ambiguous(
                text, found.map { .dwelling($0) }, rows, call, hint: Sentence("write community/dwelling"))
        }
        if let row = found.first {
            try call.notes.meant(rows.view(row), [])
            return row
        }
        guard let near = try index(reader, call, { $0.dwellingNear(query) }),
            let code = try rows.code(ofDwelling: near)
        else { return nil }
        throw CommandRefusal(
            code: "unknownDwelling",
            message: Sentence("there is no dwelling \"\(clipped(text))\"; did you mean \(code)?"))
    }

    // MARK: Tenancies, credentials, vehicles

    /// A tenancy by its number; by its dwelling or one of its people where one alone is open, or one alone waits to be
    /// handed back.
    func tenancy(_ argument: RowOrTextArgument, _ reader: JournalReader, _ call: Call) throws -> TenancyRow {
        let text = argument.argumentText
        if let id = argument.row {
            guard case .tenancy(let row)? = try reader.row(.tenancy, id) else { throw Self.unknownRow("tenancy") }
            return row
        }
        let rows = try rows(reader)
        let now = try now().seconds
        var all: [TenancyRow] = []
        if let home = try StoredRegister(reader: reader).exactDwelling(text, fields) {
            all = try tenancies(.at(dwelling: home.id), reader)
        } else {
            let person = try fields.person(text, "id", in: source(reader, call))
            all = try tenancies(.of(person: person.id), reader).filter { $0.tenants.contains(person.id) }
        }
        let open = all.filter { $0.state(at: now).isOpen }
        let waiting = all.filter { $0.state(at: now) == .overstay }
        let found = !open.isEmpty ? open : !waiting.isEmpty ? waiting : all
        guard let row = found.first else { throw Self.unknownRow("tenancy") }
        guard found.count == 1 else {
            throw try ambiguous(text, found.map { .tenancy($0) }, rows, call, hint: Sentence("give its number"))
        }
        try call.notes.meant(rows.view(row), Array(row.tenants.prefix(1)))
        return row
    }

    /// A credential by its number, by the card as it is printed or the plate; by its holder where they hold one alone.
    func credential(
        _ argument: RowOrTextArgument, _ reader: JournalReader, _ call: Call, named name: String = "id"
    ) throws -> CredentialRow {
        let text = argument.argumentText
        if let id = argument.row {
            guard case .credential(let row)? = try reader.row(.credential, id) else {
                throw Self.unknownRow("credential")
            }
            return row
        }
        let rows = try rows(reader)
        var found: [CredentialRow] = []
        if let id = try credential(ofCard: text), case .credential(let row)? = try reader.row(.credential, id) {
            found = [row]
        } else if let plate = try? fields.plate(text), let vehicle = try StoredRegister(reader: reader).vehicle(plate) {
            found = try credentials(of: vehicle.keeper, reader).filter { $0.vehicle == vehicle.id && $0.kind == .plate }
        } else if text.contains(":") {
            throw CommandRefusal(
                code: "unknownRow", message: Sentence("nobody on the register holds the card \"\(clipped(text))\""))
        } else {
            found = try credentials(of: fields.person(text, name, in: source(reader, call)).id, reader)
        }
        guard let row = found.first else { throw Self.unknownRow("credential") }
        guard found.count == 1 else {
            throw try ambiguous(text, found.map { .credential($0) }, rows, call, hint: Sentence("give its number"))
        }
        try call.notes.meant(rows.view(row, forGuard: call.actor.role == .guard_), [row.person])
        return row
    }

    /// A vehicle by its plate or a part of it, or by its keeper where they keep one alone.
    func vehicle(_ argument: PersonalArgument, _ reader: JournalReader, _ call: Call) throws -> VehicleRow {
        let text = argument.argumentText
        let plate = Result { try fields.vehicle(text, "plate", in: StoredRegister(reader: reader)) }
        if case .success(let row) = plate { return row }
        let rows = try rows(reader)
        let query = FindQuery(text)
        var found: [VehicleRow] = []
        // A whole plate means itself and no longer one.
        let isWhole = query.scalars.first.map { $0 >= 0x2E80 } ?? false && (try? fields.plate(text)) != nil
        if !query.isTooShort, !isWhole {
            found = try index(reader, call) { $0.vehicles(query) }.prefix(Self.usuallyFound).compactMap { hit in
                if case .vehicle(let row)? = try reader.row(.vehicle, hit.id) { row } else { nil }
            }
            if found.isEmpty, let keeper = try fields.findPerson(text, in: source(reader, call)) {
                found = try vehicles(.of(person: keeper.id), reader)
            }
        }
        guard let row = found.first else { return try plate.get() }
        guard found.count == 1 else {
            throw try ambiguous(text, found.map { .vehicle($0) }, rows, call, hint: Sentence("give the whole plate"))
        }
        try call.notes.meant(rows.view(row), [row.keeper])
        return row
    }
}
