extension Controller {
    mutating func hear(_ signal: ReaderSignal, from reader: ReaderID, _ step: inout Step) {
        switch signal {
        case .card, .key, .face:
            guard let point = pointOfReader[reader] else { return }
            collectors[point].combinations = combinations(pointAt: point, reader: reader, step.now)
            let outputs =
                switch signal {
                case .card(let card):
                    if let pass = presentedPass(card.number, pointAt: point) {
                        collectors[point].pass(pass, at: reader, now: step.now.monotonic)
                    } else {
                        collectors[point].card(card, at: reader, now: step.now.monotonic)
                    }
                case .key(let key): collectors[point].key(key, at: reader, now: step.now.monotonic)
                case .face(let user): collectors[point].face(user, at: reader, now: step.now.monotonic)
                default: [FactorCollector.Output]()
                }
            settle(outputs, pointAt: point, &step)
            step.yield(.acknowledge(reader))
        case .faceRefused(let refusal):
            guard let point = pointOfReader[reader] else { return }
            refuseFace(refusal, reader, pointAt: point, &step)
            step.yield(.acknowledge(reader))
        case .unreadable(let fault):
            faults.add(fault, of: reader, at: step.now.monotonic)
            if fault == .unsolicited { set(.readerUnsolicited, reader.name, true, &step) }
            if fault == .frameOverrun { set(.frameOverrun, reader.name, true, &step) }
            step.yield(.acknowledge(reader))
        case .link(let link): hear(link, of: reader, &step)
        case .breach(let breach): hear(breach, of: reader, &step)
        case .keyChange(let end):
            noteReader(reader, end.rawValue, &step)
            if end == .kept { keyed(reader, &step) }
        case .identified(let identity): identify(identity, of: reader, &step)
        case .faceUsers(let users): compare(users: users, of: reader, &step)
        case .file(let end): noteReader(reader, end.rawValue, &step)
        case .tamper(let isOn):
            set(.readerTamper, reader.name, isOn, &step)
            let event = noteReader(reader, isOn ? "tamper" : "tamperEnded", &step)
            if isOn { raise(.tamper, event: event, ["reader": reader.name], &step) }
            step.yield(.acknowledge(reader))
        case .powerFault(let isOn):
            set(.readerPower, reader.name, isOn, &step)
            step.yield(.acknowledge(reader))
        case .input(let number, let isActive):
            var entry = JournalEntry(kind: .reader)
            entry.reader = reader
            entry.outcome = isActive ? "inputActive" : "inputInactive"
            entry.detail["input"] = .integer(Int64(number))
            record(entry, &step)
            step.yield(.acknowledge(reader))
        }
    }

    mutating func settle(
        _ outputs: [FactorCollector.Output], pointAt point: Int, _ step: inout Step
    ) {
        for output in outputs {
            switch output {
            case .indicate(let reader, let indication):
                step.yield(.indicate(reader, indication, waits: false))
            case .complete(let presented): attempt(presented, pointAt: point, &step)
            }
        }
    }

    /// A face that the module does not know: an event with its picture, like an unknown card.
    private mutating func refuseFace(
        _ refusal: FaceRefusal, _ reader: ReaderID, pointAt point: Int, _ step: inout Step
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
        let event = record(entry, &step)
        noteSealed(references: [], lead: nil, &step)
        step.yield(.indicate(reader, .denied, waits: true))
        capture(event, camera: settings.camera ?? cameraOfPortal(settings.portal), &step)
    }

    private mutating func attempt(
        _ presented: FactorCollector.Presented, pointAt point: Int, _ step: inout Step
    ) {
        let settings = site.accessPoints[point]
        let judgement = pausedByGuessing(presented, settings, step.now) ?? judge(presented, pointAt: point, step.now)
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
        let together = decision.isGranted ? together(judgement, pointAt: point, step.now) : []
        if !together.isEmpty { entry.detail["with"] = .array(together.map { .integer(Int64($0)) }) }
        let event = record(entry, &step)

        for subject in judgement.rightPINOf where lockout.noteRight(subject) { keep(subject, &step) }
        for subject in judgement.wrongPINOf {
            let (pause, forgotten) = lockout.noteWrong(subject, at: step.now)
            if let forgotten { keep(forgotten, &step) }
            keep(subject, &step)
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
            let lockEvent = record(locked, &step)
            raise(.lockout, event: lockEvent, ["accessPoint": settings.id.name], &step)
        }

        noteGuess(presented, judgement, settings, event: event, &step)
        if decision.isGranted {
            if let event, joined == nil {
                grants[event] = Grant(
                    accessPoint: settings.id, portal: settings.portal, person: judgement.person,
                    vehicle: judgement.vehicle, company: together,
                    toArea: settings.toArea, reader: presented.reader)
            }
            // One passage is one use, however often it was shown before the door opened.
            for credential in judgement.used where joined == nil {
                step.yield(.durable(.ledger(ledger.use(credential, at: step.now.civil))))
            }
            if let claims = presented.pass?.opened?.claims { use(claims, &step) }
            if let person = judgement.person {
                company.pass(person, at: point, until: step.now.monotonic + settings.companyTimeout)
            }
            step.yield(.indicate(presented.reader, .granted, waits: true))
            let needsTime = judgement.person.flatMap { registry.person($0)?.needsTime } ?? false
            feed(.grant(event: joined ?? event ?? 0, isExtended: needsTime), to: settings.portal, &step)
        } else if let reason = decision.reason, reason.waitsForCompany {
            company.wait(judgement.person, for: reason, at: point, until: step.now.monotonic + settings.companyTimeout)
            step.yield(.indicate(presented.reader, .waiting, waits: true))
        } else {
            step.yield(.indicate(presented.reader, .denied, waits: true))
        }
        if judgement.facts.isDuress {
            raise(
                .duress, event: event, ["portal": settings.portal.name, "accessPoint": settings.id.name], &step)
        }
        matchWatchlist(presented, judgement, settings, event: event, &step)
        capture(event, camera: settings.camera ?? cameraOfPortal(settings.portal), &step)
    }

    // MARK: Guessing

    mutating func keep(_ subject: PINLockout.Subject, _ step: inout Step) {
        step.yield(.durable(.ledger(ledger.apply(.tries(subject, lockout.kept(subject, at: step.now))))))
    }

    /// What was tried before a restart counts after it.
    mutating func restoreGuessing(_ step: inout Step) {
        for subject in ledger.tries.keys.sorted() where isPast(subject, step.now) {
            step.yield(.durable(.ledger(ledger.apply(.tries(subject, nil)))))
        }
        lockout.restore(ledger.tries, at: step.now)
        for (reader, until) in ledger.guessed.sorted(by: { $0.key < $1.key }) {
            let rest = Duration.milliseconds(until.milliseconds - step.now.civil.milliseconds)
            guard rest > .zero, pointOfReader[reader] != nil else {
                step.yield(.durable(.ledger(ledger.apply(.guessed(reader, until: nil)))))
                continue
            }
            guesses.restore(reader, for: rest, at: step.now.monotonic)
            set(.readerGuessed, reader.name, true, &step)
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
    mutating func keepGuessing(_ step: inout Step) {
        for subject in lockout.paused(at: step.now.monotonic) { keep(subject, &step) }
        for (reader, rest) in guesses.alerts(at: step.now.monotonic) { keep(alertAt: reader, for: rest, &step) }
    }

    private mutating func keep(
        alertAt reader: ReaderID, for rest: Duration, _ step: inout Step
    ) {
        step.yield(.durable(.ledger(ledger.apply(.guessed(reader, until: step.now.civil + rest)))))
    }

    /// Wrong PINs of somebody who is gone, was given a new one, or is forgiven.
    mutating func forgetTries(of person: UInt32, _ step: inout Step) {
        if lockout.forget(.person(person)) { keep(.person(person), &step) }
    }

    mutating func endGuessingAlerts(_ step: inout Step) {
        for reader in guesses.ended(at: step.now.monotonic) {
            step.yield(.durable(.ledger(ledger.apply(.guessed(reader, until: nil)))))
            set(.readerGuessed, reader.name, false, &step)
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
        _ step: inout Step
    ) {
        guard let key = unknownNumber(presented), !judgement.facts.isGuessPaused else { return }
        let alert = guesses.noteUnknown(key, at: presented.reader, now: step.now.monotonic)
        guard alert != .none else { return }
        keep(alertAt: presented.reader, for: GuessGuard.span, &step)
        guard alert == .begun else { return }
        set(.readerGuessed, presented.reader.name, true, &step)
        var entry = JournalEntry(kind: .lockout)
        entry.accessPoint = settings.id
        entry.portal = settings.portal
        entry.reader = presented.reader
        entry.about = event
        entry.outcome = "guessing"
        entry.detail["seconds"] = .integer(GuessGuard.span.wholeMilliseconds / 1000)
        let alarm = record(entry, &step)
        raise(
            .lockout, event: alarm, ["accessPoint": settings.id.name, "cause": "cards"], &step)
    }
}
