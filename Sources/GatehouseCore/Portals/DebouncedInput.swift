/// A wire that has to stand still for a while before it is believed (gate-io reference, section 4). One that never does is
/// told as faulty, and looked at once a second until it was quiet for a minute.
package struct DebouncedInput: Hashable, Sendable {
    package enum Change: Hashable, Sendable {
        /// Another level is believed; it began with the edge at this time.
        case level(since: MonotonicTime)
        /// It changes too fast to be believed.
        case chatters
        /// It was quiet for long enough.
        case quiet
    }

    /// The level that is believed.
    package private(set) var isActive: Bool
    /// How long a level has to stand.
    var span: Duration
    private var level: Bool
    /// The first edge to a level that is not believed yet; an edge back ends it.
    private var since: MonotonicTime?
    private var lastEdge: MonotonicTime?
    /// The first edge since it last stood still.
    private var burst: MonotonicTime?
    private var chattersSince: MonotonicTime?
    private var isToldOfChatter = true
    /// When it was believed anew, the latest times.
    private var changes: [MonotonicTime] = []

    static let sampling: Duration = .seconds(1)
    static let rest: Duration = .seconds(60)
    /// Believed changes within ten seconds that nobody's hand makes: a loose contact.
    static let mostChanges = 40
    static let counting: Duration = .seconds(10)

    package init(isActive: Bool = false, span: Duration) {
        self.isActive = isActive
        self.span = span
        level = isActive
    }

    /// Without standing still for so long it is faulty.
    private var longestBurst: Duration { max(.milliseconds(500), span * 5) }

    package var chatters: Bool { chattersSince != nil }
    /// A level was heard that is not believed yet.
    package var isUndecided: Bool { since != nil }

    /// Takes a raw level. The believed level changes only in `settle(at:)`.
    package mutating func hear(_ heard: Bool, at now: MonotonicTime) {
        guard heard != level else { return }
        level = heard
        if lastEdge.map({ now - $0 >= span }) ?? true { burst = now }
        lastEdge = now
        since = heard == isActive ? nil : since ?? now
        if let burst, now - burst >= longestBurst { suspect(at: now) }
    }

    private mutating func suspect(at now: MonotonicTime) {
        guard chattersSince == nil else { return }
        chattersSince = now
        isToldOfChatter = false
    }

    /// When something comes of what was heard, if nothing comes between.
    package var settlesAt: MonotonicTime? {
        guard let chattersSince else { return since.map { $0 + span } }
        if !isToldOfChatter { return chattersSince }
        let quiet = lastEdge.map { $0 + Self.rest }
        guard let since else { return quiet }
        let sample = Self.sample(after: since, from: chattersSince)
        return min(sample, quiet ?? sample)
    }

    /// The next look at a faulty input: whole seconds after it was found to be so.
    private static func sample(after time: MonotonicTime, from start: MonotonicTime) -> MonotonicTime {
        guard time >= start else { return start + sampling }
        let seconds = (time - start).wholeNanoseconds / sampling.wholeNanoseconds
        return start + sampling * Int(seconds + 1)
    }

    /// What changed by now; asked until nothing comes.
    package mutating func settle(at now: MonotonicTime) -> Change? {
        guard let settlesAt, settlesAt <= now else { return nil }
        guard let chattersSince else {
            let edge = since ?? now
            believe(level, at: now)
            return .level(since: edge)
        }
        if !isToldOfChatter {
            isToldOfChatter = true
            return .chatters
        }
        if let since, Self.sample(after: since, from: chattersSince) <= now {
            believe(level, at: now)
            return .level(since: settlesAt)
        }
        self.chattersSince = nil
        burst = nil
        changes = []
        return .quiet
    }

    private mutating func believe(_ level: Bool, at now: MonotonicTime) {
        isActive = level
        since = nil
        changes.append(now)
        guard changes.count >= Self.mostChanges else { return }
        if now - changes.removeFirst() < Self.counting { suspect(at: now) }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.isActive == right.isActive && left.level == right.level && left.span == right.span
            && left.since == right.since && left.lastEdge == right.lastEdge && left.chattersSince == right.chattersSince
    }
    package func hash(into hasher: inout Hasher) { hasher.combine(isActive) }
}
