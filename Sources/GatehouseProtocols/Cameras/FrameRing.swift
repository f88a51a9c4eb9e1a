package import GatehouseCore

/// The last frames of a camera by the gate's clock at their arrival: a camera's own clock counts for nothing.
package struct FrameRing: Sendable {
    package struct Frame: Hashable, Sendable {
        package var at: MonotonicTime
        package var octets: [UInt8]
    }

    /// Octets that are kept at most, and how long: the oldest go first.
    package static let mostOctets = 8 << 20
    package static let span: Duration = .seconds(10)

    private var frames: [Frame] = []
    package private(set) var octets = 0

    package init() {}

    package var newest: Frame? { frames.last }
    package var count: Int { frames.count }

    /// A frame that is larger than the whole ring is not kept.
    package mutating func add(_ octets: [UInt8], at: MonotonicTime) {
        guard octets.count <= Self.mostOctets else { return }
        var old = 0
        var left = self.octets
        while old < frames.count, left + octets.count > Self.mostOctets || at - frames[old].at > Self.span {
            left -= frames[old].octets.count
            old += 1
        }
        frames.removeFirst(old)
        frames.append(Frame(at: at, octets: octets))
        self.octets = left + octets.count
    }

    /// The frame nearest to a moment; of two that are equally near the earlier one.
    package func nearest(to moment: MonotonicTime) -> Frame? {
        guard let after = first(from: moment) else { return frames.last }
        guard let before = last(before: moment) else { return after }
        return moment - before.at <= after.at - moment ? before : after
    }

    package func last(before moment: MonotonicTime) -> Frame? { frames.last { $0.at < moment } }
    package func first(from moment: MonotonicTime) -> Frame? { frames.first { $0.at >= moment } }
}
