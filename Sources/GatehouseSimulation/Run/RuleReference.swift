internal import GatehouseCore

/// Every rule once more, as plainly as it can be said: rows in lists, searched from the start, and a ledger of names and
/// times. It knows no packed record, no index, no bit set. Questions stand in the order of docs/rules.md.
struct RuleReference {
    struct Place {
        var area: AreaID
        var since: Int64
    }

    let site: Site
    var people: [PersonRow] = []
    var dwellings: [DwellingRow] = []
    var tenancies: [TenancyRow] = []
    var credentials: [CredentialRow] = []
    var vehicles: [VehicleRow] = []

    // What has happened.
    var posture: [PortalID: Posture] = [:]
    var places: [UInt32: Place] = [:]
    var parked: [UInt32: AreaID] = [:]
    var used: [UInt32: (count: Int, first: Int64)] = [:]
    var arrived: [AccessPointID: Int32] = [:]
    var threat: UInt8 = 0
    var suspended: [UInt32: Int64] = [:]
    var confirmed: Int64?
    var standingOpen: Set<PortalID> = []
    var waiting: [AccessPointID: (person: UInt32, until: Int64, needsEscort: Bool)] = [:]
    var passed: [AccessPointID: (person: UInt32, until: Int64)] = [:]

    /// The word of the outcome, or of the reason.
    func answer(_ key: CredentialKey, at point: AccessPointSettings, _ now: Moment) -> String {
        let time = now.civil.seconds
        let posture = posture[point.portal] ?? .secure
        let credential = credentials.first { $0.key == key }
        let person = credential.flatMap { card in people.first { $0.id == card.person } }
        if posture == .blocked { return "Blocked" }
        if posture == .lockdown {
            let isExempt =
                person.map { $0.role == .staff || $0.role == .contractor } ?? false
                && person!.groups.contains { site.policy.lockdownGroups.contains($0) }
            if !isExempt { return "LockedDown" }
        }
        guard let credential, let person else { return "UnknownCredential" }
        if credential.status != .enabled { return "CredentialNotEnabled" }
        if let until = suspended[credential.id], time < until { return "SuspendedByGuard" }
        let use = used[credential.id]
        if let span = credential.firstUseSpan, let use, time >= use.first + Int64(span) { return "CredentialExpired" }
        if let from = credential.validFrom, time < from { return "CredentialNotActive" }
        if let until = credential.validUntil, time >= until { return "CredentialExpired" }
        if let uses = credential.uses, (use?.count ?? 0) >= Int(uses) { return "UsesExhausted" }
        if person.status == .suspended { return "PersonSuspended" }
        if person.status == .barred { return "PersonBarred" }
        if let reason = holder(person, time) { return reason }
        if person.role == .visitor, !isAtHome(person.responsible, time) { return "HostGone" }

        let covering = site.policy.levels.filter { level in
            level.accessPoints.contains(point.id) && level.groups.contains { person.groups.contains($0) }
        }
        if covering.contains(where: { $0.isBar && isOpen($0.schedule, now) }) { return "BarredHere" }
        let permitting = covering.filter { !$0.isBar }
        let awake = permitting.filter { threat <= $0.highestThreat }
        let open = awake.filter { isOpen($0.schedule, now) }
        if open.isEmpty, awake.count < permitting.count { return "ThreatLevel" }
        if permitting.isEmpty { return "Unauthorized" }
        if open.isEmpty { return "NotPermittedAtThisTime" }
        if let shift = person.shift {
            guard let index = site.policy.schedules.firstIndex(where: { $0.name == shift }), isOpen(index, now) else {
                return "OffShift"
            }
        }
        let first = site.policy.firstPersons.first { rule in
            rule.accessPoint == point.id && isOpen(rule.schedule, now)
                && !rule.groups.contains { person.groups.contains($0) }
        }
        if let first, arrived[point.id] != begin(first.schedule, now) { return "FirstPersonMissing" }
        if let reason = passback(person, point, time) { return reason }
        if isFull(person, point) { return "OccupancyFull" }
        if hasNoPlace(credential, point) { return "PlacesTaken" }
        if isInterlocked(point.portal) { return "Interlocked" }
        if let age = site.policy.ages[person.role], confirmed.map({ time - $0 > age }) ?? true { return "PolicyTooOld" }
        if point.needsTwo {
            let other = waiting[point.id]
            if other == nil || other!.person == person.id || time >= other!.until { return "SecondPersonMissing" }
        }
        if let escort = point.escort, escort.guests.contains(where: { person.groups.contains($0) }) {
            let other = passed[point.id].flatMap { $0.person != person.id && time < $0.until ? $0.person : nil }
            let groups = people.first { $0.id == other }?.groups ?? []
            if !escort.by.contains(where: { groups.contains($0) }) { return "EscortMissing" }
        }
        return "granted"
    }

    // MARK: Parts

    private func holder(_ person: PersonRow, _ time: Int64) -> String? {
        let hasHome = dwellings.contains { $0.id == person.dwelling }
        let isThere = (person.validFrom ?? 0) <= time && time < (person.validUntil ?? .max)
        switch person.role {
        case .resident: return hasHome ? nil : "NoDwelling"
        case .staff, .contractor: return isThere ? nil : "EmploymentNotActive"
        case .visitor: return isThere ? nil : "VisitNotActive"
        case .tenant: return tenancy(of: person, time)
        case .household, .child:
            if hasHome { return nil }
            let reason = tenancy(of: person, time)
            return reason == "NoTenancy" ? "NoDwelling" : reason
        }
    }

    private func tenancy(of person: PersonRow, _ time: Int64) -> String? {
        let own = tenancies.filter { $0.tenants.contains(person.id) }
        if own.isEmpty { return "NoTenancy" }
        if own.contains(where: { $0.starts <= time && time < $0.ends }) { return nil }
        let hasGrace = own.contains {
            $0.step != .terminated && $0.step != .handedBack && $0.ends <= time
                && time < $0.ends + site.policy.tenancyGrace
        }
        if hasGrace { return nil }
        return own.contains { time < $0.starts } ? "TenancyNotStarted" : "TenancyEnded"
    }

    private func isAtHome(_ id: UInt32?, _ time: Int64) -> Bool {
        guard let host = people.first(where: { $0.id == id }), host.status == .active else { return false }
        let hasHome = dwellings.contains { $0.id == host.dwelling }
        let rents = tenancies.contains {
            $0.tenants.contains(host.id) && $0.starts <= time && time < $0.ends
        }
        switch host.role {
        case .resident: return hasHome
        case .tenant: return rents
        case .household: return hasHome || rents
        case .staff: return (host.validFrom ?? 0) <= time && time < (host.validUntil ?? .max)
        case .child, .contractor, .visitor: return false
        }
    }

    private func isOpen(_ schedule: Int?, _ now: Moment) -> Bool { begin(schedule, now) != nil }

    /// The earlier of the two days of which a window can hold this minute, and does.
    private func begin(_ schedule: Int?, _ now: Moment) -> Int32? {
        guard let schedule else { return now.localDay }
        for daysAgo in [1, 0] as [Int32] {
            let begin = now.localDay - daysAgo
            for window in site.policy.schedules[schedule].windows {
                let day: DaySet = site.policy.specialDays[begin].map { .special($0) } ?? .weekday(ofDay: begin)
                guard window.days.contains(day) else { continue }
                let minutesSince = daysAgo * 1440 + now.localMinute - window.from
                if minutesSince >= 0, minutesSince < window.to - window.from { return begin }
            }
        }
        return nil
    }

    private func passback(_ person: PersonRow, _ point: AccessPointSettings, _ time: Int64) -> String? {
        guard let place = places[person.id] else { return nil }
        switch point.antiPassback {
        case .off, .soft: return nil
        case .hard: return point.fromArea != nil && place.area != point.fromArea ? "AntipassbackViolation" : nil
        case .timed:
            let isSoon =
                place.area == point.toArea && time - place.since < point.antiPassbackTime.wholeMilliseconds / 1000
            return isSoon ? "AntipassbackViolation" : nil
        }
    }

    private func around(_ area: AreaID) -> [AreaID] {
        var all = [area]
        while let next = site.areas[all.last!]?.within { all.append(next) }
        return all
    }

    private func isFull(_ person: PersonRow, _ point: AccessPointSettings) -> Bool {
        guard let to = point.toArea else { return false }
        return around(to).contains { area in
            guard let limit = site.areas[area]?.limit else { return false }
            let isInside = places[person.id].map { around($0.area).contains(area) } ?? false
            return !isInside && places.values.filter { around($0.area).contains(area) }.count >= limit
        }
    }

    private func hasNoPlace(_ credential: CredentialRow, _ point: AccessPointSettings) -> Bool {
        guard let to = point.toArea, site.areas[to]?.isParking == true,
            let vehicle = vehicles.first(where: { $0.id == credential.vehicle }),
            let places = dwellings.first(where: { $0.id == vehicle.dwelling })?.places
        else { return false }
        let others = vehicles.filter { other in
            other.dwelling == vehicle.dwelling && other.id != vehicle.id
                && parked[other.id].map { site.areas[$0]?.isParking == true } ?? false
        }
        return others.count >= Int(places)
    }

    private func isInterlocked(_ portal: PortalID) -> Bool {
        site.interlocks.contains { group in
            group.contains(portal) && group.contains { $0 != portal && standingOpen.contains($0) }
        }
    }

    // MARK: What comes of it

    mutating func refused(_ reason: String, _ person: UInt32, at point: AccessPointSettings, _ time: Int64) {
        guard reason == "SecondPersonMissing" || reason == "EscortMissing" else { return }
        waiting[point.id] = (person, time + 15, reason == "EscortMissing")
    }

    /// Who goes through with the person.
    mutating func granted(_ credential: CredentialRow, at point: AccessPointSettings, _ time: Int64) -> [UInt32] {
        if credential.uses != nil || credential.firstUseSpan != nil {
            let use = used[credential.id]
            used[credential.id] = ((use?.count ?? 0) + 1, use?.first ?? time)
        }
        var company: [UInt32] = []
        let groups = people.first { $0.id == credential.person }?.groups ?? []
        if let other = waiting[point.id], other.person != credential.person, time < other.until,
            !other.needsEscort || point.escort?.by.contains(where: { groups.contains($0) }) ?? false
        {
            company = [other.person]
        }
        waiting[point.id] = nil
        passed[point.id] = (credential.person, time + 15)
        return company
    }

    mutating func taken(
        _ credential: CredentialRow, with company: [UInt32], at point: AccessPointSettings, _ now: Moment
    ) {
        for id in [credential.person] + company {
            let groups = people.first { $0.id == id }?.groups ?? []
            if let rule = site.policy.firstPersons.first(where: { rule in
                rule.accessPoint == point.id && rule.groups.contains { groups.contains($0) }
            }) {
                arrived[point.id] = begin(rule.schedule, now) ?? now.localDay
            }
            guard let area = point.toArea else { continue }
            if places[id]?.area != area || point.antiPassback == .timed {
                places[id] = Place(area: area, since: now.civil.seconds)
            }
        }
        if let vehicle = credential.vehicle, let area = point.toArea { parked[vehicle] = area }
    }
}
