import GatehouseCore
import Testing

/// Durable before the barrier (P1), and what passes it.
@Suite("Commit gate")
struct CommitGateTests {
    static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    func entry(_ sequence: UInt64) -> Effect {
        var entry = JournalEntry(kind: .decision)
        entry.sequence = sequence
        return .durable(.record(entry))
    }

    func gate(_ onTimeout: CommitGate.OnTimeout = .release) -> CommitGate {
        CommitGate(maxWait: .milliseconds(250), onTimeout: onTimeout)
    }

    @Test func releaseWaitsForItsEntry() throws {
        var gate = gate()
        #expect(gate.admit([entry(1), .release("p", event: 1)], at: Self.start).isEmpty)
        let batchFound = gate.nextBatch()
        let batch = try #require(batchFound)
        let output = gate.committed(batch.number)
        #expect(output.free == [.release("p", event: 1)])
        #expect(output.inputs == [.committed(through: 1), .performed("p", event: 1, isLate: false)])
        #expect(gate.isIdle)
    }

    @Test func exitsAndFirePassAtOnceWhateverTheDiskDoes() {
        var gate = gate()
        _ = gate.admit([entry(1), .release("p", event: 1)], at: Self.start)
        _ = gate.nextBatch()
        #expect(gate.admit([.release("q", event: nil), entry(2)], at: Self.start) == [.release("q", event: nil)])
    }

    @Test func pastTheBoundTheReleaseComesLateOrNotAtAll() {
        for (onTimeout, released) in [(CommitGate.OnTimeout.release, true), (.hold, false)] {
            var gate = gate(onTimeout)
            _ = gate.admit([entry(1), .release("p", event: 1), .indicate("r", .granted, waits: true)], at: Self.start)
            _ = gate.nextBatch()
            #expect(gate.timePassed(at: Self.start + .milliseconds(249)).free.isEmpty)
            let output = gate.timePassed(at: Self.start + .milliseconds(250))
            if released {
                #expect(output.free == [.release("p", event: 1), .indicate("r", .granted, waits: true)])
                #expect(output.inputs == [.performed("p", event: 1, isLate: true)])
            } else {
                #expect(output.free == [.indicate("r", .denied, waits: true)])
                #expect(output.inputs == [.abandoned("p", event: 1)])
            }
        }
    }

    @Test func alertNeverLeavesBeforeItsRowIsOnDisk() throws {
        var gate = gate()
        let item = OutboxItem(
            id: 1, destination: "desk", kind: .forced, event: 1, idempotencyKey: "k",
            created: CivilTime(milliseconds: 0),
            content: .plain([:]))
        _ = gate.admit([entry(1), .durable(.enqueue(item)), .deliver(item, attempt: 1)], at: Self.start)
        let batchFound = gate.nextBatch()
        let batch = try #require(batchFound)
        _ = gate.failed(batch.number, problem: "disk full", at: Self.start)
        #expect(gate.timePassed(at: Self.start + .seconds(60)).free.isEmpty)
        #expect(gate.committed(batch.number).free == [.deliver(item, attempt: 1)])
    }

    @Test func securingTakesBackAReleaseThatStillWaits() throws {
        var gate = gate()
        _ = gate.admit([entry(1), .release("p", event: 1), .release("q", event: 2)], at: Self.start)
        let batchFound = gate.nextBatch()
        let batch = try #require(batchFound)
        #expect(gate.admit([.secure("p")], at: Self.start) == [.secure("p")])
        #expect(gate.committed(batch.number).free == [.release("q", event: 2)])
    }

    /// Nothing of its own to write, and still not before what was said before it: effects keep their order.
    @Test func aStepWithNothingToWriteWaitsForThoseBeforeIt() throws {
        var gate = gate()
        _ = gate.admit([entry(1), .indicate("r", .waiting, waits: true)], at: Self.start)
        let firstFound = gate.nextBatch()
        let first = try #require(firstFound)
        #expect(gate.admit([.indicate("r", .denied, waits: true)], at: Self.start).isEmpty)
        _ = gate.admit([entry(2)], at: Self.start)
        #expect(
            gate.committed(first.number).free
                == [.indicate("r", .waiting, waits: true), .indicate("r", .denied, waits: true)])
        #expect(gate.admit([.indicate("r", .idle, waits: true)], at: Self.start).isEmpty, "the second is not on disk")
        let secondFound = gate.nextBatch()
        #expect(gate.committed(try #require(secondFound).number).free == [.indicate("r", .idle, waits: true)])
        #expect(
            gate.admit([.indicate("r", .open, waits: true)], at: Self.start) == [.indicate("r", .open, waits: true)])
    }

    /// The desk hears that its opening was not carried out, and not that it was.
    @Test(arguments: [
        (CommitGate.OnTimeout.release, OrderReply.done(event: nil)), (.hold, .refused(.storeUnavailable)),
    ])
    func aLateReplySaysWhatBecameOfTheOrder(onTimeout: CommitGate.OnTimeout, reply: OrderReply) {
        var gate = gate(onTimeout)
        _ = gate.admit([entry(1), .release("p", event: 1), .reply(7, .done(event: 1))], at: Self.start)
        _ = gate.nextBatch()
        #expect(gate.timePassed(at: Self.start + .seconds(1)).free.last == .reply(7, reply))
    }

    /// What the first transaction frees is its own: the second's releases wait for the second.
    @Test func eachReleaseWaitsForItsOwnTransaction() throws {
        var gate = gate()
        _ = gate.admit([entry(1), .release("p", event: 1)], at: Self.start)
        let firstFound = gate.nextBatch()
        _ = gate.admit([entry(2), .release("q", event: 2)], at: Self.start)
        #expect(gate.nextBatch() == nil, "one at a time")
        #expect(gate.committed(try #require(firstFound).number).free == [.release("p", event: 1)])
        let secondFound = gate.nextBatch()
        #expect(gate.committed(try #require(secondFound).number).free == [.release("q", event: 2)])
    }

    /// A step with more effects than a transaction takes is a transaction of its own.
    @Test func aLargeStepIsATransactionOfItsOwn() throws {
        var gate = gate()
        let effects = (1...UInt64(CommitGate.batchLimit) + 1).map { entry($0) }
        _ = gate.admit(effects, at: Self.start)
        _ = gate.admit([entry(999)], at: Self.start)
        let firstFound = gate.nextBatch()
        #expect(try #require(firstFound).effects.count == CommitGate.batchLimit + 1)
        _ = gate.committed(1)
        let secondFound = gate.nextBatch()
        #expect(try #require(secondFound).effects.count == 1)
    }

    /// A disk that stays away is told once, and again only after it was back.
    @Test func aDiskThatStaysAwayIsToldOnce() {
        var gate = gate()
        _ = gate.admit([entry(1)], at: Self.start)
        _ = gate.nextBatch()
        var told = gate.failed(1, problem: "full", at: Self.start).inputs
        for second in 1...5 {
            _ = gate.timePassed(at: Self.start + .seconds(second))
            told += gate.failed(1, problem: "full", at: Self.start + .seconds(second)).inputs
        }
        #expect(told == [.store(isAvailable: false, problem: "full")])
        #expect(gate.committed(1).inputs.first == .store(isAvailable: true, problem: ""))
        _ = gate.admit([entry(2)], at: Self.start)
        _ = gate.nextBatch()
        #expect(gate.failed(2, problem: "full", at: Self.start).inputs.count == 1)
    }

    /// A writer that neither writes nor refuses is told after 30 s, once; with its answer all is well, and the next is told anew.
    @Test func aWriterThatDoesNotAnswerIsTold() {
        var gate = gate()
        for (number, start) in [(UInt64(1), Self.start), (2, Self.start + .seconds(100))] {
            _ = gate.admit([entry(number)], at: start)
            #expect(gate.nextBatch()?.number == number)
            #expect(gate.nextDeadline == Deadline(at: start + .seconds(30), waiter: "the writer's answer"))
            #expect(gate.timePassed(at: start + .milliseconds(29_999)).inputs.isEmpty)
            let told = gate.timePassed(at: start + .seconds(30))
            #expect(told.inputs == [.store(isAvailable: false, problem: "the disk has not answered for 30 s")])
            #expect(told.again == nil, "it may still be writing")
            #expect(gate.nextDeadline == nil)
            #expect(gate.timePassed(at: start + .seconds(90)).inputs.isEmpty, "once")
            #expect(
                gate.committed(number).inputs == [.store(isAvailable: true, problem: ""), .committed(through: number)])
        }
    }

    /// The condition of a disk that does not answer stands at the gate, which goes on opening, and ends with the answer.
    @Test func aWriterThatDoesNotAnswerIsAConditionUntilItDoes() {
        var bench = Bench(SiteBuilder())
        var gate = gate()
        _ = gate.admit([entry(1)], at: bench.now.monotonic)
        _ = gate.nextBatch()
        for input in gate.timePassed(at: bench.now.monotonic + .seconds(30)).inputs { _ = bench.give(input) }
        #expect(bench.controller.health.has(.journalUnavailable))
        for input in gate.committed(1).inputs { _ = bench.give(input) }
        #expect(!bench.controller.health.has(.journalUnavailable))
    }

    /// A completion of a batch that is not out is nobody's, and frees nothing.
    @Test func aCompletionOfAnotherBatchFreesNothing() {
        var gate = gate()
        _ = gate.admit([entry(1), .release("p", event: 1)], at: Self.start)
        _ = gate.nextBatch()
        #expect(gate.committed(99) == CommitGate.Output())
        #expect(gate.failed(99, problem: "", at: Self.start) == CommitGate.Output())
        #expect(!gate.isIdle)
    }

    /// Locked down by the guard between the card and the disk: when the entry is on disk, nothing is released.
    @Test(arguments: [CommitGate.OnTimeout.release, .hold])
    func aLockdownBetweenTheCardAndTheDiskReleasesNothing(onTimeout: CommitGate.OnTimeout) throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        var gate = gate(onTimeout)
        let now = bench.now.monotonic
        _ = gate.admit(bench.card(5), at: now)
        let found = gate.nextBatch()
        let batch = try #require(found)
        let secured = gate.admit(bench.give(.order(order(.posture(SiteBuilder.wicket, .lockdown)))), at: now)
        #expect(secured.contains(.secure(SiteBuilder.wicket)))
        let output = gate.committed(batch.number)
        #expect(output.free.releases.isEmpty)
        #expect(!output.inputs.contains { if case .performed = $0 { true } else { false } })
        #expect(gate.timePassed(at: now + .seconds(1)).free.releases.isEmpty)
        #expect(!bench.controller.portals[0].isReleased)
    }

    @Test func inputsThatWaitTogetherShareOneBatchAndAStepIsNeverDivided() throws {
        var gate = gate()
        for sequence in 1...300 as ClosedRange<UInt64> {
            _ = gate.admit([entry(sequence * 2), entry(sequence * 2 + 1)], at: Self.start)
        }
        let firstFound = gate.nextBatch()
        let first = try #require(firstFound)
        #expect(first.effects.count == 256)
        #expect(gate.nextBatch() == nil)
        _ = gate.committed(first.number)
        let secondFound = gate.nextBatch()
        let second = try #require(secondFound)
        #expect(second.effects.count == 256)
        #expect(first.effects.count % 2 == 0)
    }

    @Test func failedBatchIsTriedAgainAsItWas() throws {
        var gate = gate()
        _ = gate.admit([entry(1)], at: Self.start)
        let batchFound = gate.nextBatch()
        let batch = try #require(batchFound)
        let failed = gate.failed(batch.number, problem: "read-only", at: Self.start)
        #expect(failed.inputs == [.store(isAvailable: false, problem: "read-only")])
        #expect(gate.timePassed(at: Self.start + .milliseconds(999)).again == nil)
        #expect(gate.timePassed(at: Self.start + .seconds(1)).again == batch)
        #expect(
            gate.committed(batch.number).inputs == [.store(isAvailable: true, problem: ""), .committed(through: 1)])
    }
}
