extension Controller {
    /// What would be decided: the same facts and rules, and nothing done. The PIN is taken as right when the access
    /// point asks for one.
    package func whatIf(
        card: CardNumber?, person: UInt32, at accessPoint: AccessPointID, now: Moment
    ) -> (facts: Facts, decision: AccessDecision, path: RulePath)? {
        guard let point = pointIndex[accessPoint], let record = registry.person(person) else { return nil }
        let settings = site.accessPoints[point]
        var facts = Facts()
        facts.posture = portalIndex[settings.portal].map { portals[$0].posture } ?? .secure
        facts.isClockTrusted = now.isCivilTrusted
        facts.isCredentialKnown = true
        facts.factorsGiven = settings.factors.first ?? [.card]
        facts.isCombinationComplete = true
        if facts.factorsGiven.contains(.pin) { facts.pin = .right }
        if let card, let credential = registry.credential(for: CredentialKey(card: card, primitives: primitives)) {
            facts.credentialStatus = credential.status
            facts.credentialWindow = .of(now.civil.seconds, from: credential.validFrom, until: credential.validUntil)
            facts.doFactorsAgree = credential.person == person
        } else if card != nil {
            facts.isCredentialKnown = false
        }
        gather(record, id: person, settings, pointAt: point, now, into: &facts)
        let (decision, path) = RuleBook.decide(facts)
        return (facts, decision, path)
    }

    /// What the decision would be with this controller's registry and policy in the place of those that were then.
    ///
    /// What the ledger and the gate brought to the facts (areas, company, posture, PIN, used grants) stays as it was.
    /// `before` holds what was in force: factors that the access point asked for are weighed anew only where the two
    /// differ. `card` is the number of a credential that was unknown then. Nil when the access point is not known here.
    package func again(
        _ past: PastDecision, card: CardNumber?, before: Controller, at now: Moment
    ) -> (facts: Facts, decision: AccessDecision)? {
        guard let point = pointIndex[past.accessPoint] else { return nil }
        var facts = past.facts
        facts.passbackPolicy = site.accessPoints[point].antiPassback
        let asked = combinations(pointAt: point, threat: facts.threat, now)
        let askedThen = before.pointIndex[past.accessPoint].map {
            before.combinations(pointAt: $0, threat: facts.threat, now)
        }
        if asked != askedThen { facts.isCombinationComplete = asked.contains(facts.factorsGiven) }
        if facts.factorsGiven.contains(.pass) {
            // What the pass says stays as it was; the text that said it is not kept.
            if asked != askedThen, asked.contains([.pass]) { facts.isCombinationComplete = true }
            gatherVisitorLevels(isNamed: facts.coveringLevels > 0, pointAt: point, now, into: &facts)
            return (facts, RuleBook.decide(facts).decision)
        }
        guard
            let record = past.credential.flatMap({ registry.credential(id: $0) })
                ?? card.flatMap({ registry.credential(for: CredentialKey(card: $0, primitives: primitives)) }),
            let person = registry.person(record.person)
        else {
            facts.isCredentialKnown = false
            return (facts, RuleBook.decide(facts).decision)
        }
        // Somebody who was nobody then; one factor of several that was unknown stays so.
        if past.credential == nil { facts.isCredentialKnown = true }
        let standing = window(of: record, at: now.civil.seconds)
        if past.credential == nil || record.status != .enabled || standing != .inside || facts.hasOneFactor {
            facts.credentialStatus = record.status
            facts.credentialWindow = standing
        }
        gatherRegistered(person, pointAt: point, now, into: &facts)
        return (facts, RuleBook.decide(facts).decision)
    }
}

/// A decision of the journal, as far as it can be asked again.
package struct PastDecision: Hashable, Sendable {
    package var sequence: UInt64
    package var at: CivilTime
    package var accessPoint: AccessPointID
    package var person: UInt32?
    package var credential: UInt32?
    package var outcome: String
    package var reason: String?
    package var facts: Facts

    package init(
        sequence: UInt64, at: CivilTime, accessPoint: AccessPointID, person: UInt32?, credential: UInt32?,
        outcome: String, reason: String?, facts: Facts
    ) {
        self.sequence = sequence
        self.at = at
        self.accessPoint = accessPoint
        self.person = person
        self.credential = credential
        self.outcome = outcome
        self.reason = reason
        self.facts = facts
    }

    package var wasGranted: Bool { outcome != "denied" }
}

extension Facts {
    fileprivate var hasOneFactor: Bool { factorsGiven.rawValue.nonzeroBitCount == 1 }
}
