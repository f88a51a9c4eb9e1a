internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseStore

/// What the writer's thread does with the heads of the journal, and when.
struct Checkpoints: ~Copyable {
    private let keeper: CheckpointKeeper?
    private let tell: (CheckpointKeeper.Refusal?) -> Void
    private var pace = CheckpointPace()
    private var refusal: CheckpointKeeper.Refusal?

    init(_ keeper: CheckpointKeeper?, tell: @escaping (CheckpointKeeper.Refusal?) -> Void) {
        self.keeper = keeper
        self.tell = tell
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
        case .made, .nothingYet, .withoutKey: pace.covered()
        case .refused(let refusal):
            found = refusal
            pace.failed(at: SystemClock.monotonic())
        case .failed: pace.failed(at: SystemClock.monotonic())
        }
        // A disk that fails has its own condition, and says nothing of what it holds.
        if found != refusal, !answer.isFailure {
            tell(found)
            refusal = found
        }
        return answer
    }

    /// How long the thread may rest.
    func milliseconds(atMost most: Int32) -> Int32 {
        guard let rest = pace.remaining(at: SystemClock.monotonic()) else { return most }
        return min(most, Int32(clamping: rest.wholeMilliseconds + 1))
    }
}
