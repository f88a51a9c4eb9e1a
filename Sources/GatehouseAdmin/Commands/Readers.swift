internal import GatehouseCore

// Readers.

package struct ReaderView: Codable, Hashable, Sendable {
    package var name: String
    package var protocolName: String
    /// `none`, `clear`, `secure`, `insecure` (has to be secure and is not now) or `encrypted`.
    package var security: String
    /// `online`, `offline`, or `neverHeard` since the start.
    package var link: String
    package var tamper: Bool
    package var serial: String?
    package var swapped: Bool?
    package var key: String?
    package var counters: [String: Int64]?
    /// Until when the reader asks for more or takes cards slowly, because numbers were tried.
    package var slowedUntil: String?
    /// Until when PINs wait, because wrong ones were typed.
    package var pinPausedUntil: String?
    private enum CodingKeys: String, CodingKey {
        case name
        case protocolName = "protocol"
        case security
        case link
        case tamper
        case serial
        case swapped
        case key
        case counters
        case slowedUntil = "slowed_until"
        case pinPausedUntil = "pin_paused_until"
    }
    package init(
        name: String, protocolName: String, security: String, link: String, tamper: Bool, serial: String? = nil,
        swapped: Bool? = nil, key: String? = nil, counters: [String: Int64]? = nil, slowedUntil: String? = nil,
        pinPausedUntil: String? = nil
    ) {
        self.name = name
        self.protocolName = protocolName
        self.security = security
        self.link = link
        self.tamper = tamper
        self.serial = serial
        self.swapped = swapped
        self.key = key
        self.counters = counters
        self.slowedUntil = slowedUntil
        self.pinPausedUntil = pinPausedUntil
    }
}

package struct FindingView: Codable, Hashable, Sendable {
    package var what: String
    package var advice: String
    package init(what: String, advice: String) {
        self.what = what
        self.advice = advice
    }
}

package struct ReaderList: AdminCommand {
    package static let name = CommandName.readerList
    package static let entry = CommandEntry.glance(.everyone, Sentence("readers and how they are heard"))
    package typealias Reply = [ReaderView]
    package init() {}
}

package struct ReaderShow: AdminCommand {
    package static let name = CommandName.readerShow
    package static let entry = CommandEntry.device(
        .everyone, needsReason: false, Sentence("one reader: what is wrong with it, and what it says of itself"))
    package typealias Reply = Joined<ReaderView, Details>
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }

    package struct Details: Codable, Hashable, Sendable {
        package var address: Int?
        package var baud: Int?
        package var outputs: [Bool]?
        package var vendor: String?
        package var model: Int?
        package var version: Int?
        package var serialNumber: Int?
        package var firmware: String?
        package var says: [Said]?
        /// Conditions that stand against it, the worst first: the words of `health`.
        package var conditions: [String]?
        /// What it does otherwise than the standard says.
        package var quirks: [String]?
        /// Octets that it takes in one frame, and in one message of several.
        package var receiveSize: Int?
        package var largestMessage: Int?
        /// Whether smart cards can be asked through it, and in extended packets.
        package var passesCards: Bool?
        package var extendedPackets: Bool?
        private enum CodingKeys: String, CodingKey {
            case address
            case baud
            case outputs
            case vendor
            case model
            case version
            case serialNumber = "serial_number"
            case firmware
            case says
            case conditions
            case quirks
            case receiveSize = "receive_size"
            case largestMessage = "largest_message"
            case passesCards = "passes_cards"
            case extendedPackets = "extended_packets"
        }
        package init(
            address: Int? = nil, baud: Int? = nil, outputs: [Bool]? = nil, vendor: String? = nil, model: Int? = nil,
            version: Int? = nil, serialNumber: Int? = nil, firmware: String? = nil, says: [Said]? = nil,
            conditions: [String]? = nil, quirks: [String]? = nil, receiveSize: Int? = nil, largestMessage: Int? = nil,
            passesCards: Bool? = nil, extendedPackets: Bool? = nil
        ) {
            self.conditions = conditions
            self.quirks = quirks
            self.receiveSize = receiveSize
            self.largestMessage = largestMessage
            self.passesCards = passesCards
            self.extendedPackets = extendedPackets
            self.address = address
            self.baud = baud
            self.outputs = outputs
            self.vendor = vendor
            self.model = model
            self.version = version
            self.serialNumber = serialNumber
            self.firmware = firmware
            self.says = says
        }
    }

    package struct Said: Codable, Hashable, Sendable {
        package var what: String
        package var text: String
        package init(what: String, text: String) {
            self.what = what
            self.text = text
        }
    }
}

package struct ReaderDoctor: AdminCommand {
    package static let name = CommandName.readerDoctor
    package static let entry = CommandEntry.glance(
        .everyone, Sentence("what is wrong with a reader's wire, and what to do"))
    package typealias Reply = Joined<ReaderView, Report>
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }

    package struct Report: Codable, Hashable, Sendable {
        package var findings: [FindingView]
        package var conditions: [FindingView]
        /// Microseconds from bit to bit below which half, 90 and 99 of a hundred lie.
        package var bitMicros: [String: Int]?
        package init(findings: [FindingView], conditions: [FindingView], bitMicros: [String: Int]?) {
            self.findings = findings
            self.conditions = conditions
            self.bitMicros = bitMicros
        }
    }
}

package struct ReaderTraceShow: AdminCommand {
    package static let name = CommandName.readerTrace
    package static let entry = CommandEntry.question(
        [.installer], needsReason: true, Sentence("what a reader's wire brought lately, with card numbers"))
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var trace: String
        package init(event: UInt64?, trace: String) {
            self.event = event
            self.trace = trace
        }
    }
}

package struct ReaderFormats: AdminCommand {
    package static let name = CommandName.readerFormats
    package static let entry = CommandEntry.question(
        [.manager, .installer], needsReason: true, Sentence("the latest card in every format of its length"))
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }

    package struct Format: Codable, Hashable, Sendable {
        package var format: String
        package var inUse: Bool
        package var fits: Bool
        package var checks: Int
        /// Masked but for its last two digits unless a manager asks.
        package var card: String?
        package init(format: String, inUse: Bool, fits: Bool, checks: Int, card: String?) {
            self.format = format
            self.inUse = inUse
            self.fits = fits
            self.checks = checks
            self.card = card
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var bits: Int
        package var formats: [Format]
        package init(event: UInt64?, bits: Int, formats: [Format]) {
            self.event = event
            self.bits = bits
            self.formats = formats
        }
    }
}

package struct ReaderText: AdminCommand {
    package static let name = CommandName.readerText
    package static let entry = CommandEntry.device(.desk, needsReason: false, Sentence("show a text at an OSDP reader"))
    package typealias Reply = Recorded
    package var reader: NameArgument
    package var text: PersonalArgument
    package var seconds: CountArgument?
    package init(reader: NameArgument, text: PersonalArgument, seconds: CountArgument? = nil) {
        self.reader = reader
        self.text = text
        self.seconds = seconds
    }
}

package struct ReaderMove: AdminCommand {
    package static let name = CommandName.readerMove
    package static let entry = CommandEntry.device(
        [.installer], Sentence("move an OSDP reader to another address or speed"))
    package var reader: NameArgument
    package var address: CountArgument?
    package var baud: CountArgument?
    package init(reader: NameArgument, address: CountArgument? = nil, baud: CountArgument? = nil) {
        self.reader = reader
        self.address = address
        self.baud = baud
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var address: Int
        package var baud: Int
        package init(event: UInt64?, address: Int, baud: Int) {
            self.event = event
            self.address = address
            self.baud = baud
        }
    }
}

package struct ReaderSearch: AdminCommand {
    package static let name = CommandName.readerSearch
    package static let entry = CommandEntry.device(
        [.installer], Sentence("look for readers at every address and speed of a bus"))
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }

    package struct Found: Codable, Hashable, Sendable {
        package var address: Int
        package var baud: Int
        package var reader: String?
        /// `identity`, `refused` (answers and says nothing in clear) or `doubled` (two readers of one address).
        package var answer: String
        package var vendor: String?
        package var serial: Int?
        package init(address: Int, baud: Int, reader: String?, answer: String, vendor: String?, serial: Int?) {
            self.address = address
            self.baud = baud
            self.reader = reader
            self.answer = answer
            self.vendor = vendor
            self.serial = serial
        }
    }

    package struct Reply: Codable, Hashable, Sendable {
        package var event: UInt64?
        package var found: [Found]
        package init(event: UInt64?, found: [Found]) {
            self.event = event
            self.found = found
        }
    }
}

/// One piece of a file for a reader, for the command that follows.
package struct ReaderChunk: AdminCommand {
    package static let name = CommandName.readerChunk
    package static let entry = CommandEntry.change([.installer], Sentence("a piece of a file for a reader"))
    package typealias Reply = UploadSize
    package var file: PersonalArgument
    package var data: OctetsArgument
    package init(file: PersonalArgument, data: OctetsArgument) {
        self.file = file
        self.data = data
    }
}

package struct ReaderSendFile: AdminCommand {
    package static let name = CommandName.readerSendFile
    package static let entry = CommandEntry.device([.installer], Sentence("send an OSDP reader the file sent before"))
    package typealias Reply = Recorded
    package var reader: NameArgument
    package var type: CountArgument?
    package init(reader: NameArgument, type: CountArgument? = nil) {
        self.reader = reader
        self.type = type
    }
}

package struct ReaderInstall: AdminCommand {
    package static let name = CommandName.readerInstall
    package static let entry = CommandEntry.device(
        [.installer], Sentence("give one reader its first key, within 5 minutes"))
    package typealias Reply = Recorded
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }
}

package struct ReaderAccept: AdminCommand {
    package static let name = CommandName.readerAccept
    package static let entry = CommandEntry.device(
        [.manager, .installer], Sentence("take the new device under the name of a reader"))
    package typealias Reply = Recorded
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }
}

package struct ReaderRotateKey: AdminCommand {
    package static let name = CommandName.readerRotateKey
    package static let entry = CommandEntry.device([.installer], Sentence("give a secured reader another key"))
    package typealias Reply = Recorded
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }
}

package struct ReaderResume: AdminCommand {
    package static let name = CommandName.readerResume
    package static let entry = CommandEntry.opening(
        [.guard_, .manager, .installer], Sentence("end a reader's pause after wrong PINs or tried card numbers"))
    package typealias Reply = Recorded
    package var reader: NameArgument
    package init(reader: NameArgument) {
        self.reader = reader
    }
}
