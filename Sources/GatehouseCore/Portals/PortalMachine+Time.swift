/// What time, the door and the exit button do.
extension PortalMachine {
    /// Lets everything happen that was due at or before now, in the order in which it was due.
    mutating func settle(at now: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        while let deadline = nextDeadline, deadline.at <= now {
            outputs += turn(at: deadline.at)
            outputs += stand(at: deadline.at)
        }
        return outputs
    }

    /// What is due at one moment: the exit button first, then the door, then what ends.
    private mutating func turn(at due: MonotonicTime) -> [Output] {
        var outputs: [Output] = []
        while let change = exitButton.settle(at: due) { outputs += exitButtonChanged(change) }
        while let change = contact.settle(at: due) { outputs += contactChanged(change, at: due) }
        if waiting.contains(where: { $0.until.map { $0 <= due } ?? false }) {
            outputs += lapse(at: due + Self.grace) { $0.until.map { $0 <= due } ?? false }
        }
        if let until = grantUntil, until <= due { grantUntil = nil }
        if let until = exitUntil, until <= due { exitUntil = nil }
        if case .open(let since, let wasForced, false) = door, since + settings.heldOpenLimit <= due, !isHeld {
            door = .open(since: since, wasForced: wasForced, isHeldOpen: true)
            outputs.append(.heldOpen(since: since))
        }
        if let pressedSince, !isStuck, pressedSince + Self.longestPress <= due {
            isStuck = true
            outputs.append(.wire(.exitButton, .stuck, isOn: true))
        }
        return outputs
    }

    // MARK: Exit button

    /// Released as long as it is pressed, and a whole time from when it is let go.
    private mutating func exitButtonChanged(_ change: DebouncedInput.Change) -> [Output] {
        switch change {
        case .chatters: return [.wire(.exitButton, .chatters, isOn: true)]
        case .quiet: return [.wire(.exitButton, .chatters, isOn: false)]
        case .level(let edge):
            exitEdge = edge
            guard exitButton.isActive else {
                defer { (pressedSince, isStuck) = (nil, false) }
                exitUntil = edge + settings.unlockTime
                return isStuck ? [.wire(.exitButton, .stuck, isOn: false)] : []
            }
            pressedSince = edge
            defer { isReleased = true }
            return (isReleased ? [] : [.releaseNow]) + [.exitRequested(at: edge)]
        }
    }

    // MARK: Door

    private mutating func contactChanged(_ change: DebouncedInput.Change, at now: MonotonicTime) -> [Output] {
        switch change {
        case .chatters: [.wire(.contact, .chatters, isOn: true)]
        case .quiet: [.wire(.contact, .chatters, isOn: false)]
        case .level(let edge): contact.isActive ? doorOpened(at: edge) : doorClosed(at: edge)
        }
    }

    /// One opening is the passage of everybody who waits for it, and of whoever had the way until just now.
    private mutating func doorOpened(at edge: MonotonicTime) -> [Output] {
        let isCovered = isReleased || coveredUntil.map { edge < $0 } ?? false
        door = .open(since: edge, wasForced: !isCovered, isHeldOpen: false)
        guard isCovered else { return [.opened(at: edge), .forced(at: edge)] }
        var outputs: [Output] = [.opened(at: edge)]
        guard settings.lane == nil else { return outputs }
        for one in lapsed where edge < one.until {
            outputs.append(one.isTold ? .takenAfterAll(event: one.event, at: edge) : .taken(event: one.event, at: edge))
        }
        lapsed.removeAll { edge < $0.until }
        outputs += waiting.map { .taken(event: $0.event, at: edge) }
        waiting = []
        return outputs
    }

    private mutating func doorClosed(at edge: MonotonicTime) -> [Output] {
        guard case .open(_, let wasForced, let isHeldOpen) = door else { return [] }
        door = .closed
        // Whoever was let in while it fell shut waits for it to open again.
        let waits = waiting.contains { one in !asked.contains { $0.event == one.event } }
        if settings.relocksOnClose, !waits {
            grantUntil = nil
            if exitEdge.map({ $0 < edge }) ?? true { exitUntil = nil }
        }
        return [.closed(at: edge, afterAlarm: wasForced || isHeldOpen)]
    }
}
