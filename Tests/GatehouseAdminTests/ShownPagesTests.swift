import GatehouseAdmin
import GatehouseCore
import Testing

/// Tenancies, dwellings and readers as pages of 80 columns: what is wrong comes first.
@Suite("Pages that are shown")
struct ShownPagesTests {
    private static func tenancy(_ id: UInt32, _ state: String, last: String = "2026-10-31") -> TenancyView {
        TenancyView(
            id: id, dwelling: 4, tenants: [7], firstDay: "2025-11-01", lastDay: last, starts: nil, ends: nil,
            contract: "HT-118", landlord: 9, state: state, renews: 3)
    }

    private static let people = [
        Named(id: 7, name: "李伟", reference: "T-7"), Named(id: 8, name: "王芳", reference: "R-8"),
    ]

    @Test func aTenancyIsAPage() {
        let past = PastState(
            row: Self.tenancy(5, "running"), from: 12, to: nil, at: "2025-10-28T09:12:00.000+08:00", entry: 41)
        let details = TenancyShow.Details(history: [past], home: "lotus/3-2-501", people: Self.people)
        let reply = TenancyShow.Reply(Self.tenancy(5, "overstay"), details)
        #expect(
            TenancyPage.lines(reply, .english) == [
                "over, and not handed back · lotus/3-2-501 · 2025-11-01 to 2026-10-31",
                "  tenancy 5 · contract HT-118 · goes on from tenancy 3", "", "TENANTS", "  李伟 · T-7", "", "LANDLORD",
                "  gone (#9)", "", "CHANGES", "  2025-10-28 09:12 · entry 41 · 2025-11-01 to 2026-10-31",
            ])
        #expect(
            TenancyPage.lines(reply, .chinese) == [
                "逾期未退 · lotus/3-2-501 · 2025-11-01 至 2026-10-31", "  租约 5 · 合同 HT-118 · 续自租约 3", "", "租户",
                "  李伟 · T-7", "", "出租人", "  已注销（#9）", "", "变更", "  2025-10-28 09:12 · 记录 41 · 2025-11-01 至 2026-10-31",
            ])
    }

    @Test func aDwellingHasWhatIsWrongFirst() throws {
        func person(_ id: UInt32, _ reference: String, _ status: String) -> PersonView {
            PersonView(
                id: id, reference: reference, name: "N\(id)", role: "resident", status: status, dwelling: 4, groups: [],
                from: nil, until: nil, responsible: nil, shift: nil, needsTime: nil, phone: nil, note: nil)
        }
        let details = DwellingShow.Details(
            residents: [person(1, "R-1", "active"), person(2, "R-2", "barred"), person(3, "R-3", "suspended")],
            tenancies: [
                Self.tenancy(1, "ended", last: "2024-10-31"), Self.tenancy(2, "running"), Self.tenancy(3, "overstay"),
            ],
            vehicles: [VehicleView(id: 1, plate: "鲁G12345", dwelling: 4, keeper: 8)], history: [],
            home: "lotus/3-2-501", people: Self.people)
        let reply = DwellingShow.Reply(DwellingView(id: 4, dwelling: "3-2-501", use: "let", places: 1), details)
        let lines = DwellingPage.lines(reply, .chinese)
        #expect(lines[0] == "lotus/3-2-501 · 出租 · 车位 1 个")
        func place(_ text: String) throws -> Int { try #require(lines.firstIndex { $0.contains(text) }, "\(text)") }
        #expect(try place("逾期未退 · 3") < place("生效中 · 2"))
        #expect(try place("生效中 · 2") < place("已结束 · 1"))
        #expect(try place("禁止进入 · N2") < place("停用 · N3"))
        #expect(try place("停用 · N3") < place("N1 · R-1"))
        #expect(lines.contains("  鲁G12345 · 王芳"))
        #expect(DwellingPage.lines(reply, .english).contains("  barred · N2 · R-2 · resident"))
    }

    @Test func aReaderSaysWhatIsWrongWithItFirst() {
        let view = ReaderView(
            name: "wicket-out", protocolName: "osdp", security: "insecure", link: "offline", tamper: true,
            serial: "4711",
            counters: ["frames": 1200, "lost": 0], slowedUntil: "2026-11-26T18:17:00.000+08:00")
        let details = ReaderShow.Details(
            address: 1, baud: 9600, vendor: "00-06-8E", firmware: "1.2.3", says: [.init(what: "1", text: "Desk")],
            conditions: ["readerTamper", "readerOffline", "fromTheFuture"], quirks: ["repeatsAnew", "unheardOf"],
            receiveSize: 1440, passesCards: true)
        let english = ReaderPage.lines(ReaderShow.Reply(view, details), .english)
        #expect(english[0] == "wicket-out · offline · not encrypted, and has to be · osdp")
        #expect(english[2] == "WRONG NOW" && english[3].hasPrefix("  ALARM "))
        #expect(english.contains("  fromTheFuture"))
        #expect(english.contains("  asks for more, or takes cards slowly, until 2026-11-26 18:17"))
        #expect(english.contains("  vendor 00-06-8E · serial 4711 · firmware 1.2.3"))
        #expect(english.contains("  frames 1200") && !english.contains { $0.contains("lost") })
        #expect(
            english.contains("  takes frames of 1440 octets") && english.contains("  passes commands on to smart cards")
        )
        let otherwise = english.drop { $0 != "WHAT IT DOES OTHERWISE" }
        #expect(otherwise.dropFirst().first?.contains("repeated command") == true && otherwise.contains("  unheardOf"))
        let chinese = ReaderPage.lines(ReaderShow.Reply(view, details), .chinese)
        #expect(chinese[0] == "wicket-out · 离线 · 应加密而未加密 · osdp" && chinese.contains("  报警 读卡器报告外壳被打开或被移动。"))
    }

    /// Nothing is said where there is nothing, and no line is wider than the terminal.
    @Test(arguments: Language.allCases) func noLineIsWiderThanATerminal(language: Language) {
        let view = ReaderView(
            name: String(repeating: "r", count: 64), protocolName: "wiegand", security: "none", link: "neverHeard",
            tamper: false)
        var details = ReaderShow.Details(conditions: HealthCode.allCases.map(\.rawValue))
        details.quirks = ReaderQuirk.allCases.map(\.rawValue)
        for line in ReaderPage.lines(ReaderShow.Reply(view, details), language).dropFirst() {
            #expect(Columns.width(line) <= 80, "\(line)")
        }
        let bare = ReaderPage.lines(ReaderShow.Reply(view, ReaderShow.Details()), language)
        #expect(bare.count == 1)
    }

    /// Passes of a busy evening on a terminal of 80 columns, whatever the names.
    @Test(arguments: Language.allCases) func aListOfPassesFitsTheTerminal(language: Language) {
        func pass(_ visitor: String?, _ points: [String], _ state: String, left: Int?) -> PassView {
            var view = PassView(
                pass: "0123456789abcdef", issuer: "lotus", from: "2026-11-22T18:30:00.000+08:00",
                until: "2026-11-30T23:59:00.000+08:00", points: points, uses: 1, used: 0, left: left, host: "R-1001",
                plate: nil, hasPlate: nil, keyID: nil, state: state, counts: nil)
            view.visitor = visitor
            return view
        }
        let lines = PassPage.table(
            [
                pass("孙三", ["lane-in"], "valid", left: 1), pass(nil, ["wicket-in", "lane-in"], "usedUp", left: 0),
                pass(
                    String(repeating: "长", count: 40), ["south/wicket-in", "north/garage-in"], "unknownSignature",
                    left: nil),
            ], language)
        for line in lines { #expect(Columns.width(line) <= 80, "\(line)") }
        let all = lines.joined(separator: "\n")
        #expect(all.contains("2026-11-30 23:59") && all.contains("north/garage-in") && all.contains("孙三"))
        if language == .chinese { #expect(!all.contains("usedUp") && !all.contains("valid") && !all.contains("any")) }
    }
}
