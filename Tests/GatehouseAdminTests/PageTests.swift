import GatehouseAdmin
import GatehouseCore
import Testing

@Suite("Pages in 80 columns")
struct PageTests {
    private var entry: EntryView {
        EntryView(
            seq: 1207, at: "2026-11-26T18:02:11.123+08:00", ms: 0, kind: "decision", revision: 1, point: "wicket-in",
            outcome: "denied", reason: "CredentialNotEnabled", person: 7, name: "李伟", dwelling: "lotus-garden/3-2-501",
            picture: PictureView(state: "stored", path: "a.jpg", reason: nil))
    }

    @Test func anEntryIsARowOfTheTable() {
        #expect(
            LogTable.header(.english)
                == "  ENTRY TIME           WHERE      P WHO          DWELLING    WHAT")
        #expect(
            LogTable.lines(entry, .english) == [
                "   1207 11-26 18:02:11 wicket-in  P 李伟         …en/3-2-501 denied (credential",
                "                       is off (lost, stolen, suspended))",
            ])
        #expect(
            LogTable.lines(entry, .chinese) == ["   1207 11-26 18:02:11 wicket-in  P 李伟         …en/3-2-501 拒绝 (凭证已停用)"]
        )
        #expect(LogTable.tone(entry) == .refused)
    }

    @Test func anOrderShowsWhatAndWho() {
        var order = EntryView(
            seq: 12, at: "2026-11-26T18:02:11.123+08:00", ms: 0, kind: "order", revision: 1, portal: "lane",
            actor: "uid 1003 (guard)", outcome: "done", detail: ["command": "portal open portal=lane"],
            personal: ["account": "wang", "note": "parcel\u{1B}[2J"])
        #expect(
            LogTable.lines(order, .english) == [
                "     12 11-26 18:02:11 lane         wang                     portal open",
                "                       portal=lane \"parcel·[2J\"",
            ])
        order.personal = nil
        #expect(LogTable.lines(order, .english)[0].contains("uid 1003 (g…"))
    }

    /// A bell rings for what raises an alarm and for duress, where it is shown; not for what is over, nor for what guards did.
    @Test(
        arguments: [
            ("decision", "granted(duress)", nil, true), ("decision", "granted", nil, false),
            ("decision", "denied", "UnknownCredential", false), ("health", "on", "portalForced", true),
            ("health", "off", "portalForced", false), ("health", "on", "portalHeldOpen", true),
            ("health", "on", "fire", true),
            ("health", "on", "readerTamper", true), ("health", "on", "uplinkAway", false),
            ("health", "on", "credentialSuspended", false), ("tailgated", nil, nil, true), ("lockout", nil, nil, true),
            ("lockout", "guessing", nil, false), ("order", "done", nil, false),
            ("fromAnotherVersion", "on", nil, false),
        ] as [(String, String?, String?, Bool)])
    func theBellRingsForWhatIsUrgent(kind: String, outcome: String?, reason: String?, rings: Bool) {
        var entry = entry
        (entry.kind, entry.outcome, entry.reason) = (kind, outcome, reason)
        #expect(LogTable.isUrgent(entry) == rings)
    }

    @Test func whatTheColumnCutsIsSaidWhole() {
        var long = entry
        long.name = "Wang Xiaoming-Schmidt"
        #expect(LogTable.lines(long, .english).last?.hasSuffix("· Wang Xiaoming-Schmidt") == true)
        (long.name, long.person) = (nil, nil)
        long.personal = ["cardNumber": "H10301:118-4711"]
        #expect(LogTable.lines(long, .english)[0].contains("P …01:118-4711"), "cards differ at their end")
    }

    @Test func aPersonIsAPageInBothLanguages() {
        let person = PersonView(
            id: 1, reference: "R-1", name: "李伟", role: "resident", status: "active", dwelling: 4, groups: ["residents"],
            from: nil, until: nil, responsible: nil, shift: nil, needsTime: nil, phone: "13800138000", note: nil)
        let card = CredentialView(
            id: 7, person: 1, kind: "card", value: "H10301:118-1603", status: "lost", from: nil, until: nil,
            duress: false, note: "in the park", uses: nil, firstUseSeconds: nil, vehicle: nil)
        let off = PersonDetails.Off(credential: 7, since: "2026-11-20T09:12:00.000+08:00", by: "anna", event: 5)
        let reply = PersonShow.Reply(
            person,
            PersonDetails(
                tenancies: [], credentials: [card], vehicles: [], responsibleFor: [], history: [],
                homes: [PersonDetails.Home(id: 4, dwelling: "c/1-101")], off: [off]))
        #expect(
            PersonPage.lines(reply, .english) == [
                "李伟 · R-1 · resident · active", "  c/1-101 · residents", "  13800138000", "",
                "CARDS, PINS, FACES, PLATES",
                "  7 · card · H10301:118-1603 · lost since 2026-11-20 09:12, by anna · \"in the", "      park\"",
            ])
        #expect(
            PersonPage.lines(reply, .chinese) == [
                "李伟 · R-1 · 住户 · 正常", "  c/1-101 · residents", "  13800138000", "", "凭证",
                "  7 · 卡 · H10301:118-1603 · 挂失（自 2026-11-20 09:12 起，anna） · \"in the", "      park\"",
            ])
    }

    private static let card: CredentialView = {
        var card = CredentialView(
            id: 7, person: 1, kind: "card", value: "UID34:2312379265", status: "lost", from: nil,
            until: "2027-01-01T00:00:00.000+08:00", duress: true, note: "in the park", uses: 1, firstUseSeconds: 7200,
            vehicle: nil)
        card.also = ["H10301:118-1603"]
        return card
    }()

    @Test func aCredentialIsAPageInBothLanguages() {
        var details = CredentialShow.Details(history: [])
        details.off = PersonDetails.Off(credential: 7, since: "2026-11-20T09:12:00.000+08:00", by: "anna", event: 5)
        details.holder = Named(id: 1, name: "李伟", reference: "R-1")
        details.home = "c/1-101"
        let reply = CredentialShow.Reply(Self.card, details)
        #expect(
            CredentialPage.lines(reply, .english) == [
                "7 · card · UID34:2312379265 · lost since 2026-11-20 09:12, by anna", "  李伟 · R-1 · c/1-101",
                "  until 2027-01-01 00:00 · good for 1 grant · over 2 hours after its first grant",
                "      · raises a silent alarm · \"in the park\"", "", "READ ELSEWHERE AS", "  H10301:118-1603",
            ])
        let chinese = CredentialPage.lines(reply, .chinese)
        #expect(chinese[0] == "7 · 卡 · UID34:2312379265 · 挂失（自 2026-11-20 09:12 起，anna）")
        #expect(chinese.contains("别的读卡器读作") && chinese.joined().contains("可用 1 次 · 首次放行后 2 小时 失效"))
    }

    @Test func aVehicleAndAPassArePages() {
        let vehicle = VehicleView(id: 2, plate: "粤B12345", dwelling: 4, keeper: 1)
        let details = VehicleShow.Details(
            credentials: [Self.card], history: [], holder: Named(id: 1, name: "李伟", reference: "R-1"), home: "c/1-101")
        #expect(
            VehiclePage.lines(VehicleShow.Reply(vehicle, details), .chinese).prefix(4) == [
                "粤B12345 · 李伟 · R-1 · c/1-101", "", "车牌和标签",
                "  7 · 卡 · UID34:2312379265 · 另读作 H10301:118-1603 · 挂失 · 至 2027-01-01",
            ])
        let pass = PassView(
            pass: "00000000000000ff", issuer: "lotus", from: nil, until: "2026-11-27T18:00:00.000+08:00",
            points: ["wicket-in"], uses: 1, used: 1, left: 0, host: "R-1", plate: nil, hasPlate: true, keyID: nil,
            state: "usedUp", counts: ["lotus": 1])
        let page = PassPage.lines(pass, .english)
        #expect(page[0].hasPrefix("00000000000000ff · used up · until 2026-11-27 18:00"))
        #expect(page[1] == "  host R-1 · with a plate · issued by lotus" && page[2] == "  used 1 of 1 time")
        #expect(page.suffix(5) == ["OPENS", "  wicket-in", "", "USED AT", "  lotus 1"])
    }

    @Test func whatIsKeptIsAPageAndWhatIsWrongComesFirst() {
        let reply = PrivacyStatus.Reply(
            at: "2026-11-27T18:00:00.000+08:00", personalValues: 12, keptDays: 365, olderThanKept: 1, erasedValues: 4,
            oldest: "2025-12-01T08:00:00.000+08:00", faceDeletionsDue: 2, overdue: [9], picturesToErase: 1,
            classes: [
                .init(name: "ended", days: 1095, rows: 3, older: 1, oldest: "2023-12-01T08:00:00.000+08:00"),
                .init(name: "entries", days: nil, rows: 70, older: 0, oldest: nil),
            ])
        let page = PrivacyPage.lines(reply, .english)
        #expect(
            page.suffix(7) == [
                "3 ended states of the register with names and numbers in it", "1 of them is older than they may be",
                "kept for 1095 days", "the oldest of 2023-12-01 08:00", "",
                "70 entries of the journal, by numbers alone",
                "kept without end",
            ])
        #expect(page[0] == "2026-11-27 18:00 · kept for 365 days")
        #expect(page[1] == "1 value is older than they may be" && page[2] == "1 face is overdue to leave the modules")
        #expect(PrivacyPage.lines(reply, .chinese)[1] == "有 1 项超过保存期")
    }

    @Test func theReportOfAPersonIsAPage() {
        let person = PersonView(
            id: 1, reference: "R-1", name: "李伟", role: "resident", status: "active", dwelling: 4, groups: [],
            from: nil, until: nil, responsible: nil, shift: nil, needsTime: nil, phone: nil, note: nil)
        let consent = ConsentView(
            id: 3, person: 1, basis: "form 12", guardian: nil, given: "2026-01-01T08:00:00.000+08:00",
            withdrawn: "2026-02-01T08:00:00.000+08:00", deleteBy: nil, deleted: nil)
        let look = PersonReport.Look(
            entry: 9, at: "2026-11-27T18:00:00.000+08:00", actor: "uid 1000 (manager)", command: "person show",
            scope: "person")
        let reply = PersonReport.Reply(
            person: person, history: [], tenancies: [], credentials: [Self.card], vehicles: [], consents: [consent],
            area: "inside", passes: [], entries: 2, looks: [look],
            homes: [PersonDetails.Home(id: 4, dwelling: "c/1-101")])
        let page = PersonReportPage.lines(reply, .english)
        #expect(page[0] == "李伟 · R-1 · resident · active" && page[1] == "  c/1-101")
        #expect(page.contains("  form 12 · given 2026-01-01 08:00 · withdrawn 2026-02-01 08:00"))
        #expect(page.contains("  2026-11-27 18:00 · entry 9 · uid 1000 (manager) · person show · person"))
        #expect(page.last == "2 entries above")
        #expect(PersonReportPage.lines(reply, .chinese).contains("谁查看过"))
    }

    @Test func aPictureThatCameSaysOfWhat() {
        let picture = EntryView(
            seq: 1209, at: "2026-11-26T18:02:12.123+08:00", ms: 0, kind: "snapshot", revision: 1, about: 1207,
            outcome: "stored")
        #expect(LogTable.lines(picture, .english)[0].hasSuffix("picture of 1207"))
    }

    @Test func noLineIsWiderThan80() {
        var wide = entry
        wide.name = "一二三四五六七八九十"
        wide.point = "a-very-long-name-of-a-point"
        wide.personal = ["note": String(repeating: "很长的说明", count: 40)]
        for language in Language.allCases {
            for line in LogTable.lines(wide, language) + [LogTable.header(language)] {
                #expect(Columns.width(line) <= 80, "\(line)")
            }
        }
    }

    @Test func aShiftIsOnePageInBothLanguages() {
        let alarm = AlarmView(
            alarm: 7, code: "portalForced", subject: "wicket", severity: "alarm", sentence: "Door forced.",
            raised: "2026-11-26T03:02:11.123+08:00", state: "raised", ended: nil, acknowledged: nil, by: nil)
        let page = ShiftEnd.Reply(
            site: "lotus", from: "2026-11-25T19:00:00.000+08:00", at: "2026-11-26T07:00:00.000+08:00", by: "wang",
            alarms: [alarm],
            portals: [
                Status.Portal(
                    name: "lane", posture: "blocked", lock: "secured", door: "closed", barrier: nil, neverHeard: [])
            ],
            offline: [], opened: [], event: 99)
        #expect(
            ShiftPage.lines(page, .english) == [
                "lotus  shift from 2026-11-25 19:00 to 2026-11-26 07:00, handed over by wang", "", "ALARMS STILL OPEN",
                "  7 2026-11-26 03:02 Door forced. (wicket); nobody has seen it", "", "PORTALS NOT AS USUAL",
                "  lane blocked", "", "READERS OFFLINE", "  none", "", "OPENED BY HAND", "  nothing", "", "Entry 99.",
                "Taken over by ____________________",
            ])
        #expect(
            ShiftPage.lines(page, .chinese) == [
                "lotus  班次 2026-11-25 19:00 至 2026-11-26 07:00，交班人 wang", "", "未关闭的报警",
                "  7 2026-11-26 03:02 Door forced. (wicket); 无人确认", "", "非正常状态的通道", "  lane 禁止通行", "", "离线的读卡器",
                "  无", "", "手动开门", "  无", "", "记录 99。", "接班人 ____________________",
            ])
    }

    @Test func howTheGateStandsIsOneNumber() {
        func condition(_ severity: String) -> ConditionView {
            ConditionView(code: "x", severity: severity, subject: "", since: "", sentence: "", advice: "")
        }
        #expect(Standing([], alarms: 0) == .fine && Standing([condition("info")], alarms: 0) == .fine)
        #expect(Standing([condition("warning")], alarms: 0) == .faulty)
        #expect(Standing([condition("info"), condition("fault")], alarms: 0) == .faulty)
        #expect(Standing([condition("warning"), condition("alarm")], alarms: 0) == .alarm)
        #expect(Standing([], alarms: 1) == .alarm, "over, and nobody has seen it")
        #expect([Standing.fine, .faulty, .alarm].map(\.rawValue) == [0, 1, 2])
    }
}
