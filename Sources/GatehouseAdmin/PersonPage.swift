package import GatehouseCore

/// A person on one page of 80 columns.
package enum PersonPage {
    package static func lines(_ reply: PersonShow.Reply, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        let (person, details) = (reply.first, reply.second)
        let codes = Dictionary(details.homes.map { ($0.id, $0.dwelling) }, uniquingKeysWith: { $1 })
        func code(_ id: UInt32) -> String { codes[id] ?? "#\(id)" }
        var lines = [
            PageText.joined(
                person.name, person.reference, PageText.word(person.role, language),
                PageText.word(person.status, language))
        ]
        let span = PageText.span(person.from, person.until, language)
        lines += PageText.wrapped(
            PageText.joined(person.dwelling.map(code), span, person.groups.joined(separator: ", ")))
        lines += PageText.wrapped(
            PageText.joined(person.phone, person.note, person.needsTime == true ? say(Sentence("needs time")) : nil))
        func part(_ title: String, _ items: [String]) { lines += PageText.part(title, items) }
        part(
            say(Sentence("TENANCIES")),
            details.tenancies.map {
                PageText.joined(
                    "\($0.id)", code($0.dwelling),
                    say(Sentence("\($0.firstDay) to \($0.lastDay)")),
                    PageText.word($0.state, language))
            })
        part(
            say(Sentence("CARDS, PINS, FACES, PLATES")),
            details.credentials.map { view in
                CredentialPage.line(view, details.off.first { $0.credential == view.id }, language)
            })
        part(say(Sentence("VEHICLES")), details.vehicles.map { PageText.joined($0.plate, code($0.dwelling)) })
        part(say(Sentence("ANSWERS FOR")), details.responsibleFor.map { PageText.joined($0.name, $0.reference) })
        part(
            say(Sentence("CHANGES")),
            details.history.suffix(8).map { state in
                let event = state.entry.map { say(Sentence("entry \($0)")) }
                return PageText.joined(
                    state.at.map(PageText.time), event, PageText.word(state.row.status, language),
                    state.row.dwelling.map(code))
            })
        return lines
    }
}
