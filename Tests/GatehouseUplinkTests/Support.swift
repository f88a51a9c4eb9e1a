import CLinux
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import GatehouseUplink
import Glibc
import Synchronization
import Testing

/// A folder of its own, removed with the value.
final class Place: Sendable {
    let path: String
    init() {
        var template = Array("/tmp/gatehouse-uplink-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }
    deinit {
        let removal = popen("rm -rf '\(path)'", "r")
        if let removal { pclose(removal) }
    }

    func write(_ text: String, to name: String) {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        let octets = Array(text.utf8)
        precondition(Glibc.write(descriptor, octets, octets.count) == octets.count)
        close(descriptor)
    }

    func read(_ name: String) -> String {
        let descriptor = open("\(path)/\(name)", O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 65536)
        let count = Glibc.read(descriptor, &octets, octets.count)
        return String(decoding: octets.prefix(max(0, count)), as: UTF8.self)
    }

    func octets(_ name: String) -> [UInt8] { FileOctets.read("\(path)/\(name)") ?? [] }

    func holds(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }
}

/// What one thread says to another. Waiting has an end, so that a fault is a failed test and no hang.
final class Mailbox<Element: Sendable>: Sendable {
    private let waiting = Guarded<[Element]>([])
    private let descriptor = eventfd(0, Int32(EFD_SEMAPHORE))
    deinit { close(descriptor) }

    func put(_ element: Element) {
        waiting.withLock { $0.append(element) }
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    func take() throws -> Element {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        try #require(poll(&ready, 1, 60_000) == 1, "nothing came")
        var count: UInt64 = 0
        _ = Glibc.read(descriptor, &count, 8)
        return waiting.withLock { $0.removeFirst() }
    }

    var count: Int { waiting.withLock { $0.count } }
}

/// The daemon's half of the socket, played by the test.
final class PlayedDaemon: Sendable {
    let said = Mailbox<(connection: LineServer.ConnectionID, message: UplinkMessage)>()
    /// What each uplink said of the head that it kept.
    let kept = Mailbox<[UInt8]>()
    private let server: LineServer

    init(_ path: String) throws {
        let (said, kept) = (said, kept)
        server = try LineServer(
            path: path, mode: 0o600,
            handlers: .init(
                admit: { _ in .success(()) },
                line: { connection, _, line, _ in
                    switch UplinkMessage(line: line) {
                    case .kept(let head): kept.put(head)
                    case let message?: said.put((connection, message))
                    case nil: break
                    }
                }))
        server.start()
    }

    func send(_ message: UplinkMessage, to connection: LineServer.ConnectionID) {
        server.send(message.line, to: connection)
    }
    func hangUp(_ connection: LineServer.ConnectionID) { server.close(connection) }
    func stop() { server.stop() }

    static let keys = KeyRing(master: SecretKey([UInt8](repeating: 5, count: 32)))

    /// Opens what lies in a file.
    static func open(_ octets: [UInt8]) -> [UInt8]? {
        SealedPicture(octets).flatMap { keys.storeSecrets.pictures.open($0, nil) }
    }

    /// Takes the hello of an uplink and welcomes it.
    func welcome(
        run: String, first: UInt64, key: [UInt8]? = PlayedDaemon.keys.storeSecrets.pictures.publicKey
    ) throws -> LineServer.ConnectionID {
        let (connection, message) = try said.take()
        guard case .hello = message else { throw Unexpected(message: "\(message)") }
        send(.welcome(version: "test", run: run, first: first, pictures: key), to: connection)
        return connection
    }

    /// The next report: its row and its number.
    func report() throws -> (row: SnapshotRow, number: UInt64) {
        let (_, message) = try said.take()
        guard case .picture(let row, let number) = message else { throw Unexpected(message: "\(message)") }
        return (row, number)
    }

    struct Unexpected: Error { var message: String }
}

/// An uplink on a thread of its own whose pauses the test ends one by one.
final class RunningUplink: Sendable {
    let pauses = Mailbox<Duration>()
    let failure = Mailbox<String>()
    private let goOn = Mailbox<Void>()
    private let isStopped = Atomic<Bool>(false)
    private let hasEnded = Mailbox<Void>()

    /// Each time that the watchdog was fed, as often as the loop turns, by a clock that is `ahead`.
    let fed = Mailbox<Void>()

    init(_ configuration: Configuration, watchdogPeriod: Duration? = nil, ahead: Duration = .zero) throws {
        let uplink = try Uplink(configuration, reserve: 0)
        run { [self] in
            var surroundings = Uplink.Surroundings()
            surroundings.goesOn = { !self.isStopped.load(ordering: .relaxed) }
            surroundings.watchdogPeriod = watchdogPeriod
            surroundings.clock = { UplinkClock.monotonic() + ahead }
            surroundings.alive = { self.fed.put(()) }
            surroundings.pause = { pause in
                self.pauses.put(pause)
                _ = try? self.goOn.take()
            }
            do throws(UplinkFailure) { try uplink.run(surroundings) } catch { self.failure.put(error.description) }
            self.hasEnded.put(())
        }
    }

    /// Ends a pause.
    func callAgain() { goOn.put(()) }

    /// To be called when no daemon serves it any more.
    func stop() throws {
        isStopped.store(true, ordering: .relaxed)
        goOn.put(())
        try hasEnded.take()
    }
}

private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

/// Runs a body on a thread of its own: what waits must not hold a thread of the pool.
func run(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let box = Unmanaged.passRetained(Body(body))
    pthread_create(
        &handle, nil,
        { argument in
            Unmanaged<Body>.fromOpaque(argument!).takeRetainedValue().run()
            return nil
        }, box.toOpaque())
    pthread_detach(handle)
}
