import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import GatehouseUplink
import Glibc
import Testing

@Suite("Pictures on disk")
struct SnapshotFolderTests {
    /// 2026-11-20.
    static let today: Int32 = 20_777
    static func noon(_ day: Int32) -> CivilTime { CivilTime(seconds: Int64(day) * 86400 + 43200) }

    let place = Place()

    func folder(maxBytes: Int64 = 1000, reserve: Int64 = 0, disk: Disk = .real) -> SnapshotFolder {
        SnapshotFolder(
            root: place.path, maxBytes: maxBytes, keep: .seconds(30 * 86400), reserve: reserve, disk: disk)
    }

    @discardableResult
    func store(
        _ event: UInt64, octets count: Int = 100, at day: Int32 = today, now: Int32 = today, in folder: SnapshotFolder,
        announce: ([SnapshotRow]) -> Void = { _ in }
    ) -> Result<SnapshotFolder.Stored, CameraFailure> {
        folder.store(
            TakenPicture([1], file: [UInt8](repeating: 1, count: count)), event: event, camera: "c", at: Self.noon(day),
            now: Self.noon(now),
            announce: announce)
    }

    func expired(_ event: UInt64) -> SnapshotRow { SnapshotRow(event: event, camera: "c", result: .expired) }

    func disk(capacity: Int64 = 1 << 40, free: Int64) -> Disk {
        Disk(capacity: { _ in capacity }, free: { _ in free }, syncFolder: Disk.real.syncFolder)
    }

    @Test func pictureIsStoredWholeUnderItsDay() throws {
        let stored = try folder().store(
            TakenPicture([1, 2, 3], file: [9, 1, 2, 3]), event: 7, camera: "lane-1", at: Self.noon(Self.today),
            now: Self.noon(Self.today)
        ) { _ in }.get()
        #expect(stored.path.hasPrefix("2026/11/20/7-lane-1-"))
        #expect(stored.digest == Hash.sha256([1, 2, 3]))
        var status = stat()
        #expect(stat("\(place.path)/\(stored.path)", &status) == 0 && status.st_size == 4)
        #expect(stored.size == 3 && stored.file == Hash.sha256([9, 1, 2, 3]))
    }

    /// A picture must not vanish in a power cut because the name of its folder was not on disk.
    @Test func eachFolderOnTheWayIsSynced() throws {
        let synced = SyncedFolders()
        let disk = Disk(
            capacity: { _ in 1 << 40 }, free: { _ in 1 << 40 },
            syncFolder: {
                synced.add($0)
                return true
            })
        let folder = folder(disk: disk)
        store(1, in: folder)
        let root = place.path
        #expect(synced.take() == [root, "\(root)/2026", "\(root)/2026/11", "\(root)/2026/11/20"])
        store(2, in: folder)
        #expect(synced.take() == ["\(root)/2026/11/20"])
        store(3, at: Self.today + 1, in: folder)
        #expect(synced.take() == [root, "\(root)/2026", "\(root)/2026/11", "\(root)/2026/11/21"])
    }

    @Test func folderThatCannotBeSyncedHasNoPicture() {
        let disk = Disk(capacity: { _ in 1 << 40 }, free: { _ in 1 << 40 }, syncFolder: { !$0.hasSuffix("/20") })
        let folder = folder(disk: disk)
        #expect(store(1, in: folder) == .failure(CameraFailure(reason: .notStored)))
        #expect(folder.count == 0)
    }

    @Test func everyChangeIsAnnouncedBeforeItIsMade() throws {
        let folder = folder(maxBytes: 250)
        var whatStood: [Bool] = []
        let first = try store(1, in: folder) { rows in
            guard case .stored(let path, _, _, _) = rows.first?.result else { return }
            whatStood.append(place.holds(path))
        }.get()
        store(2, in: folder)
        store(3, in: folder) { rows in if rows == [expired(1)] { whatStood.append(place.holds(first.path)) } }
        #expect(whatStood == [false, true])
        #expect(!place.holds(first.path))
    }

    @Test func budgetTakesTheOldestFirst() {
        let folder = folder(maxBytes: 250)
        var gone: [SnapshotRow] = []
        for event in [5, 3, 9, 7] as [UInt64] {
            store(event, in: folder) { gone += $0.filter { $0.result == .expired } }
        }
        #expect(gone == [expired(3), expired(5)])
        #expect(folder.count == 2 && folder.octets == 200)
    }

    @Test func ageTakesTheOldestFirstAndAPortionAtATime() {
        let folder = folder()
        for (event, age) in [(1, 40), (2, 31), (3, 30), (4, 0)] as [(UInt64, Int32)] {
            store(event, at: Self.today - age, in: folder)
        }
        var gone: [SnapshotRow] = []
        #expect(folder.expire(today: Self.today, limit: 1) { gone += $0 } == 1)
        #expect(folder.expire(today: Self.today, limit: 8) { gone += $0 } == 1)
        #expect(folder.expire(today: Self.today, limit: 8) { gone += $0 } == 0)
        #expect(gone == [expired(1), expired(2)])
        #expect(folder.count == 2)
        #expect(!place.holds("2026/10/11"), "a day without pictures needs no folder")
    }

    @Test func pictureDatedFarAheadMakesNoOtherExpire() {
        let folder = folder()
        store(1, in: folder)
        store(2, at: Self.today + 27_000, in: folder)
        store(3, in: folder)
        #expect(folder.expire(today: Self.today, limit: 8) { _ in } == 0)
        #expect(folder.count == 3)
    }

    /// It is kept for the time that it is owed, and not for a lifetime.
    @Test func pictureDatedFarAheadCountsFromTheDayItWasWritten() {
        let folder = folder()
        store(2, at: Self.today + 27_000, now: Self.today, in: folder)
        #expect(folder.expire(today: Self.today + 30, limit: 8) { _ in } == 0)
        #expect(folder.expire(today: Self.today + 31, limit: 8) { _ in } == 1)
    }

    /// Event and file were dated by the same wrong clock, ahead or behind: the first look at the right one counts.
    @Test(arguments: [47_777, 100] as [Int32])
    func pictureOfAWrongClockCountsFromTheDayItWasFoundSo(day: Int32) throws {
        let path = try store(2, at: day, now: day, in: folder()).get().path
        let time = timespec(tv_sec: Int(day) * 86400, tv_nsec: 0)
        utimensat(AT_FDCWD, "\(place.path)/\(path)", [time, time], 0)
        #expect(folder().expire(today: Self.today, limit: 8) { _ in } == 0)
        // After a restart the file's own time tells.
        #expect(folder().expire(today: Self.today + 30, limit: 8) { _ in } == 0)
        #expect(folder().expire(today: Self.today + 31, limit: 8) { _ in } == 1)
    }

    @Test func clockThatWasNeverSetDeletesNothing() {
        let folder = folder()
        store(1, at: 3, now: 3, in: folder)
        #expect(folder.expire(today: 90, limit: 8) { _ in } == 0)
    }

    /// Somebody else filled the disk: what is owed stays, the new picture is refused.
    @Test func diskFilledByOthersTakesNoPictureAway() {
        let full = folder(disk: disk(free: 1 << 30))
        for event in 1...5 as ClosedRange<UInt64> { store(event, in: full) }
        let tight = folder(maxBytes: 550, reserve: 1 << 20, disk: disk(free: (1 << 20) - 1))
        var announced: [SnapshotRow] = []
        #expect(store(6, in: tight) { announced += $0 } == .failure(CameraFailure(reason: .diskFull)))
        #expect(announced.isEmpty && tight.count == 5)
        // Deleting all of it would not be enough either.
        let without = folder(reserve: 1 << 40, disk: disk(free: 0))
        #expect(store(6, in: without) { announced += $0 } == .failure(CameraFailure(reason: .diskFull)))
        #expect(announced.isEmpty && without.count == 5)
    }

    @Test func budgetIsAtMostHalfOfTheDisk() {
        let folder = folder(maxBytes: 1000, disk: disk(capacity: 500, free: 500))
        for event in 1...3 as ClosedRange<UInt64> { store(event, in: folder) }
        #expect(folder.octets == 200)
    }

    @Test func pictureLargerThanTheBudgetIsRefusedAndTakesNoOtherAway() {
        let folder = folder(maxBytes: 250)
        store(1, in: folder)
        #expect(store(2, octets: 251, in: folder) == .failure(CameraFailure(reason: .diskFull)))
        #expect(folder.count == 1)
    }

    @Test func whatIsThereIsFoundAgainAndHalfWrittenFilesGo() throws {
        let stored = try store(9, in: folder()).get()
        place.write("", to: "2026/11/20/10-c-aa.jpg.part")
        let again = folder()
        #expect(again.count == 1 && again.octets == 100 && again.contains(stored.path))
        #expect(!place.holds("2026/11/20/10-c-aa.jpg.part"))
    }
}

private final class SyncedFolders: Sendable {
    private let paths = Guarded<[String]>([])
    func add(_ path: String) { paths.withLock { $0.append(path) } }
    func take() -> [String] {
        paths.withLock { paths in
            defer { paths = [] }
            return paths
        }
    }
}

@Suite("The day that the retention counts from")
struct RetentionClockTests {
    static let start = SnapshotFolderTests.noon(SnapshotFolderTests.today)
    static func after(_ hours: Int64) -> (civil: CivilTime, monotonic: MonotonicTime) {
        (start + .seconds(hours * 3600), MonotonicTime.zero + .seconds(hours * 3600))
    }

    @Test func clockThatGoesOnFromTheLastDayIsBelievedAtOnce() {
        var clock = RetentionClock(believed: SnapshotFolderTests.today - 1)
        for hour in 0...48 as ClosedRange<Int64> {
            let (civil, monotonic) = Self.after(hour)
            #expect(clock.today(civil: civil, monotonic: monotonic) == Int32(civil.seconds / 86400))
        }
    }

    @Test(arguments: [nil, SnapshotFolderTests.today - 3, SnapshotFolderTests.today + 2])
    func dayThatDoesNotFollowTheLastOneWaitsADay(believed: Int32?) {
        var clock = RetentionClock(believed: believed)
        for hour in 0..<24 as Range<Int64> {
            let (civil, monotonic) = Self.after(hour)
            #expect(clock.today(civil: civil, monotonic: monotonic) == nil)
        }
        let (civil, monotonic) = Self.after(24)
        #expect(clock.today(civil: civil, monotonic: monotonic) == SnapshotFolderTests.today + 1)
        #expect(clock.believed == SnapshotFolderTests.today + 1)
    }

    /// Set forty years ahead and put right the next morning: nothing was deleted in between.
    @Test func leapIsNotBelievedUntilTheClockStoodByItForADay() {
        var clock = RetentionClock(believed: SnapshotFolderTests.today)
        #expect(clock.today(civil: Self.start, monotonic: .zero) == SnapshotFolderTests.today)
        let ahead: Duration = .seconds(40 * 365 * 86400)
        for hour in 1...20 as ClosedRange<Int64> {
            let (civil, monotonic) = Self.after(hour)
            #expect(clock.today(civil: civil + ahead, monotonic: monotonic) == nil)
        }
        for hour in 21..<45 as Range<Int64> {
            let (civil, monotonic) = Self.after(hour)
            #expect(clock.today(civil: civil, monotonic: monotonic) == nil)
        }
        let (civil, monotonic) = Self.after(45)
        #expect(clock.today(civil: civil, monotonic: monotonic) == Int32(civil.seconds / 86400))
    }

    @Test func smallCorrectionIsNoLeap() {
        var clock = RetentionClock(believed: SnapshotFolderTests.today)
        _ = clock.today(civil: Self.start, monotonic: .zero)
        let (civil, monotonic) = Self.after(1)
        #expect(clock.today(civil: civil + .seconds(1800), monotonic: monotonic) == SnapshotFolderTests.today)
    }
}
