package import GatehouseCore

/// A place in a text, both numbers from 1, columns counted in characters.
package struct TextPosition: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = TextPosition(line: 1, column: 1)

    package static func < (left: Self, right: Self) -> Bool { (left.line, left.column) < (right.line, right.column) }
}

/// One thing that is wrong with a configuration, said so that it can be put right without reading the code.
package struct ConfigurationError: Error, Hashable, Comparable, Sendable, CustomStringConvertible {
    package var file: String
    package var line: Int
    package var column: Int
    package var message: Sentence
    /// What to do, as a clause: `did you mean 'baud'?`, `write '5 s'`.
    package var suggestion: Sentence?

    package init(file: String, line: Int, column: Int, message: Sentence, suggestion: Sentence? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.suggestion = suggestion
    }

    /// The same for people, in the language of whoever reads it.
    package var sentence: Sentence {
        let place = "\(file):\(line):\(column)"
        return suggestion.map { Sentence("\(place): \(message); \($0)") } ?? Sentence("\(place): \(message)")
    }

    /// `gatehouse.yaml:12:5: unknown key 'buad'; did you mean 'baud'?`
    package var description: String {
        sentence.english
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column, left.message.english)
            < (right.file, right.line, right.column, right.message.english)
    }
}

/// Everything that is wrong with a configuration.
package struct InvalidConfiguration: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the order of the text, at least one.
    package var errors: [ConfigurationError]
    /// Whether values were left unjudged that may hang on one of these.
    package var isPartial = false

    package var description: String { sentences.map(\.english).joined(separator: "\n") }

    /// Each of them for people.
    package var sentences: [Sentence] {
        errors.map(\.sentence)
            + (isPartial ? [Sentence("when this is mended, how the values fit together is looked at")] : [])
    }
}

/// Collects what is wrong with one file, so that an installer hears of everything at once. A class because all readers of
/// the file's parts share it.
package final class ConfigurationErrors {
    /// More would not be read, and a file of garbage shall not fill the memory.
    package static let limit = 100

    package let file: String
    private var found: [ConfigurationError] = []
    /// Names of what is not there, and values that do not fit each other: each is told when nothing before it is left.
    private var unresolved: [ConfigurationError] = []
    private var contradictions: [ConfigurationError] = []
    private var known: Set<ConfigurationError> = []
    /// Errors past the limit, which are counted only.
    package private(set) var omitted = 0

    package init(file: String) { self.file = file }

    /// A value, a key or a text that is wrong by itself.
    package func add(_ message: Sentence, at position: TextPosition, suggestion: Sentence? = nil) {
        note(message, at: position, suggestion: suggestion, in: &found)
    }

    /// A name that reads well and stands for nothing. It is told at its first place, and once each value can be read: what it
    /// stands for may be one of those that cannot.
    package func miss(_ message: Sentence, at position: TextPosition, suggestion: Sentence? = nil) {
        guard !unresolved.contains(where: { $0.message == message }) else { return }
        note(message, at: position, suggestion: suggestion, in: &unresolved)
    }

    /// Values that do not fit each other. Where one of them could not be read, that alone is told: the rest may follow from it.
    package func contradict(_ message: Sentence, at position: TextPosition, suggestion: Sentence? = nil) {
        note(message, at: position, suggestion: suggestion, in: &contradictions)
    }

    private func note(
        _ message: Sentence, at position: TextPosition, suggestion: Sentence?, in list: inout [ConfigurationError]
    ) {
        let error = ConfigurationError(
            file: file, line: position.line, column: position.column, message: message, suggestion: suggestion)
        guard known.count < Self.limit else {
            omitted += known.contains(error) ? 0 : 1
            return
        }
        if known.insert(error).inserted { list.append(error) }
    }

    package var isEmpty: Bool { found.isEmpty && unresolved.isEmpty && contradictions.isEmpty }

    /// What is told, in the order of the text.
    package var sorted: [ConfigurationError] { told.sorted() }

    private var told: [ConfigurationError] { [found, unresolved, contradictions].first { !$0.isEmpty } ?? [] }

    package func throwIfAny() throws(InvalidConfiguration) {
        guard isEmpty else {
            throw InvalidConfiguration(
                errors: sorted, isPartial: told.count < found.count + unresolved.count + contradictions.count)
        }
    }
}
