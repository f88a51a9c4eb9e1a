/// Recurring times in local minutes of the site.
package struct Schedule: Hashable, Sendable {
    package var name: String
    package var windows: [TimeWindow]

    package init(name: String, windows: [TimeWindow]) {
        self.name = name
        self.windows = windows
    }

    /// The day to which the open time belongs at a local day and minute; nil while it is closed. A window belongs to the day on
    /// which it begins, whatever day it ends on; of several that are open the one that began first counts. A special day
    /// replaces the weekday: only windows that name its kind begin on it.
    package func day(at day: Int32, minute: Int32, special: (Int32) -> SpecialDayKind?) -> Int32? {
        for (begin, minute) in [(day &- 1, minute + TimeWindow.minutesOfDay), (day, minute)] {
            let days = special(begin).map { DaySet.special($0) } ?? .weekday(ofDay: begin)
            if windows.contains(where: { $0.days.contains(days) && $0.from <= minute && minute < $0.to }) {
                return begin
            }
        }
        return nil
    }
}

/// Local minutes `from ..< to` of the days on which it begins: to 1440 is midnight, past it the next morning.
package struct TimeWindow: Hashable, Sendable {
    package static let minutesOfDay: Int32 = 1440

    package var days: DaySet
    package var from: Int32
    package var to: Int32

    /// A window whose end is not after its beginning ends on the next day: 22:00 to 06:00, and 08:00 to 08:00 is a whole day.
    package init(days: DaySet, from: Int32, to: Int32) {
        self.days = days
        self.from = from
        self.to = to > from ? to : to + Self.minutesOfDay
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
