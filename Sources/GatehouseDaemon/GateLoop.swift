internal import CLinux
internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDesk
internal import GatehouseDevices
internal import GatehouseProtocols
internal import GatehouseRuntime
internal import Glibc
internal import Logging

/// The deciding loop: lines, serial ports, jobs of other threads and deadlines on one thread, around one controller.
/// Nothing in it waits for a disk or a socket of ours.
///
/// A class because it is the one owner of everything that moves.
final class GateLoop {
    let loop: EventLoop
    private(set) var shell: ControllerShell!
    let lines: LineBoard
    private var readerLines: ReaderLines
    let stations: [SerialStation]
    private let calendar: SiteCalendar
    private let notifier: ServiceNotifier
    private let log: Logger
    private let readerKeys: ReaderKeys

    private var lineRegistrations: [EventLoop.Registration] = []
    private var lineDescriptors: [Int32] = []
    private var stationRegistrations: [Int: (registration: EventLoop.Registration, descriptor: Int32, writes: Bool)] =
        [:]
    var inputs: [Input] = []
    /// Effects may bring inputs while inputs are handled; they wait for their turn in `inputs`.
    private var isHandling = false
    private var replies: [OrderID: @Sendable (OrderReply) -> Void] = [:]
    private var nextOrder: OrderID = 1
    private var keeper: CivilKeeper
    /// Why the journal cannot be written now, as it was logged.
    private var storeProblem: String?
    /// Who waits for the answer of a reader.
    private var questions: [UInt64: (OSDPAnswer) -> Void] = [:]
    var faceQuestions: [UInt64: (answer: (FaceAnswer) -> Void, progress: (FaceProgress) -> Void)] = [:]
    var nextQuestion: UInt64 = 1
    private var clockCheckAt: MonotonicTime
    private var isTrusted: Bool
    /// Whether something keeps the machine's clock in step, as it was told last.
    var isKeptInStep: Bool?
    private var watchdogAt: MonotonicTime?
    private var stopsBy: MonotonicTime?
    private(set) var latency = ReleaseLatency()
    private(set) var figures: GateFigures

    /// What leaves the loop towards the uplink; called on the loop.
    var sendToUplink: (Effect, MonotonicTime?) -> Void = { _, _ in }
    var loadOutbox: (OutboxLane) -> Void = { _ in }
    /// Puts the keys of readers on disk; called on the loop, which does not wait for it.
    var saveReaderKeys: () -> Void = {}

    init(
        loop: EventLoop, configuration: Configuration, readerKeys: ReaderKeys, calendar: SiteCalendar,
        floor: CivilTime, resume: CivilTime,
        notifier: ServiceNotifier, log: Logger,
        makeShell: (_ perform: @escaping (Effect, Moment) -> Void) -> ControllerShell
    ) {
        self.loop = loop
        self.calendar = calendar
        self.notifier = notifier
        self.log = log
        self.readerKeys = readerKeys
        let now = SystemClock.monotonic()
        let trust: CivilKeeper.Trust = configuration.clockTrust == .synchronized ? .synchronized : .notBehindFloor
        let isSynchronized = SystemClock.synchronization() == .synchronized
        keeper = CivilKeeper(
            trust: trust, floor: max(floor, GatehouseVersion.released), resume: resume, clock: SystemClock.civil(),
            at: now,
            isSynchronized: isSynchronized)
        isTrusted = keeper.read(clock: SystemClock.civil(), at: now, isSynchronized: isSynchronized).isTrusted
        clockCheckAt = now + .seconds(1)
        figures = GateFigures(at: now)
        stations = SerialStation.make(configuration.readers, keys: readerKeys.forPanels, at: now, log: log)
        // The restored controller says how each output is to be requested.
        var perform: (Effect, Moment) -> Void = { _, _ in }
        let shell = makeShell { perform($0, $1) }
        var released: [PortalID: Bool] = [:]
        for portal in shell.controller.portals { released[portal.settings.id] = portal.isReleased }
        lines = LineBoard(
            settings: configuration.lines, readers: configuration.readers, released: released, at: now, log: log)
        readerLines = ReaderLines(configuration.lines, released: released)
        self.shell = shell
        watchdogAt = notifier.watchdogPeriod.map { now + $0 }
        perform = { [unowned self] effect, now in self.perform(effect, now) }
        shell.observe = { [unowned self] effects, now in
            NightLog.tell(effects, log)
            figures.note(effects, at: now.monotonic)
        }
        for station in stations {
            station.keysRemain = { [unowned self] in self.keysRemain($1, of: $0) }
            station.faceAnswered = { [unowned self] in self.faceQuestions.removeValue(forKey: $0)?.answer($1) }
            station.faceProgressed = { [unowned self] in self.faceQuestions[$0]?.progress($1) }
            station.answered = { [unowned self] in self.questions.removeValue(forKey: $0)?($1) }
        }
        loop.onTurnEnd = { [unowned self] in self.endTurn() }
        loop.onDeadline = { [unowned self] in self.timePassed() }
    }

    func now() -> Moment {
        let monotonic = SystemClock.monotonic()
        let reading = keeper.read(
            clock: SystemClock.civil(), at: monotonic,
            isSynchronized: SystemClock.synchronization() == .synchronized)
        if let step = reading.step {
            log.warning("the clock was set", metadata: ["milliseconds": "\(step.wholeMilliseconds)"])
            give(.clock(.stepped(milliseconds: step.wholeMilliseconds)))
        }
        if reading.isTrusted != isTrusted {
            isTrusted = reading.isTrusted
            give(.clock(.trust(isTrusted)))
        }
        return calendar.moment(monotonic: monotonic, civil: reading.civil, isTrusted: reading.isTrusted)
    }

    // MARK: Inputs

    /// Puts an input in the queue of this turn.
    func give(_ input: Input) { inputs.append(input) }

    /// Carries an order out; the reply comes when its entry is on disk.
    func carryOut(
        _ draft: OrderDraft, expires: MonotonicTime, reply: @escaping @Sendable (OrderReply) -> Void = { _ in }
    ) {
        let id = nextOrder
        nextOrder += 1
        replies[id] = reply
        give(
            .order(
                Order(
                    id: id, actor: draft.actor, command: draft.command, verb: draft.verb, reason: draft.reason,
                    cause: draft.cause, expires: expires)))
    }

    /// `through` is the last entry that is on disk now, where there was one in the batch.
    func committed(_ number: UInt64, through: UInt64?) {
        if let through { figures.committed(through: through) }
        if storeProblem != nil { log.notice("the journal is written again") }
        storeProblem = nil
        shell.committed(number, at: now())
    }

    func failed(_ number: UInt64, _ problem: String) {
        // It is tried again every second: once is enough for the log.
        if problem != storeProblem { log.error("the journal cannot be written: \(problem)") }
        storeProblem = problem
        shell.failed(number, problem: problem, at: now())
    }

    /// `missing` are events of an earlier run that have neither a picture nor a reason.
    func start(_ report: StartReport, missing: [CaptureRequest]) {
        let moment = now()
        inputs += lines.openIfDue(at: moment.monotonic)
        give(.started(report))
        for request in missing {
            give(.snapshot(SnapshotRow(event: request.event, camera: request.camera, result: .missing(.uplinkAway))))
        }
        for reader in shell.controller.site.accessPoints.flatMap(\.readers) where lines.hasDecoder(reader) {
            give(.reader(reader, .link(.online(.none))))
        }
        for reader in stations.flatMap(\.readers) where readerKeys.cameOverWire(reader) {
            give(.health(.readerKeyedOnWire, subject: reader.name, isOn: true))
        }
        tellStep()
        timePassed()
        endTurn()
    }

    /// Ends the loop when everything recorded is on disk, within the time that a stop may take.
    func stop() {
        guard stopsBy == nil else { return }
        notifier.stopping()
        let by = SystemClock.monotonic() + Self.longestStop
        stopsBy = by
        let actor = Actor(name: "service manager", role: .installer)
        carryOut(OrderDraft(actor: actor, command: "stop", verb: .stop, expires: by), expires: by)
    }

    /// How long a stop waits for what is on its way to the disk; meanwhile cards, exits and fire are served.
    static let longestStop: Duration = .milliseconds(1200)

    // MARK: A turn

    private func timePassed() {
        let now = SystemClock.monotonic()
        inputs += lines.openIfDue(at: now)
        // What the kernel still holds comes before any conclusion from silence.
        inputs += lines.drain(at: now)
        inputs += lines.timePassed(at: now)
        for station in stations { inputs += station.timePassed(at: now) }
        drive(readerLines.timePassed(at: now))
        if clockCheckAt <= now {
            // A jump is noticed within a second, also when nobody comes.
            clockCheckAt = now + .seconds(1)
            _ = self.now()
            tellStep()
        }
        if let period = notifier.watchdogPeriod, let at = watchdogAt, at <= now {
            // Fed from here alone: a loop that does not turn is a daemon that does not decide.
            notifier.alive()
            watchdogAt = now + period
        }
        give(.time)
    }

    private func endTurn() {
        while !inputs.isEmpty {
            let given = inputs
            inputs = []
            let batch = given.flatMap { meaning(of: $0) }
            isHandling = true
            shell.handle(batch, at: now())
            isHandling = false
        }
        register()
        if let stopsBy, shell.isSettled || SystemClock.monotonic() >= stopsBy { loop.stop() }
        loop.deadline = nextDeadline()
    }

    /// What a reader tells, and what it means for a portal that is wired to it.
    private func meaning(of input: Input) -> [Input] {
        guard case .reader(let reader, let signal) = input else { return [input] }
        if case .link(.online) = signal { drive(readerLines.online(reader, at: SystemClock.monotonic())) }
        return measured(reader) + [input] + Self.stamped(readerLines.inputs(signal, of: reader))
    }

    private func drive(_ wishes: [ReaderLines.Wish]) {
        let now = SystemClock.monotonic()
        for wish in wishes {
            for station in stations where station.readers.contains(wish.reader) {
                let output = SerialWish.output(wish.reader, number: wish.number, pulse: wish.pulse, isOn: wish.isOn)
                inputs += station.wish(output, at: now)
            }
        }
    }

    private func nextDeadline() -> MonotonicTime {
        var next = clockCheckAt
        func consider(_ time: MonotonicTime?) { if let time { next = min(next, time) } }
        consider(shell.nextDeadline?.at)
        consider(lines.nextDeadline)
        consider(readerLines.nextDeadline)
        for station in stations { consider(station.nextDeadline) }
        consider(watchdogAt)
        consider(stopsBy)
        return next
    }

    /// Keeps the loop's descriptors those of the ports and lines that are open now.
    private func register() {
        if lineDescriptors != lines.descriptors {
            for registration in lineRegistrations { loop.remove(registration) }
            lineDescriptors = lines.descriptors
            lineRegistrations = lineDescriptors.compactMap { descriptor in
                try? loop.add(descriptor) { [unowned self] _ in
                    self.inputs += self.lines.drain(at: SystemClock.monotonic())
                }
            }
        }
        for (index, station) in stations.enumerated() {
            let present = stationRegistrations[index]
            if present?.descriptor != station.descriptor {
                if let present { loop.remove(present.registration) }
                stationRegistrations[index] = nil
                if let descriptor = station.descriptor {
                    let registration = try? loop.add(descriptor) { [unowned self] ready in
                        self.serve(station, ready)
                    }
                    if let registration { stationRegistrations[index] = (registration, descriptor, false) }
                }
            }
            if let entry = stationRegistrations[index], entry.writes != station.hasWaiting {
                try? loop.change(entry.registration, to: station.hasWaiting ? [.readable, .writable] : .readable)
                stationRegistrations[index]!.writes = station.hasWaiting
            }
        }
    }

    private func serve(_ station: SerialStation, _ ready: EventLoop.Interest) {
        let now = SystemClock.monotonic()
        if ready.contains(.readable) { inputs += station.readable(at: now) }
        if ready.contains(.writable), station.descriptor != nil { inputs += station.writable(at: now) }
        if ready.contains(.broken), station.descriptor != nil { inputs += station.broken(at: now) }
    }

    // MARK: Effects

    private func set(_ portal: PortalID, released isReleased: Bool, _ now: Moment) {
        inputs += lines.set(portal, released: isReleased, at: now.monotonic)
        drive(readerLines.set(portal, released: isReleased, at: now.monotonic))
    }

    /// When the last bit of what a picture is of was heard; now, where no reader told of it.
    private func momentOf(_ request: CaptureRequest, _ now: Moment) -> MonotonicTime {
        let heard = request.reader.flatMap { reader in
            lines.lastEdges[reader] ?? stations.first { $0.readers.contains(reader) }?.lastOctets
        }
        guard let heard, now.monotonic - heard < .seconds(2) else { return now.monotonic }
        return heard
    }

    private func noteLatency(of reader: ReaderID) {
        let heard = lines.lastEdges[reader] ?? stations.first { $0.readers.contains(reader) }?.lastOctets
        guard let heard, heard > .zero else { return }
        let span = SystemClock.monotonic() - heard
        latency.add(span)
        figures.released(after: span)
    }

    private func perform(_ effect: Effect, _ now: Moment) {
        switch effect {
        case .release(let portal, let event):
            set(portal, released: true, now)
            if let reader = event.flatMap({ shell.controller.reader(ofGrant: $0) }) { noteLatency(of: reader) }
        case .secure(let portal): set(portal, released: false, now)
        case .indicate(let reader, let indication, _):
            lines.show(indication, on: reader, at: now.monotonic)
            for station in stations where station.readers.contains(reader) {
                inputs += station.wish(.indicate(reader, indication), at: now.monotonic)
            }
        case .acknowledge(let reader):
            for station in stations where station.readers.contains(reader) {
                inputs += station.wish(.eventStored(reader), at: now.monotonic)
            }
        case .capture(let request): sendToUplink(effect, momentOf(request, now))
        case .deliver, .noted, .eraseSnapshots, .leadSlot: sendToUplink(effect, nil)
        case .loadOutbox(let lane): loadOutbox(lane)
        case .reply(let id, let reply): replies.removeValue(forKey: id)?(reply)
        case .acceptClock:
            let moved = keeper.accept(clock: SystemClock.civil(), at: now.monotonic)
            log.notice("the clock was accepted", metadata: ["milliseconds": "\(moved.wholeMilliseconds)"])
        case .stop: break
        case .durable: preconditionFailure("a durable effect left the gate")
        }
    }

    // MARK: Keys of readers

    /// The reader that is being given a key.
    var changingKey: ReaderID? { stations.lazy.compactMap(\.changingKey).first }

    /// False when another reader is being given a key, or this one is not in the state for it.
    func changeKey(of reader: ReaderID, _ key: [UInt8], isInstallation: Bool) -> Bool {
        guard changingKey == nil, let station = stations.first(where: { $0.readers.contains(reader) }) else {
            return false
        }
        let change = SerialWish.changeKey(reader, key, isInstallation: isInstallation)
        inputs += station.wish(change, at: SystemClock.monotonic())
        guard station.changingKey == reader else { return false }
        readerKeys.added(key, to: reader, overWire: isInstallation)
        return true
    }

    private func keysRemain(_ places: [Int], of reader: ReaderID) {
        readerKeys.remain(places, of: reader)
        saveReaderKeys()
        give(.health(.readerKeyedOnWire, subject: reader.name, isOn: readerKeys.cameOverWire(reader)))
    }

    // MARK: Questions to readers

    /// Asks an OSDP reader; the answer comes once, on the loop, whatever becomes of the reader.
    func ask(_ reader: ReaderID, _ question: (UInt64) -> SerialWish, answer: @escaping (OSDPAnswer) -> Void) {
        guard let station = stations.first(where: { $0.readers.contains(reader) }) else { return answer(.busy) }
        let token = nextQuestion
        nextQuestion += 1
        questions[token] = answer
        inputs += station.wish(question(token), at: SystemClock.monotonic())
    }

    /// What is known of a reader that answers questions; nil for others.
    func standing(of reader: ReaderID) -> SerialStanding? { stations.lazy.compactMap { $0.standing(reader) }.first }

    /// Looks for readers on the bus of this one. Nil when the bus cannot be had.
    func search(besides reader: ReaderID, answer: @escaping ([OSDPSearch.Found]?) -> Void) {
        guard let station = stations.first(where: { $0.readers.contains(reader) }) else { return answer(nil) }
        inputs += station.search(at: SystemClock.monotonic(), answer: answer)
    }

    /// Begins to send a file; its end becomes an entry. False when the reader takes none now.
    func send(_ octets: [UInt8], type: UInt8, to reader: ReaderID) -> Bool {
        var isBegun = true
        var isBeginning = true
        ask(reader, { .sendFile(reader, type: type, octets, token: $0) }) { [unowned self] answer in
            guard !isBeginning else { return isBegun = false }
            let end: ReaderFileEnd =
                switch answer {
                case .transferred: .arrived
                case .refused, .transferFailed, .tooLong: .refused
                case .reply, .whole, .busy, .dropped: .lost
                }
            give(.reader(reader, .file(end)))
        }
        isBeginning = false
        return isBegun
    }

    func close() {
        for station in stations { station.close() }
        lines.close()
    }
}
