import GatehouseAdmin
import GatehouseSimulation
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
