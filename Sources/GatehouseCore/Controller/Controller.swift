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
    var guessing: Guessing
    package internal(set) var ledger: Ledger
    var company = Company()
    var presences = Presences()
    /// The posture of each portal beneath a fire.
    var basePostures: [Posture]
    var fire: DebouncedInput
    var readers: ReaderWatch
    /// Grants whose passage is not known yet, by their entry.
    var grants: [UInt64: Grant] = [:]
    /// Grants of which nothing was seen, with the entry that says so, as long as the door may still tell.
    var lapsed: [UInt64: (grant: Grant, entry: UInt64?)] = [:]
    var cursor: JournalCursor
    /// The number of the first entry of this run.
    package let firstSequenceOfRun: UInt64
    /// False while entries are only counted, because the disk has failed for longer than memory lasts.
    package var isRecording: Bool { !cursor.isFull }
    /// The number that the next entry gets.
    package var nextSequence: UInt64 { cursor.next }
    var nextOutboxID: UInt64
    var isStoreAvailable = true
    var isUplinkConnected = false
    var captures = PendingCaptures()
    var watchlistSweepAt: MonotonicTime?
    var uplinkBlamedUntil: MonotonicTime?
    var freeWindows = FreeWindows()
    var retention = Retention()
    var handoverCheckAt: MonotonicTime?
    var suspensionsEndAt: MonotonicTime?
    var awaitedCards: [ReaderID: AwaitedCard] = [:]
    var awaitedPictures: [UInt64: AwaitedPicture] = [:]
    var testedCameras: [CameraID: MonotonicTime] = [:]
    /// What the inputs said since the start.
    package internal(set) var wires = WireBook()
    /// The walk test that runs.
    package internal(set) var walk: WalkWatch?
    var walkEndsAt: MonotonicTime?
    var isClockKeptInStep: Bool?
    private let hasSealedAlerts: Bool
    private let newestBefore: CivilTime?
    private let bootBefore: String?

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
        readers = ReaderWatch(standings: restored.readerStandings)
        alarms = restored.alarms
        isFire = restored.isFire
        walk = restored.walk.map { WalkWatch($0) }
        newestBefore = restored.newest
        bootBefore = restored.boot
        basePostures = site.portals.map { restored.postures[$0.id] ?? .secure }
        portals = []
        fire = DebouncedInput(isActive: false, span: site.fireDebounce)
        collectors = site.accessPoints.map { FactorCollector(combinations: $0.factors, timeout: $0.factorTimeout) }
        guessing = Guessing(settings: site.lockout)
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
        watchlist.leads = LeadSlots(steps: restored.watchlistSteps)
        hasSealedAlerts = restored.hasSealedAlerts
        for entry in restored.watchlist { watchlist.put(entry) }
        for tombstone in restored.watchlistTombstones { watchlist.bury(tombstone) }
        for lane in restored.outbox.keys.sorted() {
            let rows = restored.outbox[lane]!
            outbox.loaded(rows.items, for: lane, isLast: rows.isLast)
        }
    }

    /// The reader whose reading led to a grant that still waits for its door; nil for openings by hand.
    package func reader(ofGrant event: UInt64) -> ReaderID? { grants[event]?.reader }

    package mutating func handle(_ input: Input, at now: Moment) -> [Effect] {
        var step = Step(at: now)
        timePassed(&step)
        switch input {
        case .time: break
        case .reader(let reader, let signal):
            let before = cursor.next
            hear(signal, from: reader, &step)
            walk(signal, at: reader, since: before, &step)
        case .edge(let wire, let isActive, let moment): walk(wire, isActive, at: moment, &step)
        case .measured(let reader, let measure): walk?.measured(measure, of: reader)
        case .contact(let portal, let isOpen):
            wires.stands(.contact(portal), isOpen)
            feed(.contact(isOpen: isOpen), to: portal, &step)
        case .exitButton(let portal, let isPressed):
            wires.stands(.exit(portal), isPressed)
            feed(.exitButton(isPressed: isPressed), to: portal, &step)
        case .lane(let portal, let sensor, let isActive):
            wires.stands(.sensor(portal, sensor), isActive)
            if let index = portalIndex[portal] {
                feed(.sensor(sensor, isActive: isActive), toLaneAt: index, &step)
            }
        case .fireInput(let isActive):
            wires.stands(.fire, isActive)
            fire.hear(isActive, at: step.now.monotonic)
            settleFire(&step)
        case .performed(let portal, let event, let isLate):
            if isLate { noteLate(portal, event, .released, &step) }
            walkReleased(portal, step.now)
            feed(.performed(event: event), to: portal, &step)
        case .abandoned(let portal, let event):
            noteLate(portal, event, .heldBack, &step)
            grants[event] = nil
            presences.refused(event)
            feed(.abandoned(event: event), to: portal, &step)
        case .portionWritten(let revision): portionWritten(revision, &step)
        case .committed(let sequence):
            cursor.committed = max(cursor.committed, sequence)
            let now = step.now.monotonic
            walk({ $0.committed(through: sequence, at: now) }, &step)
        case .store(let isAvailable, let problem):
            isStoreAvailable = isAvailable
            set(.journalUnavailable, "", !isAvailable, &step, detail: [.problem: .text(problem)])
            if isAvailable { set(.journalLate, "", false, &step) }
        case .order(let order): carryOut(order, &step)
        case .snapshot(let row, let report):
            captures.answered(row.place)
            note(row, &step)
            walk({ $0.picture(row) }, &step)
            if let report { step.yield(.noted(report: report)) }
        case .delivered(let id, let receipt): settle(outbox.delivered(id, receipt: receipt), &step)
        case .deliveryFailed(let id, let reason, let isFinal):
            settle(outbox.failed(id, reason: reason, isFinal: isFinal, at: step.now.monotonic), &step)
        case .leadsAnswered(let answers, let certificate): hear(answers, under: certificate, &step)
        case .leadsRestored(let history): restore(history, &step)
        case .outboxLoaded(let lane, let items, let isLast): outbox.loaded(items, for: lane, isLast: isLast)
        case .uplink(let isConnected):
            isUplinkConnected = isConnected
            // A picture that was taken all the same is reported by the next uplink and takes the place of this row.
            for request in captures.abandon() {
                note(SnapshotRow(event: request.event, camera: request.camera, result: .missing(.uplinkAway)), &step)
            }
            outbox.uplink(isConnected: isConnected)
            watchlist.leads.uplink(isConnected: isConnected, at: step.now.monotonic)
            set(.uplinkAway, "", !isConnected, &step)
        case .clock(let event): hear(event, &step)
        case .health(.uplinkMisbehaves, _, isOn: true): blameUplink(&step)
        case .health(.readerBabbling, let subject, let isOn): hearBabble(ReaderID(subject), isOn, &step)
        case .health(let code, let subject, let isOn): set(code, subject, isOn, &step)
        case .policy(let policy):
            site.policy = policy
            access = AccessTable(site: site, registry: registry)
            keep(.confirmed(step.now.civil), &step)
            var entry = JournalEntry(kind: .configuration)
            entry.result = .loaded
            record(entry, &step)
        case .started(let report): begin(report, &step)
        case .stateFound(let report): find(report, &step)
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
        if let at = readers.nextDeadline {
            next = .earliest(next, Deadline(at: at, waiter: "unreadable frames of a minute"))
        }
        if let at = guessing.nextDeadline {
            next = .earliest(next, Deadline(at: at, waiter: "end of a guessing alert"))
        }
        if let at = outbox.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "outbox retry")) }
        if let at = freeWindows.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "free windows")) }
        if let at = retention.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "retention")) }
        if let at = company.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "company at a gate")) }
        if let at = handoverCheckAt { next = .earliest(next, Deadline(at: at, waiter: "the instant of a hand-over")) }
        if let at = awaitedCards.values.map(\.until).min() {
            next = .earliest(next, Deadline(at: at, waiter: "a card that is to be shown"))
        }
        if let at = suspensionsEndAt {
            next = .earliest(next, Deadline(at: at, waiter: "the end of a suspension"))
        }
        if let at = stagedAt { next = .earliest(next, Deadline(at: at, waiter: "a large change of the register")) }
        if let at = walkDeadline { next = .earliest(next, Deadline(at: at, waiter: "walk test")) }
        if let at = watchlist.leads.nextDeadline { next = .earliest(next, Deadline(at: at, waiter: "a slot")) }
        if let at = uplinkBlamedUntil { next = .earliest(next, Deadline(at: at, waiter: "an uplink on probation")) }
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
        for (reader, counts) in readers.unreadableOfTheMinute(at: step.now.monotonic) {
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
        advanceLeads(&step)
        settleUplinkBlame(&step)
        settleHandover(&step)
        settleSuspensions(&step)
        settleAwaitedCards(&step)
        settleWalk(&step)
    }

    /// What was read at the start decides on. The next start puts the database in order.
    private mutating func find(_ report: StateReport, _ step: inout Step) {
        guard !report.isGood, ledger.rewinding == nil else { return }
        var entry = JournalEntry(kind: .restored)
        entry.outcome = report.finding.rawValue
        entry.detail[.tables] = .text(report.tables.joined(separator: ", "))
        if report.missingEntries > 0 { entry.detail[.missing] = .integer(Int64(clamping: report.missingEntries)) }
        record(entry, &step)
        let found = Rewinding(
            at: step.now.civil, isRegisterUnproved: false, areCountsUnproved: false)
        keep(.rewinding(found), &step)
        set(.stateRewound, "", true, &step)
    }

    private mutating func begin(_ report: StartReport, _ step: inout Step) {
        var entry = JournalEntry(kind: .start)
        entry.result = report.wasCleanStop ? .afterStop : .afterCrash
        entry.detail[.version] = .text(report.version)
        if report.state.finding != .inOrder { entry.detail[.head] = .text(report.state.finding.rawValue) }
        entry.detail[.boot] = report.boot.map { .text($0) }
        record(entry, &step)
        set(.uplinkAway, "", !isUplinkConnected, &step)
        set(.clockNotTrusted, "", !step.now.isCivilTrusted, &step)
        set(.registryDamaged, "", report.damagedRows > 0, &step)
        set(.registryFromCopy, "", report.usedCopy, &step)
        set(.fire, "", isFire, &step)
        set(.handedOver, "", isHandedOver, &step)
        set(.registerRestored, "", ledger.restored != nil, &step)
        set(.stateRewound, "", ledger.rewinding != nil, &step)
        set(.stateUnwitnessed, "", report.state.isUnwitnessed, &step)
        raiseSwaps(&step)
        raiseSuspensions(&step)
        restoreGuessing(&step)
        restoreWalk(report, newest: newestBefore, boot: bootBefore, &step)
        for index in portals.indices {
            let portal = portals[index]
            step.yield(portal.isReleased ? .release(portal.settings.id, event: nil) : .secure(portal.settings.id))
            indicatePosture(portalAt: index, &step)
            feed(.free(portal.isReleased), toLaneAt: index, &step)
        }
        if hasSealedAlerts { step.yield(.durable(.dropSealedAlerts)) }
        scheduleSweep(step.now)
    }

    private mutating func hear(_ event: ClockEvent, _ step: inout Step) {
        switch event {
        case .stepped(let milliseconds):
            var entry = JournalEntry(kind: .clock)
            entry.result = .stepped
            entry.detail[.milliseconds] = .integer(milliseconds)
            record(entry, &step)
            scheduleSweep(step.now)
        case .trust(let isTrusted): set(.clockNotTrusted, "", !isTrusted, &step)
        case .keptInStep(let isKept): isClockKeptInStep = isKept
        }
        for change in guessing.rewritten(at: step.now) { keep(change, &step) }
    }

    private mutating func noteLate(_ portal: PortalID, _ event: UInt64, _ outcome: EntryOutcome, _ step: inout Step) {
        var entry = JournalEntry(kind: .late)
        entry.portal = portal
        entry.about = event
        entry.result = outcome
        record(entry, &step)
        set(.journalLate, "", true, &step)
    }
}
