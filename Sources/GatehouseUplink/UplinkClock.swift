package import GatehouseCore
internal import Glibc

/// The clocks of the machine.
package enum UplinkClock {
    package static func monotonic() -> MonotonicTime {
        let time = read(CLOCK_MONOTONIC)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func civil() -> CivilTime {
        let time = read(CLOCK_REALTIME)
        return CivilTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        precondition(clock_gettime(clock, &time) == 0, "clock \(clock) cannot be read: \(errno)")
        return time
    }
}

/// How long to wait before the daemon is called again: 200 ms, twice as long each time, 5 s at most. Only a daemon that
/// answered starts it anew: one that takes the call and hangs up is called no faster.
package struct CallBack: Sendable {
    package static let shortest: Duration = .milliseconds(200)
    package static let longest: Duration = .seconds(5)
    private var next = shortest

    package init() {}

    /// The pause after a call that failed or ended.
    package mutating func pause() -> Duration {
        defer { next = min(Self.longest, next * 2) }
        return next
    }

    package mutating func answered() { next = Self.shortest }
}
