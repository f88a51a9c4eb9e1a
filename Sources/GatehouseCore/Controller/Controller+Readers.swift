/// Readers as things that come and go, and are believed or not.
extension Controller {
    mutating func take(_ link: ReaderLink, of reader: ReaderID, _ now: Moment, _ effects: inout [Effect]) {
        switch link {
        case .online(let security):
            set(.readerOffline, reader.name, false, now, &effects)
            set(.readerInsecure, reader.name, security == .clear, now, &effects)
            set(.faceEncryption, reader.name, false, now, &effects)
            noteReader(reader, "online", now, &effects, detail: ["security": .text(security.rawValue)])
            if let point = pointOfReader[reader], let portal = portalIndex[site.accessPoints[point].portal] {
                effects.append(.indicate(reader, indication(of: portals[portal].posture), waits: false))
            }
        case .offline(let reason):
            set(.readerOffline, reader.name, true, now, &effects)
            set(.faceEncryption, reader.name, reason.isOfEncryption, now, &effects)
            noteReader(
                reader, "offline", now, &effects, detail: ["reason": .text(reason.rawValue)],
                reason: reason.isOfEncryption ? reason.rawValue : nil)
        }
    }

    /// A reader that is not believed is an alarm to people; one that waits for its first key is a fault to installers.
    mutating func take(
        _ breach: SecurityBreach?, of reader: ReaderID, _ now: Moment, _ effects: inout [Effect]
    ) {
        guard let breach else {
            set(.readerDowngraded, reader.name, false, now, &effects)
            set(.readerUnkeyed, reader.name, false, now, &effects)
            return
        }
        guard breach != .noKey else { return set(.readerUnkeyed, reader.name, true, now, &effects) }
        set(.readerDowngraded, reader.name, true, now, &effects)
        let event = noteReader(reader, "breach", now, &effects, detail: ["reason": .text(breach.rawValue)])
        raise(.tamper, event: event, ["reader": reader.name, "reason": breach.rawValue], now, &effects)
    }

    /// A reader that was put aside, or is heard again.
    mutating func takeBabble(_ reader: ReaderID, _ isOn: Bool, _ now: Moment, _ effects: inout [Effect]) {
        set(.readerBabbling, reader.name, isOn, now, &effects)
        let event = noteReader(reader, isOn ? "quarantined" : "quarantineEnded", now, &effects)
        if isOn { raise(.tamper, event: event, ["reader": reader.name, "reason": "babbling"], now, &effects) }
    }

    @discardableResult
    mutating func noteReader(
        _ reader: ReaderID, _ outcome: String, _ now: Moment, _ effects: inout [Effect],
        detail: [String: CanonicalValue] = [:], reason: String? = nil
    ) -> UInt64? {
        var entry = JournalEntry(kind: .reader)
        entry.reason = reason
        entry.reader = reader
        entry.outcome = outcome
        entry.detail = detail
        return record(entry, now, &effects)
    }
}
