package import GatehouseCore
internal import Glibc

extension Language {
    /// What whoever started a program asked for: `--lang`, or else the surroundings. Nil where neither says.
    package static func wanted(by arguments: [String]) -> Language? { asked(arguments) ?? surroundings }

    /// The option is read before any other: help is made in its language.
    private static func asked(_ arguments: [String]) -> Language? {
        for (index, argument) in arguments.enumerated() {
            if argument == "--lang", index + 1 < arguments.count { return Language(rawValue: arguments[index + 1]) }
            if argument.hasPrefix("--lang=") { return Language(rawValue: String(argument.dropFirst(7))) }
        }
        return nil
    }

    private static var surroundings: Language? {
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            guard let value = getenv(name), value.pointee != 0 else { continue }
            return Language(locale: String(cString: value))
        }
        return nil
    }
}
