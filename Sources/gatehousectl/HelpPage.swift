import ArgumentParser
import GatehouseAdmin
import GatehouseCore

/// Pages of help, each with an example, and with the headings of their language.
enum HelpPage {
    /// The page that was made of a command, with what this program has to add; nil where it is no page.
    static func text(_ page: String) -> String? {
        var parts = page.split(separator: "\n\n").map(String.init)
        guard let usage = parts.first(where: { $0.hasPrefix("USAGE: gatehousectl") }) else { return nil }
        let path = usage.split(whereSeparator: \.isWhitespace).dropFirst(2).prefix { $0.first?.isLetter == true }
        if let example = example(path.map(String.init), page) { parts.insert(example, at: 1) }
        return parts.map(translated).joined(separator: "\n\n")
    }

    /// A group has the example of its first command.
    private static func example(_ path: [String], _ page: String) -> String? {
        let command = path.reduce(Gatehousectl.self as any ParsableCommand.Type) { command, word in
            command.configuration.subcommands.first { $0._commandName == word } ?? command
        }
        let above = page.firstRange(of: "USAGE:").map { page[..<$0.lowerBound] } ?? page[...]
        guard let first = command.configuration.subcommands.first, !above.contains("gatehousectl ") else { return nil }
        let call = "gatehousectl \(path.joined(separator: " "))"
        let line = first.configuration.discussion.split(separator: "\n").first { $0.contains(call) }
        return line.flatMap { line in line.firstRange(of: call).map { words("Example: \(line[$0.lowerBound...])") } }
    }

    private static func translated(_ part: String) -> String {
        let headings = [
            ("OVERVIEW:", words("OVERVIEW:")), ("USAGE:", words("USAGE:")), ("ARGUMENTS:", words("ARGUMENTS:")),
            ("OPTIONS:", words("OPTIONS:")), ("SUBCOMMANDS:", words("SUBCOMMANDS:")),
        ]
        var part = part
        for (heading, words) in headings where part.hasPrefix(heading) {
            // Chinese sets no blank behind its colon.
            part = words + part.dropFirst(heading.count).drop { $0 == " " && Tongue.current == .chinese }
        }
        for (line, words) in [
            ("Show the version.", words("Show the version.")),
            ("Show help information.", words("Show help information.")),
        ] { part = part.replacing(line, with: words) }
        if let shown = part.firstMatch(of: /See '(.+)' for detailed help\./) {
            return "  " + words("See '\(shown.1)' for detailed help.")
        }
        return part
    }

    /// What is wrong with the words that were typed: the sentences of the library that reads them, in the language of whoever
    /// typed. What it says otherwise stands as it is.
    static func complaint(_ message: String) -> String {
        guard Tongue.current != .english else { return message }
        return message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if let found = line.wholeMatch(of: /Error: (.*)/) { return words("Error: \(fault(found.1))") }
            if let found = line.wholeMatch(of: /Usage: (.*)/) { return words("Usage: \(found.1)") }
            if let found = line.wholeMatch(of: /\s+See '(.+)' for more information\./) {
                return "  " + words("See '\(found.1)' for more information.")
            }
            return String(line)
        }.joined(separator: "\n")
    }

    private static func fault(_ text: Substring) -> String {
        if let found = text.wholeMatch(of: /Unknown option '(.+?)'.*/) { return words("unknown option '\(found.1)'") }
        if let found = text.wholeMatch(of: /Missing expected argument '(.+)'/) { return words("missing: '\(found.1)'") }
        if let found = text.wholeMatch(of: /Missing value for '(.+)'/) { return words("'\(found.1)' needs a value") }
        if let found = text.wholeMatch(of: /(?:Unexpected argument|\d+ unexpected arguments:) (.+)/) {
            return words("unexpected: \(found.1)")
        }
        if let found = text.wholeMatch(of: /The value '(.+)' is invalid for '(.+?)'.*/) {
            return words("'\(found.1)' does not fit '\(found.2)'")
        }
        return String(text)
    }
}
