/// What becomes of wrong PINs and of numbers that are tried.
extension Controller {
    /// What was tried before a restart counts after it.
    mutating func restoreGuessing(_ step: inout Step) {
        let (points, registry) = (pointOfReader, registry)
        let (changes, alerts) = guessing.restore(from: ledger, at: step.now) { subject in
            switch subject {
            case .reader(let reader): points[reader] != nil
            case .person(let person): registry.person(person) != nil
            }
        }
        for change in changes { keep(change, &step) }
        for reader in alerts { set(.readerGuessed, reader.name, true, &step) }
    }

    /// Wrong PINs of somebody who is gone, was given a new one, or is forgiven.
    mutating func forgetTries(of person: UInt32, _ step: inout Step) {
        if let change = guessing.forget(.person(person), at: step.now) { keep(change, &step) }
    }

    mutating func endGuessingAlerts(_ step: inout Step) {
        let (alerts, changes) = guessing.ended(at: step.now)
        for change in changes { keep(change, &step) }
        for reader in alerts { set(.readerGuessed, reader.name, false, &step) }
    }

    /// Ends what makes people wait at a reader.
    mutating func resume(_ reader: ReaderID, _ step: inout Step) {
        if let change = guessing.forget(.reader(reader), at: step.now) { keep(change, &step) }
        if let changes = guessing.endAlert(at: reader) {
            for change in changes { keep(change, &step) }
            set(.readerGuessed, reader.name, false, &step)
        }
    }

    /// Until when people wait at a reader: because numbers were tried, because wrong PINs were typed.
    package func pauses(of reader: ReaderID, at now: Moment) -> (tried: MonotonicTime?, wrongPINs: MonotonicTime?) {
        guessing.pauses(of: reader, at: now)
    }

    /// A card or pass that came too soon at a reader where somebody tries numbers: it is compared with nothing.
    mutating func pausedByGuessing(
        _ presented: FactorCollector.Presented, pointAt point: Int, _ now: Moment
    ) -> Judgement? {
        guard presented.card != nil || presented.pass != nil,
            !site.accessPoints[point].keypads.contains(presented.reader),
            !guessing.takesCard(at: presented.reader, now.monotonic)
        else { return nil }
        var evidence = Evidence(factors: presented.factors)
        evidence.isGuessPaused = true
        evidence.isEveryFactorKnown = false
        return Judgement(evidence: evidence, facts: facts(of: evidence, pointAt: point, now))
    }

    /// Counts how the PIN compared, and pauses whoever tries.
    mutating func notePINs(of evidence: Evidence, _ settings: AccessPointSettings, event: UInt64?, _ step: inout Step) {
        for subject in evidence.rightPINOf {
            if let change = guessing.noteRight(subject, at: step.now) { keep(change, &step) }
        }
        for subject in evidence.wrongPINOf {
            let (pause, changes) = guessing.noteWrong(subject, at: step.now)
            for change in changes { keep(change, &step) }
            guard let pause else { continue }
            var entry = lockout(of: settings, about: event, for: pause)
            switch subject {
            case .reader(let reader): entry.reader = reader
            case .person(let person): entry.person = person
            }
            let alarm = record(entry, &step)
            raise(.lockout, event: alarm, ["accessPoint": settings.id.name], &step)
        }
    }

    mutating func noteGuess(
        _ presented: FactorCollector.Presented, _ judgement: Judgement, _ settings: AccessPointSettings, event: UInt64?,
        _ step: inout Step
    ) {
        guard let key = judgement.evidence.unknownNumber else { return }
        let mark = primitives.digest(key.octets).prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let (begun, changes) = guessing.noteUnknown(mark, at: presented.reader, step.now)
        for change in changes { keep(change, &step) }
        guard !begun.isEmpty else { return }
        for reader in begun { set(.readerGuessed, reader.name, true, &step) }
        let end = guessing.pauses(of: presented.reader, at: step.now).tried ?? step.now.monotonic
        var entry = lockout(of: settings, about: event, for: end - step.now.monotonic)
        entry.reader = presented.reader
        entry.result = .guessing
        let alarm = record(entry, &step)
        raise(.lockout, event: alarm, ["accessPoint": settings.id.name, "cause": "cards"], &step)
    }

    private func lockout(of settings: AccessPointSettings, about event: UInt64?, for span: Duration) -> JournalEntry {
        var entry = JournalEntry(kind: .lockout)
        entry.accessPoint = settings.id
        entry.portal = settings.portal
        entry.about = event
        entry.detail[.seconds] = .integer(span.wholeMilliseconds / 1000)
        return entry
    }
}
