internal import GatehouseCore
package import GatehouseProtocols
internal import Glibc

/// Lines of a simulator at the other end of a unix socket, for trying a configuration without a gate. Everything it
/// touches belongs to the thread of the event loop.
package final class SimulatedLines: LineBackend {
    /// How long the simulator may take to hand out the lines. The daemon waits for this once, at its start.
    private static let patience: Int32 = 2_000
    /// What one drain takes at most; the rest waits for the next turn of the loop.
    private static let drainLimit = 65_536

    private var socket: Int32 = -1
    private var buffer = LineWireBuffer()
    private var merger = EdgeMerger()
    private var levels: [LineName: Bool] = [:]
    private var outputs: Set<LineName> = []
    private var waiting: [LineEdge] = []

    package var descriptors: [Int32] { socket >= 0 ? [socket] : [] }

    package init() {}

    deinit { release() }

    /// Connects to the simulator's socket and requests all lines, or none.
    package func request(_ requests: [LineRequest], at path: String) throws(LineError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
            guard path.utf8.count < room.count else { return false }
            room.copyBytes(from: path.utf8)
            return true
        }
        guard fits else { throw .simulator("the path \(path) is too long for a socket") }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .simulator("\(SystemError("socket for", on: path, code: errno))") }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw .simulator("\(SystemError("connecting to", on: path, code: code))")
        }
        try request(requests, over: descriptor)
    }

    /// Requests all lines over a connection, which is this object's from now on.
    package func request(_ requests: [LineRequest], over descriptor: Int32) throws(LineError) {
        precondition(socket < 0, "lines are requested once")
        socket = descriptor
        do throws(LineError) {
            try send(.hello(version: LineWire.version))
            var missing: Set<LineName> = []
            for request in requests {
                guard LineWire.canCarry(request.name) else {
                    throw LineError.simulator("the name '\(request.name)' cannot travel")
                }
                guard missing.insert(request.name).inserted else { throw LineError.duplicateName(request.name) }
                switch request.direction {
                case .input(let edges, let bias):
                    try send(.input(request.name, edges, bias: bias, isActiveLow: request.isActiveLow))
                case .output(let initial, let drive):
                    try send(.output(request.name, initial: initial, drive: drive, isActiveLow: request.isActiveLow))
                    outputs.insert(request.name)
                }
            }
            try awaitAnswers(missing)
        } catch {
            release()
            throw error
        }
    }

    package func drain() throws(LineError) -> LineEdges {
        try take()
        defer { waiting = [] }
        return merger.merge(waiting)
    }

    package func level(of line: LineName) throws(LineError) -> Bool {
        try take()
        guard let level = levels[line] else { throw .unknownName(line) }
        return level
    }

    package func set(_ line: LineName, to isActive: Bool) throws(LineError) {
        guard levels[line] != nil else { throw .unknownName(line) }
        guard outputs.contains(line) else { throw .isNoOutput(line) }
        try send(.set(line, isActive))
        levels[line] = isActive
    }

    package func release() {
        if socket >= 0 { close(socket) }
        socket = -1
        levels = [:]
        outputs = []
        waiting = []
    }

    // MARK: The connection

    private func awaitAnswers(_ requested: Set<LineName>) throws(LineError) {
        var missing = requested
        var isGreeted = false
        let start = SystemClock.monotonic()
        while !isGreeted || !missing.isEmpty {
            let passed = (SystemClock.monotonic() - start).wholeMilliseconds
            var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard passed < Self.patience, poll(&wait, 1, Self.patience - Int32(passed)) > 0 else {
                throw .simulator("no answer within \(Self.patience) ms about \(missing.min()?.name ?? "the version")")
            }
            for message in try receive() {
                switch message {
                case .hello(LineWire.version): isGreeted = true
                case .hello(let version):
                    throw .simulator("speaks version \(version), and this program \(LineWire.version)")
                case .requested(let name, let level) where missing.contains(name):
                    missing.remove(name)
                    levels[name] = level
                case .refused(let name, let reason): throw .simulator("line \(name) was refused: \(reason)")
                default: try apply(message)
                }
            }
        }
    }

    private func take() throws(LineError) {
        for message in try receive() { try apply(message) }
    }

    private func apply(_ message: LineWire.FromServer) throws(LineError) {
        switch message {
        case .edge(let edge) where levels[edge.line] != nil:
            levels[edge.line] = edge.isRising
            waiting.append(edge)
        case .level(let name, let level) where levels[name] != nil: levels[name] = level
        default: throw .simulator("an unexpected message: \(message.line.dropLast())")
        }
    }

    private func receive() throws(LineError) -> [LineWire.FromServer] {
        guard socket >= 0 else { throw .simulator("not connected") }
        var messages: [LineWire.FromServer] = []
        var octets = [UInt8](repeating: 0, count: 4096)
        var taken = 0
        while taken < Self.drainLimit {
            let count = recv(socket, &octets, octets.count, Int32(MSG_DONTWAIT))
            // a reset is an end with messages of ours unread
            if count == 0 || (count < 0 && errno == ECONNRESET) { throw .simulator("the simulator went away") }
            if count < 0 {
                if errno == EAGAIN || errno == EINTR { break }
                throw .simulator("\(SystemError("reading from", on: "the simulator", code: errno))")
            }
            taken += count
            do throws(LineWireError) {
                for text in try buffer.append(octets.prefix(count)) { messages.append(try .init(parsing: text)) }
            } catch {
                throw .simulator("\(error.reason): '\(error.message)'")
            }
        }
        return messages
    }

    /// A simulator that does not read for so long that its socket is full is as good as gone.
    private func send(_ message: LineWire.FromClient) throws(LineError) {
        let octets = Array(message.line.utf8)
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let count = Glibc.send(socket, octets, octets.count, flags)
        guard count == octets.count else {
            let code = count < 0 ? errno : EAGAIN
            throw .simulator("\(SystemError("writing to", on: "the simulator", code: code))")
        }
    }
}
