internal import CLinux
package import GatehouseCore
internal import Glibc

/// One thread with a bounded queue: a camera or a destination, so that none delays another. A class because it owns a
/// thread.
package final class Worker: Sendable {
    package typealias Job = @Sendable () -> Void
    private struct State {
        var jobs: [Job] = []
        var busySince: MonotonicTime?
    }
    private let state = Guarded(State())
    private let limit: Int
    private let longestJob: Duration
    private let wake: Int32

    /// `longestJob` is what a job may take before the worker counts as stuck.
    package init(limit: Int, longestJob: Duration) {
        self.limit = limit
        self.longestJob = longestJob
        wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_SEMAPHORE))
    }

    /// The thread lives as long as the process.
    package func start() {
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, workerMain, Unmanaged.passRetained(self).toOpaque())
        precondition(code == 0, "no thread for a worker: errno \(code)")
        pthread_detach(handle)
    }

    /// False when the queue is full.
    package func post(_ job: @escaping Job) -> Bool {
        let isTaken = state.withLock { state in
            guard state.jobs.count < limit else { return false }
            state.jobs.append(job)
            return true
        }
        var one: UInt64 = 1
        if isTaken { _ = write(wake, &one, 8) }
        return isTaken
    }

    /// Whether the present job takes longer than any job may.
    package func isStuck(at now: MonotonicTime) -> Bool {
        state.withLock { $0.busySince.map { now - $0 > longestJob } ?? false }
    }

    fileprivate func run() {
        while true {
            var count: UInt64 = 0
            guard read(wake, &count, 8) == 8 else { continue }
            let job = state.withLock { state -> Job? in
                guard !state.jobs.isEmpty else { return nil }
                state.busySince = UplinkClock.monotonic()
                return state.jobs.removeFirst()
            }
            job?()
            state.withLock { $0.busySince = nil }
        }
    }
}

/// Outside any actor: a thread that C starts.
private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<Worker>.fromOpaque(argument!).takeRetainedValue().run()
    return nil
}
