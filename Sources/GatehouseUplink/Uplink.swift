internal import CLinux
internal import GatehouseAdmin
package import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import Glibc
internal import Logging
internal import Synchronization

/// What kept the uplink from starting.
package struct UplinkFailure: Error, CustomStringConvertible {
    package let description: String
}

/// Asks the daemon for what is owed, takes pictures, posts alerts, and brings back what came of it. The daemon may come
/// and go; pictures taken meanwhile are reported when it is back, alerts are sent again under the same key.
///
/// A class because its workers and its connection live as long as the process.
package final class Uplink: Sendable {
    /// Results of pictures that wait for the daemon. At the bound the oldest is dropped and counted; the daemon then
    /// records at its next start that it heard nothing.
    static let waitingLimit = 1024

    private struct Session {
        var client: AdminClient?
        var waiting: [UplinkMessage] = []
        var dropped = 0
    }

    private let configuration: Configuration
    private let log: Logger
    private let session = Mutex(SessionBox())
    private let cameras: [String: (camera: HTTPStillCamera, worker: Worker)]
    private let channels: [String: (channel: WebhookChannel, worker: Worker)]
    private let folder: Mutex<FolderBox>

    /// A session is used under the lock alone.
    private final class SessionBox: @unchecked Sendable {
        // Unchecked: only ever touched inside the mutex that holds it.
        var value = Session()
    }
    private final class FolderBox: @unchecked Sendable {
        // Unchecked: only ever touched inside the mutex that holds it.
        let value: SnapshotFolder
        init(_ value: SnapshotFolder) { self.value = value }
    }

    package init(_ configuration: Configuration, reserve: Int64 = 256 << 20) throws(UplinkFailure) {
        self.configuration = configuration
        log = StderrLogHandler.logger("gatehouse-uplink")
        var cameras: [String: (camera: HTTPStillCamera, worker: Worker)] = [:]
        for settings in configuration.cameras {
            var password: String?
            if let file = settings.passwordFile { password = String(decoding: try Self.secret(file), as: UTF8.self) }
            cameras[settings.id.name] = (HTTPStillCamera(settings, password: password), Worker(limit: 16))
        }
        self.cameras = cameras
        var channels: [String: (channel: WebhookChannel, worker: Worker)] = [:]
        for settings in configuration.destinations {
            let secret = SecretKey(try Self.secret(settings.secretFile))
            let key = settings.clientKeyFile.map { Self.path(of: $0) }
            channels[settings.id.name] = (
                WebhookChannel(settings, secret: secret, clientKeyFile: key, site: configuration.site.name),
                Worker(limit: 16)
            )
        }
        self.channels = channels
        folder = Mutex(
            FolderBox(
                SnapshotFolder(
                    root: configuration.files.snapshots, maxBytes: configuration.snapshots.maxBytes,
                    keep: configuration.snapshots.keep, reserve: reserve)))
    }

    /// Serves until the process ends. `ready` is called once everything stands.
    package func run(ready: () -> Void = {}) -> Never {
        for entry in cameras.values { entry.worker.start() }
        for entry in channels.values { entry.worker.start() }
        ready()
        var pause: Int32 = 200
        while true {
            do {
                let client = try AdminClient(path: configuration.files.uplinkSocket)
                try client.send(Array(UplinkMessage.hello(version: GatehouseVersion.text).line.utf8) + [10])
                log.notice("connected to the daemon")
                pause = 200
                open(client)
                while true { take(try client.receive()) }
            } catch {
                if session.withLock({ $0.value.client }) != nil { log.warning("the daemon is gone: \(error)") }
                session.withLock { $0.value.client = nil }
                var nothing = pollfd(fd: -1, events: 0, revents: 0)
                poll(&nothing, 1, pause)
                pause = min(5000, pause * 2)
            }
        }
    }

    private func open(_ client: AdminClient) {
        let waiting = session.withLock { box in
            box.value.client = client
            defer { box.value.waiting = [] }
            if box.value.dropped > 0 {
                log.error("results of \(box.value.dropped) pictures were dropped while the daemon was away")
            }
            box.value.dropped = 0
            return box.value.waiting
        }
        for message in waiting { send(message) }
    }

    private func send(_ message: UplinkMessage) {
        session.withLock { box in
            if let client = box.value.client, (try? client.send(Array(message.line.utf8) + [10])) != nil { return }
            switch message {
            case .stored, .missing, .expired:
                box.value.waiting.append(message)
                if box.value.waiting.count > Self.waitingLimit {
                    box.value.waiting.removeFirst()
                    box.value.dropped += 1
                }
            // The daemon keeps what is owed and sends it again.
            case .delivered, .failed, .hello, .capture, .deliver: break
            }
        }
    }

    // MARK: Messages

    private func take(_ line: [UInt8]) {
        switch UplinkMessage(line: line) {
        case .capture(let event, let camera, let at): capture(event, camera, at)
        case .deliver(let item): deliver(item)
        default: log.warning("the daemon sent a line that is no message for the uplink")
        }
    }

    private func capture(_ event: UInt64, _ camera: String, _ at: CivilTime) {
        guard let entry = cameras[camera] else { return send(.missing(event: event, camera: camera, .noCamera)) }
        let isTaken = entry.worker.post { [self] in
            switch entry.camera.take() {
            case .failure(let failure): send(.missing(event: event, camera: camera, failure.reason))
            case .success(let picture):
                let done = folder.withLock { $0.value.store(picture, event: event, camera: camera, at: at) }
                for gone in done.expired { send(.expired(event: gone.event, camera: gone.camera)) }
                switch done.result {
                case .success(let stored):
                    send(
                        .stored(
                            event: event, camera: camera, path: stored.path, size: stored.size, digest: stored.digest))
                case .failure(let failure): send(.missing(event: event, camera: camera, failure.reason))
                }
            }
        }
        if !isTaken { send(.missing(event: event, camera: camera, .busy)) }
    }

    private func deliver(_ item: UplinkDelivery) {
        guard let entry = channels[item.destination] else {
            return send(.failed(id: item.id, reason: "unknown destination", isFinal: false))
        }
        let isTaken = entry.worker.post { [self] in
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            switch entry.channel.deliver(item, now: CivilTime(seconds: Int64(time.tv_sec))) {
            case .delivered(let receipt): send(.delivered(id: item.id, receipt: receipt))
            case .failed(let reason, let isFinal):
                log.warning("an alert was not taken: \(reason)", metadata: ["destination": "\(item.destination)"])
                send(.failed(id: item.id, reason: reason, isFinal: isFinal))
            }
        }
        if !isTaken { send(.failed(id: item.id, reason: "busy", isFinal: false)) }
    }

    // MARK: Secrets

    /// From the credentials directory (by its name, or as systemd names the files of a folder) or an absolute path.
    private static func path(of name: String) -> String {
        if name.hasPrefix("/") { return name }
        let directory = getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) } ?? "/etc/gatehouse/credentials"
        let direct = "\(directory)/\(name)"
        return access(direct, R_OK) == 0 ? direct : "\(directory)/secrets_\(name)"
    }

    private static func secret(_ name: String) throws(UplinkFailure) -> [UInt8] {
        let path = path(of: name)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw UplinkFailure(
                description:
                    "\(path): the secret cannot be read: \(String(cString: strerror(errno))); see docs/operating.md")
        }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 4096)
        octets.removeLast(octets.count - max(0, read(descriptor, &octets, octets.count)))
        if octets.last == 10 { octets.removeLast() }
        guard !octets.isEmpty else { throw UplinkFailure(description: "\(path): the secret is empty") }
        return octets
    }
}
