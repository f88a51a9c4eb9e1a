import GatehouseAdmin
import GatehouseCore
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
