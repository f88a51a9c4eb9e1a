package import GatehouseCore
package import GatehouseProtocols

/// All that `gatehouse.yaml` says, checked: no name without its thing, no wiring that cannot be.
package struct Configuration: Hashable, Sendable {
    package var site: Site
    /// Name below the zone directory: `Asia/Shanghai`.
    package var timeZone: String
    /// In which people are spoken to who do not say which they want.
    package var language = Language.english
    package var clockTrust: ClockTrust = .synchronized
    package var files = FileSettings()
    package var journal = JournalSettings()
    package var lines = LineSettings()
    package var readers: [ReaderSettings] = []
    package var cameras: [CameraSettings] = []
    package var destinations: [DestinationSettings] = []
    package var snapshots = SnapshotSettings()
    package var watchlist: WatchlistSettings?
    package var passKeys: [PassKeySettings] = []
    /// Who cosigns the heads of the journal; nil where nobody is asked to.
    package var witnesses: WitnessSettings?
    /// The account of gatehouse-console, which alone may ask for the people who signed in there.
    package var consoleAccount = usualConsoleAccount
    package static let usualConsoleAccount = "gatehouse-console"
    /// The formats of `card_formats`.
    package var cardFormats: [CardFormat] = []

    package init(site: Site, timeZone: String) {
        self.site = site
        self.timeZone = timeZone
    }

    /// The formats of the cards that readers here bring.
    package var readFormats: Set<CardFormatID> {
        Set(readers.flatMap(\.kind.cards))
    }

    package var faceModules: Set<String> {
        Set(readers.filter(\.kind.isFace).map(\.id.name))
    }

    /// Whether a reload takes all that is different.
    package func differsOnlyInPolicy(from other: Configuration) -> Bool {
        var same = self
        same.site.policy = other.site.policy
        return same == other
    }

    /// The sections in which the two differ, as the file calls them.
    package func sections(differingFrom other: Configuration) -> [String] {
        var otherwise = other.site
        otherwise.policy = site.policy
        let sections: [(String, Bool)] = [
            ("policy", site.policy == other.site.policy),
            (
                "site, portals, areas or alerts",
                site == otherwise && timeZone == other.timeZone && clockTrust == other.clockTrust
            ),
            ("site.language", language == other.language), ("files", files == other.files),
            ("journal", journal == other.journal), ("lines", lines == other.lines),
            ("readers", readers == other.readers), ("cameras", cameras == other.cameras),
            ("destinations", destinations == other.destinations), ("snapshots", snapshots == other.snapshots),
            ("watchlist", watchlist == other.watchlist), ("passes", passKeys == other.passKeys),
            ("witnesses", witnesses == other.witnesses),
            ("console", consoleAccount == other.consoleAccount), ("card_formats", cardFormats == other.cardFormats),
        ]
        let found = sections.filter { !$0.1 }.map(\.0)
        return found.isEmpty && self != other ? ["something else"] : found
    }
}

package enum ClockTrust: String, Hashable, Sendable, CaseIterable {
    /// The kernel must say that something keeps the clock in step.
    case synchronized
    /// It is enough that the clock does not stand behind the newest entry.
    case notBehindFloor = "not-behind-floor"
}

package struct FileSettings: Hashable, Sendable {
    package var database = "/var/lib/gatehouse/gatehouse.db"
    package var adminSocket = "/run/gatehouse/admin.sock"
    package var uplinkSocket = "/run/gatehouse/uplink.sock"
    package var snapshots = "/var/lib/gatehouse-uplink/snapshots"
    /// File with the master key (32 octets, raw or 64 hexadecimal digits). Relative: below `$CREDENTIALS_DIRECTORY`.
    package var masterKey = "master-key"
    package var zoneInfo = "/usr/share/zoneinfo"
    /// Folders that backups may go to; the first is the usual one.
    package var backups = ["/var/lib/gatehouse/backups"]
    package init() {}
}

package struct WitnessSettings: Hashable, Sendable {
    /// A file in the form of C2SP tlog-policy: each witness with its address, and how many have to have signed. Both programs read it.
    package var policyFile: String
    /// By which the certificates of witnesses are checked; nil for those of the system.
    package var caFile: String?
    /// How long an answer is waited for.
    package var timeout: Duration = .seconds(5)

    package init(policyFile: String) { self.policyFile = policyFile }
}

package struct JournalSettings: Hashable, Sendable {
    package var maxWait: Duration = .milliseconds(250)
    package var onTimeout: CommitGate.OnTimeout = .release
    package init() {}
}

/// Where lines come from, and which line is what.
package struct LineSettings: Hashable, Sendable {
    package enum Backend: Hashable, Sendable {
        case gpiod
        /// The socket of a line simulator.
        case simulated(socket: String)
    }
    package var backend: Backend = .gpiod
    package var outputs: [PortalID: LineWiring] = [:]
    package var contacts: [PortalID: LineWiring] = [:]
    package var exitButtons: [PortalID: LineWiring] = [:]
    package var laneSensors: [PortalID: [LaneMachine.Sensor: LineWiring]] = [:]
    package var fireInput: LineWiring?
    /// Portals whose release, contact or exit button is wired to a reader.
    package var readerReleases: [PortalID: ReaderPoint] = [:]
    package var readerContacts: [PortalID: ReaderPoint] = [:]
    package var readerExitButtons: [PortalID: ReaderPoint] = [:]
    package init() {}
}

/// An input or output of an OSDP reader, numbered from 0.
package struct ReaderPoint: Hashable, Sendable {
    package var reader: ReaderID
    package var number: Int
    package var isActiveLow: Bool

    package init(reader: ReaderID, number: Int, isActiveLow: Bool = false) {
        self.reader = reader
        self.number = number
        self.isActiveLow = isActiveLow
    }
}

/// One line of a chip. `active` is the level at which the thing named is so: released, open, pressed, fire.
package struct LineWiring: Hashable, Sendable {
    package enum Bias: String, Hashable, Sendable, CaseIterable {
        case asIs = "as-is"
        case none
        case pullUp = "pull-up"
        case pullDown = "pull-down"
    }
    /// The name that the board gives the line; nil when it is found by its offset.
    package var line: String?
    /// Label of the chip; nil searches all chips for the line's name.
    package var chip: String?
    package var offset: UInt32?
    package var isActiveLow: Bool
    package var bias: Bias

    package init(
        line: String?, chip: String? = nil, offset: UInt32? = nil, isActiveLow: Bool = false, bias: Bias = .asIs
    ) {
        self.line = line
        self.chip = chip
        self.offset = offset
        self.isActiveLow = isActiveLow
        self.bias = bias
    }
}

package struct ReaderSettings: Hashable, Sendable {
    /// Who turns a half-duplex line round.
    package enum Direction: String, Hashable, Sendable, CaseIterable {
        /// The adapter does, or the line has separate wires.
        case automatic
        /// The kernel drives RTS around each transmission.
        case kernel
    }
    /// The port of a reader; those of a bus share one.
    package struct Port: Hashable, Sendable {
        package var path: String
        package var baud: UInt32
        package var direction = Direction.automatic

        package init(_ path: String, baud: UInt32, direction: Direction = .automatic) {
            self.path = path
            self.baud = baud
            self.direction = direction
        }
    }
    package enum Kind: Hashable, Sendable {
        /// On two lines of the panel.
        case wiegand(
            data0: LineWiring, data1: LineWiring, formats: [CardFormat], keypad: WiegandKeypad, endsAtLength: Bool)
        case serial(Port, ReaderKind)

        /// The word of the configuration.
        package var word: String {
            switch self {
            case .wiegand: "wiegand"
            case .serial(_, let kind): kind.word.rawValue
            }
        }

        /// By which it reads cards of bits.
        package var formats: [CardFormat] {
            switch self {
            case .wiegand(_, _, let formats, _, _): formats
            case .serial(_, let kind): kind.formats
            }
        }

        /// The formats of the cards that it brings.
        package var cards: [CardFormatID] {
            switch self {
            case .wiegand(_, _, let formats, _, _): formats.map(\.id)
            case .serial(_, let kind): kind.cards
            }
        }

        /// The protocol of a port, with its settings.
        package var serial: ReaderKind? { if case .serial(_, let kind) = self { kind } else { nil } }
        package var port: Port? { if case .serial(let port, _) = self { port } else { nil } }
        package var osdp: ReaderKind.OSDPReader? { if case .osdp(let reader) = serial { reader } else { nil } }
        package var isFace: Bool { serial?.word == .face }
        /// Whether it is an OSDP reader that has to be secured, and the file of its key, if it has one.
        package var isSecured: Bool { if case .secure = osdp?.channel { true } else { false } }
        package var keyFile: String? { if case .secure(let key) = osdp?.channel { key } else { nil } }
    }
    package var id: ReaderID
    package var kind: Kind
    /// Lines of the panel that drive the reader's lamp and buzzer.
    package var greenLamp: LineWiring?
    package var buzzer: LineWiring?

    package init(id: ReaderID, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}

package struct CameraSettings: Hashable, Sendable {
    /// How pictures come.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A picture for each request.
        case still
        /// A stream of JPEGs over HTTP that is kept open.
        case mjpeg
        /// A stream that ffmpeg keeps open.
        case rtsp

        /// What its address begins with.
        package var schemes: [String] { self == .rtsp ? ["rtsp", "rtsps"] : ["http", "https"] }
    }
    package var id: CameraID
    package var kind = Kind.still
    package var url: String
    package var user: String?
    /// File with the password. Relative: below `$CREDENTIALS_DIRECTORY`.
    package var passwordFile: String?
    /// Whether basic authentication may go over plain http.
    package var allowsCleartextPassword = false
    package var timeout: Duration = .milliseconds(1500)
    /// Octets of the largest picture.
    package var maxBytes = 4 << 20
    /// Bundle of certificates to trust instead of the system's.
    package var caFile: String?

    package init(id: CameraID, url: String) {
        self.id = id
        self.url = url
    }
}

package struct SnapshotSettings: Hashable, Sendable {
    package var maxBytes: Int64 = 8 << 30
    package var keep: Duration = .seconds(30 * 86400)
    package init() {}
}

package struct DestinationSettings: Hashable, Sendable {
    package var id: DestinationID
    /// https only.
    package var url: String
    /// File with the key of the HMAC-SHA-256 signature. Relative: below `$CREDENTIALS_DIRECTORY`.
    package var secretFile: String
    package var caFile: String?
    package var clientCertificateFile: String?
    package var clientKeyFile: String?
    package var timeout: Duration = .seconds(10)

    package init(id: DestinationID, url: String, secretFile: String) {
        self.id = id
        self.url = url
        self.secretFile = secretFile
    }
}

package struct WatchlistSettings: Hashable, Sendable {
    /// Ed25519 public key of the oversight (64 hexadecimal digits): neither the operator's nor the issuer's.
    package var oversightKey: [UInt8]
    package init(oversightKey: [UInt8]) { self.oversightKey = oversightKey }
}

/// A public key whose visitor passes are taken here, beside those of this controller.
package struct PassKeySettings: Hashable, Sendable {
    package enum Register: String, Hashable, Sendable, CaseIterable {
        /// Its hosts have the numbers of the register here, and are looked up.
        case same
        /// Its hosts are on another register: whoever signed answers for them.
        case other
    }
    /// The name that its passes carry: `site.name` of another controller, or that of an office.
    package var issuer: String
    /// Ed25519, 32 octets: `gatehousectl pass key` shows it.
    package var publicKey: [UInt8]
    package var register: Register

    package init(issuer: String, publicKey: [UInt8], register: Register = .same) {
        self.issuer = issuer
        self.publicKey = publicKey
        self.register = register
    }
}
