import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import GatehouseStore
import Testing

/// A guard at night takes one card out of use until the office is there. The bench begins on a Wednesday at 22:13 of the site.
@Suite("Suspensions by guards")
struct SuspensionTests {
    private static let card: RowOrTextArgument = "H10301:118-1603"
    private static let night = RightsTests.night
    private static let manager = RightsTests.manager

    private func bench() throws -> DeskBench {
        var settings = DeskBench.Settings()
        // 2026-11-18T22:13 at +08:00.
        settings.start = CivilTime(seconds: 1_795_011_180)
        return try DeskTests.filled(settings)
    }

    @discardableResult
    private func show(_ bench: DeskBench, _ number: UInt64 = 1603) throws -> JournalEntry {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))
        bench.give([.reader("wicket-in", .card(card))])
        bench.pass(.seconds(10))
        return try #require(try bench.entries([.decision]).last)
    }

    private func alarms(_ bench: DeskBench) throws -> [AlarmView] {
        try #require(bench.say(AlarmList(), by: Self.night).value(AlarmList.Reply.self)).alarms
            .filter { $0.code == "credentialSuspended" }
    }

    @Test func aSuspendedCardOpensNothingUntilNoonAndThenOpensAgain() throws {
        let bench = try bench()
        #expect(try show(bench).outcome == "granted")
        let answer = bench.say(CredentialSuspend(id: Self.card), reason: "found at the gate", by: Self.night)
        let reply = try #require(answer.value(CredentialSuspend.Reply.self), "\(String(describing: answer.refusal))")
        #expect(reply.until.hasPrefix("2026-11-19T12:00:00"))
        let refused = try show(bench)
        #expect(refused.outcome == "denied" && refused.reason == "SuspendedByGuard")
        #expect(try show(bench, 1604).outcome == "granted", "other cards are as they were")
        bench.pass(.seconds(11 * 3600))
        #expect(try show(bench).reason == "SuspendedByGuard")
        bench.pass(.seconds(3 * 3600))
        #expect(try show(bench).outcome == "granted", "it ends by itself")
        #expect(bench.shell.controller.ledger.suspensions.isEmpty)
    }

    @Test func itEndsWhenItWasSaidAndNeverAfterTheNextNoon() throws {
        let bench = try bench()
        for late: TextArgument in ["2026-11-19T12:01", "2026-11-20", "2026-11-18T22:00"] {
            #expect(
                bench.say(CredentialSuspend(id: Self.card, until: late), by: Self.night).refusal?.code
                    == "suspensionTooLong", "\(late)")
        }
        let early = bench.say(CredentialSuspend(id: Self.card, until: "2026-11-19T06:00"), by: Self.night)
        #expect(try #require(early.value(CredentialSuspend.Reply.self)).until.hasPrefix("2026-11-19T06:00"))
        bench.pass(.seconds(8 * 3600))
        #expect(try show(bench).outcome == "granted")
    }

    /// P15: for what somebody owes nobody is kept out, at night no more than by day; P10: its sender may go.
    @Test func debtsAreNoReasonAndTheSenderMayGo() throws {
        let bench = try bench()
        #expect(
            bench.say(CredentialSuspend(id: Self.card), reason: "物业费未缴", by: Self.night).refusal?.code
                == "causeForbidden")
        bench.isSenderThere = false
        #expect(bench.say(CredentialSuspend(id: Self.card), by: Self.night, age: .seconds(59)).refusal == nil)
        #expect(try show(bench).reason == "SuspendedByGuard")
    }

    /// It is the office's to look at: a guard does not acknowledge it away, and it stays when it is over.
    @Test func theOfficeIsToldAndAlonePutsItAway() throws {
        let bench = try bench()
        _ = bench.say(CredentialSuspend(id: Self.card), by: Self.night)
        let alarm = try #require(alarms(bench).first)
        #expect(alarm.subject == "1" && alarm.state == "raised" && alarm.severity == "warning")
        #expect(
            bench.say(AlarmAck(alarm: CountArgument(alarm.alarm)), by: Self.night).refusal?.code == "alarmOfTheOffice")
        let shift = try #require(bench.say(ShiftEnd(), by: Self.night).value(ShiftEnd.Reply.self))
        #expect(shift.alarms.contains { $0.code == "credentialSuspended" })
        bench.pass(.seconds(15 * 3600))
        #expect(try alarms(bench).first?.state == "ended")
        #expect(bench.say(AlarmAck(alarm: CountArgument(alarm.alarm)), by: Self.manager).refusal == nil)
        #expect(try alarms(bench).isEmpty)
    }

    @Test func theOfficeEndsItOrSaysWhatBecomesOfTheCard() throws {
        let bench = try bench()
        _ = bench.say(CredentialSuspend(id: Self.card), by: Self.night)
        #expect(bench.say(CredentialResume(id: Self.card), by: Self.night).refusal?.code == "notAllowed")
        #expect(bench.say(CredentialResume(id: Self.card), by: Self.manager).refusal == nil)
        #expect(try show(bench).outcome == "granted")
        #expect(bench.say(CredentialResume(id: Self.card), by: Self.manager).refusal?.code == "notSuspended")
        _ = bench.say(CredentialSuspend(id: Self.card), by: Self.night)
        #expect(bench.say(CredentialChange(id: 1, status: "lost"), by: Self.manager).refusal == nil)
        bench.pass(.seconds(1))
        #expect(!bench.shell.controller.health.has(.credentialSuspended), "the office has said it")
        #expect(bench.say(CredentialSuspend(id: Self.card), by: Self.night).refusal?.code == "credentialOff")
    }

    @Test func whyNamesTheGuardAndTheHour() throws {
        let bench = try bench()
        _ = bench.say(CredentialSuspend(id: Self.card), reason: "found at the gate", by: Self.night)
        try show(bench)
        let why = try #require(bench.say(Why(person: "R-1"), by: Self.manager).value(Why.Reply.self))
        let english = WhySentence.text(why, .english)
        #expect(english.contains("the card H10301:…603 was suspended by guard"), "\(english)")
        #expect(english.contains("until 2026-11-19 12:00: \"found at the gate\""), "\(english)")
        #expect(WhySentence.text(why, .chinese).contains("至 2026-11-19 12:00 为止：“found at the gate”"))
        let page = try #require(bench.say(PersonShow(reference: "R-1"), by: Self.manager).value(PersonShow.Reply.self))
        let lines = PersonPage.lines(page, .english).joined(separator: "\n")
        #expect(lines.contains("suspended by guard"), "\(lines)")
        let card = bench.say(CredentialShow(id: 1), by: Self.manager).value(CredentialShow.Reply.self)
        #expect(card?.second.suspended?.until?.hasPrefix("2026-11-19T12:00") == true)
        let order = try #require(try bench.entries([.order]).first { $0.credential == 1 })
        #expect(order.person == 1, "it stands in the person's own report")
        #expect(!order.detail.values.contains { $0.text?.contains("1603") ?? false }, "no number in clear")
    }

    /// Those who ask what would be decided are told the same.
    @Test func whoAsksBeforehandIsToldTheSame() throws {
        let bench = try bench()
        func names() -> String {
            bench.say(WhoCan(point: "wicket-in")).items.map { String(decoding: $0, as: UTF8.self) }.joined()
        }
        #expect(names().contains("\"T-1\""))
        _ = bench.say(CredentialSuspend(id: "H10301:118-1604"), by: Self.night)
        let decide = Decide(person: "T-1", point: "wicket-in", card: "H10301:118-1604")
        #expect(bench.say(decide).value(Decide.Reply.self)?.reason == "SuspendedByGuard")
        #expect(!names().contains("\"T-1\""))
    }

    /// It is on disk with its entry: the next run of the daemon knows it, and raises it again.
    @Test func itSurvivesARestart() throws {
        let bench = try bench()
        _ = bench.say(CredentialSuspend(id: Self.card), by: Self.night)
        let loaded = try StoreLoader(path: bench.configuration.files.database, secrets: bench.secrets).load(
            site: bench.configuration.site)
        let standing = bench.shell.controller.ledger.suspensions
        #expect(!standing.isEmpty && loaded.restored.ledger.suspensions == standing)
        #expect(loaded.restored.alarms.open.contains { $0.code == .condition(.credentialSuspended) })
    }

    /// A list of the office that is taken in the meantime does not bring the card back.
    @Test func anImportOfTheOfficeDoesNotBringTheCardBack() throws {
        let bench = try bench()
        _ = bench.say(CredentialSuspend(id: Self.card), by: Self.night)
        let file = "reference,kind,value,status\nR-1,card,H10301:118-1603,enabled\n"
        _ = bench.say(ImportChunk(file: "credentials.csv", data: OctetsArgument(Array(file.utf8))), by: Self.manager)
        #expect(bench.say(ImportFiles(), by: Self.manager).refusal == nil)
        #expect(try show(bench).reason == "SuspendedByGuard")
    }
}
