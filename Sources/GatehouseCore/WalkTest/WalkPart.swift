/// Something of a site that a walk test has to see work.
package enum WalkPart: Hashable, Sendable {
    /// A card, a pass, a plate or a face is read.
    case reader(ReaderID)
    /// The cable of a reader that answers is pulled out, and put back.
    case cable(ReaderID)
    /// Lamp and buzzer of a reader.
    case lamp(ReaderID)
    case contact(PortalID)
    case exit(PortalID)
    /// The output that releases the portal.
    case relay(PortalID)
    case sensor(PortalID, LaneMachine.Sensor)
    case fire
    case camera(CameraID)
    /// The controller comes back by itself after its power was cut.
    case restart
    /// Gates decide while nothing keeps the clock in step.
    case clock

    /// As it is typed and stored: `contact:wicket`.
    package var name: String {
        switch self {
        case .reader(let reader): "reader:\(reader)"
        case .cable(let reader): "cable:\(reader)"
        case .lamp(let reader): "lamp:\(reader)"
        case .contact(let portal): "contact:\(portal)"
        case .exit(let portal): "exit:\(portal)"
        case .relay(let portal): "relay:\(portal)"
        case .sensor(let portal, let sensor): "\(sensor.rawValue):\(portal)"
        case .fire: "fire"
        case .camera(let camera): "camera:\(camera)"
        case .restart: "restart"
        case .clock: "clock"
        }
    }

    package init?(name: String) {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, !parts[1].isEmpty else {
            guard let alone = ["fire": Self.fire, "restart": .restart, "clock": .clock][name] else { return nil }
            self = alone
            return
        }
        let place = parts[1]
        switch parts[0] {
        case "reader": self = .reader(ReaderID(place))
        case "cable": self = .cable(ReaderID(place))
        case "lamp": self = .lamp(ReaderID(place))
        case "contact": self = .contact(PortalID(place))
        case "exit": self = .exit(PortalID(place))
        case "relay": self = .relay(PortalID(place))
        case "camera": self = .camera(CameraID(place))
        default:
            guard let sensor = LaneMachine.Sensor(rawValue: parts[0]) else { return nil }
            self = .sensor(PortalID(place), sensor)
        }
    }

    /// `contact` of `contact:wicket`.
    package var kind: Substring { name.split(separator: ":", maxSplits: 1)[0] }
    /// `wicket` of `contact:wicket`.
    package var place: Substring { name.split(separator: ":", maxSplits: 1).last ?? "" }

    /// The portal that it is an input or the output of.
    package var portal: PortalID? {
        switch self {
        case .contact(let portal), .exit(let portal), .relay(let portal), .sensor(let portal, _): portal
        case .reader, .cable, .lamp, .fire, .camera, .restart, .clock: nil
        }
    }

    /// An input that has a level.
    package var isWire: Bool {
        switch self {
        case .contact, .exit, .sensor, .fire: true
        case .reader, .cable, .lamp, .relay, .camera, .restart, .clock: false
        }
    }

}

/// How a part of the site stands in a walk test. The raw value is the word in journal and reports.
package enum WalkState: String, Hashable, Sendable, CaseIterable {
    case neverHeard
    /// Measured.
    case good, bad
    /// A person says that they saw it; nothing measured it.
    case said
    case skipped
}

/// What is wrong with a part of the site. The raw value is the word in journal and reports.
package enum WalkFault: String, Hashable, Sendable, CaseIterable {
    /// Nothing came although somebody did what it takes.
    case silent
    /// A person says that it does not work, and no wire says why.
    case failed
    // Readers.
    case dataExchanged, data0Silent, data1Silent, dataShorted, bitsReversed, foreignFormat, wrongParity, unreliable
    case ringing, wrongSpeed
    // Inputs.
    case inverted, stuck, chatters, bounces
    /// It was away for less than a level has to stand: the gate did not believe it.
    case tooShort
    /// What was done here was heard at another place.
    case elsewhere
    case limitsExchanged
    // Outputs.
    case withoutEffect
    case noPicture
    /// The program ended and came again; the machine was not without power.
    case crashed
}

/// What was measured at a part of the site. The raw value is the word in journal and reports, with its unit at its end.
package enum WalkMeasure: String, Hashable, Sendable, CaseIterable {
    /// Edges of an input until it was at rest again.
    case edges
    /// From the first to the last edge of the longest burst, by the kernel's stamps.
    case bounce = "bounce_us"
    /// From the first edge to the last.
    case active = "active_us"
    case bits
    case cards
    /// Frames that could not be read.
    case errors
    /// From bit to bit: half lie below, and 99 of a hundred.
    case bitHalf = "bit_p50_us"
    case bitMost = "bit_p99_us"
    /// From the last bit of a card to its entry on disk.
    case entry = "entry_us"
    /// From the release to the first edge of contact or limit.
    case opened = "opened_us"
    /// From the loss of a reader to its return.
    case away = "away_ms"
    /// Octets of a picture.
    case octets
    /// Portals that stood released by the fire input.
    case portals
    /// From the newest entry before a cut to the first one after it: the power was away for less. Not where the time after the
    /// cut is no trusted one.
    case outage = "outage_ms"
    /// From the start of the machine to the first entry after a cut.
    case ready = "ready_ms"
    /// 1 where the time was trusted meanwhile.
    case trusted
}

/// What the wire of a reader has brought since the daemon's start.
package struct ReaderMeasure: Hashable, Sendable {
    package var frames = 0
    /// Frames that would be a card with DATA0 and DATA1 exchanged, or with the last bit first.
    package var exchanged = 0
    package var reversed = 0
    /// Edges of both lines at once, and second edges of one pulse.
    package var overlaps = 0
    package var glitches = 0
    /// Edges of DATA0 and of DATA1; nil for readers without such lines.
    package var data0: Int?
    package var data1: Int?
    /// Whether anything came over a serial line.
    package var hasOctets = false
    /// Microseconds from bit to bit.
    package var bitHalf: Int?
    package var bitMost: Int?
    /// The kernel's stamp of the latest edge, or when the latest octets were read.
    package var lastHeard: MonotonicTime?
    package init() {}
}
