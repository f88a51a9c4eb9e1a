/// Something that needs eyes: it is raised by an entry, ends by itself or not, and stays until somebody has acknowledged it.
package struct Alarm: Hashable, Sendable {
    package enum Code: Hashable, Sendable {
        case condition(HealthCode)
        case tailgated
        /// Wrong PINs began a pause.
        case lockout

        package var word: String {
            switch self {
            case .condition(let code): code.rawValue
            case .tailgated: "tailgated"
            case .lockout: "lockout"
            }
        }
        package var severity: HealthCode.Severity {
            if case .condition(let code) = self { code.severity } else { .alarm }
        }
        package var sentence: Sentence {
            switch self {
            case .condition(let code): code.sentence
            case .tailgated: Sentence("A second vehicle went through with a grant for one.")
            case .lockout: Sentence("Wrong PINs were typed; no PIN is compared there for a while.")
            }
        }
    }
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// It stands, and nobody has said that they saw it.
        case raised
        /// It stands, and somebody saw it.
        case acknowledged
        /// It is over, and nobody has said that they saw it.
        case ended
    }

    /// The number of the entry with which it began.
    package var entry: UInt64
    package var code: Code
    /// A reader or a portal, or nothing.
    package var subject: String
    package var raised: CivilTime
    package var ended: CivilTime?
    package var acknowledged: (at: CivilTime, by: String)?

    package var isAcknowledged: Bool { acknowledged != nil }
    package var state: State { isAcknowledged ? .acknowledged : ended == nil ? .raised : .ended }

    package static func == (left: Self, right: Self) -> Bool {
        left.entry == right.entry && left.ended == right.ended && left.isAcknowledged == right.isAcknowledged
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(entry) }
}

/// The alarms that are open, made of entries alone: hearing the journal again brings the same.
package struct Alarms: Hashable, Sendable {
    /// Over it the oldest that has ended is let go; its entries stay. Where none has ended a new one is not taken in, and stands
    /// in `health` and in its entry alone. Both are counted.
    package static let limit = 256

    /// Kinds of entries that raise, end or acknowledge alarms: what a start has to read.
    package static let kinds: [EntryKind] = [.health, .tailgated, .lockout, .start, .order]

    private var alarms: [Alarm] = []
    /// Alarms that the limit left no room for, since the list was empty last.
    package private(set) var letGo = 0

    package init() {}

    /// The worst first, then the oldest.
    package var open: [Alarm] {
        alarms.sorted { ($1.code.severity, $0.entry) < ($0.code.severity, $1.entry) }
    }

    package func holds(_ entry: UInt64) -> Bool { alarms.contains { $0.entry == entry } }

    /// Whether it is not for guards to say that it was seen: it is what they did.
    func isOfTheOffice(_ entry: UInt64) -> Bool {
        alarms.contains { $0.entry == entry && $0.code == .condition(.credentialSuspended) }
    }

    /// Conditions that are alarms: somebody has to go and look.
    private static func isAlarm(_ code: HealthCode) -> Bool {
        code.severity == .alarm || code == .portalHeldOpen || code == .credentialSuspended
    }

    /// The alarm that an entry raises.
    package static func raised(by kind: EntryKind, _ result: EntryOutcome?, _ reason: String?) -> Alarm.Code? {
        switch kind {
        case .health:
            guard result == .on, let code = reason.flatMap(HealthCode.init(rawValue:)), isAlarm(code) else {
                return nil
            }
            return .condition(code)
        case .tailgated: return .tailgated
        // Numbers that were tried are a condition of their own.
        case .lockout: return result == .guessing ? nil : .lockout
        default: return nil
        }
    }

    /// Hears an entry, in the order of the journal.
    package mutating func hear(_ entry: JournalEntry) {
        let raised = Self.raised(by: entry.kind, entry.result, entry.reason)
        switch entry.kind {
        case .health:
            guard let code = entry.reason.flatMap(HealthCode.init(rawValue:)), Self.isAlarm(code) else { return }
            let subject = entry.detail[.subject]?.text ?? ""
            if let raised {
                raise(raised, subject, entry)
            } else {
                end(at: entry.civil) { $0.code == .condition(code) && $0.subject == subject }
            }
        case .tailgated, .lockout:
            guard let raised else { return }
            raise(raised, (raised == .lockout ? entry.accessPoint?.name : entry.portal?.name) ?? "", entry)
            end(at: entry.civil) { $0.entry == entry.sequence }
        case .start:
            // What stood before was not seen to end; what still stands is raised again.
            end(at: entry.civil) { _ in true }
        case .order:
            guard let number = entry.detail[.alarm]?.integer.flatMap({ UInt64(exactly: $0) }) else { return }
            if let index = alarms.firstIndex(where: { $0.entry == number }) {
                alarms[index].acknowledged = (entry.civil, entry.actor ?? "")
            }
            settle()
        default: return
        }
    }

    private mutating func raise(_ code: Alarm.Code, _ subject: String, _ entry: JournalEntry) {
        // One that nobody has seen yet is the same one again.
        if let index = alarms.firstIndex(where: { $0.code == code && $0.subject == subject && !$0.isAcknowledged }) {
            alarms[index].ended = nil
            return
        }
        alarms.removeAll { $0.code == code && $0.subject == subject && $0.ended == nil }
        if alarms.count >= Self.limit, let oldest = alarms.firstIndex(where: { $0.ended != nil }) {
            alarms.remove(at: oldest)
            letGo += 1
        }
        guard alarms.count < Self.limit else {
            letGo += 1
            return
        }
        alarms.append(Alarm(entry: entry.sequence, code: code, subject: subject, raised: entry.civil))
    }

    private mutating func end(at time: CivilTime, _ fits: (Alarm) -> Bool) {
        for index in alarms.indices where fits(alarms[index]) && alarms[index].ended == nil {
            alarms[index].ended = time
        }
        settle()
    }

    private mutating func settle() {
        alarms.removeAll { $0.isAcknowledged && $0.ended != nil }
        if alarms.isEmpty { letGo = 0 }
    }
}
