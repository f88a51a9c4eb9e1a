internal import GatehouseCore

/// The protocol between a program that wants lines (client) and a simulator that has them (server): lines of ASCII words
/// ended by LF, over a unix stream socket. `docs/protocols.md`, "Simulated lines", is the page for it.
package enum LineWire {
    package static let version = 1
    /// The longest message in octets, without its LF. A longer one ends the connection.
    package static let limit = 256
    /// The longest line name in octets.
    package static let nameLimit = 64

    package enum FromClient: Hashable, Sendable {
        case hello(version: Int)
        case input(LineName, LineRequest.Edges, bias: LineRequest.Bias, isActiveLow: Bool)
        case output(LineName, initial: Bool, drive: LineRequest.Drive, isActiveLow: Bool)
        case set(LineName, Bool)
    }

    package enum FromServer: Hashable, Sendable {
        case hello(version: Int)
        /// The line is the client's now, and has this level.
        case requested(LineName, level: Bool)
        case refused(LineName, reason: String)
        case edge(LineEdge)
        /// The level changed in a way that the client asked no edge for.
        case level(LineName, Bool)
    }

    /// Whether a name can travel: 1 to 64 octets of printable ASCII without a space.
    package static func canCarry(_ name: LineName) -> Bool {
        (1...nameLimit).contains(name.name.utf8.count) && name.name.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }
}

/// A message that does not fit the protocol, with the message as it came.
package struct LineWireError: Error, Hashable, Sendable, CustomStringConvertible {
    package var reason: String
    package var message: String

    package init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }

    package var description: String { "simulated lines: \(reason): '\(message)'" }
}

extension LineWire.FromClient {
    /// The message with its LF.
    package var line: String {
        switch self {
        case .hello(let version): "hello \(version)\n"
        case .input(let name, let edges, let bias, let isActiveLow):
            "input \(name) \(edges.rawValue) \(bias.rawValue) \(Words.polarity(isActiveLow))\n"
        case .output(let name, let initial, let drive, let isActiveLow):
            "output \(name) \(Words.level(initial)) \(drive.rawValue) \(Words.polarity(isActiveLow))\n"
        case .set(let name, let level): "set \(name) \(Words.level(level))\n"
        }
    }

    /// Reads one message without its LF.
    package init(parsing text: String) throws(LineWireError) {
        var words = try Words(text)
        switch words.first {
        case "hello": self = .hello(version: try words.number())
        case "input":
            self = .input(
                try words.name(), try words.choice(LineRequest.Edges.self),
                bias: try words.choice(LineRequest.Bias.self), isActiveLow: try words.polarity())
        case "output":
            self = .output(
                try words.name(), initial: try words.level(), drive: try words.choice(LineRequest.Drive.self),
                isActiveLow: try words.polarity())
        case "set": self = .set(try words.name(), try words.level())
        default: throw words.error("no such message")
        }
        try words.end()
    }
}

extension LineWire.FromServer {
    /// The message with its LF. A refusal's reason is cut to fit and loses its line breaks.
    package var line: String {
        switch self {
        case .hello(let version): "hello \(version)\n"
        case .requested(let name, let level): "requested \(name) \(Words.level(level))\n"
        case .refused(let name, let reason): "refused \(name) \(Words.sentence(reason))\n"
        case .edge(let edge):
            "edge \(edge.line) \(edge.isRising ? "rising" : "falling") \(edge.at.nanoseconds)"
                + (edge.sequence.map { " \($0)\n" } ?? "\n")
        case .level(let name, let level): "level \(name) \(Words.level(level))\n"
        }
    }

    /// Reads one message without its LF.
    package init(parsing text: String) throws(LineWireError) {
        var words = try Words(text)
        switch words.first {
        case "hello": self = .hello(version: try words.number())
        case "requested": self = .requested(try words.name(), level: try words.level())
        case "refused":
            self = .refused(try words.name(), reason: words.rest())
            return
        case "edge":
            let name = try words.name()
            let isRising = try words.flag("rising", "falling")
            let time = MonotonicTime(nanoseconds: try words.number())
            let sequence: UInt32? = words.isAtEnd ? nil : try words.number()
            self = .edge(LineEdge(line: name, isRising: isRising, at: time, sequence: sequence))
        case "level": self = .level(try words.name(), try words.level())
        default: throw words.error("no such message")
        }
        try words.end()
    }
}

/// Cuts a stream of octets into messages. Bounded by the longest message: past it nothing more is read.
package struct LineWireBuffer: Sendable {
    private var octets: [UInt8] = []

    package init() {}

    /// Takes octets as they came and gives the messages that they complete, in order, without their LF.
    package mutating func append(_ incoming: some Sequence<UInt8>) throws(LineWireError) -> [String] {
        var messages: [String] = []
        for octet in incoming {
            if octet == UInt8(ascii: "\n") {
                messages.append(String(decoding: octets, as: UTF8.self))
                octets.removeAll(keepingCapacity: true)
            } else if octets.count == LineWire.limit {
                let start = String(decoding: octets.prefix(32), as: UTF8.self)
                throw LineWireError(reason: "longer than \(LineWire.limit) octets", message: start + "…")
            } else {
                octets.append(octet)
            }
        }
        return messages
    }
}

/// The words of one message, taken from the front.
private struct Words {
    let message: String
    let first: Substring
    private var remaining: ArraySlice<Substring>

    init(_ text: String) throws(LineWireError) {
        message = text
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        first = words.first ?? ""
        remaining = words.dropFirst()
        guard text.utf8.count <= LineWire.limit else { throw error("longer than \(LineWire.limit) octets") }
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else { throw error("not printable ASCII") }
    }

    func error(_ reason: String) -> LineWireError { LineWireError(reason: reason, message: message) }

    var isAtEnd: Bool { remaining.isEmpty }

    mutating func word() throws(LineWireError) -> Substring {
        guard let word = remaining.popFirst() else { throw error("a word is missing") }
        return word
    }

    mutating func name() throws(LineWireError) -> LineName {
        let name = LineName(String(try word()))
        guard LineWire.canCarry(name) else { throw error("no line name") }
        return name
    }

    mutating func flag(_ yes: String, _ no: String) throws(LineWireError) -> Bool {
        let word = try word()
        guard word == yes || word == no else { throw error("neither \(yes) nor \(no)") }
        return word == yes
    }

    mutating func level() throws(LineWireError) -> Bool { try flag("1", "0") }

    mutating func polarity() throws(LineWireError) -> Bool { try flag("active-low", "active-high") }

    mutating func number<Number: FixedWidthInteger>() throws(LineWireError) -> Number {
        guard let number = Number(try word()) else { throw error("no number in range") }
        return number
    }

    mutating func choice<Choice: RawRepresentable<String>>(_ type: Choice.Type) throws(LineWireError) -> Choice {
        guard let choice = Choice(rawValue: String(try word())) else { throw error("an unknown word") }
        return choice
    }

    mutating func rest() -> String {
        defer { remaining = [] }
        return remaining.joined(separator: " ")
    }

    func end() throws(LineWireError) {
        guard remaining.isEmpty else { throw error("too many words") }
    }

    static func level(_ level: Bool) -> String { level ? "1" : "0" }

    static func polarity(_ isActiveLow: Bool) -> String { isActiveLow ? "active-low" : "active-high" }

    static func sentence(_ text: String) -> String {
        let room = LineWire.limit - LineWire.nameLimit - "refused  ".utf8.count
        return String(decoding: text.utf8.prefix(room).map { (0x20...0x7e).contains($0) ? $0 : 0x3f }, as: UTF8.self)
    }
}
