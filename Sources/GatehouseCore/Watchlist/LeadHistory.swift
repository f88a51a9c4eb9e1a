/// What the sealed notes of earlier runs say, read in their order: leads that are owed still, and what the authority
/// answered. The ring and the counts of a new run are made from it.
package struct LeadHistory: Hashable, Sendable {
    package struct Hit: Hashable, Sendable {
        package var note: WatchlistNote
        package var at: CivilTime
        /// Messages that have ended.
        package var ended: Set<LeadKey> = []
        /// The digest of its picture, where there is one.
        package var picture: [UInt8]?
        package var isAnswered = false
    }

    package private(set) var hits: [UInt64: Hit] = [:]
    /// Answers that it was somebody else, by entry.
    package private(set) var falseHits: [String: Int] = [:]
    /// Steps that stand in a note.
    package private(set) var noted: Set<WatchlistNote> = []

    package init() {}

    package mutating func hear(_ note: WatchlistNote, at: CivilTime) {
        let key = LeadKey(event: note.event, isPicture: note.isPicture)
        switch note.kind {
        case .hit: hits[note.event] = Hit(note: note, at: at)
        case .settled, .lapsed, .crowdedOut: hits[note.event]?.ended.insert(key)
        case .replaced where note.entry.isEmpty: (hits, falseHits) = ([:], [:])
        case .confirmed: hits[note.event]?.isAnswered = true
        case .notThePerson:
            hits[note.event]?.isAnswered = true
            falseHits[note.entry, default: 0] += 1
        case .added, .renewed: falseHits[note.entry] = nil
        case .blank, .suspended, .withdrawn, .expired, .refused, .replaced: break
        }
        if note.kind != .hit, note.kind != .blank { noted.insert(note) }
    }

    package mutating func picture(_ digest: [UInt8], of event: UInt64) { hits[event]?.picture = digest }

    /// Leaves out hits of entries that are no more, and those that are live no longer than their entry.
    mutating func hold(to expiry: (String) -> CivilTime?) {
        for event in hits.keys.sorted() {
            guard let hit = hits[event], let end = expiry(hit.note.entry) else {
                hits[event] = nil
                continue
            }
            hits[event]?.note.expires = min(hit.note.expires, end)
        }
    }

    /// Hits whose entry lives, oldest first.
    package func living(at now: CivilTime) -> [Hit] {
        hits.values.filter { $0.note.expires > now }.sorted { $0.note.event < $1.note.event }
    }
}
