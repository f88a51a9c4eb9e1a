internal import GatehouseAdmin
internal import GatehouseCore

/// The first page of a guard: what needs eyes, and below it the rest.
enum ShiftView {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View {
        let status = try visitor.gate.ask(Status())
        let alarms = try visitor.gate.ask(AlarmList())
        let eyes = Eyes.look(visitor, alarms.alarms, status.time, chosen: incoming.query.number("alarm"))
        let entries = try visitor.gate.all(Log(limit: 40)).items
        let today = SiteTime.day(status.time)
        return View(
            visitor.say("Needs your eyes"), .shift,
            """
            <section data-eyes data-queue="\(Eyes.queue(alarms.alarms))" aria-live="polite" aria-label="\(visitor.say("Needs your eyes"))">\(eyes.content)</section>
            <div class="spread"><h2>\(visitor.say("All that came"))</h2>
            \("<a class=\"button no-print\" href=\"/shift/end\">\(visitor.say("End the shift…"))</a>", if: visitor.may(.shiftEnd))</div>
            \(StreamList(visitor: visitor, entries: entries, today: today, isLive: true).html)
            """)
    }

    /// What is handed to the next, for paper.
    static func end(_ visitor: Visitor) throws(GateFault) -> View {
        let reply = try visitor.gate.ask(ShiftEnd())
        let lines = ShiftPage.lines(reply, visitor.language)
        return View(
            visitor.say("Hand-over of the shift"), .shift, isWide: true,
            """
            <p class="row no-print"><button type="button" class="main" data-print>\(visitor.say("Print"))</button>
            <a class="button" href="/shift" data-back="/shift">\(visitor.say("Back")) <kbd>Esc</kbd></a></p>
            <section class="card"><pre>\(lines.joined(separator: "\n"))</pre></section>
            """)
    }
}

/// Entries under one another, the newest first.
struct StreamList {
    let visitor: Visitor
    let entries: [EntryView]
    var today: String?
    var isLive = false

    var html: HTML {
        guard !entries.isEmpty || isLive else {
            return
                "<div class=\"card empty\"><strong>\(visitor.say("Nothing fits."))</strong>\(visitor.say("Take a filter away, or choose a longer span."))</div>"
        }
        // A passage stands with the decision that let somebody through, where that is here too.
        let decisions = Set(entries.filter { $0.kind == EntryKind.decision.rawValue }.map(\.seq))
        let passages = Dictionary(
            entries.filter { $0.kind == EntryKind.passage.rawValue }.compactMap { passage in
                passage.about.flatMap { decisions.contains($0) ? ($0, passage) : nil }
            }, uniquingKeysWith: { one, _ in one })
        let told = Set(passages.values.map(\.seq))
        let rows = entries.filter { !told.contains($0.seq) }.sorted { $0.seq > $1.seq }
        return """
            <ol class="stream" data-rows \("data-live", if: isLive)>
            \(rows.map { EntryRow(visitor: visitor, entry: $0, today: today, passage: passages[$0.seq]).html })
            </ol>
            """
    }
}

/// All that comes, with nothing before it.
enum LiveView {
    static func view(_ visitor: Visitor) throws(GateFault) -> View {
        let status = try visitor.gate.ask(Status())
        let entries = try visitor.gate.all(Log(limit: 100)).items
        return View(
            visitor.say("Live"), .live,
            StreamList(visitor: visitor, entries: entries, today: SiteTime.day(status.time), isLive: true).html)
    }
}
