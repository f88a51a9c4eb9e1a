/// JSON (RFC 8259) as a file of accounts has it, with the line of every value: no member twice, no fractions, and no deeper than five.
struct StrictJSON {
    struct Fault: Error {
        var line: Int
        var what: AccountFault.Problem
    }
    struct Value {
        var line: Int
        var content: Content
    }
    enum Content {
        case object([String: Value])
        case array([Value])
        case text(String)
        case number(Int64)
        case truth(Bool)
    }

    private let octets: [UInt8]
    private var place = 0
    private var line = 1

    private static let deepest = 5

    private init(_ octets: [UInt8]) { self.octets = octets }

    static func read(_ octets: [UInt8]) throws(Fault) -> Value {
        guard String(validating: octets, as: UTF8.self) != nil else { throw Fault(line: 1, what: .notJSON) }
        var reader = StrictJSON(octets)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.place == octets.count else { throw reader.fault() }
        return value
    }

    private func fault() -> Fault { Fault(line: line, what: .notJSON) }

    private mutating func skipBlanks() {
        while place < octets.count, [0x20, 0x09, 0x0A, 0x0D].contains(octets[place]) {
            if octets[place] == 0x0A { line += 1 }
            place += 1
        }
    }

    /// The next octet that is no blank, which stays where it is.
    private mutating func next() throws(Fault) -> UInt8 {
        skipBlanks()
        guard place < octets.count else { throw fault() }
        return octets[place]
    }

    private mutating func take(_ octet: Character) throws(Fault) {
        guard try next() == octet.asciiValue else { throw fault() }
        place += 1
    }

    private mutating func takes(_ octet: Character) throws(Fault) -> Bool {
        guard try next() == octet.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func value(depth: Int) throws(Fault) -> Value {
        guard depth < Self.deepest else { throw fault() }
        let first = try next()
        let begin = line
        switch first {
        case UInt8(ascii: "{"): return Value(line: begin, content: .object(try object(depth)))
        case UInt8(ascii: "["): return Value(line: begin, content: .array(try array(depth)))
        case UInt8(ascii: "\""): return Value(line: begin, content: .text(try text()))
        case UInt8(ascii: "t") where takes(word: "true"): return Value(line: begin, content: .truth(true))
        case UInt8(ascii: "f") where takes(word: "false"): return Value(line: begin, content: .truth(false))
        default: return Value(line: begin, content: .number(try number()))
        }
    }

    private mutating func takes(word: String) -> Bool {
        guard octets[place...].starts(with: word.utf8) else { return false }
        place += word.utf8.count
        return true
    }

    private mutating func object(_ depth: Int) throws(Fault) -> [String: Value] {
        try take("{")
        var members: [String: Value] = [:]
        if try takes("}") { return members }
        repeat {
            guard try next() == UInt8(ascii: "\"") else { throw fault() }
            let name = try text()
            guard members[name] == nil else { throw Fault(line: line, what: .doubled(name)) }
            try take(":")
            members[name] = try value(depth: depth + 1)
        } while try takes(",")
        try take("}")
        return members
    }

    private mutating func array(_ depth: Int) throws(Fault) -> [Value] {
        try take("[")
        var values: [Value] = []
        if try takes("]") { return values }
        repeat { values.append(try value(depth: depth + 1)) } while try takes(",")
        try take("]")
        return values
    }

    private mutating func number() throws(Fault) -> Int64 {
        let digits = octets[place...].prefix { (48...57).contains($0) || $0 == UInt8(ascii: "-") }
        guard let number = Int64(String(decoding: digits, as: UTF8.self)),
            Array("\(number)".utf8) == Array(digits)
        else { throw fault() }
        place += digits.count
        return number
    }

    private mutating func text() throws(Fault) -> String {
        place += 1
        var text: [UInt8] = []
        while place < octets.count {
            let octet = octets[place]
            place += 1
            switch octet {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard place < octets.count, ["\"", "\\", "/"].map({ UInt8(ascii: $0) }).contains(octets[place]) else {
                    throw fault()
                }
                text.append(octets[place])
                place += 1
            case 0..<0x20: throw fault()
            default: text.append(octet)
            }
        }
        throw fault()
    }

    /// A text between its marks. What an account holds has no control characters, which would be written otherwise.
    static func quoted(_ text: String) -> String {
        // By scalars: a mark may be composed with what follows it.
        "\"" + text.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }
}
