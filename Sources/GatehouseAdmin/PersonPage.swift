internal import GatehouseCore

/// A person on one page of 80 columns.
package enum PersonPage {
    package static func lines(_ reply: PersonShow.Reply, _ language: Language) -> [String] {
        func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
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
            PageText.joined(person.phone, person.note, person.needsTime == true ? say("needs time", "需要更多时间") : nil))
        func part(_ title: String, _ items: [String]) { lines += PageText.part(title, items) }
        part(
            say("TENANCIES", "租约"),
            details.tenancies.map {
                PageText.joined(
                    "\($0.id)", code($0.dwelling),
                    say("\($0.firstDay) to \($0.lastDay)", "\($0.firstDay) 至 \($0.lastDay)"),
                    PageText.word($0.state, language))
            })
        part(say("CARDS, PINS, FACES, PLATES", "凭证"), details.credentials.map { credential($0, details, language) })
        part(say("VEHICLES", "车辆"), details.vehicles.map { PageText.joined($0.plate, code($0.dwelling)) })
        part(say("ANSWERS FOR", "负责人员"), details.responsibleFor.map { PageText.joined($0.name, $0.reference) })
        part(
            say("CHANGES", "变更"),
            details.history.suffix(8).map { state in
                let event = state.entry.map { say("entry \($0)", "记录 \($0)") }
                return PageText.joined(
                    state.at.map(PageText.time), event, PageText.word(state.row.status, language),
                    state.row.dwelling.map(code))
            })
        return lines
    }

    private static func credential(_ view: CredentialView, _ details: PersonDetails, _ language: Language) -> String {
        let off = details.off.first { $0.credential == view.id }
        var status = PageText.word(view.status, language)
        if let off, let until = off.until {
            let (since, by) = (off.since.map(PageText.time) ?? "-", off.by ?? "-")
            switch language {
            case .english: status = "suspended by guard \(by) at \(since) until \(PageText.time(until))"
            case .chinese: status = "临时停用（保安 \(by)，\(since) 至 \(PageText.time(until))）"
            }
        } else if language == .english {
            if let since = off?.since { status += " since \(PageText.time(since))" }
            if let by = off?.by { status += ", by \(by)" }
        } else if let since = off?.since {
            status += "（自 \(PageText.time(since)) 起" + (off?.by.map { "，\($0)" } ?? "") + "）"
        }
        return PageText.joined(
            "\(view.id)", view.kind, view.value, status, PageText.span(view.from, view.until, language),
            view.note.map { "\"\($0)\"" })
    }
}
