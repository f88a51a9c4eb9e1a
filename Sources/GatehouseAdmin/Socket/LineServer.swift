internal import CLinux
package import GatehouseCore
internal import GatehouseThreads
internal import Glibc

/// Who is at the other end of a local socket, as the kernel says.
package struct Peer: Hashable, Sendable {
    package var uid: UInt32
    package var pid: Int32
    package var groups: [UInt32]
    package init(uid: UInt32, pid: Int32, groups: [UInt32]) {
        self.uid = uid
        self.pid = pid
        self.groups = groups
    }
}

/// Serves one unix socket with lines, on a thread of its own. All bounds are by user and stand before anything that decides:
/// whoever sends faster than the pace is read more slowly, whoever opens more connections than one may is told so.
///
/// A class because it owns a thread and a socket for its life.
package final class LineServer: Sendable {
    package typealias ConnectionID = UInt64

    package struct Handlers: Sendable {
        /// Whether the peer may talk here; the sentence says why not.
        package var admit: @Sendable (Peer) -> Result<Void, CommandRefusal>
        /// A line, and when it was read from the socket.
        package var line: @Sendable (ConnectionID, Peer, [UInt8], MonotonicTime) -> Void
        /// A connection is closed because of what came over it.
        package var broken: @Sendable (Peer, CommandRefusal) -> Void
        package var closed: @Sendable (ConnectionID) -> Void
        /// Whether somebody works for a connection: then it is not idle, and an answer is still to come.
        package var isServed: @Sendable (ConnectionID) -> Bool

        package init(
            admit: @escaping @Sendable (Peer) -> Result<Void, CommandRefusal>,
            line: @escaping @Sendable (ConnectionID, Peer, [UInt8], MonotonicTime) -> Void,
            broken: @escaping @Sendable (Peer, CommandRefusal) -> Void = { _, _ in },
            closed: @escaping @Sendable (ConnectionID) -> Void = { _ in },
            isServed: @escaping @Sendable (ConnectionID) -> Bool = { _ in false }
        ) {
            self.admit = admit
            self.line = line
            self.broken = broken
            self.closed = closed
            self.isServed = isServed
        }
    }

    package struct Limits: Sendable {
        package var connections = 64
        /// Of one user; root at the machine is held to the places that there are.
        package var connectionsOf: @Sendable (Peer) -> Int = { $0.uid == 0 ? Int.max : 16 }
        /// Places that only peers of `keepsPlace` are given.
        package var keptPlaces = 2
        package var keepsPlace: @Sendable (Peer) -> Bool = { $0.uid == 0 }
        /// Octets of a line that a peer may send, the line feed not counted.
        package var line: @Sendable (Peer) -> Int = { _ in LineSplitter.bound }
        /// For how many people at a time a peer asks: so often they have what one user has of the bounds below.
        package var people: @Sendable (Peer) -> Int = { _ in 1 }
        /// Octets of unfinished lines of one user, in all their connections.
        package var unfinishedOfOne = 2 << 20
        package var lines = Pace(perSecond: 100, burst: 400)
        package var octets = Pace(perSecond: 8 << 20, burst: 16 << 20)
        package var restOfLine: Duration = .seconds(30)
        /// A connection over which nothing happened for so long is closed.
        package var idle: Duration = .seconds(600)
        /// One that is idle for so long makes room when all places are taken.
        package var idleWhenFull: Duration = .seconds(10)
        /// Octets of replies that a peer does not read.
        package var unread = 4 << 20
        package init() {}
    }

    /// What was refused since the start, for `status`.
    package struct Counts: Hashable, Sendable {
        package var connections = 0
        package var refusedConnections: UInt64 = 0
        package var brokenLines: UInt64 = 0
        package var slowReaders: UInt64 = 0
        package var idleClosed: UInt64 = 0
        package var slowedReads: UInt64 = 0
        package init() {}
    }

    enum Message: Sendable {
        case send(ConnectionID, [UInt8])
        case close(ConnectionID)
        /// Nobody serves the connection any more: it may be over.
        case look(ConnectionID)
        case stop
    }

    /// What other threads see of the connections.
    struct Shared: Sendable {
        var messages: [Message] = []
        /// Octets on their way to each open connection.
        var unsent: [ConnectionID: Int] = [:]
        var counts = Counts()
    }

    let listener: Int32
    let wake: Int32
    let handlers: Handlers
    let limits: Limits
    let shared = Guarded(Shared())
    private let path: String
    private let thread = Guarded<NamedThread?>(nil)

    /// Binds the path, which nobody else may be serving, with the given mode.
    package init(
        path: String, mode: UInt32, group: UInt32? = nil, limits: Limits = Limits(), handlers: Handlers
    ) throws(SocketError) {
        self.path = path
        self.handlers = handlers
        self.limits = limits
        listener = try LocalSocket.listen(path: path, mode: mode, group: group)
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    }

    package func start() {
        let made = NamedThread("lines") {
            var connections = LineConnections(server: self)
            connections.run()
            Glibc.close(self.listener)
            unlink(self.path)
            Glibc.close(self.wake)
        }
        precondition(made != nil, "no thread for \(path)")
        thread.withLock { $0 = made }
    }

    /// Sends what waits, as far as it goes without waiting, ends the thread and removes the socket.
    package func stop() {
        post(.stop)
        thread.withLock { thread in
            defer { thread = nil }
            return thread
        }?.join()
    }

    package var counts: Counts { shared.withLock { $0.counts } }

    /// False when the connection is gone.
    @discardableResult
    package func send(_ line: some Collection<UInt8>, to connection: ConnectionID) -> Bool {
        let octets = Array(line) + [10]
        let isOpen = shared.withLock { shared in
            guard shared.unsent[connection] != nil else { return false }
            shared.unsent[connection]! += octets.count
            return true
        }
        if isOpen { post(.send(connection, octets)) }
        return isOpen
    }

    package func send(_ line: String, to connection: ConnectionID) { send(line.utf8, to: connection) }

    /// To be called when the last answer of a connection was sent: a peer that has closed its half is let go.
    package func served(_ connection: ConnectionID) { post(.look(connection)) }

    package func close(_ connection: ConnectionID) { post(.close(connection)) }

    package func isOpen(_ connection: ConnectionID) -> Bool { shared.withLock { $0.unsent[connection] != nil } }

    /// Waits until the peer has read so much that at most this is on its way. False when it is gone, or did not read in
    /// time.
    package func awaitRoom(
        to connection: ConnectionID, below octets: Int = 256 << 10, atMost limit: Duration = .seconds(5)
    ) -> Bool {
        shared.wait(atMost: limit) { shared in
            guard let unsent = shared.unsent[connection] else { return false }
            return unsent <= octets ? true : nil
        } ?? false
    }

    private func post(_ message: Message) {
        shared.withLock { $0.messages.append(message) }
        var one: UInt64 = 1
        _ = write(wake, &one, 8)
    }
}
