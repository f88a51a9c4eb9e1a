import GatehouseCore

/// How a reader of a bus babbles.
package enum OSDPBabbleKind: String, Hashable, Sendable, CaseIterable {
    /// It has an event for each poll.
    case events
    /// It answers and never to the purpose: garbage, another address, BUSY, NAK.
    case useless
    /// It speaks without having been asked.
    case unasked
}

/// Keeps a reader of a bus that babbles from everything behind it and from its neighbours' time. It is asked slowly
/// then, and comes back when it was quiet for a minute. Leaf of `OSDPStation`.
///
/// What is no babble: silence, refusals of security (they have alarms of their own), a wire on which some frames suffer.
struct OSDPBabble: Sendable {
    /// Seven events a second for half a minute: a reader that was away hands out what it kept (64 and more) far below.
    private static let events = BabbleGuard(limit: 200, window: .seconds(30))
    private static let unasked = BabbleGuard(limit: 100, window: .seconds(10))
    /// A row of useless answers, so many and so long: longer than a reader may be BUSY.
    private static let rowLength = 8
    private static let rowSpan: Duration = .seconds(12)
    /// Polls that have to go well before a reader comes back; a start-up says nothing of what comes after it.
    private static let calmTries = 5

    private var events = Self.events
    private var unasked = Self.unasked
    private var row = 0
    private var rowSince: MonotonicTime?
    /// The latest excess, while the reader is put aside.
    private var lastExcess: MonotonicTime?
    private var lastWasOffence = false
    private var calm = 0
    private(set) var kind: OSDPBabbleKind?

    var isAside: Bool { lastExcess != nil }
    /// When the quiet minute is over.
    var quietAt: MonotonicTime? { lastExcess.map { $0 + BabbleGuard.quiet } }

    /// An exchange came to its purpose.
    mutating func wentWell(isPoll: Bool) {
        row = 0
        rowSince = nil
        lastWasOffence = false
        if isPoll { calm += 1 }
    }

    /// Nothing came, or a refusal: that is no babble.
    mutating func wasSilent() {
        lastWasOffence = false
        calm += 1
    }

    mutating func offence(_ kind: OSDPBabbleKind, at now: MonotonicTime) {
        guard !isAside else {
            // Cards are shown at a reader that is put aside too: one event is none too many, two in a row are.
            if lastWasOffence {
                lastExcess = now
                calm = 0
            }
            lastWasOffence = true
            return
        }
        switch kind {
        case .events:
            row = 0
            rowSince = nil
            if !events.admits(1, at: now) { putAside(kind, at: now) }
        case .unasked: if !unasked.admits(1, at: now) { putAside(kind, at: now) }
        case .useless:
            row += 1
            let since = rowSince ?? now
            rowSince = since
            if row >= Self.rowLength, now - since >= Self.rowSpan { putAside(kind, at: now) }
        }
    }

    private mutating func putAside(_ kind: OSDPBabbleKind, at now: MonotonicTime) {
        self.kind = kind
        lastExcess = now
        lastWasOffence = true
        calm = 0
    }

    /// `isAsked`: whether there are exchanges to judge by.
    mutating func timePassed(at now: MonotonicTime, isAsked: Bool) {
        guard let quietAt, now >= quietAt, calm >= Self.calmTries || !isAsked else { return }
        let last = kind
        self = OSDPBabble()
        kind = last
    }
}

extension OSDPStation {
    /// Nil when nothing changed; otherwise whether the reader is put aside now.
    mutating func watchBabble(at now: MonotonicTime) -> (isAside: Bool, signals: [ReaderSignal])? {
        if wasAside { babble.timePassed(at: now, isAsked: readyAt != nil) }
        guard babble.isAside != wasAside else { return nil }
        wasAside = babble.isAside
        guard wasAside else {
            startOver()
            notBefore = now
            return (false, [])
        }
        counters.quarantines += 1
        return (true, lose(.babbling, at: now))
    }

    /// When a reader comes back that is never asked.
    var babbleDeadline: MonotonicTime? {
        mutating get { wasAside && readyAt == nil ? babble.quietAt : nil }
    }
}
