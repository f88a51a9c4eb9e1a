import GatehouseCore
import GatehouseRegister
import Testing

/// Times as people type them, in both languages. Now is Friday, 2026-11-27 20:30 in Shanghai.
@Suite("Times as typed")
struct TypedTimeTests {
    static let shanghai = SiteCalendar(fixedOffset: 8 * 3600)
    static let now = CivilTime(seconds: 1_795_782_600)

    private static func read(_ text: String, _ way: TypedTime.Way = .unsaid) -> TypedTime? {
        TypedTime(text, now: now, calendar: shanghai, way: way)
    }

    private static func written(_ seconds: Int64, _ calendar: SiteCalendar = shanghai) -> String {
        let at = calendar.local(at: CivilTime(seconds: seconds))
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let second = (seconds % 60 + 60) % 60
        return "\(CalendarDay.text(at.day)) \(two(Int64(at.minute / 60))):\(two(Int64(at.minute % 60)))"
            + (second == 0 ? "" : ":\(two(second))")
    }

    @Test(arguments: [
        // Hours of today.
        ("18:00", "2026-11-27 18:00"), ("8:05", "2026-11-27 08:05"), ("18:00:07", "2026-11-27 18:00:07"),
        ("0:00", "2026-11-27 00:00"),
        ("24:00", "2026-11-28 00:00"), ("１８：００", "2026-11-27 18:00"), (" 18:00 ", "2026-11-27 18:00"),
        ("6pm", "2026-11-27 18:00"),
        ("6:30 PM", "2026-11-27 18:30"), ("12am", "2026-11-27 00:00"), ("12 pm", "2026-11-27 12:00"),
        ("noon", "2026-11-27 12:00"),
        ("midnight", "2026-11-27 00:00"), ("18点", "2026-11-27 18:00"), ("18时", "2026-11-27 18:00"),
        ("9点半", "2026-11-27 09:30"),
        ("9点一刻", "2026-11-27 09:15"), ("9点三刻", "2026-11-27 09:45"), ("9点05", "2026-11-27 09:05"),
        ("18时30分", "2026-11-27 18:30"),
        ("九点半", "2026-11-27 09:30"), ("十点", "2026-11-27 10:00"), ("十二点十五分", "2026-11-27 12:15"),
        ("二十点整", "2026-11-27 20:00"),
        ("八点钟", "2026-11-27 08:00"), ("下午3点", "2026-11-27 15:00"), ("下午15点", "2026-11-27 15:00"),
        ("上午9点半", "2026-11-27 09:30"),
        ("中午12点", "2026-11-27 12:00"), ("中午1点", "2026-11-27 13:00"), ("凌晨2点", "2026-11-27 02:00"),
        ("晚上8点", "2026-11-27 20:00"),
        ("傍晚6:15", "2026-11-27 18:15"), ("正午", "2026-11-27 12:00"), ("at 18:00", "2026-11-27 18:00"),
        // Days in words.
        ("yesterday 18:00", "2026-11-26 18:00"), ("Yesterday at 6pm", "2026-11-26 18:00"),
        ("today 7:15", "2026-11-27 07:15"),
        ("tomorrow noon", "2026-11-28 12:00"), ("day before yesterday 18:00", "2026-11-25 18:00"),
        ("昨天18:00", "2026-11-26 18:00"),
        ("昨天 18：00", "2026-11-26 18:00"), ("昨天的18:00", "2026-11-26 18:00"), ("前天 9点半", "2026-11-25 09:30"),
        ("大前天9点", "2026-11-24 09:00"),
        ("今早8点", "2026-11-27 08:00"), ("今天早上8点", "2026-11-27 08:00"), ("昨晚10点", "2026-11-26 22:00"),
        ("昨晚十点半", "2026-11-26 22:30"),
        ("昨天晚上22:05", "2026-11-26 22:05"), ("昨晚12点", "2026-11-27 00:00"), ("明早7点", "2026-11-28 07:00"),
        ("后天下午2点", "2026-11-29 14:00"),
        ("明晚8点", "2026-11-28 20:00"), ("今晚20:00", "2026-11-27 20:00"), ("昨天凌晨3点", "2026-11-26 03:00"),
        // Dates.
        ("11-27 18:00", "2026-11-27 18:00"), ("11/2 8:00", "2026-11-02 08:00"), ("1-5 8:00", "2027-01-05 08:00"),
        ("7-1 8:00", "2026-07-01 08:00"),
        ("2026-11-27 18:00", "2026-11-27 18:00"), ("2026-11-27T18:00", "2026-11-27 18:00"),
        ("2026/11/7 18:00", "2026-11-07 18:00"),
        ("2026.11.27 18:00", "2026-11-27 18:00"), ("20261127 18:00", "2026-11-27 18:00"),
        ("2026年11月27日18时", "2026-11-27 18:00"),
        ("2026年11月27日 18:00", "2026-11-27 18:00"), ("２０２６年１１月２７日１８时", "2026-11-27 18:00"),
        ("11月27日18点", "2026-11-27 18:00"),
        ("11月2号 上午9点", "2026-11-02 09:00"), ("十一月二十七日十八点", "2026-11-27 18:00"),
        ("2026-11-22T23:59:59.123+08:00", "2026-11-22 23:59:59"),
        ("2026-11-22T16:00:00Z", "2026-11-23 00:00"), ("2026-11-22t16:00-05:00", "2026-11-23 05:00"),
        ("上周五18:00", "2026-11-20 18:00"),
        ("周一8点", "2026-11-23 08:00"), ("last friday 18:00", "2026-11-20 18:00"), ("last thu 18:00", "2026-11-26 18:00"),
        ("next friday 18:00", "2026-12-04 18:00"), ("下周一9点", "2026-11-30 09:00"), ("上个星期天 9点", "2026-11-22 09:00"),
        // Spans.
        ("now", "2026-11-27 20:30"), ("现在", "2026-11-27 20:30"), ("30m ago", "2026-11-27 20:00"),
        ("2h ago", "2026-11-27 18:30"),
        ("2 hours ago", "2026-11-27 18:30"), ("1h30m ago", "2026-11-27 19:00"), ("48h ago", "2026-11-25 20:30"),
        ("in 2h", "2026-11-27 22:30"),
        ("2小时前", "2026-11-27 18:30"), ("两小时前", "2026-11-27 18:30"), ("2个小时之前", "2026-11-27 18:30"),
        ("30分钟前", "2026-11-27 20:00"),
        ("半小时前", "2026-11-27 20:00"), ("3小时后", "2026-11-27 23:30"), ("half an hour ago", "2026-11-27 20:00"),
        ("90 min ago", "2026-11-27 19:00"),
    ])
    func anInstantIsUnderstood(text: String, expected: String) {
        guard case .instant(let seconds)? = Self.read(text) else {
            Issue.record("\(text) is \(String(describing: Self.read(text)))")
            return
        }
        #expect(Self.written(seconds) == expected, "\(text)")
    }

    @Test(arguments: [
        ("today", "2026-11-27", "2026-11-27"), ("昨天", "2026-11-26", "2026-11-26"),
        ("Tomorrow", "2026-11-28", "2026-11-28"),
        ("11-27", "2026-11-27", "2026-11-27"), ("12/31", "2026-12-31", "2026-12-31"), ("2-29", "", ""),
        ("1月2日", "2027-01-02", "2027-01-02"),
        ("2026-3-1", "2026-03-01", "2026-03-01"), ("上周", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("本周", "2026-11-23", "2026-11-29"), ("下个星期", "2026-11-30", "2026-12-06"), ("上个月", "2026-10-01", "2026-10-31"),
        ("this month", "2026-11-01", "2026-11-30"), ("下月", "2026-12-01", "2026-12-31"),
        ("3天前", "2026-11-24", "2026-11-24"),
        ("3 days ago", "2026-11-24", "2026-11-24"), ("2w ago", "2026-11-13", "2026-11-13"),
        ("十天后", "2026-12-07", "2026-12-07"),
        ("上周三", "2026-11-18", "2026-11-18"), ("星期日", "2026-11-29", "2026-11-29"),
        ("last monday", "2026-11-23", "2026-11-23"),
    ])
    func daysAreUnderstood(text: String, first: String, last: String) {
        guard case .days(let from, let through)? = Self.read(text) else {
            #expect(first.isEmpty, "\(text) is \(String(describing: Self.read(text)))")
            return
        }
        #expect(CalendarDay.text(from) == first && CalendarDay.text(through) == last, "\(text)")
    }

    @Test(arguments: [
        "", " ", "18", "yesterday 18", "25:00", "18:60", "18:0", "24:01", "13pm", "0am", "昨晚1点", "早上12点", "下午9点半半",
        "2026-13-01", "2026-02-30",
        "2026-11-31 18:00", "27.11.2026", "someday", "18:00 yesterday", "昨天昨天", "2h", "30m", "3d", "h", "2x ago",
        "in 2h ago", "friday", "1d2h ago",
        "0h ago", "18:00-22:00", "18:00+08:00", "2026-11-27 18:00 x", "99999999", "18：00：", "99点", "三十点", "十十点", "9点60",
        "1899-12-31", "9999-12-31",
        "上周 18:00", "last week 18:00", "\u{202E}18:00",
        "00000000000000000000000000000000000000000000000000000000000000000018:00", "٣:٠٠",
        "12345678901234567890h ago", "9月", "年月日", "点半", "的", "t", "at", "T18:00Z+", "今早", "昨晚", "-1h ago", "1e3h ago",
        "2026-11-22T16:00+0800",
    ])
    func whatIsNoTimeIsNone(text: String) { #expect(Self.read(text) == nil, "\(text)") }

    /// A span alone goes where its argument looks.
    @Test func aBareSpanGoesWhereItsArgumentLooks() {
        #expect(Self.read("2h", .ago) == .instant(Self.now.seconds - 7200))
        #expect(Self.read("2h", .ahead) == .instant(Self.now.seconds + 7200))
        #expect(Self.read("2小时", .ago) == .instant(Self.now.seconds - 7200))
        #expect(Self.read("2h", .unsaid) == nil)
        #expect(Self.read("2h ago", .ahead) == .instant(Self.now.seconds - 7200))
    }

    @Test func daysBeginAndEndAtMidnights() throws {
        let week = try #require(Self.read("上周"))
        #expect(Self.written(week.seconds(Self.shanghai, isEnd: false)) == "2026-11-16 00:00")
        #expect(Self.written(week.seconds(Self.shanghai, isEnd: true)) == "2026-11-23 00:00")
        #expect(week.echo(Self.shanghai, isEnd: true) == "2026-11-22 24:00")
        #expect(week.echo(Self.shanghai, isEnd: false) == "2026-11-16 00:00")
        #expect(try #require(Self.read("昨晚10点")).echo(Self.shanghai, isEnd: true) == "2026-11-26 22:00")
    }

    /// Every minute of a day in each spelling.
    @Test func everyMinuteIsReadInEverySpelling() {
        let midnight = Self.shanghai.utc(day: Self.shanghai.local(at: Self.now).day - 1, minute: 0)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        for minute in 0..<1440 {
            let (hour, rest) = (minute / 60, minute % 60)
            let wanted = TypedTime.instant(midnight + Int64(minute) * 60)
            let half = "\(hour % 12 == 0 ? 12 : hour % 12):\(two(rest))\(hour < 12 ? "am" : "pm")"
            for text in [
                "\(hour):\(two(rest))", "\(two(hour)):\(two(rest))", "\(hour)点\(rest)分", "\(hour)时\(two(rest))", half,
            ] {
                #expect(Self.read("yesterday \(text)") == wanted, "\(text)")
                #expect(Self.read("昨天\(text)") == wanted, "\(text)")
                #expect(Self.read("2026-11-26 \(text)") == wanted, "\(text)")
            }
        }
    }

    /// Berlin, 2026: the clock skips 02:00 to 03:00 on 29 March and has 02:00 to 03:00 twice on 25 October.
    @Test func skippedAndDoubledHoursAreThoseOfTheCalendar() throws {
        let octets = Self.zone("CET-1CEST,M3.5.0,M10.5.0/3", offset: 3600)
        let berlin = try #require(SiteCalendar(tzif: octets))
        func read(_ text: String, _ now: Int64) -> TypedTime? {
            TypedTime(text, now: CivilTime(seconds: now), calendar: berlin)
        }
        let spring: Int64 = 1_774_780_000  // 2026-03-29 12:26 there
        #expect(read("today 2:30", spring) == .instant(1_774_746_000), "the moment of the jump")
        #expect(read("今天3点", spring) == .instant(1_774_746_000))
        #expect(read("今天1点59", spring) == .instant(1_774_745_940))
        #expect(read("12h ago", spring) == .instant(spring - 12 * 3600), "hours are hours")
        let autumn: Int64 = 1_792_926_000  // 2026-10-25 noon there
        let doubled = try #require(read("2:30", autumn))
        #expect(doubled == .instant(berlin.utc(day: berlin.local(at: CivilTime(seconds: autumn)).day, minute: 150)))
        #expect(doubled.echo(berlin, isEnd: false) == "2026-10-25 02:30")
        guard case .days(let first, _)? = read("yesterday", autumn) else { throw Gone() }
        #expect(berlin.utc(day: first + 2, minute: 0) - berlin.utc(day: first + 1, minute: 0) == 25 * 3600)
    }

    private struct Gone: Error {}

    /// A zone file with a rule and no transitions.
    private static func zone(_ rule: String, offset: Int32) -> [UInt8] {
        func four(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - $0 * 8) & 0xFF) } }
        func header(_ counts: [UInt32]) -> [UInt8] {
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15) + counts.flatMap(four)
        }
        let block = four(UInt32(bitPattern: offset)) + [0, 0] + Array("XXX\0".utf8)
        let counts: [UInt32] = [0, 0, 0, 0, 1, 4]
        return header(counts) + block + header(counts) + block + Array("\n\(rule)\n".utf8)
    }

    /// Who asks what was at six, in the afternoon at three, means yesterday; who names the day, or the zone, is taken at their word.
    @Test(arguments: [
        ("18:00", "2026-11-26 18:00"), ("9点", "2026-11-27 09:00"), ("today 18:00", "2026-11-27 18:00"),
        ("2h", "2026-11-27 13:00"), ("2026-11-27 18:00", "2026-11-27 18:00"), ("15:00", "2026-11-27 15:00"),
        ("15:01", "2026-11-26 15:01"), ("24:00", "2026-11-27 00:00"),
    ])
    func anHourThatHasBeen(_ text: String, _ meant: String) {
        let three = Self.shanghai.utc(day: Self.shanghai.local(at: Self.now).day, minute: 15 * 60)
        let read = TypedTime(text, now: CivilTime(seconds: three), calendar: Self.shanghai, way: .past)
        #expect(read.map { Self.written($0.seconds(Self.shanghai, isEnd: false)) } == meant)
        if text == "18:00" {
            let unsaid = TypedTime(text, now: CivilTime(seconds: three), calendar: Self.shanghai)
            #expect(unsaid.map { Self.written($0.seconds(Self.shanghai, isEnd: false)) } == "2026-11-27 18:00")
        }
    }
}
