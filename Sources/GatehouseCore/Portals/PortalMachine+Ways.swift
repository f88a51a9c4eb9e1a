/// What grants and postures do.
extension PortalMachine {
    /// Something that holds the line released.
    private var wantsRelease: Bool { isHeld || pressedSince != nil || grantUntil != nil || exitUntil != nil }

    private func isAsked(_ event: UInt64) -> Bool { asked.contains { $0.event == event } }

    mutating func grant(_ event: UInt64, time: Duration, at now: MonotonicTime) -> [Output] {
        if isHeld {
            // The way is open already: nothing to release. A lane waits for the vehicle by itself.
            if settings.lane == nil { wait(event, until: now + time, at: now) }
            return []
        }
        wait(event, until: nil, at: now)
        asked.removeAll { $0.event == event }
        asked.append(Asked(event: event, time: time))
        return [.requestRelease(event: event)]
    }

    private mutating func wait(_ event: UInt64, until: MonotonicTime?, at now: MonotonicTime) {
        waiting.removeAll { $0.event == event }
        waiting.append(Waiting(event: event, until: until))
        guard waiting.count > Self.mostWaiting else { return }
        lapsed.append(Lapsed(event: waiting.removeFirst().event, until: now, isUnknown: true))
    }

    mutating func performed(_ event: UInt64, at now: MonotonicTime) -> [Output] {
        guard let index = asked.firstIndex(where: { $0.event == event }) else {
            // The line was set for somebody who has lost the way since.
            return isReleased ? [] : [.secureNow] + requests
        }
        let until = now + asked.remove(at: index).time
        grantUntil = max(grantUntil ?? until, until)
        isReleased = true
        return []
    }

    /// Securing takes back every release that waits for its entry: they are asked for anew.
    private var requests: [Output] { asked.map { .requestRelease(event: $0.event) } }

    mutating func change(to posture: Posture, at now: MonotonicTime) -> [Output] {
        guard posture != self.posture else { return [] }
        let wasHeld = isHeld
        self.posture = posture
        if isHeld {
            // Whoever waited goes with the others.
            for index in waiting.indices { waiting[index].until = waiting[index].until ?? now + settings.unlockTime }
            asked = []
            grantUntil = nil
            isReleased = true
            return wasHeld ? [] : [.releaseNow]
        }
        // A door that stands open is watched from now on, not from when it was allowed to.
        if wasHeld, case .open = door { door = .open(since: now, wasForced: false, isHeldOpen: false) }
        return posture == .secure ? [] : takeBack(at: now)
    }

    /// Lockdown and blocked end what a credential got; a person on the way out keeps theirs, and so does who stands in it.
    private mutating func takeBack(at now: MonotonicTime) -> [Output] {
        grantUntil = nil
        let pending = asked
        asked = []
        // From here on there is no second after; what moved before belongs to whoever had the way.
        coveredUntil = coveredUntil.map { min($0, now) }
        for index in lapsed.indices { lapsed[index].until = min(lapsed[index].until, now) }
        if !wantsRelease, !isOccupied {
            guard isReleased || !pending.isEmpty else { return tell(at: now) }
            return secure(at: now, grace: .zero) + tell(at: now)
        }
        return lapse(at: now) { waiting in pending.contains { $0.event == waiting.event } } + tell(at: now)
    }

    /// The way is closed. Whoever was granted meanwhile, and whose entry is on its way to the disk, is let in when it is there.
    private mutating func secure(at now: MonotonicTime, grace: Duration = Self.grace) -> [Output] {
        isReleased = false
        coveredUntil = now + grace
        let isForgotten = settings.lane != nil && grace > .zero
        if isForgotten {
            // A vehicle has a time of its own.
            let pending = asked
            waiting.removeAll { one in !pending.contains { $0.event == one.event } }
            return [.secureNow] + requests
        }
        let pending = asked
        return [.secureNow] + requests
            + lapse(at: now + grace) { waiting in !pending.contains { $0.event == waiting.event } }
    }

    /// Their way is over; a door that opens before `until` is theirs.
    mutating func lapse(at until: MonotonicTime, _ isOver: (Waiting) -> Bool) -> [Output] {
        let over = waiting.filter(isOver)
        waiting.removeAll(where: isOver)
        // Where vehicles are seen, no door says anything of them.
        if settings.lane != nil { return over.map { .notTaken(event: $0.event) } }
        lapsed += over.map { Lapsed(event: $0.event, until: until) }
        return []
    }

    // MARK: What stands

    /// What follows from how things stand, whatever brought them there.
    mutating func stand(at now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        if goesUnseen {
            let going = waiting.filter { isHeld || !isAsked($0.event) }
            waiting.removeAll { going.contains($0) }
            outputs += going.map { .taken(event: $0.event, at: now) }
        }
        if isReleased, !wantsRelease, !isOccupied { outputs += secure(at: now) }
        return outputs + tell(at: now)
    }

    /// Without a contact a grant counts as taken; through a door that stands open nobody waits.
    private var goesUnseen: Bool {
        guard settings.lane == nil else { return false }
        guard settings.hasContact else { return true }
        if case .open = door { return !contact.isUndecided }
        return false
    }

    /// Says what became of those whose way is over, unless the door is about to say it.
    private mutating func tell(at now: MonotonicTime) -> [Output] {
        guard !isOpening else { return [] }
        var outputs: [Output] = []
        for index in lapsed.indices {
            let event = lapsed[index].event
            let isUnknown = lapsed[index].isUnknown || contact.chatters
            if !lapsed[index].isTold { outputs.append(isUnknown ? .unknown(event: event) : .notTaken(event: event)) }
            lapsed[index].isTold = true
            if lapsed[index].until <= now { outputs.append(.closedBook(event: event)) }
        }
        lapsed.removeAll { $0.until <= now }
        return outputs
    }
}
