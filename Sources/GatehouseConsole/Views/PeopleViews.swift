internal import GatehouseAdmin
internal import GatehouseCore

/// One search box for all that the register knows, and a page for each person.
enum PeopleViews {
    static func view(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View? {
        switch incoming.path.count {
        case 1: return try search(visitor, incoming)
        case 2: return try PersonPageView.view(visitor, incoming.path[1], incoming)
        default: break
        }
        return nil
    }

    private static func search(_ visitor: Visitor, _ incoming: Incoming) throws(GateFault) -> View {
        var found: HTML = .none
        if let text = incoming.query["q"] {
            let (rows, count) = try visitor.gate.all(Find(text: PersonalArgument(text), limit: 50))
            found = list(visitor, rows, count)
        }
        return View(
            visitor.say("People"), .people,
            """
            <form method="get" action="/people" role="search" class="row">
            <label class="unseen" for="q">\(visitor.say("Search"))</label>
            <input id="q" name="q" type="search" autofocus maxlength="128" value="\(incoming.query["q"] ?? "")" placeholder="\(visitor.say("Name, pinyin, reference, card, plate, dwelling, telephone"))">
            <button class="main">\(visitor.say("Search")) <kbd>/</kbd></button></form>
            \(found)
            """)
    }

    private static func list(_ visitor: Visitor, _ rows: [FoundRow], _ count: FoundCount) -> HTML {
        guard !rows.isEmpty else {
            return
                "<div class=\"card empty\"><strong>\(visitor.say("Nobody fits."))</strong>\(visitor.say("Part of a name is enough, or the last digits of a card."))</div>"
        }
        return """
            <div class="scroll"><table><thead><tr><th scope="col">\(visitor.say("Who or what"))</th><th scope="col">\(visitor.say("Dwelling"))</th><th scope="col">\(visitor.say("State"))</th></tr></thead>
            <tbody data-rows>\(rows.map { row(visitor, $0) })</tbody></table></div>
            \(count.leftOut.map { "<p class=\"soft\">\(visitor.say("and \($0) more: type more of it"))</p>" as HTML } ?? .none)
            """
    }

    private static func row(_ visitor: Visitor, _ row: FoundRow) -> HTML {
        let shown = [row.name, row.value, row.reference, row.visitor].compactMap(\.self).joined(separator: " · ")
        let name = HTML.name(shown.isEmpty ? "#\(row.id ?? 0)" : shown)
        let isPerson = row.kind == "person" && row.reference != nil && visitor.may(.personShow)
        let link: HTML =
            isPerson ? "<a class=\"open\" href=\"/people/\(Fields.encoded(row.reference ?? ""))\">\(name)</a>" : name
        return """
            <tr><th scope="row">\(link) <span class="small soft">\(Words.state(row.kind, visitor.language))</span></th>\
            <td>\(HTML.name(row.dwelling ?? ""))</td><td>\(row.state.map { Words.state($0, visitor.language) } ?? "")</td></tr>
            """
    }
}

/// A person on one page.
enum PersonPageView {
    static func view(_ visitor: Visitor, _ reference: String, _ incoming: Incoming) throws(GateFault) -> View {
        let reply = try visitor.gate.ask(PersonShow(reference: PersonalArgument(reference)))
        let (person, details) = (reply.first, reply.second)
        return View(
            person.name, .people,
            "<section class=\"card\"><pre>\(PersonPage.lines(reply, visitor.language).joined(separator: "\n"))</pre></section>\(details.homes.isEmpty ? .none : .none)"
        )
    }
}

enum PeopleActs {
    static func carryOut(_ incoming: Incoming, _ visitor: Visitor) throws(GateFault) -> Acts.Outcome? { nil }
}
