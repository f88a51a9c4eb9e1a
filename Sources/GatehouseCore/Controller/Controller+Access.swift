extension Controller {
    mutating func take(_ signal: ReaderSignal, from reader: ReaderID, _ now: Moment, _ effects: inout [Effect]) {
        switch signal {
        case .card, .key, .face:
            guard let point = pointOfReader[reader] else { return }
            collectors[point].combinations = combinations(pointAt: point, reader: reader, now)
            let outputs =
                switch signal {
                case .card(let card): collectors[point].card(card, at: reader, now: now.monotonic)
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
        case .keyChange(let end): noteReader(reader, end.rawValue, now, &effects)
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

    // MARK: One attempt

    /// What an attempt comes to, without doing any of it. `compareWith` tells how a PIN compares; nothing is counted.
    struct Judgement: Sendable {
        var facts = Facts()
        var credential: CredentialRecord?
        var person: UInt32?
        var wrongPINOf: [PINLockout.Subject] = []
        var rightPINOf: [PINLockout.Subject] = []
    }

    /// What the access point asks for now. While somebody tries numbers at a reader with a keypad, a card alone is not
    /// enough.
    func combinations(pointAt point: Int, reader: ReaderID, _ now: Moment) -> [FactorSet] {
        let settings = site.accessPoints[point]
        let window = site.policy.factorWindows.first {
            $0.accessPoint == settings.id && access.isOpen(schedule: $0.schedule, at: now)
        }
        let usual = window?.factors ?? settings.factors
        guard settings.keypads.contains(reader), guesses.isAlert(reader, at: now.monotonic) else { return usual }
        return usual.map { $0 == [.card] ? [.card, .pin] : $0 }
    }

    func judge(_ presented: FactorCollector.Presented, pointAt point: Int, _ now: Moment) -> Judgement {
        let settings = site.accessPoints[point]
        let seconds = now.civil.seconds
        var result = Judgement()
        var facts = Facts()
        facts.posture = portalIndex[settings.portal].map { portals[$0].posture } ?? .secure
        facts.isClockTrusted = now.isCivilTrusted
        facts.isReaderTrusted = !untrustedReaders.contains(presented.reader)
        facts.factorsGiven = presented.factors
        facts.isCombinationComplete = combinations(pointAt: point, reader: presented.reader, now).contains(
            presented.factors)

        var records: [CredentialRecord] = []
        var isEveryFactorKnown = true
        if let card = presented.card {
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
            let mustNameHolder = presented.card != nil || presented.face != nil
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
            let spoken =
                records.first {
                    $0.status != .enabled
                        || WindowStanding.of(seconds, from: $0.validFrom, until: $0.validUntil) != .inside
                } ?? first
            facts.credentialStatus = spoken.status
            facts.credentialWindow = .of(seconds, from: spoken.validFrom, until: spoken.validUntil)
            facts.doFactorsAgree = records.allSatisfy { $0.person == first.person }
            facts.isDuress = facts.isDuress || records.contains { $0.isDuress }
            result.credential = first
            if let person = registry.person(first.person) {
                result.person = first.person
                gather(person, id: first.person, settings, pointAt: point, now, into: &facts)
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

    func gather(
        _ person: PersonRecord, id: UInt32, _ settings: AccessPointSettings, pointAt point: Int, _ now: Moment,
        into facts: inout Facts
    ) {
        let seconds = now.civil.seconds
        facts.personStatus = person.status
        facts.role = person.role
        facts.employment = .of(seconds, from: person.validFrom, until: person.validUntil)
        facts.hasDwelling = person.dwelling != 0 && registry.dwellingUse(person.dwelling) != nil
        facts.tenancy = registry.tenancyStanding(of: person, at: seconds)
        let standing = access.standing(groups: person.groups, pointAt: point, at: now)
        facts.coveringLevels = standing.covering
        facts.openLevels = standing.open
        facts.mayPassLockdown = person.role == .staff && access.mayPassLockdown(groups: person.groups)
        facts.passbackPolicy = settings.antiPassback
        if settings.antiPassback != .off, let from = settings.fromArea, let present = areas[id], present != from {
            facts.passback = .violated
        }
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
        let event = record(entry, now, &effects)

        for subject in judgement.rightPINOf { _ = lockout.note(subject, isRight: true, at: now) }
        for subject in judgement.wrongPINOf {
            guard let pause = lockout.note(subject, isRight: false, at: now) else { continue }
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
            if event != 0 {
                grants[event] = Grant(
                    accessPoint: settings.id, portal: settings.portal, person: judgement.person,
                    toArea: settings.toArea, reader: presented.reader)
            }
            effects.append(.indicate(presented.reader, .granted, waits: true))
            feed(.grant(event: event), to: settings.portal, now, &effects)
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

    /// A card that came too soon at a reader where somebody tries numbers: it is compared with nothing.
    private mutating func pausedByGuessing(
        _ presented: FactorCollector.Presented, _ settings: AccessPointSettings, _ now: Moment
    ) -> Judgement? {
        guard presented.card != nil, !settings.keypads.contains(presented.reader),
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

    private mutating func noteGuess(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, _ settings: AccessPointSettings, event: UInt64,
        _ now: Moment, _ effects: inout [Effect]
    ) {
        guard let card = presented.card, !judgement.facts.isGuessPaused else { return }
        let key = CredentialKey(card: card.number, primitives: primitives)
        guard registry.credential(for: key) == nil,
            guesses.noteUnknown(key, at: presented.reader, now: now.monotonic)
        else { return }
        set(.readerGuessed, presented.reader.name, true, now, &effects)
        var entry = JournalEntry(kind: .lockout)
        entry.accessPoint = settings.id
        entry.portal = settings.portal
        entry.reader = presented.reader
        entry.about = event == 0 ? nil : event
        entry.outcome = "guessing"
        entry.detail["seconds"] = .integer(GuessGuard.span.wholeMilliseconds / 1000)
        let alarm = record(entry, now, &effects)
        raise(
            .lockout, event: alarm, ["accessPoint": settings.id.name, "cause": "cards"], now, &effects)
    }
}
