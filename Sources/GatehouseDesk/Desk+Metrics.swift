internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseRegister
internal import GatehouseStore

extension Desk {
    func metrics(_ command: Metrics, _ call: Call) throws -> Metrics.Reply {
        let reader = try reader()
        let (owed, last) = (try reader.outboxCounts(), try reader.lastSequence())
        let (settings, keys, calendar, plan) = (
            configuration.readers, surroundings.keys, fields.calendar, Self.plan(configuration)
        )
        let (site, ages) = (configuration.site.name, surroundings.evidence())
        return try ask { view in
            let controller = view.controller
            let unheard = Self.unheard(plan, view)
            let now = view.now.monotonic
            func age(_ since: MonotonicTime?) -> Int64? { since.map { max(0, (now - $0).wholeMilliseconds) } }
            return Metrics.Reply(
                site: site, version: GatehouseVersion.text, uptime: age(view.figures.startedAt) ?? 0,
                clock: view.now.isCivilTrusted ? "trusted" : "untrusted", entries: last,
                decisions: view.figures.decisions, release: view.figures.release,
                waiting: Metrics.Waiting(
                    entries: view.figures.waiting, oldest: age(view.figures.waitingSince) ?? 0),
                outbox: owed.map {
                    let age = view.now.civil - $0.oldest
                    return Metrics.Owed(
                        destination: $0.destination, owed: $0.owed, oldest: max(0, age.wholeMilliseconds))
                },
                readers: settings.map {
                    let shown = Self.view($0, view, keys, calendar)
                    return Metrics.Reader(name: shown.name, link: shown.link, counters: shown.counters ?? [:])
                },
                portals: controller.portals.map {
                    let shown = Self.view($0, controller, unheard)
                    return Metrics.Portal(
                        name: shown.name, posture: shown.posture, lock: shown.lock, door: shown.door)
                },
                conditions: HealthCode.Severity.allCases.map { severity in
                    let count = controller.health.standing.count { $0.code.severity == severity }
                    return Metrics.Count(kind: severity.rawValue, count: UInt64(count))
                },
                alarms: controller.alarms.open.count { !$0.isAcknowledged }, checkpoint: age(ages.signed),
                witnessed: age(ages.witnessed))
        }
    }
}
