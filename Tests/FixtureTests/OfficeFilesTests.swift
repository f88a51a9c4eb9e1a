import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import Glibc
import Testing

/// The files in `Tests/Fixtures/office`, as offices save them, and what becomes of each beside `base.csv` files: the register
/// as it is exported, or why the file is refused. `GATEHOUSE_WRITE_FIXTURES=1` writes what is found, to be read by a person.
@Suite("Files of offices") struct OfficeFilesTests {
    static let root = String(#filePath.dropLast("FixtureTests/OfficeFilesTests.swift".count)) + "Fixtures/office"
    static let names = Site020.names(root).filter {
        !$0.hasSuffix(".register") && !$0.hasPrefix("base-") && $0 != "README.md"
    }

    private static let base: [(name: String, content: [UInt8])] = Site020.names(root).filter { $0.hasPrefix("base-") }
        .map {
            ($0, Site020.read("\(root)/\($0)"))
        }

    static func found(_ name: String) -> String {
        let calendar = SiteCalendar(fixedOffset: 8 * 3600)
        let primitives = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).primitives(epoch: 1)
        var importer = RegistryImport(fields: RegistryFields(calendar: calendar, primitives: primitives), present: [])
        let plan = importer.plan(base + [(name: name, content: Site020.read("\(root)/\(name)"))])
        if !plan.problems.isEmpty { return plan.problems.map { "refused: \($0.sentence.english)\n" }.joined() }
        let rows = plan.changes.compactMap { if case .put(let row) = $0 { row } else { nil } }
        let passed = plan.differences.filter { $0.verb == .pass }.map { "line \($0.line) \($0.what)\n" }
        let files = RegistryExport(rows, calendar: calendar).files.compactMap { file -> String? in
            let text = String(decoding: file.content, as: UTF8.self)
            return text.split(separator: "\n").count > 1 ? "== \(file.name)\n\(text)" : nil
        }
        return (passed + files).joined()
    }

    @Test func thereAreFiles() { #expect(Self.names.count >= 12) }

    @Test(arguments: names) func eachFileComesToItsRegister(name: String) throws {
        let found = Self.found(name)
        let path = "\(Self.root)/\(name).register"
        if getenv("GATEHOUSE_WRITE_FIXTURES") != nil { try Site020.write(Array(found.utf8), path) }
        #expect(found == String(decoding: Site020.read(path), as: UTF8.self))
    }
}
