internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread with a bounded queue: a camera or a destination, so that none delays another. A class because it owns a
/// thread.
final class Worker: Sendable {
    typealias Job = @Sendable () -> Void
    private let jobs = Mutex<[Job]>([])
    private let limit: Int
    private let wake: Int32

    init(limit: Int) {
        self.limit = limit
        wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_SEMAPHORE))
    }

    /// The thread lives as long as the process.
    func start() {
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, workerMain, Unmanaged.passRetained(self).toOpaque())
        precondition(code == 0, "no thread for a worker: errno \(code)")
        pthread_detach(handle)
    }

    /// False when the queue is full.
    func post(_ job: @escaping Job) -> Bool {
        let isTaken = jobs.withLock { jobs in
            guard jobs.count < limit else { return false }
            jobs.append(job)
            return true
        }
        var one: UInt64 = 1
        if isTaken { _ = write(wake, &one, 8) }
        return isTaken
    }

    fileprivate func run() {
        while true {
            var count: UInt64 = 0
            guard read(wake, &count, 8) == 8 else { continue }
            let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            job?()
        }
    }
}

/// Outside any actor: a thread that C starts.
private func workerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<Worker>.fromOpaque(argument!).takeRetainedValue().run()
    return nil
}
