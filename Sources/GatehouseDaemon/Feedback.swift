internal import GatehouseCore

/// Lamp and buzzer of a reader that the panel drives by lines (gate-io reference, section 6): what each indication looks
/// and sounds like, as a small machine.
struct Feedback: Sendable {
    enum Output: Hashable, Sendable {
        case green(Bool)
        case buzzer(Bool)
    }

    private struct Step: Sendable {
        var at: MonotonicTime
        var output: Output
    }

    private var steps: [Step] = []
    private var resting = false

    mutating func show(_ indication: Indication, at now: MonotonicTime) -> [Output] {
        steps = []
        switch indication {
        case .idle, .closed: resting = false
        case .open: resting = true
        case .granted:
            add(.green(true), .zero, now)
            beep(count: 1, on: .milliseconds(150), off: .zero, now)
            add(.green(resting), .seconds(2), now)
        case .denied:
            // The same for every denial. Three short beeps.
            beep(count: 3, on: .milliseconds(100), off: .milliseconds(100), now)
        case .waiting: beep(count: 2, on: .milliseconds(60), off: .milliseconds(60), now)
        case .key: beep(count: 1, on: .milliseconds(40), off: .zero, now)
        case .heldOpenWarning: beep(count: 20, on: .milliseconds(500), off: .milliseconds(500), now)
        case .alarm: beep(count: 60, on: .milliseconds(1500), off: .milliseconds(500), now)
        }
        var outputs: [Output] = indication == .granted ? [] : [.green(resting)]
        if steps.isEmpty { outputs.append(.buzzer(false)) }
        return outputs + timePassed(now)
    }

    mutating func timePassed(_ now: MonotonicTime) -> [Output] {
        let due = steps.prefix { $0.at <= now }
        steps.removeFirst(due.count)
        return due.map(\.output)
    }

    var nextDeadline: MonotonicTime? { steps.first?.at }

    private mutating func beep(count: Int, on: Duration, off: Duration, _ now: MonotonicTime) {
        for index in 0..<count {
            add(.buzzer(true), (on + off) * index, now)
            add(.buzzer(false), (on + off) * index + on, now)
        }
    }

    private mutating func add(_ output: Output, _ after: Duration, _ now: MonotonicTime) {
        let step = Step(at: now + after, output: output)
        let place = steps.firstIndex { $0.at > step.at } ?? steps.count
        steps.insert(step, at: place)
    }
}
