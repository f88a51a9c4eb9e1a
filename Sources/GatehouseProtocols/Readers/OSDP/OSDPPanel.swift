package import GatehouseCore

/// The panel's side of one OSDP bus with several readers (osdp.md sections 1 to 5, 7.1 and 9 to 11).
///
/// One command is out at a time; readers are served in turn. A reply that does not come is asked for again with the
/// same octets when the reader's turn comes, so a silent reader never holds the others up: after three tries it is asked
/// once a second, after 8 s it is offline. Whoever is away has the whole time of an answer before anything else is sent,
/// for it may come back as slow as the standard lets it and would talk into its neighbour's frame. So one at a time is
/// tried, in turn, for a tenth of the bus: k that are away take k times as long to be found.
///
/// A reply with a card or a change of state is acknowledged by the next command to that reader. That command waits for
/// `eventStored`, at most `Settings.storeWait`; keys do not wait, they are nothing that must last.
///
/// A reader that has to be secured is believed within a session under its own key and nowhere else. Whatever it or
/// somebody else says, it is never served in clear, nor under a default key.
package struct OSDPPanel: Sendable {
    private enum Bus: Sendable {
        case closed
        /// The next command may go from this moment on.
        case free(from: MonotonicTime)
        case waiting(Wait)
    }

    private struct Wait: Sendable {
        var station: Int
        /// Nobody knew whether the reader would answer.
        var wasAway: Bool
        var sent: OSDPFrame
        /// When the try has failed.
        var deadline: MonotonicTime
        /// The end even for a line that never falls silent.
        var latest: MonotonicTime
        var lastOctet: MonotonicTime?
        var began: MonotonicTime
        /// Octets that were neither an echo nor a reply of anybody on the bus.
        var strange = 0
    }

    /// The longest window for a change of keys.
    package static let longestWindow: Duration = .seconds(300)
    /// One try a second for all readers of a bus that are away. Those that are lost take a tenth of the bus from the
    /// others: a try is 0.24 s, and none begins sooner than ten times as long after the last one.
    static let slowTry: Duration = .seconds(1)
    static let lostTry: Duration = .milliseconds(2400)
    static let slowTryShare = 10

    package let settings: Settings
    package private(set) var busCounters = OSDPBusCounters()
    private(set) var stations: [OSDPStation]
    /// What went over the bus lately.
    package private(set) var trace = OSDPTrace()
    package private(set) var nextDeadline: Deadline?
    private var bus = Bus.closed
    private var scanner = OSDPFrameScanner()
    /// What comes while nobody was asked.
    private var strays = OSDPFrameScanner()
    private var speed: Int
    private var lastServed = 0
    private var lastWasCommand = false
    private var nextSlowTry = MonotonicTime(nanoseconds: .min)
    /// Who of those that are away was tried last.
    private var lastSlow = 0

    package init(readers: [ReaderSettings], settings: Settings = Settings()) {
        precondition(
            Set(readers.map(\.address)).count == readers.count && readers.allSatisfy { $0.address < 0x7F },
            "addresses of an OSDP bus: \(readers.map(\.address))")
        precondition(Set(readers.map(\.id)).count == readers.count, "readers of an OSDP bus: \(readers.map(\.id))")
        precondition(settings.baud > 0, "speed of an OSDP bus: \(settings.baud)")
        self.settings = settings
        speed = settings.baud
        stations = readers.map { OSDPStation($0, settings) }
        lastServed = max(0, readers.count - 1)
    }

    package mutating func handle(_ input: Input, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        switch input {
        case .start, .portOpened:
            guard case .closed = bus else { break }
            // A port opens at the speed of the settings.
            speed = settings.baud
            for index in stations.indices { effects.signal(name(index), stations[index].begin(at: now)) }
            scanner.reset()
            nextSlowTry = now
            bus = .free(from: now)
        case .portLost:
            guard case .closed = bus else {
                bus = .closed
                scanner.reset()
                for index in stations.indices { effects.signal(name(index), stations[index].lose(.portLost, at: now)) }
                break
            }
        case .received(let octets): receive(octets, at: now, &effects)
        case .time: break
        case .indicate(let id, let indication, let duration):
            with(id) { $0.indicate(indication, for: duration) }
        case .output(let id, let number, let pulse, let isOn):
            with(id) { $0.output(number, pulse: pulse, isOn: isOn, at: now) }
        case .eventStored(let id):
            with(id) { $0.eventStored(at: now) }
        case .changeKey(let id, let key, let isInstallation, let window):
            changeKey(of: id, key, isInstallation, window, at: now, &effects)
        case .ask(let id, let command, let token):
            with(id) { $0.ask(command, token: token, at: now) }
        case .sendFile(let id, let type, let octets, let token):
            with(id) { $0.send(file: octets, type: type, token: token, at: now) }
        case .abort(let id):
            with(id) { $0.abort() }
        case .move(let id, let place, let token):
            let isTaken = stations.contains { $0.settings.id != id && $0.occupies(place.address) }
            with(id) { station in
                if isTaken {
                    station.answers.append((token, .refused(.cannotCarryOut)))
                } else {
                    station.move(to: place, token: token, at: now)
                }
            }
        }
        expire(at: now, &effects)
        for index in stations.indices {
            guard let change = stations[index].watchBabble(at: now) else { continue }
            effects.signal(name(index), change.signals)
            effects.append(.babbling(name(index), change.isAside))
        }
        sendNext(at: now, &effects)
        for index in stations.indices {
            if let places = stations[index].keptKeys {
                effects.append(.keysRemain(name(index), places))
                stations[index].keptKeys = nil
            }
            for (token, answer) in stations[index].answers {
                effects.append(.answer(name(index), token: token, answer))
            }
            stations[index].answers = []
        }
        nextDeadline = earliestDeadline()
        return effects
    }

    private mutating func earliestDeadline() -> Deadline? {
        var deadline = lineDeadline()
        for index in stations.indices {
            if let change = stations[index].keyChange {
                deadline = .earliest(deadline, Deadline(at: change.until, waiter: "osdp key of \(name(index))"))
            }
            if let quiet = stations[index].babbleDeadline {
                deadline = .earliest(deadline, Deadline(at: quiet, waiter: "osdp quiet minute"))
            }
        }
        return deadline
    }

    private mutating func lineDeadline() -> Deadline? {
        switch bus {
        case .closed: return nil
        case .waiting(let wait):
            let end = Deadline(at: wait.deadline, waiter: "osdp reply of \(name(wait.station))")
            guard scanner.isInFrame, let last = wait.lastOctet else { return end }
            return .earliest(end, Deadline(at: last + pause, waiter: "osdp rest of a reply of \(name(wait.station))"))
        case .free(let from):
            var next: (index: Int, at: MonotonicTime)?
            for index in stations.indices {
                guard let ready = readyAt(index), next.map({ ready < $0.at }) ?? true else { continue }
                next = (index, ready)
            }
            return next.map { Deadline(at: max(from, $0.at), waiter: "osdp turn of \(name($0.index))") }
        }
    }

    // MARK: the line

    private var pause: Duration { settings.octetPause + settings.adapterMargin }

    private func transmission(of octets: Int) -> Duration {
        .nanoseconds(Int64(octets) * 10 * 1_000_000_000 / Int64(speed))
    }

    private mutating func receive(_ octets: [UInt8], at now: MonotonicTime, _ effects: inout [Effect]) {
        guard case .waiting(var wait) = bus else {
            busCounters.strayOctets += octets.count
            trace.add(.stray(octets.count), at: now)
            for frame in strays.receive(octets) { wasUnasked(frame, at: now) }
            return
        }
        wait.lastOctet = now
        wait.strange += octets.count
        let frames = scanner.receive(octets)
        if scanner.isInFrame { wait.deadline = min(wait.latest, max(wait.deadline, now + pause)) }
        bus = .waiting(wait)
        accept(frames, at: now, &effects)
    }

    /// Gives up an unfinished frame after a pause in it, and the whole try at its deadline.
    private mutating func expire(at now: MonotonicTime, _ effects: inout [Effect]) {
        for index in stations.indices { effects.signal(name(index), stations[index].closeWindow(at: now)) }
        while case .waiting(let wait) = bus, scanner.isInFrame, now >= wait.deadline || now >= end(ofPauseIn: wait) {
            accept(scanner.giveUp(), at: now, &effects)
        }
        guard case .waiting(let wait) = bus, now >= wait.deadline else { return }
        free(after: wait, at: now)
        // An octet or two are the line turning round.
        if wait.strange >= OSDPFrame.shortest {
            stations[wait.station].babble.offence(.useless, at: now)
        } else {
            stations[wait.station].babble.wasSilent()
        }
        effects.signal(name(wait.station), stations[wait.station].unanswered(at: now))
    }

    private func end(ofPauseIn wait: Wait) -> MonotonicTime {
        wait.lastOctet.map { $0 + pause } ?? wait.deadline
    }

    private mutating func accept(_ frames: [OSDPFrame], at now: MonotonicTime, _ effects: inout [Effect]) {
        let bad = scanner.takeBadFrames()
        if bad > 0 { trace.add(.damaged(bad), at: now) }
        if case .waiting(let wait) = bus { stations[wait.station].counters.checkErrors += bad }
        for frame in frames {
            if frame.isReply || !isEcho(frame) { trace.add(.received(frame), at: now) }
            guard case .waiting(var wait) = bus else {
                busCounters.strayOctets += frame.length
                wasUnasked(frame, at: now)
                continue
            }
            guard frame.isReply else {
                if frame == wait.sent {
                    busCounters.echoes += 1
                    // With its mark.
                    wait.strange -= frame.length + 1
                    bus = .waiting(wait)
                } else {
                    busCounters.foreignCommands += 1
                }
                continue
            }
            guard frame.address == stations[wait.station].place.address else {
                busCounters.wrongAddress += 1
                guard !wasUnasked(frame, at: now) else {
                    wait.strange -= frame.length + 1
                    bus = .waiting(wait)
                    continue
                }
                let outcome = stations[wait.station].misfit(at: now)
                settle(wait, outcome, at: now, &effects)
                continue
            }
            let outcome = stations[wait.station].answer(frame, at: now)
            settle(wait, outcome, at: now, &effects)
        }
    }

    private mutating func settle(
        _ wait: Wait, _ outcome: OSDPStation.Outcome, at now: MonotonicTime, _ effects: inout [Effect]
    ) {
        effects.signal(name(wait.station), outcome.signals)
        guard outcome.isAnswer else {
            guard let end = stations[wait.station].patienceEnds, end < wait.deadline, case .waiting(var open) = bus
            else { return }
            open.deadline = end
            bus = .waiting(open)
            return
        }
        free(after: wait, at: now)
        // One reader is back: the others may be too, as after a power cut.
        if wait.wasAway, !stations[wait.station].isAway, !stations[wait.station].babble.isAside { nextSlowTry = now }
        scanner.reset()
    }

    private mutating func free(after wait: Wait, at now: MonotonicTime) {
        bus = .free(from: now + transmission(of: 2))
        guard stations[wait.station].isSlow else { return }
        lastSlow = wait.station
        // A program that stood still did not take the bus meanwhile.
        let taken = min(now, wait.latest) - wait.began
        let pace = stations[wait.station].isSilent ? Self.lostTry : Self.slowTry
        nextSlowTry = wait.began + (stations[wait.station].isLost ? max(pace, taken * Self.slowTryShare) : pace)
    }

    /// A reply of a reader that is not the one asked. True for one that is late: its answer is still owed.
    @discardableResult
    private mutating func wasUnasked(_ frame: OSDPFrame, at now: MonotonicTime) -> Bool {
        guard frame.isReply, let index = stations.firstIndex(where: { $0.place.address == frame.address }) else {
            return false
        }
        stations[index].counters.unaskedFrames += 1
        guard stations[index].exchange?.wasSent != true else {
            // Slower than any reader may be, and back all the same.
            if stations[index].wasHeardLate(at: now) { nextSlowTry = now }
            return true
        }
        stations[index].babble.offence(.unasked, at: now)
        return false
    }

    private func isEcho(_ frame: OSDPFrame) -> Bool {
        guard case .waiting(let wait) = bus else { return false }
        return frame == wait.sent
    }

    // MARK: whose turn it is

    private mutating func readyAt(_ index: Int) -> MonotonicTime? {
        guard let ready = stations[index].readyAt else { return nil }
        return stations[index].isSlow ? max(ready, nextSlowTry) : ready
    }

    /// In turn; a command goes before the polls of others, but never twice in a row. The try for one that is away comes when
    /// it is due.
    private mutating func nextStation(at now: MonotonicTime) -> Int? {
        var first: Int?
        var isSlowDue = false
        for step in stations.indices {
            let index = (lastServed + 1 + step) % stations.count
            guard let ready = readyAt(index), ready <= now else { continue }
            if !lastWasCommand, stations[index].hasCommand { return index }
            if stations[index].isSlow { isSlowDue = true } else if first == nil { first = index }
        }
        return isSlowDue ? nextSlow(at: now) : first
    }

    /// Of those that are away the one whose turn it is. Somebody is ready.
    private mutating func nextSlow(at now: MonotonicTime) -> Int? {
        for step in stations.indices {
            let index = (lastSlow + 1 + step) % stations.count
            if stations[index].isSlow, let ready = readyAt(index), ready <= now { return index }
        }
        return nil
    }

    private mutating func sendNext(at now: MonotonicTime, _ effects: inout [Effect]) {
        guard case .free(let from) = bus, now >= from, let index = nextStation(at: now) else { return }
        lastWasCommand = stations[index].hasCommand
        lastServed = index
        if speed != stations[index].place.baud {
            speed = stations[index].place.baud
            effects.append(.speed(speed))
        }
        let (frame, signals) = stations[index].nextFrame(at: now)
        effects.signal(name(index), signals)
        scanner.reset()
        strays.reset()
        let octets = frame.octets
        trace.add(.sent(frame), at: now)
        let sentAt = now + transmission(of: octets.count + 1)
        let deadline = sentAt + stations[index].replyLimit + settings.adapterMargin
        bus = .waiting(
            Wait(
                station: index, wasAway: stations[index].isAway, sent: frame, deadline: deadline,
                latest: deadline + transmission(of: OSDPFrame.longest), began: now))
        effects.append(.send([OSDPFrame.mark] + octets))
    }

    private func name(_ index: Int) -> ReaderID { stations[index].settings.id }

    private mutating func changeKey(
        of id: ReaderID, _ key: [UInt8], _ isInstallation: Bool, _ window: Duration, at now: MonotonicTime,
        _ effects: inout [Effect]
    ) {
        guard let index = stations.firstIndex(where: { $0.settings.id == id }) else { return }
        let isFree = !stations.contains { $0.keyChange != nil }
        let window = min(window, Self.longestWindow)
        guard isFree, stations[index].changeKey(key, isInstallation: isInstallation, for: window, at: now) else {
            return effects.signal(name(index), [.keyChange(.refused)])
        }
    }

    private mutating func with(_ id: ReaderID, _ change: (inout OSDPStation) -> Void) {
        guard let index = stations.firstIndex(where: { $0.settings.id == id }) else { return }
        change(&stations[index])
    }
}

extension [OSDPPanel.Effect] {
    /// Here and not on the panel: a call on the panel itself would hold a second copy of it while a station changes, and
    /// all stations would be copied for that.
    fileprivate mutating func signal(_ reader: ReaderID, _ signals: [ReaderSignal]) {
        for signal in signals { append(.signal(reader, signal)) }
    }
}
