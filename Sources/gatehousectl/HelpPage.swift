import ArgumentParser
import GatehouseAdmin
import Glibc

/// Pages of help in the language of whoever asks, each with an example. The options are described in English.
enum HelpPage {
    /// What `--lang` says, or the surroundings: help is shown before options are read.
    static func language(_ arguments: [String]) -> Language {
        for (index, argument) in arguments.enumerated() {
            if argument == "--lang", index + 1 < arguments.count {
                return Language(rawValue: arguments[index + 1]) ?? .english
            }
            if argument.hasPrefix("--lang=") { return Language(rawValue: String(argument.dropFirst(7))) ?? .english }
        }
        return Common.isChinese ? .chinese : .english
    }

    /// The page that was made of a command, with what this program has to add; nil where it is no page.
    static func text(_ page: String, _ language: Language) -> String? {
        let parts = page.components(by: "\n\n")
        guard let usage = parts.first(where: { $0.hasPrefix("USAGE: gatehousectl") }) else { return nil }
        let words = usage.split(whereSeparator: \.isWhitespace).dropFirst(2).prefix { word in
            word.first.map { $0.isLetter } ?? false
        }.map(String.init)
        let command = self.command(words)
        let path = words.joined(separator: " ")
        switch language {
        case .english: return withExample(page, path, command)
        case .chinese: return chinese(path, command, usage, parts)
        }
    }

    private static func command(_ words: [String]) -> any ParsableCommand.Type {
        words.reduce(Gatehousectl.self as any ParsableCommand.Type) { command, word in
            command.configuration.subcommands.first { $0._commandName == word } ?? command
        }
    }

    /// A group has the example of its first command.
    private static func withExample(_ page: String, _ path: String, _ command: any ParsableCommand.Type) -> String {
        guard let first = command.configuration.subcommands.first, !page.contains("  gatehousectl "),
            !page.contains("Example: gatehousectl "),
            let line = first.configuration.discussion.lines.first(where: { $0.contains("gatehousectl \(path)") })
        else { return page }
        let example = line.replacing("Example:", with: "").trimmed
        let parts = page.components(by: "\n\n")
        return ([parts[0], "Example: \(example)"] + parts.dropFirst()).joined(separator: "\n\n")
    }

    private static func chinese(
        _ path: String, _ command: any ParsableCommand.Type, _ usage: String, _ parts: [String]
    ) -> String? {
        guard let words = HelpWords.chinese[path] else { return nil }
        let children = command.configuration.subcommands.map { $0._commandName }
        var examples = words.examples
        if examples.isEmpty, let first = children.first {
            examples = HelpWords.chinese["\(path) \(first)"]?.examples ?? []
        }
        var text = ["说明：\(words.what)", "示例：\n" + examples.map { "  gatehousectl \($0)" }.joined(separator: "\n")]
        text.append(usage.replacing("USAGE:", with: "用法："))
        if !children.isEmpty {
            let width = (children.map(\.count).max() ?? 0) + 2
            text.append(
                "子命令：\n"
                    + children.map { child in
                        let what = HelpWords.chinese[path.isEmpty ? child : "\(path) \(child)"]?.what ?? ""
                        return "  " + child + String(repeating: " ", count: width - child.count) + what
                    }.joined(separator: "\n"))
        }
        for part in parts {
            if part.hasPrefix("ARGUMENTS:") { text.append(part.replacing("ARGUMENTS:", with: "参数：")) }
            if part.hasPrefix("OPTIONS:") { text.append(part.replacing("OPTIONS:", with: "选项：")) }
        }
        return text.joined(separator: "\n\n")
    }
}

extension String {
    fileprivate func components(by mark: String) -> [String] {
        split(separator: mark, omittingEmptySubsequences: true).map(String.init)
    }
    fileprivate var lines: [String] { split(separator: "\n").map(String.init) }
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
