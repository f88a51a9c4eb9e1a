import GatehouseAdmin
import GatehouseCore
import GatehouseSimulation
import GatehouseStore
import GatehouseThreads
import Testing

@testable import GatehouseDesk

/// What the desk keeps between two commands: files on their way, wishes that wait for a second person, who follows.
@Suite("Between two commands")
struct ShelfTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    private func take(
        _ shelf: UploadShelf, _ data: [UInt8], at offset: UInt64? = nil, for owner: UploadShelf.Owner = .connection(1),
        from giver: Giver = 7, now: MonotonicTime = start
    ) throws -> Int {
        try shelf.take(data, of: "a.csv", at: offset, for: owner, from: giver, isOffice: false, now: now)
    }

    @Test func aPieceThatIsThereIsNotTakenTwice() throws {
        let shelf = UploadShelf()
        #expect(try take(shelf, [1, 2, 3], at: 0) == 3)
        #expect(try take(shelf, [1, 2, 3], at: 0) == 3, "sent again, because its answer was lost")
        #expect(try take(shelf, [4], at: 3) == 4)
        #expect(throws: CommandRefusal.self) { try take(shelf, [9], at: 5) }
        #expect(shelf.remove(.connection(1)).map(\.content) == [[1, 2, 3, 4]])
        #expect(shelf.remove(.connection(1)).isEmpty)
    }

    @Test func whatWasSentWithoutANameGoesWithItsConnection() throws {
        let shelf = UploadShelf()
        _ = try take(shelf, [1])
        _ = try take(shelf, [2], for: .named("list", of: 7))
        shelf.closed(1)
        #expect(shelf.counts.octets == 1)
        #expect(shelf.remove(.connection(1)).isEmpty)
        #expect(shelf.remove(.named("list", of: 7)).count == 1)
    }

    @Test func aNamedUploadRestsForAQuarterOfAnHourAndTheOldestMakesRoom() throws {
        let shelf = UploadShelf()
        for second in 0..<3 {
            _ = try take(shelf, [1], for: .named("\(second)", of: 7), now: Self.start + .seconds(second))
        }
        #expect(shelf.remove(.named("0", of: 7)).isEmpty, "two of one user")
        #expect(shelf.counts.octets == 2)
        _ = try take(shelf, [1], for: .named("other", of: 8), now: Self.start + .seconds(901))
        #expect(shelf.remove(.named("1", of: 7)).isEmpty)
        #expect(!shelf.remove(.named("2", of: 7)).isEmpty)
    }

    @Test func allUsersTogetherFindTheBound() throws {
        let shelf = UploadShelf()
        let piece = [UInt8](repeating: 1, count: UploadShelf.limitOfOthers)
        var taken = 0
        var refusal: CommandRefusal?
        while refusal == nil, taken < 100 {
            do { _ = try take(shelf, piece, for: .connection(UInt64(taken)), from: Giver(UInt32(taken))) } catch {
                refusal = error as? CommandRefusal
            }
            taken += refusal == nil ? 1 : 0
        }
        #expect(refusal?.code == "busy" && taken == UploadShelf.limit / UploadShelf.limitOfOthers)
        #expect(shelf.counts.refused == 1)
    }

    /// Two people are two accounts, within five minutes; a wish that was met is over.
    @Test func aSecondPersonIsAnotherOneAndSoon() {
        let people = SecondPeople()
        #expect(!people.agrees("x", "uid 1", at: Self.start))
        #expect(!people.agrees("x", "uid 1", at: Self.start + .seconds(1)), "the same one again")
        #expect(!people.agrees("y", "uid 2", at: Self.start + .seconds(2)), "of something else")
        #expect(people.agrees("x", "uid 2", at: Self.start + .seconds(301)))
        #expect(!people.agrees("x", "uid 1", at: Self.start + .seconds(302)), "it is over")
        #expect(!people.agrees("x", "uid 2", at: Self.start + .seconds(603)), "too late")
    }

    @Test func whatMayNotComeTooOftenWaits() {
        let people = SecondPeople()
        #expect(people.begins("backup", at: Self.start, every: .seconds(60)))
        #expect(!people.begins("backup", at: Self.start + .seconds(59), every: .seconds(60)))
        #expect(people.begins("other", at: Self.start, every: .seconds(60)))
        #expect(people.begins("backup", at: Self.start + .seconds(60), every: .seconds(60)))
    }

    private func call(_ uid: UInt32, connection: UInt64) -> Call {
        Call(
            actor: Actor(name: "uid \(uid)", role: .guard_), roles: [.guard_], reason: nil, giver: Giver(uid),
            connection: connection,
            expires: Self.start, diesWithItsSender: true, isWanted: { true }, send: { _ throws(CommandRefusal) in },
            check: { () throws(CommandRefusal) in })
    }

    /// Whoever begins to follow while the daemon ends is told like everybody else.
    @Test func nobodyBeginsToFollowAtTheEnd() throws {
        let followers = Followers()
        try followers.add(call(7, connection: 1), .init())
        #expect(followers.end().map(\.connection) == [1] && followers.isEmpty)
        #expect(followers.wasToldOfTheEnd(1) && !followers.wasToldOfTheEnd(2))
        #expect(throws: Followers.stopping) { try followers.add(call(7, connection: 2), .init()) }
    }

    @Test func followersAreBoundedForOneAndInAll() throws {
        let followers = Followers()
        for number in 0..<Followers.limitOfOne {
            try followers.add(call(7, connection: UInt64(number)), .init())
        }
        #expect(throws: CommandRefusal.self) { try followers.check(call(7, connection: 99)) }
        for number in 0..<(Followers.limit - Followers.limitOfOne) {
            try followers.add(call(UInt32(100 + number), connection: 0), .init())
        }
        #expect(throws: CommandRefusal.self) { try followers.check(call(8, connection: 99)) }
        #expect(followers.counts.refused == 2)
    }

    /// What somebody saw as it came is put down when they go, and who saw nothing leaves nothing.
    @Test func whatFollowersSawComesBackWhenTheyGo() throws {
        let followers = Followers()
        try followers.add(call(7, connection: 1), .init())
        try followers.add(call(8, connection: 2), .init())
        followers.advance(1, shown: 4...6)
        followers.advance(1, shown: 7...9)
        #expect(followers.all.first?.filter.after == 9)
        #expect(followers.closed(1).map(\.shown) == [4...9])
        #expect(followers.closed(2).isEmpty)
        #expect(followers.isEmpty)
    }

    /// Asked at the last moment, on the loop: whoever hung up wants nothing opened any more.
    @Test(arguments: [(true, true, true), (true, false, false), (false, false, true), (false, true, true)])
    func anOrderThatDiesWithItsSenderHasNoTimeLeft(dies: Bool, isThere: Bool, lives: Bool) {
        let draft = OrderDraft(
            actor: Actor(name: "uid 7", role: .guard_), command: "portal open", verb: .open("lane"),
            expires: Self.start,
            diesWithItsSender: dies, isWanted: { isThere })
        #expect(draft.deadline == (lives ? Self.start : .zero))
    }
}
