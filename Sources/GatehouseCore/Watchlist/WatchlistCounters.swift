/// What the oversight publishes each quarter: counts over entries that have ended, made from the opened notes alone, so that
/// anybody who is given the same notes counts the same.
package struct WatchlistCounters: Sendable {
    package struct Count: Hashable, Sendable {
        package var entries = 0
        package var hits = 0
        package var confirmed = 0
        package var notThePerson = 0
        package var suspended = 0
        /// How long the entries were on the list, together.
        package var seconds: Int64 = 0
        package init() {}
    }

    package private(set) var byCategory: [WatchlistCategory: Count] = [:]
    package private(set) var refused = 0
    /// The notes that it was made from.
    package private(set) var notes: [UInt64] = []

    private struct Life {
        var category: WatchlistCategory?
        var added: CivilTime?
        var count = Count()
        var notes: [UInt64] = []
    }
    private var lives: [String: Life] = [:]
    private let from: CivilTime
    private let until: CivilTime

    /// Entries whose end was noted from the one time until before the other.
    package init(from: CivilTime, until: CivilTime) {
        (self.from, self.until) = (from, until)
    }

    /// Notes in their order, from a month before the beginning on: an entry lives no longer.
    package mutating func hear(_ note: WatchlistNote, at: CivilTime, sequence: UInt64) {
        let isInside = at >= from && at < until
        guard !note.entry.isEmpty else {
            guard note.kind == .refused, isInside else { return }
            refused += 1
            notes.append(sequence)
            return
        }
        var life = lives.removeValue(forKey: note.entry) ?? Life()
        life.category = note.category ?? life.category
        life.notes.append(sequence)
        switch note.kind {
        case .added: life.added = at
        case .hit: life.count.hits += 1
        case .confirmed: life.count.confirmed += 1
        case .notThePerson: life.count.notThePerson += 1
        case .suspended: life.count.suspended += 1
        case .withdrawn, .expired, .replaced:
            if isInside { end(life, at: at) }
            return
        case .blank, .settled, .lapsed, .crowdedOut, .renewed, .refused: break
        }
        lives[note.entry] = life
    }

    private mutating func end(_ life: Life, at: CivilTime) {
        guard let category = life.category else { return }
        var count = byCategory[category] ?? Count()
        count.entries += 1
        count.hits += life.count.hits
        count.confirmed += life.count.confirmed
        count.notThePerson += life.count.notThePerson
        count.suspended += life.count.suspended
        count.seconds += life.added.map { max(0, at.seconds - $0.seconds) } ?? 0
        byCategory[category] = count
        notes += life.notes
    }
}
