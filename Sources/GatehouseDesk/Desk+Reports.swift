internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

/// What an office tells others: counts of the journal.
extension Desk {
    func reportMonth(_ command: ReportMonth, _ call: Call) throws -> ReportMonth.Reply {
        let name = command.month.argumentText
        let (first, next) = try month(name)
        var filter = JournalFilter()
        filter.from = CivilTime(seconds: fields.calendar.utc(day: first, minute: 0))
        filter.until = CivilTime(seconds: fields.calendar.utc(day: next, minute: 0))
        filter.kinds = [.decision, .passage] + Alarms.kinds
        filter.limit = 0
        filter.isNewestFirst = false
        let portals = Set(configuration.site.portals.map(\.id.name))
        var count = MonthCount(portals: portals, calendar: fields.calendar)
        try reader().each(filter) { count.hear($0.entry) }
        let days = count.days
        for day in days { try call.list(day) }
        return ReportMonth.Reply(site: configuration.site.name, month: name, days: days, hours: count.hours)
    }

    /// The first day of a month, and that of the next one.
    private func month(_ text: String) throws -> (first: Int32, next: Int32) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let year = TextRule.number(parts[0], atMost: 9999), let month = TextRule.number(parts[1], atMost: 12),
            let first = CalendarDay.day(year: Int(year), month: Int(month), day: 1),
            let next = CalendarDay.day(
                year: Int(month == 12 ? year + 1 : year), month: Int(month == 12 ? 1 : month + 1), day: 1)
        else { throw CommandRefusal(code: "malformed", message: Sentence("\"month\" is a month such as 2026-10")) }
        return (first, next)
    }
}

/// Counts entries in their order. An alarm counts when it is raised, and once while nobody has seen it.
private struct MonthCount {
    private struct Key: Hashable {
        var day: Int32
        var portal: String
    }

    let portals: Set<String>
    let calendar: SiteCalendar
    private var found: [Key: ReportMonth.Day] = [:]
    private var alarms = Alarms()
    /// Passages by the hour of the day.
    private(set) var hours = [Int](repeating: 0, count: 24)

    init(portals: Set<String>, calendar: SiteCalendar) {
        self.portals = portals
        self.calendar = calendar
    }

    /// By day, then by gate.
    var days: [ReportMonth.Day] {
        found.sorted { ($0.key.day, $0.key.portal) < ($1.key.day, $1.key.portal) }.map(\.value)
    }

    mutating func hear(_ entry: JournalEntry) {
        alarms.hear(entry)
        if alarms.holds(entry.sequence) {
            let subject = entry.portal?.name ?? entry.detail["subject"]?.text ?? ""
            change(entry, portals.contains(subject) ? subject : "") { $0.alarms += 1 }
        }
        let portal = entry.portal?.name ?? ""
        switch entry.kind {
        case .decision:
            if entry.outcome?.hasPrefix(AccessDecision.granted.word) == true {
                change(entry, portal) { $0.granted += 1 }
            } else {
                change(entry, portal) {
                    $0.refused += 1
                    $0.reasons[entry.reason ?? "", default: 0] += 1
                }
            }
        case .passage:
            guard entry.outcome == "taken" else { return }
            change(entry, portal) { $0.taken += 1 }
            hours[Int((local(entry) % 86400 + 86400) % 86400 / 3600)] += 1
        case .order:
            let command = entry.detail["command"]?.text ?? ""
            // The command, and its arguments behind it.
            let isOpening = "\(command) ".hasPrefix("\(CommandName.portalOpen.rawValue) ")
            if isOpening, entry.outcome != "refused" { change(entry, portal) { $0.openings += 1 } }
        default: return
        }
    }

    /// Seconds of local time.
    private func local(_ entry: JournalEntry) -> Int64 {
        entry.civil.seconds + calendar.offset(at: entry.civil.seconds)
    }

    private mutating func change(_ entry: JournalEntry, _ portal: String, _ body: (inout ReportMonth.Day) -> Void) {
        let local = local(entry)
        let day = Int32(clamping: local >= 0 ? local / 86400 : (local - 86399) / 86400)
        let new = ReportMonth.Day(day: CalendarDay.text(day), portal: portal.isEmpty ? nil : portal)
        body(&found[Key(day: day, portal: portal), default: new])
    }
}
