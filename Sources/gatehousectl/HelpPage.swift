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
        guard let first = command.configuration.subcommands.first, !page.contains(": gatehousectl "),
            !page.contains("  gatehousectl ")
        else { return nil }
        let call = "gatehousectl \(path.joined(separator: " "))"
        let line = first.configuration.discussion.split(separator: "\n").first { $0.contains(call) }
        return line.flatMap { line in line.firstRange(of: call).map { words("Example: \(line[$0.lowerBound...])") } }
    }

    private static func translated(_ part: String) -> String {
        let headings = [
            ("OVERVIEW:", words("OVERVIEW:")), ("USAGE:", words("USAGE:")), ("ARGUMENTS:", words("ARGUMENTS:")),
            ("OPTIONS:", words("OPTIONS:")), ("SUBCOMMANDS:", words("SUBCOMMANDS:")),
        ]
        for (heading, words) in headings where part.hasPrefix(heading) {
            return words + part.dropFirst(heading.count)
        }
        return part
    }
}
