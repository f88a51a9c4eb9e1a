extension Controller {
    /// The facts of an attempt: gathered here for the gate, and for whoever asks what it would do.
    func facts(of evidence: Evidence, pointAt point: Int, _ now: Moment) -> Facts {
        let settings = site.accessPoints[point]
        var facts = Facts()
        facts.posture = portalIndex[settings.portal].map { portals[$0].posture } ?? .secure
        facts.isClockTrusted = now.isCivilTrusted
        // The users of another module are other people.
        facts.isReaderTrusted = !(evidence.faceModule.map { readers.isSwapped($0) } ?? false)
        facts.factorsGiven = evidence.factors
        facts.isCombinationComplete = evidence.isComplete
        facts.isGuessPaused = evidence.isGuessPaused
        facts.pin = evidence.pin
        facts.isDuress = evidence.isDuress
        if let pass = evidence.pass {
            gather(pass, plate: evidence.plate, settings, pointAt: point, now, into: &facts)
            return facts
        }
        guard evidence.isEveryFactorKnown else { return facts }
        gather(evidence.credentials, of: evidence.person, at: now.civil.seconds, into: &facts)
        // Who has left the registry holds nothing: the credential is nobody's.
        guard let holder = evidence.person, let person = registry.person(holder) else { return facts }
        facts.isCredentialKnown = true
        gather(person, id: holder, settings, pointAt: point, now, into: &facts)
        gather(vehicle: evidence.vehicle, settings, into: &facts)
        return facts
    }

    private func gather(
        _ credentials: [CredentialRecord], of person: UInt32?, at seconds: Int64, into facts: inout Facts
    ) {
        guard let first = credentials.first else { return }
        // The first one that is not in order speaks for all.
        let spoken = credentials.first { !isSound($0, at: seconds) } ?? first
        facts.credentialStatus = spoken.status
        facts.isSuspendedByGuard = isSuspended(spoken, at: seconds)
        facts.credentialWindow = window(of: spoken, at: seconds)
        facts.isUsedUp = credentials.contains { isUsedUp($0) }
        facts.doFactorsAgree = agree(credentials) && (person == nil || person == first.person)
        facts.isDuress = facts.isDuress || credentials.contains { $0.isDuress }
    }

    private func isUsedUp(_ record: CredentialRecord) -> Bool {
        record.uses > 0
            && (ledger.areCountsUnproved || (ledger.uses[record.id]?.count ?? 0) >= record.uses)
    }

    /// Whether a credential is good for a grant by itself: enabled, not suspended, in its time, and not used up.
    package func isInOrder(_ record: CredentialRecord, at seconds: Int64) -> Bool {
        isSound(record, at: seconds) && !isUsedUp(record)
    }

    private func isSound(_ record: CredentialRecord, at seconds: Int64) -> Bool {
        record.status == .enabled && !isSuspended(record, at: seconds) && window(of: record, at: seconds) == .inside
    }

    /// Where now stands to the validity of a credential, that from its first grant included.
    func window(of record: CredentialRecord, at seconds: Int64) -> WindowStanding {
        if record.firstUseSpan > 0, let first = ledger.uses[record.id]?.first,
            max(seconds, latest) >= first.seconds + Int64(record.firstUseSpan)
        {
            return .after
        }
        return standing(seconds, from: record.validFrom, until: record.validUntil)
    }

    func standing(_ seconds: Int64, from: UInt32, until: UInt32) -> WindowStanding {
        .of(seconds, latest: latest, from: from, until: until)
    }

    /// The time by which everything that has ended stays ended, in seconds.
    private var latest: Int64 { ledger.ended?.seconds ?? .min }

    /// One person, and one vehicle where a plate and a tag are shown together.
    private func agree(_ records: [CredentialRecord]) -> Bool {
        guard let first = records.first else { return true }
        let vehicles = Set(records.map(\.vehicle).filter { $0 != 0 })
        return vehicles.count <= 1 && records.allSatisfy { $0.person == first.person }
    }

    func gather(
        _ person: PersonRecord, id: UInt32, _ settings: AccessPointSettings, pointAt point: Int, _ now: Moment,
        into facts: inout Facts
    ) {
        facts.threat = ledger.threat
        gatherRegistered(person, pointAt: point, now, into: &facts)
        facts.isPolicyTooOld =
            site.policy.ages[person.role].map { age in
                ledger.confirmed.map { now.civil.seconds - $0.seconds > age } ?? true
            } ?? false
        facts.firstPerson = firstPerson(person.groups, settings, now)
        facts.passbackPolicy = settings.antiPassback
        gatherAreas(id, settings, now, into: &facts)
        facts.isInterlocked = isInterlocked(settings.portal)
        gatherCompany(id, groups: person.groups, settings, pointAt: point, now, into: &facts)
    }

    /// What the registry and the policy say of a person, at the threat level that stands in the facts; the rest is the
    /// ledger's.
    func gatherRegistered(_ person: PersonRecord, pointAt point: Int, _ now: Moment, into facts: inout Facts) {
        let seconds = now.civil.seconds
        facts.personStatus = person.status
        facts.role = person.role
        facts.employment = standing(seconds, from: person.validFrom, until: person.validUntil)
        facts.hasDwelling = person.dwelling != 0 && registry.dwelling(person.dwelling) != nil
        facts.tenancy = registry.tenancyStanding(
            of: person, at: seconds, latest: latest, grace: site.policy.tenancyGrace)
        facts.host =
            person.role == .visitor ? isAtHome(person.responsible, at: seconds) ? .met : .missing : .notAsked
        facts.isOffShift = person.shift != 0 && !access.isOpen(shift: person.shift, at: now)
        let standing = access.standing(groups: person.groups, pointAt: point, threat: facts.threat, at: now)
        facts.coveringLevels = standing.covering
        facts.openLevels = standing.open
        facts.suspendedLevels = standing.suspended
        facts.isBarred = standing.isBarred
        facts.mayPassLockdown = person.role.works && access.mayPassLockdown(groups: person.groups)
    }

    /// Whether somebody lives or works here, so that guests may come to them.
    package func isAtHome(_ host: UInt32, at seconds: Int64) -> Bool {
        guard let person = registry.person(host), person.status == .active else { return false }
        switch person.role {
        case .resident: return registry.dwelling(person.dwelling) != nil
        case .tenant: return registry.tenancyStanding(of: person, at: seconds, latest: latest) == .running
        case .household:
            return registry.dwelling(person.dwelling) != nil
                || registry.tenancyStanding(of: person, at: seconds, latest: latest) == .running
        case .staff: return standing(seconds, from: person.validFrom, until: person.validUntil) == .inside
        case .child, .contractor, .visitor: return false
        }
    }

    func gatherAreas(_ id: UInt32, _ settings: AccessPointSettings, _ now: Moment, into facts: inout Facts) {
        let presence = ledger.presences[id]
        switch settings.antiPassback {
        case .off: break
        case .soft, .hard:
            if let from = settings.fromArea, let presence, presence.area != from { facts.passback = .violated }
        case .timed:
            if let to = settings.toArea, let presence, presence.area == to,
                now.civil - presence.since < settings.antiPassbackTime
            {
                facts.passback = .recent
            }
        }
        guard let to = settings.toArea else { return }
        var area: AreaID? = to
        // The areas around are filled by whoever comes in from outside of them.
        while let here = area, let rules = site.areas[here] {
            if let limit = rules.limit, !isInside(presence?.area, here) {
                let coming = grants.values.count { grant in
                    guard let to = grant.toArea, let person = grant.person, person != id else { return false }
                    return isInside(to, here) && !isInside(ledger.area(of: person), here)
                }
                if ledger.count(in: here, site.areas) + coming >= limit { facts.isAreaFull = true }
            }
            area = rules.within
        }
    }

    /// Whether an area is another or lies in it.
    private func isInside(_ area: AreaID?, _ other: AreaID) -> Bool {
        var area = area
        // The configuration refuses areas that lie in one another.
        while let here = area {
            if here == other { return true }
            area = site.areas[here]?.within
        }
        return false
    }

    func gather(vehicle: UInt32?, _ settings: AccessPointSettings, into facts: inout Facts) {
        guard let vehicle, let record = registry.vehicle(vehicle), let to = settings.toArea,
            site.areas[to]?.isParking == true, let places = registry.dwelling(record.dwelling)?.places
        else { return }
        let others = ledger.vehicles.count { id, area in
            id != vehicle && site.areas[area]?.isParking == true
                && registry.vehicle(id)?.dwelling == record.dwelling
        }
        let coming = Set(grants.values.compactMap(\.vehicle)).count { id in
            id != vehicle && ledger.vehicles[id] == nil && registry.vehicle(id)?.dwelling == record.dwelling
        }
        facts.place = others + coming < Int(places) ? .met : .missing
    }

    func firstPerson(_ groups: UInt64, _ settings: AccessPointSettings, _ now: Moment) -> Need {
        for rule in access.firstPersons where rule.accessPoint == settings.id {
            guard let day = access.day(ofSchedule: rule.schedule, at: now), rule.groups & groups == 0 else { continue }
            return hasArrived(settings.id.name, on: day, now) ? .met : .missing
        }
        return .notAsked
    }

    func isInterlocked(_ portal: PortalID) -> Bool {
        guard let own = portalIndex[portal], portals[own].posture != .free, portals[own].posture != .fire else {
            return false
        }
        return site.interlocks.contains { group in
            group.contains(portal)
                && group.contains { other in
                    guard other != portal, let index = portalIndex[other] else { return false }
                    return portals[index].isReleasedOrOpen
                }
        }
    }
}
