/// One portal: what its lock does, what its door does, and what that means. Timing follows the gate-io reference,
/// sections 5 and 8. It knows nothing of people: a grant is a sequence number of a journal entry.
package struct PortalMachine: Sendable {
    package let settings: PortalSettings

    /// Who asked for the present release.
    package enum Cause: Hashable, Sendable {
        /// A decision or a manual opening, by its journal entry.
        case grant(event: UInt64)
        case exitRequest
    }

    package enum Lock: Hashable, Sendable {
        case secured
        /// Granted; the entry is not on disk yet.
        case pending(event: UInt64)
        case released(Cause, until: MonotonicTime)
        /// Released without an end, by the posture.
        case held
    }

    package enum Door: Hashable, Sendable {
        case closed
        case open(since: MonotonicTime, wasForced: Bool, isHeldOpen: Bool)
    }

    package enum Input: Hashable, Sendable {
        /// A credential or an operator opened; its entry has this number. Extended for people who need time.
        case grant(event: UInt64, isExtended: Bool = false)
        /// The entry is durable or its wait is over: the line was set just now.
        case performed(event: UInt64)
        /// The wait for the entry ended without a release (`on_timeout: hold`).
        case abandoned(event: UInt64)
        /// The raw level of the door contact.
        case contact(isOpen: Bool)
        /// The raw level of the exit button.
        case exitButton(isPressed: Bool)
        case posture(Posture)
        /// Whether something stands in the passage: a barrier that is held open is not let go onto it.
        case occupied(Bool)
        case time
    }

    package enum Output: Hashable, Sendable {
        /// Ask for the release that waits for the entry.
        case requestRelease(event: UInt64)
        /// Set the line now.
        case releaseNow
        case secureNow
        case opened(Cause?)
        case closed(afterAlarm: Bool)
        case taken(event: UInt64)
        case notTaken(event: UInt64)
        case forced
        case heldOpen(since: MonotonicTime)
        case exitRequested
    }

    package private(set) var posture: Posture
    package private(set) var lock: Lock
    package private(set) var door: Door = .closed
    private var contact: DebouncedInput
    private var exitButton: DebouncedInput
    /// An opening up to a second after the relock still belongs to the grant before it.
    private var graceUntil: MonotonicTime?
    private var isOccupied = false
    /// The grant of somebody who needs time.
    private var extended: UInt64?
    /// A grant that came while the way was open, and whose entry is not on disk yet.
    private var following: UInt64?
    /// A grant while the way is free: the next opening is its passage.
    private var passing: (event: UInt64, until: MonotonicTime)?
    /// The latest grant that was taken, so that none is twice.
    private var takenEvent: UInt64?

    package init(settings: PortalSettings, posture: Posture = .secure) {
        self.settings = settings
        self.posture = posture
        lock = Self.isHeld(posture) ? .held : .secured
        contact = DebouncedInput(span: settings.contactDebounce)
        exitButton = DebouncedInput(span: settings.exitDebounce)
    }

    /// Without a contact or loops a grant counts as taken.
    private var countsAtOnce: Bool { !settings.hasContact && settings.lane == nil }

    /// Whether somebody may be in the passage.
    package var isReleasedOrOpen: Bool {
        if case .open = door { return true }
        return isReleased
    }

    /// Whether the line stands at "released".
    package var isReleased: Bool {
        switch lock {
        case .secured, .pending: false
        case .released, .held: true
        }
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Output] {
        var outputs = settle(at: now)
        switch input {
        case .grant(let event, let isExtended):
            if isExtended { extended = event }
            outputs += grant(event, at: now)
        case .performed(let event):
            let time = extended == event ? settings.extendedUnlockTime : settings.unlockTime
            if following == event { following = nil }
            if case .released(.grant(event), let until) = lock {
                lock = .released(.grant(event: event), until: max(until, now + time))
                outputs += takenThroughOpenDoor(event)
            } else if case .pending(event) = lock {
                lock = .released(.grant(event: event), until: now + time)
                outputs += takenThroughOpenDoor(event)
                if countsAtOnce {
                    takenEvent = event
                    outputs.append(.taken(event: event))
                }
            } else if case .pending(let later) = lock {
                // The line was set for the grant before this one: the way is open, whatever becomes of the later entry.
                lock = .released(.grant(event: later), until: now + time)
                following = later
            }
        case .abandoned(let event):
            if following == event { following = nil }
            if case .pending(event) = lock { lock = .secured }
        case .contact(let isOpen):
            if settings.hasContact { contact.hear(isOpen, at: now) }
        case .exitButton(let isPressed): exitButton.hear(isPressed, at: now)
        case .posture(let posture):
            outputs += change(to: posture, at: now)
            if !Self.isHeld(posture) { outputs += endPassing() }
        case .occupied(let isOccupied): self.isOccupied = isOccupied
        case .time: break
        }
        outputs += settle(at: now)
        return outputs
    }

    package var nextDeadline: Deadline? {
        var next: Deadline?
        func consider(_ time: MonotonicTime?, _ waiter: String) {
            if let time { next = .earliest(next, Deadline(at: time, waiter: "\(settings.id) \(waiter)")) }
        }
        consider(contact.settlesAt, "contact settles")
        consider(exitButton.settlesAt, "exit button settles")
        consider(passing?.until, "passage")
        if case .released(_, let until) = lock, !isOccupied { consider(until, "relock") }
        if case .open(let since, _, false) = door, !Self.isHeld(posture) {
            consider(since + settings.heldOpenLimit, "held open")
        }
        return next
    }

    // MARK: Ways forward

    private mutating func grant(_ event: UInt64, at now: MonotonicTime) -> [Output] {
        switch lock {
        case .held:
            // The way is open already: nothing to release. A lane waits for the vehicle by itself.
            if countsAtOnce { return [.taken(event: event)] }
            guard settings.lane == nil else { return [] }
            let before = endPassing()
            if case .open = door { return before + [.taken(event: event)] }
            passing = (event, now + settings.unlockTime)
            return before
        case .secured:
            lock = .pending(event: event)
            return [.requestRelease(event: event)]
        case .pending(let earlier):
            lock = .pending(event: event)
            return (earlier == event ? [] : [.notTaken(event: earlier)]) + [.requestRelease(event: event)]
        case .released(_, let until):
            // A second grant restarts the time once it is on disk; until then the first release goes on.
            var before: [Output] = []
            if case .released(.grant(let earlier), _) = lock, earlier != event {
                before = answer(earlier)
            }
            following = event
            lock = .released(.grant(event: event), until: until)
            return before + [.requestRelease(event: event)]
        }
    }

    private mutating func change(to posture: Posture, at now: MonotonicTime) -> [Output] {
        guard posture != self.posture else { return [] }
        let wasHeld = Self.isHeld(self.posture)
        let follower = following
        self.posture = posture
        graceUntil = nil
        following = nil
        if Self.isHeld(posture) {
            let unanswered = unansweredGrant
            lock = .held
            return (unanswered.map { answer($0) } ?? []) + (wasHeld ? [] : [.releaseNow])
        }
        if wasHeld, isOccupied {
            // Free passage is over for the next one; whoever stands in it goes on.
            lock = .released(.exitRequest, until: now)
            return []
        }
        if wasHeld {
            lock = .secured
            // A door that stands open is watched from now on, not from when it was allowed to.
            if case .open = door { door = .open(since: now, wasForced: false, isHeldOpen: false) }
            return [.secureNow]
        }
        // Lockdown and blocked end a release that a credential got; a person on the way out keeps theirs.
        switch lock {
        case .released(.grant(let event), _) where isOccupied:
            // Who stands in it goes on; who would have followed does not.
            let isFollower = follower == event
            lock = .released(isFollower ? .exitRequest : .grant(event: event), until: now)
            return isFollower ? giveUp(event) : []
        case .released(.grant(let event), _):
            lock = .secured
            return giveUp(event) + [.secureNow]
        case .pending(let event):
            lock = .secured
            return [.notTaken(event: event), .secureNow]
        case .released(.exitRequest, _), .secured, .held: return []
        }
    }

    /// A door that stands open has nobody wait for it to open.
    private mutating func takenThroughOpenDoor(_ event: UInt64) -> [Output] {
        guard settings.hasContact, case .open = door, takenEvent != event else { return [] }
        takenEvent = event
        return [.taken(event: event)]
    }

    /// What became of a grant that another one or the posture ends: through a door that stands open it was taken.
    private mutating func answer(_ event: UInt64) -> [Output] {
        let taken = takenThroughOpenDoor(event)
        return taken.isEmpty ? giveUp(event) : taken
    }

    /// Nobody took the way of this grant, unless somebody has.
    private func giveUp(_ event: UInt64) -> [Output] { takenEvent == event ? [] : [.notTaken(event: event)] }

    private mutating func endPassing() -> [Output] {
        defer { passing = nil }
        return passing.map { [.notTaken(event: $0.event)] } ?? []
    }

    private var unansweredGrant: UInt64? {
        switch lock {
        case .released(.grant(let event), _): event
        case .pending(let event): event
        case .released(.exitRequest, _), .secured, .held: nil
        }
    }

    private static func isHeld(_ posture: Posture) -> Bool { posture == .free || posture == .fire }

    // MARK: Time

    /// Lets everything happen that was due at or before now, in the order in which it was due.
    private mutating func settle(at now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        while let deadline = nextDeadline, deadline.at <= now {
            let due = deadline.at
            if exitButton.settle(at: due), exitButton.isActive { outputs += exit(at: due) }
            if let passing, passing.until <= due { outputs += endPassing() }
            if contact.settle(at: due) { outputs += contact.isActive ? doorOpened(at: due) : doorClosed(at: due) }
            if case .released(let cause, let until) = lock, until <= due, !isOccupied {
                outputs += relock(cause, at: due)
            }
            if case .open(let since, let wasForced, false) = door, since + settings.heldOpenLimit <= due,
                !Self.isHeld(posture)
            {
                door = .open(since: since, wasForced: wasForced, isHeldOpen: true)
                outputs.append(.heldOpen(since: since))
            }
        }
        return outputs
    }

    private mutating func exit(at now: MonotonicTime) -> [Output] {
        switch lock {
        case .held: return [.exitRequested]
        case .secured, .pending:
            // A grant that waits for the disk is overtaken: the way is open now.
            let overtaken: [Output] = if case .pending(let event) = lock { [.notTaken(event: event)] } else { [] }
            lock = .released(.exitRequest, until: now + settings.unlockTime)
            return overtaken + [.releaseNow, .exitRequested]
        case .released(let cause, let until):
            lock = .released(cause, until: max(until, now + settings.unlockTime))
            return [.exitRequested]
        }
    }

    private mutating func doorOpened(at now: MonotonicTime) -> [Output] {
        switch lock {
        case .released(let cause, _):
            door = .open(since: now, wasForced: false, isHeldOpen: false)
            if case .grant(let event) = cause, takenEvent != event {
                takenEvent = event
                return [.opened(cause), .taken(event: event)]
            }
            return [.opened(cause)]
        case .held:
            door = .open(since: now, wasForced: false, isHeldOpen: false)
            defer { passing = nil }
            return [.opened(nil)] + (passing.map { [.taken(event: $0.event)] } ?? [])
        case .secured, .pending:
            if let graceUntil, now <= graceUntil {
                self.graceUntil = nil
                door = .open(since: now, wasForced: false, isHeldOpen: false)
                return [.opened(nil)]
            }
            door = .open(since: now, wasForced: true, isHeldOpen: false)
            return [.opened(nil), .forced]
        }
    }

    private mutating func doorClosed(at now: MonotonicTime) -> [Output] {
        guard case .open(_, let wasForced, let isHeldOpen) = door else { return [] }
        door = .closed
        var outputs: [Output] = [.closed(afterAlarm: wasForced || isHeldOpen)]
        if case .released(let cause, _) = lock, settings.relocksOnClose { outputs += secure(after: cause) }
        return outputs
    }

    private mutating func relock(_ cause: Cause, at now: MonotonicTime) -> [Output] {
        let outputs = secure(after: cause)
        guard case .secured = lock, case .grant(let event) = cause, case .closed = door, settings.hasContact else {
            return outputs
        }
        graceUntil = now + .seconds(1)
        return outputs + giveUp(event)
    }

    /// The release is over. Whoever was granted meanwhile, and whose entry is on its way to the disk, is let in when it is
    /// there: securing took back the release that waited.
    private mutating func secure(after cause: Cause) -> [Output] {
        lock = .secured
        guard case .grant(let event) = cause, following == event else { return [.secureNow] }
        lock = .pending(event: event)
        return [.secureNow, .requestRelease(event: event)]
    }
}
