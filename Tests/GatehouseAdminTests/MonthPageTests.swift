@testable import GatehouseAdmin
import GatehouseCore
import Testing

@Suite("The month as a page that prints")
struct MonthPageTests {
    private func page(_ language: Language, site: String = "Lotus", portal: String? = "wicket") -> String {
        var day = ReportMonth.Day(day: "2026-11-03", portal: portal)
        (day.granted, day.taken, day.refused, day.alarms, day.openings) = (310, 298, 7, 1, 4)
        day.reasons = ["TenancyEnded": 5, "UnknownCredential": 2]
        return MonthPage.html([day], ReportMonth.Reply(site: site, month: "2026-11", days: [day]), language)
    }

    @Test func bothLanguagesHaveTheirWords() {
        let english = page(.english)
        for part in [
            "<html lang=\"en\">", "Lotus: report of 2026-11", "<td>310</td><td>298</td><td>7</td><td>1</td><td>4</td>",
            "tenancy has ended</td><td>5</td>", "Opened by hand",
        ] {
            #expect(english.contains(part), "\(part)")
        }
        let chinese = page(.chinese)
        for part in ["<html lang=\"zh\">", "Lotus 2026-11 月报", "租约已到期</td><td>5</td>", "手动开门", "合计"] {
            #expect(chinese.contains(part), "\(part)")
        }
    }

    /// Whatever the names hold is text; the page runs nothing and fetches nothing.
    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a&b", "'; DROP TABLE", "\u{202E}evil",
        "\u{1B}[2J",
        "</title><svg onload=x>",
    ])
    func whateverTheNamesHoldIsText(name: String) {
        for language in Language.allCases {
            let html = page(language, site: name, portal: name)
            #expect(!html.contains(name))
            #expect(html.contains(PrintedPage.text(name)))
            for part in [
                "<script", "<img", "<svg", "http:", "https:", "url(", "@import", "<link", "\u{202E}", "\u{1B}",
            ] {
                #expect(!html.contains(part), "\(part)")
            }
        }
    }

    @Test func whatIsFineStaysAsItIs() {
        #expect(PrintedPage.text("莲花苑 3-2 号门") == "莲花苑 3-2 号门")
        #expect(PrintedPage.text("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;&#39;")
    }

    @Test func anEmptyMonthSaysSo() {
        let empty = ReportMonth.Reply(site: "Lotus", month: "2026-11", days: [])
        #expect(MonthPage.html([], empty, .english).contains("Nothing is in the journal for this month."))
        #expect(!MonthPage.html([], empty, .chinese).contains("<table"))
    }
}
