package import GatehouseCore

/// The report of a month as one page of HTML that prints: no script, nothing that is fetched, and whatever a configuration or a
/// newer daemon brought is text.
package enum MonthPage {
    package static func html(_ days: [ReportMonth.Day], _ sum: ReportMonth.Reply, _ language: Language) -> String {
        let words = MonthWords(language)
        let title = words.title(sum.month, sum.site)
        return PrintedPage.html(
            title, language: language.rawValue,
            style: """
                th, td { text-align: right; }
                th:first-child, td:first-child, th.name, td.name { text-align: left; }
                tfoot td { font-weight: bold; border-top: 2px solid #000; }
                """,
            body: """
                <p>\(text(words.whatItIs))</p>
                \(dayTable(days, sum, words))
                \(reasonTable(sum, words, language))
                <p class="signature">\(text(words.signature))</p>
                """)
    }

    private static func dayTable(_ days: [ReportMonth.Day], _ sum: ReportMonth.Reply, _ words: MonthWords) -> String {
        guard !days.isEmpty else { return "<p>\(text(words.nothing))</p>" }
        let head = zip(words.columns, 0...).map { "<th\($1 == 1 ? " class=\"name\"" : "")>\(text($0))</th>" }.joined()
        let rows = days.map { day in
            row(
                day.day, day.portal ?? words.noPortal,
                [day.granted, day.taken, day.refused, day.alarms, day.openings])
        }
        let foot = row(words.all, "", [sum.granted, sum.taken, sum.refused, sum.alarms, sum.openings])
        return """
            <table>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            <tfoot>\(foot)</tfoot>
            </table>
            """
    }

    private static func row(_ day: String, _ portal: String, _ counts: [Int]) -> String {
        "<tr><td>\(text(day))</td><td class=\"name\">\(text(portal))</td>"
            + counts.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }

    /// Why people were refused, the most frequent first.
    private static func reasonTable(_ sum: ReportMonth.Reply, _ words: MonthWords, _ language: Language) -> String {
        let reasons = sum.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard !reasons.isEmpty else { return "" }
        let rows = reasons.map { "<tr><td>\(text(Words.reason($0.key, language)))</td><td>\($0.value)</td></tr>" }
        return """
            <h2>\(text(words.reasons))</h2>
            <table>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    private static func text(_ plain: String) -> String { PrintedPage.text(plain) }
}

/// The sentences of the page.
private struct MonthWords {
    let language: Language
    init(_ language: Language) { self.language = language }

    private func say(_ sentence: Sentence) -> String { sentence.text(in: language) }

    func title(_ month: String, _ site: String) -> String {
        say(Sentence("\(site): report of \(month)"))
    }
    var whatItIs: String {
        say(Sentence("Counts by day and gate, out of the journal of the gates. Nobody's name stands in it."))
    }
    var nothing: String { say(Sentence("Nothing is in the journal for this month.")) }
    var columns: [String] {
        [
            Sentence("Day"), Sentence("Portal"), Sentence("Granted"), Sentence("Passed"), Sentence("Refused"),
            Sentence("Alarms"), Sentence("Opened by hand"),
        ].map(say)
    }
    var noPortal: String { say(Sentence("no portal")) }
    var all: String { say(Sentence("All")) }
    var reasons: String { say(Sentence("Why people were refused")) }
    var signature: String {
        say(Sentence("Looked through by ____________________  on ____________"))
    }
}
