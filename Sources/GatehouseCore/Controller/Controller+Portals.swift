extension Controller {
    mutating func feed(_ input: PortalMachine.Input, to portal: PortalID, _ step: inout Step) {
        guard let index = portalIndex[portal] else { return }
        feed(input, toPortalAt: index, &step)
    }

    mutating func feed(_ input: PortalMachine.Input, toPortalAt index: Int, _ step: inout Step) {
        let id = portals[index].settings.id
        let outputs = portals[index].handle(input, at: step.now.monotonic)
        defer { tellLane(input, outputs, ofPortalAt: index, &step) }
        for output in outputs {
            switch output {
            case .requestRelease(let event): step.yield(.release(id, event: event))
            case .releaseNow: step.yield(.release(id, event: nil))
            case .secureNow: step.yield(.secure(id))
            case .opened: break
            case .closed(let afterAlarm): closed(index, afterAlarm: afterAlarm, &step)
            case .taken(let event): end(event, isTaken: true, portal: id, &step)
            case .notTaken(let event): end(event, isTaken: false, portal: id, &step)
            case .forced:
                let event = recordPortal(.forced, id, &step)
                set(.portalForced, id.name, true, &step)
                raise(.forced, event: event, ["portal": id.name], &step)
                indicate(.alarm, portalAt: index, &step)
                capture(event, camera: cameraOfPortal(id), &step)
            case .heldOpen(let since):
                let seconds = (step.now.monotonic - since).wholeMilliseconds / 1000
                let event = recordPortal(.heldOpen, id, &step, detail: [.seconds: .integer(seconds)])
                set(.portalHeldOpen, id.name, true, &step)
                raise(.heldOpen, event: event, ["portal": id.name], &step)
                indicate(.heldOpenWarning, portalAt: index, &step)
                capture(event, camera: cameraOfPortal(id), &step)
            case .exitRequested:
                let event = recordPortal(.exitRequest, id, &step)
                capture(event, camera: cameraOfPortal(id), &step)
            }
        }
    }

    @discardableResult
    mutating func recordPortal(
        _ kind: EntryKind, _ portal: PortalID, _ step: inout Step,
        detail: [EntryDetail: CanonicalValue] = [:]
    ) -> UInt64? {
        var entry = JournalEntry(kind: kind)
        entry.portal = portal
        entry.detail = .init(detail)
        return record(entry, &step)
    }

    private mutating func closed(_ index: Int, afterAlarm: Bool, _ step: inout Step) {
        guard afterAlarm else { return }
        let id = portals[index].settings.id
        recordPortal(.closedAgain, id, &step)
        set(.portalForced, id.name, false, &step)
        set(.portalHeldOpen, id.name, false, &step)
        indicatePosture(portalAt: index, &step)
    }

    /// What became of a grant. Taking the way moves the person in the ledger.
    mutating func end(_ event: UInt64, isTaken: Bool, portal: PortalID, _ step: inout Step) {
        let grant = grants.removeValue(forKey: event)
        var entry = JournalEntry(kind: .passage)
        entry.portal = portal
        entry.accessPoint = grant?.accessPoint
        entry.person = grant?.person
        entry.about = event == 0 ? nil : event
        entry.result = isTaken ? .taken : .notTaken
        record(entry, &step)
        if isTaken, let grant { move(grant, &step) }
    }

    // MARK: Fire and posture

    mutating func settleFire(_ step: inout Step) {
        guard fire.settle(at: step.now.monotonic) else { return }
        guard fire.isActive else {
            var entry = JournalEntry(kind: .fire)
            entry.result = .inputQuiet
            record(entry, &step)
            return
        }
        guard !isFire else { return }
        isFire = true
        // The lines first: what is recorded comes after in the list and waits for nothing.
        for index in portals.indices { feed(.posture(.fire), toPortalAt: index, &step) }
        var entry = JournalEntry(kind: .fire)
        entry.result = .active
        let event = record(entry, &step)
        set(.fire, "", true, &step)
        raise(.fire, event: event, ["site": site.name], &step)
        for index in portals.indices {
            indicatePosture(portalAt: index, &step)
            capture(event, camera: portals[index].settings.camera, &step)
        }
    }

    mutating func setPosture(_ posture: Posture, portalAt index: Int, actor: String, _ step: inout Step) {
        basePostures[index] = posture
        if !isFire { feed(.posture(posture), toPortalAt: index, &step) }
        var entry = JournalEntry(kind: .posture)
        entry.portal = portals[index].settings.id
        entry.outcome = posture.word
        entry.actor = actor
        record(entry, &step)
        indicatePosture(portalAt: index, &step)
    }

    mutating func resetFire(actor: String, _ step: inout Step) {
        isFire = false
        for index in portals.indices {
            feed(.posture(basePostures[index]), toPortalAt: index, &step)
            indicatePosture(portalAt: index, &step)
        }
        var entry = JournalEntry(kind: .fire)
        entry.result = .reset
        entry.actor = actor
        record(entry, &step)
        set(.fire, "", false, &step)
    }

    // MARK: Lamps

    func indication(of posture: Posture) -> Indication {
        switch posture {
        case .secure: .idle
        case .free, .fire: .open
        case .blocked, .lockdown: .closed
        }
    }

    func indicatePosture(portalAt index: Int, _ step: inout Step) {
        indicate(indication(of: portals[index].posture), portalAt: index, &step)
    }

    private func indicate(_ indication: Indication, portalAt index: Int, _ step: inout Step) {
        let portal = portals[index].settings.id
        for point in site.accessPoints where point.portal == portal {
            for reader in point.readers { step.yield(.indicate(reader, indication, waits: false)) }
        }
    }
}
