internal import GatehouseCore

/// A reply of a reader (osdp.md section 7). A code that is not listed, or data that do not fit the code, is `unknown`:
/// logged and passed over.
package enum OSDPReply: Hashable, Sendable {
    case ack
    case nak(OSDPRefusal, data: [UInt8])
    case identity(OSDPIdentity)
    case capabilities([OSDPCapability])
    case localStatus(tamper: Bool, powerFault: Bool)
    case inputStatus([OSDPInputState])
    case outputStatus([Bool])
    case readerStatus([OSDPReaderState])
    /// Bits as they came; the bit count has not been compared with the octets yet.
    case raw(reader: UInt8, format: UInt8, bitCount: UInt16, octets: [UInt8])
    /// Withdrawn in later editions; recognised to be refused.
    case formatted(reader: UInt8, isReversed: Bool, characters: [UInt8])
    case keypad(reader: UInt8, keys: [UInt8])
    case communication(address: UInt8, baud: UInt32)
    /// The reader needs time: the same command again after a pause. Carries sequence 0.
    case busy
    /// CCRYPT: the reader's identifier of 8 octets, RND.B and the client cryptogram.
    case clientCryptogram(identifier: [UInt8], random: [UInt8], cryptogram: [UInt8])
    /// RMAC_I: the R-MAC that the session begins with.
    case initialMAC([UInt8])
    case bioRead(reader: UInt8, OSDPBioStatus, type: UInt8, quality: UInt8, template: [UInt8])
    /// Score 0 none to 255 best.
    case bioMatch(reader: UInt8, OSDPBioStatus, score: UInt8)
    case fileStatus(OSDPFileStatus)
    case manufacturer(OSDPMakerWord, oui: [UInt8], data: [UInt8])
    case part(OSDPPartKind, OSDPPart)
    /// XRD: a smart card's word, passed through.
    case transparent(mode: UInt8, reply: UInt8, data: [UInt8])
    case unknown(code: UInt8, data: [UInt8])

    package init(code: UInt8, data: [UInt8]) {
        let known: OSDPReply? =
            switch (code, data.count) {
            case (0x40, 0): .ack
            case (0x41, 1...): .nak(OSDPRefusal(code: data[0]), data: Array(data.dropFirst()))
            case (0x45, 12): .identity(OSDPIdentity(octets: data))
            case (0x46, _) where data.count % 3 == 0:
                .capabilities(
                    stride(from: 0, to: data.count, by: 3).map {
                        OSDPCapability(function: data[$0], level: data[$0 + 1], number: data[$0 + 2])
                    })
            case (0x48, 2): .localStatus(tamper: data[0] != 0, powerFault: data[1] != 0)
            case (0x49, _): .inputStatus(data.map(OSDPInputState.init(code:)))
            case (0x4A, _): .outputStatus(data.map { $0 != 0 })
            case (0x4B, _): .readerStatus(data.map(OSDPReaderState.init(code:)))
            case (0x50, 4...):
                .raw(
                    reader: data[0], format: data[1], bitCount: UInt16(number(data[2..<4])),
                    octets: Array(data[4...]))
            case (0x51, 3...) where Int(data[2]) == data.count - 3:
                .formatted(reader: data[0], isReversed: data[1] != 0, characters: Array(data[3...]))
            case (0x53, 2...) where Int(data[1]) == data.count - 2:
                .keypad(reader: data[0], keys: Array(data[2...]))
            case (0x54, 5): .communication(address: data[0], baud: number(data[1..<5]))
            case (0x76, 32):
                .clientCryptogram(
                    identifier: Array(data[0..<8]), random: Array(data[8..<16]), cryptogram: Array(data[16...]))
            case (0x78, 16): .initialMAC(data)
            case (0x79, 0): .busy
            case (0x57, 6...) where Int(number(data[4..<6])) == data.count - 6:
                .bioRead(
                    reader: data[0], OSDPBioStatus(code: data[1]), type: data[2], quality: data[3],
                    template: Array(data[6...]))
            case (0x58, 3): .bioMatch(reader: data[0], OSDPBioStatus(code: data[1]), score: data[2])
            case (0x7A, 7): .fileStatus(OSDPFileStatus(octets: data))
            case (0x83, 3...), (0x84, 3...), (0x90, 3...):
                OSDPMakerWord(rawValue: code).map {
                    .manufacturer($0, oui: Array(data[..<3]), data: Array(data[3...]))
                }
            case (0x59, _), (0x80, _), (0x81, _), (0x82, _):
                OSDPPartKind(rawValue: code).flatMap { kind in OSDPPart(octets: data).map { .part(kind, $0) } }
            case (0xB1, 2...): .transparent(mode: data[0], reply: data[1], data: Array(data[2...]))
            default: nil
            }
        self = known ?? .unknown(code: code, data: data)
    }

    package var code: UInt8 {
        switch self {
        case .ack: 0x40
        case .nak: 0x41
        case .identity: 0x45
        case .capabilities: 0x46
        case .localStatus: 0x48
        case .inputStatus: 0x49
        case .outputStatus: 0x4A
        case .readerStatus: 0x4B
        case .raw: 0x50
        case .formatted: 0x51
        case .keypad: 0x53
        case .communication: 0x54
        case .clientCryptogram: 0x76
        case .initialMAC: 0x78
        case .busy: 0x79
        case .bioRead: 0x57
        case .bioMatch: 0x58
        case .fileStatus: 0x7A
        case .manufacturer(let word, _, _): word.rawValue
        case .part(let kind, _): kind.rawValue
        case .transparent: 0xB1
        case .unknown(let code, _): code
        }
    }

    package var data: [UInt8] {
        switch self {
        case .ack, .busy: []
        case .nak(let refusal, let data): [refusal.code] + data
        case .identity(let identity): identity.octets
        case .capabilities(let list): list.flatMap { [$0.function, $0.level, $0.number] }
        case .localStatus(let tamper, let powerFault): [tamper ? 1 : 0, powerFault ? 1 : 0]
        case .inputStatus(let states): states.map(\.code)
        case .outputStatus(let states): states.map { $0 ? 1 : 0 }
        case .readerStatus(let states): states.map(\.code)
        case .raw(let reader, let format, let bitCount, let octets):
            [reader, format] + littleEndian(UInt32(bitCount), 2) + octets
        case .formatted(let reader, let isReversed, let characters):
            [reader, isReversed ? 1 : 0, UInt8(truncatingIfNeeded: characters.count)] + characters
        case .keypad(let reader, let keys): [reader, UInt8(truncatingIfNeeded: keys.count)] + keys
        case .communication(let address, let baud): [address] + littleEndian(baud, 4)
        case .clientCryptogram(let identifier, let random, let cryptogram): identifier + random + cryptogram
        case .initialMAC(let mac): mac
        case .bioRead(let reader, let status, let type, let quality, let template):
            [reader, status.code, type, quality] + littleEndian(UInt32(template.count), 2) + template
        case .bioMatch(let reader, let status, let score): [reader, status.code, score]
        case .fileStatus(let status): status.octets
        case .manufacturer(_, let oui, let data): oui + data
        case .part(_, let part): part.octets
        case .transparent(let mode, let reply, let data): [mode, reply] + data
        case .unknown(_, let data): data
        }
    }

    /// A card, keys, or a state that somebody acts on.
    var isReading: Bool {
        switch self {
        case .raw, .keypad, .formatted, .localStatus, .inputStatus, .readerStatus, .bioRead, .bioMatch: true
        case .ack, .nak, .identity, .capabilities, .outputStatus, .communication, .busy, .clientCryptogram,
            .initialMAC, .fileStatus, .manufacturer, .part, .transparent, .unknown:
            false
        }
    }
}

/// Which of the maker's own replies it is; the raw value is its code.
package enum OSDPMakerWord: UInt8, Hashable, Sendable {
    case status = 0x83
    case error = 0x84
    case reply = 0x90
}

/// Which reply comes in parts; the raw value is its code.
package enum OSDPPartKind: UInt8, Hashable, Sendable {
    case extendedIdentity = 0x59
    case pivData = 0x80
    case generalAuthentication = 0x81
    case challengeAuthentication = 0x82
}

/// The error code of a NAK (osdp.md section 7.1).
package enum OSDPRefusal: Error, Hashable, Sendable {
    case none
    case check
    case commandLength
    case unknownCommand
    case sequence
    case securityBlock
    case securityConditions
    case biometricType
    case biometricFormat
    case cannotCarryOut
    case other(UInt8)

    package init(code: UInt8) {
        self = Self.numbered.indices.contains(Int(code)) ? Self.numbered[Int(code)] : .other(code)
    }

    package var code: UInt8 {
        if case .other(let code) = self { return code }
        return UInt8(Self.numbered.firstIndex(of: self) ?? 0)
    }

    private static let numbered: [OSDPRefusal] = [
        .none, .check, .commandLength, .unknownCommand, .sequence, .securityBlock, .securityConditions,
        .biometricType, .biometricFormat, .cannotCarryOut,
    ]
}

/// PDID. The firmware octets travel in written order, the serial number little endian.
package struct OSDPIdentity: Hashable, Sendable {
    package var vendor: [UInt8]
    package var model: UInt8
    package var version: UInt8
    package var serial: UInt32
    package var firmware: [UInt8]

    package init(vendor: [UInt8], model: UInt8, version: UInt8, serial: UInt32, firmware: [UInt8]) {
        self.vendor = vendor
        self.model = model
        self.version = version
        self.serial = serial
        self.firmware = firmware
    }

    init(octets: [UInt8]) {
        self.init(
            vendor: Array(octets[0..<3]), model: octets[3], version: octets[4], serial: number(octets[5..<9]),
            firmware: Array(octets[9..<12]))
    }

    var octets: [UInt8] { vendor + [model, version] + littleEndian(serial, 4) + firmware }

    /// As any reader is known; `version` is left out, for it may change with the firmware.
    var asReader: ReaderIdentity {
        ReaderIdentity(
            maker: vendor.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined(separator: "-"),
            model: "\(model)", serial: "\(serial)", firmware: firmware.map { "\($0)" }.joined(separator: "."))
    }
}

/// One record of PDCAP (osdp.md section 7.2). Unknown functions are skipped by who reads them.
package struct OSDPCapability: Hashable, Sendable {
    package var function: UInt8
    package var level: UInt8
    package var number: UInt8

    package init(function: UInt8, level: UInt8, number: UInt8) {
        self.function = function
        self.level = level
        self.number = number
    }

    package static let inputs: UInt8 = 1
    package static let outputs: UInt8 = 2
    package static let led: UInt8 = 4
    package static let buzzer: UInt8 = 5
    package static let receiveSize: UInt8 = 10
    package static let largestMessage: UInt8 = 11
    package static let smartCard: UInt8 = 12
}

/// One input of ISTATR. Plain inputs know only the first two.
package enum OSDPInputState: Hashable, Sendable {
    case inactive
    case active
    case short
    case open
    case fault
    case other(UInt8)

    package init(code: UInt8) {
        switch code {
        case 0: self = .inactive
        case 1: self = .active
        case 2: self = .short
        case 3: self = .open
        case 4: self = .fault
        default: self = .other(code)
        }
    }

    package var code: UInt8 {
        switch self {
        case .inactive: 0
        case .active: 1
        case .short: 2
        case .open: 3
        case .fault: 4
        case .other(let code): code
        }
    }

    /// A supervised line that was cut or bridged.
    package var isWiringFault: Bool { self == .short || self == .open || self == .fault }
}

/// One reader of RSTATR.
package enum OSDPReaderState: Hashable, Sendable {
    case normal
    case notConnected
    case tamper
    case other(UInt8)

    package init(code: UInt8) {
        switch code {
        case 0: self = .normal
        case 1: self = .notConnected
        case 2: self = .tamper
        default: self = .other(code)
        }
    }

    package var code: UInt8 {
        switch self {
        case .normal: 0
        case .notConnected: 1
        case .tamper: 2
        case .other(let code): code
        }
    }
}
