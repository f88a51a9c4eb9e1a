/// Opens and closes portals whose free window begins or ends. What an operator set during a window stays until it ends.
struct FreeWindows: Sendable {
    /// How a portal stands to its windows.
    struct Standing: Hashable, Sendable {
        /// A window of it is open now, by a clock that can be trusted.
        var isOpen: Bool
        /// Its posture beneath a fire.
        var posture: Posture
        /// What the window made of it so far.
        var passage: Ledger.Passage?
    }

    enum Action: Hashable, Sendable {
        case open(portalAt: Int)
        /// The window is over. A portal that it had freed, and that is free still, is secured.
        case end(portalAt: Int, secures: Bool)
    }

    /// Windows begin and end with a minute.
    private(set) var nextDeadline: MonotonicTime?

    /// No window is configured and none has left anything to end.
    mutating func rest() { nextDeadline = nil }

    mutating func settle(_ portals: [Standing], at now: Moment) -> [Action] {
        let rest = 60_000 - ((now.civil.milliseconds % 60_000) + 60_000) % 60_000
        nextDeadline = now.monotonic + .milliseconds(rest)
        return portals.enumerated().compactMap { index, portal in
            switch (portal.isOpen, portal.passage) {
            case (true, nil) where portal.posture == .secure: .open(portalAt: index)
            case (false, .opened?): .end(portalAt: index, secures: portal.posture == .free)
            case (false, .overruled?): .end(portalAt: index, secures: false)
            case (true, _), (false, nil): nil
            }
        }
    }
}
