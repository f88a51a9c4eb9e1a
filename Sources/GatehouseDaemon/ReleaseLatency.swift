internal import GatehouseCore

/// How long people wait at the gate: from the last bit or octet of a reading, as the kernel stamped it, to the release
/// line. Counts in steps of an eighth of a power of two, from one microsecond to over a minute; nothing is kept of a
/// single release.
struct ReleaseLatency: Sendable {
    private static let steps = 8
    private var counts = [Int](repeating: 0, count: 27 * steps)
    private(set) var count = 0
    private(set) var longest: Duration = .zero

    mutating func add(_ span: Duration) {
        count += 1
        longest = max(longest, span)
        counts[Self.place(span)] += 1
    }

    /// The upper edge of the step that holds the share; zero when nothing was counted.
    func percentile(_ share: Double) -> Duration {
        let wanted = Int((Double(count) * share).rounded(.up))
        var seen = 0
        for (place, found) in counts.enumerated() where found > 0 {
            seen += found
            if seen >= wanted { return min(longest, Self.edge(place + 1)) }
        }
        return .zero
    }

    private static func place(_ span: Duration) -> Int {
        let micros = UInt64(max(1, span.wholeNanoseconds / 1000))
        let octave = 63 - micros.leadingZeroBitCount
        let part = Int(((micros << 3) >> UInt64(octave)) & 7)
        return min(27 * steps - 1, octave * steps + part)
    }

    private static func edge(_ place: Int) -> Duration {
        .microseconds(((8 + place % steps) << (place / steps)) >> 3)
    }
}
