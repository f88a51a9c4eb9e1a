internal import GatehouseCore

/// A person on one page of 80 columns.
package enum PersonPage {
    package static func lines(_ reply: PersonShow.Reply, _ language: Language) -> [String] {
        func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
        let (person, details) = (reply.first, reply.second)
        let codes = Dictionary(details.homes.map { ($0.id, $0.dwelling) }, uniquingKeysWith: { $1 })
        func code(_ id: UInt32) -> String { codes[id] ?? "#\(id)" }
        var lines = [joined(person.name, person.reference, word(person.role, language), word(person.status, language))]
        let span = Self.span(person.from, person.until, language)
        lines += wrapped(joined(person.dwelling.map(code), span, person.groups.joined(separator: ", ")))
        lines += wrapped(
            joined(person.phone, person.note, person.needsTime == true ? say("needs time", "需要更多时间") : nil))
        func part(_ title: String, _ items: [String]) {
            guard !items.isEmpty else { return }
            lines += ["", title] + items.flatMap(wrapped)
        }
        part(
            say("TENANCIES", "租约"),
            details.tenancies.map {
                joined(
                    "\($0.id)", code($0.dwelling),
                    say("\($0.firstDay) to \($0.lastDay)", "\($0.firstDay) 至 \($0.lastDay)"),
                    word($0.state, language))
            })
        part(say("CARDS, PINS, FACES, PLATES", "凭证"), details.credentials.map { credential($0, details, language) })
        part(say("VEHICLES", "车辆"), details.vehicles.map { joined($0.plate, code($0.dwelling)) })
        part(say("ANSWERS FOR", "负责人员"), details.responsibleFor.map { joined($0.name, $0.reference) })
        part(
            say("CHANGES", "变更"),
            details.history.suffix(8).map { state in
                let event = state.entry.map { say("entry \($0)", "记录 \($0)") }
                return joined(
                    state.at.map(time), event, word(state.row.status, language), state.row.dwelling.map(code))
            })
        return lines
    }

    private static func credential(_ view: CredentialView, _ details: PersonDetails, _ language: Language) -> String {
        let off = details.off.first { $0.credential == view.id }
        var status = word(view.status, language)
        if let off, let until = off.until {
            let (since, by) = (off.since.map(time) ?? "-", off.by ?? "-")
            switch language {
            case .english: status = "suspended by guard \(by) at \(since) until \(time(until))"
            case .chinese: status = "临时停用（保安 \(by)，\(since) 至 \(time(until))）"
            }
        } else if language == .english {
            if let since = off?.since { status += " since \(time(since))" }
            if let by = off?.by { status += ", by \(by)" }
        } else if let since = off?.since {
            status += "（自 \(time(since)) 起" + (off?.by.map { "，\($0)" } ?? "") + "）"
        }
        return joined(
            "\(view.id)", view.kind, view.value, status, span(view.from, view.until, language),
            view.note.map { "\"\($0)\"" })
    }

    private static func span(_ from: String?, _ until: String?, _ language: Language) -> String? {
        let isChinese = language == .chinese
        let parts = [
            from.map { isChinese ? "自 \(time($0))" : "from \(time($0))" },
            until.map { isChinese ? "至 \(time($0))" : "until \(time($0))" },
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private static func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }

    private static func joined(_ parts: String?...) -> String {
        parts.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    private static func wrapped(_ text: String) -> [String] {
        guard !text.isEmpty else { return [] }
        return Columns.wrap(text, first: 78, others: 74).enumerated().map { ($0 == 0 ? "  " : "      ") + $1 }
    }

    private static func word(_ word: String, _ language: Language) -> String {
        language == .chinese ? words[word] ?? word : word
    }

    private static let words = [
        "resident": "住户", "tenant": "租户", "household": "同住人", "contractor": "承包商", "staff": "员工", "visitor": "访客",
        "child": "儿童", "active": "正常",
        "suspended": "停用", "barred": "禁止进入", "enabled": "有效", "lost": "挂失", "stolen": "被盗", "damaged": "损坏",
        "returned": "退还", "running": "生效中", "notice": "已通知退租", "registered": "未开始", "ended": "已结束", "overstay": "逾期未退",
        "terminatedEarly": "已提前终止", "renewed": "已续租",
    ]
}
