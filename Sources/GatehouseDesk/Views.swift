internal import GatehouseAdmin
internal import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Times as people of the site read them.
package enum SiteTime {
    /// Local time of the site with its offset: `2026-11-22T23:59:59.123+08:00`.
    package static func text(_ time: CivilTime, _ calendar: SiteCalendar) -> String {
        let offset = calendar.offset(at: time.seconds)
        let local = time.seconds + offset
        let day = Int32(clamping: local >= 0 ? local / 86400 : (local - 86399) / 86400)
        let second = local - Int64(day) * 86400
        let date = CalendarDay.date(day)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let milliseconds = time.milliseconds - time.seconds * 1000
        let fraction = String(String(milliseconds + 1000).dropFirst())
        let year = String(String(10000 + date.year).dropFirst())
        return
            "\(year)-\(two(Int64(date.month)))-\(two(Int64(date.day)))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)).\(fraction)"
            + "\(offset < 0 ? "-" : "+")\(two(abs(offset) / 3600)):\(two(abs(offset) / 60 % 60))"
    }
}

/// Rows of the registry for people: words, and times of the site.
struct RowViews: Sendable {
    let calendar: SiteCalendar
    /// Seconds; where a tenancy stands is told as of then.
    let now: Int64

    private func time(_ seconds: Int64?) -> String? {
        seconds.map { SiteTime.text(CivilTime(seconds: $0), calendar) }
    }

    func view(_ row: DwellingRow) -> DwellingView {
        DwellingView(id: row.id, dwelling: row.code, use: row.use.rawValue, places: row.places)
    }
    func view(_ row: PersonRow) -> PersonView {
        PersonView(
            id: row.id, reference: row.reference, name: row.name, role: row.role.word, status: row.status.word,
            dwelling: row.dwelling, groups: row.groups, from: time(row.validFrom), until: time(row.validUntil),
            responsible: row.responsible, shift: row.shift, needsTime: row.needsTime ? true : nil,
            phone: row.phone.isEmpty ? nil : row.phone, note: row.note.isEmpty ? nil : row.note)
    }
    func view(_ row: TenancyRow) -> TenancyView {
        TenancyView(
            id: row.id, dwelling: row.dwelling, tenants: row.tenants, firstDay: CalendarDay.text(row.firstDay),
            lastDay: CalendarDay.text(row.lastDay), starts: time(row.starts), ends: time(row.ends),
            contract: row.contract, landlord: row.landlord, state: row.state(at: now).rawValue, renews: row.renews)
    }
    func view(_ row: CredentialRow) -> CredentialView {
        CredentialView(
            id: row.id, person: row.person, kind: row.kind.word, value: row.kind == .pin ? "" : row.label,
            status: row.status.word, from: time(row.validFrom), until: time(row.validUntil), duress: row.isDuress,
            note: row.note.isEmpty ? nil : row.note, uses: row.uses, firstUseSeconds: row.firstUseSpan,
            vehicle: row.vehicle, also: row.others.isEmpty ? nil : row.others.map(\.label))
    }
    func view(_ row: ConsentRow) -> ConsentView {
        ConsentView(
            id: row.id, person: row.person, basis: row.basis, guardian: row.guardian, given: time(row.given),
            withdrawn: time(row.withdrawn), deleteBy: time(row.deleteBy), deleted: time(row.deleted))
    }
    func view(_ row: VehicleRow) -> VehicleView {
        VehicleView(id: row.id, plate: row.plate, dwelling: row.dwelling, keeper: row.keeper)
    }
}

/// Entries as the admin socket shows them: stable words, local time, and names only for those who may see them.
struct EntryViews {
    let reader: JournalReader
    let calendar: SiteCalendar
    let showsNames: Bool
    /// Where people live, for those who see names.
    var homes: FoundRows?
    /// What the gate may see of what happened lately; nil for all others.
    var gate: GateSight?
    /// Entries before this instant are shown without names; nil where all may have them.
    var namesSince: CivilTime?

    /// A guard's screen is read by whoever forces somebody at the gate: duress shows in the office alone.
    private var showsDuress: Bool { showsNames }

    private static func withoutDuress(_ outcome: String) -> String {
        outcome == AccessDecision.grantedUnderDuress.word ? AccessDecision.granted.word : outcome
    }

    /// What a guard sees of the last day: who came in and where they live, who ordered what, and the reasons that they gave
    /// themselves. Never by person.
    struct GateSight {
        static let span: Duration = .seconds(24 * 3600)
        var since: CivilTime
        /// The actor of the guard's own entries.
        var own: String
    }

    /// Whether anything of an entry's personal values may be shown.
    var readsPersonal: Bool { showsNames || gate != nil }

    private func isLate(_ entry: JournalEntry) -> Bool { gate.map { entry.civil >= $0.since } ?? false }

    /// Whether somebody came in with it, lately.
    private func cameIn(_ entry: JournalEntry) -> Bool {
        isLate(entry) && (entry.kind == .decision || entry.kind == .passage)
            && entry.outcome != AccessDecision.denied(.unauthorized).word
    }

    /// Whether names of the entry are left out because of its age alone.
    func withholds(_ entry: JournalEntry) -> Bool {
        showsNames && namesSince.map { entry.civil < $0 } ?? false && entry.person != nil
    }

    func view(_ stored: StoredEntry) -> EntryView {
        let entry = stored.entry
        let showsNames = showsNames && !(namesSince.map { entry.civil < $0 } ?? false)
        var view = EntryView(
            seq: entry.sequence, at: SiteTime.text(entry.civil, calendar), ms: entry.civil.milliseconds,
            kind: entry.kind.rawValue, revision: entry.registryRevision, portal: entry.portal?.name,
            point: entry.accessPoint?.name, reader: entry.reader?.name, about: entry.about, actor: entry.actor,
            outcome: showsDuress ? entry.outcome : entry.outcome.map(Self.withoutDuress), reason: entry.reason,
            credential: entry.credential, clock: entry.isCivilTrusted ? nil : "untrusted", person: entry.person)
        if let person = entry.person, showsNames || cameIn(entry),
            let row = try? row(of: person)
        {
            view.name = row.name
            if showsNames { view.reference = row.reference }
            view.dwelling = try? homes?.home(of: row).flatMap { try homes?.code(ofDwelling: $0) }
        }
        if let path = entry.path {
            view.path = path.steps.filter { showsDuress || $0.rule != .duress }.map {
                "\($0.rule.word)=\(Self.word($0.verdict))"
            }
        }
        if !entry.detail.isEmpty { view.detail = entry.detail.mapValues(Self.json) }
        let values = showsNames ? stored.personal : stored.personal.filter { mayGateSee($0.name, of: entry) }
        if !values.isEmpty {
            var personal: [String: String] = [:]
            for value in values {
                personal[value.name] =
                    value.name == PersonalField.Name.rawBits.rawValue
                    ? Hexadecimal.encode(value.value) : String(decoding: value.value, as: UTF8.self)
            }
            view.personal = personal
        }
        if let snapshot = stored.snapshot {
            view.picture = PictureView(state: snapshot.state, path: snapshot.path, reason: snapshot.reason)
        }
        return view
    }

    /// Of personal values a guard sees who ordered something lately, and their own reasons.
    private func mayGateSee(_ name: String, of entry: JournalEntry) -> Bool {
        guard let gate, isLate(entry), entry.kind == .order else { return false }
        if name == PersonalField.Name.account.rawValue { return true }
        return name == PersonalField.Name.note.rawValue && entry.actor == gate.own
    }

    private func row(of person: UInt32) throws -> PersonRow? {
        if let homes { return try homes.person(person) }
        guard case .person(let row)? = try reader.row(.person, person) else { return nil }
        return row
    }

    static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .abstain: "abstain"
        case .permit: "permit"
        case .deny(let reason): "deny(\(reason.word))"
        case .note(let observation): "note(\(observation.word))"
        }
    }

    static func rules(_ path: RulePath) -> [[String]] {
        path.steps.map { [$0.rule.word, word($0.verdict)] }
    }

    static func json(_ value: CanonicalValue) -> JSON {
        switch value {
        case .integer(let value): .integer(value)
        case .octets(let value): .string(Hexadecimal.encode(value))
        case .text(let value): .string(value)
        case .array(let values): .array(values.map(json))
        case .map(let pairs): .object(pairs.mapValues(json))
        case .numbered(let pairs):
            .object(Dictionary(pairs.map { ("\($0.key)", json($0.value)) }, uniquingKeysWith: { $1 }))
        case .tagged(_, let value): json(value)
        case .boolean(let value): .boolean(value)
        }
    }

    static func facts(_ facts: Facts) -> [String: JSON] {
        [
            "posture": .string(facts.posture.word), "readerTrusted": .boolean(facts.isReaderTrusted),
            "clockTrusted": .boolean(facts.isClockTrusted), "credentialKnown": .boolean(facts.isCredentialKnown),
            "credentialStatus": .string(facts.credentialStatus.word),
            "credentialWindow": .string("\(facts.credentialWindow)"),
            "personStatus": .string(facts.personStatus.word), "role": .string(facts.role.word),
            "employment": .string("\(facts.employment)"), "hasDwelling": .boolean(facts.hasDwelling),
            "tenancy": .string("\(facts.tenancy)"), "levelsCovering": .integer(Int64(facts.coveringLevels)),
            "levelsOpen": .integer(Int64(facts.openLevels)), "factorsComplete": .boolean(facts.isCombinationComplete),
            "pin": .string("\(facts.pin)"),
            "antiPassback": .string("\(facts.passback) (\(facts.passbackPolicy.rawValue))"),
            "usedUp": .boolean(facts.isUsedUp), "host": .string("\(facts.host)"),
            "levelsSuspended": .integer(Int64(facts.suspendedLevels)), "barred": .boolean(facts.isBarred),
            "offShift": .boolean(facts.isOffShift), "firstPerson": .string("\(facts.firstPerson)"),
            "areaFull": .boolean(facts.isAreaFull), "place": .string("\(facts.place)"),
            "interlocked": .boolean(facts.isInterlocked), "company": .string("\(facts.company)"),
            "escort": .string("\(facts.escort)"), "policyTooOld": .boolean(facts.isPolicyTooOld),
            "threat": .integer(Int64(facts.threat)), "suspendedByGuard": .boolean(facts.isSuspendedByGuard),
        ]
    }
}
