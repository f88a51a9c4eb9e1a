internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols

/// Outages of one reader on a bus of secured ones, on a computed clock: how soon it is in service again when it answers,
/// whatever legal delay its answers have, and what its neighbours keep of their polls meanwhile.
package struct OSDPOutages: Sendable {
    package struct Outcome: Sendable {
        package var outages = 0
        /// Outages whose reader was not in service within `limit`.
        package var late = 0
        /// Commands that went into an answer.
        package var collisions = 0
        /// From the moment that the reader can answer again to the panel's word that it is in service.
        package var longest = Duration.zero
        /// The same to the card that was held at it when it came back.
        package var longestToCard = Duration.zero
        /// Polls of the neighbours beside the lost reader, of those when all answer and of those without it on the bus.
        package var kept = 1.0
        package var keptOfAlone = 1.0

        package init() {}
    }

    /// From 0 to 200 ms, which is what the standard lets a reader take to begin its answer.
    package static let legalDelays = (0...20).map { Duration.milliseconds($0 * 10) }
    package static let limit: Duration = .seconds(3)
    /// Longer than the panel waits until a reader is lost.
    private static let away: Duration = .seconds(12)
    private static let measured: Duration = .seconds(48)
    /// Readers come back at moments within the panel's pace, the first of which is just too late for a try.
    private static let pace: Duration = .milliseconds(2400)

    private let readers: Int
    private let baud: Int

    package init(readers: Int = 8, baud: Int) {
        self.readers = readers
        self.baud = baud
    }

    /// One outage for each delay and each of so many moments.
    package func run(delays: [Duration] = Self.legalDelays, moments: Int) -> Outcome {
        var outcome = Outcome()
        let lost = readers / 2
        var alone = OSDPWire(readers: readers - 1, baud: baud)
        alone.turn(for: Self.measured)
        var wire = OSDPWire(readers: readers, baud: baud)
        let withAll = wire.neighbourPolls(of: lost, in: Self.measured)
        wire.cut(lost)
        wire.turn(for: Self.away)
        let beside = wire.neighbourPolls(of: lost, in: Self.measured)
        outcome.kept = Double(beside) / Double(withAll)
        outcome.keptOfAlone = Double(beside) / Double(alone.neighbourPolls(of: nil, in: Self.measured))
        wire.turnUntilAsked(lost)
        for moment in 0..<moments {
            for delay in delays {
                var one = wire
                let (toService, toCard) = one.comeBack(lost, delay: delay, within: Self.limit * 2)
                outcome.outages += 1
                if toService > Self.limit { outcome.late += 1 }
                outcome.longest = max(outcome.longest, toService)
                outcome.longestToCard = max(outcome.longestToCard, toCard)
                outcome.collisions += one.collisions
            }
            if moment < moments - 1 { wire.turn(for: Self.pace / moments) }
        }
        return outcome
    }
}

/// A bus of secured readers on a computed clock: octets take ten bits, and a reader begins its answer after its delay.
private struct OSDPWire: Sendable {
    private var panel: OSDPPanel
    private var readers: [EmulatedOSDPReader] = []
    private var delays: [Duration] = []
    private let octetTime: Duration
    private var now = MonotonicTime(nanoseconds: 1)
    /// What is on its way to the panel, piece by piece.
    private var arrivals: [(at: MonotonicTime, octets: [UInt8])] = []
    private var polls: [Int] = []
    private var lastAsked: Int?
    /// Commands that the panel sent into somebody's answer.
    private(set) var collisions = 0
    private var inServiceAt: MonotonicTime?
    private var cardAt: MonotonicTime?
    private var watched: ReaderID = "r0"

    private static let quick: Duration = .milliseconds(3)
    private static let card = CardFormat.named("H10301")

    init(readers count: Int, baud: Int) {
        octetTime = .nanoseconds(10_000_000_000 / Int64(baud))
        var settings: [OSDPPanel.ReaderSettings] = []
        for index in 0..<count {
            let octets = (0..<16).map { UInt8(truncatingIfNeeded: (index + 1) * 31 + $0 * $0 * 7 + 3) }
            guard case .success(let key) = ReaderKey.make(octets, crypto: .openSSL) else {
                preconditionFailure("a key of the bench")
            }
            settings.append(
                OSDPPanel.ReaderSettings(
                    id: ReaderID("r\(index)"), address: UInt8(index + 1), security: .secure([key], .openSSL),
                    formats: [Self.card].compactMap { $0 }))
            var reader = EmulatedOSDPReader(address: UInt8(index + 1))
            reader.security.ability = .demanded
            reader.security.key = octets
            readers.append(reader)
        }
        delays = Array(repeating: Self.quick, count: count)
        polls = Array(repeating: 0, count: count)
        panel = OSDPPanel(readers: settings, settings: OSDPPanel.Settings(baud: baud))
        carryOut(panel.handle(.portOpened, at: now))
        turn(for: .seconds(12))
    }

    mutating func cut(_ index: Int) { readers[index].isDead = true }

    /// Polls of all readers but this one.
    mutating func neighbourPolls(of index: Int?, in span: Duration) -> Int {
        polls = Array(repeating: 0, count: readers.count)
        turn(for: span)
        let all = polls.enumerated().filter { $0.offset != index }.map(\.element)
        return all.reduce(0, +) / all.count
    }

    /// To the moment at which the panel has just begun to ask this reader.
    mutating func turnUntilAsked(_ index: Int) {
        lastAsked = nil
        while lastAsked != index { guard step(until: now + .seconds(60)) else { break } }
    }

    /// Power comes back, with a card held at the reader. How long until it is in service, and until the card is told.
    mutating func comeBack(_ index: Int, delay: Duration, within span: Duration) -> (Duration, Duration) {
        readers[index].restart()
        readers[index].isDead = false
        delays[index] = delay
        if let bits = Self.card?.encode(facility: 7, number: 4711) { readers[index].present(bits) }
        watched = ReaderID("r\(index)")
        (inServiceAt, cardAt) = (nil, nil)
        let began = now
        while cardAt == nil, step(until: began + span) {}
        return ((inServiceAt ?? began + span) - began, (cardAt ?? began + span) - began)
    }

    mutating func turn(for span: Duration) {
        let end = now + span
        while step(until: end) {}
        now = end
    }

    /// False when nothing happens before the end.
    private mutating func step(until end: MonotonicTime) -> Bool {
        let deadline = panel.nextDeadline.map { max($0.at, now) }
        guard let next = [deadline, arrivals.first?.at].compactMap({ $0 }).min(), next <= end else { return false }
        now = next
        if let heard = arrivals.first, heard.at == next {
            arrivals.removeFirst()
            carryOut(panel.handle(.received(heard.octets), at: now))
        } else {
            carryOut(panel.handle(.time, at: now))
        }
        return true
    }

    private mutating func carryOut(_ effects: [OSDPPanel.Effect]) {
        for effect in effects {
            switch effect {
            case .send(let octets): send(octets)
            case .signal(let reader, .link(.online)) where reader == watched: inServiceAt = inServiceAt ?? now
            case .signal(let reader, .card):
                if reader == watched { cardAt = cardAt ?? now }
                carryOut(panel.handle(.eventStored(reader), at: now))
            case .signal(let reader, _): carryOut(panel.handle(.eventStored(reader), at: now))
            case .keysRemain, .answer, .speed, .babbling: break
            }
        }
    }

    private mutating func send(_ octets: [UInt8]) {
        let asked = Int(octets[2]) - 1
        lastAsked = asked
        if !arrivals.isEmpty {
            // Nothing of either can be read.
            collisions += 1
            arrivals = []
            return
        }
        let reply = readers[asked].receive(octets)
        guard !reply.isEmpty else { return }
        polls[asked] += 1
        let begins = now + octetTime * octets.count + delays[asked]
        let heard = [OSDPFrame.mark] + reply
        for start in stride(from: 0, to: heard.count, by: 8) {
            let end = min(start + 8, heard.count)
            arrivals.append((begins + octetTime * end, Array(heard[start..<end])))
        }
    }
}
