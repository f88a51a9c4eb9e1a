package import GatehouseCore

/// The page that a shift hands over, in 80 columns.
package enum ShiftPage {
    package static func lines(_ reply: ShiftEnd.Reply, _ language: Language) -> [String] {
        func say(_ sentence: Sentence) -> String { sentence.text(in: language) }
        func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }
        var lines = [
            say(
                Sentence(
                    "\(reply.site)  shift from \(time(reply.from)) to \(time(reply.at)), handed over by \(reply.by)"))
        ]
        /// A part of the page; nothing is said too, so that nobody wonders whether it was looked at.
        func part(_ title: String, _ items: [String], none: String) {
            lines.append("")
            lines.append(title)
            lines += items.isEmpty ? ["  \(none)"] : items.flatMap { wrapped($0) }
        }
        part(
            say(Sentence("ALARMS STILL OPEN")),
            reply.alarms.map { alarm($0, language) }, none: say(Sentence("none")))
        part(
            say(Sentence("PORTALS NOT AS USUAL")),
            reply.portals.map { "\($0.name)  \(Words.outcome($0.posture, language))" }, none: say(Sentence("none")))
        part(say(Sentence("READERS OFFLINE")), reply.offline, none: say(Sentence("none")))
        part(
            say(Sentence("OPENED BY HAND")),
            reply.opened.map { entry in
                let by = entry.personal?["account"] ?? entry.actor ?? ""
                let note = entry.personal?["note"].map { "  \"\($0)\"" } ?? ""
                return "\(entry.seq)  \(time(entry.at))  \(entry.portal ?? "-")  \(by)\(note)"
            }, none: say(Sentence("nothing")))
        lines.append("")
        lines.append(
            reply.event.map { say(Sentence("Entry \($0).")) }
                ?? say(Sentence("The entry waits for the disk: gatehousectl health")))
        lines.append(say(Sentence("Taken over by ____________________")))
        return lines
    }

    /// Open alarms, each with whether it is over and who has seen it.
    package static func lines(_ alarms: [AlarmView], _ language: Language) -> [String] {
        alarms.flatMap { wrapped(alarm($0, language)) }
    }

    private static func alarm(_ alarm: AlarmView, _ language: Language) -> String {
        let seen =
            alarm.by.map { Sentence("seen by \($0), \(PageText.time(alarm.acknowledged ?? ""))") }
            ?? Sentence("nobody has seen it")
        let subject = alarm.subject.isEmpty ? "" : " (\(alarm.subject))"
        let over = alarm.ended.map { Sentence("over since \(PageText.time($0))").text(in: language) + "; " } ?? ""
        return
            "\(alarm.alarm)  \(PageText.time(alarm.raised))  \(alarm.sentence)\(subject); \(over)\(seen.text(in: language))"
    }

    private static func wrapped(_ text: String) -> [String] {
        // Columns of one row stay apart; what people wrote steers no terminal.
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }))
        let lines = Columns.wrap(clean, first: 78, others: 74)
        return lines.enumerated().map { ($0 == 0 ? "  " : "      ") + $1 }
    }
}
