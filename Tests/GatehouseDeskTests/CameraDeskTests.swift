import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseDesk
import GatehouseSimulation
import Testing

/// What an installer on a ladder is told of a camera.
@Suite("Cameras at the desk")
struct CameraDeskTests {
    private static let picture = EmulatedPicture.jpeg(camera: "gate", number: 3)

    /// A site with the camera `gate`, whose uplink answers each capture with `result`.
    private func bench(_ result: SnapshotRow.Result) throws -> DeskBench {
        var settings = DeskBench.Settings()
        settings.configuration += "\ncameras: {gate: {url: \"http://10.0.0.9/still\"}}\n"
        let bench = try DeskBench(settings)
        bench.give([.uplink(isConnected: true)])
        bench.whileWaiting = { [unowned bench] in
            guard case .capture(let request)? = bench.effects.last(where: Self.isCapture) else { return }
            bench.give([
                .snapshot(SnapshotRow(event: request.event, camera: request.camera, result: result), report: nil)
            ])
        }
        return bench
    }

    private static func isCapture(_ effect: Effect) -> Bool {
        if case .capture = effect { true } else { false }
    }

    @Test func aPictureIsToldWithItsSizeAndSentWhereItIsWanted() throws {
        let bench = try bench(
            .stored(path: PictureFolder.path, size: Self.picture.count, digest: Hash.sha256(Self.picture)))
        PictureFolder(of: bench).put(Self.picture)
        defer { PictureFolder(of: bench).tidy() }
        let told = bench.say(CameraTest(camera: "gate"), reason: "aimed it", by: RightsTests.installers[0])
        let reply = try #require(told.value(CameraTest.Reply.self))
        #expect(reply.width == 320 && reply.height == 180 && reply.size == Self.picture.count && told.items.isEmpty)
        let entry = try #require(try bench.entries([.order]).last)
        #expect(entry.sequence == reply.event && reply.file == "\(reply.event).jpg")
        #expect(try bench.entries([.snapshot]).last?.about == reply.event, "it went the way of every event")
        let soon = bench.say(CameraTest(camera: "gate"), reason: "aimed it", by: RightsTests.installers[1])
        #expect(soon.refusal?.message.contains("a moment ago") == true, "not as often as one likes, by nobody")
        bench.pass(.seconds(5))
        let looks = try bench.entries([.look]).count
        let shown = bench.say(
            CameraTest(camera: "gate", picture: true), reason: "aimed it", by: RightsTests.installers[0])
        let pieces = shown.items.compactMap { WireJSON.decode(PictureShow.Piece.self, $0)?.data.octets }
        #expect(pieces.flatMap(\.self) == Self.picture)
        #expect(try bench.entries([.look]).count == looks + 1, "who sees the picture looked")
    }

    @Test(arguments: SnapshotFailure.allCases)
    func whyThereIsNoneIsToldWithWhatToDo(_ failure: SnapshotFailure) throws {
        let bench = try bench(.missing(failure))
        let reply = try #require(
            bench.say(CameraTest(camera: "gate"), reason: "aimed it", by: RightsTests.manager).value(
                CameraTest.Reply.self))
        #expect(reply.size == nil && reply.reason == failure.rawValue && reply.advice?.isEmpty == false)
    }

    @Test func withoutTheUplinkItIsToldAtOnce() throws {
        let bench = try bench(.missing(.timeout))
        bench.give([.uplink(isConnected: false)])
        let reply = bench.say(CameraTest(camera: "gate"), reason: "aimed it", by: RightsTests.manager)
        #expect(reply.value(CameraTest.Reply.self)?.reason == "uplinkAway")
    }

    @Test func withoutAReasonItIsNotDone() throws {
        let bench = try bench(.missing(.timeout))
        let refusal = bench.say(CameraTest(camera: "gate"), reason: nil, by: RightsTests.installers[0]).refusal
        #expect(refusal?.code == "reasonMissing")
    }

    @Test func aGuardTestsNoCameraAndNobodyOneThatIsNone() throws {
        let bench = try bench(.missing(.timeout))
        #expect(
            bench.say(CameraTest(camera: "gate"), reason: "aimed it", by: RightsTests.night).refusal?.code
                == "notAllowed")
        let refusal = bench.say(CameraTest(camera: "gat"), reason: "aimed it", by: RightsTests.manager).refusal
        #expect(refusal?.code == "unknownCamera" && refusal?.message.contains("did you mean \"gate\"") == true)
    }

    /// A camera that watches no portal is a part of the walk test too, and its own test ticks it.
    @Test func theTestOfACameraTicksItsPart() throws {
        let bench = try bench(
            .stored(
                path: PictureFolder.path, size: Self.picture.count, digest: Hash.sha256(Self.picture)))
        let installer = RightsTests.installers[0]
        func part(_ answer: DeskBench.Answer) throws -> WalkView.Row {
            try #require(answer.value(WalkView.self)?.rows.first { $0.name == "camera:gate" })
        }
        let open = try part(bench.say(WalkTestStart(), reason: "yearly", by: installer))
        #expect(open.todo?.contains("gatehousectl camera test gate") == true)
        _ = bench.say(CameraTest(camera: "gate"), reason: "yearly", by: installer)
        #expect(try part(bench.say(WalkTestStep(), reason: nil, by: installer)).state == "good")
    }
}
