internal import GatehouseCore
internal import GatehouseDesk
internal import GatehouseDevices
internal import GatehouseThreads

/// Refused lines and commands, counted by user: the first is an entry at once, what follows within a minute is one entry
/// together. Nobody fills the journal with what is refused.
final class RefusalBook: Sendable {
    /// What is put into the journal.
    struct Entry: Sendable {
        /// In the role in which they see most; a viewer where they have none.
        var actor: Actor
        /// The command, or how many were refused of which kind.
        var command: String
        var reason: String
        var count: Int
    }
    static let span: Duration = .seconds(60)

    /// Users at a time that have a page of their own; whoever comes then is counted on their account's.
    static let limit = 256

    private struct Page: Sendable {
        var actor: Actor
        var since: MonotonicTime
        var counts: [String: Int] = [:]
    }
    private struct State: Sendable {
        var pages: [Giver: Page] = [:]
        var total: UInt64 = 0
    }
    private let state = Guarded(State())
    private let record: @Sendable (Entry) -> Bool

    init(record: @escaping @Sendable (Entry) -> Bool) { self.record = record }

    var total: UInt64 { state.withLock { $0.total } }

    func note(
        _ giver: Giver, _ actor: Actor, _ command: String, _ reason: String, at now: MonotonicTime
    ) {
        let (giver, isFirst) = state.withLock { state in
            state.total += 1
            let isCrowded = state.pages.count >= Self.limit && state.pages[giver] == nil
            let giver = isCrowded ? Giver(giver.account) : giver
            guard state.pages[giver] != nil else {
                let actor = isCrowded ? Actor(name: "uid \(giver.account)", role: .viewer) : actor
                state.pages[giver] = Page(actor: actor, since: now)
                return (giver, true)
            }
            state.pages[giver]!.counts[reason, default: 0] += 1
            return (giver, false)
        }
        if isFirst {
            let actor = state.withLock { $0.pages[giver]?.actor } ?? actor
            let entry = Entry(actor: actor, command: String(command.prefix(64)), reason: reason, count: 1)
            if !record(entry) { state.withLock { $0.pages[giver]?.counts[reason, default: 0] += 1 } }
        }
        flush(at: now)
    }

    /// Puts down what was counted for a minute; at the end all of it.
    func flush(at now: MonotonicTime, isLast: Bool = false) {
        let due = state.withLock { state in
            let due = state.pages.filter { isLast || now - $0.value.since >= Self.span }
            for (giver, page) in due {
                // Who was quiet for a minute begins anew.
                state.pages[giver] = page.counts.isEmpty ? nil : Page(actor: page.actor, since: now)
            }
            return due
        }
        let inOrder = due.sorted { ($0.key.account, $0.value.actor.name) < ($1.key.account, $1.value.actor.name) }
        for (giver, page) in inOrder where !page.counts.isEmpty {
            let kinds = page.counts.sorted { $0.key < $1.key }
            let entry = Entry(
                actor: page.actor,
                command: "(\(kinds.map { "\($0.value) \($0.key)" }.joined(separator: ", ")))",
                reason: kinds.count == 1 ? kinds[0].key : "several", count: page.counts.values.reduce(0, +))
            if !record(entry) {
                state.withLock { state in
                    for (reason, count) in page.counts { state.pages[giver]?.counts[reason, default: 0] += count }
                }
            }
        }
    }
}

extension GateLoop {
    /// Refused lines and commands of one user.
    func note(_ refused: RefusalBook.Entry) {
        let verb = Order.Verb.refused(reason: refused.reason, count: refused.count)
        let draft = OrderDraft(actor: refused.actor, command: refused.command, verb: verb, expires: .zero)
        carryOut(draft, expires: SystemClock.monotonic() + .seconds(60))
    }
}
