internal import CLinux
internal import GatehouseCore
internal import GatehouseStore
internal import GatehouseThreads
internal import Glibc
internal import Synchronization

/// The thread that waits for the disk, so that the loop never does. One batch at a time comes in; its result goes back
/// through `finished`, which is called on this thread.
///
/// A class because it owns a thread.
final class WriterThread: Sendable {
    private enum Work: Sendable {
        case batch(CommitGate.Batch)
        case stop
    }

    /// The writer is made and used on the thread alone.
    private let makeWriter: @Sendable () -> StoreWriter
    private let finished: @Sendable (UInt64, Result<Void, WriterFailure>) -> Void
    /// Called when nothing has come for a while after a registry change, and at the end: time for the last good copy. It
    /// must not take long here.
    private let registrySettled: @Sendable () -> Void
    private let owesCopy: Bool
    /// What is free on the disk; asked after each batch, and once a minute.
    private let readSpace: @Sendable () -> DiskSpace.Reading?
    private let diskNearlyFull: @Sendable (Bool) -> Void
    private let queue = Mutex<[Work]>([])
    private let wake: Int32
    private let hasEnded = Awaited<Bool>()

    struct WriterFailure: Error { let description: String }

    init(
        makeWriter: @escaping @Sendable () -> StoreWriter,
        finished: @escaping @Sendable (UInt64, Result<Void, WriterFailure>) -> Void,
        registrySettled: @escaping @Sendable () -> Void, owesCopy: Bool,
        readSpace: @escaping @Sendable () -> DiskSpace.Reading?, diskNearlyFull: @escaping @Sendable (Bool) -> Void
    ) {
        self.readSpace = readSpace
        self.diskNearlyFull = diskNearlyFull
        self.owesCopy = owesCopy
        self.makeWriter = makeWriter
        self.finished = finished
        self.registrySettled = registrySettled
        wake = eventfd(0, Int32(EFD_CLOEXEC))
    }

    func start() {
        let thread = NamedThread("writer") {
            self.run()
            self.hasEnded.fulfil(true)
        }
        precondition(thread != nil, "no thread for the writer")
    }

    func commit(_ batch: CommitGate.Batch) { post(.batch(batch)) }

    /// Ends the thread after what was posted. False when it did not end in time: the disk does not answer.
    func stop(within limit: Duration) -> Bool {
        post(.stop)
        return hasEnded.wait(atMost: limit) != nil
    }

    private func post(_ work: Work) {
        queue.withLock { $0.append(work) }
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    private func run() {
        let writer = makeWriter()
        var hasChangedRegistry = owesCopy
        var isDirty = false
        var space = DiskSpace()
        while true {
            var waiting = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, isDirty || hasChangedRegistry ? 200 : 60_000)
            if ready == 0 {
                // Nothing for a while: the write-ahead file is folded in while nobody waits for it.
                if isDirty { isDirty = !writer.idle() }
                if hasChangedRegistry { registrySettled() }
                hasChangedRegistry = false
                look(at: &space)
                continue
            }
            var count: UInt64 = 0
            _ = read(wake, &count, 8)
            for work in queue.withLock({ queue in
                defer { queue = [] }
                return queue
            }) {
                guard case .batch(let batch) = work else {
                    if hasChangedRegistry { registrySettled() }
                    return
                }
                do {
                    try writer.commit(batch)
                    isDirty = true
                    for effect in batch.effects {
                        switch effect {
                        case .registry, .registrySealed: hasChangedRegistry = true
                        default: break
                        }
                    }
                    finished(batch.number, .success(()))
                } catch {
                    finished(batch.number, .failure(WriterFailure(description: "\(error)")))
                }
                look(at: &space)
            }
        }
    }

    private func look(at space: inout DiskSpace) {
        if let change = readSpace().flatMap({ space.take($0) }) { diskNearlyFull(change) }
    }
}
