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
