internal import GatehouseCore
internal import GatehouseProtocols

/// Readers on a serial port that are more than a line of text.
enum SerialSection {
    typealias Port = (path: String, baud: UInt32)

    private enum CheckForm: String, CaseIterable { case digits, octets }

    static func framed(_ group: MappingReader, _ port: Port) -> ReaderSettings.Kind {
        let start = group.optional("start", .hexadecimal(octets: 1...4), default: [])
        let end = group.required("end", .hexadecimal(octets: 1...4), placeholder: [0x03])
        let check = group.optional("check", .choice(FramedLine.Check.self), default: .none)
        let form = group.optional("check_form", .choice(CheckForm.self))
        let field = group.optional("field", .octets(below: FramedLine.bound), default: OctetField(first: 0))
        let text = group.optional("text", .choice(ReaderSettings.Text.self), default: .text)
        if check == .none, form != nil { group.error(at: "check_form", "there is no 'check' that could have a form") }
        if !start.isEmpty, start.suffix(end.count) == end[...] || end.suffix(start.count) == start[...] {
            group.error(at: "end", "the end cannot be told from the start")
        }
        return .framed(
            port: port.path, baud: port.baud,
            line: FramedLine(
                start: start, end: end, check: check, isCheckInDigits: form != .octets, first: field.first,
                last: field.last), text: text)
    }

    static func plate(_ group: MappingReader, _ port: Port) -> ReaderSettings.Kind {
        .plate(
            port: port.path, baud: port.baud,
            layout: group.optional("layout", .choice(ReaderSettings.PlateLayout.self), default: .line),
            encoding: group.optional("encoding", .choice(NumberPlate.Encoding.self), default: .utf8),
            burst: group.optional("burst", .duration(in: .zero...(.seconds(5))), default: .milliseconds(1500)))
    }

    static func uhf(_ group: MappingReader, _ port: Port) -> ReaderSettings.Kind {
        .uhf(
            port: port.path, baud: port.baud,
            family: group.required("family", .choice(UHFFamily.self), placeholder: .headA0),
            address: UInt8(group.optional("address", .integer(in: 0...255), default: 255)),
            reports: group.optional("reports", .integer(in: 1...10), default: 1))
    }
}
