import CLinux
import Foundation
import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import GatehouseWitness
import Glibc
import Logging
import Testing

/// What a foreign witness answered, of `Tests/Fixtures/evidence-vectors.json`.
struct Vectors: Decodable {
    struct Key: Decodable { var name: String, seed_hex: String, vkey: String }
    struct Keys: Decodable { var log: Key, witnesses: [Key] }
    struct Exchange: Decodable, Sendable { var name: String, request: String, status: Int, content_type: String }
    struct Monitor: Decodable { var path: String }

    var keys: Keys, witness_exchange: [Exchange], monitor: Monitor

    static let all: Vectors = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/evidence-vectors.json")
        guard let octets = try? Data(contentsOf: file),
            let vectors = try? JSONDecoder().decode(Vectors.self, from: octets)
        else { preconditionFailure("\(file.path) cannot be read") }
        return vectors
    }()

    static func witness(_ index: Int) throws -> WitnessSigner {
        let key = all.keys.witnesses[index]
        return try WitnessSigner(name: key.name, seed: SecretKey(Hexadecimal.decode(key.seed_hex) ?? []))
    }
    static var log: NoteKey { get throws { try NoteKey(all.keys.log.vkey) } }
}

/// A log whose leaf i is `NAME-i`.
struct TestLog {
    let signer: LogSigner
    let hashes: [[UInt8]]
    var key: NoteKey { signer.key }

    init(_ origin: String = "gate.example/journal/1", leaf name: String = "entry", seed: UInt8 = 9, most: Int = 400)
        throws
    {
        signer = try LogSigner(origin: origin, seed: SecretKey([UInt8](repeating: seed, count: 32)))
        hashes = (0..<most).map { Merkle.leafHash(Array("\(name)-\($0)".utf8)) }
    }

    func subtree(_ range: Range<UInt64>) -> [UInt8] {
        Merkle.root(hashes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    func note(_ size: UInt64) throws -> SignedNote { try signer.sign(size: size, root: subtree(0..<size)) }

    func request(_ old: UInt64, _ new: UInt64, proof: [[UInt8]]? = nil) throws -> [UInt8] {
        let grown = old == 0 || old >= new ? [] : Merkle.consistency(old: old, new: new, subtree: subtree)
        return WitnessRequest(old: old, proof: proof ?? grown, checkpoint: try note(new)).octets
    }
}

/// A witness in memory, with a disk and a clock that a test turns.
final class TestWitness: Sendable {
    struct Disk {
        var isFull = false
        var states: [WitnessState] = []
    }
    let signer: WitnessSigner
    let disk = Guarded(Disk())
    let time = Guarded<WitnessState.Seconds>(1_000)
    let keeper: WitnessKeeper

    init(logs: [NoteKey], witness index: Int = 0, state: WitnessState? = nil) throws {
        signer = try Vectors.witness(index)
        let (disk, time) = (disk, time)
        keeper = WitnessKeeper(
            state ?? WitnessState(since: 1_000), logs: logs, signer: signer,
            log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            now: { time.withLock { $0 } },
            store: { state throws(WitnessFault) in
                let isFull = disk.withLock { disk in
                    if !disk.isFull { disk.states.append(state) }
                    return disk.isFull
                }
                if isFull { throw .system(attempt: "write", path: "state", reason: "No space left on device") }
            })
    }

    func status(_ octets: [UInt8]) -> UInt32 { keeper.add(octets).status }
}

/// A server that a thread turns, until the test lets it go.
final class TestServer: Sendable {
    let clock = Guarded(MonotonicTime.zero)
    let port: UInt16
    private let isOver = Guarded(false)
    private let thread: NamedThread

    init(_ keeper: WitnessKeeper, prefix: String = "", limits: WitnessServer.Limits = .init()) throws {
        let (clock, isOver) = (clock, isOver)
        let begun = Guarded<Result<UInt16, WitnessFault>?>(nil)
        let address = try ListenAddress("127.0.0.1:0")
        let prefix = try AddressPrefix(prefix)
        let thread = NamedThread("witness") {
            do throws(WitnessFault) {
                let server = try WitnessServer(
                    keeper, at: address, prefix: prefix, limits: limits, clock: { clock.withLock { $0 } })
                begun.change { $0 = .success(server.port) }
                while !isOver.withLock({ $0 }) { server.turn(atMost: .milliseconds(20)) }
            } catch { begun.change { $0 = .failure(error) } }
        }
        self.thread = try #require(thread)
        port = try #require(begun.wait(until: { $0 })).get()
    }

    deinit {
        isOver.withLock { $0 = true }
        thread.join()
    }

    /// A connection; -1 where there is none to be had.
    func connected() -> Int32 {
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("127.0.0.1", "\(port)", nil, &found) == 0, let found else { return -1 }
        defer { freeaddrinfo(found) }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A server that never answers fails the test, and does not hold it.
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard connect(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            close(descriptor)
            return -1
        }
        return descriptor
    }

    /// Sends and reads to the end. An answer that never came has status 0.
    func ask(_ method: String, _ path: String, _ body: [UInt8] = []) -> (status: Int, head: String, body: String) {
        let descriptor = connected()
        defer { close(descriptor) }
        let head = "\(method) \(path) HTTP/1.1\r\nHost: w\r\nContent-Length: \(body.count)\r\n\r\n"
        send(descriptor, Array(head.utf8) + body)
        let text = String(decoding: Self.rest(of: descriptor), as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return (0, text, "") }
        let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return (status, String(text[..<end.lowerBound]), String(text[end.upperBound...]))
    }

    func send(_ descriptor: Int32, _ octets: [UInt8]) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Whether the other end has closed it.
    static func isEnded(_ descriptor: Int32) -> Bool {
        var octet: UInt8 = 0
        let count = read(descriptor, &octet, 1)
        return count == 0 || count < 0 && errno != EAGAIN
    }

    static func rest(of descriptor: Int32) -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return octets }
            octets += buffer[..<count]
        }
    }
}

/// A folder of one test.
final class TestFolder {
    let path: String
    init() throws {
        var template = Array("/tmp/gatehouse-witness.XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func octets(_ name: String) -> [UInt8] {
        (try? Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))).map { Array($0) } ?? []
    }
    func write(_ octets: [UInt8], _ name: String) throws {
        try Data(octets).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }
}
