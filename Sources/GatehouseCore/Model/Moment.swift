/// A point of the monotonic clock, in nanoseconds. Intervals are measured in it and nowhere else.
package struct MonotonicTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    package static let zero = MonotonicTime(nanoseconds: 0)

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (time: Self, span: Duration) -> Self {
        MonotonicTime(nanoseconds: time.nanoseconds &+ span.wholeNanoseconds)
    }
    package static func - (left: Self, right: Self) -> Duration {
        .nanoseconds(left.nanoseconds &- right.nanoseconds)
    }
    package static func - (time: Self, span: Duration) -> Self {
        MonotonicTime(nanoseconds: time.nanoseconds &- span.wholeNanoseconds)
    }
}

extension Duration {
    /// The duration in nanoseconds, held at the ends of `Int64` (292 years).
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }
    /// The duration in milliseconds, rounded towards zero.
    package var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}

/// A point of civil time: milliseconds of UTC since 1970-01-01.
package struct CivilTime: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    package init(seconds: Int64) { self.milliseconds = seconds &* 1000 }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000 }

    package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
    package static func + (time: Self, span: Duration) -> Self {
        CivilTime(milliseconds: time.milliseconds &+ span.wholeMilliseconds)
    }
    package static func - (left: Self, right: Self) -> Duration {
        .milliseconds(left.milliseconds &- right.milliseconds)
    }
}

/// Everything that a pure machine may know about time, computed once by the shell for each input.
package struct Moment: Hashable, Sendable {
    package var monotonic: MonotonicTime
    package var civil: CivilTime
    /// Days since 1970-01-01 of the site's local date.
    package var localDay: Int32
    /// Minutes since local midnight, 0 to 1439.
    package var localMinute: Int32
    /// Whether the civil clock may be relied on. Rules with a time window refuse visitors while it is false.
    package var isCivilTrusted: Bool

    package init(
        monotonic: MonotonicTime, civil: CivilTime, localDay: Int32, localMinute: Int32, isCivilTrusted: Bool = true
    ) {
        self.monotonic = monotonic
        self.civil = civil
        self.localDay = localDay
        self.localMinute = localMinute
        self.isCivilTrusted = isCivilTrusted
    }
}

/// When a machine wants to be called again, and the name of who waits, so that a stuck wait can be named.
package struct Deadline: Hashable, Sendable {
    package var at: MonotonicTime
    package var waiter: String

    package init(at: MonotonicTime, waiter: String) {
        self.at = at
        self.waiter = waiter
    }

    /// The earlier of two deadlines; the first when they are equal.
    package static func earliest(_ first: Deadline?, _ second: Deadline?) -> Deadline? {
        guard let first else { return second }
        guard let second else { return first }
        return second.at < first.at ? second : first
    }
}
