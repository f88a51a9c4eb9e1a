import GatehouseCore
import GatehouseCrypto
import GatehouseProtocols
import GatehouseSimulation

/// One bus with a real panel and emulated readers, on a clock that is turned by hand.
struct OSDPBench {
    /// How the line cuts what a reader sends.
    enum Delivery { case whole, octetByOctet }

    struct Heard: Equatable {
        var reader: ReaderID
        var signal: ReaderSignal
        var at: MonotonicTime
    }

    var panel: OSDPPanel
    var readers: [EmulatedOSDPReader]
    var delivery = Delivery.whole
    /// From the last octet of a command to the first of the reply.
    var replyDelay = Duration.milliseconds(5)
    /// One reply in so many is lost; nil for none. The dice are those of `lossDice`.
    var losesOneIn: Int?
    var lossDice = SplitMix64(seed: 0x05D9)
    private(set) var lost = 0
    /// Octets that the adapter hears before each reply.
    var noise: [UInt8] = []
    var echoes = false
    /// Stores events at once, as a daemon with a quick disk does.
    var storesEvents = true

    private(set) var now = MonotonicTime.zero
    private(set) var heard: [Heard] = []
    private(set) var identities: [ReaderIdentity] = []
    /// Every frame that the panel sent, with its moment.
    private(set) var sent: [(frame: OSDPFrame, at: MonotonicTime)] = []
    private var line: [(at: MonotonicTime, octets: [UInt8])] = []

    init(addresses: [UInt8] = [1], security: OSDPPolicy = .clear, settings: OSDPPanel.Settings = .init()) {
        panel = OSDPPanel(
            readers: addresses.map {
                .init(
                    id: ReaderID("r\($0)"), address: $0, security: security,
                    formats: [CardFormat.named("H10301")].compactMap { $0 })
            }, settings: settings)
        readers = addresses.map { EmulatedOSDPReader(address: $0) }
        speed = settings.baud
    }

    /// A key that somebody threw dice for.
    static let key = [UInt8](hex: "8a0cbc6fd9269e7d920994bf522d85d6")

    /// A bench whose panel and readers share a key.
    static func secured(addresses: [UInt8] = [1], settings: OSDPPanel.Settings = .init()) -> OSDPBench {
        guard case .success(let key) = ReaderKey.make(key, crypto: .openSSL) else {
            preconditionFailure("the bench's key")
        }
        var bench = OSDPBench(addresses: addresses, security: .secure([key], .openSSL), settings: settings)
        for index in bench.readers.indices {
            bench.readers[index].security.ability = .demanded
            bench.readers[index].security.key = Self.key
        }
        return bench
    }

    /// What the panel told of the keys that remain.
    private(set) var kept: [[Int]] = []
    private(set) var answers: [Answer] = []
    /// The speed of the port; a reader hears what is sent at its own.
    private(set) var speed = 9600

    /// Readers that were put aside, or came back.
    private(set) var babbling: [Babbling] = []

    struct Babbling: Equatable {
        var reader: ReaderID
        var isOn: Bool
        var at: MonotonicTime
    }

    struct Answer: Equatable {
        var token: UInt64
        var answer: OSDPAnswer
    }

    /// Every frame that a reader answered with, without its mark.
    private(set) var answered: [[UInt8]] = []

    var signals: [ReaderSignal] { heard.map(\.signal) }
    func signals(of reader: ReaderID) -> [ReaderSignal] { heard.filter { $0.reader == reader }.map(\.signal) }
    func commands(to address: UInt8) -> [OSDPCommand] {
        sent.filter { $0.frame.address == address }.map { OSDPCommand(code: $0.frame.code, data: $0.frame.data) }
    }
    mutating func forget() {
        heard = []
        sent = []
        answered = []
        kept = []
        answers = []
    }

    mutating func input(_ input: OSDPPanel.Input) { carryOut(panel.handle(input, at: now)) }

    /// Turns the clock, stopping at every deadline of the panel and every octet on the line.
    mutating func run(for span: Duration) {
        let end = now + span
        var turns = 0
        while true {
            let deadline = panel.nextDeadline.map { max($0.at, now) }
            let arrival = line.map(\.at).min()
            guard let next = [deadline, arrival].compactMap({ $0 }).min(), next <= end else { break }
            turns += 1
            precondition(turns < 1_000_000, "the panel spins at \(now): \(String(describing: panel.nextDeadline))")
            now = next
            if let arrival, arrival == next, let index = line.firstIndex(where: { $0.at == arrival }) {
                let octets = line.remove(at: index).octets
                carryOut(panel.handle(.received(octets), at: now))
            } else {
                carryOut(panel.handle(.time, at: now))
            }
        }
        now = end
    }

    private mutating func carryOut(_ effects: [OSDPPanel.Effect]) {
        for effect in effects {
            switch effect {
            case .signal(_, .identified(let identity)): identities.append(identity)
            case .signal(let reader, let signal):
                heard.append(Heard(reader: reader, signal: signal, at: now))
                if storesEvents { carryOut(panel.handle(.eventStored(reader), at: now)) }
            case .keysRemain(_, let places): kept.append(places)
            case .answer(_, let token, let answer): answers.append(Answer(token: token, answer: answer))
            case .speed(let baud): speed = baud
            case .babbling(let reader, let isOn): babbling.append(Babbling(reader: reader, isOn: isOn, at: now))
            case .send(let octets):
                guard octets.first == OSDPFrame.mark,
                    case .success(let frame) = OSDPFrame.decode(Array(octets.dropFirst()))
                else { preconditionFailure("the panel sent \(octets)") }
                sent.append((frame, now))
                transmit(octets)
            }
        }
    }

    private mutating func transmit(_ octets: [UInt8]) {
        let octetTime = Duration.nanoseconds(10_000_000_000 / Int64(speed))
        var at = now + octetTime * octets.count
        if echoes { line.append((at, octets)) }
        at = at + replyDelay
        for index in readers.indices where readers[index].baud == nil || readers[index].baud == speed {
            let reply = readers[index].receive(octets)
            guard !reply.isEmpty else { continue }
            if let losesOneIn, Int.random(in: 0..<losesOneIn, using: &lossDice) == 0 {
                lost += 1
                continue
            }
            answered.append(reply)
            let heard = noise + [OSDPFrame.mark] + reply
            switch delivery {
            case .whole: line.append((at + octetTime * heard.count, heard))
            case .octetByOctet:
                for (index, octet) in heard.enumerated() { line.append((at + octetTime * (index + 1), [octet])) }
            }
        }
    }
}
