package import GatehouseCore

/// The report of a walk test as one page of HTML that prints: no script, nothing that is fetched, and whatever a configuration or a
/// person brought is text.
package enum WalkPage {
    package static func html(
        _ report: WalkReport, signature: String, key: String, _ language: Language
    ) -> String {
        let words = WalkPageWords(language)
        let title = words.say(Sentence("\(report.site): walk test of \(String(report.ended.prefix(10)))"))
        return PrintedPage.html(
            title, language: language.rawValue,
            style: """
                tr.bad td, tr.neverHeard td { font-weight: bold; }
                code { font-size: 8pt; word-break: break-all; }
                """,
            body: """
                <p>\(text(words.say(Sentence("From \(report.begun) to \(report.ended), begun by \(report.by), ended by \(report.closer). Gatehouse \(report.gatehouse), entries from \(String(report.entry)) on."))))</p>
                <p>\(text(words.counts(report.counts)))</p>
                \(rowTable(report, words))
                \(fire(report, words))
                \(unsupervised(report, words))
                \(changes(report, words))
                <h2>\(text(words.say(Sentence("Signature"))))</h2>
                <p>\(text(words.say(Sentence("Ed25519 over the report as JSON, by the key of the site:"))))</p>
                <p><code>\(text(key))</code><br><code>\(text(signature))</code></p>
                <p class="signature">\(text(words.say(Sentence("Installed by ____________________  Taken over by ____________________  on ____________"))))</p>
                """)
    }

    private static func text(_ plain: String) -> String { PrintedPage.text(plain) }

    private static func rowTable(_ report: WalkReport, _ words: WalkPageWords) -> String {
        let head = words.columns.map { "<th>\(text($0))</th>" }.joined()
        let rows = report.rows.map { row in
            let cells = [
                row.name, words.subject(row) + "; " + row.standards.joined(separator: "; "), words.state(row.state),
                words.found(row), row.by ?? "", row.entry.map { "\($0)" } ?? "",
            ]
            let mark = WalkState(rawValue: row.state)?.rawValue ?? ""
            return "<tr class=\"\(mark)\">" + cells.map { "<td>\(text($0))</td>" }.joined() + "</tr>"
        }
        return """
            <table>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }

    private static func fire(_ report: WalkReport, _ words: WalkPageWords) -> String {
        guard report.rows.contains(where: { WalkPart(name: $0.name) == .fire }) else {
            let without = Sentence("The site has no fire input.")
            return "<p>\(text(words.say(WalkPart.ofFire))) \(text(words.say(without)))</p>"
        }
        return "<p>\(text(words.say(WalkPart.ofFire)))</p>"
    }

    private static func unsupervised(_ report: WalkReport, _ words: WalkPageWords) -> String {
        guard !report.unsupervised.isEmpty else { return "" }
        let sentence = words.say(
            Sentence("A cut cable is not noticed at these readers, by their kind: \(report.unsupervised)."))
        return "<p>\(text(sentence))</p>"
    }

    private static func changes(_ report: WalkReport, _ words: WalkPageWords) -> String {
        guard let before = report.before else {
            return "<p>\(text(words.say(Sentence("It is the first walk test of this journal."))))</p>"
        }
        let title = words.say(Sentence("Changed since the walk test of \(String(before.ended.prefix(10)))"))
        guard !report.changes.isEmpty else {
            return "<h2>\(text(title))</h2>\n<p>\(text(words.say(Sentence("Nothing."))))</p>"
        }
        let rows = report.changes.map { change in
            let cells = [
                change.name, Words.changed(change.what, change.before, words.language),
                Words.changed(change.what, change.now, words.language),
            ]
            return "<tr>" + cells.map { "<td>\(text($0))</td>" }.joined() + "</tr>"
        }
        return """
            <h2>\(text(title))</h2>
            <table>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            </table>
            """
    }
}

/// The sentences of the page.
private struct WalkPageWords {
    let language: Language
    init(_ language: Language) { self.language = language }

    func say(_ sentence: Sentence) -> String { sentence.text(in: language) }

    var columns: [String] {
        [
            Sentence("Part"), Sentence("Standard"), Sentence("State"), Sentence("Measured"), Sentence("By"),
            Sentence("Entry"),
        ]
        .map(say)
    }

    func state(_ word: String) -> String { Words.walk(word, language) }

    func counts(_ counts: [String: Int]) -> String {
        WalkState.allCases.compactMap { state in
            counts[state.rawValue].map { "\(self.state(state.rawValue)): \($0)" }
        }.joined(separator: "  ")
    }

    func subject(_ row: WalkReport.Row) -> String {
        WalkPart(name: row.name).map { say($0.subject.name) } ?? row.subject
    }

    func found(_ row: WalkReport.Row) -> String {
        let fault = row.fault.flatMap(WalkFault.init(rawValue:)).map { say($0.sentence(row.other)) } ?? row.what
        let note = row.note.map { "\"\($0)\"" }
        return [fault, note, row.measured.isEmpty ? nil : Words.measured(row.measured, language)]
            .compactMap(\.self).joined(separator: " ")
    }
}
