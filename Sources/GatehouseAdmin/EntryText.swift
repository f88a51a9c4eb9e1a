/// Entries are listed by the million: their text is written member by member, and is what `WireJSON.encode` writes of them.
extension EntryView {
    package var text: [UInt8] {
        var text = EntryText()
        text.member("about", about.map { Int64(clamping: $0) })
        text.member("actor", actor)
        text.member("at", at)
        text.member("clock", clock)
        text.member("credential", credential.map { Int64($0) })
        if let detail { text.member("detail", .object(detail)) }
        text.member("dwelling", dwelling)
        text.member("kind", kind)
        text.member("ms", ms)
        text.member("name", name)
        text.member("outcome", outcome)
        if let path { text.member("path", .array(path.map { .string($0) })) }
        text.member("person", person.map { Int64($0) })
        if let personal { text.member("personal", .object(personal.mapValues { .string($0) })) }
        if let picture {
            text.begin("picture")
            text.member("path", picture.path)
            text.member("reason", picture.reason)
            text.member("state", picture.state)
            text.end()
        }
        text.member("point", point)
        text.member("portal", portal)
        text.member("reader", reader)
        text.member("reason", reason)
        text.member("reference", reference)
        text.member("revision", Int64(clamping: revision))
        text.member("seq", Int64(clamping: seq))
        text.end()
        return text.octets
    }
}

/// An object on its way: members in the order of their names.
private struct EntryText {
    private(set) var octets: [UInt8] = []
    private var isFirst = true

    init() {
        octets.reserveCapacity(640)
        octets.append(UInt8(ascii: "{"))
    }

    mutating func begin(_ name: StaticString) {
        key(name)
        octets.append(UInt8(ascii: "{"))
        isFirst = true
    }

    mutating func end() {
        octets.append(UInt8(ascii: "}"))
        isFirst = false
    }

    mutating func member(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        put(value)
    }

    mutating func member(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        key(name)
        put(value)
    }

    mutating func member(_ name: StaticString, _ value: JSON) {
        key(name)
        put(value)
    }

    private mutating func key(_ name: StaticString) {
        if !isFirst { octets.append(UInt8(ascii: ",")) }
        isFirst = false
        octets.append(UInt8(ascii: "\""))
        octets += UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        octets += [UInt8(ascii: "\""), UInt8(ascii: ":")]
    }

    private mutating func put(_ value: Int64) {
        var magnitude = value.magnitude
        if value < 0 { octets.append(UInt8(ascii: "-")) }
        let start = octets.count
        repeat {
            octets.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        octets[start...].reverse()
    }

    private mutating func put(_ text: String) {
        octets.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""): escaped(UInt8(ascii: "\""))
            case UInt8(ascii: "\\"): escaped(UInt8(ascii: "\\"))
            case 0x08: escaped(UInt8(ascii: "b"))
            case 0x09: escaped(UInt8(ascii: "t"))
            case 0x0A: escaped(UInt8(ascii: "n"))
            case 0x0C: escaped(UInt8(ascii: "f"))
            case 0x0D: escaped(UInt8(ascii: "r"))
            case 0..<0x20:
                octets += Array("\\u00".utf8) + [octet < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1")]
                octets += Array(String(octet & 0xF, radix: 16).utf8)
            default: octets.append(octet)
            }
        }
        octets.append(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ mark: UInt8) { octets += [UInt8(ascii: "\\"), mark] }

    private mutating func put(_ value: JSON) {
        switch value {
        case .null: octets += Array("null".utf8)
        case .boolean(let value): octets += Array((value ? "true" : "false").utf8)
        case .integer(let value): put(value)
        case .number: octets += Array(value.line.utf8)
        case .string(let value): put(value)
        case .array(let values):
            octets.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                put(value)
            }
            octets.append(UInt8(ascii: "]"))
        case .object(let members):
            octets.append(UInt8(ascii: "{"))
            for (index, name) in members.keys.sorted().enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                put(name)
                octets.append(UInt8(ascii: ":"))
                put(members[name] ?? .null)
            }
            octets.append(UInt8(ascii: "}"))
        }
    }
}
