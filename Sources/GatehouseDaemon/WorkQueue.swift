internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread that does jobs in order: for what may wait for a disk. Bounded; a job over the bound is refused.
///
/// A class because it owns a thread.
final class WorkQueue: Sendable {
    typealias Job = @Sendable () -> Void
    private struct State {
        var jobs: [Job] = []
        var isStopping = false
    }
    static let limit = 256

    private let state = Mutex(State())
    private let wake: Int32
    private let thread = Mutex<pthread_t?>(nil)

    init() { wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_SEMAPHORE)) }

    func start() {
        let box = Unmanaged.passRetained(self)
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, workQueueMain, box.toOpaque())
        precondition(code == 0, "no thread for work: errno \(code)")
        thread.withLock { $0 = handle }
    }

    @discardableResult
    func post(_ job: @escaping Job) -> Bool {
        let isTaken = state.withLock { state in
            guard state.jobs.count < Self.limit, !state.isStopping else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { signal() }
        return isTaken
    }

    func stop() {
        state.withLock { $0.isStopping = true }
        signal()
        if let handle = thread.withLock({ $0.take() }) { pthread_join(handle, nil) }
    }

    private func signal() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    fileprivate func run() {
        while true {
            var count: UInt64 = 0
            _ = read(wake, &count, 8)
            let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
            if let job { job() } else if state.withLock({ $0.isStopping }) { return }
        }
    }
}

/// Outside any actor: a thread that C starts.
private func workQueueMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<WorkQueue>.fromOpaque(argument!).takeRetainedValue().run()
    return nil
}
