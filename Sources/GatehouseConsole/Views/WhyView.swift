internal import GatehouseAdmin
internal import GatehouseCore

/// A question that needs a reason: not asked yet, answered, or refused with words.
enum Asked<Answer> {
    case notYet
    case answered(Answer)
    case refused(String)

    /// Asks where there is a reason.
    init(_ reason: String?, _ ask: (String) throws(GateFault) -> Answer) throws(GateFault) {
        guard let reason else {
            self = .notYet
            return
        }
        do throws(GateFault) { self = .answered(try ask(reason)) } catch {
            guard case .refused(let refusal) = error else { throw error }
            self = .refused(refusal.message)
        }
    }

    var answer: Answer? { if case .answered(let answer) = self { answer } else { nil } }
    var refusal: String? { if case .refused(let words) = self { words } else { nil } }
}

/// A reason first, by a key; then the answer. The reason stands in the address: whoever is sent it gives it too.
struct ReasonFirst {
    let visitor: Visitor
    let address: String
    let button: String
    let query: Fields
    let usual: [Sentence]
    var refusal: String?
    /// Further fields of the question.
    var more: HTML = .none

    var html: HTML {
        let given = query["reason"]
        let field = ReasonField(visitor: visitor, id: "reason", usual: usual, value: given ?? "").field
        return """
            <form method="get" action="\(address)" class="card no-print" id="ask" \("data-ask=\"reason\"", if: given == nil)>
            \(field)\(more)
            \(refusal.map { "<div class=\"notice amber\" role=\"alert\"><p>\($0)</p></div>" as HTML } ?? .none)
            <p class="row"><button class="main">\(button)</button></p>
            <p class="hint">\(visitor.say("The look stands in the log with your name and the reason."))</p></form>
            """
    }
}

/// Why somebody was refused: one sentence, then what stood behind it.
enum WhyView {
    static let usual = [
        Sentence("asked at the gate"), Sentence("asked by telephone"), Sentence("complaint"),
    ]

    static func view(_ visitor: Visitor, _ reference: String, _ query: Fields) throws(GateFault) -> View {
        let asked = try Asked(query["reason"]) { reason throws(GateFault) in
            let command = Why(person: PersonalArgument(reference), when: query.text("when"))
            return try visitor.gate.ask(command, reason: reason)
        }
        return page(visitor, reference, query, asked)
    }

    static func page(_ visitor: Visitor, _ reference: String, _ query: Fields, _ asked: Asked<Why.Reply>) -> View {
        let here = RegisterLink.person(reference)
        let when: HTML = """
            <label for="when">\(visitor.say("When, where it was not the last time"))</label>
            <input id="when" name="when" value="\(query["when"] ?? "")" placeholder="\(visitor.say("yesterday 18:00"))" autocomplete="off">
            """
        let ask = ReasonFirst(
            visitor: visitor, address: "\(here)/why", button: visitor.say("Why refused?"), query: query, usual: usual,
            refusal: asked.refusal, more: when)
        return View(
            visitor.say("Why was \(reference) refused?"), .people,
            """
            \(PageActions.html(back: here, reference))
            \(asked.answer.map { answer(visitor, $0) } ?? .none)
            \(ask.html)
            """)
    }

    private static func answer(_ visitor: Visitor, _ reply: Why.Reply) -> HTML {
        """
        <article class="card amber" id="because"><p class="what">\(WhySentence.text(reply, visitor.language))</p>
        <p class="row"><a class="button" href="/log/\(reply.entry.seq)" data-shortcut="e">\(visitor.say("Entry \(Int64(clamping: reply.entry.seq))")) <kbd>e</kbd></a>
        \(reply.cause?.event.map { "<a class=\"button\" href=\"/log/\($0)\">\(visitor.say("What brought it about"))</a>" as HTML } ?? .none)</p></article>
        \(RulePathList(visitor: visitor, rules: reply.rules).html)
        \(Listing(title: visitor.say("Other refusals"), heads: [visitor.say("When"), visitor.say("Where"), visitor.say("Why")], rows: reply.others.reversed().map { other in
            [
                "<a class=\"open\" href=\"/log/\(other.seq)\">\(SiteTime.html(other.at))</a>", HTML.name(other.point ?? ""),
                "\(other.reason.map { Words.reason($0, visitor.language) } ?? "")",
            ]
        }).html)
        """
    }
}

/// Where a person went in the last three days.
enum PassagesView {
    static func view(_ visitor: Visitor, _ reference: String, _ query: Fields) throws(GateFault) -> View {
        let status = try visitor.gate.ask(Status())
        let asked = try Asked(query["reason"]) { reason throws(GateFault) in
            try visitor.gate.all(Log(person: PersonalArgument(reference), limit: 200), reason: reason).items
        }
        return page(visitor, reference, query, asked, SiteTime.day(status.time))
    }

    static func page(
        _ visitor: Visitor, _ reference: String, _ query: Fields, _ asked: Asked<[EntryView]>, _ today: String?
    ) -> View {
        let here = RegisterLink.person(reference)
        let ask = ReasonFirst(
            visitor: visitor, address: "\(here)/passages", button: visitor.say("Show the passages"),
            query: query,
            usual: [
                Sentence("asked by themselves"), Sentence("complaint"), Sentence("lost card"),
                Sentence("police asked for it"),
            ], refusal: asked.refusal)
        return View(
            visitor.say("Passages of \(reference) in 72 hours"), .people, isWide: true,
            """
            \(PageActions.html(back: here, reference))
            \(ask.html)
            \(asked.answer.map { StreamList(visitor: visitor, entries: $0, today: today).html } ?? .none)
            """)
    }
}

/// All that is held about a person, at their request.
enum PersonReportView {
    static func view(_ visitor: Visitor, _ reference: String, _ query: Fields) throws(GateFault) -> View {
        let asked = try Asked(query["reason"]) { reason throws(GateFault) in
            try visitor.gate.ask(PersonReport(reference: PersonalArgument(reference)), reason: reason)
        }
        return page(visitor, reference, query, asked)
    }

    static func page(
        _ visitor: Visitor, _ reference: String, _ query: Fields, _ asked: Asked<PersonReport.Reply>
    ) -> View {
        let here = RegisterLink.person(reference)
        let ask = ReasonFirst(
            visitor: visitor, address: "\(here)/report", button: visitor.say("Show all of it"), query: query,
            usual: [Sentence("request of the person")], refusal: asked.refusal)
        return View(
            visitor.say("All that is held about \(reference)"), .people, isWide: true,
            """
            \(PageActions.html(back: here, reference, "<button type=\"button\" data-print>\(visitor.say("Print"))</button>"))
            \(ask.html)
            \(asked.answer.map { told(visitor, $0) } ?? .none)
            """)
    }

    private static func told(_ visitor: Visitor, _ reply: PersonReport.Reply) -> HTML {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let lines = PersonReportPage.lines(reply, visitor.language)
        return """
            <section class="card"><pre>\(lines.joined(separator: "\n"))</pre></section>
            \(Listing(title: say("Who looked"), heads: [say("When"), say("By"), say("Entry")], rows: reply.looks.map { look in
                [SiteTime.html(look.at), HTML.name(look.actor), "<a class=\"open\" href=\"/log/\(look.entry)\">\(look.entry)</a>"]
            }).html)
            """
    }
}
