internal import CLinux
internal import Glibc
internal import Synchronization

/// The way into an event loop from other threads: jobs, done in the order in which they were posted.
package final class LoopInbox: Sendable {
    package typealias Job = @Sendable () -> Void

    private struct State {
        var jobs: [Job] = []
        var completions: [Job] = []
        var isClosed = false
        var isStopped = false
        var refused: UInt64 = 0
        var runner: UInt?
    }
    private let state = Mutex(State())
    private let limit: Int
    let descriptor: Int32

    init(limit: Int) throws(SystemError) {
        self.limit = limit
        descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError("eventfd", on: "the event loop", code: errno) }
    }

    deinit { Glibc.close(descriptor) }

    /// Has the loop do a job. False when as many jobs wait as the limit allows: then this one is not taken, and counted.
    /// The caller decides what that means; a lost completion is an error, a lost refresh is none.
    @discardableResult
    package func post(_ job: @escaping Job) -> Bool {
        let isTaken = state.withLock { state in
            guard state.jobs.count < limit, !state.isClosed else {
                state.refused += 1
                return false
            }
            state.jobs.append(job)
            return true
        }
        if isTaken { wake() }
        return isTaken
    }

    /// Has the loop do a job that ends something it waits for: never refused, and done before the others. Bounded by what is
    /// waited for: one batch of the writer, one window of each destination, one answer of each device.
    package func complete(_ job: @escaping Job) {
        state.withLock { $0.completions.append(job) }
        wake()
    }

    /// Takes no more jobs: nobody is there to do them.
    package func close() { state.withLock { $0.isClosed = true } }

    /// Jobs that found no room since the start.
    package var refusedJobs: UInt64 { state.withLock { $0.refused } }

    /// Ends the loop after the jobs that wait.
    package func stop() {
        state.withLock { $0.isStopped = true }
        wake()
    }

    /// Whether the caller is on the thread that runs the loop.
    package var isOnLoop: Bool {
        let own = UInt(pthread_self())
        return state.withLock { $0.runner == own }
    }

    private func wake() {
        var one: UInt64 = 1
        // fails only when the counter is full, and then the loop is awake
        _ = write(descriptor, &one, 8)
    }

    // MARK: For the loop

    func enter() {
        let own = UInt(pthread_self())
        state.withLock { state in
            precondition(state.runner == nil, "the event loop runs already")
            state.runner = own
        }
    }

    func leave() { state.withLock { $0.runner = nil } }

    /// All completions, and of the other jobs at most so many: what is left is done in the next turn, behind the descriptors.
    func take(atMost limit: Int) -> (jobs: [Job], isStopped: Bool) {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
        let (jobs, isStopped, isMore) = state.withLock { state in
            let jobs = state.completions + state.jobs.prefix(limit)
            state.completions = []
            state.jobs.removeFirst(min(limit, state.jobs.count))
            defer { if state.jobs.isEmpty { state.isStopped = false } }
            return (jobs, state.isStopped && state.jobs.isEmpty, !state.jobs.isEmpty)
        }
        if isMore { wake() }
        return (jobs, isStopped)
    }
}

/// A value of the loop's thread, carried by jobs of other threads, which may hold it but not look inside.
///
/// Unchecked, because the compiler cannot know threads: each access checks that it happens on the loop.
package struct LoopBound<Value>: @unchecked Sendable {
    private let held: Value
    private let inbox: LoopInbox

    init(value: Value, inbox: LoopInbox) {
        held = value
        self.inbox = inbox
    }

    package var value: Value {
        precondition(inbox.isOnLoop, "a value of the event loop is used on another thread")
        return held
    }
}
