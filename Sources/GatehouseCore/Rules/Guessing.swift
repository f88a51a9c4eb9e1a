/// Everything that slows down whoever tries PINs and card numbers: pauses after wrong PINs, alerts at readers. What has
/// to outlive a restart comes out as changes of the ledger.
struct Guessing: Sendable {
    private var lockout: PINLockout
    private var numbers = GuessGuard()

    init(settings: LockoutSettings) { lockout = PINLockout(settings: settings) }

    // MARK: Questions

    func isLocked(_ subject: PINLockout.Subject, at now: Moment) -> Bool { lockout.isLocked(subject, at: now) }
    func hasTried(_ subject: PINLockout.Subject) -> Bool { lockout.hasTried(subject) }
    func isAlert(at reader: ReaderID, _ now: MonotonicTime) -> Bool { numbers.isAlert(reader, at: now) }

    /// Until when people wait at a reader: because numbers were tried, because wrong PINs were typed.
    func pauses(of reader: ReaderID, at now: Moment) -> (tried: MonotonicTime?, wrongPINs: MonotonicTime?) {
        (numbers.alertEnd(reader, at: now.monotonic), lockout.pauseEnd(.reader(reader), at: now))
    }

    var nextDeadline: MonotonicTime? { numbers.nextDeadline }

    // MARK: What happens

    /// Whether a reader without a keypad takes this card now. Asking counts as taking.
    mutating func takesCard(at reader: ReaderID, _ now: MonotonicTime) -> Bool {
        numbers.takesCard(reader, at: now)
    }

    /// A right PIN. Nil when there was nothing to forgive.
    mutating func noteRight(_ subject: PINLockout.Subject, at now: Moment) -> LedgerChange? {
        lockout.noteRight(subject) ? kept(subject, at: now) : nil
    }

    /// A wrong PIN: the pause that begins with it.
    mutating func noteWrong(
        _ subject: PINLockout.Subject, at now: Moment
    ) -> (pause: Duration?, changes: [LedgerChange]) {
        let (pause, forgotten) = lockout.noteWrong(subject, at: now)
        return (pause, [forgotten, subject].compactMap { $0 }.map { kept($0, at: now) })
    }

    /// An unknown number: the readers whose alert begins with it, and what is kept of it.
    mutating func noteUnknown(
        _ mark: UInt64, at reader: ReaderID, _ now: Moment
    ) -> (begun: [ReaderID], changes: [LedgerChange]) {
        let (begun, prolonged) = numbers.noteUnknown(mark, at: reader, now: now.monotonic)
        return (
            begun, [kept(numbersOf: reader, at: now)] + (begun + prolonged).compactMap { kept(alertOf: $0, at: now) }
        )
    }

    private func kept(alertOf reader: ReaderID, at now: Moment) -> LedgerChange? {
        numbers.alertEnd(reader, at: now.monotonic).map {
            .guessed(reader, until: now.civil + ($0 - now.monotonic))
        }
    }

    private func kept(numbersOf reader: ReaderID, at now: Moment) -> LedgerChange {
        .numbers(
            reader,
            numbers.numbers(at: reader).map {
                Ledger.TriedNumber(mark: $0.mark, at: now.civil + ($0.at - now.monotonic))
            })
    }

    /// Wrong PINs of somebody who is gone, was given a new one, or is forgiven.
    mutating func forget(_ subject: PINLockout.Subject, at now: Moment) -> LedgerChange? {
        lockout.forget(subject) ? kept(subject, at: now) : nil
    }

    /// Ends the alert of a reader by hand; nil when there is none.
    mutating func endAlert(at reader: ReaderID) -> [LedgerChange]? {
        numbers.end(reader) ? [.guessed(reader, until: nil), .numbers(reader, [])] : nil
    }

    /// Readers whose alert has ended, in their order, and what is kept no more.
    mutating func ended(at now: Moment) -> (alerts: [ReaderID], changes: [LedgerChange]) {
        let (alerts, old) = numbers.ended(at: now.monotonic)
        return (alerts, alerts.map { .guessed($0, until: nil) } + old.map { kept(numbersOf: $0, at: now) })
    }

    // MARK: Over restarts

    /// What was tried before a restart counts after it, but for who is gone and what was a month ago. Gives the
    /// readers whose alert goes on, in their order.
    mutating func restore(
        from ledger: Ledger, at now: Moment, isKnown: (PINLockout.Subject) -> Bool
    ) -> (changes: [LedgerChange], alerts: [ReaderID]) {
        var changes: [LedgerChange] = []
        var tries = ledger.tries
        for (subject, kept) in ledger.tries.sorted(by: { $0.key < $1.key })
        where !isKnown(subject) || Int64(now.localDay) - Int64(kept.day) > 30 {
            tries[subject] = nil
            changes.append(.tries(subject, nil))
        }
        lockout.restore(tries, at: now)
        for (reader, tried) in ledger.numbers.sorted(by: { $0.key < $1.key }) {
            guard isKnown(.reader(reader)) else {
                changes.append(.numbers(reader, []))
                continue
            }
            // By a clock that is behind they were tried just now.
            let ages = tried.map { max(Duration.zero, now.civil - $0.at) }
            let marks = zip(tried, ages).map { GuessGuard.Tried(mark: $0.mark, at: now.monotonic - $1) }
            numbers.restore(reader, numbers: marks.sorted { $0.at < $1.at })
        }
        var alerts: [ReaderID] = []
        for (reader, until) in ledger.guessed.sorted(by: { $0.key < $1.key }) {
            let rest = Duration.milliseconds(until.milliseconds - now.civil.milliseconds)
            if rest > .zero, isKnown(.reader(reader)) {
                numbers.restore(reader, for: rest, at: now.monotonic)
                alerts.append(reader)
            } else {
                changes.append(.guessed(reader, until: nil))
            }
        }
        return (changes, alerts)
    }

    /// The civil clock is another one: what is kept in civil time is written anew.
    func rewritten(at now: Moment) -> [LedgerChange] {
        lockout.paused(at: now.monotonic).map { kept($0, at: now) }
            + numbers.alerts(at: now.monotonic).map { .guessed($0.reader, until: now.civil + $0.rest) }
            + numbers.readers.map { kept(numbersOf: $0, at: now) }
    }

    private func kept(_ subject: PINLockout.Subject, at now: Moment) -> LedgerChange {
        .tries(subject, lockout.kept(subject, at: now))
    }
}
