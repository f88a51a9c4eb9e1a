/// Deterministic CBOR (RFC 8949, section 4.2.1): integers, octet strings, text, arrays, maps with text keys, booleans.
/// The canonical bytes of a journal entry are written with it, so that a stranger can read them with any CBOR library.
package indirect enum CanonicalValue: Hashable, Sendable {
    case integer(Int64)
    case octets([UInt8])
    case text(String)
    case array([CanonicalValue])
    case map([String: CanonicalValue])
    case boolean(Bool)

    package func encoded() -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(256)
        write(into: &octets)
        return octets
    }

    func write(into octets: inout [UInt8]) {
        switch self {
        case .integer(let value):
            value >= 0 ? head(0, UInt64(value), &octets) : head(1, UInt64(-1 - value), &octets)
        case .octets(let value):
            head(2, UInt64(value.count), &octets)
            octets += value
        case .text(let value):
            head(3, UInt64(value.utf8.count), &octets)
            octets += value.utf8
        case .array(let values):
            head(4, UInt64(values.count), &octets)
            for value in values { value.write(into: &octets) }
        case .map(let pairs):
            head(5, UInt64(pairs.count), &octets)
            // Keys in the order of their encodings: the shorter first, then by octets.
            let keys = pairs.keys.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            for key in keys {
                CanonicalValue.text(key).write(into: &octets)
                pairs[key]!.write(into: &octets)
            }
        case .boolean(let value): octets.append(value ? 0xF5 : 0xF4)
        }
    }

    private func head(_ major: UInt8, _ value: UInt64, _ octets: inout [UInt8]) {
        let type = major << 5
        switch value {
        case 0..<24: octets.append(type | UInt8(value))
        case 24..<0x100: octets += [type | 24, UInt8(value)]
        case 0x100..<0x1_0000: octets += [type | 25, UInt8(value >> 8), UInt8(value & 0xFF)]
        case 0x1_0000..<0x1_0000_0000:
            octets.append(type | 26)
            for shift in [24, 16, 8, 0] as [UInt64] { octets.append(UInt8(value >> shift & 0xFF)) }
        default:
            octets.append(type | 27)
            for shift in [56, 48, 40, 32, 24, 16, 8, 0] as [UInt64] { octets.append(UInt8(value >> shift & 0xFF)) }
        }
    }

    /// Reads exactly one value that fills the octets; nil for anything else, also for encodings that are not the
    /// deterministic ones, nesting over 16 and text that is no UTF-8.
    package init?(decoding octets: some Sequence<UInt8>) {
        var reader = CanonicalReader(octets: Array(octets))
        guard let value = reader.value(depth: 0), reader.isAtEnd, value.encoded() == reader.octets else { return nil }
        self = value
    }

    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var octets: [UInt8]? { if case .octets(let value) = self { value } else { nil } }
    package var array: [CanonicalValue]? { if case .array(let value) = self { value } else { nil } }
    package var map: [String: CanonicalValue]? { if case .map(let value) = self { value } else { nil } }
    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
}

private struct CanonicalReader {
    let octets: [UInt8]
    var position = 0

    init(octets: [UInt8]) { self.octets = octets }
    var isAtEnd: Bool { position == octets.count }

    mutating func value(depth: Int) -> CanonicalValue? {
        guard depth <= 16, position < octets.count else { return nil }
        let first = octets[position]
        if first == 0xF4 || first == 0xF5 {
            position += 1
            return .boolean(first == 0xF5)
        }
        guard let length = head() else { return nil }
        switch first >> 5 {
        case 0: return length <= UInt64(Int64.max) ? .integer(Int64(length)) : nil
        case 1: return length <= UInt64(Int64.max) ? .integer(-1 - Int64(length)) : nil
        case 2: return take(length).map { .octets(Array($0)) }
        case 3: return take(length).flatMap { String(validating: $0, as: UTF8.self) }.map { .text($0) }
        case 4:
            guard length <= UInt64(octets.count - position) else { return nil }
            var values: [CanonicalValue] = []
            for _ in 0..<length {
                guard let value = value(depth: depth + 1) else { return nil }
                values.append(value)
            }
            return .array(values)
        case 5:
            guard length <= UInt64(octets.count - position) else { return nil }
            var pairs: [String: CanonicalValue] = [:]
            for _ in 0..<length {
                guard let key = value(depth: depth + 1)?.text, let value = value(depth: depth + 1),
                    pairs.updateValue(value, forKey: key) == nil
                else { return nil }
            }
            return .map(pairs)
        default: return nil
        }
    }

    private mutating func head() -> UInt64? {
        let low = octets[position] & 0x1F
        position += 1
        if low < 24 { return UInt64(low) }
        guard low <= 27 else { return nil }
        return take(1 << UInt64(low - 24))?.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(octets.count - position) else { return nil }
        defer { position += Int(count) }
        return octets[position..<(position + Int(count))]
    }
}
