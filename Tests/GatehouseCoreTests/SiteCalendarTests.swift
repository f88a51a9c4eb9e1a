import GatehouseCore
import Testing

/// A zone file of version 2 with a rule and no transitions, made by hand.
func tzif(rule: String, offset: Int32) -> [UInt8] {
    func header(_ counts: [UInt32]) -> [UInt8] {
        Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            + counts.flatMap { count in (0..<4).map { UInt8(count >> (24 - $0 * 8) & 0xFF) } }
    }
    let type = (0..<4).map { UInt8(UInt32(bitPattern: offset) >> (24 - UInt32($0) * 8) & 0xFF) } + [0, 0]
    let block = type + Array("XXX\0".utf8)
    return header([0, 0, 0, 0, 1, 4]) + block + header([0, 0, 0, 0, 1, 4]) + block + Array("\n\(rule)\n".utf8)
}

@Suite("Local time of a site")
struct SiteCalendarTests {
    @Test func datesAndDaysAgreeOverFourHundredYears() {
        var expected: Int32 = CalendarDay.day(year: 1900, month: 1, day: 1)!
        for year in 1900..<2300 {
            for month in 1...12 {
                for day in 1...CalendarDay.length(year: year, month: month) {
                    #expect(CalendarDay.day(year: year, month: month, day: day) == expected)
                    let back = CalendarDay.date(expected)
                    #expect(back.year == year && back.month == month && back.day == day)
                    expected += 1
                }
            }
        }
        #expect(CalendarDay.day(year: 2026, month: 2, day: 29) == nil)
    }

    struct Zone: Sendable {
        var rule: String
        var standard: Int32
        var month: Int
        var offset: Int64
    }

    @Test(arguments: [
        Zone(rule: "CST-8", standard: 28800, month: 7, offset: 28800),
        Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3", standard: 3600, month: 7, offset: 7200),
        Zone(rule: "CET-1CEST,M3.5.0,M10.5.0/3", standard: 3600, month: 12, offset: 3600),
        Zone(rule: "NZST-12NZDT,M9.5.0,M4.1.0/3", standard: 43200, month: 12, offset: 46800),
        Zone(rule: "NZST-12NZDT,M9.5.0,M4.1.0/3", standard: 43200, month: 6, offset: 43200),
    ])
    func ruleAfterTheLastTransition(zone: Zone) throws {
        let calendar = try #require(SiteCalendar(tzif: tzif(rule: zone.rule, offset: zone.standard)))
        let day = try #require(CalendarDay.day(year: 2026, month: zone.month, day: 1))
        #expect(calendar.utc(day: day, minute: 0) == Int64(day) * 86400 - zone.offset)
        let local = calendar.local(at: CivilTime(seconds: calendar.utc(day: day, minute: 0)))
        #expect(local.day == day && local.minute == 0)
    }

    /// The night in which 02:00 to 03:00 does not exist, and the one in which it comes twice (Berlin, 2026).
    @Test func skippedMinutesMapToTheJumpAndRepeatedOnesToTheFirst() throws {
        let calendar = try #require(SiteCalendar(tzif: tzif(rule: "CET-1CEST,M3.5.0,M10.5.0/3", offset: 3600)))
        let spring = try #require(CalendarDay.day(year: 2026, month: 3, day: 29))
        let jump = Int64(spring) * 86400 + 3600
        #expect(calendar.utc(day: spring, minute: 150) == jump)
        #expect(calendar.utc(day: spring, minute: 180) == jump)
        let autumn = try #require(CalendarDay.day(year: 2026, month: 10, day: 25))
        #expect(calendar.utc(day: autumn, minute: 150) == Int64(autumn) * 86400 + 1800)
    }

    @Test func anyOctetsAreATableOrNothing() {
        var state: UInt64 = 7
        for length in 0..<400 {
            let octets = (0..<length).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            #expect(SiteCalendar(tzif: octets) == nil)
        }
        let good = tzif(rule: "CET-1CEST,M3.5.0,M10.5.0/3", offset: 3600)
        for length in 0..<good.count where length < 98 {
            #expect(SiteCalendar(tzif: Array(good.prefix(length))) == nil)
        }
    }
}
