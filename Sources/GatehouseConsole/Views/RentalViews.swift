internal import GatehouseAdmin
internal import GatehouseCore

/// Tenancies under supervision: what has to be looked after on top, the list by state below it, the evidence behind each.
enum RentalViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View? {
        switch incoming.path.count {
        case 1:
            let state = incoming.query["state"]
            let (rows, count) = try visitor.gate.all(TenancyList(state: state.map { TextArgument($0) }, limit: 200))
            let (findings, report) = try visitor.gate.all(TenancyReport())
            return RentalList(
                visitor: visitor, state: state, rows: rows, leftOut: count.leftOut, findings: findings, report: report
            ).view
        case 2 where incoming.path[1] == "evidence": return try evidence(visitor, incoming.query)
        default: return nil
        }
    }

    /// At most three days at once, as the gate's program allows.
    private static func evidence(_ visitor: Visitor, _ query: Fields) throws(GateFault) -> View {
        guard let dwelling = query["dwelling"] else { return Notices.notFound(visitor) }
        let from = query["from"] ?? "2d ago"
        let until = query["until"] ?? "now"
        let asked = try Asked(query["reason"]) { reason throws(GateFault) in
            let command = TenancyEvidence(
                dwelling: PersonalArgument(dwelling), from: TextArgument(from), until: TextArgument(until))
            return try visitor.gate.ask(command, reason: reason).events
        }
        return page(visitor, dwelling, query.with("from", from).with("until", until), asked)
    }

    static func page(_ visitor: Visitor, _ dwelling: String, _ query: Fields, _ asked: Asked<[UInt64]>) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let rows = (asked.answer ?? []).reversed().map { event in
            ["<a class=\"open\" href=\"/log/\(event)\">\(say("Entry \(Int64(clamping: event))"))</a>" as HTML]
        }
        let none: HTML =
            "<div class=\"card empty\"><strong>\(say("Nothing happened there in that time."))</strong>\(say("Choose other days: at most 72 hours at once."))</div>"
        let span: HTML = """
            <input type="hidden" name="dwelling" value="\(dwelling)">
            <div class="pair"><div><label for="from">\(say("From"))</label><input id="from" name="from" value="\(query["from"] ?? "")"></div>
            <div><label for="until">\(say("Until"))</label><input id="until" name="until" value="\(query["until"] ?? "")"></div></div>
            """
        let ask = ReasonFirst(
            visitor: visitor, address: "/rentals/evidence", button: say("Show what happened"), query: query,
            usual: [Sentence("rental supervision"), Sentence("request of the street office")], refusal: asked.refusal,
            more: span)
        return View(
            say("What happened at \(dwelling)"), .rentals, isWide: true,
            """
            \(PageActions.html(back: "/rentals", say("Rentals")))
            \(ask.html)
            \(asked.answer == nil ? .none : rows.isEmpty ? none : Listing(title: say("Entries behind it"), heads: [say("Entry")], rows: rows).html)
            """)
    }
}

struct RentalList {
    let visitor: Visitor
    let state: String?
    let rows: [FoundRow]
    let leftOut: Int?
    let findings: [TenancyReport.Finding]
    let report: TenancyReport.Reply

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    private static let states = ["overstay", "notice", "running", "registered", "renewed", "terminatedEarly", "ended"]

    var view: View {
        View(
            say("Rentals"), .rentals, isWide: true,
            """
            <div class="row no-print actions">\(PageActions.link("/tenancies/new", say("New tenancy"), key: "t", if: visitor.may(.tenancyAdd)))</div>
            \(indicators)
            <nav class="tabs no-print" aria-label="\(say("State"))"><a href="/rentals" \("aria-current=\"page\"", if: state == nil)>\(say("all states"))</a>\
            \(Self.states.map { "<a href=\"/rentals?state=\($0)\" \("aria-current=\"page\"", if: state == $0)>\(Words.state($0, visitor.language))</a>" as HTML })</nav>
            \(list)
            """)
    }

    private var list: HTML {
        guard !rows.isEmpty else {
            return
                "<div class=\"card empty\"><strong>\(say("No tenancy stands so."))</strong>\(say("Choose another state above."))</div>"
        }
        return Listing(
            title: say("\(rows.count, "tenancy", "tenancies")"),
            heads: [say("Dwelling"), say("Tenants"), say("State"), say("From"), say("Until")],
            rows: rows.map { row in
                [
                    row.id.map { RegisterLink.html(RegisterLink.tenancy($0), row.dwelling ?? "#\($0)") } ?? .none,
                    "\(HTML.name(row.name ?? "")) \((row.people ?? 1) > 1 ? say("and \((row.people ?? 1) - 1, "other person", "others")") : "")",
                    row.state.map { StateMark.html($0, visitor) } ?? .none,
                    "<span class=\"figures\">\(row.from ?? "")</span>",
                    "<span class=\"figures\">\(row.until ?? "")</span>",
                ]
            }
        ).html + (leftOut.map { "<p class=\"soft\">\(say("and \($0) more: choose a state"))</p>" as HTML } ?? .none)
    }

    /// What was counted, the most pressing first; what is nothing takes no room.
    private var indicators: HTML {
        let kinds: [RentalIndicators.Kind] = [
            .overstay, .attemptsSinceEnd, .endsIn1Day, .endsIn7Days, .endsIn30Days, .letWithoutTenancy,
            .moreThanRegistered, .vacantInUse, .neverSeen,
        ]
        let shown = kinds.filter { (report.counts[$0.rawValue] ?? 0) > 0 }
        guard !shown.isEmpty else {
            return
                "<div class=\"card empty\"><strong>\(say("Nothing has to be looked after."))</strong>\(say("Tenancies that end, dwellings that are not handed back and people who were not seen stand here."))</div>"
        }
        return "<section class=\"cards\">\(shown.map(card))</section>"
    }

    private func card(_ kind: RentalIndicators.Kind) -> HTML {
        let those = findings.filter { $0.indicator == kind.rawValue }
        let isPressing = kind == .overstay || kind == .attemptsSinceEnd || kind == .endsIn1Day
        let lines = those.prefix(6).map { finding in
            let home: HTML =
                finding.tenancy.map { RegisterLink.html(RegisterLink.tenancy($0), finding.dwelling) }
                ?? RegisterLink.home(finding.dwelling, visitor)
            return """
                <li class="spread"><span>\(home)</span><a class="small" href="/rentals/evidence?dwelling=\(Fields.encoded(finding.dwelling))">\(say("Evidence"))</a></li>
                """ as HTML
        }
        return """
            <article class="card \("amber", if: isPressing)"><h2><span class="figures">\(report.counts[kind.rawValue] ?? 0)</span> \(visitor.say(kind.noun))</h2><ul>\(lines)</ul>
            \(those.count > 6 ? "<p class=\"small soft\">\(say("and \(those.count - 6, "line", "lines") more"))</p>" as HTML : .none)</article>
            """
    }
}
