/// What has happened so far as far as the rules care: who is in which area, what was used up, who came first. Kept
/// across restarts; each change is a durable effect of the step that made it.
package struct Ledger: Hashable, Sendable {
    package struct Presence: Hashable, Sendable {
        package var area: AreaID
        package var since: CivilTime
        package init(area: AreaID, since: CivilTime) {
            self.area = area
            self.since = since
        }
    }

    package struct Use: Hashable, Sendable {
        package var count: UInt16
        package var first: CivilTime
        package init(count: UInt16, first: CivilTime) {
            self.count = count
            self.first = first
        }
    }

    /// An unknown number: a keyed digest of it, and when it was shown last.
    package struct TriedNumber: Hashable, Sendable {
        package var mark: UInt64
        package var at: CivilTime
        package init(mark: UInt64, at: CivilTime) {
            self.mark = mark
            self.at = at
        }
    }

    /// What a free window made of its portal, until it closes.
    package enum Passage: UInt8, Hashable, Sendable { case opened = 1, overruled = 2 }

    package private(set) var presences: [UInt32: Presence] = [:]
    package private(set) var vehicles: [UInt32: AreaID] = [:]
    package private(set) var uses: [UInt32: Use] = [:]
    /// The local day of the latest arrival of somebody who has to be first, by access point or portal.
    package private(set) var arrivals: [String: Int32] = [:]
    package private(set) var passages: [PortalID: Passage] = [:]
    package private(set) var threat: UInt8 = 0
    package private(set) var retentionDay: Int32?
    /// When the registry and policy were last confirmed by whoever keeps them.
    package private(set) var confirmed: CivilTime?
    /// The time that was in force when somebody last accepted a clock: what had ended by then stays ended.
    package private(set) var ended: CivilTime?
    /// When a backup took the place of the database, until somebody says that its register holds.
    package private(set) var restored: CivilTime?
    /// When the state was found older or other than it was written, until two people settle it.
    package private(set) var rewinding: Rewinding?
    package private(set) var passes = PassBook()
    /// The hand-over to another operator that stands.
    package private(set) var handover: Handover?
    /// Wrong PINs that are remembered, and readers at which numbers were tried, with the end of the alert: what a
    /// controller begins with. Who wants the present state asks `PINLockout` and `GuessGuard`.
    package private(set) var tries: [PINLockout.Subject: PINLockout.Tries] = [:]
    package private(set) var guessed: [ReaderID: CivilTime] = [:]
    /// What guards took from credentials until the office is there.
    package private(set) var suspensions: [UInt32: Suspension] = [:]
    /// Unknown numbers of the last day, by the reader at which they were shown.
    package private(set) var numbers: [ReaderID: [TriedNumber]] = [:]
    private var people: [AreaID: Int] = [:]

    package init() {}

    // MARK: Questions

    /// Nobody can say how many grants were given already.
    package var areCountsUnproved: Bool { rewinding?.areCountsUnproved ?? false }

    package func area(of person: UInt32) -> AreaID? { presences[person]?.area }

    /// People in the area and in those that lie in it.
    package func count(in area: AreaID, _ areas: [AreaID: AreaSettings]) -> Int {
        var total = people[area] ?? 0
        for (other, settings) in areas where settings.within == area { total += count(in: other, areas) }
        return total
    }

    // MARK: Changes

    package mutating func move(_ person: UInt32, to presence: Presence?) {
        if let old = presences[person] {
            let left = (people[old.area] ?? 1) - 1
            people[old.area] = left > 0 ? left : nil
        }
        presences[person] = presence
        if let presence { people[presence.area, default: 0] += 1 }
    }

    /// One more grant of the credential.
    package mutating func use(_ credential: UInt32, at now: CivilTime) -> LedgerChange {
        var use = uses[credential] ?? Use(count: 0, first: now)
        use.count = use.count == .max ? .max : use.count + 1
        return apply(.use(credential: credential, use))
    }

    /// One more grant of the pass at a site.
    mutating func use(_ claims: PassClaims, at site: String) -> LedgerChange {
        var record = passes[claims.id] ?? PassRecord(claims)
        record.merge(PassRecord(claims))
        // What was signed says it best.
        record.until = claims.until
        let count = record.counts[site] ?? 0
        record.counts[site] = count == .max ? .max : count + 1
        return apply(.pass(claims.id, record))
    }

    /// Forgets passes that ended long enough ago.
    mutating func dropPasses(at seconds: Int64) -> (changes: [LedgerChange], entries: [UInt64]) {
        let over = passes.ended(at: seconds)
        let entries = over.compactMap { passes[$0]?.details?.entry }
        return (over.map { apply(.pass($0, nil)) }, entries)
    }

    package mutating func apply(_ change: LedgerChange) -> LedgerChange {
        switch change {
        case .vehicle(let id, let area): vehicles[id] = area
        case .use(let credential, let use): uses[credential] = use
        case .arrival(let place, let day): arrivals[place] = day
        case .passage(let portal, let passage): passages[portal] = passage
        case .threat(let level): threat = level
        case .retention(let day): retentionDay = day
        case .confirmed(let at): confirmed = at
        case .ended(let at): ended = at
        case .restored(let at): restored = at
        case .rewinding(let found): rewinding = found
        case .pass(let id, let record): passes.set(id, record)
        case .handover(let standing): handover = standing
        case .tries(let subject, let kept): tries[subject] = kept
        case .guessed(let reader, let until): guessed[reader] = until
        case .suspension(let credential, let suspension): suspensions[credential] = suspension
        case .numbers(let reader, let tried): numbers[reader] = tried.isEmpty ? nil : tried
        }
        return change
    }
}

/// A change of the ledger other than a person's place. Each has a name under which its last value is kept.
package enum LedgerChange: Hashable, Sendable {
    case vehicle(UInt32, AreaID?)
    case use(credential: UInt32, Ledger.Use?)
    case arrival(String, day: Int32)
    case passage(PortalID, Ledger.Passage?)
    case threat(UInt8)
    /// The local day on which what was kept long enough was erased.
    case retention(day: Int32)
    case confirmed(CivilTime)
    case ended(CivilTime?)
    case restored(CivilTime?)
    case rewinding(Rewinding?)
    case pass(PassID, PassRecord?)
    case handover(Handover?)
    case tries(PINLockout.Subject, PINLockout.Tries?)
    case guessed(ReaderID, until: CivilTime?)
    case suspension(credential: UInt32, Suspension?)
    /// All that is remembered of a reader; none is forgotten.
    case numbers(ReaderID, [Ledger.TriedNumber])

    /// The name, and the value; nil is none any more.
    package var stored: (key: String, value: CanonicalValue?) {
        switch self {
        case .vehicle(let id, let area): ("vehicle/\(id)", area.map { .text($0.name) })
        case .use(let id, let use):
            ("use/\(id)", use.map { .array([.integer(Int64($0.count)), .integer($0.first.milliseconds)]) })
        case .arrival(let place, let day): ("arrival/\(place)", .integer(Int64(day)))
        case .passage(let portal, let passage): ("passage/\(portal)", passage.map { .integer(Int64($0.rawValue)) })
        case .retention(let day): ("retention/", .integer(Int64(day)))
        case .threat(let level): ("threat/", .integer(Int64(level)))
        case .confirmed(let at): ("confirmed/", .integer(at.milliseconds))
        case .ended(let at): ("ended/", at.map { .integer($0.milliseconds) })
        case .restored(let at): ("restored/", at.map { .integer($0.milliseconds) })
        case .rewinding(let found): (Self.rewindingKey, found?.stored)
        case .pass(let id, let record): ("pass/\(id)", record?.stored)
        case .handover(let standing): (Self.handoverKey, standing?.stored)
        case .tries(.reader(let reader), let kept): ("tries/reader/\(reader.name)", kept?.stored)
        case .tries(.person(let person), let kept): ("tries/person/\(person)", kept?.stored)
        case .guessed(let reader, let until): ("guessed/\(reader.name)", until.map { .integer($0.milliseconds) })
        case .suspension(let id, let suspension): ("suspension/\(id)", suspension?.stored)
        case .numbers(let reader, let tried):
            (
                "numbers/\(reader.name)",
                tried.isEmpty
                    ? nil
                    : .array(
                        tried.flatMap { [.integer(Int64(bitPattern: $0.mark)), .integer($0.at.milliseconds)] })
            )
        }
    }

    /// What was found of one database: no archive of a hand-over holds it.
    package static let rewindingKey = "rewinding/"
    /// Belongs to the old operator: no archive of a hand-over holds it.
    package static let handoverKey = "handover/"

    /// Nil for what this version does not know.
    package init?(key: String, value: CanonicalValue) {
        guard let slash = key.firstIndex(of: "/") else { return nil }
        let rest = String(key[key.index(after: slash)...])
        switch key[..<slash] {
        case "vehicle":
            guard let id = UInt32(rest), let area = value.text else { return nil }
            self = .vehicle(id, AreaID(area))
        case "use":
            guard let id = UInt32(rest), let pair = value.array, pair.count == 2,
                let count = pair[0].integer.flatMap({ UInt16(exactly: $0) }), let first = pair[1].integer
            else { return nil }
            self = .use(credential: id, Ledger.Use(count: count, first: CivilTime(milliseconds: first)))
        case "arrival":
            guard let day = value.integer.flatMap({ Int32(exactly: $0) }) else { return nil }
            self = .arrival(rest, day: day)
        case "passage":
            guard let raw = value.integer, let passage = Ledger.Passage(rawValue: UInt8(clamping: raw)) else {
                return nil
            }
            self = .passage(PortalID(rest), passage)
        case "retention":
            guard let day = value.integer.flatMap({ Int32(exactly: $0) }) else { return nil }
            self = .retention(day: day)
        case "threat":
            guard let level = value.integer else { return nil }
            self = .threat(UInt8(clamping: level))
        case "confirmed":
            guard let at = value.integer else { return nil }
            self = .confirmed(CivilTime(milliseconds: at))
        case "ended":
            guard let at = value.integer else { return nil }
            self = .ended(.clamped(at))
        case "restored":
            guard let at = value.integer else { return nil }
            self = .restored(.clamped(at))
        case "rewinding":
            guard let found = Rewinding(stored: value) else { return nil }
            self = .rewinding(found)
        case "pass":
            guard let id = PassID(rest), let record = PassRecord(stored: value) else { return nil }
            self = .pass(id, record)
        case "handover":
            guard let standing = Handover(stored: value) else { return nil }
            self = .handover(standing)
        case "tries":
            guard let kept = PINLockout.Tries(stored: value), let second = rest.firstIndex(of: "/") else { return nil }
            let name = String(rest[rest.index(after: second)...])
            switch rest[..<second] {
            case "reader": self = .tries(.reader(ReaderID(name)), kept)
            case "person":
                guard let person = UInt32(name) else { return nil }
                self = .tries(.person(person), kept)
            default: return nil
            }
        case "guessed":
            guard let until = value.integer else { return nil }
            self = .guessed(ReaderID(rest), until: .clamped(until))
        case "suspension":
            guard let id = UInt32(rest), let suspension = Suspension(stored: value) else { return nil }
            self = .suspension(credential: id, suspension)
        case "numbers":
            // Pairs, and no more of them than are kept: what stands here may have been written by anybody.
            guard let pairs = value.array?.compactMap(\.integer), pairs.count % 2 == 0 else { return nil }
            let tried = stride(from: 0, to: pairs.count, by: 2).map {
                Ledger.TriedNumber(mark: UInt64(bitPattern: pairs[$0]), at: .clamped(pairs[$0 + 1]))
            }
            self = .numbers(ReaderID(rest), Array(tried.suffix(GuessGuard.most)))
        default: return nil
        }
    }
}

extension PINLockout.Tries {
    var stored: CanonicalValue {
        .array([
            .integer(Int64(wrongInARow)), .integer(Int64(pauses)), .integer(Int64(day)), .integer(Int64(wrongToday)),
            .integer(pausedUntil?.milliseconds ?? 0),
        ])
    }

    /// Counts are clamped: what stands here may have been written by anybody.
    init?(stored: CanonicalValue) {
        let numbers = (stored.array ?? []).compactMap(\.integer)
        guard numbers.count == 5 else { return nil }
        self.init(
            wrongInARow: Int(min(max(numbers[0], 0), 1000)), pauses: Int(min(max(numbers[1], 0), 1000)),
            day: Int32(clamping: numbers[2]), wrongToday: Int(min(max(numbers[3], 0), 1_000_000)),
            pausedUntil: numbers[4] > 0 ? .clamped(numbers[4]) : nil)
    }
}

extension CivilTime {
    /// A moment of this era, whatever was written.
    package static func clamped(_ milliseconds: Int64) -> CivilTime {
        CivilTime(milliseconds: min(max(milliseconds, 0), 1 << 50))
    }
}
