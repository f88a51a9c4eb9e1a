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
            recordOrder(order, "refused", reason: refusal.word, &step)
            step.yield(.reply(order.id, .refused(refusal)))
            return
        }
        let event: UInt64?
        switch order.verb {
        case .open(let portal):
            event = recordOrder(order, "done", portal: portal, &step)
            if let event {
                grants[event] = Grant(accessPoint: nil, portal: portal, person: nil, toArea: nil, reader: nil)
            }
            feed(.grant(event: event ?? 0), to: portal, &step)
            capture(event, camera: cameraOfPortal(portal), &step)
        case .posture(let portal, let posture):
            event = recordOrder(order, "done", portal: portal, &step)
            for index in portals.indices where portal == nil || portals[index].settings.id == portal {
                overruleFreeWindow(portalAt: index, &step)
                setPosture(posture, portalAt: index, actor: order.actor.name, &step)
            }
        case .fireReset:
            event = recordOrder(order, "done", &step)
            resetFire(actor: order.actor.name, &step)
        case .erase(let person, let ends, let rows):
            apply(ends, &step)
            erase(person, rows, &step)
            var entry = orderEntry(order, "person")
            entry.kind = .erasure
            entry.person = person
            entry.detail["rows"] = .integer(Int64(rows.count))
            event = record(entry, &step)
        case .registry(let changes):
            if changes.count > StagedChange.portion { return stage(order, changes, step.now) }
            // Later rows may lean on earlier ones, so they are tried on a copy, which then decides.
            switch tried(changes) {
            case .success(let new): event = change(order, changes, to: new, &step)
            case .failure(let refusal):
                recordOrder(order, "refused", reason: refusal.word, &step)
                step.yield(.reply(order.id, .refused(refusal)))
                return
            }
        case .forgiveAll:
            for person in ledger.presences.keys.sorted() {
                ledger.move(person, to: nil)
                step.yield(.durable(.area(person: person, nil)))
            }
            for vehicle in ledger.vehicles.keys.sorted() {
                step.yield(.durable(.ledger(ledger.apply(.vehicle(vehicle, nil)))))
            }
            event = recordOrder(order, "done", &step)
        case .threat(let level):
            step.yield(.durable(.ledger(ledger.apply(.threat(level)))))
            var entry = orderEntry(order, "done")
            entry.detail["level"] = .integer(Int64(level))
            event = record(entry, &step)
            set(.threatRaised, "", level > 0, &step)
        case .pass(let pass): event = carryOut(pass, orderEntry(order, "done"), &step)
        case .confirmPolicy:
            step.yield(.durable(.ledger(ledger.apply(.confirmed(step.now.civil)))))
            event = recordOrder(order, "done", &step)
        case .forgive(let person):
            ledger.move(person, to: nil)
            step.yield(.durable(.area(person: person, nil)))
            forgetTries(of: person, &step)
            var entry = orderEntry(order, "done")
            entry.person = person
            event = record(entry, &step)
        case .watchlistActivate(let activation):
            watchlist.activate(activation)
            step.yield(.durable(.watchlistActivation(activation)))
            event = recordWatchlist(order, "activated", activation.digest, &step)
        case .watchlistImport(let entry):
            let isRenewal = watchlist.holds(entry.id)
            watchlist.put(entry)
            scheduleSweep(step.now)
            step.yield(.durable(.watchlistEntry(entry)))
            event = recordWatchlist(order, isRenewal ? "renewed" : "added", entry.digest, &step)
        case .watchlistWithdraw(let id):
            erase(id, outcome: "withdrawn", actor: order.actor.name, &step)
            event = recordOrder(order, "done", &step)
        case .acceptReader(let reader):
            var entry = orderEntry(order, "accepted")
            entry.reader = reader
            entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
            entry.detail.merge(accept(reader, by: order.actor, &step)) { $1 }
            event = record(entry, &step)
        case .changeReader(let reader), .installReader(let reader):
            var entry = orderEntry(order, "done")
            entry.reader = reader
            entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
            event = record(entry, &step)
        case .look(let look): event = carryOut(look, order, &step)
        case .refused(let reason, let count):
            var entry = orderEntry(order, "refused")
            entry.reason = reason
            if count > 1 { entry.detail["count"] = .integer(Int64(count)) }
            event = record(entry, &step)
        case .acceptClock:
            var entry = orderEntry(order, "accepted")
            entry.kind = .clock
            event = record(entry, &step)
            step.yield(.acceptClock)
        case .announceHandover(let handover): event = announce(handover, order, &step)
        case .confirmHandover: event = confirm(order, &step)
        case .cancelHandover: event = endHandover(order, "cancelled", &step)
        case .acknowledge(let alarm):
            var entry = orderEntry(order, "acknowledged")
            entry.detail["alarm"] = .integer(Int64(clamping: alarm))
            event = record(entry, &step)
        case .resume(let reader):
            resume(reader, &step)
            var entry = orderEntry(order, "done")
            entry.reader = reader
            entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
            event = record(entry, &step)
        case .acceptHandover: event = endHandover(order, "accepted", &step)
        case .stop:
            giveUpStaged(.other("the daemon stops; nothing was changed"), &step)
            var entry = orderEntry(order, "done")
            entry.kind = .stop
            event = record(entry, &step)
            step.yield(.stop)
        }
        step.yield(.reply(order.id, .done(event: event)))
    }

    /// Why an order is not carried out; nil when it is.
    private func refusal(of order: Order, _ now: Moment) -> OrderRefusal? {
        if let expires = order.expires, now.monotonic > expires { return .expired }
        if let refusal = handoverRefusal(of: order, now) { return refusal }
        switch order.verb {
        case .registry, .erase, .watchlistActivate, .watchlistImport, .pass(.issue), .announceHandover:
            // What a run without the key would seal, nobody could open again.
            if health.has(.withoutKey) { return .withoutKey }
            if !isStoreAvailable { return .storeUnavailable }
        default: break
        }
        switch order.verb {
        case .open(let portal):
            guard let index = portalIndex[portal] else { return .unknownPortal(portal.name) }
            if !order.hasReason { return .reasonMissing }
            switch portals[index].posture {
            case .blocked, .lockdown: return .postureForbids(portals[index].posture)
            case .secure, .free, .fire: return nil
            }
        case .posture(let portal, let posture):
            if let portal, portalIndex[portal] == nil { return .unknownPortal(portal.name) }
            if isFire, posture == .secure || posture == .free { return .fireStands }
            return order.hasReason ? nil : .reasonMissing
        case .acknowledge(let alarm):
            if !alarms.holds(alarm) { return .unknownAlarm }
            return order.hasReason ? nil : .reasonMissing
        case .resume(let reader):
            guard pointOfReader[reader] != nil else { return .unknownReader(reader.name) }
            return order.hasReason ? nil : .reasonMissing
        case .acceptClock: return order.hasReason ? nil : .reasonMissing
        case .fireReset:
            if !order.hasReason { return .reasonMissing }
            if !isFire { return .noFire }
            return fire.isActive ? .fireInputActive : nil
        case .erase(let person, let ends, _):
            if registry.person(person) == nil { return .registry(.unknownPerson, row: 0) }
            if !order.hasReason { return .reasonMissing }
            if case .failure(let refusal) = tried(ends) { return refusal }
            return nil
        case .registry(let changes):
            // A small one is tried when it is carried out.
            return changes.count > StagedChange.portion && staged != nil
                ? .other("another large change of the register is being taken in; try again when it is done") : nil
        case .watchlistImport(let entry):
            if let sleep = watchlist.sleepReason(at: now) { return .watchlistAsleep(sleep) }
            if watchlist.isBuried(primitives.digest(Array(entry.id.utf8))) {
                return .other("the entry was withdrawn; the authority has to make and sign a new one")
            }
            if entry.expires <= now.civil { return .other("the entry has expired already") }
            let cap = Watchlist.cap(residents: registry.counts.persons)
            return !watchlist.holds(entry.id) && watchlist.count >= cap ? .watchlistFull : nil
        case .watchlistWithdraw(let id): return watchlist.holds(id) ? nil : .watchlistUnknown
        case .forgiveAll, .threat: return order.hasReason ? nil : .reasonMissing
        case .confirmPolicy: return nil
        case .pass(let pass): return refusal(of: pass, reason: order.reason)
        case .forgive(let person): return registry.person(person) == nil ? .registry(.unknownPerson, row: 0) : nil
        case .changeReader(let reader), .installReader(let reader), .acceptReader(let reader):
            guard pointOfReader[reader] != nil else { return .unknownReader(reader.name) }
            if !order.hasReason { return .reasonMissing }
            switch order.verb {
            case .installReader: return refusalToKey(reader, by: order.actor)
            case .acceptReader: return standing(of: reader)?.stranger == nil ? .readerNotSwapped(reader.name) : nil
            default: return nil
            }
        case .watchlistActivate, .look, .refused, .announceHandover, .confirmHandover, .cancelHandover, .acceptHandover,
            .stop:
            return nil
        }
    }

    func orderEntry(_ order: Order, _ outcome: String) -> JournalEntry {
        var entry = JournalEntry(kind: .order)
        entry.actor = "\(order.actor.name) (\(order.actor.role.word))"
        entry.outcome = outcome
        entry.detail["command"] = .text(order.command)
        // What people write may name somebody: it is kept like a personal value.
        if let reason = order.reason {
            entry.personal.append(PersonalField(name: .note, value: Array(reason.utf8.prefix(512))))
        }
        if let account = order.actor.account {
            entry.personal.append(PersonalField(name: .account, value: Array(account.utf8.prefix(64))))
        }
        entry.detail["cause"] = order.cause.map { .text($0.word) }
        return entry
    }

    /// A look is an entry in the report of each person that was looked at.
    private mutating func carryOut(_ look: Look, _ order: Order, _ step: inout Step) -> UInt64? {
        var entry = orderEntry(order, "done")
        entry.kind = .look
        switch look {
        case .people(let people):
            guard people.count <= Self.namedLooks else { return record(register(entry), &step) }
            var last: UInt64?
            for person in people.isEmpty ? [nil] : Set(people).sorted().map(Optional.some) {
                entry.person = person
                last = record(entry, &step)
            }
            return last
        case .entries(let first, let through):
            entry.detail["scope"] = .text("entries")
            entry.detail["from"] = .integer(Int64(clamping: first))
            entry.detail["through"] = .integer(Int64(clamping: through))
            return record(entry, &step)
        case .register: return record(register(entry), &step)
        }
    }

    /// People that a look names one by one; more of them are the register.
    private static let namedLooks = 64

    private func register(_ entry: JournalEntry) -> JournalEntry {
        var entry = entry
        entry.detail["scope"] = .text("register")
        return entry
    }

    /// Orders that were refused without an entry while the disk was behind, in one entry.
    private mutating func noteUnrecorded(_ step: inout Step) {
        guard cursor.unrecorded > 0 else { return }
        var entry = JournalEntry(kind: .order)
        entry.outcome = "refused"
        entry.reason = OrderRefusal.journalCrowded.word
        entry.detail["count"] = .integer(Int64(clamping: cursor.unrecorded))
        cursor.unrecorded = 0
        record(entry, &step)
    }

    /// Ends what makes people wait at a reader.
    private mutating func resume(_ reader: ReaderID, _ step: inout Step) {
        if lockout.forget(.reader(reader)) { keep(.reader(reader), &step) }
        if guesses.end(reader) {
            step.yield(.durable(.ledger(ledger.apply(.guessed(reader, until: nil)))))
            set(.readerGuessed, reader.name, false, &step)
        }
    }

    /// Until when people wait at a reader: because numbers were tried, because wrong PINs were typed.
    package func pauses(of reader: ReaderID, at now: Moment) -> (tried: MonotonicTime?, wrongPINs: MonotonicTime?) {
        (guesses.alertEnd(reader, at: now.monotonic), lockout.pauseEnd(.reader(reader), at: now))
    }

    @discardableResult
    mutating func recordOrder(
        _ order: Order, _ outcome: String, portal: PortalID? = nil, reason: String? = nil, _ step: inout Step
    ) -> UInt64? {
        var entry = orderEntry(order, outcome)
        entry.portal = portal
        entry.reason = reason
        return record(entry, &step)
    }

    private mutating func recordWatchlist(
        _ order: Order, _ outcome: String, _ digest: [UInt8], _ step: inout Step
    ) -> UInt64? {
        var entry = orderEntry(order, outcome)
        entry.kind = .watchlist
        entry.detail["document"] = .octets(digest)
        return record(entry, &step)
    }
}

extension Order.Verb {
    /// What has to be done whatever waits for the disk: it moves a gate, or takes nobody's room.
    fileprivate var isOfTheGate: Bool {
        switch self {
        case .open, .posture, .fireReset, .acknowledge, .stop: true
        case .registry, .forgive, .forgiveAll, .threat, .erase, .pass, .confirmPolicy, .watchlistActivate,
            .watchlistImport, .watchlistWithdraw, .changeReader, .installReader, .acceptReader, .look, .refused,
            .acceptClock, .announceHandover, .confirmHandover, .cancelHandover, .acceptHandover, .resume:
            false
        }
    }
}
