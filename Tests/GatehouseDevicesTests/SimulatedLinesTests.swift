import GatehouseCore
import GatehouseDevices
import GatehouseProtocols
import Glibc
import Testing

struct SimulatedLinesTests {
    static let site = [
        LineRequest("lock", at: .offset(8, chip: "gate"), .output(initial: false)),
        LineRequest("door", at: .offset(3, chip: "gate"), .input(.both, bias: .pullUp), isActiveLow: true),
        LineRequest("d0", at: .named("street.d0"), .input(.falling)),
    ]

    /// Lines that were granted, and the simulator's end of the connection.
    private func granted(_ more: String = "") throws -> (lines: SimulatedLines, simulator: Int32) {
        let (own, simulator) = try socketPair()
        say("hello 1\nrequested lock 0\nrequested door 0\nrequested d0 1\n" + more, to: simulator)
        let lines = SimulatedLines()
        try lines.request(Self.site, over: own)
        return (lines, simulator)
    }

    private func say(_ text: String, to descriptor: Int32) {
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
    }

    private func heard(_ descriptor: Int32) -> String { String(decoding: readSome(descriptor), as: UTF8.self) }

    @Test func allLinesAreAskedForWithTheirSettings() throws {
        let (lines, simulator) = try granted()
        defer { close(simulator) }
        #expect(
            heard(simulator) == """
                hello 1
                output lock 0 push-pull active-high
                input door both pull-up active-low
                input d0 falling as-is active-high

                """)
        #expect(lines.descriptors.count == 1)
    }

    @Test func edgesComeInTheOrderOfTheirStampsAndLevelsFollow() throws {
        let (lines, simulator) = try granted()
        defer { close(simulator) }
        #expect(try lines.level(of: "door") == false)
        #expect(try lines.drain() == LineEdges())
        say("edge d0 falling 2000\nedge door rising 1000\nlevel d0 0\n", to: simulator)
        #expect(
            try lines.drain().edges == [
                LineEdge(line: "door", isRising: true, at: MonotonicTime(nanoseconds: 1000)),
                LineEdge(line: "d0", isRising: false, at: MonotonicTime(nanoseconds: 2000)),
            ])
        #expect(try lines.level(of: "door") == true)
        #expect(try lines.level(of: "d0") == false)
        #expect(try lines.drain().edges == [])
    }

    @Test func anEdgeBeforeTheLastAnswerIsKept() throws {
        let (own, simulator) = try socketPair()
        defer { close(simulator) }
        say("hello 1\nrequested door 0\nedge door rising 5\nrequested lock 0\nrequested d0 1\n", to: simulator)
        let lines = SimulatedLines()
        try lines.request(Self.site, over: own)
        #expect(try lines.drain().edges.map(\.line) == ["door"])
    }

    @Test func askingForALevelLosesNoEdge() throws {
        let (lines, simulator) = try granted()
        defer { close(simulator) }
        say("edge door rising 1000\n", to: simulator)
        #expect(try lines.level(of: "door") == true)
        #expect(try lines.drain().edges.count == 1)
    }

    @Test func outputsAreSetAndInputsAreNot() throws {
        let (lines, simulator) = try granted()
        defer { close(simulator) }
        _ = heard(simulator)
        try lines.set("lock", to: true)
        try lines.set("lock", to: false)
        #expect(heard(simulator) == "set lock 1\nset lock 0\n")
        #expect(try lines.level(of: "lock") == false)
        #expect(throws: LineError.isNoOutput("door")) { try lines.set("door", to: true) }
        #expect(throws: LineError.unknownName("window")) { try lines.set("window", to: true) }
        #expect(throws: LineError.unknownName("window")) { try lines.level(of: "window") }
    }

    @Test func numberedEdgesShowALoss() throws {
        let (lines, simulator) = try granted()
        defer { close(simulator) }
        say("edge d0 falling 10 1\nedge d0 falling 20 2\n", to: simulator)
        #expect(try lines.drain().lost == [])
        say("edge d0 falling 30 6\n", to: simulator)
        #expect(try lines.drain().lost == [LostEdges(line: "d0", count: 3)])
    }

    @Test func aSimulatorThatGoesAwayIsAnError() throws {
        let (lines, simulator) = try granted()
        close(simulator)
        #expect(throws: LineError.simulator("the simulator went away")) { try lines.drain() }
        #expect(throws: LineError.self) { try lines.set("lock", to: true) }
    }

    @Test(arguments: [
        ("hello 2\n", "simulated lines: speaks version 2, and this program 1"),
        ("hello 1\nrefused door no such line\n", "simulated lines: line door was refused: no such line"),
        ("hello 1\nrequested door maybe\n", "simulated lines: neither 1 nor 0: 'requested door maybe'"),
        ("hello 1\nrequested window 1\n", "simulated lines: an unexpected message: requested window 1"),
    ])
    func aWrongAnswerEndsTheRequestAndClosesTheConnection(answer: String, description: String) throws {
        let (own, simulator) = try socketPair()
        defer { close(simulator) }
        say(answer, to: simulator)
        let lines = SimulatedLines()
        let error = #expect(throws: LineError.self) { try lines.request(Self.site, over: own) }
        #expect(error?.description == description)
        #expect(lines.descriptors.isEmpty)
        _ = heard(simulator)
        #expect(heard(simulator) == "", "the other end is closed")
    }

    @Test func aNameGivenTwiceIsAnError() throws {
        let (own, simulator) = try socketPair()
        defer { close(simulator) }
        let lines = SimulatedLines()
        #expect(throws: LineError.duplicateName("lock")) {
            try lines.request([Self.site[0], Self.site[0]], over: own)
        }
    }

    @Test func aSimulatorIsFoundByThePathOfItsSocket() throws {
        var template = Array("/tmp/gatehouse-lines-XXXXXX".utf8CString)
        let folder = String(cString: mkdtemp(&template))
        let path = folder + "/lines"
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer {
            close(listener)
            unlink(path)
            rmdir(folder)
        }
        #expect(throws: LineError.self) { try SimulatedLines().request([], at: path) }

        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0 && listen(listener, 1) == 0)
        let simulator = Background {
            let client = accept(listener, nil, nil)
            let answer = "hello 1\nrequested lock 0\n"
            _ = write(client, answer, answer.utf8.count)
            while !readSome(client).isEmpty {}
            close(client)
        }
        let lines = SimulatedLines()
        try lines.request([Self.site[0]], at: path)
        #expect(try lines.level(of: "lock") == false)
        lines.release()
        simulator.join()
        let long = folder + "/" + String(repeating: "x", count: 120)
        let error = #expect(throws: LineError.self) { try SimulatedLines().request([], at: long) }
        #expect(error?.description.hasSuffix("is too long for a socket") == true)
    }
}

struct EdgeMergerTests {
    private func edge(_ line: LineName, _ at: Int64, _ sequence: UInt32? = nil) -> LineEdge {
        LineEdge(line: line, isRising: false, at: MonotonicTime(nanoseconds: at), sequence: sequence)
    }

    @Test func equalStampsKeepTheirOrder() {
        var merger = EdgeMerger()
        let merged = merger.merge([edge("b", 5), edge("a", 5), edge("c", 4)])
        #expect(merged.edges.map(\.line) == ["c", "b", "a"])
    }

    @Test func gapsAreCountedForEachLineAndAcrossDrains() {
        var merger = EdgeMerger()
        #expect(merger.merge([edge("b", 1, 1), edge("a", 2, 3)]).lost == [LostEdges(line: "a", count: 2)])
        #expect(
            merger.merge([edge("b", 3, 4), edge("a", 4, 4), edge("b", 5, 6)]).lost == [LostEdges(line: "b", count: 3)])
    }

    @Test func theCounterMayWrap() {
        var merger = EdgeMerger()
        _ = merger.merge([edge("a", 1, 1)])
        var wrapped = EdgeMerger()
        for number in stride(from: UInt32(1), to: 8, by: 1) { _ = wrapped.merge([edge("a", Int64(number), number)]) }
        #expect(wrapped.merge([edge("a", 9, 1)]).lost == [], "a counter that begins again is no loss")
        #expect(merger.merge([edge("a", 2, nil)]).lost == [], "edges without numbers show nothing")
    }
}
