import CLinux
import Glibc

/// A pseudo-terminal: the test holds the master, the path is what a port opens.
final class PseudoTerminal {
    let master: Int32
    let path: String
    private var isOpen = true

    init() throws {
        var name = [CChar](repeating: 0, count: 64)
        master = clinux_pty_open(&name, name.count)
        guard master >= 0 else { throw Broken(what: "no pseudo-terminal: \(errno)") }
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { hangUp() }

    func hangUp() {
        if isOpen { close(master) }
        isOpen = false
    }

    func send(_ octets: [UInt8]) { _ = write(master, octets, octets.count) }

    /// Waits until something came, up to `limit` octets.
    func receive(limit: Int = 4096) -> [UInt8] { readSome(master, limit: limit) }

    /// What came until now; empty when nothing did.
    func receiveWaiting() -> [UInt8] {
        var wait = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        return poll(&wait, 1, 0) == 1 ? receive() : []
    }
}

struct Broken: Error { let what: String }

func readSome(_ descriptor: Int32, limit: Int = 4096) -> [UInt8] {
    var octets = [UInt8](repeating: 0, count: limit)
    let count = read(descriptor, &octets, limit)
    return Array(octets.prefix(max(0, count)))
}

/// Blocks until a descriptor can be read. Ten seconds are a hang, not a measure.
func waitReadable(_ descriptor: Int32) {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&wait, 1, 10_000)
}

/// Two ends of a stream socket.
func socketPair() throws -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
        throw Broken(what: "socketpair: \(errno)")
    }
    return (ends[0], ends[1])
}

/// A thread of its own, because the shared pool has no thread to spare for one that blocks.
final class Background {
    private var thread = pthread_t()
    private final class Body {
        let run: () -> Void
        init(_ run: @escaping () -> Void) { self.run = run }
    }

    init(_ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(run)).toOpaque()
        pthread_create(
            &thread, nil,
            { argument in
                // passed retained above, and taken once
                Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
                return nil
            }, body)
    }

    func join() { pthread_join(thread, nil) }
}
