import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import Testing

@Suite("Import")
struct ImportTests {
    func plan(_ files: [(String, String)], _ rows: [RegistryRow] = []) -> RegistryImport.Plan {
        let primitives = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).primitives(epoch: 1)
        let fields = RegistryFields(calendar: SiteCalendar(fixedOffset: 8 * 3600), primitives: primitives)
        var importer = RegistryImport(fields: fields, present: rows)
        return importer.plan(files.map { (name: $0.0, content: Array($0.1.utf8)) })
    }
    static let base = [
        ("c.csv", "\u{FEFF}community,name\r\nlotus,莲花小区\r\n"), ("d.csv", "community,dwelling,use\nlotus,1-1,let\n"),
        ("r.csv", "reference,name,role\nT-1,\"王, 芳\",tenant\n"),
    ]

    @Test func datesOfATenancyAreInclusiveLocalDays() throws {
        let found = plan(
            Self.base + [("t.csv", "community,dwelling,tenants,from,until\nlotus,1-1,T-1,2026-03-01,2026-03-31\n")])
        #expect(found.problems.isEmpty, "\(found.problems)")
        guard case .put(.tenancy(let row))? = found.changes.last else {
            Issue.record("no tenancy")
            return
        }
        #expect(row.starts == 1_772_294_400 && row.ends == 1_772_294_400 + 31 * 86400)
    }

    @Test(arguments: [
        ("reference,kind,value\nT-9,card,H10301:1-2\n", "x.csv:2:1: reference: \"T-9\" is not known"),
        ("reference,kind,value\nT-1,card,none\n", "x.csv:2:10: value: \"none\" is no card"),
        ("reference,kind,value\nT-1,pin,1234\n", "x.csv:2:9: value: a PIN that stands alone has 8 to 12 digits"),
        (
            "community,dwelling,tenants,from,until\nlotus,1-1,T-1,2026-02-30,2026-03-31\n",
            "x.csv:2:15: from: \"2026-02-30\" is no date"
        ),
        (
            "community,dwelling,tenants,from,until\nlotus,1-1,T-1,2026-04-01,2026-03-31\n",
            "x.csv:2:26: until: the last day is before the first"
        ),
        ("what,ever\n1,2\n", "x.csv:1:1: the first line is no known header"),
        ("reference,kind,value\n\"T-1,card\n", "x.csv:2:1: a quoted field does not end"),
    ])
    func badLineIsToldWithLineAndColumn(content: String, problem: String) {
        let found = plan(Self.base + [("x.csv", content)])
        #expect(found.problems.contains { $0.text.hasPrefix(problem) }, "\(found.problems.map(\.text))")
    }

    @Test func cellsThatASpreadsheetWouldRunAreDefused() {
        #expect(CSVCell.write("=1+1") == "'=1+1")
        #expect(CSVCell.write(" a ") == "\" a \"")
        #expect(CSVCell.write("a\"b") == "\"a\"\"b\"")
    }
}
