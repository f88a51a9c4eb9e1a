import GatehouseCore
import GatehouseThreads
import Testing

@testable import GatehouseDaemon

/// Nobody fills the journal with what is refused, and nothing that was refused goes uncounted.
@Suite struct RefusalBookTests {
    private final class Bench: Sendable {
        let entries = Guarded<[String]>([])
        let isFull = Guarded(false)
        let book: RefusalBook

        init() {
            let (entries, isFull) = (entries, isFull)
            book = RefusalBook { entry in
                guard !isFull.withLock({ $0 }) else { return false }
                entries.withLock {
                    $0.append(
                        "\(entry.actor.name) \(entry.actor.role.word) \(entry.command) \(entry.reason) \(entry.count)")
                }
                return true
            }
        }

        func note(_ uid: UInt32, _ reason: String = "notAllowed", at seconds: Int) {
            book.note(Giver(uid), Self.actor(uid), "portal open", reason, at: .zero + .seconds(seconds))
        }

        static func actor(_ uid: UInt32) -> Actor { Actor(name: "\(uid)", role: .guard_) }

        var taken: [String] {
            entries.withLock { entries in
                defer { entries = [] }
                return entries
            }
        }
    }

    @Test func theFirstIsAnEntryAtOnceAndWhatFollowsIsOneTogether() {
        let bench = Bench()
        bench.note(7, at: 100)
        #expect(bench.taken == ["7 guard portal open notAllowed 1"])
        for _ in 0..<500 { bench.note(7, at: 130) }
        bench.note(7, "malformed", at: 159)
        bench.note(8, at: 159)
        #expect(bench.taken == ["8 guard portal open notAllowed 1"], "another user has an entry of their own")
        bench.book.flush(at: .zero + .seconds(160))
        #expect(bench.taken == ["7 guard (1 malformed, 500 notAllowed) several 501"])
        #expect(bench.book.total == 503)
    }

    /// After a minute in which nothing was refused the next one is an entry at once; not earlier.
    @Test func whoWasQuietForAMinuteBeginsAnew() {
        let bench = Bench()
        bench.note(7, at: 0)
        bench.note(7, at: 30)
        bench.book.flush(at: .zero + .seconds(60))
        #expect(bench.taken.last == "7 guard (1 notAllowed) notAllowed 1")
        bench.note(7, at: 61)
        #expect(bench.taken == [], "the minute after an entry goes on counting")
        bench.book.flush(at: .zero + .seconds(120))
        bench.book.flush(at: .zero + .seconds(180))
        #expect(bench.taken == ["7 guard (1 notAllowed) notAllowed 1"])
        bench.note(7, at: 181)
        #expect(bench.taken == ["7 guard portal open notAllowed 1"])
    }

    /// Two people of one account have an entry each; behind the bound the account has one for all.
    @Test func peopleOfOneAccountAreCountedApart() {
        let bench = Bench()
        for number in 0..<RefusalBook.limit + 50 {
            let actor = Actor(name: "9 for \(number)", role: .guard_)
            bench.book.note(Giver(9, for: "\(number)"), actor, "person list", "notAllowed", at: .zero)
        }
        let taken = bench.taken
        #expect(taken.count == RefusalBook.limit + 1)
        #expect(taken[0] == "9 for 0 guard person list notAllowed 1")
        #expect(taken.last == "uid 9 viewer person list notAllowed 1")
        bench.book.flush(at: .zero + .seconds(60))
        #expect(bench.taken == ["uid 9 viewer (49 notAllowed) notAllowed 49"])
    }

    @Test func theEndPutsDownAllThatWasCounted() {
        let bench = Bench()
        bench.note(7, at: 0)
        bench.note(7, at: 1)
        _ = bench.taken
        bench.book.flush(at: .zero + .seconds(2), isLast: true)
        #expect(bench.taken == ["7 guard (1 notAllowed) notAllowed 1"])
    }

    /// A refusal that found no room in the journal is counted until there is some.
    @Test func whatCouldNotBePutDownIsKept() {
        let bench = Bench()
        bench.isFull.withLock { $0 = true }
        bench.note(7, at: 0)
        bench.note(7, at: 1)
        bench.book.flush(at: .zero + .seconds(60))
        #expect(bench.taken == [])
        bench.isFull.withLock { $0 = false }
        bench.book.flush(at: .zero + .seconds(120))
        #expect(bench.taken == ["7 guard (2 notAllowed) notAllowed 2"])
    }

    @Test func aCommandsNameIsCutOff() {
        let bench = Bench()
        bench.book.note(7, Bench.actor(7), String(repeating: "x", count: 5000), "unknownCommand", at: .zero)
        #expect(bench.taken == ["7 guard \(String(repeating: "x", count: 64)) unknownCommand 1"])
    }
}
