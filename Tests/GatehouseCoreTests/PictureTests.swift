import GatehouseCore
import Testing

/// Every presentation has a picture or the reason why not (P5).
@Suite("Pictures")
struct PictureTests {
    private func snapshots(_ effects: [Effect]) -> [SnapshotRow] {
        effects.compactMap { if case .durable(.snapshot(let row)) = $0 { row } else { nil } }
    }
    private func captures(_ effects: [Effect]) -> [CaptureRequest] {
        effects.compactMap { if case .capture(let request) = $0 { request } else { nil } }
    }
    private func away(_ request: CaptureRequest) -> SnapshotRow {
        SnapshotRow(event: request.event, camera: request.camera, result: .missing(.uplinkAway))
    }

    /// The uplink ends in the midst, or another takes its place: what it was asked for has its reason at once.
    @Test(arguments: [false, true])
    func uplinkThatGoesLeavesAReasonForEachPicture(isConnected: Bool) {
        var builder = SiteBuilder()
        builder.resident(1, card: 1603)
        var bench = Bench(builder)
        let asked = captures(bench.card(1603)) + captures(bench.card(4711)) + captures(bench.card(4712))
        #expect(asked.count == 3)
        let answer = SnapshotRow(event: asked[1].event, camera: asked[1].camera, result: .missing(.timeout))
        #expect(snapshots(bench.give(.snapshot(answer))) == [answer])
        #expect(snapshots(bench.give(.uplink(isConnected: isConnected))) == [away(asked[0]), away(asked[2])])
        #expect(snapshots(bench.give(.uplink(isConnected: false))).isEmpty, "once is enough")
    }

    @Test func uplinkThatAnswersNothingGetsNoMoreThanTheBound() {
        var bench = Bench(SiteBuilder())
        var asked = 0
        var refused: [SnapshotRow] = []
        for _ in 0..<2049 {
            _ = bench.give(.exitButton(SiteBuilder.wicket, isPressed: true))
            let effects = bench.pass(.seconds(1))
            _ = bench.give(.exitButton(SiteBuilder.wicket, isPressed: false))
            let more = bench.pass(.seconds(1))
            asked += captures(effects + more).count
            refused += snapshots(effects + more)
        }
        #expect(asked == 2048)
        #expect(refused.map(\.result) == [.missing(.busy)])
    }

    /// The uplink forgets a report only when it is on disk, however long that takes.
    @Test func reportIsNotedWhenItIsOnDisk() throws {
        var bench = Bench(SiteBuilder())
        var gate = CommitGate(maxWait: .milliseconds(250), onTimeout: .release)
        let row = SnapshotRow(event: 1, camera: "cam-1", result: .expired)
        let effects = bench.give(.snapshot(row, report: 77))
        #expect(gate.admit(effects, at: bench.now.monotonic).isEmpty)
        let found = gate.nextBatch()
        let batch = try #require(found)
        #expect(gate.timePassed(at: bench.now.monotonic + .seconds(3600)).free.isEmpty)
        #expect(gate.committed(batch.number).free == [.noted(report: 77)])
        #expect(!bench.give(.snapshot(row)).contains { if case .noted = $0 { true } else { false } })
    }

    /// Face, lane and plate: each gives a picture or its reason, and none speaks for another.
    @Test func eachCameraOfAnAccessPointAnswersForItself() {
        var builder = SiteBuilder()
        builder.site.portals[0].cameras = ["face", "lane"]
        builder.site.streams = ["lane"]
        var bench = Bench(builder)
        let asked = captures(bench.card(4711))
        #expect(asked.map(\.camera) == ["face", "lane"] && Set(asked.map(\.event)).count == 1)
        #expect(asked.allSatisfy { $0.reader != nil }, "of the moment of the card")
        let answer = SnapshotRow(event: asked[0].event, camera: "face", result: .missing(.timeout))
        #expect(snapshots(bench.give(.snapshot(answer))) == [answer])
        #expect(snapshots(bench.give(.uplink(isConnected: false))) == [away(asked[1])])
        #expect(snapshots(bench.card(4711)).map(\.camera) == ["face", "lane"], "and without an uplink its reason")
    }

    @Test func anAlarmHasTheFramesBeforeAndAfterWhereThereIsAStream() {
        var builder = SiteBuilder()
        builder.site.portals[0].cameras = ["face", "lane"]
        builder.site.streams = ["lane"]
        var bench = Bench(builder)
        let forced = captures(bench.give(.contact(SiteBuilder.wicket, isOpen: true)) + bench.pass(.seconds(1)))
        #expect(forced.map(\.camera) == ["face", "lane", "lane.before", "lane.after"])
        #expect(forced.allSatisfy { $0.reader == nil })
        #expect(forced.map(\.camera.isFrameBeside) == [false, false, true, true])
    }
}
