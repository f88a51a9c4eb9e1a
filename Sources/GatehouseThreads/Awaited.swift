/// A value that another thread brings.
package final class Awaited<Value: Sendable>: Sendable {
    private enum State {
        case waiting
        case here(Value)
        case over
    }
    private let state = Guarded(State.waiting)

    package init() {}

    package func fulfil(_ value: Value) {
        state.change { state in if case .waiting = state { state = .here(value) } }
    }

    /// Nil when it has not come in time, or nobody will bring it any more.
    package func wait(atMost limit: Duration, unless cancellation: Cancellation? = nil) -> Value? {
        guard let cancellation else { return wait(atMost: limit) }
        let state = state
        return cancellation.during({
            state.change { state in if case .waiting = state { state = .over } }
        }) { wait(atMost: limit) }
    }

    private func wait(atMost limit: Duration) -> Value? {
        let found: Value?? = state.wait(atMost: limit) { state in
            switch state {
            case .waiting: nil
            case .here(let value): .some(value)
            case .over: .some(nil)
            }
        }
        return found ?? nil
    }
}
