import GatehouseConfiguration
import GatehouseCore
import GatehouseProtocols
import Testing

@Suite("card_formats")
struct CardFormatSectionTests {
    static let own = """
        card_formats:
          PARK36:
            bits: 36
            facility: 1-8
            number: 9-34
            parity: [{bit: 0, even: [1-17]}, {bit: 35, odd: [18-34]}]

        """

    private func read(_ text: String) throws(InvalidConfiguration) -> Configuration {
        try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: SchemaTests.digest)
    }

    private static func site(_ formats: String, _ section: String = own) -> String {
        section + SchemaTests.good.replacingFirst("[H10301]", with: formats)
    }

    private func formats(_ configuration: Configuration) -> [CardFormat] {
        guard let formats = configuration.readers.first?.kind.osdp?.formats else { return [] }
        return formats
    }

    @Test func aFormatOfTheSiteIsReadLikeOneOfTheTable() throws {
        let found = try formats(read(Self.site("[H10301, PARK36]")))
        #expect(found.map(\.id) == ["H10301", "PARK36"])
        let park = try #require(found.last)
        let frame = try #require(park.encode(facility: 7, number: 123_456))
        #expect(
            CardDecoder(formats: found).read(frame)
                == .card(CardRead(number: CardNumber(format: "PARK36", facility: 7, number: 123_456), bits: frame)))
    }

    @Test(arguments: [
        ("WG26", "did you mean 'H10301'?"), ("w34", "did you mean 'H10306' or 'UID34'?"), ("H10310", "'H10301'"),
        ("WG99", "docs/cards.md"),
    ])
    func aNameFromABoxSaysWhichFormatItIs(name: String, words: String) {
        do {
            _ = try read(Self.site("[\(name)]"))
            Issue.record("\(name) is taken")
        } catch { #expect("\(error)".contains(words), "\(error)") }
    }

    @Test func everyFormatOfTheTableCouldHaveBeenWrittenInTheFile() throws {
        func ranges(_ bits: [Int]) -> String { bits.map { "\($0)" }.joined(separator: ", ") }
        func range(_ field: BitField) -> String { "\(field.start)-\(field.start + field.length - 1)" }
        for format in CardFormat.table {
            var text = "card_formats:\n  OWN:\n    bits: \(format.bitCount)\n    number: \(range(format.number))\n"
            if let facility = format.facility { text += "    facility: \(range(facility))\n" }
            if let extra = format.extra { text += "    extra: \(range(extra))\n" }
            if let xor = format.xor { text += "    xor: \(xor)\n" }
            if !format.ones.isEmpty { text += "    ones: [\(ranges(format.ones))]\n" }
            if !format.parities.isEmpty {
                text += "    parity:\n"
                for rule in format.parities {
                    text +=
                        "      - {bit: \(rule.position), \(rule.isOdd ? "odd" : "even"): [\(ranges(rule.covered))]}\n"
                }
            }
            let own = try #require(formats(read(Self.site("[OWN]", text))).first)
            #expect(own.isWithin(format) && format.isWithin(own), "\(format.id)")
            #expect(own.facility == format.facility && own.number == format.number && own.extra == format.extra)
        }
    }

    @Test(arguments: [
        ("PARK36:", "park36:", "f:2:", "no name of a card format"),
        ("PARK36:", "H10301:", "f:3:", "is known already"),
        ("PARK36:", "PLATE:", "f:3:", "is known already"),
        ("bits: 36", "bits: 129", "f:3:", "129"),
        ("bits: 36", "bits: 34", "f:5:", "bit 34 is outside of 34 bits"),
        ("number: 9-34", "number: 8-34", "f:5:", "bit 8 is one of 'facility' already"),
        ("number: 9-34", "number: 34-9", "f:5:", "runs backwards"),
        ("number: 9-34", "number: nine", "f:5:", "is no range"),
        ("number: 9-34", "numbers: 9-34", "f:5:", "did you mean 'number'"),
        ("even: [1-17]", "even: [0-17]", "f:6:", "is the parity bit itself"),
        ("even: [1-17]", "even: [1-17, 5]", "f:6:", "named twice"),
        ("even: [1-17]", "even: []", "f:6:", "covers no bit"),
        ("even: [1-17]", "even: [1-17], odd: [1]", "f:6:", "not both"),
        ("even: [1-17]", "even: [1-36]", "f:6:", "bit 36 is outside"),
        ("{bit: 35, odd: [18-34]}", "{bit: 0, odd: [1-17]}", "f:3:", "contradict"),
        ("    parity", "    xor: octets\n    parity", "f:6:", "no whole number of groups"),
    ])
    func everyFaultIsToldWithItsPlace(old: String, new: String, place: String, words: String) {
        let text = Self.site("[PARK36]", Self.own.replacingFirst(old, with: new))
        do {
            _ = try read(text)
            Issue.record("it was taken: \(new)")
        } catch {
            let lines = "\(error)"
            #expect(lines.contains(place) && lines.contains(words), "\(lines)")
        }
    }

    @Test func formatsThatCannotBeToldApartAreRefusedAtOneReader() {
        let own = Self.own.replacingFirst("facility: 1-8", with: "facility: 1-10").replacingFirst(
            "number: 9-34", with: "number: 11-34")
        for formats in ["[C15001, PARK36]", "[PARK36, C15001]", "[W32-30, CSN32]"] {
            do {
                _ = try read(Self.site(formats, own))
                Issue.record("it was taken: \(formats)")
            } catch {
                #expect("\(error)".contains("name one of them"), "\(error)")
            }
        }
    }

    @Test func namesThatFoldAlikeAreRefused() throws {
        // Found by trying: two names with one fold of 23 bits.
        let (one, other) = try #require(Self.alike())
        let section = "card_formats:\n  \(one): {bits: 26, number: 0-25}\n  \(other): {bits: 27, number: 0-26}\n"
        do {
            _ = try read(Self.site("[H10301]", section))
            Issue.record("\(one) and \(other) were taken")
        } catch {
            #expect("\(error)".contains("cannot stand beside one another") && "\(error)".contains("f:3:"))
        }
    }

    private static func alike() -> (String, String)? {
        var seen: [UInt32: String] = [:]
        for number in 0..<100_000 {
            let name = "F\(number)"
            if let other = seen.updateValue(name, forKey: CredentialKey.fold(name)) { return (other, name) }
        }
        return nil
    }
}
