internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

/// What a guard takes from one credential until the office is there.
extension Desk {
    func suspendCredential(_ command: CredentialSuspend, _ call: Call) throws -> CredentialSuspend.Reply {
        let reader = try reader()
        let row = try credential(command.id, reader, call)
        let now = try now()
        let noon = nextNoon(after: now)
        let until = try command.until.map { try time("until", $0, call, .ahead) } ?? noon
        guard until > now, until <= noon else {
            throw CommandRefusal(
                code: "suspensionTooLong",
                message:
                    Sentence(
                        "\"until\" is after now and not after the next noon, \(text(noon).prefix(16)); what lasts longer is the office's to say"
                    )
            )
        }
        let event = try order(
            call, .suspend(credential: row.id, until: until), cause: try cause(nil, call))
        return CredentialSuspend.Reply(id: row.id, until: text(until), event: event)
    }

    func resumeCredential(_ command: CredentialResume, _ call: Call) throws -> RecordedRow {
        let row = try credential(command.id, reader(), call)
        return RecordedRow(id: row.id, event: try order(call, .endSuspension(credential: row.id)))
    }

    /// The first noon of the site after a moment.
    private func nextNoon(after now: CivilTime) -> CivilTime {
        let today = fields.calendar.local(at: now).day
        let noon = CivilTime(seconds: fields.calendar.utc(day: today, minute: 12 * 60))
        return noon > now ? noon : CivilTime(seconds: fields.calendar.utc(day: today + 1, minute: 12 * 60))
    }

    /// What stands in the ledger now, by the credential.
    func suspensions() throws -> [UInt32: Suspension] { try ask { $0.controller.ledger.suspensions } }

    /// Since when a credential is suspended, until when, and who did it.
    func off(_ id: UInt32, _ suspension: Suspension, _ reader: JournalReader) throws -> PersonDetails.Off {
        var cause = Why.Cause(what: "suspendedByGuard")
        try note(entry: suspension.event, in: &cause, reader)
        let since = try reader.entry(suspension.event, withPersonal: false).map { text($0.entry.civil) }
        return PersonDetails.Off(
            credential: id, since: since, by: cause.by, event: suspension.event, until: text(suspension.until))
    }

    /// Who suspended the credential that was shown, until when, and why.
    func causeOfSuspension(_ entry: JournalEntry, _ reader: JournalReader) throws -> Why.Cause? {
        guard let id = entry.credential,
            case .credential(let row)? = try reader.row(.credential, id, at: entry.registryRevision)
        else { return nil }
        var filter = JournalFilter()
        filter.kinds = [.order]
        filter.credential = id
        filter.from = entry.civil + (Duration.zero - Suspension.longest)
        filter.until = entry.civil + .milliseconds(1)
        let order = try reader.entries(filter).filter {
            $0.entry.sequence < entry.sequence && $0.entry.result == .done && $0.entry.detail[.until] != nil
        }.max { $0.entry.sequence < $1.entry.sequence }
        guard let order, let until = order.entry.detail[.until]?.integer else { return nil }
        var cause = Why.Cause(
            what: "suspendedByGuard", kind: row.kind.word,
            value: row.label.isEmpty || row.kind == .pin ? nil : WhySentence.masked(row.label))
        cause.until = text(CivilTime(milliseconds: until))
        cause.since = text(order.entry.civil)
        try note(entry: order.entry.sequence, in: &cause, reader)
        return cause
    }
}
