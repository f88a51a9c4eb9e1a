/// What an attempt brings along, before the site is asked: what was shown, whose it is, how a PIN compares. Nothing is
/// counted by looking.
struct Evidence: Sendable {
    var factors: FactorSet
    /// Whether some accepted combination is complete.
    var isComplete = false
    /// The module that matched a face.
    var faceModule: ReaderID?
    /// The card came too soon at a reader where somebody tries numbers: it was compared with nothing.
    var isGuessPaused = false
    var pass: PresentedPass?
    var plate: CardRead?
    var credentials: [CredentialRecord] = []
    /// What was shown and is neither a card of the register nor a pass that somebody known here signed.
    var unknownNumber: CredentialKey?
    /// Whether everything that was shown is on the register.
    var isEveryFactorKnown = true
    var pin: PINStanding = .notAsked
    var isDuress = false
    var wrongPINOf: [PINLockout.Subject] = []
    var rightPINOf: [PINLockout.Subject] = []
    /// Whose credentials they are; who is asked about.
    var person: UInt32?

    init(factors: FactorSet) { self.factors = factors }

    /// Whether the holder is known by everything that was shown.
    var isHolderKnown: Bool { isEveryFactorKnown && !credentials.isEmpty }
    var vehicle: UInt32? {
        isHolderKnown ? credentials.lazy.map(\.vehicle).first { $0 != 0 } : nil
    }
    /// Credentials whose grants are counted.
    var counted: [UInt32] {
        isHolderKnown ? credentials.filter { $0.uses > 0 || $0.firstUseSpan > 0 }.map(\.id) : []
    }
}

/// An attempt with the facts that the rules read.
struct Judgement: Sendable {
    var evidence: Evidence
    var facts: Facts
    var person: UInt32? { evidence.person }
    var vehicle: UInt32? { evidence.vehicle }
}

extension Controller {
    /// What the access point asks for now. While somebody tries numbers at a reader with a keypad, a card alone is not
    /// enough.
    func combinations(pointAt point: Int, reader: ReaderID, _ now: Moment) -> [FactorSet] {
        let settings = site.accessPoints[point]
        let usual = combinations(pointAt: point, threat: ledger.threat, now)
        guard settings.keypads.contains(reader), guessing.isAlert(at: reader, now.monotonic) else { return usual }
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
        let evidence = identify(presented, pointAt: point, now)
        return Judgement(evidence: evidence, facts: facts(of: evidence, pointAt: point, now))
    }

    /// Looks everything up that was shown.
    private func identify(_ presented: FactorCollector.Presented, pointAt point: Int, _ now: Moment) -> Evidence {
        var evidence = Evidence(factors: presented.factors)
        let asked = combinations(pointAt: point, reader: presented.reader, now)
        evidence.isComplete = FactorCollector.asked(asked, of: presented).contains(presented.factors)
        evidence.faceModule = presented.faceModule
        evidence.plate = presented.plate
        if let pass = presented.pass {
            evidence.pass = pass
            if pass.opened == nil { evidence.unknownNumber = pass.mark }
            return evidence
        }
        if let card = presented.card {
            let key = CredentialKey(card: card.number, primitives: primitives)
            note(key, in: &evidence)
            if evidence.credentials.isEmpty { evidence.unknownNumber = key }
        }
        if let plate = presented.plate {
            note(CredentialKey(card: plate.number, primitives: primitives), in: &evidence)
        }
        if let face = presented.face, let module = presented.faceModule {
            note(CredentialKey(face: face, module: module), in: &evidence)
        }
        if let digits = presented.pin { compare(digits, presented, now, in: &evidence) }
        guard let first = evidence.credentials.first else { return evidence }
        // The holder may have left the registry; of one factor among unknown ones the number is kept all the same.
        let isGone = evidence.isEveryFactorKnown && registry.person(first.person) == nil
        evidence.person = isGone ? nil : first.person
        return evidence
    }

    private func note(_ key: CredentialKey, in evidence: inout Evidence) {
        if let record = registry.credential(for: key) {
            evidence.credentials.append(record)
        } else {
            evidence.isEveryFactorKnown = false
        }
    }

    /// A reader that is paused compares no PIN that stands alone. Who shows a card of the register with theirs has a pause of
    /// their own, and one try while the reader is paused: whoever knows their PIN is let in, and nobody wins a second one.
    private func isPaused(_ holder: UInt32?, at reader: ReaderID, _ now: Moment) -> Bool {
        let isReaderPaused = guessing.isLocked(.reader(reader), at: now)
        guard let holder else { return isReaderPaused }
        return guessing.isLocked(.person(holder), at: now) || isReaderPaused && guessing.hasTried(.person(holder))
    }

    /// A PIN is its holder's where something else names one, and names its holder where it stands alone.
    private func compare(
        _ digits: [UInt8], _ presented: FactorCollector.Presented, _ now: Moment, in evidence: inout Evidence
    ) {
        let holder = evidence.credentials.first?.person
        let mustNameHolder = presented.card != nil || presented.face != nil || presented.plate != nil
        var subjects: [PINLockout.Subject] = [.reader(presented.reader)]
        if let holder { subjects.append(.person(holder)) }
        // An unknown card with a PIN: there is nothing to compare it with.
        if mustNameHolder, holder == nil { return }
        if isPaused(holder, at: presented.reader, now) {
            evidence.pin = .locked
            return
        }
        let key = CredentialKey(
            pin: digits.count > FactorCollector.longestPIN ? [] : digits, person: mustNameHolder ? holder : nil,
            primitives: primitives)
        let record = registry.credential(for: key)
        let isUsable = record.map {
            !mustNameHolder
                || ($0.person == holder && $0.status == .enabled && !isSuspended($0, at: now.civil.seconds)
                    && standing(now.civil.seconds, from: $0.validFrom, until: $0.validUntil) == .inside)
        }
        guard let record, isUsable == true else {
            evidence.pin = .wrong
            evidence.wrongPINOf = subjects
            if !mustNameHolder { evidence.isEveryFactorKnown = false }
            return
        }
        evidence.pin = .right
        evidence.rightPINOf = subjects
        if mustNameHolder { evidence.isDuress = record.isDuress } else { evidence.credentials.append(record) }
    }
}
