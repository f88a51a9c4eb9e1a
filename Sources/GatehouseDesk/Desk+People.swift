internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    func addPerson(_ command: PersonAdd, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let fields = try fields(call)
        let reference = command.reference.argumentText
        guard try fields.findPerson(reference, in: StoredRegister(reader: reader)) == nil else {
            throw CommandRefusal(code: "exists", message: Sentence("the reference is taken; use person change"))
        }
        return try putPerson(command.fields, reference, changing: nil, fields, reader, call)
    }

    func changePerson(_ command: PersonChange, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let old = try person(command.reference, reader, call)
        let given = command.fields
        try saysSomething(
            given.name, given.role, given.dwelling, given.groups, given.from, given.until, given.status,
            given.responsible, given.shift, given.needsTime, given.phone, given.note, beside: .personChange)
        return try putPerson(given, old.reference, changing: old, fields(call), reader, call)
    }

    private func putPerson(
        _ given: PersonFields, _ reference: String, changing old: PersonRow?, _ fields: RegistryFields,
        _ reader: JournalReader, _ call: Call
    ) throws -> RecordedRow {
        var texts = PersonTexts()
        texts.reference = reference
        texts.name = given.name?.argumentText
        texts.role = given.role?.argumentText
        texts.dwelling = given.dwelling?.argumentText
        texts.groups = given.groups?.argumentText
        texts.from = given.from?.argumentText
        texts.until = given.until?.argumentText
        texts.status = given.status?.argumentText
        texts.responsible = given.responsible?.argumentText
        texts.shift = given.shift?.argumentText
        texts.needsTime = given.needsTime?.argumentText
        texts.phone = given.phone?.argumentText
        texts.note = given.note?.argumentText
        var days = KnownDays()
        var row = try fields.person(texts, changing: old, id: 0, in: source(reader, call), &days)
        if let old, old == row { return RecordedRow(id: row.id, event: nil, changed: false) }
        let takesAway =
            row.status != .active && old?.status != row.status || old.map { Self.loses(from: $0, to: row) } == true
        let cause = try takesAway ? cause(given.cause, call) : nil
        if old == nil { row.id = try ids.next(.person, reader) }
        return RecordedRow(id: row.id, event: try order(call, .registry([.put(.person(row))]), cause: cause))
    }

    /// Whether somebody may do less by the new row than by the old one: earlier, later, or in fewer groups.
    private static func loses(from old: PersonRow, to new: PersonRow) -> Bool {
        endsEarlier(old.validUntil, new.validUntil) || beginsLater(old.validFrom, new.validFrom)
            || !Set(old.groups).isSubset(of: new.groups)
    }

    static func endsEarlier(_ old: Int64?, _ new: Int64?) -> Bool { new.map { $0 < old ?? .max } ?? false }
    static func beginsLater(_ old: Int64?, _ new: Int64?) -> Bool { new.map { $0 > old ?? .min } ?? false }

    func removePerson(_ command: PersonRemove, _ call: Call) throws -> Recorded {
        let row = try person(command.reference, reader(), call)
        return Recorded(
            try order(call, .registry([.end(.person, id: row.id)]), cause: cause(command.cause, call)))
    }

    func forgivePerson(_ command: PersonResume, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .forgive(person: person(command.reference, reader(), call).id)))
    }

    func forgiveAll(_ command: PersonResumeAll, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .forgiveAll))
    }

    func showPerson(_ command: PersonShow, _ call: Call) throws -> PersonShow.Reply {
        let reader = try reader()
        let row = try person(command.reference, reader, call)
        try look(call, .people([row.id]))
        let views = try views()
        let tenancies = try tenancies(.of(person: row.id), reader)
        let credentials = try credentials(of: row.id, reader)
        let vehicles = try vehicles(.of(person: row.id), reader)
        let suspensions = try suspensions()
        let details = PersonShow.Details(
            tenancies: tenancies.map(views.view), credentials: credentials.map(views.view),
            vehicles: vehicles.map(views.view),
            responsibleFor: try reader.rows(.person, by: .of(person: row.id)).compactMap {
                if case .person(let row) = $0 { views.view(row) } else { nil }
            }, history: try personHistory(row.id, reader, views),
            homes: try homes([row.dwelling] + tenancies.map(\.dwelling) + vehicles.map(\.dwelling), reader),
            off: try credentials.compactMap { row in
                if row.status != .enabled { return try off(row, reader) }
                return try suspensions[row.id].map { try off(row.id, $0, reader) }
            })
        return Joined(views.view(row), details)
    }

    /// Dwellings by their codes, each once.
    func homes(_ ids: [UInt32?], _ reader: JournalReader) throws -> [PersonDetails.Home] {
        let found = FoundRows(reader, fields.calendar, now: try now().seconds)
        return try Set(ids.compactMap(\.self)).sorted().compactMap { id in
            try found.code(ofDwelling: id).map { PersonDetails.Home(id: id, dwelling: $0) }
        }
    }

    /// Since when a credential is off, and who did it.
    func off(_ row: CredentialRow, _ reader: JournalReader) throws -> PersonDetails.Off {
        var cause = Why.Cause(what: row.status.word)
        try note(.credential, row.id, at: .max, in: &cause, reader) {
            if case .credential(let past) = $0 { past.status == row.status } else { false }
        }
        return PersonDetails.Off(credential: row.id, since: cause.since, by: cause.by, event: cause.event)
    }

    func personHistory(_ id: UInt32, _ reader: JournalReader, _ views: RowViews) throws -> [PastState<PersonView>] {
        try history(.person, id, reader) { if case .person(let row) = $0 { views.view(row) } else { nil } }
    }

    func tenancies(_ key: RegistryMark, _ reader: JournalReader) throws -> [TenancyRow] {
        try reader.rows(.tenancy, by: key).compactMap { if case .tenancy(let row) = $0 { row } else { nil } }
    }

    func credentials(of person: UInt32, _ reader: JournalReader) throws -> [CredentialRow] {
        try reader.rows(.credential, by: .of(person: person)).compactMap {
            if case .credential(let row) = $0 { row } else { nil }
        }
    }

    func vehicles(_ key: RegistryMark, _ reader: JournalReader) throws -> [VehicleRow] {
        try reader.rows(.vehicle, by: key).compactMap { if case .vehicle(let row) = $0 { row } else { nil } }
    }

    /// Why access is taken away: by a word of the closed list, or by the reason that was given.
    func cause(
        _ argument: TextArgument?, _ call: Call, implied: WithdrawalCause? = nil
    ) throws -> WithdrawalCause {
        // Beside a word of the list, too: what is written there stands in the entry.
        let said = [call.reason, argument?.argumentText].compactMap(\.self)
        guard !said.contains(where: WithdrawalCause.speaksOfArrears) else {
            throw CommandRefusal(
                code: "causeForbidden",
                message: Sentence("what somebody owes is no reason to keep them out of their home"))
        }
        if let argument {
            guard let cause = WithdrawalCause(argument.argumentText) else {
                throw CommandRefusal(
                    code: "malformed",
                    message: Sentence("\"cause\" is one of \(WithdrawalCause.words), with a number or text"))
            }
            return cause
        }
        if let implied { return implied }
        guard let reason = call.reason else {
            throw CommandRefusal(
                code: "reasonMissing",
                message: Sentence("say why access is taken away: --cause \(WithdrawalCause.words), or --reason \"…\""))
        }
        return .other(reason)
    }
}
