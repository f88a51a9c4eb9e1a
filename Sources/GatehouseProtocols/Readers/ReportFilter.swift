import GatehouseCore

/// Lets a tag pass when it was reported often enough: a ghost of noise whose check fits comes once, a vehicle in the next
/// lane now and then. The last 16 tags are kept; the one not reported for longest goes first.
struct ReportFilter<Tag: Hashable & Sendable>: Sendable {
    /// Reports within the window that are needed; 1 lets every tag pass.
    let needed: Int
    let window: Duration
    /// When each tag was reported, the longest unseen first.
    private var reports: [(tag: Tag, at: [MonotonicTime])] = []

    private static var capacity: Int { 16 }

    init(needed: Int, window: Duration) {
        self.needed = max(1, needed)
        self.window = window
    }

    mutating func admits(_ tag: Tag, at now: MonotonicTime) -> Bool {
        guard needed > 1 else { return true }
        var times: [MonotonicTime] = []
        if let index = reports.firstIndex(where: { $0.tag == tag }) { times = reports.remove(at: index).at }
        if reports.count == Self.capacity { reports.removeFirst() }
        times = (times + [now]).suffix(needed).filter { now - $0 < window }
        reports.append((tag, times))
        return times.count >= needed
    }
}
