internal import GatehouseAdmin
internal import GatehouseCore

/// A dwelling, and a vehicle, each on one page.
enum HomeViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View? {
        guard incoming.path.count > 1 else { return nil }
        let rest = incoming.path.dropFirst().joined(separator: "/")
        switch incoming.path[0] {
        case "dwellings":
            return dwelling(visitor, try visitor.gate.ask(DwellingShow(dwelling: PersonalArgument(rest))))
        case "vehicles": return vehicle(visitor, try visitor.gate.ask(VehicleShow(plate: PersonalArgument(rest))))
        default: return nil
        }
    }

    static func dwelling(_ visitor: Visitor, _ reply: DwellingShow.Reply) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let (dwelling, details) = (reply.first, reply.second)
        let code = details.home ?? dwelling.dwelling
        let names = Dictionary(details.people.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        func person(_ id: UInt32) -> HTML {
            names[id].map { RegisterLink.html(RegisterLink.person($0.reference), $0.name) } ?? "#\(id)"
        }
        let residents = Listing(
            title: say("Residents"), heads: [say("Name"), say("Role"), say("State")],
            rows: details.residents.map {
                [
                    RegisterLink.html(RegisterLink.person($0.reference), "\($0.name) · \($0.reference)"),
                    "\(Words.state($0.role, visitor.language))", StateMark.html($0.status, visitor),
                ]
            })
        let tenancies = Listing(
            title: say("Tenancies"), heads: [say("Days"), say("State"), say("Tenants")],
            rows: details.tenancies.map { tenancy in
                [
                    "<a class=\"open\" href=\"\(RegisterLink.tenancy(tenancy.id))\">\(SpanText.days(tenancy.firstDay, tenancy.lastDay, visitor))</a>",
                    StateMark.html(tenancy.state, visitor),
                    HTML(tenancy.tenants.map { "<div>\(person($0))</div>" as HTML }),
                ]
            })
        let vehicles = Listing(
            title: say("Vehicles"), heads: [say("Plate"), say("Keeper")],
            rows: details.vehicles.map {
                [RegisterLink.html(RegisterLink.vehicle($0.plate), $0.plate), person($0.keeper)]
            })
        var facts = FactList(visitor)
        facts.add(Sentence("Use"), Words.state(dwelling.use, visitor.language))
        facts.add(Sentence("Parking places"), dwelling.places.map { "\($0)" })
        return View(
            code, .people,
            """
            \(PageActions.html(back: "/people", say("People"), PageActions.link("/tenancies/new?dwelling=\(Fields.encoded(code))", say("New tenancy"), key: "t", if: visitor.may(.tenancyAdd))))
            <section class="card">\(facts.html)</section>
            \(residents.html)\(tenancies.html)\(vehicles.html)
            \(ChangeList.html(details.history, visitor) { "\(Words.state($0.use, visitor.language))" })
            """)
    }

    static func vehicle(_ visitor: Visitor, _ reply: VehicleShow.Reply) -> View {
        func say(_ text: Sentence.Text) -> String { visitor.say(text) }
        let (vehicle, details) = (reply.first, reply.second)
        var facts = FactList(visitor)
        facts.add(
            Sentence("Keeper"),
            html: details.holder.map {
                RegisterLink.html(RegisterLink.person($0.reference), "\($0.name) · \($0.reference)")
            })
        facts.add(Sentence("Dwelling"), html: RegisterLink.home(details.home, visitor))
        return View(
            vehicle.plate, .people,
            """
            \(PageActions.html(back: "/people", say("People")))
            <section class="card">\(facts.html)</section>
            \(Listing(title: say("Plate and tags"), heads: [say("Number"), say("State"), say("Valid")], rows: details.credentials.map { tag in
                [RegisterLink.html(RegisterLink.credential(tag.id), tag.value), StateMark.html(tag.status, visitor), SpanText.html(tag.from, tag.until, visitor)]
            }).html)
            """)
    }
}
