/// A command of the panel (osdp.md section 6). Codes that a gate does not need are `other`.
package enum OSDPCommand: Hashable, Sendable {
    case poll
    case identify
    case capabilities
    case localStatus
    case inputStatus
    case outputStatus
    case readerStatus
    case output([OSDPOutputRecord])
    case led([OSDPLEDRecord])
    case buzzer(OSDPBuzzer)
    case text(OSDPText)
    /// The reader answers with what it will use, over the old settings, and changes then.
    case communication(address: UInt8, baud: UInt32)
    /// The longest frame that the panel can receive.
    case receiveSize(UInt16)
    /// Keeps the reader's field on, in milliseconds.
    case keepActive(milliseconds: UInt16)
    /// CHLNG: RND.A, 8 octets.
    case challenge([UInt8])
    /// SCRYPT, 16 octets.
    case serverCryptogram([UInt8])
    /// KEYSET with a new SCBK of 16 octets. Sent within a session and nowhere else.
    case keySet([UInt8])
    /// ID with the extended report; the answer comes in parts.
    case identifyInFull
    case bioRead(OSDPBioRead)
    case bioMatch(OSDPBioMatch)
    case fileTransfer(OSDPFileFragment)
    /// MFG: the maker's OUI (3 octets), then what the maker says.
    case manufacturer(oui: [UInt8], data: [UInt8])
    /// Stops what the reader is doing: a scan, a file transfer.
    case abort
    /// XWR: a word to a smart card, passed through.
    case transparent(mode: UInt8, command: UInt8, data: [UInt8])
    case pivData(OSDPPIVData)
    /// GENAUTH and CRAUTH: one part of what `OSDPAuthentication` makes.
    case generalAuthentication(OSDPPart)
    case challengeAuthentication(OSDPPart)
    case other(code: UInt8, data: [UInt8])

    package var code: UInt8 {
        switch self {
        case .poll: 0x60
        case .identify: 0x61
        case .capabilities: 0x62
        case .localStatus: 0x64
        case .inputStatus: 0x65
        case .outputStatus: 0x66
        case .readerStatus: 0x67
        case .output: 0x68
        case .led: 0x69
        case .buzzer: 0x6A
        case .text: 0x6B
        case .communication: 0x6E
        case .receiveSize: 0x7B
        case .keepActive: 0xA7
        case .challenge: 0x76
        case .serverCryptogram: 0x77
        case .keySet: 0x75
        case .identifyInFull: 0x61
        case .bioRead: 0x73
        case .bioMatch: 0x74
        case .fileTransfer: 0x7C
        case .manufacturer: 0x80
        case .abort: 0xA2
        case .transparent: 0xA1
        case .pivData: 0xA3
        case .generalAuthentication: 0xA4
        case .challengeAuthentication: 0xA5
        case .other(let code, _): code
        }
    }

    package var data: [UInt8] {
        switch self {
        case .poll, .localStatus, .inputStatus, .outputStatus, .readerStatus, .abort: []
        case .identifyInFull: [1]
        case .bioRead(let question): question.octets
        case .bioMatch(let question): question.octets
        case .fileTransfer(let fragment): fragment.octets
        case .manufacturer(let oui, let data): oui + data
        case .transparent(let mode, let command, let data): [mode, command] + data
        case .pivData(let question): question.octets
        case .generalAuthentication(let part), .challengeAuthentication(let part): part.octets
        case .identify, .capabilities: [0]
        case .output(let records): records.flatMap(\.octets)
        case .led(let records): records.flatMap(\.octets)
        case .buzzer(let buzzer): buzzer.octets
        case .text(let text): text.octets
        case .communication(let address, let baud): [address] + littleEndian(baud, 4)
        case .receiveSize(let size): littleEndian(UInt32(size), 2)
        case .keepActive(let milliseconds): littleEndian(UInt32(milliseconds), 2)
        case .challenge(let octets), .serverCryptogram(let octets): octets
        case .keySet(let key): [0x01, UInt8(truncatingIfNeeded: key.count)] + key
        case .other(_, let data): data
        }
    }

    /// The command in a frame of the panel, `other` where code or data are none of those above. Emulated readers use it.
    package init(code: UInt8, data: [UInt8]) {
        let known: OSDPCommand? =
            switch (code, data.count) {
            case (0x60, 0): .poll
            case (0x61, 1): data[0] == 0 ? .identify : data[0] == 1 ? .identifyInFull : nil
            case (0x73, _): OSDPBioRead(octets: data).map { .bioRead($0) }
            case (0x74, _): OSDPBioMatch(octets: data).map { .bioMatch($0) }
            case (0x7C, _): OSDPFileFragment(octets: data).map { .fileTransfer($0) }
            case (0x80, 3...): .manufacturer(oui: Array(data[..<3]), data: Array(data[3...]))
            case (0xA2, 0): .abort
            case (0xA1, 2...): .transparent(mode: data[0], command: data[1], data: Array(data[2...]))
            case (0xA3, _): OSDPPIVData(octets: data).map { .pivData($0) }
            case (0xA4, _): OSDPPart(octets: data).map { .generalAuthentication($0) }
            case (0xA5, _): OSDPPart(octets: data).map { .challengeAuthentication($0) }
            case (0x62, 1): data[0] == 0 ? .capabilities : nil
            case (0x64, 0): .localStatus
            case (0x65, 0): .inputStatus
            case (0x66, 0): .outputStatus
            case (0x67, 0): .readerStatus
            case (0x68, 4...): records(data, 4).map { .output($0.map(OSDPOutputRecord.init(octets:))) }
            case (0x69, 14...): records(data, 14).map { .led($0.map(OSDPLEDRecord.init(octets:))) }
            case (0x6A, 5): .buzzer(OSDPBuzzer(octets: data[...]))
            case (0x6B, 6...): OSDPText(octets: data).map { .text($0) }
            case (0x6E, 5): .communication(address: data[0], baud: number(data[1..<5]))
            case (0x7B, 2): .receiveSize(UInt16(number(data[0..<2])))
            case (0xA7, 2): .keepActive(milliseconds: UInt16(number(data[0..<2])))
            case (0x75, 18) where data[0] == 0x01 && data[1] == 0x10: .keySet(Array(data[2...]))
            case (0x76, 8): .challenge(data)
            case (0x77, 16): .serverCryptogram(data)
            default: nil
            }
        self = known ?? .other(code: code, data: data)
    }
}

/// What OUT does with one output. A pulse uses `onThenBack`, so that a lost link can't leave a lock open.
package enum OSDPOutputControl: UInt8, Hashable, Sendable {
    case none = 0
    case off = 1
    case on = 2
    case offAfterTimer = 3
    case onAfterTimer = 4
    /// On for the timer, then back to the permanent state.
    case onThenBack = 5
    case offThenBack = 6
    case unknown = 0xFF
}

package struct OSDPOutputRecord: Hashable, Sendable {
    package var output: UInt8
    package var control: OSDPOutputControl
    /// In 100 ms.
    package var timer: UInt16

    package init(output: UInt8, control: OSDPOutputControl, timer: UInt16 = 0) {
        self.output = output
        self.control = control
        self.timer = timer
    }

    var octets: [UInt8] { [output, control.rawValue] + littleEndian(UInt32(timer), 2) }

    init(octets: ArraySlice<UInt8>) {
        let data = Array(octets)
        self.init(
            output: data[0], control: OSDPOutputControl(rawValue: data[1]) ?? .unknown,
            timer: UInt16(number(data[2..<4])))
    }
}

package enum OSDPColour: UInt8, Hashable, Sendable, CaseIterable {
    case black, red, green, amber, blue, magenta, cyan, white
}

/// How an LED shines: on and off times in 100 ms, not both 0. Steady light is on 1, off 0.
package struct OSDPLight: Hashable, Sendable {
    package var on: UInt8
    package var off: UInt8
    package var onColour: OSDPColour
    package var offColour: OSDPColour

    package init(on: UInt8, off: UInt8, onColour: OSDPColour, offColour: OSDPColour = .black) {
        self.on = on
        self.off = off
        self.onColour = onColour
        self.offColour = offColour
    }

    package static func steady(_ colour: OSDPColour) -> OSDPLight { OSDPLight(on: 1, off: 0, onColour: colour) }

    fileprivate var octets: [UInt8] { [on, off, onColour.rawValue, offColour.rawValue] }

    fileprivate init(octets: ArraySlice<UInt8>) {
        let data = Array(octets)
        self.init(
            on: data[0], off: data[1], onColour: OSDPColour(rawValue: data[2]) ?? .white,
            offColour: OSDPColour(rawValue: data[3]) ?? .white)
    }
}

/// One LED record of 14 octets (osdp.md section 6.2).
package struct OSDPLEDRecord: Hashable, Sendable {
    package enum Temporary: Hashable, Sendable {
        case none
        case cancel
        /// Timer in 100 ms.
        case show(OSDPLight, timer: UInt16)
    }
    package var reader: UInt8
    package var led: UInt8
    package var temporary: Temporary
    package var permanent: OSDPLight?

    package init(reader: UInt8 = 0, led: UInt8 = 0, temporary: Temporary = .none, permanent: OSDPLight? = nil) {
        self.reader = reader
        self.led = led
        self.temporary = temporary
        self.permanent = permanent
    }

    var octets: [UInt8] {
        let first: [UInt8] =
            switch temporary {
            case .none: [0, 0, 0, 0, 0, 0, 0]
            case .cancel: [1, 0, 0, 0, 0, 0, 0]
            case .show(let light, let timer): [2] + light.octets + littleEndian(UInt32(timer), 2)
            }
        return [reader, led] + first + (permanent.map { [1] + $0.octets } ?? [0, 0, 0, 0, 0])
    }

    init(octets: ArraySlice<UInt8>) {
        let data = Array(octets)
        let temporary: Temporary =
            switch data[2] {
            case 1: .cancel
            case 2: .show(OSDPLight(octets: data[3..<7]), timer: UInt16(number(data[7..<9])))
            default: .none
            }
        self.init(
            reader: data[0], led: data[1], temporary: temporary,
            permanent: data[9] == 1 ? OSDPLight(octets: data[10..<14]) : nil)
    }
}

/// BUZ: times in 100 ms; count 0 sounds until it is stopped.
package struct OSDPBuzzer: Hashable, Sendable {
    package enum Tone: UInt8, Hashable, Sendable {
        case none = 0
        case off = 1
        case standard = 2
    }
    package var reader: UInt8
    package var tone: Tone
    package var on: UInt8
    package var off: UInt8
    package var count: UInt8

    package init(reader: UInt8 = 0, tone: Tone = .standard, on: UInt8, off: UInt8, count: UInt8) {
        self.reader = reader
        self.tone = tone
        self.on = on
        self.off = off
        self.count = count
    }

    package static let silence = OSDPBuzzer(tone: .off, on: 0, off: 0, count: 0)

    var octets: [UInt8] { [reader, tone.rawValue, on, off, count] }

    init(octets: ArraySlice<UInt8>) {
        let data = Array(octets)
        self.init(
            reader: data[0], tone: Tone(rawValue: data[1]) ?? .standard, on: data[2], off: data[3], count: data[4])
    }
}

/// TEXT: up to 32 ASCII characters are safe (osdp.md section 6.3).
package struct OSDPText: Hashable, Sendable {
    package var reader: UInt8
    /// 1 permanent, 2 permanent and wrapped, 3 temporary, 4 temporary and wrapped.
    package var mode: UInt8
    /// Seconds, for the temporary modes.
    package var seconds: UInt8
    /// From 1.
    package var row: UInt8
    package var column: UInt8
    package var characters: [UInt8]

    package init(
        reader: UInt8 = 0, mode: UInt8, seconds: UInt8 = 0, row: UInt8 = 1, column: UInt8 = 1, characters: [UInt8]
    ) {
        self.reader = reader
        self.mode = mode
        self.seconds = seconds
        self.row = row
        self.column = column
        self.characters = Array(characters.prefix(255))
    }

    var octets: [UInt8] { [reader, mode, seconds, row, column, UInt8(characters.count)] + characters }

    init?(octets: [UInt8]) {
        guard octets.count >= 6, Int(octets[5]) == octets.count - 6 else { return nil }
        self.init(
            reader: octets[0], mode: octets[1], seconds: octets[2], row: octets[3], column: octets[4],
            characters: Array(octets[6...]))
    }
}

func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
}

/// Little-endian octets (at most 4) as a number.
func number(_ octets: ArraySlice<UInt8>) -> UInt32 {
    octets.reversed().reduce(0) { $0 << 8 | UInt32($1) }
}

/// Records of one size; nil when the octets are not a whole number of them.
private func records(_ data: [UInt8], _ size: Int) -> [ArraySlice<UInt8>]? {
    guard !data.isEmpty, data.count % size == 0 else { return nil }
    return stride(from: 0, to: data.count, by: size).map { data[$0..<($0 + size)] }
}
