internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols
internal import Logging

/// One serial port with the machine that speaks on it: opened, watched, opened again when it vanished.
///
/// A class because it owns a port; it belongs to the loop's thread.
final class SerialStation {
    enum Machine {
        /// The panel stands in `panel`, where it changes in its place.
        case bus
        case card(ReaderID, ASCIICardReader)
        case tags(ReaderID, UHFReader)
        case face(ReaderID, FaceModule)
    }

    let path: String
    let readers: [ReaderID]
    var machine: Machine
    /// The panel of a bus.
    var panel: OSDPPanel?
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
        _ settings: SerialSettings, _ machine: Machine, _ readers: [ReaderID], panel: OSDPPanel? = nil,
        at now: MonotonicTime, log: Logger
    ) {
        path = settings.path
        self.readers = readers
        self.machine = machine
        self.panel = panel
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
            guard panel == nil else { return feed(.received(octets), at: now) }
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
        return switch machine {
        case .bus: panel?.nextDeadline?.at
        case .card(_, let reader): reader.nextDeadline?.at
        case .tags(_, let reader): reader.nextDeadline?.at
        case .face(_, let module): module.nextDeadline?.at
        }
    }

    /// What an installer should know of the wire; nil for a reader that is not on this port.
    func findings(_ reader: ReaderID) -> [LineDoctor.Finding]? {
        guard readers.contains(reader) else { return nil }
        switch machine {
        case .bus: return busFindings(reader)
        case .card(_, let one): return LineDoctor.characters(one.counters, babbles: babble.quarantines)
        case .tags(_, let one): return LineDoctor.tags(one.counters, babbles: babble.quarantines)
        case .face: return []
        }
    }

    /// Frames, readings and faults of a reader that is no OSDP reader.
    func serialCounters(_ reader: ReaderID) -> [String: Int64]? {
        guard readers.contains(reader) else { return nil }
        switch machine {
        case .bus, .face: return nil
        case .card(_, let one):
            let found = one.counters
            return [
                "frames": Int64(found.frames), "cards": Int64(found.cards), "repeats": Int64(found.repeats),
                "unreadable": Int64(found.unreadable), "halfFrames": Int64(found.halfFrames),
                "tooLong": Int64(found.tooLong),
            ]
        case .tags(_, let one):
            let found = one.counters
            return [
                "frames": Int64(found.frames), "cards": Int64(found.cards), "repeats": Int64(found.repeats),
                "reports": Int64(found.reports), "broken": Int64(found.broken), "halfFrames": Int64(found.halfFrames),
                "failures": Int64(found.failures),
            ]
        }
    }

    /// What came over the wire lately, as text.
    var recording: String { panel?.trace.text ?? trace.text }

    func close() { port.close() }

    // MARK: -

    enum Event {
        case opened
        case lost
        case received([UInt8])
        case time
    }

    func feed(_ event: Event, at now: MonotonicTime) -> [Input] {
        if searching != nil {
            switch event {
            case .received(let octets): searching!.search.receive(octets)
            case .time:
                let effects = searching!.search.timePassed(at: now)
                return carryOut(effects, at: now)
            case .opened: break
            case .lost:
                // The port is gone: the panel has heard that already.
                return endSearch(nil, at: now)
            }
            return []
        }
        switch machine {
        case .bus:
            let input: OSDPPanel.Input =
                switch event {
                case .opened: .portOpened
                case .lost: .portLost
                case .received(let octets): .received(octets)
                case .time: .time
                }
            return drive(input, at: now)
        case .card(let id, var reader):
            let input: ASCIICardReader.Input =
                switch event {
                case .opened: .portOpened
                case .lost: .portLost
                case .received(let octets): .received(octets)
                case .time: .time
                }
            let signals = reader.handle(input, at: now)
            machine = .card(id, reader)
            return signals.map { .reader(id, $0) }
        case .tags(let id, var reader):
            let input: UHFReader.Input =
                switch event {
                case .opened: .portOpened
                case .lost: .portLost
                case .received(let octets): .received(octets)
                case .time: .time
                }
            let effects = reader.handle(input, at: now)
            machine = .tags(id, reader)
            return effects.flatMap { effect -> [Input] in
                switch effect {
                case .send(let octets): send(octets, at: now)
                case .signal(let signal): [.reader(id, signal)]
                }
            }
        case .face(let id, var module):
            let input: FaceModule.Input =
                switch event {
                case .opened: .portOpened
                case .lost: .portLost
                case .received(let octets): .received(octets)
                case .time: .time
                }
            let effects = module.handle(input, at: now)
            machine = .face(id, module)
            return carryOut(effects, of: id, at: now)
        }
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
