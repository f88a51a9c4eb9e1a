internal import GatehouseCore

/// Telephone numbers as they are looked for: their digits alone, without the country.
package enum Phones {
    /// Digits of a number, or at least the last four of one.
    package struct Query: Hashable, Sendable {
        let digits: [UInt8]
        /// Long enough to be a whole number, and not the end of one.
        package var isWhole: Bool { digits.count >= 7 }

        /// Nil for what is no number: a card, a name, a reference with letters.
        package init?(_ text: String) {
            let half = ImportText.halfWidth(text)
            let marks = Set("0123456789+- ()".unicodeScalars)
            guard half.unicodeScalars.allSatisfy({ marks.contains($0) }) else { return nil }
            digits = Phones.digits(half)
            guard (4...20).contains(digits.count) else { return nil }
        }
    }

    static let separator = UInt8(ascii: "/")

    /// The numbers of somebody, one behind the other. What follows an extension's word is no part of a number.
    static func packed(_ text: String) -> [UInt8] {
        let parts = ImportText.halfWidth(text).split { "/,;、，；".contains($0) }
        let numbers = parts.map { digits(String($0.prefix { !"e转分#*".contains($0) })) }.filter { !$0.isEmpty }
        return Array(numbers.joined(separator: [separator]))
    }

    /// `+86 138-0013-8000`, `0086 138…` and `86138…` are `138…`.
    private static func digits(_ text: String) -> [UInt8] {
        let all = text.utf8.filter { (48...57).contains($0) }
        for country in ["0086", "86"] where all.count >= country.utf8.count + 10 && all.starts(with: country.utf8) {
            return Array(all.dropFirst(country.utf8.count))
        }
        return all
    }
}
