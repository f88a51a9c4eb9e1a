internal import CLinux
internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseStore
internal import GatehouseThreads
internal import Glibc
internal import Synchronization

/// The thread that waits for the disk, so that the loop never does. One batch at a time comes in; its result goes back
/// through `finished`, which is called on this thread: the number of the last entry that is on disk with it.
///
/// A class because it owns a thread.
final class WriterThread: Sendable {
    private enum Work: Sendable {
        case batch(CommitGate.Batch)
        /// Somebody asks for a head that covers what is there now.
        case checkpoint(Awaited<CheckpointAnswer>)
        /// The last good copy of the register of this mark is on disk, or is not.
        case copied([UInt8], Bool)
        case stop
    }

    /// The writer is made and used on the thread alone.
    private let makeWriter: @Sendable () -> StoreWriter
    private let finished: @Sendable (UInt64, Result<UInt64?, WriterFailure>) -> Void
    /// Called when nothing has come for a while after a registry change, and at the end: time for the last good copy. It
    /// must not take long here; false when it has no room now. What became of it is said later.
    private let registrySettled: @Sendable (@escaping @Sendable (Bool) -> Void) -> Bool
    /// The mark of the register of which there is a copy.
    private let copied: [UInt8]?
    /// Called once a day: time to hold the database against its head. It must not take long here.
    private let everyDay: @Sendable () -> Void
    /// Nil in a run without the master key: it signs nothing.
    private let makeKeeper: (@Sendable () -> CheckpointKeeper)?
    private let witnesses: CheckpointWitnesses?
    private let checkpoints: Checkpoints.Listeners
    /// The sealed head, to be kept elsewhere: at most once a second, and when nothing comes for a while.
    private let headMoved: @Sendable ([UInt8]) -> Void
    /// What is free on the disk; asked after each batch, and once a minute.
    private let readSpace: @Sendable () -> DiskSpace.Reading?
    private let diskNearlyFull: @Sendable (Bool) -> Void
    private let queue = Mutex<[Work]>([])
    /// The newest line of each witness: taken when no batch waits.
    private let cosigned = Mutex<[String: (size: UInt64, line: String)]>([:])
    private let wake: Int32
    private let hasEnded = Awaited<Bool>()

    struct WriterFailure: Error { let description: String }

    init(
        makeWriter: @escaping @Sendable () -> StoreWriter,
        finished: @escaping @Sendable (UInt64, Result<UInt64?, WriterFailure>) -> Void,
        registrySettled: @escaping @Sendable (@escaping @Sendable (Bool) -> Void) -> Bool, copied: [UInt8]?,
        everyDay: @escaping @Sendable () -> Void,
        makeKeeper: (@Sendable () -> CheckpointKeeper)?, witnesses: CheckpointWitnesses?,
        checkpoints: Checkpoints.Listeners, headMoved: @escaping @Sendable ([UInt8]) -> Void,
        readSpace: @escaping @Sendable () -> DiskSpace.Reading?, diskNearlyFull: @escaping @Sendable (Bool) -> Void
    ) {
        self.readSpace = readSpace
        self.diskNearlyFull = diskNearlyFull
        self.copied = copied
        self.everyDay = everyDay
        self.makeKeeper = makeKeeper
        self.witnesses = witnesses
        self.checkpoints = checkpoints
        self.headMoved = headMoved
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

    /// The newest checkpoint, made for whoever asks.
    func checkpoint(within limit: Duration, unless ended: Cancellation) -> CheckpointAnswer? {
        let answer = Awaited<CheckpointAnswer>()
        post(.checkpoint(answer))
        return answer.wait(atMost: limit, unless: ended)
    }

    /// A witness's line below the head of so many entries.
    func cosigned(by witness: String, size: UInt64, line: String) {
        cosigned.withLock { $0[witness] = (size, line) }
        wakeUp()
    }

    /// Ends the thread after what was posted. False when it did not end in time: the disk does not answer.
    func stop(within limit: Duration) -> Bool {
        post(.stop)
        return hasEnded.wait(atMost: limit) != nil
    }

    private func post(_ work: Work) {
        queue.withLock { $0.append(work) }
        wakeUp()
    }

    private func wakeUp() {
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    private func run() {
        let writer = makeWriter()
        var checkpoints = Checkpoints(makeKeeper?(), witnesses, checkpoints)
        var head = HeadNews(headMoved)
        // Says at once where an older database was put in the place of this one.
        _ = checkpoints.make()
        var copy = RegistryCopying(copied)
        var nextDay = SystemClock.monotonic() + .seconds(86_400)
        /// The register is another one than its copy holds.
        func owesCopy() -> Bool { copy.isOwed(writer.registryMark, at: SystemClock.monotonic()) }
        func copyRegistry() {
            guard owesCopy(), let mark = writer.registryMark else { return }
            let isTaken = registrySettled { self.post(.copied(mark, $0)) }
            copy.began(mark, isTaken: isTaken, at: SystemClock.monotonic())
        }
        var isDirty = false
        var space = DiskSpace()
        while true {
            var waiting = pollfd(fd: wake, events: Int16(POLLIN), revents: 0)
            let patience = isDirty || owesCopy() || head.isOwed ? 200 : checkpoints.milliseconds(atMost: 60_000)
            let ready = poll(&waiting, 1, patience)
            if ready == 0 {
                // Nothing for a while: the write-ahead file is folded in while nobody waits for it.
                if isDirty { isDirty = !writer.idle() }
                copyRegistry()
                checkpoints.makeIfDue(somebodyWaits: false)
                checkpoints.tellIfLate()
                head.tell()
                look(at: &space)
                if SystemClock.monotonic() >= nextDay {
                    nextDay = SystemClock.monotonic() + .seconds(86_400)
                    everyDay()
                }
                continue
            }
            var count: UInt64 = 0
            _ = read(wake, &count, 8)
            for work in queue.withLock({ queue in
                defer { queue = [] }
                return queue
            }) {
                switch work {
                case .batch(let batch):
                    do {
                        try writer.commit(batch)
                        isDirty = true
                        checkpoints.took(batch.effects.count(where: \.isEntry))
                        finished(batch.number, .success(batch.effects.lazy.compactMap(\.sequence).last))
                        head.moved(to: writer.sealedHead)
                    } catch {
                        finished(batch.number, .failure(WriterFailure(description: "\(error)")))
                    }
                    checkpoints.makeIfDue(somebodyWaits: !queue.withLock(\.isEmpty))
                    look(at: &space)
                case .checkpoint(let answer): answer.fulfil(checkpoints.make())
                case .copied(let mark, let isDone): copy.ended(mark, isDone, at: SystemClock.monotonic())
                case .stop:
                    copyRegistry()
                    checkpoints.makeIfOwed()
                    head.tell()
                    return
                }
            }
            addCosigned(to: &checkpoints)
        }
    }

    /// Lines of witnesses, while no batch waits for the disk.
    private func addCosigned(to checkpoints: inout Checkpoints) {
        while queue.withLock(\.isEmpty), let (witness, line) = cosigned.withLock({ $0.popFirst() }) {
            checkpoints.add(line.line, of: witness, size: line.size)
        }
    }

    private func look(at space: inout DiskSpace) {
        if let change = readSpace().flatMap({ space.take($0) }) { diskNearlyFull(change) }
    }
}

/// Of which state of the register there is a last good copy; one that did not come about is owed again after a while.
private struct RegistryCopying {
    private static let pause: Duration = .seconds(30)

    private var copied: [UInt8]?
    private var underWay: [UInt8]?
    private var notBefore: MonotonicTime?

    init(_ copied: [UInt8]?) { self.copied = copied }

    func isOwed(_ mark: [UInt8]?, at now: MonotonicTime) -> Bool {
        guard let mark, mark != copied, mark != underWay else { return false }
        return notBefore.map { $0 <= now } ?? true
    }

    mutating func began(_ mark: [UInt8], isTaken: Bool, at now: MonotonicTime) {
        if isTaken { underWay = mark } else { notBefore = now + Self.pause }
    }

    mutating func ended(_ mark: [UInt8], _ isDone: Bool, at now: MonotonicTime) {
        if underWay == mark { underWay = nil }
        if isDone { (copied, notBefore) = (mark, nil) } else { notBefore = now + Self.pause }
    }
}

/// Tells of the newest head now and then.
private struct HeadNews: ~Copyable {
    private static let pause: Duration = .seconds(1)

    private let listener: @Sendable ([UInt8]) -> Void
    private var owed: [UInt8]?
    private var toldAt: MonotonicTime?

    init(_ listener: @escaping @Sendable ([UInt8]) -> Void) { self.listener = listener }

    var isOwed: Bool { owed != nil }

    mutating func moved(to sealed: [UInt8]?) {
        owed = sealed ?? owed
        let now = SystemClock.monotonic()
        if toldAt.map({ now - $0 >= Self.pause }) ?? true { tell() }
    }

    mutating func tell() {
        guard let head = owed else { return }
        (owed, toldAt) = (nil, SystemClock.monotonic())
        listener(head)
    }
}

extension DurableEffect {
    fileprivate var isEntry: Bool { if case .record = self { true } else { false } }
}

extension DurableEffect {
    /// The number of an entry.
    fileprivate var sequence: UInt64? { if case .record(let entry) = self { entry.sequence } else { nil } }
}
