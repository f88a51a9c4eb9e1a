internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols
internal import Logging

/// All lines of the controller: which line is what, the Wiegand decoders behind the data lines, and the outputs. Lines
/// that cannot be had are asked for again every two seconds; until then the rest of the gate works.
///
/// A class because it owns descriptors; it belongs to the loop's thread.
final class LineBoard {
    struct Found {
        var inputs: [Input] = []
        var loss: Bool = false
    }

    private enum Meaning {
        case contact(PortalID)
        case exitButton(PortalID)
        case lane(PortalID, LaneMachine.Sensor)
        case fire
        case data(ReaderID, WiegandDecoder.Line)

        /// The part of the site that it is; nil for data lines.
        var wire: WalkPart? {
            switch self {
            case .contact(let portal): .contact(portal)
            case .exitButton(let portal): .exit(portal)
            case .lane(let portal, let sensor): .sensor(portal, sensor)
            case .fire: .fire
            case .data: nil
            }
        }
    }

    private let settings: LineSettings
    private let readers: [GatehouseConfiguration.ReaderSettings]
    private let log: Logger
    private var backend: (any LineBackend)?
    private var meanings: [LineName: Meaning] = [:]
    private var decoders: [ReaderID: WatchedWiegand] = [:]
    private var feedback: [ReaderID: Feedback] = [:]
    private var released: [PortalID: Bool] = [:]
    private(set) var retryAt: MonotonicTime?
    /// The kernel's stamp of the latest edge of each reader.
    private(set) var lastEdges: [ReaderID: MonotonicTime] = [:]
    private var requests: [LineRequest] = []
    private var lastProblem = ""

    init(
        settings: LineSettings, readers: [GatehouseConfiguration.ReaderSettings], released: [PortalID: Bool],
        at now: MonotonicTime, log: Logger
    ) {
        self.settings = settings
        self.readers = readers
        self.released = released
        self.log = log
        retryAt = now
        plan(at: now)
    }

    var isEmpty: Bool { requests.isEmpty }
    var descriptors: [Int32] { backend?.descriptors ?? [] }

    // MARK: Requests

    /// Outputs come first and each with the level that the restored posture asks for, in the request itself.
    private func plan(at now: MonotonicTime) {
        requests = []
        for portal in settings.outputs.keys.sorted() {
            let wiring = settings.outputs[portal]!
            requests.append(
                LineRequest(
                    Self.release(portal), at: place(wiring, Self.release(portal)),
                    .output(initial: released[portal] ?? false), isActiveLow: wiring.isActiveLow))
        }
        for portal in settings.contacts.keys.sorted() {
            input(settings.contacts[portal]!, "contact:\(portal)", .contact(portal), .both)
        }
        for portal in settings.exitButtons.keys.sorted() {
            input(settings.exitButtons[portal]!, "exit:\(portal)", .exitButton(portal), .both)
        }
        for portal in settings.laneSensors.keys.sorted() {
            for sensor in LaneMachine.Sensor.allCases {
                guard let wiring = settings.laneSensors[portal]?[sensor] else { continue }
                input(wiring, "\(sensor.rawValue):\(portal)", .lane(portal, sensor), .both)
            }
        }
        if let fire = settings.fireInput { input(fire, "fire", .fire, .both) }
        for reader in readers {
            if case .wiegand(var data0, var data1, let formats, let keypad, let endsAtLength) = reader.kind {
                // A pulse is low: the falling edge of the wire is what is counted, whatever the level means.
                data0.isActiveLow = false
                data1.isActiveLow = false
                input(data0, "d0:\(reader.id)", .data(reader.id, .data0), .falling, group: reader.id.name)
                input(data1, "d1:\(reader.id)", .data(reader.id, .data1), .falling, group: reader.id.name)
                decoders[reader.id] = WatchedWiegand(
                    WiegandDecoder.Settings(
                        formats: formats, keypad: keypad,
                        endsAtLength: endsAtLength), startedAt: now)
            }
            if let lamp = reader.greenLamp { output(lamp, Self.lamp(reader.id)) }
            if let buzzer = reader.buzzer { output(buzzer, Self.buzzer(reader.id)) }
            if reader.greenLamp != nil || reader.buzzer != nil { feedback[reader.id] = Feedback() }
        }
    }

    private func input(
        _ wiring: LineWiring, _ name: String, _ meaning: Meaning, _ edges: LineRequest.Edges, group: String? = nil
    ) {
        let name = LineName(name)
        meanings[name] = meaning
        let bias = LineRequest.Bias(rawValue: wiring.bias.rawValue) ?? .asIs
        requests.append(
            LineRequest(
                name, at: place(wiring, name), .input(edges, bias: bias), isActiveLow: wiring.isActiveLow, group: group)
        )
    }

    private func output(_ wiring: LineWiring, _ name: LineName) {
        requests.append(
            LineRequest(name, at: place(wiring, name), .output(initial: false), isActiveLow: wiring.isActiveLow))
    }

    private func place(_ wiring: LineWiring, _ name: LineName) -> LineRequest.Place {
        if let line = wiring.line { return .named(line, chip: wiring.chip) }
        return .offset(wiring.offset ?? 0, chip: wiring.chip ?? "")
    }

    private static func release(_ portal: PortalID) -> LineName { LineName("release:\(portal)") }
    private static func lamp(_ reader: ReaderID) -> LineName { LineName("lamp:\(reader)") }
    private static func buzzer(_ reader: ReaderID) -> LineName { LineName("buzzer:\(reader)") }

    /// Asks for all lines if they are not held and the time has come. On success the present levels of the inputs come
    /// back: the first edge may be long past.
    func openIfDue(at now: MonotonicTime) -> [Input] {
        guard backend == nil, !requests.isEmpty, let retryAt, retryAt <= now else { return [] }
        for portal in released.keys { setInitial(portal) }
        do {
            switch settings.backend {
            case .gpiod:
                let lines = GPIODLines()
                try lines.request(requests)
                backend = lines
            case .simulated(let socket):
                let lines = SimulatedLines()
                // A simulator has its lines by the names of the configuration.
                try lines.request(requests.map { simulated($0) }, at: socket)
                backend = lines
            }
            self.retryAt = nil
            lastProblem = ""
            log.notice("lines are ready", metadata: ["count": "\(requests.count)"])
            return levels() + [.health(.linesUnavailable, subject: "", isOn: false)]
        } catch {
            return lost("\(error)", at: now)
        }
    }

    /// The wire name of a line in the simulator is the name on the board; edges come back under ours.
    private func simulated(_ request: LineRequest) -> LineRequest {
        var request = request
        if case .named(let line, _) = request.place { request.name = LineName(line) }
        return request
    }

    private func ours(_ name: LineName) -> LineName { wireNames[name] ?? name }
    private lazy var wireNames: [LineName: LineName] = {
        guard case .simulated = settings.backend else { return [:] }
        var names: [LineName: LineName] = [:]
        for request in requests { names[simulated(request).name] = request.name }
        return names
    }()
    private lazy var outgoing: [LineName: LineName] = Dictionary(uniqueKeysWithValues: wireNames.map { ($1, $0) })

    private func setInitial(_ portal: PortalID) {
        guard let index = requests.firstIndex(where: { $0.name == Self.release(portal) }) else { return }
        requests[index].direction = .output(initial: released[portal] ?? false)
    }

    private func levels() -> [Input] {
        var inputs: [Input] = []
        for name in meanings.keys.sorted() {
            guard let level = try? backend?.level(of: outgoing[name] ?? name) else { continue }
            switch meanings[name]! {
            case .contact(let portal): inputs.append(.contact(portal, isOpen: level))
            case .exitButton(let portal): inputs.append(.exitButton(portal, isPressed: level))
            case .lane(let portal, let sensor): inputs.append(.lane(portal, sensor, isActive: level))
            case .fire: inputs.append(.fireInput(isActive: level))
            case .data: break
            }
        }
        return inputs
    }

    private func lost(_ problem: String, at now: MonotonicTime) -> [Input] {
        if problem != lastProblem { log.error("lines cannot be used: \(problem)") }
        lastProblem = problem
        backend?.release()
        backend = nil
        retryAt = now + .seconds(2)
        return [.health(.linesUnavailable, subject: "", isOn: true)]
    }

    // MARK: Edges

    /// Takes what the lines brought, in the order of the kernel's stamps.
    func drain(at now: MonotonicTime) -> [Input] {
        guard let backend else { return [] }
        do {
            let found = try backend.drain()
            var inputs: [Input] = []
            for loss in found.lost {
                if case .data(let reader, _)? = meanings[ours(loss.line)] {
                    inputs += give(.lostEvents, to: reader, at: now)
                }
            }
            for edge in found.edges {
                let meaning = meanings[ours(edge.line)]
                if let wire = meaning?.wire { inputs.append(.edge(wire, isActive: edge.isRising, at: edge.at)) }
                switch meaning {
                case .contact(let portal): inputs.append(.contact(portal, isOpen: edge.isRising))
                case .exitButton(let portal): inputs.append(.exitButton(portal, isPressed: edge.isRising))
                case .lane(let portal, let sensor): inputs.append(.lane(portal, sensor, isActive: edge.isRising))
                case .fire: inputs.append(.fireInput(isActive: edge.isRising))
                case .data(let reader, let line):
                    lastEdges[reader] = edge.at
                    inputs += give(.edge(line: line, at: edge.at), to: reader, at: edge.at)
                case nil: break
                }
            }
            return inputs
        } catch {
            return lost("\(error)", at: now)
        }
    }

    func timePassed(at now: MonotonicTime) -> [Input] {
        var inputs: [Input] = []
        for reader in decoders.keys.sorted() where decoders[reader]!.nextDeadline.map({ $0.at <= now }) ?? false {
            inputs += give(.time, to: reader, at: now)
        }
        for reader in feedback.keys.sorted() {
            let outputs = feedback[reader]!.timePassed(now)
            if !outputs.isEmpty { play(outputs, reader) }
        }
        return inputs
    }

    var nextDeadline: MonotonicTime? {
        var next: MonotonicTime? = backend == nil && !requests.isEmpty ? retryAt : nil
        func consider(_ time: MonotonicTime?) { if let time { next = min(next ?? time, time) } }
        for decoder in decoders.values { consider(decoder.nextDeadline?.at) }
        for feedback in feedback.values { consider(feedback.nextDeadline) }
        return next
    }

    private func give(_ input: WiegandDecoder.Input, to reader: ReaderID, at now: MonotonicTime) -> [Input] {
        guard let before = decoders[reader]?.babble.isQuarantined else { return [] }
        let inputs = decoders[reader]!.handle(input, at: now).map { Input.reader(reader, $0) }
        let isQuarantined = decoders[reader]!.babble.isQuarantined
        guard isQuarantined != before else { return inputs }
        return inputs + [.health(.readerBabbling, subject: reader.name, isOn: isQuarantined)]
    }

    // MARK: Outputs

    /// Sets the release line. A line that cannot be set is remembered and set when the lines come back.
    func set(_ portal: PortalID, released isReleased: Bool, at now: MonotonicTime) -> [Input] {
        released[portal] = isReleased
        guard let backend, settings.outputs[portal] != nil else { return [] }
        do {
            try backend.set(outgoing[Self.release(portal)] ?? Self.release(portal), to: isReleased)
            return []
        } catch {
            return lost("\(error)", at: now)
        }
    }

    func show(_ indication: Indication, on reader: ReaderID, at now: MonotonicTime) {
        guard feedback[reader] != nil else { return }
        play(feedback[reader]!.show(indication, at: now), reader)
    }

    private func play(_ outputs: [Feedback.Output], _ reader: ReaderID) {
        guard let settings = readers.first(where: { $0.id == reader }) else { return }
        for output in outputs {
            switch output {
            case .green(let isOn):
                if settings.greenLamp != nil {
                    try? backend?.set(outgoing[Self.lamp(reader)] ?? Self.lamp(reader), to: isOn)
                }
            case .buzzer(let isOn):
                if settings.buzzer != nil {
                    try? backend?.set(outgoing[Self.buzzer(reader)] ?? Self.buzzer(reader), to: isOn)
                }
            }
        }
    }

    /// Whether a reader of this name is read from data lines, so that it is "heard" as long as the lines are.
    func hasDecoder(_ reader: ReaderID) -> Bool { decoders[reader] != nil }
    func wiegand(_ reader: ReaderID) -> WatchedWiegand? { decoders[reader] }

    func close() {
        backend?.release()
        backend = nil
        retryAt = nil
    }
}
