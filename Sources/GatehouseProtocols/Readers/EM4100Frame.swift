package import GatehouseCore

/// The frame of EM4100 modules (serial-readers.md section 2): STX, ten hex digits, two hex digits of check, ETX. The ID
/// series puts CR LF before ETX.
package struct EM4100Frame: Hashable, Sendable {
    package static let start: UInt8 = 0x02
    package static let end: UInt8 = 0x03
    package static let formatID: CardFormatID = "EM4100"

    /// Version or customer code. Some readers drop it.
    package var version: UInt8
    package var number: UInt32

    package init(version: UInt8, number: UInt32) {
        self.version = version
        self.number = number
    }

    /// All zeros and all ones pass the check and are never cards.
    package var isReserved: Bool { number == 0 || number == .max }

    /// 14 octets, or 16 with CR LF before the end.
    package func octets(withLineEnd: Bool = false) -> [UInt8] {
        let digits = (payload + [payload.reduce(0, ^)]).flatMap { [Self.digit($0 >> 4), Self.digit($0 & 0x0F)] }
        return [Self.start] + digits + (withLineEnd ? [0x0D, 0x0A] : []) + [Self.end]
    }

    /// Reads what stood between STX and ETX.
    package static func decode(body: some Collection<UInt8>) -> Result<EM4100Frame, ReadFault> {
        var text = Array(body)
        if text.count == 14 {
            guard text.suffix(2) == [0x0D, 0x0A] else { return .failure(.malformed) }
            text.removeLast(2)
        }
        let digits = text.compactMap(value)
        guard text.count == 12, digits.count == 12 else { return .failure(.malformed) }
        let octets = stride(from: 0, to: 12, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        guard octets.reduce(0, ^) == 0 else { return .failure(.checksum) }
        return .success(
            EM4100Frame(version: octets[0], number: octets[1..<5].reduce(0) { $0 << 8 | UInt32($1) }))
    }

    private var payload: [UInt8] {
        [version] + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension ReadFault: Error {}
