/// One of the two messages of a lead: what was seen, and later the digest of its picture.
package struct LeadKey: Hashable, Comparable, Sendable {
    /// The decision.
    package var event: UInt64
    package var isPicture: Bool
    package init(event: UInt64, isPicture: Bool) {
        self.event = event
        self.isPicture = isPicture
    }
    package static func < (left: Self, right: Self) -> Bool {
        left.event != right.event ? left.event < right.event : !left.isPicture && right.isPicture
    }
}

/// Leads that are owed, and those that were: a ring of fixed length. A decision that was nobody's writes to a place beside
/// it, so that a hit is as much work as a miss. At the bound the oldest makes room, and its end is told.
package struct LeadRing: Sendable {
    /// How a message stands.
    enum Part: Hashable, Sendable {
        /// There is nothing to send (yet).
        case absent
        /// To be sent from then on; how often it was.
        case owed(from: MonotonicTime, tries: Int)
        case ended
    }

    struct Place: Hashable, Sendable {
        var lead: WatchlistLead
        var expires: CivilTime
        var category: WatchlistCategory?
        var first: Part
        var picture: Part
        /// Whether the authority said who it was.
        var isAnswered = false

        subscript(key: LeadKey) -> Part {
            get { key.isPicture ? picture : first }
            set { if key.isPicture { picture = newValue } else { first = newValue } }
        }
        var messages: [LeadKey] {
            [LeadKey(event: lead.event, isPicture: false), LeadKey(event: lead.event, isPicture: true)]
        }
    }

    package static let length = 256
    static let firstPause: Duration = .seconds(60)
    static let longestPause: Duration = .seconds(300)

    private var places: [Place?]
    private let length: Int
    private var next = 0

    package init(length: Int = Self.length) {
        self.length = length
        // The last one is for those that are nobody's.
        places = [Place?](repeating: nil, count: length + 1)
    }

    /// Takes a hit; `isHit` is false for a decision that was nobody's. What had to make room comes back.
    mutating func take(_ place: Place, isHit: Bool) -> Place? {
        let index = isHit ? next : length
        let before = places[index]
        places[index] = place
        next = isHit ? (next + 1) % length : next
        return isHit ? before : nil
    }

    /// The message that leaves in a slot: what waits longest of what may be sent now. It may be sent again after a pause.
    mutating func leave(at now: Moment) -> (key: LeadKey, lead: WatchlistLead)? {
        var best: (from: MonotonicTime, key: LeadKey, index: Int, tries: Int)?
        for index in 0..<length {
            guard let place = places[index], place.expires > now.civil else { continue }
            for key in place.messages {
                guard case .owed(let from, let tries) = place[key], from <= now.monotonic else { continue }
                if best.map({ (from, key) < ($0.from, $0.key) }) ?? true { best = (from, key, index, tries) }
            }
        }
        guard let best, var place = places[best.index] else { return nil }
        let pause = min(Self.firstPause * (1 << min(best.tries, 8)), Self.longestPause)
        place[best.key] = .owed(from: now.monotonic + pause, tries: best.tries + 1)
        places[best.index] = place
        var lead = place.lead
        if !best.key.isPicture { lead.picture = nil }
        return (best.key, lead)
    }

    /// Whoever takes messages is back: what waits for a pause may be sent now.
    mutating func hurry(at now: MonotonicTime) {
        for index in 0..<length {
            guard let place = places[index] else { continue }
            for key in place.messages {
                if case .owed(let from, let tries) = place[key], from > now {
                    places[index]?[key] = .owed(from: now, tries: tries)
                }
            }
        }
    }

    /// The picture of an event is there; of most events it is nobody's.
    mutating func picture(_ digest: [UInt8], of event: UInt64, at now: MonotonicTime) {
        for index in 0..<length where places[index]?.lead.event == event && places[index]?.picture == .absent {
            places[index]?.lead.picture = digest
            places[index]?.picture = .owed(from: now, tries: 0)
        }
    }

    /// The receiver has it. The lead, once; nil for what is not owed.
    mutating func settle(_ key: LeadKey) -> Place? {
        for index in 0..<length {
            guard let place = places[index], place.lead.event == key.event else { continue }
            // What never left is nothing that somebody can have.
            guard case .owed(_, let tries) = place[key], tries > 0 else { return nil }
            places[index]?[key] = .ended
            return place
        }
        return nil
    }

    /// Messages that end with their entry.
    mutating func lapse(at now: Moment) -> [(key: LeadKey, place: Place)] { end { $0.expires <= now.civil } }

    /// Those of one entry end, or all.
    mutating func drop(entry: String? = nil) -> [(key: LeadKey, place: Place)] {
        end { entry == nil || $0.lead.entry == entry }
    }

    private mutating func end(where isOver: (Place) -> Bool) -> [(key: LeadKey, place: Place)] {
        var ended: [(key: LeadKey, place: Place)] = []
        for index in 0..<length {
            guard let place = places[index], isOver(place) else { continue }
            for key in place.messages { if case .owed = place[key] { ended.append((key, place)) } }
            places[index] = nil
        }
        return ended.sorted { $0.key < $1.key }
    }

    /// An answer to the lead of a decision; nil where it is not remembered, or has one.
    mutating func answer(_ event: UInt64) -> Place? {
        for index in 0..<length {
            guard let place = places[index], place.lead.event == event else { continue }
            if place.isAnswered { return nil }
            places[index]?.isAnswered = true
            return place
        }
        return nil
    }

    /// All that are remembered, oldest first.
    var taken: [Place] {
        (0..<length).compactMap { places[(next + $0) % length] }
    }

    /// Keys that answers may be about.
    var messages: [LeadKey] { taken.flatMap(\.messages) }

    /// Messages that were not received yet.
    package var owed: Int {
        taken.reduce(0) { sum, place in
            sum + place.messages.count { if case .owed = place[$0] { true } else { false } }
        }
    }
}
