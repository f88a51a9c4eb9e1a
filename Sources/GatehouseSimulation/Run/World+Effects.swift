internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRuntime
internal import GatehouseStore

/// What the controller wants done, and what it is held against.
extension World {
    // MARK: Effects

    func carryOut(_ effect: Effect) {
        switch effect {
        case .release(let portal, let event):
            lines[portal] = true
            guard let event else { return }
            // P1: durable before the barrier, or the bounded wait was over.
            if committed < event {
                report.lateReleases += 1
                if settings.seed.isMultiple(of: 3) {
                    violation("on_timeout is hold, and \(portal) was released for entry \(event) that is not on disk")
                }
                if let at = admittedAt[event], now - at < Self.maxWait {
                    violation("\(portal) was released \(now - at) after the decision, entry \(event) not on disk")
                }
            }
        case .secure(let portal): lines[portal] = false
        case .capture(let request):
            todo.add(now + dice.between(.milliseconds(50), .milliseconds(900)), .picture(request))
        case .deliver(let item, _):
            if committed < item.event { violation("alert \(item.id) left before its entry \(item.event) was on disk") }
            todo.add(now + dice.between(.milliseconds(20), .seconds(2)), .receipt(item))
        case .loadOutbox(let lane):
            let items = (try? StoreLoader(path: path, secrets: secrets).outbox(lane)) ?? []
            pendingLoads.append((lane, items))
        case .reply(let id, let reply): replies[id] = reply
        case .indicate, .acknowledge, .noted, .stop, .acceptClock, .eraseSnapshots, .leadSlot: break
        case .durable: violation("a durable effect left the gate")
        }
    }

    /// What the controller decided, before any of it is done: held against the model at once.
    func observe(_ effects: [Effect], _ moment: Moment) {
        for case .durable(.record(let entry)) in effects {
            admittedAt[entry.sequence] = moment.monotonic
            newestEntry = entry.sequence
            if admittedAt.count > 5000 { admittedAt = admittedAt.filter { $0.key + 2000 > entry.sequence } }
            switch entry.kind {
            case .decision:
                guard let expected = expecting else { continue }
                if entry.outcome != expected.outcome || entry.reason != expected.reason {
                    violation(
                        "entry \(entry.sequence): \(entry.outcome ?? "") \(entry.reason ?? ""), the model says \(expected.outcome) \(expected.reason ?? "")"
                    )
                }
                expecting = nil
                // What a manager is told would be decided is what is decided.
                if let foretold, foretold.word != entry.outcome || foretold.reason?.word != entry.reason {
                    violation(
                        "entry \(entry.sequence): \(entry.outcome ?? "") \(entry.reason ?? ""), foretold was \(foretold.word) \(foretold.reason?.word ?? "")"
                    )
                }
            case .passage:
                guard let person = entry.person, let point = entry.accessPoint, entry.outcome != "notTaken" else {
                    continue
                }
                let area = virtual.site.accessPoints.first { $0.id == point }?.toArea?.name
                model.areas[person] = entry.outcome == "taken" ? area : nil
            default: break
            }
        }
    }

    /// The receiver's end: order among what is equally urgent, and one effect for each key.
    func receive(_ item: OutboxItem) {
        owed[item.id] = nil
        // What comes again under its key, because its receipt was lost with the power, has no second effect.
        guard received.insert(item.idempotencyKey).inserted else { return }
        let last = deliveredLast[item.lane] ?? 0
        if item.id < last { violation("\(item.destination) got alert \(item.id) first after \(last)") }
        deliveredLast[item.lane] = max(last, item.id)
        report.alertsDelivered += 1
    }

    // MARK: The end

    func finish() throws {
        // A quiet hour with a healthy world: everything owed arrives, every line comes to rest.
        diskFailsUntil = nil
        isWebhookAway = false
        todo.drop { event in
            switch event {
            case .visit, .trouble, .readerTrouble, .command: true
            default: false
            }
        }
        for portal in VirtualSite.portals { todo.add(now + .seconds(1), .door(portal, isOpen: false)) }
        todo.add(now + .seconds(1), .fireQuiet)
        for portal in VirtualSite.portals { todo.add(now + .seconds(40), .posture(portal, .secure)) }
        let horizon = now + .seconds(4 * 3600)
        while try step(until: horizon) {}
        for portal in VirtualSite.portals where lines[portal] == true { violation("\(portal) stays released") }
        for id in owed.keys.sorted() { violation("alert \(id) to \(owed[id]!.destination) never arrived") }
        let verified = try JournalVerifier(path: path, secrets: secrets).verify()
        for fault in verified.faults { violation(fault) }
        report.entries = verified.count
        report.digest = Hexadecimal.encode(verified.root)
        report.damagedFrames = readers.damagedFrames
        report.misread = readers.misread
        report.readerFaults = readers.busFaults
        report.quarantines = readers.quarantines
        report.simulated = .seconds(settings.days * 86400)
        let stored = try StoredJournalCheck(path: path, secrets: secrets).run()
        report.decisionsCompared += stored.decisionsCompared
        for sentence in stored.violations { violation(sentence) }
    }
}
