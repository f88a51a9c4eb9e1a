import GatehouseCore

/// What the panel knows of one reader: its sequence, its start-up, its queue, its session, and what it last said. Leaf
/// of `OSDPPanel`, which owns the line and says whose turn it is.
struct OSDPStation: Sendable {
    /// Start-up in its order (osdp.md section 5); then polling. A secured reader proves its key first, so that all it
    /// says of itself comes in the session.
    enum Step: Int, CaseIterable, Sendable {
        case challenge, proof, keySet, identity, capabilities, receiveSize, localStatus, inputStatus, outputStatus
        case readerStatus
    }

    enum Phase: Hashable, Sendable {
        case startUp(Step)
        case polling
    }

    /// A command whose reply is awaited, or that is to be repeated with the same octets.
    struct Exchange: Sendable {
        var command: OSDPCommand
        /// As it went on the wire; sealed once.
        var frame: OSDPFrame
        var sequence: UInt8
        var queued: Queued?
        /// The question of the start-up that it is, when it comes between polls.
        var step: Step?
        var tries = 0
        var wasSent = false
    }

    struct Queued: Sendable {
        var command: OSDPCommand
        /// A late opening is a wrong opening.
        var expires: MonotonicTime?
        /// Somebody waits for the answer.
        var isRequest = false
    }

    enum Reported: Hashable, Sendable {
        case nothing
        case online
        case offline(OfflineReason)
    }

    static let triesAtPace = 3
    /// A reader that lost its session may keep silent about what it cannot open: after these tries it is asked for a new
    /// one, which costs what it had to tell.
    static let triesInSession = 7
    static let slowTry: Duration = .seconds(1)
    static let linkLost: Duration = .seconds(8)
    static let patienceStep: Duration = .milliseconds(200)
    static let longestPatience: Duration = .milliseconds(400)
    static let busyPause: Duration = .milliseconds(50)
    static let refusedPause: Duration = .seconds(10)
    /// Refusals for want of security after which a reader in clear is left alone.
    static let refusalsInService = 4
    static let outputLife: Duration = .seconds(2)
    /// The session gets new keys before it is an hour old.
    static let sessionLife: Duration = .seconds(3300)
    /// At the bound the oldest command is dropped and counted.
    static let queueBound = 16

    // What the panel asks of every station at each turn of the bus stands together, in few lines of the processor's cache.

    /// Lost for its silence and not heard since: it shares one try a second with all others of the bus.
    var isSilent = false
    /// What is left of its start-up: a reader that came back is polled first, and asked between polls. It outlives a
    /// handshake that only replaces keys.
    var owed: Step?
    /// A poll goes before the next question.
    var pollsFirst = false
    /// Its first poll after it came back goes before those of others.
    var isReturning = false
    /// Whether people were told that it is put aside.
    var wasAside = false
    var phase: Phase
    var notBefore = MonotonicTime.zero
    var nextPoll = MonotonicTime.zero
    /// An event waits to be durable, at most until then.
    var heldUntil: MonotonicTime?
    var queue: [Queued] = []
    /// Answers that the panel has not told yet.
    var answers: [(token: UInt64, answer: OSDPAnswer)] = []
    /// Which keys remain of those that the panel was given, by their places; until the panel has told.
    var keptKeys: [Int]?
    /// The reader is to be given a new key.
    var keyChange: KeyChange?
    var security: OSDPSecurity
    var babble = OSDPBabble()
    var exchange: Exchange?
    /// A file on its way.
    var transfer: Transfer?

    let settings: OSDPPanel.ReaderSettings
    let panel: OSDPPanel.Settings
    var counters = OSDPCounters()
    var identity: OSDPIdentity?
    var reported = Reported.nothing
    var vigilance = OSDPVigilance()
    /// The handshake only replaces the keys of a session; the reader stays in service.
    var isRekeying = false
    /// A question that somebody waits for.
    var request: Request?
    /// Parts of an answer that nobody asked for.
    var unasked: (kind: OSDPPartKind, parts: OSDPParts)?
    /// Where the reader is, and whether that is being changed.
    var place: OSDPPlace
    var move: Move?
    /// The reader's outputs as it last told them.
    var outputs: [Bool] = []
    var sequence: UInt8 = 0
    var check = OSDPCheck.crc16
    var checkRefusals = 0
    var lastHeard = MonotonicTime.zero
    /// What the reader is waited for beyond the usual: its answers have come too late.
    var patience = Duration.zero
    /// What it was seen to do otherwise than the standard says.
    var seenQuirks: Set<ReaderQuirk> = []
    /// Answers that fit to nothing, with nothing that fits between them.
    var misfits: Misfits?
    /// When an answer that came too late brought it another try.
    var lastLateTry: MonotonicTime?
    /// The whole start-up was gone through once: what the reader is and can is known.
    var wasIntroduced = false
    /// Refusals for want of security in a row, of a reader that is served in clear.
    var securityRefusals = 0
    var busySince: MonotonicTime?
    var lastRestart: MonotonicTime?
    var lastReply: OSDPFrame?
    var isRefusedForSecurity = false
    /// A reader that cannot prove its key is asked in clear who it is, once until it is gone or in service.
    var asksWho = false
    var hasAskedWho = false
    /// Handshakes that the reader refused in a row.
    var refusedHandshakes = 0
    var capabilities: [OSDPCapability] = []
    /// Command codes that the reader answered with NAK 3.
    var unsupported: Set<UInt8> = []
    var readings: OSDPReadings
    /// Readings of the start-up, told after the link.
    var deferred: [ReaderSignal] = []
    var steady = Indication.idle

    init(_ settings: OSDPPanel.ReaderSettings, _ panel: OSDPPanel.Settings) {
        self.settings = settings
        self.panel = panel
        security = OSDPSecurity(settings.security)
        place = OSDPPlace(address: settings.address, baud: panel.baud)
        readings = OSDPReadings(settings)
        phase = .startUp(.identity)
        phase = .startUp(firstStep)
    }

    private var firstStep: Step { security.isRequired && !asksWho ? .challenge : .identity }

    /// Its last tries came to nothing; it is not given up yet.
    private var isMissing: Bool { misfits == nil && (exchange?.tries ?? 0) >= Self.triesAtPace }
    var isAway: Bool { isSilent || isMissing }
    var isLost: Bool { isSilent || babble.isAside }
    /// Asked one at a time, together with all others that are.
    var isSlow: Bool { isAway || isLost }

    // The panel asks these of every station at each turn of the bus. They change nothing; `mutating` asks the station where
    // it lies, and not a copy of it.

    /// A command that goes before polls of others: what somebody ordered, and what brings a reader back into service.
    var hasCommand: Bool {
        mutating get {
            switch phase {
            case .startUp(.challenge): isRekeying
            case .startUp(.proof): true
            case .startUp: false
            case .polling: exchange == nil ? isReturning || !queue.isEmpty : isReturning || exchange?.queued != nil
            }
        }
    }

    /// When this reader may be asked next; nil for one that has to be secured and has no key.
    var readyAt: MonotonicTime? {
        mutating get {
            guard !security.isRequired || security.hasKey || keyChange != nil else { return nil }
            let free = max(notBefore, heldUntil ?? notBefore)
            let isIdle = phase == .polling && exchange == nil && queue.isEmpty && owed == nil
            return isIdle ? max(free, nextTurn) : free
        }
    }

    /// How long the reader is waited for: always the whole time, for one that comes back may have become another one.
    var replyLimit: Duration { panel.replyTime + patience }

    // MARK: forward

    mutating func begin(at now: MonotonicTime) -> [ReaderSignal] {
        startOver()
        notBefore = now
        lastHeard = now
        isSilent = false
        wasIntroduced = false
        capabilities = []
        unsupported = []
        guard security.isRequired, !security.hasKey, keyChange == nil else { return [] }
        return lose(.refused, at: now) + vigilance.breach(.noKey, at: now)
    }

    /// What to send now: the outstanding frame again, or the next command. An opening that has grown too old is
    /// not repeated: the reader is told to forget it by starting over.
    mutating func nextFrame(at now: MonotonicTime) -> (frame: OSDPFrame, signals: [ReaderSignal]) {
        var signals = vigilance.timePassed(at: now)
        if heldUntil != nil {
            counters.lateStores += 1
            heldUntil = nil
        }
        if let queued = exchange?.queued, let expires = queued.expires, now >= expires {
            drop([queued])
            exchange = nil
            signals += restart(at: now)
        }
        dropExpired(at: now)
        if phase == .polling, exchange == nil, let age = security.age(at: now), age >= Self.sessionLife {
            startOver()
            isRekeying = true
        }
        beginKeySet()
        var out = exchange ?? newExchange(at: now)
        if out.wasSent { counters.retries += 1 }
        out.wasSent = true
        exchange = out
        nextPoll = now + panel.pollPeriod
        return (out.frame, signals)
    }

    private mutating func newExchange(at now: MonotonicTime) -> Exchange {
        let (command, queued, step) = nextCommand(at: now)
        if command == .identify { asksWho = false }
        let plain = OSDPFrame(
            address: place.address, sequence: sequence, check: check, code: command.code, data: command.data)
        return Exchange(
            command: command, frame: security.dressed(plain), sequence: sequence, queued: queued, step: step)
    }

    private mutating func nextCommand(at now: MonotonicTime) -> (OSDPCommand, Queued?, Step?) {
        guard case .polling = phase else {
            guard case .startUp(let step) = phase else { preconditionFailure("\(phase)") }
            return (command(of: step), nil, nil)
        }
        if owed != nil {
            pollsFirst.toggle()
            if !pollsFirst { return (.poll, nil, nil) }
        }
        if !queue.isEmpty {
            let queued = queue.removeFirst()
            return (queued.command, queued, nil)
        }
        if let owed { return (command(of: owed), nil, owed) }
        return (nextFragment(at: now) ?? .poll, nil, nil)
    }

    private mutating func dropExpired(at now: MonotonicTime) {
        func isOver(_ queued: Queued) -> Bool { queued.expires.map { now >= $0 } ?? false }
        let over = queue.filter(isOver)
        queue.removeAll(where: isOver)
        drop(over)
        endOldRequest(at: now)
    }

    // MARK: back

    /// Begins again with sequence 0 and without a session. Queued commands stay; one that was out goes back to the head
    /// of the queue.
    mutating func startOver() {
        if let queued = exchange?.queued { queue.insert(queued, at: 0) }
        exchange = nil
        sequence = 0
        checkRefusals = 0
        security.end()
        isRekeying = false
        phase = .startUp(firstStep)
        heldUntil = nil
        busySince = nil
        lastReply = nil
        isReturning = false
        misfits = nil
        deferred = []
        readings.restarted()
    }

    /// The reader asked for it: it was away or lost count. At most one start a second.
    mutating func restart(at now: MonotonicTime) -> [ReaderSignal] {
        counters.restarts += 1
        endTransfer(.dropped)
        startOver()
        if let last = lastRestart, now - last < Self.slowTry { notBefore = now + Self.slowTry }
        lastRestart = now
        guard reported == .online else { return [] }
        reported = .offline(.restarted)
        return [.link(.offline(.restarted))]
    }

    mutating func lose(_ reason: OfflineReason, at now: MonotonicTime) -> [ReaderSignal] {
        drop(queue + [exchange?.queued].compactMap { $0 })
        exchange = nil
        queue = []
        endTransfer(.dropped)
        if move == nil { endRequest(.dropped) }
        move?.isHeard = false
        startOver()
        // One that was heard under a checksum alone is asked so; NAK 1 turns it round as ever.
        check = seenQuirks.contains(.checksumOnly) ? .checksum : .crc16
        notBefore = now
        lastHeard = now
        if reason != .refused { (patience, hasAskedWho) = (.zero, false) }
        isSilent = reason == .silent
        readings.forget()
        guard reported != .offline(reason), !babble.isAside || reason == .babbling else { return [] }
        if reported == .online { counters.losses += 1 }
        reported = .offline(reason)
        return [.link(.offline(reason))]
    }

    /// The try has failed. The same octets go again: with the others' next round, after three tries once a second.
    mutating func unanswered(at now: MonotonicTime) -> [ReaderSignal] {
        counters.timeouts += 1
        guard now - lastHeard < Self.linkLost, patienceEnds.map({ now < $0 }) ?? true else {
            return lose(isRefusedForSecurity ? .refused : .silent, at: now)
        }
        if isSilent { patience = .zero }
        exchange?.tries += 1
        let tries = exchange?.tries ?? 0
        notBefore = !isLost && isAway ? now + Self.slowTry : now
        if lookElsewhere(tries: tries) { return [] }
        guard security.isOpen, tries >= Self.triesInSession else { return [] }
        counters.sessionsLost += 1
        endTransfer(.dropped)
        startOver()
        return []
    }
}
