internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    func addTenancy(_ command: TenancyAdd, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let source = source(reader, call)
        var texts = TenancyTexts()
        texts.tenants = command.tenants.argumentText
        texts.from = command.from.argumentText
        texts.until = command.until.argumentText
        texts.contract = command.contract?.argumentText
        texts.landlord = command.landlord?.argumentText
        let home = try dwelling(command.dwelling, reader, call)
        var row = try fields(call).tenancy(texts, changing: nil, at: home.id, id: 0, in: source)
        try checkBeside(row, command.beside, source)
        row.id = try ids.next(.tenancy, reader)
        return RecordedRow(id: row.id, event: try order(call, .registry([.put(.tenancy(row))])))
    }

    func changeTenancy(_ command: TenancyChange, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let source = source(reader, call)
        let old = try tenancy(command.id, reader, call)
        try saysSomething(
            command.tenants, command.from, command.until, command.contract, command.landlord, beside: .tenancyChange)
        var texts = TenancyTexts()
        texts.tenants = command.tenants?.argumentText
        texts.from = command.from?.argumentText
        texts.until = command.until?.argumentText
        texts.contract = command.contract?.argumentText
        texts.landlord = command.landlord?.argumentText
        let row = try fields(call).tenancy(texts, changing: old, at: old.dwelling, id: old.id, in: source)
        if row == old { return RecordedRow(id: row.id, event: nil, changed: false) }
        if old.starts != row.starts || old.ends != row.ends { try checkBeside(row, command.beside, source) }
        // An earlier end, or a tenant less: somebody loses the way to their home.
        let takesAway = row.ends < old.ends || !Set(old.tenants).isSubset(of: row.tenants)
        let cause = try takesAway ? cause(nil, call) : nil
        return RecordedRow(id: row.id, event: try order(call, .registry([.put(.tenancy(row))]), cause: cause))
    }

    /// Two tenancies of a dwelling run at once only where somebody says so.
    private func checkBeside(_ row: TenancyRow, _ beside: FlagArgument?, _ source: StoredRegister) throws {
        if beside?.isOn == true { return }
        var name = "the dwelling"
        if case .dwelling(let home)? = try source.reader.row(.dwelling, row.dwelling) { name = home.code }
        if let problem = fields.overlap(row, among: try source.tenancies(of: row.dwelling), name) { throw problem }
    }

    // MARK: Steps

    func noteNotice(_ command: TenancyNotice, _ call: Call) throws -> RecordedRow {
        try step(command.id, .giveNotice, call)
    }

    func handBackTenancy(_ command: TenancyHandBack, _ call: Call) throws -> RecordedRow {
        try step(command.id, .handBack, call)
    }

    func terminateTenancy(_ command: TenancyTerminate, _ call: Call) throws -> RecordedRow {
        let at = try command.at.map { try time("at", $0, call, .unsaid) } ?? now()
        let event = TenancyEvent.terminate(at: at.seconds, day: fields.calendar.local(at: at).day)
        return try step(command.id, event, call, cause: cause(command.cause, call))
    }

    private func step(
        _ id: RowOrTextArgument, _ event: TenancyEvent, _ call: Call, cause: WithdrawalCause? = nil
    ) throws -> RecordedRow {
        let next = try Self.step(tenancy(id, reader(), call), event, at: now())
        return RecordedRow(id: next.id, event: try order(call, .registry([.put(.tenancy(next))]), cause: cause))
    }

    private static func step(_ row: TenancyRow, _ event: TenancyEvent, at now: CivilTime) throws -> TenancyRow {
        do { return try row.after(event, at: now.seconds).get() } catch {
            throw CommandRefusal(code: error.rawValue, message: error.sentence)
        }
    }

    /// A tenancy that goes on from another: same dwelling and people, from the day after.
    func renewTenancy(_ command: TenancyRenew, _ call: Call) throws -> RecordedRow {
        let reader = try reader()
        let old = try tenancy(command.id, reader, call)
        let renewed = try Self.step(old, .renew, at: now())
        var next = old
        next.id = 0
        next.renews = old.id
        next.step = .registered
        next.firstDay = old.lastDay + 1
        next.starts = old.ends
        // The days are those after the old one's: an end of then is no end of now.
        next.lastDay = next.firstDay - 1
        var texts = TenancyTexts()
        texts.until = command.until.argumentText
        texts.contract = command.contract?.argumentText
        let source = source(reader, call)
        next = try fields(call).tenancy(texts, changing: next, at: next.dwelling, id: 0, in: source)
        try checkBeside(next, command.beside, source)
        next.id = try ids.next(.tenancy, reader)
        let changes: [RegistryChange] = [.put(.tenancy(renewed)), .put(.tenancy(next))]
        return RecordedRow(id: next.id, event: try order(call, .registry(changes)))
    }

    func removeTenancy(_ command: TenancyRemove, _ call: Call) throws -> Recorded {
        let row = try tenancy(command.id, reader(), call)
        return Recorded(try order(call, .registry([.end(.tenancy, id: row.id)]), cause: cause(nil, call)))
    }

    func showTenancy(_ command: TenancyShow, _ call: Call) throws -> TenancyShow.Reply {
        let reader = try reader()
        let row = try tenancy(command.id, reader, call)
        try look(call, .people(row.tenants + [row.landlord].compactMap(\.self)))
        let views = try views()
        let history = try history(.tenancy, row.id, reader) {
            if case .tenancy(let row) = $0 { views.view(row) } else { nil }
        }
        let found = FoundRows(reader, fields.calendar, now: try now().seconds)
        let details = TenancyShow.Details(
            history: history, home: try found.code(ofDwelling: row.dwelling),
            people: try named(row.tenants + [row.landlord].compactMap(\.self), reader))
        return Joined(views.view(row), details)
    }

    /// Names of people who are on the register, each once.
    func named(_ people: [UInt32], _ reader: JournalReader) throws -> [Named] {
        var seen: Set<UInt32> = []
        return try people.compactMap { id in
            guard seen.insert(id).inserted, case .person(let row)? = try reader.row(.person, id) else { return nil }
            return Named(id: id, name: row.name, reference: row.reference)
        }
    }

    // MARK: Supervision

    /// Counts by dwelling; nobody by name.
    func reportTenancies(_ command: TenancyReport, _ call: Call) throws -> TenancyReport.Reply {
        let reader = try reader()
        let now = try now()
        let since = now + .seconds(-RentalIndicators.span * 86400)
        let attempts = try reader.attemptsAfterTenancy(since: since)
        var presences: [UInt32: RentalIndicators.Presence] = attempts.mapValues {
            RentalIndicators.Presence(days: 0, attemptsSinceEnd: $0)
        }
        for (person, seen) in try reader.seen(since: since, offset: fields.calendar.offset(at: now.seconds)) {
            presences[person, default: RentalIndicators.Presence(days: 0)].days = seen.days
        }
        let rows = try RegistryKind.allCases.filter { $0 != .credential && $0 != .vehicle }.flatMap {
            try reader.rows($0)
        }
        var communities: [UInt32: String] = [:]
        var dwellings: [UInt32: String] = [:]
        for case .community(let row) in rows { communities[row.id] = row.code }
        for case .dwelling(let row) in rows { dwellings[row.id] = "\(communities[row.community] ?? "")/\(row.code)" }
        let report = RentalIndicators(rows: rows, presences: presences, now: now.seconds)
        for finding in report.findings {
            try call.list(
                TenancyReport.Finding(
                    indicator: finding.kind.rawValue, dwelling: dwellings[finding.dwelling] ?? "",
                    tenancy: finding.tenancy, count: finding.count))
        }
        return TenancyReport.Reply(
            at: text(now), site: configuration.site.name, spanDays: Int(RentalIndicators.span),
            counts: Dictionary(
                RentalIndicators.Kind.allCases.map { ($0.rawValue, report.count($0)) }, uniquingKeysWith: { $1 }))
    }

    /// The events behind an indicator, by number: each is opened by itself, and each opening is an entry. The window is
    /// that of a person's log, and everybody of the dwelling was looked at.
    func showEvidence(_ command: TenancyEvidence, _ call: Call) throws -> TenancyEvidence.Reply {
        let reader = try reader()
        let home = try dwelling(command.dwelling, reader, call)
        var filter = JournalFilter()
        filter.from = try time("from", command.from, call, .past)
        filter.until = try time("until", command.until, call, .ago)
        try checkWindow(of: filter, call)
        var people: Set<UInt32> = []
        for row in try reader.rows(.person, by: .at(dwelling: home.id)) { people.insert(row.id) }
        for row in try tenancies(.at(dwelling: home.id), reader) { people.formUnion(row.tenants) }
        for person in people {
            for case .person(let row) in try reader.rows(.person, by: .of(person: person)) where row.role == .visitor {
                people.insert(row.id)
            }
        }
        try look(call, .people(people.sorted()))
        filter.kinds = [.decision]
        filter.limit = 1000
        var events: Set<UInt64> = []
        for person in people {
            filter.person = person
            for entry in try reader.entries(filter) { events.insert(entry.entry.sequence) }
        }
        return TenancyEvidence.Reply(events: events.sorted())
    }
}
