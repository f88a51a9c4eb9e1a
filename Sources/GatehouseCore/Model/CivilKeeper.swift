/// Keeps the civil time that decisions use, whatever the machine's clock does (checks K10 and K11).
///
/// While the clock can be believed it is followed. A clock that jumps without a reason, or that stands at 1970 after a
/// start, is not: the keeper then goes on from the last time that it had, by the monotonic clock, and says that the time
/// is not trusted. A tenancy neither comes back because a clock was set back nor ends because it was set forth.
package struct CivilKeeper: Sendable {
    /// What makes the machine's clock believable.
    package enum Trust: String, Hashable, Sendable, CaseIterable {
        /// The kernel must say that something keeps it in step (NTP, GNSS).
        case synchronized
        /// A battery clock and no network: believed as long as it neither jumps nor stands behind the floor.
        case notBehindFloor
    }

    package struct Reading: Hashable, Sendable {
        package var civil: CivilTime
        package var isTrusted: Bool
        /// How far the machine's clock jumped since the reading before, if it did.
        package var step: Duration?
    }

    private enum Course: Sendable {
        case following
        /// The machine's clock is not believed: on from this pair.
        case own(civil: CivilTime, since: MonotonicTime)
        /// The clock is in step again but stands behind what was already used: time stands still until it is there.
        case waiting
    }

    /// A jump is a change of the clock against the monotonic one by more than this between two readings.
    static let jump: Duration = .seconds(1)
    /// How far ahead of the floor a clock that nothing keeps in step may stand at the start.
    static let plausible: Duration = .seconds(90 * 86400)

    private let trust: Trust
    /// The latest civil time that was trusted.
    package private(set) var floor: CivilTime
    private var course: Course
    private var last: CivilTime
    /// Clock less monotonic time at the reading before, in milliseconds.
    private var offset: Int64

    /// `floor` is the latest trusted time of the journal, or the date of the build. `resume` is the latest time that was
    /// used at all: without a clock time goes on from there.
    package init(
        trust: Trust, floor: CivilTime, resume: CivilTime, clock: CivilTime, at now: MonotonicTime, isSynchronized: Bool
    ) {
        let resume = max(floor, resume)
        self.trust = trust
        self.floor = floor
        last = max(floor, clock)
        offset = Self.offset(clock, now)
        let isBelieved =
            switch trust {
            case .notBehindFloor: clock + Self.jump >= resume
            case .synchronized:
                isSynchronized ? clock >= floor : clock + Self.jump >= resume && clock < resume + Self.plausible
            }
        if isBelieved {
            course = .following
        } else if trust == .synchronized, isSynchronized {
            course = .waiting
            last = floor
        } else {
            course = .own(civil: resume, since: now)
            last = resume
        }
    }

    /// Reads the time. `isSynchronized` is what the kernel says of its clock.
    package mutating func read(clock: CivilTime, at now: MonotonicTime, isSynchronized: Bool) -> Reading {
        let moved = Duration.milliseconds(Self.offset(clock, now) - offset)
        offset = Self.offset(clock, now)
        let step = moved > Self.jump || moved < .zero - Self.jump ? moved : nil
        let isInStep = trust == .synchronized && isSynchronized
        if let step, case .following = course, !isInStep {
            // Where the clock would stand if nobody had touched it.
            course = .own(civil: clock + (.zero - step), since: now)
        }
        if case .own(let civil, let since) = course {
            let own = civil + (now - since)
            let distance = clock - own
            // Somebody has put it right again, as far as can be told.
            let isRight = trust == .notBehindFloor && distance <= Self.jump && distance >= .zero - Self.jump
            if isInStep || isRight { course = .following } else { last = own }
        }
        switch course {
        case .own: break
        case .following, .waiting:
            // A clock that is slewed back a little stands still for as long, and is as good as before.
            course = clock + Self.jump < floor ? .waiting : .following
            last = max(clock, floor)
        }
        var isTrusted = false
        if case .following = course { isTrusted = trust == .notBehindFloor || isSynchronized }
        if isTrusted { floor = max(floor, last) }
        return Reading(civil: last, isTrusted: isTrusted, step: step)
    }

    /// An operator says that the machine's clock is right, wherever it stands. The distance by which the time moved comes
    /// back.
    package mutating func accept(clock: CivilTime, at now: MonotonicTime) -> Duration {
        let moved = clock - last
        offset = Self.offset(clock, now)
        floor = clock
        last = clock
        course = .following
        return moved
    }

    private static func offset(_ clock: CivilTime, _ now: MonotonicTime) -> Int64 {
        clock.milliseconds - now.nanoseconds / 1_000_000
    }
}
