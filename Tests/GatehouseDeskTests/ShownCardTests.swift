import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// A card is enrolled by showing it at a reader.
@Suite("Cards that are shown")
struct ShownCardTests {
    private static let manager = RightsTests.manager

    private func show(_ number: UInt64, at reader: ReaderID, _ bench: DeskBench) {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))
        bench.give([.reader(reader, .card(card))])
    }

    private func releases(_ bench: DeskBench) -> Int {
        bench.effects.count { if case .release(_, event: _?) = $0 { true } else { false } }
    }

    private let command = CredentialAdd(person: "T-1", kind: "card", showAt: "wicket-out")

    /// The next card there is taken, opens nothing and is no attempt; another reader's cards are what they were.
    @Test func theNextCardAtThatReaderIsTaken() throws {
        let bench = try DeskTests.filled()
        bench.whileWaiting = { [unowned bench] in
            show(1603, at: "wicket-in", bench)
            show(2044, at: "wicket-out", bench)
        }
        let answer = bench.say(command, by: Self.manager)
        let row = try #require(answer.value(RecordedRow.self), "\(String(describing: answer.refusal))")
        let key = try #require(bench.shell.controller.registry.credential(id: row.id))
        #expect(key.person == 2 && key.kind == .card)
        let decisions = try bench.entries([.decision])
        #expect(decisions.map(\.reader) == ["wicket-in"], "the other reader decided as ever")
        #expect(releases(bench) == 1)
        bench.pass(.seconds(20))
        show(2044, at: "wicket-out", bench)
        bench.pass(.seconds(1))
        #expect(try bench.entries([.decision]).last?.outcome == "granted", "from now on it opens")
    }

    /// The entry says who waited where; the number of the card stands in none, in clear or sealed.
    @Test func theNumberIsInNoEntry() throws {
        let bench = try DeskTests.filled()
        bench.whileWaiting = { [unowned bench] in show(2044, at: "wicket-out", bench) }
        #expect(bench.say(command, by: Self.manager).refusal == nil)
        let entries = try bench.entries()
        #expect(entries.contains { $0.reader == "wicket-out" && $0.actor?.hasPrefix("uid 1001") == true })
        for entry in entries {
            #expect(!"\(entry.detail)".contains("2044"))
            #expect(!entry.personal.contains { String(decoding: $0.value, as: UTF8.self).contains("2044") })
        }
    }

    @Test func nobodyShowsACardAndNothingIsChanged() throws {
        let bench = try DeskTests.filled()
        let revision = bench.shell.controller.registry.revision
        #expect(bench.say(command, by: Self.manager).refusal?.code == "noCardShown")
        #expect(bench.shell.controller.registry.revision == revision)
        show(1604, at: "wicket-out", bench)
        bench.pass(.seconds(1))
        #expect(try bench.entries([.decision]).count == 1, "the next card is an attempt again")
        #expect(try bench.entries([.order]).last { $0.reason == "noCardShown" } != nil)
    }

    /// A card that somebody holds stays theirs.
    @Test func aCardOfSomebodyElseIsRefused() throws {
        let bench = try DeskTests.filled()
        bench.whileWaiting = { [unowned bench] in show(1603, at: "wicket-out", bench) }
        #expect(bench.say(command, by: Self.manager).refusal != nil)
        #expect(bench.shell.controller.registry.credential(id: 1)?.person == 1)
        #expect(releases(bench) == 0)
    }

    @Test func whatCannotBeIsRefusedBeforeAnybodyWaits() throws {
        let bench = try DeskTests.filled()
        var wasAsked = false
        bench.whileWaiting = { wasAsked = true }
        func refusal(_ command: CredentialAdd) -> String? { bench.say(command, by: Self.manager).refusal?.code }
        #expect(refusal(CredentialAdd(person: "T-1", kind: "card", showAt: "wicket-uot")) == "unknownReader")
        #expect(refusal(CredentialAdd(person: "T-1", kind: "pin", showAt: "wicket-out")) == "malformed")
        let both = CredentialAdd(person: "T-1", kind: "card", card: "H10301:118-2044", showAt: "wicket-out")
        #expect(refusal(both) == "malformed")
        #expect(refusal(CredentialAdd(person: "X-9", kind: "card", showAt: "wicket-out")) == "unknownPerson")
        #expect(!wasAsked)
    }
}
