internal import GatehouseCore

/// The page that a shift hands over, in 80 columns.
package enum ShiftPage {
    package static func lines(_ reply: ShiftEnd.Reply, _ language: Language) -> [String] {
        func say(_ english: String, _ chinese: String) -> String { language == .chinese ? chinese : english }
        func time(_ text: String) -> String { String(text.prefix(16)).replacing("T", with: " ") }
        var lines = [
            say(
                "\(reply.site)  shift from \(time(reply.from)) to \(time(reply.at)), handed over by \(reply.by)",
                "\(reply.site)  班次 \(time(reply.from)) 至 \(time(reply.at))，交班人 \(reply.by)")
        ]
        /// A part of the page; nothing is said too, so that nobody wonders whether it was looked at.
        func part(_ title: String, _ items: [String], none: String) {
            lines.append("")
            lines.append(title)
            lines += items.isEmpty ? ["  \(none)"] : items.flatMap { wrapped($0) }
        }
        part(
            say("ALARMS STILL OPEN", "未关闭的报警"),
            reply.alarms.map { alarm in
                let seen =
                    alarm.by.map { say("seen by \($0), \(time(alarm.acknowledged ?? ""))", "已由 \($0) 确认") }
                    ?? say("nobody has seen it", "无人确认")
                let subject = alarm.subject.isEmpty ? "" : " (\(alarm.subject))"
                return "\(alarm.alarm)  \(time(alarm.raised))  \(alarm.sentence)\(subject); \(seen)"
            }, none: say("none", "无"))
        part(
            say("PORTALS NOT AS USUAL", "非正常状态的通道"),
            reply.portals.map { "\($0.name)  \(Words.outcome($0.posture, language))" }, none: say("none", "无"))
        part(say("READERS OFFLINE", "离线的读卡器"), reply.offline, none: say("none", "无"))
        part(
            say("OPENED BY HAND", "手动开门"),
            reply.opened.map { entry in
                let by = entry.personal?["account"] ?? entry.actor ?? ""
                let note = entry.personal?["note"].map { "  \"\($0)\"" } ?? ""
                return "\(entry.seq)  \(time(entry.at))  \(entry.portal ?? "-")  \(by)\(note)"
            }, none: say("nothing", "无"))
        lines.append("")
        lines.append(
            reply.event.map { say("Entry \($0).", "记录 \($0)。") }
                ?? say("The entry waits for the disk: gatehousectl health", "记录等待写入：gatehousectl health"))
        lines.append(say("Taken over by ____________________", "接班人 ____________________"))
        return lines
    }

    private static func wrapped(_ text: String) -> [String] {
        // Columns of one row stay apart; what people wrote steers no terminal.
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }))
        let lines = Columns.wrap(clean, first: 78, others: 74)
        return lines.enumerated().map { ($0 == 0 ? "  " : "      ") + $1 }
    }
}
