/// Deterministic CBOR (RFC 8949, section 4.2.1): integers, octet strings, text, arrays, maps with text keys or with
/// integer keys, tags, booleans. The canonical bytes of a journal entry are written with it, so that a stranger can read
/// them with any CBOR library; so are visitor passes.
package indirect enum CanonicalValue: Hashable, Sendable {
    case integer(Int64)
    case octets([UInt8])
    case text(String)
    case array([CanonicalValue])
    case map([String: CanonicalValue])
    /// A map with integer keys; one without any pair reads back as `map`.
    case numbered([Int64: CanonicalValue])
    case tagged(UInt64, CanonicalValue)
    case boolean(Bool)

    package func encoded() -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(256)
        write(into: &octets)
        return octets
    }

    func write(into octets: inout [UInt8]) {
        switch self {
        case .integer(let value): octets.appendCanonical(value)
        case .octets(let value): octets.appendCanonical(octets: value)
        case .text(let value): octets.appendCanonical(value)
        case .array(let values):
            octets.appendCanonicalHead(4, UInt64(values.count))
            for value in values { value.write(into: &octets) }
        case .map(let pairs):
            octets.appendCanonicalHead(5, UInt64(pairs.count))
            for key in pairs.keys.sorted(by: Self.precedes) {
                octets.appendCanonical(key)
                pairs[key]!.write(into: &octets)
            }
        case .numbered(let pairs):
            octets.appendCanonicalHead(5, UInt64(pairs.count))
            for key in pairs.keys.sorted(by: Self.precedes) {
                octets.appendCanonical(key)
                pairs[key]!.write(into: &octets)
            }
        case .tagged(let tag, let value):
            octets.appendCanonicalHead(6, tag)
            value.write(into: &octets)
        case .boolean(let value): octets.appendCanonical(value)
        }
    }

    /// Keys stand in the order of their encodings: the shorter first, then by octets.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (leftCount, rightCount) = (left.utf8.count, right.utf8.count)
        return leftCount == rightCount ? left.utf8.lexicographicallyPrecedes(right.utf8) : leftCount < rightCount
    }

    /// Integer keys stand in the order of their encodings too: from 0 up, then from -1 down.
    static func precedes(_ left: Int64, _ right: Int64) -> Bool {
        (left < 0) == (right < 0) ? (left < 0 ? left > right : left < right) : right < 0
    }

    /// Reads exactly one value that fills the octets; nil for anything else, also for encodings that are not the
    /// deterministic ones, nesting over 16 and text that is no UTF-8.
    package init?(decoding octets: [UInt8]) {
        var reader = CanonicalReader(octets: octets)
        guard let value = reader.value(depth: 0), reader.isAtEnd else { return nil }
        self = value
    }

    /// The integers that stand under a key of the map that the octets are, without building the rest: for reading many.
    package static func integers(under key: StaticString, of octets: [UInt8]) -> [Int64]? {
        var reader = CanonicalReader(octets: octets)
        return reader.integers(under: key)
    }

    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var octets: [UInt8]? { if case .octets(let value) = self { value } else { nil } }
    package var array: [CanonicalValue]? { if case .array(let value) = self { value } else { nil } }
    package var map: [String: CanonicalValue]? { if case .map(let value) = self { value } else { nil } }
    package var numbered: [Int64: CanonicalValue]? { if case .numbered(let value) = self { value } else { nil } }
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
            // The first key says which kind of map it is.
            if length > 0, position < octets.count, octets[position] >> 5 < 2 {
                return numbered(length, depth: depth).map { .numbered($0) }
            }
            var pairs: [String: CanonicalValue] = [:]
            var last: String?
            for _ in 0..<length {
                guard let key = value(depth: depth + 1)?.text, last.map({ CanonicalValue.precedes($0, key) }) ?? true,
                    let value = value(depth: depth + 1)
                else { return nil }
                pairs[key] = value
                last = key
            }
            return .map(pairs)
        case 6: return value(depth: depth + 1).map { .tagged(length, $0) }
        default: return nil
        }
    }

    private mutating func numbered(_ count: UInt64, depth: Int) -> [Int64: CanonicalValue]? {
        var pairs: [Int64: CanonicalValue] = [:]
        var last: Int64?
        for _ in 0..<count {
            guard let key = value(depth: depth + 1)?.integer, last.map({ CanonicalValue.precedes($0, key) }) ?? true,
                let value = value(depth: depth + 1)
            else { return nil }
            pairs[key] = value
            last = key
        }
        return pairs
    }

    mutating func integers(under key: StaticString) -> [Int64]? {
        guard position < octets.count, octets[position] >> 5 == 5, let count = head() else { return nil }
        for _ in 0..<count {
            guard position < octets.count, octets[position] >> 5 == 3, let length = head(), let name = take(length)
            else {
                return nil
            }
            let isIt = key.withUTF8Buffer { $0.count == name.count && $0.elementsEqual(name) }
            if !isIt {
                guard skip(depth: 1) else { return nil }
                continue
            }
            guard position < octets.count, octets[position] >> 5 == 4, let values = head(),
                values <= UInt64(octets.count - position)
            else { return nil }
            var found: [Int64] = []
            found.reserveCapacity(Int(values))
            for _ in 0..<values {
                guard position < octets.count else { return nil }
                let major = octets[position] >> 5
                guard major < 2, let value = head(), value <= UInt64(Int64.max) else { return nil }
                found.append(major == 0 ? Int64(value) : -1 - Int64(value))
            }
            return found
        }
        return nil
    }

    /// Passes over one value.
    private mutating func skip(depth: Int) -> Bool {
        guard depth <= 16, position < octets.count else { return false }
        let first = octets[position]
        if first == 0xF4 || first == 0xF5 {
            position += 1
            return true
        }
        guard let length = head() else { return false }
        switch first >> 5 {
        case 0, 1: return true
        case 2, 3: return take(length) != nil
        case 4, 5:
            let values = first >> 5 == 4 ? length : length &* 2
            guard values <= UInt64(octets.count - position) else { return false }
            for _ in 0..<values {
                guard skip(depth: depth + 1) else { return false }
            }
            return true
        default: return false
        }
    }

    private mutating func head() -> UInt64? {
        let low = octets[position] & 0x1F
        position += 1
        if low < 24 { return UInt64(low) }
        guard low <= 27, let value = take(1 << UInt64(low - 24))?.reduce(0, { $0 << 8 | UInt64($1) }) else {
            return nil
        }
        // A number that a shorter form could hold is not deterministic.
        let least: [UInt64] = [24, 0x100, 0x1_0000, 0x1_0000_0000]
        return value >= least[Int(low - 24)] ? value : nil
    }

    private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
        guard count <= UInt64(octets.count - position) else { return nil }
        defer { position += Int(count) }
        return octets[position..<(position + Int(count))]
    }
}

extension [UInt8] {
    /// The head of a value: its major type and a number in the shortest form.
    mutating func appendCanonicalHead(_ major: UInt8, _ value: UInt64) {
        let type = major << 5
        switch value {
        case 0..<24: append(type | UInt8(value))
        case 24..<0x100:
            append(type | 24)
            append(UInt8(value))
        case 0x100..<0x1_0000:
            append(type | 25)
            appendBigEndian(value, octets: 2)
        case 0x1_0000..<0x1_0000_0000:
            append(type | 26)
            appendBigEndian(value, octets: 4)
        default:
            append(type | 27)
            appendBigEndian(value, octets: 8)
        }
    }

    private mutating func appendBigEndian(_ value: UInt64, octets: Int) {
        for index in (0..<octets).reversed() { append(UInt8(truncatingIfNeeded: value >> UInt64(index * 8))) }
    }

    package mutating func appendCanonical(_ value: Int64) {
        value >= 0 ? appendCanonicalHead(0, UInt64(value)) : appendCanonicalHead(1, UInt64(-1 - value))
    }

    package mutating func appendCanonical(octets: some Collection<UInt8>) {
        appendCanonicalHead(2, UInt64(octets.count))
        self += octets
    }

    package mutating func appendCanonical(_ text: String) {
        let octets = text.utf8
        appendCanonicalHead(3, UInt64(octets.count))
        self += octets
    }

    package mutating func appendCanonical(_ value: Bool) { append(value ? 0xF5 : 0xF4) }

    package mutating func appendCanonical(arrayOf count: Int) { appendCanonicalHead(4, UInt64(count)) }
}

/// A map whose keys the caller gives in their order, so that nothing is sorted or hashed: for what is written often.
struct CanonicalMapWriter {
    private var body: [UInt8] = []
    private var count: UInt64 = 0
    private var last = ""

    init() { body.reserveCapacity(320) }

    mutating func put(_ key: String, _ value: Int64?) {
        guard let value else { return }
        begin(key)
        body.appendCanonical(value)
    }

    mutating func put(_ key: String, _ value: String?) {
        guard let value else { return }
        begin(key)
        body.appendCanonical(value)
    }

    mutating func put(_ key: String, octets value: [UInt8]?) {
        guard let value else { return }
        begin(key)
        body.appendCanonical(octets: value)
    }

    mutating func put(_ key: String, integers values: [Int64]?) {
        guard let values else { return }
        begin(key)
        body.appendCanonical(arrayOf: values.count)
        for value in values { body.appendCanonical(value) }
    }

    mutating func put(_ key: String, value: CanonicalValue?) {
        guard let value else { return }
        begin(key)
        value.write(into: &body)
    }

    private mutating func begin(_ key: String) {
        assert(count == 0 || CanonicalValue.precedes(last, key), "key \(key) after \(last)")
        last = key
        count += 1
        body.appendCanonical(key)
    }

    func encoded() -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(body.count + 9)
        octets.appendCanonicalHead(5, count)
        return octets + body
    }
}
