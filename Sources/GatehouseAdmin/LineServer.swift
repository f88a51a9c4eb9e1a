internal import CLinux
internal import GatehouseCore
internal import Glibc
package import Synchronization

/// Who is at the other end of a local socket, as the kernel says.
package struct Peer: Hashable, Sendable {
    package var uid: UInt32
    package var pid: Int32
    package var groups: [UInt32]
}

/// Serves one unix socket with lines, on a thread of its own, so that no flood of connections reaches the deciding
/// loop. Bounds: `connectionLimit` at once (one more is told so and closed), 1 MiB a line, 30 s for the rest of a line,
/// 16 MiB of replies that a peer does not read.
///
/// A class because it owns a thread and a socket for its life.
package final class LineServer: Sendable {
    package typealias ConnectionID = UInt64

    package struct Handlers: Sendable {
        /// Whether the peer may talk here; the sentence says why not.
        package var admit: @Sendable (Peer) -> Result<Void, CommandRefusal>
        package var line: @Sendable (ConnectionID, Peer, [UInt8]) -> Void
        package var opened: @Sendable (ConnectionID, Peer) -> Void
        package var closed: @Sendable (ConnectionID) -> Void
        package init(
            admit: @escaping @Sendable (Peer) -> Result<Void, CommandRefusal>,
            line: @escaping @Sendable (ConnectionID, Peer, [UInt8]) -> Void,
            opened: @escaping @Sendable (ConnectionID, Peer) -> Void = { _, _ in },
            closed: @escaping @Sendable (ConnectionID) -> Void = { _ in }
        ) {
            self.admit = admit
            self.line = line
            self.opened = opened
            self.closed = closed
        }
    }

    package static let connectionLimit = 64
    static let partialLineLimit: Duration = .seconds(30)
    static let replyLimit = 16 << 20

    private struct Connection {
        var descriptor: Int32
        var peer: Peer
        var splitter = LineSplitter()
        var output: [UInt8] = []
        var partialSince: ContinuousClock.Instant?
        var closesWhenWritten = false
    }

    private enum Message: Sendable {
        case send(ConnectionID, [UInt8])
        case close(ConnectionID)
        case stop
    }

    private let listener: Int32
    private let wake: Int32
    private let handlers: Handlers
    private let path: String
    private let inbox = Mutex<[Message]>([])
    private let thread = Mutex<pthread_t?>(nil)
    package let refused = Atomic<Int>(0)

    /// Binds the path, which nobody else may be serving, with the given mode.
    package init(path: String, mode: UInt32, group: UInt32? = nil, handlers: Handlers) throws(SocketError) {
        self.path = path
        self.handlers = handlers
        listener = try LocalSocket.listen(path: path, mode: mode, group: group)
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    package func start() {
        let box = Unmanaged.passRetained(self)
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, lineServerMain, box.toOpaque())
        precondition(code == 0, "no thread for \(path): errno \(code)")
        thread.withLock { $0 = handle }
    }

    /// Ends the thread and removes the socket.
    package func stop() {
        post(.stop)
        if let handle = thread.withLock({ $0.take() }) { pthread_join(handle, nil) }
    }

    package func send(_ line: String, to connection: ConnectionID) { post(.send(connection, Array(line.utf8) + [10])) }
    package func close(_ connection: ConnectionID) { post(.close(connection)) }

    private func post(_ message: Message) {
        inbox.withLock { $0.append(message) }
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }

    fileprivate func run() {
        var connections: [ConnectionID: Connection] = [:]
        var next: ConnectionID = 1
        var isStopping = false
        let clock = ContinuousClock()
        while !isStopping {
            let order = connections.keys.sorted()
            var polled = [
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
                pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            ]
            for id in order {
                let connection = connections[id]!
                let events = (connection.closesWhenWritten ? 0 : POLLIN) | (connection.output.isEmpty ? 0 : POLLOUT)
                polled.append(pollfd(fd: connection.descriptor, events: Int16(events), revents: 0))
            }
            let isAnyPartial = connections.values.contains { $0.partialSince != nil }
            _ = poll(&polled, nfds_t(polled.count), isAnyPartial ? 1000 : -1)
            if polled[0].revents != 0 {
                var count: UInt64 = 0
                _ = read(wake, &count, 8)
            }
            for message in inbox.withLock({ inbox in
                defer { inbox = [] }
                return inbox
            }) {
                switch message {
                case .send(let id, let octets):
                    guard var connection = connections[id] else { continue }
                    connection.output += octets
                    connections[id] = connection
                    if connection.output.count > Self.replyLimit {
                        drop(id, &connections)
                    } else {
                        flush(id, &connections)
                    }
                case .close(let id):
                    connections[id]?.closesWhenWritten = true
                    if connections[id]?.output.isEmpty == true { drop(id, &connections) }
                case .stop: isStopping = true
                }
            }
            if polled[1].revents != 0 { accept(&connections, &next) }
            for (index, id) in order.enumerated() where connections[id] != nil {
                let events = Int32(polled[index + 2].revents)
                if events & POLLOUT != 0 { flush(id, &connections) }
                if events & (POLLIN | POLLHUP | POLLERR) != 0 { receive(id, &connections, clock.now) }
            }
            for id in connections.keys.sorted() {
                if let since = connections[id]?.partialSince, clock.now - since > Self.partialLineLimit {
                    drop(id, &connections)
                }
            }
        }
        for id in connections.keys.sorted() {
            flush(id, &connections)
            drop(id, &connections)
        }
        Glibc.close(listener)
        unlink(path)
        Glibc.close(wake)
    }

    private func accept(_ connections: inout [ConnectionID: Connection], _ next: inout ConnectionID) {
        while true {
            let descriptor = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            guard descriptor >= 0 else { return }
            guard let peer = LocalSocket.peer(of: descriptor) else {
                Glibc.close(descriptor)
                continue
            }
            var refusal: CommandRefusal?
            if connections.count >= Self.connectionLimit {
                refusal = CommandRefusal(
                    code: "busy", message: "\(Self.connectionLimit) connections are open; try again")
            } else if case .failure(let reason) = handlers.admit(peer) {
                refusal = reason
            }
            if let refusal {
                refused.add(1, ordering: .relaxed)
                let line =
                    Array(AdminReply.refused(code: refusal.code, message: refusal.message).line(id: 0).utf8) + [10]
                _ = Glibc.send(descriptor, line, line.count, Int32(MSG_NOSIGNAL))
                Glibc.close(descriptor)
                continue
            }
            connections[next] = Connection(descriptor: descriptor, peer: peer)
            handlers.opened(next, peer)
            next += 1
        }
    }

    private func receive(
        _ id: ConnectionID, _ connections: inout [ConnectionID: Connection], _ now: ContinuousClock.Instant
    ) {
        guard var connection = connections[id] else { return }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(connection.descriptor, &buffer, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { return drop(id, &connections) }
        guard let lines = connection.splitter.take(buffer[0..<count]) else {
            let reply = AdminReply.refused(code: "tooLong", message: "a line may have \(LineSplitter.bound) octets")
            connection.output += Array(reply.line(id: 0).utf8) + [10]
            connection.closesWhenWritten = true
            connection.partialSince = nil
            connections[id] = connection
            return flush(id, &connections)
        }
        connection.partialSince = connection.splitter.hasPartialLine ? (connection.partialSince ?? now) : nil
        connections[id] = connection
        for line in lines { handlers.line(id, connection.peer, line) }
    }

    private func flush(_ id: ConnectionID, _ connections: inout [ConnectionID: Connection]) {
        guard var connection = connections[id] else { return }
        while !connection.output.isEmpty {
            let count = Glibc.send(
                connection.descriptor, connection.output, connection.output.count, Int32(MSG_NOSIGNAL))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { break }
            guard count > 0 else { return drop(id, &connections) }
            connection.output.removeFirst(count)
        }
        connections[id] = connection
        if connection.output.isEmpty, connection.closesWhenWritten { drop(id, &connections) }
    }

    private func drop(_ id: ConnectionID, _ connections: inout [ConnectionID: Connection]) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        Glibc.close(connection.descriptor)
        handlers.closed(id)
    }
}

/// Outside any actor: a thread that C starts.
private func lineServerMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<LineServer>.fromOpaque(argument!).takeRetainedValue().run()
    return nil
}
