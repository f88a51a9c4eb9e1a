import GatehouseAdmin
import GatehouseCore
import Testing

@testable import GatehouseConsole

@Suite struct RentalViewTests {
    private func card(_ state: String) -> String {
        TenancyCard(visitor: Samples.visitor(), reply: Samples.rented(state)).view.body.markup
    }

    @Test func aTenancyOffersWhatItsStateAllows() {
        let running = card("running"), over = card("overstay"), done = card("ended")
        #expect(running.contains("id=\"notice\"") && running.contains("id=\"terminate\""))
        #expect(!running.contains("id=\"hand-back\"") && running.contains("/tenancies/7/out"))
        #expect(
            over.contains("id=\"hand-back\"") && over.contains("id=\"renew\"") && !over.contains("id=\"terminate\""))
        #expect(!done.contains("<form"))
        #expect(running.contains("gone (#9)"), "the landlord is on the register no more")
    }

    @Test(arguments: [
        ("2026-11-28", "2027-11-27"), ("2026-01-01", "2026-12-31"), ("2027-03-01", "2028-02-29"),
        ("2028-02-29", "2029-02-28"), ("2026-12-01", "2027-11-30"), ("", ""), ("2026-13-01", ""),
    ])
    func aYearEndsTheDayBefore(day: String, last: String) { #expect(NewTenancyView.yearOn(day) == last) }

    @Test func whoIsMeantIsAskedOnlyWhereItIsNotPlain() {
        func meaning(_ form: String, _ rows: [FoundRow]) -> NewTenancyActs.Meaning {
            NewTenancyActs.meaning(NewTenancyActs.lines(Fields(encoded: form)!)[0], rows)
        }
        let row = FoundRow(kind: "person", id: 3, reference: "R-03", name: "张娜")
        #expect(meaning("who0=R-03", [row]) == .known("R-03"))
        #expect(meaning("who0=张娜", [row]) == .unclear([row]))
        #expect(meaning("who0=李雷", []) == .new)
        #expect(meaning("who0=张娜&of0=张娜&choice0=R-03", []) == .known("R-03"))
        #expect(meaning("who0=张娜&of0=张娜&choice0=new", [row]) == .new)
        #expect(meaning("who0=李娜&of0=张娜&choice0=R-03", []) == .new, "the choice was for another name")
    }

    @Test func theChoiceStandsUnderItsName() {
        let row = FoundRow(kind: "person", id: 3, reference: "R-03", name: Samples.hostile)
        let typed = Typed(fields: Fields(encoded: "act=tenancy&who0=zhang&card0=1801&who2=x")!)
        let page = NewTenancyView(
            visitor: Samples.visitor(), query: Fields(), today: "2026-11-28", typed: typed, choices: [0: [row]]
        ).view.body.markup
        #expect(page.contains("name=\"choice0\" value=\"R-03\"") && page.contains("name=\"choice0\" value=\"new\""))
        #expect(page.contains("value=\"1801\"") && page.contains("<details open>") && !page.contains("<script>"))
    }

    @Test func movingOutTakesCardsOfThoseWhoGoAndLeavesThoseWhoStay() {
        func page(stays: Int) -> String {
            let held = MovingOut.Held(
                name: "张娜", reference: "R-03", credentials: [Samples.credential()], stays: stays, hasHome: false)
            return MovingOut(visitor: Samples.visitor(), reply: Samples.rented(), held: [held]).view.body.markup
        }
        #expect(page(stays: 0).contains("value=\"24\" checked") && !page(stays: 1).contains("checked"))
        #expect(page(stays: 1).contains("otherwise too") && page(stays: 0).contains("End the tenancy now"))
    }

    @Test func whatHasToBeLookedAfterStandsFirst() {
        let report = TenancyReport.Reply(
            at: "", site: "lotus", spanDays: 30, counts: ["neverSeen": 7, "overstay": 2, "endsIn7Days": 0])
        let findings = [
            TenancyReport.Finding(indicator: "overstay", dwelling: "lotus/1-102", tenancy: 1, count: 332),
            TenancyReport.Finding(indicator: "neverSeen", dwelling: "lotus/2-102", tenancy: nil, count: 1),
        ]
        let page = RentalList(
            visitor: Samples.visitor(), state: nil, rows: [], leftOut: nil, findings: findings, report: report
        ).view.body.markup
        #expect(page.firstRange(of: "not handed back")!.lowerBound < page.firstRange(of: "never seen")!.lowerBound)
        #expect(page.contains("/rentals/evidence?dwelling=lotus%2F1-102") && !page.contains("within 7 days"))
        #expect(page.contains("No tenancy stands so."))
    }

    @Test func aPassHasItsPictureOnceAndOpensWhereTheLastOneDid() {
        let pass = PassView(
            pass: "0011223344556677", issuer: nil, from: "2026-11-28T10:00:00.000+08:00",
            until: "2026-11-28T23:59:59.000+08:00", points: ["wicket-in"], uses: 1, used: 0, left: 1, host: "R-03",
            plate: nil, hasPlate: nil, keyID: nil, state: "valid", counts: nil)
        let signed = PassCard(visitor: Samples.visitor(), pass: pass, token: "GP1.abc").view.body.markup
        #expect(signed.contains("<svg viewBox=") && signed.contains("data-print"))
        #expect(!PassCard(visitor: Samples.visitor(), pass: pass).view.body.markup.contains("<svg viewBox="))
        #expect(NewPass.points([pass, pass]) == ["wicket-in"] && NewPass.points([]).isEmpty)
        #expect(!PassCard(visitor: Samples.visitor(.guard_), pass: pass).view.body.markup.contains("id=\"revoke\""))
    }
}
