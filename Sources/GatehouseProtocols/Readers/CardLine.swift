import GatehouseCore

/// What a line of a desk or wall reader holds (serial-readers.md section 3).
package enum CardLineContent: Hashable, Sendable {
    /// Digits. A leading plus is dropped; leading zeros stay, they are part of what is printed.
    case decimal
    /// Hexadecimal digits with or without blanks, either case; upper-case after reading.
    case hexadecimal
    /// Any UTF-8 without control characters, blanks at both ends dropped.
    case text
    /// A number plate, in the encoding that the camera is set to.
    case plate(NumberPlate.Encoding)

    /// The tag in a line without its terminator: 1 to 256 octets, or why it is none.
    func read(_ line: [UInt8]) -> Result<CardNumber, ReadFault> {
        let blank = UInt8(ascii: " ")
        var content = Self.withoutSymbology(line)
        switch self {
        case .plate(let encoding):
            guard let plate = NumberPlate.read(line, in: encoding) else { return .failure(.malformed) }
            return .success(CardNumber(format: CardNumber.plateFormat, value: .text(plate)))
        case .decimal:
            if content.first == UInt8(ascii: "+") { content.removeFirst() }
            guard content.allSatisfy(Self.isDigit) else { return .failure(.malformed) }
        case .hexadecimal:
            content = content.filter { $0 != blank }.map(Self.upperCase)
            guard content.allSatisfy({ Self.isDigit($0) || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) })
            else { return .failure(.malformed) }
        case .text:
            guard content.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return .failure(.malformed) }
        }
        guard !content.isEmpty, content.count <= CardLineContent.bound,
            let text = String(validating: content, as: UTF8.self)
        else { return .failure(.malformed) }
        // All zeros and all ones are never cards.
        let isZero = self != .text && content.allSatisfy { $0 == UInt8(ascii: "0") }
        let isOnes = self == .hexadecimal && content.allSatisfy { $0 == UInt8(ascii: "F") }
        guard !isZero, !isOnes else { return .failure(.reserved) }
        return .success(CardNumber(format: CardNumber.textFormat, value: .text(text)))
    }

    /// What scanners put before a code to say what it is: `]Q2` (ISO 15424), `\\000026` (an ECI).
    static func withoutSymbology(_ line: [UInt8]) -> [UInt8] {
        var rest = line[...]
        while true {
            rest = bare(rest)
            let next = rest.dropFirst()
            if rest.first == UInt8(ascii: "]"), next.count > 2, let kind = next.first, isLetter(kind),
                let modifier = next.dropFirst().first, isDigit(modifier) || isLetter(modifier)
            {
                rest = rest.dropFirst(3)
            } else if rest.first == UInt8(ascii: "\\"), next.count > 6, next.prefix(6).allSatisfy(isDigit) {
                rest = rest.dropFirst(7)
            } else {
                return Array(rest)
            }
        }
    }

    // MARK: What stands around a code

    /// Signs that no card begins or ends with: blanks, and what scanners and codes put around one (TAB, GS, RS, EOT).
    static func isAround(_ octet: UInt8) -> Bool { octet <= 0x20 || octet == 0x7F }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    static func bareStart(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = octets.drop(while: isAround)
        while rest.starts(with: byteOrderMark) { rest = rest.dropFirst(byteOrderMark.count).drop(while: isAround) }
        return rest
    }

    static func bareEnd(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        octets.lastIndex { !isAround($0) }.map { octets[...$0] } ?? []
    }

    static func bare(_ octets: ArraySlice<UInt8>) -> ArraySlice<UInt8> { bareEnd(bareStart(octets)) }

    // MARK: Two octets a sign

    /// Whether an octet ends the mark that a UTF-16 text begins with, in either order.
    static func isByteOrderMark(_ begun: [UInt8], _ octet: UInt8) -> Bool {
        begun == [0xFF] && octet == 0xFE || begun == [0xFE] && octet == 0xFF
    }

    /// Whether a text that has begun has two octets a sign (UTF-16, either order): a zero behind the first one.
    static func isWide(_ octets: [UInt8]) -> Bool { octets.count > 1 && octets[1] == 0 }

    /// A text of two octets a sign with one octet a sign; any other as it is. Signs beyond ASCII stay, and make it unreadable.
    static func narrow(_ octets: [UInt8]) -> [UInt8] {
        var rest = octets[...]
        if rest.count > 1, isByteOrderMark([octets[0]], octets[1]) { rest = rest.dropFirst(2) }
        if rest.first == 0 { rest = rest.dropFirst() }
        let wide = Array(rest)
        guard isWide(wide), stride(from: 1, to: wide.count, by: 2).allSatisfy({ wide[$0] == 0 }) else { return octets }
        return stride(from: 0, to: wide.count, by: 2).map { wide[$0] }
    }

    private static func isLetter(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(upperCase(octet))
    }

    /// The longest line; what is longer is dropped up to the next terminator.
    package static let bound = 256

    private static func isDigit(_ octet: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) }
    private static func upperCase(_ octet: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) ? octet - 0x20 : octet
    }
}
