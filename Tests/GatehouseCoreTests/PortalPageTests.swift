import GatehouseCore
import Glibc
import Testing

/// docs/portals.md has every state by every event, made of the machine itself.
@Suite("The page of the portals")
struct PortalPageTests {
    /// How a portal stands: a way to get there, and its name.
    struct State: Sendable {
        var name: String
        var steps: [(Double, PortalMachine.Input)]
        /// How long after the last of them it is looked at.
        var then: Double = 1
    }

    static let let_: [(Double, PortalMachine.Input)] = [(0, .grant(event: 1)), (0, .performed(event: 1))]
    static let press: [(Double, PortalMachine.Input)] = [(0, .exitButton(isPressed: true))]

    static let states: [State] = [
        State(name: "secured", steps: []),
        State(name: "pending: a grant waits for its entry", steps: [(0, .grant(event: 1))], then: 0),
        State(name: "released for a grant", steps: let_),
        State(
            name: "released for a grant, another one waits for its entry", steps: let_ + [(1, .grant(event: 2))],
            then: 0),
        State(name: "released for a grant that was taken, door open", steps: let_ + [(1, .contact(isOpen: true))]),
        State(name: "exit button pressed", steps: press),
        State(name: "exit button let go", steps: press + [(1, .exitButton(isPressed: false))]),
        State(name: "the second after a grant that nobody took", steps: let_ + [(5, .time)], then: 0.5),
        State(
            name: "the second after an exit", steps: press + [(1, .exitButton(isPressed: false)), (6, .time)], then: 0.5
        ),
        State(name: "secured, door open", steps: let_ + [(1, .contact(isOpen: true)), (7, .time)]),
        State(name: "forced", steps: [(0, .contact(isOpen: true))]),
        State(name: "held open", steps: let_ + [(1, .contact(isOpen: true)), (40, .time)]),
        State(name: "free", steps: [(0, .posture(.free))]),
        State(name: "free, a grant waits for the door", steps: [(0, .posture(.free)), (0, .grant(event: 1))]),
        State(name: "free, door open", steps: [(0, .posture(.free)), (1, .contact(isOpen: true))]),
        State(name: "fire", steps: [(0, .posture(.fire))]),
        State(name: "lockdown", steps: [(0, .posture(.lockdown))]),
        State(name: "lockdown, exit button pressed", steps: [(0, .posture(.lockdown))] + press),
        State(name: "blocked", steps: [(0, .posture(.blocked))]),
        State(
            name: "time over, something stands in the passage",
            steps: let_ + [(1, .occupied(true)), (7, .time)]),
    ]

    /// What happens, and how long it takes to be believed.
    static let events: [(name: String, inputs: [PortalMachine.Input], takes: Double)] = [
        ("a grant", [.grant(event: 9)], 0),
        ("its entry is on disk", [.performed(event: 1)], 0),
        ("its entry does not come (`hold`)", [.abandoned(event: 1)], 0),
        ("exit button is pressed", [.exitButton(isPressed: true)], 0.03),
        ("exit button is let go", [.exitButton(isPressed: false)], 0.03),
        ("door opens", [.contact(isOpen: true)], 0.1),
        ("door closes", [.contact(isOpen: false)], 0.1),
        ("free passage", [.posture(.free)], 0),
        ("fire", [.posture(.fire)], 0),
        ("normal", [.posture(.secure)], 0),
        ("lockdown", [.posture(.lockdown)], 0),
        ("blocked", [.posture(.blocked)], 0),
        ("something stands in the passage", [.occupied(true)], 0),
        ("the passage is clear", [.occupied(false)], 0),
        ("a minute goes by", [], 60),
    ]

    private static func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    private static func reach(_ state: State) -> (machine: PortalMachine, now: Double) {
        var machine = PortalMachine(settings: PortalSettings(id: "p"))
        var now = 0.0
        for (at, input) in state.steps {
            now = at
            _ = machine.handle(input, at: time(at))
        }
        now += state.then
        _ = machine.handle(.time, at: time(now))
        return (machine, now)
    }

    private static func words(_ outputs: [PortalMachine.Output]) -> String {
        let words = outputs.compactMap { output -> String? in
            switch output {
            case .requestRelease: "ask for the release"
            case .releaseNow: "**release**"
            case .secureNow: "**secure**"
            case .opened: nil
            case .closed(_, let afterAlarm): afterAlarm ? "closed again" : nil
            case .taken(let event, _): "grant \(event) taken"
            case .takenAfterAll(let event, _): "grant \(event) taken after all"
            case .notTaken(let event): "grant \(event) not taken"
            case .unknown(let event): "grant \(event): nobody knows"
            case .closedBook: nil
            case .forced: "forced"
            case .heldOpen: "held open"
            case .exitRequested: "exit"
            case .wire(_, let fault, _): "\(fault.rawValue)"
            }
        }
        return words.isEmpty ? "" : words.joined(separator: ", ")
    }

    private static func stands(_ machine: PortalMachine) -> String {
        let door =
            switch machine.door {
            case .closed: "closed"
            case .open(_, true, _): "open, forced"
            case .open(_, _, true): "open, held open"
            case .open: "open"
            }
        return "\(machine.lock.rawValue), \(door)"
    }

    private static func table(of state: State) -> [String] {
        let (machine, now) = reach(state)
        var lines = ["### \(state.name)", "", "| event | what is done | lock, door |", "|---|---|---|"]
        for event in events {
            var after = machine
            var outputs: [PortalMachine.Output] = []
            for input in event.inputs { outputs += after.handle(input, at: time(now)) }
            outputs += after.handle(.time, at: time(now + event.takes))
            lines.append("| \(event.name) | \(words(outputs)) | \(stands(after)) |")
        }
        // What a restart does: the posture is kept, and the wires are read again.
        var after = PortalMachine(settings: machine.settings, posture: machine.posture)
        let line = after.isReleased ? "**release**" : "**secure**"
        var isOpen = false
        if case .open = machine.door { isOpen = true }
        let isPressed = state.steps.last { if case .exitButton = $0.1 { true } else { false } }?.1
        var outputs = after.handle(.contact(isOpen: isOpen), at: time(now))
        if let isPressed { outputs += after.handle(isPressed, at: time(now)) }
        outputs += after.handle(.time, at: time(now + 0.1))
        let more = words(outputs)
        lines.append("| restart | \(line)\(more.isEmpty ? "" : ", \(more)") | \(stands(after)) |")
        return lines + [""]
    }

    private static func barrier() -> [String] {
        let ways: [(String, [(LaneMachine.Sensor, Bool)])] = [
            ("closed", [(.closedLimit, true)]),
            ("opening", [(.closedLimit, true), (.closedLimit, false)]),
            ("open", [(.openLimit, true)]),
            ("closing", [(.openLimit, true), (.openLimit, false)]),
            ("fault", [(.openLimit, true), (.closedLimit, true)]),
        ]
        var lines = [
            "| barrier | open limit on | open limit off | closed limit on | closed limit off | travel time over |",
            "|---|---|---|---|---|---|",
        ]
        for (name, steps) in ways {
            var lane = LaneMachine(settings: LaneSettings(sensors: [.openLimit, .closedLimit]))
            var now = 0.0
            func give(_ sensor: LaneMachine.Sensor, _ isOn: Bool, to lane: inout LaneMachine) {
                _ = lane.handle(.sensor(sensor, isActive: isOn), at: time(now))
                now += 0.1
                _ = lane.handle(.time, at: time(now))
            }
            for (sensor, isOn) in steps { give(sensor, isOn, to: &lane) }
            #expect(lane.barrier.rawValue == name)
            let cells = [
                (LaneMachine.Sensor.openLimit, true), (.openLimit, false), (.closedLimit, true), (.closedLimit, false),
            ]
            .map { sensor, isOn in
                var after = lane
                give(sensor, isOn, to: &after)
                return after.barrier.rawValue
            }
            var late = lane
            _ = late.handle(.time, at: time(now + 20))
            lines.append("| \(name) | \((cells + [late.barrier.rawValue]).joined(separator: " | ")) |")
        }
        return lines + [""]
    }

    private static let path =
        String(#filePath.dropLast("/Tests/GatehouseCoreTests/PortalPageTests.swift".count)) + "/docs/portals.md"
    private static let mark = "<!-- made of the machine: GATEHOUSE_WRITE_DOCS=1 swift test --filter PortalPageTests -->"

    private static func read() -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var octets: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 1 << 16)
        while case let read = fread(&part, 1, part.count, file), read > 0 { octets += part[..<read] }
        return String(decoding: octets, as: UTF8.self)
    }

    @Test func thePageSaysWhatTheMachineDoes() throws {
        let said = Self.read()
        let head = try #require(said.range(of: Self.mark)).upperBound
        var lines = ["", "", "## The barrier of a lane, by its limit switches", ""] + Self.barrier()
        lines += ["## The portal, every state by every event", ""]
        for state in Self.states { lines += Self.table(of: state) }
        let page = said[..<head] + lines.joined(separator: "\n")
        if getenv("GATEHOUSE_WRITE_DOCS") != nil {
            let file = try #require(fopen(Self.path, "w"))
            fputs(String(page), file)
            fclose(file)
        }
        let isSame = Self.read() == page
        #expect(isSame, "docs/portals.md is not what the machine does; GATEHOUSE_WRITE_DOCS=1 writes it anew")
    }

    /// Whatever state, whatever event: a minute later nobody is let in who was not, and an exit that is pressed is open.
    @Test func noStateShutsAPressedExit() {
        for state in Self.states {
            for event in Self.events {
                var (machine, now) = Self.reach(state)
                for input in event.inputs { _ = machine.handle(input, at: Self.time(now)) }
                if event.inputs == [.exitButton(isPressed: false)] { continue }
                now += 0.2
                _ = machine.handle(.exitButton(isPressed: true), at: Self.time(now))
                for _ in 0..<60 {
                    now += 1
                    _ = machine.handle(.time, at: Self.time(now))
                    #expect(machine.isReleased, "\(state.name), \(event.name): shut at \(now)")
                }
            }
        }
    }
}

extension String {
    fileprivate func range(of mark: String) -> Range<String.Index>? { firstRange(of: mark) }
}
