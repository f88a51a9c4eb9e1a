package import GatehouseCore

/// When a checkpoint is due: after so many entries, or so long after the first that none covers.
package struct CheckpointPace: Sendable {
    package static let entries = 256
    package static let patience: Duration = .seconds(60)
    /// While somebody waits for the disk it may come later, up to so many entries.
    package static let mostEntries = 512

    private var uncovered = 0
    private var since: MonotonicTime?

    package init() {}

    package var isOwed: Bool { since != nil }

    package mutating func took(_ entries: Int, at now: MonotonicTime) {
        guard entries > 0 else { return }
        uncovered += entries
        since = since ?? now
    }

    package mutating func covered() { self = CheckpointPace() }

    /// It did not come about: tried again a while later.
    package mutating func failed(at now: MonotonicTime) { (uncovered, since) = (0, now) }

    package func isDue(at now: MonotonicTime, somebodyWaits: Bool) -> Bool {
        guard let since else { return false }
        return uncovered >= (somebodyWaits ? Self.mostEntries : Self.entries) || now - since >= Self.patience
    }

    /// Until it is due, as long as nothing comes; nil where nothing is owed.
    package func remaining(at now: MonotonicTime) -> Duration? {
        since.map { uncovered >= Self.entries ? .zero : max(.zero, Self.patience - (now - $0)) }
    }
}
