extension Controller {
    /// What would be decided: the same facts and rules, and nothing done. The PIN is taken as right when the access
    /// point asks for one.
    package func whatIf(
        card: CardNumber?, person: UInt32, at accessPoint: AccessPointID, now: Moment
    ) -> (facts: Facts, decision: AccessDecision, path: RulePath)? {
        guard let point = pointIndex[accessPoint], registry.person(person) != nil else { return nil }
        let asked = combinations(pointAt: point, threat: ledger.threat, now)
        let credential = card.map { registry.credential(for: CredentialKey(card: $0, primitives: primitives)) }
        // With a card in hand somebody would show it where the choice is theirs.
        let factors = asked.first { card != nil && $0.contains(.card) } ?? asked.first ?? [.card]
        var evidence = Evidence(factors: factors)
        evidence.isComplete = true
        if factors.contains(.pin) { evidence.pin = guessing.isLocked(.person(person), at: now) ? .locked : .right }
        evidence.person = person
        if let credential {
            evidence.credentials = [credential].compactMap(\.self)
            evidence.isEveryFactorKnown = credential != nil
        }
        let facts = facts(of: evidence, pointAt: point, now)
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
