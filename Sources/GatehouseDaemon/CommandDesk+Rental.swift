internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

/// Supervision of rental: counts by dwelling, and behind each the numbers of its events for those who may open them.
extension CommandDesk {
    func reportTenancies(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let reader = try reader()
        let now = try ask { $0.now().civil }
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
            call.reply(
                .item([
                    "indicator": .string(finding.kind.rawValue),
                    "dwelling": .string(dwellings[finding.dwelling] ?? ""),
                    "tenancy": finding.tenancy.map { .integer(Int64($0)) } ?? .null,
                    "count": .integer(Int64(finding.count)),
                ]))
        }
        return [
            "at": .string(EntryView.time(now, fields.calendar)), "site": .string(configuration.site.name),
            "span_days": .integer(Int64(RentalIndicators.span)),
            "counts": .object(
                Dictionary(
                    RentalIndicators.Kind.allCases.map { ($0.rawValue, .integer(Int64(report.count($0)))) },
                    uniquingKeysWith: { $1 })),
        ]
    }

    /// The events behind an indicator, by number: each is opened by itself, and each opening is an entry. The window is
    /// that of a person's log.
    func showEvidence(_ call: Call) throws -> JSON {
        let reader = try reader()
        let home = try dwelling(call.text("dwelling") ?? "", reader)
        var filter = JournalFilter()
        if let from = call.text("from") { filter.from = try fields.instant(from) }
        if let until = call.text("until") { filter.until = try fields.instant(until) }
        try checkPersonFilter(call, filter)
        try order(call, .look(person: nil))
        var people: Set<UInt32> = []
        for row in try reader.rows(.person, by: .at(dwelling: home.id)) { people.insert(row.id) }
        for case .tenancy(let row) in try reader.rows(.tenancy, by: .at(dwelling: home.id)) {
            people.formUnion(row.tenants)
        }
        for person in people {
            for case .person(let row) in try reader.rows(.person, by: .of(person: person)) where row.role == .visitor {
                people.insert(row.id)
            }
        }
        filter.kinds = [.decision]
        filter.limit = 1000
        var events: Set<UInt64> = []
        for person in people {
            filter.person = person
            for entry in try reader.entries(filter) { events.insert(entry.entry.sequence) }
        }
        return ["events": .array(events.sorted().map { .integer(Int64($0)) })]
    }
}
