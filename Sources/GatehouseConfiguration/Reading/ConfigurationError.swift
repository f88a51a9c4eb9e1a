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
    package var message: String
    /// What to do, as a clause: `did you mean 'baud'?`, `write '5 s'`.
    package var suggestion: String?

    package init(file: String, line: Int, column: Int, message: String, suggestion: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
        self.suggestion = suggestion
    }

    /// `gatehouse.yaml:12:5: unknown key 'buad'; did you mean 'baud'?`
    package var description: String {
        "\(file):\(line):\(column): \(message)" + (suggestion.map { "; \($0)" } ?? "")
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.file, left.line, left.column, left.message) < (right.file, right.line, right.column, right.message)
    }
}

/// Everything that is wrong with a configuration.
package struct InvalidConfiguration: Error, Hashable, Sendable, CustomStringConvertible {
    /// In the order of the text, at least one.
    package var errors: [ConfigurationError]

    package var description: String { errors.map(\.description).joined(separator: "\n") }
}

/// Collects what is wrong with one file, so that an installer hears of everything at once. A class because all readers of
/// the file's parts share it.
package final class ConfigurationErrors {
    /// More would not be read, and a file of garbage shall not fill the memory.
    package static let limit = 100

    package let file: String
    private var found: [ConfigurationError] = []
    private var known: Set<ConfigurationError> = []
    /// Errors past the limit, which are counted only.
    package private(set) var omitted = 0

    package init(file: String) { self.file = file }

    package func add(_ message: String, at position: TextPosition, suggestion: String? = nil) {
        let error = ConfigurationError(
            file: file, line: position.line, column: position.column, message: message, suggestion: suggestion)
        guard known.count < Self.limit else {
            omitted += known.contains(error) ? 0 : 1
            return
        }
        if known.insert(error).inserted { found.append(error) }
    }

    package var isEmpty: Bool { found.isEmpty }

    /// In the order of the text.
    package var sorted: [ConfigurationError] { found.sorted() }

    package func throwIfAny() throws(InvalidConfiguration) {
        guard isEmpty else { throw InvalidConfiguration(errors: sorted) }
    }
}
