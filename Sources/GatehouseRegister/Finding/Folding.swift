/// How a text is compared when somebody looks for it: without capitals, widths, blanks, tones and marks that nobody sees.
package enum Folding {
    /// The scalars that count, in their order.
    package static func scalars(_ text: String) -> [UInt32] {
        var out: [UInt32] = []
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { append(scalar, to: &out) }
        return out
    }

    /// The same as octets of UTF-8.
    package static func octets(_ text: String) -> [UInt8] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) {
            return text.utf8.compactMap {
                isPassedOver(UInt32(clamping: $0)) ? nil : UInt8(clamping: lowered(UInt32(clamping: $0)))
            }
        }
        var view = String.UnicodeScalarView()
        for scalar in scalars(text) { view.append(Unicode.Scalar(scalar) ?? "\u{FFFD}") }
        return Array(String(view).utf8)
    }

    private static func append(_ scalar: Unicode.Scalar, to out: inout [UInt32]) {
        var value = scalar.value
        if (0xFF01...0xFF5E).contains(value) { value -= 0xFEE0 }
        switch value {
        case 0..<0x80:
            if !isPassedOver(value) { out.append(lowered(value)) }
        case 0xB7, 0x2018, 0x2019, 0x2022, 0x2027, 0x2219, 0x02BC, 0x3000, 0x30FB, 0xFF65: break
        case 0xC0...0x24F: appendLatin(scalar, latin[Int(value - 0xC0)], to: &out)
        case 0x1E00...0x1EFF: appendLatin(scalar, latinAdditional[Int(value - 0x1E00)], to: &out)
        case 0x2010...0x2015, 0x2212: out.append(0x2D)
        case 0x2E80..<0xD800, 0x20000...: if !isHidden(scalar) { out.append(value) }
        default:
            if scalar.properties.isWhitespace || isHidden(scalar) { return }
            for lower in scalar.properties.lowercaseMapping.unicodeScalars { out.append(lower.value) }
        }
    }

    private static func appendLatin(_ scalar: Unicode.Scalar, _ base: UInt8, to out: inout [UInt32]) {
        if base != UInt8(ascii: ".") { return out.append(UInt32(clamping: base)) }
        for lower in scalar.properties.lowercaseMapping.unicodeScalars { out.append(lower.value) }
    }

    /// Blanks, control characters and apostrophes: `xi'an`.
    private static func isPassedOver(_ value: UInt32) -> Bool { value <= 0x20 || value == 0x27 || value == 0x7F }
    private static func lowered(_ value: UInt32) -> UInt32 { (0x41...0x5A).contains(value) ? value + 0x20 : value }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark: true
        default: false
        }
    }

    private static let latin = Array(PinyinData.latin.utf8)
    private static let latinAdditional = Array(PinyinData.latinAdditional.utf8)
}
