internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols

/// The readers of a virtual site with what goes wrong at them: two on data lines, two secured ones on a bus. Cards come
/// through the real decoder and the real panel. What must come out is said beside it as plainly as it can be.
///
/// The bus sleeps while nothing happens: its clock stands still between two visits and jumps to the next.
struct SimulatedReaders {
    enum Condition { case well, dead, aside }

    private static let bus: [ReaderID] = [true, false].map { VirtualSite.reader("wicket", isEntry: $0) }
    private static let key: [UInt8] = (0..<16).map { UInt8(truncatingIfNeeded: $0 * $0 * 7 + 3) }
    private static let facility: UInt32 = 7

    private(set) var violations: [String] = []
    private(set) var damagedFrames = 0
    /// Damaged frames that were read as another card, because the parity of the format lets them.
    private(set) var misread = 0
    private(set) var busFaults = 0
    private(set) var quarantines = 0

    private var dice: Dice
    private let format = CardFormat.named("H10301")!
    private var decoders: [ReaderID: WiegandDecoder] = [:]
    private var panel: OSDPPanel
    private var readers: [EmulatedOSDPReader] = []
    private var conditions: [Condition] = [.well, .well]
    private var busNow: MonotonicTime
    private var inputs: [Input] = []

    init(seed: UInt64, at now: MonotonicTime) {
        dice = Dice(seed: seed ^ 0xFA17)
        busNow = now
        panel = Self.panel(seed)
        for isEntry in [true, false] {
            decoders[VirtualSite.reader("lane", isEntry: isEntry)] = WiegandDecoder(
                .init(formats: [format]), startedAt: MonotonicTime(nanoseconds: 0))
        }
        for index in Self.bus.indices {
            var reader = EmulatedOSDPReader(address: UInt8(index + 1))
            reader.security.ability = .demanded
            reader.security.key = Self.key
            readers.append(reader)
        }
    }

    private static func panel(_ seed: UInt64) -> OSDPPanel {
        let security: OSDPPolicy
        if case .success(let key) = ReaderKey.make(key, crypto: .openSSL) {
            security = .secure([key], .openSSL)
        } else {
            preconditionFailure("the key of the simulated bus")
        }
        let settings = bus.enumerated().map { index, id in
            OSDPPanel.ReaderSettings(
                id: id, address: UInt8(index + 1), security: security, formats: [CardFormat.named("H10301")!])
        }
        var pace = OSDPPanel.Settings(baud: 115_200)
        // Quick enough for a flood to show, slow enough for years.
        pace.pollPeriod = .milliseconds(120)
        return OSDPPanel(readers: settings, settings: pace)
    }

    // MARK: what happens

    /// The power is back: the bus begins again.
    mutating func start(at now: MonotonicTime) -> [Input] {
        begin(at: now)
        carryOut(panel.handle(.portLost, at: busNow))
        inputs = []
        for index in readers.indices { readers[index].restart() }
        carryOut(panel.handle(.portOpened, at: busNow))
        run(for: .seconds(12))
        return finish()
    }

    /// A card at a reader, and what comes of it.
    mutating func show(_ number: UInt64, at reader: ReaderID, now: MonotonicTime) -> [Input] {
        guard let bits = format.encode(facility: Self.facility, number: number) else { return [] }
        begin(at: now)
        if let index = Self.bus.firstIndex(of: reader) {
            showOnBus(bits, number, index)
        } else {
            showOnLines(bits, number, reader, now)
        }
        return finish()
    }

    /// Something happens at a reader of the bus, or ends there.
    mutating func trouble(at now: MonotonicTime) -> [Input] {
        begin(at: now)
        busFaults += 1
        wake()
        let index = dice.below(2)
        let id = Self.bus[index]
        switch (conditions[index], dice.below(6)) {
        case (.dead, _):
            readers[index].isDead = false
            conditions[index] = .well
            // It shares its tries with what else is away.
            run(for: .seconds(15)) { $0.links(id) == [true] }
            expect(links(id) == [true], "\(id) came back and is not online")
        case (.aside, _):
            readers[index].flood = nil
            conditions[index] = .well
            run(for: .seconds(150)) { $0.links(id) == [true] }
            expect(babbles(id) == [false] && links(id) == [true], "\(id) is quiet and not back")
        case (.well, 0), (.well, 3):
            readers[index].isDead = true
            conditions[index] = .dead
            run(for: .seconds(12))
            expect(links(id) == [false], "\(id) is dead and not offline")
        case (.well, 1), (.well, 4):
            readers[index].restart()
            run(for: .seconds(6))
            expect(links(id) == [false, true], "\(id) lost its session and did not come back")
        case (.well, 2):
            let isOpen = !readers[index].isTampered
            readers[index].setTamper(isOpen)
            readers[index].faults = [.loseReply]
            run(for: .seconds(2))
            let told = signals(id).filter { if case .tamper = $0 { true } else { false } }
            expect(told == [.tamper(isOpen)], "\(id) was opened or closed, and that was told as \(told)")
        default:
            readers[index].flood = .unknown(code: 0xB7, data: [1, 2, 3])
            conditions[index] = .aside
            // Half a minute is a window; a flood that begins within one shows in the next.
            run(for: .seconds(90)) { $0.babbles(id) == [true] }
            quarantines += 1
            expect(babbles(id) == [true] && links(id) == [false], "\(id) babbles and is not put aside")
        }
        expect(cards.isEmpty, "a card came that nobody showed")
        return finish()
    }

    // MARK: data lines

    private mutating func showOnLines(_ card: BitString, _ number: UInt64, _ reader: ReaderID, _ now: MonotonicTime) {
        var bits = (0..<card.count).map { card[$0] }
        let isDamaged = dice.isOne(in: 25)
        if isDamaged {
            damagedFrames += 1
            for _ in 0...dice.below(3) {
                let place = dice.below(bits.count)
                switch dice.below(3) {
                case 0: bits[place].toggle()
                case 1: bits.remove(at: place)
                default: bits.insert(dice.isOne(in: 2), at: place)
                }
            }
        }
        guard var decoder = decoders[reader] else { return }
        var found: [ReaderSignal] = []
        for edge in WiegandEncoder().edges(of: BitString(bits), startingAt: now) {
            found += decoder.handle(.edge(line: edge.line, at: edge.at), at: edge.at)
        }
        if let end = decoder.nextDeadline { found += decoder.handle(.time, at: end.at) }
        decoders[reader] = decoder
        inputs += found.map { .reader(reader, $0) }
        let read = cards
        expect(found.count == 1, "a frame at \(reader) gave \(found.count) readings")
        guard let one = read.first else {
            return expect(isDamaged, "card \(number) at \(reader) was whole and not read")
        }
        guard let fits = Self.plainly(bits) else {
            return expect(false, "a frame at \(reader) that no parity permits was read as a card")
        }
        expect(
            one == CardNumber(format: format.id, facility: fits.facility, number: fits.number),
            "\(reader) read another card than came")
        if fits.number != number || fits.facility != Self.facility { misread += 1 }
    }

    /// The format once more: even parity over the first half, odd over the second, facility and number between.
    private static func plainly(_ bits: [Bool]) -> (facility: UInt32, number: UInt64)? {
        guard bits.count == 26, bits[0..<13].filter({ $0 }).count % 2 == 0, bits[13..<26].filter({ $0 }).count % 2 == 1
        else { return nil }
        func value(_ range: Range<Int>) -> UInt64 { range.reduce(0) { $0 * 2 + (bits[$1] ? 1 : 0) } }
        return (UInt32(value(1..<9)), value(9..<25))
    }

    // MARK: the bus

    private mutating func showOnBus(_ bits: BitString, _ number: UInt64, _ index: Int) {
        wake()
        // A dead reader reads nothing.
        if conditions[index] != .dead { readers[index].present(bits) }
        let faults: [EmulatedOSDPReader.Fault] = [.loseReply, .garbleReply, .doubleReply, .loseCommand, .busy]
        let isFaulty = conditions[index] == .well && dice.isOne(in: 20)
        if isFaulty {
            busFaults += 1
            readers[index].faults = [faults[dice.below(faults.count)], faults[dice.below(faults.count)]]
        }
        run(for: conditions[index] == .well ? .seconds(3) : .seconds(1)) { !isFaulty && !$0.cards.isEmpty }
        let expected = conditions[index] == .well ? [VirtualSite.card(number)] : []
        expect(cards == expected, "\(Self.bus[index]) is \(conditions[index]) and read \(cards)")
    }

    /// The polls before: whoever is well has been heard of late.
    private mutating func wake() {
        let since = busNow
        run(for: .seconds(4)) { bus in
            Self.bus.indices.allSatisfy { index in
                bus.conditions[index] != .well
                    || bus.panel.counters(of: Self.bus[index])?.lastSeen.map { $0 >= since } ?? false
            }
        }
    }

    /// Turns the clock of the bus, at most until something is true.
    private mutating func run(for span: Duration, until isDone: (SimulatedReaders) -> Bool = { _ in false }) {
        let end = busNow + span
        while let deadline = panel.nextDeadline, deadline.at <= end, !isDone(self) {
            busNow = max(busNow, deadline.at)
            carryOut(panel.handle(.time, at: busNow))
        }
        if !isDone(self) { busNow = max(busNow, end) }
    }

    private mutating func carryOut(_ effects: [OSDPPanel.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let octets):
                for index in readers.indices {
                    let reply = readers[index].receive(octets)
                    guard !reply.isEmpty else { continue }
                    busNow = busNow + .milliseconds(5)
                    carryOut(panel.handle(.received([OSDPFrame.mark] + reply), at: busNow))
                }
            case .signal(let id, let signal):
                inputs.append(.reader(id, signal))
                carryOut(panel.handle(.eventStored(id), at: busNow))
            case .babbling(let id, let isOn): inputs.append(.health(.readerBabbling, subject: id.name, isOn: isOn))
            case .keysRemain, .answer, .speed: break
            }
        }
    }

    // MARK: what is expected

    private mutating func begin(at now: MonotonicTime) {
        inputs = []
        busNow = max(busNow, now)
    }

    private mutating func finish() -> [Input] {
        defer { inputs = [] }
        return inputs
    }

    private mutating func expect(_ isTrue: Bool, _ sentence: String) {
        if !isTrue, violations.count < 20 { violations.append(sentence) }
    }

    mutating func takeViolations() -> [String] {
        defer { violations = [] }
        return violations
    }

    private func signals(_ reader: ReaderID) -> [ReaderSignal] {
        inputs.compactMap { if case .reader(reader, let signal) = $0 { signal } else { nil } }
    }
    private var cards: [CardNumber] {
        inputs.compactMap { if case .reader(_, .card(let card)) = $0 { card.number } else { nil } }
    }
    private func links(_ reader: ReaderID) -> [Bool] {
        signals(reader).compactMap { signal in
            guard case .link(let link) = signal else { return nil }
            if case .online = link { return true } else { return false }
        }
    }
    private func babbles(_ reader: ReaderID) -> [Bool] {
        inputs.compactMap { if case .health(.readerBabbling, reader.name, let isOn) = $0 { isOn } else { nil } }
    }
}
