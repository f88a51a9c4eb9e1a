/// The spelling of number plates (serial-readers.md section 6): letters and digits, and the characters that Chinese plates
/// have for provinces and services. Blanks, the middle dot and dashes between them say nothing and are dropped.
///
/// O and 0 or I and 1 stay what the camera said: a plate is accepted when it is exactly the one enrolled.
package enum NumberPlate {
    package enum Encoding: String, Hashable, Sendable, CaseIterable {
        case utf8 = "utf-8"
        case gbk
    }

    /// The plate in upper case; nil when it is none. 4 to 10 characters.
    static func read(_ octets: [UInt8], in encoding: Encoding) -> String? {
        let text: String? = encoding == .utf8 ? String(validating: octets, as: UTF8.self) : decodeGBK(octets)
        guard let text else { return nil }
        var plate = ""
        for character in text {
            switch character {
            case " ", "·", "•", "-": continue
            case "0"..."9" where character.isASCII, "A"..."Z" where character.isASCII: plate.append(character)
            case "a"..."z" where character.isASCII: plate += character.uppercased()
            default:
                guard signs.values.contains(character) else { return nil }
                plate.append(character)
            }
        }
        return (4...10).contains(plate.count) ? plate : nil
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
            guard let low = rest.popFirst() else { return nil }
            let code = UInt16(octet) << 8 | UInt16(low)
            if code == 0xA1A4 { continue }
            guard let sign = signs[code] else { return nil }
            text.append(sign)
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
        0xB3AC: "超",
    ]
}
