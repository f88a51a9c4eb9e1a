internal import GatehouseThreads

/// Server-sent events (HTML Standard, 9.2) on their way to one tab. A tab that does not read is not waited for: it is told that it missed
/// something, and asks again.
package final class EventStream: Sendable {
    /// Events that wait for a tab.
    static let limit = 512

    let events: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation
    private let whenOver = Guarded<(@Sendable () -> Void)?>(nil)

    init() {
        (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
        continuation.onTermination = { [whenOver] _ in
            whenOver.change {
                let over = $0; $0 = nil; return over
            }?()
        }
    }

    /// Called once, when the tab is gone or the stream was ended.
    func onEnd(_ body: @escaping @Sendable () -> Void) { whenOver.withLock { $0 = body } }

    /// One event; `data` is one line or several. A tab that is behind by more than `limit` is let go: it comes back with the number of its last event.
    func send(_ name: String, id: UInt64? = nil, data: String = "") {
        var text = "event: \(name)\n"
        if let id { text += "id: \(id)\n" }
        for line in data.split(separator: "\n", omittingEmptySubsequences: false) { text += "data: \(line)\n" }
        if case .dropped = continuation.yield(text + "\n") { continuation.finish() }
    }

    /// Keeps what lies between from closing a quiet connection, and finds out who is gone.
    func beat() { continuation.yield(":\n\n") }

    func end() { continuation.finish() }
}
