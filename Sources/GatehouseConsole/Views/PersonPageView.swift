internal import GatehouseAdmin
internal import GatehouseCore

/// A person on one page: how they stand, what they hold, and what can be done about it.
enum PersonPageView {
    static func view(_ visitor: Visitor, _ reference: String, _ typed: Typed = Typed()) throws(GateFault) -> View {
        let reply = try visitor.gate.ask(PersonShow(reference: PersonalArgument(reference)))
        let host = PersonalArgument(reply.first.reference)
        let passes = (try? visitor.gate.all(PassList(host: host)).items) ?? []
        return PersonCard(visitor: visitor, reply: reply, passes: passes, typed: typed).view
    }
}

struct PersonCard {
    let visitor: Visitor
    let reply: PersonShow.Reply
    var passes: [PassView] = []
    var typed = Typed()

    private var person: PersonView { reply.first }
    private var details: PersonDetails { reply.second }
    private var here: String { RegisterLink.person(person.reference) }
    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }
    private func form(_ act: String) -> ActForm {
        ActForm(visitor: visitor, address: here, act: act, typed: typed)
    }
    private func home(_ id: UInt32) -> HTML {
        RegisterLink.home(details.homes.first { $0.id == id }?.dwelling ?? "#\(id)", visitor)
    }

    var view: View {
        View(
            person.name, .people,
            """
            \(actions)
            <section class="card">\(facts)</section>
            \(credentials)
            \(tenancies)
            \(vehicles)
            \(visitors)
            \(answersFor)
            <div class="folds no-print">\(give)\(change)\(standing)</div>
            \(ChangeList.html(details.history, visitor, past))
            """)
    }

    private var actions: HTML {
        let text = Fields.encoded(person.reference)
        return PageActions.html(
            back: "/people", say("People"),
            """
            \(PageActions.link("\(here)/why", say("Why refused?"), key: "w", if: visitor.may(.why)))
            \(PageActions.link("\(here)/passages", say("Passages"), key: "l", if: visitor.may(.log)))
            \(PageActions.link("/passes/new?host=\(text)", say("Visitor pass"), key: "v", if: visitor.may(.passIssue)))
            \(PageActions.link("\(here)/report", say("All that is held"), if: visitor.may(.personReport)))
            """)
    }

    private var facts: HTML {
        var facts = FactList(visitor)
        facts.add(Sentence("State"), html: StateMark.html(person.status, visitor))
        facts.add(
            Sentence("Reference"),
            html:
                "\(HTML.name(person.reference)) <span class=\"soft\">\(Words.state(person.role, visitor.language))</span>"
        )
        facts.add(Sentence("Dwelling"), html: person.dwelling.map(home))
        if person.from != nil || person.until != nil {
            facts.add(Sentence("Registered"), html: SpanText.html(person.from, person.until, visitor))
        }
        facts.add(Sentence("Groups"), person.groups.joined(separator: ", "))
        facts.add(Sentence("Telephone"), person.phone)
        facts.add(Sentence("Note"), person.note)
        facts.add(Sentence("Time"), person.needsTime == true ? say("needs more time at the door") : nil)
        return facts.html
    }

    // MARK: What is theirs

    private var credentials: HTML {
        guard !details.credentials.isEmpty else {
            return
                "<h2>\(say("Cards, PINs, faces, plates"))</h2><p class=\"soft\">\(say("Nothing that a reader would take."))</p>"
        }
        return Listing(
            title: say("Cards, PINs, faces, plates"), heads: [say("Number"), say("State"), say("Valid"), ""],
            rows: details.credentials.map { credential in
                let off = details.off.first { $0.credential == credential.id }
                let shown = CredentialPage.status(credential, off, visitor.language)
                let address = RegisterLink.credential(credential.id)
                let note: HTML =
                    credential.note.map { "<br><span class=\"small soft\">\(HTML.name($0))</span>" } ?? .none
                return [
                    RegisterLink.html(
                        address, "\(Words.state(credential.kind, visitor.language)) \(credential.value)"),
                    StateMark.html(off?.until == nil ? credential.status : "suspended", visitor, shown: shown) + note,
                    SpanText.html(credential.from, credential.until, visitor),
                    credential.status == "enabled" && off == nil
                        ? "<a class=\"button\" href=\"\(address)\">\(say("Lost…"))</a>"
                        : "<a class=\"button\" href=\"\(address)\">\(say("Switch on…"))</a>",
                ]
            }
        ).html
    }

    private var tenancies: HTML {
        Listing(
            title: say("Tenancies"), heads: [say("Dwelling"), say("Days"), say("State"), say("Contract")],
            rows: details.tenancies.map { tenancy in
                [
                    home(tenancy.dwelling),
                    "<a class=\"open\" href=\"\(RegisterLink.tenancy(tenancy.id))\">\(SpanText.days(tenancy.firstDay, tenancy.lastDay, visitor))</a>",
                    StateMark.html(tenancy.state, visitor), HTML.name(tenancy.contract),
                ]
            }
        ).html
    }

    private var vehicles: HTML {
        Listing(
            title: say("Vehicles"), heads: [say("Plate"), say("Dwelling")],
            rows: details.vehicles.map {
                [RegisterLink.html(RegisterLink.vehicle($0.plate), $0.plate), home($0.dwelling)]
            }
        ).html
    }

    private var visitors: HTML {
        Listing(
            title: say("Passes of their visitors"), heads: [say("Pass"), say("State"), say("Valid")],
            rows: passes.map { pass in
                [
                    RegisterLink.html(
                        RegisterLink.pass(pass.pass),
                        [pass.visitor, pass.pass].compactMap(\.self).joined(separator: " · ")
                    ), pass.state.map { StateMark.html($0, visitor) } ?? .none,
                    SpanText.html(pass.from, pass.until, visitor),
                ]
            }
        ).html
    }

    private var answersFor: HTML {
        Listing(
            title: say("Answers for"), heads: [say("Name"), say("State")],
            rows: details.responsibleFor.map {
                [
                    RegisterLink.html(RegisterLink.person($0.reference), "\($0.name) · \($0.reference)"),
                    StateMark.html($0.status, visitor),
                ]
            }
        ).html
    }

    private func past(_ state: PersonView) -> HTML {
        "\(StateMark.html(state.status, visitor)) \(state.dwelling.map(home) ?? .none) \(SpanText.html(state.from, state.until, visitor))"
    }

    // MARK: What can be done

    private var give: HTML {
        guard visitor.may(.credentialAdd) else { return .none }
        let form = form("give")
        return form.folded(
            say("Give a card"), say("Give the card"),
            """
            \(form.field("card", say("Card"), example: "H10301:118-1603", hint: say("As it is printed; the last digits are enough where all cards begin alike."), isNeeded: true))
            \(form.day("until", say("Until; empty for as long as they live here")))
            """)
    }

    private var change: HTML {
        guard visitor.may(.personChange) else { return .none }
        let form = form("change")
        return form.folded(
            say("Change"), say("Write into the register"),
            """
            \(form.field("name", say("Name"), usual: person.name, isNeeded: true))
            \(form.field("phone", say("Telephone"), usual: person.phone ?? ""))
            \(form.field("note", say("Note"), usual: person.note ?? ""))
            """)
    }

    private static let standings = [
        Sentence("moved out"), Sentence("asked for it by telephone"), Sentence("police asked for it"),
    ]

    private var standing: HTML {
        guard visitor.may(.personChange) else { return .none }
        let form = form("standing")
        if person.status != "active" {
            return form.folded(
                say("Let in again"), say("Let them in again"),
                """
                <input type="hidden" name="status" value="active">
                \(form.reason([Sentence("it is settled")], isNeeded: false))
                """)
        }
        return form.folded(
            say("Keep out"), say("Nothing opens for them from now on"), isDanger: true,
            """
            \(form.choice("status", say("How"), [("suspended", say("suspended, until somebody lets them in again")), ("barred", say("barred: refused, and the guard is told"))]))
            \(CauseChoice.field(form))
            \(form.reason(Self.standings))
            """)
    }
}
