/// When something leaves, and what: while the list is active one message of one size in each slot, a lead or a blank. No
/// slot depends on whether somebody was seen. Steps of the list, and ends of leads, wait for sealed notes that are written
/// anyway.
package struct LeadSlots: Sendable {
    /// What leaves in a slot.
    package struct Message: Hashable, Sendable {
        package var key: LeadKey
        package var lead: WatchlistLead
        package init(key: LeadKey, lead: WatchlistLead) {
            self.key = key
            self.lead = lead
        }
    }

    /// What the receiver says of a message, under the signature of the issuer.
    package enum Answer: String, Hashable, Sendable, CaseIterable {
        case received
        case confirmed
        case notThePerson = "not-the-person"
    }

    package enum Output: Hashable, Sendable {
        /// The slot of this number: a lead, or a blank.
        case leaves(UInt64, Message?)
        /// A note of the list's own is due.
        case note
        /// Three people said of the hits of an entry that it was somebody else.
        case suspend(String)
    }

    /// Notes of the list's own come at this pace, beside those of decisions.
    package static let notePeriod: Duration = .seconds(300)
    /// Notes that are written when an activation ends, whatever it held.
    static let notesOfAnEnd = 128
    /// Steps that may wait for a note. At the bound the oldest end of a lead makes room.
    package static let mostSteps = 64
    /// Answers of "not the person" that take an entry out of use.
    package static let mostFalseHits = 3

    package private(set) var ring: LeadRing
    /// Steps that no note has taken up yet, oldest first.
    package private(set) var steps: [WatchlistNote] = []
    private var falseHits: [String: Int] = [:]
    /// Until the notes of earlier runs are read, slots leave blank and no step is noted.
    private var isRestored = false
    private var isConnected = false
    private var slotAt: MonotonicTime?
    private var noteAt: MonotonicTime?
    private var number: UInt64 = 0
    private let length: Int

    package init(length: Int = LeadRing.length, steps: [WatchlistNote] = []) {
        self.length = length
        ring = LeadRing(length: length)
        self.steps = steps
    }

    // MARK: Time

    /// `period` is nil while the list sleeps: nothing leaves then, and nothing is noted.
    package mutating func advance(period: Duration?, at now: Moment) -> [Output] {
        guard let period else {
            (slotAt, noteAt) = (nil, nil)
            return []
        }
        guard let slot = slotAt, let note = noteAt else {
            (slotAt, noteAt) = (now.monotonic + period, now.monotonic + Self.notePeriod)
            return []
        }
        var outputs: [Output] = []
        if note <= now.monotonic {
            noteAt = Self.following(note, Self.notePeriod, now.monotonic)
            outputs.append(.note)
        }
        if slot <= now.monotonic {
            slotAt = Self.following(slot, period, now.monotonic)
            number += 1
            for (key, place) in ring.lapse(at: now) { owe(Self.end(.lapsed, key, place)) }
            // Without an uplink nothing leaves, whatever waits.
            guard isConnected else { return outputs }
            let message = isRestored ? ring.leave(at: now).map { Message(key: $0.key, lead: $0.lead) } : nil
            outputs.append(.leaves(number, message))
        }
        return outputs
    }

    /// The next edge of the same clock: slots that were missed are gone.
    private static func following(_ edge: MonotonicTime, _ period: Duration, _ now: MonotonicTime) -> MonotonicTime {
        let missed = (now - edge).wholeMilliseconds / max(1, period.wholeMilliseconds)
        return edge + .milliseconds((missed + 1) * period.wholeMilliseconds)
    }

    package var nextDeadline: MonotonicTime? { [slotAt, noteAt].compactMap(\.self).min() }

    // MARK: What happens

    /// A decision, a hit or not: the note that is sealed beside it.
    mutating func decided(_ hit: WatchlistNote, isHit: Bool, at now: Moment) -> WatchlistNote {
        let place = LeadRing.Place(
            lead: WatchlistLead(
                entry: hit.entry, portal: PortalID(hit.portal), at: now.civil, event: hit.event,
                isMinor: hit.isMinor),
            expires: hit.expires, category: hit.category, first: .owed(from: now.monotonic, tries: 0),
            picture: .absent)
        let before = ring.take(place, isHit: isHit)
        if let before { crowdOut(before) }
        return isHit ? hit : nextStep()
    }

    /// What the next note that has room says.
    mutating func nextStep() -> WatchlistNote {
        guard isRestored, !steps.isEmpty else { return WatchlistNote(.blank) }
        return steps.removeFirst()
    }

    mutating func uplink(isConnected: Bool, at now: MonotonicTime) {
        self.isConnected = isConnected
        if isConnected { ring.hurry(at: now) }
    }

    /// All that wait: their notes are written now.
    mutating func takeSteps() -> [WatchlistNote] {
        defer { steps = [] }
        return steps
    }

    mutating func picture(_ digest: [UInt8], of event: UInt64, at now: MonotonicTime) {
        ring.picture(digest, of: event, at: now)
    }

    /// An answer under the issuer's signature. What nobody waits for changes nothing.
    mutating func answered(_ key: LeadKey, _ answer: Answer) -> [Output] {
        if let place = ring.settle(key) { owe(Self.end(.settled, key, place)) }
        // One hit is answered once, whichever of its messages is named.
        guard answer != .received, let place = ring.answer(key.event) else { return [] }
        owe(Self.end(answer == .confirmed ? .confirmed : .notThePerson, key, place))
        guard answer == .notThePerson else { return [] }
        let entry = place.lead.entry
        falseHits[entry, default: 0] += 1
        guard falseHits[entry] == Self.mostFalseHits else { return [] }
        var step = WatchlistNote(.suspended)
        (step.entry, step.category) = (entry, place.category)
        owe(step)
        return [.suspend(entry)]
    }

    /// A step of the list, to be noted.
    mutating func owe(_ step: WatchlistNote) {
        steps.append(step)
        guard steps.count > Self.mostSteps else { return }
        steps.remove(at: steps.firstIndex { $0.kind.isEndOfALead } ?? 0)
    }

    /// An entry is new, or another than it was: its answers begin anew.
    mutating func begin(entry: String) { falseHits[entry] = nil }

    /// The leads of an entry end, or all that there are.
    mutating func drop(entry: String?) {
        for (key, place) in ring.drop(entry: entry) where entry != nil { owe(Self.end(.lapsed, key, place)) }
        if entry == nil { falseHits = [:] }
    }

    /// Whether another step of the list finds room beside those that wait.
    package var hasRoom: Bool { steps.count { !$0.kind.isEndOfALead } < Self.mostSteps - 16 }

    package func isSuspended(_ entry: String) -> Bool { falseHits[entry, default: 0] >= Self.mostFalseHits }

    /// Keys of leads that answers may be about.
    package var messages: [LeadKey] { ring.messages }

    // MARK: Restart

    /// The notes of earlier runs are read. What this run has seen meanwhile comes after it.
    package mutating func restore(_ history: LeadHistory, at now: Moment) {
        guard !isRestored else { return }
        isRestored = true
        var history = history
        steps.removeAll { history.noted.contains($0) }
        for step in steps { history.hear(step, at: now.civil) }
        falseHits.merge(history.falseHits) { $0 + $1 }
        let taken = ring.taken
        ring = LeadRing(length: length)
        let known = Set(taken.map(\.lead.event))
        let earlier = history.living(at: now.civil).filter { !known.contains($0.note.event) }
        for place in earlier.map({ Self.place(of: $0, at: now.monotonic) }) + taken {
            if let before = ring.take(place, isHit: true) { crowdOut(before) }
        }
        for (entry, count) in falseHits.sorted(by: { $0.key < $1.key }) where count >= Self.mostFalseHits {
            drop(entry: entry)
        }
    }

    private static func place(of hit: LeadHistory.Hit, at now: MonotonicTime) -> LeadRing.Place {
        let note = hit.note
        func part(_ isPicture: Bool, isThere: Bool) -> LeadRing.Part {
            if hit.ended.contains(LeadKey(event: note.event, isPicture: isPicture)) { return .ended }
            return isThere ? .owed(from: now, tries: 0) : .absent
        }
        return LeadRing.Place(
            lead: WatchlistLead(
                entry: note.entry, portal: PortalID(note.portal), at: hit.at, event: note.event, picture: hit.picture,
                isMinor: note.isMinor),
            expires: note.expires, category: note.category, first: part(false, isThere: true),
            picture: part(true, isThere: hit.picture != nil), isAnswered: hit.isAnswered)
    }

    // MARK: -

    private mutating func crowdOut(_ place: LeadRing.Place) {
        for key in place.messages {
            guard case .owed = place[key] else { continue }
            owe(Self.end(.crowdedOut, key, place))
        }
    }

    private static func end(_ kind: WatchlistNote.Kind, _ key: LeadKey, _ place: LeadRing.Place) -> WatchlistNote {
        var note = WatchlistNote(kind)
        note.entry = place.lead.entry
        note.category = place.category
        note.event = key.event
        note.isPicture = key.isPicture
        return note
    }
}

extension WatchlistNote.Kind {
    /// What may be forgotten before a step of the list is.
    fileprivate var isEndOfALead: Bool { self == .settled || self == .lapsed || self == .crowdedOut }
}
