import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseSimulation
import GatehouseUplink
import Glibc
import Testing

/// The whole uplink with a daemon that the test plays.
@Suite("Uplink and daemon")
struct UplinkTests {
    let place = Place()

    func configuration(_ cameras: [CameraSettings] = []) -> Configuration {
        var configuration = Configuration(
            site: Site(
                name: "test", portals: [], accessPoints: [], policy: AccessPolicy(schedules: [], levels: []), alerts: []
            ),
            timeZone: "UTC")
        configuration.files.uplinkSocket = "\(place.path)/uplink.sock"
        configuration.files.snapshots = "\(place.path)/pictures"
        configuration.cameras = cameras
        return configuration
    }

    func daemon() throws -> PlayedDaemon { try PlayedDaemon("\(place.path)/uplink.sock") }

    func camera(_ name: CameraID, port: UInt16, timeout: Duration = .seconds(20)) -> CameraSettings {
        var settings = CameraSettings(id: name, url: "http://127.0.0.1:\(port)/picture")
        settings.timeout = timeout
        return settings
    }

    static let now = UplinkClock.civil()
    static let today = Int32(now.seconds / 86400)
    static let picture = EmulatedPicture.jpeg(camera: "test", number: 1)

    /// A daemon that takes the call and hangs up is called less and less often; one that welcomed is called at once.
    @Test func onlyAWelcomeStartsThePausesAnew() throws {
        let uplink = try RunningUplink(configuration())
        var pauses = [try uplink.pauses.take()]
        let daemon = try daemon()
        for _ in 0..<4 {
            uplink.callAgain()
            daemon.hangUp(try daemon.said.take().connection)
            pauses.append(try uplink.pauses.take())
        }
        uplink.callAgain()
        let connection = try daemon.welcome(run: "aa", first: 1)
        daemon.send(.capture(event: 1, camera: "none", at: Self.now), to: connection)
        _ = try daemon.report()
        daemon.stop()
        pauses.append(try uplink.pauses.take())
        #expect(pauses.map(\.wholeMilliseconds) == [200, 400, 800, 1600, 3200, 200])
        try uplink.stop()
    }

    /// A daemon that was put back a day hears of the later head before it can send its own.
    @Test func theHeadIsKeptAndSaidBeforeAnotherOneIsTaken() throws {
        mkdir("\(place.path)/pictures", 0o750)
        place.write("of before", to: "pictures/head")
        let uplink = try RunningUplink(configuration())
        _ = try uplink.pauses.take()
        let daemon = try daemon()
        uplink.callAgain()
        let connection = try daemon.welcome(run: "aa", first: 1)
        #expect(try daemon.kept.take() == Array("of before".utf8))
        daemon.send(.keep(head: [1, 2, 3]), to: connection)
        daemon.send(.keep(head: [4, 5, 6]), to: connection)
        daemon.send(.capture(event: 1, camera: "none", at: Self.now), to: connection)
        _ = try daemon.report()
        daemon.hangUp(connection)
        _ = try uplink.pauses.take()
        uplink.callAgain()
        _ = try daemon.welcome(run: "bb", first: 1)
        #expect(try daemon.kept.take() == [4, 5, 6])
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    @Test func secondUplinkLeavesThePicturesAlone() throws {
        let uplink = try RunningUplink(configuration())
        _ = try uplink.pauses.take()
        let second = try RunningUplink(configuration())
        #expect(try second.failure.take().contains("another gatehouse-uplink uses it"))
        try uplink.stop()
    }

    /// What the daemon did not note is said again, in the same order, to the next one, and then never more.
    @Test func reportIsRepeatedUntilItIsNoted() throws {
        let server = EmulatedHTTPServer { _ in .init(body: Self.picture) }
        let port = try server.start()
        defer { server.stop() }
        let configuration = configuration([camera("gate", port: port)])
        var daemon = try daemon()
        var uplink = try RunningUplink(configuration)
        var connection = try daemon.welcome(run: "aa", first: 1)
        daemon.send(.capture(event: 7, camera: "gate", at: Self.now), to: connection)
        let first = try daemon.report()
        daemon.send(.capture(event: 8, camera: "elsewhere", at: Self.now), to: connection)
        let second = try daemon.report()
        guard case .stored(let path, let size, _, _) = first.row.result else {
            throw PlayedDaemon.Unexpected(message: "\(first)")
        }
        #expect(size == Self.picture.count && place.holds("pictures/\(path)"))
        #expect(second.row == SnapshotRow(event: 8, camera: "elsewhere", result: .missing(.noCamera)))
        // The daemon and then the uplink end before anything was noted.
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()

        daemon = try self.daemon()
        uplink = try RunningUplink(configuration)
        connection = try daemon.welcome(run: "bb", first: 9)
        let again = [try daemon.report(), try daemon.report()]
        #expect(again.map(\.row) == [first.row, second.row])
        for report in again { daemon.send(.noted(report: report.number), to: connection) }
        // Noted is noted when the next message has been answered.
        daemon.send(.capture(event: 9, camera: "elsewhere", at: Self.now), to: connection)
        let third = try daemon.report()
        daemon.send(.noted(report: third.number), to: connection)
        daemon.send(.capture(event: 10, camera: "elsewhere", at: Self.now), to: connection)
        let fourth = try daemon.report()
        daemon.stop()
        _ = try uplink.pauses.take()
        daemon = try self.daemon()
        uplink.callAgain()
        _ = try daemon.welcome(run: "cc", first: 11)
        #expect(try daemon.report().row == fourth.row)
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    /// The disk of the daemon stalled, the picture was taken, the power went before the entry was on disk: the number
    /// belongs to another event now, which must not get that picture.
    @Test func pictureOfAnEventThatWasNeverCommittedGoesToNoOther() throws {
        let server = EmulatedHTTPServer { _ in .init(body: Self.picture) }
        let port = try server.start()
        defer { server.stop() }
        var daemon = try daemon()
        let uplink = try RunningUplink(configuration([camera("gate", port: port)]))
        var connection = try daemon.welcome(run: "aa", first: 1)
        var paths: [String] = []
        for event in [6, 7] as [UInt64] {
            daemon.send(.capture(event: event, camera: "gate", at: Self.now), to: connection)
            guard case .stored(let path, _, _, _) = try daemon.report().row.result else { continue }
            paths.append("pictures/\(path)")
        }
        #expect(paths.count == 2 && paths.allSatisfy { place.holds($0) })
        daemon.stop()
        _ = try uplink.pauses.take()
        daemon = try self.daemon()
        uplink.callAgain()
        connection = try daemon.welcome(run: "bb", first: 7)
        #expect(try daemon.report().row.event == 6)
        daemon.send(.capture(event: 7, camera: "elsewhere", at: Self.now), to: connection)
        #expect(try daemon.report().row == SnapshotRow(event: 7, camera: "elsewhere", result: .missing(.noCamera)))
        #expect(place.holds(paths[0]) && !place.holds(paths[1]))
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    /// The other camera's picture comes while this one still hangs: it is let go only afterwards.
    @Test func cameraThatHangsDelaysNoOther() throws {
        let asked = Mailbox<Void>()
        let hangs = EmulatedHTTPServer { _ in
            asked.put(())
            return .init(hangs: true)
        }
        let good = EmulatedHTTPServer { _ in .init(body: Self.picture) }
        let cameras = [
            camera("hangs", port: try hangs.start(), timeout: .seconds(50)), camera("good", port: try good.start()),
        ]
        defer { good.stop() }
        let daemon = try daemon()
        let uplink = try RunningUplink(configuration(cameras))
        let connection = try daemon.welcome(run: "aa", first: 1)
        daemon.send(.capture(event: 1, camera: "hangs", at: Self.now), to: connection)
        try asked.take()
        for event in 2...18 as ClosedRange<UInt64> {
            daemon.send(.capture(event: event, camera: "hangs", at: Self.now), to: connection)
        }
        daemon.send(.capture(event: 19, camera: "good", at: Self.now), to: connection)
        // One is being taken, sixteen wait, and one more finds no room.
        var early = [try daemon.report().row, try daemon.report().row]
        early.sort { $0.event < $1.event }
        #expect(early[0] == SnapshotRow(event: 18, camera: "hangs", result: .missing(.busy)))
        if case .stored = early[1].result {} else { Issue.record("\(early[1])") }
        #expect(early[1].event == 19)
        hangs.stop()
        #expect(try daemon.report().row.event == 1)
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    /// The loop's clock is an hour ahead, and so the camera has hung for an hour: it is not fed until that has ended.
    @Test func watchdogIsNotFedWhileAThreadIsStuck() throws {
        let asked = Mailbox<Void>()
        let hangs = EmulatedHTTPServer { _ in
            asked.put(())
            return .init(hangs: true)
        }
        let camera = camera("hangs", port: try hangs.start(), timeout: .seconds(50))
        let daemon = try daemon()
        let uplink = try RunningUplink(
            configuration([camera]), watchdogPeriod: .milliseconds(1), ahead: .seconds(3600))
        let connection = try daemon.welcome(run: "aa", first: 1)
        try uplink.fed.take()
        daemon.send(.capture(event: 1, camera: "hangs", at: Self.now), to: connection)
        try asked.take()
        /// Has the loop turn: the answer to a message comes after the feeding of its turn.
        func turn() throws {
            daemon.send(.capture(event: 2, camera: "elsewhere", at: Self.now), to: connection)
            #expect(try daemon.report().row.event == 2)
        }
        try turn()
        let before = uplink.fed.count
        for _ in 0..<20 { try turn() }
        #expect(uplink.fed.count == before)
        for _ in 0..<before { try uplink.fed.take() }
        hangs.stop()
        #expect(try daemon.report().row.event == 1)
        try uplink.fed.take()
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    /// Nobody comes to the gate and the daemon is away: old pictures expire all the same, and it hears of each.
    @Test func picturesExpireOnTheirOwnAndTheDaemonHearsOfEach() throws {
        mkdir("\(place.path)/pictures", 0o750)
        place.write("\(Self.today)\n", to: "pictures/believed-day")
        let folder = SnapshotFolder(
            root: "\(place.path)/pictures", maxBytes: 1 << 30, keep: .seconds(30 * 86400), reserve: 0)
        for event in 1...300 as ClosedRange<UInt64> {
            let age: Int32 = event <= 280 ? 31 : 29
            _ = folder.store(
                TakenPicture([1], file: [1]), event: event, camera: "gate",
                at: SnapshotFolderTests.noon(Self.today - age), now: Self.now
            ) { _ in }
        }
        let uplink = try RunningUplink(configuration())
        _ = try uplink.pauses.take()
        let daemon = try daemon()
        uplink.callAgain()
        let connection = try daemon.welcome(run: "aa", first: 500)
        for event in 1...280 as ClosedRange<UInt64> {
            let (row, number) = try daemon.report()
            #expect(row == SnapshotRow(event: event, camera: "gate", result: .expired))
            daemon.send(.noted(report: number), to: connection)
        }
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
        let left = SnapshotFolder(
            root: "\(place.path)/pictures", maxBytes: 1 << 30, keep: .seconds(30 * 86400), reserve: 0)
        #expect(left.count == 20)
    }

    /// A picture that has to go is deleted before it is reported, and one that is not there is reported all the same.
    @Test func aPictureIsErasedAndTheDaemonHearsOfIt() throws {
        mkdir("\(place.path)/pictures", 0o750)
        let folder = SnapshotFolder(
            root: "\(place.path)/pictures", maxBytes: 1 << 30, keep: .seconds(30 * 86400), reserve: 0)
        for event in 1...2 as ClosedRange<UInt64> {
            _ = folder.store(
                TakenPicture([1], file: [1]), event: event, camera: "gate", at: SnapshotFolderTests.noon(Self.today),
                now: Self.now
            ) { _ in }
        }
        let daemon = try daemon()
        let uplink = try RunningUplink(configuration())
        let connection = try daemon.welcome(run: "aa", first: 500)
        for event in [1, 9] as [UInt64] {
            daemon.send(.erase(event: event, camera: "gate"), to: connection)
            let (row, number) = try daemon.report()
            #expect(row == SnapshotRow(event: event, camera: "gate", result: .expired))
            let left = SnapshotFolder(
                root: "\(place.path)/pictures", maxBytes: 1 << 30, keep: .seconds(30 * 86400), reserve: 0)
            #expect(left.count == 1)
            daemon.send(.noted(report: number), to: connection)
        }
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    /// The power went between the writing down and the doing: what did not come to be is not reported.
    @Test func reportWithoutItsPictureIsNotSaid() throws {
        mkdir("\(place.path)/pictures", 0o750)
        _ = ReportLedger(path: "\(place.path)/pictures/reports").add(
            [LedgerTests.stored(4), SnapshotRow(event: 5, camera: "c", result: .missing(.timeout))], run: "aa")
        let daemon = try daemon()
        let uplink = try RunningUplink(configuration())
        _ = try daemon.welcome(run: "aa", first: 1)
        #expect(try daemon.report().row.event == 5)
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }
}
