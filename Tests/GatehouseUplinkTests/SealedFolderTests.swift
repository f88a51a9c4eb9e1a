import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import GatehouseUplink
import Glibc
import Testing

/// Pictures of older versions, which lie in clear, and those that are taken now.
@Suite("Sealed pictures")
struct SealedFolderTests {
    private static let clear: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE1] + Array("Exif and a face".utf8) + [0xFF, 0xD9]
    private static let key = PlayedDaemon.keys.storeSecrets.pictures.publicKey
    private struct Broken: Error {}
    private let house = UplinkTests()
    private var place: Place { house.place }

    private func folder() -> SnapshotFolder {
        SnapshotFolder(root: "\(place.path)/pictures", maxBytes: 100_000, keep: .seconds(30 * 86400), reserve: 0)
    }

    /// One that lies as version 0.2.0 left it.
    private func put(_ event: UInt64, in folder: SnapshotFolder) throws -> String {
        try folder.store(
            TakenPicture(Self.clear, file: Self.clear), event: event, camera: "gate",
            at: SnapshotFolderTests.noon(20_777), now: SnapshotFolderTests.noon(20_777)
        ) { _ in }.get().path
    }

    private func octets(_ path: String) -> [UInt8] { place.octets("pictures/\(path)") }

    @Test func aClearPictureIsSealedInItsPlace() throws {
        let folder = folder()
        let path = try put(7, in: folder)
        let times = [timespec(tv_sec: 1_780_000_000, tv_nsec: 0), timespec(tv_sec: 1_780_000_000, tv_nsec: 0)]
        #expect(utimensat(AT_FDCWD, "\(place.path)/pictures/\(path)", times, 0) == 0)
        let digests = try #require(
            try folder.seal(path) { try PictureSeal.seal($0, to: Self.key) }.get())
        let file = octets(path)
        #expect(digests.picture == Hash.sha256(Self.clear) && digests.file == Hash.sha256(file))
        #expect(PlayedDaemon.open(file) == Self.clear && folder.octets == Int64(file.count) && folder.count == 1)
        var status = stat()
        #expect(stat("\(place.path)/pictures/\(path)", &status) == 0 && status.st_mtim.tv_sec == 1_780_000_000)
        // Asked again, after a kill or a restore: it stays as it is.
        let again = try #require(try folder.seal(path) { _ in throw Broken() }.get())
        #expect(again.picture == nil && again.file == digests.file && octets(path) == file)
        #expect(try folder.seal("2026/11/20/8-gate-00.jpg") { $0 }.get() == nil)
    }

    /// The power goes, or the disk is full, in the middle of it.
    @Test func whatCouldNotBeSealedStaysAsItWas() throws {
        let folder = folder()
        let path = try put(7, in: folder)
        // Half a sealed file of an earlier run.
        place.write("GHP1half", to: "pictures/\(path).part")
        #expect(throws: CameraFailure.self) { try folder.seal(path) { _ in throw Broken() }.get() }
        #expect(octets(path) == Self.clear)
        unlink("\(place.path)/pictures/\(path).part")
        mkdir("\(place.path)/pictures/\(path).part", 0o700)
        let failed = folder.seal(path) { try PictureSeal.seal($0, to: Self.key) }
        #expect(failed == .failure(CameraFailure(reason: .notStored)) && octets(path) == Self.clear)
        rmdir("\(place.path)/pictures/\(path).part")
        let again = self.folder()
        #expect(again.count == 1 && again.contains(path))
        _ = try again.seal(path) { try PictureSeal.seal($0, to: Self.key) }.get()
        #expect(PlayedDaemon.open(octets(path)) == Self.clear)
    }

    /// The daemon asks for each, hears its digests, and asks for none twice; nothing in the folder can be looked at.
    @Test func theDaemonHearsOfEachPictureThatIsSealed() throws {
        let pictures = folder()
        let paths = try (1...3 as ClosedRange<UInt64>).map { try put($0, in: pictures) }
        let daemon = try house.daemon()
        let uplink = try RunningUplink(house.configuration())
        let connection = try daemon.welcome(run: "aa", first: 500)
        for (event, path) in zip(1...3 as ClosedRange<UInt64>, paths) {
            daemon.send(.seal(event: event, camera: "gate", path: path), to: connection)
            let (row, number) = try daemon.report()
            let file = octets(path)
            let digests = SnapshotRow.SealedFileDigests(picture: Hash.sha256(Self.clear), file: Hash.sha256(file))
            #expect(row == SnapshotRow(event: event, camera: "gate", result: .sealed(digests)))
            #expect(PlayedDaemon.open(file) == Self.clear)
            daemon.send(.noted(report: number), to: connection)
        }
        daemon.send(.seal(event: 9, camera: "gate", path: "2026/11/20/9-gate-00.jpg"), to: connection)
        #expect(try daemon.report().row == SnapshotRow(event: 9, camera: "gate", result: .sealed(nil)))
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }

    @Test func aPictureIsSealedAsItComesAndNoneIsTakenWithoutAKey() throws {
        let server = EmulatedHTTPServer { _ in .init(body: UplinkTests.picture) }
        let port = try server.start()
        defer { server.stop() }
        let daemon = try house.daemon()
        let uplink = try RunningUplink(house.configuration([house.camera("gate", port: port)]))
        var connection = try daemon.welcome(run: "aa", first: 1)
        daemon.send(.capture(event: 7, camera: "gate", at: UplinkTests.now), to: connection)
        guard case .stored(let path, let size, let digest, let file?) = try daemon.report().row.result else {
            throw PlayedDaemon.Unexpected(message: "no picture")
        }
        let octets = octets(path)
        #expect(PlayedDaemon.open(octets) == UplinkTests.picture && size == UplinkTests.picture.count)
        #expect(digest == Hash.sha256(UplinkTests.picture) && file == Hash.sha256(octets))
        daemon.hangUp(connection)
        _ = try uplink.pauses.take()
        uplink.callAgain()
        connection = try daemon.welcome(run: "aa", first: 1, key: nil)
        _ = try daemon.report()
        daemon.send(.capture(event: 8, camera: "gate", at: UplinkTests.now), to: connection)
        #expect(try daemon.report().row == SnapshotRow(event: 8, camera: "gate", result: .missing(.noKey)))
        daemon.stop()
        _ = try uplink.pauses.take()
        try uplink.stop()
    }
}
