package import GatehouseCore

/// Turns the bits of one frame into a card, with the formats that the reader's configuration allows.
package struct CardDecoder: Sendable {
    /// In the order of the configuration.
    package let formats: [CardFormat]

    package init(formats: [CardFormat]) { self.formats = formats }

    /// `card`, or `unreadable` with `length` (no format has that many bits), `parity` (none of that length holds),
    /// `ambiguous` (two formats read different numbers: a fault of the configuration) or `reserved` (all data bits 0 or
    /// all 1). Two formats that read the same numbers count as the first of them.
    package func read(_ frame: BitString) -> ReaderSignal {
        let candidates = formats.filter { $0.bitCount == frame.count }
        guard !candidates.isEmpty else { return .unreadable(.length) }
        let fitting = candidates.compactMap { format in format.fields(of: frame).map { (format, $0) } }
        guard !fitting.isEmpty else { return .unreadable(.parity) }
        let cards = fitting.filter { !$0.0.isReserved($0.1) }.map { $0.0.cardNumber($0.1) }
        guard let first = cards.first else { return .unreadable(.reserved) }
        guard cards.count == fitting.count, cards.allSatisfy({ $0.value == first.value }) else {
            return .unreadable(.ambiguous)
        }
        return .card(CardRead(number: first, bits: frame))
    }

    /// What an unreadable frame looks like when a known wiring fault is undone; for a sentence to the installer, never
    /// for a card.
    package enum Suspicion: String, Hashable, Sendable {
        /// Every bit inverted: DATA0 and DATA1 are exchanged.
        case swappedLines
        /// Last bit first.
        case reversedBits
    }

    /// The wiring faults that would explain a frame which no format accepts (wiegand.md section 3). In formats with two
    /// halves of even length, as H10301, the two look alike and both come back.
    package func suspicions(of frame: BitString) -> [Suspicion] {
        let candidates = formats.filter { $0.bitCount == frame.count && !$0.parities.isEmpty }
        let inverted = BitString((0..<frame.count).map { !frame[$0] })
        let reversed = BitString((0..<frame.count).map { frame[frame.count - 1 - $0] })
        var found: [Suspicion] = []
        if candidates.contains(where: { $0.fields(of: inverted) != nil }) { found.append(.swappedLines) }
        if candidates.contains(where: { $0.fields(of: reversed) != nil }) { found.append(.reversedBits) }
        return found
    }
}
