/// One turn of the controller: the moment at which it is taken, and what it comes to, in order.
struct Step: Sendable {
    let now: Moment
    private(set) var effects: [Effect] = []

    init(at now: Moment) { self.now = now }

    mutating func yield(_ effect: Effect) { effects.append(effect) }
}
