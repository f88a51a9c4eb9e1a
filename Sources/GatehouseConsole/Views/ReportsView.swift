internal import GatehouseAdmin
internal import GatehouseCore

/// Counts of a month: nobody's name stands in them.
enum ReportsView {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let status = try visitor.gate.ask(Status())
        let month = incoming.query["month"] ?? String(status.time.prefix(7))
        let (days, sum) = try visitor.gate.all(ReportMonth(month: TextArgument(month)))
        return View(
            say("Reports"), .reports, isWide: true,
            """
            <form method="get" action="/reports" class="row no-print"><label class="inline" for="month">\(say("Month"))</label>
            <input id="month" name="month" type="month" value="\(month)"><button class="main">\(say("Show"))</button>
            <button type="button" data-print>\(say("Print"))</button></form>
            <h2>\(say("\(sum.site): report of \(sum.month)"))</h2>
            \(hours(visitor, sum))
            \(reasons(visitor, sum))
            <div class="scroll"><table><thead><tr><th scope="col">\(say("Day"))</th><th scope="col">\(say("Portal"))</th>\
            \([say("Granted"), say("Passed"), say("Refused"), say("Alarms"), say("Opened by hand")].map { "<th scope=\"col\" class=\"number\">\($0)</th>" as HTML })</tr></thead>
            <tbody>\(days.map(row))</tbody></table></div>
            """)
    }

    private static func row(_ day: ReportMonth.Day) -> HTML {
        let counts = [day.granted, day.taken, day.refused, day.alarms, day.openings]
        return
            "<tr><th scope=\"row\" class=\"figures\">\(day.day)</th><td>\(HTML.name(day.portal ?? ""))</td>\(counts.map { "<td class=\"number\">\($0)</td>" as HTML })</tr>"
    }

    /// Passages by the hour, as columns; the numbers stand in each column's title and in a table for who does not see it.
    private static func hours(_ visitor: Visitor, _ sum: ReportMonth.Reply) -> HTML {
        guard let most = sum.hours.max(), most > 0 else { return .none }
        let columns = sum.hours.enumerated().map { hour, count -> HTML in
            let height = count * 100 / most
            return """
                <g><title>\(hour):00 · \(count)</title><rect x="\(hour * 40 + 4)" y="\(104 - height)" width="32" height="\(height + 1)"/>\
                <text x="\(hour * 40 + 20)" y="124" text-anchor="middle">\(hour)</text></g>
                """
        }
        let told = visitor.say(
            "Passages by the hour: most at \(sum.hours.firstIndex(of: most) ?? 0):00, \(most, "passage", "passages")")
        return """
            <section class="card"><h2>\(visitor.say("Passages by the hour"))</h2>
            <svg class="hours" viewBox="0 0 960 130" role="img" aria-label="\(told)">\(columns)</svg></section>
            """
    }

    private static func reasons(_ visitor: Visitor, _ sum: ReportMonth.Reply) -> HTML {
        let reasons = sum.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        guard let most = reasons.first?.value else { return .none }
        return """
            <section class="card"><h2>\(visitor.say("Why people were refused"))</h2>
            \(reasons.map { reason in
                Bar(name: Words.reason(reason.key, visitor.language), count: reason.value, most: most).html })
            </section>
            """
    }
}
