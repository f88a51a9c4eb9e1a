internal import GatehouseCore

/// Days, weeks and spans as people type them.
extension TypedTimeReader {
    // MARK: Days

    /// A day, and the part of it where one word says both: 昨晚.
    mutating func date() -> (day: Int32, period: Period?)? {
        let start = rest
        if let day = dayInWords() { return (day, nil) }
        if let (shift, period) = take(Self.partsOfDays) { return (today + shift, period) }
        if let day = dayOfWeek() ?? chineseDate() ?? dayInDigits() { return (day, nil) }
        rest = start
        return nil
    }

    private static let partsOfDays: [(String, (Int32, Period))] = [
        ("今早", (0, .morning)), ("今晚", (0, .evening)), ("昨早", (-1, .morning)), ("昨晚", (-1, .evening)),
        ("前晚", (-2, .evening)), ("明早", (1, .morning)), ("明晚", (1, .evening)),
    ]

    private mutating func dayInWords() -> Int32? {
        let words: [(String, Int32)] = [
            ("the day before yesterday", -2), ("day before yesterday", -2), ("the day after tomorrow", 2),
            ("day after tomorrow", 2), ("yesterday", -1), ("tomorrow", 1), ("today", 0), ("大前天", -3), ("前天", -2),
            ("昨天", -1), ("昨日", -1), ("今天", 0), ("今日", 0), ("明天", 1), ("明日", 1), ("大后天", 3), ("后天", 2),
        ]
        return take(words).map { today + $0 }
    }

    /// 0 for Monday.
    private var weekday: Int32 { (today % 7 + 7 + 3) % 7 }

    private static let weeks: [(String, Int32)] = [
        ("上个", -1), ("下个", 1), ("这个", 0), ("上", -1), ("下", 1), ("本", 0), ("这", 0),
    ]

    /// 上周五 is of the week before; last friday is the one before today.
    private mutating func dayOfWeek() -> Int32? {
        let start = rest
        let week = take(Self.weeks) ?? 0
        if take("周") || take("星期") || take("礼拜"),
            let day = take(
                [("一", 0), ("二", 1), ("三", 2), ("四", 3), ("五", 4), ("六", 5), ("日", 6), ("天", 6)] as [(String, Int32)])
        {
            return today - weekday + week * 7 + day
        }
        rest = start
        guard let isLast = take([("last ", true), ("next ", false)]) else { return nil }
        skipBlanks()
        let days: [(String, Int32)] = [
            ("monday", 0), ("tuesday", 1), ("wednesday", 2), ("thursday", 3), ("friday", 4), ("saturday", 5),
            ("sunday", 6), ("mon", 0), ("tue", 1), ("wed", 2), ("thu", 3), ("fri", 4), ("sat", 5), ("sun", 6),
        ]
        guard let day = take(days) else {
            rest = start
            return nil
        }
        let ahead = (day - weekday + 7) % 7
        return isLast ? today + ahead - 7 : today + (ahead == 0 ? 7 : ahead)
    }

    /// 2026年11月27日, 11月27日, 11月27号.
    private mutating func chineseDate() -> Int32? {
        let start = rest
        var year: Int?
        if let number = number(4...4), take("年") { year = number } else { rest = start }
        skipBlanks()
        guard let month = number(1...2), take("月"), let day = number(1...2) else {
            rest = start
            return nil
        }
        if !take("日"), !take("号"), year == nil {
            rest = start
            return nil
        }
        return self.day(year, month, day)
    }

    /// 2026-11-27, 2026/11/27, 20261127, 11-27, 11/27.
    private mutating func dayInDigits() -> Int32? {
        let start = rest
        if let whole = number(8...8) { return day(whole / 10_000, whole / 100 % 100, whole % 100) }
        var parts: [Int] = []
        var separator: Character?
        while parts.count < 3, let part = number(1...4) {
            parts.append(part)
            guard parts.count < 3, let next = rest.first, ["-", "/", "."].contains(next), separator ?? next == next
            else {
                break
            }
            separator = next
            rest.removeFirst()
        }
        let found =
            parts.count == 3 && parts[0] >= 1000
            ? day(parts[0], parts[1], parts[2])
            : parts.count == 2 && separator != "." ? day(nil, parts[0], parts[1]) : nil
        if found == nil { rest = start }
        return found
    }

    /// Without its year the one that is nearest to today.
    private func day(_ year: Int?, _ month: Int, _ day: Int) -> Int32? {
        if let year { return (1900...9998).contains(year) ? CalendarDay.day(year: year, month: month, day: day) : nil }
        let present = CalendarDay.date(today).year
        return (present - 1...present + 1).compactMap { CalendarDay.day(year: $0, month: month, day: day) }
            .min { abs($0 - today) < abs($1 - today) }
    }

    // MARK: Weeks, months

    mutating func days() -> TypedTime? {
        let monday = today - weekday
        let weeks: [(String, Int32)] = [
            ("last week", -1), ("this week", 0), ("next week", 1), ("上个星期", -1), ("这个星期", 0), ("下个星期", 1), ("上星期", -1),
            ("本星期", 0), ("这星期", 0), ("下星期", 1), ("上周", -1), ("本周", 0), ("这周", 0), ("下周", 1),
        ]
        if let week = take(weeks) { return .days(monday + week * 7, monday + week * 7 + 6) }
        let months: [(String, Int)] = [
            ("last month", -1), ("this month", 0), ("next month", 1), ("上个月", -1), ("这个月", 0), ("下个月", 1), ("上月", -1),
            ("本月", 0), ("下月", 1),
        ]
        guard let shift = take(months) else { return nil }
        let date = CalendarDay.date(today)
        let month = date.year * 12 + date.month - 1 + shift
        func first(_ month: Int) -> Int32? { CalendarDay.day(year: month / 12, month: month % 12 + 1, day: 1) }
        guard let begins = first(month), let next = first(month + 1) else { return nil }
        return .days(begins, next - 1)
    }

    // MARK: Spans

    private static let units: [(String, (seconds: Int64, days: Int32))] = [
        ("minutes", (60, 0)), ("minute", (60, 0)), ("mins", (60, 0)), ("min", (60, 0)), ("hours", (3600, 0)),
        ("hour", (3600, 0)), ("days", (0, 1)), ("day", (0, 1)), ("weeks", (0, 7)), ("week", (0, 7)), ("m", (60, 0)),
        ("h", (3600, 0)), ("d", (0, 1)), ("w", (0, 7)), ("分钟", (60, 0)), ("个小时", (3600, 0)), ("小时", (3600, 0)),
        ("个钟头", (3600, 0)), ("天", (0, 1)), ("个星期", (0, 7)), ("星期", (0, 7)), ("周", (0, 7)),
    ]

    /// `now`; `2h`, `1h30m ago`, `in 2 hours`, `2小时前`, `半小时后`. Hours are hours, and days are days of the calendar.
    mutating func span(_ way: TypedTime.Way) -> TypedTime? {
        if take([("now", true), ("现在", true)]) == true { return .instant(now) }
        let isAhead = take("in ")
        skipBlanks()
        guard let length = length() else { return nil }
        skipBlanks()
        let said: TypedTime.Way? = take([
            ("ago", .ago), ("later", .ahead), ("之前", .ago), ("以前", .ago), ("之后", .ahead), ("以后", .ahead), ("前", .ago),
            ("后", .ahead),
        ])
        let goes: TypedTime.Way = isAhead ? (said == nil ? .ahead : .unsaid) : said ?? (way == .past ? .ago : way)
        guard goes != .unsaid else { return nil }
        if length.days > 0 {
            guard length.seconds == 0 else { return nil }
            let day = goes == .ago ? today - length.days : today + length.days
            return .days(day, day)
        }
        return .instant(goes == .ago ? now - length.seconds : now + length.seconds)
    }

    private mutating func length() -> (seconds: Int64, days: Int32)? {
        if take("半小时") || take("半个小时") || take("half an hour") { return (1800, 0) }
        var length: (seconds: Int64, days: Int32) = (0, 0)
        var count = 0
        while count < 2 {
            let start = rest
            guard let number = number() else { break }
            skipBlanks()
            guard let unit = take(Self.units) else {
                rest = start
                break
            }
            length.seconds += Int64(number) * unit.seconds
            length.days += Int32(clamping: number) * unit.days
            count += 1
            skipBlanks()
        }
        return length.seconds > 0 || length.days > 0 ? length : nil
    }
}
