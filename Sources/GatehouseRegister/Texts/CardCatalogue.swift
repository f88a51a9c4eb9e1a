package import GatehouseCore
package import GatehouseProtocols

/// The card formats that a site knows, with the numbers that a card of each can have, and those that a reader of it brings.
package struct CardCatalogue: Sendable {
    private(set) var formats: [String: CardFormat]
    /// Nil where nobody knows the readers.
    private(set) var read: Set<String>?

    /// `own` are the formats of `card_formats`.
    package init(own: [CardFormat] = [], read: Set<CardFormatID>? = nil) {
        formats = Dictionary((CardFormat.table + own).map { ($0.id.name, $0) }, uniquingKeysWith: { $1 })
        self.read = read.map { Set($0.map(\.name)) }
    }

    private static let example = Sentence(
        "write it as H10301:118-1603, UID34:2312379265, TEXT:…, EPC:E2003412 or PLATE:…")

    /// A card by its spelling: of a format that there is, with numbers that a card of it can have.
    package func card(_ text: String) throws(RegistryFields.Problem) -> CardNumber {
        func no(_ why: Sentence) -> RegistryFields.Problem {
            RegistryFields.Problem(Sentence("\"\(RegistryFields.clipped(text))\" is no card: \(why)"))
        }
        let isText = text.hasPrefix("\(CardNumber.textFormat):")
        let text = isText ? text : ImportText.halfWidth(text)
        if let bare = try bare(text, no) { return bare }
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw no(Self.example) }
        let name = String(text[..<colon])
        let rest = String(text[text.utf8.index(after: colon)...])
        if CardNumber.textFormats.contains(where: { $0.name == name }) { return try textCard(text, rest, no) }
        if let printed = try printed(name, rest, no) { return try card("\(printed):\(rest)") }
        if let comma = rest.firstIndex(of: ",") { return try decimals(name, rest, comma, no) }
        let parts = rest.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2, let number = TextRule.number(parts[parts.count - 1], atMost: .max),
            let facility = parts.count == 2 ? TextRule.number(parts[0], atMost: .max) : 0
        else {
            throw no(
                Sentence("after \(name): stand a facility, a dash and a number, or a number alone: \(range(name))"))
        }
        let limit = limits(name)
        guard facility <= limit.facility, number <= limit.number else { throw no(range(name)) }
        let fields = (facility: UInt32(facility), number: number)
        guard !isReserved(name, fields.facility, fields.number) else {
            throw no(Sentence("all its bits would be alike, which no card has"))
        }
        return CardNumber(format: CardFormatID(name), facility: fields.facility, number: fields.number)
    }

    /// The format that a name from a box means; nil for the name of a format itself.
    private func printed(
        _ name: String, _ rest: String, _ no: (Sentence) -> RegistryFields.Problem
    ) throws(RegistryFields.Problem) -> String? {
        let isDesk = name == EM4100Frame.formatID.name
        guard !isDesk, formats[name] == nil else { return nil }
        let meant = format(meantBy: name, hasFacility: rest.contains("-") || rest.contains(","))
        if let one = meant.name { return one }
        guard meant.among.isEmpty else {
            throw no(
                Sentence("\(RegistryFields.clipped(name)) may be any of \(meant.among); write one of them"))
        }
        let known = formats.keys.sorted() + CardNumber.textFormats.map(\.name) + [EM4100Frame.formatID.name]
        throw no(Self.unknown(name, known))
    }

    /// Three and five digits with a comma, as they stand on cards: an octet and the two behind it.
    private func decimals(
        _ name: String, _ rest: String, _ comma: String.Index, _ no: (Sentence) -> RegistryFields.Problem
    ) throws(RegistryFields.Problem) -> CardNumber {
        guard let first = TextRule.number(String(rest[..<comma]), atMost: 255),
            let second = TextRule.number(String(rest[rest.index(after: comma)...]), atMost: 65535)
        else { throw no(Sentence("with a comma it is 0 to 255 and 0 to 65535, as in 059,20934")) }
        return try card(
            limits(name).facility > 0 && name != EM4100Frame.formatID.name
                ? "\(name):\(first)-\(second)" : "\(name):\(first << 16 | second)")
    }

    private func textCard(
        _ text: String, _ rest: String, _ no: (Sentence) -> RegistryFields.Problem
    ) throws(RegistryFields.Problem) -> CardNumber {
        guard let card = CardNumber(text), case .text(let value) = card.value else { throw no(Self.example) }
        if let fault = TextRule.fault(of: value) { throw no(Sentence("it \(fault)")) }
        if card.isPlate, !PlateText.isPlate(value) { throw no(Sentence("a plate is written as 鲁G12345")) }
        if card.format == CardNumber.epcFormat {
            guard value.utf8.count <= 124, value.contains(where: { $0 != "0" }), value.contains(where: { $0 != "F" })
            else { throw no(Sentence("a tag has up to 62 octets, not all of them 00 or FF")) }
        }
        return card
    }

    /// What people should know of a card before they give it away; nil when a reader here brings such cards.
    package func warning(_ card: CardNumber) -> Sentence? {
        guard let read, !read.contains(card.format.name) else { return nil }
        return read.isEmpty
            ? Sentence("no reader of this site reads cards")
            : Sentence("no reader of this site reads \(card.format.name); they read \(read.sorted())")
    }

    func limits(_ name: String) -> (facility: UInt64, number: UInt64) {
        guard let format = formats[name] else { return (255, UInt64(UInt32.max)) }
        let bits = (format.facility?.length ?? 0) + (format.extra?.length ?? 0)
        return (bits == 0 ? 0 : (1 << UInt64(bits)) - 1, format.number.maximum)
    }

    private func range(_ name: String) -> Sentence {
        let limit = limits(name)
        return limit.facility == 0
            ? Sentence("\(name) has numbers up to \(limit.number) and no facility")
            : Sentence("\(name) has facilities up to \(limit.facility) and numbers up to \(limit.number)")
    }

    private func isReserved(_ name: String, _ facility: UInt32, _ number: UInt64) -> Bool {
        guard let format = formats[name] else { return number == 0 || number == UInt64(UInt32.max) }
        let bits = UInt32(format.facility?.length ?? 0)
        let own = bits >= 32 ? facility : facility & ((1 << bits) - 1)
        return format.isReserved(
            CardFields(facility: own, number: number, extra: bits >= 32 ? 0 : facility >> bits))
    }

    private static func unknown(_ name: String, _ known: [String]) -> Sentence {
        // A mark that a spreadsheet puts before a text.
        let plain = String(name.drop { !$0.isLetter && !$0.isNumber })
        let fault = Sentence("there is no card format \"\(RegistryFields.clipped(name))\"")
        guard let near = Nearest.match(for: plain, among: known) else { return Sentence("\(fault); \(example)") }
        return fault.orNear(near)
    }
}
