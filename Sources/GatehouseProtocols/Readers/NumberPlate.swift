internal import GatehouseCore

/// What a camera says of a number plate (serial-readers.md section 6), in the spelling of `PlateText`. What it says and is no
/// plate is said too: a car stands there, and its picture is wanted.
package enum NumberPlate {
    package enum Encoding: String, Hashable, Sendable, CaseIterable {
        case utf8 = "utf-8"
        case gbk
    }

    /// Stands for a character of GBK that no plate has.
    private static let other: Character = "〓"
    /// More is no plate, and not wanted either.
    private static let longest = 32

    /// The text in the spelling of plates; nil where it is not in this encoding, empty, too long, or holds control characters.
    static func read(_ octets: [UInt8], in encoding: Encoding) -> String? {
        let text: String? = encoding == .utf8 ? String(validating: octets, as: UTF8.self) : decodeGBK(octets)
        guard let text, text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        else { return nil }
        let spelled = PlateText.spelled(text)
        return (1...longest).contains(spelled.count) && spelled.utf8.count <= 4 * longest ? spelled : nil
    }

    /// The octets of a plate in GBK, for the bench; nil when it has other characters.
    package static func encodeGBK(_ plate: String) -> [UInt8]? {
        var octets: [UInt8] = []
        for character in plate {
            if let ascii = character.asciiValue {
                octets.append(ascii)
            } else if let sign = signs.first(where: { $0.value == character }) {
                octets += [UInt8(sign.key >> 8), UInt8(sign.key & 0xFF)]
            } else {
                return nil
            }
        }
        return octets
    }

    private static func decodeGBK(_ octets: [UInt8]) -> String? {
        var text = ""
        var rest = octets[...]
        while let octet = rest.popFirst() {
            if octet < 0x80 {
                text.append(Character(UnicodeScalar(octet)))
                continue
            }
            guard octet > 0x80, octet < 0xFF, let low = rest.popFirst(), low >= 0x40, low != 0x7F, low < 0xFF else {
                return nil
            }
            let code = UInt16(octet) << 8 | UInt16(low)
            switch code {
            // The middle dot, and letters, digits and marks in full width.
            case 0xA1A4: continue
            case 0xA3A1...0xA3FE: text.append(Character(UnicodeScalar(low - 0x80)))
            default: text.append(signs[code] ?? other)
            }
        }
        return text
    }

    /// Provinces, then the services and the plates for trials, trailers and frontier traffic, each with its code in GBK.
    private static let signs: [UInt16: Character] = [
        0xBEA9: "京", 0xBDF2: "津", 0xBBA6: "沪", 0xD3E5: "渝", 0xBCBD: "冀", 0xD4A5: "豫", 0xD4C6: "云", 0xC1C9: "辽",
        0xBADA: "黑", 0xCFE6: "湘", 0xCDEE: "皖", 0xC2B3: "鲁", 0xD0C2: "新", 0xCBD5: "苏", 0xD5E3: "浙", 0xB8D3: "赣",
        0xB6F5: "鄂", 0xB9F0: "桂", 0xB8CA: "甘", 0xBDFA: "晋", 0xC3C9: "蒙", 0xC9C2: "陕", 0xBCAA: "吉", 0xC3F6: "闽",
        0xB9F3: "贵", 0xD4C1: "粤", 0xC7E0: "青", 0xB2D8: "藏", 0xB4A8: "川", 0xC4FE: "宁", 0xC7ED: "琼", 0xD1A7: "学",
        0xBEAF: "警", 0xB8DB: "港", 0xB0C4: "澳", 0xCAB9: "使", 0xC1EC: "领", 0xB9D2: "挂", 0xC1D9: "临", 0xCAD4: "试",
        0xB3AC: "超", 0xD3A6: "应", 0xBCB1: "急", 0xC3F1: "民", 0xBABD: "航", 0xBEFC: "军", 0xBAA3: "海", 0xBFD5: "空",
        0xB1B1: "北", 0xC9F2: "沈", 0xC0BC: "兰", 0xBCC3: "济", 0xC4CF: "南", 0xB9E3: "广", 0xB3C9: "成",
    ]
}
