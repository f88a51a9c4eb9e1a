internal import FoundationEssentials
package import GatehouseCore

/// The local protocol: one JSON object a line over a unix socket, version 1.
///
///     -> {"v":1,"id":7,"command":"portal open","arguments":{"portal":"north"},"reason":"delivery"}
///     <- {"id":7,"item":{…}}            any number of these, for commands that list or follow
///     <- {"id":7,"ok":true,"result":{…}}
///     <- {"id":7,"ok":false,"error":{"code":"unknownPortal","message":"…"}}
///
/// The receiving end: the outer members are read first, the arguments only by the type of a command that its sender may give.
package struct AdminLine: Sendable {
    package let id: Int64
    package let command: CommandName
    package let reason: String?
    /// The signed-in person for whom a console asks.
    package let onBehalf: OnBehalf?
    /// Milliseconds that the sender gives the command, where that is less than it has.
    package let life: Int64?
    /// In which language the answer has its sentences; the site's where nobody says.
    package let language: Language?
    private let octets: [UInt8]

    /// Levels of nesting, and values, that a line may have: more than any command needs, and read in milliseconds.
    package static let depthLimit = 8
    package static let valueLimit = 200_000
    /// Octets of a reason.
    package static let reasonLimit = 512

    package struct Refused: Error, Hashable, Sendable {
        package var id: Int64
        package var refusal: CommandRefusal
    }

    private struct Outer: Decodable {
        var version: Int64?
        var id: Int64 = 0
        var command: String?
        var reason: String?
        var person: String?
        var role: String?
        var life: Int64?
        var language: String?
        var unknown: String?

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: AnyKey.self)
            version = try? members.decode(Int64.self, forKey: "v")
            id = (try? members.decode(Int64.self, forKey: "id")) ?? 0
            command = try? members.decode(String.self, forKey: "command")
            reason = try members.decodeIfPresent(String.self, forKey: "reason")
            person = try members.decodeIfPresent(String.self, forKey: "as")
            role = try members.decodeIfPresent(String.self, forKey: "role")
            life = try members.decodeIfPresent(Int64.self, forKey: "life")
            language = try members.decodeIfPresent(String.self, forKey: "lang")
            let known: Set = ["v", "id", "command", "arguments", "reason", "as", "role", "life", "lang"]
            unknown = members.allKeys.map(\.stringValue).filter { !known.contains($0) }.min()
        }
    }

    package init(_ octets: [UInt8]) throws(Refused) {
        func refused(_ id: Int64, _ code: String, _ message: Sentence) -> Refused {
            Refused(id: id, refusal: CommandRefusal(code: code, message: message))
        }
        guard JSONBounds.hold(octets, depth: Self.depthLimit, values: Self.valueLimit) else {
            throw refused(
                0, "malformed",
                Sentence("a line may be nested \(Self.depthLimit) deep and hold \(Self.valueLimit) values"))
        }
        if let doubled = JSONBounds.doubledMember(octets) {
            throw refused(0, "malformed", Sentence("\"\(Self.shown(doubled))\" is said twice"))
        }
        guard let outer = try? JSONDecoder().decode(Outer.self, from: Data(octets)) else {
            throw refused(0, "malformed", Sentence("a line must be one JSON object; see docs/protocols.md"))
        }
        guard outer.version == 1 else {
            throw refused(outer.id, "version", Sentence("the protocol version must be \"v\":1"))
        }
        guard let word = outer.command else { throw refused(outer.id, "malformed", Sentence("\"command\" is missing")) }
        if let unknown = outer.unknown {
            throw refused(outer.id, "malformed", Sentence("unknown member \"\(Self.shown(unknown))\""))
        }
        guard let command = CommandName(said: word) else {
            let fault = Sentence("there is no command \"\(Self.shown(word))\"")
            throw refused(outer.id, "unknownCommand", fault.orNear(CommandName.nearest(to: word)?.rawValue))
        }
        if let life = outer.life, life < 0 {
            throw refused(outer.id, "malformed", Sentence("\"life\" is a number of milliseconds"))
        }
        language = outer.language.flatMap(Language.init(rawValue:))
        if let word = outer.language, language == nil {
            let known = Language.allCases.map(\.rawValue)
            throw refused(outer.id, "malformed", Sentence("\"lang\" is one of \(known), not \"\(Self.shown(word))\""))
        }
        id = outer.id
        self.command = command
        do throws(ArgumentProblem) {
            onBehalf = try OnBehalf(name: outer.person, role: outer.role)
        } catch {
            throw refused(outer.id, "malformed", error.sentence)
        }
        life = outer.life
        self.octets = octets
        // A reason of blanks says nothing.
        let given = outer.reason?.unicodeScalars.contains { !$0.properties.isWhitespace } == true ? outer.reason : nil
        if let given {
            do throws(ArgumentProblem) {
                _ = try ArgumentText.checked(given, atMost: Self.reasonLimit)
            } catch {
                throw refused(outer.id, "malformed", Sentence("\"reason\" \(error.sentence)"))
            }
        }
        reason = given
    }

    /// The command with its arguments. Every fault names the argument.
    package func command<Command: AdminCommand>(_ type: Command.Type) throws(CommandRefusal) -> Command {
        do {
            return try JSONDecoder().decode(Arguments<Command>.self, from: Data(octets)).command
        } catch let refusal as CommandRefusal {
            throw refusal
        } catch DecodingError.keyNotFound(let key, _) {
            throw CommandRefusal(
                code: "argumentMissing", message: Sentence("\"\(Command.name.rawValue)\" needs \"\(key.stringValue)\""))
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            let name = context.codingPath.dropFirst().first { $0.intValue == nil }?.stringValue ?? "arguments"
            throw CommandRefusal(code: "malformed", message: Sentence("\"\(name)\" has a value that it cannot have"))
        } catch {
            throw CommandRefusal(code: "malformed", message: Sentence("the arguments cannot be read"))
        }
    }

    private struct Arguments<Command: AdminCommand>: Decodable {
        var command: Command

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: AnyKey.self)
            guard members.contains("arguments") else {
                command = try JSONDecoder().decode(Command.self, from: Data("{}".utf8))
                return
            }
            let given = try members.nestedContainer(keyedBy: AnyKey.self, forKey: "arguments")
            var known: Set<String> = []
            if case .object(let members) = Shape.of(Command.self) { known = Set(members.map(\.name)) }
            if let unknown = given.allKeys.map(\.stringValue).filter({ !known.contains($0) }).min() {
                throw CommandRefusal(
                    code: "argumentUnknown",
                    message: Sentence("\"\(Command.name.rawValue)\" has no argument \"\(AdminLine.shown(unknown))\""))
            }
            command = try members.decode(Command.self, forKey: "arguments")
        }
    }

    private static func shown(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(64).map {
                    $0.properties.isDefaultIgnorableCodePoint || $0.properties.generalCategory == .control ? "·" : $0
                }))
    }
}

/// The sending end: a command as a line.
package struct AdminRequest<Command: AdminCommand>: Encodable, Sendable {
    package var id: Int64
    package var command: Command
    package var reason: String?
    package var language: Language?
    /// For whom a console asks.
    package var onBehalf: OnBehalf?

    package init(
        id: Int64 = 0, _ command: Command, reason: String? = nil, language: Language? = nil,
        for onBehalf: OnBehalf? = nil
    ) {
        self.onBehalf = onBehalf
        self.id = id
        self.command = command
        self.reason = reason
        self.language = language
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: AnyKey.self)
        try members.encode(1, forKey: "v")
        try members.encode(id, forKey: "id")
        try members.encode(Command.name.rawValue, forKey: "command")
        try members.encode(command, forKey: "arguments")
        try members.encodeIfPresent(reason, forKey: "reason")
        try members.encodeIfPresent(language?.rawValue, forKey: "lang")
        try members.encodeIfPresent(onBehalf?.name, forKey: "as")
        try members.encodeIfPresent(onBehalf?.role.word, forKey: "role")
    }

    package var line: [UInt8] { WireJSON.encode(self) }
}

/// One line of an answer, as it is written and read.
package enum AdminReply<Value: Codable & Sendable>: Sendable {
    case item(Value)
    case done(Value)
    case refused(CommandRefusal)

    /// The line without its line feed.
    package func line(id: Int64) -> [UInt8] {
        switch self {
        case .item(let value): Array("{\"id\":\(id),\"item\":".utf8) + WireJSON.encode(value) + Self.tail(nil)
        case .done(let value):
            Array("{\"id\":\(id),\"ok\":true,\"result\":".utf8) + WireJSON.encode(value) + Self.tail(nil)
        case .refused(let refusal):
            Array("{\"error\":".utf8) + WireJSON.encode(refusal) + Array(",\"id\":\(id),\"ok\":false}".utf8)
        }
    }

    /// The end of a line: with the site's language where the asker named none, and another than English was taken.
    package static func tail(_ chosen: Language?) -> [UInt8] {
        guard let chosen, chosen != .english else { return [UInt8(ascii: "}")] }
        return Array(",\"lang\":\"\(chosen.rawValue)\"}".utf8)
    }
}

extension AdminReply where Value == Nothing {
    package static func refused(_ refusal: CommandRefusal, id: Int64) -> [UInt8] {
        AdminReply<Nothing>.refused(refusal).line(id: id)
    }
}

/// An answer as the asking end reads it: its kind, and its value still as text.
package enum ReceivedReply: Hashable, Sendable {
    case item([UInt8])
    case done([UInt8])
    case refused(CommandRefusal)

    /// The site's language, where the line says that it was taken.
    package static func language(of line: [UInt8]) -> Language? {
        Language.allCases.first { language in
            let tail = AdminReply<Nothing>.tail(language)
            return language != .english && line.suffix(tail.count).elementsEqual(tail)
        }
    }

    private struct Outer: Decodable {
        var item: JSON?
        var ok: Bool?
        var result: JSON?
        var error: CommandRefusal?
    }

    package init?(line: [UInt8]) {
        let chosen = Self.language(of: line)
        let line = chosen == nil ? line : line.dropLast(AdminReply<Nothing>.tail(chosen).count) + [UInt8(ascii: "}")]
        // What a daemon of this version writes is taken as it stands; anything else is read member by member.
        if let range = Self.value(of: line, behind: "\"item\":") {
            self = .item(Array(line[range]))
            return
        }
        if let range = Self.value(of: line, behind: "\"ok\":true,\"result\":") {
            self = .done(Array(line[range]))
            return
        }
        guard let outer = try? JSONDecoder().decode(Outer.self, from: Data(line)) else { return nil }
        if let item = outer.item {
            self = .item(Array(item.line.utf8))
        } else if outer.ok == true {
            self = .done(Array((outer.result ?? .null).line.utf8))
        } else if let error = outer.error {
            self = .refused(error)
        } else {
            return nil
        }
    }

    private static func value(of line: [UInt8], behind member: String) -> Range<Int>? {
        let start = Array("{\"id\":".utf8)
        guard line.starts(with: start), line.last == UInt8(ascii: "}") else { return nil }
        var index = start.count
        if index < line.count, line[index] == UInt8(ascii: "-") { index += 1 }
        while index < line.count, (48...57).contains(line[index]) { index += 1 }
        let rest = Array(",\(member)".utf8)
        guard line[index...].starts(with: rest), index + rest.count < line.count else { return nil }
        return index + rest.count..<line.count - 1
    }
}

package enum WireJSON {
    /// One line, members sorted, control characters escaped.
    package static func encode(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { preconditionFailure("\(type(of: value)) cannot be encoded") }
        return Array(data)
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, _ octets: [UInt8]) -> Value? {
        if type == EntryView.self, let entry = EntryView(text: octets) { return entry as? Value }
        return try? JSONDecoder().decode(type, from: Data(octets))
    }
}

struct AnyKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    init(stringLiteral value: String) { stringValue = value }
}

/// Measures JSON before anything reads it: nesting and the number of values are bounded, so that no line costs more time or
/// stack than its length says.
package enum JSONBounds {
    /// A name that an object has twice: of two values nobody knows which was meant. A name with an escape counts as doubled,
    /// because it may be any other one. The octets are within the bounds.
    package static func doubledMember(_ octets: [UInt8]) -> String? {
        var names: [Set<ArraySlice<UInt8>>] = []
        var index = 0
        while index < octets.count {
            switch octets[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): names.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = names.popLast()
            case UInt8(ascii: "\""):
                let start = index + 1
                var end = start
                var isEscaped = false
                while end < octets.count, octets[end] != UInt8(ascii: "\"") {
                    if octets[end] == UInt8(ascii: "\\") { (isEscaped, end) = (true, end + 1) }
                    end += 1
                }
                index = min(end, octets.count)
                var next = index + 1
                while next < octets.count, [0x20, 0x09, 0x0A, 0x0D].contains(octets[next]) { next += 1 }
                guard next < octets.count, octets[next] == UInt8(ascii: ":"), !names.isEmpty, start <= index else {
                    break
                }
                let name = octets[start..<index]
                if isEscaped || !names[names.count - 1].insert(name).inserted {
                    return String(decoding: name, as: UTF8.self)
                }
            default: break
            }
            index += 1
        }
        return nil
    }

    package static func hold(_ octets: [UInt8], depth: Int, values: Int) -> Bool {
        var open = 0
        var count = 0
        var isInText = false
        var isEscaped = false
        for octet in octets {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if octet == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if octet == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch octet {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                open += 1
                if open > depth { return false }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): open -= 1
            case UInt8(ascii: ","):
                count += 1
                if count > values { return false }
            default: continue
            }
        }
        return true
    }
}
