internal import GatehouseAdmin
internal import GatehouseCore

/// What is said of the columns of files beside their headers.
package struct ImportOptions: Sendable {
    /// Columns to pass over: all that nobody knows, or those of these names or letters.
    package var skipsAll = false
    var skipped: Set<String> = []
    /// What a column means, by its folded name; empty for one that is passed over.
    var meanings: [String: String] = [:]

    package init() {}

    /// `all`, or names and letters of columns, separated by commas or blanks of any width.
    package init(skipping text: String) {
        if ImportText.halfWidth(text).lowercased() == "all" {
            skipsAll = true
            return
        }
        skipped = Set(text.split { ",，、;；|".contains($0) }.map { HeaderMatch.folded(String($0)) })
        skipped.remove("")
    }

    /// Lines of a mapping, `姓 名 = name`; behind `=` nothing or `-` passes over the column. What is wrong is told with its
    /// line.
    mutating func read(mapping octets: [UInt8], _ file: String) -> [RegistryImport.Problem] {
        func problem(_ line: Int, _ message: Sentence) -> RegistryImport.Problem {
            RegistryImport.Problem(file: file, place: CSVField(text: "", line: line, column: 1), message: message)
        }
        let text: String
        switch ImportText.decode(octets) {
        case .failure(let found): return [problem(found.line, found.message)]
        case .success(let utf8): text = String(decoding: utf8, as: UTF8.self)
        }
        let known = Set(
            ImportHeaders.all.flatMap(\.columns) + ImportHeaders.sheet.columns + HomeParts.Part.allCases.map(\.rawValue)
        )
        var problems: [RegistryImport.Problem] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let plain = ImportText.trimmed(String(line))
            if plain.isEmpty || plain.first == "#" { continue }
            guard let mark = plain.lastIndex(where: { $0 == "=" || $0 == "＝" }) else {
                problems.append(problem(index + 1, Sentence("has no =; write it as 姓 名 = name")))
                continue
            }
            let meaning = ImportText.trimmed(ImportText.halfWidth(String(plain[plain.index(after: mark)...])))
                .lowercased()
            guard meaning.isEmpty || meaning == "-" || known.contains(meaning) else {
                let fault = Sentence("\"\(RegistryFields.clipped(meaning))\" is no column")
                let near = Nearest.match(for: meaning, among: known.sorted())
                problems.append(problem(index + 1, fault.orNear(near)))
                continue
            }
            meanings[HeaderMatch.folded(String(plain[..<mark]))] = meaning == "-" ? "" : meaning
        }
        return problems
    }

    /// Whether the column is passed over; `letter` is that of a spreadsheet.
    func skips(_ folded: String, letter: String) -> Bool {
        skipsAll || skipped.contains(folded) || skipped.contains(letter.lowercased()) || meanings[folded] == ""
    }
}

/// What a first line says of the fields below it.
struct HeaderMatch {
    var header: ImportHeaders.Header
    /// The column of each field; empty for one that is passed over.
    var columns: [String]
    /// Places of fields that nobody knows.
    var unknown: [Int]
    /// How many columns are its own.
    private var known: Int { columns.count { !$0.isEmpty } }
    /// The parts of a dwelling that several columns give.
    var homeParts: HomeParts?
    var isSheet: Bool { header == ImportHeaders.sheet }

    /// The kind of file whose columns they are: the one with the most that are its own, whatever is passed over.
    static func find(_ first: [String], _ options: ImportOptions) -> HeaderMatch? {
        var names = first.map(folded)
        let parts = HomeParts(names, options)
        if let parts { names = parts.joined(names) }
        var best: HeaderMatch?
        for header in ImportHeaders.all + [ImportHeaders.sheet] {
            guard var match = match(names, header, options) else { continue }
            match.homeParts = parts
            if match.known > best?.known ?? 0 { best = match }
        }
        return best
    }

    /// What is missing for the kind of file that is nearest, for people.
    static func nearest(_ first: [String], _ options: ImportOptions) -> Sentence? {
        let names = first.map(folded)
        var best: (header: ImportHeaders.Header, missing: [String], found: Int)?
        for header in ImportHeaders.all {
            let taken = Set(columns(names, header, options).columns)
            let missing = header.columns.prefix(header.required).filter { !taken.contains($0) }
            let found = header.columns.count { taken.contains($0) }
            if found > best?.found ?? 0 { best = (header, Array(missing), found) }
        }
        return best.map { Sentence("as \($0.header.name) it lacks \($0.missing)") }
    }

    private static func match(
        _ names: [String], _ header: ImportHeaders.Header, _ options: ImportOptions
    ) -> HeaderMatch? {
        let (columns, unknown) = columns(names, header, options)
        let taken = Set(columns)
        if header == ImportHeaders.sheet {
            let hasMore = (ImportHeaders.cards + ImportHeaders.plates).contains { taken.contains($0) }
            let hasPlace = taken.contains("dwelling") || taken.contains("reference")
            guard taken.contains("name"), hasPlace, hasMore || !taken.contains("reference") else { return nil }
        } else {
            let implied: Set<String> = ImportHeaders.cardHeaders.isDisjoint(with: names) ? [] : ["kind"]
            guard header.columns.prefix(header.required).allSatisfy({ taken.contains($0) || implied.contains($0) })
            else { return nil }
        }
        return HeaderMatch(header: header, columns: columns, unknown: unknown)
    }

    private static func columns(
        _ names: [String], _ header: ImportHeaders.Header, _ options: ImportOptions
    ) -> (columns: [String], unknown: [Int]) {
        var columns = [String](repeating: "", count: names.count)
        var taken: Set<String> = []
        var rest: [Int] = []
        func take(_ index: Int, _ column: String?) -> Bool {
            guard let column, header.columns.contains(column), taken.insert(column).inserted else { return false }
            columns[index] = column
            return true
        }
        // What somebody said goes first, then the names of columns, then what else they are called.
        for (index, name) in names.enumerated() {
            if let meaning = options.meanings[name] {
                if !meaning.isEmpty, !take(index, meaning) { rest.append(index) }
            } else if !take(index, header.columns.first { folded($0) == name }) {
                rest.append(index)
            }
        }
        var unknown: [Int] = []
        for index in rest {
            let name = names[index]
            if name.isEmpty || ImportHeaders.numbers.contains(name) { continue }
            let found = [name, bare(name)].lazy.flatMap { ImportHeaders.synonyms($0, in: header) }
            if options.meanings[name] == nil, found.contains(where: { take(index, $0) }) { continue }
            if !options.skips(name, letter: letters(index + 1)) { unknown.append(index) }
        }
        return (columns, unknown)
    }

    /// A header as it is compared: half-width, in small letters, without blanks, marks that nobody sees, and the stars of
    /// columns that have to be filled in.
    static func folded(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        for scalar in ImportText.halfWidth(text).lowercased().unicodeScalars {
            if scalar.properties.isWhitespace || HarmfulText.isHarmful(scalar)
                || "_-.*:".unicodeScalars.contains(scalar)
            {
                continue
            }
            view.append(scalar)
        }
        return String(view)
    }

    /// Without what stands in brackets behind it.
    static func bare(_ name: String) -> String { name.split(separator: "(").first.map(String.init) ?? name }

    /// The letters of a column of a spreadsheet, from 1: A, B, … Z, AA.
    static func letters(_ column: Int) -> String {
        var letters: [UInt8] = []
        var rest = max(1, column)
        while rest > 0 {
            letters.append(UInt8(ascii: "A") + UInt8(truncatingIfNeeded: (rest - 1) % 26))
            rest = (rest - 1) / 26
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }
}
