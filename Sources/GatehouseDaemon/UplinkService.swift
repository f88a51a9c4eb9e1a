internal import GatehouseAdmin
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import Logging
internal import Synchronization

/// The uplink's socket: what is owed goes out, pictures and receipts come in. One uplink at a time; a second one takes
/// the place of the first.
final class UplinkService: Sendable {
    private struct State {
        var connection: LineServer.ConnectionID?
    }
    private let state = Mutex(State())
    private let give: @Sendable (Input) -> Void
    /// Reads a row of the outbox back, on a thread that may wait, and calls with it.
    private let fetch: @Sendable (UInt64, DestinationID, @escaping @Sendable (OutboxItem) -> Void) -> Void
    private let log: Logger
    private let serverBox = Mutex<LineServer?>(nil)

    init(
        path: String, uplinkUser: UInt32?, group: UInt32?, log: Logger,
        fetch: @escaping @Sendable (UInt64, DestinationID, @escaping @Sendable (OutboxItem) -> Void) -> Void,
        give: @escaping @Sendable (Input) -> Void
    ) throws {
        self.fetch = fetch
        self.give = give
        self.log = log
        let server = try LineServer(
            path: path, mode: 0o660, group: group,
            handlers: LineServer.Handlers(
                admit: { peer in
                    peer.uid == 0 || peer.uid == uplinkUser
                        ? .success(())
                        : .failure(CommandRefusal(code: "notAllowed", message: "this socket is for gatehouse-uplink"))
                },
                line: { [weak self] connection, _, line in self?.take(line, from: connection) },
                closed: { [weak self] in self?.closed($0) }))
        serverBox.withLock { $0 = server }
    }

    func start() { serverBox.withLock { $0 }?.start() }

    private func take(_ line: [UInt8], from connection: LineServer.ConnectionID) {
        guard let message = UplinkMessage(line: line) else {
            log.warning("the uplink sent a line that is no message")
            serverBox.withLock { $0 }?.close(connection)
            return
        }
        if case .hello(let version) = message {
            let earlier = state.withLock { state in
                defer { state.connection = connection }
                return state.connection
            }
            if let earlier, earlier != connection { serverBox.withLock { $0 }?.close(earlier) }
            log.notice("the uplink is connected", metadata: ["version": "\(version.prefix(32))"])
            give(.uplink(isConnected: true))
            return
        }
        guard state.withLock({ $0.connection }) == connection else { return }
        switch message {
        case .stored(let event, let camera, let path, let size, let digest):
            give(
                .snapshot(
                    SnapshotRow(
                        event: event, camera: CameraID(camera), result: .stored(path: path, size: size, digest: digest))
                ))
        case .missing(let event, let camera, let failure):
            give(.snapshot(SnapshotRow(event: event, camera: CameraID(camera), result: .missing(failure))))
        case .expired(let event, let camera):
            give(.snapshot(SnapshotRow(event: event, camera: CameraID(camera), result: .expired)))
        case .delivered(let id, let receipt): give(.delivered(id, receipt: receipt))
        case .failed(let id, let reason, let isFinal): give(.deliveryFailed(id, reason: reason, isFinal: isFinal))
        case .capture, .deliver, .hello: log.warning("the uplink sent a message of ours")
        }
    }

    private func closed(_ connection: LineServer.ConnectionID) {
        let wasOurs = state.withLock { state in
            guard state.connection == connection else { return false }
            state.connection = nil
            return true
        }
        if wasOurs {
            log.warning("the uplink is gone")
            give(.uplink(isConnected: false))
        }
    }

    func send(_ effect: Effect) {
        guard let connection = state.withLock({ $0.connection }) else { return }
        let message: UplinkMessage
        switch effect {
        case .capture(let request):
            message = .capture(event: request.event, camera: request.camera.name, at: request.at)
        case .deliver(let item, let attempt):
            var fields: [String: String] = [:]
            var envelope: String?
            switch item.content {
            case .plain(let plain): fields = plain
            case .sealed(let octets): envelope = Base64.encode(octets)
            case .lead:
                // The row on disk holds the sealed envelope; nothing else may leave.
                return fetch(item.id, item.destination) { [weak self] sealed in
                    if case .sealed = sealed.content { self?.send(.deliver(sealed, attempt: attempt)) }
                }
            }
            message = .deliver(
                UplinkDelivery(
                    id: item.id, destination: item.destination.name, kind: item.kind, event: item.event,
                    key: item.idempotencyKey, created: item.created, attempt: attempt, fields: fields,
                    envelope: envelope))
        default: return
        }
        serverBox.withLock { $0 }?.send(message.line, to: connection)
    }

    func stop() { serverBox.withLock { $0.take() }?.stop() }
}
