/// Readers as things that come and go, and are believed or not.
extension Controller {
    mutating func hear(_ link: ReaderLink, of reader: ReaderID, _ step: inout Step) {
        switch link {
        case .online(let security):
            set(.readerOffline, reader.name, false, &step)
            set(.readerInsecure, reader.name, security == .clear, &step)
            set(.faceEncryption, reader.name, false, &step)
            noteReader(reader, .online, &step, detail: [.security: .text(security.rawValue)])
            if let point = pointOfReader[reader], let portal = portalIndex[site.accessPoints[point].portal] {
                step.yield(.indicate(reader, indication(of: portals[portal].posture), waits: false))
            }
        case .offline(let reason):
            set(.readerOffline, reader.name, true, &step)
            set(.faceEncryption, reader.name, reason.isOfEncryption, &step)
            noteReader(
                reader, .offline, &step, detail: [.reason: .text(reason.rawValue)],
                reason: reason.isOfEncryption ? reason.rawValue : nil)
        }
    }

    /// A reader that is not believed is an alarm to people; one that waits for its first key is a fault to installers.
    mutating func hear(_ breach: SecurityBreach?, of reader: ReaderID, _ step: inout Step) {
        guard let breach else {
            set(.readerDowngraded, reader.name, false, &step)
            set(.readerUnkeyed, reader.name, false, &step)
            return
        }
        guard breach != .noKey else { return set(.readerUnkeyed, reader.name, true, &step) }
        set(.readerDowngraded, reader.name, true, &step)
        let event = noteReader(reader, .breach, &step, detail: [.reason: .text(breach.rawValue)])
        raise(.tamper, event: event, ["reader": reader.name, "reason": breach.rawValue], &step)
    }

    /// A reader that was put aside, or is heard again.
    mutating func hearBabble(_ reader: ReaderID, _ isOn: Bool, _ step: inout Step) {
        set(.readerBabbling, reader.name, isOn, &step)
        let event = noteReader(reader, isOn ? .quarantined : .quarantineEnded, &step)
        if isOn { raise(.tamper, event: event, ["reader": reader.name, "reason": "babbling"], &step) }
    }

    @discardableResult
    mutating func noteReader(
        _ reader: ReaderID, _ outcome: EntryOutcome, _ step: inout Step,
        detail: [EntryDetail: CanonicalValue] = [:], reason: String? = nil
    ) -> UInt64? {
        var entry = JournalEntry(kind: .reader)
        entry.reason = reason
        entry.reader = reader
        entry.result = outcome
        entry.detail = .init(detail)
        return record(entry, &step)
    }
}
