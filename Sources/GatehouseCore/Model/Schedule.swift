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
