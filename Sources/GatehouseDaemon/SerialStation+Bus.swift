internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseProtocols

/// A port whose machine is the panel of an OSDP bus.
extension SerialStation {
    /// Gives the panel an input and does what it says. Nothing where no panel is.
    func drive(_ input: OSDPPanel.Input, at now: MonotonicTime) -> [Input] {
        guard let effects = panel?.handle(input, at: now) else { return [] }
        return carryOut(effects, at: now)
    }

    /// Shows the indication at a reader of this port, where the reader can.
    func show(_ indication: Indication, on reader: ReaderID, at now: MonotonicTime) -> [Input] {
        readers.contains(reader) ? drive(.indicate(reader, indication, for: nil), at: now) : []
    }

    /// Sets an output of the reader, for the pulse or for good.
    func output(_ number: Int, of reader: ReaderID, isOn: Bool, pulse: Duration?, at now: MonotonicTime) -> [Input] {
        drive(.output(reader, number: number, pulse: pulse, isOn: isOn), at: now)
    }

    /// The reading of the reader is durable: the panel may ask for the next one.
    func acknowledge(_ reader: ReaderID, at now: MonotonicTime) -> [Input] {
        readers.contains(reader) ? drive(.eventStored(reader), at: now) : []
    }

    /// The reader of this port that is being given a key.
    var changingKey: ReaderID? { panel?.changingKey }

    func changeKey(of reader: ReaderID, _ key: [UInt8], isInstallation: Bool, at now: MonotonicTime) -> [Input] {
        drive(.changeKey(reader, key, isInstallation: isInstallation, window: OSDPPanel.longestWindow), at: now)
    }

    enum Question {
        case command(OSDPCommand)
        case move(OSDPPlace)
        case file(type: UInt8, [UInt8])
    }

    var isOSDP: Bool { panel != nil }

    func ask(_ reader: ReaderID, _ question: Question, token: UInt64, at now: MonotonicTime) -> [Input] {
        let input: OSDPPanel.Input =
            switch question {
            case .command(let command): .ask(reader, command, token: token)
            case .move(let place): .move(reader, place, token: token)
            case .file(let type, let octets): .sendFile(reader, type: type, octets, token: token)
            }
        return drive(input, at: now)
    }

    /// Whether the reader is one of this port and speaks in a session now.
    func isSecured(_ reader: ReaderID) -> Bool {
        panel?.link(of: reader) == .online(.secure)
    }

    /// Whether the reader answers now; nil for one that is not on this port, or no OSDP reader.
    func isHeard(_ reader: ReaderID) -> Bool? {
        guard let panel, readers.contains(reader) else { return nil }
        if case .online = panel.link(of: reader) { return searching == nil } else { return false }
    }

    func busFindings(_ reader: ReaderID) -> [LineDoctor.Finding]? {
        guard let panel, let counters = panel.counters(of: reader) else { return nil }
        return LineDoctor.osdp(counters, bus: panel.busCounters, babble: panel.babble(of: reader))
    }

    /// Nil for a reader that is not on this port, or no OSDP reader.
    func osdpCounters(_ reader: ReaderID) -> OSDPCounters? {
        panel?.counters(of: reader)
    }

    func carryOut(_ effects: [OSDPPanel.Effect], at now: MonotonicTime) -> [Input] {
        effects.flatMap { effect -> [Input] in
            switch effect {
            case .send(let octets): return sendDiscarding(octets, at: now)
            case .signal(let reader, let signal):
                if case .card(let card) = signal, card.bits.count > 0 { lastFrames[reader] = (card.bits, now) }
                return [.reader(reader, signal)]
            case .keysRemain(let reader, let places):
                keysRemain(reader, places)
                return []
            case .answer(_, let token, let answer):
                answered(token, answer)
                return []
            case .babbling(let reader, let isOn): return [.health(.readerBabbling, subject: reader.name, isOn: isOn)]
            case .speed(let baud):
                port.setSpeed(UInt32(baud))
                return []
            }
        }
    }
}
