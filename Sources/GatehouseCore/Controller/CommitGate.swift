/// The one place where "durable before the barrier" (promise P1) is kept. Durable effects go to the writer in
/// batches, one batch at a time; volatile effects that belong to an entry wait until it is on disk or the bounded
/// wait is over. What is urgent passes at once.
package struct CommitGate: Sendable {
    package enum OnTimeout: String, Hashable, Sendable, CaseIterable {
        /// Release all the same; the late entry says so.
        case release
        /// Give the release up.
        case hold
    }

    package struct Batch: Hashable, Sendable {
        package var number: UInt64
        package var effects: [DurableEffect]
        package init(number: UInt64, effects: [DurableEffect]) {
            self.number = number
            self.effects = effects
        }
    }

    /// What may be done now, in order, and what the controller has to hear after it.
    package struct Output: Hashable, Sendable {
        /// The batch that failed, to be tried again.
        package var again: Batch?
        package var free: [Effect] = []
        package var inputs: [Input] = []
        package init() {}
    }

    private struct Held: Sendable {
        var effects: [Effect]
        /// The step that has to be on disk first.
        var step: UInt64
        var until: MonotonicTime
    }

    /// Durable effects after which a transaction takes no further step; a step is never divided. A portion fills one.
    package static let batchLimit = 256
    /// A batch that the writer has neither written nor refused for so long is told: the disk, or the writer, stands still.
    package static let longestWrite: Duration = .seconds(30)

    private let maxWait: Duration
    private let onTimeout: OnTimeout
    private var waiting: [[DurableEffect]] = []
    private var inFlight: Batch?
    /// When the writer was given it, and whether it was told that no answer comes.
    private var inFlightSince: MonotonicTime = .zero
    private var isOverdue = false
    /// The latest moment that was told.
    private var clock: MonotonicTime = .zero
    private var retryAt: MonotonicTime?
    private var failures = 0
    private var held: [Held] = []
    /// Effects that wait for the disk without a bound: an alert leaves only when its row is there to be settled, and
    /// the uplink forgets a report only when it is there to be read.
    private var strict: [(step: UInt64, effect: Effect)] = []
    /// Steps with durable effects: admitted, handed to the writer, on disk.
    private var admittedSteps: UInt64 = 0
    private var inFlightThrough: UInt64 = 0
    private var committedSteps: UInt64 = 0
    private var nextNumber: UInt64 = 1

    package init(maxWait: Duration, onTimeout: OnTimeout) {
        self.maxWait = maxWait
        self.onTimeout = onTimeout
    }

    /// Whether everything that was admitted is on disk.
    package var isIdle: Bool { committedSteps == admittedSteps }

    /// Takes the effects of one step and gives back those that wait for nothing. `nextBatch` starts the writer when
    /// all inputs that waited together are in.
    package mutating func admit(_ effects: [Effect], at now: MonotonicTime) -> [Effect] {
        clock = max(clock, now)
        var free: [Effect] = []
        var later: [Effect] = []
        var durable: [DurableEffect] = []
        for effect in effects {
            switch effect {
            case .durable(let one): durable.append(one)
            case .release(_, event: nil), .indicate(_, _, waits: false), .stop, .loadOutbox, .acceptClock:
                free.append(effect)
            case .secure(let portal):
                dropReleases(of: portal, from: &later)
                for index in held.indices { dropReleases(of: portal, from: &held[index].effects) }
                free.append(effect)
            case .release, .indicate, .acknowledge, .capture, .deliver, .reply, .noted, .eraseSnapshots,
                .leadSlot:
                later.append(effect)
            }
        }
        if !durable.isEmpty {
            waiting.append(durable)
            admittedSteps += 1
        }
        guard !later.isEmpty else { return free }
        // Without durable effects of its own a step waits for those before it, so that effects keep their order.
        if isIdle { return free + later }
        var bounded: [Effect] = []
        for effect in later {
            switch effect {
            case .deliver, .noted, .eraseSnapshots, .leadSlot: strict.append((admittedSteps, effect))
            default: bounded.append(effect)
            }
        }
        if !bounded.isEmpty { held.append(Held(effects: bounded, step: admittedSteps, until: now + maxWait)) }
        return free
    }

    /// The next transaction, when the writer is free and something waits.
    package mutating func nextBatch() -> Batch? {
        guard inFlight == nil, !waiting.isEmpty else { return nil }
        var effects: [DurableEffect] = []
        var (steps, weight) = (0, 0)
        for step in waiting {
            let more = step.reduce(0) { $0 + $1.weight }
            if steps > 0, weight + more > Self.batchLimit { break }
            effects += step
            weight += more
            steps += 1
        }
        waiting.removeFirst(steps)
        inFlightThrough += UInt64(steps)
        let batch = Batch(number: nextNumber, effects: effects)
        nextNumber += 1
        inFlight = batch
        inFlightSince = clock
        return batch
    }

    package mutating func committed(_ number: UInt64) -> Output {
        guard let done = inFlight, done.number == number else { return Output() }
        var output = Output()
        inFlight = nil
        retryAt = nil
        isOverdue = false
        if failures > 0 { output.inputs.append(.store(isAvailable: true, problem: "")) }
        failures = 0
        for effect in done.effects {
            if let revision = effect.portionOf { output.inputs.append(.portionWritten(revision: revision)) }
        }
        for effect in done.effects.reversed() {
            if case .record(let entry) = effect {
                output.inputs.append(.committed(through: entry.sequence))
                break
            }
        }
        committedSteps = inFlightThrough
        while let first = held.first, first.step <= committedSteps {
            held.removeFirst()
            free(first.effects, isLate: false, into: &output)
        }
        while let first = strict.first, first.step <= committedSteps {
            strict.removeFirst()
            output.free.append(first.effect)
        }
        return output
    }

    /// The writer could not. The same batch is tried again after a pause, with the same numbers.
    package mutating func failed(_ number: UInt64, problem: String, at now: MonotonicTime) -> Output {
        guard inFlight?.number == number else { return Output() }
        failures += 1
        inFlightSince = now
        retryAt = now + .seconds(1)
        var output = Output()
        if failures == 1 { output.inputs.append(.store(isAvailable: false, problem: problem)) }
        return output
    }

    package mutating func timePassed(at now: MonotonicTime) -> Output {
        clock = max(clock, now)
        var output = Output()
        if inFlight != nil, !isOverdue, retryAt == nil, now - inFlightSince >= Self.longestWrite {
            isOverdue = true
            failures += 1
            let seconds = Self.longestWrite.wholeMilliseconds / 1000
            if failures == 1 {
                output.inputs.append(
                    .store(isAvailable: false, problem: "the disk has not answered for \(seconds) s"))
            }
        }
        while let first = held.first, first.until <= now {
            held.removeFirst()
            free(first.effects, isLate: true, into: &output)
        }
        if let retryAt, retryAt <= now, let inFlight {
            self.retryAt = nil
            output.again = inFlight
        }
        return output
    }

    package var nextDeadline: Deadline? {
        let wait = held.first.map { Deadline(at: $0.until, waiter: "the journal before a release") }
        let retry = retryAt.map { Deadline(at: $0, waiter: "the writer's next try") }
        let answer =
            inFlight == nil || isOverdue || retryAt != nil
            ? nil : Deadline(at: inFlightSince + Self.longestWrite, waiter: "the writer's answer")
        return .earliest(.earliest(wait, retry), answer)
    }

    // MARK: -

    private func dropReleases(of portal: PortalID, from effects: inout [Effect]) {
        effects.removeAll { if case .release(portal, event: _?) = $0 { true } else { false } }
    }

    private func free(_ effects: [Effect], isLate: Bool, into output: inout Output) {
        var isGivenUp = false
        for effect in effects {
            switch effect {
            case .release(let portal, event: let event?):
                if isLate, onTimeout == .hold {
                    isGivenUp = true
                    output.inputs.append(.abandoned(portal, event: event))
                } else {
                    output.free.append(effect)
                    output.inputs.append(.performed(portal, event: event, isLate: isLate))
                }
            case .indicate(let reader, .granted, _) where isGivenUp:
                output.free.append(.indicate(reader, .denied, waits: true))
            case .reply(let id, .done) where isLate:
                output.free.append(.reply(id, isGivenUp ? .refused(.storeUnavailable) : .done(event: nil)))
            default: output.free.append(effect)
            }
        }
    }
}
