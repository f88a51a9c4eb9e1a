internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRuntime
internal import GatehouseStore
internal import Glibc

/// Everything of one run. A class because effects call back into it.
final class World {
    var report = SimulationRun.Report()
    private let settings: SimulationRun.Settings
    private var dice: Dice
    private let path: String
    private let keys = KeyRing(master: SecretKey([UInt8](repeating: 9, count: 32)))
    private var secrets: StoreSecrets
    private let calendar = SiteCalendar(fixedOffset: 8 * 3600)
    private var virtual: VirtualSite
    private var model: ReferenceModel

    // Clocks.
    private var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private let truthBase: Int64
    private var clock = SimulatedClock()
    private var keeper: CivilKeeper!
    private var wasTrusted = true
    /// How far from the true time a decision may fall now, in milliseconds: what the network may be wrong by, and after
    /// power cuts without a clock what nobody can know.
    private var allowance = SimulatedClock.networkError
    private var clockInputs: [Input] = []
    private let end: MonotonicTime
    private let start: Int64

    // The machine and its surroundings.
    private var shell: ControllerShell!
    private var writer: StoreWriter!
    private var run = 0
    private var lines: [PortalID: Bool] = [:]
    private var diskFailsUntil: MonotonicTime?
    private var isWebhookAway = false
    private var committed: UInt64 = 0
    private var admittedAt: [UInt64: MonotonicTime] = [:]
    private var owed: [UInt64: OutboxItem] = [:]
    private var deliveredLast: [DestinationID: UInt64] = [:]
    private var received: Set<String> = []
    private var todo = Agenda()

    private static let maxWait: Duration = .milliseconds(250)

    init(_ settings: SimulationRun.Settings) throws {
        self.settings = settings
        dice = Dice(seed: settings.seed)
        report.seed = settings.seed
        start = 1_780_000_000 + Int64(settings.seed % 1000) * 3600
        truthBase = start * 1000
        end = now + .seconds(settings.days * 86400)
        path = "\(settings.folder)/gatehouse-sim-\(getpid())-\(settings.seed).db"
        // Salts and nonces are drawn from the seed too, so that the journal's root is the run's fingerprint.
        let salts = SaltSource(seed: settings.seed)
        secrets = keys.storeSecrets
        secrets.random = { salts.octets($0) }
        virtual = VirtualSite(dice: &dice, start: start, days: settings.days, primitives: keys.primitives(epoch: 1))
        model = virtual.model
        remove()
    }

    deinit { remove() }

    private func remove() { for suffix in ["", "-wal", "-shm", ".registry"] { unlink(path + suffix) } }

    /// What time it really is.
    private var truth: Int64 { truthBase + now.nanoseconds / 1_000_000 }

    private var moment: Moment {
        let reading = keeper.read(clock: clock.shows(truth), at: now, isSynchronized: clock.isSynchronized)
        if let step = reading.step { clockInputs.append(.clock(.stepped(milliseconds: step.wholeMilliseconds))) }
        if reading.isTrusted != wasTrusted {
            wasTrusted = reading.isTrusted
            clockInputs.append(.clock(.trust(wasTrusted)))
        }
        // K10: whatever the machine's clock does, no decision falls by a time that is far from the true one.
        if reading.isTrusted { allowance = SimulatedClock.networkError }
        if abs(reading.civil.milliseconds - truth) > allowance {
            violation("the time used is \(reading.civil.milliseconds - truth) ms from the true one")
        }
        return calendar.moment(monotonic: now, civil: reading.civil, isTrusted: reading.isTrusted)
    }

    private func violation(_ sentence: String) {
        if report.violations.count < 20 {
            report.violations.append("at \(now.nanoseconds / 1_000_000) ms: \(sentence)")
        }
    }

    // MARK: Life

    func live() throws {
        try boot(isFirst: true)
        order(.registry(virtual.changes))
        for portal in VirtualSite.portals { todo.add(now + dice.between(.seconds(1), .seconds(60)), .visit(portal)) }
        todo.add(now + dice.between(.seconds(600), .seconds(20_000)), .trouble)
        while try step(until: end) {}
        try finish()
    }

    /// Lets the next thing happen: a batch reaches the disk, something at the gate, a deadline. False at the horizon.
    private func step(until horizon: MonotonicTime) throws -> Bool {
        let disk = batches.first?.doneAt ?? horizon
        let gate = todo.earliest ?? horizon
        let deadline = shell.nextDeadline?.at ?? horizon
        let next = min(disk, gate, deadline)
        guard next < horizon else { return false }
        now = max(now, next)
        if disk == next {
            try finishBatch()
        } else if gate == next {
            try perform(todo.removeFirst())
        } else {
            shell.timePassed(at: moment)
        }
        for load in pendingLoads { give([.outboxLoaded(load.0, load.1, isLast: load.1.count < Outbox.window)]) }
        pendingLoads = []
        if !clockInputs.isEmpty { give([]) }
        return true
    }

    private func boot(isFirst: Bool) throws {
        run += 1
        let loaded = try StoreLoader(path: path, secrets: secrets).load(site: virtual.site)
        if loaded.damagedRows > 0 {
            violation("\(loaded.damagedRows) rows of the registry are damaged after a restart")
        }
        let restored = loaded.restored
        if !clock.isSynchronized {
            // From the newest entry to now: without a clock that span is lost.
            let newest = try JournalReader(path: path, secrets: secrets).entry(
                restored.nextSequence - 1, withPersonal: false)
            allowance += truth - truthBase - (newest?.entry.monotonic.nanoseconds ?? 0) / 1_000_000
        }
        keeper = CivilKeeper(
            trust: .synchronized, floor: loaded.floor, resume: loaded.newest, clock: clock.shows(truth), at: now,
            isSynchronized: clock.isSynchronized)
        committed = restored.nextSequence - 1
        writer = StoreWriter(
            path: path, secrets: secrets, epoch: restored.epoch, run: "run-\(run)", issuerCertificate: nil)
        let controller = Controller(
            site: virtual.site, restored: restored, primitives: keys.primitives(epoch: restored.epoch))
        // What the restart forgot must be what the disk did not have.
        model.areas = restored.ledger.presences.mapValues(\.area.name)
        model.isFire = restored.isFire
        for portal in VirtualSite.portals { model.posture[portal.name] = restored.postures[portal] ?? .secure }
        for portal in controller.portals { lines[portal.settings.id] = portal.isReleased }
        batches = []
        shell = ControllerShell(
            controller: controller,
            gate: CommitGate(maxWait: Self.maxWait, onTimeout: settings.seed.isMultiple(of: 3) ? .hold : .release),
            perform: { [unowned self] effect, _ in self.carryOut(effect) },
            commit: { [unowned self] batch in self.batches.append((batch, self.now + self.diskTime())) })
        shell.observe = { [unowned self] effects, moment in self.observe(effects, moment) }
        give([.started(StartReport(version: "sim", wasCleanStop: loaded.wasCleanStop))])
        give([.uplink(isConnected: true)])
        if !isFirst {
            for request in restored.missingSnapshots {
                give([
                    .snapshot(SnapshotRow(event: request.event, camera: request.camera, result: .missing(.uplinkAway)))
                ])
            }
        }
    }

    private var batches: [(batch: CommitGate.Batch, doneAt: MonotonicTime)] = []

    private func diskTime() -> Duration {
        if let until = diskFailsUntil, now < until { return .milliseconds(1) }
        return dice.isOne(in: 400)
            ? dice.between(.milliseconds(200), .milliseconds(600)) : dice.between(.microseconds(200), .milliseconds(15))
    }

    /// The writer's half: the first batch is on disk now, or failed.
    private func finishBatch() throws {
        let batch = batches.removeFirst().batch
        if let until = diskFailsUntil, now < until {
            shell.failed(batch.number, problem: "no space left", at: moment)
            return
        }
        try write(batch)
        shell.committed(batch.number, at: moment)
    }

    private func write(_ batch: CommitGate.Batch) throws {
        try writer.commit(batch)
        for effect in batch.effects {
            switch effect {
            case .record(let entry): committed = max(committed, entry.sequence)
            case .enqueue(let item): owed[item.id] = item
            default: break
            }
        }
    }

    private func give(_ inputs: [Input]) {
        let moment = moment
        let first = clockInputs
        clockInputs = []
        shell.handle(first + inputs, at: moment)
    }

    private func order(_ verb: Order.Verb) {
        give([
            .order(
                Order(
                    id: 1, actor: Actor(name: "uid 0", role: .manager), command: "simulated", verb: verb,
                    reason: "simulated",
                    expires: now + .seconds(5)))
        ])
    }

    // MARK: What happens

    private func perform(_ event: Agenda.Event) throws {
        switch event {
        case .visit(let portal):
            visit(portal)
            // A busy gate: about 2,000 presentations a day at two portals.
            todo.add(now + dice.between(.seconds(5), .seconds(160)), .visit(portal))
        case .door(let portal, let isOpen): give([.contact(portal, isOpen: isOpen)])
        case .button(let portal, let isPressed): give([.exitButton(portal, isPressed: isPressed)])
        case .picture(let request):
            let result: SnapshotRow.Result =
                dice.isOne(in: 20)
                ? .missing(.timeout)
                : .stored(path: "x/\(request.event).jpg", size: 1000, digest: [UInt8](repeating: 1, count: 32))
            give([.snapshot(SnapshotRow(event: request.event, camera: request.camera, result: result))])
        case .receipt(let item):
            if isWebhookAway {
                give([.deliveryFailed(item.id, reason: "away", isFinal: false)])
            } else {
                receive(item)
                // A receipt may be lost on its way: the item comes again, under the same key.
                if !dice.isOne(in: 30) { give([.delivered(item.id, receipt: "200")]) }
            }
        case .fireQuiet:
            give([.fireInput(isActive: false)])
            todo.add(now + .seconds(30), .fireReset)
        case .fireReset:
            order(.fireReset)
            if !shell.controller.isFire { model.isFire = false }
        case .posture(let portal, let posture):
            order(.posture(portal, posture))
            model.posture[portal.name] = posture
        case .webhookBack: isWebhookAway = false
        case .networkTime: clock = SimulatedClock()
        case .trouble:
            try trouble()
            todo.add(now + dice.between(.seconds(600), .seconds(30_000)), .trouble)
        }
    }

    private func visit(_ portal: PortalID) {
        if dice.isOne(in: 9) {
            give([.exitButton(portal, isPressed: true)])
            todo.add(now + .milliseconds(400), .button(portal, isPressed: false))
            todo.add(now + .seconds(2), .door(portal, isOpen: true))
            todo.add(now + .seconds(5), .door(portal, isOpen: false))
            return
        }
        let isEntry = dice.isOne(in: 2)
        let reader = VirtualSite.reader(portal, isEntry: isEntry)
        if dice.isOne(in: 60) { return give([.reader(reader, .unreadable(.parity))]) }
        let number = UInt64(dice.below(virtual.cardCount + 6) + 1)
        report.presentations += 1
        let before = moment
        let point = virtual.site.accessPoints.first { $0.id == VirtualSite.point(portal, isEntry: isEntry) }!
        let expected = model.answer(
            card: number, portal: portal.name, leadsFrom: point.fromArea?.name, isHard: point.antiPassback == .hard,
            at: before.civil.seconds, minute: before.localMinute)
        expecting = (expected.outcome, expected.reason)
        give([.reader(reader, .card(CardRead(number: VirtualSite.card(number))))])
        if expecting != nil, shell.controller.isRecording { violation("a card was shown and no decision came") }
        expecting = nil
        if expected.outcome == "granted", !dice.isOne(in: 12) {
            let opens = dice.between(.milliseconds(600), .seconds(3))
            todo.add(now + opens, .door(portal, isOpen: true))
            let stays = dice.isOne(in: 200) ? Duration.seconds(45) : dice.between(.seconds(1), .seconds(6))
            todo.add(now + opens + stays, .door(portal, isOpen: false))
        }
    }

    /// What the reference model says of the card that is being shown.
    private var expecting: (outcome: String, reason: String?)?

    private func trouble() throws {
        switch dice.below(8) {
        case 0:
            diskFailsUntil = now + dice.between(.seconds(1), .seconds(120))
            report.diskFailures += 1
        case 1, 2: try powerCut()
        case 3:
            isWebhookAway = true
            todo.add(now + dice.between(.seconds(60), .seconds(20_000)), .webhookBack)
        case 4:
            clock.set(by: &dice)
            todo.add(now + dice.between(.seconds(2), .seconds(20_000)), .networkTime)
            give([])
        case 5:
            give([.fireInput(isActive: true)])
            now = now + .milliseconds(200)
            shell.timePassed(at: moment)
            model.isFire = true
            for portal in VirtualSite.portals where lines[portal] != true {
                violation("fire did not release \(portal)")
            }
            todo.add(now + dice.between(.seconds(10), .seconds(300)), .fireQuiet)
        case 6:
            let portal = VirtualSite.portals[dice.below(2)]
            let posture: Posture = [.blocked, .lockdown, .free][dice.below(3)]
            order(.posture(portal, posture))
            model.posture[portal.name] = posture
            todo.add(now + dice.between(.seconds(30), .seconds(900)), .posture(portal, .secure))
        default:
            // Noise, and a door that somebody levers open.
            let portal = VirtualSite.portals[dice.below(2)]
            give([.contact(portal, isOpen: true)])
            todo.add(now + dice.between(.milliseconds(5), .seconds(50)), .door(portal, isOpen: false))
        }
    }

    /// The power goes between any two effects: what was not on disk is gone, the lines fall to their rest.
    private func powerCut() throws {
        report.powerCuts += 1
        // Half of the time the batch that was on its way arrived all the same.
        if let first = batches.first, diskFailsUntil.map({ $0 <= now }) ?? true, dice.isOne(in: 2) {
            try write(first.batch)
        }
        diskFailsUntil = nil
        todo.drop { event in
            switch event {
            case .picture, .receipt, .door, .button: true
            default: false
            }
        }
        now = now + dice.between(.seconds(3), .seconds(60))
        clock.loseTime(by: &dice, truth: truth)
        todo.add(now + dice.between(.seconds(20), .seconds(1200)), .networkTime)
        for portal in VirtualSite.portals { lines[portal] = false }
        admittedAt = [:]
        try boot(isFirst: false)
        fires.removeAll { $0.sequence >= shell.controller.firstSequenceOfRun }
        let wasFire = fires.last?.isActive ?? false
        if wasFire != shell.controller.isFire {
            violation("after the restart fire is \(shell.controller.isFire), by the journal \(wasFire)")
        }
        for portal in shell.controller.portals where portal.isReleased {
            if portal.posture != .free, portal.posture != .fire {
                violation("a restart released \(portal.settings.id)")
            }
        }
    }

    // MARK: Effects

    private func carryOut(_ effect: Effect) {
        switch effect {
        case .release(let portal, let event):
            lines[portal] = true
            guard let event else { return }
            // P1: durable before the barrier, or the bounded wait was over.
            if committed < event {
                report.lateReleases += 1
                if settings.seed.isMultiple(of: 3) {
                    violation("on_timeout is hold, and \(portal) was released for entry \(event) that is not on disk")
                }
                if let at = admittedAt[event], now - at < Self.maxWait {
                    violation("\(portal) was released \(now - at) after the decision, entry \(event) not on disk")
                }
            }
        case .secure(let portal): lines[portal] = false
        case .capture(let request):
            todo.add(now + dice.between(.milliseconds(50), .milliseconds(900)), .picture(request))
        case .deliver(let item, _):
            if committed < item.event { violation("alert \(item.id) left before its entry \(item.event) was on disk") }
            todo.add(now + dice.between(.milliseconds(20), .seconds(2)), .receipt(item))
        case .loadOutbox(let destination, _):
            let items = (try? StoreLoader(path: path, secrets: secrets).outbox(destination, after: 0)) ?? []
            pendingLoads.append((destination, items))
        case .indicate, .acknowledge, .reply, .noted, .stop, .acceptClock: break
        case .durable: violation("a durable effect left the gate")
        }
    }

    /// What the controller decided, before any of it is done: held against the model at once.
    private func observe(_ effects: [Effect], _ moment: Moment) {
        for case .durable(.record(let entry)) in effects {
            admittedAt[entry.sequence] = moment.monotonic
            if admittedAt.count > 5000 { admittedAt = admittedAt.filter { $0.key + 2000 > entry.sequence } }
            switch entry.kind {
            case .decision:
                guard let expected = expecting else { continue }
                if entry.outcome != expected.outcome || entry.reason != expected.reason {
                    violation(
                        "entry \(entry.sequence): \(entry.outcome ?? "") \(entry.reason ?? ""), the model says \(expected.outcome) \(expected.reason ?? "")"
                    )
                }
                expecting = nil
            case .passage:
                guard entry.outcome == "taken", let person = entry.person, let point = entry.accessPoint else {
                    continue
                }
                model.areas[person] = virtual.site.accessPoints.first { $0.id == point }?.toArea?.name
            case .fire where entry.outcome == "active" || entry.outcome == "reset":
                fires.append((entry.sequence, entry.outcome == "active"))
            default: break
            }
        }
    }

    private var pendingLoads: [(DestinationID, [OutboxItem])] = []
    /// Fires and resets as they were recorded, by sequence.
    private var fires: [(sequence: UInt64, isActive: Bool)] = []

    /// The receiver's end: order, and one effect for each key.
    private func receive(_ item: OutboxItem) {
        owed[item.id] = nil
        // What comes again under its key, because its receipt was lost with the power, has no second effect.
        guard received.insert(item.idempotencyKey).inserted else { return }
        let last = deliveredLast[item.destination] ?? 0
        if item.id < last { violation("\(item.destination) got alert \(item.id) first after \(last)") }
        deliveredLast[item.destination] = max(last, item.id)
        report.alertsDelivered += 1
    }

    // MARK: The end

    private func finish() throws {
        // A quiet hour with a healthy world: everything owed arrives, every line comes to rest.
        diskFailsUntil = nil
        isWebhookAway = false
        todo.drop { event in
            switch event {
            case .visit, .trouble: true
            default: false
            }
        }
        for portal in VirtualSite.portals { todo.add(now + .seconds(1), .door(portal, isOpen: false)) }
        todo.add(now + .seconds(1), .fireQuiet)
        for portal in VirtualSite.portals { todo.add(now + .seconds(40), .posture(portal, .secure)) }
        let horizon = now + .seconds(4 * 3600)
        while try step(until: horizon) {}
        for portal in VirtualSite.portals where lines[portal] == true { violation("\(portal) stays released") }
        for id in owed.keys.sorted() { violation("alert \(id) to \(owed[id]!.destination) never arrived") }
        let verified = try JournalVerifier(path: path, secrets: secrets).verify()
        for fault in verified.faults { violation(fault) }
        report.entries = verified.count
        report.digest = Hexadecimal.encode(verified.root)
        report.simulated = .seconds(settings.days * 86400)
        let stored = try StoredJournalCheck(path: path, secrets: secrets).run()
        report.decisionsCompared += stored.decisionsCompared
        for sentence in stored.violations { violation(sentence) }
    }
}

/// Salts from a seed. A class because the store's closure draws from it; used on one thread.
private final class SaltSource: @unchecked Sendable {
    // Unchecked: a simulation runs on one thread.
    private var dice: Dice
    init(seed: UInt64) { dice = Dice(seed: seed ^ 0x5A17) }
    func octets(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) } }
}
