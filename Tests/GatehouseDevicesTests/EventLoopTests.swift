import GatehouseCore
import GatehouseDevices
import Glibc
import Synchronization
import Testing

/// What happened on a loop, in order. A class, so that handlers share it; jobs of other threads reach it by `LoopBound`.
private final class Diary {
    var entries: [String] = []
}

struct EventLoopTests {
    @Test func jobsAreDoneInTheOrderInWhichTheyWerePosted() throws {
        let loop = try EventLoop()
        let diary = Diary()
        let bound = loop.bind(diary)
        for number in 0..<100 { #expect(loop.inbox.post { bound.value.entries.append("\(number)") }) }
        loop.inbox.stop()
        try loop.run()
        #expect(diary.entries == (0..<100).map(String.init))
    }

    @Test func jobsOfAnotherThreadKeepItsOrderAndRunOnTheLoop() throws {
        let loop = try EventLoop(jobLimit: 100_000)
        let diary = Diary()
        let bound = loop.bind(diary)
        let inbox = loop.inbox
        let threads = ["a", "b"].map { name in
            Background {
                for number in 0..<1000 { inbox.post { bound.value.entries.append("\(name)\(number)") } }
                inbox.post {
                    bound.value.entries.append("end")
                    if bound.value.entries.count(where: { $0 == "end" }) == 2 { inbox.stop() }
                }
            }
        }
        try loop.run()
        for thread in threads { thread.join() }
        for name in ["a", "b"] {
            #expect(diary.entries.filter { $0.hasPrefix(name) } == (0..<1000).map { "\(name)\($0)" })
        }
    }

    @Test func aJobPostedByAJobIsDoneInALaterTurn() throws {
        let loop = try EventLoop()
        let diary = Diary()
        let bound = loop.bind(diary)
        let inbox = loop.inbox
        loop.onTurnEnd = { diary.entries.append("turn") }
        inbox.post {
            bound.value.entries.append("first")
            inbox.post {
                bound.value.entries.append("second")
                inbox.stop()
            }
        }
        try loop.run()
        #expect(diary.entries == ["first", "turn", "second", "turn", "turn"])
    }

    @Test func jobsPastTheLimitAreRefusedAndCounted() throws {
        let loop = try EventLoop(jobLimit: 3)
        let taken = (0..<5).map { _ in loop.inbox.post {} }
        #expect(taken == [true, true, true, false, false])
        #expect(loop.inbox.refusedJobs == 2)
        loop.inbox.stop()
        try loop.run()
        #expect(loop.inbox.post {}, "there is room again")
    }

    /// The writer's answer finds the inbox full of questions: it is taken all the same, and goes before them.
    @Test func aCompletionIsNeverRefusedAndGoesFirst() throws {
        let loop = try EventLoop(jobLimit: 3)
        let diary = Diary()
        let bound = loop.bind(diary)
        for number in 0..<5 { loop.inbox.post { bound.value.entries.append("\(number)") } }
        for number in 0..<200 { loop.inbox.complete { bound.value.entries.append("done \(number)") } }
        loop.inbox.stop()
        try loop.run()
        #expect(diary.entries == (0..<200).map { "done \($0)" } + ["0", "1", "2"])
        loop.inbox.close()
        #expect(!loop.inbox.post {})
        loop.inbox.complete { bound.value.entries.append("after the close") }
        loop.inbox.stop()
        try loop.run()
        #expect(diary.entries.last == "after the close")
    }

    /// A flood of questions is done in turns, and the completion that comes meanwhile waits for one turn and not for all.
    @Test func jobsOfATurnAreBounded() throws {
        let loop = try EventLoop(jobLimit: 10_000)
        let diary = Diary()
        let bound = loop.bind(diary)
        let inbox = loop.inbox
        var turns: [Int] = []
        var seen = 0
        loop.onTurnEnd = {
            turns.append(diary.entries.count - seen)
            seen = diary.entries.count
        }
        for number in 0..<1000 {
            inbox.post {
                bound.value.entries.append("job")
                if number == 0 { inbox.complete { bound.value.entries.append("written") } }
            }
        }
        inbox.stop()
        try loop.run()
        let most = try #require(turns.max())
        #expect(most <= 33 && diary.entries.count == 1001, "\(most) in one turn")
        #expect(try #require(diary.entries.firstIndex(of: "written")) == turns[0])
    }

    @Test func aDeadlineInThePastIsDueAtOnceAndOnce() throws {
        let loop = try EventLoop()
        let diary = Diary()
        loop.deadline = .zero
        loop.onDeadline = {
            diary.entries.append("due")
            #expect(loop.deadline == nil)
            loop.stop()
        }
        try loop.run()
        #expect(diary.entries == ["due"])
    }

    /// The machine stood still: the time for an answer is over, and the answer has come.
    @Test func whatHasComeIsHeardBeforeTheWaitForItIsGivenUp() throws {
        let loop = try EventLoop()
        let diary = Diary()
        let (near, far) = try socketPair()
        defer {
            close(near)
            close(far)
        }
        _ = try loop.add(near) { _ in
            var octet: UInt8 = 0
            if read(near, &octet, 1) == 1 { diary.entries.append("answer") }
        }
        let due = SystemClock.monotonic() + .milliseconds(1)
        loop.deadline = due
        loop.onDeadline = {
            diary.entries.append("due")
            loop.stop()
        }
        loop.inbox.post {
            while SystemClock.monotonic() <= due + .milliseconds(1) {}
            _ = write(far, [1], 1)
        }
        try loop.run()
        #expect(diary.entries == ["answer", "due"])
    }

    @Test func anEarlierDeadlineTakesThePlaceOfALaterOne() throws {
        let loop = try EventLoop()
        let diary = Diary()
        let bound = loop.bind((loop, diary))
        loop.deadline = SystemClock.monotonic() + .seconds(3600)
        loop.onDeadline = {
            diary.entries.append("due")
            loop.stop()
        }
        loop.inbox.post {
            bound.value.1.entries.append("job")
            bound.value.0.deadline = SystemClock.monotonic() + .milliseconds(1)
        }
        try loop.run()
        #expect(diary.entries == ["job", "due"])
    }

    @Test func aDeadlineThatWasTakenBackIsNotDue() throws {
        let loop = try EventLoop()
        let diary = Diary()
        let inbox = loop.inbox
        let bound = loop.bind(loop)
        loop.deadline = .zero
        loop.onDeadline = { diary.entries.append("due") }
        loop.deadline = nil
        inbox.post { bound.value.deadline = SystemClock.monotonic() + .seconds(3600) }
        inbox.post { inbox.stop() }
        try loop.run()
        #expect(diary.entries == [])
        #expect(loop.deadline != nil)
    }

    @Test func deadlinesFollowOneAnother() throws {
        let loop = try EventLoop()
        var seen: [MonotonicTime] = []
        let start = SystemClock.monotonic()
        var left = [1, 2, 3].map { start + .milliseconds($0) }
        loop.deadline = left.removeFirst()
        loop.onDeadline = {
            seen.append(SystemClock.monotonic())
            if left.isEmpty { loop.stop() } else { loop.deadline = left.removeFirst() }
        }
        try loop.run()
        for (index, time) in seen.enumerated() { #expect(time >= start + .milliseconds(index + 1)) }
        #expect(seen.count == 3)
    }

    @Test func aReadableDescriptorIsServedUntilItIsEmptyOrRemoved() throws {
        let loop = try EventLoop()
        let (near, far) = try socketPair()
        defer {
            close(near)
            close(far)
        }
        var heard = ""
        var registration: EventLoop.Registration?
        registration = try loop.add(near) { ready in
            #expect(ready == .readable)
            heard += String(decoding: readSome(near, limit: 2), as: UTF8.self)
            if heard == "abcd" {
                loop.remove(registration!)  // set before the loop runs
                loop.inbox.stop()
            }
        }
        _ = write(far, "abcdef", 6)
        try loop.run()
        #expect(heard == "abcd")
    }

    @Test func aHandlerThatWasRemovedInThisTurnIsNotCalled() throws {
        let loop = try EventLoop()
        let (first, second) = try socketPair()
        defer {
            close(first)
            close(second)
        }
        _ = write(first, "x", 1)
        _ = write(second, "x", 1)
        var calls: [Int32] = []
        var registrations: [EventLoop.Registration] = []
        for descriptor in [first, second] {
            registrations.append(
                try loop.add(descriptor) { _ in
                    calls.append(descriptor)
                    for registration in registrations { loop.remove(registration) }
                    loop.stop()
                })
        }
        try loop.run()
        #expect(calls.count == 1)
    }

    @Test func aNumberThatIsUsedAgainIsAnotherRegistration() throws {
        let loop = try EventLoop()
        let (near, far) = try socketPair()
        let old = try loop.add(near) { _ in Issue.record("the old handler was called") }
        let again = dup2(far, near)  // closes the near end and gives its number to the far one
        var isCalled = false
        let new = try loop.add(again, .writable) { ready in
            #expect(ready.contains(.writable))
            isCalled = true
            loop.stop()
        }
        loop.remove(old)
        try loop.change(new, to: .writable)
        try loop.run()
        #expect(isCalled)
        close(again)
        close(far)
    }

    @Test func interestInWritingCanBeTurnedOnAndOff() throws {
        let loop = try EventLoop()
        let (near, far) = try socketPair()
        defer {
            close(near)
            close(far)
        }
        var seen: [EventLoop.Interest] = []
        var registration: EventLoop.Registration?
        registration = try loop.add(near, [.readable, .writable]) { ready in
            seen.append(ready)
            if ready.contains(.readable) { loop.stop() }
            do {
                try loop.change(registration!, to: .readable)  // set before the loop runs
            } catch {
                Issue.record("\(error)")
            }
            _ = write(far, "x", 1)
        }
        try loop.run()
        #expect(seen == [.writable, .readable])
    }

    @Test func aHangUpIsReportedThoughNobodyAskedForIt() throws {
        let loop = try EventLoop()
        let (near, far) = try socketPair()
        defer { close(near) }
        close(far)
        var seen: EventLoop.Interest?
        _ = try loop.add(near) { ready in
            seen = ready
            loop.stop()
        }
        try loop.run()
        #expect(seen == [.readable, .broken])
    }

    @Test func aDescriptorThatCannotBeWatchedIsAnError() throws {
        let loop = try EventLoop()
        let error = #expect(throws: SystemError.self) { try loop.add(-1) { _ in } }
        #expect(error?.description == "epoll_ctl descriptor -1: Bad file descriptor")
    }

    @Test func signalsComeAsEventsOfTheLoop() throws {
        let loop = try EventLoop()
        EventLoop.block([SIGHUP])
        var seen: [Int32] = []
        try loop.onSignals([SIGHUP]) { signal in
            seen.append(signal)
            loop.stop()
        }
        pthread_kill(pthread_self(), SIGHUP)
        try loop.run()
        #expect(seen == [SIGHUP])
    }

    @Test func aPriorityIsGrantedOrTheReasonIsSaid() {
        // on a thread of its own: the pool's threads keep theirs
        let answer = Mutex<SystemError?>(nil)
        let impossible = Background { answer.withLock { $0 = EventLoop.requestRealtimePriority(1000) } }
        impossible.join()
        #expect(answer.withLock { $0?.description } == "real-time priority 1000 for the event loop: Invalid argument")
    }

    @Test func whatBelongsToTheLoopCannotBeReadElsewhere() async {
        await #expect(processExitsWith: .failure) {
            let loop = try EventLoop()
            let bound = loop.bind(Diary())
            _ = bound.value.entries
        }
    }
}
