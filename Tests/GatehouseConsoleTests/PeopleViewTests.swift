import GatehouseAdmin
import GatehouseCore
import Testing

@testable import GatehouseConsole

@Suite struct PeopleViewTests {
    private func found(_ name: String, kind: String = "person") -> FoundRow {
        FoundRow(
            kind: kind, id: 3, reference: kind == "person" ? "R-03" : nil, name: name, dwelling: "lotus/1-301",
            state: "active", value: kind == "person" ? nil : "H10301:118-1603")
    }

    @Test func whatIsFoundStandsByKindAndLeadsToItsPage() {
        let rows = [
            found("张娜"), found("", kind: "dwelling"), found("张娜", kind: "tenancy"), found("张娜", kind: "credential"),
        ]
        let page = PeopleViews.page(Samples.visitor(), "zn", rows, 4).body.markup
        for address in ["/people/R-03", "/dwellings/lotus/1-301", "/tenancies/3", "/credentials/3"] {
            #expect(page.contains("class=\"open\" href=\"\(address)\""), "\(address)")
        }
        #expect(page.contains("and 4 more"))
        #expect(page.firstRange(of: "<h2>People</h2>")!.lowerBound < page.firstRange(of: "<h2>Cards")!.lowerBound)
    }

    @Test func aGuardSeesNoPageOfAPersonAndDoesWhatAGuardMay() {
        let page = PeopleViews.page(Samples.visitor(.guard_), "zn", [found("张娜")], nil).body.markup
        #expect(
            !page.contains("href=\"/people/R-03\"") && !page.contains("/tenancies/new") && !page.contains("/import"))
        #expect(page.contains("/passes/new?host=R-03") && page.contains("/credentials/lost?card=R-03"))
    }

    @Test func nobodyIsSaid() {
        #expect(PeopleViews.page(Samples.visitor(), "x", [], nil).body.markup.contains("Nobody fits."))
        #expect(!PeopleViews.page(Samples.visitor(), nil, [], nil).body.markup.contains("Nobody fits."))
    }

    @Test func whatPeopleWroteStaysText() {
        let person = Samples.person(Samples.hostile)
        let bodies = [
            PersonCard(visitor: Samples.visitor(), reply: Samples.shown(person)).view.body,
            PeopleViews.page(Samples.visitor(), Samples.hostile, [found(Samples.hostile)], nil).body,
            TenancyCard(visitor: Samples.visitor(), reply: Samples.rented(name: Samples.hostile)).view.body,
            WhyView.page(Samples.visitor(), Samples.hostile, Fields(), .refused(Samples.hostile)).body,
            LostCard(visitor: Samples.visitor(), card: Samples.hostile).view.body,
            NewPass(visitor: Samples.visitor(), host: Samples.hostile, today: "2026-11-28", points: [Samples.hostile])
                .view.body,
        ]
        for body in bodies {
            #expect(!body.markup.contains("<script>") && !body.markup.contains("\" onload"))
            #expect(!body.markup.unicodeScalars.contains("\u{202E}"))
        }
    }

    @Test func aCardThatIsOffSaysSinceWhenAndByWhom() {
        let off = PersonDetails.Off(credential: 24, since: "2026-11-27T18:04:05.123+08:00", by: "wang", event: 7)
        let reply = Samples.shown(credentials: [Samples.credential(status: "lost")], off: [off])
        let page = PersonCard(visitor: Samples.visitor(), reply: reply).view.body.markup
        #expect(page.contains("<span class=\"mark amber\">lost since 2026-11-27 18:04, by wang</span>"))
        #expect(page.contains("Switch on…") && page.contains("data-shortcut=\"w\""))
    }

    @Test func aRefusalStandsInItsFormWithWhatWasTyped() {
        let typed = Typed(
            fields: Fields(encoded: "act=give&card=%3C1603%3E&until=2026-12-31")!, refusal: "that is no card")
        let page = PersonCard(visitor: Samples.visitor(), reply: Samples.shown(), typed: typed).view.body.markup
        #expect(page.contains("value=\"&lt;1603&gt;\"") && page.contains("value=\"2026-12-31\""))
        #expect(page.ranges(of: "that is no card").count == 1)
        #expect(page.ranges(of: "<details class=\"fold\" open>").count == 1)
        #expect(page.contains("name=\"token\" value=\"t0ken\""))
    }

    @Test func everyFormOfAPersonHasTheSessionsToken() {
        let page = PersonCard(visitor: Samples.visitor(), reply: Samples.shown()).view.body.markup
        let forms = page.ranges(of: "<form method=\"post\"").count
        #expect(forms == 3 && page.ranges(of: "name=\"token\" value=\"t0ken\"").count == forms)
    }

    @Test func theReasonStandsInTheFieldThatIsAskedFirst() {
        let asked = WhyView.page(Samples.visitor(), "R-03", Fields(), .notYet).body.markup
        #expect(asked.contains("data-ask=\"reason\"") && asked.contains("data-fill=\"reason\""))
        let given = WhyView.page(Samples.visitor(), "R-03", Fields(encoded: "reason=asked")!, .notYet).body.markup
        #expect(given.contains("value=\"asked\"") && !given.contains("data-ask"))
    }

    @Test(arguments: [
        ("1801", "H10301:118-1801"), ("118-1801", "H10301:118-1801"), ("9-7", "H10301:9-7"),
        ("EM4100:77", "EM4100:77"), ("AB", "AB"), ("", ""),
    ])
    func theLastDigitsOfACardAreEnough(text: String, card: String) {
        let others = ["H10301:118-1601", "H10301:118-1602", "EM4100:3887558", "H10301:119-4"]
        #expect(CardText.completed(text, among: others) == card)
        #expect(CardText.completed("5", among: []) == "5")
    }

    @Test func whyAccessIsTakenIsAWordOrTheReason() {
        #expect(CauseChoice.cause(Fields(encoded: "cause=moved-out")!) == "moved-out")
        #expect(CauseChoice.cause(Fields(encoded: "cause=order&reason=2026-7")!) == "order:2026-7")
        #expect(CauseChoice.cause(Fields(encoded: "cause=other&reason=x")!) == nil)
    }
}
