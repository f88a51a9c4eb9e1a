package import GatehouseCore
internal import GatehouseCrypto

/// What is wrong with an argument, without its name: `is empty`.
package struct ArgumentProblem: Error, Hashable, Sendable {
    package var sentence: Sentence
    package init(_ sentence: Sentence) { self.sentence = sentence }
}

/// One argument of a command. On the wire it is a string; a number or a truth value of JSON is read as its text.
package protocol ArgumentValue: Codable, Hashable, Sendable {
    init(argument text: String) throws(ArgumentProblem)
    var argumentText: String { get }
    /// What the journal keeps of it beside the command.
    var recordedText: String? { get }
    /// Whether the journal keeps it beside the command. What may name a person is never kept there.
    static var isRecorded: Bool { get }
    /// Any value, for who asks what shape a command has.
    static var sample: Self { get }
}

extension ArgumentValue {
    package var recordedText: String? { Self.isRecorded ? argumentText : nil }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text: String
        if let string = try? container.decode(String.self) {
            text = string
        } else if let number = try? container.decode(Int64.self) {
            text = String(number)
        } else if let truth = try? container.decode(Bool.self) {
            text = truth ? "yes" : "no"
        } else {
            throw Self.refusal(decoder, ArgumentProblem(Sentence("has to be a text")))
        }
        do throws(ArgumentProblem) { try self.init(argument: text) } catch { throw Self.refusal(decoder, error) }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(argumentText)
    }

    private static func refusal(_ decoder: any Decoder, _ problem: ArgumentProblem) -> CommandRefusal {
        let name = decoder.codingPath.last { $0.intValue == nil }?.stringValue ?? "arguments"
        return CommandRefusal(code: "malformed", message: Sentence("\"\(name)\" \(problem.sentence)"))
    }
}

/// The checks that arguments share.
enum ArgumentText {
    /// A text of at most this many octets, and not of blanks alone, without what steers a terminal, a spreadsheet or the
    /// direction of writing.
    static func checked(_ text: String, atMost limit: Int) throws(ArgumentProblem) -> String {
        guard text.utf8.count <= limit else { throw ArgumentProblem(Sentence("is too long: at most \(limit) octets")) }
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                throw ArgumentProblem(
                    Sentence("holds a character that is not allowed (U+\(hexadecimal(scalar.value)))"))
            default: continue
            }
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else {
            throw ArgumentProblem(Sentence("is empty"))
        }
        return text
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Digits of ASCII alone: no sign, no blank, no digit of another script.
    static func number(_ text: String, in range: ClosedRange<UInt64>) throws(ArgumentProblem) -> UInt64 {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt64(text),
            range.contains(value)
        else { throw ArgumentProblem(Sentence("has to be a number from \(range.lowerBound) to \(range.upperBound)")) }
        return value
    }
}

/// A name that the configuration gives: a portal, an access point, a reader, a module, a site.
package struct NameArgument: ArgumentValue, ExpressibleByStringLiteral, CustomStringConvertible {
    package let argumentText: String
    package static let isRecorded = true
    package static let sample: Self = "name"
    package init(argument text: String) throws(ArgumentProblem) {
        argumentText = try ArgumentText.checked(text, atMost: 64)
    }
    /// For names of the configuration, which are none of an argument's faults.
    package init(_ name: String) { argumentText = name }
    package init(stringLiteral value: String) { argumentText = value }
    package var description: String { argumentText }
}

/// A text that may name a person: a reference, a name, a card, a plate, a dwelling. The journal never keeps it in clear.
package struct PersonalArgument: ArgumentValue, ExpressibleByStringLiteral {
    package let argumentText: String
    package static let isRecorded = false
    package static let sample: Self = "text"
    package init(argument text: String) throws(ArgumentProblem) {
        argumentText = try ArgumentText.checked(text, atMost: 1024)
    }
    package init(_ text: String) { argumentText = text }
    package init(stringLiteral value: String) { argumentText = value }
}

/// A text that names nobody: an instant, a day, a number of something, a word of a closed list.
package struct TextArgument: ArgumentValue, ExpressibleByStringLiteral {
    package let argumentText: String
    package static let isRecorded = true
    package static let sample: Self = "text"
    package init(argument text: String) throws(ArgumentProblem) {
        argumentText = try ArgumentText.checked(text, atMost: 256)
    }
    package init(_ text: String) { argumentText = text }
    package init(stringLiteral value: String) { argumentText = value }
}

/// A signed document, a pass, a token: text of ASCII without blanks inside.
package struct DocumentArgument: ArgumentValue {
    package let argumentText: String
    package static let isRecorded = false
    package static let sample = Self("document")
    package init(argument text: String) throws(ArgumentProblem) {
        guard text.utf8.count <= 256 << 10 else { throw ArgumentProblem(Sentence("is too long: at most 256 KiB")) }
        let octets = text.utf8.drop { $0 <= 32 }
        guard !octets.isEmpty else { throw ArgumentProblem(Sentence("is empty")) }
        guard text.utf8.allSatisfy({ (33...126).contains($0) || [9, 10, 13, 32].contains($0) }) else {
            throw ArgumentProblem(Sentence("holds a character that is not allowed"))
        }
        argumentText = text
    }
    package init(_ text: String) { argumentText = text }
}

/// The number of an entry of the journal, or a count of them.
package struct CountArgument: ArgumentValue, ExpressibleByIntegerLiteral {
    package let value: UInt64
    package static let isRecorded = true
    package static let sample: Self = 1
    package init(argument text: String) throws(ArgumentProblem) {
        // Numbers of the journal are signed in its database.
        value = try ArgumentText.number(text, in: 0...UInt64(Int64.max))
    }
    package init(_ value: UInt64) { self.value = value }
    package init(integerLiteral value: UInt64) { self.value = value }
    package var argumentText: String { String(value) }
}

/// The number of a row of the register.
package struct RowArgument: ArgumentValue, ExpressibleByIntegerLiteral {
    package let value: UInt32
    package static let isRecorded = true
    package static let sample: Self = 1
    package init(argument text: String) throws(ArgumentProblem) {
        guard let value = UInt32(exactly: try ArgumentText.number(text, in: 1...UInt64(UInt32.max))) else {
            throw ArgumentProblem(Sentence("has to be the number of a row"))
        }
        self.value = value
    }
    package init(_ value: UInt32) { self.value = value }
    package init(integerLiteral value: UInt32) { self.value = value }
    package var argumentText: String { String(value) }
}

/// A row of the register by its number, or by a text that names it. The journal keeps the number alone.
package struct RowOrTextArgument: ArgumentValue, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    package let argumentText: String
    package static let isRecorded = true
    package static let sample: Self = 1
    package init(argument text: String) throws(ArgumentProblem) {
        argumentText = try ArgumentText.checked(text, atMost: 1024)
    }
    package init(_ value: UInt32) { argumentText = String(value) }
    package init(integerLiteral value: UInt32) { argumentText = String(value) }
    package init(stringLiteral value: String) { argumentText = value }
    /// The number, where it is one.
    package var row: UInt32? { (try? RowArgument(argument: argumentText))?.value }
    package var recordedText: String? { row == nil ? nil : argumentText }
}

package struct FlagArgument: ArgumentValue, ExpressibleByBooleanLiteral {
    package let isOn: Bool
    package static let isRecorded = true
    package static let sample: Self = true
    package init(argument text: String) throws(ArgumentProblem) {
        switch text {
        case "yes", "true": isOn = true
        case "no", "false": isOn = false
        default: throw ArgumentProblem(Sentence("is yes or no"))
        }
    }
    package init(_ isOn: Bool) { self.isOn = isOn }
    package init(booleanLiteral value: Bool) { isOn = value }
    package var argumentText: String { isOn ? "yes" : "no" }
}

/// Octets, in base64 on the wire.
package struct OctetsArgument: ArgumentValue {
    package let octets: [UInt8]
    package static let isRecorded = false
    package static let sample = Self([])
    package init(argument text: String) throws(ArgumentProblem) {
        guard let octets = Base64.decode(text) else { throw ArgumentProblem(Sentence("has to be base64")) }
        self.octets = octets
    }
    package init(_ octets: [UInt8]) { self.octets = octets }
    package var argumentText: String { Base64.encode(octets) }
}

/// A SHA-256 in hexadecimal.
package struct DigestArgument: ArgumentValue {
    package let octets: [UInt8]
    package static let isRecorded = false
    package static let sample = Self([UInt8](repeating: 0, count: 32))
    package init(argument text: String) throws(ArgumentProblem) {
        guard let octets = Hexadecimal.decode(text), octets.count == 32 else {
            throw ArgumentProblem(Sentence("has to be a SHA-256, 64 hexadecimal digits"))
        }
        self.octets = octets
    }
    package init(_ octets: [UInt8]) { self.octets = octets }
    package var argumentText: String { Hexadecimal.encode(octets) }
}

/// Arguments that several commands share; on the wire they stand beside the others.
package protocol ArgumentGroup: Codable, Hashable, Sendable {}

extension AdminCommand {
    /// The command as the journal keeps it: its name, and the arguments that name nobody.
    package var journalText: String { Self.name.rawValue + recorded(of: self) }
}

private func recorded(of value: Any) -> String {
    Mirror(reflecting: value).children.map { child in
        if let argument = child.value as? any ArgumentValue {
            guard let text = argument.recordedText, let label = child.label else { return "" }
            return " \(label)=\(text.prefix(64))"
        }
        if let group = child.value as? any ArgumentGroup { return recorded(of: group) }
        return ""
    }.joined()
}
