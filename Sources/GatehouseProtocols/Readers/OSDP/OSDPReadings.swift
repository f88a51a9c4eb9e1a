import GatehouseCore

/// Replies to signals: cards and keys, and the states of which only changes are told.
struct OSDPReadings: Sendable {
    enum Note: Sendable {
        /// The event came again after a restart and is the same presentation.
        case duplicate
        /// Unknown, or an event that is no answer to POLL.
        case passedOver
    }

    private struct Event: Sendable {
        var reply: OSDPReply
        var at: MonotonicTime
        /// The reader has heard a command after it.
        var isAcknowledged = false
        var isBeforeRestart = false
    }

    /// Within this time after a restart the same event is the same presentation (osdp.md section 10).
    static let duplicateWindow: Duration = .seconds(1)

    private let settings: OSDPPanel.ReaderSettings
    private let decoder: CardDecoder
    private var lastEvent: Event?
    private var onlineAt = MonotonicTime.zero
    private var isCoverOpen = false
    private var isReaderTampered = false
    private var wiringFaults: Set<Int> = []
    private var toldTamper: Bool?
    private var toldPowerFault: Bool?
    private var toldInputs: [Int: Bool] = [:]

    init(_ settings: OSDPPanel.ReaderSettings) {
        self.settings = settings
        decoder = CardDecoder(formats: settings.formats)
    }

    mutating func wentOnline(at now: MonotonicTime) { onlineAt = now }
    mutating func acknowledged() { lastEvent?.isAcknowledged = true }
    mutating func restarted() { lastEvent?.isBeforeRestart = true }

    /// After a loss the present state is told again.
    mutating func forget() {
        toldTamper = nil
        toldPowerFault = nil
        toldInputs = [:]
        wiringFaults = []
        isCoverOpen = false
        isReaderTampered = false
    }

    mutating func read(_ reply: OSDPReply, isPoll: Bool, at now: MonotonicTime) -> (
        signals: [ReaderSignal], note: Note?
    ) {
        switch reply {
        case .ack, .identity, .capabilities, .outputStatus, .communication, .nak, .busy, .clientCryptogram,
            .initialMAC:
            return ([], nil)
        case .localStatus(let tamper, let powerFault):
            isCoverOpen = tamper
            var signals = tamperChange()
            if toldPowerFault != powerFault {
                toldPowerFault = powerFault
                signals.append(.powerFault(powerFault))
            }
            return (signals, nil)
        case .readerStatus(let states):
            isReaderTampered = states.contains(.tamper)
            return (tamperChange(), nil)
        case .inputStatus(let states): return (inputs(states), nil)
        case .raw, .keypad, .formatted: return event(reply, isPoll: isPoll, at: now)
        // Answers to questions that nobody has asked any more; a match is never taken for a credential.
        case .bioRead, .bioMatch, .fileStatus, .manufacturer, .part, .transparent, .unknown: return ([], .passedOver)
        }
    }

    private mutating func event(_ reply: OSDPReply, isPoll: Bool, at now: MonotonicTime) -> (
        signals: [ReaderSignal], note: Note?
    ) {
        guard isPoll else { return ([.unreadable(.unsolicited)], .passedOver) }
        if isDuplicate(reply, at: now) {
            lastEvent?.at = now
            return ([], .duplicate)
        }
        lastEvent = Event(reply: reply, at: now)
        switch reply {
        case .raw(_, _, let bitCount, let octets): return ([card(octets, Int(bitCount))], nil)
        case .keypad(_, let keys): return (keys.map(Self.key), nil)
        default: return ([.unreadable(.malformed)], nil)
        }
    }

    /// Only a restart makes a reader send an event twice; without one, the same key twice is two keys.
    private func isDuplicate(_ reply: OSDPReply, at now: MonotonicTime) -> Bool {
        guard let lastEvent, lastEvent.isBeforeRestart, lastEvent.reply == reply else { return false }
        if now - lastEvent.at < Self.duplicateWindow { return true }
        return !lastEvent.isAcknowledged && now - onlineAt < Self.duplicateWindow
    }

    private func card(_ octets: [UInt8], _ count: Int) -> ReaderSignal {
        guard count > 0, count <= BitString.capacity, octets.count == (count + 7) / 8 else {
            return .unreadable(.malformed)
        }
        let ordered = settings.reversesOctets && count % 8 == 0 ? octets.reversed() : octets
        let skipped = settings.isRightJustified ? ordered.count * 8 - count : 0
        let bits = (skipped..<(skipped + count)).map { ordered[$0 / 8] & (0x80 >> UInt8($0 % 8)) != 0 }
        return decoder.read(BitString(bits))
    }

    /// Digits and A to D in ASCII; `*` also as 0x7F, `#` also as 0x0D.
    private static func key(_ octet: UInt8) -> ReaderSignal {
        switch octet {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): .key(.digit(octet - UInt8(ascii: "0")))
        case UInt8(ascii: "A")...UInt8(ascii: "D"): .key(.function(octet - UInt8(ascii: "A")))
        case 0x7F, UInt8(ascii: "*"): .key(.clear)
        case 0x0D, UInt8(ascii: "#"): .key(.enter)
        default: .unreadable(.malformed)
        }
    }

    /// A supervised input that is short, open or faulty is neither active nor inactive: it counts as tampering with the
    /// wires, and its last state stands.
    private mutating func inputs(_ states: [OSDPInputState]) -> [ReaderSignal] {
        var signals: [ReaderSignal] = []
        for (number, state) in states.enumerated() {
            if state.isWiringFault { wiringFaults.insert(number) } else { wiringFaults.remove(number) }
            guard state == .active || state == .inactive, toldInputs[number] != (state == .active) else { continue }
            toldInputs[number] = state == .active
            signals.append(.input(number: number, isActive: state == .active))
        }
        return signals + tamperChange()
    }

    private mutating func tamperChange() -> [ReaderSignal] {
        let tamper = isCoverOpen || isReaderTampered || !wiringFaults.isEmpty
        guard toldTamper != tamper else { return [] }
        toldTamper = tamper
        return [.tamper(tamper)]
    }
}
