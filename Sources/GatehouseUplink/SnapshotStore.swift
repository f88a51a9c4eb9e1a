internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseThreads
internal import Glibc
internal import Logging

/// The picture folder, its retention and the reports about both, for the threads of all cameras.
///
/// A class because threads share it.
final class SnapshotStore: Sendable {
    /// Pictures deleted at a time, so that a new one never waits for all of them.
    private static let portion = 64

    private struct State {
        let folder: SnapshotFolder
        var clock: RetentionClock
        /// Pictures that lie in clear and could not be sealed when the daemon asked for it.
        var unsealed: [ClearPicture] = []
        var passes = 0
    }

    /// A picture that the daemon knows to lie in clear.
    struct ClearPicture: Hashable, Sendable {
        var event: UInt64
        var camera: String
        var path: String
    }
    private let state: Guarded<State>
    private let link: DaemonLink
    /// The folder is ours as long as this is open.
    private let lock: Int32
    private let dayFile: String
    private let log: Logger

    /// Takes the folder, which nobody else may be using, and ends what an earlier run had begun.
    static func open(_ files: FileSettings, _ settings: SnapshotSettings, reserve: Int64, log: Logger)
        throws(UplinkFailure) -> (SnapshotStore, DaemonLink)
    {
        let root = files.snapshots
        mkdir(root, 0o750)
        let lock = Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let why = errno == EWOULDBLOCK ? "another gatehouse-uplink uses it" : String(cString: strerror(errno))
            throw UplinkFailure(description: "\(root): the picture folder cannot be used: \(why)")
        }
        let folder = SnapshotFolder(root: root, maxBytes: settings.maxBytes, keep: settings.keep, reserve: reserve)
        let ledger = ReportLedger(path: "\(root)/reports")
        SnapshotStore.reconcile(folder, ledger)
        let link = DaemonLink(ledger: ledger)
        return (SnapshotStore(folder, link, lock: lock, dayFile: "\(root)/believed-day", log: log), link)
    }

    /// A picture that was announced and never came to be is no picture; one that was announced as expired goes now.
    package static func reconcile(_ folder: SnapshotFolder, _ ledger: ReportLedger) {
        for number in ledger.numbers {
            guard let row = ledger[number]?.row else { continue }
            switch row.result {
            case .stored(let path, _, _, _): if !folder.contains(path) { ledger.remove(number) }
            case .expired: folder.finish(expiryOf: row.event, camera: row.camera.name)
            case .missing, .sealed: break
            }
        }
    }

    private init(_ folder: SnapshotFolder, _ link: DaemonLink, lock: Int32, dayFile: String, log: Logger) {
        self.link = link
        self.lock = lock
        self.dayFile = dayFile
        self.log = log
        let day = (try? Secrets.read(dayFile)).flatMap { Int32(String(decoding: $0, as: UTF8.self)) }
        state = Guarded(State(folder: folder, clock: RetentionClock(believed: day)))
    }

    deinit { close(lock) }

    /// Stores a picture and reports it, or why it could not be stored.
    func store(_ picture: TakenPicture, event: UInt64, camera: String, at: CivilTime, run: String) {
        var gone: [UInt64] = []
        var stored: [UInt64] = []
        let result = state.withLock { state in
            state.folder.store(picture, event: event, camera: camera, at: at, now: UplinkClock.civil()) { rows in
                let numbers = link.write(rows, run: run)
                if rows.contains(where: { $0.result == .expired }) { gone += numbers } else { stored += numbers }
            }
        }
        link.say(gone)
        switch result {
        case .success(let picture):
            if stored.isEmpty { state.withLock { $0.folder.drop(picture.path) } }
            link.say(stored)
        case .failure(let failure):
            link.forget(stored)
            log.error("a picture could not be stored: \(failure.reason.rawValue)", metadata: ["camera": "\(camera)"])
            link.report(SnapshotRow(event: event, camera: CameraID(camera), result: .missing(failure.reason)), run: run)
        }
    }

    /// Deletes the pictures of events that the daemon never committed.
    func drop(_ rows: [SnapshotRow]) {
        state.withLock { state in
            for case .stored(let path, _, _, _) in rows.map(\.result) { state.folder.drop(path) }
        }
    }

    /// Deletes the picture of an event, and says so also when there is none: the daemon waits for it.
    func erase(event: UInt64, camera: String) {
        let row = SnapshotRow(event: event, camera: CameraID(camera), result: .expired)
        let numbers = link.write([row], run: link.run)
        state.withLock { $0.folder.finish(expiryOf: event, camera: camera) }
        link.say(numbers)
    }

    // MARK: Sealing

    /// Seals a picture of an older version and says so. What cannot be sealed now is tried again.
    func seal(_ picture: ClearPicture) {
        guard let key = link.pictureKey else { return state.withLock { $0.unsealed.append(picture) } }
        let result = state.withLock { $0.folder.seal(picture.path) { try PictureSeal.seal($0, to: key) } }
        switch result {
        case .success(let digests):
            let row = SnapshotRow(event: picture.event, camera: CameraID(picture.camera), result: .sealed(digests))
            link.report(row, run: link.run)
        case .failure(let failure):
            log.error(
                "a picture could not be sealed: \(failure.reason.rawValue)", metadata: ["event": "\(picture.event)"])
            state.withLock { $0.unsealed.append(picture) }
        }
    }

    /// Once an hour: what could not be sealed, and once what no row of the daemon knows of.
    func sealLeftovers() {
        let waiting = state.withLock { state in
            defer { (state.unsealed, state.passes) = ([], state.passes + 1) }
            return state.unsealed
        }
        for picture in waiting { seal(picture) }
        // Not at the start: then the daemon asks for each, and holds it against the digest that it has.
        guard let key = link.pictureKey, state.withLock({ $0.passes }) == 2 else { return }
        for path in state.withLock({ $0.folder.paths }) {
            _ = state.withLock { $0.folder.seal(path) { try PictureSeal.seal($0, to: key) } }
        }
    }

    /// Deletes what is older than the retention and reports it, a portion at a time.
    func expire() {
        let day = state.withLock { state -> Int32? in
            let day = state.clock.today(civil: UplinkClock.civil(), monotonic: UplinkClock.monotonic())
            if day == nil { log.warning("the clock is in doubt: no picture expires by age for a day") }
            return day
        }
        guard let day else { return }
        keep(day)
        var count = 0
        while link.hasRoom {
            var numbers: [UInt64] = []
            let portion = state.withLock { state in
                state.folder.expire(today: day, limit: Self.portion) { numbers += link.write($0, run: link.run) }
            }
            link.say(numbers)
            count += portion
            if portion < Self.portion { break }
        }
        if count > 0 { log.notice("pictures expired by age", metadata: ["count": "\(count)"]) }
    }

    /// The day that is believed outlives a restart.
    private func keep(_ day: Int32) {
        let fresh = "\(dayFile).part"
        let descriptor = Glibc.open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard descriptor >= 0 else { return }
        let text = Array("\(day)\n".utf8)
        let isWritten = write(descriptor, text, text.count) == text.count
        if close(descriptor) == 0, isWritten { rename(fresh, dayFile) }
    }
}
