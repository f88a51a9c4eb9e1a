/// Where the journal stands: the numbers handed out and those known to be on disk.
struct JournalCursor: Sendable {
    /// Entries that may wait for the disk. At the bound entries are counted instead of kept, and the count becomes an
    /// entry of its own as soon as there is room.
    static let backlogLimit: UInt64 = 10_000

    var next: UInt64
    var committed: UInt64
    var lost: UInt64 = 0
    var lostSince: CivilTime?

    init(next: UInt64) {
        self.next = next
        committed = next - 1
    }

    /// Of the room in memory, what entries of people may take: the rest belongs to the gates.
    static let shareOfPeople: UInt64 = 2500
    /// Orders that found that share taken, and were refused without an entry of their own.
    var unrecorded: UInt64 = 0

    private var backlog: UInt64 { next > committed ? next - 1 - committed : 0 }
    var isFull: Bool { backlog >= Self.backlogLimit }
    var isCrowded: Bool { backlog >= Self.shareOfPeople }
}

extension Controller {
    /// Numbers the entry, stamps it and hands it on. Nil comes back when the backlog is full and the entry was only
    /// counted.
    @discardableResult
    mutating func record(_ entry: JournalEntry, _ step: inout Step) -> UInt64? {
        if cursor.isFull {
            cursor.lost += 1
            cursor.lostSince = cursor.lostSince ?? step.now.civil
            if cursor.lost == 1 {
                _ = health.set(.journalBacklogFull, subject: "", isOn: true, at: step.now.civil)
            }
            return nil
        }
        if cursor.lost > 0 {
            var gap = JournalEntry(kind: .gap)
            gap.detail[.count] = .integer(Int64(cursor.lost))
            gap.detail[.since] = .integer(cursor.lostSince!.milliseconds)
            cursor.lost = 0
            cursor.lostSince = nil
            _ = health.set(.journalBacklogFull, subject: "", isOn: false, at: step.now.civil)
            number(&gap, step.now)
            step.yield(.durable(.record(gap)))
        }
        var entry = entry
        number(&entry, step.now)
        step.yield(.durable(.record(entry)))
        return entry.sequence
    }

    private mutating func number(_ entry: inout JournalEntry, _ now: Moment) {
        entry.sequence = cursor.next
        cursor.next += 1
        entry.civil = now.civil
        if entry.kind == .decision, ledger.rewinding != nil { entry.detail[.unproved] = .boolean(true) }
        entry.monotonic = now.monotonic
        entry.isCivilTrusted = now.isCivilTrusted
        entry.registryRevision = registry.revision
        entry.policyDigest = site.policy.digest
        LeafBound.hold(&entry, digest: primitives.digest)
        alarms.hear(entry)
        walk?.run.hear(entry)
    }

    /// Sets or clears a condition; a change is an entry.
    mutating func set(
        _ code: HealthCode, _ subject: String, _ isOn: Bool, _ step: inout Step,
        detail: [EntryDetail: CanonicalValue] = [:]
    ) {
        guard health.set(code, subject: subject, isOn: isOn, at: step.now.civil) else { return }
        var entry = JournalEntry(kind: .health)
        entry.result = isOn ? .on : .off
        entry.reason = code.rawValue
        entry.detail = .init(detail)
        if !subject.isEmpty { entry.detail[.subject] = .text(subject) }
        record(entry, &step)
    }

    /// Changes the ledger, and keeps the change.
    mutating func keep(_ change: LedgerChange, _ step: inout Step) {
        step.yield(.durable(.ledger(ledger.apply(change))))
    }

    /// Owes an alert to every destination that takes its kind.
    mutating func raise(_ kind: AlertKind, event: UInt64?, _ fields: [String: String], _ step: inout Step) {
        guard let event else { return }
        for route in site.alerts where route.kinds.contains(kind) {
            enqueue(kind, to: route.destination, event: event, .plain(fields), expires: nil, &step)
        }
    }

    mutating func enqueue(
        _ kind: AlertKind, to destination: DestinationID, event: UInt64, _ content: OutboxContent, expires: CivilTime?,
        _ step: inout Step
    ) {
        let item = OutboxItem(
            id: nextOutboxID, destination: destination, kind: kind, event: event,
            idempotencyKey: primitives.alertKey(nextOutboxID), created: step.now.civil, expires: expires,
            content: content)
        nextOutboxID += 1
        step.yield(.durable(.enqueue(item)))
        outbox.add(item)
    }

    private mutating func tellStuck(_ destination: DestinationID, _ step: inout Step) {
        set(.outboxStuck, destination.name, outbox.isStuck(destination), &step)
    }

    mutating func settle(_ outputs: [Outbox.Output], _ step: inout Step) {
        for output in outputs {
            switch output {
            case .deliver(let item, let attempt):
                step.yield(.deliver(item, attempt: attempt))
                tellStuck(item.destination, &step)
            case .load(let lane): step.yield(.loadOutbox(lane))
            case .settle(let item, let end):
                step.yield(.durable(.settle(item, end)))
                tellStuck(item.destination, &step)
                var entry = JournalEntry(kind: .delivery)
                entry.about = item.event
                entry.detail[.kind] = .text(item.kind.rawValue)
                entry.detail[.destination] = .text(item.destination.name)
                switch end {
                case .delivered: entry.result = .delivered
                case .abandoned(let reason):
                    entry.result = .abandoned
                    entry.reason = reason
                case .expired: entry.result = .expired
                }
                record(entry, &step)
            }
        }
    }
}
