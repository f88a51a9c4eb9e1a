import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseRegister

/// Files of real property offices: what their programs save, and what people type.
@Suite struct OfficeFileTests {
    static let primitives = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).primitives(epoch: 1)
    static let fields = RegistryFields(calendar: SiteCalendar(fixedOffset: 8 * 3600), primitives: primitives)

    static func plan(
        _ files: [(String, [UInt8])], _ rows: [RegistryRow] = [], ends: Bool = false
    ) -> RegistryImport.Plan {
        var importer = RegistryImport(fields: fields, present: rows)
        return importer.plan(files.map { (name: $0.0, content: $0.1) }, endsOthers: ends)
    }

    static func plan(_ files: [(String, String)], _ rows: [RegistryRow] = [], ends: Bool = false) -> RegistryImport.Plan
    {
        plan(files.map { ($0.0, Array($0.1.utf8)) }, rows, ends: ends)
    }

    /// The rows that stand after a plan.
    static func applied(_ plan: RegistryImport.Plan, to rows: [RegistryRow] = []) -> [RegistryRow] {
        var all = rows
        for change in plan.changes {
            switch change {
            case .put(let row):
                all.removeAll { $0.kind == row.kind && $0.id == row.id }
                all.append(row)
            case .end(let kind, let id): all.removeAll { $0.kind == kind && $0.id == id }
            }
        }
        return all.sorted { ($0.kind, $0.id) < ($1.kind, $1.id) }
    }

    static let base = [
        ("c.csv", "community,name\nlotus,莲花小区\n"),
        ("d.csv", "community,dwelling,use\nlotus,1-1,let\nlotus,1-2,owned\n"),
        ("r.csv", "reference,name,role,community,dwelling\nT-1,王芳,tenant,,\nR-1,李雷,resident,lotus,1-2\n"),
    ]

    private func person(_ plan: RegistryImport.Plan) -> PersonRow? {
        plan.changes.compactMap { if case .put(.person(let row)) = $0 { row } else { nil } }.first
    }

    static let text = "编号,姓名,角色\r\nT-1,王芳,租客\r\n"
    /// What `iconv -t gb18030` makes of it.
    static let gb18030: [UInt8] =
        [0xB1, 0xE0, 0xBA, 0xC5, 0x2C, 0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0xBD, 0xC7, 0xC9, 0xAB, 0x0D, 0x0A]
        + [0x54, 0x2D, 0x31, 0x2C, 0xCD, 0xF5, 0xB7, 0xBC, 0x2C, 0xD7, 0xE2, 0xBF, 0xCD, 0x0D, 0x0A]

    static func utf16(_ isLittle: Bool) -> [UInt8] {
        (isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF])
            + text.utf16.flatMap { unit -> [UInt8] in
                let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
                return isLittle ? pair.reversed() : pair
            }
    }

    @Test(arguments: [
        Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), utf16(true), utf16(false), gb18030,
    ])
    func everyEncodingGivesTheSamePerson(octets: [UInt8]) throws {
        let found = Self.plan([("r.csv", octets)])
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        #expect(person(found)?.name == "王芳" && person(found)?.role == .tenant)
    }

    @Test func textOfNoEncodingIsToldWithItsLine() {
        let found = Self.plan([("r.csv", Self.gb18030 + [0x54, 0xFF, 0x0A])])
        #expect(
            found.problems.map(\.text) == [
                "r.csv:3:1: the file is neither UTF-8 nor GB18030 from here on; save it as UTF-8, or say --encoding NAME"
            ])
        for octets in [[0xFF, 0xFE, 0x00], [0xEF, 0xBB, 0xBF, 0xB1], [0xFF, 0xFE, 0x00, 0xD8]] as [[UInt8]] {
            #expect(Self.plan([("r.csv", octets)]).problems.count == 1)
        }
    }

    @Test(arguments: [
        "2026-03-01", "2026-3-1", "2026/03/01", "2026/3/1", "2026.3.1", "20260301", "2026年3月1日", "２０２６－０３－０１",
        "2026/3/1 0:00", "2026-03-01 00:00:00", "\u{3000}2026-03-01 ",
    ])
    func aDateIsADateHoweverItIsWritten(text: String) {
        let found = Self.plan(
            Self.base + [("t.csv", "community,dwelling,tenants,from,until\nlotus,1-1,T-1,\(text),2026-03-31\n")])
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        guard case .put(.tenancy(let row))? = found.changes.last else { return }
        #expect(row.starts == 1_772_294_400)
    }

    @Test(arguments: [
        ("46082", "is the number under which a spreadsheet keeps a date"), ("3/1/2026", "is no date"),
        ("26-3-1", "is no date"),
        ("2026-2-30", "is no date"), ("2026-3", "is no date"), ("2026/3/1 8:00", "is no date"),
        ("2026年3月", "is no date"),
        ("月年日", "is no date"), ("日", "is no date"), ("99999999", "is no date"), ("--", "is no date"),
    ])
    func whatIsNoDateIsRefusedWithASentence(text: String, words: String) {
        let found = Self.plan(
            Self.base + [("t.csv", "community,dwelling,tenants,from,until\nlotus,1-1,T-1,\(text),2026-03-31\n")])
        #expect(
            found.problems.count == 1 && found.problems[0].text.hasPrefix("t.csv:2:15: from: "), "\(found.problems)")
        #expect(found.problems.first?.message.contains(words) == true, "\(found.problems.map(\.text))")
    }

    @Test(arguments: [";", "\t", ","])
    func spreadsheetLeavesSeparatorsEmptyColumnsAndEmptyLines(mark: String) {
        let lines = ["reference,name,role,,", "T-1,\"王, 芳\",tenant,,", ",,,,", "", "T-2,李雷,tenant,,,,"]
        let text = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).joined(separator: mark) }
        let content = text.joined(separator: "\r\n").split(separator: "王\(mark) 芳").joined(separator: "王, 芳")
        let found = Self.plan([("r.csv", content)])
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        #expect(found.added == 2 && person(found)?.name == "王, 芳")
    }

    @Test func fullWidthIsReadInCodesAndLeftInNames() throws {
        let found = Self.plan(
            Self.base + [("x.csv", "编号,姓名,角色,小区,房号\nＲ－９,Ａ王,业主,ｌｏｔｕｓ,１－２\n")])
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        guard case .put(.person(let row))? = found.changes.last else { return }
        #expect(row.reference == "R-9" && row.name == "Ａ王" && row.dwelling == 2)
    }

    @Test func aListOfCardsNeedsNoKindAndChineseWordsAreUnderstood() {
        let found = Self.plan(Self.base + [("k.csv", "编号,卡号,状态\nT-1,H10301:118-1603,挂失\nR-1,H10301:118-1604,正常\n")])
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        let cards = found.changes.compactMap { if case .put(.credential(let row)) = $0 { row } else { nil } }
        #expect(cards.map(\.status) == [.lost, .enabled])
    }

    @Test func theSameLineTwiceCountsOnceAndTwoForOneAreRefusedWithBothPlaces() {
        let same = Self.plan(Self.base + [("r2.csv", "reference,name,role\nT-1,王芳,tenant\n")])
        #expect(same.problems.isEmpty && same.repeated == 1, "\(same.problems.map(\.text))")
        #expect(same.differences.last?.what.english == "the same again: person T-1")
        let other = Self.plan(Self.base + [("r2.csv", "reference,name,role\nT-1,王方,tenant\n")])
        #expect(other.problems.map(\.text) == ["r2.csv:2:1: person T-1 stands at r.csv:2:1 already, and otherwise"])
        let card = "reference,kind,value\nT-1,card,H10301:1-2\nR-1,card,H10301:1-2\n"
        #expect(
            Self.plan(Self.base + [("k.csv", card)]).problems.map(\.text)
                == ["k.csv:3:10: value: H10301:1-2 belongs to T-1 already, by k.csv:2:1"])
    }

    /// Somebody who moved out keeps their number in the journal: nobody who comes later may have it.
    @Test func numbersOfThoseWhoAreGoneAreNotGivenAgain() {
        let rows = Self.applied(Self.plan(Self.base))
        let stayed = rows.filter { $0.kind != .person && $0.kind != .credential }
        var importer = RegistryImport(fields: Self.fields, present: stayed, next: [.person: 8])
        let plan = importer.plan([
            (
                name: "r.csv",
                content: Array("reference,name,role,community,dwelling,groups\nN-1,n,resident,lotus,1-1,\n".utf8)
            )
        ])
        let ids = plan.changes.compactMap { if case .put(let row) = $0 { row.id } else { nil } }
        #expect(plan.problems.isEmpty && ids == [8])
    }

    @Test func theSecondImportChangesNothing() {
        let files =
            Self.base + [
                ("t.csv", "community,dwelling,tenants,from,until,contract\nlotus,1-1,T-1,2026-3-1,2026-3-31,C-1\n"),
                ("k.csv", "reference,kind,value\nT-1,card,H10301:118-1603\nR-1,pin,73910482\n"),
                ("v.csv", "plate,community,dwelling,keeper\n鲁G12345,lotus,1-2,R-1\n"),
            ]
        let first = Self.plan(files)
        #expect(first.problems.isEmpty && first.added == first.changes.count)
        let again = Self.plan(files, Self.applied(first), ends: true)
        #expect(again.changes.isEmpty && again.unchanged == first.changes.count, "\(again.differences.map(\.what))")
    }

    @Test func aChangeSaysWhatItWasAndWhatItWillBe() {
        let rows = Self.applied(Self.plan(Self.base))
        let found = Self.plan([("r.csv", "reference,name,role,until\nT-1,王芳,tenant,2026-12-31\n")], rows)
        #expect(found.changed == 1)
        #expect(found.differences.map(\.what.english) == [#"change person T-1: until "" -> "2026-12-31""#])
    }

    /// A file without a word of it neither enables a card that was reported lost nor moves anybody.
    @Test func whatAFileDoesNotSayStaysAsItIs() {
        let card = [("k.csv", "reference,kind,value\nT-1,card,H10301:1-2\n")]
        var rows = Self.applied(Self.plan(Self.base + card))
        rows = rows.map { row in
            guard case .credential(var one) = row else { return row }
            one.status = .lost
            one.validUntil = 99
            return .credential(one)
        }
        let found = Self.plan([("r.csv", "reference,name,role\nR-1,李雷,resident\n")] + card, rows)
        #expect(found.problems.isEmpty && found.changes.isEmpty, "\(found.differences.map(\.what))")
    }

    @Test func whatNoLineNamesEndsOnDemandWithWhatLeansOnIt() {
        let rows = Self.applied(
            Self.plan(
                Self.base + [
                    (
                        "k.csv",
                        "reference,kind,value\nT-1,card,H10301:1-2\nT-1,pin,73910482\nR-1,card,H10301:1-3\nR-1,pin,64019375\n"
                    )
                ]))
        let file = [("r.csv", "reference,name,role,community,dwelling\nR-1,李雷,resident,lotus,1-2\n")]
        #expect(Self.plan(file, rows).changes.isEmpty)
        let found = Self.plan(file, rows, ends: true)
        #expect(
            found.ended == 3 && found.differences.map(\.what.english).contains("end person T-1"),
            "\(found.differences.map(\.what))")
        #expect(found.changes.last == .end(.person, id: 1), "the person after what leans on them")
        var registry = Registry()
        for row in rows { registry.apply(.put(row), revision: 1) }
        for change in found.changes {
            #expect(registry.problem(with: change) == nil)
            registry.apply(change, revision: 2)
        }
        #expect(registry.counts.persons == 1 && registry.counts.credentials == 2)
    }

    @Test func jsonIsReadWithTheSameFields() {
        let text = """
            {"communities": [{"community": "lotus", "name": "莲花"}],
             "dwellings": [{"community": "lotus", "dwelling": "1-1", "use": "let", "places": 2}],
             "residents": [{"reference": "T-1", "name": "王芳", "role": "tenant", "groups": ["a", "b"], "needs_time": true}],
             "tenancies": [{"community": "lotus", "dwelling": "1-1", "tenants": ["T-1"], "from": "2026-03-01", "until": "2026-03-31"}]}
            """
        let found = Self.plan([("all.json", text)])
        #expect(found.problems.isEmpty && found.added == 4, "\(found.problems.map(\.text))")
        #expect(person(found)?.groups == ["a", "b"] && person(found)?.needsTime == true)
    }

    @Test(arguments: [
        ("{", "x.json: $: this is no JSON object"), (#"{"people": []}"#, "x.json: people: is none of communities"),
        (#"{"residents": {}}"#, "x.json: residents: has to be an array of objects"),
        (#"{"residents": [7]}"#, "x.json: residents[0]: has to be an object"),
        (
            #"{"residents": [{"reference": "A", "name": "b", "role": "king"}]}"#,
            "x.json: residents[0].role: \"king\" is no role"
        ),
        (
            #"{"residents": [{"reference": "A", "name": "b", "role": "staff", "x": 1}]}"#,
            "x.json: residents[0].x: is no field of residents"
        ),
        (#"{"residents": [{"reference": 1.5}]}"#, "x.json: residents[0].reference: has to be text"),
        (#"{"residents": [{"name": "b"}]}"#, "x.json: residents[0].reference: is empty"),
    ])
    func whatIsWrongInJSONIsToldWithItsPath(text: String, problem: String) {
        let found = Self.plan([("x.json", text)])
        #expect(found.problems.contains { $0.text.hasPrefix(problem) }, "\(found.problems.map(\.text))")
    }

    /// Random registers: out as files and in again, at an empty controller and at the same one.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func registersComeBackFromTheirExport(seed: UInt64) {
        var dice = TestDice(state: seed &+ 1)
        let files = dice.files()
        let first = Self.plan(files)
        #expect(first.problems.isEmpty, "\(first.problems.map(\.text))")
        let rows = Self.applied(first)
        let export = RegistryExport(rows, calendar: Self.fields.calendar).files.map { ($0.name, $0.content) }
        let same = Self.plan(export, rows, ends: true)
        #expect(
            same.problems.isEmpty && same.changes.isEmpty,
            "\(same.problems.map(\.text)) \(same.differences.map(\.what))")
        let anew = Self.plan(export)
        #expect(anew.problems.isEmpty, "\(anew.problems.map(\.text))")
        let again = RegistryExport(Self.applied(anew), calendar: Self.fields.calendar).files.map {
            ($0.name, $0.content)
        }
        for (one, other) in zip(export, again) {
            #expect(Self.lines(one.1) == Self.lines(other.1), "\(one.0)")
        }
    }

    private static func lines(_ octets: [UInt8]) -> [String] {
        String(decoding: octets, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
    }
}

/// Values that hurt: quotes, separators, blanks, both widths, formulas.
private struct TestDice {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    mutating func name() -> String {
        (0...below(4)).map { _ in pick(["王", "a", "\"", ",", ";", " b", "Ａ", "é", "xy", "'", "\u{3000}z", "年", "1"]) }
            .joined() + "n"
    }
    mutating func date() -> String {
        let (year, month, day) = (2020 + below(9), 1 + below(12), 1 + below(28))
        return pick(["\(year)-\(month)-\(day)", "\(year)/\(month)/\(day)", "\(year)年\(month)月\(day)日"])
    }

    mutating func files() -> [(String, String)] {
        func cell(_ text: String) -> String { CSVCell.write(text) }
        var dwellings = "community,dwelling,use,places\n"
        var people = "reference,name,role,community,dwelling,groups,from,until,status,responsible,shift,needs_time\n"
        var tenancies = "community,dwelling,tenants,from,until,contract,landlord\n"
        var vehicles = "plate,community,dwelling,keeper\n"
        var cards = "reference,kind,value,bound,duress,from,until,status,uses,first_use,vehicle,consent\n"
        for home in 1...(2 + below(5)) {
            dwellings += "lotus,1-\(home),\(pick(["owned", "let", "vacant"])),\(pick(["", "0", "3"]))\n"
        }
        for one in 1...(1 + below(12)) {
            let role = pick(["resident", "tenant", "staff", "household", "contractor", one > 1 ? "visitor" : "staff"])
            people +=
                "P-\(one),\(cell(name())),\(role),lotus,1-\(1 + below(2)),\(pick(["", "a", "a b"])),\(pick(["", date()])),,\(pick(["", "suspended", "barred"])),\(role == "visitor" ? "P-\(1 + below(one - 1))" : ""),\(pick(["", "day"])),\(pick(["", "yes"]))\n"
            for card in 0..<below(3) {
                cards +=
                    "P-\(one),card,H10301:\(one)-\(card),,\(pick(["", "yes"])),\(pick(["", date()])),,\(pick(["", "lost", "damaged"])),\(pick(["", "7"])),\(pick(["", "12 h", "90 min", "3 d"])),,\n"
            }
            if below(3) == 0 { vehicles += "鲁G1\(1000 + one),lotus,1-1,P-\(one)\n" }
            if below(3) == 0 {
                tenancies += "lotus,1-2,P-\(one),20\(10 + one)-01-01,20\(10 + one)-12-31,\(cell(name())),\n"
            }
        }
        return [
            ("c.csv", "community,name\nlotus,\(cell(name()))\n"), ("d.csv", dwellings), ("r.csv", people),
            ("t.csv", tenancies),
            ("v.csv", vehicles), ("k.csv", cards),
        ]
    }
}
