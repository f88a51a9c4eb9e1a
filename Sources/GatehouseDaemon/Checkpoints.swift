internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseStore

/// What the writer's thread does with the heads of the journal, and when.
struct Checkpoints: ~Copyable {
    /// Whom it is said to.
    struct Listeners: Sendable {
        /// What became of a checkpoint, where it is not as the last time: nil where it was signed again.
        var refused: @Sendable (CheckpointKeeper.Refusal?) -> Void
        /// The newest head that is signed.
        var signed: @Sendable (CheckpointKeeper.Made) -> Void
        /// Enough witnesses have signed a head.
        var witnessed: @Sendable () -> Void
        /// Whether heads stand without enough witnesses for long, where that changes.
        var unwitnessed: @Sendable (Bool) -> Void
    }

    private let keeper: CheckpointKeeper?
    private let witnesses: CheckpointWitnesses?
    private let listeners: Listeners
    private var pace = CheckpointPace()
    private var watch = WitnessWatch()
    private var isUnwitnessed = false
    private var refusal: CheckpointKeeper.Refusal?

    init(_ keeper: CheckpointKeeper?, _ witnesses: CheckpointWitnesses?, _ listeners: Listeners) {
        self.keeper = keeper
        self.witnesses = witnesses
        self.listeners = listeners
    }

    mutating func took(_ entries: Int) {
        if keeper != nil { pace.took(entries, at: SystemClock.monotonic()) }
    }

    mutating func makeIfDue(somebodyWaits: Bool) {
        if pace.isDue(at: SystemClock.monotonic(), somebodyWaits: somebodyWaits) { _ = make() }
    }

    mutating func makeIfOwed() { if pace.isOwed { _ = make() } }

    mutating func make() -> CheckpointAnswer {
        guard let keeper else { return .withoutKey }
        let answer = keeper.answer()
        var found: CheckpointKeeper.Refusal?
        switch answer {
        case .made(let made):
            pace.covered()
            look(at: made)
            listeners.signed(made)
        case .nothingYet, .withoutKey: pace.covered()
        case .refused(let refusal):
            found = refusal
            pace.failed(at: SystemClock.monotonic())
        case .failed: pace.failed(at: SystemClock.monotonic())
        }
        // A disk that fails has its own condition, and says nothing of what it holds.
        if found != refusal, !answer.isFailure {
            listeners.refused(found)
            refusal = found
        }
        return answer
    }

    /// A witness's line below the head of so many entries.
    mutating func add(_ line: String, of witness: String, size: UInt64) {
        guard let keeper, let witnesses,
            let made = try? keeper.add(line, of: witness, size: size, witnesses)
        else { return }
        look(at: made)
    }

    private mutating func look(at made: CheckpointKeeper.Made) {
        guard let witnesses else { return }
        if witnesses.areEnough(made.note) {
            watch.witnessed(made.size)
            listeners.witnessed()
        } else {
            watch.signed(made.size, at: SystemClock.monotonic())
        }
        tellIfLate()
    }

    mutating func tellIfLate() {
        let isLate = watch.isLate(at: SystemClock.monotonic())
        if isLate != isUnwitnessed { listeners.unwitnessed(isLate) }
        isUnwitnessed = isLate
    }

    /// How long the thread may rest.
    func milliseconds(atMost most: Int32) -> Int32 {
        let now = SystemClock.monotonic()
        let rests = [pace.remaining(at: now), watch.remaining(at: now)].compactMap(\.self)
        guard let rest = rests.min() else { return most }
        return min(most, Int32(clamping: rest.wholeMilliseconds + 1))
    }
}
