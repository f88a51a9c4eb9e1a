internal import GatehouseAdmin
internal import GatehouseCore

/// A card, PIN, face or plate: whether it opens, whose it is, and what is done when it is gone.
enum CredentialViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming, _ typed: Typed = Typed()) throws(GateFault) -> View? {
        guard incoming.path.count == 2 else { return nil }
        if incoming.path[1] == "lost" {
            return LostCard(visitor: visitor, card: incoming.query["card"] ?? "", typed: typed).view
        }
        guard let id = UInt32(incoming.path[1]) else { return nil }
        let reply = try visitor.gate.ask(CredentialShow(id: RowOrTextArgument(id)))
        return CredentialCard(visitor: visitor, reply: reply, typed: typed).view
    }
}

struct CredentialCard {
    let visitor: Visitor
    let reply: CredentialShow.Reply
    var typed = Typed()

    private var credential: CredentialView { reply.first }
    private var details: CredentialShow.Details { reply.second }
    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }
    private func form(_ act: String) -> ActForm {
        ActForm(visitor: visitor, address: RegisterLink.credential(credential.id), act: act, typed: typed)
    }

    var view: View {
        let back = details.holder.map { RegisterLink.person($0.reference) } ?? "/people"
        return View(
            "\(Words.state(credential.kind, visitor.language)) \(credential.value)", .people,
            """
            \(PageActions.html(back: back, details.holder?.name ?? say("People")))
            <section class="card">\(facts)</section>
            \(acts)
            \(ChangeList.html(details.history, visitor) { past in
                "\(StateMark.html(past.status, visitor)) \(SpanText.html(past.from, past.until, visitor)) <span class=\"soft\">\(HTML.name(past.note ?? ""))</span>" })
            """)
    }

    private var facts: HTML {
        var facts = FactList(visitor)
        let off = details.suspended ?? details.off
        facts.add(
            Sentence("State"),
            html: StateMark.html(
                details.suspended == nil ? credential.status : "suspended", visitor,
                shown: CredentialPage.status(credential, off, visitor.language)))
        if let holder = details.holder {
            facts.add(
                Sentence("Whose"),
                html: RegisterLink.html(RegisterLink.person(holder.reference), "\(holder.name) · \(holder.reference)"))
        }
        facts.add(Sentence("Dwelling"), html: details.home.map { RegisterLink.home($0, visitor) })
        facts.add(Sentence("Vehicle"), details.plate)
        if credential.from != nil || credential.until != nil {
            facts.add(Sentence("Valid"), html: SpanText.html(credential.from, credential.until, visitor))
        }
        facts.add(Sentence("Uses"), CredentialPage.limits(credential, visitor.language))
        facts.add(Sentence("Read elsewhere as"), credential.also?.joined(separator: ", "))
        facts.add(Sentence("Under threat"), credential.duress ? say("raises a silent alarm") : nil)
        facts.add(Sentence("Note"), credential.note)
        return facts.html
    }

    static let losses = [
        Sentence("reported by telephone"), Sentence("reported at the office"), Sentence("found by a guard"),
    ]

    private var acts: HTML {
        let isOn = credential.status == "enabled" && details.suspended == nil
        return "<div class=\"folds no-print\">\(isOn ? gone + suspend : back)</div>"
    }

    private var gone: HTML {
        guard visitor.may(.credentialChange) else { return .none }
        let form = form("gone")
        let isCard = credential.kind == "card"
        return form.folded(
            say("It is gone"), say("It opens no more"), isDanger: true, shortcut: "x",
            """
            \(form.choice("status", say("What became of it"), ["lost", "stolen", "damaged", "returned"].map { ($0, Words.state($0, visitor.language)) }))
            \(isCard ? form.field("card", say("New card in its place"), example: "H10301:118-1603", hint: say("Empty where there is none yet. Both happen at once: nobody is shut out in between.")) : .none)
            \(form.reason(Self.losses, isNeeded: false))
            """)
    }

    private var suspend: HTML {
        guard visitor.may(.credentialSuspend) else { return .none }
        let form = form("suspend")
        return form.folded(
            say("Suspend until noon"), say("It opens nothing until noon"), shortcut: "u", form.reason(Self.losses))
    }

    private var back: HTML {
        guard visitor.may(.credentialChange) else { return .none }
        let form = form("resume")
        return form.folded(
            say("Switch on…"), say("It opens again"), shortcut: "u",
            form.reason([Sentence("found again"), Sentence("a mistake")], isNeeded: details.suspended != nil))
    }
}

/// A card is gone and somebody stands there: whose it is, or its number, and what is to become of it.
struct LostCard {
    let visitor: Visitor
    var card = ""
    var typed = Typed()

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    var view: View {
        let form = ActForm(visitor: visitor, address: "/credentials/lost", act: "lost", typed: typed)
        return View(
            say("Card lost"), .people,
            """
            \(PageActions.html(back: "/people", say("People")))
            <section class="card narrow">\(form.html(say("Take it out of use"), isDanger: true,
                """
                \(form.field("what", say("Whose, or its number"), usual: card, example: say("name, dwelling or H10301:118-1603"), isNeeded: true, isFirst: card.isEmpty))
                \(visitor.may(.credentialChange) ? office(form) : .none)
                \(form.reason(CredentialCard.losses, isNeeded: !visitor.may(.credentialChange)))
                """))
            \(visitor.may(.credentialChange) ? .none : "<p class=\"hint\">\(say("It opens nothing until noon; the office is told and does the rest."))</p>" as HTML)
            </section>
            """)
    }

    private func office(_ form: ActForm) -> HTML {
        """
        \(form.choice("how", say("What became of it"), [("lost", say("lost: it opens no more")), ("stolen", say("stolen: it opens no more")), ("suspend", say("not sure: suspend it until noon"))]))
        \(form.field("card", say("New card in its place"), example: "H10301:118-1603", hint: say("Empty where there is none yet. Both happen at once: nobody is shut out in between.")))
        """
    }
}

enum CredentialActs {
    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? {
        guard incoming.path.count == 2 else { return nil }
        func again(_ typed: Typed) throws(GateFault) -> View {
            try CredentialViews.view(visitor, incoming, typed) ?? Notices.notFound(visitor)
        }
        let form = incoming.form
        if incoming.path[1] == "lost" {
            return try Acts.attempt(incoming, again: again) { () throws(GateFault) in try lost(form, visitor) }
        }
        guard let id = UInt32(incoming.path[1]) else { return nil }
        return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
            try one(RowOrTextArgument(id), RegisterLink.credential(id), form, visitor)
        }
    }

    private static func one(
        _ id: RowOrTextArgument, _ here: String, _ form: Fields, _ visitor: Visitor
    ) throws(GateFault) -> Acts.Outcome {
        switch form["act"] {
        case "gone": return .went(try gone(id, form["status"], form, visitor))
        case "suspend":
            _ = try visitor.gate.ask(CredentialSuspend(id: id), reason: form["reason"])
            return .went("\(here)?done=suspended")
        case "resume":
            // What a guard suspended ends; what the office switched off is switched on.
            let reply = try visitor.gate.ask(CredentialShow(id: id))
            if reply.second.suspended != nil {
                _ = try visitor.gate.ask(CredentialResume(id: id), reason: form["reason"])
            }
            if reply.first.status != "enabled" {
                _ = try visitor.gate.ask(CredentialChange(id: id, status: "enabled"), reason: form["reason"])
            }
            return .went("\(here)?done=resumed")
        default: return .shown(Notices.notFound(visitor))
        }
    }

    private static func lost(_ form: Fields, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome {
        let id = RowOrTextArgument(stringLiteral: form["what"] ?? "")
        guard visitor.may(.credentialChange), form["how"] != "suspend" else {
            let reply = try visitor.gate.ask(CredentialSuspend(id: id), reason: form["reason"])
            let isShown = visitor.may(.credentialShow)
            return .went(isShown ? "\(RegisterLink.credential(reply.id))?done=suspended" : "/people?done=suspended")
        }
        return .went(try gone(id, form["how"], form, visitor))
    }

    /// Where it is told: at the new card, or at the one that is gone.
    private static func gone(
        _ id: RowOrTextArgument, _ status: String?, _ form: Fields, _ visitor: Visitor
    ) throws(GateFault) -> String {
        let status = status.map { TextArgument($0) }
        guard let card = form["card"] else {
            let reply = try visitor.gate.ask(CredentialChange(id: id, status: status), reason: form["reason"])
            return "\(RegisterLink.credential(reply.id))?done=gone"
        }
        let new = PersonalArgument(try CardText.completed(card, visitor))
        let reply = try visitor.gate.ask(CredentialReplace(old: id, card: new, status: status), reason: form["reason"])
        return "\(RegisterLink.credential(reply.id))?done=replaced"
    }
}

/// Cards of a site begin alike: who types the last digits means the card that begins as most do.
enum CardText {
    static func completed(_ text: String, _ visitor: Visitor) throws(GateFault) -> String {
        guard isShort(text) else { return text }
        let cards = try visitor.gate.all(CredentialList(kind: "card", limit: 200)).items
        return completed(text, among: cards.compactMap(\.value))
    }

    private static func isShort(_ text: String) -> Bool {
        !text.isEmpty && !text.contains(":") && text.utf8.allSatisfy { (48...57).contains($0) || $0 == 45 }
    }

    /// `1603` and `118-1603` are `H10301:118-1603` where most of the others begin so.
    static func completed(_ text: String, among cards: [String]) -> String {
        guard isShort(text) else { return text }
        let mark: Character = text.contains("-") ? ":" : "-"
        var counts: [String: Int] = [:]
        for card in cards {
            // A card of a kind without a facility has its number behind the colon.
            guard let place = card.lastIndex(of: card.contains("-") ? mark : ":") else { continue }
            counts[String(card[...place]), default: 0] += 1
        }
        let usual = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        return usual.map { $0 + text } ?? text
    }
}
