/// Finds the sentences in a source: literals behind `Sentence(`, `words(`, `told(` and `say(`.
struct SentenceLiterals {
    struct Found {
        var template: String
        var line: Int
    }

    static func found(in source: String) -> [Found] {
        var found: [Found] = []
        var reader = SentenceLiterals(Array(source.unicodeScalars))
        for start in reader.starts() {
            let line = reader.scalars[..<start].count { $0 == "\n" } + 1
            reader.index = start
            found.append(Found(template: reader.literal(), line: line))
        }
        return found
    }

    static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0

    private init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// Where the literals begin, those within others too.
    private func starts() -> [Int] {
        let marks = ["Sentence(", "words(", "told(", "say("].map { Array($0.unicodeScalars) }
        var starts: [Int] = []
        var place = 0
        while place < scalars.count {
            defer { place += 1 }
            guard scalars[place] == "(" else { continue }
            let isMarked = marks.contains { mark in
                place + 1 >= mark.count && scalars[(place + 1 - mark.count)...place].elementsEqual(mark)
                    && (place == mark.count - 1 || !isName(scalars[place - mark.count]))
            }
            guard isMarked else { continue }
            var next = place + 1
            while next < scalars.count, scalars[next].properties.isWhitespace { next += 1 }
            if next < scalars.count, scalars[next] == "\"" { starts.append(next) }
        }
        return starts
    }

    private func isName(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic || scalar == "_" }

    private func stands(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        return index + text.count <= scalars.count && scalars[index..<index + text.count].elementsEqual(text)
    }

    /// The text of a literal that begins here, with numbers for what stands in it.
    private mutating func literal() -> String {
        let isBlock = stands("\"\"\"")
        let mark = isBlock ? "\"\"\"" : "\""
        index += mark.count
        var text = ""
        var places = 0
        while !stands(mark) {
            let scalar = scalars[index]
            if scalar == "\\" {
                index += 1
                if scalars[index] == "(" {
                    text += place(&places)
                    continue
                }
                text += escaped()
                continue
            }
            text.unicodeScalars.append(scalar)
            if scalar == "{" || scalar == "}" { text.unicodeScalars.append(scalar) }
            index += 1
        }
        index += mark.count
        return isBlock ? Self.unindented(text) : text
    }

    private mutating func escaped() -> String {
        defer { index += 1 }
        switch scalars[index] {
        case "n": return "\n"
        case "t": return "\t"
        // The end of a line that goes on.
        case "\n": return "\u{1}\n"
        default: return String(scalars[index])
        }
    }

    /// An interpolation: a place, with its nouns where two texts stand behind a number.
    private mutating func place(_ places: inout Int) -> String {
        var depth = 0
        var pieces = [""]
        repeat {
            switch scalars[index] {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            case "\"":
                let start = index
                _ = literal()
                pieces[pieces.count - 1] += String(String.UnicodeScalarView(scalars[start..<index]))
                continue
            case "," where depth == 1:
                pieces.append("")
                index += 1
                continue
            default: break
            }
            pieces[pieces.count - 1].unicodeScalars.append(scalars[index])
            index += 1
        } while depth > 0
        defer { places += 1 }
        guard pieces.count == 3 else { return "{\(places)}" }
        let nouns = pieces.dropFirst().map { $0.filter { $0 != "\"" && $0 != ")" }.drop { $0 == " " } }
        return "{\(places):\(nouns[0])|\(nouns[1])}"
    }

    /// A block without what its last line is indented by.
    private static func unindented(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let indent = lines.removeLast().count
        if lines.first == "" { lines.removeFirst() }
        let plain = lines.map { String($0.dropFirst(min(indent, $0.prefix { $0 == " " }.count))) }
        var whole = ""
        for (number, line) in plain.enumerated() {
            if number > 0, whole.last != "\u{1}" { whole += "\n" }
            whole = whole.replacing("\u{1}", with: "")
            // A line that goes on brings its own indent along.
            whole += line
        }
        return whole.replacing("\u{1}", with: "")
    }
}
