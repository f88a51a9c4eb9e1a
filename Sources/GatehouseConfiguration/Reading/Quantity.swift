internal import GatehouseCore

/// Numbers with a unit, as installers write them.
enum Quantity {
    typealias Unit = (unit: String, factor: Int)

    static let durations: [Unit] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("min", 60_000_000_000), ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ]
    static let sizes: [Unit] = [("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]

    static func isNumber(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Digits, then a unit (empty when there is none), with or without a space.
    static func split(_ text: String, what: Sentence, example: String) throws(ScalarProblem) -> (Int, unit: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text[digits.endIndex...].drop { $0 == " " }
        guard let number = Int(digits), unit.allSatisfy({ $0.isLetter || $0 == "µ" }) else {
            throw ScalarProblem(
                Sentence("\(text.shown) is no \(what)"), suggestion: Sentence("write it as '\(example)'"))
        }
        return (number, String(unit))
    }

    static func value(
        _ number: Int, _ factor: Int, in range: ClosedRange<Int>, _ units: [Unit], _ text: String
    ) throws(ScalarProblem) -> Int {
        let (value, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, range.contains(value) else {
            throw ScalarProblem(
                Sentence(
                    "\(text.shown) is out of range; it must be \(show(range.lowerBound, units)) to \(show(range.upperBound, units))"
                )
            )
        }
        return value
    }

    /// Suggests the smallest unit with which the number would be accepted.
    static func withoutUnit(_ text: String, _ number: Int, _ units: [Unit], range: ClosedRange<Int>) -> ScalarProblem {
        let fitting = units.first { unit in
            let (value, overflow) = number.multipliedReportingOverflow(by: unit.factor)
            return !overflow && range.contains(value)
        }
        return ScalarProblem(
            Sentence("\(text.shown) has no unit"),
            suggestion: fitting.map { Sentence("write '\(number) \($0.unit)', if that is what you mean") })
    }

    /// A value in the largest unit that leaves no rest.
    static func show(_ value: Int, _ units: [Unit]) -> String {
        guard let largest = units.last(where: { value.isMultiple(of: $0.factor) && value != 0 }) else {
            return "\(value / units[0].factor) \(units[0].unit)"
        }
        return "\(value / largest.factor) \(largest.unit)"
    }

    static func meantDuration(_ unit: String) -> String? {
        switch unit.lowercased() {
        case "msec", "millis", "millisecond", "milliseconds", "ms": "ms"
        case "sec", "secs", "second", "seconds", "s": "s"
        case "m", "mins", "minute", "minutes", "min": "min"
        case "hr", "hrs", "hour", "hours", "h": "h"
        case "day", "days", "d": "d"
        default: nil
        }
    }
}

enum Names {
    static func isIdentifier(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy(isAllowed) && !text.hasPrefix("-")
            && !text.hasSuffix("-")
    }

    /// The nearest acceptable spelling, if there is one.
    static func identifier(like text: String) -> String? {
        let spelled = text.lowercased().utf8.map { isAllowed($0) ? $0 : UInt8(ascii: "-") }
        let words = String(decoding: spelled, as: UTF8.self).split(separator: "-")
        let candidate = words.joined(separator: "-")
        return isIdentifier(candidate) ? candidate : nil
    }

    /// `a, b or c`
    static func list(_ words: [String]) -> Sentence {
        guard let last = words.last, words.count > 1 else { return Sentence(verbatim: words.first ?? "") }
        return Sentence("\(Array(words.dropLast())) or \(last)")
    }

    private static func isAllowed(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x61...0x7A, 0x30...0x39, 0x2D: true
        default: false
        }
    }
}
