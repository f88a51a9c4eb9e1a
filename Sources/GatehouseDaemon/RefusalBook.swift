internal import GatehouseCore
internal import GatehouseThreads

/// Refused lines and commands, counted by user: the first is an entry at once, what follows within a minute is one entry
/// together. Nobody fills the journal with what is refused.
final class RefusalBook: Sendable {
    /// What is put into the journal.
    struct Entry: Sendable {
        var uid: UInt32
        /// The role in which this account sees most; a viewer where it has none.
        var role: Role
        /// The command, or how many were refused of which kind.
        var command: String
        var reason: String
        var count: Int
    }
    static let span: Duration = .seconds(60)

    private struct Page: Sendable {
        var role: Role
        var since: MonotonicTime
        var counts: [String: Int] = [:]
    }
    private struct State: Sendable {
        var pages: [UInt32: Page] = [:]
        var total: UInt64 = 0
    }
    private let state = Guarded(State())
    private let record: @Sendable (Entry) -> Bool

    init(record: @escaping @Sendable (Entry) -> Bool) { self.record = record }

    var total: UInt64 { state.withLock { $0.total } }

    func note(_ uid: UInt32, _ role: Role, _ command: String, _ reason: String, at now: MonotonicTime) {
        let isFirst = state.withLock { state in
            state.total += 1
            guard state.pages[uid] != nil else {
                state.pages[uid] = Page(role: role, since: now)
                return true
            }
            state.pages[uid]!.counts[reason, default: 0] += 1
            return false
        }
        if isFirst {
            let entry = Entry(uid: uid, role: role, command: String(command.prefix(64)), reason: reason, count: 1)
            if !record(entry) { state.withLock { $0.pages[uid]?.counts[reason, default: 0] += 1 } }
        }
        flush(at: now)
    }

    /// Puts down what was counted for a minute; at the end all of it.
    func flush(at now: MonotonicTime, isLast: Bool = false) {
        let due = state.withLock { state in
            let due = state.pages.filter { isLast || now - $0.value.since >= Self.span }
            for (uid, page) in due {
                // Who was quiet for a minute begins anew.
                state.pages[uid] = page.counts.isEmpty ? nil : Page(role: page.role, since: now)
            }
            return due
        }
        for (uid, page) in due.sorted(by: { $0.key < $1.key }) where !page.counts.isEmpty {
            let kinds = page.counts.sorted { $0.key < $1.key }
            let entry = Entry(
                uid: uid, role: page.role,
                command: "(\(kinds.map { "\($0.value) \($0.key)" }.joined(separator: ", ")))",
                reason: kinds.count == 1 ? kinds[0].key : "several", count: page.counts.values.reduce(0, +))
            if !record(entry) {
                state.withLock { state in
                    for (reason, count) in page.counts { state.pages[uid]?.counts[reason, default: 0] += count }
                }
            }
        }
    }
}
