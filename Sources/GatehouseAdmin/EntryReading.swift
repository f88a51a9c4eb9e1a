/// Entries are read by the million: what `EntryView.text` writes is read member by member. Anything else is nil, and the decoder's
/// to read: blanks, members in another order or of another version, numbers with a fraction.
extension EntryView {
    package init?(text: [UInt8]) {
        let found = text.withUnsafeBufferPointer { octets -> EntryView? in
            var reader = EntryReader(octets)
            return reader.entry()
        }
        guard let found else { return nil }
        self = found
    }
}

private struct EntryReader {
    private let octets: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ octets: UnsafeBufferPointer<UInt8>) { self.octets = octets }

    mutating func entry() -> EntryView? {
        var entry = EntryView(seq: 0, at: "", ms: 0, kind: "", revision: 0)
        var needed: Set<Needed> = Set(Needed.allCases)
        let isRead = object { reader, key in
            switch key {
            case "about": reader.number(UInt64.self).map { entry.about = $0 }
            case "actor": reader.string().map { entry.actor = $0 }
            case "at": reader.string().map { (entry.at, _) = ($0, needed.remove(.at)) }
            case "clock": reader.string().map { entry.clock = $0 }
            case "credential": reader.number(UInt32.self).map { entry.credential = $0 }
            case "detail": reader.members(depth: 0).map { entry.detail = $0 }
            case "dwelling": reader.string().map { entry.dwelling = $0 }
            case "kind": reader.string().map { (entry.kind, _) = ($0, needed.remove(.kind)) }
            case "ms": reader.number(Int64.self).map { (entry.ms, _) = ($0, needed.remove(.ms)) }
            case "name": reader.string().map { entry.name = $0 }
            case "outcome": reader.string().map { entry.outcome = $0 }
            case "path": reader.strings().map { entry.path = $0 }
            case "person": reader.number(UInt32.self).map { entry.person = $0 }
            case "personal": reader.texts().map { entry.personal = $0 }
            case "picture": reader.picture().map { entry.picture = $0 }
            case "point": reader.string().map { entry.point = $0 }
            case "portal": reader.string().map { entry.portal = $0 }
            case "reader": reader.string().map { entry.reader = $0 }
            case "reason": reader.string().map { entry.reason = $0 }
            case "reference": reader.string().map { entry.reference = $0 }
            case "revision": reader.number(UInt64.self).map { (entry.revision, _) = ($0, needed.remove(.revision)) }
            case "seq": reader.number(UInt64.self).map { (entry.seq, _) = ($0, needed.remove(.seq)) }
            default: nil
            }
        }
        return isRead && place == octets.count && needed.isEmpty ? entry : nil
    }

    private enum Needed: CaseIterable { case at, kind, ms, revision, seq }

    private mutating func take(_ mark: UInt8) -> Bool {
        guard place < octets.count, octets[place] == mark else { return false }
        place += 1
        return true
    }

    /// Members in the order of their names, each of them once. The body gives nil for what it does not know.
    private mutating func object(_ body: (inout EntryReader, String) -> Void?) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        var last: String?
        repeat {
            guard let key = string(), last.map({ $0 < key }) ?? true, take(UInt8(ascii: ":")), body(&self, key) != nil
            else { return false }
            last = key
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    private mutating func array(_ body: (inout EntryReader) -> Void?) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        repeat { guard body(&self) != nil else { return false } } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }

    private mutating func string() -> String? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = place
        while place < octets.count {
            switch octets[place] {
            case UInt8(ascii: "\""):
                place += 1
                return String(validating: octets[start..<(place - 1)], as: UTF8.self)
            case UInt8(ascii: "\\"): return escaped(from: start)
            case 0..<0x20: return nil
            default: place += 1
            }
        }
        return nil
    }

    /// The rest of a text in which something is escaped.
    private mutating func escaped(from start: Int) -> String? {
        var text = Array(octets[start..<place])
        while place < octets.count {
            let octet = octets[place]
            place += 1
            switch octet {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case 0..<0x20: return nil
            case UInt8(ascii: "\\"):
                guard place < octets.count else { return nil }
                place += 1
                switch octets[place - 1] {
                case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
                case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
                case UInt8(ascii: "b"): text.append(0x08)
                case UInt8(ascii: "t"): text.append(0x09)
                case UInt8(ascii: "n"): text.append(0x0A)
                case UInt8(ascii: "f"): text.append(0x0C)
                case UInt8(ascii: "r"): text.append(0x0D)
                case UInt8(ascii: "u"):
                    // The writer escapes control characters alone.
                    guard place + 4 <= octets.count, octets[place] == UInt8(ascii: "0"),
                        octets[place + 1] == UInt8(ascii: "0"), let high = Self.digit(octets[place + 2]), high < 2,
                        let low = Self.digit(octets[place + 3])
                    else { return nil }
                    place += 4
                    text.append(high << 4 | low)
                default: return nil
                }
            default: text.append(octet)
            }
        }
        return nil
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): octet - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): octet - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        let isNegative = take(UInt8(ascii: "-"))
        let start = place
        var value: Number = 0
        while place < octets.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octets[place]) {
            let digit = Number(octets[place] - UInt8(ascii: "0"))
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (next, second) =
                isNegative
                ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
            guard !first, !second else { return nil }
            value = next
            place += 1
        }
        let hasLeadingZero = place - start > 1 && octets[start] == UInt8(ascii: "0")
        guard place > start, !hasLeadingZero, !(isNegative && value == 0) else { return nil }
        // Fractions and exponents are the decoder's.
        guard place < octets.count, [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(octets[place])
        else { return nil }
        return value
    }

    private mutating func strings() -> [String]? {
        var found: [String] = []
        return array { reader in reader.string().map { found.append($0) } } ? found : nil
    }

    private mutating func texts() -> [String: String]? {
        var found: [String: String] = [:]
        return object { reader, key in reader.string().map { found[key] = $0 } } ? found : nil
    }

    private mutating func picture() -> PictureView? {
        var picture = PictureView(state: "", path: nil, reason: nil)
        var hasState = false
        let isRead = object { reader, key in
            switch key {
            case "path": reader.string().map { picture.path = $0 }
            case "reason": reader.string().map { picture.reason = $0 }
            case "state": reader.string().map { (picture.state, hasState) = ($0, true) }
            default: nil
            }
        }
        return isRead && hasState ? picture : nil
    }

    private mutating func members(depth: Int) -> [String: JSON]? {
        var found: [String: JSON] = [:]
        return object { reader, key in reader.value(depth: depth + 1).map { found[key] = $0 } } ? found : nil
    }

    private mutating func value(depth: Int) -> JSON? {
        guard depth < 8, place < octets.count else { return nil }
        switch octets[place] {
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "{"): return members(depth: depth).map { .object($0) }
        case UInt8(ascii: "["):
            var found: [JSON] = []
            return array { reader in reader.value(depth: depth + 1).map { found.append($0) } } ? .array(found) : nil
        case UInt8(ascii: "t"): return word("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return word("false") ? .boolean(false) : nil
        case UInt8(ascii: "n"): return word("null") ? .null : nil
        default: return number(Int64.self).map { .integer($0) }
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let letters = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard octets[place...].starts(with: letters) else { return false }
        place += letters.count
        return true
    }
}
