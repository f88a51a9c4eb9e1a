internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import GatehouseRegister
internal import GatehouseStore

/// Consents, what somebody may ask about themselves, erasure, and the proof that what was to go is gone.
extension Desk {
    /// A face is never somebody's only way in.
    func checkOtherWay(_ holder: PersonRow, _ reader: JournalReader) throws {
        guard try credentials(of: holder.id, reader).contains(where: { $0.kind != .face && $0.status == .enabled })
        else {
            throw CommandRefusal(
                code: "noOtherWay",
                message: Sentence("a face is never the only way in: give the person a card or a PIN first"))
        }
    }

    private func consents(of person: UInt32, _ reader: JournalReader) throws -> [ConsentRow] {
        try reader.rows(.consent, by: .of(person: person)).compactMap {
            if case .consent(let row) = $0 { row } else { nil }
        }
    }

    /// The consent as a row, unless one stands.
    func consentChanges(
        of holder: PersonRow, basis: PersonalArgument, _ reader: JournalReader
    ) throws -> [RegistryChange] {
        guard try !consents(of: holder.id, reader).contains(where: { $0.withdrawn == nil }) else { return [] }
        var row = try fields.consent(basis.argumentText, of: holder, id: 0, at: now().seconds)
        row.id = try ids.next(.consent, reader)
        return [.put(.consent(row))]
    }

    /// The consent is taken back: the faces admit nobody from this moment, and go out of their modules. Those that a
    /// module does not give up now stay due.
    func withdrawConsent(_ command: ConsentWithdraw, _ call: Call) throws -> @Sendable () throws -> FacesGone {
        let reader = try reader()
        let holder = try person(command.reference, reader, call)
        let (now, deadline) = try ask { ($0.now.civil.seconds, $0.controller.site.policy.deletionDeadline) }
        var changes: [RegistryChange] = []
        for var row in try consents(of: holder.id, reader) where row.deleted == nil {
            row.withdrawn = row.withdrawn ?? now
            row.deleteBy = row.deleteBy ?? now + deadline
            changes.append(.put(.consent(row)))
        }
        guard !changes.isEmpty else {
            throw CommandRefusal(
                code: "noConsent", message: Sentence("there is no consent of this person to take back"))
        }
        let places = try facePlaces(of: holder, reader)
        changes += places.compactMap { place in place.credential.map { .end(.credential, id: $0) } }
        let event = try order(call, .registry(changes), cause: .asked)
        return { try self.carryOutDeletions(call, holder.id, places.map { ($0.module, $0.user) }, event) }
    }

    /// Where faces of a person are or were: of every state of their face credentials.
    private func facePlaces(
        of holder: PersonRow, _ reader: JournalReader
    ) throws -> [(module: ReaderID, user: UInt16, credential: UInt32?)] {
        try reader.everCredentials(of: holder.id).compactMap { row, isPresent in
            guard row.kind == .face, let face = try? fields.face(row.label) else { return nil }
            return (face.module, face.user, isPresent ? row.id : nil)
        }
    }

    /// Takes faces out of their modules; when all are gone the consent says so.
    private func carryOutDeletions(
        _ call: Call, _ holder: UInt32, _ faces: [(module: ReaderID, user: UInt16)], _ event: UInt64?
    ) throws -> FacesGone {
        var left: [FacesGone.Face] = []
        for face in faces {
            let isOurs = try ask {
                $0.controller.registry.credential(for: CredentialKey(face: face.user, module: face.module)) != nil
            }
            // The number may be somebody else's by now.
            if isOurs { continue }
            let answer = try? surroundings.readers.face(face.module, .delete(face.user), .seconds(15)) { _ in }
            if answer != .done, answer != .refused(8) {
                left.append(FacesGone.Face(module: face.module.name, user: face.user))
            }
        }
        if left.isEmpty {
            let now = try now().seconds
            var changes: [RegistryChange] = []
            for var row in try consents(of: holder, reader()) where row.withdrawn != nil && row.deleted == nil {
                row.deleted = now
                changes.append(.put(.consent(row)))
            }
            var call = call
            // The order came in time; what it brought about is written whenever it is done.
            call.expires = surroundings.monotonic() + CommandLife.change.longest
            if !changes.isEmpty { try order(call, .registry(changes)) }
        }
        return FacesGone(event: event, left: left)
    }

    // MARK: Erasure

    /// Ends a person and erases what names them: every state of their rows, the personal values beside the journal, the
    /// pictures of their events. The journal stays whole, with a number in the place of the person.
    func erasePerson(_ command: PersonErase, _ call: Call) throws -> @Sendable () throws -> FacesGone {
        let reader = try reader()
        let holder = try person(command.reference, reader, call)
        let now = try now().seconds
        for row in try tenancies(.of(person: holder.id), reader) where row.state(at: now).isOpen {
            throw CommandRefusal(
                code: "stillRuns", message: Sentence("tenancy \(row.id) of this person still runs; end it first"))
        }
        let faces = try facePlaces(of: holder, reader).map { (module: $0.module, user: $0.user) }
        var rows: [RegistryChange] = []
        for kind in [RegistryKind.consent, .credential, .vehicle] {
            rows += try reader.rows(kind, by: .of(person: holder.id)).map { .end(kind, id: $0.id) }
        }
        let verb = Order.Verb.erase(
            person: holder.id, ends: rows + [.end(.person, id: holder.id)], rows: try reader.everRows(of: holder.id))
        let event = try order(call, verb)
        return { try self.carryOutDeletions(call, holder.id, faces, event) }
    }

    // MARK: What somebody may ask about themselves

    /// All that is held about a person, and who looked at it. For the person: the reason names their request. Entries stand
    /// under the rule for entries of one person.
    func reportPerson(_ command: PersonReport, _ call: Call) throws -> PersonReport.Reply {
        guard let reason = call.reason, reason.contains(/(?:^|[^a-z])request(?: of| from| by|:|$)|申请/.ignoresCase())
        else {
            throw CommandRefusal(
                code: "reasonMissing",
                message: Sentence("the reason names the person's request: --reason \"request of 2026-11-24\""))
        }
        let reader = try reader()
        let row = try person(command.reference, reader, call)
        var filter = JournalFilter()
        let now = try now()
        filter.until = try command.until.map { try time("until", $0, call, .ago) } ?? now + .seconds(1)
        filter.from = try command.from.map { try time("from", $0, call, .past) }
        if filter.from == nil, !mayLookFurther(call) { filter.from = filter.until! + .seconds(-Self.personWindow) }
        if filter.from != nil { try checkWindow(of: filter, call) }
        try look(call, .people([row.id]))
        filter.person = row.id
        filter.kinds = EntryKind.allCases.filter { !$0.isForTheAuditorAlone }
        filter.limit = 0
        filter.isNewestFirst = false
        let entries = EntryViews(reader: reader, calendar: fields.calendar, showsNames: true)
        var count = 0
        try reader.each(filter, withPersonal: true) { stored in
            try call.list(entries.view(stored))
            count += 1
        }
        let views = try views()
        let id = row.id
        let (tenancies, vehicles) = (try tenancies(.of(person: id), reader), try vehicles(.of(person: id), reader))
        return PersonReport.Reply(
            person: views.view(row), history: try personHistory(id, reader, views),
            tenancies: tenancies.map(views.view), credentials: try credentials(of: id, reader).map(views.view),
            vehicles: vehicles.map(views.view),
            consents: try consents(of: id, reader).map(views.view),
            area: try ask { $0.controller.ledger.area(of: id)?.name }, passes: try passes(ofHost: id, reader),
            entries: count,
            looks: try reader.looks(at: id).map { look in
                PersonReport.Look(
                    entry: look.entry.sequence, at: text(look.entry.civil), actor: look.entry.actor ?? "",
                    command: look.entry.detail["command"]?.text ?? "", scope: look.scope)
            }, homes: try homes([row.dwelling] + tenancies.map(\.dwelling) + vehicles.map(\.dwelling), reader))
    }

    // MARK: Proof

    /// What is kept for how long, and that nothing older is there: counted in the database at this moment.
    func tellPrivacy(_ command: PrivacyStatus, _ call: Call) throws -> PrivacyStatus.Reply {
        let reader = try reader()
        let (now, policy) = try ask { ($0.now.civil, $0.controller.site.policy) }
        let kept = policy.personalDays
        let counts = try reader.personalCounts(before: kept.map { now + .seconds(-Int($0) * 86400) })
        var overdue: [UInt32] = []
        var due = 0
        for case .consent(let row) in try reader.rows(.consent) where row.withdrawn != nil && row.deleted == nil {
            due += 1
            if (row.deleteBy ?? 0) <= now.seconds { overdue.append(row.person) }
        }
        return PrivacyStatus.Reply(
            at: text(now), personalValues: counts.kept, keptDays: kept, olderThanKept: counts.older,
            erasedValues: counts.erased, oldest: counts.oldest.map(text), faceDeletionsDue: due, overdue: overdue,
            picturesToErase: counts.pictures, classes: try keptClasses(policy, now, reader))
    }

    private func keptClasses(
        _ policy: AccessPolicy, _ now: CivilTime, _ reader: JournalReader
    ) throws -> [PrivacyStatus.Reply.Kept] {
        func kept(_ name: String, _ days: Int64?, _ counts: KeptCounts) -> PrivacyStatus.Reply.Kept {
            PrivacyStatus.Reply.Kept(
                name: name, days: days, rows: counts.rows, older: counts.older, oldest: counts.oldest.map(text))
        }
        func limit(_ days: Int64?) -> CivilTime? { days.map { now + .seconds(-Int($0) * 86400) } }
        return [
            kept("ended", policy.endedDays, try reader.endedCounts(before: limit(policy.endedDays))),
            kept("alerts", policy.alertDays, try reader.settledAlertCounts(before: limit(policy.alertDays))),
            kept("entries", nil, try reader.entryCounts()), kept("picture rows", nil, try reader.pictureRowCounts()),
        ]
    }
}
