import GatehouseAdmin
import GatehouseCore
import Testing

@testable import GatehouseRegister

/// Columns as offices call them, lists as they join them, and one sheet for all.
@Suite("Office sheets") struct OfficeSheetTests {
    static let base = [
        ("c.csv", "community,name\nlotus,莲花 小区\n"),
        ("d.csv", "community,dwelling,use\nlotus,1-1,let\nlotus,1-2,owned\n"),
    ]

    static func plan(
        _ text: String, _ options: ImportOptions = ImportOptions(), mapping: String? = nil, rows: [RegistryRow]? = nil
    ) -> RegistryImport.Plan {
        let present = rows ?? OfficeFileTests.applied(OfficeFileTests.plan(base))
        var importer = RegistryImport(fields: OfficeFileTests.fields, present: present)
        return importer.plan(
            [(name: "x.csv", content: Array(text.utf8))], options: options,
            mapping: mapping.map { (name: "names.txt", content: Array($0.utf8)) })
    }

    static func people(_ plan: RegistryImport.Plan) -> [PersonRow] {
        plan.changes.compactMap { if case .put(.person(let row)) = $0 { row } else { nil } }
    }

    // MARK: Headers

    /// What is passed over does not make residents a list of communities.
    @Test(arguments: ["all", "爱好", "F"]) func whatIsPassedOverDoesNotChangeWhatTheFileIs(skip: String) {
        let text =
            "reference,name,role,community,dwelling,爱好\nS-8,欧阳锋,staff,,,武术\nS-9,单雄信,staff,,,\n"
        let found = Self.plan(text, ImportOptions(skipping: skip))
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        #expect(Self.people(found).map(\.name) == ["欧阳锋", "单雄信"])
    }

    @Test func unknownColumnsAreAllNamedAndPassedOverOnDemand() {
        let text = "编号,姓名,角色,面积,朝 向\nS-1,王芳,员工,120,南\n"
        #expect(
            Self.plan(text).problems.map(\.text) == [
                "x.csv:1:10: 2 columns are not known: D (4) \"面积\", E (5) \"朝 向\"; --skip-columns passes over them (--skip-column NAME over one), --columns FILE says what they mean"
            ])
        for skip in ["all", "面积，朝向", "D、e", "面积;朝 向"] {
            let found = Self.plan(text, ImportOptions(skipping: skip))
            #expect(found.problems.isEmpty && Self.people(found).map(\.name) == ["王芳"], "\(skip)")
        }
        #expect(
            Self.plan(text, ImportOptions(skipping: "面积")).problems.map(\.text).first?.contains(
                "1 column is not known: E (5)") == true)
    }

    @Test func aFileSaysWhatColumnsMean() {
        let text = "代号,称 呼,角色,朝向\nS-1,王芳,员工,南\n"
        let found = Self.plan(text, mapping: "# ours\r\n代号 = reference\r\n称呼=name\r\n朝向 = \r\n")
        #expect(
            found.problems.isEmpty && Self.people(found).map(\.reference) == ["S-1"], "\(found.problems.map(\.text))")
        let wrong = Self.plan(text, mapping: "代号 = refrence\n称呼\n")
        #expect(
            wrong.problems.map(\.text).filter { $0.hasPrefix("names") } == [
                "names.txt:1:1: \"refrence\" is no column; did you mean \"reference\"?",
                "names.txt:2:1: has no =; write it as 姓 名 = name",
            ])
    }

    @Test(arguments: [
        "Reference,NAME,Role", "REFERENCE , name,ROLE", "编 号,姓\u{3000}名,角色", "编号,姓\u{200B}名,身份", "编号*,姓名（必填）,人员类别",
        "序号,编号,姓名,角色", "No.,reference,name,role", "编号,姓名,角色,", "编号,姓名,角色,联系电话,备注",
    ])
    func headersAreUnderstoodHoweverTheyAreTyped(header: String) {
        let isNumbered = header.hasPrefix("序号") || header.hasPrefix("No")
        let found = Self.plan("\(header)\n\(isNumbered ? "1," : "")S-1,王芳,员工\n")
        #expect(found.problems.isEmpty && Self.people(found).map(\.name) == ["王芳"], "\(found.problems.map(\.text))")
    }

    @Test func phoneAndNoteHaveAPlaceAndStayWhenNothingIsSaid() {
        let text = "编号,姓名,角色,手 机,备注\nS-1,王芳,员工,１３８ 0013 8000,夜班\n"
        let first = Self.plan(text)
        #expect(Self.people(first).first?.phone == "138 0013 8000" && Self.people(first).first?.note == "夜班")
        let rows = OfficeFileTests.applied(first, to: OfficeFileTests.applied(OfficeFileTests.plan(Self.base)))
        #expect(Self.plan("编号,姓名,角色,电话\nS-1,王芳,员工,\n", rows: rows).changes.isEmpty)
        let gone = Self.plan("编号,姓名,角色,电话,备注\nS-1,王芳,员工,none,none\n", rows: rows)
        #expect(Self.people(gone).first?.phone == "" && Self.people(gone).first?.note == "")
        for bad in ["1.38E+10", "see note", "12"] {
            let found = Self.plan("编号,姓名,角色,电话\nS-2,王芳,员工,\(bad)\n")
            #expect(found.problems.count == 1 && found.problems[0].text.hasPrefix("x.csv:2:11: phone: "), "\(bad)")
        }
    }

    @Test func titlesAndTotalsArePassedOverAndTold() {
        let text = "莲花小区住户登记表\n制表：王芳,2026-10-01\n编号,姓名,角色\nS-1,王芳,员工\n合计,1\n制表人：李雷\nTotal: 1\n"
        let found = Self.plan(text)
        #expect(
            found.problems.isEmpty && Self.people(found).count == 1 && found.passed == 5,
            "\(found.problems.map(\.text))")
        let passed = found.differences.filter { $0.verb == .pass }
        #expect(passed.map(\.line) == [1, 2, 5, 6, 7])
        #expect(passed.first?.what.english == "passed over: a title above the header, \"莲花小区住户登记表\"")
        // Whoever is really called so is somebody.
        #expect(Self.people(Self.plan("编号,姓名,角色\n合计,合计,员工\n")).count == 1)
        #expect(Self.plan("编号,姓名,角色\nS-1,,员工\n").problems.count == 1)
    }

    @Test func whatIsNoTableIsNamed() {
        let files: [([UInt8], String)] = [
            ([0x89, 0x50, 0x4E, 0x47, 0, 0], "picture"), ([0xFF, 0xD8, 0xFF, 0xE0, 0], "picture"),
            (Array("%PDF-1.7".utf8), "PDF"), ([0x50, 0x4B, 3, 4, 0], "workbook"), ([0xD0, 0xCF, 0x11, 0xE0], ".xls"),
        ]
        for (octets, word) in files {
            let problems = OfficeFileTests.plan([("photo.csv", octets)]).problems
            #expect(problems.count == 1 && problems[0].message.contains(word), "\(problems)")
        }
        #expect(Self.plan("编号,姓名\nS-1,王芳\n").problems.first?.message.contains("as residents it lacks role") == true)
        #expect(Self.plan("编号,姓名,角色\n").problems.isEmpty, "a file of one row")
    }

    @Test(arguments: ["T-1、T 2", "T-1，T-3", "T-1；T-3", "T-1/T-3", "T-1,T-3", "T-1 ; T-3", "T-1\u{3000}T-3", "T/4、T-1"])
    func tenantsAreJoinedAsPeopleJoinThem(list: String) {
        let people = "编号,姓名,角色\nT-1,一,租客\nT 2,二,租客\nT-3,三,租客\nT/4,四,租客\n"
        let rows = OfficeFileTests.applied(
            OfficeFileTests.plan(Self.base + [("r.csv", people)]))
        let quoted = list.split(separator: "T 2", omittingEmptySubsequences: false).joined(separator: "\"\"T 2\"\"")
        let found = Self.plan("小区,房号,租客,起租日期,到期日期\n莲花小区,1-1,\"\(quoted)\",2026-1-1,2026-12-31\n", rows: rows)
        guard case .put(.tenancy(let row))? = found.changes.last else {
            Issue.record("\(found.problems.map(\.text))")
            return
        }
        #expect(row.tenants.count == 2, "and the community was named by its name")
    }

    @Test func aNameOfTwoCommunitiesIsNoName() {
        let rows = OfficeFileTests.applied(
            OfficeFileTests.plan(Self.base + [("c2.csv", "community,name\nrose,莲花小区\n")]))
        let found = Self.plan("小区,房号,用途\n莲花小区,9-9,自住\n", rows: rows)
        #expect(
            found.problems.map(\.text) == [
                "x.csv:2:1: community: \"莲花小区\" is what lotus and rose are called; give the code"
            ])
    }

    // MARK: Encodings

    @Test func whatMayBeAnotherEncodingIsRefusedUntilSomebodySaysWhich() {
        // `Jörg Müller` in Windows-1252, 王小明 and 陳大文 in Big5, 田中 in Shift-JIS, 김철수 in EUC-KR.
        let names: [[UInt8]] = [
            [0x4A, 0xF6, 0x72, 0x67, 0x20, 0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72],
            [0xA4, 0xFD, 0xA4, 0x70, 0xA9, 0xFA, 0x20, 0xB3, 0xAF, 0xA4, 0x6A, 0xA4, 0xE5], [0x93, 0x63, 0x92, 0x86],
            [0xB1, 0xE8, 0xC3, 0xB6, 0xBC, 0xF6],
        ]
        for name in names {
            let octets = Array("reference,name,role\nS-1,".utf8) + name + Array(",staff\n".utf8)
            let problems = OfficeFileTests.plan([("r.csv", octets)]).problems
            #expect(problems.count == 1 && problems[0].message.contains("--encoding"), "\(problems.map(\.text))")
            #expect(problems.first?.place.line == 2)
        }
        let chinese = Array("reference,name,role\nS-1,".utf8) + [0xCD, 0xF5, 0xB7, 0xBC] + Array(",staff\n".utf8)
        let found = OfficeFileTests.plan([("r.csv", chinese)])
        #expect(found.problems.isEmpty && found.names == ["王芳"], "a usual name: \(found.problems.map(\.text))")
    }

    /// Names in every script come as they are, and what hides in them is refused with its place.
    @Test(arguments: [
        "محمد بن سلمان", "Олександр", "ﾔﾏﾀﾞ 太郎", "김철수", "O’Brien-Ōta", "नरेन्द्र", "👨‍👩‍👧", String(repeating: "啊", count: 40),
        "a\u{202E}b",
    ])
    func namesInEveryScript(name: String) {
        let found = Self.plan("编号,姓名,角色\nS-1,\(name),员工\n")
        if name.unicodeScalars.contains("\u{202E}") {
            #expect(found.problems.first?.text.hasPrefix("x.csv:2:5: name: holds a mark") == true)
        } else {
            #expect(found.problems.isEmpty && Self.people(found).first?.name == name && found.names == [name])
        }
    }

    // MARK: One sheet

    static let sheet = """
        序号,房 号,姓名,身份,联系电话,卡号,车牌号,备注
        1,1-2,李雷,业主,13800138000,H10301:118-1603,鲁G12345,
        2,1-2,李雷,,,H10301:118-1604,,
        3,2-1,韩梅,家属,,H10301:118-1605、H10301:118-1606,,楼上
        合计,3,,,,,,

        """

    @Test func oneSheetMakesDwellingPersonCardAndPlate() throws {
        let found = Self.plan(Self.sheet)
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        let people = Self.people(found)
        #expect(people.map(\.reference) == ["lotus-1-2-1", "lotus-2-1-1"], "two cards, one person")
        #expect(people.map(\.name) == ["李雷", "韩梅"] && people.map(\.phone) == ["13800138000", ""])
        let rows = OfficeFileTests.applied(found, to: OfficeFileTests.applied(OfficeFileTests.plan(Self.base)))
        let cards = rows.compactMap { if case .credential(let row) = $0, row.kind == .card { row.person } else { nil } }
        #expect(cards == [1, 1, 2, 2])
        #expect(rows.count { $0.kind == .vehicle } == 1 && rows.count { $0.kind == .dwelling } == 3)
        #expect(found.repeated == 0)
        let again = Self.plan(Self.sheet, rows: rows)
        #expect(again.changes.isEmpty && again.problems.isEmpty, "\(again.differences.map(\.what))")
        var registry = Registry()
        for row in rows {
            #expect(registry.problem(with: .put(row), isLoading: true) == nil)
            registry.apply(.put(row), revision: 1)
        }
    }

    @Test func aSheetBesideAListOfPeopleMeansThePeopleOfTheList() {
        let people = ("r.csv", "reference,name,role,community,dwelling\nR-1,李雷,resident,lotus,1-2\n")
        let found = OfficeFileTests.plan([("s.csv", Self.sheet)] + Self.base + [people])
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        #expect(Self.people(found).map(\.reference) == ["R-1", "lotus-2-1-1"])
    }

    @Test func tenantsOfASheetAreTenantsOfOneTenancy() throws {
        let text = "姓名,房号,身份,起租日期,到期日期,卡号\n王芳,1-1,租客,2026-1-1,2026-12-31,H10301:1-2\n李雷,1-1,租客,2026-1-1,2026-12-31,\n"
        let found = Self.plan(text)
        #expect(found.problems.isEmpty, "\(found.problems.map(\.text))")
        let tenancies = found.changes.compactMap { if case .put(.tenancy(let row)) = $0 { row } else { nil } }
        #expect(tenancies.count == 1 && tenancies.first?.tenants.count == 2)
        #expect(Self.people(found).allSatisfy { $0.dwelling == nil && $0.validFrom == nil })
        let rows = OfficeFileTests.applied(found, to: OfficeFileTests.applied(OfficeFileTests.plan(Self.base)))
        #expect(Self.plan(text, rows: rows).changes.isEmpty)
        #expect(
            Self.plan("姓名,房号,身份\n赵六,1-1,租客\n").problems.map(\.text) == [
                "x.csv:2:1: from: is empty: a tenant needs the first and the last day of the tenancy"
            ])
    }

    @Test(arguments: [
        (
            "1-2,李雷,业主,138001,,\n1-2,李雷,业主,138002,,\n",
            "x.csv:3:11: phone: \"138002\" here, and \"138001\" at x.csv:2:11"
        ),
        (
            "1-2,李雷,业主,,H10301:1-2,\n1-1,韩梅,业主,,H10301:1-2,\n",
            "x.csv:3:12: value: H10301:1-2 belongs to lotus-1-2-1 already, by x.csv:2:12"
        ),
        (
            "1-2,李雷,业主,,,鲁G12345\n1-1,韩梅,业主,,,鲁G12345\n",
            "x.csv:3:13: vehicle 鲁G12345 stands at x.csv:2:13 already, and otherwise"
        ),
        ("1-2,,业主,,H10301:1-2,\n", "x.csv:2:5: name: is empty"),
        ("1-2,李雷,国王,,,\n", "x.csv:2:8: role: \"国王\" is no role"),
        ("1-2,李雷,业主,,0012345678,\n", "x.csv:2:12: value: \"0012345678\" is no card"),
        (",李雷,业主,,,\n", "x.csv:2:1: dwelling: is empty, and there is no reference"),
    ])
    func whatIsWrongInASheetIsToldWithItsCell(lines: String, problem: String) {
        let found = Self.plan("房号,姓名,身份,电话,卡号,车牌\n" + lines)
        #expect(found.problems.contains { $0.text.hasPrefix(problem) }, "\(found.problems.map(\.text))")
    }

    /// The files are all there is: who stands in no line ends, and the dwellings that a sheet does not make stay.
    @Test func aSheetThatIsAllThereIsEndsPeopleAndNoDwelling() {
        let tenant = "王芳,1-1,租客,2026-1-1,2026-12-31,\n"
        let first = "姓名,房号,身份,起租日期,到期日期,卡号\n" + tenant
        let base = OfficeFileTests.applied(OfficeFileTests.plan(Self.base))
        let rows = OfficeFileTests.applied(
            Self.plan(first + "李雷,1-2,业主,,,H10301:1-2\n"), to: base)
        var importer = RegistryImport(fields: OfficeFileTests.fields, present: rows)
        let text = first + "韩梅,9-9,业主,,,H10301:1-3\n"
        let plan = importer.plan([(name: "x.csv", content: Array(text.utf8))], endsOthers: true)
        #expect(plan.problems.isEmpty, "\(plan.problems.map(\.text))")
        let ended = plan.differences.filter { $0.verb == .end }.map(\.subject.english)
        #expect(ended.count == 2 && ended.contains("person lotus-1-2-1"), "\(ended)")
    }

    @Test func aTenancyBesideAnotherIsToldInTheDryRun() {
        let people = "编号,姓名,角色\nT-1,一,租客\nT-2,二,租客\n"
        let rows = OfficeFileTests.applied(OfficeFileTests.plan(Self.base + [("r.csv", people)]))
        let text = "小区,房号,租客,起租日期,到期日期,合租\nlotus,1-1,T-1,2026-1-1,2026-12-31,\nlotus,1-1,T-2,2026-6-1,2026-12-31,是\n"
        let found = Self.plan(text, rows: rows)
        #expect(found.warnings == 1 && found.problems.count == 1, "the first does not say that it may")
        let both = Self.plan(text.split(separator: "2026-12-31,\n").joined(separator: "2026-12-31,是\n"), rows: rows)
        #expect(both.problems.isEmpty && both.warnings == 2, "\(both.problems.map(\.text))")
        #expect(both.differences.contains { $0.what.hasPrefix("beware: tenancy of lotus/1-1: it runs beside another") })
    }

    @Test func utf16WithoutItsMarkIsNamed() {
        for (isLittle, name) in [(true, "UTF-16LE"), (false, "UTF-16BE")] {
            let octets = Array(OfficeFileTests.utf16(isLittle).dropFirst(2))
            let latin = "reference,name\n".utf16.flatMap { unit -> [UInt8] in
                let pair = [UInt8(truncatingIfNeeded: unit), 0]
                return isLittle ? pair : pair.reversed()
            }
            for content in [octets, latin] {
                let problems = OfficeFileTests.plan([("r.csv", content)]).problems
                #expect(problems.first?.message.hasSuffix("--encoding \(name)") == true, "\(problems.map(\.text))")
            }
        }
    }

    @Test func aSheetWithReferencesAndCommunitiesKnowsPeopleByThem() {
        let text = "社区,房号,编号,姓名,卡号1,卡号2\n莲花小区,1-2,R-1,李雷,H10301:1-2,H10301:1-3\n莲花小区,1-2,R-1,李雷,H10301:1-4,\n"
        let found = Self.plan(text)
        #expect(
            found.problems.isEmpty && Self.people(found).map(\.reference) == ["R-1"], "\(found.problems.map(\.text))")
        #expect(found.changes.count == 4)
    }

    /// Cells of a workbook are told by their names.
    @Test func aSheetOfAWorkbookIsToldByItsCells() {
        let rows = [["名单"], [], ["编号", "姓\n名", "角色"], ["S-1", "=王芳", "员工"], ["S-2", "", "员工"]]
        let octets = SheetText.write(rows)
        let found = OfficeFileTests.plan([("people.xlsx!住户", octets)])
        #expect(found.problems.map(\.text) == ["people.xlsx!住户!B5: name: is empty"])
        let good = OfficeFileTests.plan([("people.xlsx!住户", SheetText.write(Array(rows.dropLast())))])
        #expect(Self.people(good).map(\.name) == ["=王芳"] && good.differences.first?.line == 1)
    }
}
