internal import GatehouseAdmin
internal import GatehouseCore

/// Moving out on one page: the tenancy ends, the cards that are handed back open no more, and what stays is said.
struct MovingOut {
    /// A tenant with what they hold.
    struct Held {
        var name: String
        var reference: String
        var credentials: [CredentialView]
        /// Other tenancies of theirs that go on.
        var stays: Int
        /// Owner or resident of a dwelling beside the tenancy.
        var hasHome: Bool
    }

    let visitor: Visitor
    let reply: TenancyShow.Reply
    let held: [Held]
    var typed = Typed()

    private static let open = ["registered", "running", "notice", "overstay"]

    static func held(_ reply: TenancyShow.Reply, _ visitor: Visitor) throws(GateFault) -> [Held] {
        var all: [Held] = []
        for id in reply.first.tenants {
            guard let named = reply.second.people.first(where: { $0.id == id }) else { continue }
            let person = try visitor.gate.ask(PersonShow(reference: PersonalArgument(named.reference)))
            all.append(
                Held(
                    name: named.name, reference: named.reference,
                    credentials: person.second.credentials.filter { $0.status == "enabled" },
                    stays: person.second.tenancies.count { $0.id != reply.first.id && open.contains($0.state) },
                    hasHome: person.first.dwelling != nil))
        }
        return all
    }

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    var view: View {
        let (tenancy, home) = (reply.first, reply.second.home ?? "")
        let here = RegisterLink.tenancy(tenancy.id)
        let isOver = ["overstay", "terminatedEarly"].contains(tenancy.state)
        let button =
            isOver
            ? say("Take the cards and note that it was handed back") : say("End the tenancy now and take the cards")
        let form = ActForm(visitor: visitor, address: "\(here)/out", act: "out", typed: typed)
        return View(
            say("Moving out of \(home)"), .rentals,
            """
            \(PageActions.html(back: here, home))
            <section class="card">
            <p>\(SpanText.days(tenancy.firstDay, tenancy.lastDay, visitor)) \(StateMark.html(tenancy.state, visitor))</p>
            \(form.html(button, isDanger: true,
                """
                \(held.map { person($0, form) })
                \(isOver ? .none : form.reason([Sentence("moved out"), Sentence("both sides agreed")]))
                """))
            </section>
            """)
    }

    private func person(_ held: Held, _ form: ActForm) -> HTML {
        let stays = held.stays > 0 || held.hasHome
        let marks = held.credentials.map { credential in
            "<div>\(form.mark("card", "\(Words.state(credential.kind, visitor.language)) \(credential.value)", value: "\(credential.id)", isUsual: !stays))</div>"
                as HTML
        }
        return """
            <fieldset><legend>\(HTML.name(held.name)) <span class="soft">\(HTML.name(held.reference))</span></legend>
            \(marks.isEmpty ? "<p class=\"soft\">\(say("Nothing that a reader would take."))</p>" as HTML : HTML(marks))
            \(stays ? "<p class=\"hint\">\(say("Lives or rents here otherwise too: take only what is handed back."))</p>" as HTML : "<p class=\"hint\">\(say("What is marked was handed back and opens no more. The person stays on the register without access."))</p>" as HTML)
            </fieldset>
            """
    }

    /// The tenancy first: whoever has moved out comes in no more, even where a card is refused afterwards. What was done before a
    /// refusal is not done again.
    static func carryOut(_ id: UInt32, _ form: Fields, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome {
        let row = RowOrTextArgument(id)
        let state = try visitor.gate.ask(TenancyShow(id: row)).first.state
        if ["registered", "running", "notice"].contains(state) {
            _ = try visitor.gate.ask(TenancyTerminate(id: row, cause: "moved-out"), reason: form["reason"])
        }
        for text in form.values("card") {
            guard let card = UInt32(text) else { continue }
            _ = try visitor.gate.ask(CredentialChange(id: RowOrTextArgument(card), status: "returned"))
        }
        if ["overstay", "registered", "running", "notice", "terminatedEarly"].contains(state) {
            _ = try visitor.gate.ask(TenancyHandBack(id: row))
        }
        return .went("\(RegisterLink.tenancy(id))?done=movedOut")
    }
}
