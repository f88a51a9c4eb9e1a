package import GatehouseCore

/// The panel's side of one OSDP bus with several readers (osdp.md sections 1 to 5, 7.1 and 9 to 11).
///
/// One command is out at a time; readers are served in turn. A reply that does not come is asked for again with the
/// same octets when the reader's turn comes, so a silent reader never holds the others up: after three tries it is asked
/// once a second, after 8 s it is offline, and all offline readers of the bus together get one try a second.
///
/// A reply with a card or a change of state is acknowledged by the next command to that reader. That command waits for
/// `eventStored`, at most `Settings.storeWait`; keys do not wait, they are nothing that must last.
///
/// A reader that has to be secured is believed within a session under its own key and nowhere else. Whatever it or
/// somebody else says, it is never served in clear, nor under a default key.
package struct OSDPPanel: Sendable {
    package enum Input: Hashable, Sendable {
        /// The port is open: begin. The same as `portOpened`.
        case start
        case received([UInt8])
        case portLost
        case portOpened
        /// `nextDeadline` has come.
        case time
        /// Show this at the reader; nil for the usual time.
        case indicate(ReaderID, Indication, for: Duration?)
        /// An output of the reader, numbered from 0. With a pulse, the state holds for that time and then goes back by
        /// itself, even when the link is lost. Dropped when the reader is not online, and after 2 s in the queue.
        case output(ReaderID, number: Int, pulse: Duration?, isOn: Bool)
        /// The last event of this reader is durable: it may be acknowledged.
        case eventStored(ReaderID)
        /// Give the reader this key of 16 octets, behind those that the panel has for it: as its first one under SCBK-D,
        /// or within its session. The try ends by itself after `window`, at most 300 s, and at the first success; one
        /// at a time. Store the key before: the reader may take it and the power go.
        case changeKey(ReaderID, [UInt8], isInstallation: Bool, window: Duration)
        /// Ask the reader something; the answer comes under the token. One question at a time for each reader.
        case ask(ReaderID, OSDPCommand, token: UInt64)
        /// Send a file; how it ended comes under the token.
        case sendFile(ReaderID, type: UInt8, [UInt8], token: UInt64)
        /// Stop the question or the file that is open.
        case abort(ReaderID)
        /// Move the reader to another address or speed; where it is after that comes under the token.
        case move(ReaderID, OSDPPlace, token: UInt64)
    }

    package enum Effect: Hashable, Sendable {
        /// Empty the receive buffer of the port, then send these octets.
        case send([UInt8])
        case signal(ReaderID, ReaderSignal)
        /// Of the keys of this reader only those at these places remain, in this order.
        case keysRemain(ReaderID, [Int])
        case answer(ReaderID, token: UInt64, OSDPAnswer)
        /// What is sent next goes at this speed.
        case speed(Int)
        /// The reader sends without end and is put aside, or it was quiet and is back.
        case babbling(ReaderID, Bool)
    }

    private enum Bus: Sendable {
        case closed
        /// The next command may go from this moment on.
        case free(from: MonotonicTime)
        case waiting(Wait)
    }

    private struct Wait: Sendable {
        var station: Int
        var sent: OSDPFrame
        /// When the try has failed.
        var deadline: MonotonicTime
        /// The end even for a line that never falls silent.
        var latest: MonotonicTime
        var lastOctet: MonotonicTime?
        /// When the command has left.
        var sentAt: MonotonicTime
        var began: MonotonicTime
        /// Octets that were neither an echo nor a reply of anybody on the bus.
        var strange = 0
    }

    /// The longest window for a change of keys.
    package static let longestWindow: Duration = .seconds(300)
    /// One try a second for all offline readers of a bus, and none sooner than eleven times what it costs: dead readers
    /// take less than a tenth of the bus from the others.
    static let slowTry: Duration = .seconds(1)
    static let slowTryShare = 11

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
                if wasUnasked(frame, at: now) {
                    wait.strange -= frame.length + 1
                    bus = .waiting(wait)
                }
                continue
            }
            let wasSilent = stations[wait.station].isSilent
            let latency = now - wait.sentAt - transmission(of: frame.length)
            let outcome = stations[wait.station].answer(frame, after: latency, at: now)
            effects.signal(name(wait.station), outcome.signals)
            guard outcome.isAnswer else { continue }
            // One reader is back: the others may be too, as after a power cut.
            free(after: wait, at: now)
            if wasSilent, !stations[wait.station].babble.isAside { nextSlowTry = now }
            scanner.reset()
        }
    }

    private mutating func free(after wait: Wait, at now: MonotonicTime) {
        bus = .free(from: now + transmission(of: 2))
        guard stations[wait.station].isSlow else { return }
        // A program that stood still did not take the bus meanwhile.
        let taken = min(now, wait.latest) - wait.began
        nextSlowTry = wait.began + max(Self.slowTry, taken * Self.slowTryShare)
    }

    /// A reply of a reader that is not the one asked. True for one that is late: its answer is still owed.
    @discardableResult
    private mutating func wasUnasked(_ frame: OSDPFrame, at now: MonotonicTime) -> Bool {
        guard frame.isReply, let index = stations.firstIndex(where: { $0.place.address == frame.address }) else {
            return false
        }
        stations[index].counters.unaskedFrames += 1
        guard stations[index].exchange?.wasSent != true else { return true }
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

    /// In turn; a queued command goes before the polls of others, but never twice in a row.
    private mutating func nextStation(at now: MonotonicTime) -> Int? {
        var first: Int?
        for step in stations.indices {
            let index = (lastServed + 1 + step) % stations.count
            guard let ready = readyAt(index), ready <= now else { continue }
            if !lastWasCommand, stations[index].hasCommand { return index }
            if first == nil { first = index }
        }
        return first
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
                station: index, sent: frame, deadline: deadline,
                latest: deadline + transmission(of: OSDPFrame.longest), sentAt: sentAt, began: now))
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
