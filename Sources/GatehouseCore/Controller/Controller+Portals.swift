extension Controller {
    mutating func feed(
        _ input: PortalMachine.Input, to portal: PortalID, _ now: Moment, _ effects: inout [Effect]
    ) {
        guard let index = portalIndex[portal] else { return }
        feed(input, toPortalAt: index, now, &effects)
    }

    mutating func feed(
        _ input: PortalMachine.Input, toPortalAt index: Int, _ now: Moment, _ effects: inout [Effect]
    ) {
        let id = portals[index].settings.id
        let outputs = portals[index].handle(input, at: now.monotonic)
        defer { tellLane(input, outputs, ofPortalAt: index, now, &effects) }
        for output in outputs {
            switch output {
            case .requestRelease(let event): effects.append(.release(id, event: event))
            case .releaseNow: effects.append(.release(id, event: nil))
            case .secureNow: effects.append(.secure(id))
            case .opened: break
            case .closed(let afterAlarm): closed(index, afterAlarm: afterAlarm, now, &effects)
            case .taken(let event): end(event, isTaken: true, portal: id, now, &effects)
            case .notTaken(let event): end(event, isTaken: false, portal: id, now, &effects)
            case .forced:
                let event = recordPortal(.forced, id, now, &effects)
                set(.portalForced, id.name, true, now, &effects)
                raise(.forced, event: event, ["portal": id.name], now, &effects)
                indicate(.alarm, portalAt: index, &effects)
                capture(event, camera: cameraOfPortal(id), now, &effects)
            case .heldOpen(let since):
                let seconds = (now.monotonic - since).wholeMilliseconds / 1000
                let event = recordPortal(.heldOpen, id, now, &effects, detail: ["seconds": .integer(seconds)])
                set(.portalHeldOpen, id.name, true, now, &effects)
                raise(.heldOpen, event: event, ["portal": id.name], now, &effects)
                indicate(.heldOpenWarning, portalAt: index, &effects)
                capture(event, camera: cameraOfPortal(id), now, &effects)
            case .exitRequested:
                let event = recordPortal(.exitRequest, id, now, &effects)
                capture(event, camera: cameraOfPortal(id), now, &effects)
            }
        }
    }

    @discardableResult
    mutating func recordPortal(
        _ kind: EntryKind, _ portal: PortalID, _ now: Moment, _ effects: inout [Effect],
        detail: [String: CanonicalValue] = [:]
    ) -> UInt64? {
        var entry = JournalEntry(kind: kind)
        entry.portal = portal
        entry.detail = detail
        return record(entry, now, &effects)
    }

    private mutating func closed(_ index: Int, afterAlarm: Bool, _ now: Moment, _ effects: inout [Effect]) {
        guard afterAlarm else { return }
        let id = portals[index].settings.id
        recordPortal(.closedAgain, id, now, &effects)
        set(.portalForced, id.name, false, now, &effects)
        set(.portalHeldOpen, id.name, false, now, &effects)
        indicatePosture(portalAt: index, &effects)
    }

    /// What became of a grant. Taking the way moves the person in the ledger.
    mutating func end(
        _ event: UInt64, isTaken: Bool, portal: PortalID, _ now: Moment, _ effects: inout [Effect]
    ) {
        let grant = grants.removeValue(forKey: event)
        var entry = JournalEntry(kind: .passage)
        entry.portal = portal
        entry.accessPoint = grant?.accessPoint
        entry.person = grant?.person
        entry.about = event == 0 ? nil : event
        entry.outcome = isTaken ? "taken" : "notTaken"
        record(entry, now, &effects)
        if isTaken, let grant { move(grant, now, &effects) }
    }

    // MARK: Fire and posture

    mutating func settleFire(_ now: Moment, _ effects: inout [Effect]) {
        guard fire.settle(at: now.monotonic) else { return }
        guard fire.isActive else {
            var entry = JournalEntry(kind: .fire)
            entry.outcome = "inputQuiet"
            record(entry, now, &effects)
            return
        }
        guard !isFire else { return }
        isFire = true
        // The lines first: what is recorded comes after in the list and waits for nothing.
        for index in portals.indices { feed(.posture(.fire), toPortalAt: index, now, &effects) }
        var entry = JournalEntry(kind: .fire)
        entry.outcome = "active"
        let event = record(entry, now, &effects)
        set(.fire, "", true, now, &effects)
        raise(.fire, event: event, ["site": site.name], now, &effects)
        for index in portals.indices {
            indicatePosture(portalAt: index, &effects)
            capture(event, camera: portals[index].settings.camera, now, &effects)
        }
    }

    mutating func setPosture(
        _ posture: Posture, portalAt index: Int, actor: String, _ now: Moment, _ effects: inout [Effect]
    ) {
        basePostures[index] = posture
        if !isFire { feed(.posture(posture), toPortalAt: index, now, &effects) }
        var entry = JournalEntry(kind: .posture)
        entry.portal = portals[index].settings.id
        entry.outcome = posture.word
        entry.actor = actor
        record(entry, now, &effects)
        indicatePosture(portalAt: index, &effects)
    }

    mutating func resetFire(actor: String, _ now: Moment, _ effects: inout [Effect]) {
        isFire = false
        for index in portals.indices {
            feed(.posture(basePostures[index]), toPortalAt: index, now, &effects)
            indicatePosture(portalAt: index, &effects)
        }
        var entry = JournalEntry(kind: .fire)
        entry.outcome = "reset"
        entry.actor = actor
        record(entry, now, &effects)
        set(.fire, "", false, now, &effects)
    }

    // MARK: Lamps

    func indication(of posture: Posture) -> Indication {
        switch posture {
        case .secure: .idle
        case .free, .fire: .open
        case .blocked, .lockdown: .closed
        }
    }

    func indicatePosture(portalAt index: Int, _ effects: inout [Effect]) {
        indicate(indication(of: portals[index].posture), portalAt: index, &effects)
    }

    private func indicate(_ indication: Indication, portalAt index: Int, _ effects: inout [Effect]) {
        let portal = portals[index].settings.id
        for point in site.accessPoints where point.portal == portal {
            for reader in point.readers { effects.append(.indicate(reader, indication, waits: false)) }
        }
    }
}
