import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseProtocols
import GatehouseRegister
import GatehouseSheets

/// What is fed with any octets. Beside not trapping, each holds a promise: what was decoded is written as it was read, a
/// stream means the same in whatever pieces it comes, and nothing that is kept grows past its bound.
enum Targets {
    static let all: [String: @Sendable ([UInt8]) -> Void] = [
        "wiegand": Readers.wiegand, "osdp-frames": Readers.osdpFrames, "osdp-replies": Readers.osdpReplies,
        "osdp-panel": Readers.osdpPanel, "em4100": Readers.em4100, "line": Readers.line, "framed": Readers.framed,
        "pattern": Readers.pattern, "machines": Readers.machines, "plate": Readers.plate, "uhf": Readers.uhf,
        "face": Readers.face, "line-wire": lineWire, "admin": Commands.line,
        "desk": Commands.desk,
        "uplink": uplink, "http-answer": Uplink.httpAnswer, "frames": Uplink.frames, "ledger": Uplink.ledger,
        "document": Uplink.document,
        "traces": Uplink.traces, "yaml": yaml, "canonical": canonical, "csv": csv, "pass": pass,
        "archive": Archives.check, "sheets": sheets,
        "note": Evidence.note, "case": Evidence.caseFile, "proof": Evidence.proof, "policy": Evidence.policy,
    ]

    static func lineWire(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        if let message = try? LineWire.FromClient(parsing: text) {
            let again = try? LineWire.FromClient(parsing: String(message.line.dropLast()))
            precondition(again == message, "a message of a client is not what it was")
        }
        if let message = try? LineWire.FromServer(parsing: text) {
            // A long reason is clipped when it is written, once.
            let again = try? LineWire.FromServer(parsing: String(message.line.dropLast()))
            precondition(again?.line == message.line, "a message of a server is not what it was")
        }
    }

    static func uplink(_ octets: [UInt8]) {
        guard let message = UplinkMessage(line: octets) else { return }
        precondition(UplinkMessage(line: Array(message.line.utf8)) == message, "a message of the uplink changed")
    }

    static func yaml(_ octets: [UInt8]) {
        do throws(InvalidConfiguration) {
            _ = try ConfigurationReader.read(octets: octets, file: "f", digest: { Hash.sha256($0) })
        } catch {
            precondition(!error.errors.isEmpty, "refused without a word")
            precondition(error.errors.allSatisfy { $0.line >= 1 && $0.column >= 1 }, "an error without a place")
        }
    }

    static func canonical(_ octets: [UInt8]) {
        guard let value = CanonicalValue(decoding: octets) else { return }
        precondition(value.encoded() == octets, "a value has two encodings")
    }

    static func pass(_ octets: [UInt8]) {
        _ = PassKeys.token(String(decoding: octets, as: UTF8.self))
        guard let token = PassToken(octets: octets) else { return }
        precondition(token.encoded == octets, "a pass has two encodings")
        guard let claims = token.claims else { return }
        precondition(PassToken.payload(of: claims) == token.payload, "claims are not what they were")
        precondition(PassID(claims.id.description) == claims.id, "the number of a pass is not what it was")
    }

    /// A workbook, or the part of one that a sheet is: an archive with sums in it is hardly ever met by chance.
    static func sheets(_ octets: [UInt8]) {
        if let book = try? Workbook(octets) {
            for sheet in book.sheets { _ = try? book.table(sheet) }
        }
        guard let first = octets.first else { return }
        let formats: [CellFormat] = [.general, .date, .padded(10), .time]
        let table = try? SheetTable(
            xml: Array(octets.dropFirst()), "sheet", strings: ["a", "b"], formats: formats, is1904: first & 1 == 1)
        guard let table else { return }
        precondition(table.rows.count <= SheetBounds.rows, "more rows than a sheet has")
        precondition(table.rows.allSatisfy { $0.count <= SheetBounds.columns }, "more columns than a sheet has")
        guard case .success(let rows) = CSVReader.read(SheetText.write(table.rows)) else {
            preconditionFailure("what a sheet says is no text of one")
        }
        precondition(rows.dropFirst().allSatisfy { !$0.isEmpty }, "an empty row is none")
    }

    static func csv(_ octets: [UInt8]) {
        let fields = RegistryFields(
            calendar: SiteCalendar(fixedOffset: 0),
            primitives: KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).primitives(epoch: 1))
        var plan = RegistryImport(fields: fields, present: [])
        _ = plan.plan([(name: "f.csv", content: octets)])
        guard case .success(let rows) = CSVReader.read(octets) else { return }
        for text in rows.joined().map(\.text) where !"=+-@\t\r".contains(text.first ?? "x") {
            let again = CSVReader.read(Array((CSVCell.write(text) + ",x\n").utf8))
            guard case .success(let read) = again, read.first?.first?.text == text else {
                preconditionFailure("a field changed: \(text.debugDescription)")
            }
        }
    }
}
