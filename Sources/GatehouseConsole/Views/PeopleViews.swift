internal import GatehouseAdmin
internal import GatehouseCore

/// One search box for all that the register knows, and the ways to what people come to an office for.
enum PeopleViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View? {
        let path = incoming.path
        switch path.count {
        case 1: return try search(visitor, incoming)
        case 2: return try PersonPageView.view(visitor, path[1])
        case 3:
            switch path[2] {
            case "why": return try WhyView.view(visitor, path[1], incoming.query)
            case "passages": return try PassagesView.view(visitor, path[1], incoming.query)
            case "report": return try PersonReportView.view(visitor, path[1], incoming.query)
            default: return nil
            }
        default: return nil
        }
    }

    private static func search(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View {
        guard let text = incoming.query["q"] else { return page(visitor, nil, [], nil) }
        let (rows, count) = try visitor.gate.all(Find(text: PersonalArgument(text), limit: 50))
        // Whoever is found alone is who was meant.
        if rows.count == 1, let reference = rows[0].reference, rows[0].kind == "person", visitor.may(.personShow) {
            return try PersonPageView.view(visitor, reference)
        }
        return page(visitor, text, rows, count.leftOut)
    }

    static func page(_ visitor: Visitor, _ text: String?, _ rows: [FoundRow], _ leftOut: Int?) -> View {
        View(
            visitor.say("People"), .people,
            """
            <form method="get" action="/people" role="search" class="row search">
            <label class="unseen" for="q">\(visitor.say("Search"))</label>
            <input id="q" name="q" type="search" autofocus maxlength="128" value="\(text ?? "")" placeholder="\(visitor.say("Name, pinyin, reference, card, plate, dwelling, telephone"))">
            <button class="main">\(visitor.say("Search")) <kbd>/</kbd></button></form>
            \(ways(visitor))
            \(text == nil ? .none : rows.isEmpty ? nobody(visitor) : found(visitor, rows, leftOut))
            """)
    }

    private static func ways(_ visitor: Visitor) -> HTML {
        """
        <div class="row no-print actions">
        \(PageActions.link("/passes/new", visitor.say("Visitor pass"), key: "v", if: visitor.may(.passIssue)))
        \(PageActions.link("/credentials/lost", visitor.say("Card lost"), key: "c", if: visitor.may(.credentialSuspend)))
        \(PageActions.link("/tenancies/new", visitor.say("New tenancy"), key: "t", if: visitor.may(.tenancyAdd)))
        \(PageActions.link("/passes", visitor.say("Passes"), if: visitor.may(.passList)))
        \(PageActions.link("/import", visitor.say("Import files"), if: visitor.may(.importFiles)))
        </div>
        """
    }

    private static func nobody(_ visitor: Visitor) -> HTML {
        "<div class=\"card empty\"><strong>\(visitor.say("Nobody fits."))</strong>\(visitor.say("Part of a name is enough, or the last digits of a card."))</div>"
    }

    /// The kinds in the order in which somebody looks for them.
    private static let kinds: [(kind: String, name: Sentence)] = [
        ("person", Sentence("People")), ("dwelling", Sentence("Dwellings")), ("tenancy", Sentence("Tenancies")),
        ("credential", Sentence("Cards, PINs, faces, plates")), ("vehicle", Sentence("Vehicles")),
        ("pass", Sentence("Passes")),
    ]

    private static func found(_ visitor: Visitor, _ rows: [FoundRow], _ leftOut: Int?) -> HTML {
        let parts = kinds.map { kind in
            Listing(
                title: visitor.say(kind.name),
                heads: [visitor.say("Who or what"), visitor.say("Dwelling"), visitor.say("State"), ""],
                rows: rows.filter { $0.kind == kind.kind }.map { cells(visitor, $0) }
            ).html
        }
        return """
            \(parts)
            \(leftOut.map { "<p class=\"soft\">\(visitor.say("and \($0) more: type more of it"))</p>" as HTML } ?? .none)
            """
    }

    private static func cells(_ visitor: Visitor, _ row: FoundRow) -> [HTML] {
        let role = row.role.map { Words.state($0, visitor.language) } ?? ""
        let state = row.kind == "dwelling" ? row.value : row.state
        let span = row.kind == "tenancy" ? SpanText.days(row.from ?? "", row.until ?? "", visitor) : .none
        return [
            "\(name(visitor, row)) <span class=\"small soft\">\(role)\(span)</span>",
            row.kind == "dwelling" ? .none : RegisterLink.home(row.dwelling, visitor),
            state.map { StateMark.html($0, visitor) } ?? .none,
            guardsWays(visitor, row),
        ]
    }

    private static func name(_ visitor: Visitor, _ row: FoundRow) -> HTML {
        let parts =
            switch row.kind {
            case "credential", "vehicle": [row.value, row.name, row.reference]
            case "dwelling": [row.dwelling]
            case "pass": [row.visitor, row.value, row.name]
            default: [row.name, row.reference]
            }
        let text = parts.compactMap(\.self).joined(separator: " · ")
        let shown = text.isEmpty ? "#\(row.id ?? 0)" : text
        return address(visitor, row).map { RegisterLink.html($0, shown) } ?? HTML.name(shown)
    }

    private static func address(_ visitor: Visitor, _ row: FoundRow) -> String? {
        switch row.kind {
        case "person": visitor.may(.personShow) ? row.reference.map(RegisterLink.person) : nil
        case "dwelling": visitor.may(.dwellingShow) ? row.dwelling.map(RegisterLink.dwelling) : nil
        case "tenancy": visitor.may(.tenancyShow) ? row.id.map(RegisterLink.tenancy) : nil
        case "credential": visitor.may(.credentialShow) ? row.id.map(RegisterLink.credential) : nil
        case "vehicle": visitor.may(.vehicleShow) ? row.value.map(RegisterLink.vehicle) : nil
        case "pass": visitor.may(.passShow) ? row.value.map(RegisterLink.pass) : nil
        default: nil
        }
    }

    /// To whom a person's page is not shown, what they may do stands in the row.
    private static func guardsWays(_ visitor: Visitor, _ row: FoundRow) -> HTML {
        guard row.kind == "person", !visitor.may(.personShow), let reference = row.reference else { return .none }
        let text = Fields.encoded(reference)
        return """
            <span class="row">\(PageActions.link("/passes/new?host=\(text)", visitor.say("Visitor pass"), if: visitor.may(.passIssue)))
            \(PageActions.link("/credentials/lost?card=\(text)", visitor.say("Card lost"), if: visitor.may(.credentialSuspend)))</span>
            """
    }
}

enum PeopleActs {
    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? {
        guard incoming.path.count == 2 else { return nil }
        let (reference, form) = (incoming.path[1], incoming.form)
        let here = RegisterLink.person(reference)
        func again(_ typed: Typed) throws(GateFault) -> View {
            try PersonPageView.view(visitor, reference, typed)
        }
        switch form["act"] {
        case "give":
            return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
                let card = try CardText.completed(form["card"] ?? "", visitor)
                _ = try visitor.gate.ask(
                    CredentialAdd(
                        person: PersonalArgument(reference), kind: "card", card: PersonalArgument(card),
                        until: form.text("until")))
                return .went("\(here)?done=saved")
            }
        case "change":
            return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
                _ = try visitor.gate.ask(
                    PersonChange(reference: PersonalArgument(reference), fields: changed(form)))
                return .went("\(here)?done=saved")
            }
        case "standing":
            return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
                let fields = PersonFields(status: form.text("status"), cause: CauseChoice.cause(form))
                _ = try visitor.gate.ask(
                    PersonChange(reference: PersonalArgument(reference), fields: fields), reason: form["reason"])
                return .went("\(here)?done=saved")
            }
        default: return nil
        }
    }

    /// A field that was emptied is emptied on the register too.
    private static func changed(_ form: Fields) -> PersonFields {
        PersonFields(
            name: form.personal("name"), phone: form.personal("phone") ?? "none", note: form.personal("note") ?? "none")
    }
}

/// Why access is taken away, as a form has it: a word of the closed list, beside the reason.
enum CauseChoice {
    static func field(_ form: ActForm) -> HTML {
        let visitor = form.visitor
        return form.choice(
            "cause", visitor.say("Cause"),
            [
                ("other", visitor.say("as the reason says")), ("asked", visitor.say("the person asked for it")),
                ("moved-out", visitor.say("moved out")), ("safety", visitor.say("somebody would be in danger")),
                ("order", visitor.say("order of a court or the police: its number as the reason")),
            ])
    }

    static func cause(_ form: Fields) -> TextArgument? {
        switch form["cause"] {
        case "order": form["reason"].map { TextArgument("order:\($0)") }
        case let word? where word != "other": TextArgument(word)
        default: nil
        }
    }
}
