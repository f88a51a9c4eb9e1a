package import GatehouseCore

/// When to try a serial port again: after 0.5 s, then twice as long each time up to 5 s. A port that vanishes soon after
/// it came (a loose plug) keeps its place in the row, so that it cannot be opened in a tight circle.
package struct ReopenSchedule: Hashable, Sendable {
    package static let first: Duration = .milliseconds(500)
    package static let longest: Duration = .seconds(5)
    /// A port that stayed open this long counts as sound.
    package static let sound: Duration = .seconds(10)

    private enum State: Hashable, Sendable {
        case closed(nextTry: MonotonicTime)
        case open(since: MonotonicTime)
    }
    private var state: State
    private var pause: Duration = Self.first

    /// A port that was never opened is due at once.
    package init(at now: MonotonicTime) { state = .closed(nextTry: now) }

    /// Nil while the port is open.
    package var nextTry: MonotonicTime? {
        if case .closed(let next) = state { next } else { nil }
    }

    package var isOpen: Bool { nextTry == nil }

    package func isDue(at now: MonotonicTime) -> Bool { nextTry.map { $0 <= now } ?? false }

    package mutating func opened(at now: MonotonicTime) {
        precondition(!isOpen, "opened twice")
        state = .open(since: now)
    }

    /// An attempt failed, or the open port vanished.
    package mutating func lost(at now: MonotonicTime) {
        if case .open(let since) = state, now - since >= Self.sound { pause = Self.first }
        state = .closed(nextTry: now + pause)
        pause = min(pause * 2, Self.longest)
    }
}
