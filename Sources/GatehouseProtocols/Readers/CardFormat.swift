package import GatehouseCore

/// A run of bits of a frame, counted from 0 = first on the wire, most significant bit first.
package struct BitField: Hashable, Sendable {
    package var start: Int
    /// 1 to 64 bits.
    package var length: Int

    package init(_ start: Int, _ length: Int) {
        self.start = start
        self.length = length
    }

    var range: Range<Int> { start..<(start + length) }
    /// The greatest number that fits.
    package var maximum: UInt64 { length >= 64 ? .max : (1 << UInt64(length)) - 1 }
}

/// One parity bit: the ones in the covered bits and the parity bit together are even, or odd.
package struct ParityRule: Hashable, Sendable {
    package var position: Int
    package var isOdd: Bool
    package var covered: [Int]

    package static func even(_ position: Int, of covered: some Sequence<Int>) -> ParityRule {
        ParityRule(position: position, isOdd: false, covered: Array(covered))
    }
    package static func odd(_ position: Int, of covered: some Sequence<Int>) -> ParityRule {
        ParityRule(position: position, isOdd: true, covered: Array(covered))
    }

    func value(over bits: [Bool]) -> Bool {
        let ones = covered.reduce(0) { $0 + (bits[$1] ? 1 : 0) }
        return (ones % 2 == 1) != isOdd
    }
}

/// A check at the end of a frame: the last group of bits is the XOR of all groups before it.
package enum XORCheck: Int, Hashable, Sendable {
    case nibbles = 4
    case octets = 8
}

/// What a frame of one format says. `extra` is the issue level, OEM code or maker where the format has one.
package struct CardFields: Hashable, Sendable {
    package var facility: UInt32
    package var number: UInt64
    package var extra: UInt32

    package init(facility: UInt32 = 0, number: UInt64, extra: UInt32 = 0) {
        self.facility = facility
        self.number = number
        self.extra = extra
    }
}

/// A card format held as data, so that a site can add its own (wiegand.md section 5).
///
/// Bits that belong to no field, rule or constant are free: makers use them and do not say for what.
package struct CardFormat: Hashable, Sendable {
    package let id: CardFormatID
    /// Bits of a whole frame, 1 to 128.
    package let bitCount: Int
    package let facility: BitField?
    package let number: BitField
    /// Issue level, OEM code or maker.
    package let extra: BitField?
    /// In the order in which an encoder sets them; a later rule may cover the bits of an earlier one.
    package let parities: [ParityRule]
    package let xor: XORCheck?
    /// Bits that are always 1.
    package let ones: [Int]

    /// Nil when a field, rule or constant lies outside the frame, when fields overlap, or when facility and extra
    /// together have more than 32 bits.
    package init?(
        _ id: CardFormatID, bits: Int, facility: BitField? = nil, number: BitField, extra: BitField? = nil,
        parities: [ParityRule] = [], xor: XORCheck? = nil, ones: [Int] = []
    ) {
        let fields = [facility, number, extra].compactMap { $0 }
        guard (1...BitString.capacity).contains(bits),
            fields.allSatisfy({
                $0.start >= 0 && (1...64).contains($0.length) && $0.start < bits && $0.start + $0.length <= bits
            }),
            (facility?.length ?? 0) + (extra?.length ?? 0) <= 32,
            parities.allSatisfy({ rule in ([rule.position] + rule.covered).allSatisfy { (0..<bits).contains($0) } }),
            ones.allSatisfy({ (0..<bits).contains($0) })
        else { return nil }
        if let xor, bits % xor.rawValue != 0 || bits < 2 * xor.rawValue { return nil }
        let positions = fields.flatMap(\.range)
        guard Set(positions).count == positions.count else { return nil }
        self.id = id
        self.bitCount = bits
        self.facility = facility
        self.number = number
        self.extra = extra
        self.parities = parities
        self.xor = xor
        self.ones = ones
    }

    /// The fields of a frame. Nil when the length, a parity rule, the XOR or a constant does not hold. A frame is never
    /// repaired. Reserved numbers (all zeros, all ones) decode like any other; `CardDecoder` refuses them.
    package func fields(of frame: BitString) -> CardFields? {
        guard frame.count == bitCount else { return nil }
        let bits = (0..<bitCount).map { frame[$0] }
        guard ones.allSatisfy({ bits[$0] }),
            parities.allSatisfy({ $0.value(over: bits) == bits[$0.position] }),
            xor.map({ Self.lastGroup(of: bits, size: $0.rawValue) == Array(bits.suffix($0.rawValue)) }) ?? true
        else { return nil }
        func value(_ field: BitField?) -> UInt64 {
            field.map { frame.number(start: $0.start, length: $0.length) } ?? 0
        }
        return CardFields(
            facility: UInt32(truncatingIfNeeded: value(facility)), number: value(number),
            extra: UInt32(truncatingIfNeeded: value(extra)))
    }

    /// The identity of the card in a frame, or nil where `fields(of:)` is nil.
    package func decode(_ frame: BitString) -> CardNumber? {
        fields(of: frame).map(cardNumber)
    }

    /// Whether the data bits (all fields together) of a frame are all zeros or all ones: never a card.
    package func isReserved(_ fields: CardFields) -> Bool {
        let facilityMaximum = facility?.maximum ?? 0
        let extraMaximum = extra?.maximum ?? 0
        if fields.facility == 0, fields.number == 0, fields.extra == 0 { return true }
        return fields.facility == facilityMaximum && fields.number == number.maximum && fields.extra == extraMaximum
    }

    /// The identity of a card. A format with an issue level, OEM code or maker puts it above the facility:
    /// `facility = extra << bits of the facility | facility`, so that two cards never share an identity. KASTLE32 with
    /// issue 13 and facility 128 has facility 13 * 256 + 128 = 3456; W44X, which has no facility, has its maker there.
    package func cardNumber(_ fields: CardFields) -> CardNumber {
        CardNumber(
            format: id, facility: fields.extra << UInt32(facility?.length ?? 0) | fields.facility, number: fields.number
        )
    }

    /// The frame of a card identity (facility folded as in `cardNumber`). Nil when a value does not fit its field.
    package func encode(facility folded: UInt32 = 0, number: UInt64) -> BitString? {
        let length = facility?.length ?? 0
        let mask = facility?.maximum ?? 0
        let upper = length >= 32 ? 0 : folded >> UInt32(length)
        return encode(
            CardFields(facility: UInt32(truncatingIfNeeded: UInt64(folded) & mask), number: number, extra: upper))
    }

    /// The frame of given fields. Nil when a value does not fit its field.
    package func encode(_ fields: CardFields) -> BitString? {
        guard UInt64(fields.facility) <= facility?.maximum ?? 0, fields.number <= number.maximum,
            UInt64(fields.extra) <= extra?.maximum ?? 0
        else { return nil }
        var bits = [Bool](repeating: false, count: bitCount)
        func put(_ value: UInt64, _ field: BitField?) {
            guard let field else { return }
            for index in 0..<field.length {
                bits[field.start + index] = value >> UInt64(field.length - 1 - index) & 1 == 1
            }
        }
        put(UInt64(fields.facility), facility)
        put(fields.number, number)
        put(UInt64(fields.extra), extra)
        for position in ones { bits[position] = true }
        for rule in parities { bits[rule.position] = rule.value(over: bits) }
        if let xor {
            bits.replaceSubrange((bitCount - xor.rawValue)..., with: Self.lastGroup(of: bits, size: xor.rawValue))
        }
        return BitString(bits)
    }

    private static func lastGroup(of bits: [Bool], size: Int) -> [Bool] {
        (0..<size).map { offset in
            stride(from: offset, to: bits.count - size, by: size).reduce(false) { $0 != bits[$1] }
        }
    }
}
