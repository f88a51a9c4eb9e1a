internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    /// A shift without a word is this long.
    private static let shift: Duration = .seconds(12 * 3600)
    /// A shift is no way to walk the journal.
    private static let longestShift: Duration = .seconds(24 * 3600)

    /// The page that one shift hands to the next, and the entry that it was handed over.
    func endShift(_ command: ShiftEnd, _ call: Call) throws -> ShiftEnd.Reply {
        let now = try now()
        let since =
            try command.since.map { try time("since", $0, call, .past) } ?? now + (Duration.zero - Self.shift)
        guard since <= now, now - since <= Self.longestShift else {
            throw CommandRefusal(
                code: "malformed",
                message: Sentence("\"since\" has to be within the last 24 hours: when the shift began"))
        }
        let reader = try reader()
        var filter = JournalFilter()
        filter.from = since
        filter.kinds = [.order]
        filter.outcomes = ["done"]
        filter.limit = 0
        let span = try reader.span(filter)
        let event = try look(call, .entries(from: span.first, through: span.last))
        let views = try entryViews(reader, call)
        var opened: [EntryView] = []
        try reader.each(filter, withPersonal: views.readsPersonal) { stored in
            try call.check()
            let words = stored.entry.detail["command"]?.text?.split(separator: " ").prefix(2).joined(separator: " ")
            if words == CommandName.portalOpen.rawValue { opened.append(views.view(stored)) }
        }
        let (settings, keys, calendar) = (configuration.readers, surroundings.keys, fields.calendar)
        let (site, plan) = (configuration.site.name, Self.plan(configuration))
        let (from, at) = (text(since), text(now))
        let by = call.actor.account ?? call.actor.name
        return try ask { [opened] view in
            ShiftEnd.Reply(
                site: site, from: from, at: at, by: by,
                alarms: view.controller.alarms.open.map { Self.view($0, calendar, call.language) },
                portals: view.controller.portals.filter { $0.posture != .secure }.map {
                    Self.view($0, view.controller, Self.unheard(plan, view))
                },
                offline: settings.map { Self.view($0, view, keys, calendar) }.filter { $0.link == "offline" }.map(
                    \.name),
                opened: opened, event: event)
        }
    }
}
