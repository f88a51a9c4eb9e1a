import GatehouseCore
import Testing

/// What doors, buttons and people really do: levels, openings in the last moment, two at once, loose wires.
@Suite("Portal in the field")
struct PortalFieldTests {
    typealias Step = PortalMachineTests.Step

    func run(_ steps: [Step], until end: Double, settings: PortalSettings = PortalSettings(id: "p")) -> [String] {
        PortalMachineTests().run(steps, until: end, settings: settings)
    }

    static func press(_ from: Double, _ to: Double) -> [Step] {
        [Step(at: from, input: .exitButton(isPressed: true)), Step(at: to, input: .exitButton(isPressed: false))]
    }
    static func door(_ from: Double, _ to: Double) -> [Step] {
        [Step(at: from, input: .contact(isOpen: true)), Step(at: to, input: .contact(isOpen: false))]
    }

    /// An exit button, a lever or a movement sensor is a level: released as long as it is active, and a whole time from then.
    @Test(arguments: [0.2, 1.9, 6, 40])
    func whoHoldsTheButtonCanLeave(_ held: Double) {
        var settings = PortalSettings(id: "p")
        settings.unlockTime = .seconds(2)
        #expect(
            run(Self.press(0, held), until: 60, settings: settings)
                == ["0.03 unlock", "0.03 exit", "\(held + 2) relock"])
        // The door opens and closes under the pressed button, and again: it stays released, and nothing is forced.
        guard held == 6 else { return }
        let steps = (Self.press(0, 6) + Self.door(1, 2) + Self.door(5, 7)).sorted { $0.at < $1.at }
        #expect(
            run(steps, until: 60, settings: settings) == [
                "0.03 unlock", "0.03 exit", "1.1 opened", "2.1 closed", "5.1 opened", "7.1 closed", "7.1 relock",
            ])
    }

    /// A button that was pressed while the way was free for everybody still counts when it no longer is.
    @Test func aPressedButtonOutlivesTheFreePassage() {
        let steps =
            [Step(at: 0, input: .posture(.free))] + Self.press(1, 6)
            + [Step(at: 3, input: .posture(.secure))]
        #expect(
            run(steps.sorted { $0.at < $1.at }, until: 60) == ["0.0 unlock", "1.03 exit", "11.0 relock"])
    }

    /// Lockdown ends what the card got, never what the button holds.
    @Test func aLockdownLeavesThePressedButton() {
        let steps =
            [Step(at: 0, input: .grant(event: 1))] + Self.press(1, 20) + [Step(at: 2, input: .posture(.lockdown))]
        #expect(
            run(steps.sorted { $0.at < $1.at }, until: 60)
                == ["0.0 unlock", "1.03 exit", "25.0 relock", "25.0 granted, not opened"])
    }

    @Test func aButtonThatIsPressedForFiveMinutesIsAFaultAndStaysReleased() {
        #expect(
            run(Self.press(0, 400), until: 500) == [
                "0.03 unlock", "0.03 exit", "300.0 exitButton stuck on", "400.03 exitButton stuck off", "405.0 relock",
            ])
    }

    /// 5 s, and 0.6 s more until the door moves: the passage is booked, and the entry before it corrected.
    @Test(arguments: [(5.1, true), (5.6, true), (5.99, true), (6.01, false), (6.5, false)])
    func aDoorThatOpensJustAfterTheRelockIsThePassage(at: Double, isTaken: Bool) {
        let found = run([Step(at: 0, input: .grant(event: 1))] + Self.door(at, 9), until: 20)
        #expect(found.contains { $0.hasSuffix("taken after all") } == isTaken, "\(found)")
        #expect(found.contains { $0.hasSuffix("forced") } != isTaken, "\(found)")
    }

    /// The door moved before the end of the time and was believed after it: there is nothing to correct.
    @Test func anOpeningInTheLastMomentIsNoCorrection() {
        #expect(
            run([Step(at: 0, input: .grant(event: 1))] + Self.door(4.95, 9), until: 20)
                == ["0.0 unlock", "5.0 relock", "5.05 opened", "5.05 taken", "9.1 closed"])
        // A bounce is no opening.
        #expect(
            run([Step(at: 0, input: .grant(event: 1))] + Self.door(4.95, 5.02), until: 20)
                == ["0.0 unlock", "5.0 relock", "5.02 granted, not opened"])
    }

    @Test(arguments: [(0.57, false), (0.99, false), (1.05, true)])
    func theSecondOfGraceCountsForExits(after: Double, isForced: Bool) {
        let found = run(Self.press(0, 0.4) + Self.door(5.4 + after, 9), until: 20)
        #expect(found.contains { $0.hasSuffix("forced") } == isForced, "\(found)")
    }

    /// A gate that rebounds when it falls shut is not forced; neither is one that was free a moment ago.
    @Test func theSecondOfGraceCountsWhateverEndedTheWay() {
        let rebound = [Step(at: 0, input: .grant(event: 1))] + Self.door(1, 3) + Self.door(3.4, 3.8)
        #expect(!run(rebound, until: 20).contains { $0.hasSuffix("forced") })
        let free = [Step(at: 0, input: .posture(.free)), Step(at: 5, input: .posture(.secure))] + Self.door(5.6, 8)
        #expect(!run(free, until: 20).contains { $0.hasSuffix("forced") })
        let lockdown =
            [Step(at: 0, input: .posture(.free)), Step(at: 5, input: .posture(.lockdown))] + Self.door(5.6, 8)
        #expect(run(lockdown, until: 20).contains { $0.hasSuffix("forced") })
        let late = [Step(at: 0, input: .grant(event: 1)), Step(at: 5.2, input: .posture(.blocked))] + Self.door(5.6, 8)
        #expect(run(late, until: 20).contains { $0.hasSuffix("forced") }, "the second is over with the order")
    }

    @Test(arguments: [0.1, 2, 4.9])
    func twoGrantsAndOneOpeningAreTwoPassages(second: Double) {
        let steps = [Step(at: 0, input: .grant(event: 1)), Step(at: second, input: .grant(event: 2))]
        let found = run(steps + Self.door(second + 1, second + 3), until: 20)
        #expect(
            found.count { $0.hasSuffix(" taken") } == 2 && !found.contains { $0.hasSuffix("not opened") }, "\(found)")
    }

    /// Somebody shows a card while the gate falls shut behind the one before: they are let in, with their whole time.
    @Test func aGrantWhileTheDoorClosesWaitsForTheNextOpening() {
        let steps = [
            Step(at: 0, input: .grant(event: 1)), Step(at: 1, input: .contact(isOpen: true)),
            Step(at: 3, input: .contact(isOpen: false)), Step(at: 3.05, input: .grant(event: 2)),
        ]
        #expect(
            run(steps, until: 20) == [
                "0.0 unlock", "1.1 opened", "1.1 taken", "3.05 unlock", "3.1 closed", "8.05 relock",
                "8.05 granted, not opened",
            ])
    }

    /// 500 changes of 10 ms: one fault, and the opening behind them is seen by looking once a second.
    @Test func aContactThatChattersIsToldOnceAndLookedAtEachSecond() {
        var steps: [Step] = (0..<500).map { Step(at: Double($0) / 100, input: .contact(isOpen: $0.isMultiple(of: 2))) }
        steps.append(Step(at: 5, input: .contact(isOpen: false)))
        steps.append(Step(at: 8.2, input: .contact(isOpen: true)))
        let found = run(steps, until: 120)
        #expect(found.count { $0.hasSuffix("contact chatters on") } == 1)
        #expect(found.count { $0.hasSuffix("contact chatters off") } == 1, "a minute after the last edge")
        #expect(found.contains { $0.hasPrefix("8.5") && $0.hasSuffix("forced") }, "\(found)")
    }

    /// A loose wire that stands still for just long enough to be believed.
    @Test func aContactThatSwingsIsAFaultToo() {
        let steps = (0..<100).map { Step(at: Double($0) * 0.15, input: .contact(isOpen: $0.isMultiple(of: 2))) }
        let found = run(steps, until: 14)
        #expect(found.count { $0.hasSuffix("contact chatters on") } == 1)
        #expect(found.count { $0.hasSuffix("forced") } <= 30)
    }

    /// Pulses of 400 ms, one after the other, are all seen: they are slow enough to be a hand's.
    @Test func pulsesOfAHandAreNoFault() {
        let steps = (0..<200).map { Step(at: Double($0) * 0.4, input: .exitButton(isPressed: $0.isMultiple(of: 2))) }
        let found = run(steps, until: 90)
        #expect(found.count { $0.hasSuffix("exit") } == 100 && !found.contains { $0.contains("chatters") })
    }

    /// What nobody could see is neither taken nor not taken.
    @Test func behindAContactThatChattersNobodyKnows() {
        var steps: [Step] = (0..<100).map { Step(at: Double($0) / 100, input: .contact(isOpen: $0.isMultiple(of: 2))) }
        steps += [Step(at: 1, input: .contact(isOpen: false)), Step(at: 3, input: .grant(event: 1))]
        #expect(run(steps, until: 20).suffix(3) == ["3.0 unlock", "8.0 relock", "8.0 not known"])
    }
}

/// The same on a whole controller: what stands in the journal and in the ledger.
@Suite("Passages that are told late")
struct LatePassageTests {
    @Test func aLateOpeningCorrectsItsEntryAndTheLedger() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        let event = try #require(bench.card(5).decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        let ended = bench.pass(.seconds(5))
        let first = try #require(ended.entries.first { $0.kind == .passage })
        #expect(first.result == .notTaken && bench.controller.ledger.area(of: 1) == nil)
        bench.pass(.milliseconds(600))
        let edge = bench.now.civil
        _ = bench.give(.contact(SiteBuilder.wicket, isOpen: true))
        let late = bench.pass(.milliseconds(100))
        let entry = try #require(late.entries.first { $0.kind == .passage })
        #expect(entry.result == .taken && entry.about == event && entry.person == 1)
        #expect(entry.detail[.corrects] == .integer(Int64(first.sequence)))
        #expect(entry.detail[.at] == .integer(edge.milliseconds), "the time is that of the edge")
        #expect(bench.controller.ledger.area(of: 1) == "inside")
        #expect(bench.controller.ledger.presences[1]?.since == edge)
        #expect(!late.entries.contains { $0.kind == .forced })
        // And the way out is theirs, hard anti-passback or not.
        bench.pass(.seconds(2))
        #expect(bench.card(5, at: SiteBuilder.exitReader).decision?.outcome == "granted")
    }

    @Test func whoShowsAgainHadNotGone() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        let first = try #require(bench.card(5).decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: first, isLate: false))
        bench.pass(.milliseconds(5300))
        let second = try #require(bench.card(5).decision).sequence
        let effects =
            bench.give(.performed(SiteBuilder.wicket, event: second, isLate: false))
            + bench.give(.contact(SiteBuilder.wicket, isOpen: true)) + bench.pass(.seconds(1))
        let passages = effects.entries.filter { $0.kind == .passage }
        #expect(passages.map(\.about) == [second])
    }

    /// The contact is not to be believed: nobody is refused the way out, and nobody the way in.
    @Test func whatNobodyKnowsRefusesNobody() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(5))
        #expect(bench.controller.ledger.area(of: 1) == "inside")
        for index in 0..<100 {
            _ = bench.give(.contact(SiteBuilder.wicket, isOpen: index.isMultiple(of: 2)))
            bench.pass(.milliseconds(10))
        }
        #expect(bench.controller.health.has(.inputFaulty))
        for reader in [SiteBuilder.exitReader, SiteBuilder.exitReader, SiteBuilder.reader, SiteBuilder.reader] {
            let decision = try #require(bench.card(5, at: reader).decision)
            #expect(decision.outcome == "granted")
            _ = bench.give(.performed(SiteBuilder.wicket, event: decision.sequence, isLate: false))
            let effects = bench.pass(.seconds(8))
            #expect(effects.entries.contains { $0.kind == .passage && $0.result == .unknown })
            #expect(bench.controller.ledger.area(of: 1) == nil)
        }
        bench.pass(.seconds(60))
        #expect(!bench.controller.health.has(.inputFaulty))
    }

    /// A lane said who was through: a lockdown does not say of them that they were not.
    @Test func aLockdownLeavesWhatTheLaneSaw() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.site.portals[0].hasContact = false
        builder.site.portals[0].lane = LaneSettings(sensors: [.safetyLoop])
        var bench = Bench(builder)
        let event = try #require(bench.card(5).decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        _ = bench.give(.lane(SiteBuilder.wicket, .safetyLoop, isActive: true))
        bench.pass(.seconds(1))
        _ = bench.give(.lane(SiteBuilder.wicket, .safetyLoop, isActive: false))
        #expect(bench.pass(.seconds(2)).entries.contains { $0.result == .taken })
        let after = bench.give(.order(order(.posture(SiteBuilder.wicket, .lockdown))))
        #expect(!after.entries.contains { $0.kind == .passage })
    }

    /// A loop that chatters may hide a car: nothing is let go onto it, and nobody is counted.
    @Test func aLoopThatChattersStandsForACar() {
        var lane = LaneMachine(settings: LaneSettings(sensors: [.entryLoop, .safetyLoop]))
        var outputs: [LaneMachine.Output] = []
        var now = MonotonicTime.zero
        for index in 0..<200 {
            outputs += lane.handle(.sensor(.safetyLoop, isActive: index.isMultiple(of: 2)), at: now)
            now = now + .milliseconds(10)
        }
        #expect(outputs.contains(.chatters(.safetyLoop, isOn: true)) && outputs.contains(.occupied(true)))
        #expect(!outputs.contains(.occupied(false)) && !outputs.contains(.tailgated))
        // Something rolls on and off meanwhile: nobody can say so, and the barrier stays.
        outputs = lane.handle(.sensor(.safetyLoop, isActive: true), at: now)
        outputs += lane.handle(.sensor(.safetyLoop, isActive: false), at: now + .seconds(3))
        now = now + .seconds(6)
        outputs += lane.handle(.time, at: now)
        #expect(outputs.isEmpty)
        outputs = lane.handle(.granted(event: 7), at: now)
        outputs += lane.handle(.time, at: now + .seconds(40))
        #expect(outputs.contains(.unknown(event: 7)))
        outputs = lane.handle(.time, at: now + .seconds(61))
        #expect(outputs == [.chatters(.safetyLoop, isOn: false), .occupied(false)])
    }
}
