extension Controller {
    /// Carries an order out or refuses it; either way it becomes an entry with its actor.
    mutating func carryOut(_ order: Order, _ now: Moment, _ effects: inout [Effect]) {
        if let refusal = refusal(of: order, now) {
            recordOrder(order, "refused", reason: refusal.word, now, &effects)
            effects.append(.reply(order.id, .refused(refusal)))
            return
        }
        var event: UInt64 = 0
        switch order.verb {
        case .open(let portal):
            event = recordOrder(order, "done", portal: portal, now, &effects)
            if event != 0 {
                grants[event] = Grant(accessPoint: nil, portal: portal, person: nil, toArea: nil, reader: nil)
            }
            feed(.grant(event: event), to: portal, now, &effects)
            capture(event, camera: cameraOfPortal(portal), now, &effects)
        case .posture(let portal, let posture):
            event = recordOrder(order, "done", portal: portal, now, &effects)
            for index in portals.indices where portal == nil || portals[index].settings.id == portal {
                overruleFreeWindow(portalAt: index, now, &effects)
                setPosture(posture, portalAt: index, actor: order.actor.name, now, &effects)
            }
        case .fireReset:
            event = recordOrder(order, "done", now, &effects)
            resetFire(actor: order.actor.name, now, &effects)
        case .erase(let person, let ends, let rows):
            take(ends, now, &effects)
            erase(person, rows, now, &effects)
            var entry = orderEntry(order, "person")
            entry.kind = .erasure
            entry.person = person
            entry.detail["rows"] = .integer(Int64(rows.count))
            event = record(entry, now, &effects)
        case .registry(let changes):
            if changes.count > StagedChange.portion { return stage(order, changes, now) }
            // Later rows may lean on earlier ones, so they are tried on a copy, which then decides.
            switch tried(changes) {
            case .success(let new): event = change(order, changes, to: new, now, &effects)
            case .failure(let refusal):
                recordOrder(order, "refused", reason: refusal.word, now, &effects)
                effects.append(.reply(order.id, .refused(refusal)))
                return
            }
        case .forgiveAll:
            for person in ledger.presences.keys.sorted() {
                ledger.move(person, to: nil)
                effects.append(.durable(.area(person: person, nil)))
            }
            for vehicle in ledger.vehicles.keys.sorted() {
                effects.append(.durable(.ledger(ledger.apply(.vehicle(vehicle, nil)))))
            }
            event = recordOrder(order, "done", now, &effects)
        case .threat(let level):
            effects.append(.durable(.ledger(ledger.apply(.threat(level)))))
            var entry = orderEntry(order, "done")
            entry.detail["level"] = .integer(Int64(level))
            event = record(entry, now, &effects)
            set(.threatRaised, "", level > 0, now, &effects)
        case .pass(let pass): event = carryOut(pass, orderEntry(order, "done"), now, &effects)
        case .confirmPolicy:
            effects.append(.durable(.ledger(ledger.apply(.confirmed(now.civil)))))
            event = recordOrder(order, "done", now, &effects)
        case .forgive(let person):
            ledger.move(person, to: nil)
            effects.append(.durable(.area(person: person, nil)))
            forgetTries(of: person, now, &effects)
            var entry = orderEntry(order, "done")
            entry.person = person
            event = record(entry, now, &effects)
        case .watchlistActivate(let activation):
            watchlist.activate(activation)
            effects.append(.durable(.watchlistActivation(activation)))
            event = recordWatchlist(order, "activated", activation.digest, now, &effects)
        case .watchlistImport(let entry):
            let isRenewal = watchlist.holds(entry.id)
            watchlist.put(entry)
            scheduleSweep(now)
            effects.append(.durable(.watchlistEntry(entry)))
            event = recordWatchlist(order, isRenewal ? "renewed" : "added", entry.digest, now, &effects)
        case .watchlistWithdraw(let id):
            erase(id, outcome: "withdrawn", actor: order.actor.name, now, &effects)
            event = recordOrder(order, "done", now, &effects)
        case .acceptReader(let reader):
            var entry = orderEntry(order, "accepted")
            entry.reader = reader
            entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
            entry.detail.merge(accept(reader, by: order.actor, now, &effects)) { $1 }
            event = record(entry, now, &effects)
        case .changeReader(let reader), .installReader(let reader):
            var entry = orderEntry(order, "done")
            entry.reader = reader
            entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
            event = record(entry, now, &effects)
        case .look(let person):
            var entry = orderEntry(order, "done")
            entry.kind = .look
            entry.person = person
            event = record(entry, now, &effects)
        case .refused(let reason):
            event = recordOrder(order, "refused", reason: reason, now, &effects)
        case .acceptClock:
            var entry = orderEntry(order, "accepted")
            entry.kind = .clock
            event = record(entry, now, &effects)
            effects.append(.acceptClock)
        case .announceHandover(let handover): event = announce(handover, order, now, &effects)
        case .cancelHandover: event = endHandover(order, "cancelled", now, &effects)
        case .acceptHandover: event = endHandover(order, "accepted", now, &effects)
        case .stop:
            giveUpStaged(.other("the daemon stops; nothing was changed"), now, &effects)
            var entry = orderEntry(order, "done")
            entry.kind = .stop
            event = record(entry, now, &effects)
            effects.append(.stop)
        }
        effects.append(.reply(order.id, .done(event: event == 0 ? nil : event)))
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
            if (order.reason ?? "").isEmpty { return .reasonMissing }
            switch portals[index].posture {
            case .blocked, .lockdown: return .postureForbids(portals[index].posture)
            case .secure, .free, .fire: return nil
            }
        case .posture(let portal, _):
            if let portal, portalIndex[portal] == nil { return .unknownPortal(portal.name) }
            return (order.reason ?? "").isEmpty ? .reasonMissing : nil
        case .acceptClock: return (order.reason ?? "").isEmpty ? .reasonMissing : nil
        case .fireReset:
            if (order.reason ?? "").isEmpty { return .reasonMissing }
            if !isFire { return .noFire }
            return fire.isActive ? .fireInputActive : nil
        case .erase(let person, let ends, _):
            if registry.person(person) == nil { return .registry(.unknownPerson, row: 0) }
            if (order.reason ?? "").isEmpty { return .reasonMissing }
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
        case .forgiveAll, .threat: return (order.reason ?? "").isEmpty ? .reasonMissing : nil
        case .confirmPolicy: return nil
        case .pass(let pass): return refusal(of: pass, reason: order.reason)
        case .forgive(let person): return registry.person(person) == nil ? .registry(.unknownPerson, row: 0) : nil
        case .changeReader(let reader), .installReader(let reader), .acceptReader(let reader):
            guard pointOfReader[reader] != nil else { return .unknownReader(reader.name) }
            if (order.reason ?? "").isEmpty { return .reasonMissing }
            switch order.verb {
            case .installReader: return refusalToKey(reader, by: order.actor)
            case .acceptReader: return standing(of: reader)?.stranger == nil ? .readerNotSwapped(reader.name) : nil
            default: return nil
            }
        case .watchlistActivate, .look, .refused, .announceHandover, .cancelHandover, .acceptHandover, .stop: return nil
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
        return entry
    }

    @discardableResult
    mutating func recordOrder(
        _ order: Order, _ outcome: String, portal: PortalID? = nil, reason: String? = nil, _ now: Moment,
        _ effects: inout [Effect]
    ) -> UInt64 {
        var entry = orderEntry(order, outcome)
        entry.portal = portal
        entry.reason = reason
        return record(entry, now, &effects)
    }

    private mutating func recordWatchlist(
        _ order: Order, _ outcome: String, _ digest: [UInt8], _ now: Moment, _ effects: inout [Effect]
    ) -> UInt64 {
        var entry = orderEntry(order, outcome)
        entry.kind = .watchlist
        entry.detail["document"] = .octets(digest)
        return record(entry, now, &effects)
    }
}
