extension Controller {
    /// Carries an order out or refuses it; either way it becomes an entry with its actor.
    mutating func carryOut(_ order: Order, _ step: inout Step) {
        if cursor.isCrowded, !order.verb.isOfTheGate {
            // Without an entry: that is what there is no room for. How many there were is an entry later.
            cursor.unrecorded += 1
            step.yield(.reply(order.id, .refused(.journalCrowded)))
            return
        }
        if !cursor.isCrowded { noteUnrecorded(&step) }
        if let refusal = refusal(of: order, step.now) {
            if let document = order.verb.listDocument {
                refuseEntry(document, &step)
            } else {
                recordOrder(order, .refused, reason: refusal.word, &step)
            }
            step.yield(.reply(order.id, .refused(refusal)))
            return
        }
        let event: UInt64?
        switch order.verb {
        case .open(let portal): event = open(portal, order, &step)
        case .posture(let portal, let posture): event = setPosture(posture, of: portal, order, &step)
        case .fireReset:
            event = recordOrder(order, .done, &step)
            resetFire(actor: order.actor.name, &step)
        case .erase(let person, let ends, let rows): event = erase(person, ending: ends, rows, order, &step)
        case .registry(let changes):
            // The reply of a large one comes when all of it is on disk.
            if changes.count > StagedChange.portion { return stage(order, changes, step.now) }
            // Later rows may lean on earlier ones, so they are tried on a copy, which then decides.
            switch tried(changes) {
            case .success(let new): event = change(order, changes, to: new, &step)
            case .failure(let refusal):
                recordOrder(order, .refused, reason: refusal.word, &step)
                step.yield(.reply(order.id, .refused(refusal)))
                return
            }
        case .forgiveAll: event = forgiveAll(order, &step)
        case .forgive(let person): event = forgive(person, order, &step)
        case .threat(let level): event = setThreat(level, order, &step)
        case .pass(let pass): event = carryOut(pass, orderEntry(order, .done), &step)
        case .confirmPolicy: event = confirmPolicy(order, &step)
        case .settleState: event = settleState(order, &step)
        case .watchlistActivate(let activation): event = activate(activation, order, &step)
        case .watchlistDeactivate(let document): event = deactivate(by: document, order, &step)
        // Steps of the list wait for a note of their own: an entry now would tell that there was one.
        case .watchlistImport(let entry):
            enter(entry, &step)
            event = nil
        case .watchlistWithdraw(let id):
            erase(id, as: .withdrawn, &step)
            event = nil
        case .watchlistRefuse(let document):
            refuseEntry(document, &step)
            event = nil
        case .acceptReader(let reader):
            let detail = accept(reader, by: order.actor, &step)
            event = recordReader(order, .accepted, reader, detail: detail, &step)
        case .changeReader(let reader), .installReader(let reader):
            event = recordReader(order, .done, reader, &step)
        case .resume(let reader):
            resume(reader, &step)
            event = recordReader(order, .done, reader, &step)
        case .look(let look): event = carryOut(look, order, &step)
        case .refused(let reason, let count):
            var entry = orderEntry(order, .refused)
            entry.reason = reason
            if count > 1 { entry.detail[.count] = .integer(Int64(count)) }
            event = record(entry, &step)
        case .acceptClock(let reopens): event = acceptClock(reopens, order, &step)
        case .announceHandover(let handover): event = announce(handover, order, &step)
        case .confirmHandover: event = confirm(order, &step)
        case .cancelHandover: event = endHandover(order, .cancelled, &step)
        case .acceptHandover: event = endHandover(order, .accepted, &step)
        case .acknowledge(let alarm):
            var entry = orderEntry(order, .acknowledged)
            entry.detail[.alarm] = .integer(Int64(clamping: alarm))
            event = record(entry, &step)
        case .testCamera(let camera): return test(camera, order, &step)
        case .awaitCard(let reader): return awaitCard(at: reader, order, &step)
        case .giveUpCard(let reader):
            giveUpCard(at: reader, order, &step)
            event = nil
        case .suspend(let credential, let until): event = suspend(credential, until: until, order, &step)
        case .endSuspension(let credential): event = endSuspension(credential, order, &step)
        case .walk(let walk): event = carryOut(walk, order, &step)
        case .stop:
            giveUpStaged(.other(Sentence("the daemon stops; nothing was changed")), &step)
            event = recordOrder(order, .done, kind: .stop, &step)
            step.yield(.stop)
        }
        step.yield(.reply(order.id, .done(event: event)))
    }

    // MARK: What each comes to

    private mutating func open(_ portal: PortalID, _ order: Order, _ step: inout Step) -> UInt64? {
        let event = recordOrder(order, .done, portal: portal, &step)
        if let event {
            grants[event] = Grant(accessPoint: nil, portal: portal, person: nil, toArea: nil, reader: nil)
        }
        feed(.grant(event: event ?? 0), to: portal, &step)
        capture(event, cameras: cameras(of: portal), &step)
        return event
    }

    /// Nil are all portals.
    private mutating func setPosture(
        _ posture: Posture, of portal: PortalID?, _ order: Order, _ step: inout Step
    ) -> UInt64? {
        let event = recordOrder(order, .done, portal: portal, &step)
        for index in portals.indices where portal == nil || portals[index].settings.id == portal {
            overruleFreeWindow(portalAt: index, &step)
            setPosture(posture, portalAt: index, actor: order.actor.name, &step)
        }
        if posture == .blocked || posture == .lockdown { tellManager(of: order, event, &step, portal: portal) }
        return event
    }

    private mutating func erase(
        _ person: UInt32, ending ends: [RegistryChange], _ rows: [RegistryRowID], _ order: Order, _ step: inout Step
    ) -> UInt64? {
        apply(ends, &step)
        erase(person, rows, &step)
        var entry = orderEntry(order, .person)
        entry.kind = .erasure
        entry.person = person
        entry.detail[.rows] = .integer(Int64(rows.count))
        return record(entry, &step)
    }

    /// Nobody and no vehicle is in any area any more.
    private mutating func forgiveAll(_ order: Order, _ step: inout Step) -> UInt64? {
        for person in ledger.presences.keys.sorted() { move(person, to: nil, &step) }
        for vehicle in ledger.vehicles.keys.sorted() { keep(.vehicle(vehicle, nil), &step) }
        return recordOrder(order, .done, &step)
    }

    private mutating func forgive(_ person: UInt32, _ order: Order, _ step: inout Step) -> UInt64? {
        move(person, to: nil, &step)
        forgetTries(of: person, &step)
        var entry = orderEntry(order, .done)
        entry.person = person
        return record(entry, &step)
    }

    /// Whoever keeps the register says that it is as it has to be: after a restore too.
    private mutating func confirmPolicy(_ order: Order, _ step: inout Step) -> UInt64? {
        keep(.confirmed(step.now.civil), &step)
        if ledger.restored != nil { keep(.restored(nil), &step) }
        let event = recordOrder(order, .done, &step)
        set(.registerRestored, "", false, &step)
        return event
    }

    /// Rows of the register that stood back because nothing proved them are read with the next start.
    private mutating func settleState(_ order: Order, _ step: inout Step) -> UInt64? {
        let stoodBack = ledger.rewinding?.isRegisterUnproved ?? false
        keep(.rewinding(nil), &step)
        let event = recordOrder(order, .settled, &step)
        set(.stateRewound, "", false, &step)
        if stoodBack { set(.restartNeeded, "", true, &step) }
        return event
    }

    private mutating func setThreat(_ level: UInt8, _ order: Order, _ step: inout Step) -> UInt64? {
        keep(.threat(level), &step)
        var entry = orderEntry(order, .done)
        entry.detail[.level] = .integer(Int64(level))
        let event = record(entry, &step)
        set(.threatRaised, "", level > 0, &step)
        return event
    }

    /// What ended by the time that was in force stays ended, unless two people say that this time was never right.
    private mutating func acceptClock(_ reopens: Bool, _ order: Order, _ step: inout Step) -> UInt64? {
        keep(.ended(reopens ? nil : max(step.now.civil, ledger.ended ?? step.now.civil)), &step)
        var entry = orderEntry(order, .accepted)
        entry.kind = .clock
        if reopens { entry.detail[.reopens] = .boolean(true) }
        let event = record(entry, &step)
        step.yield(.acceptClock)
        return event
    }

    func orderEntry(_ order: Order, _ outcome: EntryOutcome) -> JournalEntry {
        var entry = JournalEntry(kind: .order)
        entry.actor = order.actor.inEntries
        entry.result = outcome
        entry.detail[.command] = .text(order.command)
        // What people write may name somebody: it is kept like a personal value.
        if let reason = order.reason {
            entry.personal.append(PersonalField(name: .note, value: Array(reason.utf8.prefix(512))))
        }
        if let account = order.actor.account {
            entry.personal.append(PersonalField(name: .account, value: Array(account.utf8.prefix(256))))
        }
        entry.detail[.cause] = order.cause.map { .text($0.word) }
        return entry
    }

    /// A look is an entry in the report of each person that was looked at.
    private mutating func carryOut(_ look: Look, _ order: Order, _ step: inout Step) -> UInt64? {
        var entry = orderEntry(order, .done)
        entry.kind = .look
        switch look {
        case .people(let people): return recordLook(at: people, entry, &step)
        case .caseFile(let given):
            entry.detail[.entries] = .array(given.entries.map { .integer(Int64(clamping: $0)) })
            entry.detail[.key] = .octets(given.key)
            entry.detail[.with] = given.with.map { .text($0) }
            return recordLook(at: given.people, entry, &step)
        case .entries(let first, let through):
            entry.detail[.scope] = .text("entries")
            entry.detail[.from] = .integer(Int64(clamping: first))
            entry.detail[.through] = .integer(Int64(clamping: through))
            return record(entry, &step)
        case .register: return record(register(entry), &step)
        }
    }

    /// One entry for each of the people, or one of nobody. The number of the last one.
    private mutating func recordLook(at people: [UInt32], _ look: JournalEntry, _ step: inout Step) -> UInt64? {
        guard people.count <= Self.namedLooks else { return record(register(look), &step) }
        var entry = look
        var last: UInt64?
        for person in people.isEmpty ? [nil] : Set(people).sorted().map(Optional.some) {
            entry.person = person
            last = record(entry, &step)
        }
        return last
    }

    /// People that a look names one by one; more of them are the register.
    private static let namedLooks = 64

    private func register(_ entry: JournalEntry) -> JournalEntry {
        var entry = entry
        entry.detail[.scope] = .text("register")
        return entry
    }

    /// Orders that were refused without an entry while the disk was behind, in one entry.
    private mutating func noteUnrecorded(_ step: inout Step) {
        guard cursor.unrecorded > 0 else { return }
        var entry = JournalEntry(kind: .order)
        entry.result = .refused
        entry.reason = OrderRefusal.journalCrowded.word
        entry.detail[.count] = .integer(Int64(clamping: cursor.unrecorded))
        cursor.unrecorded = 0
        record(entry, &step)
    }

    @discardableResult
    mutating func recordOrder(
        _ order: Order, _ outcome: EntryOutcome, kind: EntryKind = .order, portal: PortalID? = nil,
        reason: String? = nil,
        _ step: inout Step
    ) -> UInt64? {
        var entry = orderEntry(order, outcome)
        entry.kind = kind
        entry.portal = portal
        entry.reason = reason
        return record(entry, &step)
    }

    @discardableResult
    mutating func recordReader(
        _ order: Order, _ outcome: EntryOutcome, _ reader: ReaderID, detail: [EntryDetail: CanonicalValue] = [:],
        _ step: inout Step
    ) -> UInt64? {
        var entry = orderEntry(order, outcome)
        entry.reader = reader
        entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
        entry.detail.merge(.init(detail)) { $1 }
        return record(entry, &step)
    }

    mutating func recordWatchlist(
        _ order: Order, _ outcome: EntryOutcome, _ digest: [UInt8], _ step: inout Step
    ) -> UInt64? {
        var entry = orderEntry(order, outcome)
        entry.kind = .watchlist
        entry.detail[.document] = .octets(digest)
        return record(entry, &step)
    }
}

extension Order.Verb {
    /// What a refused step of the list says of itself in a sealed note; nil for all other orders.
    fileprivate var listDocument: [UInt8]? {
        switch self {
        case .watchlistImport(let entry): entry.digest
        case .watchlistWithdraw, .watchlistRefuse: []
        default: nil
        }
    }

    /// What has to be done whatever waits for the disk: it moves a gate, or takes nobody's room.
    fileprivate var isOfTheGate: Bool {
        switch self {
        case .open, .posture, .fireReset, .acknowledge, .stop: true
        case .registry, .forgive, .forgiveAll, .threat, .erase, .pass, .confirmPolicy, .watchlistActivate,
            .settleState, .watchlistDeactivate, .watchlistImport, .watchlistWithdraw, .watchlistRefuse, .changeReader,
            .installReader, .acceptReader, .look,
            .refused,
            .acceptClock, .announceHandover, .confirmHandover, .cancelHandover, .acceptHandover, .resume, .suspend,
            .endSuspension, .testCamera, .awaitCard, .giveUpCard, .walk:
            false
        }
    }
}
