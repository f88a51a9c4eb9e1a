import GatehouseCore
import Testing

/// The timelines of the gate-io reference, section 8, and what stands beside them.
@Suite("Portal")
struct PortalMachineTests {
    struct Step: Sendable {
        var at: Double
        var input: PortalMachine.Input
    }

    /// Runs the steps and gives back what came out, with its time in tenths of a second.
    func run(_ steps: [Step], until end: Double, settings: PortalSettings = PortalSettings(id: "p")) -> [String] {
        var machine = PortalMachine(settings: settings)
        var found: [String] = []
        func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }
        func note(_ outputs: [PortalMachine.Output], _ at: MonotonicTime, _ machine: inout PortalMachine) {
            let tenths = Double(at.nanoseconds / 10_000_000) / 100
            for output in outputs {
                if case .closedBook = output { continue }
                found.append("\(tenths) \(name(output))")
                if case .requestRelease(let event) = output {
                    note(machine.handle(.performed(event: event), at: at), at, &machine)
                }
            }
        }
        func advance(to now: MonotonicTime) {
            while let deadline = machine.nextDeadline, deadline.at <= now {
                note(machine.handle(.time, at: deadline.at), deadline.at, &machine)
            }
        }
        for step in steps {
            advance(to: time(step.at))
            note(machine.handle(step.input, at: time(step.at)), time(step.at), &machine)
        }
        advance(to: time(end))
        return found
    }

    func name(_ output: PortalMachine.Output) -> String {
        switch output {
        case .requestRelease: "unlock"
        case .releaseNow: "unlock"
        case .secureNow: "relock"
        case .opened: "opened"
        case .closed(_, let afterAlarm): afterAlarm ? "closed, alarm cleared" : "closed"
        case .taken: "taken"
        case .takenAfterAll: "taken after all"
        case .notTaken: "granted, not opened"
        case .unknown: "not known"
        case .closedBook: "closed book"
        case .forced: "forced"
        case .heldOpen: "held open"
        case .exitRequested: "exit"
        case .wire(let wire, let fault, let isOn): "\(wire.rawValue) \(fault.rawValue) \(isOn ? "on" : "off")"
        }
    }

    static let grant = PortalMachine.Input.grant(event: 1)

    @Test func normalPassage() {
        #expect(
            run(
                [
                    Step(at: 0, input: Self.grant), Step(at: 1.5, input: .contact(isOpen: true)),
                    Step(at: 4, input: .contact(isOpen: false)),
                ], until: 60)
                == ["0.0 unlock", "1.6 opened", "1.6 taken", "4.1 closed", "4.1 relock"])
    }

    @Test func grantThatIsNotUsed() {
        #expect(
            run([Step(at: 0, input: Self.grant)], until: 60) == ["0.0 unlock", "5.0 relock", "5.0 granted, not opened"])
    }

    @Test func forcedOpen() {
        #expect(
            run([Step(at: 0, input: .contact(isOpen: true)), Step(at: 3, input: .contact(isOpen: false))], until: 60)
                == ["0.1 opened", "0.1 forced", "3.1 closed, alarm cleared"])
    }

    @Test func heldOpen() {
        #expect(
            run(
                [
                    Step(at: 0, input: Self.grant), Step(at: 1, input: .contact(isOpen: true)),
                    Step(at: 50, input: .contact(isOpen: false)),
                ], until: 60)
                == [
                    "0.0 unlock", "1.1 opened", "1.1 taken", "5.0 relock", "31.0 held open",
                    "50.1 closed, alarm cleared",
                ])
    }

    @Test func exitButtonIsNoForcedDoor() {
        #expect(
            run(
                [
                    Step(at: 0, input: .exitButton(isPressed: true)),
                    Step(at: 0.4, input: .exitButton(isPressed: false)),
                    Step(at: 1, input: .contact(isOpen: true)), Step(at: 2, input: .contact(isOpen: false)),
                ], until: 60) == ["0.03 unlock", "0.03 exit", "1.1 opened", "2.1 closed", "2.1 relock"])
    }

    @Test func bouncingContactOpensOnce() {
        #expect(
            run(
                [
                    Step(at: 0, input: Self.grant), Step(at: 1, input: .contact(isOpen: true)),
                    Step(at: 1.02, input: .contact(isOpen: false)), Step(at: 1.04, input: .contact(isOpen: true)),
                    Step(at: 3, input: .contact(isOpen: false)),
                ], until: 60) == ["0.0 unlock", "1.14 opened", "1.14 taken", "3.1 closed", "3.1 relock"])
    }

    @Test func portalWithoutAContactCountsAGrantAsTaken() {
        var settings = PortalSettings(id: "p")
        settings.hasContact = false
        #expect(
            run([Step(at: 0, input: Self.grant)], until: 60, settings: settings) == [
                "0.0 unlock", "0.0 taken", "5.0 relock",
            ])
    }

    @Test func fireHoldsThePortalAndTheDoorIsWatchedAgainFromTheReset() {
        #expect(
            run(
                [
                    Step(at: 0, input: .posture(.fire)), Step(at: 1, input: .contact(isOpen: true)),
                    Step(at: 90, input: Self.grant), Step(at: 100, input: .posture(.secure)),
                ], until: 140) == ["0.0 unlock", "1.1 opened", "90.0 taken", "100.0 relock", "130.0 held open"])
    }

    @Test func lockdownTakesAReleaseBackButNotAnExit() {
        #expect(
            run([Step(at: 0, input: Self.grant), Step(at: 1, input: .posture(.lockdown))], until: 60)
                == ["0.0 unlock", "1.0 relock", "1.0 granted, not opened"])
        let press = [
            Step(at: 0, input: .exitButton(isPressed: true)), Step(at: 0.5, input: .exitButton(isPressed: false)),
        ]
        #expect(
            run(press + [Step(at: 1, input: .posture(.lockdown))], until: 60)
                == ["0.03 unlock", "0.03 exit", "5.5 relock"])
    }

    /// While the way is free a card opens nothing and is no less a passage: with the next opening, through the open door, or
    /// not at all.
    @Test func aGrantWhileTheWayIsFreeIsTakenWithTheNextOpening() {
        let free = Step(at: 0, input: .posture(.free))
        let second = Step(at: 3, input: .grant(event: 2))
        let open = Step(at: 4, input: .contact(isOpen: true))
        func found(_ steps: [Step]) -> [String] { run([free, Step(at: 1, input: Self.grant)] + steps, until: 20) }
        #expect(found([open]) == ["0.0 unlock", "4.1 opened", "4.1 taken"])
        #expect(found([]) == ["0.0 unlock", "6.0 granted, not opened"])
        #expect(found([second, open]) == ["0.0 unlock", "4.1 opened", "4.1 taken", "4.1 taken"], "both go through it")
        #expect(
            found([Step(at: 2, input: .posture(.secure))]) == ["0.0 unlock", "2.0 relock", "2.0 granted, not opened"])
        #expect(found([Step(at: 2, input: .posture(.fire)), open]) == ["0.0 unlock", "4.1 opened", "4.1 taken"])
    }

    /// The light is not green yet, and the guard blocks the gate: the line is set to its rest, so that whoever holds the
    /// release back for the disk drops it.
    @Test(arguments: [Posture.lockdown, .blocked])
    func aPostureBeforeTheEntryIsOnDiskSecures(posture: Posture) {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        #expect(machine.handle(Self.grant, at: .zero) == [.requestRelease(event: 1)])
        #expect(
            machine.handle(.posture(posture), at: .zero)
                == [.secureNow, .notTaken(event: 1), .closedBook(event: 1)])
        #expect(machine.handle(.performed(event: 1), at: .zero) == [.secureNow], "a line that was set all the same")
        #expect(!machine.isReleased && machine.nextDeadline == nil)
    }

    /// The time is over, a car stands under the barrier, and somebody lets the exit button go: no moment of anything else
    /// brings the barrier down onto it.
    @Test func noOtherDeadlineLetsABarrierGoOntoACar() {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        func at(_ seconds: Int) -> MonotonicTime { .zero + .seconds(seconds) }
        _ = machine.handle(.exitButton(isPressed: true), at: .zero)
        _ = machine.handle(.time, at: at(1))
        _ = machine.handle(.occupied(true), at: at(2))
        _ = machine.handle(.exitButton(isPressed: false), at: at(3))
        #expect(machine.handle(.time, at: at(12)).isEmpty && machine.isReleased)
        _ = machine.handle(.contact(isOpen: true), at: at(13))
        #expect(!machine.handle(.time, at: at(14)).contains(.secureNow))
        #expect(!machine.handle(.time, at: at(60)).contains(.secureNow), "not when it is held open either")
        #expect(machine.handle(.occupied(false), at: at(61)) == [.secureNow])
    }

    /// Free passage ends, or a lockdown comes, while a car stands there: the barrier waits for it and for nothing else.
    @Test(arguments: [Posture.free, .secure])
    func aPostureNeverLetsABarrierGoOntoACar(before: Posture) {
        var machine = PortalMachine(settings: PortalSettings(id: "p"), posture: before)
        if before == .secure {
            _ = machine.handle(Self.grant, at: .zero)
            _ = machine.handle(.performed(event: 1), at: .zero)
        }
        _ = machine.handle(.occupied(true), at: .zero)
        #expect(machine.handle(.posture(.lockdown), at: .zero + .seconds(1)).isEmpty && machine.isReleased)
        #expect(machine.handle(.time, at: .zero + .seconds(30)).isEmpty)
        #expect(machine.handle(.occupied(false), at: .zero + .seconds(31)).contains(.secureNow))
        #expect(!machine.isReleased)
    }

    /// The entry of the first is on disk, that of the second never comes (`on_timeout: hold`): the way that the first one
    /// opened is secured again all the same.
    @Test func aGrantThatIsHeldBackLeavesNoLineReleased() {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        _ = machine.handle(.grant(event: 1), at: .zero)
        #expect(machine.handle(.grant(event: 2), at: .zero) == [.requestRelease(event: 2)])
        // The line is released for the first, whose entry was on its way to the disk.
        _ = machine.handle(.performed(event: 1), at: .zero)
        #expect(machine.isReleased)
        _ = machine.handle(.abandoned(event: 2), at: .zero)
        #expect(machine.handle(.time, at: .zero + .seconds(5)).contains(.secureNow))
        #expect(!machine.isReleased)
    }

    /// The first one's time ends, or their door closes, while the second one's entry is on its way to the disk: the second is
    /// let in when it is there, and has their whole time.
    @Test(arguments: [true, false])
    func whoFollowsIsLetInThoughTheFirstReleaseEnds(byDoor: Bool) {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        func at(_ seconds: Double) -> MonotonicTime { .zero + .milliseconds(Int64(seconds * 1000)) }
        _ = machine.handle(.grant(event: 1), at: .zero)
        _ = machine.handle(.performed(event: 1), at: .zero)
        if byDoor {
            _ = machine.handle(.contact(isOpen: true), at: at(1))
            _ = machine.handle(.contact(isOpen: false), at: at(4.9))
        }
        #expect(machine.handle(.grant(event: 2), at: at(4.99)).contains(.requestRelease(event: 2)))
        let ended = machine.handle(.time, at: at(5))
        let again = ended.firstIndex(of: .secureNow).map { Array(ended[$0...].prefix(2)) }
        #expect(again == [.secureNow, .requestRelease(event: 2)], "securing takes the waiting release back")
        #expect(!ended.contains(.notTaken(event: 2)))
        _ = machine.handle(.performed(event: 2), at: at(5.1))
        #expect(machine.isReleased)
        #expect(
            machine.handle(.time, at: at(10.1)).filter { $0 != .closedBook(event: 1) }
                == [.secureNow, .notTaken(event: 2)])
    }

    /// A lockdown while a car stands there on the first grant: the second one's entry opens nothing any more.
    @Test func aLockdownEndsWhoeverFollows() {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        _ = machine.handle(.grant(event: 1), at: .zero)
        _ = machine.handle(.performed(event: 1), at: .zero)
        _ = machine.handle(.contact(isOpen: true), at: .zero)
        _ = machine.handle(.occupied(true), at: .zero + .seconds(1))
        _ = machine.handle(.grant(event: 2), at: .zero + .seconds(1))
        #expect(
            machine.handle(.posture(.lockdown), at: .zero + .seconds(2))
                == [.notTaken(event: 2), .closedBook(event: 2)])
        #expect(machine.handle(.performed(event: 2), at: .zero + .seconds(3)).isEmpty)
        #expect(machine.handle(.occupied(false), at: .zero + .seconds(4)) == [.secureNow])
        #expect(!machine.isReleased && machine.lock == .secured)
    }

    /// And when that entry never comes, the way stays shut and nobody waits for it.
    @Test func whoFollowsAndIsHeldBackEndsWithTheFirstRelease() {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        _ = machine.handle(.grant(event: 1), at: .zero)
        _ = machine.handle(.performed(event: 1), at: .zero)
        _ = machine.handle(.grant(event: 2), at: .zero + .seconds(1))
        _ = machine.handle(.abandoned(event: 2), at: .zero + .seconds(2))
        #expect(machine.handle(.time, at: .zero + .seconds(5)) == [.secureNow, .notTaken(event: 1)])
        #expect(!machine.isReleased)
        #expect(machine.handle(.time, at: .zero + .seconds(6)) == [.closedBook(event: 1)])
        #expect(machine.nextDeadline == nil)
    }

    /// It was given up, and nobody waits for it: the exit says nothing of it, and the next card asks anew.
    @Test func aGrantThatWasGivenUpIsOver() {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        _ = machine.handle(Self.grant, at: .zero)
        #expect(machine.handle(.abandoned(event: 1), at: .zero).isEmpty && machine.lock == .secured)
        #expect(machine.handle(.grant(event: 2), at: .zero) == [.requestRelease(event: 2)])
        #expect(machine.handle(.abandoned(event: 1), at: .zero).isEmpty && machine.lock == .pending)
    }

    /// Somebody goes out while a card waits for the disk: the way is open at once, and the card has its whole time from when
    /// its entry is there.
    @Test func anExitOvertakesAGrantThatWaitsForTheDisk() {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        _ = machine.handle(Self.grant, at: .zero)
        _ = machine.handle(.exitButton(isPressed: true), at: .zero)
        #expect(
            machine.handle(.time, at: .zero + .milliseconds(30))
                == [.releaseNow, .exitRequested(at: .zero)])
        _ = machine.handle(.exitButton(isPressed: false), at: .zero + .milliseconds(35))
        #expect(machine.handle(.performed(event: 1), at: .zero + .milliseconds(400)).isEmpty)
        #expect(machine.handle(.time, at: .zero + .milliseconds(5035)).isEmpty)
        #expect(machine.handle(.time, at: .zero + .milliseconds(5400)) == [.secureNow, .notTaken(event: 1)])
    }

    /// Pressed in the last second of somebody's release: there is a whole time for whoever pressed.
    @Test func anExitProlongsARelease() {
        #expect(
            run(
                [
                    Step(at: 0, input: Self.grant), Step(at: 4, input: .exitButton(isPressed: true)),
                    Step(at: 4.5, input: .exitButton(isPressed: false)),
                ], until: 60) == ["0.0 unlock", "4.03 exit", "9.5 relock", "9.5 granted, not opened"])
    }

    /// Where the lock does not follow the door, a second opening of the same release is nobody's second passage.
    @Test func aGrantIsTakenOnce() {
        var settings = PortalSettings(id: "p")
        settings.relocksOnClose = false
        let found = run(
            [
                Step(at: 0, input: Self.grant), Step(at: 1, input: .contact(isOpen: true)),
                Step(at: 2, input: .contact(isOpen: false)), Step(at: 3, input: .contact(isOpen: true)),
                Step(at: 4, input: .contact(isOpen: false)),
            ], until: 60, settings: settings)
        #expect(
            found == [
                "0.0 unlock", "1.1 opened", "1.1 taken", "2.1 closed", "3.1 opened", "4.1 closed", "5.0 relock",
            ])
    }

    /// What was taken is never said to be not taken, whatever ends the release: another card, a lockdown, a fire.
    @Test(arguments: [PortalMachine.Input.grant(event: 2), .posture(.lockdown), .posture(.fire)], [true, false])
    func whatWasTakenStaysTaken(input: PortalMachine.Input, hasContact: Bool) {
        var settings = PortalSettings(id: "p")
        (settings.relocksOnClose, settings.hasContact) = (false, hasContact)
        let found = run(
            [
                Step(at: 0, input: Self.grant), Step(at: 1, input: .contact(isOpen: true)),
                Step(at: 2, input: .contact(isOpen: false)), Step(at: 3, input: input),
            ], until: 3, settings: settings)
        #expect(found.contains { $0.hasSuffix(" taken") } && !found.contains { $0.hasSuffix("not opened") }, "\(found)")
        let opened = run(
            [Step(at: 0, input: Self.grant), Step(at: 1, input: .contact(isOpen: true)), Step(at: 3, input: input)],
            until: 3, settings: settings)
        #expect(!opened.contains { $0.hasSuffix("not opened") }, "\(opened)")
    }

    /// An opening up to a second after the relock belongs to the grant before it, a later one to nobody.
    @Test(arguments: [(5.85, false), (5.95, false), (6.05, true)])
    func aDoorThatOpensAfterTheRelockIsForcedOnlyAfterTheGrace(at: Double, isForced: Bool) {
        let found = run([Step(at: 0, input: Self.grant), Step(at: at, input: .contact(isOpen: true))], until: 20)
        #expect(found.contains { $0.hasSuffix("forced") } == isForced, "\(found)")
    }

    /// Every state by every event: whatever comes in whatever order, what was released is secured again.
    @Test func releasedMeansSecuredAgain() {
        let inputs: [PortalMachine.Input] = [
            .grant(event: 1), .grant(event: 2), .contact(isOpen: true), .contact(isOpen: false),
            .exitButton(isPressed: true),
            .exitButton(isPressed: false), .posture(.free), .posture(.secure), .posture(.lockdown), .posture(.fire),
            .time,
        ]
        var orders = 0
        for first in inputs {
            for second in inputs {
                for third in inputs {
                    for fourth in inputs {
                        orders += 1
                        var machine = PortalMachine(settings: PortalSettings(id: "p"))
                        var isLineReleased = false
                        var now = MonotonicTime.zero
                        func feed(_ input: PortalMachine.Input) {
                            for output in machine.handle(input, at: now) {
                                switch output {
                                case .releaseNow: isLineReleased = true
                                case .secureNow: isLineReleased = false
                                case .requestRelease(let event):
                                    isLineReleased = true
                                    feed(.performed(event: event))
                                default: break
                                }
                            }
                        }
                        for input in [first, second, third, fourth] {
                            feed(input)
                            now = now + .milliseconds(700)
                            feed(.time)
                        }
                        feed(.posture(.secure))
                        feed(.exitButton(isPressed: false))
                        now = now + .seconds(60)
                        feed(.time)
                        #expect(!isLineReleased && !machine.isReleased, "\([first, second, third, fourth])")
                    }
                }
            }
        }
        #expect(orders == 14_641)
    }
}
