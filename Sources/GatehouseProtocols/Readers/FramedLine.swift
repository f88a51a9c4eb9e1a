import GatehouseCore

/// A frame of characters or octets that a site describes itself: start, field, check, end (serial-readers.md section 1).
/// Held as data, so that an odd reader needs no code.
package struct FramedLine: Hashable, Sendable {
    package enum Check: String, Hashable, Sendable, CaseIterable {
        case none
        case xor
        /// Low octet of the sum.
        case sum
        /// Polynomial 1021 from FFFF, high octet first.
        case crc16CCITT = "crc16-ccitt"
        /// Polynomial 8005 reflected from FFFF, low octet first.
        case crc16Modbus = "crc16-modbus"

        var size: Int {
            switch self {
            case .none: 0
            case .xor, .sum: 1
            case .crc16CCITT, .crc16Modbus: 2
            }
        }
    }

    /// Up to 4 octets; none when a frame begins where the one before ended.
    package var start: [UInt8]
    /// 1 to 4 octets.
    package var end: [UInt8]
    /// Over everything between start and check, which stands last.
    package var check: Check
    /// The check is written as hexadecimal digits, either case, and not as octets.
    package var isCheckInDigits: Bool
    /// The part that is the tag, counted from 0 behind the start; `last` nil takes all up to the check.
    package var first: Int
    package var last: Int?

    package init(
        start: [UInt8] = [0x02], end: [UInt8] = [0x03], check: Check = .none, isCheckInDigits: Bool = true,
        first: Int = 0, last: Int? = nil
    ) {
        precondition((1...4).contains(end.count) && start.count <= 4 && first >= 0, "frame \(start) … \(end)")
        self.start = start
        self.end = end
        self.check = check
        self.isCheckInDigits = isCheckInDigits
        self.first = first
        self.last = last
    }

    /// The longest frame without start and end.
    package static let bound = 256

    private var checkLength: Int { check.size * (isCheckInDigits ? 2 : 1) }
    /// Octets before which an end cannot be one: it would lie in the field or in the check.
    var shortest: Int { (last ?? first) + 1 + checkLength }
    /// Up to here a start begins the frame anew; behind it may stand a check of any octets.
    var restartsUpTo: Int { isCheckInDigits || check == .none ? Self.bound : (last ?? first) + 1 }

    /// The field of what stood between start and end, without it `checksum` or `malformed`.
    func field(of body: [UInt8]) -> Result<[UInt8], ReadFault> {
        guard body.count >= checkLength else { return .failure(.malformed) }
        let content = body.dropLast(checkLength)
        var found = Array(body.suffix(checkLength))
        if isCheckInDigits {
            let digits = found.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
            guard digits.count == found.count else { return .failure(.malformed) }
            found = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        }
        guard found == value(over: content) else { return .failure(.checksum) }
        let upper = last ?? content.count - 1
        guard first <= upper, upper < content.count else { return .failure(.malformed) }
        return .success(Array(content[first...upper]))
    }

    /// The check of a content, as octets.
    func value(over content: some Sequence<UInt8>) -> [UInt8] {
        switch check {
        case .none: return []
        case .xor: return [content.reduce(0, ^)]
        case .sum: return [content.reduce(0, &+)]
        case .crc16CCITT:
            let word: UInt16 = content.reduce(0xFFFF) { check, octet in
                (0..<8).reduce(check ^ UInt16(octet) << 8) { word, _ in
                    word & 0x8000 != 0 ? word << 1 ^ 0x1021 : word << 1
                }
            }
            return [UInt8(word >> 8), UInt8(word & 0xFF)]
        case .crc16Modbus:
            let word: UInt16 = content.reduce(0xFFFF) { check, octet in
                (0..<8).reduce(check ^ UInt16(octet)) { word, _ in word & 1 == 1 ? word >> 1 ^ 0xA001 : word >> 1 }
            }
            return [UInt8(word & 0xFF), UInt8(word >> 8)]
        }
    }

    /// A whole frame around a content: the other way round, for the bench.
    package func octets(of content: [UInt8]) -> [UInt8] {
        var check = value(over: content)
        if isCheckInDigits {
            check = check.flatMap { octet in
                [octet >> 4, octet & 15].map { $0 < 10 ? UInt8(ascii: "0") + $0 : UInt8(ascii: "A") + $0 - 10 }
            }
        }
        return start + content + check + end
    }
}

/// Octets to the fields of framed lines.
struct FramedLineScanner: Sendable {
    let line: FramedLine
    private var buffer: [UInt8] = []
    private var state: State

    private enum State { case searching, open, dropping }

    init(_ line: FramedLine) {
        self.line = line
        state = line.start.isEmpty ? .open : .searching
    }

    /// Whether a frame has begun and is not finished.
    var isInFrame: Bool { state == .open && (!line.start.isEmpty || !buffer.isEmpty) }

    mutating func reset() {
        buffer = []
        state = line.start.isEmpty ? .open : .searching
    }

    /// The field of the frame that this octet ends, or why it has none.
    mutating func receive(_ octet: UInt8) -> Result<[UInt8], ReadFault>? {
        buffer.append(octet)
        let marker = state == .searching ? line.start : line.end
        switch state {
        case .searching, .dropping:
            if buffer.suffix(marker.count) == marker[...] {
                state = .open
                buffer = []
            } else {
                buffer = Array(buffer.suffix(3))
            }
            return nil
        case .open:
            if !line.start.isEmpty, buffer.count < line.restartsUpTo + line.start.count,
                buffer.suffix(line.start.count) == line.start[...]
            {
                buffer = []
                return nil
            }
            let body = buffer.count - line.end.count
            if body >= line.shortest, buffer.suffix(line.end.count) == line.end[...] {
                let content = Array(buffer.prefix(body))
                reset()
                return line.field(of: content)
            }
            // An end in the midst of the field: the frame is too short, and the next one begins behind it.
            if line.isCheckInDigits || line.check == .none, body >= 0, buffer.suffix(line.end.count) == line.end[...] {
                let isEmpty = body == 0 && line.start.isEmpty
                reset()
                return isEmpty ? nil : .failure(.malformed)
            }
            guard buffer.count < FramedLine.bound + line.end.count else {
                buffer = []
                state = line.start.isEmpty ? .dropping : .searching
                return .failure(.malformed)
            }
            return nil
        }
    }
}
