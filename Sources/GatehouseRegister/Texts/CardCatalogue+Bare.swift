internal import GatehouseCore
internal import GatehouseProtocols

/// Numbers without a format, as they are printed on cards and as other systems write them: `118:1705`, `118,01705`, `0007739623`.
extension CardCatalogue {
    /// The one card that such a number can be at the readers of this site; nil for a text of another form, or where nobody knows
    /// the readers.
    func bare(
        _ text: String, _ no: (Sentence) -> RegistryFields.Problem
    ) throws(RegistryFields.Problem) -> CardNumber? {
        guard let read, !read.isEmpty, let candidates = Self.numbers(of: text) else { return nil }
        let cards = read.sorted().compactMap { name in candidates(self, name) }
        if cards.count == 1 { return cards[0] }
        if cards.isEmpty { throw no(Sentence("no card that readers of this site bring has such a number")) }
        throw no(Sentence("it may be any of \(cards.map(\.description)); write one of them"))
    }

    private typealias Reading = (CardCatalogue, String) -> CardNumber?

    /// How the text is read in a format, by its form.
    private static func numbers(of text: String) -> Reading? {
        for separator in [":", ","] {
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            guard parts.count == 2, let first = TextRule.number(String(parts[0]), atMost: 0xFFFF_FFFF),
                let second = TextRule.number(String(parts[1]), atMost: 0xFFFF_FFFF)
            else { continue }
            return { catalogue, name in
                // On a card for 125 kHz the comma stands between an octet and the two behind it.
                let isDesk = name == EM4100Frame.formatID.name
                if isDesk, separator == ",", first <= 255, second <= 65_535 {
                    return catalogue.fitting(name, 0, first << 16 | second)
                }
                return catalogue.limits(name).facility > 0 && !isDesk ? catalogue.fitting(name, first, second) : nil
            }
        }
        // Ten digits: the whole number of the card.
        guard text.utf8.count == 10, let number = TextRule.number(text, atMost: 0xFFFF_FFFF) else { return nil }
        return { catalogue, name in
            let limits = catalogue.limits(name)
            if name == EM4100Frame.formatID.name || limits.facility == 0 { return catalogue.fitting(name, 0, number) }
            guard limits.facility == 255, limits.number == 65_535 else { return nil }
            return number <= 0xFF_FFFF ? catalogue.fitting(name, number >> 16, number & 0xFFFF) : nil
        }
    }

    /// A card of a bit format, or of a desk reader, with these numbers; nil where it cannot be.
    private func fitting(_ name: String, _ facility: UInt64, _ number: UInt64) -> CardNumber? {
        guard !CardNumber.textFormats.contains(where: { $0.name == name }) else { return nil }
        return try? card(facility == 0 ? "\(name):\(number)" : "\(name):\(facility)-\(number)")
    }
}
