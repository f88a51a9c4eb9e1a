internal import GatehouseCore
internal import GatehouseProtocols

/// The card formats that readers may name: those of the table, and those of `card_formats`.
struct KnownFormats {
    private(set) var byName: [String: CardFormat]
    /// Those of the site, in the order of the file.
    private(set) var own: [CardFormat] = []

    init() { byName = Dictionary(uniqueKeysWithValues: CardFormat.table.map { ($0.id.name, $0) }) }

    fileprivate mutating func add(_ format: CardFormat) {
        byName[format.id.name] = format
        own.append(format)
    }

    /// A name of one of them.
    var name: ScalarType<CardFormat> {
        ScalarType { [self] text throws(ScalarProblem) in
            guard let format = byName[text] else {
                throw ScalarProblem(
                    Sentence("there is no card format '\(text.prefix(24))'"), suggestion: suggestion(text),
                    isReference: true)
            }
            return format
        }
    }

    /// What a box calls it, or the name that is near.
    private func suggestion(_ text: String) -> Sentence {
        let meant = CardFormat.meant(byPrinted: text, own: own).filter { byName[$0] != nil }
        if !meant.isEmpty {
            let names = Names.list(meant.map { "'\($0)'" })
            return Sentence("did you mean \(names)? Show a card to `gatehousectl reader formats`")
        }
        return Nearest.match(for: text, among: Set(byName.keys)).map { Sentence("did you mean '\($0)'?") }
            ?? Sentence("see docs/cards.md")
    }
}

/// `card_formats`: formats of a site's own, each as data (wiegand.md section 5).
enum CardFormatSection {
    /// Names that cards of other readers have.
    private static let taken = CardNumber.textFormats.map(\.name) + ["EM4100"]

    static func read(_ top: MappingReader) -> KnownFormats {
        var known = KnownFormats()
        // The key of a card holds a fold of its format's name; two names with one fold would be one card.
        var folds: [UInt32: String] = [:]
        for name in known.byName.keys.sorted() + taken { folds[CredentialKey.fold(name)] = name }
        let found = top.namedGroups("card_formats", names: name, count: 0...64) { name, group -> CardFormat? in
            if let other = folds.updateValue(name, forKey: CredentialKey.fold(name)) {
                group.fault(
                    other == name
                        ? Sentence("'\(name)' is the name of a format that is known already")
                        : Sentence("the names '\(other)' and '\(name)' cannot stand beside one another; rename one"))
                group.leaveRest()
                return nil
            }
            return format(name, group)
        }
        for format in found.map(\.value) { known.add(format) }
        return known
    }

    private static var name: ScalarType<String> {
        ScalarType { text throws(ScalarProblem) in
            let isName =
                (1...16).contains(text.utf8.count) && text.first != "-"
                && text.utf8.allSatisfy {
                    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
                }
            guard isName else {
                throw ScalarProblem(
                    Sentence(
                        "'\(text.prefix(24))' is no name of a card format: up to 16 upper-case letters, digits and dashes"
                    ))
            }
            return text
        }
    }

    private enum XORWord: String, CaseIterable { case none, nibbles, octets }

    private static func format(_ name: String, _ group: MappingReader) -> CardFormat? {
        let bits = group.required("bits", .integer(in: 1...BitString.capacity))
        let facility = group.optional("facility", .bits)
        let number = group.required("number", .bits)
        let extra = group.optional("extra", .bits)
        let ones = group.list("ones", of: .bits, count: 0...16)
        let xor: XORCheck? =
            switch group.optional("xor", .choice(XORWord.self), default: .none) {
            case .none: nil
            case .nibbles: .nibbles
            case .octets: .octets
            }
        let length = bits ?? BitString.capacity
        let parities = group.groups("parity", count: 0...8) { parity($0, length) }
        guard let bits, let number else { return nil }
        var isWhole = true
        func complain(_ key: String, _ message: Sentence) {
            group.fault(at: key, message)
            isWhole = false
        }
        var taken: [Int: String] = [:]
        for (key, field) in [("facility", facility), ("number", number), ("extra", extra)] {
            guard let field else { continue }
            if field.upperBound >= bits {
                complain(key, Sentence("bit \(field.upperBound) is outside of \(bits) bits"))
            }
            if field.count > (key == "number" ? 64 : 32) { complain(key, Sentence("the field is too long")) }
            for bit in field {
                guard let other = taken.updateValue(key, forKey: bit), other != key else { continue }
                complain(key, Sentence("bit \(bit) is one of '\(other)' already"))
                break
            }
        }
        if (facility?.count ?? 0) + (extra?.count ?? 0) > 32 {
            complain("extra", Sentence("'facility' and 'extra' have more than 32 bits together"))
        }
        for range in ones where range.upperBound >= bits {
            complain("ones", Sentence("bit \(range.upperBound) is outside of \(bits) bits"))
        }
        if let xor, bits % xor.rawValue != 0 || bits < 2 * xor.rawValue {
            complain("xor", Sentence("\(bits) bits are no whole number of groups of \(xor.rawValue)"))
        }
        guard isWhole else { return nil }
        let format = CardFormat(
            CardFormatID(name), bits: bits, facility: facility.map(field), number: field(number),
            extra: extra.map(field), parities: parities, xor: xor, ones: ones.flatMap(Array.init))
        if format?.isEmpty ?? true {
            group.fault(Sentence("no frame can pass these checks: they contradict one another"))
        }
        return format
    }

    private static func parity(_ group: MappingReader, _ bits: Int) -> ParityRule? {
        let position = group.required("bit", .integer(in: 0...(BitString.capacity - 1)))
        let key = group.has("odd") ? "odd" : "even"
        if group.has("odd"), group.has("even") { group.fault(at: "odd", Sentence("give 'even' or 'odd', not both")) }
        if !group.has("odd"), !group.has("even") {
            group.fault(Sentence("'even' or 'odd' is missing: the bits it covers"))
        }
        let ranges = group.list(key, of: .bits, count: 0...64)
        let covered = ranges.flatMap(Array.init)
        if let outside = covered.first(where: { $0 >= bits }) {
            group.fault(at: key, Sentence("bit \(outside) is outside of \(bits) bits"))
            return nil
        }
        if Set(covered).count != covered.count { group.fault(at: key, Sentence("a bit is named twice")) }
        if group.has(key), covered.isEmpty { group.error(at: key, Sentence("covers no bit")) }
        guard let position else { return nil }
        guard position < bits else {
            group.fault(at: "bit", Sentence("bit \(position) is outside of \(bits) bits"))
            return nil
        }
        if covered.contains(position) { group.fault(at: key, Sentence("bit \(position) is the parity bit itself")) }
        return key == "odd" ? .odd(position, of: covered) : .even(position, of: covered)
    }

    private static func field(_ range: ClosedRange<Int>) -> BitField { BitField(range.lowerBound, range.count) }
}
