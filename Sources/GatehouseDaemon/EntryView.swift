internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Entries as the admin socket shows them: stable words, local time, and names only for those who may see them.
struct EntryView {
    let reader: JournalReader
    let fields: RegistryFields
    let showsNames: Bool

    /// A guard's screen is read by whoever forces somebody at the gate: duress shows in the office alone.
    private var showsDuress: Bool { showsNames }

    private static func withoutDuress(_ outcome: String) -> String {
        outcome == AccessDecision.grantedUnderDuress.word ? AccessDecision.granted.word : outcome
    }

    func json(_ stored: StoredEntry) -> JSON {
        let entry = stored.entry
        var object: [String: JSON] = [
            "seq": .integer(Int64(entry.sequence)), "at": .string(time(entry.civil)),
            "ms": .integer(entry.civil.milliseconds),
            "kind": .string(entry.kind.rawValue), "revision": .integer(Int64(entry.registryRevision)),
        ]
        object["portal"] = entry.portal.map { .string($0.name) }
        object["point"] = entry.accessPoint.map { .string($0.name) }
        object["reader"] = entry.reader.map { .string($0.name) }
        object["about"] = entry.about.map { .integer(Int64($0)) }
        object["actor"] = entry.actor.map { .string($0) }
        object["outcome"] = (showsDuress ? entry.outcome : entry.outcome.map(Self.withoutDuress)).map { .string($0) }
        object["reason"] = entry.reason.map { .string($0) }
        object["credential"] = entry.credential.map { .integer(Int64($0)) }
        if !entry.isCivilTrusted { object["clock"] = "untrusted" }
        if let person = entry.person {
            object["person"] = .integer(Int64(person))
            if showsNames, case .person(let row)? = try? reader.row(.person, person) {
                object["name"] = .string(row.name)
                object["reference"] = .string(row.reference)
            }
        }
        if let path = entry.path {
            let steps = path.steps.filter { showsDuress || $0.rule != .duress }
            object["path"] = .array(steps.map { .string("\($0.rule.word)=\(Self.word($0.verdict))") })
        }
        if !entry.detail.isEmpty { object["detail"] = .object(entry.detail.mapValues(Self.json)) }
        if showsNames, !stored.personal.isEmpty {
            object["personal"] = .object(
                Dictionary(
                    stored.personal.map { value in
                        (
                            value.name,
                            value.name == "rawBits"
                                ? JSON.string(Hexadecimal.encode(value.value))
                                : .string(String(decoding: value.value, as: UTF8.self))
                        )
                    }, uniquingKeysWith: { $1 }))
        }
        if let snapshot = stored.snapshot {
            object["picture"] = .object([
                "state": .string(snapshot.state), "path": snapshot.path.map { .string($0) } ?? .null,
                "reason": snapshot.reason.map { .string($0) } ?? .null,
            ])
        }
        return .object(object)
    }

    /// Local time of the site with its offset: `2026-11-22T23:59:59.123+08:00`.
    func time(_ time: CivilTime) -> String { Self.time(time, fields.calendar) }

    static func time(_ time: CivilTime, _ calendar: SiteCalendar) -> String {
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

    static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .abstain: "abstain"
        case .permit: "permit"
        case .deny(let reason): "deny(\(reason.word))"
        case .note(let observation): "note(\(observation.word))"
        }
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

    static func json(_ facts: Facts) -> JSON {
        .object([
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
            "threat": .integer(Int64(facts.threat)),
        ])
    }
}
