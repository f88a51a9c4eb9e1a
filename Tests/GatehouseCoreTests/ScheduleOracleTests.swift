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
        var list: Set<String> = []
        for _ in 0..<(1 + below(8)) {
            let from = below(1440)
            let to = from + 1 + below(1440 - from)
            var days: DaySet = []
            for word in 0..<words where below(3) == 0 {
                days.insert(
                    word < 7 ? DaySet(rawValue: 1 << UInt16(word)) : .special(SpecialDayKind.allCases[word - 7]))
                for minute in from..<to { list.insert("\(word) \(minute)") }
            }
            windows.append(TimeWindow(days: days, from: Int32(from), to: Int32(to)))
        }
        let schedule = Schedule(name: "s", windows: windows)
        let first: Int32 = 20_000
        var special: [Int32: SpecialDayKind] = [:]
        for day in first..<(first + 21) where below(4) == 0 { special[day] = SpecialDayKind.allCases[below(3)] }
        for day in first..<(first + 21) {
            // 1970-01-01 was a Thursday, the fourth day of a week that begins on Monday.
            let word = special[day].map { 7 + Int($0.rawValue) } ?? (Int(day) + 3) % 7
            for minute in 0..<1440 {
                let isOpen = schedule.isOpen(day: day, minute: Int32(minute), special: special[day])
                if isOpen != list.contains("\(word) \(minute)") {
                    Issue.record("day \(day) minute \(minute): \(isOpen)")
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
