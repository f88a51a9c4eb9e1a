/// What people do with passes.
package enum PassOrder: Hashable, Sendable {
    /// A pass was signed: what it says is written down, its text is not.
    case issue(PassClaims, visitor: PassVisitor? = nil)
    /// With the end of the pass where that is known; otherwise the revocation stays without end.
    case revoke(PassID, until: Int64?)
    /// What other gates count and revoked.
    case merge([PassID: PassRecord])
}

extension Controller {
    // MARK: At the gate

    /// The pass in a line of text; nil when the text is a card's.
    func presentedPass(_ number: CardNumber, pointAt point: Int) -> PresentedPass? {
        guard number.format == CardNumber.textFormat, case .text(let line) = number.value,
            let text = PassText.found(in: line)
        else { return nil }
        let opened = primitives.openPass(text)
        return PresentedPass(
            opened: opened,
            mark: CredentialKey(
                card: CardNumber(format: CardNumber.textFormat, value: .text(text)), primitives: primitives),
            wantsPlate: opened?.claims.plate != nil && readsPlates(pointAt: point))
    }

    /// Whether an access point has a camera for plates: the configuration wants a combination with one then.
    private func readsPlates(pointAt point: Int) -> Bool {
        site.accessPoints[point].factors.contains { $0.contains(.plate) }
    }

    /// The facts of a pass: a visitor whose visit is the window, and whose level is that the pass names the access point.
    func gather(
        _ pass: PresentedPass, plate: CardRead?, _ settings: AccessPointSettings, pointAt point: Int, _ now: Moment,
        into facts: inout Facts
    ) {
        guard let opened = pass.opened else { return }
        let claims = opened.claims
        let seconds = now.civil.seconds
        let record = ledger.passes[claims.id]
        facts.isCredentialKnown = true
        facts.role = .visitor
        facts.credentialStatus = record?.isRevoked == true ? .suspended : .enabled
        facts.credentialWindow = standing(
            seconds, from: UInt32(clamping: claims.from), until: UInt32(clamping: claims.until))
        if let uses = claims.uses {
            facts.isUsedUp =
                ledger.areCountsUnproved || (record?.total ?? 0) >= Int(uses)
                || !ledger.passes.hasRoom(for: claims.id)
        }
        facts.host = !opened.sharesRegister ? .notAsked : isAtHome(claims.host, at: seconds) ? .met : .missing
        // A plate that was read is that of the pass; where one is asked for, a pass without any is not enough.
        facts.doFactorsAgree = plate.map { pass.names($0) } ?? true
        facts.threat = ledger.threat
        gatherVisitorLevels(
            isNamed: claims.names(settings.id, of: site.name), pointAt: point, now, into: &facts)
        facts.isPolicyTooOld =
            site.policy.ages[.visitor].map { age in ledger.confirmed.map { seconds - $0.seconds > age } ?? true }
            ?? false
        facts.firstPerson = firstPerson(0, settings, now)
        // Nobody on the register has the number 0: a visitor is in no area by the ledger.
        gatherAreas(0, settings, now, into: &facts)
        facts.isInterlocked = isInterlocked(settings.portal)
        // A pass is nobody's: it comes right behind two people and is never one of them.
        if settings.needsTwo {
            facts.company = company.passed(at: point, before: 0, now.monotonic) == nil ? .missing : .met
        }
        if access.wantsEscortOfVisitors(settings) { gatherEscort(0, pointAt: point, now, into: &facts) }
    }

    /// The pass is the level; the levels of visitors take away from it by bar and threat.
    func gatherVisitorLevels(isNamed: Bool, pointAt point: Int, _ now: Moment, into facts: inout Facts) {
        let standing = access.standingOfVisitors(pointAt: point, threat: facts.threat, at: now)
        let rests = isNamed && standing.suspended > 0 && standing.suspended == standing.covering
        facts.isBarred = standing.isBarred
        facts.coveringLevels = isNamed ? 1 : 0
        facts.suspendedLevels = rests ? 1 : 0
        facts.openLevels = isNamed && !rests ? 1 : 0
    }

    /// The number of the pass and of its host; never the text.
    func note(_ pass: PresentedPass, in entry: inout JournalEntry) {
        guard let claims = pass.opened?.claims else {
            entry.detail[.pass] = .text("unknown")
            return
        }
        entry.detail[.pass] = .text(claims.id.description)
        entry.detail[.host] = .integer(Int64(claims.host))
        if claims.issuer != site.name { entry.detail[.issuer] = .text(claims.issuer) }
    }

    /// Counts a grant, in the transaction of its entry: shown again at once, the pass is used up.
    mutating func use(_ claims: PassClaims, _ step: inout Step) {
        dropPasses(&step)
        guard ledger.passes.hasRoom(for: claims.id) else { return }
        step.yield(.durable(.ledger(ledger.use(claims, at: site.name))))
    }

    /// Forgets what ended long enough ago.
    mutating func dropPasses(_ step: inout Step) {
        guard step.now.isCivilTrusted else { return }
        let (changes, entries) = ledger.dropPasses(at: step.now.civil.seconds)
        for change in changes { step.yield(.durable(.ledger(change))) }
        guard !entries.isEmpty else { return }
        step.yield(.durable(.eraseVisitors(entries)))
        var entry = JournalEntry(kind: .erasure)
        entry.result = .expired
        entry.detail[.entries] = .array(entries.map { .integer(Int64(clamping: $0)) })
        record(entry, &step)
    }

    // MARK: Orders

    mutating func carryOut(_ order: PassOrder, _ entry: JournalEntry, _ step: inout Step) -> UInt64? {
        var entry = entry
        dropPasses(&step)
        switch order {
        case .issue(let claims, let visitor):
            entry.person = claims.host
            entry.detail[.pass] = .text(claims.id.description)
            entry.detail[.points] = .array(claims.points.map { .text($0) })
            if let visitor {
                entry.personal.append(PersonalField(name: .visitor, value: Array(visitor.name.utf8)))
                entry.personal.append(PersonalField(name: .phone, value: Array(visitor.phone.utf8)))
            }
            let event = record(entry, &step)
            var known = PassRecord(claims)
            known.details?.entry = visitor == nil ? nil : event
            keep(.pass(claims.id, known), &step)
            return event
        case .revoke(let id, let until):
            var record = ledger.passes[id] ?? PassRecord(until: until)
            record.isRevoked = true
            keep(.pass(id, record), &step)
            entry.detail[.pass] = .text(id.description)
        case .merge(let others):
            var changed: Int64 = 0
            for id in others.keys.sorted() {
                guard let other = others[id], ledger.passes.hasRoom(for: id),
                    other.until.map({ $0 + PassBook.rest > step.now.civil.seconds }) ?? true
                else { continue }
                var record = ledger.passes[id] ?? PassRecord(until: other.until)
                record.merge(other)
                guard record != ledger.passes[id], record.counts.count <= PassBook.siteLimit else { continue }
                keep(.pass(id, record), &step)
                changed += 1
            }
            entry.detail[.passes] = .integer(Int64(others.count))
            entry.detail[.changed] = .integer(changed)
        }
        return record(entry, &step)
    }

    func refusal(of order: PassOrder, reason: String?) -> OrderRefusal? {
        let full = OrderRefusal.other(
            Sentence("\(PassBook.limit, "pass is", "passes are") kept already; the oldest goes a day after its end"))
        switch order {
        case .issue(let claims, _):
            if registry.person(claims.host) == nil { return .registry(.unknownPerson, row: 0) }
            return ledger.passes.hasRoom(for: claims.id) ? nil : full
        case .revoke(let id, _):
            if !Order.isReason(reason) { return .reasonMissing }
            return ledger.passes.hasRoom(for: id) ? nil : full
        case .merge: return nil
        }
    }
}
