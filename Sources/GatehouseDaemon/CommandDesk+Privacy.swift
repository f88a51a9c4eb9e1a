internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore

/// Consents, what somebody may ask about themselves, erasure, and the proof that what was to go is gone.
extension CommandDesk {
    /// A face is never somebody's only way in.
    func checkOtherWay(_ holder: PersonRow) throws {
        for case .credential(let row) in try reader().rows(.credential, by: .of(person: holder.id))
        where row.kind != .face && row.status == .enabled {
            return
        }
        throw CommandRefusal(
            code: "noOtherWay", message: "a face is never the only way in: give the person a card or a PIN first")
    }

    /// The consent as a row, unless one stands.
    func consentChanges(of holder: PersonRow, basis: String) throws -> [RegistryChange] {
        let reader = try reader()
        for case .consent(let row) in try reader.rows(.consent, by: .of(person: holder.id)) where row.withdrawn == nil {
            return []
        }
        var row = try fields.consent(basis, of: holder, id: 0, at: try ask { $0.now().civil.seconds })
        row.id = try newID(.consent, reader)
        return [.put(.consent(row))]
    }

    /// The consent is taken back: the faces admit nobody from this moment, and go out of their modules. Those that a
    /// module does not give up now stay due.
    func withdrawConsent(_ call: Call) throws -> JSON {
        let holder = try person(call)
        let reader = try reader()
        let (now, deadline) = try ask {
            ($0.now().civil.seconds, $0.shell.controller.site.policy.deletionDeadline)
        }
        var changes: [RegistryChange] = []
        for case .consent(var row) in try reader.rows(.consent, by: .of(person: holder.id)) where row.deleted == nil {
            row.withdrawn = row.withdrawn ?? now
            row.deleteBy = row.deleteBy ?? now + deadline
            changes.append(.put(.consent(row)))
        }
        guard !changes.isEmpty else {
            throw CommandRefusal(code: "noConsent", message: "there is no consent of this person to take back")
        }
        let places = try facePlaces(of: holder, reader)
        changes += places.compactMap { place in place.credential.map { .end(.credential, id: $0) } }
        let event = try order(call, .registry(changes))
        return try carryOutDeletions(call, holder, places.map { ($0.module, $0.user) }, event)
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
        _ call: Call, _ holder: PersonRow, _ faces: [(module: ReaderID, user: UInt16)], _ event: UInt64?
    ) throws -> JSON {
        var left: [JSON] = []
        for face in faces {
            let isOurs = try ask {
                $0.shell.controller.registry.credential(for: CredentialKey(face: face.user, module: face.module)) != nil
            }
            // The number may be somebody else's by now.
            if isOurs { continue }
            let answer = try? run(.delete(face.user), at: face.module, seconds: 15)
            if answer != .done, answer != .refused(8) {
                left.append(["module": .string(face.module.name), "user": .integer(Int64(face.user))])
            }
        }
        if left.isEmpty {
            let now = try ask { $0.now().civil.seconds }
            var changes: [RegistryChange] = []
            for case .consent(var row) in try reader().rows(.consent, by: .of(person: holder.id))
            where row.withdrawn != nil && row.deleted == nil {
                row.deleted = now
                changes.append(.put(.consent(row)))
            }
            if !changes.isEmpty { try order(call, .registry(changes)) }
        }
        return ["event": event.map { .integer(Int64($0)) } ?? .null, "left": .array(left)]
    }

    // MARK: Erasure

    /// Ends a person and erases what names them: every state of their rows, the personal values beside the journal, the
    /// pictures of their events. The journal stays whole, with a number in the place of the person.
    func erasePerson(_ call: Call) throws -> JSON {
        let holder = try person(call)
        let reader = try reader()
        let now = try ask { $0.now().civil.seconds }
        for case .tenancy(let row) in try reader.rows(.tenancy, by: .of(person: holder.id)) {
            guard [.registered, .running, .notice].contains(row.state(at: now)) else { continue }
            throw CommandRefusal(
                code: "stillRuns", message: "tenancy \(row.id) of this person still runs; end it first")
        }
        let faces = try facePlaces(of: holder, reader).map { (module: $0.module, user: $0.user) }
        var rows: [RegistryChange] = []
        for kind in [RegistryKind.consent, .credential, .vehicle] {
            rows += try reader.rows(kind, by: .of(person: holder.id)).map { .end(kind, id: $0.id) }
        }
        let event = try order(
            call,
            .erase(
                person: holder.id, ends: rows + [.end(.person, id: holder.id)], rows: try reader.everRows(of: holder.id)
            ))
        return try carryOutDeletions(call, holder, faces, event)
    }

    // MARK: What somebody may ask about themselves

    /// All that is held about a person, and who looked at it. For the person: the reason names their request.
    func reportPerson(_ call: Call) throws -> JSON {
        guard call.request.reason?.contains("request") == true else {
            throw CommandRefusal(
                code: "reasonMissing",
                message: "the reason names the person's request: --reason \"request of 2026-11-24\"")
        }
        let row = try person(call)
        let reader = try reader()
        try order(call, .look(person: row.id))
        let view = try view()
        var object: [String: JSON] = ["person": view.json(.person(row))]
        object["history"] = .array(try history(.person, row.id, reader))
        for (kind, name) in [
            (RegistryKind.tenancy, "tenancies"), (.credential, "credentials"), (.vehicle, "vehicles"),
            (.consent, "consents"),
        ] {
            object[name] = .array(try reader.rows(kind, by: .of(person: row.id)).map(view.json))
        }
        object["area"] = try ask { $0.shell.controller.ledger.area(of: row.id).map { .string($0.name) } ?? .null }
        object["passes"] = .array(try passes(ofHost: row.id, reader))
        var filter = JournalFilter()
        filter.person = row.id
        filter.kinds = EntryKind.allCases.filter { $0 != .sealed && $0 != .watchlist }
        filter.limit = 100_000
        filter.isNewestFirst = false
        let entries = EntryView(reader: reader, fields: fields, showsNames: true)
        let found = try reader.entries(filter, withPersonal: true)
        for entry in found { call.reply(.item(entries.json(entry))) }
        object["entries"] = .integer(Int64(found.count))
        object["looks"] = .integer(Int64(found.count { $0.entry.kind == .look }))
        return .object(object)
    }

    // MARK: Proof

    /// What is kept for how long, and that nothing older is there: counted in the database at this moment.
    func privacyStatus(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let reader = try reader()
        let now = try ask { $0.now().civil }
        let kept = try ask { $0.shell.controller.site.policy.personalDays }
        let cutOff = kept.map { now + .seconds(-Int($0) * 86400) }
        let counts = try reader.personalCounts(before: cutOff)
        var overdue: [JSON] = []
        var due = 0
        for case .consent(let row) in try reader.rows(.consent) where row.withdrawn != nil && row.deleted == nil {
            due += 1
            if (row.deleteBy ?? 0) <= now.seconds { overdue.append(.integer(Int64(row.person))) }
        }
        return [
            "at": .string(EntryView.time(now, fields.calendar)),
            "personal_values": .integer(Int64(counts.kept)), "kept_days": kept.map { .integer($0) } ?? .null,
            "older_than_kept": .integer(Int64(counts.older)), "erased_values": .integer(Int64(counts.erased)),
            "oldest": counts.oldest.map { .string(EntryView.time($0, fields.calendar)) } ?? .null,
            "face_deletions_due": .integer(Int64(due)), "overdue": .array(overdue),
            "pictures_to_erase": .integer(Int64(counts.pictures)),
        ]
    }
}
