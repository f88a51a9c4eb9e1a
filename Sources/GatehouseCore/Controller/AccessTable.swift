/// Access levels, turned round: for each access point the groups that may pass, with their schedules. Built anew when
/// the policy or the registry's list of groups or shifts changes.
struct AccessTable: Sendable {
    private struct Grant: Sendable {
        var groups: UInt64
        /// Index of the schedule; -1 is always.
        var schedule: Int
        var isBar: Bool
        var highestThreat: UInt8
    }
    struct FirstPerson: Sendable {
        var accessPoint: AccessPointID
        var groups: UInt64
        var schedule: Int?
    }
    struct Standing: Sendable {
        /// Levels of the groups that cover the access point, and of those: open now, resting for the threat level.
        var covering = 0
        var open = 0
        var suspended = 0
        var isBarred = false
    }

    private var grants: [[Grant]]
    /// The levels that name the group of visitors, whether anybody on the register is one: passes are under them too.
    private var visitorGrants: [[Grant]]
    private var schedules: [Schedule]
    private var specialDays: [Int32: SpecialDayKind]
    private let lockdownGroups: UInt64
    private var guests: [UInt64]
    private var escorts: [UInt64]
    /// Index of the schedule of each shift of the registry; nil where the policy has none of that name.
    private var shifts: [Int?]
    let firstPersons: [FirstPerson]
    /// Groups that open a free window, by its place in the policy.
    let freeWindowGroups: [UInt64]
    private let groupCount: Int

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
                Grant(
                    groups: bits(level.groups), schedule: level.schedule ?? -1, isBar: level.isBar,
                    highestThreat: level.highestThreat)
            }
        }
        visitorGrants = site.accessPoints.map { point in
            site.policy.levels.filter {
                $0.accessPoints.contains(point.id) && $0.groups.contains(PersonRole.visitor.usualGroup)
            }.map {
                Grant(groups: .max, schedule: $0.schedule ?? -1, isBar: $0.isBar, highestThreat: $0.highestThreat)
            }
        }
        guests = site.accessPoints.map { bits($0.escort?.guests ?? []) }
        escorts = site.accessPoints.map { bits($0.escort?.by ?? []) }
        shifts = registry.shiftNames.map { name in site.policy.schedules.firstIndex { $0.name == name } }
        firstPersons = site.policy.firstPersons.map {
            FirstPerson(accessPoint: $0.accessPoint, groups: bits($0.groups), schedule: $0.schedule)
        }
        freeWindowGroups = site.policy.freeWindows.map { bits($0.firstPerson) }
    }

    /// Whether the table was made for the groups and shifts that the registry has now.
    func fits(_ registry: Registry) -> Bool {
        groupCount == registry.groupNames.count && shifts.count == registry.shiftNames.count
    }

    func standing(groups: UInt64, pointAt index: Int, threat: UInt8, at now: Moment) -> Standing {
        standing(grants[index], groups: groups, threat: threat, at: now)
    }

    /// The levels of visitors, as far as they take something away from whoever has a pass.
    func standingOfVisitors(pointAt index: Int, threat: UInt8, at now: Moment) -> Standing {
        standing(visitorGrants[index], groups: .max, threat: threat, at: now)
    }

    private func standing(_ grants: [Grant], groups: UInt64, threat: UInt8, at now: Moment) -> Standing {
        var standing = Standing()
        for grant in grants where grant.groups & groups != 0 {
            let isOpen = grant.schedule < 0 || isOpen(schedule: grant.schedule, at: now)
            if grant.isBar {
                if isOpen { standing.isBarred = true }
                continue
            }
            standing.covering += 1
            if threat > grant.highestThreat {
                standing.suspended += 1
            } else if isOpen {
                standing.open += 1
            }
        }
        return standing
    }

    /// Whether the schedule is open; nil is at any time.
    func isOpen(schedule index: Int?, at now: Moment) -> Bool {
        day(ofSchedule: index, at: now) != nil
    }

    /// The day to which the present moment belongs by the schedule; nil while it is closed. Without one it is the local day.
    func day(ofSchedule index: Int?, at now: Moment) -> Int32? {
        guard let index else { return now.localDay }
        guard schedules.indices.contains(index) else { return nil }
        return schedules[index].day(at: now.localDay, minute: now.localMinute) { specialDays[$0] }
    }

    /// A shift whose schedule the policy does not have is never on.
    func isOpen(shift: UInt8, at now: Moment) -> Bool {
        let index = Int(shift) - 1
        return shifts.indices.contains(index) && shifts[index].map { isOpen(schedule: $0, at: now) } ?? false
    }

    func mayPassLockdown(groups: UInt64) -> Bool { groups & lockdownGroups != 0 }
    func isGuest(_ groups: UInt64, pointAt index: Int) -> Bool { guests[index] & groups != 0 }
    func wantsEscortOfVisitors(_ settings: AccessPointSettings) -> Bool {
        settings.escort?.guests.contains(PersonRole.visitor.usualGroup) ?? false
    }
    func isEscort(_ groups: UInt64, pointAt index: Int) -> Bool { escorts[index] & groups != 0 }
}
