/// What a biometric reader is asked to look at (OSDP 2.2, table "biometric types").
package enum OSDPBioType: UInt8, Hashable, Sendable, CaseIterable {
    case any = 0
    case rightThumb, rightIndex, rightMiddle, rightRing, rightLittle
    case leftThumb, leftIndex, leftMiddle, leftRing, leftLittle
    case rightIris, rightRetina, leftIris, leftRetina, face, rightHand, leftHand
}

package enum OSDPBioFormat: UInt8, Hashable, Sendable {
    case standard = 0
    /// A raw PGM image.
    case image = 1
    /// ANSI/INCITS 378.
    case template = 2
}

/// BIOREAD (OSDP 2.2, 6.15): the reader says ACK and gives the result to a later POLL.
package struct OSDPBioRead: Hashable, Sendable {
    package var reader: UInt8
    package var type: OSDPBioType
    package var format: OSDPBioFormat
    /// 0 to 100.
    package var quality: UInt8

    package init(reader: UInt8 = 0, type: OSDPBioType, format: OSDPBioFormat = .standard, quality: UInt8) {
        self.reader = reader
        self.type = type
        self.format = format
        self.quality = quality
    }

    var octets: [UInt8] { [reader, type.rawValue, format.rawValue, quality] }

    init?(octets: [UInt8]) {
        guard octets.count == 4, let type = OSDPBioType(rawValue: octets[1]),
            let format = OSDPBioFormat(rawValue: octets[2])
        else { return nil }
        self.init(reader: octets[0], type: type, format: format, quality: octets[3])
    }
}

/// BIOMATCH (OSDP 2.2, 6.16): compare somebody with this template. The template is sent and kept nowhere.
package struct OSDPBioMatch: Hashable, Sendable {
    package var reader: UInt8
    package var type: OSDPBioType
    package var format: OSDPBioFormat
    package var threshold: UInt8
    package var template: [UInt8]

    package init(
        reader: UInt8 = 0, type: OSDPBioType, format: OSDPBioFormat = .standard, threshold: UInt8, template: [UInt8]
    ) {
        self.reader = reader
        self.type = type
        self.format = format
        self.threshold = threshold
        self.template = template
    }

    var octets: [UInt8] {
        [reader, type.rawValue, format.rawValue, threshold] + littleEndian(UInt32(template.count), 2) + template
    }

    init?(octets: [UInt8]) {
        guard octets.count >= 6, Int(number(octets[4..<6])) == octets.count - 6,
            let type = OSDPBioType(rawValue: octets[1]), let format = OSDPBioFormat(rawValue: octets[2])
        else { return nil }
        self.init(
            reader: octets[0], type: type, format: format, threshold: octets[3], template: Array(octets[6...]))
    }
}

package enum OSDPBioStatus: Hashable, Sendable {
    case success
    case timeout
    case other(UInt8)

    package init(code: UInt8) { self = code == 0 ? .success : code == 1 ? .timeout : .other(code) }

    package var code: UInt8 {
        switch self {
        case .success: 0
        case .timeout: 1
        case .other(let code): code
        }
    }
}
