internal import GatehouseCore

/// What boxes, cards and shops call a format. Makers name a card by its number of bits, which says little; a name that may be
/// several formats has them all, the usual one first.
extension CardFormat {
    /// The formats that a name as it is printed may mean, by their names; none for a name that nobody prints.
    package static func meant(byPrinted name: String, own: [CardFormat] = []) -> [String] {
        let plain = printed(name)
        if let known = aliases.first(where: { $0.names.contains(plain) }) { return known.formats }
        guard let bits = bits(plain) else { return [] }
        return (table + own).filter { $0.bitCount == bits }.map(\.id.name)
    }

    /// The names that are printed for a format, as people see them.
    package static func printedNames(of format: String) -> [String] {
        let said = aliases.filter { $0.formats.contains(format) }.flatMap(\.names)
        guard said.isEmpty, let known = table.first(where: { $0.id.name == format }) else { return said }
        // A length that usually means another format is no name of this one.
        let name = "WG\(known.bitCount)"
        return meant(byPrinted: name).contains(format) ? [name] : []
    }

    static let aliases: [(names: [String], formats: [String])] = [
        (["WG26", "W26", "WIEGAND26", "26BIT", "HID26"], ["H10301"]),
        (["WG34", "W34", "WIEGAND34", "34BIT"], ["H10306", "UID34"]),
        (["WG37", "W37", "WIEGAND37", "37BIT"], ["H10302", "H10304"]),
        (["CORPORATE1000", "C1000"], ["C1K35", "C1K48"]),
        (["UID", "CSN", "MIFARE", "M1", "IC"], ["UID34", "CSN32", "CSN56", "CSN64"]),
        (["EM", "EM4102", "TK4100", "ID", "125K", "125KHZ"], ["EM4100"]),
    ]

    /// `WG-34`, `wg 34`, `34 bit`, `34位`.
    private static func printed(_ name: String) -> String {
        let plain = name.uppercased().filter { $0 != " " && $0 != "-" && $0 != "_" }
        for end in ["BITS", "位"] where plain.hasSuffix(end) { return "\(plain.dropLast(end.count))BIT" }
        return plain
    }

    private static func bits(_ plain: String) -> Int? {
        if plain.hasSuffix("BIT") { return Int(plain.dropLast(3)) }
        for start in ["WIEGAND", "WG", "W"] where plain.hasPrefix(start) {
            let digits = plain.dropFirst(start.count)
            if digits.utf8.allSatisfy({ (48...57).contains($0) }) { return Int(digits) }
        }
        return nil
    }
}
