import GatehouseCore

/// How the keys of a keypad on two data lines look (wiegand.md section 6). The 6-bit mode is not supported: no two
/// makers agree on its parity.
package enum WiegandKeypad: Hashable, Sendable {
    case none
    /// One key, 4 bits. Noise of 4 bits looks the same; prefer `eightBit`.
    case fourBit
    /// One key, 8 bits: the complement of the key first.
    case eightBit
    case fourOrEightBit
    /// The whole PIN as the number of a card frame with this reserved facility, sent on `#` or on the last key. A card
    /// with this facility is never a card at this reader. Leading zeros are lost on the wire.
    case pin(format: CardFormat, facility: UInt32)
    /// Six keys of four bits in a 26-bit frame with the parity of H10301.
    case sixDigits

    /// What a frame means as keys; nil when it is no key frame of this mode, so that it may be a card.
    ///
    /// A PIN frame gives its digits and then `enter`, because the frame itself was the end of the entry. The key codes
    /// 12 to 15 are reserved unless `hasFunctionKeys`, then F1 to F4.
    func read(_ frame: BitString, hasFunctionKeys: Bool) -> [ReaderSignal]? {
        switch self {
        case .none: return nil
        case .fourBit: return frame.count == 4 ? [Self.key(frame, at: 0, hasFunctionKeys)] : nil
        case .eightBit: return frame.count == 8 ? [Self.complemented(frame, hasFunctionKeys)] : nil
        case .fourOrEightBit:
            if frame.count == 4 { return [Self.key(frame, at: 0, hasFunctionKeys)] }
            return frame.count == 8 ? [Self.complemented(frame, hasFunctionKeys)] : nil
        case .pin(let format, let facility):
            guard let fields = format.fields(of: frame), fields.facility == facility else { return nil }
            // All ones is the error code of the keypad: no digits, zeros only, or too many.
            guard fields.number != 0, fields.number != format.number.maximum else { return [.unreadable(.reserved)] }
            return Self.digits(of: fields.number) + [.key(.enter)]
        case .sixDigits:
            guard frame.count == 26 else { return nil }
            guard CardFormat.named("H10301")?.fields(of: frame) != nil else { return [.unreadable(.parity)] }
            let codes = (0..<6).map { frame.number(start: 1 + $0 * 4, length: 4) }
            guard codes.allSatisfy({ $0 <= 9 }) else { return [.unreadable(.reserved)] }
            return codes.map { .key(.digit(UInt8($0))) } + [.key(.enter)]
        }
    }

    private static func key(_ frame: BitString, at start: Int, _ hasFunctionKeys: Bool) -> ReaderSignal {
        let code = UInt8(frame.number(start: start, length: 4))
        switch code {
        case 0...9: return .key(.digit(code))
        case 10: return .key(.clear)
        case 11: return .key(.enter)
        default: return hasFunctionKeys ? .key(.function(code - 12)) : .unreadable(.reserved)
        }
    }

    private static func complemented(_ frame: BitString, _ hasFunctionKeys: Bool) -> ReaderSignal {
        guard frame.number(start: 0, length: 4) == ~frame.number(start: 4, length: 4) & 0x0F else {
            return .unreadable(.parity)
        }
        return key(frame, at: 4, hasFunctionKeys)
    }

    private static func digits(of number: UInt64) -> [ReaderSignal] {
        String(number).utf8.map { .key(.digit($0 - UInt8(ascii: "0"))) }
    }
}
