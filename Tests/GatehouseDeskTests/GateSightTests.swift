import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import GatehouseThreads
import Testing

/// What a guard sees of the last day, and what one shift hands to the next.
@Suite("What the gate sees")
struct GateSightTests {
    private func show(_ number: UInt64, at bench: DeskBench) {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))
        bench.give([.reader("wicket-in", .card(card))])
        bench.pass(.seconds(10))
    }

    private func log(_ bench: DeskBench, _ command: Log = Log(limit: 0), by person: DeskBench.Person) -> [EntryView] {
        bench.say(command, reason: nil, by: person).items.compactMap { WireJSON.decode(EntryView.self, $0) }
    }

    @Test func aGuardSeesWhoCameInDuringTheLastDayAndWhereTheyLive() throws {
        let bench = try DeskTests.filled()
        show(1603, at: bench)
        bench.pass(.seconds(20 * 3600))
        show(1604, at: bench)
        _ = bench.say(CredentialChange(id: 1, status: "lost"))
        show(1603, at: bench)
        let seen = log(bench, Log(kind: "decision", limit: 0), by: RightsTests.night)
        #expect(seen.map(\.name) == ["赵一", "钱二", nil], "who was refused stays a number")
        #expect(seen.map(\.dwelling) == ["c/1-101", "c/1-102", nil])
        #expect(seen.allSatisfy { $0.reference == nil && $0.personal == nil })
        #expect(try bench.entries([.look]).last?.detail["scope"]?.text == "entries")
        bench.pass(.seconds(5 * 3600))
        let later = log(bench, Log(kind: "decision", limit: 0), by: RightsTests.night)
        #expect(later.map(\.name) == [nil, "钱二", nil], "a day is a day")
        #expect(log(bench, Log(kind: "decision", limit: 0), by: RightsTests.manager).allSatisfy { $0.name != nil })
    }

    @Test func aGuardSeesWhatWasOrderedAndTheirOwnReasons() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(PortalOpen(portal: "lane"), reason: "parcel", by: RightsTests.night)
        _ = bench.say(PortalOpen(portal: "lane"), reason: "for 李四, who owes", by: RightsTests.manager)
        let orders = log(bench, Log(kind: "order", limit: 0), by: RightsTests.night)
        #expect(orders.map { $0.personal?["note"] } == ["parcel", nil], "what others wrote may name somebody")
        #expect(orders.allSatisfy { $0.detail?["command"]?.string == "portal open portal=lane" })
        bench.pass(.seconds(25 * 3600))
        #expect(log(bench, Log(kind: "order", limit: 0), by: RightsTests.night).allSatisfy { $0.personal == nil })
    }

    @Test func whoFollowsSeesTheSame() throws {
        let bench = try DeskTests.filled()
        let items = Items()
        let night = Actor(name: "uid 1003", role: .guard_)
        let call = Call(
            actor: night, roles: [.guard_], reason: nil, giver: 1003, connection: 9, expires: bench.now + .seconds(600),
            diesWithItsSender: true, isWanted: { true }, send: { text throws(CommandRefusal) in items.add(text) },
            check: { () throws(CommandRefusal) in })
        let line = try AdminLine(AdminRequest(Log(limit: 1, follow: true)).line)
        _ = bench.desk.answer(line, call)
        show(1603, at: bench)
        _ = bench.desk.serveFollowers { _ in false }
        let last = try #require(items.all.last.flatMap { WireJSON.decode(EntryView.self, $0) })
        #expect(last.name == "赵一" && last.dwelling == "c/1-101" && last.reference == nil)
        let looks = try bench.entries([.look]).count
        bench.desk.endFollowing(bench.desk.followers.closed(9))
        #expect(try bench.entries([.look]).count == looks + 1)
    }

    /// A picture comes behind its entry: who follows that kind too is told which event it is of.
    @Test func whoFollowsHearsThatAPictureCame() throws {
        let bench = try DeskTests.filled()
        let items = Items()
        let night = Actor(name: "uid 1003", role: .guard_)
        let call = Call(
            actor: night, roles: [.guard_], reason: nil, giver: 1003, connection: 9, expires: bench.now + .seconds(600),
            diesWithItsSender: true, isWanted: { true }, send: { text throws(CommandRefusal) in items.add(text) },
            check: { () throws(CommandRefusal) in })
        let command = Log(kind: "decision,snapshot", limit: 1, follow: true)
        _ = bench.desk.answer(try AdminLine(AdminRequest(command).line), call)
        show(1603, at: bench)
        let event = try #require(try bench.entries([.decision]).last).sequence
        let result = SnapshotRow.Result.stored(
            path: PictureFolder.path, size: 3, digest: [UInt8](repeating: 1, count: 32))
        bench.give([.snapshot(SnapshotRow(event: event, camera: "gate", result: result))])
        _ = bench.desk.serveFollowers { _ in false }
        let last = try #require(items.all.last.flatMap { WireJSON.decode(EntryView.self, $0) })
        #expect(last.kind == "snapshot" && last.about == event && last.outcome == "stored")
        let seen = items.all.count
        _ = bench.desk.serveFollowers { _ in false }
        #expect(items.all.count == seen, "once a picture")
    }

    @Test func aShiftHandsOverWhatIsOpen() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(PortalOpen(portal: "lane"), reason: "parcel", by: RightsTests.night)
        bench.pass(.seconds(13 * 3600))
        _ = bench.say(PortalOpen(portal: "wicket"), reason: "pram", by: RightsTests.night)
        _ = bench.say(PortalBlock(portal: "lane"), reason: "glass", by: RightsTests.night)
        bench.give([.contact("wicket", isOpen: false)])
        bench.pass(.seconds(60))
        bench.give([.contact("wicket", isOpen: true)])
        bench.pass(.seconds(1))
        let answer = bench.say(ShiftEnd(), reason: nil, by: RightsTests.night)
        let page = try #require(answer.value(ShiftEnd.Reply.self))
        #expect(page.alarms.map(\.subject) == ["wicket"] && page.alarms[0].by == nil)
        #expect(page.portals.map(\.name) == ["lane"] && page.portals[0].posture == "blocked")
        #expect(page.opened.map(\.portal) == ["wicket"], "the other one was before this shift")
        #expect(page.opened[0].personal?["note"] == "pram")
        let entry = try #require(try bench.entries().last)
        #expect(entry.sequence == page.event && entry.detail["command"]?.text == "shift end")
        let long = bench.say(ShiftEnd(since: "23h ago"), reason: nil, by: RightsTests.manager)
        #expect(long.value(ShiftEnd.Reply.self)?.opened.count == 2)
        for wrong in ["3 days ago", "someday", ""] as [TextArgument] {
            #expect(bench.say(ShiftEnd(since: wrong), by: RightsTests.night).refusal?.code == "malformed", "\(wrong)")
        }
    }
}

private final class Items: @unchecked Sendable {
    // Unchecked: one thread adds and reads.
    private(set) var all: [[UInt8]] = []
    func add(_ text: [UInt8]) { all.append(text) }
}
