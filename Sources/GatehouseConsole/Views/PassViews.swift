internal import GatehouseAdmin
internal import GatehouseCase
internal import GatehouseCore

/// Visitors' passes: those that are good for something, one with where it stands, and a new one with its picture.
enum PassViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming, _ typed: Typed = Typed()) throws(GateFault) -> View? {
        switch incoming.path.count {
        case 1: return list(visitor, try visitor.gate.all(PassList()).items)
        case 2 where incoming.path[1] == "new":
            let passes = (try? visitor.gate.all(PassList(all: true)).items) ?? []
            let status = try visitor.gate.ask(Status())
            return NewPass(
                visitor: visitor, host: incoming.query["host"] ?? "", today: SiteTime.day(status.time),
                points: NewPass.points(passes), typed: typed
            ).view
        case 2:
            let pass = try visitor.gate.ask(PassShow(pass: DocumentArgument(incoming.path[1])))
            return PassCard(visitor: visitor, pass: pass, typed: typed).view
        default: return nil
        }
    }

    static func list(_ visitor: Visitor, _ passes: [PassView]) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let rows: [[HTML]] = passes.map { pass in
            [
                RegisterLink.html(RegisterLink.pass(pass.pass), pass.visitor ?? pass.pass), HTML.name(pass.host ?? ""),
                pass.state.map { StateMark.html($0, visitor) } ?? .none, SpanText.html(nil, pass.until, visitor),
                "\(pass.left.map { "\($0)" } ?? say("any number"))",
            ]
        }
        let empty: HTML =
            "<div class=\"card empty\"><strong>\(say("No pass is good for anything now."))</strong>\(say("A visitor pass is signed here and opens without a network."))</div>"
        return View(
            say("Passes"), .people,
            """
            \(PageActions.html(back: "/people", say("People"), PageActions.link("/passes/new", say("Visitor pass"), key: "v", if: visitor.may(.passIssue))))
            \(rows.isEmpty ? empty : Listing(title: "", heads: [say("Visitor"), say("Host"), say("State"), say("Until"), say("Left")], rows: rows).html)
            """)
    }
}

/// A form for a pass: whom somebody visits, where, how long.
struct NewPass {
    let visitor: Visitor
    var host = ""
    let today: String
    /// Access points of earlier passes, those of the last one first.
    var points: [String] = []
    var typed = Typed()

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    static func points(_ passes: [PassView]) -> [String] {
        var seen: Set<String> = []
        return passes.sorted { ($0.from ?? "") > ($1.from ?? "") }
            .map { ($0.points ?? []).joined(separator: ",") }.filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    var view: View {
        let form = ActForm(visitor: visitor, address: "/passes/new", act: "pass", typed: typed)
        return View(
            say("Visitor pass"), .people,
            """
            \(PageActions.html(back: "/people", say("People")))
            <section class="card narrow">\(form.html(say("Sign the pass"),
                """
                \(form.field("host", say("Who is visited"), usual: host, example: say("name, reference or dwelling"), isNeeded: true, isFirst: host.isEmpty))
                \(form.field("visitor", say("Who comes"), isFirst: !host.isEmpty))
                \(form.field("phone", say("Telephone of the visitor")))
                \(form.field("points", say("Where it opens"), usual: points.first ?? "", example: "wicket-in", hint: say("Access points, with commas between them."), isNeeded: true, list: points))
                \(form.field("until", say("Until"), usual: today, hint: say("A day counts to its end; 18:00 may stand behind it."), isNeeded: true))
                \(form.field("uses", say("How often"), usual: "1", hint: visitor.role == .guard_ ? say("A guard signs passes that are good once, and today.") : say("0 is any number of times.")))
                \(form.field("plate", say("Plate, where they come by car")))
                """))
            </section>
            """)
    }

    static func issue(_ form: Fields) -> PassIssue {
        PassIssue(
            host: PersonalArgument(form["host"] ?? ""), points: TextArgument(form["points"] ?? ""),
            until: TextArgument(form["until"] ?? ""), uses: form.text("uses"), plate: form.personal("plate"),
            visitor: form.personal("visitor"), phone: form.personal("phone"))
    }
}

/// A pass: who comes to whom, and where it stands. Signed just now, it has its picture.
struct PassCard {
    let visitor: Visitor
    let pass: PassView
    /// The text of the picture; it is nowhere kept.
    var token: String?
    var typed = Typed()

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }

    var view: View {
        View(
            pass.visitor ?? say("Pass \(pass.pass)"), .people,
            """
            \(PageActions.html(back: "/passes", say("Passes"), token == nil ? .none : "<button type=\"button\" class=\"main\" data-print>\(say("Print"))</button>"))
            <section class="card pass">\(token.map(picture) ?? .none)\(facts)</section>
            \(remove)
            """)
    }

    private func picture(_ token: String) -> HTML {
        guard let code = QRCode(token) else { return "<p>\(token)</p>" }
        let size = code.width + 2 * QRCode.margin
        let squares = (0..<code.width).flatMap { y in
            (0..<code.width).filter { code.isDark($0, y) }.map { "M\($0 + QRCode.margin) \(y + QRCode.margin)h1v1h-1z" }
        }.joined()
        return """
            <figure><svg viewBox="0 0 \(size) \(size)" shape-rendering="crispEdges" role="img" aria-label="\(say("QR code of the pass"))">\
            <rect width="\(size)" height="\(size)" fill="#fff"/><path d="\(squares)" fill="#000"/></svg>
            <figcaption class="hint">\(say("Whoever has the picture has the pass. It is shown this once: print it, or send it as a photograph."))</figcaption></figure>
            """
    }

    private var facts: HTML {
        var facts = FactList(visitor)
        facts.add(Sentence("Who comes"), pass.visitor)
        facts.add(Sentence("Who is visited"), pass.host)
        facts.add(Sentence("State"), html: pass.state.map { StateMark.html($0, visitor) })
        facts.add(Sentence("Valid"), html: SpanText.html(pass.from, pass.until, visitor))
        facts.add(Sentence("Where it opens"), pass.points?.joined(separator: ", "))
        facts.add(
            Sentence("How often"), pass.uses.map { say("used \(pass.used ?? 0) of \(Int($0), "time", "times")") })
        facts.add(Sentence("Plate"), pass.plate)
        facts.add(Sentence("Telephone of the visitor"), pass.phone)
        facts.add(Sentence("Number"), pass.pass)
        return facts.html
    }

    private var remove: HTML {
        guard visitor.may(.passRemove), pass.state != "revoked" else { return .none }
        let form = ActForm(visitor: visitor, address: RegisterLink.pass(pass.pass), act: "revoke", typed: typed)
        return """
            <div class="folds no-print">\(form.folded(say("Revoke"), say("It opens nothing any more"), isDanger: true, form.reason([Sentence("visit called off"), Sentence("sent to the wrong person")])))</div>
            """
    }
}

enum PassActs {
    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? {
        guard incoming.path.count == 2 else { return nil }
        func again(_ typed: Typed) throws(GateFault) -> View {
            try PassViews.view(visitor, incoming, typed) ?? Notices.notFound(visitor)
        }
        return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
            if incoming.path[1] == "new" {
                let reply = try visitor.gate.ask(NewPass.issue(incoming.form))
                return .shown(PassCard(visitor: visitor, pass: reply.first, token: reply.second.token).view)
            }
            let command = PassRemove(pass: DocumentArgument(incoming.path[1]))
            _ = try visitor.gate.ask(command, reason: incoming.form["reason"])
            return .went("\(RegisterLink.pass(incoming.path[1]))?done=saved")
        }
    }
}
