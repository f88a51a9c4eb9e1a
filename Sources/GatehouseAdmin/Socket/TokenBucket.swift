package import GatehouseCore

/// A pace: so much a second, and so much at once after a rest.
package struct Pace: Hashable, Sendable {
    package var perSecond: Int
    package var burst: Int
    package init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }

    static func * (pace: Pace, times: Int) -> Pace {
        Pace(perSecond: pace.perSecond * times, burst: pace.burst * times)
    }
}

/// Holds one giver to a pace. What is taken may overdraw it once; then nothing is taken until it is level again.
package struct TokenBucket: Sendable {
    private let pace: Pace
    /// In nanoseconds of its pace, so that slow paces lose nothing to rounding.
    private var level: Int64
    private var filledAt: MonotonicTime

    package init(_ pace: Pace, at now: MonotonicTime) {
        precondition(pace.perSecond > 0 && pace.burst > 0, "a pace of \(pace)")
        self.pace = pace
        level = Int64(pace.burst) * Self.second
        filledAt = now
    }

    private static let second: Int64 = 1_000_000_000

    private mutating func fill(at now: MonotonicTime) {
        // A thousand seconds fill any bucket; more would overflow.
        let span = min(max(0, (now - filledAt).wholeNanoseconds), 1000 * Self.second)
        level = min(Int64(pace.burst) * Self.second, level + span * Int64(pace.perSecond))
        filledAt = max(filledAt, now)
    }

    /// When something may be taken: now, or the moment at which the bucket is level.
    package mutating func opens(at now: MonotonicTime) -> MonotonicTime {
        fill(at: now)
        guard level <= 0 else { return now }
        return now + .nanoseconds(-level / Int64(pace.perSecond) + 1)
    }

    package mutating func take(_ count: Int, at now: MonotonicTime) {
        fill(at: now)
        level -= Int64(clamping: count) * Self.second
    }
}
