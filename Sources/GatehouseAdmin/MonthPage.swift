package import GatehouseCore

/// The report of a month as one page of HTML that prints: no script, nothing that is fetched, and whatever a configuration or a
/// newer daemon brought is text.
package enum MonthPage {
    package static func html(_ days: [ReportMonth.Day], _ sum: ReportMonth.Reply, _ language: Language) -> String {
        let words = MonthWords(language)
        let title = words.title(sum.month, sum.site)
        return """
            <!DOCTYPE html>
            <html lang="\(language.rawValue)">
            <head>
            <meta charset="utf-8">
            <title>\(text(title))</title>
            <style>
            body { font: 10pt/1.35 sans-serif; margin: 2em auto; max-width: 60em; color: #000; background: #fff; }
            h1 { font-size: 15pt; } h2 { font-size: 12pt; margin-top: 1.5em; }
            table { border-collapse: collapse; width: 100%; }
            th, td { border-bottom: 1px solid #999; padding: 2px 6px; text-align: right; }
            th:first-child, td:first-child, th.name, td.name { text-align: left; }
            thead { display: table-header-group; } tr { break-inside: avoid; }
            tfoot td { font-weight: bold; border-top: 2px solid #000; }
            p.signature { margin-top: 3em; }
            @page { size: A4; margin: 15mm; }
            </style>
            </head>
            <body>
            <h1>\(text(title))</h1>
            <p>\(text(words.whatItIs))</p>
            \(dayTable(days, sum, words))
            \(reasonTable(sum, words, language))
            <p class="signature">\(text(words.signature))</p>
            </body>
            </html>

            """
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

    /// A text as HTML shows it and nothing else: marks are escaped, and what would steer or turn the line is a dot.
    package static func text(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default:
                let category = scalar.properties.generalCategory
                if category == .control || category == .format {
                    result += "·"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
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
