internal import CLinux
internal import GatehouseCore
internal import GatehouseAdmin
internal import Glibc

/// Text as the programs of property offices save it: UTF-8 with a mark or without, UTF-16 with a mark, GB18030.
package enum ImportText {
    /// The octets as UTF-8. What is valid UTF-8 is UTF-8; anything else without a mark is taken for GB18030.
    package static func decode(_ octets: [UInt8]) -> Result<[UInt8], CSVProblem> {
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) {
            let rest = Array(octets[3...])
            return isUTF8(rest)
                ? .success(rest) : refused(1, Sentence("the file says that it is UTF-8 and is not; save it again"))
        }
        if octets.starts(with: [0xFF, 0xFE]) { return utf16(octets.dropFirst(2)) { UInt16($1) << 8 | UInt16($0) } }
        if octets.starts(with: [0xFE, 0xFF]) { return utf16(octets.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) } }
        if let place = octets.prefix(64).firstIndex(of: 0), octets.count > 1 {
            // Every second octet of Latin text and of separators is one.
            return refused(
                1,
                Sentence(
                    "the file has NUL octets; if it is text, it is UTF-16 without its mark: say --encoding \(place % 2 == 1 ? "UTF-16LE" : "UTF-16BE")"
                )
            )
        }
        return isUTF8(octets) ? .success(octets) : gb18030(octets)
    }

    private static func isUTF8(_ octets: [UInt8]) -> Bool { String(validating: octets, as: UTF8.self) != nil }

    private static func utf16(
        _ octets: ArraySlice<UInt8>, _ unit: (UInt8, UInt8) -> UInt16
    ) -> Result<[UInt8], CSVProblem> {
        let octets = Array(octets)
        guard octets.count % 2 == 0 else {
            return refused(1, Sentence("half a character at the end; save the file as UTF-8"))
        }
        let units = stride(from: 0, to: octets.count, by: 2).map { unit(octets[$0], octets[$0 + 1]) }
        guard let text = String(validating: units, as: UTF16.self) else {
            return refused(1, Sentence("the file is no UTF-16; save it as UTF-8"))
        }
        return .success(Array(text.utf8))
    }

    private static func gb18030(_ octets: [UInt8]) -> Result<[UInt8], CSVProblem> {
        // Two octets become three at most, and four become four.
        var utf8 = [UInt8](repeating: 0, count: octets.count * 2 + 8)
        var place = 0
        let count = clinux_gb18030_to_utf8(octets, octets.count, &utf8, utf8.count, &place)
        guard count >= 0 else {
            let line = octets.prefix(place).count { $0 == 10 } + 1
            return refused(
                line,
                errno == ENOSYS
                    ? Sentence("the file is not UTF-8, and this system cannot read GB18030; save it as UTF-8")
                    : Sentence(
                        "the file is neither UTF-8 nor GB18030 from here on; save it as UTF-8, or say --encoding NAME"))
        }
        utf8.removeSubrange(Int(count)...)
        let text = String(decoding: utf8.prefix(doubted), as: UTF8.self)
        guard EncodingDoubt.isChinese(text.unicodeScalars) else {
            let line = octets.prefix { $0 < 0x80 }.count { $0 == 10 } + 1
            return refused(line, doubt(text))
        }
        return .success(utf8)
    }

    /// As much of a text says whether it is Chinese.
    private static let doubted = 64 << 10

    private static func doubt(_ text: String) -> Sentence {
        let shown = text.unicodeScalars.drop { $0.value < 0x80 }.prefix { !",;\t\r\n".unicodeScalars.contains($0) }
        return
            Sentence(
                "the file is not UTF-8, and it is doubtful what else it is: as GB18030 it would read \"\(RegistryFields.clipped(String(shown)))\"; it may be Windows-1252, Big5, Shift-JIS or another one. Say which: --encoding NAME, for instance --encoding GB18030"
            )
    }

    private static func refused(_ line: Int, _ message: Sentence) -> Result<[UInt8], CSVProblem> {
        .failure(CSVProblem(line: line, column: 1, message: message))
    }

    /// Codes, numbers and dates are typed full-width too: `３－２－５０１`. Names stay as they are.
    package static func halfWidth(_ text: String) -> String {
        // Nothing that long is a code.
        guard text.utf8.count <= 4096, text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: view.append(Unicode.Scalar(UInt8(scalar.value - 0xFF01 + 0x21)))
            case 0x3000, 0xA0: view.append(" ")
            case 0x2010...0x2015, 0x2212: view.append("-")
            case 0x200B, 0xFEFF: break
            default: view.append(scalar)
            }
        }
        return trimmed(String(view))
    }

    /// Without blanks at the ends, ideographic ones too.
    package static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last, CSVCell.isBlank(first) || CSVCell.isBlank(last) else {
            return text
        }
        var view = scalars[...]
        while let first = view.first, CSVCell.isBlank(first) { view.removeFirst() }
        while let last = view.last, CSVCell.isBlank(last) { view.removeLast() }
        return String(view)
    }
}
