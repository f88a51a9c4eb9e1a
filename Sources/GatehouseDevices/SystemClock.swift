internal import CLinux
package import GatehouseCore
internal import Glibc

/// The clocks of the machine, as they stand. `CivilKeeper` says how far the civil one may be relied on.
package enum SystemClock {
    package enum Synchronization: Hashable, Sendable {
        case synchronized
        case unsynchronized
        /// The kernel would not say: a system call filter without `adjtimex`.
        case unknown
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
