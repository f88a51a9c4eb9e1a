package import GatehouseCore

/// The formats of wiegand.md section 5 by name. Length alone never tells the format: a reader's configuration says
/// which of these it may send.
extension CardFormat {
    /// The format of that name, or nil.
    package static func named(_ id: CardFormatID) -> CardFormat? { table.first { $0.id == id } }

    /// Every known format, by length.
    package static let table: [CardFormat] = upTo32 + upTo37 + longer

    private static let upTo32: [CardFormat] = [
        // The common 26-bit card.
        make("H10301", 26, facility: (1, 8), number: (9, 16), [.even(0, of: 1...12), .odd(25, of: 13...24)]),
        // The same frame as H10301, split 12/12.
        make("IND26", 26, facility: (1, 12), number: (13, 12), [.even(0, of: 1...12), .odd(25, of: 13...24)]),
        make("IND27", 27, facility: (0, 13), number: (13, 14)),
        make(
            "2804W", 28, facility: (4, 8), number: (12, 15),
            [
                .odd(2, of: [4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26]),
                .even(0, of: 1...13), .odd(27, of: 0...26),
            ]),
        make("IND29", 29, facility: (0, 13), number: (13, 16)),
        make("ATSW30", 30, facility: (1, 12), number: (13, 16), [.even(0, of: 1...12), .odd(29, of: 13...28)]),
        make("W30-8-20", 30, facility: (1, 8), number: (9, 20), [.even(0, of: 1...14), .odd(29, of: 15...28)]),
        // The parity of ADT31 is not published and not checked.
        make("ADT31", 31, facility: (1, 4), number: (5, 23)),
        make("CSN32", 32, number: (0, 32)),
        make("WIE32", 32, facility: (4, 12), number: (16, 16)),
        make(
            "KASTLE32", 32, facility: (7, 8), number: (15, 16), extra: (2, 5),
            [.even(0, of: 1...16), .odd(31, of: 14...30)], ones: [1]),
        make("W32-30", 32, number: (1, 30), [.even(0, of: 1...15), .odd(31, of: 16...30)]),
    ]

    private static let upTo37: [CardFormat] = [
        make("D10202", 33, facility: (1, 7), number: (8, 24), [.even(0, of: 1...16), .odd(32, of: 16...31)]),
        make("H10306", 34, facility: (1, 16), number: (17, 16), [.even(0, of: 1...16), .odd(33, of: 17...32)]),
        // The same frame as H10306, read as one 32-bit number.
        make("UID34", 34, number: (1, 32), [.even(0, of: 1...16), .odd(33, of: 17...32)]),
        make("BQT34", 34, facility: (1, 8), number: (9, 24), [.even(0, of: 1...16), .odd(33, of: 17...32)]),
        // Corporate 1000, 35 bits: bit 1, then 34, then 0.
        make(
            "C1K35", 35, facility: (2, 12), number: (14, 20),
            [
                .even(1, of: (2...33).filter { $0 % 3 != 1 }), .odd(34, of: (1...32).filter { $0 % 3 != 0 }),
                .odd(0, of: 1...34),
            ]),
        make(
            "C15001", 36, facility: (11, 8), number: (19, 16), extra: (1, 10),
            [.even(0, of: 1...17), .odd(35, of: 18...34)]),
        make(
            "S12906", 36, facility: (1, 8), number: (11, 24), extra: (9, 2),
            [.odd(0, of: 1...17), .odd(35, of: 17...34)]),
        // Bit 18 of H10302, H10304 and MDI37 is in both parities.
        make("H10302", 37, number: (1, 35), [.even(0, of: 1...18), .odd(36, of: 18...35)]),
        make("H10304", 37, facility: (1, 16), number: (17, 19), [.even(0, of: 1...18), .odd(36, of: 18...35)]),
        make("MDI37", 37, facility: (3, 4), number: (7, 29), [.even(0, of: 1...18), .odd(36, of: 18...35)]),
    ]

    private static let longer: [CardFormat] = [
        make(
            "BQT38", 38, facility: (24, 13), number: (1, 19), extra: (20, 4),
            [.even(0, of: 1...18), .odd(37, of: 19...36)]),
        make("PW39", 39, facility: (1, 17), number: (18, 20), [.even(0, of: 1...18), .odd(38, of: 19...37)]),
        make("CSN40", 40, number: (0, 40)),
        make("P10001", 40, facility: (4, 12), number: (16, 16), xor: .octets, ones: [0, 1, 2, 3]),
        make("CASI40", 40, number: (1, 38)),
        make("W42", 42, number: (1, 40), [.even(0, of: 1...20), .odd(41, of: 21...40)]),
        make("W44X", 44, number: (0, 32), extra: (32, 8), xor: .nibbles),
        // Corporate 1000, 48 bits: bit 1, then 47, then 0.
        make(
            "C1K48", 48, facility: (2, 22), number: (24, 23),
            [
                .even(1, of: (3...46).filter { $0 % 3 != 2 }), .odd(47, of: (2...45).filter { $0 % 3 != 1 }),
                .odd(0, of: 1...47),
            ]),
        make("W50", 50, number: (1, 48), [.even(0, of: 1...24), .odd(49, of: 25...48)]),
        make("RBH50", 50, facility: (1, 16), number: (17, 32), [.even(0, of: 1...24), .odd(49, of: 25...48)]),
        make("CSN56", 56, number: (0, 56)),
        // W58 and W66 follow the pattern of W50; check with a card of the site.
        make("W58", 58, number: (1, 56), [.even(0, of: 1...28), .odd(57, of: 29...56)]),
        make("CSN64", 64, number: (0, 64)),
        make("W66", 66, number: (1, 64), [.even(0, of: 1...32), .odd(65, of: 33...64)]),
    ]

    private static func make(
        _ id: CardFormatID, _ bits: Int, facility: (Int, Int)? = nil, number: (Int, Int), extra: (Int, Int)? = nil,
        _ parities: [ParityRule] = [], xor: XORCheck? = nil, ones: [Int] = []
    ) -> CardFormat {
        let format = CardFormat(
            id, bits: bits, facility: facility.map { BitField($0.0, $0.1) }, number: BitField(number.0, number.1),
            extra: extra.map { BitField($0.0, $0.1) }, parities: parities, xor: xor, ones: ones)
        guard let format else { preconditionFailure("card format \(id) of the table lies outside its frame") }
        return format
    }
}
