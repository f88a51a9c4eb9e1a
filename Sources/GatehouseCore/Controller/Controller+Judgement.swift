extension Controller {
    /// What an attempt comes to, without doing any of it. `compareWith` tells how a PIN compares; nothing is counted.
    struct Judgement: Sendable {
        var facts = Facts()
        var credential: CredentialRecord?
        var person: UInt32?
        var vehicle: UInt32?
        /// Credentials whose grants are counted.
        var used: [UInt32] = []
        var wrongPINOf: [PINLockout.Subject] = []
        var rightPINOf: [PINLockout.Subject] = []
    }

    /// What the access point asks for now. While somebody tries numbers at a reader with a keypad, a card alone is not
    /// enough.
    func combinations(pointAt point: Int, reader: ReaderID, _ now: Moment) -> [FactorSet] {
        let settings = site.accessPoints[point]
        let usual = combinations(pointAt: point, threat: ledger.threat, now)
        guard settings.keypads.contains(reader), guesses.isAlert(reader, at: now.monotonic) else { return usual }
        return usual.map { $0 == [.card] ? [.card, .pin] : $0 }
    }

    /// What the access point asks for by its schedule and a threat level.
    func combinations(pointAt point: Int, threat: UInt8, _ now: Moment) -> [FactorSet] {
        let id = site.accessPoints[point].id
        let window = site.policy.factorWindows.first {
            $0.accessPoint == id && threat >= $0.threat && access.isOpen(schedule: $0.schedule, at: now)
        }
        return window?.factors ?? site.accessPoints[point].factors
    }

    func judge(_ presented: FactorCollector.Presented, pointAt point: Int, _ now: Moment) -> Judgement {
        let settings = site.accessPoints[point]
        let seconds = now.civil.seconds
        var result = Judgement()
        var facts = Facts()
        facts.posture = portalIndex[settings.portal].map { portals[$0].posture } ?? .secure
        facts.isClockTrusted = now.isCivilTrusted
        // The users of another module are other people.
        let isSwapped = presented.faceModule.map { readerStandings[$0]?.stranger != nil } ?? false
        facts.isReaderTrusted = !untrustedReaders.contains(presented.reader) && !isSwapped
        facts.factorsGiven = presented.factors
        let asked = combinations(pointAt: point, reader: presented.reader, now)
        facts.isCombinationComplete = FactorCollector.asked(asked, of: presented).contains(presented.factors)
        if let pass = presented.pass {
            gather(pass, plate: presented.plate, settings, pointAt: point, now, into: &facts)
            result.facts = facts
            return result
        }

        var records: [CredentialRecord] = []
        var isEveryFactorKnown = true
        for card in [presented.card, presented.plate].compactMap(\.self) {
            if let record = registry.credential(for: CredentialKey(card: card.number, primitives: primitives)) {
                records.append(record)
            } else {
                isEveryFactorKnown = false
            }
        }
        if let face = presented.face, let module = presented.faceModule {
            if let record = registry.credential(for: CredentialKey(face: face, module: module)) {
                records.append(record)
            } else {
                isEveryFactorKnown = false
            }
        }
        if let digits = presented.pin {
            let holder = records.first?.person
            let mustNameHolder = presented.card != nil || presented.face != nil || presented.plate != nil
            var subjects: [PINLockout.Subject] = [.reader(presented.reader)]
            if let holder { subjects.append(.person(holder)) }
            if mustNameHolder, holder == nil {
                // An unknown card with a PIN: there is nothing to compare it with.
                facts.pin = .notAsked
            } else if subjects.contains(where: { lockout.isLocked($0, at: now) }) {
                facts.pin = .locked
            } else {
                let key = CredentialKey(
                    pin: digits.count > FactorCollector.longestPIN ? [] : digits,
                    person: mustNameHolder ? holder : nil, primitives: primitives)
                let record = registry.credential(for: key)
                let isUsable = record.map {
                    !mustNameHolder
                        || ($0.person == holder && $0.status == .enabled
                            && WindowStanding.of(seconds, from: $0.validFrom, until: $0.validUntil) == .inside)
                }
                if let record, isUsable == true {
                    facts.pin = .right
                    result.rightPINOf = subjects
                    if mustNameHolder { facts.isDuress = record.isDuress } else { records.append(record) }
                } else {
                    facts.pin = .wrong
                    result.wrongPINOf = subjects
                    if !mustNameHolder { isEveryFactorKnown = false }
                }
            }
        }

        if let first = records.first, isEveryFactorKnown {
            facts.isCredentialKnown = true
            // The first one that is not in order speaks for all.
            let spoken = records.first { $0.status != .enabled || window(of: $0, at: seconds) != .inside } ?? first
            facts.credentialStatus = spoken.status
            facts.credentialWindow = window(of: spoken, at: seconds)
            facts.isUsedUp = records.contains { $0.uses > 0 && (ledger.uses[$0.id]?.count ?? 0) >= $0.uses }
            facts.doFactorsAgree = agree(records)
            result.vehicle = records.lazy.map(\.vehicle).first { $0 != 0 }
            result.used = records.filter { $0.uses > 0 || $0.firstUseSpan > 0 }.map(\.id)
            facts.isDuress = facts.isDuress || records.contains { $0.isDuress }
            result.credential = first
            if let person = registry.person(first.person) {
                result.person = first.person
                gather(person, id: first.person, settings, pointAt: point, now, into: &facts)
                gather(vehicle: result.vehicle, settings, into: &facts)
            } else {
                // The holder has left the registry: the credential is nobody's.
                facts.isCredentialKnown = false
            }
        } else if let first = records.first {
            result.credential = first
            result.person = first.person
        }
        result.facts = facts
        return result
    }

    /// Where now stands to the validity of a credential, that from its first grant included.
    package func window(of record: CredentialRecord, at seconds: Int64) -> WindowStanding {
        if record.firstUseSpan > 0, let first = ledger.uses[record.id]?.first,
            seconds >= first.seconds + Int64(record.firstUseSpan)
        {
            return .after
        }
        return .of(seconds, from: record.validFrom, until: record.validUntil)
    }

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
        facts.employment = .of(seconds, from: person.validFrom, until: person.validUntil)
        facts.hasDwelling = person.dwelling != 0 && registry.dwelling(person.dwelling) != nil
        facts.tenancy = registry.tenancyStanding(of: person, at: seconds, grace: site.policy.tenancyGrace)
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
        case .tenant: return registry.tenancyStanding(of: person, at: seconds) == .running
        case .household:
            return registry.dwelling(person.dwelling) != nil
                || registry.tenancyStanding(of: person, at: seconds) == .running
        case .staff: return WindowStanding.of(seconds, from: person.validFrom, until: person.validUntil) == .inside
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
            guard access.isOpen(schedule: rule.schedule, at: now), rule.groups & groups == 0 else { continue }
            return ledger.arrivals[settings.id.name] == now.localDay ? .met : .missing
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
