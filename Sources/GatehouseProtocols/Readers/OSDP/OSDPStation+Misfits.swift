import GatehouseCore

/// Answers that come and fit to nothing: of another command, of another address, too late.
extension OSDPStation {
    struct Misfits: Sendable {
        var since: MonotonicTime
        var count = 1
    }

    /// A reader that answers all the time and never to the purpose has lost count for good: it is started over, and has no
    /// more of the bus than a silent one.
    static let misfitLimit: Duration = .seconds(1)

    /// When the reader is given up, unless something that fits comes before.
    var patienceEnds: MonotonicTime? {
        guard let misfits, misfits.count > 1 else { return nil }
        return misfits.since + Self.misfitLimit
    }

    mutating func misfit(at now: MonotonicTime) -> Outcome {
        if misfits == nil { misfits = Misfits(since: now) } else { misfits?.count += 1 }
        guard let end = patienceEnds, now >= end else { return .waiting() }
        return .answer(lose(.silent, at: now))
    }

    /// The answer of another command than the one that is out: the next one is waited for longer.
    mutating func wasLate(at now: MonotonicTime) -> Outcome {
        counters.wrongSequence += 1
        patience = min(patience + Self.patienceStep, Self.longestPatience)
        return misfit(at: now)
    }

    /// From one try that a late answer brought to the next: a broken reader that talks without end gets no more of the bus.
    static let lateTryPause: Duration = .seconds(10)

    /// An answer came when the next command was out already. True for a reader that was given up: it is back, and is to
    /// be asked again at once and waited for longer.
    mutating func wasHeardLate(at now: MonotonicTime) -> Bool {
        guard isSilent, lastLateTry.map({ now - $0 >= Self.lateTryPause }) ?? true else { return false }
        lastLateTry = now
        patience = Self.patienceStep
        return true
    }
}
