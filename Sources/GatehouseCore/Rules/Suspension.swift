/// What a guard took from one credential until the office is there: it stands in the ledger and not in the register, ends by
/// itself, and no file of the office brings the credential back before.
package struct Suspension: Hashable, Sendable {
    /// Longer than from one noon to the next on a day on which the clocks change.
    package static let longest: Duration = .seconds(25 * 3600)

    package var until: CivilTime
    /// The entry of the order: who gave it, and why.
    package var event: UInt64

    package init(until: CivilTime, event: UInt64) {
        self.until = until
        self.event = event
    }

    /// Whether it holds. One that would last longer than any may was given under a clock that was wrong, and holds nobody out.
    package func holds(at seconds: Int64) -> Bool {
        seconds < until.seconds && until.seconds - seconds <= Self.longest.components.seconds
    }

    var stored: CanonicalValue { .array([.integer(until.milliseconds), .integer(Int64(clamping: event))]) }

    init?(stored: CanonicalValue) {
        let numbers = (stored.array ?? []).compactMap(\.integer)
        guard numbers.count == 2, let event = UInt64(exactly: numbers[1]) else { return nil }
        self.init(until: .clamped(numbers[0]), event: event)
    }
}
