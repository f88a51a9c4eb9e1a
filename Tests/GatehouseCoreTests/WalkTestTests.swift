import Testing

@testable import GatehouseCore

/// A walk at a wicket whose door, button and relay are driven edge by edge.
struct WalkBench {
    var bench: Bench
    private(set) var entries: [JournalEntry] = []
    /// Who gives the orders.
    var installer = "uid 7"

    static let parts: [WalkPart] = [
        .reader("reader-in"), .cable("reader-out"), .reader("reader-out"), .lamp("reader-in"), .exit("wicket"),
        .contact("wicket"), .relay("wicket"), .sensor("wicket", .openLimit), .sensor("wicket", .closedLimit),
        .sensor("wicket", .safetyLoop), .camera("cam-1"), .contact("other"), .exit("other"), .relay("other"), .fire,
        .restart, .clock,
    ]

    init(levels: [WalkPart: Bool] = [:], starts: Bool = true) {
        var builder = SiteBuilder()
        var other = PortalSettings(id: "other")
        other.exitDebounce = .milliseconds(30)
        builder.site.portals.append(other)
        builder.resident(1, card: 1603)
        bench = Bench(builder)
        var standing: [WalkPart: Bool] = [.sensor("wicket", .closedLimit): true]
        standing.merge(levels) { $1 }
        for part in WalkBench.parts where part.isWire { stand(part, standing[part] ?? false) }
        give(.started(StartReport(version: "t", wasCleanStop: true)))
        if starts { order(.start(Self.parts, [:])) }
    }

    var run: WalkRun { bench.controller.walk!.run }
    func row(_ name: String) -> WalkRun.Row { run.row(WalkPart(name: name)!)! }

    mutating func take(_ effects: [Effect]) {
        entries += effects.entries
        guard let last = effects.entries.last else { return }
        // The disk follows at once.
        take(bench.give(.committed(through: last.sequence)))
    }

    mutating func give(_ input: Input) { take(bench.give(input)) }

    mutating func pass(_ span: Duration) {
        let end = bench.now.monotonic + span
        while let next = bench.controller.nextDeadline, next.at <= end {
            take(bench.pass(next.at - bench.now.monotonic))
        }
        take(bench.pass(end - bench.now.monotonic))
    }

    @discardableResult
    mutating func order(_ walk: WalkOrder, reason: String? = "test") -> OrderReply? {
        order(.walk(walk), reason: reason)
    }

    @discardableResult
    mutating func order(_ verb: Order.Verb, reason: String? = "test") -> OrderReply? {
        let actor = Actor(name: installer, role: .installer)
        let effects = bench.give(.order(Order(id: 1, actor: actor, command: "walk-test", verb: verb, reason: reason)))
        take(effects)
        for effect in effects {
            // What is released is so at once.
            if case .release(let portal, event: let event?) = effect {
                give(.performed(portal, event: event, isLate: false))
            }
        }
        return effects.compactMap { if case .reply(_, let reply) = $0 { reply } else { nil } }.first
    }

    /// The daemon begins anew with what the journal has.
    mutating func comeBack(after span: Duration, from before: String?, to boot: String, isClean: Bool) {
        var restored = Restored()
        restored.walk = WalkRun.runs(entries).last
        restored.newest = bench.now.civil
        restored.boot = before
        restored.nextSequence = entries.last!.sequence + 1
        bench.controller = Controller(
            site: bench.controller.site, restored: restored, primitives: bench.controller.primitives)
        pass(span)
        give(.started(StartReport(version: "t", wasCleanStop: isClean, boot: boot)))
    }

    mutating func step(_ name: String) { order(.step(WalkPart(name: name)!, [:])) }
    mutating func failed(_ name: String) { order(.failed(WalkPart(name: name)!, nil)) }

    private mutating func stand(_ part: WalkPart, _ level: Bool) {
        if let input = Self.input(part, level) { give(input) }
    }

    private static func input(_ part: WalkPart, _ level: Bool) -> Input? {
        switch part {
        case .contact(let portal): .contact(portal, isOpen: level)
        case .exit(let portal): .exitButton(portal, isPressed: level)
        case .sensor(let portal, let sensor): .lane(portal, sensor, isActive: level)
        case .fire: .fireInput(isActive: level)
        default: nil
        }
    }

    /// An edge, and what it means, as the daemon gives them.
    mutating func edge(_ name: String, _ level: Bool) {
        let part = WalkPart(name: name)!
        give(.edge(part, isActive: level, at: bench.now.monotonic))
        stand(part, level)
    }

    /// To the other level for a while, and back.
    mutating func press(_ name: String, for span: Duration = .milliseconds(400), restingAt rest: Bool = false) {
        edge(name, !rest)
        pass(span)
        edge(name, rest)
        pass(.milliseconds(400))
    }

    mutating func card(
        _ number: UInt64 = 1603, at reader: ReaderID = "reader-in", lastBit: Duration = .milliseconds(30)
    ) {
        var measure = ReaderMeasure()
        measure.frames = 1
        measure.lastHeard = bench.now.monotonic - lastBit
        give(.measured(reader, measure))
        var card = CardRead(number: SiteBuilder.card(number))
        card.bits = BitString([Bool](repeating: true, count: 26))
        give(.reader(reader, .card(card)))
    }

    /// A bad frame, with the counts of the wire behind it.
    mutating func bad(
        _ fault: ReadFault, at reader: ReaderID = "reader-in", _ change: (inout ReaderMeasure) -> Void = { _ in }
    ) {
        var measure = ReaderMeasure()
        measure.frames = 1
        change(&measure)
        give(.measured(reader, measure))
        give(.reader(reader, .unreadable(fault)))
    }
}

@Suite("Walk test")
struct WalkTestTests {
    @Test func whatNobodyTouchedWasNeverHeard() {
        var walk = WalkBench()
        walk.pass(.seconds(60))
        #expect(walk.run.open.count == WalkBench.parts.count)
        #expect(walk.run.rows.allSatisfy { $0.state == .neverHeard && $0.measured.isEmpty })
        #expect(walk.bench.controller.wires.wasHeard(.contact("wicket")) == false)
        walk.give(.edge(.contact("wicket"), isActive: false, at: walk.bench.now.monotonic))
        walk.give(.edge(.exit("nowhere"), isActive: true, at: walk.bench.now.monotonic))
        #expect(!walk.bench.controller.wires.wasHeard(.contact("wicket")), "the same level again is no change")
        #expect(!walk.bench.controller.wires.wasHeard(.exit("nowhere")), "nor is the first that is told")
        walk.edge("contact:wicket", true)
        #expect(walk.bench.controller.wires.wasHeard(.contact("wicket")))
    }

    @Test func aCardTicksItsReaderWithTheTimeToItsEntry() {
        var walk = WalkBench()
        walk.card(lastBit: .milliseconds(30))
        let row = walk.row("reader:reader-in")
        #expect(row.state == .good && row.fault == nil)
        #expect(row.measured["bits"] == 26 && row.measured["cards"] == 1 && row.measured["errors"] == 0)
        #expect(row.measured["entry_us"] == 30_000)
        #expect(row.entry != nil)
    }

    /// More frames say more of a wire than the first one, and a wire that cannot make up its mind does not fill the journal.
    @Test func theVerdictOnAReaderFollowsItsFrames() {
        var walk = WalkBench()
        walk.bad(.length)
        #expect(walk.row("reader:reader-in").fault == .foreignFormat)
        walk.card()
        #expect(walk.row("reader:reader-in").state == .good, "one bad frame of two was an accident")
        walk.bad(.length)
        #expect(walk.row("reader:reader-in").fault == .unreliable)
        for _ in 0..<200 {
            walk.card()
            walk.bad(.length)
        }
        #expect(walk.entries.count { $0.kind == .walkTest && $0.reader == "reader-in" } <= 6)
        walk.order(.skip(.reader("reader-out")))
        walk.card(at: "reader-out")
        #expect(walk.row("reader:reader-out").state == .skipped, "what a person said stands until it is done again")
    }

    @Test func anUnknownCardSaysAsMuchOfTheWireAndOpensNothing() {
        var walk = WalkBench()
        walk.card(4711)
        #expect(walk.row("reader:reader-in").state == .good)
        #expect(!walk.bench.controller.portals[0].isReleased)
    }

    @Test func aButtonTicksItsRowByItsOwnStamps() {
        var walk = WalkBench()
        walk.press("exit:wicket", for: .milliseconds(400))
        let row = walk.row("exit:wicket")
        #expect(row.state == .good)
        #expect(row.measured == ["edges": 2, "bounce_us": 0, "active_us": 400_000])
    }

    @Test func aReleaseAndTheDoorTickTheRelay() {
        var walk = WalkBench()
        walk.order(.open("wicket"))
        walk.pass(.milliseconds(700))
        walk.press("contact:wicket", for: .seconds(3))
        #expect(walk.row("relay:wicket").state == .good)
        #expect(walk.row("relay:wicket").measured["opened_us"] == 700_000)
        #expect(walk.row("contact:wicket").state == .good)
    }

    /// Nothing is released in the name of a walk test but by an order to open.
    @Test func theWalkTestReleasesNothing() {
        var walk = WalkBench()
        for part in WalkBench.parts {
            walk.order(.step(part, [:]))
            walk.order(.seen(part))
        }
        walk.order(.lamp("reader-in"))
        walk.order(.skip(.fire))
        walk.order(.failed(.relay("wicket"), nil))
        #expect(walk.bench.controller.portals.allSatisfy { !$0.isReleased })
        #expect(!walk.entries.contains { $0.kind == .decision || $0.detail["command"]?.text == "portal open" })
    }

    @Test func aCutTicksTheRestartAndACleanStopDoesNot() throws {
        for isClean in [true, false] {
            var walk = WalkBench()
            walk.press("exit:wicket")
            walk.comeBack(after: .seconds(42), from: "a", to: "b", isClean: isClean)
            #expect(walk.row("exit:wicket").state == .good, "what was measured stands")
            #expect(walk.row("restart").state == (isClean ? .neverHeard : .good))
            let measured = walk.row("restart").measured
            if !isClean { #expect(measured["outage_ms"] == 42_000 && measured["ready_ms"] != nil) }
        }
    }

    /// The program alone ended: nobody saw what a machine without power does.
    @Test func aCrashIsToldAsOneAndTheCutAfterItTicks() throws {
        var walk = WalkBench()
        walk.comeBack(after: .seconds(2), from: "a", to: "a", isClean: false)
        #expect(walk.row("restart").state == .bad && walk.row("restart").fault == .crashed)
        walk.comeBack(after: .seconds(42), from: "a", to: "b", isClean: false)
        #expect(walk.row("restart").state == .good && walk.row("restart").fault == nil)
        walk.comeBack(after: .seconds(2), from: "b", to: "b", isClean: false)
        #expect(walk.row("restart").state == .good, "what was seen stands")
    }

    /// A run of a version that did not say which start of the machine it was leaves the part open.
    @Test func aRestartThatNobodyCanTellTicksNothing() throws {
        var walk = WalkBench()
        walk.comeBack(after: .seconds(42), from: nil, to: "b", isClean: false)
        #expect(walk.row("restart").isOpen)
    }

    @Test func withoutATrustedTimeNobodySaysHowLongItWasAway() throws {
        var walk = WalkBench()
        walk.bench.now.isCivilTrusted = false
        walk.comeBack(after: .seconds(42), from: "a", to: "b", isClean: false)
        #expect(walk.row("restart").state == .good && walk.row("restart").measured["outage_ms"] == nil)
    }

    @Test func theStartSaysWhichStartOfTheMachineItWas() throws {
        var walk = WalkBench()
        walk.comeBack(after: .seconds(1), from: "a", to: "b", isClean: true)
        #expect(walk.entries.last { $0.kind == .start }?.detail["boot"]?.text == "b")
    }

    /// Two people walk: each part has the one who did it.
    @Test func eachPartHasWhoDidIt() {
        var walk = WalkBench()
        walk.step("exit:wicket")
        walk.press("exit:wicket")
        walk.installer = "uid 8"
        walk.step("contact:wicket")
        walk.press("contact:wicket", for: .seconds(3))
        walk.failed("lamp:reader-in")
        walk.card()
        #expect(walk.run.by == "uid 7 (installer)")
        #expect(walk.row("exit:wicket").by == "uid 7 (installer)")
        #expect(walk.row("contact:wicket").by == "uid 8 (installer)")
        #expect(walk.row("lamp:reader-in").by == "uid 8 (installer)")
        #expect(walk.row("reader:reader-in").state == .good && walk.row("reader:reader-in").by == nil)
    }

    @Test func aDecisionWithoutNetworkTimeTicksTheClock() {
        var walk = WalkBench()
        walk.give(.clock(.keptInStep(true)))
        walk.card()
        #expect(walk.row("clock").isOpen)
        walk.give(.clock(.keptInStep(false)))
        walk.pass(.seconds(10))
        walk.card()
        #expect(walk.row("clock").state == .good && walk.row("clock").measured["trusted"] == 1)
    }

    @Test func aCableOutAndBackTicksItsRow() {
        var walk = WalkBench()
        walk.give(.reader("reader-out", .link(.online(.clear))))
        #expect(walk.row("cable:reader-out").isOpen, "it was not away")
        walk.give(.reader("reader-out", .link(.offline(.silent))))
        walk.pass(.seconds(20))
        walk.give(.reader("reader-out", .link(.online(.clear))))
        #expect(walk.row("cable:reader-out").state == .good)
        #expect(walk.row("cable:reader-out").measured["away_ms"] == 20_000)
    }

    @Test func aPictureOrItsReasonTicksTheCamera() {
        var walk = WalkBench()
        let stored = SnapshotRow(
            event: 900, camera: "cam-1", result: .stored(path: "a.jpg", size: 4711, digest: []))
        walk.give(.snapshot(SnapshotRow(event: 0, camera: "cam-1", result: .missing(.uplinkAway))))
        #expect(walk.row("camera:cam-1").isOpen, "an event of before")
        walk.give(.snapshot(stored))
        #expect(walk.row("camera:cam-1").measured == ["octets": 4711])
        var other = WalkBench()
        other.give(.snapshot(SnapshotRow(event: 900, camera: "cam-1", result: .missing(.unreachable))))
        #expect(other.row("camera:cam-1").fault == .noPicture && other.row("camera:cam-1").other == "unreachable")
    }

    @Test func fireTicksItsRowWithThePortalsThatStoodOpen() {
        var walk = WalkBench()
        walk.press("fire", for: .seconds(2))
        #expect(walk.row("fire").state == .good && walk.row("fire").measured["portals"] == 2)
    }

    @Test func whatPeopleSayIsMarkedSo() {
        var walk = WalkBench()
        walk.order(.seen(.lamp("reader-in")))
        walk.order(.skip(.fire), reason: "belongs to the brigade")
        #expect(walk.row("lamp:reader-in").state == .said && walk.row("fire").state == .skipped)
        let entry = walk.entries.last { $0.result == .skipped }
        #expect(entry?.personal.first { $0.name == .note }?.value == Array("belongs to the brigade".utf8))
        #expect(entry?.detail.values.contains { $0.text?.contains("brigade") == true } == false, "never in clear")
    }

    @Test func aPartThatIsDoneAgainIsMeasuredAnew() {
        var walk = WalkBench(levels: [.exit("wicket"): true])
        walk.press("exit:wicket", restingAt: true)
        #expect(walk.row("exit:wicket").fault == .inverted)
        walk.edge("exit:wicket", false)
        walk.pass(.seconds(40))
        walk.step("exit:wicket")
        #expect(walk.row("exit:wicket").isOpen)
        walk.press("exit:wicket")
        #expect(walk.row("exit:wicket").state == .good)
    }

    /// What a wire said is mended or skipped, and not talked away.
    @Test func nobodysWordTakesThePlaceOfAMeasuredFault() {
        var walk = WalkBench()
        walk.step("exit:wicket")
        walk.edge("exit:wicket", true)
        walk.pass(.seconds(5))
        walk.failed("exit:wicket")
        guard case .refused(.other(let why))? = walk.order(.seen(.exit("wicket"))) else {
            return #expect(Bool(false), "it was taken")
        }
        #expect(why.english.contains("was measured and is faulty"))
        #expect(walk.order(.skip(.exit("wicket"))) != nil && walk.order(.seen(.fire)) != .refused(.noWalk))
    }

    @Test func oneRunAtATimeAndNoneForEver() {
        var walk = WalkBench()
        #expect(walk.order(.start(WalkBench.parts, [:])) == .refused(.walkRuns))
        #expect(walk.order(.seen(.contact("nowhere"))) == .refused(.unknownPart("contact:nowhere")))
        #expect(walk.order(.seen(.fire), reason: " ") == .refused(.reasonMissing))
        walk.pass(.seconds(12 * 3600 - 1))
        #expect(walk.bench.controller.walk != nil)
        walk.pass(.seconds(1))
        #expect(walk.bench.controller.walk == nil)
        #expect(walk.entries.last { $0.kind == .walkTest }?.result == .abandoned)
        #expect(walk.order(.seen(.fire)) == .refused(.noWalk))
        #expect(walk.order(.start(WalkBench.parts, [:])) != .refused(.walkRuns))
    }

    @Test func theEndIsAnEntryWithTheHashOfTheReport() {
        var walk = WalkBench()
        walk.press("exit:wicket")
        let at = walk.bench.now.civil
        walk.order(.end(report: [1, 2, 3], at: at))
        #expect(walk.bench.controller.walk == nil)
        let run = WalkRun.runs(walk.entries).last
        #expect(run?.isReported == true && run?.end?.detail["sha256"]?.octets == [1, 2, 3])
        #expect(run?.row(.exit("wicket"))?.state == .good, "the run is made of its entries alone")
    }

    @Test func namesOfPartsReadBack() {
        for part in WalkBench.parts { #expect(WalkPart(name: part.name) == part) }
        for name in ["", "contact", "contact:", "loop:a", "reader:", "fire:x"] {
            #expect(WalkPart(name: name) == nil, "\(name)")
        }
    }
}
