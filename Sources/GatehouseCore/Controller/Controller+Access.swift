extension Controller {
    mutating func take(_ signal: ReaderSignal, from reader: ReaderID, _ now: Moment, _ effects: inout [Effect]) {
        switch signal {
        case .card, .key, .face:
            guard let point = pointOfReader[reader] else { return }
            collectors[point].combinations = combinations(pointAt: point, reader: reader, now)
            let outputs =
                switch signal {
                case .card(let card):
                    if let pass = presentedPass(card.number, pointAt: point) {
                        collectors[point].pass(pass, at: reader, now: now.monotonic)
                    } else {
                        collectors[point].card(card, at: reader, now: now.monotonic)
                    }
                case .key(let key): collectors[point].key(key, at: reader, now: now.monotonic)
                case .face(let user): collectors[point].face(user, at: reader, now: now.monotonic)
                default: [FactorCollector.Output]()
                }
            take(outputs, pointAt: point, now, &effects)
            effects.append(.acknowledge(reader))
        case .faceRefused(let refusal):
            guard let point = pointOfReader[reader] else { return }
            refuseFace(refusal, reader, pointAt: point, now, &effects)
            effects.append(.acknowledge(reader))
        case .unreadable(let fault):
            faults.add(fault, of: reader, at: now.monotonic)
            if fault == .unsolicited { set(.readerUnsolicited, reader.name, true, now, &effects) }
            if fault == .frameOverrun { set(.frameOverrun, reader.name, true, now, &effects) }
            effects.append(.acknowledge(reader))
        case .link(let link): take(link, of: reader, now, &effects)
        case .breach(let breach): take(breach, of: reader, now, &effects)
        case .keyChange(let end):
            noteReader(reader, end.rawValue, now, &effects)
            if end == .kept { keyed(reader, &effects) }
        case .identified(let identity): take(identity, of: reader, now, &effects)
        case .faceUsers(let users): take(users: users, of: reader, now, &effects)
        case .file(let end): noteReader(reader, end.rawValue, now, &effects)
        case .tamper(let isOn):
            set(.readerTamper, reader.name, isOn, now, &effects)
            let event = noteReader(reader, isOn ? "tamper" : "tamperEnded", now, &effects)
            if isOn { raise(.tamper, event: event, ["reader": reader.name], now, &effects) }
            effects.append(.acknowledge(reader))
        case .powerFault(let isOn):
            set(.readerPower, reader.name, isOn, now, &effects)
            effects.append(.acknowledge(reader))
        case .input(let number, let isActive):
            var entry = JournalEntry(kind: .reader)
            entry.reader = reader
            entry.outcome = isActive ? "inputActive" : "inputInactive"
            entry.detail["input"] = .integer(Int64(number))
            record(entry, now, &effects)
            effects.append(.acknowledge(reader))
        }
    }

    mutating func take(
        _ outputs: [FactorCollector.Output], pointAt point: Int, _ now: Moment, _ effects: inout [Effect]
    ) {
        for output in outputs {
            switch output {
            case .indicate(let reader, let indication):
                effects.append(.indicate(reader, indication, waits: false))
            case .complete(let presented): attempt(presented, pointAt: point, now, &effects)
            }
        }
    }

    /// A face that the module does not know: an event with its picture, like an unknown card.
    private mutating func refuseFace(
        _ refusal: FaceRefusal, _ reader: ReaderID, pointAt point: Int, _ now: Moment, _ effects: inout [Effect]
    ) {
        let settings = site.accessPoints[point]
        var facts = Facts()
        facts.factorsGiven = [.face]
        facts.posture = portalIndex[settings.portal].map { portals[$0].posture } ?? .secure
        let (decision, path) = RuleBook.decide(facts)
        var entry = JournalEntry(kind: .decision)
        entry.portal = settings.portal
        entry.accessPoint = settings.id
        entry.reader = reader
        entry.facts = facts
        entry.path = path
        entry.outcome = decision.word
        entry.reason = decision.reason?.word
        entry.detail["face"] = .text(refusal.rawValue)
        let event = record(entry, now, &effects)
        noteSealed(references: [], lead: nil, now, &effects)
        effects.append(.indicate(reader, .denied, waits: true))
        capture(event, camera: settings.camera ?? cameraOfPortal(settings.portal), now, &effects)
    }

    private mutating func attempt(
        _ presented: FactorCollector.Presented, pointAt point: Int, _ now: Moment, _ effects: inout [Effect]
    ) {
        let settings = site.accessPoints[point]
        let judgement = pausedByGuessing(presented, settings, now) ?? judge(presented, pointAt: point, now)
        let (decision, path) = RuleBook.decide(judgement.facts)

        var entry = JournalEntry(kind: .decision)
        entry.portal = settings.portal
        entry.accessPoint = settings.id
        entry.reader = presented.reader
        entry.person = judgement.person
        entry.credential = judgement.credential?.id
        entry.facts = judgement.facts
        entry.path = path
        entry.outcome = decision.word
        entry.reason = decision.reason?.word
        if let card = presented.card {
            entry.personal.append(PersonalField(name: .cardNumber, value: Array(card.number.description.utf8)))
            if card.bits.count > 0 {
                entry.detail["bits"] = .integer(Int64(card.bits.count))
                entry.personal.append(PersonalField(name: .rawBits, value: card.bits.octets))
            }
        }
        if let pass = presented.pass { note(pass, in: &entry) }
        if let plate = presented.plate { note(plate: plate.number, judgement, in: &entry) }
        let joined = decision.isGranted ? grantInWaiting(of: judgement, at: settings.id) : nil
        entry.about = joined
        let together = decision.isGranted ? together(judgement, pointAt: point, now) : []
        if !together.isEmpty { entry.detail["with"] = .array(together.map { .integer(Int64($0)) }) }
        let event = record(entry, now, &effects)

        for subject in judgement.rightPINOf where lockout.noteRight(subject) { keep(subject, now, &effects) }
        for subject in judgement.wrongPINOf {
            let (pause, forgotten) = lockout.noteWrong(subject, at: now)
            if let forgotten { keep(forgotten, now, &effects) }
            keep(subject, now, &effects)
            guard let pause else { continue }
            var locked = JournalEntry(kind: .lockout)
            locked.accessPoint = settings.id
            locked.portal = settings.portal
            locked.about = event
            locked.detail["seconds"] = .integer(pause.wholeMilliseconds / 1000)
            switch subject {
            case .reader(let reader): locked.reader = reader
            case .person(let person): locked.person = person
            }
            let lockEvent = record(locked, now, &effects)
            raise(.lockout, event: lockEvent, ["accessPoint": settings.id.name], now, &effects)
        }

        noteGuess(presented, judgement, settings, event: event, now, &effects)
        if decision.isGranted {
            if let event, joined == nil {
                grants[event] = Grant(
                    accessPoint: settings.id, portal: settings.portal, person: judgement.person,
                    vehicle: judgement.vehicle, company: together,
                    toArea: settings.toArea, reader: presented.reader)
            }
            // One passage is one use, however often it was shown before the door opened.
            for credential in judgement.used where joined == nil {
                effects.append(.durable(.ledger(ledger.use(credential, at: now.civil))))
            }
            if let claims = presented.pass?.opened?.claims { use(claims, now, &effects) }
            if let person = judgement.person {
                company.pass(person, at: point, until: now.monotonic + settings.companyTimeout)
            }
            effects.append(.indicate(presented.reader, .granted, waits: true))
            let needsTime = judgement.person.flatMap { registry.person($0)?.needsTime } ?? false
            feed(.grant(event: joined ?? event ?? 0, isExtended: needsTime), to: settings.portal, now, &effects)
        } else if let reason = decision.reason, reason.waitsForCompany {
            company.wait(judgement.person, for: reason, at: point, until: now.monotonic + settings.companyTimeout)
            effects.append(.indicate(presented.reader, .waiting, waits: true))
        } else {
            effects.append(.indicate(presented.reader, .denied, waits: true))
        }
        if judgement.facts.isDuress {
            raise(
                .duress, event: event, ["portal": settings.portal.name, "accessPoint": settings.id.name], now, &effects)
        }
        matchWatchlist(presented, judgement, settings, event: event, now, &effects)
        capture(event, camera: settings.camera ?? cameraOfPortal(settings.portal), now, &effects)
    }

    // MARK: Guessing

    mutating func keep(_ subject: PINLockout.Subject, _ now: Moment, _ effects: inout [Effect]) {
        effects.append(.durable(.ledger(ledger.apply(.tries(subject, lockout.kept(subject, at: now))))))
    }

    /// What was tried before a restart counts after it.
    mutating func restoreGuessing(_ now: Moment, _ effects: inout [Effect]) {
        for subject in ledger.tries.keys.sorted() where isPast(subject, now) {
            effects.append(.durable(.ledger(ledger.apply(.tries(subject, nil)))))
        }
        lockout.restore(ledger.tries, at: now)
        for (reader, until) in ledger.guessed.sorted(by: { $0.key < $1.key }) {
            let rest = Duration.milliseconds(until.milliseconds - now.civil.milliseconds)
            guard rest > .zero, pointOfReader[reader] != nil else {
                effects.append(.durable(.ledger(ledger.apply(.guessed(reader, until: nil)))))
                continue
            }
            guesses.restore(reader, for: rest, at: now.monotonic)
            set(.readerGuessed, reader.name, true, now, &effects)
        }
    }

    /// Who is gone, and what was a month ago.
    private func isPast(_ subject: PINLockout.Subject, _ now: Moment) -> Bool {
        let isKnown =
            switch subject {
            case .reader(let reader): pointOfReader[reader] != nil
            case .person(let person): registry.person(person) != nil
            }
        return !isKnown || Int64(now.localDay) - Int64(ledger.tries[subject]?.day ?? .min) > 30
    }

    /// The civil clock is another one: what is kept in civil time is written anew.
    mutating func keepGuessing(_ now: Moment, _ effects: inout [Effect]) {
        for subject in lockout.paused(at: now.monotonic) { keep(subject, now, &effects) }
        for (reader, rest) in guesses.alerts(at: now.monotonic) { keep(alertAt: reader, for: rest, now, &effects) }
    }

    private mutating func keep(
        alertAt reader: ReaderID, for rest: Duration, _ now: Moment, _ effects: inout [Effect]
    ) {
        effects.append(.durable(.ledger(ledger.apply(.guessed(reader, until: now.civil + rest)))))
    }

    /// Wrong PINs of somebody who is gone, was given a new one, or is forgiven.
    mutating func forgetTries(of person: UInt32, _ now: Moment, _ effects: inout [Effect]) {
        if lockout.forget(.person(person)) { keep(.person(person), now, &effects) }
    }

    mutating func endGuessingAlerts(_ now: Moment, _ effects: inout [Effect]) {
        for reader in guesses.ended(at: now.monotonic) {
            effects.append(.durable(.ledger(ledger.apply(.guessed(reader, until: nil)))))
            set(.readerGuessed, reader.name, false, now, &effects)
        }
    }

    /// A card or pass that came too soon at a reader where somebody tries numbers: it is compared with nothing.
    private mutating func pausedByGuessing(
        _ presented: FactorCollector.Presented, _ settings: AccessPointSettings, _ now: Moment
    ) -> Judgement? {
        guard presented.card != nil || presented.pass != nil, !settings.keypads.contains(presented.reader),
            !guesses.takesCard(presented.reader, at: now.monotonic)
        else { return nil }
        var judgement = Judgement()
        judgement.facts.posture = portalIndex[settings.portal].map { portals[$0].posture } ?? .secure
        judgement.facts.isClockTrusted = now.isCivilTrusted
        judgement.facts.isReaderTrusted = !untrustedReaders.contains(presented.reader)
        judgement.facts.factorsGiven = presented.factors
        judgement.facts.isGuessPaused = true
        return judgement
    }

    /// What was shown and is neither a card of the register nor a pass that somebody known here signed.
    private func unknownNumber(_ presented: FactorCollector.Presented) -> CredentialKey? {
        if let pass = presented.pass { return pass.opened == nil ? pass.mark : nil }
        guard let card = presented.card else { return nil }
        let key = CredentialKey(card: card.number, primitives: primitives)
        return registry.credential(for: key) == nil ? key : nil
    }

    private mutating func noteGuess(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, _ settings: AccessPointSettings, event: UInt64?,
        _ now: Moment, _ effects: inout [Effect]
    ) {
        guard let key = unknownNumber(presented), !judgement.facts.isGuessPaused else { return }
        let alert = guesses.noteUnknown(key, at: presented.reader, now: now.monotonic)
        guard alert != .none else { return }
        keep(alertAt: presented.reader, for: GuessGuard.span, now, &effects)
        guard alert == .begun else { return }
        set(.readerGuessed, presented.reader.name, true, now, &effects)
        var entry = JournalEntry(kind: .lockout)
        entry.accessPoint = settings.id
        entry.portal = settings.portal
        entry.reader = presented.reader
        entry.about = event
        entry.outcome = "guessing"
        entry.detail["seconds"] = .integer(GuessGuard.span.wholeMilliseconds / 1000)
        let alarm = record(entry, now, &effects)
        raise(
            .lockout, event: alarm, ["accessPoint": settings.id.name, "cause": "cards"], now, &effects)
    }
}
