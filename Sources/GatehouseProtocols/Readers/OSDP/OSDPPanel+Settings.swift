package import GatehouseCore

extension OSDPPanel {
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

    package struct ReaderSettings: Sendable {
        package var id: ReaderID
        /// 0 to 0x7E, one reader each.
        package var address: UInt8
        package var security: OSDPPolicy
        /// The formats that the reader may send in RAW.
        package var formats: [CardFormat]
        /// The bits stand at the end of the RAW octets, not at the beginning.
        package var isRightJustified: Bool
        /// RAW numbers of whole octets come last octet first.
        package var reversesOctets: Bool
        package var idleColour: OSDPColour

        package init(
            id: ReaderID, address: UInt8, security: OSDPPolicy, formats: [CardFormat], isRightJustified: Bool = false,
            reversesOctets: Bool = false, idleColour: OSDPColour = .red
        ) {
            self.id = id
            self.address = address
            self.security = security
            self.formats = formats
            self.isRightJustified = isRightJustified
            self.reversesOctets = reversesOctets
            self.idleColour = idleColour
        }
    }

    package struct Settings: Hashable, Sendable {
        /// Bits a second; an octet is 10 bits.
        package var baud: Int
        /// The shortest time from one poll of a reader to the next.
        package var pollPeriod: Duration = .milliseconds(20)
        /// What a reader may take to begin its answer.
        package var replyTime: Duration = .milliseconds(200)
        /// What a serial adapter may add: USB adapters hand on what they heard every 16 ms.
        package var adapterMargin: Duration = .milliseconds(20)
        /// The longest pause within a reply, without the adapter's margin.
        package var octetPause: Duration = .milliseconds(20)
        /// The longest wait for `eventStored`.
        package var storeWait: Duration = .milliseconds(250)

        package init(baud: Int = 9600) { self.baud = baud }
    }
}
