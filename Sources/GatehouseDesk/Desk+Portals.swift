internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore

/// Openings, postures, and what needs eyes.
extension Desk {
    func openPortal(_ command: PortalOpen, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .open(portal(command.portal))))
    }

    /// What opens more than once wants a name, or the word that all are meant.
    func freePortal(_ command: PortalFree, _ call: Call) throws -> PostureChange {
        try changePosture(.free, at: target(command.portal, command.all, "portal free"), call)
    }

    func returnToNormal(_ command: PortalNormal, _ call: Call) throws -> PostureChange {
        try changePosture(.secure, at: target(command.portal, command.all, "portal normal"), call)
    }

    /// What closes means all portals where none is named: who is attacked types one line.
    func blockPortal(_ command: PortalBlock, _ call: Call) throws -> PostureChange {
        if command.portal == nil, call.actor.role == .guard_ {
            throw CommandRefusal(
                code: "argumentMissing",
                message: Sentence("a guard blocks one portal by its name; all at once is \"portal lockdown\""))
        }
        return try changePosture(.blocked, at: command.portal.map(portal), call)
    }

    func lockDown(_ command: PortalLockdown, _ call: Call) throws -> PostureChange {
        try changePosture(.lockdown, at: command.portal.map(portal), call)
    }

    private func target(_ name: NameArgument?, _ all: FlagArgument?, _ command: String) throws -> PortalID? {
        switch (name, all?.isOn ?? false) {
        case (let name?, false): return try portal(name)
        case (nil, true): return nil
        case (nil, false):
            throw CommandRefusal(
                code: "argumentMissing",
                message: Sentence("\"\(command)\" needs the name of a portal, or --all for every one"))
        case (_?, true):
            throw CommandRefusal(
                code: "malformed", message: Sentence("\"\(command)\" takes a portal or --all, not both"))
        }
    }

    private func changePosture(_ posture: Posture, at target: PortalID?, _ call: Call) throws -> PostureChange {
        let before = try ask { view in
            view.controller.portals.filter { target == nil || $0.settings.id == target }.map {
                ($0.settings.id.name, $0.posture.word)
            }
        }
        let event = try order(call, .posture(target, posture))
        return PostureChange(
            event: event,
            portals: before.map { PostureChange.Portal(name: $0.0, before: $0.1, posture: posture.word) })
    }

    func resetFire(_ command: PortalFireReset, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .fireReset))
    }

    // MARK: Alarms

    func listAlarms(_ command: AlarmList, _ call: Call) throws -> AlarmList.Reply {
        let calendar = fields.calendar
        return try ask { view in
            AlarmList.Reply(
                alarms: view.controller.alarms.open.map { Self.view($0, calendar, call.language) },
                letGo: view.controller.alarms.letGo)
        }
    }

    static func view(_ alarm: Alarm, _ calendar: SiteCalendar, _ language: Language) -> AlarmView {
        AlarmView(
            alarm: alarm.entry, code: alarm.code.word, subject: alarm.subject,
            severity: alarm.code.severity.rawValue, sentence: alarm.code.sentence.text(in: language),
            raised: SiteTime.text(alarm.raised, calendar), state: alarm.state.rawValue,
            ended: alarm.ended.map { SiteTime.text($0, calendar) },
            acknowledged: alarm.acknowledged.map { SiteTime.text($0.at, calendar) }, by: alarm.acknowledged?.by)
    }

    func acknowledgeAlarm(_ command: AlarmAck, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .acknowledge(alarm: command.alarm.value)))
    }
}
