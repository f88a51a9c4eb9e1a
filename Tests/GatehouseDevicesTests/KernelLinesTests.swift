import GatehouseCore
import GatehouseDevices
import GatehouseProtocols
import Glibc
import Testing

/// `GPIODLines` on lines of a real kernel. It runs in the rig (`Tests/Rig/test-lines`), which gives the folder of the
/// simulated chip in SIM; elsewhere there is nothing to run it on.
@Suite(.enabled(if: simulation != nil), .serialized)
struct KernelLinesTests {
    private func pull(_ line: Int, _ isHigh: Bool) {
        // the suite does not run without it
        put(isHigh ? "pull-up" : "pull-down", into: "\(simulation!)/sim_gpio\(line)/pull")
    }

    private func put(_ text: String, into path: String) {
        let descriptor = open(path, O_WRONLY)
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count, "\(path)")
        close(descriptor)
    }

    private func value(_ line: Int) -> Character? {
        let descriptor = open("\(simulation!)/sim_gpio\(line)/value", O_RDONLY)  // as above
        defer { close(descriptor) }
        return String(decoding: readSome(descriptor), as: UTF8.self).first
    }

    private let reader = [
        LineRequest("street.0", at: .named("street.d0"), .input(.falling), group: "street"),
        LineRequest("street.1", at: .named("street.d1", chip: "gate"), .input(.falling), group: "street"),
    ]

    @Test func aFrameOnTwoLinesComesInTheOrderOfTheWire() throws {
        pull(0, true)
        pull(1, true)
        let lines = GPIODLines()
        try lines.request(reader)
        #expect(lines.descriptors.count == (GPIODLines.seesLosses ? 1 : 2))
        let bits: [Bool] = [true, true, false, true, false, false, true, false]
        for bit in bits {
            pull(bit ? 1 : 0, false)
            usleep(50)
            pull(bit ? 1 : 0, true)
            usleep(1000)
        }
        let found = try lines.drain()
        #expect(found.edges.map { $0.line == "street.1" } == bits)
        #expect(found.edges.allSatisfy { !$0.isRising })
        #expect(found.lost == [])
        #expect(zip(found.edges, found.edges.dropFirst()).allSatisfy { $0.at < $1.at })
        #expect(found.edges.last!.at <= SystemClock.monotonic())  // eight were counted above
        #expect(try lines.drain().edges == [])
    }

    @Test func edgesWakeTheLoop() throws {
        pull(3, false)
        let lines = GPIODLines()
        try lines.request([LineRequest("door", at: .offset(3, chip: "gate"), .input(.both, bias: .asIs))])
        defer { lines.release() }  // the handler below keeps it
        let loop = try EventLoop()
        var seen: [LineEdge] = []
        for descriptor in lines.descriptors {
            _ = try loop.add(descriptor) { _ in
                do { seen += try lines.drain().edges } catch { Issue.record("\(error)") }
                loop.stop()
            }
        }
        pull(3, true)
        try loop.run()
        #expect(seen.map(\.isRising) == [true])
        #expect(try lines.level(of: "door"))
    }

    @Test func anOutputHasItsLevelFromTheRequestOnAndFallsToItsPullAfterIt() throws {
        pull(8, false)
        let lines = GPIODLines()
        try lines.request([LineRequest("lock", at: .named("lock"), .output(initial: true))])
        #expect(value(8) == "1")
        try lines.set("lock", to: false)
        #expect(value(8) == "0")
        try lines.set("lock", to: true)
        #expect(try lines.level(of: "lock"))
        lines.release()
        #expect(value(8) == "0")
        #expect(throws: LineError.unknownName("lock")) { try lines.set("lock", to: true) }
    }

    @Test func activeLowIsSettledByTheRequest() throws {
        pull(3, true)
        let lines = GPIODLines()
        try lines.request([
            LineRequest("button", at: .offset(3, chip: "gate"), .input(.both), isActiveLow: true),
            LineRequest("lamp", at: .offset(9, chip: "gate"), .output(initial: true), isActiveLow: true),
        ])
        #expect(value(9) == "0")
        #expect(try lines.level(of: "button") == false)
        pull(3, false)
        usleep(100)
        #expect(try lines.drain().edges.map(\.isRising) == [true])
        #expect(throws: LineError.isNoOutput("button")) { try lines.set("button", to: true) }
    }

    @Test func oneLineThatFailsGivesBackTheOthers() throws {
        let lock = LineRequest("lock", at: .named("lock"), .output(initial: false))
        let cases: [(LineRequest, LineError)] = [
            (LineRequest("a", at: .offset(1, chip: "nowhere"), .input(.both)), .noSuchChip("a", chip: "nowhere")),
            (LineRequest("a", at: .named("nothing"), .input(.both)), .noSuchLine("a", wanted: "nothing")),
            (LineRequest("a", at: .named("twin"), .input(.both)), .ambiguous("a", wanted: "twin")),
            (LineRequest("a", at: .named("lock"), .input(.both)), .busy("a")),
            (LineRequest("lock", at: .offset(3, chip: "gate"), .input(.both)), .duplicateName("lock")),
            (
                LineRequest("a", at: .offset(77, chip: "gate"), .input(.both)),
                .failed("a", what: "requesting the line", code: EINVAL)
            ),
        ]
        for (request, expected) in cases {
            let lines = GPIODLines()
            #expect(throws: expected) { try lines.request([lock, request]) }
            #expect(lines.descriptors.isEmpty)
            let again = GPIODLines()
            try again.request([lock])
        }
    }

    @Test func moreThanTheKernelKeepsIsSeenAsALossWhereItCanBe() throws {
        pull(0, true)
        let lines = GPIODLines()
        try lines.request([reader[0]])
        for _ in 0..<600 {
            pull(0, false)
            usleep(20)
            pull(0, true)
            usleep(20)
        }
        let found = try lines.drain()
        #expect(found.edges.count == (GPIODLines.seesLosses ? 512 : 16))
        #expect(found.lost == (GPIODLines.seesLosses ? [LostEdges(line: "street.0", count: 88)] : []))
    }

    @Test func aChipThatIsPulledOutEndsTheBackendAndIsFoundAgainByItsLabel() throws {
        let folder = "/sys/kernel/config/gpio-sim/spare"
        mkdir(folder, 0o755)
        mkdir(folder + "/bank0", 0o755)
        put("4", into: folder + "/bank0/num_lines")
        put("spare", into: folder + "/bank0/label")
        put("1", into: folder + "/live")
        let requests = [
            LineRequest("door", at: .offset(0, chip: "spare"), .input(.both)),
            LineRequest("lamp", at: .offset(1, chip: "spare"), .output(initial: false)),
        ]
        let lines = GPIODLines()
        try lines.request(requests)
        put("0", into: folder + "/live")
        var wait = pollfd(fd: lines.descriptors[0], events: Int16(POLLIN), revents: 0)
        #expect(poll(&wait, 1, 1000) == 1, "the loop is woken")
        #expect(throws: LineError.failed("door", what: "reading edges", code: ENODEV)) { try lines.drain() }
        #expect(throws: LineError.failed("lamp", what: "setting the level", code: ENODEV)) {
            try lines.set("lamp", to: true)
        }
        lines.release()
        #expect(throws: LineError.noSuchChip("lamp", chip: "spare")) { try lines.request(requests) }
        put("1", into: folder + "/live")
        try lines.request(requests)
        try lines.set("lamp", to: true)
        #expect(try lines.level(of: "lamp"))
        lines.release()
        put("0", into: folder + "/live")
    }

    @Test func manyWaitingLinesAreDrainedAtOnce() throws {
        let names = (10..<30).map { $0 }
        let lines = GPIODLines()
        for number in names { pull(number, false) }
        try lines.request(
            names.map { LineRequest(LineName("l\($0)"), at: .offset(UInt32($0), chip: "gate"), .input(.both)) })
        for number in names.reversed() {
            pull(number, true)
            usleep(100)
        }
        #expect(try lines.drain().edges.map(\.line) == names.reversed().map { LineName("l\($0)") })
    }
}

private let simulation: String? = getenv("SIM").map { String(cString: $0) }
