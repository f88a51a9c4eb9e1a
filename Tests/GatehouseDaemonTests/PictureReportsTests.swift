import GatehouseCore
import GatehouseStore
import GatehouseThreads
import Testing

@testable import GatehouseDaemon

/// The uplink chooses neither name nor number nor pace of what is kept of pictures.
@Suite("Reports of pictures")
struct PictureReportsTests {
    private static let at = CivilTime(seconds: 1_780_000_000)
    private static let digest = [UInt8](repeating: 0xAB, count: 32)
    private static let path = SnapshotPath.path(event: 7, camera: "lane", at: at, digest: digest)

    private static func stored(_ path: String = path, size: Int = 9, camera: CameraID = "lane") -> SnapshotRow {
        SnapshotRow(
            event: 7, camera: camera, result: .stored(path: path, size: size, digest: digest, file: digest))
    }
    private static func row(_ result: SnapshotRow.Result) -> SnapshotRow {
        SnapshotRow(event: 7, camera: "lane", result: result)
    }

    /// Reports that find the database as it is told.
    private final class Case: Sendable {
        let standing = Guarded<PictureStanding?>(nil)
        let verdicts = Guarded<[PictureReports.Verdict]>([])
        let reports: PictureReports

        init() {
            let standing = standing
            reports = PictureReports { _, done in
                done(standing.withLock { $0 })
                return true
            }
        }

        func judge(_ row: SnapshotRow) -> PictureReports.Verdict? {
            _ = reports.judge(row) { verdict in self.verdicts.withLock { $0.append(verdict) } }
            return verdicts.withLock { $0.last }
        }
        func ask() { reports.asked(CaptureRequest(event: 7, camera: "lane", at: PictureReportsTests.at)) }
        func find(_ state: PictureStanding.State?) {
            standing.withLock { $0 = state.map { PictureStanding(at: PictureReportsTests.at, state: $0) } }
        }
    }

    @Test func thePathIsThatOfTheEvent() {
        #expect(Self.path == "2026/05/28/7-lane-abababababababab.jpg")
        let one = Case()
        one.ask()
        #expect(one.judge(Self.stored()) == .take)
        one.find(.kept(isClear: false))
        #expect(one.judge(Self.stored()) == .known, "once")
        #expect(one.judge(Self.row(.missing(.timeout))) == .known)
    }

    @Test(arguments: [
        "2026/05/28/8-lane-abababababababab.jpg", "2026/05/29/7-lane-abababababababab.jpg",
        "2026/05/28/7-gate-abababababababab.jpg", "2026/05/28/7-lane-abababababababac.jpg",
        "2026/05/28/../../7-lane-abababababababab.jpg", String(repeating: "A", count: 200), "",
    ])
    func anotherPathIsRefused(path: String) {
        let one = Case()
        one.ask()
        #expect(one.judge(Self.stored(path)) == .breach("a picture at another path"))
    }

    @Test func whatNobodyAskedForIsRefused() {
        let one = Case()
        for row in [Self.stored(), Self.row(.missing(.timeout)), Self.row(.expired), Self.row(.sealed(nil))] {
            #expect(one.judge(row) == .breach("a picture that nobody asked for"), "\(row)")
        }
        one.ask()
        #expect(one.judge(Self.stored(camera: "gate")) == .breach("a picture that nobody asked for"))
        #expect(one.judge(Self.stored(size: -1)) == .breach("a picture of an impossible size"))
    }

    /// Asked of an uplink that went, by a daemon that started anew since.
    @Test func aPictureThatComesLateIsTaken() {
        let one = Case()
        one.find(.owed)
        #expect(one.judge(Self.stored()) == .take)
        #expect(one.judge(Self.stored()) == .known, "the first is on its way to the disk")
        #expect(one.judge(Self.stored("2026/05/28/7-lane-00.jpg")) == .breach("a picture at another path"))
    }

    @Test func aPictureEndsAndIsSealedOnce() {
        let one = Case()
        one.find(.kept(isClear: true))
        let sealing = Self.row(.sealed(.init(picture: nil, file: Self.digest)))
        #expect(one.judge(sealing) == .take && one.judge(sealing) == .known)
        let again = Self.row(.sealed(.init(picture: Self.digest, file: Self.digest)))
        #expect(one.judge(again) == .known, "said by the next uplink, before the first is on disk")
        one.find(.kept(isClear: false))
        #expect(one.judge(Self.row(.sealed(nil))) == .known)
        #expect(one.judge(Self.row(.expired)) == .take && one.judge(Self.row(.expired)) == .known)
        one.find(.gone)
        for row in [Self.row(.expired), Self.row(.sealed(nil)), Self.stored()] {
            #expect(one.judge(row) == .known, "\(row)")
        }
    }

    /// The event itself waits for a disk that stalls, and the budget takes its picture already.
    @Test func aPictureMayEndBeforeItsEventIsOnDisk() {
        let one = Case()
        one.ask()
        #expect(one.judge(Self.stored()) == .take)
        #expect(one.judge(Self.row(.expired)) == .take)
    }

    @Test func requestsAreRememberedUpToABound() {
        let one = Case()
        one.ask()
        for event in 100..<(100 + UInt64(PictureReports.limit)) {
            one.reports.asked(CaptureRequest(event: event, camera: "lane", at: Self.at))
        }
        #expect(one.judge(Self.stored()) == .breach("a picture that nobody asked for"), "the database is asked")
        one.find(.owed)
        #expect(one.judge(Self.stored()) == .take)
    }

    /// A portion at a time, and the next when each was answered for.
    @Test func clearPicturesAreAskedForInPortions() {
        let all = (1...600).map {
            PictureSealing.Picture(event: UInt64($0), camera: "lane", path: "2026/05/28/\($0)-lane-00.jpg")
        }
        let told = Guarded<[PictureSealing.Picture]>([])
        let sealing = PictureSealing { last, limit, done in
            done(Array(all.drop { $0.event <= last?.event ?? 0 }.prefix(limit)))
        }
        sealing.ask { picture, _ in told.withLock { $0.append(picture) } }
        sealing.begin(with: 4)
        for count in [256, 512, 600] {
            let asked = told.withLock { $0 }
            #expect(asked.count == count)
            for picture in asked.suffix(count == 600 ? 88 : 256) {
                let row = SnapshotRow(event: picture.event, camera: "lane", result: .sealed(nil))
                #expect(!sealing.answered(row, by: 5), "another connection")
                #expect(sealing.answered(row, by: 4) && !sealing.answered(row, by: 4))
            }
        }
        #expect(told.withLock { $0 } == all)
        // Killed in between: the next uplink hears of what is left.
        sealing.begin(with: 6)
        #expect(told.withLock { $0.count } == 856)
    }
}
