internal import GatehouseAdmin
internal import GatehouseCore

/// One entry: the picture, what it says, and the way of the rules as a path that one can read.
enum EntryPage {
    static func view(_ visitor: Visitor, _ event: UInt64, _ incoming: Incoming) throws(GateFault) -> View {
        let number = CountArgument(event)
        if visitor.may(.explain) {
            let reply = try visitor.gate.ask(Explain(event: number), reason: incoming.query["reason"])
            return page(visitor, reply.entry, reply.rules ?? [], reply.followed)
        }
        // A guard sees what the log shows a guard.
        let command = Log(
            after: CountArgument(event - min(event, 1)), before: CountArgument(event + 1), kind: "all", limit: 1)
        guard let entry = try visitor.gate.all(command).items.first else { return Notices.notFound(visitor) }
        return page(visitor, entry, [], [])
    }

    private static func page(_ visitor: Visitor, _ entry: EntryView, _ rules: [[String]], _ followed: [EntryView])
        -> View
    {
        View(
            visitor.say("Entry \(Int64(clamping: entry.seq))"), .log, isWide: true,
            """
            <p class="row no-print"><a class="button" href="/log?around=\(entry.seq)" data-back="/log?around=\(entry.seq)">\(visitor.say("Log around it")) <kbd>Esc</kbd></a>
            <a class="button" href="/log/\(entry.seq - min(entry.seq, 1))" data-shortcut="k">\(visitor.say("earlier")) <kbd>k</kbd></a>
            <a class="button" href="/log/\(entry.seq + 1)" data-shortcut="j">\(visitor.say("later")) <kbd>j</kbd></a></p>
            <article class="card eyes">
            <figure class="frame169">\(picture(visitor, entry))</figure>
            <div><p class="what">\(EntryRow.happened(entry, visitor))</p>
            \(facts(visitor, entry))</div>
            </article>
            \(RulePathList(visitor: visitor, rules: rules).html)
            \(followed.isEmpty ? .none : "<h2>\(visitor.say("What followed"))</h2>" + StreamList(visitor: visitor, entries: followed).html)
            """)
    }

    private static func picture(_ visitor: Visitor, _ entry: EntryView) -> HTML {
        guard let picture = entry.picture else { return "<span>\(visitor.say("No camera looks here."))</span>" }
        guard picture.path != nil else {
            let reason = picture.reason.map { Words.reason($0, visitor.language) } ?? ""
            return "<span>\(visitor.say("No picture: \(reason)"))</span>"
        }
        guard visitor.may(.pictureShow) else { return "<span>\(visitor.say("Your role sees no pictures."))</span>" }
        return
            "<a href=\"/picture/\(entry.seq)\" data-picture=\"/picture/\(entry.seq)\"><img class=\"shot\" src=\"/picture/\(entry.seq)\" alt=\"\(visitor.say("Picture of entry \(Int64(clamping: entry.seq))"))\"></a>"
    }

    private static func facts(_ visitor: Visitor, _ entry: EntryView) -> HTML {
        var rows: [(Sentence, HTML)] = [(Sentence("When"), SiteTime.html(entry.at, isLive: true))]
        func add(_ name: Sentence, _ value: String?) {
            if let value, !value.isEmpty { rows.append((name, HTML.name(value))) }
        }
        add(Sentence("Where"), entry.point ?? entry.portal ?? entry.reader)
        if let person = entry.person {
            let shown = HTML.name(entry.name ?? "#\(person)")
            let link = entry.reference.flatMap { visitor.may(.personShow) ? Fields.encoded($0) : nil }
            rows.append((Sentence("Who"), link.map { "<a href=\"/people/\($0)\">\(shown)</a>" } ?? shown))
        }
        add(Sentence("Dwelling"), entry.dwelling)
        add(Sentence("Card"), entry.personal?["cardNumber"])
        add(Sentence("By"), entry.personal?["account"] ?? entry.actor)
        add(Sentence("Note"), entry.personal?["note"])
        add(Sentence("Clock"), entry.clock.map { Words.state($0, visitor.language) })
        rows.append((Sentence("Register"), "\(visitor.say("revision \(Int64(clamping: entry.revision))"))"))
        return "<dl class=\"facts\">\(rows.map { "<dt>\(visitor.say($0.0))</dt><dd>\($0.1)</dd>" as HTML })</dl>"
    }
}
