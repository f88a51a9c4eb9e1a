internal import GatehouseCore

/// `schedules`, `special_days`, `access_levels` and `lockdown_groups`: what a reload may change.
enum PolicySection {
    private enum DayWord: String, CaseIterable { case mon, tue, wed, thu, fri, sat, sun, holiday, shortened, event }
    private enum KindWord: String, CaseIterable { case holiday, shortened, event }

    static func read(
        _ top: MappingReader, _ site: inout Site, _ factorWindows: [NamedFactorWindow],
        _ digest: ([UInt8]) -> [UInt8]
    ) {
        var policy = AccessPolicy()
        let schedules = schedules(top)
        policy.schedules = schedules
        for window in factorWindows {
            let index = window.schedule.flatMap { self.index(of: $0, in: schedules, window.at, "schedule") }
            policy.factorWindows.append(
                FactorWindow(
                    accessPoint: window.accessPoint, schedule: index, threat: window.threat, factors: window.factors))
        }
        policy.specialDays = specialDays(top)
        let points = Set(site.accessPoints.map(\.id.name))
        policy.levels = levels(top, points, schedules)
        policy.lockdownGroups = top.list("lockdown_groups", of: .identifier(of: AreaTag.self), count: 0...64).map(
            \.name)
        policy.tenancyGrace =
            top.optional("tenancy_grace", .duration(in: .zero...(.seconds(30 * 86400))), default: .zero)
            .wholeMilliseconds / 1000
        policy.firstPersons = firstPersons(top, points, schedules)
        policy.freeWindows = freeWindows(top, site.portals.map(\.id), schedules)
        top.group("privacy") { group in
            let kept = group.optional(
                "keep_personal", .duration(in: .seconds(30 * 86400)...(.seconds(3650 * 86400))),
                default: .seconds(365 * 86400))
            policy.personalDays = kept.wholeMilliseconds / 86_400_000
            let ended = group.optional(
                "keep_ended", .duration(in: .seconds(30 * 86400)...(.seconds(36500 * 86400))),
                default: .seconds(1095 * 86400))
            policy.endedDays = ended.wholeMilliseconds / 86_400_000
            let alerts = group.optional(
                "keep_alerts", .duration(in: .seconds(30 * 86400)...(.seconds(3650 * 86400))),
                default: .seconds(365 * 86400))
            policy.alertDays = alerts.wholeMilliseconds / 86_400_000
            let deletion = group.optional(
                "face_deletion", .duration(in: .seconds(86400)...(.seconds(30 * 86400))), default: .seconds(15 * 86400))
            policy.deletionDeadline = deletion.wholeMilliseconds / 1000
        }
        top.group("policy_age") { group in
            for role in PersonRole.allCases {
                guard
                    let age = group.optional(role.word, .duration(in: .seconds(3600)...(.seconds(3650 * 86400))))
                else { continue }
                policy.ages[role] = age.wholeMilliseconds / 1000
            }
        }
        policy.digest = digest(Array(canonicalText(policy).utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        site.policy = policy
    }

    private static let always = "always"

    private static func schedules(_ top: MappingReader) -> [Schedule] {
        let read = top.items(named: "schedules") { window -> TimeWindow? in
            var days: DaySet = []
            for day in window.list("days", of: .choice(DayWord.self), count: 1...10) {
                switch day {
                case .holiday: days.insert(.special(.holiday))
                case .shortened: days.insert(.special(.shortened))
                case .event: days.insert(.special(.event))
                default: days.insert(DaySet(rawValue: 1 << UInt16(DayWord.allCases.firstIndex(of: day)!)))
                }
            }
            let from = window.required("from", .timeOfDay())
            let to = window.required("to", .timeOfDay(allowsEndOfDay: true))
            guard let from, let to else { return nil }
            return TimeWindow(days: days, from: from.minute, to: to.minute)
        }
        return read.map { Schedule(name: $0.name, windows: $0.windows) }
    }

    private static func specialDays(_ top: MappingReader) -> [Int32: SpecialDayKind] {
        var days: [Int32: SpecialDayKind] = [:]
        for (day, kind) in top.groups(
            "special_days", count: 0...500,
            { group -> (Int32, SpecialDayKind)? in
                let day = group.required("date", .date)
                let kind = group.required("kind", .choice(KindWord.self))
                guard let day, let kind else { return nil }
                return (day, kind == .holiday ? .holiday : kind == .shortened ? .shortened : .event)
            })
        { days[day] = kind }
        return days
    }

    private static func levels(_ top: MappingReader, _ points: Set<String>, _ schedules: [Schedule]) -> [AccessLevel] {
        let levels = top.namedGroups("access_levels", names: .identifier(of: AccessPointTag.self), count: 0...64) {
            name, group -> AccessLevel? in
            let groups = group.list("groups", of: .identifier(of: AreaTag.self), count: 1...64).map(\.name)
            let names = group.list("access_points", of: .identifier(of: AccessPointTag.self), count: 1...128)
            for point in names { expect(point, among: points, group, "access_points") }
            let schedule = group.required("schedule", .text(atMost: 32), placeholder: always)
            let isBar = group.optional("deny", .boolean, default: false)
            let threat = group.optional(
                "up_to_threat", .integer(in: 0...Int(AccessPolicy.highestThreat)),
                default: Int(AccessPolicy.highestThreat))
            if isBar, group.has("up_to_threat") {
                group.error(at: "up_to_threat", Sentence("a level that denies never rests"))
            }
            return AccessLevel(
                name: name.name, groups: groups, accessPoints: names,
                schedule: index(of: schedule, in: schedules, group, "schedule"), isBar: isBar,
                highestThreat: UInt8(threat))
        }
        return levels.map(\.value)
    }

    private static func firstPersons(
        _ top: MappingReader, _ points: Set<String>, _ schedules: [Schedule]
    ) -> [FirstPersonSettings] {
        top.groups("first_person", count: 0...32) { group -> FirstPersonSettings? in
            let point = group.required("access_point", .identifier(of: AccessPointTag.self))
            if let point { expect(point, among: points, group, "access_point") }
            let groups = group.list("groups", of: .identifier(of: AreaTag.self), count: 1...64).map(\.name)
            let schedule = group.optional("schedule", .text(atMost: 32), default: always)
            guard let point else { return nil }
            return FirstPersonSettings(
                accessPoint: point, groups: groups, schedule: index(of: schedule, in: schedules, group, "schedule"))
        }
    }

    private static func freeWindows(
        _ top: MappingReader, _ portals: [PortalID], _ schedules: [Schedule]
    ) -> [FreeWindow] {
        top.groups("free_access", count: 0...32) { group -> FreeWindow? in
            let portal = group.required("portal", .identifier(of: PortalTag.self))
            let schedule = group.required("schedule", .text(atMost: 32))
            let first = group.list("first_person", of: .identifier(of: AreaTag.self), count: 0...64).map(\.name)
            guard let portal, let schedule else { return nil }
            if !portals.contains(portal) { group.missing(at: "portal", Sentence("there is no portal '\(portal)'")) }
            if schedule == always {
                group.error(at: "schedule", Sentence("a portal that is always free needs no gate; name a schedule"))
            }
            return index(of: schedule, in: schedules, group, "schedule").map {
                FreeWindow(portal: portal, schedule: $0, firstPerson: first)
            }
        }
    }

    private static func expect(
        _ point: AccessPointID, among points: Set<String>, _ group: MappingReader, _ key: String
    ) {
        guard !points.contains(point.name) else { return }
        group.missing(
            at: key, Sentence("there is no access point '\(point)'"),
            suggestion: Nearest.match(for: point.name, among: points).map { Sentence("did you mean '\($0)'?") })
    }

    /// The place of a schedule; nil for `always`, and for one that is not there, which is an error.
    private static func index(
        of name: String, in schedules: [Schedule], _ group: MappingReader, _ key: String
    ) -> Int? {
        let index = schedules.firstIndex { $0.name == name }
        if index == nil, name != always {
            group.missing(
                at: key, Sentence("there is no schedule '\(name)'"),
                suggestion: Nearest.match(for: name, among: Set(schedules.map(\.name) + [always])).map {
                    Sentence("did you mean '\($0)'?")
                })
        }
        return index
    }

    /// The policy in one text, the same for the same policy however the file is laid out.
    private static func canonicalText(_ policy: AccessPolicy) -> String {
        var text = ""
        for schedule in policy.schedules {
            text += "schedule \(schedule.name)\n"
            for window in schedule.windows { text += " \(window.days.rawValue) \(window.from) \(window.to)\n" }
        }
        for day in policy.specialDays.keys.sorted() { text += "day \(day) \(policy.specialDays[day]!.rawValue)\n" }
        func name(_ schedule: Int?) -> String { schedule.map { policy.schedules[$0].name } ?? always }
        for level in policy.levels {
            text +=
                "level \(level.name) \(level.groups.joined(separator: ",")) \(level.accessPoints.map(\.name).joined(separator: ",")) \(name(level.schedule)) \(level.isBar) \(level.highestThreat)\n"
        }
        for window in policy.factorWindows {
            let factors = window.factors.map { String($0.rawValue) }.joined(separator: ",")
            text += "factors \(window.accessPoint) \(name(window.schedule)) \(window.threat) \(factors)\n"
        }
        for first in policy.firstPersons {
            text += "first \(first.accessPoint) \(first.groups.joined(separator: ",")) \(name(first.schedule))\n"
        }
        for window in policy.freeWindows {
            text += "free \(window.portal) \(name(window.schedule)) \(window.firstPerson.joined(separator: ","))\n"
        }
        for role in PersonRole.allCases { text += policy.ages[role].map { "age \(role.word) \($0)\n" } ?? "" }
        text += "grace \(policy.tenancyGrace)\n"
        text +=
            "privacy \(policy.personalDays ?? 0) \(policy.deletionDeadline) \(policy.endedDays ?? 0) \(policy.alertDays ?? 0)\n"
        return text + "lockdown \(policy.lockdownGroups.joined(separator: ","))\n"
    }
}

extension ScalarType where Value == Int32 {
    /// A date, `2026-10-01`, as the day since 1970.
    static var date: Self {
        ScalarType { text throws(ScalarProblem) in
            let parts = text.split(separator: "-", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].count == 4, let year = Int(parts[0]), let month = Int(parts[1]),
                let day = Int(parts[2]),
                let found = CalendarDay.day(year: year, month: month, day: day)
            else {
                throw ScalarProblem(
                    Sentence("'\(text.prefix(24))' is no date"), suggestion: Sentence("write it as 2026-10-01"))
            }
            return found
        }
    }
}

extension MappingReader {
    /// Named lists of groups: `daytime: [ {…}, {…} ]`.
    fileprivate func items<Result>(
        named key: String, _ body: @escaping (MappingReader) -> Result?
    ) -> [(name: String, windows: [Result])] {
        var found: [(name: String, windows: [Result])] = []
        _ = group(key) { group -> Bool in
            for name in group.keys {
                do throws(ScalarProblem) {
                    _ = try ScalarType<PortalID>.identifier(of: PortalTag.self).parse(name)
                } catch {
                    group.error(at: name, error.message, suggestion: error.suggestion)
                }
                found.append((name, group.groups(name, count: 1...50, body)))
            }
            return true
        }
        return found
    }
}
