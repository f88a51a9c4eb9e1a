package import GatehouseCore

/// The person for whom a console asks, and the role in which they signed in: `"as":"zhang.wei","role":"guard"`.
package struct OnBehalf: Hashable, Sendable {
    package var name: String
    package var role: Role

    package init(name: String, role: Role) {
        self.name = name
        self.role = role
    }

    /// Characters of a name.
    package static let longestName = 64

    /// Whether a text may be the name of somebody who signs in: letters of any script with their marks, digits, and `.`, `_`,
    /// `-`. Nothing in it steers a terminal or the direction of writing, and nothing stands for nothing.
    package static func isName(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard (1...longestName).contains(scalars.count) else { return false }
        var mayBeMarked = false
        for scalar in scalars {
            switch scalar.properties.generalCategory {
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter:
                mayBeMarked = true
            case .nonspacingMark, .spacingMark:
                guard mayBeMarked else { return false }
            case .decimalNumber: mayBeMarked = false
            default:
                guard ["." as Unicode.Scalar, "_", "-"].contains(scalar) else { return false }
                mayBeMarked = false
            }
            if scalar.properties.isDefaultIgnorableCodePoint { return false }
        }
        return true
    }

    /// What a line says with `as` and `role`, which come together; nil where it says neither.
    init?(name: String?, role word: String?) throws(ArgumentProblem) {
        guard name != nil || word != nil else { return nil }
        guard let name, let word else { throw ArgumentProblem(Sentence("\"as\" and \"role\" come together")) }
        guard Self.isName(name) else {
            throw ArgumentProblem(
                Sentence(
                    "\"as\" is a name of 1 to \(Self.longestName) characters: letters, digits, \".\", \"_\" and \"-\""))
        }
        guard let role = Role.allCases.first(where: { $0.word == word }) else {
            let known = Role.allCases.map(\.word)
            throw ArgumentProblem(Sentence("\"role\" is one of \(known)"))
        }
        self.init(name: name, role: role)
    }
}
