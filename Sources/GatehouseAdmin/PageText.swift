internal import GatehouseCore

/// What the pages for people have in common: lines of 80 columns, times to the minute, words of the register.
enum PageText {
    static func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }

    static func joined(_ parts: String?...) -> String {
        parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    static func wrapped(_ text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        return Columns.wrap(text, first: 78, others: 74).enumerated().map { ($0 == 0 ? "  " : "      ") + $1 }
    }

    /// A part of a page with its title; nothing where there is nothing.
    static func part(_ title: String, _ items: [String]) -> [String] {
        items.isEmpty ? [] : ["", title] + items.flatMap(wrapped)
    }

    static func span(_ from: String?, _ until: String?, _ language: Language) -> String? {
        switch (from.map(time), until.map(time)) {
        case (let from?, let until?): Sentence("from \(from) until \(until)").text(in: language)
        case (let from?, nil): Sentence("from \(from)").text(in: language)
        case (nil, let until?): Sentence("until \(until)").text(in: language)
        case (nil, nil): nil
        }
    }

    /// Seconds as people say them: minutes, hours or days.
    static func length(_ seconds: Int, _ language: Language) -> String {
        let sentence =
            if seconds % 86400 == 0 {
                Sentence("\(seconds / 86400, "day", "days")")
            } else if seconds % 3600 == 0 {
                Sentence("\(seconds / 3600, "hour", "hours")")
            } else { Sentence("\(seconds / 60, "minute", "minutes")") }
        return sentence.text(in: language)
    }

    static func days(_ first: String, _ last: String, _ language: Language) -> String {
        Sentence("\(first) to \(last)").text(in: language)
    }

    /// The latest changes of a row, one a line.
    static func changes<Row>(
        _ history: [PastState<Row>], _ language: Language, _ what: (Row) -> String
    ) -> [String] {
        part(
            Sentence("CHANGES").text(in: language),
            history.suffix(8).map { state in
                let event = state.entry.map { Sentence("entry \($0)").text(in: language) }
                return joined(state.at.map(time), event, what(state.row))
            })
    }

    static func word(_ word: String, _ language: Language) -> String { Words.state(word, language) }
}
