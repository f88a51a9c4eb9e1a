/// Times from bit to bit as a histogram: twelve steps to each power of ten from 10 microseconds to 100 ms, so that a
/// percentile is right to a fifth and costs a hundred words.
package struct WiegandTiming: Hashable, Sendable {
    /// Upper ends of the steps in nanoseconds.
    private static let edges: [Int64] = {
        // 10^(1/12), in millionths.
        var edges: [Int64] = [10_000]
        while edges[edges.count - 1] < 100_000_000 { edges.append(edges[edges.count - 1] * 1_211_528 / 1_000_000) }
        return edges
    }()

    private var counts: [Int]
    package private(set) var total = 0

    package init() { counts = Array(repeating: 0, count: Self.edges.count + 1) }

    package mutating func add(_ nanoseconds: Int64) {
        var (low, high) = (0, Self.edges.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.edges[middle] < nanoseconds { low = middle + 1 } else { high = middle }
        }
        counts[low] += 1
        total += 1
    }

    /// Microseconds below which this share of the gaps lies; nil before the first.
    package func percentile(_ share: Double) -> Int? {
        guard total > 0 else { return nil }
        let wanted = min(total - 1, Int(Double(total) * share))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen > wanted { return Int(Self.edges[min(index, Self.edges.count - 1)] / 1000) }
        }
        return nil
    }
}
