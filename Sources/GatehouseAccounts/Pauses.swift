package import GatehouseCore

/// How long a try waits after those before it that failed. Each try belongs to lanes that are counted apart; after some free
/// tries a lane's pauses double from 1 s to 15 min. A day without a try forgets a lane.
///
/// A try counts as failed from its beginning, so that many at once are no way around a pause; who was right takes it back.
package struct Pauses: Sendable {
    package struct Lane: Hashable, Sendable {
        /// A digest: what somebody typed is not kept.
        package let id: [UInt8]
        package let free: Int
        package init(id: [UInt8], free: Int) { (self.id, self.free) = (id, free) }
    }
    private struct State {
        var failures = 0
        var last: MonotonicTime
    }
    private var lanes: [[UInt8]: State] = [:]
    /// Lanes that had to go for others before their day was over.
    package private(set) var letGo: UInt64 = 0

    package static let longest: Duration = .seconds(900)
    package static let memory: Duration = .seconds(86_400)
    package static let limit = 8192

    package init() {}

    package var count: Int { lanes.count }

    package static func pause(after failures: Int, free: Int) -> Duration {
        guard failures >= free else { return .zero }
        return min(longest, .seconds(1 << min(failures - free, 10)))
    }

    /// Counts a try in its lanes; or says how long it has to wait yet, and counts nothing.
    package mutating func begin(_ lanes: [Lane], at now: MonotonicTime) -> Duration? {
        let rest = lanes.map { self.rest(of: $0, at: now) }.max() ?? Duration.zero
        guard rest <= .zero else { return rest }
        for lane in lanes {
            let failures = state(of: lane, at: now)?.failures ?? 0
            if self.lanes[lane.id] == nil { makeRoom(at: now) }
            self.lanes[lane.id] = State(failures: failures + 1, last: now)
        }
        return nil
    }

    /// The try that was begun did not fail.
    package mutating func takeBack(_ lane: Lane) {
        guard let failures = lanes[lane.id]?.failures else { return }
        if failures > 1 { lanes[lane.id]?.failures -= 1 } else { lanes[lane.id] = nil }
    }

    /// Whoever is in this lane has shown who they are.
    package mutating func clear(_ lane: Lane) { lanes[lane.id] = nil }

    private func state(of lane: Lane, at now: MonotonicTime) -> State? {
        lanes[lane.id].flatMap { now - $0.last < Self.memory ? $0 : nil }
    }

    private func rest(of lane: Lane, at now: MonotonicTime) -> Duration {
        guard let state = state(of: lane, at: now) else { return .zero }
        return state.last + Self.pause(after: state.failures, free: lane.free) - now
    }

    /// At the bound forgotten lanes go, and then the eighth whose last try is the longest ago.
    private mutating func makeRoom(at now: MonotonicTime) {
        guard lanes.count >= Self.limit else { return }
        lanes = lanes.filter { now - $0.value.last < Self.memory }
        guard lanes.count >= Self.limit else { return }
        let old = lanes.sorted { ($0.value.last, Hex($0.key)) < ($1.value.last, Hex($1.key)) }.prefix(Self.limit / 8)
        for (id, _) in old { lanes[id] = nil }
        letGo += UInt64(old.count)
    }

    /// Octets in an order, so that equal times are settled the same way in every run.
    private struct Hex: Comparable {
        let octets: [UInt8]
        init(_ octets: [UInt8]) { self.octets = octets }
        static func < (left: Self, right: Self) -> Bool { left.octets.lexicographicallyPrecedes(right.octets) }
    }
}
