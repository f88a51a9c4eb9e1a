import Testing

@testable import GatehouseCore

@Suite("Cards that are waited for")
struct ShownCardTests {
    private static func bench() -> Bench {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        return Bench(builder)
    }

    private static func order(_ verb: Order.Verb, _ id: OrderID = 7, by name: String = "uid 1001") -> Input {
        .order(Order(id: id, actor: Actor(name: name, role: .manager), command: "credential add", verb: verb))
    }

    private static func replies(_ effects: [Effect]) -> [OrderReply] {
        effects.compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } }
    }

    /// The reply comes with the card and not before; the reader says that it waits, and that it took the card.
    @Test func theReplyComesWithTheCard() {
        var bench = Self.bench()
        let waiting = bench.give(Self.order(.awaitCard(SiteBuilder.reader)))
        #expect(Self.replies(waiting).isEmpty)
        #expect(waiting.contains(.indicate(SiteBuilder.reader, .waiting, waits: false)))
        #expect(waiting.entries.first?.reader == SiteBuilder.reader)
        let read = CardRead(number: SiteBuilder.card(5))
        let shown = bench.give(.reader(SiteBuilder.reader, .card(read)))
        #expect(Self.replies(shown) == [.shown(read)])
        #expect(shown.decision == nil && shown.releases.isEmpty && shown.entries.isEmpty)
        #expect(shown.contains(.acknowledge(SiteBuilder.reader)), "the reader may be asked for the next one")
        #expect(bench.card(5).decision?.outcome == "granted", "one card alone is taken")
    }

    /// A tag that was refused, is enrolled and stays in the field: it opens when it comes again, and not by staying.
    @Test func whatStaysAfterItWasTakenOpensNothing() {
        var bench = Self.bench()
        let read = CardRead(number: SiteBuilder.card(6))
        #expect(bench.card(6).decision?.outcome == "denied")
        _ = bench.give(Self.order(.awaitCard(SiteBuilder.reader)))
        #expect(Self.replies(bench.give(.reader(SiteBuilder.reader, .card(read)))) == [.shown(read)])
        let enrolled = CredentialRow(
            id: 60, person: 1, kind: .card,
            key: CredentialKey(card: SiteBuilder.card(6), primitives: bench.controller.primitives),
            label: "6")
        _ = bench.give(Self.order(.registry([.put(.credential(enrolled))]), 11))
        for _ in 0..<30 {
            let staying = bench.give(.reader(SiteBuilder.reader, .stays(.card(read), window: .seconds(5))))
            #expect(staying.decision == nil && staying.releases.isEmpty)
            _ = bench.pass(.seconds(1))
        }
        #expect(bench.card(6).decision?.outcome == "granted", "when it comes again")
    }

    @Test func oneWaitsAtAReaderAndTheWaitHasAnEnd() {
        var bench = Self.bench()
        _ = bench.give(Self.order(.awaitCard(SiteBuilder.reader)))
        let second = bench.give(Self.order(.awaitCard(SiteBuilder.reader), 8))
        #expect(Self.replies(second) == [.refused(.cardAwaited(SiteBuilder.reader.name))])
        #expect(Self.replies(bench.give(Self.order(.awaitCard("none")))) == [.refused(.unknownReader("none"))])
        #expect(Self.replies(bench.pass(.seconds(59))).isEmpty)
        #expect(Self.replies(bench.pass(.seconds(1))) == [.refused(.noCardShown)])
        #expect(bench.card(5).decision?.outcome == "granted")
    }

    /// Whoever waited has gone: a resident's card is theirs again, at once. Others do not end the wait.
    @Test func theWaitEndsWithWhoeverWaits() {
        var bench = Self.bench()
        _ = bench.give(Self.order(.awaitCard(SiteBuilder.reader)))
        #expect(
            Self.replies(bench.give(Self.order(.giveUpCard(SiteBuilder.reader), 9, by: "uid 9"))) == [.done(event: nil)]
        )
        #expect(bench.controller.awaitedCards.count == 1)
        let ended = Self.replies(bench.give(Self.order(.giveUpCard(SiteBuilder.reader), 10)))
        #expect(ended.contains(.refused(.expired)))
        #expect(bench.card(5).decision?.outcome == "granted")
    }

    /// Keys that are typed there are an attempt as ever, and a fire opens as ever.
    @Test func whileSomebodyWaitsTheGateIsAGate() {
        var bench = Self.bench()
        _ = bench.give(Self.order(.awaitCard(SiteBuilder.reader)))
        let pressed = bench.give(.exitButton(SiteBuilder.wicket, isPressed: true)) + bench.pass(.seconds(1))
        #expect(!pressed.releases.isEmpty)
        #expect(bench.card(5, at: SiteBuilder.exitReader).decision != nil)
    }
}
