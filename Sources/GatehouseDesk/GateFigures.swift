package import GatehouseAdmin
package import GatehouseCore

/// What the gate has done since its start, in figures: counted as effects leave the controller, and nothing kept of a single
/// one.
package struct GateFigures: Sendable {
    /// Entries that wait for a disk that stands still are counted up to this.
    package static let limit = 65_536

    package let startedAt: MonotonicTime
    package private(set) var release = Metrics.Release()
    private var granted: UInt64 = 0
    private var denied: UInt64 = 0
    /// Entries that were decided and are not on disk, in their order. What is sealed is not among them: nobody sees by it that
    /// there is such a thing.
    private var undurable: [(sequence: UInt64, at: MonotonicTime)] = []

    package init(at now: MonotonicTime) { startedAt = now }

    package mutating func note(_ effects: [Effect], at now: MonotonicTime) {
        for case .durable(.record(let entry)) in effects where entry.kind != .sealed {
            if undurable.count < Self.limit { undurable.append((entry.sequence, now)) }
            guard entry.kind == .decision else { continue }
            // A grant under duress is a grant to whoever looks.
            if entry.outcome == "denied" { denied += 1 } else { granted += 1 }
        }
    }

    package mutating func committed(through sequence: UInt64) {
        undurable.removeFirst(undurable.prefix { $0.sequence <= sequence }.count)
    }

    package mutating func released(after span: Duration) { release.add(microseconds: span.wholeNanoseconds / 1000) }

    package var decisions: [Metrics.Count] {
        [Metrics.Count(kind: "granted", count: granted), Metrics.Count(kind: "denied", count: denied)]
    }
    package var waiting: Int { undurable.count }
    package var waitingSince: MonotonicTime? { undurable.first?.at }
}
