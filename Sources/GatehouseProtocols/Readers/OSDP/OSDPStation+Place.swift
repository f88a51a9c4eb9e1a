internal import GatehouseCore

/// Where a reader is on its bus.
package struct OSDPPlace: Hashable, Sendable {
    /// 0 to 0x7E.
    package var address: UInt8
    package var baud: Int

    package init(address: UInt8, baud: Int) {
        self.address = address
        self.baud = baud
    }

    package static let speeds = [9600, 19200, 38400, 57600, 115_200, 230_400]

    var isLegal: Bool { address < OSDPFrame.configurationAddress && Self.speeds.contains(baud) }
}

/// COMSET (OSDP 2.2, 6.13): the reader answers over the old settings and changes then. Whether it did is known when it
/// was heard; until then both places are tried in turn.
extension OSDPStation {
    struct Move: Sendable {
        var from: OSDPPlace
        var to: OSDPPlace
        /// It was heard where it is looked for now.
        var isHeard = false
    }

    func occupies(_ address: UInt8) -> Bool {
        [place.address, move?.from.address, move?.to.address].contains(address)
    }

    /// Tries at one place before the other one is tried.
    static let triesAtPlace = 2

    mutating func move(to place: OSDPPlace, token: UInt64, at now: MonotonicTime) {
        guard place.isLegal, isInService, request == nil, transfer == nil, move == nil, keyChange == nil else {
            return answers.append((token, .busy))
        }
        guard !unsupported.contains(0x6E) else { return answers.append((token, .refused(.unknownCommand))) }
        let command = OSDPCommand.communication(address: place.address, baud: UInt32(place.baud))
        request = Request(token: token, command: command, until: now + Self.scanLife)
        enqueue([command], expires: now + Self.requestLife, isRequest: true)
    }

    /// The reader said where it will be, which need not be where it was told.
    mutating func moveAnnounced(_ place: OSDPPlace) {
        guard place.isLegal else { return endRequest(.refused(.cannotCarryOut)) }
        guard place != self.place else { return endRequest(arrival) }
        move = Move(from: self.place, to: place)
        self.place = place
        exchange = nil
        startOver()
    }

    /// Nobody answers: the reader may be at the other place. True when it is looked for there now.
    mutating func lookElsewhere(tries: Int) -> Bool {
        if move == nil, case .communication(let address, let baud)? = exchange?.command, tries >= Self.triesAtPace {
            // Its yes may have been lost, and the reader gone.
            move = Move(from: place, to: OSDPPlace(address: address, baud: Int(baud)))
            place = OSDPPlace(address: address, baud: Int(baud))
            exchange = nil
            startOver()
            return true
        }
        guard let move, !move.isHeard, tries >= Self.triesAtPlace else { return false }
        place = place == move.to ? move.from : move.to
        startOver()
        return true
    }

    /// A reader that is in service again is where it was heard.
    mutating func arrived() {
        guard let ended = move else { return }
        move = nil
        endRequest(place == ended.to ? arrival : .refused(.cannotCarryOut))
    }

    private var arrival: OSDPAnswer {
        .reply(.communication(address: place.address, baud: UInt32(place.baud)))
    }
}
