internal import GatehouseCore
package import GatehouseProtocols

/// How often a damaged frame is taken for another card that is enrolled: the figure by which a card format is judged.
///
/// Each frame is the card of a resident with one to three bits flipped, dropped or inserted, in any mixture. The decoder
/// beside it knows the same lengths and fields and looks at no parity, XOR or constant.
package struct WrongAccepts: Sendable {
    package enum Enrolment: String, Sendable, CaseIterable {
        /// Numbers from all over the format.
        case scattered
        /// One box of cards: one facility, numbers in a row.
        case oneBox = "one box"
    }

    package struct Result: Hashable, Sendable {
        package var frames = 0
        /// Frames that still had the right length, and were not the card that was shown.
        package var ofLength = 0
        /// Taken for another enrolled card.
        package var wrong = 0
        /// The same, by the decoder that looks at no check.
        package var wrongUnchecked = 0
        /// Taken for the card that was shown although bits were changed.
        package var unharmed = 0
    }

    package let format: CardFormat
    private let unchecked: CardFormat
    let cards: [BitString]
    private let enrolled: Set<CardNumber>

    package init(_ format: CardFormat, _ enrolment: Enrolment, cards count: Int, dice: inout Dice) {
        self.format = format
        unchecked =
            CardFormat(
                format.id, bits: format.bitCount, facility: format.facility, number: format.number, extra: format.extra)
            ?? format
        var cards: [BitString] = []
        var enrolled: Set<CardNumber> = []
        let facility = Self.below(format.facility, &dice)
        let first = Self.below(format.number, &dice) / 2
        while cards.count < count {
            let fields =
                enrolment == .scattered
                ? CardFields(
                    facility: UInt32(Self.below(format.facility, &dice)), number: Self.below(format.number, &dice),
                    extra: UInt32(Self.below(format.extra, &dice)))
                : CardFields(facility: UInt32(facility), number: first + UInt64(cards.count))
            guard !format.isReserved(fields), let bits = format.encode(fields) else { continue }
            if enrolled.insert(format.cardNumber(fields)).inserted { cards.append(bits) }
        }
        self.cards = cards
        self.enrolled = enrolled
    }

    private static func below(_ field: BitField?, _ dice: inout Dice) -> UInt64 {
        guard let field else { return 0 }
        return dice.next() >> UInt64(64 - field.length)
    }

    package func run(frames: Int, dice: inout Dice) -> Result {
        let decoder = CardDecoder(formats: [format])
        let blind = CardDecoder(formats: [unchecked])
        var result = Result()
        for _ in 0..<frames {
            let shown = cards[dice.below(cards.count)]
            let damaged = Self.damage(shown, &dice)
            result.frames += 1
            guard damaged.count == format.bitCount, damaged != shown else { continue }
            result.ofLength += 1
            let own = format.decode(shown)
            if case .card(let read) = decoder.read(damaged) {
                if read.number == own {
                    result.unharmed += 1
                } else if enrolled.contains(read.number) {
                    result.wrong += 1
                }
            }
            if case .card(let read) = blind.read(damaged), read.number != own, enrolled.contains(read.number) {
                result.wrongUnchecked += 1
            }
        }
        return result
    }

    private static func damage(_ bits: BitString, _ dice: inout Dice) -> BitString {
        var found = (0..<bits.count).map { bits[$0] }
        for _ in 0...dice.below(3) {
            switch dice.below(3) {
            case 0: found[dice.below(found.count)].toggle()
            case 1: found.remove(at: dice.below(found.count))
            default: found.insert(dice.below(2) == 1, at: dice.below(found.count + 1))
            }
        }
        return BitString(found)
    }

    /// The share of all changes of so many bits, wherever they fall, that no check of the format finds.
    package static func undetected(flips: Int, of format: CardFormat) -> Double {
        var all = 0
        var passed = 0
        func choose(_ chosen: [Int], from start: Int) {
            guard chosen.count < flips else {
                all += 1
                if format.isUndetected(flipping: chosen) { passed += 1 }
                return
            }
            for next in start..<format.bitCount { choose(chosen + [next], from: next + 1) }
        }
        choose([], from: 0)
        return Double(passed) / Double(all)
    }

    /// Of random bits of the right length, the share that would be one of the enrolled cards.
    package var shareOfNoise: Double {
        var share = Double(cards.count)
        for _ in 0..<(dataBits + format.checkCount) { share /= 2 }
        return share
    }

    private var dataBits: Int {
        format.number.length + (format.facility?.length ?? 0) + (format.extra?.length ?? 0)
    }
}

extension Bench {
    static let judgedFormats = ["H10301", "2804W", "H10306", "C1K35", "H10302", "P10001", "W44X", "W66"]

    /// A million damaged frames for each format and enrolment.
    static func formats(_ report: (String) -> Void) {
        report("damaged frames taken for another enrolled card, 1,000,000 frames, 2,000 cards enrolled:")
        for name in judgedFormats {
            guard let format = CardFormat.named(CardFormatID(name)) else { continue }
            for enrolment in WrongAccepts.Enrolment.allCases {
                var dice = Dice(seed: 1)
                let judged = WrongAccepts(format, enrolment, cards: 2000, dice: &dice)
                let result = judged.run(frames: 1_000_000, dice: &dice)
                report(
                    "\(name), \(enrolment.rawValue): \(result.wrong); without checks \(result.wrongUnchecked); \(result.ofLength) of right length; of pure noise \(judged.shareOfNoise) expected"
                )
            }
            let shares = (1...3).map { "\(WrongAccepts.undetected(flips: $0, of: format))" }
            report("\(name): share of 1, 2, 3 flips that no check can find: \(shares.joined(separator: ", "))")
        }
    }
}
