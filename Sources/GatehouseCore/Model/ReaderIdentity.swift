/// Who a reader says it is. Device data, and none of a person: it may stand in the journal.
package struct ReaderIdentity: Hashable, Sendable {
    package var maker: String
    package var model: String
    /// Empty when the device has none to tell.
    package var serial: String
    package var firmware: String

    /// What a device sends is cut to 64 printable ASCII characters.
    package init(maker: String = "", model: String = "", serial: String, firmware: String = "") {
        self.maker = Self.bounded(maker)
        self.model = Self.bounded(model)
        self.serial = Self.bounded(serial)
        self.firmware = Self.bounded(firmware)
    }

    /// Another firmware is the same device; another serial number is not.
    package func isSameDevice(as other: ReaderIdentity) -> Bool {
        maker == other.maker && model == other.model && serial == other.serial
    }

    private static func bounded(_ text: String) -> String {
        String(decoding: text.utf8.filter { (0x20...0x7E).contains($0) }.prefix(64), as: UTF8.self)
    }
}

/// What is known of the device under a reader's name, kept from run to run.
package struct ReaderStanding: Hashable, Sendable {
    /// The device that was accepted: the first that was heard, or the one that a person took in its place.
    package var known: ReaderIdentity
    /// Another device that answers in its place, until somebody accepts it.
    package var stranger: ReaderIdentity?
    /// Who accepted the present device, until it has a key: another person gives it.
    package var acceptedBy: String?

    package init(known: ReaderIdentity, stranger: ReaderIdentity? = nil, acceptedBy: String? = nil) {
        self.known = known
        self.stranger = stranger
        self.acceptedBy = acceptedBy
    }
}
