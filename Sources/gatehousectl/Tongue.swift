import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

/// In which language this program speaks.
enum Tongue {
    /// What was asked for: `--lang`, or else the surroundings. Nil where neither says: then it is the site's.
    static let wanted: Language? = asked(CommandLine.arguments) ?? surroundings

    /// The site's, once the daemon has said it.
    nonisolated(unsafe) static var site: Language?

    static var current: Language { wanted ?? site ?? .english }

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

/// A sentence of the catalogue, in the language of whoever reads it.
func words(_ text: Sentence.Text) -> String { Sentence(text).text(in: Tongue.current) }

/// A stable word of the register or of a device in a table: in English as it is, for scripts that look at tables.
func state(_ word: String) -> String { Tongue.current == .english ? word : Words.state(word, Tongue.current) }

/// The same, for an option.
func told(_ text: Sentence.Text) -> ArgumentHelp { ArgumentHelp(stringLiteral: words(text)) }
