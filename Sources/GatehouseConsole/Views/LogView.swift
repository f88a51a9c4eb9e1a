internal import GatehouseAdmin
internal import GatehouseCore

/// What happened: filters stand in the address, so that a colleague who is sent it sees the same.
enum LogView {
    private static let page: UInt64 = 60

    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View {
        let query = incoming.query
        let status = try visitor.gate.ask(Status())
        var command = Log(
            from: query["from"].map { TextArgument($0) }, until: query["until"].map { TextArgument($0) },
            before: query.number("before").map { CountArgument($0) },
            person: query["person"].map { PersonalArgument($0) },
            portal: query["portal"].map { NameArgument($0) }, decision: query["decision"].map { TextArgument($0) },
            kind: query["kind"].map { TextArgument($0) }, limit: CountArgument(page))
        // Some before it, and all behind it that fit.
        if let around = query.number("around") { command.before = CountArgument(around + 20) }
        let (entries, reply) = try visitor.gate.all(command, reason: query["reason"])
        let oldest = entries.map(\.seq).min()
        return View(
            visitor.say("Log"), .log, isWide: true,
            """
            \(LogFilter(visitor: visitor, query: query, portals: status.portals.map(\.name)).form)
            \(reply.withheld.map { withheld($0, visitor) } ?? .none)
            \(StreamList(visitor: visitor, entries: entries, today: SiteTime.day(status.time)).html)
            \(oldest.map { reply.more == true ? more($0, query, visitor) : .none } ?? .none)
            """)
    }

    private static func more(_ oldest: UInt64, _ query: Fields, _ visitor: Visitor) -> HTML {
        let next = query.with("around", nil).with("before", "\(oldest)").encoded
        return
            "<p class=\"row\"><a class=\"button\" data-more href=\"/log?\(next)\">\(visitor.say("Earlier ones"))</a></p>"
    }

    private static func withheld(_ count: Int, _ visitor: Visitor) -> HTML {
        """
        <div class="notice"><p>\(visitor.say("The names of \(count, "entry", "entries") older than 72 hours are left out: give a reason to see them."))</p></div>
        """
    }
}

struct LogFilter {
    let visitor: Visitor
    let query: Fields
    let portals: [String]

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    var form: HTML {
        """
        <form method="get" action="/log" class="card no-print" role="search">
        <div class="row">
        \(choice("portal", say("Gate"), [("", say("all"))] + portals.map { ($0, $0) }))
        \(choice("decision", say("Decision"), [("", say("all")), ("granted", say("granted")), ("denied", say("refused"))]))
        \(field("from", say("From"), say("yesterday 18:00")))
        \(field("until", say("Until"), say("now")))
        \(visitor.may(.why) ? field("person", say("Person"), say("name, card, plate")) : .none)
        \(visitor.may(.why) ? field("reason", say("Reason"), say("for entries of one person, and old names")) : .none)
        <div><button class="main">\(say("Show"))</button> <a class="button" href="/log">\(say("All"))</a></div>
        </div>
        </form>
        """
    }

    private func choice(_ name: String, _ label: String, _ options: [(value: String, shown: String)]) -> HTML {
        """
        <div><label for="\(name)">\(label)</label><select id="\(name)" name="\(name)">\(options.map { option in
            "<option value=\"\(option.value)\" \("selected", if: query[name] ?? "" == option.value)>\(option.shown)</option>" as HTML })</select></div>
        """
    }

    private func field(_ name: String, _ label: String, _ hint: String) -> HTML {
        "<div><label for=\"\(name)\">\(label)</label><input id=\"\(name)\" name=\"\(name)\" type=\"search\" size=\"16\" placeholder=\"\(hint)\" value=\"\(query[name] ?? "")\"></div>"
    }
}
