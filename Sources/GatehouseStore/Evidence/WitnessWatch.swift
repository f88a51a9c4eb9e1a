package import GatehouseCore

/// Since when heads of the journal stand without enough witnesses.
package struct WitnessWatch: Sendable {
    /// A witness that is away for a moment worries nobody.
    package static let patience: Duration = .seconds(120)
    /// Heads whose times are known; of later ones the first that is not witnessed is told.
    private static let limit = 64

    private var waiting: [(size: UInt64, since: MonotonicTime)] = []
    private var witnessed: UInt64?

    package init() {}

    package mutating func signed(_ size: UInt64, at now: MonotonicTime) {
        guard witnessed.map({ size > $0 }) ?? true, waiting.last.map({ size > $0.size }) ?? true,
            waiting.count < Self.limit
        else { return }
        waiting.append((size, now))
    }

    package mutating func witnessed(_ size: UInt64) {
        witnessed = max(witnessed ?? 0, size)
        waiting.removeAll { $0.size <= size }
    }

    package func isLate(at now: MonotonicTime) -> Bool {
        waiting.first.map { now - $0.since >= Self.patience } ?? false
    }

    /// Until it is late, as long as nothing comes; nil where nothing waits, or it is late already.
    package func remaining(at now: MonotonicTime) -> Duration? {
        guard let first = waiting.first, !isLate(at: now) else { return nil }
        return Self.patience - (now - first.since)
    }
}
