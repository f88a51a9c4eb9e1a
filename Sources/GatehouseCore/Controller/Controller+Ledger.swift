extension Controller {
    // MARK: Passages

    /// Somebody took the way that a grant opened: they and those with them are in another area now.
    mutating func move(_ grant: Grant, at since: CivilTime, _ step: inout Step) {
        for person in [grant.person].compactMap(\.self) + grant.company {
            noteArrival(of: person, grant, &step)
            guard let area = grant.toArea else { continue }
            // Where time counts, a second entry begins it anew.
            if ledger.area(of: person) != area || isTimed(grant.accessPoint) {
                let presence = Ledger.Presence(area: area, since: since)
                move(person, to: presence, &step)
            }
        }
        if let vehicle = grant.vehicle, let area = grant.toArea, ledger.vehicles[vehicle] != area {
            keep(.vehicle(vehicle, area), &step)
        }
    }

    /// Nobody can say where they are.
    mutating func lose(_ grant: Grant, _ step: inout Step) {
        guard grant.toArea != nil else { return }
        for person in [grant.person].compactMap(\.self) + grant.company where ledger.area(of: person) != nil {
            move(person, to: nil, &step)
        }
        if let vehicle = grant.vehicle, ledger.vehicles[vehicle] != nil { keep(.vehicle(vehicle, nil), &step) }
    }

    mutating func move(_ person: UInt32, to presence: Ledger.Presence?, _ step: inout Step) {
        ledger.move(person, to: presence)
        step.yield(.durable(.area(person: person, presence)))
    }

    private func isTimed(_ point: AccessPointID?) -> Bool {
        point.flatMap { pointIndex[$0] }.map { site.accessPoints[$0].antiPassback == .timed } ?? false
    }

    /// The first of the day opens the way for others, at the access point and through the portal.
    private mutating func noteArrival(of person: UInt32, _ grant: Grant, _ step: inout Step) {
        guard let groups = registry.person(person)?.groups else { return }
        /// The day whose first they are: that of the window, where one is open.
        var places: [String: Int32] = [:]
        for rule in access.firstPersons where rule.accessPoint == grant.accessPoint && rule.groups & groups != 0 {
            let day = access.day(ofSchedule: rule.schedule, at: step.now) ?? step.now.localDay
            places[rule.accessPoint.name] = max(places[rule.accessPoint.name] ?? day, day)
        }
        for (index, window) in site.policy.freeWindows.enumerated()
        where window.portal == grant.portal && access.freeWindowGroups[index] & groups != 0 {
            guard let day = access.day(ofSchedule: window.schedule, at: step.now) else { continue }
            let place = Self.freePlace(window.portal)
            places[place] = max(places[place] ?? day, day)
        }
        for (place, day) in places.sorted(by: { $0.key < $1.key }) where ledger.arrivals[place] != day {
            keep(.arrival(place, day: day), &step)
        }
    }

    /// Whether the first of that day has come. One of a day that is still to come is from a clock that was wrong.
    func hasArrived(_ place: String, on day: Int32, _ now: Moment) -> Bool {
        ledger.arrivals[place].map { day <= $0 && $0 <= now.localDay } ?? false
    }

    private static func freePlace(_ portal: PortalID) -> String { "free \(portal.name)" }

    /// The grant that still waits for its door when the same vehicle or person is seen again at the access point: plate,
    /// tag, card and face of one passage belong to one grant.
    func grantInWaiting(of judgement: Judgement, at point: AccessPointID) -> UInt64? {
        grants.filter { _, grant in
            guard grant.accessPoint == point else { return false }
            if let vehicle = judgement.vehicle, grant.vehicle == vehicle { return true }
            return judgement.person != nil && grant.person == judgement.person
        }.keys.max()
    }

    /// A plate is kept like a personal value. One that is not known, but near to enrolled ones, names them: a hint for
    /// the guard, who opens by hand with a reason.
    func note(plate: CardNumber, _ judgement: Judgement, in entry: inout JournalEntry) {
        guard case .text(let text) = plate.value else { return }
        entry.personal.append(PersonalField(name: .plate, value: Array(text.utf8)))
        guard judgement.evidence.credentials.isEmpty, !judgement.facts.factorsGiven.contains(.pass) else { return }
        let near = registry.plates(near: text)
        if !near.isEmpty { entry.detail[.near] = .array(near.prefix(5).map { .integer(Int64($0)) }) }
    }

    // MARK: Free windows

    mutating func settleFreeWindows(_ step: inout Step) {
        guard !site.policy.freeWindows.isEmpty || !ledger.passages.isEmpty else { return freeWindows.rest() }
        let standings = portals.indices.map { index in
            let portal = portals[index].settings.id
            return FreeWindows.Standing(
                // A clock that cannot be trusted opens nothing.
                isOpen: step.now.isCivilTrusted && isFreeWindowOpen(portal, step.now),
                posture: basePostures[index], passage: ledger.passages[portal])
        }
        let actions = freeWindows.settle(standings, at: step.now)
        for action in actions {
            switch action {
            case .open(let index):
                setPosture(.free, portalAt: index, actor: Self.scheduleActor, &step)
                keep(.passage(portals[index].settings.id, .opened), &step)
            case .end(let index, let secures):
                if secures { setPosture(.secure, portalAt: index, actor: Self.scheduleActor, &step) }
                keep(.passage(portals[index].settings.id, nil), &step)
            }
        }
    }

    static var scheduleActor: String { "schedule" }

    private func isFreeWindowOpen(_ portal: PortalID, _ now: Moment) -> Bool {
        site.policy.freeWindows.contains { window in
            guard window.portal == portal, let day = access.day(ofSchedule: window.schedule, at: now) else {
                return false
            }
            return window.firstPerson.isEmpty || hasArrived(Self.freePlace(portal), on: day, now)
        }
    }

    /// An operator set the posture by hand: the window does not set it again.
    mutating func overruleFreeWindow(portalAt index: Int, _ step: inout Step) {
        let portal = portals[index].settings.id
        guard ledger.passages[portal] == .opened || isFreeWindowOpen(portal, step.now) else { return }
        keep(.passage(portal, .overruled), &step)
    }
}
