import GatehouseCore

/// What the panel knows of one reader: its sequence, its start-up, its queue, and what it last said. Leaf of `OSDPPanel`,
/// which owns the line and says whose turn it is.
struct OSDPStation: Sendable {
    /// Start-up in its order (osdp.md section 5); then polling.
    enum Step: Int, CaseIterable, Sendable {
        case identity, capabilities, receiveSize, localStatus, inputStatus, readerStatus
    }

    enum Phase: Hashable, Sendable {
        case startUp(Step)
        case polling
    }

    /// A command whose reply is awaited, or that is to be repeated with the same octets.
    struct Exchange: Sendable {
        var command: OSDPCommand
        var octets: [UInt8]
        var sequence: UInt8
        var queued: Queued?
        var tries = 0
        var wasSent = false
    }

    struct Queued: Sendable {
        var command: OSDPCommand
        /// A late opening is a wrong opening.
        var expires: MonotonicTime?
    }

    private enum Reported: Hashable, Sendable {
        case nothing
        case online
        case offline(OfflineReason)
    }

    static let triesAtPace = 3
    static let slowTry: Duration = .seconds(1)
    static let linkLost: Duration = .seconds(8)
    static let busyPause: Duration = .milliseconds(50)
    static let refusedPause: Duration = .seconds(10)
    static let outputLife: Duration = .seconds(2)
    /// At the bound the oldest command is dropped and counted.
    static let queueBound = 16

    let settings: OSDPPanel.ReaderSettings
    let panel: OSDPPanel.Settings
    /// Lost for its silence and not heard since: it shares one try a second with all others of the bus.
    private(set) var isSilent = false
    var counters = OSDPCounters()
    private(set) var identity: OSDPIdentity?
    private(set) var phase = Phase.startUp(.identity)
    private var reported = Reported.nothing
    private var exchange: Exchange?
    private var queue: [Queued] = []
    private var sequence: UInt8 = 0
    private var check = OSDPCheck.crc16
    private var checkRefusals = 0
    private var notBefore = MonotonicTime.zero
    private var nextPoll = MonotonicTime.zero
    /// An event waits to be durable, at most until then.
    private var heldUntil: MonotonicTime?
    private var lastHeard = MonotonicTime.zero
    private var busySince: MonotonicTime?
    private var lastRestart: MonotonicTime?
    private var lastReply: OSDPFrame?
    private var isRefusedForSecurity = false
    private var capabilities: [OSDPCapability] = []
    /// Command codes that the reader answered with NAK 3.
    private var unsupported: Set<UInt8> = []
    private var readings: OSDPReadings
    /// Readings of the start-up, told after the link.
    private var deferred: [ReaderSignal] = []
    private var steady = Indication.idle

    init(_ settings: OSDPPanel.ReaderSettings, _ panel: OSDPPanel.Settings) {
        self.settings = settings
        self.panel = panel
        readings = OSDPReadings(settings)
    }

    /// A command that goes before polls of others.
    var hasCommand: Bool { exchange == nil ? phase == .polling && !queue.isEmpty : exchange?.queued != nil }

    /// When this reader may be asked next.
    var readyAt: MonotonicTime {
        let free = max(notBefore, heldUntil ?? notBefore)
        return phase == .polling && exchange == nil && queue.isEmpty ? max(free, nextPoll) : free
    }

    // MARK: forward

    mutating func begin(at now: MonotonicTime) {
        startOver()
        notBefore = now
        lastHeard = now
        isSilent = false
        capabilities = []
        unsupported = []
    }

    /// The octets to send now: the outstanding frame again, or the next command. An opening that has grown too old is
    /// not repeated: the reader is told to forget it by starting over.
    mutating func nextFrame(at now: MonotonicTime) -> (octets: [UInt8], signals: [ReaderSignal]) {
        var signals: [ReaderSignal] = []
        if heldUntil != nil {
            counters.lateStores += 1
            heldUntil = nil
        }
        if let expires = exchange?.queued?.expires, now >= expires {
            counters.droppedCommands += 1
            exchange = nil
            signals = restart(at: now)
        }
        dropExpired(at: now)
        if exchange == nil {
            let (command, queued) = nextCommand()
            let frame = OSDPFrame(
                address: settings.address, sequence: sequence, check: check, code: command.code, data: command.data)
            exchange = Exchange(command: command, octets: frame.octets, sequence: sequence, queued: queued)
        }
        if exchange?.wasSent == true { counters.retries += 1 }
        exchange?.wasSent = true
        nextPoll = now + panel.pollPeriod
        return (exchange?.octets ?? [], signals)
    }

    private mutating func nextCommand() -> (OSDPCommand, Queued?) {
        switch phase {
        case .startUp(.identity): return (.identify, nil)
        case .startUp(.capabilities): return (.capabilities, nil)
        case .startUp(.receiveSize): return (.receiveSize(UInt16(OSDPFrame.longest)), nil)
        case .startUp(.localStatus): return (.localStatus, nil)
        case .startUp(.inputStatus): return (.inputStatus, nil)
        case .startUp(.readerStatus): return (.readerStatus, nil)
        case .polling:
            guard !queue.isEmpty else { return (.poll, nil) }
            let queued = queue.removeFirst()
            return (queued.command, queued)
        }
    }

    private mutating func dropExpired(at now: MonotonicTime) {
        let count = queue.count
        queue.removeAll { $0.expires.map { now >= $0 } ?? false }
        counters.droppedCommands += count - queue.count
    }

    /// The command is done, whatever the answer was: the next sequence number acknowledges it.
    private mutating func complete(at now: MonotonicTime) -> [ReaderSignal] {
        exchange = nil
        checkRefusals = 0
        sequence = sequence == 3 ? 1 : sequence + 1
        guard case .startUp(let step) = phase else { return [] }
        let next = Step.allCases.dropFirst(step.rawValue + 1).first { !isSkipped($0) }
        guard let next else { return goOnline(at: now) }
        phase = .startUp(next)
        return []
    }

    private func isSkipped(_ step: Step) -> Bool {
        switch step {
        case .identity, .capabilities: false
        case .receiveSize: unsupported.contains(OSDPCommand.receiveSize(0).code)
        case .localStatus: unsupported.contains(OSDPCommand.localStatus.code)
        case .inputStatus: unsupported.contains(OSDPCommand.inputStatus.code) || lacks(OSDPCapability.inputs)
        case .readerStatus: unsupported.contains(OSDPCommand.readerStatus.code)
        }
    }

    /// Whether the reader listed its capabilities and this one is not among them.
    private func lacks(_ function: UInt8) -> Bool {
        !capabilities.isEmpty
            && !capabilities.contains {
                $0.function == function && (function == OSDPCapability.inputs ? $0.number > 0 : $0.level > 0)
            }
    }

    private mutating func goOnline(at now: MonotonicTime) -> [ReaderSignal] {
        phase = .polling
        nextPoll = now
        isRefusedForSecurity = false
        readings.wentOnline(at: now)
        let signals: [ReaderSignal] = (reported == .online ? [] : [.link(.online(.clear))]) + deferred
        reported = .online
        deferred = []
        enqueue(steady.osdpCommands(for: nil, idleColour: settings.idleColour))
        return signals
    }

    // MARK: back

    /// Begins again with sequence 0. Queued commands stay; one that was out goes back to the head of the queue.
    private mutating func startOver() {
        if let queued = exchange?.queued { queue.insert(queued, at: 0) }
        exchange = nil
        sequence = 0
        checkRefusals = 0
        phase = .startUp(.identity)
        heldUntil = nil
        busySince = nil
        lastReply = nil
        deferred = []
        readings.restarted()
    }

    /// The reader asked for it: it was away or lost count. At most one start a second.
    private mutating func restart(at now: MonotonicTime) -> [ReaderSignal] {
        counters.restarts += 1
        startOver()
        if let last = lastRestart, now - last < Self.slowTry { notBefore = now + Self.slowTry }
        lastRestart = now
        guard reported == .online else { return [] }
        reported = .offline(.restarted)
        return [.link(.offline(.restarted))]
    }

    mutating func lose(_ reason: OfflineReason, at now: MonotonicTime) -> [ReaderSignal] {
        counters.droppedCommands += queue.count + (exchange?.queued == nil ? 0 : 1)
        exchange = nil
        queue = []
        startOver()
        check = .crc16
        notBefore = now
        lastHeard = now
        isSilent = reason != .portLost
        readings.forget()
        guard reported != .offline(reason) else { return [] }
        if reported == .online { counters.losses += 1 }
        reported = .offline(reason)
        return [.link(.offline(reason))]
    }

    /// The try has failed. The same octets go again: with the others' next round, after three tries once a second.
    mutating func unanswered(at now: MonotonicTime) -> [ReaderSignal] {
        counters.timeouts += 1
        guard now - lastHeard < Self.linkLost else {
            return lose(isRefusedForSecurity ? .refused : .silent, at: now)
        }
        exchange?.tries += 1
        let isSlow = !isSilent && (exchange?.tries ?? 0) >= Self.triesAtPace
        notBefore = isSlow ? now + Self.slowTry : now
        return []
    }

    // MARK: replies

    /// Takes a reply from this address. Nil when it is not the answer to the outstanding command: go on waiting.
    mutating func answer(_ frame: OSDPFrame, at now: MonotonicTime) -> [ReaderSignal]? {
        guard let exchange else { return nil }
        guard frame.securityBlock == nil else {
            counters.securedReplies += 1
            isRefusedForSecurity = true
            return nil
        }
        let reply = OSDPReply(code: frame.code, data: frame.data)
        if reply == .busy { return busy(at: now) }
        guard frame.sequence == exchange.sequence else {
            // The same reply again, from a repeated command that was answered twice, is no wish to start over.
            guard frame.sequence == 0, frame != lastReply else {
                counters.wrongSequence += 1
                return nil
            }
            heard(at: now)
            return restart(at: now)
        }
        heard(at: now)
        lastReply = frame
        busySince = nil
        if case .nak(let refusal, _) = reply { return refused(refusal, exchange, at: now) }
        readings.acknowledged()
        return take(reply, to: exchange.command, at: now)
    }

    private mutating func heard(at now: MonotonicTime) {
        counters.frames += 1
        counters.lastSeen = now
        lastHeard = now
        isSilent = false
    }

    private mutating func busy(at now: MonotonicTime) -> [ReaderSignal] {
        counters.busy += 1
        let since = busySince ?? now
        guard now - since < Self.linkLost else { return lose(.silent, at: now) }
        heard(at: now)
        busySince = since
        notBefore = now + Self.busyPause
        return []
    }

    private mutating func refused(_ refusal: OSDPRefusal, _ exchange: Exchange, at now: MonotonicTime)
        -> [ReaderSignal]
    {
        counters.naks += 1
        switch refusal {
        case .check:
            checkRefusals += 1
            notBefore = now + panel.pollPeriod
            guard checkRefusals >= 2 else { return [] }
            check = check == .crc16 ? .checksum : .crc16
            startOver()
            return []
        case .sequence:
            return restart(at: now)
        case .securityBlock, .securityConditions:
            let signals = lose(.refused, at: now)
            notBefore = now + Self.refusedPause
            return signals
        case .unknownCommand:
            if exchange.command != .poll, exchange.command != .identify { unsupported.insert(exchange.command.code) }
        case .none, .commandLength, .biometricType, .biometricFormat, .cannotCarryOut, .other:
            counters.refusedCommands += 1
        }
        return complete(at: now)
    }

    private mutating func take(_ reply: OSDPReply, to command: OSDPCommand, at now: MonotonicTime) -> [ReaderSignal] {
        switch reply {
        case .identity(let identity): self.identity = identity
        case .capabilities(let capabilities): self.capabilities = capabilities
        default: break
        }
        let reading = readings.read(reply, isPoll: command == .poll, at: now)
        switch reading.note {
        case .duplicate: counters.duplicates += 1
        case .passedOver: counters.passedOver += 1
        case nil: break
        }
        let wasPolling = phase == .polling
        if !wasPolling { deferred += reading.signals }
        let link = complete(at: now)
        guard wasPolling else { return link }
        if reading.signals.contains(where: \.mustLast) { heldUntil = now + panel.storeWait }
        return reading.signals
    }

    // MARK: wishes

    mutating func indicate(_ indication: Indication, for duration: Duration?) {
        if indication.isSteady { steady = indication }
        guard phase == .polling else {
            if !indication.isSteady { counters.droppedCommands += 1 }
            return
        }
        enqueue(indication.osdpCommands(for: duration, idleColour: settings.idleColour))
    }

    mutating func output(_ number: Int, pulse: Duration?, isOn: Bool, at now: MonotonicTime) {
        guard phase == .polling, let number = UInt8(exactly: number) else {
            counters.droppedCommands += 1
            return
        }
        let record =
            if let pulse {
                OSDPOutputRecord(output: number, control: isOn ? .onThenBack : .offThenBack, timer: pulse.tenths)
            } else {
                OSDPOutputRecord(output: number, control: isOn ? .on : .off)
            }
        let expires = isOn || pulse != nil ? now + Self.outputLife : nil
        enqueue([.output([record])], expires: expires)
    }

    mutating func eventStored(at now: MonotonicTime) {
        guard heldUntil != nil else { return }
        heldUntil = nil
        nextPoll = now
    }

    private mutating func enqueue(_ commands: [OSDPCommand], expires: MonotonicTime? = nil) {
        for command in commands where !isUnsupported(command) {
            if queue.count == Self.queueBound {
                queue.removeFirst()
                counters.droppedCommands += 1
            }
            queue.append(Queued(command: command, expires: expires))
        }
    }

    private func isUnsupported(_ command: OSDPCommand) -> Bool {
        switch command {
        case .led: unsupported.contains(command.code) || lacks(OSDPCapability.led)
        case .buzzer: unsupported.contains(command.code) || lacks(OSDPCapability.buzzer)
        default: unsupported.contains(command.code)
        }
    }
}

extension ReaderSignal {
    /// Whether the event behind this is journalled before the reader may forget it. Keys are not: they are kept nowhere.
    fileprivate var mustLast: Bool {
        switch self {
        case .card, .tamper, .powerFault, .input: true
        case .key, .face, .faceRefused, .unreadable, .link: false
        }
    }
}
