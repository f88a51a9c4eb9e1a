/// The deciding machine of one controller: inputs with their moment in, effects out. It reads no clock, throws
/// nothing and knows no device. The same inputs give the same effects in every process.
package struct Controller: Sendable {
    package internal(set) var site: Site
    package internal(set) var registry: Registry
    /// A large change of the registry on its way, and when its next portion is tried.
    var staged: StagedChange?
    var stagedAt: MonotonicTime?
    package internal(set) var health = HealthTable()
    package internal(set) var alarms: Alarms
    package internal(set) var portals: [PortalMachine]
    /// The lane of each portal that has one.
    var lanes: [LaneMachine?] = []
    package internal(set) var isFire: Bool
    package internal(set) var watchlist = Watchlist()
    package internal(set) var outbox = Outbox()
    package let epoch: UInt64

    let primitives: Primitives
    var portalIndex: [PortalID: Int] = [:]
    var pointOfReader: [ReaderID: Int] = [:]
    var pointIndex: [AccessPointID: Int] = [:]
    var collectors: [FactorCollector]
    var access: AccessTable
    var lockout: PINLockout
    var guesses = GuessGuard()
    package internal(set) var ledger: Ledger
    var company = Company()
    /// The posture of each portal beneath a fire.
    var basePostures: [Posture]
    var fire: DebouncedInput
    var faults = FaultCounters()
    var untrustedReaders: Set<ReaderID> = []
    var readerStandings: [ReaderID: ReaderStanding]
    var faceDifferences: [ReaderID: FaceTableDifference] = [:]
    /// Grants whose passage is not known yet, by their entry.
    var grants: [UInt64: Grant] = [:]
    var cursor: JournalCursor
    /// The number of the first entry of this run.
    package let firstSequenceOfRun: UInt64
    /// False while entries are only counted, because the disk has failed for longer than memory lasts.
    package var isRecording: Bool { !cursor.isFull }
    var nextOutboxID: UInt64
    var isStoreAvailable = true
    var isUplinkConnected = false
    var captures = PendingCaptures()
    var watchlistSweepAt: MonotonicTime?
    var freeWindowsCheckAt: MonotonicTime?
    var retentionCheckAt: MonotonicTime?
    var handoverCheckAt: MonotonicTime?

    /// A grant that waits for the door.
    struct Grant: Sendable {
        var accessPoint: AccessPointID?
        var portal: PortalID
        var person: UInt32?
        var vehicle: UInt32?
        /// Who goes in with them.
        var company: [UInt32] = []
        var toArea: AreaID?
        var reader: ReaderID?
    }

    package init(site: Site, restored: Restored, primitives: Primitives) {
        self.site = site
        self.primitives = primitives
        registry = restored.registry
        epoch = restored.epoch
        cursor = JournalCursor(next: restored.nextSequence)
        firstSequenceOfRun = restored.nextSequence
        nextOutboxID = restored.nextOutboxID
        ledger = restored.ledger
        readerStandings = restored.readerStandings
        alarms = restored.alarms
        isFire = restored.isFire
        basePostures = site.portals.map { restored.postures[$0.id] ?? .secure }
        portals = []
        fire = DebouncedInput(isActive: false, span: site.fireDebounce)
        collectors = site.accessPoints.map { FactorCollector(combinations: $0.factors, timeout: $0.factorTimeout) }
        lockout = PINLockout(settings: site.lockout)
        access = AccessTable(site: site, registry: restored.registry)
        for (index, settings) in site.portals.enumerated() {
            portals.append(PortalMachine(settings: settings, posture: isFire ? .fire : basePostures[index]))
            portalIndex[settings.id] = index
            lanes.append(settings.lane.map { LaneMachine(settings: $0) })
        }
        for (index, point) in site.accessPoints.enumerated() {
            pointIndex[point.id] = index
            for reader in point.readers { pointOfReader[reader] = index }
        }
        if let activation = restored.activation { watchlist.activate(activation) }
        for entry in restored.watchlist { watchlist.put(entry) }
        for tombstone in restored.watchlistTombstones { watchlist.bury(tombstone) }
        for destination in restored.outbox.keys.sorted() {
            let rows = restored.outbox[destination]!
            outbox.loaded(rows.items, for: destination, isLast: rows.isLast)
        }
    }

    /// The reader whose reading led to a grant that still waits for its door; nil for openings by hand.
    package func reader(ofGrant event: UInt64) -> ReaderID? { grants[event]?.reader }

    package mutating func handle(_ input: Input, at now: Moment) -> [Effect] {
        var step = Step(at: now)
        timePassed(&step)
        switch input {
        case .time: break
        case .reader(let reader, let signal): hear(signal, from: reader, &step)
        case .contact(let portal, let isOpen): feed(.contact(isOpen: isOpen), to: portal, &step)
        case .exitButton(let portal, let isPressed): feed(.exitButton(isPressed: isPressed), to: portal, &step)
        case .lane(let portal, let sensor, let isActive):
            if let index = portalIndex[portal] {
                feed(.sensor(sensor, isActive: isActive), toLaneAt: index, &step)
            }
        case .fireInput(let isActive):
            fire.hear(isActive, at: step.now.monotonic)
            settleFire(&step)
        case .performed(let portal, let event, let isLate):
            if isLate { noteLate(portal, event, "released", &step) }
            feed(.performed(event: event), to: portal, &step)
        case .abandoned(let portal, let event):
            noteLate(portal, event, "heldBack", &step)
            grants[event] = nil
            feed(.abandoned(event: event), to: portal, &step)
        case .portionWritten(let revision): portionWritten(revision, &step)
        case .committed(let sequence): cursor.committed = max(cursor.committed, sequence)
        case .store(let isAvailable, let problem):
            isStoreAvailable = isAvailable
            set(.journalUnavailable, "", !isAvailable, &step, detail: ["problem": .text(problem)])
            if isAvailable { set(.journalLate, "", false, &step) }
        case .order(let order): carryOut(order, &step)
        case .snapshot(let row, let report):
            captures.answered(row.event)
            note(row, &step)
            if let report { step.yield(.noted(report: report)) }
        case .delivered(let id, let receipt): settle(outbox.delivered(id, receipt: receipt), &step)
        case .deliveryFailed(let id, let reason, let isFinal):
            settle(outbox.failed(id, reason: reason, isFinal: isFinal, at: step.now.monotonic), &step)
        case .outboxLoaded(let destination, let items, let isLast):
            outbox.loaded(items, for: destination, isLast: isLast)
        case .uplink(let isConnected):
            isUplinkConnected = isConnected
            // A picture that was taken all the same is reported by the next uplink and takes the place of this row.
            for request in captures.abandon() {
                note(
                    SnapshotRow(event: request.event, camera: request.camera, result: .missing(.uplinkAway)), &step)
            }
            outbox.uplink(isConnected: isConnected)
            set(.uplinkAway, "", !isConnected, &step)
        case .clock(let event): hear(event, &step)
        case .health(.readerBabbling, let subject, let isOn): hearBabble(ReaderID(subject), isOn, &step)
        case .health(let code, let subject, let isOn): set(code, subject, isOn, &step)
        case .policy(let policy):
            site.policy = policy
            access = AccessTable(site: site, registry: registry)
            step.yield(.durable(.ledger(ledger.apply(.confirmed(step.now.civil)))))
            var entry = JournalEntry(kind: .configuration)
            entry.outcome = "loaded"
            record(entry, &step)
        case .started(let report): begin(report, &step)
        }
        settle(outbox.advance(at: step.now), &step)
        return step.effects
    }

    package var nextDeadline: Deadline? {
        var next: Deadline?
        for portal in portals { next = .earliest(next, portal.nextDeadline) }
        for lane in lanes { next = .earliest(next, lane?.nextDeadline) }
        for (index, collector) in collectors.enumerated() {
            if let at = collector.nextDeadline {
                next = .earliest(next, Deadline(at: at, waiter: "\(site.accessPoints[index].id) factors"))
            }
        }
        if let at = fire.settlesAt { next = .earliest(next, Deadline(at: at, waiter: "fire input settles")) }
        if let at = faults.flushAt { next = .earliest(next, Deadline(at: at, waiter: "unreadable frames of a minute")) }
        if let at = guesses.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "end of a guessing alert")) }
        if let at = outbox.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "outbox retry")) }
        if let at = freeWindowsCheckAt { next = .earliest(next, Deadline(at: at, waiter: "free windows")) }
        if let at = retentionCheckAt { next = .earliest(next, Deadline(at: at, waiter: "retention")) }
        if let at = company.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "company at a gate")) }
        if let at = handoverCheckAt { next = .earliest(next, Deadline(at: at, waiter: "the instant of a hand-over")) }
        if let at = stagedAt { next = .earliest(next, Deadline(at: at, waiter: "a large change of the register")) }
        if let at = watchlistSweepAt { next = .earliest(next, Deadline(at: at, waiter: "watchlist expiry")) }
        return next
    }

    private mutating func timePassed(_ step: inout Step) {
        for index in portals.indices {
            // What stands in the passage comes before what its portal would do.
            feed(LaneMachine.Input.time, toLaneAt: index, &step)
            feed(.time, toPortalAt: index, &step)
        }
        settleFire(&step)
        for index in collectors.indices {
            let outputs = collectors[index].timePassed(step.now.monotonic)
            if !outputs.isEmpty { settle(outputs, pointAt: index, &step) }
        }
        for (reader, counts) in faults.flush(at: step.now.monotonic) {
            var entry = JournalEntry(kind: .unreadable)
            entry.reader = reader
            entry.accessPoint = pointOfReader[reader].map { site.accessPoints[$0].id }
            for (fault, count) in counts { entry.detail[fault.rawValue] = .integer(Int64(count)) }
            record(entry, &step)
        }
        advanceStaged(&step)
        for point in company.ended(at: step.now.monotonic) { indicateEndOfWait(pointAt: point, &step) }
        settleFreeWindows(&step)
        settleRetention(&step)
        endGuessingAlerts(&step)
        sweepWatchlist(&step)
        settleHandover(&step)
    }

    private mutating func begin(_ report: StartReport, _ step: inout Step) {
        var entry = JournalEntry(kind: .start)
        entry.outcome = report.wasCleanStop ? "afterStop" : "afterCrash"
        entry.detail["version"] = .text(report.version)
        record(entry, &step)
        set(.uplinkAway, "", !isUplinkConnected, &step)
        set(.clockNotTrusted, "", !step.now.isCivilTrusted, &step)
        set(.registryDamaged, "", report.damagedRows > 0, &step)
        set(.registryFromCopy, "", report.usedCopy, &step)
        set(.fire, "", isFire, &step)
        set(.handedOver, "", isHandedOver, &step)
        raiseSwaps(&step)
        restoreGuessing(&step)
        for index in portals.indices {
            let portal = portals[index]
            step.yield(portal.isReleased ? .release(portal.settings.id, event: nil) : .secure(portal.settings.id))
            indicatePosture(portalAt: index, &step)
            feed(.free(portal.isReleased), toLaneAt: index, &step)
        }
        scheduleSweep(step.now)
    }

    private mutating func hear(_ event: ClockEvent, _ step: inout Step) {
        switch event {
        case .stepped(let milliseconds):
            var entry = JournalEntry(kind: .clock)
            entry.outcome = "stepped"
            entry.detail["milliseconds"] = .integer(milliseconds)
            record(entry, &step)
            scheduleSweep(step.now)
        case .trust(let isTrusted): set(.clockNotTrusted, "", !isTrusted, &step)
        }
        keepGuessing(&step)
    }

    private mutating func noteLate(
        _ portal: PortalID, _ event: UInt64, _ outcome: String, _ step: inout Step
    ) {
        var entry = JournalEntry(kind: .late)
        entry.portal = portal
        entry.about = event
        entry.outcome = outcome
        record(entry, &step)
        set(.journalLate, "", true, &step)
    }
}

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
            gap.detail = ["count": .integer(Int64(cursor.lost)), "since": .integer(cursor.lostSince!.milliseconds)]
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
        entry.monotonic = now.monotonic
        entry.isCivilTrusted = now.isCivilTrusted
        entry.registryRevision = registry.revision
        entry.policyDigest = site.policy.digest
        alarms.hear(entry)
    }

    /// Sets or clears a condition; a change is an entry.
    mutating func set(
        _ code: HealthCode, _ subject: String, _ isOn: Bool, _ step: inout Step,
        detail: [String: CanonicalValue] = [:]
    ) {
        guard health.set(code, subject: subject, isOn: isOn, at: step.now.civil) else { return }
        var entry = JournalEntry(kind: .health)
        entry.outcome = isOn ? "on" : "off"
        entry.reason = code.rawValue
        entry.detail = detail
        if !subject.isEmpty { entry.detail["subject"] = .text(subject) }
        record(entry, &step)
    }

    /// Owes an alert to every destination that takes its kind.
    mutating func raise(
        _ kind: AlertKind, event: UInt64?, _ fields: [String: String], _ step: inout Step
    ) {
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
            idempotencyKey: "\(site.name)/\(epoch)/\(nextOutboxID)", created: step.now.civil, expires: expires,
            content: content)
        nextOutboxID += 1
        step.yield(.durable(.enqueue(item)))
        outbox.add(item)
    }

    mutating func settle(_ outputs: [Outbox.Output], _ step: inout Step) {
        for output in outputs {
            switch output {
            case .deliver(let item, let attempt):
                step.yield(.deliver(item, attempt: attempt))
                set(.outboxStuck, item.destination.name, attempt > 3, &step)
            case .load(let destination, let after): step.yield(.loadOutbox(destination, after: after))
            case .settle(let item, let end):
                step.yield(.durable(.settle(item, end)))
                set(.outboxStuck, item.destination.name, false, &step)
                var entry = JournalEntry(kind: .delivery)
                // Sealed alerts leave no trace that somebody could read beside a decision.
                if item.kind == .watchlist {
                    guard case .expired = end else { continue }
                    entry.kind = .watchlist
                } else {
                    entry.about = item.event
                    entry.detail["kind"] = .text(item.kind.rawValue)
                }
                entry.detail["destination"] = .text(item.destination.name)
                switch end {
                case .delivered: entry.outcome = "delivered"
                case .abandoned(let reason):
                    entry.outcome = "abandoned"
                    entry.reason = reason
                case .expired: entry.outcome = "expired"
                }
                record(entry, &step)
            }
        }
    }
}

/// Bad frames by reader and kind, gathered for a minute so that noise cannot fill the journal (promise P11).
struct FaultCounters: Sendable {
    private var counts: [ReaderID: [ReadFault: Int]] = [:]
    private(set) var flushAt: MonotonicTime?

    mutating func add(_ fault: ReadFault, of reader: ReaderID, at now: MonotonicTime) {
        counts[reader, default: [:]][fault, default: 0] += 1
        if flushAt == nil { flushAt = now + .seconds(60) }
    }

    mutating func flush(at now: MonotonicTime) -> [(ReaderID, [ReadFault: Int])] {
        guard let flushAt, flushAt <= now else { return [] }
        self.flushAt = nil
        defer { counts = [:] }
        return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
