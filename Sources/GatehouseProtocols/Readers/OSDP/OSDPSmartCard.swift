import GatehouseCore

/// PIVDATA (OSDP 2.2, 6.23): asks for an object of a PIV card. The data come in parts.
package struct OSDPPIVData: Hashable, Sendable {
    /// 3 octets, as in NIST SP 800-73.
    package var object: [UInt8]
    /// 0 for the whole object.
    package var element: UInt8
    package var offset: UInt16

    package init(object: [UInt8], element: UInt8 = 0, offset: UInt16 = 0) {
        self.object = Array((object + [0, 0, 0]).prefix(3))
        self.element = element
        self.offset = offset
    }

    var octets: [UInt8] { object + [element] + littleEndian(UInt32(offset), 2) }

    /// The offset has one octet in old editions.
    init?(octets: [UInt8]) {
        guard octets.count == 5 || octets.count == 6 else { return nil }
        self.init(object: Array(octets[0..<3]), element: octets[3], offset: UInt16(number(octets[4...])))
    }
}

/// What GENAUTH and CRAUTH carry: algorithm, key and what is to be signed, in one command or several.
package enum OSDPAuthentication {
    /// The commands' parts, each with at most `longest` octets. Nil for what no multi-part message can hold.
    package static func parts(algorithm: UInt8, key: UInt8, data: [UInt8], longest: Int) -> [OSDPPart]? {
        let message = [algorithm, key] + data
        guard longest > 0, message.count <= OSDPParts.longest else { return nil }
        return stride(from: 0, to: message.count, by: longest).map { offset in
            OSDPPart(
                total: UInt16(message.count), offset: UInt16(offset),
                data: Array(message[offset..<min(offset + longest, message.count)]))
        }
    }
}

extension OSDPPart {
    /// Whether nothing comes before or after it.
    var isWhole: Bool { offset == 0 && data.count == Int(total) }
}

/// Answers of smart cards that nobody asked for here. They are put together, counted and told; no decision uses them.
extension OSDPStation {
    mutating func unusedAnswer(_ reply: OSDPReply) -> [ReaderSignal] {
        switch reply {
        case .transparent: return [.unreadable(.notForDecisions)]
        case .part(let kind, let part):
            if unasked?.kind != kind || part.offset == 0 { unasked = (kind, OSDPParts()) }
            switch unasked?.parts.take(part) ?? .more {
            case .more: return []
            case .whole:
                unasked = nil
                return [.unreadable(.notForDecisions)]
            case .spoilt:
                counters.spoiltParts += 1
                unasked = nil
                return [.unreadable(.malformed)]
            }
        default: return []
        }
    }
}
