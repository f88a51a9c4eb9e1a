package import GatehouseCore

/// The protocols that readers speak on a serial port, by their words in the configuration.
package enum ReaderProtocol: String, Hashable, Sendable, CaseIterable {
    case osdp, em4100, line, framed, plate, uhf, face

    /// Bits a second where the site says nothing.
    package var usualBaud: Int {
        switch self {
        case .osdp, .em4100, .line, .framed, .plate: 9600
        case .uhf: 57600
        case .face: 115_200
        }
    }
}

/// A reader on a serial port, with the settings of its protocol. What a protocol is stands in its own file; here is what
/// the rest of the gate asks of it, and `make`.
package enum ReaderKind: Hashable, Sendable {
    case osdp(OSDPReader)
    case em4100(ASCIICardReader.Settings)
    case line(ASCIICardReader.Settings)
    /// A frame that the site describes.
    case framed(ASCIICardReader.Settings)
    /// A camera that sends number plates.
    case plate(ASCIICardReader.Settings)
    /// A long range reader of vehicle tags.
    case uhf(UHFReader.Settings)
    /// A face module; nil for a line in clear.
    case face(FaceEncryption?)

    /// One reader of an OSDP bus.
    package struct OSDPReader: Hashable, Sendable {
        /// 0 to 0x7E.
        package var address: UInt8
        package var channel: Channel
        package var formats: [CardFormat]

        package init(address: UInt8, channel: Channel, formats: [CardFormat]) {
            self.address = address
            self.channel = channel
            self.formats = formats
        }
    }

    package enum Channel: Hashable, Sendable {
        /// Said in so many words: cards travel readable on the wire.
        case clear
        /// Nothing is believed outside the secure channel. The key is a file; without one the reader waits until it is given
        /// a key by installation.
        case secure(key: String?)
    }

    package var word: ReaderProtocol {
        switch self {
        case .osdp: .osdp
        case .em4100: .em4100
        case .line: .line
        case .framed: .framed
        case .plate: .plate
        case .uhf: .uhf
        case .face: .face
        }
    }

    /// By which it reads cards of bits.
    package var formats: [CardFormat] {
        switch self {
        case .osdp(let reader): reader.formats
        case .em4100, .line, .framed, .plate, .uhf, .face: []
        }
    }

    /// The formats of the cards that it brings.
    package var cards: [CardFormatID] {
        switch self {
        case .osdp(let reader): reader.formats.map(\.id)
        case .em4100: [EM4100Frame.formatID]
        case .line, .framed: [CardNumber.textFormat]
        case .plate: [CardNumber.plateFormat]
        case .uhf: [CardNumber.epcFormat]
        case .face: []
        }
    }

    package var hasKeypad: Bool { if case .osdp = self { true } else { false } }

    /// How what it says is protected on its line.
    package enum Protection: Hashable, Sendable {
        /// By nothing, as its kind is.
        case plain
        /// By nothing, because the site says so.
        case clear
        case encrypted
        /// Each frame, in a channel that has to be opened first.
        case channel
    }

    package var protection: Protection {
        switch self {
        case .osdp(let reader): reader.channel == .clear ? .clear : .channel
        case .face(let encryption): encryption == nil ? .plain : .encrypted
        case .em4100, .line, .framed, .plate, .uhf: .plain
        }
    }

    /// Whether it is asked, so that its silence is noticed.
    package var isSupervised: Bool {
        switch self {
        case .osdp, .face: true
        case .uhf(let settings): !settings.isActive
        case .em4100, .line, .framed, .plate: false
        }
    }

    /// Whether it sends text as it stands, so that it could read a pass.
    package var sendsText: Bool {
        switch self {
        case .line(let settings), .framed(let settings): settings.pattern == nil && settings.framing.content == .text
        case .osdp, .em4100, .plate, .uhf, .face: false
        }
    }

    /// What machines need beside their settings.
    package struct Parts: Sendable {
        package var session: SessionCrypto
        package var faces: FaceCrypto
        /// Of readers that have to be secured, the likeliest first.
        package var keys: [ReaderID: [ReaderKey]]

        package init(session: SessionCrypto, faces: FaceCrypto, keys: [ReaderID: [ReaderKey]] = [:]) {
            self.session = session
            self.faces = faces
            self.keys = keys
        }
    }

    /// The machine of a port: of one reader, or of all OSDP readers of a bus.
    package static func make(
        _ readers: [(id: ReaderID, kind: ReaderKind)], baud: Int, with parts: Parts
    ) -> any SerialMachine {
        guard let first = readers.first else { preconditionFailure("a port without a reader") }
        switch first.kind {
        case .osdp: return bus(readers, baud: baud, with: parts)
        case .em4100(let settings), .line(let settings), .framed(let settings), .plate(let settings):
            return ASCIICardReader(settings)
        case .uhf(let settings): return UHFReader(settings)
        case .face(let encryption):
            return FaceModule(sealing: encryption.map { FaceSealing($0, crypto: parts.faces) })
        }
    }

    private static func bus(
        _ readers: [(id: ReaderID, kind: ReaderKind)], baud: Int, with parts: Parts
    ) -> OSDPPanel {
        let settings = readers.map { id, kind -> OSDPPanel.ReaderSettings in
            guard case .osdp(let reader) = kind else { preconditionFailure("\(id) is on a bus and no OSDP reader") }
            let policy: OSDPPolicy =
                switch reader.channel {
                case .clear: .clear
                case .secure: .secure(parts.keys[id] ?? [], parts.session)
                }
            return OSDPPanel.ReaderSettings(
                id: id, address: reader.address, security: policy, formats: reader.formats)
        }
        return OSDPPanel(readers: settings, settings: OSDPPanel.Settings(baud: baud))
    }
}
