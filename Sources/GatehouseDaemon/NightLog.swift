internal import GatehouseCore
internal import Logging

/// What happened at the gates, in the log of the service: code, place and number of the entry, and nobody's name. For whoever
/// watches a fleet of controllers by their system logs.
enum NightLog {
    static func tell(_ effects: [Effect], _ log: Logger) {
        for case .durable(.record(let entry)) in effects {
            guard let (level, what) = line(entry) else { continue }
            var facts: Logger.Metadata = ["entry": "\(entry.sequence)"]
            if let place = place(of: entry) { facts["at"] = "\(place)" }
            log.log(level: level, "\(what)", metadata: facts)
        }
    }

    static func line(_ entry: JournalEntry) -> (Logger.Level, String)? {
        if let alarm = Alarms.raised(by: entry.kind, entry.result, entry.reason) {
            return (.warning, "alarm: \(alarm.word)")
        }
        switch entry.kind {
        case .health:
            guard entry.result == .off, Alarms.raised(by: .health, .on, entry.reason) != nil, let code = entry.reason
            else { return nil }
            return (.notice, "over: \(code)")
        case .posture: return entry.outcome.map { (.notice, "posture: \($0)") }
        case .fire: return entry.outcome.map { (.warning, "fire: \($0)") }
        default: return nil
        }
    }

    static func place(of entry: JournalEntry) -> String? {
        if let portal = entry.portal { return portal.name }
        if let reader = entry.reader { return reader.name }
        guard let subject = entry.detail[.subject]?.text, !subject.isEmpty,
            // A condition of a credential has its number for a subject.
            entry.reason != HealthCode.credentialSuspended.rawValue
        else { return nil }
        return subject
    }
}
