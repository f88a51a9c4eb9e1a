internal import GatehouseCore

/// How many numbers a guesser has to go through who knows the facility code, which stands on every card and box.
package enum NumberSpace {
    /// Formats with their bits of number, from the one with the fewest numbers.
    package static var table: [(name: String, bits: Int)] {
        (CardFormat.table.map { ($0.id.name, $0.number.length) } + [("EM4100", 32)])
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
            .map { (name: $0.0, bits: $0.1) }
    }

    package static func count(bits: Int) -> Double { (0..<bits).reduce(1.0) { count, _ in count * 2 } }

    /// Different numbers a day that raise no alarm.
    package static var freeTries: Int { GuessGuard.windows.map { $0.numbers - 1 }.last ?? 0 }

    /// With more cards than this whoever stays below every alarm opens more often than once in 1,000 days.
    package static func mostEnrolled(bits: Int) -> Int { Int(count(bits: bits) / 1000 / Double(freeTries)) }
}
