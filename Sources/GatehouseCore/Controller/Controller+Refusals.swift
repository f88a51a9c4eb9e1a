extension Controller {
    /// Why an order is not carried out; nil when it is.
    func refusal(of order: Order, _ now: Moment) -> OrderRefusal? {
        if let expires = order.expires, now.monotonic > expires { return .expired }
        if let refusal = handoverRefusal(of: order, now) { return refusal }
        switch order.verb {
        case .registry, .erase, .awaitCard, .watchlistActivate, .watchlistDeactivate, .watchlistImport, .pass(.issue),
            .announceHandover:
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
            if order.actor.role == .guard_, alarms.isOfTheOffice(alarm) { return .alarmOfTheOffice }
            return order.hasReason ? nil : .reasonMissing
        case .awaitCard(let reader): return refusalToAwait(reader, order)
        case .testCamera(let camera): return order.hasReason ? refusalToTest(camera, now) : .reasonMissing
        case .suspend, .endSuspension: return refusalToSuspend(order, now)
        case .resume(let reader):
            guard pointOfReader[reader] != nil else { return .unknownReader(reader.name) }
            return order.hasReason ? nil : .reasonMissing
        case .acceptClock: return order.hasReason ? nil : .reasonMissing
        case .settleState:
            if !order.hasReason { return .reasonMissing }
            return ledger.rewinding == nil ? .other(Sentence("nothing stands to be settled")) : nil
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
            return refusal(of: changes)
        case .watchlistImport(let entry):
            if let sleep = watchlist.sleepReason(at: now) { return .watchlistAsleep(sleep) }
            if watchlist.isBuried(primitives.digest(Array(entry.id.utf8))) {
                return .other(Sentence("the entry was withdrawn; the authority has to make and sign a new one"))
            }
            if entry.expires <= now.civil { return .other(Sentence("the entry has expired already")) }
            if !watchlist.leads.hasRoom {
                return .other(Sentence("many steps of the list wait for their notes; try again in an hour"))
            }
            return watchlist.hasRoom(for: entry, residents: registry.counts.persons) ? nil : .watchlistFull
        case .watchlistWithdraw(let id): return watchlist.holds(id) ? nil : .watchlistUnknown
        case .watchlistDeactivate: return watchlist.activation == nil ? .watchlistAsleep(.notActivated) : nil
        case .forgiveAll, .threat: return order.hasReason ? nil : .reasonMissing
        case .walk(let walk): return refusal(of: walk, order)
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
        case .giveUpCard, .watchlistActivate, .watchlistRefuse, .look, .refused, .announceHandover, .confirmHandover,
            .cancelHandover,
            .acceptHandover,
            .stop:
            return nil
        }
    }

    private func refusal(of changes: [RegistryChange]) -> OrderRefusal? {
        if ledger.rewinding?.isRegisterUnproved == true, changes.contains(where: isUnproved) {
            return .other(
                Sentence(
                    "no good copy proves this part of the register; two people settle it first: gatehousectl journal settle --reason …"
                ))
        }
        // A small one is tried when it is carried out.
        return changes.count > StagedChange.portion && staged != nil
            ? .other(Sentence("another large change of the register is being taken in; try again when it is done"))
            : nil
    }

    /// Whether a change brings somebody or something in that stands back until the register is settled. What decides already
    /// can be blocked and ended all the same.
    private func isUnproved(_ change: RegistryChange) -> Bool {
        switch change {
        case .put(.person(let row)): registry.person(row.id) == nil
        case .put(.credential(let row)): registry.credential(id: row.id) == nil
        case .put, .end: false
        }
    }
}
