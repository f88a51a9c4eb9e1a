internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDesk
internal import GatehouseRuntime
internal import GatehouseStore
internal import Glibc

/// Everything of one run. A class because effects call back into it.
final class World: @unchecked Sendable {
    // Unchecked: a run is on one thread; the desk's closures demand the mark.
    var report = SimulationRun.Report()
    let settings: SimulationRun.Settings
    var dice: Dice
    let path: String
    let keys = KeyRing(master: SecretKey([UInt8](repeating: 9, count: 32)))
    var secrets: StoreSecrets
    let calendar = SiteCalendar(fixedOffset: 8 * 3600)
    var virtual: VirtualSite
    var model: ReferenceModel

    // Clocks.
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    let truthBase: Int64
    var clock = SimulatedClock()
    var keeper: CivilKeeper!
    var wasTrusted = true
    /// How far from the true time a decision may fall now, in milliseconds: what the network may be wrong by, and after
    /// power cuts without a clock what nobody can know.
    var allowance = SimulatedClock.networkError
    var clockInputs: [Input] = []
    let end: MonotonicTime
    let start: Int64

    // The machine and its surroundings.
    var shell: ControllerShell!
    var writer: StoreWriter!
    var run = 0
    var lines: [PortalID: Bool] = [:]
    var diskFailsUntil: MonotonicTime?
    var isWebhookAway = false
    var committed: UInt64 = 0
    var admittedAt: [UInt64: MonotonicTime] = [:]
    var owed: [UInt64: OutboxItem] = [:]
    var deliveredLast: [OutboxLane: UInt64] = [:]
    var received: Set<String> = []
    var todo = Agenda()
    var readers: SimulatedReaders
    /// The cards that people of this site show.
    let numbers: [CardNumber: UInt64]
    var batches: [(batch: CommitGate.Batch, doneAt: MonotonicTime)] = []
    /// What the reference model says of the card that is being shown.
    var expecting: (outcome: String, reason: String?)?
    var pendingLoads: [(OutboxLane, [OutboxItem])] = []
    /// What the gate is asked about the card before it is shown, and has to decide then.
    var foretold: AccessDecision?
    /// The desk of this run of the daemon, and what became of the orders that it gave.
    var desk: Desk!
    var commands: Dice
    var replies: [OrderID: OrderReply] = [:]
    var nextOrder: OrderID = 2
    /// Rows that commands changed, with the entry that says so: what is not on disk is undone by a power cut.
    var changed: [(event: UInt64, learned: Learned)] = []
    /// The revision of the registry that the model knows.
    var revision: UInt64 = 0
    /// The newest entry of the step that was just taken.
    var newestEntry: UInt64 = 0
    /// What a restart has to know, by the entries that reached the disk and by nothing else.
    var disk = DiskMemory()

    static let maxWait: Duration = .milliseconds(250)

    init(_ settings: SimulationRun.Settings) throws {
        self.settings = settings
        dice = Dice(seed: settings.seed)
        commands = Dice(seed: settings.seed ^ 0xDE5C)
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
        numbers = Dictionary(
            uniqueKeysWithValues: (1...UInt64(virtual.cardCount + 6)).map { (VirtualSite.card($0), $0) })
        readers = SimulatedReaders(seed: settings.seed, at: now)
        Self.remove(path)
    }

    deinit { Self.remove(path) }

    static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", ".registry", ".head"] { unlink(path + suffix) }
    }

    /// What time it really is.
    var truth: Int64 { truthBase + now.nanoseconds / 1_000_000 }

    var moment: Moment {
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

    func violation(_ sentence: String) {
        if report.violations.count < 20 {
            report.violations.append("at \(now.nanoseconds / 1_000_000) ms: \(sentence)")
        }
    }

    // MARK: Life

    func live() throws {
        try boot(isFirst: true)
        order(.registry(virtual.changes))
        revision = shell.controller.registry.revision
        for portal in VirtualSite.portals { todo.add(now + dice.between(.seconds(1), .seconds(60)), .visit(portal)) }
        todo.add(now + dice.between(.seconds(600), .seconds(20_000)), .trouble)
        todo.add(now + .seconds(1800), .readerTrouble)
        todo.add(now + .seconds(120), .command)
        let middle = now + (end - now) / 2
        while try step(until: middle) {}
        let yesterday = try leave()
        while try step(until: end) {}
        try finish()
        try tamper(yesterday)
    }

    /// What stands on the disk now, with a copy of the register.
    private func leave() throws -> DiskTrial.Files {
        try RegistryCopy.make(database: path, secrets: secrets)
        return DiskTrial.take(path)
    }

    /// Somebody has the disk in hand before the next start.
    private func tamper(_ yesterday: DiskTrial.Files) throws {
        var trial = DiskTrial(
            self, path: path + ".trial", today: try leave(), yesterday: yesterday, kept: writer.sealedHead ?? [],
            seed: settings.seed)
        try trial.run(settings.tamperings)
        report.tamperings = trial.changes
        for sentence in trial.violations { violation(sentence) }
    }

    /// Lets the next thing happen: a batch reaches the disk, something at the gate, a deadline. False at the horizon.
    func step(until horizon: MonotonicTime) throws -> Bool {
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

    func boot(isFirst: Bool) throws {
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
            path: path, secrets: secrets, epoch: restored.epoch, run: "run-\(run)")
        let controller = Controller(
            site: virtual.site, restored: restored, primitives: keys.primitives(epoch: restored.epoch))
        compare(restored, with: disk)
        (model.areas, model.posture, model.isFire) = (disk.areas, disk.postures, disk.isFire)
        forgetUnwritten()
        for portal in controller.portals { lines[portal.settings.id] = portal.isReleased }
        batches = []
        shell = ControllerShell(
            controller: controller,
            gate: CommitGate(maxWait: Self.maxWait, onTimeout: settings.seed.isMultiple(of: 3) ? .hold : .release),
            perform: { [unowned self] effect, _ in self.carryOut(effect) },
            commit: { [unowned self] batch in self.batches.append((batch, self.now + self.diskTime())) })
        shell.observe = { [unowned self] effects, moment in self.observe(effects, moment) }
        openDesk(epoch: restored.epoch)
        give([.started(StartReport(version: "sim", wasCleanStop: loaded.wasCleanStop))])
        give([.uplink(isConnected: true)])
        take(readers.start(at: now))
        if !isFirst {
            for request in restored.missingSnapshots {
                give([
                    .snapshot(SnapshotRow(event: request.event, camera: request.camera, result: .missing(.uplinkAway)))
                ])
            }
        }
    }

    func diskTime() -> Duration {
        if let until = diskFailsUntil, now < until { return .milliseconds(1) }
        return dice.isOne(in: 400)
            ? dice.between(.milliseconds(200), .milliseconds(600)) : dice.between(.microseconds(200), .milliseconds(15))
    }

    /// The writer's half: the first batch is on disk now, or failed.
    func finishBatch() throws {
        let batch = batches.removeFirst().batch
        if let until = diskFailsUntil, now < until {
            shell.failed(batch.number, problem: "no space left", at: moment)
            return
        }
        try write(batch)
        shell.committed(batch.number, at: moment)
    }

    func write(_ batch: CommitGate.Batch) throws {
        try writer.commit(batch)
        for effect in batch.effects {
            switch effect {
            case .record(let entry):
                committed = max(committed, entry.sequence)
                disk.take(entry, virtual.site)
            case .enqueue(let item): owed[item.id] = item
            default: break
            }
        }
    }

    func give(_ inputs: [Input]) {
        let moment = moment
        let first = clockInputs
        clockInputs = []
        shell.handle(first + inputs, at: moment)
    }

    func order(_ verb: Order.Verb) {
        give([
            .order(
                Order(
                    id: 1, actor: Actor(name: "uid 0", role: .manager), command: "simulated", verb: verb,
                    reason: "simulated",
                    expires: now + .seconds(5)))
        ])
    }
}

/// Salts from a seed. A class because the store's closure draws from it; used on one thread.
private final class SaltSource: @unchecked Sendable {
    // Unchecked: a simulation runs on one thread.
    private var dice: Dice
    init(seed: UInt64) { dice = Dice(seed: seed ^ 0x5A17) }
    func octets(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: dice.next()) } }
}
