/// Access levels, turned round: for each access point the groups that may pass, with their schedules. Built anew when
/// the policy or the registry's list of groups changes.
struct AccessTable: Sendable {
    private struct Grant: Sendable {
        var groups: UInt64
        /// Index of the schedule; -1 is always.
        var schedule: Int
    }
    private var grants: [[Grant]]
    private var schedules: [Schedule]
    private var specialDays: [Int32: SpecialDayKind]
    private let lockdownGroups: UInt64
    let groupCount: Int

    init(site: Site, registry: Registry) {
        schedules = site.policy.schedules
        specialDays = site.policy.specialDays
        groupCount = registry.groupNames.count
        func bits(_ names: [String]) -> UInt64 {
            registry.groupNames.enumerated().reduce(0) { names.contains($1.element) ? $0 | 1 << UInt64($1.offset) : $0 }
        }
        lockdownGroups = bits(site.policy.lockdownGroups)
        grants = site.accessPoints.map { point in
            site.policy.levels.filter { $0.accessPoints.contains(point.id) }.map { level in
                Grant(groups: bits(level.groups), schedule: level.schedule ?? -1)
            }
        }
    }

    /// How many levels of the groups cover the access point, and how many of those are open now.
    func standing(groups: UInt64, pointAt index: Int, at now: Moment) -> (covering: Int, open: Int) {
        var covering = 0
        var open = 0
        for grant in grants[index] where grant.groups & groups != 0 {
            covering += 1
            if grant.schedule < 0
                || schedules[grant.schedule].isOpen(
                    day: now.localDay, minute: now.localMinute, special: specialDays[now.localDay])
            {
                open += 1
            }
        }
        return (covering, open)
    }

    func isOpen(schedule index: Int, at now: Moment) -> Bool {
        schedules.indices.contains(index)
            && schedules[index].isOpen(
                day: now.localDay, minute: now.localMinute, special: specialDays[now.localDay])
    }

    func mayPassLockdown(groups: UInt64) -> Bool { groups & lockdownGroups != 0 }
}
