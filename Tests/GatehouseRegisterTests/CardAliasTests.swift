import GatehouseCore
import GatehouseProtocols
import GatehouseRegister
import Testing

/// Cards as boxes and cards name them.
@Suite("Printed names of cards")
struct CardAliasTests {
    static func card(_ text: String, read: Set<CardFormatID>? = nil) -> String? {
        (try? CardCatalogue(read: read).card(text)).map { "\($0)" }
    }

    @Test(arguments: [
        ("WG26:118-1603", "H10301:118-1603"), ("w26:118-1603", "H10301:118-1603"),
        ("26-bit:118-1603", "H10301:118-1603"),
        ("26位:118-1603", "H10301:118-1603"), ("H10301:118,01603", "H10301:118-1603"),
        ("WG26:118,1603", "H10301:118-1603"),
        ("WG34:100-2222", "H10306:100-2222"), ("W34:2312379265", "UID34:2312379265"), ("WG37:2222", "H10302:2222"),
        ("WG37:1-2222", "H10304:1-2222"), ("WG27:5-6", "IND27:5-6"), ("EM:3887558", "EM4100:3887558"),
        ("EM4100:059,20934", "EM4100:3887558"), ("ID:0003887558", "EM4100:3887558"),
        ("UID34:059,20934", "UID34:3887558"),
    ])
    func aPrintedNameIsUnderstood(text: String, card: String) { #expect(Self.card(text) == card) }

    /// Where several formats have the name the readers of the site say which.
    @Test func theReadersSayWhichOfThem() {
        #expect(Self.card("UID:2312379265") == nil)
        #expect(Self.card("UID:2312379265", read: ["CSN32", "H10301"]) == "CSN32:2312379265")
        #expect(Self.card("WG34:2222", read: ["H10306"]) == "H10306:2222")
        #expect(Self.card("WG34:100-2222", read: ["UID34"]) == nil)
    }

    @Test(arguments: [
        ("WG32:1-2", "CSN32, WIE32, KASTLE32, W32-30"), ("UID:5", "UID34, CSN32"),
        ("H10310:1-2", "did you mean \"H10301\""),
        ("WG99:1", "no card format \"WG99\""), ("EM4100:256,1", "0 to 255 and 0 to 65535"),
        ("EM4100:1,2,3", "0 to 255"),
    ])
    func whatMayBeSeveralSaysBetweenWhich(text: String, words: String) {
        do {
            let card = try CardCatalogue().card(text)
            Issue.record("\(text) is \(card)")
        } catch { #expect(error.message.contains(words), "\(error.message)") }
    }

    /// Every name that is printed means formats that there are, and every format is in the table with an example of its own.
    @Test func everyFormatHasALineAndAnExample() throws {
        let lines = CardCatalogue().lines
        #expect(Set(lines.map(\.name)) == Set(CardFormat.table.map(\.id.name) + ["EM4100"]))
        for line in lines {
            #expect(try "\(CardCatalogue().card(line.example))" == line.example)
            for name in line.printed { #expect(CardFormat.meant(byPrinted: name).contains(line.name), "\(name)") }
        }
    }

    /// Without a format: where the readers of the site leave one meaning it is that, and else it is said between which.
    @Test(arguments: [
        ("118:1705", ["H10301"], "H10301:118-1705"), ("118,01705", ["H10301"], "H10301:118-1705"),
        ("0007734953", ["H10301"], "H10301:118-1705"), ("0007734953", ["EM4100"], "EM4100:7734953"),
        ("118,01705", ["EM4100"], "EM4100:7734953"), ("2312379265", ["UID34"], "UID34:2312379265"),
        ("118:1705", ["H10301", "UID34", "TEXT", "EPC"], "H10301:118-1705"),
        ("2312379265", ["H10301", "UID34"], "UID34:2312379265"),
        ("１１８：１７０５", ["H10301"], "H10301:118-1705"),
    ])
    func aBareNumberIsTheOneCardThatItCanBe(text: String, read: [String], card: String) throws {
        #expect(try CardCatalogue(read: Set(read.map { CardFormatID($0) })).card(text).description == card)
    }

    @Test(arguments: [
        ("118:1705", ["H10301", "H10306"], "H10301:118-1705, H10306:118-1705"),
        ("0007734953", ["H10301", "EM4100"], "EM4100:7734953, H10301:118-1705"),
        ("300:1705", ["H10301"], "no card that readers"),
        ("118:1705", [], "there is no card format"), ("118-1705", ["H10301"], "write it as"),
        ("13800138000", ["UID34"], "write it as"),
    ])
    func aBareNumberThatMayBeTwoIsRefused(text: String, read: [String], words: String) {
        do {
            let card = try CardCatalogue(read: Set(read.map { CardFormatID($0) })).card(text)
            Issue.record("\(text) is \(card)")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
        }
    }
}
