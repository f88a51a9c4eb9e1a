internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// What a manager asks before something is changed, or about another time.
extension Desk {
    /// A controller with the registry of an instant and nothing in its ledger, and the moment.
    private func controller(at time: CivilTime?, _ reader: JournalReader) throws -> (Controller, Moment) {
        let (now, site, present, suspensions) = try ask {
            ($0.now, $0.controller.site, $0.controller.registry, $0.controller.ledger.suspensions)
        }
        let moment = time.map { fields.calendar.moment(monotonic: now.monotonic, civil: $0, isTrusted: true) } ?? now
        var restored = Restored()
        // What is to come is asked of the registry as it stands.
        let isPast = time.map { $0 < now.civil } ?? false
        let revision = isPast ? try reader.revision(at: moment.civil) : present.revision
        // What guards suspended has its end, and so it is known what it will do.
        for (id, suspension) in suspensions where !isPast {
            _ = restored.ledger.apply(.suspension(credential: id, suspension))
        }
        restored.registry = revision == present.revision ? present : try reader.registry(asOf: revision).registry
        return (Controller(site: site, restored: restored, primitives: primitives), moment)
    }

    func decide(_ command: Decide, _ call: Call) throws -> Decide.Reply {
        let reader = try reader()
        let point = try accessPoint(command.point)
        let at = try command.when.map { try time("when", $0, call, .unsaid) }
        let card = try command.card.map { text in try fields.at("card") { try fields.card(text.argumentText) } }
        let row = try person(command.person, "as", reader, call)
        try look(call, .people([row.id]))
        let answer: (facts: Facts, decision: AccessDecision, path: RulePath)?
        let moment: Moment
        let revision: UInt64
        if at == nil {
            // Now, with the ledger as it stands.
            (answer, moment, revision) = try ask { view in
                (
                    view.controller.whatIf(card: card, person: row.id, at: point, now: view.now), view.now,
                    view.controller.registry.revision
                )
            }
        } else {
            let (controller, then) = try controller(at: at, reader)
            (answer, moment, revision) = (
                controller.whatIf(card: card, person: row.id, at: point, now: then), then, controller.registry.revision
            )
        }
        guard let answer else {
            throw CommandRefusal(code: "unknownPerson", message: Sentence("the person was not on the register then"))
        }
        return Decide.Reply(
            at: text(moment.civil), revision: revision, outcome: answer.decision.word,
            reason: answer.decision.reason?.word, rules: EntryViews.rules(answer.path),
            facts: EntryViews.facts(answer.facts))
    }

    /// Everybody who would be let in at an access point at an instant, past ones by the registry of then.
    func tellWhoCan(_ command: WhoCan, _ call: Call) throws -> WhoCan.Reply {
        let reader = try reader()
        let point = try accessPoint(command.point)
        let at = try command.when.map { try time("when", $0, call, .unsaid) }
        let (controller, moment) = try controller(at: at, reader)
        try look(call, .register)
        var holders: Set<UInt32> = []
        for credential in controller.registry.presentCredentials
        where controller.isInOrder(credential, at: moment.civil.seconds) { holders.insert(credential.person) }
        var (granted, without) = (0, 0)
        var refused: [String: Int] = [:]
        let showsRefused = command.refused?.isOn ?? false
        for (id, record) in controller.registry.presentPersons {
            try call.check()
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
            var item = WhoCan.Holder(id: id, role: record.role.word, reference: nil, name: nil, reason: reason)
            if case .person(let person)? = try reader.row(.person, id, at: controller.registry.revision) {
                item.reference = person.reference
                item.name = person.name
            }
            try call.list(item)
        }
        return WhoCan.Reply(
            at: text(moment.civil), point: point.name, revision: controller.registry.revision, can: granted,
            withoutCredential: without, refused: refused)
    }

    // MARK: Replay

    private struct Otherwise: Hashable {
        var person: UInt32?
        var before: String
        var after: String
    }
    private struct Seen {
        var count = 0
        var first: UInt64
        var last: UInt64
    }

    /// Decisions of a span of time with a proposed registry or policy in the place of those that were: what would have
    /// come out otherwise. By person under the rule for entries of one person; over a longer span in counts. Nothing is
    /// changed.
    func replay(_ command: Replay, _ call: Call) throws -> Replay.Reply {
        let files = takeUploads(nil, call)
        let from = try time("from", command.from, call, .past)
        let until = try time("until", command.until, call, .ago)
        guard from < until else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"until\" has to be behind \"from\""))
        }
        let reader = try reader()
        let (present, now) = try ask { ($0.controller, $0.now) }
        let (proposed, touched) = try proposal(files, present, reader, call)
        // A file about a few people tells of these, whatever its answer is called.
        if !touched.isEmpty, touched.count < Self.fewPeople {
            var filter = JournalFilter()
            (filter.from, filter.until) = (from, until)
            try checkWindow(of: filter, call)
            try look(call, .people(touched.sorted()))
        }
        let showsPeople = until - from <= .seconds(Self.personWindow) || mayLookFurther(call)
        var changes: [Otherwise: Seen] = [:]
        var reasons = 0
        let calendar = fields.calendar
        let counts = try reader.decisions(from: from, until: until) { past in
            try call.check()
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
            let change = Otherwise(person: showsPeople ? person : nil, before: before, after: after)
            var seen = changes[change] ?? Seen(first: past.sequence, last: past.sequence)
            seen.count += 1
            seen.last = past.sequence
            changes[change] = seen
        }
        try look(call, .people(Set(changes.keys.compactMap(\.person)).sorted()))
        for (change, seen) in changes.sorted(by: { $0.value.first < $1.value.first }) {
            var item = Replay.Difference(before: change.before, after: change.after, events: seen.count)
            if showsPeople { (item.first, item.last) = (seen.first, seen.last) }
            if let id = change.person, case .person(let person)? = try reader.row(.person, id) {
                item.reference = person.reference
                item.name = person.name
            }
            try call.list(item)
        }
        return Replay.Reply(
            decisions: counts.read, passedOver: counts.passedOver,
            changed: changes.values.reduce(0) { $0 + $1.count }, otherReason: reasons)
    }

    /// Below so many people a proposal is a question about each of them.
    private static let fewPeople = 20

    private func people(touchedBy change: RegistryChange, _ rows: [RegistryRow]) -> [UInt32] {
        switch change {
        case .put(.tenancy(let row)): row.tenants
        case .put(let row): people(of: row)
        case .end(let kind, let id): rows.first { $0.kind == kind && $0.id == id }.map { people(of: $0) } ?? []
        }
    }

    /// The controller as it would be: files of an import, a configuration, or both.
    private func proposal(
        _ files: [(name: String, content: [UInt8])], _ present: Controller, _ reader: JournalReader, _ call: Call
    ) throws -> (Controller, touched: Set<UInt32>) {
        var touched: Set<UInt32> = []
        var restored = Restored()
        restored.registry = present.registry
        var site = present.site
        let policies = files.filter { $0.name.hasSuffix(".yaml") }
        let tables = files.filter { !$0.name.hasSuffix(".yaml") }
        if let policy = policies.first {
            do throws(InvalidConfiguration) {
                site = try ConfigurationReader.read(octets: policy.content, file: policy.name, digest: Hash.sha256).site
            } catch {
                throw CommandRefusal(code: "configurationWrong", message: Sentence(verbatim: "\(error)"))
            }
        }
        if !tables.isEmpty {
            let rows = try reader.rows()
            var importer = try newImport(fields, rows, reader)
            let plan = importer.plan(tables)
            for problem in plan.problems.prefix(1000) {
                try call.list(Replay.Difference(problem: problem.sentence.text(in: call.language)))
            }
            guard plan.problems.isEmpty else {
                throw CommandRefusal(
                    code: "importRefused", message: Sentence("\(plan.problems.count, "line is", "lines are") wrong"))
            }
            for change in plan.changes {
                if let problem = restored.registry.problem(with: change) {
                    throw CommandRefusal(code: problem.rawValue, message: problem.sentence)
                }
                restored.registry.apply(change, revision: restored.registry.revision)
                touched.formUnion(people(touchedBy: change, rows))
            }
        }
        return (Controller(site: site, restored: restored, primitives: primitives), touched)
    }
}
