internal import GatehouseCore
internal import GatehouseThreads

/// What waits for a second person, and what may not come too often. In memory: a restart asks the first one again.
final class SecondPeople: Sendable {
    private struct Wish: Sendable {
        var actor: String
        var at: MonotonicTime
    }
    private struct State: Sendable {
        var wishes: [String: Wish] = [:]
        var begun: [String: MonotonicTime] = [:]
    }
    private let state = Guarded(State())

    static let wait: Duration = .seconds(300)

    /// Whether another person wished the same within five minutes. If not, this wish waits for one.
    func agrees(_ what: String, _ actor: String, at now: MonotonicTime) -> Bool { first(what, actor, at: now) != nil }

    /// The other person who wished the same within five minutes. Where there is none, this wish waits for one.
    func first(_ what: String, _ actor: String, at now: MonotonicTime) -> String? {
        state.withLock { state in
            if let first = state.wishes[what], now - first.at <= Self.wait, first.actor != actor {
                state.wishes[what] = nil
                return first.actor
            }
            state.wishes[what] = Wish(actor: actor, at: now)
            return nil
        }
    }

    /// It came to nothing: the next may begin at once.
    func forget(_ what: String) { state.withLock { $0.begun[what] = nil } }

    /// Whether something may begin that begins at most once in so long.
    func begins(_ what: String, at now: MonotonicTime, every span: Duration) -> Bool {
        state.withLock { state in
            if let last = state.begun[what], now - last < span { return false }
            state.begun[what] = now
            return true
        }
    }
}
