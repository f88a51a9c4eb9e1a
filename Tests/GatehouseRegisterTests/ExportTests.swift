import GatehouseAdmin
import GatehouseCore
import Testing

@testable import GatehouseRegister

/// An export is what an import takes back.
@Suite("Export") struct ExportTests {
    static func files(_ rows: [RegistryRow]) -> [(String, [UInt8])] {
        RegistryExport(rows, calendar: OfficeFileTests.fields.calendar).files.map { ($0.name, $0.content) }
    }

    @Test func anExportThatIsImportedChangesNothingOfAnyRegister() {
        for seed in 1...1000 as ClosedRange<UInt64> {
            let rows = RandomRegister(seed: seed).rows.sorted { ($0.kind, $0.id) < ($1.kind, $1.id) }
            let plan = OfficeFileTests.plan(Self.files(rows), rows)
            guard plan.changes.isEmpty, plan.problems.isEmpty else {
                Issue.record("seed \(seed): \(plan.problems.map(\.text)) \(plan.differences.map(\.what))")
                return
            }
            #expect(plan.unchanged > 0)
        }
    }

    @Test func noCellStartsAFormulaOrMovesACursor() {
        for seed in 1...200 as ClosedRange<UInt64> {
            for (name, content) in Self.files(RandomRegister(seed: seed).rows) {
                let text = String(decoding: content, as: UTF8.self)
                #expect(!text.unicodeScalars.contains { $0 != "\n" && HarmfulText.isHarmful($0) }, "\(seed) \(name)")
            }
        }
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), (" =1", "' =1"), ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"), ("-Lee", "'-Lee"),
        ("'-Lee", "''-Lee"), ("-HT/2026", "'-HT/2026"), ("-5", "-5"), ("'abc", "'abc"), ("@a", "'@a"),
        ("\u{1B}[31m", "\\u001B[31m"), ("a\tb", "a\\u0009b"), ("\\u001B", "\\u005Cu001B"), ("\\u0041", "\\u0041"),
        ("a\nb", "a\\u000Ab"), ("\u{202E}x", "\\u202Ex"), (" a ", "\" a \""), ("a\"b", "\"a\"\"b\""),
        ("a,b", "\"a,b\""),
        ("\u{3000}＠x", "'\u{3000}＠x"), ("", ""), ("'", "'"), ("+8613800000000", "+8613800000000"),
    ])
    func aCellIsHarmlessAndComesBack(text: String, cell: String) throws {
        #expect(CSVCell.write(text) == cell)
        let line = Array("\(cell),x\n".utf8)
        let rows = try CSVReader.read(line).get()
        #expect(rows.first?.first?.text.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
    }

    @Test func anyTextComesBackFromItsCell() {
        var state: UInt64 = 5
        let pieces = [
            "'", "=", " ", "\"", "\\", "u", "0", "1", "B", "\t", "－", "\u{3000}", "x", ",", ";", "\u{200B}", "-",
        ]
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int((state >> 33) % UInt64(pieces.count))]
            }
            let back = try? CSVReader.read(Array("\(CSVCell.write(text)),x\n".utf8)).get()
            guard back?.first?.first?.text.unicodeScalars.elementsEqual(text.unicodeScalars) == true else {
                Issue.record("\(text.debugDescription) became \(CSVCell.write(text).debugDescription)")
                return
            }
        }
    }

    /// 0.2.0 sent a file in one line of at most 1 MiB: some ten thousand people.
    @Test func aRegisterOfAnySizeComesInPiecesOfABound() {
        var rows: [RegistryRow] = [.community(CommunityRow(id: 1, code: "c", name: "n"))]
        rows += (1...30_000).map {
            .person(PersonRow(id: $0, reference: "P-\($0)", name: "王芳 \($0)", role: .staff, groups: ["staff"]))
        }
        let long = String(repeating: "长", count: 200_000)
        rows.append(.person(PersonRow(id: 30_001, reference: "P-30001", name: long, role: .staff, groups: ["staff"])))
        let export = RegistryExport(rows, calendar: OfficeFileTests.fields.calendar)
        let pieces = Array(export)
        #expect(pieces.allSatisfy { $0.octets.count <= RegistryExport.pieceSize && !$0.octets.isEmpty })
        #expect(pieces.count > 8 && Base64Length.of(RegistryExport.pieceSize) < LineSplitter.bound)
        var order: [String] = []
        for piece in pieces where order.last != piece.file { order.append(piece.file) }
        #expect(order == ImportHeaders.all.map { "\($0.name).csv" }, "the pieces of a file follow one another")
        let plan = OfficeFileTests.plan(export.files.map { ($0.name, $0.content) }, rows)
        #expect(plan.changes.isEmpty && plan.problems.isEmpty && plan.unchanged == rows.count)
    }

    private enum Base64Length {
        static func of(_ count: Int) -> Int { (count + 2) / 3 * 4 }
    }

    @Test func whatLeansOnSomebodyWhoIsGoneStandsInNoFile() {
        let (key, label) = OfficeFileTests.fields.key(plate: "鲁G12345")
        let rows: [RegistryRow] = [
            .credential(CredentialRow(id: 1, person: 9, kind: .card, key: key, label: label)),
            .vehicle(VehicleRow(id: 1, dwelling: 1, keeper: 9, plate: "鲁G12345")),
            .tenancy(TenancyRow(id: 1, dwelling: 1, tenants: [9], firstDay: 1, lastDay: 2, starts: 1, ends: 2)),
        ]
        for (name, content) in Self.files(rows) {
            #expect(content.split(separator: 10).count == 1, "\(name)")
        }
    }
}
