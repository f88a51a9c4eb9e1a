/// One part of a reply that comes in several (OSDP 2.2, 5.10): EXT_PDID, PIVDATAR, GENAUTHR, CRAUTHR.
package struct OSDPPart: Hashable, Sendable {
    package var total: UInt16
    package var offset: UInt16
    package var data: [UInt8]

    package init(total: UInt16, offset: UInt16, data: [UInt8]) {
        self.total = total
        self.offset = offset
        self.data = data
    }

    var octets: [UInt8] {
        littleEndian(UInt32(total), 2) + littleEndian(UInt32(offset), 2) + littleEndian(UInt32(data.count), 2) + data
    }

    init?(octets: [UInt8]) {
        guard octets.count >= 6, Int(number(octets[4..<6])) == octets.count - 6 else { return nil }
        self.init(
            total: UInt16(number(octets[0..<2])), offset: UInt16(number(octets[2..<4])), data: Array(octets[6...]))
    }
}

/// Puts the parts of one reply together. They come in order: one that lies over another, leaves a gap, or belongs to
/// another whole spoils it, and so does a whole that is too long.
struct OSDPParts: Hashable, Sendable {
    enum Result: Hashable, Sendable {
        case more
        case whole([UInt8])
        case spoilt
    }

    /// Octets of a whole: far more than a certificate has.
    static let longest = 16_384

    private var data: [UInt8] = []
    private var total: UInt16?

    mutating func take(_ part: OSDPPart) -> Result {
        // A part that comes again brings nothing new.
        if total == part.total, Int(part.offset) + part.data.count <= data.count, !part.data.isEmpty { return .more }
        guard Int(part.total) <= Self.longest, total ?? part.total == part.total, Int(part.offset) == data.count,
            data.count + part.data.count <= Int(part.total), !part.data.isEmpty || part.total == 0
        else { return .spoilt }
        total = part.total
        data += part.data
        return data.count == Int(part.total) ? .whole(data) : .more
    }
}

/// What EXT_PDID says of a reader (OSDP 2.2, 7.5): texts by their tags.
package struct OSDPExtendedIdentity: Hashable, Sendable {
    package enum Tag: UInt8, Hashable, Sendable {
        case maker, product, serial, firmware, hardware, address, configuration
    }
    package struct Text: Hashable, Sendable {
        package var tag: Tag
        package var text: String

        package init(_ tag: Tag, _ text: String) {
            self.tag = tag
            self.text = text
        }
    }

    /// In the order in which they came; `firmware` may stand there several times.
    package let texts: [Text]

    /// Nil when the stream is cut off. Unknown tags are skipped; control characters and what is no UTF-8 are dropped.
    package init?(octets: [UInt8]) {
        var texts: [Text] = []
        var rest = octets[...]
        while !rest.isEmpty {
            guard rest.count >= 3 else { return nil }
            let tag = Tag(rawValue: rest[rest.startIndex])
            let length = Int(number(rest[(rest.startIndex + 1)..<(rest.startIndex + 3)]))
            rest = rest.dropFirst(3)
            guard rest.count >= length else { return nil }
            let scalars = String(decoding: rest.prefix(length), as: UTF8.self).unicodeScalars
            let text = String(String.UnicodeScalarView(scalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
            if let tag { texts.append(Text(tag, text)) }
            rest = rest.dropFirst(length)
        }
        self.texts = texts
    }
}
