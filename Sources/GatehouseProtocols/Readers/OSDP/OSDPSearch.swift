package import GatehouseCore

/// Finds the readers of a bus whose addresses and speeds nobody remembers: at each speed first all are called at once
/// (configuration address 7F, osdp.md section 2), and where something answers each address is asked who it is. Some readers
/// do not answer that call: where nobody did at any speed, every address is asked at every speed. What two readers of one address answer cannot be read, or comes twice: that is named.
///
/// A pure machine for one search, beside the panel that has the bus at other times.
package struct OSDPSearch: Sendable {
    package struct Found: Hashable, Sendable {
        package enum Answer: Hashable, Sendable {
            case identity(OSDPIdentity)
            /// It answers and says nothing of itself in clear.
            case refused
            /// More than one reader answers at this address.
            case doubled
        }
        package var address: UInt8
        package var baud: Int
        package var answer: Answer
    }

    package enum Effect: Hashable, Sendable {
        case speed(Int)
        case send([UInt8])
        case done([Found])
    }

    private enum Step: Sendable {
        case everybody
        case one(UInt8)
    }

    /// What a reader may take to begin its answer, and what the adapter adds.
    static let patience: Duration = .milliseconds(60)
    /// Questions to an address that answers what cannot be read, before it is called doubled.
    static let tries = 3
    private static let everyone: UInt8 = 0x7F

    private let speeds: [Int]
    private var place = 0
    private var step = Step.everybody
    /// Nobody answered when all were called: each address is asked everywhere.
    private var isThorough = false
    private var scanner = OSDPFrameScanner()
    private var heard: [OSDPFrame] = []
    private var octetsHeard = 0
    private var attempt = 0
    private var until: MonotonicTime?
    private var found: [Found] = []

    package init(speeds: [Int] = OSDPPlace.speeds) { self.speeds = speeds }

    package var nextDeadline: Deadline? { until.map { Deadline(at: $0, waiter: "osdp search") } }

    package mutating func start(at now: MonotonicTime) -> [Effect] { [.speed(speeds[place])] + ask(at: now) }

    package mutating func receive(_ octets: [UInt8]) {
        octetsHeard += octets.count
        heard += scanner.receive(octets).filter(\.isReply)
    }

    /// The wait for answers is over.
    package mutating func timePassed(at now: MonotonicTime) -> [Effect] {
        guard let until, until <= now else { return [] }
        self.until = nil
        switch step {
        case .everybody:
            // Noise is an answer too: several readers speak at once here.
            if octetsHeard > 0 {
                step = .one(0)
                return ask(at: now)
            }
            attempt += 1
            return attempt < 2 ? ask(at: now) : nextSpeed(at: now)
        case .one(let address):
            let answers = heard.filter { $0.address == address }
            if answers.count == 1 {
                let reply = OSDPReply(code: answers[0].code, data: answers[0].data)
                if case .identity(let identity) = reply {
                    note(address, .identity(identity))
                } else {
                    note(address, .refused)
                }
            } else if octetsHeard > 0 {
                attempt += 1
                if attempt < Self.tries { return ask(at: now) }
                note(address, .doubled)
            }
            attempt = 0
            guard address < Self.everyone - 1 else { return nextSpeed(at: now) }
            step = .one(address + 1)
            return ask(at: now)
        }
    }

    private mutating func note(_ address: UInt8, _ answer: Found.Answer) {
        found.append(Found(address: address, baud: speeds[place], answer: answer))
    }

    private mutating func nextSpeed(at now: MonotonicTime) -> [Effect] {
        place += 1
        attempt = 0
        if place == speeds.count, found.isEmpty, !isThorough {
            isThorough = true
            place = 0
        }
        guard place < speeds.count else { return [.done(found)] }
        step = isThorough ? .one(0) : .everybody
        return [.speed(speeds[place])] + ask(at: now)
    }

    private mutating func ask(at now: MonotonicTime) -> [Effect] {
        scanner.reset()
        heard = []
        octetsHeard = 0
        let address: UInt8 =
            switch step {
            case .everybody: Self.everyone
            case .one(let address): address
            }
        let command = OSDPCommand.identify
        let frame = OSDPFrame(address: address, sequence: 0, check: .crc16, code: command.code, data: command.data)
        let octets = [OSDPFrame.mark] + frame.octets
        // The question, an answer of 24 octets with its mark, and time to begin it.
        until = now + Self.patience + .nanoseconds(10_000_000_000 / Int64(speeds[place])) * (octets.count + 25)
        return [.send(octets)]
    }
}
