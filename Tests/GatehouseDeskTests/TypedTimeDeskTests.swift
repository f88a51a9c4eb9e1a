import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// Every command takes times as people type them, and says what it took them for. The bench stands at 2026-11-18 19:06:40.
@Suite("Times as typed, at the desk")
struct TypedTimeDeskTests {
    private func times(_ answer: DeskBench.Answer) throws -> [String: String] {
        if let refusal = answer.refusal { throw refusal }
        guard case .success(let text) = answer.reply else { return [:] }
        return Understood(beside: text)?.times ?? [:]
    }

    @Test(arguments: [
        ("18:00", "2026-11-18 18:00"), ("yesterday 18:00", "2026-11-17 18:00"), ("昨晚10点", "2026-11-17 22:00"),
        ("2h", "2026-11-18 17:06"),
        ("today", "2026-11-18 00:00"), ("上周", "2026-11-09 00:00"), ("11-17 ８：００", "2026-11-17 08:00"),
    ])
    func theLogTakesThem(text: String, understood: String) throws {
        let bench = try DeskTests.filled()
        #expect(try times(bench.say(Log(from: TextArgument(text)))) == ["from": understood])
    }

    @Test func theLogIsThatOfTheTimes() throws {
        let bench = try DeskTests.filled()
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603))
        bench.give([.reader("wicket-in", .card(card))])
        bench.pass(.seconds(7200))
        bench.give([.reader("wicket-in", .card(card))])
        func count(_ from: TextArgument?, _ until: TextArgument?) throws -> Int {
            let answer = bench.say(Log(from: from, until: until, kind: "decision"))
            if let refusal = answer.refusal { throw refusal }
            return answer.items.count
        }
        #expect(try count("1h ago", nil) == 1 && count("3h", nil) == 2 && count("今天", "20:00") == 1)
        #expect(try count("明天", nil) == 0 && count("本周", "本周") == 2, "a week ends with its last day")
    }

    @Test func whatIsAsItStandsIsNotEchoed() throws {
        let bench = try DeskTests.filled()
        #expect(try times(bench.say(Log(from: "2026-11-17T18:00", until: "2026-11-18"))) == [:])
    }

    @Test func whateverTakesATimeTakesThem() throws {
        let bench = try DeskTests.filled()
        let home = TenancyAdd(dwelling: "1-101", tenants: "R-1", from: "明天", until: "11月30日")
        #expect(try times(bench.say(home)) == ["from": "2026-11-19", "until": "2026-11-30"])
        #expect(try #require(bench.say(TenancyShow(id: 2)).value(TenancyShow.Reply.self)).first.lastDay == "2026-11-30")
        let pass = PassIssue(host: "R-1", points: "lane-in", until: "2h")
        #expect(try times(bench.say(pass)) == ["until": "2026-11-18 21:06"])
        let day = bench.say(PassIssue(host: "R-1", points: "lane-in", until: "明天"))
        #expect(try times(day) == ["until": "2026-11-19 24:00"])
        let staff = PersonFields(name: "孙三", role: "staff", from: "today 20:00", until: "11-30")
        #expect(
            try times(bench.say(PersonAdd(reference: "S-1", fields: staff)))
                == ["from": "2026-11-18 20:00", "until": "2026-11-30 24:00"])
        #expect(bench.shell.controller.registry.person(3)?.validFrom == 1_795_003_200)
        let card = CredentialAdd(person: "S-1", kind: "card", card: "H10301:118-1700", until: "后天下午6点")
        #expect(try times(bench.say(card)) == ["until": "2026-11-20 18:00"])
        #expect(try times(bench.say(CredentialChange(id: 4, from: "昨天"))) == ["from": "2026-11-17 00:00"])
        #expect(try times(bench.say(WhoCan(point: "wicket-in", when: "昨晚10点"))) == ["when": "2026-11-17 22:00"])
        #expect(
            try times(bench.say(Decide(person: "R-1", point: "wicket-in", when: "明早7点")))
                == ["when": "2026-11-19 07:00"])
        #expect(try times(bench.say(PersonList(endsBefore: "next month"))) == ["ends-before": "2026-12-01 00:00"])
        #expect(try times(bench.say(Replay(from: "yesterday", until: "now"), reason: "x")).count == 2)
        let report = PersonReport(reference: "R-1", from: "前天9点半")
        #expect(try times(bench.say(report, reason: "request")) == ["from": "2026-11-16 09:30"])
        let evidence = TenancyEvidence(dwelling: "1-102", from: "昨天", until: "now")
        #expect(try times(bench.say(evidence, reason: "x")).count == 2)
        #expect(
            try times(bench.say(TenancyTerminate(id: 1, at: "in 2h", cause: "moved-out"))) == ["at": "2026-11-18 21:06"]
        )
    }

    @Test(arguments: ["someday", "18", "昨晚1点", "25:00", "2026-02-30", "上周 18:00"])
    func whatIsNotUnderstoodIsRefusedWithExamples(text: String) throws {
        let bench = try DeskTests.filled()
        for refusal in [
            bench.say(Log(from: TextArgument(text))).refusal,
            bench.say(PassIssue(host: "R-1", points: "lane-in", until: TextArgument(text))).refusal,
            bench.say(PersonChange(reference: "R-1", fields: PersonFields(until: TextArgument(text)))).refusal,
        ] {
            #expect(refusal?.code == "malformed")
            #expect(refusal?.message.contains("昨天18:00") == true && refusal?.message.contains("2h ago") == true)
        }
        let days = TenancyAdd(dwelling: "1-101", tenants: "R-1", from: TextArgument(text), until: "2027-01-01")
        #expect(bench.say(days).refusal?.code == "malformed")
        #expect(
            bench.say(TenancyTerminate(id: 1, at: "2h", cause: "asked")).refusal?.code == "malformed", "ago, or in?")
    }

    /// A file that says `today` says another day tomorrow.
    @Test func filesTakeDatesWithTheirYearAlone() throws {
        let bench = try DeskTests.filled()
        let file = "reference,name,role,until\nS-9,x,staff,明天\n"
        _ = bench.say(ImportChunk(file: "residents.csv", data: OctetsArgument(Array(file.utf8))))
        #expect(bench.say(ImportFiles()).refusal != nil)
    }
}
