internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseThreads

/// What comes while somebody watches: one connection to the daemon for each session, however many tabs it has, because each look is put
/// down with its person, and what comes carries forms of the session. A class because it owns threads.
final class LiveHub: Sendable {
    /// Tabs of one session, and in all.
    static let limitOfOne = 16
    static let limit = 256
    /// What quiet connections hear, and how often the gates are looked at.
    private static let beat: Duration = .seconds(5)
    private static let glance: Duration = .seconds(2)

    private struct Key: Hashable, Sendable {
        /// That of the session's forms.
        var token: String
        var language: Language
    }

    /// One watch of a session: from its first tab to when none is left. Tabs that come later, as after a reload, are another one.
    private struct Post: Hashable, Sendable {
        var key: Key
        var number: UInt64
    }

    private struct Tab: Sendable {
        var stream: EventStream
        /// Whether the session that opened it goes on.
        var isTheirs: @Sendable () -> Bool
    }

    private struct Watch: Sendable {
        var number: UInt64
        var tabs: [Tab] = []
    }
    private let watches = Guarded<[Key: Watch]>([:])
    private let begun = Guarded<UInt64>(0)
    private let ending = Cancellation()

    /// A new tab, which ends when `isTheirs` does not hold any more; nil where there are too many.
    func open(
        _ visitor: Visitor, after last: UInt64?, while isTheirs: @escaping @Sendable () -> Bool
    ) -> EventStream? {
        let key = Key(token: visitor.token, language: visitor.language)
        let stream = EventStream()
        let number = begun.change { number in
            number += 1
            return number
        }
        let watch: Watch? = watches.change { watches in
            guard watches.values.reduce(0, { $0 + $1.tabs.count }) < Self.limit else { return nil }
            var watch = watches[key] ?? Watch(number: number)
            guard watch.tabs.count < Self.limitOfOne else { return nil }
            watch.tabs.append(Tab(stream: stream, isTheirs: isTheirs))
            watches[key] = watch
            return watch
        }
        guard let watch else { return nil }
        stream.onEnd { [weak self] in self?.close(stream, key) }
        if watch.number == number {
            let post = Post(key: key, number: number)
            _ = NamedThread("watch") { [weak self] in self?.follow(post, visitor, after: last) }
        } else {
            catchUp(stream, visitor, after: last)
        }
        return stream
    }

    /// Tabs whose session is over are told, and end.
    func settle() { settle(watches.withLock { Array($0.keys) }) }

    private func settle(_ keys: [Key]) {
        let tabs = watches.withLock { watches in keys.flatMap { watches[$0]?.tabs ?? [] } }
        for tab in tabs where !tab.isTheirs() {
            tab.stream.send("over")
            tab.stream.end()
        }
    }

    func endAll() {
        ending.cancel()
        for tab in watches.withLock({ $0.values.flatMap(\.tabs) }) { tab.stream.end() }
    }

    private func close(_ stream: EventStream, _ key: Key) {
        watches.change { watches in
            watches[key]?.tabs.removeAll { $0.stream === stream }
            if watches[key]?.tabs.isEmpty == true { watches[key] = nil }
        }
    }

    private func tabs(_ post: Post) -> [EventStream] {
        watches.withLock { watches in
            watches[post.key].flatMap { $0.number == post.number ? $0.tabs.map(\.stream) : nil } ?? []
        }
    }

    private func tell(_ post: Post, _ name: String, id: UInt64? = nil, _ data: String = "") {
        for tab in tabs(post) { tab.send(name, id: id, data: data) }
    }

    // MARK: what was missed

    /// Entries since the last one that a tab has: it was away for a moment. Then that there is contact.
    private func catchUp(_ stream: EventStream, _ visitor: Visitor, after last: UInt64?) {
        let command = Log(after: last.map { CountArgument($0) }, limit: last == nil ? 1 : 200)
        guard let missed = try? visitor.gate.all(command).items else { return }
        for entry in missed where last != nil { stream.send("entry", id: entry.seq, data: row(entry, visitor)) }
        stream.send("here")
    }

    private func row(_ entry: EntryView, _ visitor: Visitor) -> String {
        EntryRow(visitor: visitor, entry: entry, today: SiteTime.day(entry.at), isNew: true).html.markup
    }

    // MARK: following

    /// On a thread of its own, while there is a tab. `last` is the newest entry that the first tab has.
    private func follow(_ post: Post, _ visitor: Visitor, after last: UInt64?) {
        var last = last
        var isHere = true
        while !ending.isCancelled, !tabs(post).isEmpty {
            settle([post.key])
            let isOver = (try? listen(post, visitor, &last, &isHere)) != nil
            if !isOver, isHere { tell(post, "away") }
            isHere = isOver
            // A daemon that starts again takes a moment.
            _ = watches.wait(atMost: .seconds(1)) { watches in
                watches[post.key]?.number == post.number ? nil : true
            }
        }
    }

    private func listen(_ post: Post, _ visitor: Visitor, _ last: inout UInt64?, _ isHere: inout Bool) throws {
        let client = try AdminClient(path: visitor.gate.path)
        client.limitWaits(to: Gate.patience)
        let kinds = EntryKind.allCases.filter { $0.isEvent || $0 == .snapshot || $0 == .health }
        var newest = last ?? 0
        func take(_ entry: EntryView) {
            guard entry.seq > newest || newest == 0 else { return }
            newest = entry.seq
            if entry.kind == EntryKind.snapshot.rawValue {
                if entry.outcome == "stored", let event = entry.about { tell(post, "picture", "\(event)") }
            } else if entry.kind == EntryKind.passage.rawValue, let event = entry.about {
                tell(post, "passed", id: entry.seq, "\(event)\n\(EntryRow.passed(entry, visitor).markup)")
            } else if EntryKind(rawValue: entry.kind)?.isEvent == true {
                tell(post, "entry", id: entry.seq, row(entry, visitor))
            } else if LogTable.isUrgent(entry) {
                // A condition that began is no row of the stream, and is what an alarm sounds for.
                tell(post, "alarm")
            }
        }
        defer { if newest > 0 { last = newest } }
        let command = Log(
            after: last.map { CountArgument($0) }, kind: TextArgument(kinds.map(\.rawValue).joined(separator: ",")),
            limit: CountArgument(last == nil ? 1 : 500), follow: true)
        // The newest one before is on the page already.
        let isFirst = last == nil
        let answer = try client.ask(command, language: visitor.language, for: visitor.gate.person) {
            if isFirst { newest = $0.value.seq } else { take($0.value) }
        }
        if case .failure(let refusal) = answer { throw refusal }
        isHere = true
        tell(post, "here")
        try serve(client, post, visitor, take)
    }

    /// Entries as they come; between them the gates and the queue, where they changed.
    private func serve(
        _ client: AdminClient, _ post: Post, _ visitor: Visitor, _ take: (EntryView) -> Void
    ) throws {
        var shown = Glance()
        var quiet: Duration = .zero
        while !ending.isCancelled, !tabs(post).isEmpty {
            let line = try client.receive(within: Self.glance)
            if let line {
                quiet = .zero
                guard let reply = ReceivedReply(line: line) else { continue }
                switch reply {
                case .item(let text): if let entry = WireJSON.decode(EntryView.self, text) { take(entry) }
                case .refused(let refusal): throw refusal
                case .done: continue
                }
                if client.hasMore { continue }
            } else {
                quiet += Self.glance
            }
            settle([post.key])
            try look(visitor, post, &shown)
            if quiet >= Self.beat {
                quiet = .zero
                for tab in tabs(post) { tab.beat() }
            }
        }
    }

    private struct Glance {
        var gates = ""
        var queue: [AlarmView]?
        var eyes = ""
        var alarms: Int?
    }

    private func look(_ visitor: Visitor, _ post: Post, _ shown: inout Glance) throws {
        let status = try visitor.gate.ask(Status())
        let gates = GateRail(visitor: visitor, status: status, metrics: try? visitor.gate.ask(Metrics())).content.markup
        if gates != shown.gates { tell(post, "gates", gates) }
        if shown.alarms != status.alarms { tell(post, "alarms", "\(status.alarms)") }
        let alarms = try visitor.gate.ask(AlarmList()).alarms
        let isSame = alarms == shown.queue
        let eyes = isSame ? shown.eyes : Eyes.look(visitor, alarms, status.time, chosen: nil).content.markup
        if eyes != shown.eyes { tell(post, "eyes", "\(Eyes.queue(alarms))\n\(eyes)") }
        shown = Glance(gates: gates, queue: alarms, eyes: eyes, alarms: status.alarms)
    }
}
