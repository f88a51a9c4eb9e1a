/// One portal: what its lock does, what its door does, and what that means. `docs/portals.md` has all of it as a table; timing
/// follows the gate-io reference, sections 5 and 8. It knows nothing of people: a grant is a sequence number of a journal
/// entry.
package struct PortalMachine: Sendable {
    package let settings: PortalSettings

    package enum Lock: String, Hashable, Sendable, CaseIterable {
        case secured
        /// Granted; the entry is not on disk yet.
        case pending
        /// Released for somebody: their time runs, or the exit button is pressed.
        case released
        /// Released without an end, by the posture.
        case held
    }

    package enum Door: Hashable, Sendable {
        case closed
        case open(since: MonotonicTime, wasForced: Bool, isHeldOpen: Bool)
    }

    /// A wire that tells something.
    package enum Wire: String, Hashable, Sendable, CaseIterable { case contact, exitButton }

    package enum WireFault: String, Hashable, Sendable, CaseIterable {
        /// It changes too fast to be believed.
        case chatters
        /// Pressed for longer than anybody presses.
        case stuck
    }

    package enum Input: Hashable, Sendable {
        /// A credential or an operator opened; its entry has this number. Extended for people who need time.
        case grant(event: UInt64, isExtended: Bool = false)
        /// The entry is durable or its wait is over: the line was set just now.
        case performed(event: UInt64)
        /// The wait for the entry ended without a release (`on_timeout: hold`).
        case abandoned(event: UInt64)
        /// The lane saw what became of it.
        case answered(event: UInt64)
        /// The raw level of the door contact.
        case contact(isOpen: Bool)
        /// The raw level of the exit button.
        case exitButton(isPressed: Bool)
        case posture(Posture)
        /// Whether something stands in the passage: a barrier that is held open is not let go onto it.
        case occupied(Bool)
        case time
    }

    /// Times are those of the edge, not of the moment in which it was believed.
    package enum Output: Hashable, Sendable {
        /// Ask for the release that waits for the entry.
        case requestRelease(event: UInt64)
        /// Set the line now.
        case releaseNow
        case secureNow
        case opened(at: MonotonicTime)
        case closed(at: MonotonicTime, afterAlarm: Bool)
        case taken(event: UInt64, at: MonotonicTime)
        /// It was said that nobody had taken it, or that nobody knows: the door opened in the second after.
        case takenAfterAll(event: UInt64, at: MonotonicTime)
        case notTaken(event: UInt64)
        /// Nobody can say whether it was taken: its contact is not to be believed.
        case unknown(event: UInt64)
        /// Nothing more comes of it.
        case closedBook(event: UInt64)
        case forced(at: MonotonicTime)
        case heldOpen(since: MonotonicTime)
        case exitRequested(at: MonotonicTime)
        /// A wire is faulty, or is well again.
        case wire(Wire, WireFault, isOn: Bool)
    }

    /// Somebody who was let in and has not been seen to go.
    struct Waiting: Hashable, Sendable {
        var event: UInt64
        /// Where the way is open without an end, theirs has one.
        var until: MonotonicTime?
    }

    /// Somebody whose way is over. An opening that began before `until` is theirs all the same.
    struct Lapsed: Hashable, Sendable {
        var event: UInt64
        var until: MonotonicTime
        /// Too many waited to tell.
        var isUnknown = false
        var isTold = false
    }

    /// A grant whose entry is not on disk yet, and the time that it asked for.
    struct Asked: Hashable, Sendable {
        var event: UInt64
        var time: Duration
    }

    package internal(set) var posture: Posture
    package internal(set) var door: Door = .closed
    /// Whether the line stands at "released".
    package internal(set) var isReleased: Bool
    var contact: DebouncedInput
    var exitButton: DebouncedInput
    /// Until when the line is released for grants, and for people on their way out.
    var grantUntil: MonotonicTime?
    var exitUntil: MonotonicTime?
    /// Since when the exit button is pressed.
    var pressedSince: MonotonicTime?
    /// The latest edge of the exit button that was believed.
    var exitEdge: MonotonicTime?
    var isStuck = false
    var asked: [Asked] = []
    var waiting: [Waiting] = []
    var lapsed: [Lapsed] = []
    /// A door that opened before this was let to.
    var coveredUntil: MonotonicTime?
    var isOccupied = false

    /// An opening up to a second after the way was closed belongs to whoever had it.
    static let grace: Duration = .seconds(1)
    /// Nobody presses a button for so long.
    package static let longestPress: Duration = .seconds(300)
    /// Grants that wait for one opening. Past it nobody knows what became of the oldest.
    package static let mostWaiting = 32

    package init(settings: PortalSettings, posture: Posture = .secure) {
        self.settings = settings
        self.posture = posture
        isReleased = Self.isHeld(posture)
        contact = DebouncedInput(span: settings.contactDebounce)
        exitButton = DebouncedInput(span: settings.exitDebounce)
    }

    static func isHeld(_ posture: Posture) -> Bool { posture == .free || posture == .fire }
    var isHeld: Bool { Self.isHeld(posture) }

    /// Neither blocked nor locked down.
    var opensForCards: Bool { posture != .blocked && posture != .lockdown }

    package var lock: Lock {
        if isHeld { return .held }
        if isReleased { return .released }
        return asked.isEmpty ? .secured : .pending
    }

    /// Whether a grant has not been seen to go.
    func waits(_ event: UInt64) -> Bool { waiting.contains { $0.event == event } }

    /// Whether somebody may be in the passage.
    package var isReleasedOrOpen: Bool {
        if case .open = door { return true }
        return isReleased
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Output] {
        var outputs = settle(at: now)
        switch input {
        case .grant(let event, let isExtended):
            outputs += grant(event, time: isExtended ? settings.extendedUnlockTime : settings.unlockTime, at: now)
        case .performed(let event): outputs += performed(event, at: now)
        case .abandoned(let event), .answered(let event):
            asked.removeAll { $0.event == event }
            waiting.removeAll { $0.event == event }
        case .contact(let isOpen): if settings.hasContact { contact.hear(isOpen, at: now) }
        case .exitButton(let isPressed): exitButton.hear(isPressed, at: now)
        case .posture(let posture): outputs += change(to: posture, at: now)
        case .occupied(let isOccupied): self.isOccupied = isOccupied
        case .time: break
        }
        outputs += stand(at: now)
        return outputs + settle(at: now)
    }

    package var nextDeadline: Deadline? {
        var next: Deadline?
        func consider(_ time: MonotonicTime?, _ waiter: String) {
            if let time { next = .earliest(next, Deadline(at: time, waiter: "\(settings.id) \(waiter)")) }
        }
        consider(exitButton.settlesAt, "exit button settles")
        consider(contact.settlesAt, "contact settles")
        consider(waiting.compactMap(\.until).min(), "passage")
        consider(grantUntil, "relock")
        consider(exitUntil, "relock")
        if !isOpening { consider(lapsed.map(\.until).min(), "late opening") }
        if case .open(let since, _, false) = door, !isHeld { consider(since + settings.heldOpenLimit, "held open") }
        if let pressedSince, !isStuck { consider(pressedSince + Self.longestPress, "exit button stuck") }
        return next
    }

    /// A door contact says that it opens, and is not believed yet.
    var isOpening: Bool { contact.isUndecided && !contact.isActive }
}
