import GatehouseAdmin
import GatehouseProtocols
import GatehouseSimulation
import Glibc
import Testing

@testable import GatehouseCore
@testable import GatehouseDesk

/// What is kept from somebody at one door is kept at every other.
@Suite("Side doors") struct SideDoorTests {
    @Test func aGuardIsToldWhichCardAndNotItsNumber() throws {
        let bench = try DeskTests.filled()
        for name in ["R-1", "1-101"] {
            let answer = bench.say(
                try CredentialSuspend(id: RowOrTextArgument(argument: name)), reason: "found", by: RightsTests.night)
            #expect(answer.refusal.map { !$0.message.contains("118-") } ?? true, "\(answer)")
        }
        let answer = bench.say(CredentialSuspend(id: "H10301:118-1603"), reason: "found", by: RightsTests.night)
        #expect(answer.refusal == nil)
        #expect(!String(decoding: (try? answer.reply.get()) ?? [], as: UTF8.self).contains("118-1603"))
    }

    /// The log leaves names of days ago out without a reason, and the entry by its number does as well.
    @Test func anOldEntryNamesNobodyWithoutAReason() throws {
        let bench = try DeskTests.filled()
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603))
        bench.give([.reader("wicket-in", .card(card))])
        let decision = try #require(try bench.entries([.decision]).last)
        let explain = Explain(event: CountArgument(decision.sequence))
        func name(_ reason: String?) throws -> String? {
            try #require(bench.say(explain, reason: reason, by: RightsTests.manager).value(Explain.Reply.self)).entry
                .name
        }
        #expect(try name(nil) != nil, "of today")
        bench.pass(.seconds(4 * 86_400))
        #expect(try name(nil) == nil)
        #expect(try name("complaint") != nil)
    }

    @Test func aBackupThatFailedWasNone() throws {
        let bench = try DeskTests.filled()
        let folder = "\(bench.folder)/backups"
        #expect(rename(folder, "\(folder).away") == 0)
        let failed = try #require(bench.say(BackupMake(directory: nil)).refusal)
        #expect(failed.code != "busy")
        #expect(rename("\(folder).away", folder) == 0)
        #expect(bench.say(BackupMake(directory: nil)).refusal == nil, "the next need not wait")
    }

    @Test func whatIsShownIsTaken() throws {
        let bench = try DeskTests.filled()
        for language in Language.allCases {
            let word = Words.outcome("denied", language)
            #expect(
                bench.say(Log(decision: TextArgument(word)), by: RightsTests.manager).refusal == nil
                    || language == .english)
            #expect(
                bench.say(Log(kind: TextArgument(Words.kind(.decision, language))), by: RightsTests.manager).refusal
                    == nil)
        }
        for state in TenancyState.allCases {
            let word = TextArgument(Words.state(state.rawValue, .chinese))
            #expect(bench.say(TenancyList(state: word), by: RightsTests.manager).refusal == nil, "\(word)")
        }
    }
}
