internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseRuntime
internal import GatehouseStore

/// What a manager asks before something is changed, or about another time.
extension CommandDesk {
    private func point(_ call: Call) throws -> AccessPointID {
        let name = call.text("at") ?? call.text("point") ?? ""
        guard configuration.site.accessPoints.contains(where: { $0.id.name == name }) else {
            let known = configuration.site.accessPoints.map(\.id.name).joined(separator: ", ")
            throw CommandRefusal(
                code: "unknownPoint", message: "there is no access point \"\(name.prefix(40))\"; one of \(known)")
        }
        return AccessPointID(name)
    }

    /// A controller with the registry of an instant and nothing in its ledger, and the moment.
    private func controller(at time: CivilTime?, _ reader: JournalReader) throws -> (Controller, Moment) {
        let (now, site, present) = try ask {
            ($0.now(), $0.shell.controller.site, $0.shell.controller.registry)
        }
        let moment = time.map { fields.calendar.moment(monotonic: now.monotonic, civil: $0, isTrusted: true) } ?? now
        var restored = Restored()
        // What is to come is asked of the registry as it stands.
        let revision = time.map { $0 < now.civil } ?? false ? try reader.revision(at: moment.civil) : present.revision
        restored.registry = revision == present.revision ? present : try reader.registry(asOf: revision).registry
        return (Controller(site: site, restored: restored, primitives: primitives), moment)
    }

    func decide(_ call: Call) throws -> JSON {
        let reader = try reader()
        let point = try point(call)
        let at = try call.text("when").map { try fields.instant($0) }
        let card = try call.text("card").map { try fields.card($0) }
        let row = try person(call, reference: call.text("as") ?? "")
        try order(call, .look(person: row.id))
        let answer: (facts: Facts, decision: AccessDecision, path: RulePath)?
        let moment: Moment
        var revision: UInt64
        if at == nil {
            // Now, with the ledger as it stands.
            (answer, moment, revision) = try ask { loop in
                let now = loop.now()
                let controller = loop.shell.controller
                return (
                    controller.whatIf(card: card, person: row.id, at: point, now: now), now,
                    controller.registry.revision
                )
            }
        } else {
            let (controller, then) = try controller(at: at, reader)
            (answer, moment, revision) = (
                controller.whatIf(card: card, person: row.id, at: point, now: then), then, controller.registry.revision
            )
        }
        guard let answer else {
            throw CommandRefusal(code: "unknownPerson", message: "the person was not on the register then")
        }
        return [
            "at": .string(EntryView.time(moment.civil, fields.calendar)), "revision": .integer(Int64(revision)),
            "outcome": .string(answer.decision.word),
            "reason": answer.decision.reason.map { .string($0.word) } ?? .null,
            "rules": .array(answer.path.steps.map { [.string($0.rule.word), .string(EntryView.word($0.verdict))] }),
            "facts": EntryView.json(answer.facts),
        ]
    }

    /// Everybody who would be let in at an access point at an instant, past ones by the registry of then.
    func whoCan(_ call: Call) throws -> JSON {
        let reader = try reader()
        let point = try point(call)
        let at = try call.text("when").map { try fields.instant($0) }
        let (controller, moment) = try controller(at: at, reader)
        try order(call, .look(person: nil))
        var holders: Set<UInt32> = []
        for credential in controller.registry.presentCredentials
        where credential.status == .enabled
            && controller.window(of: credential, at: moment.civil.seconds) == .inside
        { holders.insert(credential.person) }
        var (granted, without) = (0, 0)
        var refused: [String: Int] = [:]
        let showsRefused = call.flag("refused")
        for (id, record) in controller.registry.presentPersons {
            guard let answer = controller.whatIf(card: nil, person: id, at: point, now: moment) else { continue }
            let reason = answer.decision.reason?.word
            if let reason {
                refused[reason, default: 0] += 1
            } else if holders.contains(id) {
                granted += 1
            } else {
                without += 1
            }
            let isListed = showsRefused ? reason != nil : reason == nil && holders.contains(id)
            guard isListed else { continue }
            var item: [String: JSON] = ["id": .integer(Int64(id)), "role": .string(record.role.word)]
            if let row = try reader.row(.person, id, at: controller.registry.revision), case .person(let person) = row {
                item["reference"] = .string(person.reference)
                item["name"] = .string(person.name)
            }
            item["reason"] = reason.map { .string($0) } ?? .null
            call.reply(.item(.object(item)))
        }
        return [
            "at": .string(EntryView.time(moment.civil, fields.calendar)), "point": .string(point.name),
            "revision": .integer(Int64(controller.registry.revision)), "can": .integer(Int64(granted)),
            "without_credential": .integer(Int64(without)),
            "refused": .object(refused.mapValues { .integer(Int64($0)) }),
        ]
    }

    // MARK: Replay

    /// Decisions of a span of time with a proposed registry or policy in the place of those that were: what would have
    /// come out otherwise, by person. Nothing is changed.
    func replay(_ call: Call) throws -> JSON {
        let files = takeUploads(call)
        guard let from = try call.text("from").map({ try fields.instant($0) }),
            let until = try call.text("until").map({ try fields.instant($0) }), from < until
        else { throw CommandRefusal(code: "windowMissing", message: "give --from and --until") }
        let reader = try reader()
        let (present, now) = try ask { ($0.shell.controller, $0.now()) }
        let proposed = try proposal(files, present, reader, call)
        try order(call, .look(person: nil))

        struct Change: Hashable {
            var person: UInt32?
            var before: String
            var after: String
        }
        var changes: [Change: (count: Int, first: UInt64, last: UInt64)] = [:]
        var reasons = 0
        let calendar = fields.calendar
        let counts = try reader.decisions(from: from, until: until) { past in
            let moment = calendar.moment(monotonic: now.monotonic, civil: past.at, isTrusted: past.facts.isClockTrusted)
            let card = past.credential == nil ? try reader.card(of: past.sequence) : nil
            guard let answer = proposed.again(past, card: card, before: present, at: moment) else { return }
            let after = answer.decision.reason?.word ?? "granted"
            let before = past.wasGranted ? "granted" : past.reason ?? "denied"
            guard answer.decision.isGranted != past.wasGranted else {
                if after != before { reasons += 1 }
                return
            }
            let person =
                past.person
                ?? card.flatMap { proposed.registry.credential(for: CredentialKey(card: $0, primitives: primitives)) }?
                .person
            let change = Change(person: person, before: before, after: after)
            let known = changes[change]
            changes[change] = ((known?.count ?? 0) + 1, known?.first ?? past.sequence, past.sequence)
        }
        for (change, seen) in changes.sorted(by: { $0.value.first < $1.value.first }) {
            var item: [String: JSON] = [
                "before": .string(change.before), "after": .string(change.after), "events": .integer(Int64(seen.count)),
                "first": .integer(Int64(seen.first)), "last": .integer(Int64(seen.last)),
            ]
            if let id = change.person, case .person(let person)? = try reader.row(.person, id) {
                item["reference"] = .string(person.reference)
                item["name"] = .string(person.name)
            }
            call.reply(.item(.object(item)))
        }
        return [
            "decisions": .integer(Int64(counts.read)), "passed_over": .integer(Int64(counts.passedOver)),
            "changed": .integer(Int64(changes.values.reduce(0) { $0 + $1.count })),
            "other_reason": .integer(Int64(reasons)),
        ]
    }

    /// The controller as it would be: files of an import, a configuration, or both.
    private func proposal(
        _ files: [(name: String, content: [UInt8])], _ present: Controller, _ reader: JournalReader, _ call: Call
    ) throws -> Controller {
        var restored = Restored()
        restored.registry = present.registry
        var site = present.site
        let (policies, tables) = (
            files.filter { $0.name.hasSuffix(".yaml") }, files.filter { !$0.name.hasSuffix(".yaml") }
        )
        if let policy = policies.first {
            do throws(InvalidConfiguration) {
                site = try ConfigurationReader.read(octets: policy.content, file: policy.name, digest: Hash.sha256).site
            } catch {
                throw CommandRefusal(code: "configurationWrong", message: "\(error)")
            }
        }
        if !tables.isEmpty {
            let rows = try reader.rows()
            var importer = try newImport(fields, rows, reader)
            let plan = importer.plan(tables)
            for problem in plan.problems.prefix(1000) { call.reply(.item(["problem": .string(problem.text)])) }
            guard plan.problems.isEmpty else {
                throw CommandRefusal(code: "importRefused", message: "\(plan.problems.count) lines are wrong")
            }
            for change in plan.changes {
                if let problem = restored.registry.problem(with: change) {
                    throw CommandRefusal(code: problem.rawValue, message: problem.sentence)
                }
                restored.registry.apply(change, revision: restored.registry.revision)
            }
        }
        return Controller(site: site, restored: restored, primitives: primitives)
    }
}
