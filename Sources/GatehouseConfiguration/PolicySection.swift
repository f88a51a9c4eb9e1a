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
        let schedules = top.items(named: "schedules") { window -> TimeWindow? in
            var days: DaySet = []
            for day in window.list("days", of: .choice(DayWord.self), count: 1...10) {
                switch day {
                case .holiday: days.insert(.special(.holiday))
                case .shortened: days.insert(.special(.shortened))
                case .event: days.insert(.special(.event))
                default: days.insert(DaySet(rawValue: 1 << UInt16(DayWord.allCases.firstIndex(of: day)!)))
                }
            }
            guard let from = window.required("from", .timeOfDay()),
                let to = window.required("to", .timeOfDay(allowsEndOfDay: true))
            else { return nil }
            if to <= from {
                window.error(
                    at: "to", "'to' must be after 'from'",
                    suggestion: "past midnight: two windows, to \"24:00\" and from \"00:00\"")
            }
            return TimeWindow(days: days, from: from.minute, to: to.minute)
        }
        policy.schedules = schedules.map { Schedule(name: $0.name, windows: $0.windows) }
        for window in factorWindows {
            guard let index = policy.schedules.firstIndex(where: { $0.name == window.schedule }) else {
                window.at.error(
                    at: "factors_when", "there is no schedule '\(window.schedule)'",
                    suggestion: Nearest.match(for: window.schedule, among: Set(policy.schedules.map(\.name))).map {
                        "did you mean '\($0)'?"
                    })
                continue
            }
            policy.factorWindows.append(
                FactorWindow(accessPoint: window.accessPoint, schedule: index, factors: window.factors))
        }
        for (day, kind) in top.groups(
            "special_days", count: 0...500,
            { group -> (Int32, SpecialDayKind)? in
                guard let day = group.required("date", .date), let kind = group.required("kind", .choice(KindWord.self))
                else { return nil }
                return (day, kind == .holiday ? .holiday : kind == .shortened ? .shortened : .event)
            })
        { policy.specialDays[day] = kind }
        let points = Set(site.accessPoints.map(\.id.name))
        let levels = top.namedGroups("access_levels", names: .identifier(of: AccessPointTag.self), count: 0...64) {
            name, group -> AccessLevel? in
            let groups = group.list("groups", of: .identifier(of: AreaTag.self), count: 1...64).map(\.name)
            let names = group.list("access_points", of: .identifier(of: AccessPointTag.self), count: 1...128)
            for point in names where !points.contains(point.name) {
                group.error(
                    at: "access_points", "there is no access point '\(point)'",
                    suggestion: Nearest.match(for: point.name, among: points).map { "did you mean '\($0)'?" })
            }
            let schedule = group.required("schedule", .text(atMost: 32), placeholder: "always")
            let index = policy.schedules.firstIndex { $0.name == schedule }
            if schedule != "always", index == nil {
                group.error(
                    at: "schedule", "there is no schedule '\(schedule)'",
                    suggestion: Nearest.match(for: schedule, among: Set(policy.schedules.map(\.name) + ["always"])).map
                    { "did you mean '\($0)'?" })
            }
            return AccessLevel(name: name.name, groups: groups, accessPoints: names, schedule: index)
        }
        policy.levels = levels.map(\.value)
        policy.lockdownGroups = top.list("lockdown_groups", of: .identifier(of: AreaTag.self), count: 0...64).map(
            \.name)
        policy.digest = digest(Array(canonicalText(policy).utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        site.policy = policy
    }

    /// The policy in one text, the same for the same policy however the file is laid out.
    private static func canonicalText(_ policy: AccessPolicy) -> String {
        var text = ""
        for schedule in policy.schedules {
            text += "schedule \(schedule.name)\n"
            for window in schedule.windows { text += " \(window.days.rawValue) \(window.from) \(window.to)\n" }
        }
        for day in policy.specialDays.keys.sorted() { text += "day \(day) \(policy.specialDays[day]!.rawValue)\n" }
        for level in policy.levels {
            text +=
                "level \(level.name) \(level.groups.joined(separator: ",")) \(level.accessPoints.map(\.name).joined(separator: ",")) \(level.schedule.map { policy.schedules[$0].name } ?? "always")\n"
        }
        for window in policy.factorWindows {
            let factors = window.factors.map { String($0.rawValue) }.joined(separator: ",")
            text += "factors \(window.accessPoint) \(policy.schedules[window.schedule].name) \(factors)\n"
        }
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
            else { throw ScalarProblem("'\(text.prefix(24))' is no date", suggestion: "write it as 2026-10-01") }
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
