internal import CLinux
internal import GatehouseCore
internal import GatehouseProtocols
internal import Glibc

/// The other end of the daemon's simulated lines: a chip with named lines behind a unix socket (docs/protocols.md,
/// "Simulated lines"). One client at a time; levels and edges are logical. When the client goes, outputs fall to their
/// rest, as they do on a real chip.
///
/// A class because it owns sockets.
final class SimulatedChip {
    private(set) var levels: [LineName: Bool]
    var changed: (LineName, Bool) -> Void = { _, _ in }
    private let path: String
    private let listener: Int32
    private var client: Int32 = -1
    private var buffer = LineWireBuffer()
    private var watched: [LineName: LineRequest.Edges] = [:]
    private var outputs: Set<LineName> = []
    private var sequences: [LineName: UInt32] = [:]

    init(path: String, levels: [LineName: Bool]) throws(HardwareBench.Failure) {
        self.path = path
        self.levels = levels
        unlink(path)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw HardwareBench.Failure(description: "\(path): too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard listener >= 0, bound == 0, listen(listener, 4) == 0 else {
            throw HardwareBench.Failure(description: "listen on \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(listener)
        if client >= 0 { close(client) }
        unlink(path)
    }

    /// Whether a client has asked for the edges of this line.
    func isWatched(_ name: LineName) -> Bool { watched[name] != nil }

    var descriptors: [Int32] { client >= 0 ? [listener, client] : [listener] }

    func serve() {
        let incoming = accept4(listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
        if incoming >= 0 {
            drop()
            client = incoming
        }
        guard client >= 0 else { return }
        var octets = [UInt8](repeating: 0, count: 4096)
        let count = read(client, &octets, octets.count)
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return drop() }
        guard count > 0 else { return }
        do {
            for message in try buffer.append(octets[0..<count]) { take(try LineWire.FromClient(parsing: message)) }
        } catch {
            drop()
        }
    }

    /// A short active-low pulse, as a Wiegand reader makes them.
    func pulse(_ name: LineName, at now: MonotonicTime) {
        levels[name] = false
        edge(name, isRising: false, at: now)
        levels[name] = true
        edge(name, isRising: true, at: now + .microseconds(50))
    }

    func set(_ name: LineName, _ level: Bool, at now: MonotonicTime) {
        guard levels[name] != level else { return }
        levels[name] = level
        edge(name, isRising: level, at: now)
    }

    private func edge(_ name: LineName, isRising: Bool, at now: MonotonicTime) {
        guard let edges = watched[name] else { return }
        if edges == .both || !isRising {
            sequences[name, default: 0] += 1
            send(.edge(LineEdge(line: name, isRising: isRising, at: now, sequence: sequences[name])))
        } else {
            send(.level(name, isRising))
        }
    }

    private func take(_ message: LineWire.FromClient) {
        switch message {
        case .hello: send(.hello(version: LineWire.version))
        case .input(let name, let edges, _, _):
            guard let level = levels[name] else { return send(.refused(name, reason: "no such line")) }
            watched[name] = edges
            send(.requested(name, level: level))
        case .output(let name, let initial, _, _):
            guard levels[name] != nil else { return send(.refused(name, reason: "no such line")) }
            outputs.insert(name)
            change(name, initial)
            send(.requested(name, level: initial))
        case .set(let name, let level):
            guard outputs.contains(name) else { return drop() }
            change(name, level)
        }
    }

    private func change(_ name: LineName, _ level: Bool) {
        guard levels[name] != level else { return }
        levels[name] = level
        changed(name, level)
    }

    private func send(_ message: LineWire.FromServer) {
        guard client >= 0 else { return }
        let octets = Array(message.line.utf8)
        // A real chip loses edges that nobody takes; this one waits for a slow client, and drops one that is stuck.
        while Glibc.send(client, octets, octets.count, Int32(MSG_NOSIGNAL)) < 0 {
            var ready = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            guard errno == EAGAIN, poll(&ready, 1, 1000) > 0 else { return drop() }
        }
    }

    private func drop() {
        if client >= 0 { close(client) }
        client = -1
        buffer = LineWireBuffer()
        watched = [:]
        // The kernel counts the edges of each request from 1.
        sequences = [:]
        let held = outputs
        outputs = []
        for name in held.sorted() { change(name, false) }
    }
}
