import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// Why somebody was refused: what is said, and to whom.
@Suite("Why somebody was refused")
struct WhyTests {
    private func show(_ number: UInt64, at bench: DeskBench) {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))
        bench.give([.reader("wicket-in", .card(card))])
        bench.pass(.seconds(10))
    }

    private func why(_ bench: DeskBench, _ person: PersonalArgument, _ when: TextArgument? = nil) throws -> Why.Reply {
        let answer = bench.say(Why(person: person, when: when), reason: "asks at the desk", by: RightsTests.manager)
        if let refusal = answer.refusal { throw refusal }
        return try #require(answer.value(Why.Reply.self))
    }

    @Test func aLostCardIsSaidWithWhoReportedItAndWhen() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialChange(id: 1, status: "lost"), reason: "reported at the desk", by: RightsTests.manager)
        _ = bench.say(CredentialChange(id: 1, uses: "5"), by: RightsTests.manager)
        bench.pass(.seconds(3600))
        show(1603, at: bench)
        let reply = try why(bench, "赵一")
        let cause = try #require(reply.cause)
        #expect(cause.what == "lost" && cause.kind == "card" && cause.value == "H10301:…603")
        #expect(cause.since?.hasPrefix("2026-11-18T19:06") == true, "when it became so, not the last change")
        #expect(cause.note == "reported at the desk" && cause.by?.contains("1001") == true)
        #expect(reply.rules.contains(["credential", "deny(CredentialNotEnabled)"]))
        #expect(!reply.rules.contains { $0[1] == "abstain" })
        let sentence = WhySentence.text(reply, .english)
        #expect(sentence.contains("at wicket-in: refused, the card H10301:…603 was lost since 2026-11-18 19:06"))
        #expect(!sentence.contains("1603"))
    }

    @Test func aPersonIsShownWithSinceWhenACardIsOffAndByWhom() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialChange(id: 1, status: "lost"), reason: "in the park", by: RightsTests.manager)
        bench.pass(.seconds(7200))
        _ = bench.say(CredentialChange(id: 1, uses: "5"), by: DeskBench.Person(1009, [.manager]))
        let answer = bench.say(PersonShow(reference: "R-1"), by: RightsTests.manager)
        let details = try #require(answer.value(PersonShow.Reply.self)).second
        #expect(details.off.count == 1 && details.off[0].by?.contains("1001") == true)
        #expect(details.off[0].since?.hasPrefix("2026-11-18T19:06") == true)
        #expect(details.homes.map(\.dwelling) == ["c/1-101"])
        let other = try #require(bench.say(PersonShow(reference: "T-1")).value(PersonShow.Reply.self)).second
        #expect(other.off.isEmpty && other.homes.map(\.dwelling) == ["c/1-102"])
    }

    /// The entry of a card that is off the register knows nobody.
    @Test func aCardThatWasTakenOffTheRegisterIsFound() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialRemove(id: 1, cause: "returned"), reason: "moved", by: RightsTests.manager)
        show(1604 + 400, at: bench)
        show(1603, at: bench)
        let reply = try why(bench, "R-1")
        #expect(reply.entry.reason == "UnknownCredential" && reply.cause?.what == "removed" && reply.others.isEmpty)
        #expect(reply.cause?.by?.contains("1001") == true && reply.cause?.value == "H10301:…603")
        #expect(throws: CommandRefusal.self, "another's unknown card is not theirs") { try why(bench, "T-1") }
    }

    @Test func whatEndedIsSaidWithItsEnd() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialChange(id: 1, until: "2026-11-18"), by: RightsTests.manager)
        _ = bench.say(TenancyTerminate(id: 1, cause: "moved-out"), reason: "left", by: RightsTests.manager)
        bench.pass(.seconds(86400))
        show(1603, at: bench)
        show(1604, at: bench)
        #expect(try why(bench, "R-1").cause?.what == "expired")
        #expect(try why(bench, "R-1").cause?.until?.hasPrefix("2026-11-1") == true)
        let tenancy = try #require(try why(bench, "T-1").cause)
        #expect(tenancy.what == "tenancyEnded" && tenancy.note == "left" && tenancy.until != nil)
    }

    @Test func whatKeepsThePersonOrThePortalClosedIsSaid() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(
            PersonChange(reference: "R-1", fields: PersonFields(status: "barred", cause: "safety")), reason: "fight",
            by: RightsTests.manager)
        show(1603, at: bench)
        #expect(try why(bench, "R-1").cause?.what == "barred")
        _ = bench.say(PortalBlock(portal: "wicket"), reason: "glass on the floor", by: RightsTests.night)
        show(1604, at: bench)
        let blocked = try #require(try why(bench, "T-1").cause)
        #expect(
            blocked.what == "blocked" && blocked.note == "glass on the floor" && blocked.by?.contains("1003") == true)
    }

    @Test func theRefusalNearTheMomentIsMeantAndTheOthersAreTold() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialChange(id: 1, status: "suspended", cause: "safety"))
        show(1603, at: bench)
        bench.pass(.seconds(2 * 3600))
        show(1603, at: bench)
        _ = bench.say(CredentialChange(id: 1, status: "enabled"))
        bench.pass(.seconds(2 * 3600))
        show(1603, at: bench)
        let last = try why(bench, "R-1")
        #expect(last.entry.at.hasPrefix("2026-11-18T21:") && last.others.count == 1)
        let first = try why(bench, "R-1", "2026-11-18T19:30")
        #expect(first.entry.seq == last.others[0].seq && first.others.map(\.seq) == [last.entry.seq])
        let granted = try why(bench, "R-1", "2026-11-18T23:10")
        #expect(granted.entry.outcome == "granted" && granted.cause == nil)
        let none = bench.say(Why(person: "R-1", when: "2026-11-10"), by: RightsTests.manager)
        #expect(none.refusal?.code == "noDecision")
        #expect(bench.say(Why(person: "R-1", when: "someday"), by: RightsTests.manager).refusal?.code == "malformed")
        #expect(bench.say(Why(person: "R-9"), by: RightsTests.manager).refusal?.code == "unknownPerson")
    }

    /// The same door as every other way to one person's entries.
    @Test func itIsALookWithARoleAReasonAndThreeDays() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialChange(id: 1, status: "lost"))
        show(1603, at: bench)
        #expect(bench.say(Why(person: "R-1"), by: RightsTests.night).refusal?.code == "notAllowed")
        #expect(bench.say(Why(person: "R-1"), reason: nil, by: RightsTests.manager).refusal?.code == "reasonMissing")
        let before = try bench.entries([.look]).count
        _ = try why(bench, "R-1")
        let looks = try bench.entries([.look])
        #expect(looks.count == before + 1 && looks.last?.person == 1)
        bench.pass(.seconds(73 * 3600))
        #expect(bench.say(Why(person: "R-1"), by: RightsTests.manager).refusal?.code == "noDecision", "too old")
        #expect(bench.say(Why(person: "R-1"), by: RightsTests.auditor).refusal?.code == "noDecision")
        #expect(try bench.entries([.look]).count == looks.count + 2, "who found nothing has looked as well")
    }
}
