import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseSimulation
import GatehouseStore
import Testing

/// Who comes with a pass: told to those who let them in, sealed, and erased when the pass is.
@Suite("Visitors of passes")
struct VisitorDeskTests {
    private func issue(_ bench: DeskBench, _ visitor: PersonalArgument?, _ phone: PersonalArgument?) -> DeskBench.Answer
    {
        bench.say(PassIssue(host: "R-1", points: "lane-in", until: "2h", visitor: visitor, phone: phone))
    }

    private func personal(_ bench: DeskBench, _ event: UInt64) throws -> [String] {
        let reader = try JournalReader(path: "\(bench.folder)/gatehouse.db", secrets: bench.secrets)
        return try #require(try reader.entry(event, withPersonal: true)).personal.map(\.name).sorted()
    }

    @Test func theirNameIsToldUntilTheirPassIsGone() throws {
        let bench = try DeskTests.filled()
        let issued = try #require(issue(bench, "孙三", "138 0013 8000").value(PassIssue.Reply.self))
        #expect(issued.first.visitor == "孙三" && issued.first.phone == "138 0013 8000")
        let number = try DocumentArgument(argument: issued.first.pass)
        for person in [RightsTests.manager, RightsTests.night] {
            let shown = bench.say(PassShow(pass: number), by: person).value(PassView.self)
            #expect(shown?.visitor == "孙三" && shown?.phone == "138 0013 8000")
        }
        let byText = bench.say(PassShow(pass: try DocumentArgument(argument: issued.second.token))).value(PassView.self)
        #expect(byText?.visitor == "孙三")
        let listed = bench.say(PassList()).items.compactMap { WireJSON.decode(PassView.self, $0)?.visitor }
        #expect(listed == ["孙三"])
        let event = try #require(issued.second.event)
        #expect(try personal(bench, event).contains("visitor"))
        // Two hours, and the day for which a pass that is over is kept.
        bench.pass(.seconds(3 * 3600))
        #expect(try personal(bench, event).contains("visitor"), "a pass that is over is kept for a day")
        bench.pass(.seconds(86400))
        _ = issue(bench, nil, nil)
        let left = try personal(bench, event)
        #expect(!left.contains("visitor") && !left.contains("phone") && left.contains("note"), "\(left)")
        #expect(bench.say(JournalVerify()).value(JournalVerify.Reply.self)?.whole == true)
    }

    @Test func aPassIsGoodWithoutAName() throws {
        let bench = try DeskTests.filled()
        let issued = try #require(issue(bench, nil, nil).value(PassIssue.Reply.self))
        #expect(issued.first.visitor == nil && issued.first.phone == nil)
        #expect(try !personal(bench, try #require(issued.second.event)).contains("visitor"))
        let phoneAlone = try #require(issue(bench, nil, "0532-88886666").value(PassIssue.Reply.self))
        #expect(phoneAlone.first.visitor == nil && phoneAlone.first.phone == "0532-88886666")
    }

    @Test(arguments: [
        (String(repeating: "孙", count: 90), "138", "visitor"), ("孙三", "call me", "phone"), ("孙三", "1.38E+10", "phone"),
    ])
    func whatIsNoNameAndNoNumberIsRefused(_ visitor: String, _ phone: String, _ field: String) throws {
        let bench = try DeskTests.filled()
        let refusal = issue(
            bench, try PersonalArgument(argument: visitor), try PersonalArgument(argument: phone)
        ).refusal
        #expect(refusal?.message.contains(field) == true, "\(refusal?.message ?? "taken")")
    }

    /// Who has asked for erasure is not named by a pass of theirs.
    @Test func whoErasesTheHostErasesTheirVisitors() throws {
        let bench = try DeskTests.filled()
        let issued = try #require(issue(bench, "孙三", nil).value(PassIssue.Reply.self))
        #expect(bench.say(PersonErase(reference: "R-1"), by: RightsTests.manager).refusal == nil)
        #expect(try personal(bench, try #require(issued.second.event)).isEmpty)
    }

    /// By who comes, and by their number: the guard at the gate has nothing else.
    @Test func aPassIsFoundByWhoComesWithIt() throws {
        let bench = try DeskTests.filled()
        let issued = try #require(issue(bench, "孙三", "138 0013 8000").value(PassIssue.Reply.self))
        _ = issue(bench, "周五", nil)
        func found(_ text: PersonalArgument, by person: DeskBench.Person = RightsTests.manager) -> [FoundRow] {
            bench.say(Find(text: text), by: person).items.compactMap { WireJSON.decode(FoundRow.self, $0) }
                .filter { $0.kind == "pass" }
        }
        for text in ["孙三", "sunsan", "13800138000", "8000"] as [PersonalArgument] {
            let rows = found(text)
            #expect(rows.map(\.value) == [issued.first.pass] && rows.first?.visitor == "孙三", "\(text)")
        }
        #expect(found("孙三", by: RightsTests.night).count == 1 && found("13800138000", by: RightsTests.night).isEmpty)
        #expect(found("R-1").isEmpty)
    }

    /// The number of a row that is gone says nothing to anybody.
    @Test func aHostWhoWasErasedStandsInNoList() throws {
        let bench = try DeskTests.filled()
        let issued = try #require(issue(bench, nil, nil).value(PassIssue.Reply.self))
        let text = try DocumentArgument(argument: issued.second.token)
        #expect(bench.say(PassShow(pass: text)).value(PassView.self)?.host == "R-1")
        #expect(bench.say(PersonErase(reference: "R-1"), by: RightsTests.manager).refusal == nil)
        let listed = bench.say(PassList(all: true)).items.compactMap { WireJSON.decode(PassView.self, $0) }
        #expect(!listed.isEmpty && listed.allSatisfy { $0.host == nil })
    }
}
