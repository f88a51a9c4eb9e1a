internal import GatehouseAdmin
internal import GatehouseCore

/// A tenancy on one page, with what can be done about it.
enum TenancyViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming, _ typed: Typed = Typed()) throws(GateFault) -> View? {
        let path = incoming.path
        guard path.count > 1, path.count < 4 else { return nil }
        if path[1] == "new" { return try NewTenancyView.view(visitor, incoming.query, typed) }
        guard let id = UInt32(path[1]) else { return nil }
        let reply = try visitor.gate.ask(TenancyShow(id: RowOrTextArgument(id)))
        if path.count == 2 { return TenancyCard(visitor: visitor, reply: reply, typed: typed).view }
        guard path[2] == "out" else { return nil }
        return MovingOut(visitor: visitor, reply: reply, held: try MovingOut.held(reply, visitor), typed: typed).view
    }
}

struct TenancyCard {
    let visitor: Visitor
    let reply: TenancyShow.Reply
    var typed = Typed()

    private var tenancy: TenancyView { reply.first }
    private var here: String { RegisterLink.tenancy(tenancy.id) }
    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }
    private func form(_ act: String) -> ActForm { ActForm(visitor: visitor, address: here, act: act, typed: typed) }

    private var isOpen: Bool { ["registered", "running", "notice"].contains(tenancy.state) }

    var view: View {
        View(
            say("Tenancy of \(reply.second.home ?? "#\(tenancy.dwelling)")"), .rentals,
            """
            \(PageActions.html(back: "/rentals", say("Rentals"), PageActions.link("\(here)/out", say("Moving out"), key: "x", if: isOpen || ["overstay", "terminatedEarly"].contains(tenancy.state))))
            <section class="card">\(facts)</section>
            <div class="folds no-print">\(notice)\(renew)\(terminate)\(handBack)</div>
            \(ChangeList.html(reply.second.history, visitor) { past in
                "\(StateMark.html(past.state, visitor)) \(SpanText.days(past.firstDay, past.lastDay, visitor))" })
            """)
    }

    private func person(_ id: UInt32) -> HTML {
        guard let found = reply.second.people.first(where: { $0.id == id }) else {
            return "\(say("gone (#\(id))"))"
        }
        return RegisterLink.html(RegisterLink.person(found.reference), "\(found.name) · \(found.reference)")
    }

    private var facts: HTML {
        var facts = FactList(visitor)
        facts.add(Sentence("State"), html: StateMark.html(tenancy.state, visitor))
        facts.add(Sentence("Dwelling"), html: RegisterLink.home(reply.second.home, visitor))
        facts.add(Sentence("Days"), html: SpanText.days(tenancy.firstDay, tenancy.lastDay, visitor))
        facts.add(Sentence("Tenants"), html: HTML(tenancy.tenants.map { "<div>\(person($0))</div>" as HTML }))
        facts.add(Sentence("Landlord"), html: tenancy.landlord.map(person))
        facts.add(Sentence("Contract"), tenancy.contract)
        facts.add(
            Sentence("Goes on from"),
            html: tenancy.renews.map { RegisterLink.html(RegisterLink.tenancy($0), say("tenancy \($0)")) })
        return facts.html
    }

    private var notice: HTML {
        guard isOpen, tenancy.state != "notice", visitor.may(.tenancyNotice) else { return .none }
        return form("notice").folded(
            say("Notice was given"), say("Write down the notice; the last day stays"),
            form("notice").reason([Sentence("by the tenant"), Sentence("by the landlord")]))
    }

    private var renew: HTML {
        guard isOpen || tenancy.state == "overstay", visitor.may(.tenancyRenew) else { return .none }
        let form = form("renew")
        return form.folded(
            say("Renew"), say("Go on from the day after with a new tenancy"),
            """
            \(form.day("until", say("New last day"), isNeeded: true))
            \(form.field("contract", say("Contract"), usual: tenancy.contract))
            """)
    }

    private var terminate: HTML {
        guard isOpen, visitor.may(.tenancyTerminate) else { return .none }
        let form = form("terminate")
        return form.folded(
            say("End early"), say("End it: nothing opens for them from then on"), isDanger: true,
            """
            \(form.field("at", say("When"), example: "2026-12-31 12:00", hint: say("Empty means now.")))
            \(CauseChoice.field(form))
            \(form.reason([Sentence("both sides agreed"), Sentence("moved out")]))
            """)
    }

    private var handBack: HTML {
        guard ["overstay", "terminatedEarly"].contains(tenancy.state), visitor.may(.tenancyHandBack) else {
            return .none
        }
        return form("hand-back").folded(
            say("Handed back"), say("The dwelling was handed back"),
            "<p>\(say("Nobody of the tenancy lives there any more."))</p>")
    }
}

enum TenancyActs {
    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? {
        let path = incoming.path
        if path == ["tenancies", "new"] { return try NewTenancyActs.carryOut(incoming, visitor) }
        guard path.count > 1, let id = UInt32(path[1]) else { return nil }
        func again(_ typed: Typed) throws(GateFault) -> View {
            try TenancyViews.view(visitor, incoming, typed) ?? Notices.notFound(visitor)
        }
        return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
            if path.count == 3 { return try MovingOut.carryOut(id, incoming.form, visitor) }
            return try step(id, incoming.form, visitor)
        }
    }

    private static func step(_ id: UInt32, _ form: Fields, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome {
        let (row, gate, reason) = (RowOrTextArgument(id), visitor.gate, form["reason"])
        var shown = id
        switch form["act"] {
        case "notice": _ = try gate.ask(TenancyNotice(id: row), reason: reason)
        case "renew":
            let command = TenancyRenew(
                id: row, until: TextArgument(form["until"] ?? ""), contract: form.personal("contract"))
            shown = try gate.ask(command).id
        case "terminate":
            let command = TenancyTerminate(id: row, at: form.text("at"), cause: CauseChoice.cause(form))
            _ = try gate.ask(command, reason: reason)
        case "hand-back": _ = try gate.ask(TenancyHandBack(id: row))
        default: return .shown(Notices.notFound(visitor))
        }
        return .went("\(RegisterLink.tenancy(shown))?done=saved")
    }
}
