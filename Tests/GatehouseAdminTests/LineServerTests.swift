import GatehouseAdmin
import GatehouseCore
import GatehouseThreads
import Glibc
import Testing

/// The socket with peers that mean no good. Waits end with what is waited for, or as a failure.
@Suite("Admin socket", .serialized)
struct LineServerTests {
    final class Bench: Sendable {
        let path: String
        let server: LineServer
        let lines = Guarded<[(connection: UInt64, text: String)]>([])
        let closed = Guarded<[UInt64]>([])
        let broken = Guarded<[String]>([])

        init(_ change: (inout LineServer.Limits) -> Void = { _ in }, isServed: Bool = false) throws {
            path = "/tmp/gatehouse-lines-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"
            var limits = LineServer.Limits()
            // Tests run as one user, who is root on many machines: nobody has a place of their own unless a test says so.
            limits.keepsPlace = { _ in false }
            limits.keptPlaces = 0
            limits.connectionsOf = { _ in .max }
            change(&limits)
            let (lines, closed, broken) = (lines, closed, broken)
            server = try LineServer(
                path: path, mode: 0o600, limits: limits,
                handlers: .init(
                    admit: { _ in .success(()) },
                    line: { id, _, line, _ in
                        lines.change { $0.append((id, String(decoding: line, as: UTF8.self))) }
                    },
                    broken: { _, refusal in broken.change { $0.append(refusal.code) } },
                    closed: { id in closed.change { $0.append(id) } }, isServed: { _ in isServed }))
            server.start()
        }

        func connect() throws -> Int32 { try LocalSocket.connect(path: path) }

        func lineCount(_ count: Int) -> Bool {
            lines.wait(atMost: .seconds(60)) { $0.count >= count ? true : nil } ?? false
        }
    }

    static func say(_ text: String, _ descriptor: Int32) {
        _ = send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL))
    }

    /// All that comes until the other side ends.
    static func hear(_ descriptor: Int32) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { return String(decoding: text, as: UTF8.self) }
            text += buffer[0..<count]
        }
    }

    @Test func oneUserTakesNoMoreThanTheirShareOfConnections() throws {
        let bench = try Bench { $0.connectionsOf = { _ in 4 } }
        defer { bench.server.stop() }
        var kept: [Int32] = []
        for _ in 0..<4 {
            let one = try bench.connect()
            Self.say("hello\n", one)
            kept.append(one)
        }
        #expect(bench.lineCount(4))
        let refused = try bench.connect()
        #expect(Self.hear(refused).contains("busy"))
        #expect(bench.server.counts.refusedConnections == 1)
        for one in kept + [refused] { close(one) }
    }

    @Test func idleConnectionsMakeRoom() throws {
        let bench = try Bench {
            $0.connections = 3
            $0.idleWhenFull = .zero
        }
        defer { bench.server.stop() }
        var idle: [Int32] = []
        for _ in 0..<20 { idle.append(try bench.connect()) }
        let last = try bench.connect()
        Self.say("a guard\n", last)
        #expect(bench.lineCount(1))
        #expect(bench.server.counts.idleClosed >= 18)
        for one in idle + [last] { close(one) }
    }

    @Test func placesAreKeptForThoseWhoNeedThem() throws {
        let isGuard = Guarded(false)
        let bench = try Bench {
            $0.connections = 4
            $0.keptPlaces = 2
            $0.keepsPlace = { _ in isGuard.withLock { $0 } }
        }
        defer { bench.server.stop() }
        var kept: [Int32] = []
        for _ in 0..<2 {
            kept.append(try bench.connect())
            Self.say("x\n", kept.last!)
        }
        #expect(bench.lineCount(2))
        let refused = try bench.connect()
        #expect(Self.hear(refused).contains("busy"))
        isGuard.withLock { $0 = true }
        let guardOfNight = try bench.connect()
        Self.say("open\n", guardOfNight)
        #expect(bench.lineCount(3))
        for one in kept + [refused, guardOfNight] { close(one) }
    }

    /// Lines over the pace are neither lost nor refused: they are read later.
    @Test func whoIsTooFastIsReadMoreSlowly() throws {
        let bench = try Bench { $0.lines = Pace(perSecond: 1000, burst: 10) }
        defer { bench.server.stop() }
        let one = try bench.connect()
        Self.say((0..<300).map { "\($0)\n" }.joined(), one)
        #expect(bench.lineCount(300))
        let texts = bench.lines.withLock { $0.map(\.text) }
        #expect(texts == (0..<300).map { "\($0)" })
        #expect(bench.server.counts.slowedReads > 0)
        close(one)
    }

    /// The pace of octets is the user's: a new connection brings nothing, and nothing is lost.
    @Test func thePaceOfAUserOutlivesTheirConnections() throws {
        let bench = try Bench { $0.octets = Pace(perSecond: 20_000, burst: 1000) }
        defer { bench.server.stop() }
        let start = ContinuousClock.now
        let one = try bench.connect()
        Self.say(String(repeating: "x", count: 10_999) + "\n", one)
        #expect(bench.lineCount(1))
        bench.server.close(bench.lines.withLock { $0[0].connection })
        let isGone = bench.closed.wait(atMost: .seconds(60)) { $0.isEmpty ? nil : true }
        #expect(isGone == true)
        close(one)
        let two = try bench.connect()
        Self.say("again\n", two)
        #expect(bench.lineCount(2))
        // Ten thousand octets over the burst, at twenty thousand a second.
        #expect(ContinuousClock.now - start >= .milliseconds(490))
        close(two)
    }

    @Test func whoIsServedMakesNoRoom() throws {
        let bench = try Bench(
            {
                $0.connections = 2
                $0.idleWhenFull = .zero
            }, isServed: true)
        defer { bench.server.stop() }
        let kept = [try bench.connect(), try bench.connect()]
        let third = try bench.connect()
        #expect(Self.hear(third).contains("busy"))
        for one in kept + [third] { close(one) }
    }

    @Test func aLineThatIsNotFinishedInTimeEndsItsConnection() throws {
        let bench = try Bench { $0.restOfLine = .milliseconds(10) }
        defer { bench.server.stop() }
        let one = try bench.connect()
        Self.say("half a li", one)
        #expect(Self.hear(one) == "")
        #expect(bench.lines.withLock { $0.count } == 0)
        close(one)
    }

    @Test func aLineOverItsBoundClosesTheConnectionWithASentence() throws {
        let bench = try Bench { $0.line = { _ in 100 } }
        defer { bench.server.stop() }
        let one = try bench.connect()
        Self.say(String(repeating: "x", count: 200), one)
        #expect(Self.hear(one).contains("tooLong"))
        let broken = bench.broken.withLock { $0 }
        #expect(broken == ["tooLong"])
        close(one)
    }

    @Test func unfinishedLinesOfOneUserAreBoundedTogether() throws {
        let bench = try Bench { $0.unfinishedOfOne = 100_000 }
        defer { bench.server.stop() }
        var all: [Int32] = []
        for _ in 0..<4 {
            let one = try bench.connect()
            Self.say(String(repeating: "x", count: 40_000), one)
            all.append(one)
        }
        let isRefused = bench.broken.wait(atMost: .seconds(60)) { $0.contains("tooLong") ? true : nil }
        #expect(isRefused == true)
        for one in all { close(one) }
    }

    /// `printf … | nc` closes its half and waits for the answer.
    @Test func whoClosesTheirHalfStillHears() throws {
        let bench = try Bench(isServed: true)
        defer { bench.server.stop() }
        let one = try bench.connect()
        Self.say("question\n", one)
        shutdown(one, Int32(SHUT_WR))
        #expect(bench.lineCount(1))
        let id = bench.lines.withLock { $0[0].connection }
        #expect(bench.server.isOpen(id))
        bench.server.send("answer", to: id)
        bench.server.close(id)
        #expect(Self.hear(one) == "answer\n")
        close(one)
    }

    @Test func whoClosesIsGone() throws {
        let bench = try Bench(isServed: true)
        defer { bench.server.stop() }
        let one = try bench.connect()
        Self.say("open\n", one)
        #expect(bench.lineCount(1))
        close(one)
        let isClosed = bench.closed.wait(atMost: .seconds(60)) { $0.isEmpty ? nil : true }
        #expect(isClosed == true)
        let id = bench.lines.withLock { $0[0].connection }
        #expect(!bench.server.isOpen(id))
    }

    @Test func whoDoesNotReadIsNotWaitedForAndCostsABoundedAmount() throws {
        let bench = try Bench { $0.unread = 1 << 20 }
        defer { bench.server.stop() }
        let one = try bench.connect()
        Self.say("log\n", one)
        #expect(bench.lineCount(1))
        let id = bench.lines.withLock { $0[0].connection }
        let text = String(repeating: "x", count: 65536)
        var sent = 0
        while bench.server.awaitRoom(to: id, atMost: .milliseconds(20)) {
            bench.server.send(text, to: id)
            sent += 1
        }
        #expect(sent < 32, "\(sent) pieces of 64 KiB found room")
        while bench.server.send(text.utf8, to: id) {}
        #expect(bench.server.counts.slowReaders == 1)
        close(one)
    }

    /// Thousands of connections: each is served or told so, and the socket goes on.
    @Test func floodOfConnectionsIsRefusedCleanly() throws {
        let bench = try Bench { $0.connectionsOf = { _ in 16 } }
        defer { bench.server.stop() }
        var kept: [Int32] = []
        for _ in 0..<16 { kept.append(try bench.connect()) }
        for _ in 0..<3000 {
            let descriptor = try bench.connect()
            #expect(Self.hear(descriptor).contains("busy"))
            close(descriptor)
        }
        for descriptor in kept { close(descriptor) }
        let areGone = bench.closed.wait(atMost: .seconds(60)) { $0.count == 16 ? true : nil }
        #expect(areGone == true)
        let last = try bench.connect()
        Self.say("hello\n", last)
        #expect(bench.lineCount(1))
        close(last)
    }
}
