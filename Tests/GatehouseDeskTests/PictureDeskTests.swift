import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// One picture at a time, and to whom.
@Suite("Pictures at the desk")
struct PictureDeskTests {
    private static let octets = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

    /// A card at the wicket whose picture came; the number of its entry.
    private func pictured(_ bench: DeskBench, _ octets: [UInt8] = octets) throws -> CountArgument {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603))
        bench.give([.reader("wicket-in", .card(card))])
        let event = try #require(try bench.entries([.decision]).last?.sequence)
        PictureFolder(of: bench).put(octets)
        let row = SnapshotRow(
            event: event, camera: "gate",
            result: .stored(path: PictureFolder.path, size: Self.octets.count, digest: Hash.sha256(Self.octets)))
        bench.give([.snapshot(row)])
        return CountArgument(event)
    }

    private func tidy(_ bench: DeskBench) { PictureFolder(of: bench).tidy() }

    @Test func aPictureComesInPiecesAndIsALook() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let event = try pictured(bench)
        let looks = try bench.entries([.look]).count
        let answer = bench.say(PictureShow(event: event), reason: nil, by: RightsTests.night)
        let pieces = answer.items.compactMap { WireJSON.decode(PictureShow.Piece.self, $0)?.data.octets }
        #expect(pieces.count == 3 && pieces.flatMap(\.self) == Self.octets)
        let reply = try #require(answer.value(PictureShow.Reply.self))
        #expect(reply.size == Self.octets.count && reply.file == "\(event.value).jpg")
        #expect(try bench.entries([.look]).count == looks + 1 && bench.entries([.look]).last?.person == 1)
        let own = try #require(try bench.entries([.snapshot]).last { $0.outcome == "stored" }?.sequence)
        let again = bench.say(PictureShow(event: CountArgument(own)), reason: nil, by: RightsTests.manager)
        #expect(again.value(PictureShow.Reply.self)?.event == event.value, "the entry of the picture means the same")
    }

    @Test func aGuardHasADayAndTheOfficeThreeWithoutAReason() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let show = PictureShow(event: try pictured(bench))
        #expect(bench.say(show, by: RightsTests.installers[0]).refusal?.code == "notAllowed")
        bench.pass(.seconds(25 * 3600))
        #expect(bench.say(show, reason: "theft", by: RightsTests.night).refusal?.code == "notAllowed")
        #expect(bench.say(show, reason: nil, by: RightsTests.manager).refusal == nil)
        bench.pass(.seconds(48 * 3600))
        #expect(bench.say(show, reason: nil, by: RightsTests.manager).refusal?.code == "reasonMissing")
        #expect(bench.say(show, reason: "theft", by: RightsTests.manager).refusal == nil)
    }

    @Test func whereThereIsNoneTheAnswerSaysWhy() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        func why(_ event: CountArgument) -> String {
            let refusal = bench.say(PictureShow(event: event), by: RightsTests.manager).refusal
            return refusal.map { "\($0.code) \($0.message)" } ?? ""
        }
        #expect(why(999_999).hasPrefix("unknownEvent"))
        _ = bench.say(PortalOpen(portal: "lane"))
        let opened = try #require(try bench.entries([.order]).last?.sequence)
        #expect(why(CountArgument(opened)).contains("no camera there"))
        let other = try pictured(bench, [1, 2, 3])
        #expect(why(other).contains("is not the one that was taken"))
        PictureFolder(of: bench).remove()
        #expect(why(other).contains("cannot be read"))
    }

    /// The file waits until the uplink deletes it; nobody sees it any more.
    @Test func whoWasErasedHasNoPicture() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let event = try pictured(bench)
        #expect(bench.say(PersonErase(reference: "R-1"), by: RightsTests.manager).refusal == nil)
        let answer = bench.say(PictureShow(event: event), by: RightsTests.manager)
        #expect(answer.refusal?.message.contains("not kept any more") == true && answer.items.isEmpty)
    }
}
