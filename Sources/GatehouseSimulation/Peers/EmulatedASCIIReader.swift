package import GatehouseProtocols

/// A reader that sends what it reads as characters: an EM4100 module, or a desk reader in line mode.
package struct EmulatedASCIIReader: Sendable {
    package enum Variant: Hashable, Sendable {
        /// RDM6300 and alike: STX … ETX, 14 octets.
        case em4100
        /// ID-12 and alike: CR LF before ETX, 16 octets.
        case id12
    }

    package var variant: Variant
    /// How often the frame is sent for one card; RDM6300 repeats it every 65 ms while the card is near.
    package var repeats: Int

    package init(_ variant: Variant = .em4100, repeats: Int = 1) {
        self.variant = variant
        self.repeats = max(1, repeats)
    }

    /// The frames of one card, each to be sent 65 ms after the one before.
    package func present(version: UInt8 = 0, number: UInt32) -> [[UInt8]] {
        let frame = EM4100Frame(version: version, number: number).octets(withLineEnd: variant == .id12)
        return Array(repeating: frame, count: repeats)
    }

    /// A line of text with a terminator.
    package func present(line: String, terminator: String = "\r\n") -> [UInt8] {
        Array(line.utf8) + Array(terminator.utf8)
    }

    /// A text as a reader with these settings sends it: with what its scanner adds, in its pattern and its frame. Nil when the
    /// encoding has not all of its characters, and for EM4100 modules, which send no text.
    package func present(text: String, _ settings: ASCIICardReader.Settings) -> [UInt8]? {
        func dressed() -> [UInt8] {
            let tag = Array(text.utf8)
            return settings.prefix + (settings.pattern?.line(around: tag) ?? tag) + settings.suffix
        }
        switch settings.framing {
        case .em4100: return nil
        case .line(.plate(let encoding), _): return Self.plate(text, isDated: false, in: encoding)
        case .framed(_, .plate(let encoding)): return Self.plate(text, isDated: true, in: encoding)
        case .line: return dressed() + [0x0D, 0x0A]
        case .framed(let line, _): return line.octets(of: Array(repeating: 0x30, count: line.first) + dressed())
        case .counted:
            let content = dressed()
            return [0x03, UInt8(clamping: content.count)] + content
        }
    }

    /// A plate as a camera sends it; nil when the encoding has not all of its characters.
    package static func plate(_ plate: String, isDated: Bool, in encoding: NumberPlate.Encoding) -> [UInt8]? {
        guard let octets = encoding == .gbk ? NumberPlate.encodeGBK(plate) : Array(plate.utf8) else { return nil }
        return isDated ? [0x02] + Array("2026010207080901".utf8) + octets + [0x03] : octets + [0x0D, 0x0A]
    }

    /// These readers hear nothing: whatever is sent to them has no answer.
    package mutating func receive(_ octets: [UInt8]) -> [UInt8] { [] }
}
