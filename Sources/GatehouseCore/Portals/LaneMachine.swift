/// A lane with loops or beams and a barrier that says where it stands (gate-io reference, sections 2 and 3): one grant is
/// one vehicle. The motor's own safety closes the barrier; nothing here ever does.
///
/// A vehicle is through when it was on the safety loop and left it, with the entry loop first where there is one. Two of
/// them after one grant are tailgating.
package struct LaneMachine: Sendable {
    package enum Sensor: String, Hashable, Sendable, CaseIterable {
        case entryLoop, safetyLoop, openLimit, closedLimit
    }

    package enum Barrier: String, Hashable, Sendable, CaseIterable {
        /// No limit switch is wired.
        case unknown
        case closed, opening, open, closing
        /// No limit was reached within the travel time, or both are.
        case fault
    }

    package enum Input: Hashable, Sendable {
        /// The way was opened for the vehicle of this entry.
        case granted(event: UInt64)
        /// It was given up, or another took its place.
        case cancelled(event: UInt64)
        /// The raw level of a loop, beam or limit switch.
        case sensor(Sensor, isActive: Bool)
        /// Everybody may pass: free passage or fire.
        case free(Bool)
        case time
    }

    package enum Output: Hashable, Sendable {
        case taken(event: UInt64)
        case notTaken(event: UInt64)
        /// A vehicle came through that nobody had let in.
        case tailgated
        /// Something stands under the barrier, or stands there no more.
        case occupied(Bool)
        case barrier(Barrier)
        /// Its time is over, and the loop that would have told is not to be believed.
        case unknown(event: UInt64)
        /// A sensor changes too fast to be believed, or is well again.
        case chatters(Sensor, isOn: Bool)
    }

    package let settings: LaneSettings
    private var inputs: [Sensor: DebouncedInput] = [:]
    private var grants: [(event: UInt64, until: MonotonicTime)] = []
    private var isFree = false
    /// The vehicle on the safety loop came over the entry loop; one that comes from inside goes out and needs no grant.
    private var comesIn = false
    private var movesSince: MonotonicTime?
    package private(set) var barrier: Barrier

    package init(settings: LaneSettings) {
        self.settings = settings
        for sensor in settings.sensors { inputs[sensor] = DebouncedInput(span: LaneSettings.debounce) }
        let hasLimits = settings.sensors.contains(.openLimit) || settings.sensors.contains(.closedLimit)
        barrier = hasLimits ? .closing : .unknown
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Output] {
        var outputs = settle(at: now)
        switch input {
        case .granted(let event):
            if !grants.contains(where: { $0.event == event }) {
                grants.append((event, now + settings.passageTimeout))
            }
        case .cancelled(let event): grants.removeAll { $0.event == event }
        case .sensor(let sensor, let isActive): hear(sensor, isActive, at: now)
        case .free(let free): isFree = free
        case .time: break
        }
        outputs += settle(at: now)
        return outputs
    }

    package var nextDeadline: Deadline? {
        var next: Deadline?
        for sensor in settings.sensors {
            if let at = inputs[sensor]?.settlesAt {
                next = .earliest(next, Deadline(at: at, waiter: "\(sensor.rawValue) settles"))
            }
        }
        if let until = grants.map(\.until).min() { next = .earliest(next, Deadline(at: until, waiter: "vehicle")) }
        if let since = movesSince {
            next = .earliest(next, Deadline(at: since + settings.travelTime, waiter: "barrier"))
        }
        return next
    }

    private func isOn(_ sensor: Sensor) -> Bool { inputs[sensor]?.isActive ?? false }

    /// A loop drops out for up to a second under a high bed: it is left only after the hold-off.
    private mutating func hear(_ sensor: Sensor, _ isActive: Bool, at now: MonotonicTime) {
        guard var input = inputs[sensor] else { return }
        let isLoop = sensor == .entryLoop || sensor == .safetyLoop
        input.span = isLoop && !isActive ? settings.holdOff : .milliseconds(50)
        input.hear(isActive, at: now)
        inputs[sensor] = input
    }

    private mutating func settle(at now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        while let deadline = nextDeadline, deadline.at <= now {
            let due = deadline.at
            for sensor in settings.sensors {
                while let change = inputs[sensor]?.settle(at: due) { outputs += heard(change, of: sensor, at: due) }
            }
            for grant in grants where grant.until <= due {
                outputs.append(isBlind ? .unknown(event: grant.event) : .notTaken(event: grant.event))
            }
            grants.removeAll { $0.until <= due }
            if let since = movesSince, since + settings.travelTime <= due {
                movesSince = nil
                outputs += becomes(.fault)
            }
        }
        return outputs
    }

    /// The safety loop is not to be believed: something may stand under the barrier, and nobody is counted.
    private var isBlind: Bool { inputs[.safetyLoop]?.chatters ?? false }

    private mutating func heard(
        _ change: DebouncedInput.Change, of sensor: Sensor, at now: MonotonicTime
    ) -> [Output] {
        switch change {
        case .level: return sensor == .safetyLoop && isBlind ? [] : changed(sensor, at: now)
        case .chatters: return [.chatters(sensor, isOn: true)] + (sensor == .safetyLoop ? [.occupied(true)] : [])
        case .quiet:
            guard sensor == .safetyLoop else { return [.chatters(sensor, isOn: false)] }
            comesIn = false
            return [.chatters(sensor, isOn: false), .occupied(isOn(.safetyLoop))]
        }
    }

    private mutating func changed(_ sensor: Sensor, at now: MonotonicTime) -> [Output] {
        switch sensor {
        case .entryLoop: return []
        case .safetyLoop:
            if isOn(.safetyLoop) {
                comesIn = isOn(.entryLoop) || !settings.sensors.contains(.entryLoop)
                return [.occupied(true)]
            }
            guard comesIn else { return [.occupied(false)] }
            comesIn = false
            if !grants.isEmpty { return [.taken(event: grants.removeFirst().event), .occupied(false)] }
            return isFree ? [.occupied(false)] : [.tailgated, .occupied(false)]
        case .openLimit, .closedLimit: return limit(at: now)
        }
    }

    private mutating func limit(at now: MonotonicTime) -> [Output] {
        let (isOpen, isClosed) = (isOn(.openLimit), isOn(.closedLimit))
        if isOpen && isClosed {
            movesSince = nil
            return becomes(.fault)
        }
        if isOpen || isClosed {
            movesSince = nil
            return becomes(isOpen ? .open : .closed)
        }
        movesSince = now
        return becomes(barrier == .open || barrier == .closing ? .closing : .opening)
    }

    private mutating func becomes(_ next: Barrier) -> [Output] {
        guard next != barrier else { return [] }
        barrier = next
        return [.barrier(next)]
    }
}

/// What a lane has (gate-io reference, section 2).
package struct LaneSettings: Hashable, Sendable {
    package var sensors: [LaneMachine.Sensor]
    /// How long a level of a loop, beam or limit switch has to stand.
    package static let debounce: Duration = .milliseconds(50)
    /// How long the way stays somebody's without a vehicle on the safety loop.
    package var passageTimeout: Duration
    /// Between the limits: 2 to 15 s for a barrier, 10 to 40 s for a swing gate.
    package var travelTime: Duration
    /// How long a loop has to be quiet before its vehicle has left.
    package var holdOff: Duration

    package init(
        sensors: [LaneMachine.Sensor], passageTimeout: Duration = .seconds(30), travelTime: Duration = .seconds(15),
        holdOff: Duration = .seconds(1)
    ) {
        self.sensors = sensors
        self.passageTimeout = passageTimeout
        self.travelTime = travelTime
        self.holdOff = holdOff
    }
}
