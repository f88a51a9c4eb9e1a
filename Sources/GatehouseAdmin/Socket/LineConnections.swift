internal import CLinux
internal import GatehouseCore
internal import GatehouseThreads
internal import Glibc

/// The connections of a line server, on its thread alone.
struct LineConnections {
    typealias ID = LineServer.ConnectionID

    private struct Connection {
        let descriptor: Int32
        let peer: Peer
        let lineLimit: Int
        var splitter: LineSplitter
        /// Lines that were read and wait for the pace of their user.
        var lines: [[UInt8]] = []
        var readAt: MonotonicTime
        var output: [UInt8] = []
        var partialSince: MonotonicTime?
        var activeAt: MonotonicTime
        var closesWhenWritten = false
        /// The peer says nothing more and may still listen.
        var isHalfClosed = false
    }
    private struct User {
        var connections = 0
        var lines: TokenBucket
        var octets: TokenBucket
        var unfinished = 0
        let unfinishedLimit: Int

        mutating func opens(at now: MonotonicTime) -> MonotonicTime {
            max(lines.opens(at: now), octets.opens(at: now))
        }
    }

    private let server: LineServer
    private var connections: [ID: Connection] = [:]
    private var users: [UInt32: User] = [:]
    private var next: ID = 1
    private var isStopping = false

    init(server: LineServer) { self.server = server }

    private static func now() -> MonotonicTime { MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC)) }

    mutating func run() {
        while !isStopping { turn() }
        for id in connections.keys.sorted() {
            flush(id)
            drop(id)
        }
    }

    private mutating func turn() {
        let now = Self.now()
        let order = connections.keys.sorted()
        var polled = [
            pollfd(fd: server.wake, events: Int16(POLLIN), revents: 0),
            pollfd(fd: server.listener, events: Int16(POLLIN), revents: 0),
        ]
        var until = now + .seconds(1)
        var hasTimer = false
        for id in order {
            let connection = connections[id]!
            let opens = users[connection.peer.uid]?.opens(at: now) ?? now
            let isHeld = opens > now
            if isHeld, !connection.isHalfClosed {
                // Who is too fast is not read: what they send stays with them.
                (until, hasTimer) = (min(until, opens), true)
            }
            if connection.partialSince != nil || connection.isHalfClosed { hasTimer = true }
            let reads = !isHeld && !connection.closesWhenWritten && !connection.isHalfClosed
            let events = (reads ? POLLIN : 0) | (connection.output.isEmpty ? 0 : POLLOUT)
            // A descriptor that is held and writes nothing is left out: a hang-up would be told without end.
            let isLeftOut = isHeld && connection.output.isEmpty
            polled.append(pollfd(fd: isLeftOut ? -1 : connection.descriptor, events: Int16(events), revents: 0))
        }
        let wait = hasTimer ? max(1, (until - now).wholeMilliseconds) : connections.isEmpty ? -1 : 5000
        _ = poll(&polled, nfds_t(polled.count), Int32(clamping: wait))
        if polled[0].revents != 0 {
            var count: UInt64 = 0
            _ = read(server.wake, &count, 8)
        }
        takeMessages()
        if polled[1].revents != 0 { accept() }
        for (index, id) in order.enumerated() where connections[id] != nil {
            let events = Int32(polled[index + 2].revents)
            if events & POLLOUT != 0 { flush(id) }
            if connections[id]?.lines.isEmpty == false { handLines(id) }
            if events & (POLLIN | POLLHUP | POLLERR) != 0 { receive(id, isHungUp: events & (POLLHUP | POLLERR) != 0) }
        }
        closeOverdue()
    }

    private mutating func takeMessages() {
        let messages = server.shared.withLock { shared in
            defer { shared.messages = [] }
            return shared.messages
        }
        for message in messages {
            switch message {
            case .send(let id, let octets):
                guard connections[id] != nil else { continue }
                connections[id]!.output += octets
                connections[id]!.activeAt = Self.now()
                flush(id)
                if let output = connections[id]?.output, output.count > server.limits.unread {
                    server.shared.withLock { $0.counts.slowReaders += 1 }
                    drop(id)
                }
            case .look(let id): closeIfOver(id)
            case .close(let id):
                connections[id]?.closesWhenWritten = true
                if connections[id]?.output.isEmpty == true { drop(id) }
            case .stop: isStopping = true
            }
        }
    }

    // MARK: Coming

    private mutating func accept() {
        while true {
            let descriptor = accept4(server.listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
            guard descriptor >= 0 else { return }
            guard let peer = LocalSocket.peer(of: descriptor) else {
                Glibc.close(descriptor)
                continue
            }
            if let refusal = refusal(of: peer) {
                server.shared.withLock { $0.counts.refusedConnections += 1 }
                let line = AdminReply<Nothing>.refused(refusal, id: 0) + [10]
                _ = Glibc.send(descriptor, line, line.count, Int32(MSG_NOSIGNAL))
                Glibc.close(descriptor)
                continue
            }
            let now = Self.now()
            let limit = server.limits.line(peer)
            connections[next] = Connection(
                descriptor: descriptor, peer: peer, lineLimit: limit, splitter: LineSplitter(bound: limit), readAt: now,
                activeAt: now)
            let people = server.limits.people(peer)
            var user =
                users[peer.uid]
                ?? User(
                    lines: TokenBucket(server.limits.lines * people, at: now),
                    octets: TokenBucket(server.limits.octets * people, at: now),
                    unfinishedLimit: server.limits.unfinishedOfOne * people)
            user.connections += 1
            users[peer.uid] = user
            server.shared.withLock { shared in
                shared.unsent[next] = 0
                shared.counts.connections = connections.count
            }
            next += 1
        }
    }

    private mutating func refusal(of peer: Peer) -> CommandRefusal? {
        if case .failure(let reason) = server.handlers.admit(peer) { return reason }
        let limits = server.limits
        if let user = users[peer.uid], user.connections >= limits.connectionsOf(peer),
            !makeRoom(besides: nil, of: peer.uid)
        {
            return CommandRefusal(
                code: "busy", message: Sentence("you have \(user.connections) connections open; close one"))
        }
        let isKept = limits.keepsPlace(peer)
        if connections.count >= limits.connections - (isKept ? 0 : limits.keptPlaces), !makeRoom(besides: peer, of: nil)
        {
            return CommandRefusal(
                code: "busy", message: Sentence("\(limits.connections) connections are open; try again"))
        }
        return nil
    }

    /// Closes the connection that was idle longest: of this user, or of anybody.
    private mutating func makeRoom(besides peer: Peer?, of uid: UInt32?) -> Bool {
        let now = Self.now()
        let idle = connections.filter { id, connection in
            (uid == nil || connection.peer.uid == uid) && now - connection.activeAt >= server.limits.idleWhenFull
                && connection.output.isEmpty && !server.handlers.isServed(id)
        }
        guard let oldest = idle.min(by: { ($0.value.activeAt, $0.key) < ($1.value.activeAt, $1.key) }) else {
            return false
        }
        server.shared.withLock { $0.counts.idleClosed += 1 }
        drop(oldest.key)
        return true
    }

    // MARK: Lines

    private mutating func receive(_ id: ID, isHungUp: Bool) {
        guard var connection = connections[id], connection.lines.isEmpty else { return }
        guard !connection.isHalfClosed, !connection.closesWhenWritten else {
            if isHungUp { drop(id) }
            return
        }
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(connection.descriptor, &buffer, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
            guard count == 0, !isHungUp else { return drop(id) }
            connections[id]!.isHalfClosed = true
            return
        }
        let now = Self.now()
        let before = connection.splitter.partialCount
        let lines = connection.splitter.take(buffer[0..<count])
        users[connection.peer.uid]?.octets.take(count, at: now)
        users[connection.peer.uid]?.unfinished += connection.splitter.partialCount - before
        let user = users[connection.peer.uid]
        guard let lines, user.map({ $0.unfinished <= $0.unfinishedLimit }) ?? true else {
            connections[id] = connection
            return refuse(
                id,
                CommandRefusal(
                    code: "tooLong", message: Sentence("a line of yours may have \(connection.lineLimit) octets")))
        }
        connection.partialSince = connection.splitter.partialCount > 0 ? (connection.partialSince ?? now) : nil
        connection.lines = lines
        connection.readAt = now
        connection.activeAt = now
        connections[id] = connection
        handLines(id)
    }

    /// Hands lines on as the pace of their user allows.
    private mutating func handLines(_ id: ID) {
        guard let connection = connections[id] else { return }
        let uid = connection.peer.uid
        var taken = 0
        for line in connection.lines {
            let now = Self.now()
            guard var user = users[uid], user.lines.opens(at: now) <= now else {
                server.shared.withLock { $0.counts.slowedReads += 1 }
                break
            }
            user.lines.take(1, at: now)
            users[uid] = user
            taken += 1
            server.handlers.line(id, connection.peer, line, connection.readAt)
        }
        connections[id]?.lines.removeFirst(taken)
    }

    private mutating func refuse(_ id: ID, _ refusal: CommandRefusal) {
        guard let connection = connections[id] else { return }
        server.shared.withLock { $0.counts.brokenLines += 1 }
        server.handlers.broken(connection.peer, refusal)
        let line = AdminReply<Nothing>.refused(refusal, id: 0) + [10]
        server.shared.withLock { $0.unsent[id]? += line.count }
        connections[id]!.output += line
        connections[id]!.closesWhenWritten = true
        connections[id]!.partialSince = nil
        users[connection.peer.uid]?.unfinished -= connection.splitter.partialCount
        connections[id]!.splitter = LineSplitter(bound: connection.lineLimit)
        flush(id)
    }

    // MARK: Going

    private mutating func closeOverdue() {
        let now = Self.now()
        for id in connections.keys.sorted() {
            let connection = connections[id]!
            if let since = connection.partialSince, now - since > server.limits.restOfLine {
                drop(id)
            } else if connection.isHalfClosed {
                closeIfOver(id)
            } else if now - connection.activeAt > server.limits.idle, connection.output.isEmpty,
                !server.handlers.isServed(id)
            {
                server.shared.withLock { $0.counts.idleClosed += 1 }
                drop(id)
            }
        }
    }

    /// A peer that says nothing more and has got all its answers.
    private mutating func closeIfOver(_ id: ID) {
        guard let connection = connections[id], connection.isHalfClosed, connection.output.isEmpty,
            connection.lines.isEmpty, !server.handlers.isServed(id)
        else { return }
        drop(id)
    }

    private mutating func flush(_ id: ID) {
        guard let connection = connections[id] else { return }
        var sent = 0
        var isLost = false
        connection.output.withUnsafeBytes { octets in
            while sent < octets.count {
                let count = Glibc.send(
                    connection.descriptor, octets.baseAddress! + sent, octets.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN { return }
                guard count > 0 else { return isLost = true }
                sent += count
            }
        }
        guard !isLost else { return drop(id) }
        guard sent > 0 || connection.output.isEmpty else { return }
        connections[id]!.output.removeFirst(sent)
        server.shared.change { $0.unsent[id]? -= sent }
        if connections[id]!.output.isEmpty, connection.closesWhenWritten { drop(id) }
    }

    private mutating func drop(_ id: ID) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        Glibc.close(connection.descriptor)
        if var user = users[connection.peer.uid] {
            user.connections -= 1
            user.unfinished -= connection.splitter.partialCount
            // The pace of a user outlives their connections until it is level: coming anew brings nothing.
            let now = Self.now()
            users[connection.peer.uid] =
                user.connections == 0 && user.opens(at: now) <= now && users.count > 64 ? nil : user
        }
        server.shared.change { shared in
            shared.unsent[id] = nil
            shared.counts.connections = connections.count
        }
        server.handlers.closed(id)
    }
}
