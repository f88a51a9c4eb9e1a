internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseStore

/// Rows as somebody who looks for them is shown them, with where people live and whose something is. It remembers what it
/// read: many rows of a list share their dwellings and people.
final class FoundRows {
    // A class because reading fills what it remembers; it lives for one command.
    /// People and dwellings that are remembered at once.
    private static let remembered = 4096
    private let reader: JournalReader
    private let calendar: SiteCalendar
    private let now: Int64
    private var dwellings: [UInt32: String] = [:]
    private var communities: [UInt32: String] = [:]
    private var people: [UInt32: PersonRow] = [:]

    init(_ reader: JournalReader, _ calendar: SiteCalendar, now: Int64) {
        self.reader = reader
        self.calendar = calendar
        self.now = now
    }

    func code(ofDwelling id: UInt32) throws -> String? {
        if let known = dwellings[id] { return known }
        guard case .dwelling(let row)? = try reader.row(.dwelling, id) else { return nil }
        return try code(of: row)
    }

    func code(of row: DwellingRow) throws -> String {
        if communities[row.community] == nil,
            case .community(let community)? = try reader.row(.community, row.community)
        {
            communities[row.community] = community.code
        }
        let code = "\(communities[row.community] ?? "")/\(row.code)"
        if dwellings.count >= Self.remembered { dwellings.removeAll(keepingCapacity: true) }
        dwellings[row.id] = code
        return code
    }

    func person(_ id: UInt32) throws -> PersonRow? {
        if let known = people[id] { return known }
        guard case .person(let row)? = try reader.row(.person, id) else { return nil }
        if people.count >= Self.remembered { people.removeAll(keepingCapacity: true) }
        people[id] = row
        return row
    }

    /// Tenancies of a person, those that run first.
    private func tenancies(of person: UInt32) throws -> [TenancyRow] {
        try reader.rows(.tenancy, by: .of(person: person)).compactMap { row in
            if case .tenancy(let row) = row, row.tenants.contains(person) { row } else { nil }
        }.sorted { (Self.place($0, now), $1.ends) < (Self.place($1, now), $0.ends) }
    }

    private static func place(_ row: TenancyRow, _ now: Int64) -> Int {
        switch row.state(at: now) {
        case .running, .notice: 0
        case .registered: 1
        default: 2
        }
    }

    /// Where somebody lives: their own dwelling, or that of the tenancy that runs, or is to come.
    func home(of row: PersonRow) throws -> UInt32? {
        if let dwelling = row.dwelling { return dwelling }
        return try tenancies(of: row.id).first { $0.state(at: now).isOpen }?.dwelling
    }

    func view(_ row: PersonRow, forGuard: Bool = false) throws -> FoundRow {
        var view = FoundRow(kind: "person", id: nil, reference: row.reference, name: row.name)
        view.dwelling = try home(of: row).flatMap { try code(ofDwelling: $0) }
        view.state = try state(of: row)
        if forGuard { return view }
        view.id = row.id
        view.role = row.role.word
        view.from = text(row.validFrom)
        view.until = text(row.validUntil)
        return view
    }

    /// What keeps somebody out, or `active`.
    private func state(of row: PersonRow) throws -> String {
        if row.status != .active { return row.status.word }
        if let from = row.validFrom, now < from { return "coming" }
        if let until = row.validUntil, now >= until { return "ended" }
        guard row.role == .tenant, row.dwelling == nil else { return row.status.word }
        return try tenancies(of: row.id).first?.state(at: now).rawValue ?? "ended"
    }

    func view(_ row: DwellingRow, people: Int? = nil) throws -> FoundRow {
        FoundRow(
            kind: "dwelling", id: row.id, dwelling: try code(of: row), value: row.use.rawValue, people: people)
    }

    func view(_ row: TenancyRow) throws -> FoundRow {
        let tenant = try row.tenants.first.flatMap { try person($0) }
        return FoundRow(
            kind: "tenancy", id: row.id, reference: tenant?.reference, name: tenant?.name,
            dwelling: try code(ofDwelling: row.dwelling), state: row.state(at: now).rawValue,
            from: CalendarDay.text(row.firstDay), until: CalendarDay.text(row.lastDay), people: row.tenants.count)
    }

    /// Numbers that could be copied onto another card are not for guards: they see which one is meant.
    func view(_ row: CredentialRow, forGuard: Bool = false) throws -> FoundRow {
        let holder = try person(row.person)
        var state = row.status.word
        if row.status == .enabled, let from = row.validFrom, now < from { state = "coming" }
        if row.status == .enabled, let until = row.validUntil, now >= until { state = "ended" }
        return FoundRow(
            kind: "credential", id: row.id, reference: holder?.reference, name: holder?.name,
            dwelling: try holder.flatMap { try home(of: $0) }.flatMap { try code(ofDwelling: $0) }, state: state,
            value: row.kind == .pin ? row.kind.word : forGuard ? WhySentence.masked(row.label) : row.label,
            from: text(row.validFrom), until: text(row.validUntil))
    }

    func view(_ row: VehicleRow) throws -> FoundRow {
        let keeper = try person(row.keeper)
        return FoundRow(
            kind: "vehicle", id: row.id, reference: keeper?.reference, name: keeper?.name,
            dwelling: try code(ofDwelling: row.dwelling), value: row.plate)
    }

    /// Who lives in a dwelling now: those who are registered there, and the people of tenancies that run.
    func people(of dwelling: UInt32) throws -> [PersonRow] {
        var found: [UInt32: PersonRow] = [:]
        for case .person(let row) in try reader.rows(.person, by: .at(dwelling: dwelling))
        where row.dwelling == dwelling && row.role != .visitor { found[row.id] = row }
        for case .tenancy(let row) in try reader.rows(.tenancy, by: .at(dwelling: dwelling))
        where row.starts <= now && now < row.ends {
            for tenant in row.tenants { found[tenant] = try person(tenant) }
        }
        return found.values.sorted { $0.id < $1.id }
    }

    private func text(_ seconds: Int64?) -> String? {
        seconds.map { String(SiteTime.text(CivilTime(seconds: $0), calendar).prefix(16)) }
    }
}
