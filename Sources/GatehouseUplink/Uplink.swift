internal import GatehouseAdmin
package import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseThreads
internal import Glibc
internal import Logging

/// What kept the uplink from starting.
package struct UplinkFailure: Error, CustomStringConvertible {
    package let description: String
}

/// Asks the daemon for what is owed, takes pictures, posts alerts, and brings back what came of it. The daemon may come
/// and go; pictures taken meanwhile are reported when it is back, alerts are sent again under the same key.
///
/// A class because its workers and its connection live as long as the process.
package final class Uplink: Sendable {
    /// How the loop meets the world; a test turns its own clock.
    package struct Surroundings {
        /// Waits before the daemon is called again.
        package var pause: (Duration) -> Void = { Uplink.wait($0) }
        /// Half of the watchdog's time, and how it is fed.
        package var watchdogPeriod: Duration?
        package var alive: () -> Void = {}
        package var clock: () -> MonotonicTime = UplinkClock.monotonic
        package var goesOn: () -> Bool = { true }
        package init() {}
    }

    /// A job may take this much longer than its time-out before its worker counts as stuck: a slow card, not a dead one.
    private static let slack: Duration = .seconds(60)
    private static let expiryPeriod: Duration = .seconds(3600)
    private static let turn: Duration = .seconds(5)
    /// What a receiver may say to a slot.
    private static let longestAnswer = 16_384

    private let configuration: Configuration
    private let reserve: Int64
    private let log: Logger
    private let cameras: [String: (eye: Eye, worker: Worker)]
    private let channels: [String: (channel: WebhookChannel, worker: Worker)]
    /// Deletes pictures: hours of it may wait after a month without power.
    private let housekeeper = Worker("housekeeper", limit: 1, longestJob: .seconds(3600))
    /// Seals pictures of an older version, a portion of the daemon's at a time.
    private let sealer = Worker("sealer", limit: 1024, longestJob: .seconds(3600))
    private let head: HeadKeeper
    private let witnesses: WitnessDesk?

    package init(_ configuration: Configuration, reserve: Int64 = 256 << 20) throws(UplinkFailure) {
        self.configuration = configuration
        self.reserve = reserve
        log = StderrLogHandler.logger("gatehouse-uplink")
        var cameras: [String: (eye: Eye, worker: Worker)] = [:]
        for settings in configuration.cameras {
            var password: String?
            if let file = settings.passwordFile { password = String(decoding: try Secrets.read(file), as: UTF8.self) }
            cameras[settings.id.name] = (
                Eye(settings, password: password),
                Worker("camera", limit: 16, longestJob: settings.timeout + Self.slack)
            )
        }
        self.cameras = cameras
        var channels: [String: (channel: WebhookChannel, worker: Worker)] = [:]
        for settings in configuration.destinations {
            let secret = SecretKey(try Secrets.read(settings.secretFile))
            let key = settings.clientKeyFile.map { Secrets.path(of: $0) }
            channels[settings.id.name] = (
                WebhookChannel(settings, secret: secret, clientKeyFile: key, site: configuration.site.name),
                Worker("channel", limit: 16, longestJob: settings.timeout + Self.slack)
            )
        }
        self.channels = channels
        head = HeadKeeper(folder: configuration.files.snapshots, longestJob: Self.slack)
        witnesses = configuration.witnesses.flatMap { [log] in Self.witnesses($0, log) }
    }

    /// Pictures and alerts do not wait for a policy that can be read.
    private static func witnesses(_ settings: WitnessSettings, _ log: Logger) -> WitnessDesk? {
        do {
            return WitnessDesk(
                settings, try WitnessPolicy.read(settings.policyFile, by: FileOctets.read), slack: slack, log: log)
        } catch {
            log.error("no witness is asked: \(error)")
            return nil
        }
    }

    /// Serves until the process ends. `ready` is called once everything stands.
    package func run(_ surroundings: Surroundings = Surroundings(), ready: () -> Void = {}) throws(UplinkFailure) {
        // A receiver that hangs up in the midst must not end us.
        signal(SIGPIPE, SIG_IGN)
        let (store, link) = try SnapshotStore.open(
            configuration.files, configuration.snapshots, reserve: reserve, log: log)
        for worker in workers { worker.start() }
        for (name, entry) in cameras where !entry.eye.start() {
            log.error("no thread for the stream of a camera", metadata: ["camera": "\(name)"])
        }
        defer { for entry in cameras.values { entry.eye.stop() } }
        ready()
        var callBack = CallBack()
        var chores = Chores()
        while surroundings.goesOn() {
            do {
                let client = try AdminClient(path: configuration.files.uplinkSocket)
                client.limitSends(to: Self.turn)
                try client.send(Array(UplinkMessage.hello(version: GatehouseVersion.text).line.utf8) + [10])
                while surroundings.goesOn() {
                    keepHouse(&chores, surroundings, store)
                    witnesses?.timePassed(link)
                    guard let line = try client.receive(within: turn(surroundings)) else { continue }
                    if take(line, client, link, store) { callBack.answered() }
                }
            } catch {
                if link.isOpen { log.warning("the daemon is gone: \(error)") }
                link.close()
                keepHouse(&chores, surroundings, store)
                surroundings.pause(callBack.pause())
            }
        }
    }

    private static func wait(_ pause: Duration) {
        var nothing = pollfd(fd: -1, events: 0, revents: 0)
        poll(&nothing, 1, Int32(clamping: pause.wholeMilliseconds))
    }

    // MARK: Chores

    private struct Chores {
        var expiresAt = MonotonicTime.zero
        var feedsAt = MonotonicTime.zero
    }

    private var workers: [Worker] {
        cameras.values.map(\.worker) + channels.values.map(\.worker) + [housekeeper, sealer, head.worker]
            + (witnesses?.workers ?? [])
    }

    private func turn(_ surroundings: Surroundings) -> Duration {
        min(Self.turn, surroundings.watchdogPeriod ?? Self.turn)
    }

    /// The watchdog is fed from here alone, and not while a camera, a receiver or the disk holds a thread for longer
    /// than its own bound: a new process would help then.
    private func keepHouse(_ chores: inout Chores, _ surroundings: Surroundings, _ store: SnapshotStore) {
        let now = surroundings.clock()
        if let period = surroundings.watchdogPeriod, chores.feedsAt <= now {
            chores.feedsAt = now + period
            if workers.contains(where: { $0.isStuck(at: now) }) {
                log.critical("a thread is stuck")
            } else {
                surroundings.alive()
            }
        }
        if chores.expiresAt <= now {
            chores.expiresAt = now + Self.expiryPeriod
            _ = housekeeper.post { store.expire() }
            _ = sealer.post { store.sealLeftovers() }
        }
    }

    // MARK: Messages

    /// Whether it was a word of the daemon that we are accepted.
    private func take(_ line: [UInt8], _ client: AdminClient, _ link: DaemonLink, _ store: SnapshotStore) -> Bool {
        switch UplinkMessage(line: line) {
        case .welcome(let version, let run, let first, let key):
            log.notice("connected to the daemon", metadata: ["version": "\(version.prefix(32))"])
            if key == nil { log.error("the daemon gave no key for pictures: none is taken") }
            store.drop(link.open(client, run: run, first: first, pictureKey: key))
            link.send(.kept(head: head.kept))
            witnesses?.connected()
            return true
        case .noted(let report): link.forget([report])
        case .capture(let event, let camera, let at, let moment):
            capture(event, camera, at, moment ?? UplinkClock.monotonic(), link, store)
        case .deliver(let item): deliver(item, link)
        case .slot(let number, let envelope): deliver(envelope, inSlot: number, link)
        case .erase(let event, let camera): store.erase(event: event, camera: camera)
        case .seal(let event, let camera, let path):
            let picture = SnapshotStore.ClearPicture(event: event, camera: camera, path: path)
            if !sealer.post({ store.seal(picture) }) { log.warning("too many pictures are to be sealed at once") }
        case .checkpoint(let note): witnesses?.offer(note, link)
        case .proof(let old, let new, let hashes): witnesses?.give(proof: hashes, old: old, new: new, link)
        case .keep(let octets): if octets.count <= HeadKeeper.limit { head.keep(octets) }
        default:
            if case .refused(let refusal)? = ReceivedReply(line: line) {
                log.warning("the daemon does not take us: \(refusal.message)")
            } else {
                log.warning("the daemon sent a line that is no message for the uplink")
            }
        }
        return false
    }

    private func capture(
        _ event: UInt64, _ camera: String, _ at: CivilTime, _ moment: MonotonicTime, _ link: DaemonLink,
        _ store: SnapshotStore
    ) {
        let run = link.run
        @Sendable func lack(_ reason: SnapshotFailure) -> SnapshotRow {
            SnapshotRow(event: event, camera: CameraID(camera), result: .missing(reason))
        }
        let (name, frame) = Eye.asked(camera)
        guard let entry = cameras[name] else { return link.report(lack(.noCamera), run: run) }
        guard let key = link.pictureKey else { return link.report(lack(.noKey), run: run) }
        guard link.hasRoom else {
            return log.error("no picture was taken: \(ReportLedger.limit) reports wait for the daemon")
        }
        let isTaken = entry.worker.post {
            switch entry.eye.take(frame, at: moment) {
            case .failure(let failure):
                link.report(
                    SnapshotRow(event: event, camera: CameraID(camera), result: .missing(failure.reason)), run: run)
            case .success(let octets):
                guard let picture = try? TakenPicture(octets, sealedTo: key) else {
                    return link.report(lack(.notStored), run: run)
                }
                store.store(picture, event: event, camera: camera, at: at, run: run)
            }
        }
        if !isTaken { link.report(lack(.busy), run: run) }
    }

    /// Posts what leaves in a slot to whoever takes sealed messages. What came back goes to the daemon as it is: what it means
    /// is not for this program.
    private func deliver(_ envelope: [UInt8], inSlot number: UInt64, _ link: DaemonLink) {
        let connection = link.connection
        for route in configuration.site.alerts where route.kinds.contains(.watchlist) {
            guard let entry = channels[route.destination.name] else { continue }
            _ = entry.worker.post {
                guard let body = entry.channel.deliver(sealed: envelope, now: UplinkClock.civil()),
                    body.count <= Self.longestAnswer
                else { return }
                link.send(.slotAnswered(number: number, body: body), on: connection)
            }
        }
    }

    private func deliver(_ item: UplinkDelivery, _ link: DaemonLink) {
        guard let entry = channels[item.destination] else {
            return link.send(.failed(id: item.id, reason: "unknown destination", isFinal: false))
        }
        let connection = link.connection
        let isTaken = entry.worker.post { [log] in
            switch entry.channel.deliver(item, now: UplinkClock.civil()) {
            case .delivered(let receipt): link.send(.delivered(id: item.id, receipt: receipt), on: connection)
            case .failed(let reason, let isFinal):
                log.warning("an alert was not taken: \(reason)", metadata: ["destination": "\(item.destination)"])
                link.send(.failed(id: item.id, reason: reason, isFinal: isFinal), on: connection)
            }
        }
        if !isTaken { link.send(.failed(id: item.id, reason: "busy", isFinal: false)) }
    }
}
