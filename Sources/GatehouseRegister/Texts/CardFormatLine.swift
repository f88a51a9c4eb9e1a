internal import GatehouseCore
internal import GatehouseProtocols

/// A card format in the table that people choose from.
package struct CardFormatLine: Hashable, Sendable {
    package var name: String
    /// Bits of a whole frame; nil where it comes over no such line.
    package var bits: Int?
    /// The greatest facility; 0 where a card has none.
    package var facility: UInt64
    package var number: UInt64
    /// What boxes and cards call it.
    package var printed: [String]
    package var example: String
}

extension CardCatalogue {
    /// Every format that is known here, by its length; those that are no frames at the end.
    package var lines: [CardFormatLine] {
        let frames = formats.values.sorted { ($0.bitCount, $0.id.name) < ($1.bitCount, $1.id.name) }
        let lines = frames.map { format -> CardFormatLine in
            let limit = limits(format.id.name)
            let example = limit.facility == 0 ? "1603" : "\(min(118, limit.facility))-1603"
            return CardFormatLine(
                name: format.id.name, bits: format.bitCount, facility: limit.facility, number: limit.number,
                printed: CardFormat.printedNames(of: format.id.name), example: "\(format.id.name):\(example)")
        }
        let desk = limits("EM4100")
        return lines + [
            CardFormatLine(
                name: "EM4100", bits: nil, facility: desk.facility, number: desk.number,
                printed: CardFormat.printedNames(of: "EM4100"), example: "EM4100:3887558")
        ]
    }

    /// The format that is meant by a name as it is printed, where one alone can be: of those that may be meant the ones that
    /// readers here bring, and then those that have a facility where one is written, and none where none is.
    func format(meantBy name: String, hasFacility: Bool) -> (name: String?, among: [String]) {
        let all = CardFormat.meant(
            byPrinted: name, own: Array(formats.values.filter { CardFormat.named($0.id) == nil }))
        let here = read.map { read in all.filter(read.contains) } ?? []
        let among = here.isEmpty ? all : here
        if among.count == 1 { return (among[0], among) }
        let fitting = among.filter { (limits($0).facility > 0) == hasFacility }
        return (fitting.count == 1 ? fitting[0] : nil, among)
    }
}
