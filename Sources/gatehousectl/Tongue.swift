import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import Glibc

/// In which language this program speaks.
enum Tongue {
    /// What was asked for: `--lang`, or else the surroundings. Nil where neither says: then it is the site's.
    static let wanted = Language.wanted(by: CommandLine.arguments)

    /// The site's, once the daemon has said it.
    nonisolated(unsafe) static var site: Language?

    static var current: Language { wanted ?? site ?? .english }
}

/// A sentence of the catalogue, in the language of whoever reads it.
func words(_ text: Sentence.Text) -> String { Sentence(text).text(in: Tongue.current) }

/// A stable word of the register or of a device in a table: in English as it is, for scripts that look at tables.
func state(_ word: String) -> String { Tongue.current == .english ? word : Words.state(word, Tongue.current) }

/// The same, for an option.
func told(_ text: Sentence.Text) -> ArgumentHelp { ArgumentHelp(stringLiteral: words(text)) }
