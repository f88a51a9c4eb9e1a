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
                "  7 · card · H10301:118-1603 · 挂失（自 2026-11-20 09:12 起，anna） · \"in the", "      park\"",
            ])
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
