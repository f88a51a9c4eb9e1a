/// Recurring times in local minutes of the site.
package struct Schedule: Hashable, Sendable {
    package var name: String
    package var windows: [TimeWindow]

    package init(name: String, windows: [TimeWindow]) {
        self.name = name
        self.windows = windows
    }

    /// Whether the schedule is open at a local day and minute. A special day replaces the weekday: only windows that
    /// name its kind count.
    package func isOpen(day: Int32, minute: Int32, special: SpecialDayKind?) -> Bool {
        for window in windows where minute >= window.from && minute < window.to {
            if let special {
                if window.days.contains(.special(special)) { return true }
            } else if window.days.contains(.weekday(ofDay: day)) {
                return true
            }
        }
        return false
    }
}

/// Local minutes `from ..< to` (0 to 1440) of some days. A window past midnight is written as two.
package struct TimeWindow: Hashable, Sendable {
    package var days: DaySet
    package var from: Int32
    package var to: Int32
    package init(days: DaySet, from: Int32, to: Int32) {
        self.days = days
        self.from = from
        self.to = to
    }
}

/// Weekdays (bit 0 Monday … bit 6 Sunday) and kinds of special days (bits 8 to 10).
package struct DaySet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    package static let everyWeekday = DaySet(rawValue: 0x7F)

    /// The weekday of a day counted from 1970-01-01, which was a Thursday.
    package static func weekday(ofDay day: Int32) -> DaySet {
        let index = ((day % 7) + 7 + 3) % 7
        return DaySet(rawValue: 1 << UInt16(index))
    }
    package static func special(_ kind: SpecialDayKind) -> DaySet { DaySet(rawValue: 0x100 << UInt16(kind.rawValue)) }
}

package enum SpecialDayKind: UInt8, Hashable, Sendable, CaseIterable {
    case holiday = 0
    case shortened = 1
    case event = 2
}

/// Who may pass where and when: schedules, special days and access levels, read from the configuration.
package struct AccessPolicy: Hashable, Sendable {
    package var schedules: [Schedule]
    /// Local day since 1970 to its kind.
    package var specialDays: [Int32: SpecialDayKind]
    package var levels: [AccessLevel]
    /// Groups whose staff passes a lockdown.
    package var lockdownGroups: [String]
    /// Other factors while a schedule is open; the first that is open counts.
    package var factorWindows: [FactorWindow] = []
    /// The first octets of the SHA-256 of the configuration's policy part; stands in each decision.
    package var digest: UInt64

    package init(
        schedules: [Schedule] = [], specialDays: [Int32: SpecialDayKind] = [:], levels: [AccessLevel] = [],
        lockdownGroups: [String] = [], digest: UInt64 = 0
    ) {
        self.schedules = schedules
        self.specialDays = specialDays
        self.levels = levels
        self.lockdownGroups = lockdownGroups
        self.digest = digest
    }
}

/// What an access point asks for while a schedule is open.
package struct FactorWindow: Hashable, Sendable {
    package var accessPoint: AccessPointID
    /// Index of the schedule.
    package var schedule: Int
    package var factors: [FactorSet]
    package init(accessPoint: AccessPointID, schedule: Int, factors: [FactorSet]) {
        self.accessPoint = accessPoint
        self.schedule = schedule
        self.factors = factors
    }
}

/// Access points x schedule, given to groups of people.
package struct AccessLevel: Hashable, Sendable {
    package var name: String
    package var groups: [String]
    package var accessPoints: [AccessPointID]
    /// Index into `AccessPolicy.schedules`; nil means at any time.
    package var schedule: Int?

    package init(name: String, groups: [String], accessPoints: [AccessPointID], schedule: Int? = nil) {
        self.name = name
        self.groups = groups
        self.accessPoints = accessPoints
        self.schedule = schedule
    }
}
