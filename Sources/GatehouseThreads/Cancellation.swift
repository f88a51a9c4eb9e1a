/// Ends waits from outside: whoever waits through it hears at once that nobody will come.
package final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var next: UInt64 = 0
        var waits: [UInt64: @Sendable () -> Void] = [:]
    }
    private let state = Guarded(State())

    package init() {}

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    package func cancel() {
        let waits = state.withLock { state in
            state.isCancelled = true
            defer { state.waits = [:] }
            return Array(state.waits.values)
        }
        for end in waits { end() }
    }

    /// Calls `end` when it is cancelled, at once when it is already, as long as `body` runs.
    package func during<Result>(_ end: @escaping @Sendable () -> Void, _ body: () throws -> Result) rethrows -> Result {
        let number: UInt64? = state.withLock { state in
            guard !state.isCancelled else { return nil }
            state.next += 1
            state.waits[state.next] = end
            return state.next
        }
        guard let number else {
            end()
            return try body()
        }
        defer { state.withLock { _ = $0.waits.removeValue(forKey: number) } }
        return try body()
    }
}
