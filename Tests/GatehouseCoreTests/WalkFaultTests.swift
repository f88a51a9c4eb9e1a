import Testing

@testable import GatehouseCore

/// Each fault that somebody may have wired, and the row that names it.
@Suite("Faults of a walk test")
struct WalkFaultTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var what: String
        var levels: [WalkPart: Bool] = [:]
        var row: String
        var fault: WalkFault
        var other: String?
        var walk: @Sendable (inout WalkBench) -> Void
        var testDescription: String { what }
    }

    static let readers: [Case] = [
        Case(what: "DATA0 and DATA1 exchanged", row: "reader:reader-in", fault: .dataExchanged) {
            $0.bad(.parity) { $0.exchanged = 1 }
        },
        Case(what: "DATA0 cut", row: "reader:reader-in", fault: .data0Silent) {
            $0.bad(.length) { ($0.data0, $0.data1) = (0, 13) }
        },
        Case(what: "DATA1 cut", row: "reader:reader-in", fault: .data1Silent) {
            $0.bad(.length) { ($0.data0, $0.data1) = (13, 0) }
        },
        Case(what: "the data lines shorted", row: "reader:reader-in", fault: .dataShorted) {
            $0.bad(.timing) { ($0.data0, $0.data1, $0.overlaps) = (26, 26, 26) }
        },
        Case(what: "the last bit first", row: "reader:reader-in", fault: .bitsReversed) {
            $0.bad(.parity) { $0.reversed = 1 }
        },
        Case(what: "a format that the reader does not have", row: "reader:reader-in", fault: .foreignFormat) {
            $0.bad(.length) { ($0.data0, $0.data1) = (20, 17) }
        },
        Case(what: "a wrong parity", row: "reader:reader-in", fault: .wrongParity) { $0.bad(.parity) },
        Case(what: "ringing pulses", row: "reader:reader-in", fault: .ringing) {
            $0.card()
            $0.bad(.timing) { $0.glitches = 12 }
        },
        Case(what: "a loose wire that loses every other frame", row: "reader:reader-in", fault: .unreliable) {
            $0.card()
            for _ in 0..<2 { $0.bad(.length) }
        },
        Case(what: "a wrong speed", row: "reader:reader-in", fault: .wrongSpeed) { $0.bad(.malformed) },
        Case(what: "octets that make no frame", row: "reader:reader-in", fault: .wrongSpeed) {
            var measure = ReaderMeasure()
            measure.hasOctets = true
            $0.step("reader:reader-in")
            $0.order(.failed(.reader("reader-in"), measure))
        },
        Case(what: "two readers exchanged", row: "reader:reader-in", fault: .elsewhere, other: "reader:reader-out") {
            $0.step("reader:reader-in")
            $0.card(at: "reader-out")
            $0.step("reader:reader-out")
        },
        Case(what: "a reader without power", row: "reader:reader-in", fault: .silent) {
            $0.step("reader:reader-in")
            $0.pass(.seconds(10))
            $0.failed("reader:reader-in")
        },
    ]

    static let wires: [Case] = [
        Case(
            what: "a contact of the wrong level", levels: [.contact("wicket"): true], row: "contact:wicket",
            fault: .inverted
        ) {
            $0.press("contact:wicket", for: .seconds(4), restingAt: true)
        },
        Case(what: "a button of the wrong level", levels: [.exit("wicket"): true], row: "exit:wicket", fault: .inverted)
        {
            $0.press("exit:wicket", restingAt: true)
        },
        Case(what: "a fire loop of the wrong level", levels: [.fire: true], row: "fire", fault: .inverted) {
            $0.press("fire", for: .seconds(2), restingAt: true)
        },
        Case(
            what: "a loop of the wrong level", levels: [.sensor("wicket", .safetyLoop): true], row: "safetyLoop:wicket",
            fault: .inverted
        ) { $0.press("safetyLoop:wicket", restingAt: true) },
        Case(what: "a button that is shorted", levels: [.exit("wicket"): true], row: "exit:wicket", fault: .stuck) {
            $0.step("exit:wicket")
            $0.failed("exit:wicket")
        },
        Case(what: "a button that stays in", row: "exit:wicket", fault: .stuck) {
            $0.step("exit:wicket")
            $0.edge("exit:wicket", true)
            $0.pass(.seconds(5))
            $0.failed("exit:wicket")
        },
        Case(what: "a button that was heard, and fails all the same", row: "exit:wicket", fault: .failed) {
            $0.press("exit:wicket")
            $0.pass(.seconds(5))
            $0.failed("exit:wicket")
        },
        Case(what: "a lower limit that is always there", row: "closedLimit:wicket", fault: .stuck) {
            $0.step("closedLimit:wicket")
            $0.failed("closedLimit:wicket")
        },
        Case(
            what: "a lower limit with a cut wire", levels: [.sensor("wicket", .closedLimit): false],
            row: "closedLimit:wicket", fault: .silent
        ) {
            $0.step("closedLimit:wicket")
            $0.failed("closedLimit:wicket")
        },
        Case(what: "a barrier that stays up", row: "closedLimit:wicket", fault: .failed) {
            $0.step("closedLimit:wicket")
            $0.edge("closedLimit:wicket", false)
            $0.pass(.seconds(10))
            $0.failed("closedLimit:wicket")
        },
        Case(what: "a button with a cut wire", row: "exit:wicket", fault: .silent) {
            $0.step("exit:wicket")
            $0.failed("exit:wicket")
        },
        Case(what: "a contact that chatters", row: "contact:wicket", fault: .chatters) { walk in
            for round in 0..<50 {
                walk.edge("contact:wicket", round % 2 == 0)
                walk.pass(.milliseconds(5))
            }
        },
        Case(what: "a button that bounces past its debounce", row: "exit:wicket", fault: .bounces) { walk in
            for round in 0..<8 {
                walk.edge("exit:wicket", round % 2 == 0)
                walk.pass(.milliseconds(10))
            }
            walk.pass(.seconds(1))
        },
        Case(what: "a pulse that the gate does not believe", row: "fire", fault: .tooShort) {
            $0.press("fire", for: .milliseconds(40))
        },
        Case(what: "a button at another portal", row: "exit:wicket", fault: .elsewhere, other: "exit:other") {
            $0.step("exit:wicket")
            $0.press("exit:other")
            $0.step("contact:wicket")
        },
        Case(what: "button and contact exchanged", row: "exit:wicket", fault: .elsewhere, other: "contact:wicket") {
            $0.step("exit:wicket")
            $0.press("contact:wicket")
            $0.failed("exit:wicket")
        },
        Case(
            what: "the limits of a barrier exchanged",
            levels: [.sensor("wicket", .openLimit): true, .sensor("wicket", .closedLimit): false],
            row: "openLimit:wicket", fault: .limitsExchanged
        ) { exchangedLimits(&$0) },
        Case(
            what: "and both of them say so",
            levels: [.sensor("wicket", .openLimit): true, .sensor("wicket", .closedLimit): false],
            row: "closedLimit:wicket", fault: .limitsExchanged
        ) { exchangedLimits(&$0) },
    ]

    static let outputs: [Case] = [
        Case(what: "a relay without effect", row: "relay:wicket", fault: .withoutEffect) {
            $0.step("relay:wicket")
            $0.order(.open("wicket"))
            $0.pass(.seconds(7))
        },
        Case(what: "a relay at another lock", row: "relay:wicket", fault: .elsewhere, other: "contact:other") {
            $0.step("relay:wicket")
            $0.order(.open("wicket"))
            $0.pass(.seconds(1))
            $0.press("contact:other", for: .seconds(2))
            $0.pass(.seconds(5))
        },
    ]

    /// The barrier goes up and down; what is called open is the switch at its lower end.
    private static func exchangedLimits(_ walk: inout WalkBench) {
        walk.edge("openLimit:wicket", false)
        walk.pass(.seconds(3))
        walk.edge("closedLimit:wicket", true)
        walk.pass(.seconds(5))
        walk.edge("closedLimit:wicket", false)
        walk.pass(.seconds(3))
        walk.edge("openLimit:wicket", true)
        walk.pass(.seconds(1))
    }

    @Test(arguments: readers + wires + outputs) func isNamed(one: Case) {
        var walk = WalkBench(levels: one.levels)
        one.walk(&walk)
        let row = walk.row(one.row)
        #expect(row.state == .bad && row.fault == one.fault && row.other == one.other, "\(row)")
    }

    /// Exchanged readers say so of one another, whichever is done first.
    @Test func bothHalvesOfWhatIsExchangedAreNamed() {
        var walk = WalkBench()
        for (part, heard) in [("reader-in", "reader-out"), ("reader-out", "reader-in")] {
            walk.step("reader:\(part)")
            walk.card(at: ReaderID(heard))
            walk.failed("reader:\(part)")
            #expect(walk.row("reader:\(part)").other == "reader:\(heard)")
        }
    }

    /// The same ways at a well wired site name nothing.
    @Test func aWellWiredSiteHasNoFault() {
        var walk = WalkBench()
        for reader in ["reader-in", "reader-out"] as [ReaderID] {
            walk.step("reader:\(reader)")
            walk.card(at: reader)
            walk.pass(.seconds(5))
        }
        for portal in ["wicket", "other"] as [PortalID] {
            walk.step("exit:\(portal)")
            walk.press("exit:\(portal)")
            walk.press("contact:\(portal)", for: .seconds(2))
            walk.step("relay:\(portal)")
            walk.order(.open(portal))
            walk.press("contact:\(portal)", for: .seconds(2))
        }
        walk.edge("closedLimit:wicket", false)
        walk.pass(.seconds(3))
        walk.press("openLimit:wicket", for: .seconds(2))
        walk.pass(.seconds(3))
        walk.edge("closedLimit:wicket", true)
        walk.pass(.seconds(1))
        walk.press("safetyLoop:wicket")
        walk.press("fire", for: .seconds(2))
        let wrong = walk.run.rows.filter { $0.state == .bad }
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(
            walk.run.open.map(\.part.name) == [
                "cable:reader-out", "lamp:reader-in", "camera:cam-1", "restart", "clock",
            ])
    }

    /// Who is let in and does not go tells nothing of the relay, and a neighbour's door nothing of the button.
    @Test func whatResidentsDoMeanwhileIsNoFault() {
        var walk = WalkBench()
        walk.order(.open("wicket"))
        walk.pass(.seconds(7))
        #expect(walk.row("relay:wicket").isOpen)
        walk.step("exit:wicket")
        walk.press("contact:other", for: .seconds(2))
        walk.press("exit:wicket")
        #expect(walk.row("exit:wicket").state == .good)
        #expect(walk.row("contact:other").state == .good, "what waited for the button is good by itself")
        walk.step("contact:wicket")
        walk.press("safetyLoop:wicket")
        walk.step("relay:wicket")
        #expect(walk.row("contact:wicket").isOpen && walk.row("safetyLoop:wicket").state == .good)
    }
}
