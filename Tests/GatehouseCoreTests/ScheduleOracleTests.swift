import Foundation
import Testing

@testable import GatehouseCore

/// Schedules against an oracle that walks real minutes: the zones of the system, read by our calendar and by another
/// implementation, through the days on which clocks change, and random schedules against a list of open minutes.
@Suite struct ScheduleOracleTests {
    struct Span: Sendable, CustomStringConvertible {
        var zone: String
        var day: String
        var minutes: Int
        var description: String { "\(zone) \(day)" }
    }

    /// Days with 23 and 25 hours in the north and the south, half an hour, and one zone that never changes (and did until
    /// 1991).
    static let spans = [
        Span(zone: "Asia/Shanghai", day: "2026-10-01", minutes: 1440),
        Span(zone: "Asia/Shanghai", day: "1991-04-14", minutes: 1380),
        Span(zone: "Europe/Berlin", day: "2026-03-29", minutes: 1380),
        Span(zone: "Europe/Berlin", day: "2026-10-25", minutes: 1500),
        Span(zone: "Pacific/Auckland", day: "2026-09-27", minutes: 1380),
        Span(zone: "Pacific/Auckland", day: "2026-04-05", minutes: 1500),
        Span(zone: "Australia/Lord_Howe", day: "2026-10-04", minutes: 1410),
        Span(zone: "Australia/Lord_Howe", day: "2026-04-05", minutes: 1470),
    ]

    private func calendar(_ zone: String) throws -> SiteCalendar {
        let octets = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(zone)"))
        return try #require(SiteCalendar(tzif: Array(octets)))
    }

    private func day(_ text: String) throws -> Int32 {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        return try #require(CalendarDay.day(year: parts[0], month: parts[1], day: parts[2]))
    }

    /// Every minute of the days around a change, and of the day itself as many as it has.
    @Test(arguments: spans) func localMinutesAgreeWithAnotherCalendar(span: Span) throws {
        let ours = try calendar(span.zone)
        var theirs = Calendar(identifier: .gregorian)
        theirs.timeZone = try #require(TimeZone(identifier: span.zone))
        let day = try day(span.day)
        var inside = 0
        for minute in Int64(day - 1) * 1440..<Int64(day + 3) * 1440 {
            let seconds = minute * 60 - 12 * 3600
            let local = ours.local(at: CivilTime(seconds: seconds))
            let parts = theirs.dateComponents(
                [.year, .month, .day, .hour, .minute, .weekday],
                from: Date(timeIntervalSince1970: Double(seconds)))
            let date = CalendarDay.date(local.day)
            #expect(date.year == parts.year && date.month == parts.month && date.day == parts.day)
            #expect(Int(local.minute) == parts.hour! * 60 + parts.minute!)
            // 1 is Sunday there, bit 6 here.
            #expect(DaySet.weekday(ofDay: local.day).rawValue == 1 << UInt16((parts.weekday! + 5) % 7))
            if local.day == day { inside += 1 }
        }
        #expect(inside == span.minutes)
    }

    /// A gate at those days: staff with hours over the change, at every minute, against a plain list of open minutes.
    @Test(arguments: spans) func aGateFollowsItsHoursThroughTheChange(span: Span) throws {
        let calendar = try calendar(span.zone)
        let day = try day(span.day)
        var builder = SiteBuilder()
        builder.resident(1, card: 1, role: .staff, groups: ["staff"])
        builder.site.policy.schedules = [
            Schedule(
                name: "hours",
                windows: [
                    TimeWindow(days: .everyWeekday, from: 90, to: 150),
                    TimeWindow(days: .everyWeekday, from: 180, to: 181),
                ])
        ]
        let controller = builder.controller()
        var open = 0
        for seconds in stride(
            from: calendar.utc(day: day, minute: 0), to: calendar.utc(day: day + 1, minute: 0), by: 60)
        {
            let moment = calendar.moment(monotonic: .zero, civil: CivilTime(seconds: seconds), isTrusted: true)
            let answer = try #require(
                controller.whatIf(card: nil, person: 1, at: SiteBuilder.entry, now: moment))
            let minute = moment.localMinute
            let expected = (90..<150).contains(minute) || minute == 180
            #expect(answer.decision.isGranted == expected, "\(moment.localMinute)")
            open += expected ? 1 : 0
        }
        // An hour that comes twice is open twice, one that is skipped never.
        #expect(open == 61 || span.minutes != 1440)
    }

    /// A night shift in four zones, through nights in which clocks change: the day before is the other calendar's.
    @Test(arguments: spans) func aNightBelongsToTheDayOnWhichItBegins(span: Span) throws {
        let ours = try calendar(span.zone)
        var theirs = Calendar(identifier: .gregorian)
        theirs.timeZone = try #require(TimeZone(identifier: span.zone))
        let middle = try day(span.day)
        let windows: [(from: Int32, to: Int32)] = [(22 * 60, 6 * 60), (8 * 60, 8 * 60), (90, 60), (23 * 60 + 59, 1)]
        for window in windows {
            // Of Mondays, Wednesdays, Fridays and holidays; one day of the three is a holiday.
            let schedule = Schedule(
                name: "night",
                windows: [
                    TimeWindow(
                        days: [DaySet(rawValue: 0b1_0101), .special(.holiday)], from: window.from, to: window.to)
                ])
            for minute in Int64(middle - 2) * 1440..<Int64(middle + 3) * 1440 {
                let seconds = minute * 60
                let local = ours.local(at: CivilTime(seconds: seconds))
                let date = Date(timeIntervalSince1970: Double(seconds))
                /// Whether a window begins on the day of a date.
                func begins(_ date: Date) -> Bool {
                    let parts = theirs.dateComponents([.year, .month, .day, .weekday], from: date)
                    let isHoliday =
                        CalendarDay.day(year: parts.year!, month: parts.month!, day: parts.day!) == middle
                    return isHoliday || [2, 4, 6].contains(parts.weekday!)
                }
                let before = theirs.date(byAdding: .day, value: -1, to: theirs.startOfDay(for: date))!
                let expected =
                    local.minute >= window.from && begins(date) || local.minute < window.to && begins(before)
                let found = schedule.day(at: local.day, minute: local.minute) { $0 == middle ? .holiday : nil }
                guard (found != nil) == expected else {
                    Issue.record("\(window) at day \(local.day) minute \(local.minute): \(String(describing: found))")
                    return
                }
                if let found { #expect(found == local.day || found == local.day - 1 && local.minute < window.to) }
            }
        }
    }

    /// The 29th of February is a special day, and so is the 1st of March: the night of the 28th goes on, that of the 29th is
    /// replaced.
    @Test func leapDaysAreDaysLikeOthers() throws {
        let leap = try day("2028-02-29")
        let schedule = Schedule(
            name: "night",
            windows: [
                TimeWindow(days: .everyWeekday, from: 22 * 60, to: 6 * 60),
                TimeWindow(days: .special(.shortened), from: 20 * 60, to: 60),
            ])
        let special: [Int32: SpecialDayKind] = [leap: .shortened, leap + 1: .holiday]
        func found(_ day: Int32, _ hour: Int32) -> Int32? { schedule.day(at: day, minute: hour * 60) { special[$0] } }
        #expect(found(leap - 1, 23) == leap - 1 && found(leap, 5) == leap - 1 && found(leap, 6) == nil)
        #expect(found(leap, 21) == leap && found(leap + 1, 0) == leap && found(leap + 1, 1) == nil)
        #expect(found(leap + 1, 23) == nil && found(leap + 2, 5) == nil && found(leap + 2, 22) == leap + 2)
    }

    /// Random schedules with special days, minute by minute over three weeks.
    @Test(arguments: 1...20 as ClosedRange<UInt64>) func randomSchedulesAreOpenWhenTheListSaysSo(seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func below(_ limit: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(limit))
        }
        let words = 7 + SpecialDayKind.allCases.count
        var windows: [TimeWindow] = []
        /// The day of the week or the kind of special day, and the minutes since its midnight, up to two days of them.
        var list: Set<String> = []
        for _ in 0..<(1 + below(8)) {
            let from = below(1440)
            // Some go on to the next day.
            let to = below(3) == 0 ? below(from + 1) : from + 1 + below(1440 - from)
            let end = to > from ? to : to + 1440
            var days: DaySet = []
            for word in 0..<words where below(3) == 0 {
                days.insert(
                    word < 7 ? DaySet(rawValue: 1 << UInt16(word)) : .special(SpecialDayKind.allCases[word - 7]))
                for minute in from..<end { list.insert("\(word) \(minute)") }
            }
            windows.append(TimeWindow(days: days, from: Int32(from), to: Int32(to)))
        }
        let schedule = Schedule(name: "s", windows: windows)
        let first: Int32 = 20_000
        var special: [Int32: SpecialDayKind] = [:]
        for day in first..<(first + 21) where below(4) == 0 { special[day] = SpecialDayKind.allCases[below(3)] }
        for day in first..<(first + 21) {
            // 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
            func word(_ day: Int32) -> Int { special[day].map { 7 + Int($0.rawValue) } ?? (Int(day) + 3) % 7 }
            for minute in 0..<1440 {
                let found = schedule.day(at: day, minute: Int32(minute)) { special[$0] }
                let expected =
                    list.contains("\(word(day - 1)) \(minute + 1440)")
                    ? day - 1 : list.contains("\(word(day)) \(minute)") ? day : nil
                if found != expected {
                    Issue.record("day \(day) minute \(minute): \(String(describing: found))")
                    return
                }
            }
        }
    }

    /// A tenancy ends with the last second of its last local day, also where that day has 23 or 25 hours.
    @Test(arguments: spans) func aTenancyEndsWithItsLastLocalDay(span: Span) throws {
        let calendar = try calendar(span.zone)
        let day = try day(span.day)
        let ends = calendar.utc(day: day + 1, minute: 0)
        #expect(ends - calendar.utc(day: day, minute: 0) == Int64(span.minutes) * 60)
        #expect(calendar.local(at: CivilTime(seconds: ends - 1)).day == day)
        #expect(calendar.local(at: CivilTime(seconds: ends)).day == day + 1)
    }
}
