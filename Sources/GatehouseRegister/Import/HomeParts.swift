internal import GatehouseCore

/// A dwelling that a file gives in parts, 楼栋 | 单元 | 室: they are joined to its code, `3-2-501`. What is doubtful is told with its
/// cell and never guessed.
struct HomeParts {
    enum Part: String, CaseIterable {
        case building, unit, room

        /// What the columns are called, folded.
        fileprivate var headers: Set<String> {
            switch self {
            case .building: ["building", "block", "楼栋", "楼栋号", "栋", "栋号", "幢", "幢号", "楼", "楼号", "楼座", "座", "号楼"]
            case .unit: ["unit", "entrance", "staircase", "单元", "单元号"]
            case .room: ["room", "flat", "apartment", "室", "室号", "房号", "房间号", "房间", "门牌号", "门牌", "户号"]
            }
        }
        /// What stands behind a number in such a column, the longest first.
        fileprivate var suffixes: [String] {
            switch self {
            case .building: ["号楼", "栋", "幢", "座", "楼", "号", "#"]
            case .unit: ["单元", "门"]
            case .room: ["号室", "号房", "室", "房", "户", "号", "#"]
            }
        }
    }

    /// Where the parts stand in a line, in the order of a code. The last is the room.
    private let places: [(part: Part, index: Int)]

    /// Nil where the first line has a dwelling in one column: a room alone is one, and so is a unit without a building.
    init?(_ names: [String], _ options: ImportOptions) {
        var places: [(part: Part, index: Int)] = []
        for part in Part.allCases {
            let found = names.indices.first { index in
                let name = names[index]
                if let meaning = options.meanings[name] { return meaning == part.rawValue }
                let isSkipped = !options.skipsAll && options.skips(name, letter: HeaderMatch.letters(index + 1))
                return !isSkipped && part.headers.contains(HeaderMatch.bare(name))
            }
            if let found { places.append((part, found)) }
        }
        let parts = places.map(\.part)
        guard parts.last == .room, parts.count > 1 else { return nil }
        // 单元 is a stairwell; a unit in English alone is a flat.
        guard parts.contains(.building) || !names[places[0].index].utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        self.places = places
    }

    /// The names of the columns as they are with one for the dwelling in the place of the room.
    func joined(_ names: [String]) -> [String] {
        var names = names
        for place in places { names[place.index] = place.part == .room ? "dwelling" : "" }
        return names
    }

    struct Doubt: Error {
        var place: CSVField
        var message: Sentence
    }

    /// A line with the code of its dwelling in the place of the room.
    func joined(_ row: [CSVField]) -> Result<[CSVField], Doubt> {
        guard let last = places.last, last.index < row.count else { return .success(row) }
        var row = row
        let texts = places.map { $0.index < row.count ? Self.number(row[$0.index].text, $0.part) : "" }
        guard texts.contains(where: { !$0.isEmpty }) else { return .success(row) }
        let pieces = texts.last!.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        if pieces.count == places.count {
            for (index, text) in texts.dropLast().enumerated() where !text.isEmpty && text != pieces[index] {
                return .failure(
                    doubt(
                        places[index], row,
                        Sentence("is \"\(shown(text))\", and the room says \"\(shown(pieces[index]))\"")))
            }
            row[last.index].text = texts.last!
            return .success(row)
        }
        for (place, text) in zip(places, texts) {
            if text.isEmpty {
                return .failure(doubt(place, row, Sentence("is empty, and the other parts of the dwelling are not")))
            }
            if let fault = Self.fault(text) {
                return .failure(doubt(place, row, Sentence("\"\(shown(text))\" \(fault)")))
            }
        }
        row[last.index].text = texts.joined(separator: "-")
        return .success(row)
    }

    private func doubt(_ place: (part: Part, index: Int), _ row: [CSVField], _ message: Sentence) -> Doubt {
        var field = place.index < row.count ? row[place.index] : row[0]
        if place.index >= row.count { field.column = place.index + 1 }
        return Doubt(place: field, message: Sentence("\(place.part.rawValue) \(message)"))
    }

    private func shown(_ text: String) -> String { RegistryFields.clipped(text) }

    /// Without what people write behind a number: 3号楼, 2单元, 501室.
    private static func number(_ text: String, _ part: Part) -> String {
        var text = ImportText.trimmed(ImportText.halfWidth(text))
        if let suffix = part.suffixes.first(where: { text.hasSuffix($0) && text.count > $0.count }) {
            text.removeLast(suffix.count)
        }
        if text.hasPrefix("第"), text.count > 1 { text.removeFirst() }
        return ImportText.trimmed(text)
    }

    /// Why a part makes no code.
    private static func fault(_ text: String) -> Sentence? {
        if text.contains(where: { "-/\\,，、;；".contains($0) || $0.isWhitespace }) {
            return Sentence("is more than one number")
        }
        if text.allSatisfy({ "一二三四五六七八九十百零〇两".contains($0) }) {
            return Sentence("is written in words; write the digits")
        }
        return nil
    }
}
