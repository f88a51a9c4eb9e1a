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
            case .closed(let edge, let afterAlarm): closed(index, at: edge, afterAlarm: afterAlarm, &step)
            case .taken(let event, let edge): end(event, .taken, at: edge, portal: id, &step)
            case .takenAfterAll(let event, let edge): correct(event, at: edge, portal: id, &step)
            case .notTaken(let event): end(event, .notTaken, at: step.now.monotonic, portal: id, &step)
            case .unknown(let event): end(event, .unknown, at: step.now.monotonic, portal: id, &step)
            case .closedBook(let event): lapsed[event] = nil
            case .wire(let wire, let fault, let isOn):
                // What chatters and what is stuck are two things, and may be both.
                let subject = "\(id.name) \(wire.rawValue)" + (fault == .stuck ? " \(fault.rawValue)" : "")
                set(.inputFaulty, subject, isOn, &step, detail: [.problem: .text(fault.rawValue)])
            case .forced(let edge):
                let event = recordPortal(.forced, id, &step, detail: began(edge, step.now))
                set(.portalForced, id.name, true, &step)
                raise(.forced, event: event, ["portal": id.name], &step)
                indicate(.alarm, portalAt: index, &step)
                capture(event, cameras: cameras(of: id), isAlarm: true, &step)
            case .heldOpen(let since):
                let seconds = (step.now.monotonic - since).wholeMilliseconds / 1000
                let event = recordPortal(.heldOpen, id, &step, detail: [.seconds: .integer(seconds)])
                set(.portalHeldOpen, id.name, true, &step)
                raise(.heldOpen, event: event, ["portal": id.name], &step)
                indicate(.heldOpenWarning, portalAt: index, &step)
                capture(event, cameras: cameras(of: id), isAlarm: true, &step)
            case .exitRequested(let edge):
                let event = recordPortal(.exitRequest, id, &step, detail: began(edge, step.now))
                capture(event, cameras: cameras(of: id), &step)
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

    /// When it began, where that was not just now: an input is believed when it has stood still.
    private func began(_ edge: MonotonicTime, _ now: Moment) -> [EntryDetail: CanonicalValue] {
        edge == now.monotonic ? [:] : [.at: .integer(civil(of: edge, now).milliseconds)]
    }

    private func civil(of edge: MonotonicTime, _ now: Moment) -> CivilTime { now.civil + (edge - now.monotonic) }

    private mutating func closed(_ index: Int, at edge: MonotonicTime, afterAlarm: Bool, _ step: inout Step) {
        guard afterAlarm else { return }
        let id = portals[index].settings.id
        recordPortal(.closedAgain, id, &step, detail: began(edge, step.now))
        set(.portalForced, id.name, false, &step)
        set(.portalHeldOpen, id.name, false, &step)
        indicatePosture(portalAt: index, &step)
    }

    /// What became of a grant. Taking the way moves the person in the ledger; where nobody can say, the ledger does not know
    /// either, and refuses neither the way in nor the way out.
    mutating func end(
        _ event: UInt64, _ result: EntryOutcome, at edge: MonotonicTime, portal: PortalID, _ step: inout Step
    ) {
        let grant = grants.removeValue(forKey: event)
        // What the posture took back was no way to go.
        if result == .notTaken, let index = portalIndex[portal], !portals[index].opensForCards {
            presences.refused(event)
        }
        let entry = record(passage(event, result, of: grant, at: edge, portal, step.now), &step)
        guard let grant else { return }
        switch result {
        case .taken: move(grant, at: civil(of: edge, step.now), &step)
        case .unknown: lose(grant, &step)
        default: break
        }
        // A lane tells once.
        if result != .taken, portalIndex[portal].flatMap({ lanes[$0] }) == nil { lapsed[event] = (grant, entry) }
    }

    /// The door opened in the second after: the passage is booked, and the entry says which one it corrects.
    private mutating func correct(_ event: UInt64, at edge: MonotonicTime, portal: PortalID, _ step: inout Step) {
        guard let (grant, corrected) = lapsed.removeValue(forKey: event) else { return }
        var entry = passage(event, .taken, of: grant, at: edge, portal, step.now)
        entry.detail[.corrects] = corrected.map { .integer(Int64($0)) }
        record(entry, &step)
        move(grant, at: civil(of: edge, step.now), &step)
    }

    private func passage(
        _ event: UInt64, _ result: EntryOutcome, of grant: Grant?, at edge: MonotonicTime, _ portal: PortalID,
        _ now: Moment
    ) -> JournalEntry {
        var entry = JournalEntry(kind: .passage)
        entry.portal = portal
        entry.accessPoint = grant?.accessPoint
        entry.person = grant?.person
        entry.about = event == 0 ? nil : event
        entry.result = result
        entry.detail = .init(began(edge, now))
        return entry
    }

    // MARK: Fire and posture

    mutating func settleFire(_ step: inout Step) {
        while let change = fire.settle(at: step.now.monotonic) {
            switch change {
            case .level: fireInputChanged(&step)
            case .chatters: set(.inputFaulty, "fire", true, &step)
            case .quiet: set(.inputFaulty, "fire", false, &step)
            }
        }
    }

    private mutating func fireInputChanged(_ step: inout Step) {
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
        for index in portals.indices { indicatePosture(portalAt: index, &step) }
        var all: [CameraID] = []
        for camera in portals.flatMap(\.settings.cameras) where !all.contains(camera) { all.append(camera) }
        capture(event, cameras: all, isAlarm: true, &step)
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
