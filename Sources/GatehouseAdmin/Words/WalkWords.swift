package import GatehouseCore

/// The sentences of a walk test.
extension WalkPart {
    /// What somebody does so that it is seen.
    package var todo: Sentence {
        switch self {
        case .reader(let reader): Sentence("Show a card, any card, at \(reader).")
        case .cable(let reader): Sentence("Pull the cable of \(reader) out, wait half a minute, put it back.")
        case .lamp: Sentence("Give --pulse and look at lamp and buzzer; then --seen or --failed \"what\".")
        case .contact(let portal): Sentence("Open \(portal) and close it again.")
        case .exit(let portal): Sentence("Press the exit button of \(portal) and let it go.")
        case .relay(let portal): Sentence("Give --pulse --reason \"…\" and open \(portal).")
        case .sensor(let portal, .entryLoop), .sensor(let portal, .safetyLoop):
            Sentence("Drive over the loop \(name) of \(portal), or lay metal on it, and off again.")
        case .sensor(let portal, _): Sentence("Let the barrier of \(portal) open and close once.")
        case .fire:
            Sentence("Trip the fire input and let it rest; then end it: gatehousectl portal fire-reset --reason …")
        case .camera(let camera):
            Sentence(
                "Give gatehousectl camera test \(camera) --reason \"…\", or show a card where it looks; its picture follows."
            )
        case .restart: Sentence("Cut the power of the controller, no clean stop, and give it back.")
        case .clock: Sentence("Start the controller with its network out, and show a card before it is back.")
        }
    }
}

extension WalkFault {
    package func sentence(_ other: String?) -> Sentence {
        switch self {
        case .silent: Sentence("Nothing was heard.")
        case .failed: Sentence("It does not work, and no wire says why.")
        case .dataExchanged: Sentence("DATA0 and DATA1 are exchanged.")
        case .data0Silent: Sentence("DATA0 brings nothing; DATA1 does.")
        case .data1Silent: Sentence("DATA1 brings nothing; DATA0 does.")
        case .dataShorted: Sentence("DATA0 and DATA1 go low together.")
        case .bitsReversed: Sentence("The last bit comes first.")
        case .foreignFormat: Sentence("Frames have a length that no format of this reader has.")
        case .wrongParity: Sentence("Frames have a wrong parity.")
        case .unreliable: Sentence("Half of what the reader sends cannot be read.")
        case .ringing: Sentence("Pulses ring: second edges follow the first.")
        case .wrongSpeed: Sentence("Octets come and not one is a whole reading.")
        case .inverted: Sentence("The input says the opposite: it rests active.")
        case .stuck: Sentence("The input stays active.")
        case .chatters: Sentence("The input changes too fast to be believed.")
        case .bounces: Sentence("The contact bounces for longer than the debounce time.")
        case .tooShort: Sentence("It was active for less than the debounce time: the gate did not believe it.")
        case .elsewhere:
            Sentence("It was heard at \(other ?? "?") instead: the two are exchanged, or it is wired there.")
        case .limitsExchanged: Sentence("The limits are exchanged: open says closed, closed says open.")
        case .withoutEffect: Sentence("The output was set, and neither contact nor limit moved.")
        case .crashed: Sentence("The program ended and came again by itself; the machine was not without power.")
        case .noPicture:
            if let failure = other.flatMap(SnapshotFailure.init(rawValue:)) {
                Sentence("No picture came: \(Words.advice(failure)).")
            } else {
                Sentence("No picture came: \(other ?? "?").")
            }
        }
    }

    package var advice: Sentence {
        switch self {
        case .silent, .failed: Sentence("Power, wires at the right terminals, common ground; then this step again.")
        case .dataExchanged: Sentence("Exchange the two data wires.")
        case .data0Silent, .data1Silent: Sentence("Look at that wire, its terminal and the line in the configuration.")
        case .dataShorted: Sentence("Find the short; pair each data wire with ground, not with the other.")
        case .bitsReversed: Sentence("Set the bit order of the reader.")
        case .foreignFormat: Sentence("Name the format that the reader sends: gatehousectl reader formats.")
        case .wrongParity, .unreliable:
            Sentence("Cable, ground and supply; or the format is another: gatehousectl reader formats.")
        case .ringing: Sentence("Shorten the cable, or put 100 Ω in series at the reader.")
        case .wrongSpeed:
            Sentence("The speed or the protocol of the reader is another: baud and protocol in the configuration.")
        case .inverted: Sentence("Set active: low or high of this input in the configuration, or change NO to NC.")
        case .stuck: Sentence("Look for a short, a jammed button or a wrong active level.")
        case .tooShort: Sentence("Hold it for longer; if it cannot be held, a shorter debounce time.")
        case .chatters, .bounces: Sentence("Look at contact and wire; a longer debounce hides it and does not mend it.")
        case .elsewhere, .limitsExchanged: Sentence("Exchange the wires, or the names in the configuration.")
        case .withoutEffect: Sentence("Look at relay, fuse and supply of the lock, and at the contact.")
        case .crashed: Sentence("See journalctl -u gatehoused why it ended; then this step again, with the power cut.")
        case .noPicture: Sentence("See gatehousectl health and the camera's address and password.")
        }
    }
}

extension Words {
    /// How a part stands; a newer daemon's word is shown as it came.
    package static func walk(_ state: String, _ language: Language) -> String {
        guard let known = WalkState(rawValue: state) else { return state }
        let sentence =
            switch known {
            case .neverHeard: Sentence("not seen yet")
            case .good: Sentence("good, measured")
            case .bad: Sentence("bad")
            case .said: Sentence("said, not measured")
            case .skipped: Sentence("left out")
            }
        return sentence.text(in: language)
    }

    /// A measurement as people read it: `bounce 1.2 ms`.
    package static func measured(_ name: String, _ value: Int64, _ language: Language) -> String {
        guard let measure = WalkMeasure(rawValue: name) else { return "\(name) \(value)" }
        func milliseconds(_ micros: Int64) -> String { "\(micros / 1000).\(abs(micros % 1000) / 100)" }
        let sentence =
            switch measure {
            case .edges: Sentence("\(value, "edge", "edges")")
            case .bounce: Sentence("bounce \(milliseconds(value)) ms")
            case .active: Sentence("away \(milliseconds(value)) ms")
            case .bits: Sentence("\(value, "bit", "bits")")
            case .cards: Sentence("\(value, "reading", "readings")")
            case .errors: Sentence("\(value) unreadable")
            case .bitHalf: Sentence("from bit to bit \(value) µs at half")
            case .bitMost: Sentence("\(value) µs at 99 %")
            case .entry: Sentence("last bit to entry \(milliseconds(value)) ms")
            case .opened: Sentence("moved after \(milliseconds(value)) ms")
            case .away: Sentence("away for \(value) ms")
            case .octets: Sentence("\(value, "octet", "octets")")
            case .portals: Sentence("\(value, "portal", "portals") released")
            case .outage: Sentence("\(value) ms from the last entry before the cut to the first one after it")
            case .ready: Sentence("\(value) ms from the start of the machine to its first entry")
            case .trusted: value == 1 ? Sentence("time trusted") : Sentence("time from the last good one")
            }
        return sentence.text(in: language)
    }

    /// One side of a change in words: a state with its fault, or a measurement.
    package static func changed(_ what: String, _ value: String?, _ language: Language) -> String {
        guard let value else { return "-" }
        guard what == "state" else { return Int64(value).map { measured(what, $0, language) } ?? value }
        let parts = value.split(separator: " ", maxSplits: 2).map(String.init)
        guard let first = parts.first else { return value }
        guard parts.count > 1 else { return walk(first, language) }
        let other = parts.count > 2 ? parts[2] : nil
        let fault = WalkFault(rawValue: parts[1]).map { $0.sentence(other).text(in: language) } ?? parts[1]
        return walk(first, language) + (language == .chinese ? "：" : ": ") + fault
    }

    /// Measurements in their order.
    package static func measured(_ all: [String: Int64], _ language: Language) -> String {
        let order = WalkMeasure.allCases.map(\.rawValue)
        return all.sorted {
            (order.firstIndex(of: $0.key) ?? 99, $0.key) < (order.firstIndex(of: $1.key) ?? 99, $1.key)
        }
        .map { measured($0.key, $0.value, language) }.joined(separator: language == .chinese ? "，" : ", ")
    }
}
