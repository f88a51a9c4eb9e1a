import GatehouseCore
import Testing

/// What may be somebody's key stands in no entry: a pass or part of one, a PIN that came as a frame.
@Suite("Never kept")
struct NeverKeptTests {
    static let pass = "GP1.0oRDoQEmoEShAmZ4eHh4eHh4eHh4eHh4eHh4eHh4eHhYQAbcdEFghIJklMNop"

    private func entry(_ text: String, _ card: ((inout CardRead) -> Void)? = nil) throws -> JournalEntry {
        var bench = Bench(SiteBuilder())
        var read = CardRead(number: CardNumber(format: CardNumber.textFormat, value: .text(text)))
        card?(&read)
        return try #require(bench.give(.reader(SiteBuilder.reader, .card(read))).decision)
    }

    private static let garbled: [String] = [
        pass, "\\000026\(pass)", "]Q2\\000026\(pass)", "see https://x/?p=\(pass)", String(pass.prefix(30)),
        String(pass.dropFirst(20)), String(pass.dropFirst(6).prefix(24)), pass.lowercased(), pass.uppercased(),
        String(pass.dropFirst(4).lowercased().prefix(40)), String(pass.dropFirst(9).prefix(11)),
    ]

    @Test(arguments: garbled)
    func aPassOrAPartOfOneStandsNowhere(text: String) throws {
        let entry = try entry(text)
        let kept = entry.personal.map { String(decoding: $0.value, as: UTF8.self) }
        for start in text.indices.dropLast(5) {
            let piece = String(text[start...].prefix(6))
            #expect(!kept.contains { $0.contains(piece) } && !"\(entry.detail)".contains(piece))
        }
    }

    @Test(arguments: [
        "4711", "E2003412ABCDEF0123456789", "hello world", "Hello World", "0007739623", "VISITOR-2026-0042", "parcel17",
        "e2003412abcdef01", "GATE4711B",
    ])
    func anOrdinaryTextIsKept(text: String) throws {
        #expect(try entry(text).personal.contains { $0.value == Array("TEXT:\(text)".utf8) })
    }

    /// Of pieces of eleven signs a few in a thousand look like a number or a word.
    @Test func piecesOfAPassAreKnownAsSuch() {
        let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var state: UInt64 = 9
        var missed = 0
        for _ in 0..<20_000 {
            let piece = String(
                (0..<11).map { _ -> Character in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return signs[Int(state >> 58)]
                })
            if !PassText.mayBePart(piece) { missed += 1 }
        }
        #expect(missed < 100, "\(missed) of 20,000")
    }

    /// Unknown, and a PIN looks so; of a card of the register everything is kept.
    @Test func aFrameThatMayBeAPINIsNoCardNumber() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        var bench = Bench(builder)
        for (number, isKept) in [(760643 as UInt64 % 65_536, false), (1, true)] {
            var read = CardRead(number: SiteBuilder.card(number))
            read.mayBePIN = true
            let entry = try #require(bench.give(.reader(SiteBuilder.reader, .card(read))).decision)
            #expect(entry.personal.contains { $0.name == .cardNumber } == isKept)
        }
    }

    /// A plate that was read once opens beside the tag of its vehicle and not alone.
    @Test func anUncertainPlateNeedsItsTag() throws {
        let lane = VehicleTests()
        func plate(_ others: [String] = []) -> Input {
            var read = CardRead(number: CardNumber(format: CardNumber.plateFormat, value: .text("鲁G12345")))
            read.isUncertain = true
            read.others = others
            return .reader(SiteBuilder.reader, .card(read))
        }
        var bench = Bench(lane.lane([[.plate], [.card, .plate]]))
        #expect(bench.give(plate()).decision == nil)
        let alone = try #require(bench.pass(.seconds(10)).decision)
        #expect(alone.reason == "FactorMissing" && alone.detail[.problem] == .text("uncertain"))
        _ = bench.give(plate(["鲁G1Z345"]))
        let both = try #require(bench.give(lane.tag("E201")).decision)
        #expect(both.outcome == "granted")
        #expect(both.personal.contains { $0.value == Array("鲁G1Z345".utf8) }, "the misread one is kept")
    }
}
