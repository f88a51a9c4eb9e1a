/// A contact that has to stand still for a while before it is believed (gate-io reference, section 4).
package struct DebouncedInput: Hashable, Sendable {
    package private(set) var isActive: Bool
    private var candidate: (isActive: Bool, since: MonotonicTime)?
    var span: Duration

    package init(isActive: Bool = false, span: Duration) {
        self.isActive = isActive
        self.span = span
    }

    /// Takes a raw level. The debounced level changes only when `settle(at:)` finds it unchanged for the whole span.
    package mutating func hear(_ level: Bool, at now: MonotonicTime) {
        if level == isActive {
            candidate = nil
        } else if candidate == nil {
            // The span runs from the first edge to the new level; an edge back ends it.
            candidate = (level, now)
        }
    }

    /// When the level will be believed, if nothing comes between.
    package var settlesAt: MonotonicTime? { candidate.map { $0.since + span } }

    /// True when the debounced level changed just now.
    package mutating func settle(at now: MonotonicTime) -> Bool {
        guard let candidate, now >= candidate.since + span else { return false }
        isActive = candidate.isActive
        self.candidate = nil
        return true
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.isActive == right.isActive && left.span == right.span && left.candidate?.since == right.candidate?.since
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(isActive) }
}
