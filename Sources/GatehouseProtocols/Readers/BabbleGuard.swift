package import GatehouseCore

/// Keeps a reader that babbles (a loose wire, a broken driver, somebody at the cable) from everything behind it. More than
/// `limit` edges or octets in one window put it aside; a quiet minute brings it back.
package struct BabbleGuard: Hashable, Sendable {
    package static let quiet: Duration = .seconds(60)

    package let limit: Int
    package let window: Duration
    /// Times that the reader was put aside.
    package private(set) var quarantines = 0
    private var windowStart: MonotonicTime?
    private var count = 0
    /// The last moment over the limit, while the reader is put aside.
    private var lastExcess: MonotonicTime?

    package init(limit: Int, window: Duration) {
        self.limit = limit
        self.window = window
    }

    /// For data lines: sixteen of the longest cards a second are far below it.
    package static var edges: BabbleGuard { BabbleGuard(limit: 1500, window: .seconds(1)) }

    /// For a serial line: nine tenths of what the wire can carry, for five seconds.
    package static func octets(baud: UInt32) -> BabbleGuard {
        BabbleGuard(limit: Int(baud) / 10 * 5 * 9 / 10, window: .seconds(5))
    }

    package var isQuarantined: Bool { lastExcess != nil }

    /// When the reader may come back.
    package var nextDeadline: Deadline? {
        lastExcess.map { Deadline(at: $0 + Self.quiet, waiter: "quiet minute of a reader") }
    }

    /// Whether so many more may pass.
    package mutating func admits(_ more: Int, at now: MonotonicTime) -> Bool {
        timePassed(at: now)
        if windowStart.map({ now - $0 >= window }) ?? true {
            windowStart = now
            count = 0
        }
        count += more
        if count > limit {
            if lastExcess == nil { quarantines += 1 }
            lastExcess = now
        }
        return !isQuarantined
    }

    package mutating func timePassed(at now: MonotonicTime) {
        if let lastExcess, now - lastExcess >= Self.quiet { self.lastExcess = nil }
    }
}
