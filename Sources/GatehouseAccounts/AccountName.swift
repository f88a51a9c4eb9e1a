/// What somebody signs in with, and what stands as `as` on the wire and in entries: 1 to 64 letters (with their marks) of any
/// script, digits, dots, underscores and hyphens. Two names that differ in upper and lower case alone are one name.
package struct AccountName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    /// What names are compared by.
    package let key: String

    package static let limit = 64

    /// Nil for what is no name.
    package init?(_ typed: String) {
        let text = Composed.text(typed)
        let scalars = text.unicodeScalars
        guard (1...Self.limit).contains(scalars.count), scalars.allSatisfy(Self.isAllowed),
            let first = scalars.first, !Self.isMark(first)
        else { return nil }
        self.text = text
        key = Composed.text(text.lowercased())
    }

    package var description: String { text }
    package static func == (left: Self, right: Self) -> Bool { left.key == right.key }
    package static func < (left: Self, right: Self) -> Bool { left.key < right.key }
    package func hash(into hasher: inout Hasher) { hasher.combine(key) }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark: true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        case .nonspacingMark, .spacingMark: true
        default: scalar == "." || scalar == "_" || scalar == "-"
        }
    }
}
