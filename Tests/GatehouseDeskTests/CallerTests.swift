import GatehouseAdmin
import GatehouseCore
import GatehouseSimulation
import GatehouseThreads
import Testing

@testable import GatehouseDesk

/// Who asks through the console, and what they may.
@Suite("People at the console")
struct CallerTests {
    static let wei = OnBehalf(name: "zhang.wei", role: .guard_)
    static let na = OnBehalf(name: "li.na", role: .manager)
    static let min = OnBehalf(name: "wang.min", role: .manager)

    private func mark(_ octets: [UInt8]) -> [UInt8] { octets.reversed() }

    @Test func theConsoleAloneAsksForOthers() throws {
        let caller = try Caller(uid: 997, held: [], for: Self.wei, console: 997)
        #expect(caller.roles == [.guard_] && caller.giver == Giver(997, for: "zhang.wei"))
        for (uid, console) in [(UInt32(1001), UInt32(997)), (0, 997), (997, nil)] as [(UInt32, UInt32?)] {
            #expect {
                try Caller(uid: uid, held: Set(Role.allCases), for: Self.wei, console: console)
            } throws: { ($0 as? CommandRefusal)?.code == "asNotAllowed" }
        }
    }

    @Test(arguments: [Role.auditor, .installer]) func theirWorkIsNotDoneThroughThePage(_ role: Role) {
        #expect {
            try Caller(uid: 997, held: [role], for: OnBehalf(name: "a", role: role), console: 997)
        } throws: { ($0 as? CommandRefusal)?.code == "roleNotAtConsole" }
    }

    /// Whatever groups somebody puts the console into, it does nothing in its own name.
    @Test func withoutAPersonTheConsoleOnlyLooks() throws {
        let console = try Caller(uid: 997, held: [.manager, .auditor], console: 997)
        #expect(console.roles == [.viewer] && console.giver == Giver(997))
        let root = try Caller(uid: 0, held: Set(Role.allCases), console: 0)
        #expect(root.roles == Set(Role.allCases), "a demo without an account of its own")
        let person = try Caller(uid: 0, held: Set(Role.allCases), for: Self.wei, console: 0)
        #expect(person.roles == [.guard_])
        #expect(!person.actor(.guard_, account: "root", mark: mark).isRoot, "whoever signed in is not root")
    }

    @Test func inClearAPersonHasAMarkAndNoName() throws {
        let wei = try Caller(uid: 997, held: [], for: Self.wei, console: 997)
            .actor(.guard_, account: "gatehouse-console", mark: mark)
        #expect(wei.inEntries == "uid 997 for 6965772e676e (guard)" && wei.account == "zhang.wei")
        #expect(
            try Caller(uid: 7, held: [.guard_], console: 997).actor(.guard_, account: "wei", mark: mark).name == "uid 7"
        )
    }

    @Test func bothStandInTheEntry() throws {
        let bench = try DeskTests.filled()
        let answer = bench.say(PortalOpen(portal: "lane"), reason: "parcel", by: .console, for: Self.wei)
        #expect(answer.refusal == nil)
        let entry = try #require(try bench.entries([.order]).last)
        let actor = try #require(entry.actor)
        #expect(actor.hasPrefix("uid 997 for ") && actor.hasSuffix(" (guard)") && !actor.contains("wei"))
        let seen = bench.say(Log(kind: "order", limit: 1), by: RightsTests.manager).items
        #expect(seen.compactMap { WireJSON.decode(EntryView.self, $0) }.last?.personal?["account"] == "zhang.wei")
        #expect(
            bench.say(PortalFree(portal: "lane"), reason: "x", by: .console, for: Self.wei).refusal?.code
                == "notAllowed")
        #expect(bench.say(PortalOpen(portal: "lane"), reason: "x", by: .console).refusal?.code == "notAllowed")
    }

    /// Two who signed in are two people; one of them twice is one, in whichever role.
    @Test func twoAtTheConsoleAreTwoPeople() throws {
        let bench = try DeskTests.filled()
        bench.machineClock = bench.civil + .seconds(-400 * 86400)
        for _ in 0..<2 {
            #expect(bench.say(ClockAccept(), by: .console, for: Self.na).refusal?.code == "secondPerson")
        }
        #expect(bench.say(ClockAccept(), by: .console, for: Self.min).refusal == nil)
    }

    /// Of a guard's own entries the note shows again, and not that of another guard of the same console.
    @Test func whatIsOnesOwnIsAPersonsOwn() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(PortalOpen(portal: "lane"), reason: "a parcel", by: .console, for: Self.wei)
        func note(_ name: String) -> String? {
            let person = OnBehalf(name: name, role: .guard_)
            let items = bench.say(Log(kind: "order", limit: 1), reason: nil, by: .console, for: person).items
            return items.compactMap { WireJSON.decode(EntryView.self, $0) }.last?.personal?["note"]
        }
        #expect(note("zhang.wei") == "a parcel")
        #expect(note("zhao.yi") == nil)
    }
}
