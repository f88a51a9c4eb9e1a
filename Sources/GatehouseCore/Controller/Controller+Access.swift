extension Controller {
    mutating func hear(_ signal: ReaderSignal, from reader: ReaderID, _ step: inout Step) {
        switch signal {
        case .card(let card):
            if let point = pointOfReader[reader], take(card, shownAt: reader, pointAt: point, &step) {
                return step.yield(.acknowledge(reader))
            }
            show(.card(card), at: reader, &step)
        case .face(let user): show(.face(userNumber: user), at: reader, &step)
        case .key(let key):
            guard let point = pointOfReader[reader] else { return }
            collectors[point].combinations = combinations(pointAt: point, reader: reader, step.now)
            settle(collectors[point].key(key, at: reader, now: step.now.monotonic), pointAt: point, &step)
            step.yield(.acknowledge(reader))
        case .stays(let staying, let window): stays(staying, window: window, at: reader, &step)
        case .faceRefused(let refusal):
            guard let point = pointOfReader[reader] else { return }
            refuseFace(refusal, reader, pointAt: point, &step)
            step.yield(.acknowledge(reader))
        case .unreadable(let fault):
            readers.noteUnreadable(fault, of: reader, at: step.now.monotonic)
            if fault == .unsolicited { set(.readerUnsolicited, reader.name, true, &step) }
            if fault == .frameOverrun { set(.frameOverrun, reader.name, true, &step) }
            step.yield(.acknowledge(reader))
        case .link(let link): hear(link, of: reader, &step)
        case .breach(let breach): hear(breach, of: reader, &step)
        case .keyChange(let end):
            noteReader(reader, end.outcome, &step)
            if end == .kept { keyed(reader, &step) }
        case .identified(let identity): identify(identity, of: reader, &step)
        case .faceUsers(let users): compare(users: users, of: reader, &step)
        case .file(let end): noteReader(reader, end.outcome, &step)
        case .tamper(let isOn):
            set(.readerTamper, reader.name, isOn, &step)
            let event = noteReader(reader, isOn ? .tamper : .tamperEnded, &step)
            if isOn { raise(.tamper, event: event, ["reader": reader.name], &step) }
            step.yield(.acknowledge(reader))
        case .powerFault(let isOn):
            set(.readerPower, reader.name, isOn, &step)
            step.yield(.acknowledge(reader))
        case .input(let number, let isActive):
            var entry = JournalEntry(kind: .reader)
            entry.reader = reader
            entry.result = isActive ? .inputActive : .inputInactive
            entry.detail[.input] = .integer(Int64(number))
            record(entry, &step)
            step.yield(.acknowledge(reader))
        }
    }

    /// A card, a pass, a plate or a face was shown.
    mutating func show(_ shown: Staying, at reader: ReaderID, _ step: inout Step) {
        guard let point = pointOfReader[reader] else { return }
        collectors[point].combinations = combinations(pointAt: point, reader: reader, step.now)
        let now = step.now.monotonic
        let outputs =
            switch shown {
            case .card(let card):
                if let pass = presentedPass(card.number, pointAt: point) {
                    collectors[point].pass(pass, at: reader, now: now)
                } else {
                    collectors[point].card(card, at: reader, now: now)
                }
            case .face(let user): collectors[point].face(user, at: reader, now: now)
            }
        settle(outputs, pointAt: point, &step)
        step.yield(.acknowledge(reader))
    }

    mutating func settle(_ outputs: [FactorCollector.Output], pointAt point: Int, _ step: inout Step) {
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
        var evidence = Evidence(factors: [.face])
        evidence.isEveryFactorKnown = false
        evidence.faceModule = reader
        let judgement = Judgement(evidence: evidence, facts: facts(of: evidence, pointAt: point, step.now))
        let (decision, path) = RuleBook.decide(judgement.facts)
        var entry = decisionEntry(judgement, decision, path, settings, at: reader)
        entry.detail[.face] = .text(refusal.rawValue)
        let event = record(entry, &step)
        noteSealed(nil, at: settings.portal, event: event, &step)
        step.yield(.indicate(reader, .denied, waits: true))
        capture(event, cameras: cameras(of: settings), reader: reader, &step)
    }

    private mutating func attempt(_ presented: FactorCollector.Presented, pointAt point: Int, _ step: inout Step) {
        let settings = site.accessPoints[point]
        let judgement =
            pausedByGuessing(presented, pointAt: point, step.now) ?? judge(presented, pointAt: point, step.now)
        let (decision, path) = RuleBook.decide(judgement.facts)

        var entry = decisionEntry(judgement, decision, path, settings, at: presented.reader)
        note(presented, judgement, in: &entry)
        let joined = decision.isGranted ? grantInWaiting(of: judgement, at: settings.id) : nil
        entry.about = joined
        let together = decision.isGranted ? together(judgement, pointAt: point, step.now) : []
        if !together.isEmpty { entry.detail[.with] = .array(together.map { .integer(Int64($0)) }) }
        let event = record(entry, &step)

        presences.decided(
            presented, decision, event: joined ?? event ?? 0, pointAt: point, at: step.now.monotonic)
        notePINs(of: judgement.evidence, settings, event: event, &step)
        noteGuess(presented, judgement, settings, event: event, &step)
        if decision.isGranted {
            let grant = Grant(
                accessPoint: settings.id, portal: settings.portal, person: judgement.person,
                vehicle: judgement.vehicle, company: together, toArea: settings.toArea, reader: presented.reader)
            use(presented, judgement, grant, of: event, joining: joined, pointAt: point, &step)
        } else if let reason = decision.reason, reason.waitsForCompany {
            company.wait(judgement.person, for: reason, at: point, until: step.now.monotonic + settings.companyTimeout)
            step.yield(.indicate(presented.reader, .waiting, waits: true))
        } else {
            step.yield(.indicate(presented.reader, .denied, waits: true))
        }
        if judgement.facts.isDuress {
            raise(.duress, event: event, ["portal": settings.portal.name, "accessPoint": settings.id.name], &step)
        }
        matchWatchlist(presented, judgement, settings, event: event, &step)
        capture(event, cameras: cameras(of: settings), reader: presented.reader, &step)
    }

    /// The entry of a decision, without what was shown.
    private func decisionEntry(
        _ judgement: Judgement, _ decision: AccessDecision, _ path: RulePath, _ settings: AccessPointSettings,
        at reader: ReaderID
    ) -> JournalEntry {
        var entry = JournalEntry(kind: .decision)
        entry.portal = settings.portal
        entry.accessPoint = settings.id
        entry.reader = reader
        entry.person = judgement.person
        entry.credential = judgement.evidence.credentials.first?.id
        entry.facts = judgement.facts
        entry.path = path
        entry.outcome = decision.word
        entry.reason = decision.reason?.word
        return entry
    }

    /// What was shown, as personal values.
    private func note(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, in entry: inout JournalEntry
    ) {
        let evidence = judgement.evidence
        let isKnown = !evidence.isGuessPaused && evidence.unknownNumber == nil
        if let read = presented.card ?? presented.plate {
            entry.detail[.format] = .text(read.number.format.name)
            entry.detail[.family] = entry.reader.flatMap { site.families[$0] }.map { .text($0) }
        }
        // What nobody has, and may be a PIN or part of a pass, is kept nowhere.
        if let card = presented.card, isKnown || !(card.mayBePIN || card.number.mayHoldAPass) {
            entry.personal.append(PersonalField(name: .cardNumber, value: Array(card.number.description.utf8)))
            if card.bits.count > 0 {
                entry.detail[.bits] = .integer(Int64(card.bits.count))
                entry.personal.append(PersonalField(name: .rawBits, value: card.bits.octets))
            }
        }
        if let pass = presented.pass { note(pass, in: &entry) }
        if let plate = presented.plate {
            note(plate: plate.number, judgement, in: &entry)
            for other in plate.others { entry.personal.append(PersonalField(name: .plate, value: Array(other.utf8))) }
            if plate.isUncertain { entry.detail[.problem] = .text("uncertain") }
        }
    }

    /// What a grant uses up, and the portal that it opens.
    private mutating func use(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, _ grant: Grant, of event: UInt64?,
        joining joined: UInt64?, pointAt point: Int, _ step: inout Step
    ) {
        if let event, joined == nil {
            grants[event] = grant
            // Who shows again what they showed a moment ago had not gone.
            if let person = grant.person { lapsed = lapsed.filter { $0.value.grant.person != person } }
        }
        // One passage is one use, however often it was shown before the door opened.
        for credential in judgement.evidence.counted where joined == nil {
            step.yield(.durable(.ledger(ledger.use(credential, at: step.now.civil))))
        }
        if let claims = presented.pass?.opened?.claims { use(claims, &step) }
        if let person = grant.person {
            let until = step.now.monotonic + site.accessPoints[point].companyTimeout
            company.pass(person, at: point, until: until)
        }
        step.yield(.indicate(presented.reader, .granted, waits: true))
        let needsTime = grant.person.flatMap { registry.person($0)?.needsTime } ?? false
        feed(.grant(event: joined ?? event ?? 0, isExtended: needsTime), to: grant.portal, &step)
    }
}
