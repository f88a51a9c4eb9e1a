internal import CLinux
package import GatehouseCore
internal import Glibc

/// The clocks of the machine, and how far the civil one may be relied on.
package struct SystemClock: Sendable {
    /// What makes the civil clock trustworthy.
    package enum Trust: String, Hashable, Sendable, CaseIterable {
        /// The kernel must say that something keeps it in step (NTP, GNSS).
        case synchronized
        /// It is enough that it does not stand behind the floor: a controller with a battery clock and no network.
        case notBehindFloor
    }

    package enum Synchronization: Hashable, Sendable {
        case synchronized
        case unsynchronized
        /// The kernel would not say: a system call filter without `adjtimex`.
        case unknown
    }

    package struct Reading: Hashable, Sendable {
        package var monotonic: MonotonicTime
        /// Never before the floor.
        package var civil: CivilTime
        package var isTrusted: Bool
    }

    package var trust: Trust

    package init(trust: Trust = .synchronized) { self.trust = trust }

    /// Reads both clocks. `floor` is the latest civil time that was ever committed: a clock that stands behind it has
    /// lost its battery or was set back, and no entry may be older than the one before it.
    package func read(floor: CivilTime) -> Reading {
        let (civil, isTrusted) = Self.judge(
            Self.civil(), floor: floor, synchronization: Self.synchronization(), trust: trust)
        return Reading(monotonic: Self.monotonic(), civil: civil, isTrusted: isTrusted)
    }

    /// Whether a reading of the civil clock holds. An unknown state counts as not synchronized.
    package static func judge(
        _ clock: CivilTime, floor: CivilTime, synchronization: Synchronization, trust: Trust
    ) -> (civil: CivilTime, isTrusted: Bool) {
        guard clock >= floor else { return (floor, false) }
        return switch trust {
        case .notBehindFloor: (clock, true)
        case .synchronized: (clock, synchronization == .synchronized)
        }
    }

    package static func monotonic() -> MonotonicTime {
        MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC))
    }

    package static func civil() -> CivilTime {
        CivilTime(milliseconds: clinux_nanoseconds(CLOCK_REALTIME) / 1_000_000)
    }

    package static func synchronization() -> Synchronization {
        switch clinux_clock_is_synchronized() {
        case 1: .synchronized
        case 0: .unsynchronized
        default: .unknown
        }
    }
}
