/// A language in which people are spoken to.
package enum Language: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"

    /// What a locale says: `zh_CN.UTF-8`; nil for one that names neither, as `C` does.
    package init?(locale: String) {
        self.init(rawValue: String(locale.prefix { $0 != "_" && $0 != "." && $0 != "-" && $0 != "@" }).lowercased())
    }
}

/// A sentence for people: its English text with numbered places, and what stands in them. What makes it knows no language;
/// whoever shows it does. The English text is also the key under which other languages have theirs, so that a sentence is
/// translated as a whole and never put together from pieces.
///
///     Sentence("\(name) is no OSDP reader")                         "{0} is no OSDP reader"
///     Sentence("\(count, "line is", "lines are") wrong")            "{0:line is|lines are} wrong" after the number
package struct Sentence: Hashable, Sendable, CustomStringConvertible {
    package enum Value: Hashable, Sendable {
        /// A name, a word that somebody typed, a command: the same in every language.
        case text(String)
        case count(Int64)
        /// A noun, or another whole sentence.
        indirect case sentence(Sentence)
        /// Several of one kind, set apart as the language does it.
        case list([Sentence])
    }

    /// The English text with its places: `{0}`, and `{0:one|many}` for a number with its noun.
    package let template: String
    package let values: [Value]

    package init(_ text: Text) {
        template = text.template
        values = text.values
    }

    /// What has no translation: the system's own words, and what came ready made from elsewhere.
    package init(verbatim text: String) {
        template = "{0}"
        values = [.text(text)]
    }

    package var english: String { text { _ in nil } }
    package var description: String { english }

    /// The sentence in a language: `translate` gives its text for the English one, with the same places.
    package func text(list separator: String = ", ", _ translate: (String) -> String?) -> String {
        SentenceForm(translate(template) ?? template).filled { place, nouns in
            guard values.indices.contains(place) else { return nil }
            switch values[place] {
            case .text(let text): return text
            case .count(let count):
                guard let nouns else { return "\(count)" }
                return "\(count) \(count == 1 ? nouns.one : nouns.many)"
            case .sentence(let sentence): return sentence.text(list: separator, translate)
            case .list(let all): return all.map { $0.text(list: separator, translate) }.joined(separator: separator)
            }
        }
    }

    /// What a literal becomes.
    package struct Text: ExpressibleByStringInterpolation, Sendable {
        package struct StringInterpolation: StringInterpolationProtocol, Sendable {
            fileprivate var template = ""
            fileprivate var values: [Value] = []

            package init(literalCapacity: Int, interpolationCount: Int) {}
            package mutating func appendLiteral(_ literal: String) { template += SentenceForm.escaped(literal) }

            private mutating func append(_ value: Value, _ form: String = "") {
                template += "{\(values.count)\(form)}"
                values.append(value)
            }
            package mutating func appendInterpolation(_ text: String) { append(.text(text)) }
            package mutating func appendInterpolation(_ text: Substring) { append(.text(String(text))) }
            package mutating func appendInterpolation(_ name: Identifier<some Any>) { append(.text(name.name)) }
            /// The words of a fault, as it has them.
            package mutating func appendInterpolation(_ fault: some Error) { append(.text("\(fault)")) }
            package mutating func appendInterpolation(_ number: some BinaryInteger) {
                append(.count(Int64(clamping: number)))
            }
            package mutating func appendInterpolation(_ number: some BinaryInteger, _ one: String, _ many: String) {
                append(.count(Int64(clamping: number)), ":\(one)|\(many)")
            }
            package mutating func appendInterpolation(_ sentence: Sentence) { append(.sentence(sentence)) }
            package mutating func appendInterpolation(_ sentences: [Sentence]) { append(.list(sentences)) }
            package mutating func appendInterpolation(_ texts: [String]) {
                append(.list(texts.map(Sentence.init(verbatim:))))
            }
        }

        fileprivate let template: String
        fileprivate let values: [Value]

        package init(stringLiteral value: String) {
            template = SentenceForm.escaped(value)
            values = []
        }
        package init(stringInterpolation: StringInterpolation) {
            template = stringInterpolation.template
            values = stringInterpolation.values
        }
    }
}

/// A text with places: what stands between braces, and `{{` for a brace.
package struct SentenceForm: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case literal(String)
        case place(Int, nouns: Nouns?)
    }
    package struct Nouns: Hashable, Sendable {
        package var one: String
        package var many: String
    }

    package private(set) var parts: [Part] = []

    package init(_ template: String) {
        var literal = ""
        var rest = Substring(template)
        while let character = rest.popFirst() {
            guard character == "{" || character == "}" else {
                literal.append(character)
                continue
            }
            // A brace that is meant stands twice.
            if rest.first == character {
                literal.append(character)
                rest.removeFirst()
                continue
            }
            let inside = rest.prefix { $0 != "}" }
            rest = rest.dropFirst(inside.count + 1)
            let pieces = inside.split(separator: ":", maxSplits: 1)
            guard let place = pieces.first.flatMap({ Int($0) }) else { continue }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            let nouns = pieces.count == 2 ? pieces[1].split(separator: "|", omittingEmptySubsequences: false) : []
            parts.append(
                .place(place, nouns: nouns.count == 2 ? Nouns(one: String(nouns[0]), many: String(nouns[1])) : nil))
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
    }

    /// The places that it has, in the order of their numbers.
    package var places: [Int] {
        parts.compactMap { if case .place(let place, _) = $0 { place } else { nil } }.sorted()
    }

    package func filled(_ value: (Int, Nouns?) -> String?) -> String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .place(let place, let nouns): value(place, nouns) ?? ""
            }
        }.joined()
    }

    package static func escaped(_ literal: String) -> String {
        literal.contains { $0 == "{" || $0 == "}" }
            ? literal.replacing("{", with: "{{").replacing("}", with: "}}") : literal
    }
}

extension Sentence {
    /// With what may have been meant, where something is near.
    package func orNear(_ near: String?) -> Sentence {
        near.map { Sentence("\(self); did you mean \"\($0)\"?") } ?? self
    }
}
