internal import GatehouseCore

/// A generator whose whole future is its seed (SplitMix64).
package struct Dice: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// True once in `count` times.
    package mutating func isOne(in count: UInt64) -> Bool { next() % count == 0 }
    package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
    package mutating func between(_ low: Duration, _ high: Duration) -> Duration {
        let span = UInt64(max(1, (high - low).wholeNanoseconds))
        return low + .nanoseconds(Int64(next() % span))
    }
}
