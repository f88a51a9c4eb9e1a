package import GatehouseCore

/// How the text of a scalar becomes a value: a small struct of closures, so that the schema reads like a table.
///
///     reader.required("baud", .integer(in: 300...921_600))
package struct ScalarType<Value> {
    let parse: (String) throws(ScalarProblem) -> Value

    package init(_ parse: @escaping (String) throws(ScalarProblem) -> Value) { self.parse = parse }

    /// Another value made of this one; nil says that it is wrong in the given way.
    package func map<Other>(
        orElse message: Sentence = Sentence("is not accepted"), _ transform: @escaping (Value) -> Other?
    ) -> ScalarType<Other> {
        ScalarType<Other> { text throws(ScalarProblem) in
            guard let other = transform(try parse(text)) else {
                throw ScalarProblem(Sentence("\(text.shown) \(message)"))
            }
            return other
        }
    }
}

/// Why a text is not what the schema wants.
package struct ScalarProblem: Error, Hashable, Sendable {
    package var message: Sentence
    package var suggestion: Sentence?
    /// Whether the value reads well and names something that is not there, for want of which it may be.
    package var isReference: Bool

    package init(_ message: Sentence, suggestion: Sentence? = nil, isReference: Bool = false) {
        self.message = message
        self.suggestion = suggestion
        self.isReference = isReference
    }
}

extension ScalarType where Value == Int {
    /// Decimal digits, with a minus sign if need be.
    package static func integer(in range: ClosedRange<Int>) -> Self {
        ScalarType { text throws(ScalarProblem) in
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw ScalarProblem(Sentence("\(text.shown) is no whole number"))
            }
            // 010 is eight to some and ten to others
            if digits.count > 1, digits.first == "0" {
                let plain = digits.drop { $0 == "0" }
                throw ScalarProblem(
                    Sentence("\(text.shown) begins with a zero"),
                    suggestion: Sentence("write '\(plain.isEmpty ? "0" : String(plain))'"))
            }
            guard let value = Int(text), range.contains(value) else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is out of range; it must be \(range.lowerBound) to \(range.upperBound)"))
            }
            return value
        }
    }

    /// `512 KiB`, `20 MiB`, `2 GiB`: octets.
    package static func byteSize(in range: ClosedRange<Int>) -> Self {
        ScalarType { text throws(ScalarProblem) in
            let (number, unit) = try Quantity.split(text, what: Sentence("size"), example: "20 MiB")
            guard let factor = Quantity.sizes.first(where: { $0.unit == unit })?.factor else {
                if unit.isEmpty { throw Quantity.withoutUnit(text, number, Quantity.sizes, range: range) }
                let units = Quantity.sizes.map(\.unit)
                let meant = units.first {
                    $0.lowercased().filter { $0 != "i" } == unit.lowercased().filter { $0 != "i" }
                }
                throw ScalarProblem(
                    Sentence("\(text.shown) has an unknown unit; B, KiB, MiB and GiB are known"),
                    suggestion: meant.map { Sentence("write '\(number) \($0)'") })
            }
            return try Quantity.value(number, factor, in: range, Quantity.sizes, text)
        }
    }
}

extension ScalarType where Value == Bool {
    /// `true` or `false` and nothing else.
    package static var boolean: Self {
        ScalarType { text throws(ScalarProblem) in
            switch text {
            case "true": return true
            case "false": return false
            default:
                let meant: Sentence? =
                    switch text.lowercased() {
                    case "yes", "on", "true", "1", "y": Sentence("write 'true'")
                    case "no", "off", "false", "0", "n": Sentence("write 'false'")
                    default: nil
                    }
                throw ScalarProblem(Sentence("\(text.shown) is neither true nor false"), suggestion: meant)
            }
        }
    }
}

extension ScalarType where Value == Duration {
    /// `250 ms`, `5 s`, `30 min`, `2 h`, `7 d`. A number alone is an error: seconds to one are milliseconds to another.
    package static func duration(in range: ClosedRange<Duration>) -> Self {
        let nanoseconds = range.lowerBound.wholeNanoseconds...range.upperBound.wholeNanoseconds
        let bounds = Int(nanoseconds.lowerBound)...Int(nanoseconds.upperBound)
        return ScalarType { text throws(ScalarProblem) in
            let (number, unit) = try Quantity.split(text, what: Sentence("duration"), example: "5 s")
            guard let factor = Quantity.durations.first(where: { $0.unit == unit })?.factor else {
                if unit.isEmpty { throw Quantity.withoutUnit(text, number, Quantity.durations, range: bounds) }
                throw ScalarProblem(
                    Sentence("\(text.shown) has an unknown unit; ms, s, min, h and d are known"),
                    suggestion: Quantity.meantDuration(unit).map { Sentence("write '\(number) \($0)'") })
            }
            return .nanoseconds(Int64(try Quantity.value(number, factor, in: bounds, Quantity.durations, text)))
        }
    }
}

/// A time of the day in the site's own zone.
package struct TimeOfDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Minutes since midnight, 0 to 1440; 1440 is the end of the day.
    package var minute: Int32

    package init(minute: Int32) { self.minute = minute }

    package static func < (left: Self, right: Self) -> Bool { left.minute < right.minute }

    /// `06:00`
    package var description: String {
        let (hours, minutes) = (minute / 60, minute % 60)
        return (hours < 10 ? "0" : "") + "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes)"
    }
}

extension ScalarType where Value == TimeOfDay {
    /// `06:00`, with two digits each. `24:00` only where a span may end with the day.
    package static func timeOfDay(allowsEndOfDay: Bool = false) -> Self {
        ScalarType { text throws(ScalarProblem) in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) && Quantity.isNumber($0) }),
                let hours = Int32(parts[0]), let minutes = Int32(parts[1])
            else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is no time of day"), suggestion: Sentence("write it as '06:00'"))
            }
            let time = TimeOfDay(minute: hours * 60 + minutes)
            guard minutes < 60, time.minute < 1440 || (allowsEndOfDay && time.minute == 1440) else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is no time of day; the last one is \(allowsEndOfDay ? "24:00" : "23:59")"))
            }
            guard time.description == text else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is no time of day"), suggestion: Sentence("write '\(time.description)'"))
            }
            return time
        }
    }
}

extension ScalarType {
    /// A name for a thing: lower-case letters, digits and dashes, at most 32, beginning and ending without a dash.
    package static func identifier<Tag>(of: Tag.Type = Tag.self) -> Self where Value == Identifier<Tag> {
        ScalarType { text throws(ScalarProblem) in
            guard Names.isIdentifier(text) else {
                throw ScalarProblem(
                    Sentence("\(text.shown) is no name; a name has lower-case letters, digits and dashes, at most 32"),
                    suggestion: Names.identifier(like: text).map { Sentence("write '\($0)'") })
            }
            return Identifier(text)
        }
    }

    /// One of the words of an enumeration.
    package static func choice(_ type: Value.Type = Value.self) -> Self
    where Value: CaseIterable & RawRepresentable<String> {
        ScalarType { text throws(ScalarProblem) in
            if let value = Value(rawValue: text) { return value }
            let words = Value.allCases.map(\.rawValue)
            throw ScalarProblem(
                Sentence("\(text.shown) is not known; it must be \(Names.list(words))"),
                suggestion: Nearest.match(for: text, among: words).map { Sentence("did you mean '\($0)'?") })
        }
    }
}

extension ScalarType where Value == String {
    /// Any text on one line, not empty.
    package static func text(atMost limit: Int = 200) -> Self {
        ScalarType { text throws(ScalarProblem) in
            guard !text.isEmpty else { throw ScalarProblem(Sentence("is empty")) }
            guard text.count <= limit else { throw ScalarProblem(Sentence("is longer than \(limit) characters")) }
            guard !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
                throw ScalarProblem(Sentence("has more than one line"))
            }
            return text
        }
    }

    /// An absolute path without `.` or `..` in it.
    package static var path: Self {
        ScalarType { text throws(ScalarProblem) in
            guard text.hasPrefix("/") else {
                throw ScalarProblem(Sentence("\(text.shown) is no absolute path; it must begin with '/'"))
            }
            guard text.utf8.count < 4096, !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
                throw ScalarProblem(Sentence("\(text.shown) is no path"))
            }
            guard !text.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else {
                throw ScalarProblem(
                    Sentence("\(text.shown) goes through '.' or '..'"),
                    suggestion: Sentence("write the path as it ends up"))
            }
            return text
        }
    }
}
