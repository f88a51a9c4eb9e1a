/// Cards that the office takes by having them shown: the next one at a reader goes to whoever asked, and opens nothing.
extension Controller {
    /// Somebody waits for a card at a reader.
    struct AwaitedCard: Hashable, Sendable {
        var order: Order
        var until: MonotonicTime
    }
    /// How long somebody waits for a card to be shown.
    package static let cardPatience: Duration = .seconds(60)

    func refusalToAwait(_ reader: ReaderID, _ order: Order) -> OrderRefusal? {
        if pointOfReader[reader] == nil { return .unknownReader(reader.name) }
        return awaitedCards[reader] == nil ? nil : .cardAwaited(reader.name)
    }

    /// The entry says that the reader's next card is no passage. The reply comes with the card.
    mutating func awaitCard(at reader: ReaderID, _ order: Order, _ step: inout Step) {
        recordReader(order, .done, reader, &step)
        awaitedCards[reader] = AwaitedCard(order: order, until: step.now.monotonic + Self.cardPatience)
        step.yield(.indicate(reader, .waiting, waits: false))
    }

    /// Whether a card was waited for. It is nobody's attempt; who holds it is said by the entry with which it is enrolled.
    mutating func take(_ card: CardRead, shownAt reader: ReaderID, pointAt point: Int, _ step: inout Step) -> Bool {
        guard let awaited = awaitedCards[reader], presentedPass(card.number, pointAt: point) == nil else {
            return false
        }
        awaitedCards[reader] = nil
        presences.forget(.card(card.number), pointAt: point)
        step.yield(.reply(awaited.order.id, .shown(card)))
        step.yield(.indicate(reader, .key, waits: false))
        indicateRest(of: reader, &step)
        return true
    }

    /// Ends waits whose time is over.
    mutating func settleAwaitedCards(_ step: inout Step) {
        for reader in awaitedCards.keys.sorted() where awaitedCards[reader]!.until <= step.now.monotonic {
            endWait(at: reader, .noCardShown, &step)
        }
    }

    /// Whoever waited has gone: the next card is an attempt again.
    mutating func giveUpCard(at reader: ReaderID, _ order: Order, _ step: inout Step) {
        guard let awaited = awaitedCards[reader], awaited.order.actor.name == order.actor.name else { return }
        endWait(at: reader, .expired, &step)
    }

    private mutating func endWait(at reader: ReaderID, _ refusal: OrderRefusal, _ step: inout Step) {
        guard let awaited = awaitedCards.removeValue(forKey: reader) else { return }
        recordOrder(awaited.order, .refused, reason: refusal.word, &step)
        step.yield(.reply(awaited.order.id, .refused(refusal)))
        indicateRest(of: reader, &step)
    }

    private func indicateRest(of reader: ReaderID, _ step: inout Step) {
        guard let point = pointOfReader[reader], let portal = portalIndex[site.accessPoints[point].portal] else {
            return
        }
        step.yield(.indicate(reader, indication(of: portals[portal].posture), waits: false))
    }
}
