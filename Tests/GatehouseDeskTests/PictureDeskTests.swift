import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import GatehouseStore
import Testing

/// One picture at a time, and to whom.
@Suite("Pictures at the desk")
struct PictureDeskTests {
    private static let octets = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

    /// A card at the wicket whose picture came; the number of its entry.
    private func pictured(
        _ bench: DeskBench, _ octets: [UInt8] = octets, isSealed: Bool = false
    ) throws -> CountArgument {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603))
        bench.give([.reader("wicket-in", .card(card))])
        let event = try #require(try bench.entries([.decision]).last?.sequence)
        PictureFolder(of: bench).put(octets)
        let row = SnapshotRow(
            event: event, camera: "gate",
            result: .stored(
                path: PictureFolder.path, size: Self.octets.count, digest: Hash.sha256(Self.octets),
                file: isSealed ? Hash.sha256(octets) : nil))
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

    /// As the uplink stores it since: what lies on disk opens with a key, and is held against both digests.
    @Test func aSealedPictureIsOpenedForALookAndForNothingElse() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let keys = bench.desk.secrets.pictures
        let file = try PictureSeal.seal(Self.octets, to: keys.publicKey)
        let event = try pictured(bench, file, isSealed: true)
        func look() -> (code: String?, octets: [UInt8]) {
            let answer = bench.say(PictureShow(event: event), by: RightsTests.manager)
            let pieces = answer.items.compactMap { WireJSON.decode(PictureShow.Piece.self, $0)?.data.octets }
            return (answer.refusal.map { "\($0.message)" }, pieces.flatMap(\.self))
        }
        #expect(look() == (nil, Self.octets))
        let folder = PictureFolder(of: bench)
        // Sealed anew, by whoever has the public key: the picture is the same and the file is not.
        folder.put(try PictureSeal.seal(Self.octets, to: keys.publicKey))
        #expect(look().code?.contains("is not the one that was taken") == true)
        folder.put(Self.octets)
        #expect(look().code?.contains("is not the one that was taken") == true, "in clear where it was sealed")
        folder.put(file)
        #expect(look().octets == Self.octets)
    }

    /// Between the sealing and the word of it, and where a backup of before is restored: no row says yet what the file is.
    @Test func aPictureThatWasSealedMeanwhileIsOpened() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let event = try pictured(bench)
        let status = { bench.say(Status()).value(Status.Reply.self)?.clearPictures }
        #expect(status() == 1)
        let file = try PictureSeal.seal(Self.octets, to: bench.desk.secrets.pictures.publicKey)
        PictureFolder(of: bench).put(file)
        let show = PictureShow(event: event)
        #expect(bench.say(show, by: RightsTests.manager).refusal == nil)
        let digests = SnapshotRow.SealedFileDigests(picture: Hash.sha256(Self.octets), file: Hash.sha256(file))
        bench.give([.snapshot(SnapshotRow(event: UInt64(event.value), camera: "gate", result: .sealed(digests)))])
        #expect(status() == 0 && bench.say(show, by: RightsTests.manager).refusal == nil)
        let entry = try #require(try bench.entries([.snapshot]).last)
        #expect(entry.result == .sealed && entry.about == UInt64(event.value))
        #expect(entry.detail[.file]?.octets == Hash.sha256(file))
        // Another one sealed in its place.
        PictureFolder(of: bench).put(try PictureSeal.seal([1, 2, 3], to: bench.desk.secrets.pictures.publicKey))
        #expect(bench.say(show, by: RightsTests.manager).refusal?.code == "noPicture")
    }

    @Test func aPictureOfAnotherKeySaysSo() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let others = KeyRing(master: SecretKey([UInt8](repeating: 99, count: 32))).storeSecrets.pictures
        let event = try pictured(bench, try PictureSeal.seal(Self.octets, to: others.publicKey), isSealed: true)
        let show = PictureShow(event: event)
        let refusal = bench.say(show, by: RightsTests.manager).refusal
        #expect(refusal.map { "\($0.message)" }?.contains("sealed to a key that is not here") == true)
        let database = try Database(path: "\(bench.folder)/gatehouse.db")
        let keys = bench.desk.secrets.pictures
        try database.prepare("INSERT INTO picture_key (name, sealed) VALUES (?, ?)").bind(
            others.name, try keys.sealKey(others.privateKey(), others.name)
        ).run()
        #expect(bench.say(show, by: RightsTests.manager).refusal == nil, "the older key is kept")
    }

    /// Several cameras, and frames beside that of the moment: the plain ones first, each by its name.
    @Test func anEntryMayHaveSeveralPictures() throws {
        let bench = try DeskTests.filled()
        defer { tidy(bench) }
        let event = try pictured(bench)
        for camera in ["entry.before", "entry"] {
            let row = SnapshotRow(
                event: UInt64(event.value), camera: CameraID(camera),
                result: .stored(path: "2026/11/18/none-\(camera).jpg", size: 1, digest: [1]))
            bench.give([.snapshot(row)])
        }
        let shown = bench.say(PictureShow(event: event, camera: "gate"), by: RightsTests.manager)
        #expect(shown.value(PictureShow.Reply.self)?.cameras == ["entry", "gate", "entry.before"])
        let refusal = bench.say(PictureShow(event: event, camera: "entry"), by: RightsTests.manager).refusal
        #expect(refusal.map { "\($0.message)" }?.contains("cannot be read") == true)
        #expect(
            bench.say(PictureShow(event: event, camera: "lane"), by: RightsTests.manager).refusal?.code == "noPicture")
    }
}
