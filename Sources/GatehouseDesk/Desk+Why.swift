internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

/// Why somebody was refused: the decision that is meant, what stood behind it then, and who had brought that about.
extension Desk {
    /// Other refusals that are told beside the one that is explained.
    private static let otherRefusals = 8
    /// A refusal so near to the moment that was said is meant, whatever else happened there.
    private static let nearRefusal: Int64 = 3600

    func tellWhy(_ command: Why, _ call: Call) throws -> Why.Reply {
        let reader = try reader()
        let when = try command.when.map { try time("when", $0, call, .past) }
        let now = try now()
        var filter = JournalFilter()
        filter.until = when.map { min($0 + .seconds(Self.personWindow / 2), now + .seconds(1)) } ?? now + .seconds(1)
        filter.from = filter.until! + .seconds(-Self.personWindow)
        if let when { filter.from = max(filter.from!, when + .seconds(-Self.personWindow / 2)) }
        // Before anybody is looked for: who may not ask learns no name.
        try checkWindow(of: filter, call)
        let row = try person(command.person, "person", reader, call)
        try look(call, .people([row.id]))
        let found = try decisions(of: row.id, filter, reader, call)
        let refusals = found.filter { $0.entry.outcome == "denied" }
        guard let meant = Self.meant(when, found, refusals) else {
            throw CommandRefusal(
                code: "noDecision",
                message: when == nil
                    ? Sentence(
                        "\(row.name) was not refused between \(text(filter.from!).prefix(16)) and \(text(filter.until!).prefix(16)); say when: gatehousectl why \(row.reference) \"yesterday 18:00\""
                    )
                    : Sentence(
                        "\(row.name) was not at a gate between \(text(filter.from!).prefix(16)) and \(text(filter.until!).prefix(16)); say when: gatehousectl why \(row.reference) \"yesterday 18:00\""
                    )
            )
        }
        let views = EntryViews(reader: reader, calendar: fields.calendar, showsNames: true)
        let others = refusals.filter { $0.entry.sequence != meant.entry.sequence }
        return Why.Reply(
            entry: views.view(meant), cause: try cause(of: meant.entry, row, reader),
            rules: meant.entry.path.map(EntryViews.rules)?.filter { $0[1] != "abstain" } ?? [],
            others: others.suffix(Self.otherRefusals).map {
                Why.Other(
                    seq: $0.entry.sequence, at: text($0.entry.civil), point: $0.entry.accessPoint?.name,
                    outcome: $0.entry.outcome, reason: $0.entry.reason)
            },
            leftOut: others.count > Self.otherRefusals ? others.count - Self.otherRefusals : nil)
    }

    /// The last refusal; with a moment the refusal near to it, or else whatever is nearest.
    private static func meant(_ when: CivilTime?, _ found: [StoredEntry], _ refusals: [StoredEntry]) -> StoredEntry? {
        guard let when else { return refusals.last }
        func distance(_ stored: StoredEntry) -> Int64 { abs(stored.entry.civil.milliseconds - when.milliseconds) }
        let near = refusals.min { distance($0) < distance($1) }
        if let near, distance(near) <= nearRefusal * 1000 { return near }
        return found.min { distance($0) < distance($1) }
    }

    /// Decisions of somebody, in their order: also those on cards that were theirs and had been taken off the register by then,
    /// of which the entry knows no holder.
    private func decisions(
        of person: UInt32, _ filter: JournalFilter, _ reader: JournalReader, _ call: Call
    ) throws -> [StoredEntry] {
        var own = filter
        own.person = person
        own.kinds = [.decision]
        own.limit = 0
        own.isNewestFirst = false
        var found = try reader.entries(own, withPersonal: true)
        let gone = try goneCards(of: person, reader)
        guard !gone.isEmpty else { return found }
        var unknown = own
        unknown.person = nil
        unknown.outcomes = ["denied"]
        try reader.each(unknown) { stored in
            try call.check()
            let entry = stored.entry
            guard entry.person == nil, entry.reason == DenialReason.unknownCredential.word,
                let card = try reader.card(of: entry.sequence)
            else { return }
            if gone.contains(where: { $0.card == card && $0.end <= entry.registryRevision }) { found.append(stored) }
        }
        return found.sorted { $0.entry.sequence < $1.entry.sequence }
    }

    /// Cards that were somebody's when they were taken off the register, with the revision of that.
    private func goneCards(
        of person: UInt32, _ reader: JournalReader
    ) throws -> [(card: CardNumber, end: UInt64, row: CredentialRow)] {
        try reader.everCredentials(of: person).compactMap { row, isPresent in
            guard !isPresent, let card = CardNumber(row.label),
                let end = try reader.history(.credential, row.id).last?.to
            else { return nil }
            return (card, end, row)
        }
    }

    // MARK: Causes

    func cause(of entry: JournalEntry, _ person: PersonRow, _ reader: JournalReader) throws -> Why.Cause? {
        guard let reason = DenialReason.allCases.first(where: { $0.word == entry.reason }) else { return nil }
        switch reason {
        case .unknownCredential: return try causeOfGone(entry, person, reader)
        case .credentialNotEnabled, .credentialNotActive, .credentialExpired, .usesExhausted:
            return try causeOfCredential(reason, entry, reader)
        case .personSuspended, .personBarred, .employmentNotActive, .visitNotActive:
            return try causeOfPerson(reason, entry, person.id, reader)
        case .tenancyEnded, .tenancyNotStarted: return try causeOfTenancy(reason, entry, person.id, reader)
        case .lockedDown, .blocked: return try causeOfPosture(reason, entry, reader)
        case .suspendedByGuard: return try causeOfSuspension(entry, reader)
        default: return nil
        }
    }

    private func causeOfGone(
        _ entry: JournalEntry, _ person: PersonRow, _ reader: JournalReader
    ) throws -> Why.Cause? {
        let card = try reader.card(of: entry.sequence)
        let gone = try goneCards(of: person.id, reader).filter { $0.card == card && $0.end <= entry.registryRevision }
        guard let last = gone.max(by: { $0.end < $1.end }) else { return nil }
        var cause = Why.Cause(what: "removed", kind: last.row.kind.word, value: WhySentence.masked(last.row.label))
        try note(revision: last.end, in: &cause, reader)
        return cause
    }

    private func causeOfCredential(
        _ reason: DenialReason, _ entry: JournalEntry, _ reader: JournalReader
    ) throws -> Why.Cause? {
        guard let id = entry.credential,
            case .credential(let row)? = try reader.row(.credential, id, at: entry.registryRevision)
        else { return nil }
        var cause = Why.Cause(
            what: row.status.word, kind: row.kind.word,
            value: row.label.isEmpty || row.kind == .pin ? nil : WhySentence.masked(row.label))
        var isSame: (CredentialRow) -> Bool = { $0.status == row.status }
        switch reason {
        case .credentialNotActive:
            cause.what = "notActive"
            cause.from = text(seconds: row.validFrom)
            isSame = { $0.validFrom == row.validFrom }
        case .credentialExpired:
            cause.what = "expired"
            cause.until = text(seconds: row.validUntil)
            isSame = { $0.validUntil == row.validUntil }
        case .usesExhausted:
            cause.what = "usesExhausted"
            cause.uses = row.uses
            isSame = { $0.uses == row.uses }
        default: break
        }
        // A span from the first use stands in no row.
        if reason == .credentialExpired, cause.until == nil { return nil }
        try note(.credential, id, at: entry.registryRevision, in: &cause, reader) {
            if case .credential(let row) = $0 { isSame(row) } else { false }
        }
        if reason == .credentialNotEnabled, !row.note.isEmpty { cause.note = row.note }
        return cause
    }

    private func causeOfPerson(
        _ reason: DenialReason, _ entry: JournalEntry, _ id: UInt32, _ reader: JournalReader
    ) throws -> Why.Cause? {
        guard case .person(let row)? = try reader.row(.person, id, at: entry.registryRevision) else { return nil }
        var cause = Why.Cause(what: row.status.word)
        let isOfSpan = reason == .employmentNotActive || reason == .visitNotActive
        if isOfSpan {
            guard row.validFrom != nil || row.validUntil != nil else { return nil }
            cause.what = "employment"
            (cause.from, cause.until) = (text(seconds: row.validFrom), text(seconds: row.validUntil))
        }
        try note(.person, id, at: entry.registryRevision, in: &cause, reader) {
            guard case .person(let past) = $0 else { return false }
            return isOfSpan
                ? past.validFrom == row.validFrom && past.validUntil == row.validUntil : past.status == row.status
        }
        return cause
    }

    /// The tenancy that ended last, or that begins next.
    private func causeOfTenancy(
        _ reason: DenialReason, _ entry: JournalEntry, _ id: UInt32, _ reader: JournalReader
    ) throws -> Why.Cause? {
        var rows: [TenancyRow] = []
        for row in try tenancies(.of(person: id), reader) where row.tenants.contains(id) {
            if case .tenancy(let past)? = try reader.row(.tenancy, row.id, at: entry.registryRevision) {
                rows.append(past)
            }
        }
        let at = entry.civil.seconds
        var cause = Why.Cause(what: reason == .tenancyEnded ? "tenancyEnded" : "tenancyNotStarted")
        let isEnd = reason == .tenancyEnded
        let row =
            isEnd
            ? rows.filter { $0.ends <= at }.max { $0.ends < $1.ends }
            : rows.filter { $0.starts > at }.min { $0.starts < $1.starts }
        guard let row else { return nil }
        if isEnd { cause.until = text(seconds: row.ends) } else { cause.from = text(seconds: row.starts) }
        try note(.tenancy, row.id, at: entry.registryRevision, in: &cause, reader) {
            guard case .tenancy(let past) = $0 else { return false }
            return isEnd ? past.ends == row.ends : past.starts == row.starts
        }
        return cause
    }

    private func causeOfPosture(
        _ reason: DenialReason, _ entry: JournalEntry, _ reader: JournalReader
    ) throws -> Why.Cause? {
        let word = (reason == .blocked ? Posture.blocked : .lockdown).word
        var filter = JournalFilter()
        filter.kinds = [.posture]
        filter.portal = entry.portal?.name
        filter.until = entry.civil + .milliseconds(1)
        filter.limit = 1
        guard let posture = try reader.entries(filter).first(where: { $0.entry.sequence < entry.sequence })?.entry,
            posture.outcome == word
        else { return nil }
        var cause = Why.Cause(what: word)
        cause.since = text(posture.civil)
        // The order stands before the postures that it brought about, with the account; fires and schedules give none.
        var orders = JournalFilter()
        orders.kinds = [.order]
        orders.from = posture.civil + .milliseconds(-1)
        orders.until = posture.civil + .milliseconds(1)
        let order = try reader.entries(orders).last { $0.entry.sequence < posture.sequence }?.entry.sequence
        try note(entry: order ?? posture.sequence, in: &cause, reader)
        cause.since = text(posture.civil)
        return cause
    }

    /// When a row became what it was with a revision, and by whom.
    func note(
        _ kind: RegistryKind, _ id: UInt32, at revision: UInt64, in cause: inout Why.Cause, _ reader: JournalReader,
        _ isSame: (RegistryRow) -> Bool
    ) throws {
        let states = try reader.history(kind, id).filter { $0.from <= revision }
        guard var first = states.last else { return }
        for state in states.reversed() {
            guard isSame(state.row) else { break }
            first = state
        }
        try note(revision: first.from, in: &cause, reader)
    }

    private func note(revision: UInt64, in cause: inout Why.Cause, _ reader: JournalReader) throws {
        guard let change = try reader.revision(revision) else { return }
        cause.since = text(change.at)
        try note(entry: change.sequence, in: &cause, reader)
    }

    func note(entry sequence: UInt64, in cause: inout Why.Cause, _ reader: JournalReader) throws {
        guard let stored = try reader.entry(sequence, withPersonal: true) else { return }
        func personal(_ name: PersonalField.Name) -> String? {
            stored.personal.first { $0.name == name.rawValue }.map { String(decoding: $0.value, as: UTF8.self) }
        }
        cause.event = sequence
        cause.by = personal(.account) ?? stored.entry.actor
        cause.note = personal(.note)
    }
}
