internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols
internal import Logging

/// One serial port with the machine that speaks on it: opened, watched, opened again when it vanished.
///
/// A class because it owns a port; it belongs to the loop's thread.
final class SerialStation {
    let path: String
    let readers: [ReaderID]
    /// Changes in its place.
    private(set) var machine: any SerialMachine
    let port: SerialPort
    let configuredSpeed: UInt32
    /// A search of this bus while the panel waits; its end is told once.
    var searching: (search: OSDPSearch, answer: ([OSDPSearch.Found]?) -> Void)?
    private var schedule: ReopenSchedule
    private let log: Logger
    private var lastProblem = ""
    /// When the latest octets came.
    private(set) var lastOctets: MonotonicTime = .zero
    private var babble: BabbleGuard
    /// What came in lately. A bus has a recording of its own.
    private(set) var trace = ReaderTrace()
    /// The bits of the latest card of each OSDP reader.
    var lastFrames: [ReaderID: (bits: BitString, at: MonotonicTime)] = [:]
    /// Of the keys of a reader only those at these places remain.
    var keysRemain: (ReaderID, [Int]) -> Void = { _, _ in }
    /// What came of a question.
    var answered: (UInt64, OSDPAnswer) -> Void = { _, _ in }
    var faceAnswered: (UInt64, FaceAnswer) -> Void = { _, _ in }
    var faceProgressed: (UInt64, FaceProgress) -> Void = { _, _ in }

    init(
        _ settings: SerialSettings, _ machine: any SerialMachine, _ readers: [ReaderID], at now: MonotonicTime,
        log: Logger
    ) {
        precondition(!readers.isEmpty, "\(settings.path) has no reader")
        path = settings.path
        self.readers = readers
        self.machine = machine
        self.log = log
        port = SerialPort(settings)
        configuredSpeed = settings.baud
        babble = BabbleGuard.octets(baud: settings.baud)
        schedule = ReopenSchedule(at: now)
    }

    var descriptor: Int32? { port.isOpen ? port.descriptor : nil }
    var hasWaiting: Bool { port.hasWaiting }

    /// Opens the port when it is time to.
    func openIfDue(at now: MonotonicTime) -> [Input] {
        guard !port.isOpen, schedule.isDue(at: now) else { return [] }
        do {
            try port.open()
            schedule.opened(at: now)
            lastProblem = ""
            log.notice("serial port is open", metadata: ["port": "\(path)"])
            return feed(.opened, at: now)
        } catch {
            schedule.lost(at: now)
            if lastProblem != "\(error)" { log.error("serial port cannot be opened: \(error)") }
            let isFirst = lastProblem.isEmpty
            lastProblem = "\(error)"
            return isFirst ? readers.map { .reader($0, .link(.offline(.portLost))) } : []
        }
    }

    func readable(at now: MonotonicTime) -> [Input] {
        do {
            let octets = try port.read()
            guard !octets.isEmpty else { return [] }
            lastOctets = now
            // A bus speaks when it is asked; what it has too much of is counted by the panel.
            guard !machine.isBus else { return feed(.received(octets), at: now) }
            return watched(at: now) {
                guard babble.admits(octets.count, at: now) else { return [] }
                trace.add(.octets(octets), at: now)
                return feed(.received(octets), at: now)
            }
        } catch {
            return lost(error, at: now)
        }
    }

    func writable(at now: MonotonicTime) -> [Input] {
        do {
            try port.flush()
            return []
        } catch {
            return lost(error, at: now)
        }
    }

    func broken(at now: MonotonicTime) -> [Input] { lost(port.hungUp(), at: now) }

    func timePassed(at now: MonotonicTime) -> [Input] {
        var inputs = openIfDue(at: now)
        inputs += watched(at: now) {
            babble.timePassed(at: now)
            return []
        }
        if let deadline = machineDeadline, deadline <= now { inputs += feed(.time, at: now) }
        return inputs
    }

    /// Tells when the reader is put aside by what is done here, or comes back.
    private func watched(at now: MonotonicTime, _ body: () -> [Input]) -> [Input] {
        let before = babble.isQuarantined
        let inputs = body()
        guard babble.isQuarantined != before else { return inputs }
        return inputs + readers.map { .health(.readerBabbling, subject: $0.name, isOn: babble.isQuarantined) }
    }

    var nextDeadline: MonotonicTime? {
        let waiting = waitingDeadline
        guard let quiet = babble.nextDeadline?.at else { return waiting }
        return min(quiet, waiting ?? quiet)
    }

    private var waitingDeadline: MonotonicTime? {
        guard let retry = schedule.nextTry, !port.isOpen else { return machineDeadline }
        return min(retry, machineDeadline ?? retry)
    }

    private var machineDeadline: MonotonicTime? {
        if let searching { return searching.search.nextDeadline?.at }
        return machine.nextDeadline?.at
    }

    /// What an installer should know of the wire; nil for a reader that is not on this port.
    func findings(_ reader: ReaderID) -> [LineDoctor.Finding]? {
        readers.contains(reader) ? machine.findings(of: reader, babbles: babble.quarantines) : nil
    }

    /// What happened with a reader of this port since the start.
    func counts(_ reader: ReaderID) -> [String: Int64]? {
        readers.contains(reader) ? machine.counts(of: reader) : nil
    }

    /// What is known of a reader of this port that answers questions.
    func standing(_ reader: ReaderID) -> SerialStanding? {
        guard readers.contains(reader), var standing = machine.standing(of: reader) else { return nil }
        if searching != nil { standing.isOnline = false }
        return standing
    }

    /// The reader of this port that is being given a key.
    var changingKey: ReaderID? { machine.changingKey }

    /// What came over the wire lately, as text.
    var recording: String { machine.recording ?? trace.text }

    func close() { port.close() }

    // MARK: -

    /// Somebody wants something of a reader of this port.
    func wish(_ wish: SerialWish, at now: MonotonicTime) -> [Input] {
        carryOut(machine.take(.wish(wish), at: now), at: now)
    }

    func feed(_ event: SerialEvent, at now: MonotonicTime) -> [Input] {
        if searching != nil, let inputs = feedSearch(event, at: now) { return inputs }
        return carryOut(machine.take(event, at: now), at: now)
    }

    private func carryOut(_ effects: [SerialEffect], at now: MonotonicTime) -> [Input] {
        var inputs: [Input] = []
        for effect in effects {
            switch effect {
            case .send(let octets): inputs += send(octets, at: now)
            case .sendDiscarding(let octets): inputs += sendDiscarding(octets, at: now)
            case .speed(let baud): port.setSpeed(UInt32(baud))
            case .signal(let reader, let signal):
                let reader = reader ?? readers[0]
                if case .card(let card) = signal, card.bits.count > 0 { lastFrames[reader] = (card.bits, now) }
                inputs.append(.reader(reader, signal))
            case .babbling(let reader, let isOn):
                inputs.append(.health(.readerBabbling, subject: reader.name, isOn: isOn))
            case .keysRemain(let reader, let places): keysRemain(reader, places)
            case .answer(let token, let answer): answered(token, answer)
            case .faceAnswer(let token, let answer): faceAnswered(token, answer)
            case .faceProgress(let token, let progress): faceProgressed(token, progress)
            }
        }
        return inputs
    }

    /// A reader answers only what it was asked: whatever came before the question belongs to an earlier one.
    func sendDiscarding(_ octets: [UInt8], at now: MonotonicTime) -> [Input] {
        if port.isOpen { port.discardInput() }
        return send(octets, at: now)
    }

    func send(_ octets: [UInt8], at now: MonotonicTime) -> [Input] {
        guard port.isOpen else { return [] }
        do {
            if try !port.write(octets) { log.warning("serial port takes nothing more", metadata: ["port": "\(path)"]) }
            return []
        } catch {
            return lost(error, at: now)
        }
    }

    private func lost(_ error: SerialError, at now: MonotonicTime) -> [Input] {
        log.error("serial port is lost: \(error)", metadata: ["port": "\(path)"])
        port.close()
        schedule.lost(at: now)
        return feed(.lost, at: now)
    }
}
