import GatehouseCore
import GatehouseProtocols
import Testing

struct LineWireTests {
    static let fromClient: [(LineWire.FromClient, String)] = [
        (.hello(version: 1), "hello 1"),
        (.input("d0", .falling, bias: .pullUp, isActiveLow: false), "input d0 falling pull-up active-high"),
        (.input("door", .both, bias: .asIs, isActiveLow: true), "input door both as-is active-low"),
        (.input("door", .both, bias: .none, isActiveLow: true), "input door both none active-low"),
        (.output("lock", initial: true, drive: .pushPull, isActiveLow: false), "output lock 1 push-pull active-high"),
        (.output("lock", initial: false, drive: .openDrain, isActiveLow: true), "output lock 0 open-drain active-low"),
        (.set("lock", true), "set lock 1"),
        (.set("lock", false), "set lock 0"),
    ]
    static let fromServer: [(LineWire.FromServer, String)] = [
        (.hello(version: 1), "hello 1"),
        (.requested("door", level: true), "requested door 1"),
        (.refused("door", reason: "no such line"), "refused door no such line"),
        (
            .edge(LineEdge(line: "door", isRising: true, at: MonotonicTime(nanoseconds: 7_000_000_123))),
            "edge door rising 7000000123"
        ),
        (
            .edge(LineEdge(line: "door", isRising: false, at: MonotonicTime(nanoseconds: 1), sequence: 9)),
            "edge door falling 1 9"
        ),
        (.level("door", false), "level door 0"),
    ]

    @Test(arguments: fromClient)
    func clientMessagesReadAsTheyAreWritten(message: LineWire.FromClient, text: String) throws {
        #expect(message.line == text + "\n")
        #expect(try LineWire.FromClient(parsing: text) == message)
    }

    @Test(arguments: fromServer)
    func serverMessagesReadAsTheyAreWritten(message: LineWire.FromServer, text: String) throws {
        #expect(message.line == text + "\n")
        #expect(try LineWire.FromServer(parsing: text) == message)
    }

    @Test(arguments: [
        ("", "no such message"), ("open lock", "no such message"), ("set", "a word is missing"),
        ("set lock 2", "neither 1 nor 0"), ("set  1", "no line name"), ("set lock 1 now", "too many words"),
        ("hello one", "no number in range"), ("hello 1\r", "not printable ASCII"),
        ("set sch\u{f6}n 1", "not printable ASCII"),
        ("input a rising as-is active-low", "an unknown word"), ("output a 1 push-pull", "a word is missing"),
        ("set " + String(repeating: "n", count: 65) + " 1", "no line name"),
        ("set " + String(repeating: "n", count: 300) + " 1", "longer than 256 octets"),
    ])
    func whatFitsNoMessageIsAnError(text: String, reason: String) {
        #expect(throws: LineWireError(reason: reason, message: text)) { try LineWire.FromClient(parsing: text) }
    }

    @Test(arguments: [
        "edge door up 5", "edge door rising", "edge door rising 9223372036854775808", "edge door rising 1 -1",
        "level door",
    ])
    func brokenServerMessagesAreErrors(text: String) {
        #expect(throws: LineWireError.self) { try LineWire.FromServer(parsing: text) }
    }

    @Test func aRefusalIsCutToFitAndKeepsToOneLine() throws {
        let line = LineWire.FromServer.refused("door", reason: "two\nlines " + String(repeating: "x", count: 400)).line
        #expect(line.utf8.count <= LineWire.limit + 1)
        #expect(line.hasPrefix("refused door two?lines xxx"))
        #expect(try LineWire.FromServer(parsing: String(line.dropLast())).line == line)
    }

    @Test func anyChunkingGivesTheSameMessages() throws {
        let texts = Self.fromServer.map(\.1)
        let octets = Array(texts.map { $0 + "\n" }.joined().utf8)
        for size in 1...octets.count {
            var buffer = LineWireBuffer()
            var found: [String] = []
            for start in stride(from: 0, to: octets.count, by: size) {
                found += try buffer.append(octets[start..<min(start + size, octets.count)])
            }
            #expect(found == texts, "in pieces of \(size)")
        }
    }

    @Test func aMessageMayBeAsLongAsTheLimitAndNoLonger() throws {
        var buffer = LineWireBuffer()
        let longest = [UInt8](repeating: UInt8(ascii: "x"), count: LineWire.limit)
        #expect(try buffer.append(longest + [10]).first?.utf8.count == LineWire.limit)
        #expect(throws: LineWireError.self) { try buffer.append(longest + [UInt8(ascii: "x")]) }
    }
}
