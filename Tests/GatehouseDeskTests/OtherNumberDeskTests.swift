import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseSimulation
import Testing

/// A fob that one reader reads as one number and another reader as another.
@Suite("Further numbers at the desk")
struct OtherNumberDeskTests {
    private static let inFront = CardNumber(format: "H10301", facility: 118, number: 2044)
    private static let atTheBack = CardNumber(format: "UID34", number: 2_312_379_265)

    private func open(_ bench: DeskBench, _ number: CardNumber) throws -> String? {
        bench.give([.reader("wicket-in", .card(CardRead(number: number)))])
        return try bench.entries([.decision]).last?.outcome
    }

    @Test func eachOfThemOpensFindsAndIsTakenAway() throws {
        let bench = try DeskTests.filled()
        let added = bench.say(
            CredentialAdd(
                person: "R-1", kind: "card", card: "H10301:118-2044", also: "UID34:2312379265 H10301:118-2044"))
        let id = try #require(added.value(RecordedRow.self)?.id)
        #expect(try open(bench, Self.inFront) == "granted" && open(bench, Self.atTheBack) == "granted")
        let shown = bench.say(CredentialShow(id: "UID34:2312379265")).value(CredentialShow.Reply.self)
        #expect(shown?.first.id == id && shown?.first.also == ["UID34:2312379265"])
        let found = bench.say(Find(text: "2312379265"), by: RightsTests.manager)
        #expect(found.items.contains { String(decoding: $0, as: UTF8.self).contains("H10301:118-2044") })
        #expect(bench.say(CredentialChange(id: "UID34:2312379265", status: "lost")).refusal == nil)
        #expect(try open(bench, Self.inFront) == "denied" && open(bench, Self.atTheBack) == "denied")
    }

    @Test func aNumberIsOneCardsAlone() throws {
        let bench = try DeskTests.filled()
        let taken = bench.say(
            CredentialAdd(person: "R-1", kind: "card", card: "H10301:118-2044", also: "H10301:118-1604"))
        #expect(taken.refusal?.code == "credentialTaken")
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "UID34:5")).refusal == nil)
        #expect(
            bench.say(CredentialAdd(person: "T-1", kind: "card", card: "UID34:5")).refusal?.code == "credentialTaken")
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "none")).refusal == nil)
        #expect(bench.say(CredentialAdd(person: "T-1", kind: "card", card: "UID34:5")).refusal == nil)
    }

    @Test(arguments: [
        ("H10301:388-5490", "also"), ("UID34:1 UID34:2 UID34:3 UID34:4", "at most 3"), ("h10301x:1-1", "H10301"),
    ])
    func whatIsNoCardIsRefused(_ also: String, _ words: String) throws {
        let bench = try DeskTests.filled()
        let refusal = bench.say(CredentialChange(id: "H10301:118-1603", also: try PersonalArgument(argument: also)))
            .refusal
        #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "taken")")
        let pin = bench.say(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482", also: "UID34:5")).refusal
        #expect(pin?.message.contains("only a card") == true)
    }

    /// A new fob has numbers of its own.
    @Test func aReplacementHasNoneOfThem() throws {
        let bench = try DeskTests.filled()
        #expect(bench.say(CredentialChange(id: "H10301:118-1603", also: "UID34:5")).refusal == nil)
        let new = bench.say(CredentialReplace(old: "UID34:5", card: "H10301:118-2044")).value(RecordedRow.self)
        let shown = bench.say(CredentialShow(id: "H10301:118-2044")).value(CredentialShow.Reply.self)
        #expect(shown?.first.id == new?.id && shown?.first.also == nil)
        #expect(try open(bench, CardNumber(format: "UID34", number: 5)) == "denied")
    }
}
