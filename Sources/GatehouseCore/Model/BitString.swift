/// Bits as a reader sent them, the first on the wire at index 0, at most 128.
package struct BitString: Hashable, Sendable, CustomStringConvertible {
    package static let capacity = 128

    /// Bits 0 to 63 and 64 to 127, each word left justified (the earlier bit is the more significant one).
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    package private(set) var count = 0

    package init() {}

    package init(_ bits: some Sequence<Bool>) {
        for bit in bits { append(bit) }
    }

    /// The first `count` bits of left-justified octets, as an OSDP RAW reply carries them; nil when the octets
    /// are too few or too many for the count, or the count is above the capacity.
    package init?(octets: some Collection<UInt8>, count: Int) {
        guard count >= 0, count <= Self.capacity, octets.count == (count + 7) / 8 else { return nil }
        for (index, octet) in octets.enumerated() {
            for bit in 0..<8 where index * 8 + bit < count { append(octet & (0x80 >> UInt8(bit)) != 0) }
        }
    }

    /// Appends one bit. Bits past the capacity are dropped and `false` comes back.
    @discardableResult
    package mutating func append(_ bit: Bool) -> Bool {
        guard count < Self.capacity else { return false }
        if bit {
            if count < 64 { first |= 1 << UInt64(63 - count) } else { second |= 1 << UInt64(127 - count) }
        }
        count += 1
        return true
    }

    package subscript(index: Int) -> Bool {
        precondition(index >= 0 && index < count, "bit \(index) of \(count)")
        return index < 64 ? first & (1 << UInt64(63 - index)) != 0 : second & (1 << UInt64(127 - index)) != 0
    }

    /// `length` bits (at most 64) from `start` as a number, the earliest bit most significant.
    package func number(start: Int, length: Int) -> UInt64 {
        precondition(length <= 64 && start >= 0 && start + length <= count, "field \(start):\(length) of \(count)")
        var value: UInt64 = 0
        for index in start..<(start + length) { value = value << 1 | (self[index] ? 1 : 0) }
        return value
    }

    /// The bits left justified in octets, unused low bits of the last octet 0.
    package var octets: [UInt8] {
        (0..<((count + 7) / 8)).map { index in
            let word = index < 8 ? first : second
            return UInt8(truncatingIfNeeded: word >> UInt64(56 - (index % 8) * 8))
        }
    }

    package var description: String {
        String((0..<count).map { self[$0] ? "1" : "0" })
    }
}
