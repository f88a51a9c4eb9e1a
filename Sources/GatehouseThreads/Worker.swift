internal import CLinux
package import GatehouseCore
internal import Glibc

/// Jobs on threads of their own: for what may wait for a disk, a device or the network. Named, bounded, counted. Jobs of
/// one giver are begun in their order; givers take turns.
///
/// A class because it owns its threads.
package final class Worker: Sendable {
    package typealias Job = @Sendable () -> Void

    /// What `status` tells of a worker.
    package struct Counts: Hashable, Sendable {
        package var name: String
        package var waiting: Int
        package var done: UInt64
        package var refused: UInt64
        /// The longest that a job waited before it was begun.
        package var longestWait: Duration
    }

    private struct Waiting: Sendable {
        var job: Job
        var since: MonotonicTime
    }
    private struct State {
        var queue: FairQueue<Waiting>
        var busy: [Int: MonotonicTime] = [:]
        var done: UInt64 = 0
        var longestWait: Duration = .zero
        var isStopping = false
        var running = 0
    }

    package let name: String
    private let width: Int
    private let longestJob: Duration
    private let state: Guarded<State>

    /// `width` jobs run at a time. At most `limit` wait, and of one giver `limitOfOne`, of one account with all its people
    /// `limitOfAccount`. `longestJob` is what a job may take
    /// before the worker counts as stuck.
    package init(
        _ name: String, width: Int = 1, limit: Int = 256, limitOfOne: Int? = nil, limitOfAccount: Int? = nil,
        longestJob: Duration = .seconds(600)
    ) {
        self.name = name
        self.width = width
        self.longestJob = longestJob
        state = Guarded(
            State(queue: FairQueue(limit: limit, limitOfOne: limitOfOne ?? limit, limitOfAccount: limitOfAccount)))
    }

    package func start() {
        for number in 0..<width {
            state.withLock { $0.running += 1 }
            let thread = NamedThread(width > 1 ? "\(name)-\(number + 1)" : name) { self.run(number) }
            precondition(thread != nil, "no thread for \(name)")
        }
    }

    /// False when the job was not taken: no room, or the worker is stopping.
    @discardableResult
    package func post(from giver: Giver = 0, isUrgent: Bool = false, _ job: @escaping Job) -> Bool {
        let now = Self.now()
        return state.change { state in
            !state.isStopping && state.queue.add(Waiting(job: job, since: now), from: giver, isUrgent: isUrgent)
        }
    }

    /// Takes no more jobs and waits for those that were posted, at most for this long. False when one still runs: its thread
    /// goes on alone.
    @discardableResult
    package func stop(within limit: Duration = .seconds(3600)) -> Bool {
        state.change { $0.isStopping = true }
        return state.wait(atMost: limit) { $0.running == 0 ? true : nil } ?? false
    }

    /// Whether a present job takes longer than any job may.
    package func isStuck(at now: MonotonicTime) -> Bool {
        state.withLock { state in state.busy.values.contains { now - $0 > longestJob } }
    }

    package var counts: Counts {
        state.withLock {
            Counts(
                name: name, waiting: $0.queue.count, done: $0.done, refused: $0.queue.refused,
                longestWait: $0.longestWait)
        }
    }

    private func run(_ number: Int) {
        while true {
            let next: Waiting?? = state.wait { state in
                if let next = state.queue.next() {
                    let now = Self.now()
                    state.busy[number] = now
                    state.longestWait = max(state.longestWait, now - next.since)
                    return .some(next)
                }
                return state.isStopping ? .some(nil) : nil
            }
            guard let waiting = next ?? nil else { break }
            waiting.job()
            state.withLock { state in
                state.busy[number] = nil
                state.done += 1
            }
        }
        state.change { $0.running -= 1 }
    }

    private static func now() -> MonotonicTime { MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC)) }
}
