import GatehouseCore
import Testing

@testable import GatehouseProtocols

extension BitString {
    fileprivate func flipped(_ position: Int) -> BitString {
        BitString((0..<count).map { self[$0] != ($0 == position) })
    }
}

@Suite struct CardFormatTests {
    /// The format and the fields that a row of wiegand-cards.tsv names.
    private func card(_ row: Row) throws -> (CardFormat, CardFields, BitString) {
        let name = row.id.uppercased().split(separator: "-").dropLast().joined(separator: "-")
        let format = try #require(CardFormat.named(CardFormatID(name)), "format \(name)")
        var fields = CardFields(number: 0)
        for part in row["fields"].split(separator: ",") {
            let words = part.split(separator: " ")
            let value = try #require(UInt64(words[1]))
            switch words[0] {
            case "fc": fields.facility = UInt32(value)
            case "cn": fields.number = value
            default: fields.extra = UInt32(value)
            }
        }
        return (format, fields, BitString(row["bits"].map { $0 == "1" }))
    }

    @Test(arguments: recording("wiegand-cards.tsv"))
    func everyRecordedCardDecodesAndEncodes(row: Row) throws {
        let (format, fields, bits) = try card(row)
        #expect(format.fields(of: bits) == fields)
        #expect(format.encode(fields) == bits)
        #expect(bits.octets.hex == row["raw"])
        let number = format.cardNumber(fields)
        #expect(format.decode(bits) == number)
        guard case .fields(let facility, let value) = number.value else { return }
        #expect(format.encode(facility: facility, number: value) == bits)
    }

    @Test(arguments: recording("wiegand-cards.tsv"))
    func aSingleWrongBitUnderParityIsNoCardOfThatNumber(row: Row) throws {
        let (format, _, bits) = try card(row)
        guard !format.parities.isEmpty else { return }
        let covered = Set(format.parities.flatMap { $0.covered + [$0.position] })
        for index in covered.sorted() {
            #expect(format.fields(of: bits.flipped(index)) == nil, "bit \(index)")
        }
    }

    @Test func theTableHoldsEveryFormatOnceAndEachHasRecordedCards() {
        let names = CardFormat.table.map(\.id.name)
        #expect(Set(names).count == names.count)
        #expect(names.count == 36)
        let recorded = Set(
            recording("wiegand-cards.tsv").map {
                $0.id.uppercased().split(separator: "-").dropLast().joined(separator: "-")
            })
        #expect(recorded == Set(names))
    }

    @Test func anIssueLevelKeepsTwoCardsApart() throws {
        let format = try #require(CardFormat.named("KASTLE32"))
        let first = format.cardNumber(CardFields(facility: 128, number: 51186, extra: 13))
        let second = format.cardNumber(CardFields(facility: 128, number: 51186, extra: 12))
        #expect(first != second)
        #expect(first.description == "KASTLE32:3456-51186")
    }

    @Test func aNumberThatDoesNotFitIsNotEncoded() throws {
        let format = try #require(CardFormat.named("H10301"))
        #expect(format.encode(facility: 256, number: 1) == nil)
        #expect(format.encode(facility: 1, number: 65536) == nil)
    }

    @Test func aFormatOutsideItsFrameIsRefused() {
        #expect(CardFormat("X", bits: 26, number: BitField(20, 8)) == nil)
        #expect(CardFormat("X", bits: 26, number: BitField(Int.max, 8)) == nil)
        #expect(CardFormat("X", bits: 26, number: BitField(1, 0)) == nil)
        #expect(CardFormat("X", bits: 129, number: BitField(1, 8)) == nil)
        #expect(CardFormat("X", bits: 26, facility: BitField(1, 8), number: BitField(8, 8)) == nil)
        #expect(CardFormat("X", bits: 26, number: BitField(1, 8), parities: [.even(26, of: 1...8)]) == nil)
        #expect(CardFormat("X", bits: 26, number: BitField(1, 8), xor: .octets) == nil)
    }
}

@Suite struct CardDecoderTests {
    private func formats(_ names: CardFormatID...) -> [CardFormat] { names.compactMap(CardFormat.named) }
    private func bits(_ text: String) -> BitString { BitString(text.map { $0 == "1" }) }

    @Test func aCardOfAnAllowedFormatIsRead() {
        let frame = bits("10111011000000110010000110")
        let signal = CardDecoder(formats: formats("UID34", "H10301")).read(frame)
        #expect(
            signal == .card(CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603), bits: frame)))
    }

    @Test func aFrameOfTwoFormatsWithDifferentNumbersIsAmbiguous() {
        let signal = CardDecoder(formats: formats("H10301", "IND26")).read(bits("10111011000000110010000110"))
        #expect(signal == .unreadable(.ambiguous))
    }

    @Test(arguments: ["h10301-3", "uid34-2"])
    func allOnesAreNeverACard(id: String) throws {
        let row = try #require(recording("wiegand-cards.tsv").first { $0.id == id })
        let decoder = CardDecoder(formats: formats("H10301", "UID34"))
        #expect(decoder.read(bits(row["bits"])) == .unreadable(.reserved))
    }

    @Test func allZerosAreNeverACard() throws {
        let frame = try #require(CardFormat.named("H10301")?.encode(facility: 0, number: 0))
        #expect(CardDecoder(formats: formats("H10301")).read(frame) == .unreadable(.reserved))
        #expect(
            CardDecoder(formats: formats("CSN32")).read(BitString(Array(repeating: false, count: 32)))
                == .unreadable(.reserved))
    }

    @Test func aFrameThatOneFormatReservesAndAnotherReadsIsAmbiguous() throws {
        let frame = try #require(CardFormat.named("W32-30")?.encode(number: 0))
        #expect(CardDecoder(formats: formats("W32-30")).read(frame) == .unreadable(.reserved))
        #expect(CardDecoder(formats: formats("W32-30", "CSN32")).read(frame) == .unreadable(.ambiguous))
    }

    @Test func lengthAndParityAreToldApart() {
        let decoder = CardDecoder(formats: formats("H10301"))
        #expect(decoder.read(bits("1011101100000011001000011")) == .unreadable(.length))
        #expect(decoder.read(bits("10111011000000110010000111")) == .unreadable(.parity))
        #expect(decoder.read(BitString()) == .unreadable(.length))
        #expect(CardDecoder(formats: []).read(bits("10111011000000110010000110")) == .unreadable(.length))
    }

    @Test func swappedLinesAndReversedBitsAreSuspectedButNeverRepaired() {
        let decoder = CardDecoder(formats: formats("H10301"))
        let frame = bits("10111011000000110010000110")
        let inverted = BitString((0..<26).map { !frame[$0] })
        let reversed = BitString((0..<26).map { frame[25 - $0] })
        #expect(decoder.read(inverted) == .unreadable(.parity))
        #expect(decoder.suspicions(of: inverted) == [.swappedLines, .reversedBits])
        #expect(decoder.suspicions(of: reversed) == [.swappedLines, .reversedBits])
        #expect(decoder.suspicions(of: frame.flipped(5)) == [])
        let c15001 = CardDecoder(formats: formats("C15001"))
        let code = bits("111010000011100100111110100011111011")
        #expect(c15001.suspicions(of: BitString((0..<36).map { code[35 - $0] })).contains(.reversedBits))
    }
}
