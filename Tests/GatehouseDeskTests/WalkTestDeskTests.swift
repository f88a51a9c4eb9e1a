import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseDesk
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// The walk test as it is said on the socket: the plan of a site, what people say, and the report.
@Suite("Walk test at the desk")
struct WalkTestDeskTests {
    static let installer = RightsTests.installers[0]
    static let manager = RightsTests.manager

    private func started() throws -> DeskBench {
        let bench = try DeskTests.filled()
        let answer = bench.say(WalkTestStart(), reason: "hand-over", by: Self.installer)
        if let refusal = answer.refusal { throw refusal }
        return bench
    }

    private func view(_ bench: DeskBench) throws -> WalkView {
        try #require(bench.say(WalkTestStep(), reason: nil, by: Self.installer).value(WalkView.self))
    }

    private func row(_ name: String, _ bench: DeskBench) throws -> WalkView.Row {
        try #require(try view(bench).rows.first { $0.name == name })
    }

    private func end(_ bench: DeskBench) throws -> (reply: WalkTestReport.Reply, report: WalkReport) {
        try read(bench.say(WalkTestEnd(), reason: nil, by: Self.installer))
    }

    private func read(
        _ answer: DeskBench.Answer
    ) throws -> (reply: WalkTestReport.Reply, report: WalkReport) {
        if let refusal = answer.refusal { throw refusal }
        let reply = try #require(answer.value(WalkTestReport.Reply.self))
        return (reply, try #require(WireJSON.decode(WalkReport.self, Array(reply.document.utf8))))
    }

    /// What the configuration wires is what has to be seen.
    @Test func thePlanIsTheSites() throws {
        let names = try view(started()).rows.map(\.name)
        #expect(
            names == [
                "reader:wicket-in", "reader:face-1", "cable:face-1", "reader:wicket-out", "lamp:wicket-out",
                "cable:wicket-out", "exit:wicket", "contact:wicket", "relay:wicket", "reader:lane-scan", "relay:lane",
                "fire", "restart", "clock",
            ])
    }

    @Test func everyOpenPartSaysWhatToDo() throws {
        let bench = try started()
        let view = try view(bench)
        #expect(view.rows.allSatisfy { $0.state == "neverHeard" && $0.todo?.isEmpty == false })
        #expect(view.open == view.rows.count && view.until > view.begun)
    }

    @Test func aPulseIsAnOrdinaryOpeningWithItsReason() throws {
        let bench = try started()
        let pulse = WalkTestStep(part: "relay:wicket", pulse: true)
        #expect(bench.say(pulse, reason: nil, by: Self.installer).refusal?.code == "reasonMissing")
        #expect(try view(bench).current == nil, "nothing was begun")
        #expect(!bench.effects.contains { if case .release = $0 { true } else { false } })
        #expect(
            bench.say(WalkTestStep(part: "contact:wicket", pulse: true), by: Self.installer).refusal?.code
                == "malformed")
        #expect(bench.say(pulse, reason: "walk test", by: Self.installer).refusal == nil)
        #expect(bench.effects.contains { if case .release("wicket", event: _?) = $0 { true } else { false } })
        let orders = try bench.entries([.order])
        #expect(orders.last?.portal == "wicket" && orders.last?.actor == "uid 1004 (installer)")
    }

    @Test func aBlockedPortalIsNotOpenedByAWalkTest() throws {
        let bench = try started()
        #expect(bench.say(PortalBlock(portal: "lane"), by: Self.manager).refusal == nil)
        let pulse = bench.say(WalkTestStep(part: "relay:lane", pulse: true), reason: "walk", by: Self.installer)
        #expect(pulse.refusal?.code == "postureForbids")
        #expect(!bench.effects.contains { if case .release("lane", event: _?) = $0 { true } else { false } })
    }

    @Test func aLampShowsAndOpensNothing() throws {
        let bench = try started()
        #expect(bench.say(WalkTestStep(part: "lamp:wicket-out", pulse: true), by: Self.installer).refusal == nil)
        #expect(bench.effects.contains(.indicate("wicket-out", .granted, waits: false)))
        #expect(!bench.effects.contains { if case .release = $0 { true } else { false } })
        _ = bench.say(WalkTestStep(part: "lamp:wicket-out", seen: true), by: Self.installer)
        #expect(try row("lamp:wicket-out", bench).state == "said")
    }

    @Test func rightsAndFormsOfTheSteps() throws {
        let bench = try started()
        #expect(bench.say(WalkTestStep(), by: Self.manager).refusal?.code == "notAllowed")
        #expect(bench.say(WalkTestStart(), by: Self.installer).refusal?.code == "walkRuns")
        let unknown = bench.say(WalkTestStep(part: "contact:wiket"), by: Self.installer).refusal
        #expect(unknown?.code == "unknownPart" && unknown?.message.contains("contact:wicket") == true)
        let both = WalkTestStep(part: "fire", seen: true, skip: "no")
        #expect(bench.say(both, by: Self.installer).refusal?.code == "malformed")
        #expect(bench.say(WalkTestStep(seen: true), by: Self.installer).refusal?.code == "argumentMissing")
        #expect(bench.say(WalkTestReport(), by: Self.manager).refusal?.code == "noWalk", "it has not ended")
        #expect(bench.say(WalkTestReport(), by: Self.installer).refusal?.code == "noWalk", "looking ends nothing")
        #expect(bench.say(WalkTestEnd(), by: Self.manager).refusal?.code == "notAllowed")
        #expect(bench.shell.controller.walk != nil)
    }

    @Test func theReportIsSignedByTheSiteAndAnEntry() throws {
        let bench = try started()
        bench.give([.exitButton("wicket", isPressed: false)])
        bench.give([.edge(.exit("wicket"), isActive: true, at: bench.now), .exitButton("wicket", isPressed: true)])
        bench.pass(.milliseconds(300))
        bench.give([.edge(.exit("wicket"), isActive: false, at: bench.now), .exitButton("wicket", isPressed: false)])
        bench.pass(.seconds(1))
        _ = bench.say(WalkTestStep(part: "reader:lane-scan", failed: "dark, 没电"), by: Self.installer)
        _ = bench.say(WalkTestStep(part: "fire", skip: "the brigade's"), by: Self.installer)
        let (reply, report) = try end(bench)
        let key = try #require(Hexadecimal.decode(reply.key))
        let signature = try #require(Base64.decode(reply.signature))
        #expect(Ed25519.verify(Array(reply.document.utf8), signature: signature, publicKey: key))
        #expect(!Ed25519.verify(Array("\(reply.document) ".utf8), signature: signature, publicKey: key))
        let page = try #require(Base64.decode(reply.pageSignature))
        #expect(Ed25519.verify(Array(reply.page.utf8), signature: page, publicKey: key))
        let rows = Dictionary(uniqueKeysWithValues: report.rows.map { ($0.name, $0) })
        #expect(rows["exit:wicket"]?.state == "good" && rows["exit:wicket"]?.measured["active_us"] == 300_000)
        #expect(rows["reader:lane-scan"]?.fault == "silent" && rows["reader:lane-scan"]?.note == "dark, 没电")
        #expect(rows["fire"]?.note == "the brigade's" && rows["contact:wicket"]?.state == "neverHeard")
        #expect(rows["contact:wicket"]?.standards == ["IEC 60839-11-1:2013 6.2.3"])
        #expect(rows["fire"]?.standards == ["IEC 60839-11-1:2013 6.6", "GB 55024-2022 5.3.6"])
        #expect(report.by == "uid 1004 (installer)" && report.closer == report.by)
        #expect(rows["fire"]?.by == report.by && rows["exit:wicket"]?.by == nil)
        #expect(report.unsupervised == ["wicket-in", "lane-scan"])
        #expect(report.before == nil && report.changes.isEmpty)
        let end = try #require(try bench.entries([.walkTest]).last)
        #expect(end.result == .reported && end.sequence == reply.event)
        #expect(end.detail["sha256"]?.octets == Hash.sha256(Array(reply.document.utf8)))
        #expect(bench.shell.controller.walk == nil)
        #expect(end.actor == "uid 1004 (installer)")
        let again = try read(bench.say(WalkTestReport(), reason: nil, by: Self.manager)).reply
        #expect(again.document == reply.document && again.recorded && again.signature == reply.signature)
    }

    @Test func nextYearsRunShowsWhatChanged() throws {
        let bench = try started()
        _ = bench.say(WalkTestStep(part: "fire", seen: true), by: Self.installer)
        _ = bench.say(WalkTestStep(part: "lamp:wicket-out", seen: true), by: Self.installer)
        _ = try end(bench)
        bench.pass(.seconds(300 * 86400))
        _ = bench.say(WalkTestStart(), by: Self.installer)
        _ = bench.say(WalkTestStep(part: "fire", seen: true), by: Self.installer)
        _ = bench.say(WalkTestStep(part: "lamp:wicket-out", failed: "dark"), by: Self.installer)
        let report = try end(bench).report
        #expect(report.before != nil)
        #expect(
            report.changes == [
                WalkReport.Change(name: "lamp:wicket-out", what: "state", before: "said", now: "bad failed")
            ])
        let change = report.changes[0]
        #expect(Words.changed(change.what, change.before, .chinese) == "人工确认（未实测）")
        #expect(
            Words.changed(change.what, change.now, .english) == "bad: It does not work, and no wire says why.")
        #expect(Words.changed("bounce_us", "12300", .english) == "bounce 12.3 ms")
    }

    @Test func aRunGoesOnOverARestart() throws {
        let bench = try started()
        _ = bench.say(WalkTestStep(part: "fire", seen: true), by: Self.installer)
        var restored = Restored()
        restored.walk = try StoredWalk.load(bench)
        #expect(restored.walk?.row(.fire)?.state == .said)
        #expect(restored.walk?.open.count == 13)
        _ = try end(bench)
        #expect(try StoredWalk.load(bench) == nil)
    }

    /// Before anything came, health and status say so; an edge is enough, and a level is not.
    @Test func whatWasNeverHeardIsTold() throws {
        let bench = try DeskTests.filled()
        func health() throws -> [String] { try #require(bench.say(Health()).value(Health.Reply.self)).neverHeard }
        func wicket() throws -> Status.Portal {
            let status = try #require(bench.say(Status()).value(Status.Reply.self))
            return try #require(status.portals.first { $0.name == "wicket" })
        }
        bench.give([.contact("wicket", isOpen: false), .exitButton("wicket", isPressed: false)])
        let readers = ["reader:face-1", "reader:wicket-out", "reader:lane-scan"]
        #expect(try Set(health()) == Set(readers + ["exit:wicket", "contact:wicket", "fire"]))
        #expect(try wicket().neverHeard == ["exit", "contact"])
        bench.give([.edge(.contact("wicket"), isActive: true, at: bench.now), .contact("wicket", isOpen: true)])
        #expect(try wicket().neverHeard == ["exit"])
        #expect(try !health().contains("contact:wicket"))
    }

    @Test func theLogNamesThePartAndItsFault() throws {
        let bench = try started()
        _ = bench.say(WalkTestStep(part: "exit:wicket", failed: "dark"), by: Self.installer)
        let answer = bench.say(Log(kind: "walkTest"), by: Self.manager)
        let last = try #require(answer.items.compactMap { WireJSON.decode(EntryView.self, $0) }.last)
        let text = LogTable.sentence(last, .english)
        #expect(text.contains("exit:wicket") && text.contains("Nothing was heard."), "\(text)")
        let chinese = LogTable.lines(last, .chinese).joined()
        #expect(chinese.contains("没有任何信号"), "\(chinese)")
    }

    /// Whatever names and notes bring stays text, and no script runs.
    @Test func thePageIsHarmless() throws {
        let bench = try started()
        _ = bench.say(
            WalkTestStep(part: "fire", skip: "<script>alert(1)</script>\"&'"), by: Self.installer)
        _ = try end(bench)
        for language in Language.allCases {
            let (reply, report) = try read(
                bench.say(WalkTestReport(), reason: nil, by: Self.manager))
            let page = WalkPage.html(report, signature: reply.signature, key: reply.key, language)
            #expect(!page.contains("<script"))
            #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(page.contains("contact:wicket") && page.contains(reply.key))
        }
    }
}
