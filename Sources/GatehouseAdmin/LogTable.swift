package import GatehouseCore

/// Entries of the journal for people: a table that fits 80 columns. What is longer goes on in a line below.
package enum LogTable {
    /// How an entry sounds.
    package enum Tone: Hashable, Sendable {
        case plain, refused, alarm
    }

    private static let number = 7
    private static let time = 14
    private static let place = 10
    private static let who = 12
    private static let home = 11
    private static let what = 19
    /// Where lines begin that go on.
    private static let indent = number + 1 + time + 1

    package static func header(_ language: Language) -> String {
        let words = [
            Sentence("ENTRY"), Sentence("TIME"), Sentence("WHERE"), Sentence("WHO"), Sentence("DWELLING"),
            Sentence("WHAT"),
        ].map { $0.text(in: language) }
        return line(words[0], words[1], words[2], "P", words[3], words[4], words[5])
    }

    private static func line(
        _ number: String, _ time: String, _ place: String, _ picture: String, _ who: String, _ home: String,
        _ what: String
    ) -> String {
        let digits = String(repeating: " ", count: max(0, Self.number - Columns.width(number))) + number
        let text = [
            digits, Columns.fit(time, Self.time), Columns.fit(place, Self.place), picture,
            Columns.fit(who, Self.who, keepsEnd: who.contains(":")),
            Columns.fit(home, Self.home, keepsEnd: true), what,
        ].joined(separator: " ")
        return String(text.reversed().drop { $0 == " " }.reversed())
    }

    /// The lines of an entry: number, local time, place, whether there is a picture, who, where they live, what happened.
    package static func lines(_ entry: EntryView, _ language: Language) -> [String] {
        let words = Columns.wrap(
            clean(happened(entry, language)), first: what, others: 80 - indent)
        let first = line(
            "\(entry.seq)", String(entry.at.dropFirst(5).prefix(14)).replacing("T", with: " "),
            clean(entry.point ?? entry.portal ?? entry.reader ?? "-"), picture(entry), clean(person(entry)),
            clean(entry.dwelling ?? ""), words[0])
        return [first] + words.dropFirst().map { String(repeating: " ", count: indent) + $0 }
    }

    package static func tone(_ entry: EntryView) -> Tone {
        switch EntryKind(rawValue: entry.kind) {
        case .forced, .heldOpen, .tailgated, .fire, .gap: .alarm
        default:
            entry.outcome == AccessDecision.grantedUnderDuress.word
                ? .alarm : entry.outcome == "denied" || entry.outcome == "refused" ? .refused : .plain
        }
    }

    /// Whether whoever watches has to look up: an alarm was raised, or somebody opened under threat. What guards themselves did
    /// needs no bell.
    package static func isUrgent(_ entry: EntryView) -> Bool {
        if entry.outcome == AccessDecision.grantedUnderDuress.word { return true }
        guard let kind = EntryKind(rawValue: entry.kind) else { return false }
        let raised = Alarms.raised(by: kind, entry.outcome.flatMap(EntryOutcome.init(rawValue:)), entry.reason)
        return switch raised {
        case .condition(.credentialSuspended), nil: false
        case .condition, .tailgated, .lockout: true
        }
    }

    /// `P` where there is a picture, `-` where there is the reason for having none.
    private static func picture(_ entry: EntryView) -> String {
        guard let picture = entry.picture else { return " " }
        return picture.path != nil ? "P" : "-"
    }

    /// Somebody by name; who may not see names sees the number. Of an order whoever gave it.
    package static func person(_ entry: EntryView) -> String {
        if let name = entry.name { return name }
        if let person = entry.person { return "#\(person)" }
        if let card = entry.personal?["cardNumber"] { return card }
        return entry.personal?["account"] ?? entry.actor ?? ""
    }

    package static func happened(_ entry: EntryView, _ language: Language) -> String {
        var parts: [String] = []
        let kind = EntryKind(rawValue: entry.kind)
        if let command = entry.detail?["command"]?.string {
            parts.append(ordered(command, language))
            if kind != .order, let kind { parts.append("(\(Words.kind(kind, language)))") }
        } else if kind != .decision, kind != .snapshot {
            parts.append(kind.map { Words.kind($0, language) } ?? entry.kind)
        }
        if let outcome = entry.outcome, kind != .order || outcome != "done" {
            parts.append(Words.outcome(outcome, language))
        }
        if let reason = entry.reason { parts.append("(\(Words.reason(reason, language)))") }
        if let detail = entry.detail { parts += details(detail, language) }
        if let actor = entry.actor, entry.name != nil || entry.person != nil {
            parts.append(Sentence("by \(entry.personal?["account"] ?? actor)").text(in: language))
        }
        if let note = entry.personal?["note"] { parts.append("\"\(note)\"") }
        if let about = entry.about { parts.append(Sentence("of \(about)").text(in: language)) }
        // A name that its column cuts is said whole.
        if let name = entry.name, Columns.width(name) > who { parts.append("· \(name)") }
        return parts.joined(separator: " ")
    }

    /// One line for people: number, time, place, what, who, why, picture.
    package static func sentence(_ entry: EntryView, _ language: Language) -> String {
        var parts = [
            "\(entry.seq)", String(entry.at.prefix(23)), entry.point ?? entry.portal ?? entry.reader ?? "-",
            EntryKind(rawValue: entry.kind).map { Words.kind($0, language) } ?? entry.kind,
        ]
        if let outcome = entry.outcome { parts.append(Words.outcome(outcome, language)) }
        if let reason = entry.reason { parts.append("(\(Words.reason(reason, language)))") }
        if let name = entry.name {
            parts.append(name)
        } else if let person = entry.person {
            parts.append("#\(person)")
        }
        if let card = entry.personal?["cardNumber"], entry.person == nil { parts.append(card) }
        if let detail = entry.detail { parts += details(detail, language) }
        if let actor = entry.actor {
            let account = entry.personal?["account"].map { "\(actor) \($0)" } ?? actor
            parts.append(Sentence("by \(account)").text(in: language))
        }
        if let note = entry.personal?["note"] { parts.append("\"\(note)\"") }
        if let about = entry.about { parts.append(Sentence("of \(about)").text(in: language)) }
        if let path = entry.picture?.path { parts.append(path) }
        return parts.joined(separator: "  ")
    }

    private static func details(_ detail: [String: JSON], _ language: Language) -> [String] {
        var parts: [Sentence] = []
        if let pass = detail["pass"]?.string { parts.append(Sentence("pass \(pass)")) }
        if let serial = detail["serial"]?.string { parts.append(Sentence("serial \(serial)")) }
        if let before = detail["serialBefore"]?.string { parts.append(Sentence("before \(before)")) }
        if let unknown = detail["unknown"]?.integer, let missing = detail["missing"]?.integer {
            parts.append(Sentence("\(unknown) unknown, \(missing) missing"))
        }
        if let part = detail["part"]?.string { parts.append(Sentence(verbatim: part)) }
        if let fault = detail["fault"]?.string.flatMap(WalkFault.init(rawValue:)) {
            parts.append(fault.sentence(detail["other"]?.string))
        }
        if let count = detail["count"]?.integer { parts.append(Sentence("\(count, "time", "times")")) }
        return parts.map { $0.text(in: language) }
    }

    /// What was ordered: the command as it is typed, and in Chinese what it does, with what it was given.
    private static func ordered(_ text: String, _ language: Language) -> String {
        guard language == .chinese else { return text }
        let words = text.split(separator: " ")
        for count in (1...3).reversed() where words.count >= count {
            guard let name = CommandName(rawValue: words.prefix(count).joined(separator: " ")) else { continue }
            let rest = words.dropFirst(count)
            return ([name.entry.summary.text(in: language)] + rest.map(String.init)).joined(separator: " ")
        }
        return text
    }

    /// Terminals must not be steered by what stands in a registry: control characters are shown as dots.
    private static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? "·" : $0
                }))
    }
}
