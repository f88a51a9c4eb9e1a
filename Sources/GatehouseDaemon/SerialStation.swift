internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseProtocols
internal import Logging

/// One serial port with the machine that speaks on it: opened, watched, opened again when it vanished.
///
/// A class because it owns a port; it belongs to the loop's thread.
final class SerialStation {
    private enum Machine {
        case osdp(OSDPPanel)
        case card(ReaderID, ASCIICardReader)
        case tags(ReaderID, UHFReader)
        case face(ReaderID, FaceModule)
    }

    let path: String
    let readers: [ReaderID]
    private var machine: Machine
    private let port: SerialPort
    private var schedule: ReopenSchedule
    private let log: Logger
    private var lastProblem = ""
    /// Of the keys of a reader only those at these places remain.
    var keysRemain: (ReaderID, [Int]) -> Void = { _, _ in }
    /// What came of a question.
    var answered: (UInt64, OSDPAnswer) -> Void = { _, _ in }

    /// The stations that a configuration asks for: OSDP readers of one port share one panel. `keys` are those of the
    /// readers that have to be secured, the likeliest first.
    static func make(
        _ readers: [GatehouseConfiguration.ReaderSettings], keys: [ReaderID: [ReaderKey]], at now: MonotonicTime,
        log: Logger
    ) -> [SerialStation] {
        var stations: [SerialStation] = []
        var buses: [String: (baud: UInt32, direction: SerialSettings.Direction, readers: [OSDPPanel.ReaderSettings])] =
            [:]
        for reader in readers {
            let direction: SerialSettings.Direction = reader.direction == .kernel ? .kernel() : .automatic
            func station(_ port: String, _ baud: UInt32, _ machine: Machine) {
                let settings = SerialSettings(path: port, baud: baud, direction: direction)
                stations.append(SerialStation(settings, machine, [reader.id], at: now, log: log))
            }
            func characters(
                _ port: String, _ baud: UInt32, _ framing: ASCIICardReader.Framing, window: Duration = .seconds(2),
                burst: Duration = .zero
            ) {
                let settings = ASCIICardReader.Settings(
                    framing: framing, repeatWindow: reader.repeatWindow ?? window, burst: burst)
                station(port, baud, .card(reader.id, ASCIICardReader(settings)))
            }
            switch reader.kind {
            case .wiegand: break
            case .osdp(let port, let baud, let address, let security, let formats):
                let policy: OSDPPolicy =
                    switch security {
                    case .clear: .clear
                    case .secure: .secure(keys[reader.id] ?? [], .openSSL)
                    }
                let settings = OSDPPanel.ReaderSettings(
                    id: reader.id, address: address, security: policy, formats: formats)
                buses[port, default: (baud, direction, [])].readers.append(settings)
            case .em4100(let port, let baud, let usesVersion):
                characters(port, baud, .em4100(usesVersion: usesVersion))
            case .line(let port, let baud, let text):
                characters(port, baud, .line(Self.content(text), endsAtSilence: false))
            case .framed(let port, let baud, let line, let text):
                characters(port, baud, .framed(line, Self.content(text)))
            case .plate(let port, let baud, let layout, let encoding, let burst):
                let framing: ASCIICardReader.Framing =
                    layout == .dated ? .datedPlate(encoding) : .line(.plate(encoding), endsAtSilence: false)
                characters(port, baud, framing, window: .seconds(20), burst: burst)
            case .uhf(let port, let baud, let family, let address, let reports):
                let settings = UHFReader.Settings(
                    family: family, address: address, reportsNeeded: reports,
                    repeatWindow: reader.repeatWindow ?? .seconds(15))
                station(port, baud, .tags(reader.id, UHFReader(settings)))
            case .face(let port, let baud): station(port, baud, .face(reader.id, FaceModule()))
            }
        }
        for path in buses.keys.sorted() {
            let bus = buses[path]!
            let panel = OSDPPanel(readers: bus.readers, settings: OSDPPanel.Settings(baud: Int(bus.baud)))
            let settings = SerialSettings(path: path, baud: bus.baud, direction: bus.direction)
            stations.append(SerialStation(settings, .osdp(panel), bus.readers.map(\.id), at: now, log: log))
        }
        return stations
    }

    private static func content(_ text: GatehouseConfiguration.ReaderSettings.Text) -> CardLineContent {
        switch text {
        case .decimal: .decimal
        case .hexadecimal: .hexadecimal
        case .text: .text
        }
    }

    private init(
        _ settings: SerialSettings, _ machine: Machine, _ readers: [ReaderID], at now: MonotonicTime, log: Logger
    ) {
        path = settings.path
        self.readers = readers
        self.machine = machine
        self.log = log
        port = SerialPort(settings)
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
            return octets.isEmpty ? [] : feed(.received(octets), at: now)
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
        if let deadline = machineDeadline, deadline <= now { inputs += feed(.time, at: now) }
        return inputs
    }

    var nextDeadline: MonotonicTime? {
        guard let retry = schedule.nextTry, !port.isOpen else { return machineDeadline }
        return min(retry, machineDeadline ?? retry)
    }

    private var machineDeadline: MonotonicTime? {
        switch machine {
        case .osdp(let panel): panel.nextDeadline?.at
        case .card(_, let reader): reader.nextDeadline?.at
        case .tags(_, let reader): reader.nextDeadline?.at
        case .face(_, let module): module.nextDeadline?.at
        }
    }

    /// Shows the indication at a reader of this port, where the reader can.
    func show(_ indication: Indication, on reader: ReaderID, at now: MonotonicTime) -> [Input] {
        guard case .osdp(var panel) = machine, readers.contains(reader) else { return [] }
        let effects = panel.handle(.indicate(reader, indication, for: nil), at: now)
        machine = .osdp(panel)
        return carryOut(effects, at: now)
    }

    /// Sets an output of the reader, for the pulse or for good.
    func output(_ number: Int, of reader: ReaderID, isOn: Bool, pulse: Duration?, at now: MonotonicTime) -> [Input] {
        guard case .osdp(var panel) = machine else { return [] }
        let effects = panel.handle(.output(reader, number: number, pulse: pulse, isOn: isOn), at: now)
        machine = .osdp(panel)
        return carryOut(effects, at: now)
    }

    /// The reading of the reader is durable: the panel may ask for the next one.
    func acknowledge(_ reader: ReaderID, at now: MonotonicTime) -> [Input] {
        guard case .osdp(var panel) = machine, readers.contains(reader) else { return [] }
        let effects = panel.handle(.eventStored(reader), at: now)
        machine = .osdp(panel)
        return carryOut(effects, at: now)
    }

    /// The reader of this port that is being given a key.
    var changingKey: ReaderID? {
        guard case .osdp(let panel) = machine else { return nil }
        return panel.changingKey
    }

    func changeKey(of reader: ReaderID, _ key: [UInt8], isInstallation: Bool, at now: MonotonicTime) -> [Input] {
        guard case .osdp(var panel) = machine else { return [] }
        let effects = panel.handle(
            .changeKey(reader, key, isInstallation: isInstallation, window: OSDPPanel.longestWindow), at: now)
        machine = .osdp(panel)
        return carryOut(effects, at: now)
    }

    enum Question {
        case command(OSDPCommand)
        case move(OSDPPlace)
    }

    var isOSDP: Bool { if case .osdp = machine { true } else { false } }

    func ask(_ reader: ReaderID, _ question: Question, token: UInt64, at now: MonotonicTime) -> [Input] {
        guard case .osdp(var panel) = machine else { return [] }
        let input: OSDPPanel.Input =
            switch question {
            case .command(let command): .ask(reader, command, token: token)
            case .move(let place): .move(reader, place, token: token)
            }
        let effects = panel.handle(input, at: now)
        machine = .osdp(panel)
        return carryOut(effects, at: now)
    }

    func description(of reader: ReaderID) -> (identity: OSDPIdentity?, place: OSDPPlace?, outputs: [Bool])? {
        guard case .osdp(let panel) = machine, readers.contains(reader) else { return nil }
        return (panel.identity(of: reader), panel.place(of: reader), panel.outputs(of: reader))
    }

    /// Whether the reader is one of this port and speaks in a session now.
    func isSecured(_ reader: ReaderID) -> Bool {
        guard case .osdp(let panel) = machine else { return false }
        return panel.link(of: reader) == .online(.secure)
    }

    /// Nil for a reader that is not on this port, or no OSDP reader.
    func osdpCounters(_ reader: ReaderID) -> OSDPCounters? {
        guard case .osdp(let panel) = machine else { return nil }
        return panel.counters(of: reader)
    }

    func close() { port.close() }

    // MARK: -

    private enum Event {
        case opened
        case lost
        case received([UInt8])
        case time
    }

    private func feed(_ event: Event, at now: MonotonicTime) -> [Input] {
        switch machine {
        case .osdp(var panel):
            let input: OSDPPanel.Input =
                switch event {
                case .opened: .portOpened
                case .lost: .portLost
                case .received(let octets): .received(octets)
                case .time: .time
                }
            let effects = panel.handle(input, at: now)
            machine = .osdp(panel)
            return carryOut(effects, at: now)
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
            return effects.flatMap { effect -> [Input] in
                switch effect {
                case .send(let octets): send(octets, at: now)
                case .signal(let signal): [.reader(id, signal)]
                }
            }
        }
    }

    private func carryOut(_ effects: [OSDPPanel.Effect], at now: MonotonicTime) -> [Input] {
        effects.flatMap { effect -> [Input] in
            switch effect {
            case .send(let octets): return sendDiscarding(octets, at: now)
            case .signal(let reader, let signal): return [.reader(reader, signal)]
            case .keysRemain(let reader, let places):
                keysRemain(reader, places)
                return []
            case .answer(_, let token, let answer):
                answered(token, answer)
                return []
            case .speed(let baud):
                port.setSpeed(UInt32(baud))
                return []
            }
        }
    }

    /// A reader answers only what it was asked: whatever came before the question belongs to an earlier one.
    private func sendDiscarding(_ octets: [UInt8], at now: MonotonicTime) -> [Input] {
        if port.isOpen { port.discardInput() }
        return send(octets, at: now)
    }

    private func send(_ octets: [UInt8], at now: MonotonicTime) -> [Input] {
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
