import GatehouseAdmin
import GatehouseCore
import GatehouseProtocols
import GatehouseSimulation
import Testing

@testable import GatehouseDesk

/// What an office does: files with columns of its own, telephone numbers, cards that were lost.
@Suite("At the office")
struct OfficeDeskTests {
    private func send(_ bench: DeskBench, _ files: [(String, String)], _ command: ImportFiles) -> DeskBench.Answer {
        for (name, text) in files {
            let chunk = ImportChunk(file: PersonalArgument(name), data: OctetsArgument(Array(text.utf8)))
            #expect(bench.say(chunk).refusal == nil)
        }
        return bench.say(command)
    }

    @Test func columnsThatNobodyKnowsAreRefusedUntilSomebodySaysWhatTheyMean() throws {
        let bench = try DeskTests.filled()
        let file = ("s.csv", "编号,姓名,角色,称 呼\nS-8,孙三,员工,老孙\n合计,1,,\n")
        #expect(send(bench, [file], ImportFiles()).refusal?.code == "importRefused")
        let skipped = send(bench, [file], ImportFiles(dryRun: true, skipColumns: "称呼"))
        let reply = try #require(skipped.value(ImportFiles.Reply.self))
        #expect(reply.added == 1 && reply.names == ["孙三"] && reply.passed == 1)
        let named = send(bench, [file, ("names.txt", "称呼 = note\n")], ImportFiles(columns: "names.txt"))
        #expect(named.refusal == nil)
        #expect(
            named.items.contains { String(decoding: $0, as: UTF8.self).contains("passed over") },
            "told when it counts too")
        let shown = bench.say(PersonShow(reference: "S-8"))
        #expect(String(decoding: try shown.reply.get(), as: UTF8.self).contains("\"note\":\"老孙\""))
        #expect(send(bench, [file], ImportFiles(columns: "other.txt")).refusal?.code == "noFiles")
    }

    @Test func aLostCardIsReplacedInOneEntry() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialChange(id: 1, until: "2027-05-31", uses: "7")).refusal == nil)
        func row(_ id: UInt32) throws -> CredentialView {
            try #require(bench.say(CredentialShow(id: RowOrTextArgument(id))).value(CredentialView.self))
        }
        let old = try row(1)
        let replaced = bench.say(CredentialReplace(old: "H10301:118-1603", card: "H10301:118-2044"))
        let id = try #require(replaced.value(RecordedRow.self)).id
        let (gone, new) = (try row(1), try row(id))
        #expect(gone.status == "lost" && new.status == "enabled" && new.value == "H10301:118-2044")
        #expect(new.person == old.person && new.until == old.until && new.uses == 7)
        let entry = try #require(bench.entries([.registry]).last)
        #expect("\(entry.detail)".contains("lost"), "\(entry.detail)")
        #expect(bench.say(CredentialReplace(old: "2", card: "H10301:118-2044")).refusal != nil, "somebody has it")
        #expect(bench.say(CredentialReplace(old: "2", card: "H10301:118-1604")).refusal?.code == "malformed", "itself")
        #expect(
            bench.say(CredentialReplace(old: "2", card: "H10301:1-1", status: "suspended")).refusal?.code == "malformed"
        )
        #expect(bench.say(CredentialReplace(old: "99", card: "H10301:1-1")).refusal?.code == "unknownRow")
        #expect(bench.say(CredentialReplace(old: "2", card: "H10301:1-1", status: "stolen")).refusal == nil)
    }

    @Test func aMonthIsCountedByDayAndGateWithoutANameOfAnybody() throws {
        let bench = try DeskTests.filled()
        for card in ["H10301:118-1603", "H10301:9-9"] {
            bench.give([.reader("wicket-in", .card(CardRead(number: try #require(CardNumber(card)))))])
            bench.pass(.seconds(2))
        }
        #expect(bench.say(PortalOpen(portal: "lane")).refusal == nil)
        bench.pass(.seconds(30))
        bench.give([.contact("wicket", isOpen: true)])
        bench.pass(.seconds(2))
        let answer = bench.say(ReportMonth(month: "2026-11"))
        let days = answer.items.compactMap { WireJSON.decode(ReportMonth.Day.self, $0) }
        let wicket = try #require(days.first { $0.portal == "wicket" }, "\(days)")
        let lane = try #require(days.first { $0.portal == "lane" }, "\(days)")
        #expect(
            wicket.refused == wicket.reasons.values.reduce(0, +) && wicket.reasons["UnknownCredential"] == 1, "\(days)")
        #expect(wicket.granted + wicket.refused == 2 && wicket.alarms == 1 && lane.openings == 1, "\(days)")
        let sum = try #require(answer.value(ReportMonth.Reply.self))
        #expect(sum.hours.count == 24 && sum.hours.reduce(0, +) == sum.taken)
        #expect(sum.openings == 1 && sum.alarms == days.reduce(0) { $0 + $1.alarms } && sum.month == "2026-11")
        #expect(!"\(days)".contains("赵一"))
        #expect(bench.say(ReportMonth(month: "2026-10")).items.isEmpty)
        for bad in ["2026-13", "2026-1", "2026", "26-10", "2026-00", "2026-10-01"] {
            #expect(bench.say(ReportMonth(month: TextArgument(bad))).refusal?.code == "malformed", "\(bad)")
        }
    }

    @Test func aTelephoneNumberIsShownReportedAndErasedWithItsPerson() throws {
        let bench = try DeskTests.filled()
        let fields = PersonFields(phone: "13800138000", note: "rings at the side door")
        #expect(bench.say(PersonChange(reference: "R-1", fields: fields)).refusal == nil)
        #expect(
            bench.say(PersonChange(reference: "R-1", fields: PersonFields(phone: "ask"))).refusal?.code == "malformed")
        func text(_ answer: DeskBench.Answer) throws -> String {
            String(decoding: try answer.reply.get(), as: UTF8.self)
        }
        #expect(try text(bench.say(PersonShow(reference: "R-1"))).contains("13800138000"))
        let report = bench.say(PersonReport(reference: "R-1"), reason: "request of 2026-11-24")
        #expect(try text(report).contains("rings at the side door"))
        for entry in try bench.entries() {
            #expect(!"\(entry.detail)".contains("13800138000"), "the journal keeps no telephone number")
        }
        #expect(bench.say(PersonChange(reference: "R-1", fields: PersonFields(phone: "none"))).refusal == nil)
        #expect(bench.say(PersonErase(reference: "R-1"), reason: "asked").refusal == nil)
        #expect(bench.say(PersonShow(reference: "R-1")).refusal?.code == "unknownPerson")
    }
}
