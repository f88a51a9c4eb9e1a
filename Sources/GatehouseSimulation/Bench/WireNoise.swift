package import GatehouseProtocols
internal import GatehouseCore

/// Cards on a noisy wire, by a decoder that delivers at the length of the format and by one that waits for the silence.
///
/// Each frame has none, one or two of the harms that wires know: spikes at any moment on either line, a storm of pulses, and pulses that
/// arrive on the other line. What the patient decoder reads is what the checks of the format permit; whatever the early one reads
/// beyond that is its own fault.
package struct WireNoise: Sendable {
    package struct Result: Hashable, Sendable {
        package var frames = 0
        /// The card that was shown.
        package var whole = 0
        /// Another card than the one that was shown, by the decoder with the early end.
        package var wrong = 0
        /// Of these, those that the patient decoder does not read.
        package var beyondChecks = 0
        /// Frames with flips alone that were read as another card, and how many of them the checks cannot find by calculation.
        package var wrongOfFlips = 0
        package var expectedOfFlips = 0.0
        package init() {}
    }

    private enum Harm: CaseIterable { case spikes, storm, flips }

    private let format: CardFormat
    private let cards: [BitString]
    private let undetected: [Double]
    private static let mostFlips = 3

    package init(_ format: CardFormat, cards count: Int, dice: inout Dice) {
        self.format = format
        cards = WrongAccepts(format, .oneBox, cards: count, dice: &dice).cards
        undetected = (1...Self.mostFlips).map { WrongAccepts.undetected(flips: $0, of: format) }
    }

    package func run(frames: Int, dice: inout Dice) -> Result {
        var result = Result()
        for _ in 0..<frames {
            let shown = cards[dice.below(cards.count)]
            let (edges, flips) = harmed(shown, &dice)
            let (early, patient) = (read(edges, endsAtLength: true), read(edges, endsAtLength: false))
            result.frames += 1
            if early == [shown] { result.whole += 1 }
            if early.contains(where: { $0 != shown }) {
                result.wrong += 1
                if early != patient { result.beyondChecks += 1 }
            }
            guard let flips else { continue }
            result.expectedOfFlips += undetected[flips - 1]
            if early.contains(where: { $0 != shown }) { result.wrongOfFlips += 1 }
        }
        return result
    }

    /// The bits of the cards that a decoder reads of these edges.
    private func read(_ edges: [WiegandEncoder.Edge], endsAtLength: Bool) -> [BitString] {
        var decoder = WiegandDecoder(
            .init(formats: [format], endsAtLength: endsAtLength, settle: .zero), startedAt: .zero)
        var signals: [ReaderSignal] = []
        for edge in edges { signals += decoder.handle(.edge(line: edge.line, at: edge.at), at: edge.at) }
        while let deadline = decoder.nextDeadline { signals += decoder.handle(.time, at: deadline.at) }
        return signals.compactMap { if case .card(let card) = $0 { card.bits } else { nil } }
    }

    /// `flips` is their number where nothing else was done to the frame.
    private func harmed(_ bits: BitString, _ dice: inout Dice) -> (edges: [WiegandEncoder.Edge], flips: Int?) {
        let encoder = WiegandEncoder(bitPeriod: .microseconds(Int64(300 + dice.below(2000))))
        let start = MonotonicTime(nanoseconds: 1_000_000_000)
        var edges = encoder.edges(of: bits, startingAt: start)
        let span = (edges[edges.count - 1].at - start).wholeNanoseconds
        func moment(_ dice: inout Dice) -> MonotonicTime {
            start + .nanoseconds(Int64(clamping: dice.below(Int(clamping: span))))
        }
        func line(_ dice: inout Dice) -> WiegandDecoder.Line { dice.below(2) == 0 ? .data0 : .data1 }
        let harms = (0..<dice.below(3)).map { _ in Harm.allCases[dice.below(Harm.allCases.count)] }
        var flips = 0
        for harm in harms {
            switch harm {
            case .spikes:
                for _ in 0...dice.below(3) { edges.append(.init(line: line(&dice), at: moment(&dice))) }
            case .storm:
                let from = moment(&dice)
                for pulse in 0...dice.below(60) {
                    edges.append(.init(line: line(&dice), at: from + .microseconds(90) * pulse))
                }
            case .flips:
                flips += 1
                let places = distinct(1 + dice.below(Self.mostFlips), of: bits.count, &dice)
                for place in places { edges[place].line = edges[place].line == .data0 ? .data1 : .data0 }
                if harms == [.flips] { flips = places.count }
            }
        }
        return (edges.sorted { $0.at < $1.at }, harms == [.flips] ? flips : nil)
    }

    private func distinct(_ count: Int, of all: Int, _ dice: inout Dice) -> Set<Int> {
        var places: Set<Int> = []
        while places.count < count { places.insert(dice.below(all)) }
        return places
    }
}

extension Bench {
    /// A million frames on a noisy wire.
    static func noise(_ report: (String) -> Void) {
        for name in judgedFormats {
            guard let format = CardFormat.named(CardFormatID(name)) else { continue }
            var dice = Dice(seed: 3)
            let noise = WireNoise(format, cards: 2000, dice: &dice)
            let result = noise.run(frames: 1_000_000, dice: &dice)
            let expected = Int(result.expectedOfFlips.rounded())
            report(
                "\(name), ends_at_length, spikes, storms and flips: \(result.beyondChecks) of \(result.frames) frames read as another card beyond what its checks permit (0); \(result.wrong) another card in all, of flips alone \(result.wrongOfFlips) where \(expected) are expected; \(result.whole) read whole"
            )
        }
    }
}
