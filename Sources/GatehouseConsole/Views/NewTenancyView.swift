internal import GatehouseAdmin
internal import GatehouseCore

/// A new tenancy on one page: where, who, how long, which cards. Whoever is not on the register is put there.
struct NewTenancyView {
    /// Who may be meant where a name is not enough, by the place of its line.
    typealias Choices = [Int: [FoundRow]]

    let visitor: Visitor
    let query: Fields
    /// The day of the site.
    let today: String
    var typed = Typed()
    var choices: Choices = [:]

    static let lines = 4

    static func view(
        _ visitor: Visitor, _ query: Fields, _ typed: Typed = Typed(), _ choices: Choices = [:]
    ) throws(GateFault) -> View {
        let status = try visitor.gate.ask(Status())
        return NewTenancyView(
            visitor: visitor, query: query, today: SiteTime.day(status.time), typed: typed, choices: choices
        ).view
    }

    private func say(_ text: Sentence.Text) -> String { visitor.say(text) }
    private var form: ActForm {
        ActForm(visitor: visitor, address: "/tenancies/new", act: "tenancy", typed: typed)
    }

    var view: View {
        let form = form
        return View(
            say("New tenancy"), .rentals,
            """
            \(PageActions.html(back: "/rentals", say("Rentals")))
            <section class="card">\(form.html(say("Register the tenancy and give the cards"),
                """
                \(choices.isEmpty ? .none : "<div class=\"notice\" role=\"status\"><p>\(say("Somebody of that name is on the register: say who is meant."))</p></div>" as HTML)
                \(form.field("dwelling", say("Dwelling"), usual: query["dwelling"] ?? "", example: "3-2-501", isNeeded: true, isFirst: query["dwelling"] == nil))
                \(line(0, form))\(line(1, form))
                <details \("open", if: more)><summary>\(say("More people"))</summary>\(line(2, form))\(line(3, form))</details>
                <div class="pair">\(form.day("from", say("First day"), usual: today, isNeeded: true))\(form.day("until", say("Last day"), usual: Self.yearOn(today), isNeeded: true))</div>
                <div class="pair">\(form.field("contract", say("Contract")))\(form.field("landlord", say("Landlord, if on the register")))</div>
                \(form.mark("beside", say("Stands beside another tenancy of the dwelling")))
                """))
            </section>
            """)
    }

    private var more: Bool { (2..<Self.lines).contains { typed.fields["who\($0)"] != nil } }

    private func line(_ place: Int, _ form: ActForm) -> HTML {
        let usual = place == 0 ? query["tenant"] ?? "" : ""
        return """
            <div class="pair">\(form.field("who\(place)", say("Tenant \(place + 1)"), usual: usual, example: say("name of somebody new, or reference"), isNeeded: place == 0, isFirst: place == 0 && query["dwelling"] != nil))\
            \(form.field("card\(place)", say("Card"), example: "H10301:118-1603"))</div>
            \(choices[place].map { choice(place, $0, form) } ?? .none)
            """
    }

    private func choice(_ place: Int, _ rows: [FoundRow], _ form: ActForm) -> HTML {
        let name = typed.fields["who\(place)"] ?? ""
        func radio(_ value: String, _ shown: HTML) -> HTML {
            "<div><label class=\"inline\"><input type=\"radio\" name=\"choice\(place)\" value=\"\(value)\" required> <span>\(shown)</span></label></div>"
        }
        let known = rows.map { row in
            radio(
                row.reference ?? "",
                "\(HTML.name(row.name ?? "")) <span class=\"soft\">\(HTML.name(row.reference ?? "")) \(HTML.name(row.dwelling ?? ""))</span>"
            )
        }
        return """
            <fieldset class="choice"><legend>\(say("Who is \(name)?"))</legend>
            <input type="hidden" name="of\(place)" value="\(name)">
            \(known)\(radio("new", "\(say("Somebody new of this name"))"))</fieldset>
            """
    }

    /// The last day of a year that begins then.
    static func yearOn(_ day: String) -> String {
        let parts = day.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return "" }
        let (year, month, date) = (parts[0], parts[1], parts[2])
        let lengths = [31, isLeap(year + 1) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month) else { return "" }
        if date > 1 { return text(year + 1, month, min(date - 1, lengths[month - 1])) }
        return month > 1 ? text(year + 1, month - 1, lengths[month - 2]) : text(year, 12, 31)
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func text(_ year: Int, _ month: Int, _ day: Int) -> String {
        "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }
}

/// Puts people on the register, then the tenancy, then the cards. Each step that was done stays done: where the next one is refused,
/// the form has the references of those who are there now, and goes on from there.
enum NewTenancyActs {
    struct Line {
        var place: Int
        var who: String
        var card: String?
        /// A reference, `new`, or nil where nobody chose.
        var choice: String?
    }

    static func lines(_ form: Fields) -> [Line] {
        (0..<NewTenancyView.lines).compactMap { place in
            guard let who = form["who\(place)"] else { return nil }
            // A choice holds for the name that it was made for.
            let choice = form["of\(place)"] == who ? form["choice\(place)"] : nil
            return Line(place: place, who: who, card: form["card\(place)"], choice: choice)
        }
    }

    enum Meaning: Equatable {
        case known(String)
        case new
        case unclear([FoundRow])
    }

    static func meaning(_ line: Line, _ found: [FoundRow]) -> Meaning {
        if line.choice == "new" { return .new }
        if let choice = line.choice { return .known(choice) }
        let people = found.filter { $0.kind == "person" }
        if let exact = people.first(where: { $0.reference == line.who }) { return .known(exact.reference ?? line.who) }
        return people.isEmpty ? .new : .unclear(Array(people.prefix(8)))
    }

    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome {
        var form = incoming.form
        let lines = lines(form)
        var choices: NewTenancyView.Choices = [:]
        var meanings: [Meaning] = []
        func again(_ typed: Typed) throws(GateFault) -> View {
            var typed = typed
            typed.fields = form
            return try NewTenancyView.view(visitor, incoming.query, typed, choices)
        }
        return try Acts.attempt(incoming, again: again) { () throws(GateFault) in
            for line in lines {
                let found =
                    line.choice == nil
                    ? try visitor.gate.all(Find(text: PersonalArgument(line.who), limit: 20)).items : []
                let meaning = meaning(line, found)
                if case .unclear(let rows) = meaning { choices[line.place] = rows }
                meanings.append(meaning)
            }
            guard choices.isEmpty else { return try Acts.shown(incoming, nil, again) }
            var references: [String] = []
            for (line, meaning) in zip(lines, meanings) {
                let reference = try reference(of: line, meaning, visitor)
                form = form.with("who\(line.place)", reference).with("choice\(line.place)", nil)
                references.append(reference)
            }
            let id = try visitor.gate.ask(tenancy(form, references)).id
            let refused = try give(lines, references, visitor)
            guard refused.isEmpty else { return .shown(try unfinished(id, refused, visitor)) }
            return .went("\(RegisterLink.tenancy(id))?done=tenancy")
        }
    }

    private static func tenancy(_ form: Fields, _ references: [String]) -> TenancyAdd {
        TenancyAdd(
            dwelling: PersonalArgument(form["dwelling"] ?? ""),
            tenants: PersonalArgument(references.joined(separator: " ")), from: TextArgument(form["from"] ?? ""),
            until: TextArgument(form["until"] ?? ""), contract: form.personal("contract"),
            landlord: form.personal("landlord"), beside: form["beside"] == "yes" ? true : nil)
    }

    /// A tenant's reference: theirs, or a new one made of the day.
    private static func reference(of line: Line, _ meaning: Meaning, _ visitor: Visitor) throws(GateFault) -> String {
        if case .known(let reference) = meaning { return reference }
        let day = SiteTime.day(try visitor.gate.ask(Status()).time).filter(\.isNumber).dropFirst(2)
        let fields = PersonFields(name: PersonalArgument(line.who), role: "tenant")
        for number in 1...200 {
            let reference = "T-\(day)-\(number)"
            do throws(GateFault) {
                _ = try visitor.gate.ask(PersonAdd(reference: PersonalArgument(reference), fields: fields))
                return reference
            } catch {
                guard case .refused(let refusal) = error, refusal.code == "exists" else { throw error }
            }
        }
        throw .refused(
            CommandRefusal(
                code: "exists", message: Sentence(verbatim: visitor.say("200 people came today: make this one by hand"))
            ))
    }

    /// The cards that were refused, each with whose it was and why.
    private static func give(
        _ lines: [Line], _ references: [String], _ visitor: Visitor
    ) throws(GateFault) -> [(reference: String, card: String, why: String)] {
        var refused: [(reference: String, card: String, why: String)] = []
        for (line, reference) in zip(lines, references) {
            guard let text = line.card else { continue }
            do throws(GateFault) {
                let card = PersonalArgument(try CardText.completed(text, visitor))
                _ = try visitor.gate.ask(
                    CredentialAdd(person: PersonalArgument(reference), kind: "card", card: card))
            } catch {
                guard case .refused(let refusal) = error else { throw error }
                refused.append((reference, text, refusal.message))
            }
        }
        return refused
    }

    private static func unfinished(
        _ id: UInt32, _ refused: [(reference: String, card: String, why: String)], _ visitor: Visitor
    ) throws(GateFault) -> View {
        let reply = try visitor.gate.ask(TenancyShow(id: RowOrTextArgument(id)))
        var view = TenancyCard(visitor: visitor, reply: reply).view
        let items = refused.map { card in
            "<p>\(card.card): \(card.why) <a href=\"\(RegisterLink.person(card.reference))\">\(visitor.say("Give another one to \(card.reference)"))</a></p>"
                as HTML
        }
        view.body =
            """
            <div class="notice amber" role="alert"><p><strong>\(visitor.say("The tenancy stands on the register. A card does not:"))</strong></p>\(items)</div>
            """ + view.body
        view.status = 422
        return view
    }
}
