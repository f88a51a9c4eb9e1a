import GatehouseRegister
import Glibc
import Testing

/// docs/cards.md is made of the formats themselves, so that it cannot say what is not so.
@Suite("The page of the cards")
struct CardPageTests {
    private static let path =
        String(#filePath.dropLast("/Tests/GatehouseRegisterTests/CardPageTests.swift".count)) + "/docs/cards.md"

    /// `GATEHOUSE_WRITE_DOCS=1 swift test --filter CardPageTests` writes the page anew.
    @Test func thePageSaysWhatTheFormatsAre() throws {
        if getenv("GATEHOUSE_WRITE_DOCS") != nil {
            let file = try #require(fopen(Self.path, "w"))
            fputs(Self.page, file)
            fclose(file)
        }
        var octets = [UInt8](repeating: 0, count: 1 << 18)
        let file = try #require(fopen(Self.path, "r"))
        let count = fread(&octets, 1, octets.count, file)
        fclose(file)
        let isSame = String(decoding: octets.prefix(count), as: UTF8.self) == Self.page
        #expect(isSame, "docs/cards.md is not what the formats are; GATEHOUSE_WRITE_DOCS=1 writes it anew")
    }

    private static var page: String {
        let rows = CardCatalogue().lines.map { line in
            let facility = line.facility == 0 ? "-" : "0 to \(line.facility)"
            let printed = line.printed.isEmpty ? "-" : line.printed.joined(separator: ", ")
            return
                "| `\(line.name)` | \(line.bits.map { "\($0)" } ?? "-") | \(facility) | 0 to \(line.number) | \(printed) | `\(line.example)` |"
        }
        return """
            # Card formats

            This page is made of the code, and a test holds it equal: `GATEHOUSE_WRITE_DOCS=1 swift test --filter CardPageTests` writes it
            anew. `gatehousectl reader formats --all` prints the same table, with the formats of a site's own (`card_formats`) where `--config`
            names its configuration.

            A card is written as `FORMAT:FACILITY-NUMBER`, or `FORMAT:NUMBER` where it has no facility. Readers say in the configuration which
            formats they may send; length alone does not tell. To learn which one a box of cards has, show a card whose number you can read and ask
            `gatehousectl reader formats READER --reason "…"`.

            **What is printed on boxes and cards** is understood wherever a card is written, as long as one format alone can be meant: `WG26:118-1603`,
            `w34:2312379265`, `26-bit:118-1603`. Where a name is that of several formats, those count that a reader of the site brings, and then those
            that have a facility where one is written. Otherwise the refusal says which there are.

            - **Without a format**, `118:1705`, `118,01705` or the ten digits of a card, `0007734953`, mean the one card that they can be at the readers of
              the site; where two can be meant it is said between which.
            - **Three and five digits** with a comma, `059,20934`, are facility and number where the format has them (`WG26:059,20934`), and one number
              where it has none (`EM4100:059,20934` is `EM4100:3887558`, the ten digits `0003887558` beside it).
            - **Ten digits** are the number alone: `EM4100:0003887558`, `UID34:2312379265`.
            - **UID** of an IC card (MIFARE): four octets come over a 34-bit wire as `UID34` and over a plain 32-bit one as `CSN32`; seven octets are `CSN56`.
              A reader may send the octets in the other order: compare with what `reader formats` shows.

            Facilities of formats with an issue level, OEM code or maker have it above the facility (docs/protocols.md). A number whose bits are all 0 or
            all 1 is never a card. Besides these: `TEXT:…` (readers that send text), `EPC:E2003412…` (UHF tags), `PLATE:粤B12345` (number plates).

            | format | bits | facility | number | printed as | written as |
            |---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }
}
