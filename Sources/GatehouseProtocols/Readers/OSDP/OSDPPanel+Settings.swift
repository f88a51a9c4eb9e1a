package import GatehouseCore

extension OSDPPanel {
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
        /// What a serial adapter may add; USB adapters add 16 ms and more.
        package var adapterMargin: Duration = .milliseconds(30)
        /// The longest pause within a reply, without the adapter's margin.
        package var octetPause: Duration = .milliseconds(20)
        /// The longest wait for `eventStored`.
        package var storeWait: Duration = .milliseconds(250)

        package init(baud: Int = 9600) { self.baud = baud }
    }
}
