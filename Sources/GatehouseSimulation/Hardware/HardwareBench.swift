internal import CLinux
package import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import Glibc

/// The hardware that a configuration names, emulated: readers on pseudo-terminals under the very paths of the
/// configuration, lines behind the simulator's socket, doors that people open and close. Driven by commands, one at a
/// time, in the order given.
///
/// A class because it owns descriptors; it runs on the thread that calls `run`.
package final class HardwareBench {
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package var description: String
    }

    private enum Peer {
        case osdp([ReaderID: EmulatedOSDPReader])
        case face(ReaderID, EmulatedFaceModule)
        case em4100(ReaderID)
        case text(ReaderID)
        case tags(ReaderID, EmulatedUHFReader)
    }

    private struct Terminal {
        var descriptor: Int32
        var path: String
        var baud: UInt32
        var peer: Peer
    }

    /// What the bench tells: a line was set, a command was done. Times are of the monotonic clock.
    package var report: (String) -> Void = { _ in }
    /// Called when a release line changes: portal, released, and the moment.
    package var released: (PortalID, Bool, MonotonicTime) -> Void = { _, _, _ in }
    /// The moment at which the last bit or octet of the latest presentation left the bench.
    package private(set) var lastBit: MonotonicTime = .zero

    private let configuration: Configuration
    private var terminals: [Terminal] = []
    private var chip: SimulatedChip?
    private let encoder = WiegandEncoder(bitPeriod: .milliseconds(1))
    private var agenda: [(at: MonotonicTime, work: () -> Void)] = []
    private var verifying: [ReaderID: Bool] = [:]
    private var walkers: [PortalID: Int] = [:]
    private var isStopping = false

    package init(_ configuration: Configuration) throws(Failure) {
        self.configuration = configuration
        if case .simulated(let socket) = configuration.lines.backend {
            chip = try SimulatedChip(path: socket, levels: Self.levels(configuration))
        }
        var buses: [String: (UInt32, [ReaderID: EmulatedOSDPReader])] = [:]
        for reader in configuration.readers {
            guard case .serial(let port, let kind) = reader.kind else { continue }
            switch kind {
            case .osdp(let one):
                var emulated = EmulatedOSDPReader(address: one.address)
                if case .secure(let name) = one.channel {
                    emulated.security.ability = .demanded
                    emulated.security.takesDefaultKey = name == nil
                    if let name {
                        switch ReaderKeyFile.read(name) {
                        case .success(let octets): emulated.security.key = octets
                        case .failure(let problem): throw Failure(description: "\(problem)")
                        }
                    }
                }
                buses[port.path, default: (port.baud, [:])].1[reader.id] = emulated
            case .em4100: try open(port.path, port.baud, .em4100(reader.id))
            case .line, .framed, .plate: try open(port.path, port.baud, .text(reader.id))
            case .uhf(let settings):
                let emulated = EmulatedUHFReader(settings.family, isActive: settings.isActive)
                try open(port.path, port.baud, .tags(reader.id, emulated))
            case .face(let encryption):
                let sealing = encryption.map { FaceSealing($0, crypto: .openSSL) }
                try open(port.path, port.baud, .face(reader.id, EmulatedFaceModule(sealing: sealing)))
            }
        }
        for port in buses.keys.sorted() { try open(port, buses[port]!.0, .osdp(buses[port]!.1)) }
        chip?.changed = { [unowned self] name, level in self.lineChanged(name, level) }
    }

    deinit {
        for terminal in terminals {
            close(terminal.descriptor)
            unlink(terminal.path)
        }
    }

    /// A pseudo-terminal under the path of the configuration, which must be free or an old link of ours.
    private func open(_ path: String, _ baud: UInt32, _ peer: Peer) throws(Failure) {
        var name = [CChar](repeating: 0, count: 128)
        let descriptor = clinux_pty_open(&name, name.count)
        guard descriptor >= 0 else {
            throw Failure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFLNK else {
                throw Failure(description: "\(path) exists and is no link of a bench; it is left alone")
            }
            unlink(path)
        }
        guard symlink(name, path) == 0 else {
            throw Failure(description: "link \(path): \(String(cString: strerror(errno)))")
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        // A slave end of our own, raw, keeps the terminal alive while nobody else has it open.
        let slave = Glibc.open(path, O_RDWR | O_NOCTTY | O_CLOEXEC)
        if slave >= 0 { _ = clinux_tty_raw(slave, baud) }
        terminals.append(Terminal(descriptor: descriptor, path: path, baud: baud, peer: peer))
    }

    private static func wire(_ wiring: LineWiring, _ ours: String) -> LineName { LineName(wiring.line ?? ours) }

    private static func levels(_ configuration: Configuration) -> [LineName: Bool] {
        var levels: [LineName: Bool] = [:]
        let lines = configuration.lines
        for (portal, wiring) in lines.outputs { levels[wire(wiring, "release:\(portal)")] = false }
        for (portal, wiring) in lines.contacts { levels[wire(wiring, "contact:\(portal)")] = false }
        for (portal, sensors) in lines.laneSensors {
            for (sensor, wiring) in sensors {
                levels[wire(wiring, "\(sensor.rawValue):\(portal)")] = wiring.isActiveLow
            }
        }
        for (portal, wiring) in lines.exitButtons { levels[wire(wiring, "exit:\(portal)")] = false }
        if let fire = lines.fireInput { levels[wire(fire, "fire")] = false }
        for reader in configuration.readers {
            if let lamp = reader.greenLamp { levels[wire(lamp, "lamp:\(reader.id)")] = false }
            if let buzzer = reader.buzzer { levels[wire(buzzer, "buzzer:\(reader.id)")] = false }
            if case .wiegand(let data0, let data1, _, _, _) = reader.kind {
                levels[wire(data0, "d0:\(reader.id)")] = true
                levels[wire(data1, "d1:\(reader.id)")] = true
            }
        }
        return levels
    }

    package static func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC))
    }

    // MARK: Commands

    /// Does one command; what takes time goes on while `serve` runs.
    package func perform(_ command: HardwareCommand) throws(Failure) {
        switch command {
        case .card(let reader, let number): try present(number, at: reader)
        case .keys(let reader, let keys): try press(keys, at: reader)
        case .face(let reader, let user):
            try withFace(reader) { $0.present(user.map { .user($0, name: "user \($0)") } ?? .stranger) }
        case .photo(let reader): try withFace(reader) { $0.present(.photograph) }
        case .walk(let portal): walkers[portal, default: 0] += 1
        case .loop(let portal, let sensor, let isOn):
            try set(configuration.lines.laneSensors[portal]?[sensor], "\(sensor.rawValue):\(portal)", isOn)
        case .door(let portal, let isOpen): try set(configuration.lines.contacts[portal], "contact:\(portal)", isOpen)
        case .button(let portal):
            try set(configuration.lines.exitButtons[portal], "exit:\(portal)", true)
            after(.milliseconds(300)) { [unowned self] in
                try? self.set(self.configuration.lines.exitButtons[portal], "exit:\(portal)", false)
            }
        case .fire(let isOn): try set(configuration.lines.fireInput, "fire", isOn)
        case .tamper(let reader, let isOn): try withOSDP(reader) { $0.setTamper(isOn) }
        case .dead(let reader, let isDead): try withOSDP(reader) { $0.isDead = isDead }
        case .swap(let reader, let serial): try swap(reader, serial)
        case .wait(let span): serve(for: span)
        case .say(let text): report(text)
        case .lines:
            for (name, level) in (chip?.levels ?? [:]).sorted(by: { $0.key < $1.key }) {
                report("\(name) \(level ? "active" : "inactive")")
            }
        case .quit: isStopping = true
        }
    }

    package var hasQuit: Bool { isStopping }

    func settings(_ reader: ReaderID) throws(Failure) -> GatehouseConfiguration.ReaderSettings {
        guard let found = configuration.readers.first(where: { $0.id == reader }) else {
            throw Failure(description: "there is no reader \(reader) in the configuration")
        }
        return found
    }

    private func present(_ number: CardNumber, at reader: ReaderID) throws(Failure) {
        switch try settings(reader).kind {
        case .wiegand(let data0, let data1, _, _, _): try send([try bits(number)], data0, data1, reader)
        case .serial(_, let kind): try present(number, at: reader, kind)
        }
    }

    private func present(_ number: CardNumber, at reader: ReaderID, _ kind: ReaderKind) throws(Failure) {
        switch kind {
        case .osdp:
            let bits = try bits(number)
            try withOSDP(reader) { $0.present(bits) }
        case .em4100:
            guard case .fields(_, let id) = number.value, let id = UInt32(exactly: id) else {
                throw Failure(description: "an EM4100 card is EM4100:NUMBER")
            }
            for frame in EmulatedASCIIReader(.em4100, repeats: 3).present(number: id) { write(frame, to: reader) }
        case .line(let settings), .framed(let settings), .plate(let settings):
            guard case .text(let text) = number.value,
                let octets = EmulatedASCIIReader(.em4100).present(text: text, settings)
            else { throw Failure(description: "a reader of this kind sends TEXT:…, a camera PLATE:…") }
            write(octets, to: reader)
        case .uhf:
            guard case .text(let text) = number.value else { throw Failure(description: "a tag is EPC:…") }
            try withTags(reader) { $0.present(hexadecimal: text) }
        case .face: throw Failure(description: "\(reader) is a face module; face \(reader) 5")
        }
    }

    private func bits(_ number: CardNumber) throws(Failure) -> BitString {
        guard let format = format(number.format), case .fields(let facility, let id) = number.value,
            let bits = format.encode(facility: facility, number: id)
        else { throw Failure(description: "\(number) cannot be written as bits") }
        return bits
    }

    /// A format of the table, or one that a reader of the configuration has.
    private func format(_ id: CardFormatID) -> CardFormat? {
        CardFormat.named(id)
            ?? configuration.readers.lazy.flatMap { reader -> [CardFormat] in
                reader.kind.formats
            }.first { $0.id == id }
    }

    private func press(_ keys: String, at reader: ReaderID) throws(Failure) {
        guard case .wiegand(let data0, let data1, _, let keypad, _) = try settings(reader).kind else {
            return try withOSDP(reader) { $0.press(keys) }
        }
        guard keypad != .none else { throw Failure(description: "\(reader) has no keypad") }
        let bursts = keys.compactMap { key -> BitString? in
            let eight: BitString? =
                switch key {
                case "0"..."9": encoder.burst(of: .digit(UInt8(key.wholeNumberValue!)))
                case "#": encoder.burst(of: .enter)
                case "*": encoder.burst(of: .clear)
                default: nil
                }
            // The 4-bit mode sends the code without its complement.
            return keypad == .fourBit ? eight.map { bits in BitString((4..<8).map { bits[$0] }) } : eight
        }
        try send(bursts, data0, data1, reader)
    }

    /// Pulses on the data lines in real time: the simulator stamps them as the kernel would.
    private func send(_ frames: [BitString], _ data0: LineWiring, _ data1: LineWiring, _ reader: ReaderID)
        throws(Failure)
    {
        guard let chip else { throw Failure(description: "the configuration has no simulated lines") }
        let names = [Self.wire(data0, "d0:\(reader)"), Self.wire(data1, "d1:\(reader)")]
        for frame in frames {
            for index in 0..<frame.count {
                let name = names[frame[index] ? 1 : 0]
                chip.pulse(name, at: Self.now())
                lastBit = Self.now()
                serve(for: .milliseconds(1))
            }
            serve(for: .milliseconds(60))
        }
    }

    func withOSDP(_ reader: ReaderID, _ body: (inout EmulatedOSDPReader) -> Void) throws(Failure) {
        for index in terminals.indices {
            guard case .osdp(var readers) = terminals[index].peer, var one = readers[reader] else { continue }
            body(&one)
            readers[reader] = one
            terminals[index].peer = .osdp(readers)
            return
        }
        throw Failure(description: "\(reader) is no OSDP reader")
    }

    func withFace(_ reader: ReaderID, _ body: (inout EmulatedFaceModule) -> [UInt8]) throws(Failure) {
        for index in terminals.indices {
            guard case .face(reader, var module) = terminals[index].peer else { continue }
            let octets = body(&module)
            terminals[index].peer = .face(reader, module)
            put(octets, terminals[index].descriptor)
            return
        }
        throw Failure(description: "\(reader) is no face module")
    }

    /// A tag comes by: the reader reports it with its next rounds.
    private func withTags(_ reader: ReaderID, _ body: (inout EmulatedUHFReader) -> Void) throws(Failure) {
        for index in terminals.indices {
            guard case .tags(reader, var one) = terminals[index].peer else { continue }
            body(&one)
            terminals[index].peer = .tags(reader, one)
            // The bench turns no clock of its own for a reader that is in the midst of its rounds.
            if one.isRunning { put(one.round(), terminals[index].descriptor) }
            terminals[index].peer = .tags(reader, one)
            return
        }
        throw Failure(description: "\(reader) is no reader of vehicle tags")
    }

    private func write(_ octets: [UInt8], to reader: ReaderID) {
        for terminal in terminals {
            switch terminal.peer {
            case .em4100(reader), .text(reader): put(octets, terminal.descriptor)
            default: continue
            }
        }
    }

    private func put(_ octets: [UInt8], _ descriptor: Int32, isPresentation: Bool = true) {
        guard !octets.isEmpty else { return }
        _ = Glibc.write(descriptor, octets, octets.count)
        if isPresentation { lastBit = Self.now() }
    }

    private func set(_ wiring: LineWiring?, _ ours: String, _ level: Bool) throws(Failure) {
        guard let wiring, let chip else {
            throw Failure(description: "the configuration has no simulated line for that")
        }
        chip.set(Self.wire(wiring, ours), level, at: Self.now())
    }

    // MARK: Doors

    private func lineChanged(_ name: LineName, _ level: Bool) {
        for (portal, wiring) in configuration.lines.outputs where Self.wire(wiring, "release:\(portal)") == name {
            released(portal, level, Self.now())
            guard level, let count = walkers[portal], count > 0 else { continue }
            walkers[portal] = count - 1
            // A person pushes the door, walks through, and lets it fall shut.
            after(.milliseconds(400)) { [unowned self] in try? self.perform(.door(portal, isOpen: true)) }
            after(.milliseconds(1200)) { [unowned self] in try? self.perform(.door(portal, isOpen: false)) }
        }
    }

    private func after(_ span: Duration, _ work: @escaping () -> Void) {
        let at = Self.now() + span
        let place = agenda.firstIndex { $0.at > at } ?? agenda.count
        agenda.insert((at, work), at: place)
    }

    // MARK: The loop

    /// Serves readers, lines and doors for a while.
    package func serve(for span: Duration) {
        let end = Self.now() + span
        repeat {
            let now = Self.now()
            while let first = agenda.first, first.at <= now { agenda.removeFirst().work() }
            let next = min(end, agenda.first?.at ?? end)
            turn(until: next)
        } while Self.now() < end
    }

    private func turn(until at: MonotonicTime) {
        let descriptors = terminals.map(\.descriptor) + (chip?.descriptors ?? [])
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        let nanoseconds = max(0, (at - Self.now()).wholeNanoseconds)
        guard clinux_ppoll(&polled, UInt(polled.count), nanoseconds) > 0 else { return }
        for index in terminals.indices where polled[index].revents & Int16(POLLIN) != 0 { receive(index) }
        if polled.dropFirst(terminals.count).contains(where: { $0.revents != 0 }) { chip?.serve() }
    }

    private func receive(_ index: Int) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(terminals[index].descriptor, &buffer, buffer.count)
        guard count > 0 else { return }
        let octets = Array(buffer[0..<count])
        switch terminals[index].peer {
        case .osdp(var readers):
            for id in readers.keys.sorted() {
                // Every reader hears the whole bus and answers what is addressed to it.
                let answer = readers[id]!.receive(octets)
                // An acknowledge has 9 octets with its mark; more is a report.
                put(answer, terminals[index].descriptor, isPresentation: answer.count > 9)
            }
            terminals[index].peer = .osdp(readers)
        case .face(let id, var module):
            let answer = module.receive(octets)
            terminals[index].peer = .face(id, module)
            put(answer, terminals[index].descriptor, isPresentation: false)
            if let seconds = module.runningVerify, verifying[id] != true {
                // Nobody came: the module says so when its time is over.
                verifying[id] = true
                after(.seconds(Int(seconds))) { [unowned self] in
                    self.verifying[id] = nil
                    try? self.withFace(id) { $0.timeOut() }
                }
            }
        case .tags(let id, var reader):
            let answer = reader.receive(octets)
            terminals[index].peer = .tags(id, reader)
            put(answer, terminals[index].descriptor, isPresentation: reader.isPresenting)
        case .em4100, .text: break
        }
    }
}
