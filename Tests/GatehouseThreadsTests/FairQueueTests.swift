import GatehouseCore
import GatehouseThreads
import Testing

@Suite("Jobs that wait")
struct FairQueueTests {
    @Test func jobsOfOneGiverKeepTheirOrder() {
        var queue = FairQueue<Int>(limit: 1000, limitOfOne: 1000)
        for number in 0..<300 {
            let isTaken = queue.add(number, from: 7)
            #expect(isTaken)
        }
        let given = (0..<301).map { _ in queue.next() }
        #expect(given == (0..<300).map(Optional.some) + [nil])
    }

    @Test func giversTakeTurns() {
        var queue = FairQueue<String>(limit: 100, limitOfOne: 100)
        for number in 1...3 { _ = queue.add("flood \(number)", from: 1) }
        _ = queue.add("guard", from: 2)
        let given = (0..<4).map { _ in queue.next() }
        #expect(given == ["flood 1", "guard", "flood 2", "flood 3"])
    }

    @Test func whatIsUrgentGoesFirst() {
        var queue = FairQueue<String>(limit: 100, limitOfOne: 100)
        _ = queue.add("change", from: 1)
        _ = queue.add("stolen", from: 2, isUrgent: true)
        let given = [queue.next(), queue.next()]
        #expect(given == ["stolen", "change"])
    }

    @Test func oneGiverTakesNoMoreThanTheirShare() {
        var queue = FairQueue<Int>(limit: 10, limitOfOne: 4)
        let taken = (0..<6).map { queue.add($0, from: $0 == 5 ? 2 : 1, isUrgent: $0 == 4) }
        #expect(taken == [true, true, true, true, false, true])
        #expect(queue.refused == 1)
        _ = queue.next()
        let isTaken = queue.add(6, from: 1)
        #expect(isTaken)
    }

    /// People of one account are givers of their own, and the account as a whole has a bound.
    @Test func onePersonsFloodLeavesRoomForTheOthersOfTheirAccount() {
        var queue = FairQueue<String>(limit: 100, limitOfOne: 4, limitOfAccount: 6)
        let taken = (0..<10).count { queue.add("flood \($0)", from: Giver(9, for: "wei")) }
        #expect(taken == 4)
        let others = ["na", "min", "yi"].count { queue.add($0, from: Giver(9, for: $0)) }
        #expect(others == 2, "four and two are six")
        let stranger = queue.add("stranger", from: 7)
        #expect(stranger)
        let given = (0..<4).map { _ in queue.next() }
        #expect(given == ["flood 0", "na", "min", "stranger"])
    }

    @Test func allGiversTogetherFindTheBound() {
        var queue = FairQueue<Int>(limit: 3, limitOfOne: 3)
        let taken = (UInt32(0)..<4).map { queue.add(0, from: Giver($0)) }
        #expect(taken == [true, true, true, false])
        #expect(queue.count == 3)
    }
}

@Suite("Workers")
struct WorkerTests {
    @Test func jobBeyondItsBoundIsSeen() {
        let worker = Worker("test", limit: 1, longestJob: .seconds(30))
        let begun = Guarded(false)
        let end = Guarded(false)
        let done = Guarded(false)
        worker.start()
        #expect(!worker.isStuck(at: MonotonicTime(nanoseconds: .max)))
        #expect(
            worker.post {
                begun.change { $0 = true }
                _ = end.wait { $0 ? true : nil }
            })
        _ = begun.wait { $0 ? true : nil }
        #expect(!worker.isStuck(at: .zero))
        #expect(worker.isStuck(at: MonotonicTime(nanoseconds: .max)))
        #expect(worker.post { done.change { $0 = true } })
        #expect(!worker.post {}, "a full queue takes no more")
        #expect(worker.counts.refused == 1)
        end.change { $0 = true }
        let isDone = done.wait(atMost: .seconds(60)) { $0 ? true : nil }
        #expect(isDone == true)
        #expect(worker.stop())
        #expect(worker.counts.done == 2)
        #expect(!worker.isStuck(at: MonotonicTime(nanoseconds: .max)), "what is done is not stuck")
    }

    @Test func aStopWaitsForWhatWasPostedAndTakesNoMore() {
        let worker = Worker("test", width: 3)
        let count = Guarded(0)
        for _ in 0..<100 { #expect(worker.post { count.change { $0 += 1 } }) }
        worker.start()
        #expect(worker.stop())
        let done = count.withLock { $0 }
        #expect(done == 100)
        #expect(!worker.post {})
    }

    @Test func aStopDoesNotWaitForEver() {
        let worker = Worker("test")
        let end = Guarded(false)
        worker.start()
        worker.post { _ = end.wait { $0 ? true : nil } }
        #expect(!worker.stop(within: .milliseconds(1)))
        end.change { $0 = true }
    }

    /// A wait that is ended from outside, or was before it began, has nothing to wait for.
    @Test func anEndedWaitIsOverAtOnce() {
        let ending = Cancellation()
        let begun = Awaited<Int>()
        let thread = NamedThread("test") {
            ending.cancel()
        }
        #expect(begun.wait(atMost: .seconds(3600), unless: ending) == nil)
        thread?.join()
        #expect(ending.isCancelled)
        #expect(Awaited<Int>().wait(atMost: .seconds(3600), unless: ending) == nil)
        begun.fulfil(1)
        #expect(begun.wait(atMost: .milliseconds(1)) == nil, "nobody waits for it any more")
    }

    @Test func theFirstValueStands() {
        let value = Awaited<Int>()
        value.fulfil(1)
        value.fulfil(2)
        #expect(value.wait(atMost: .seconds(60)) == 1)
    }

    @Test func anAwaitedValueComesOrDoesNot() {
        let value = Awaited<Int>()
        #expect(value.wait(atMost: .milliseconds(1)) == nil)
        let thread = NamedThread("test") { value.fulfil(5) }
        #expect(value.wait(atMost: .seconds(60)) == 5)
        thread?.join()
    }
}
