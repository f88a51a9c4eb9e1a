package import GatehouseCore

/// A time as people type it, in English and in Chinese: `yesterday 18:00`, `昨天18:00`, `9点半`, `2h ago`, `上周`. Days and hours
/// are those of the site; an hour that the clock skips or has twice is what `SiteCalendar.utc` makes of it.
package enum TypedTime: Hashable, Sendable {
    /// Seconds of UTC.
    case instant(Int64)
    /// Local days, both counted.
    case days(Int32, Int32)

    /// Which way a span without a word for it goes: `2h`. A time that is `past` has been: `18:00` at noon is yesterday's.
    package enum Way: Hashable, Sendable {
        case past, ago, ahead, unsaid
    }

    package static let examples = Sentence(
        "write it as 18:00, yesterday 18:00, 11-27 18:00, 2026-11-27 18:00, 2h ago, last week; 昨天18:00, 今早8点, 11月27日, 2小时前, 上周"
    )

    /// Nil for what is no time.
    package init?(_ text: String, now: CivilTime, calendar: SiteCalendar, way: Way = .unsaid) {
        let plain = ImportText.halfWidth(text).lowercased()
        guard plain.count <= 64 else { return nil }
        var reader = TypedTimeReader(
            rest: Array(plain)[...], today: calendar.local(at: now).day, now: now.seconds, calendar: calendar)
        guard let found = reader.read(way) else { return nil }
        self = found
    }

    /// The first second, or the first that no longer counts.
    package func seconds(_ calendar: SiteCalendar, isEnd: Bool) -> Int64 {
        switch self {
        case .instant(let seconds): seconds
        case .days(let first, let last): calendar.utc(day: isEnd ? last + 1 : first, minute: 0)
        }
    }

    /// What was understood, for people: `2026-11-26 18:00`.
    package func echo(_ calendar: SiteCalendar, isEnd: Bool) -> String {
        switch self {
        case .days(_, let last) where isEnd: "\(CalendarDay.text(last)) 24:00"
        default: Self.text(seconds(calendar, isEnd: isEnd), calendar)
        }
    }

    private static func text(_ seconds: Int64, _ calendar: SiteCalendar) -> String {
        let at = calendar.local(at: CivilTime(seconds: seconds))
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(CalendarDay.text(at.day)) \(two(at.minute / 60)):\(two(at.minute % 60))"
    }
}

/// Reads a day and an hour, from the left to the right; what is left over makes it none.
struct TypedTimeReader {
    var rest: ArraySlice<Character>
    let today: Int32
    let now: Int64
    let calendar: SiteCalendar

    mutating func read(_ way: TypedTime.Way) -> TypedTime? {
        skipBlanks()
        guard !rest.isEmpty else { return nil }
        let start = rest
        if let span = span(way), isAtEnd() { return span }
        rest = start
        if let weeks = days(), isAtEnd() { return weeks }
        rest = start
        let day = date()
        if let day, day.period == nil, isAtEnd() { return .days(day.day, day.day) }
        let isStamp = skipJoint()
        guard let clock = clock(day?.period), let end = offsetEnd(isStamp) else { return nil }
        let found = instant(on: day?.day ?? today, clock, offset: end.offset)
        if day == nil, end.offset == nil, way == .past, case .instant(let seconds)? = found, seconds > now {
            return instant(on: today - 1, clock, offset: nil)
        }
        return found
    }

    private func instant(on day: Int32, _ clock: Clock, offset: Int64?) -> TypedTime? {
        let second = clock.second ?? 0
        if let offset {
            return .instant(Int64(day) * 86400 + Int64(clock.minute) * 60 + Int64(second) - offset)
        }
        let (later, minute) = (clock.minute / 1440, clock.minute % 1440)
        return .instant(calendar.utc(day: day + later, minute: minute) + Int64(second))
    }

    // MARK: Pieces

    mutating func skipBlanks() { while rest.first == " " || rest.first == "\t" { rest.removeFirst() } }

    /// Whether a date and an hour are joined as programs do it.
    private mutating func skipJoint() -> Bool {
        skipBlanks()
        let isStamp = rest.first == "t"
        if isStamp || rest.first == "," || rest.first == "的" { rest.removeFirst() }
        skipBlanks()
        if take("at ") { skipBlanks() }
        return isStamp
    }

    mutating func isAtEnd() -> Bool {
        skipBlanks()
        return rest.isEmpty
    }

    mutating func take(_ word: String) -> Bool {
        guard rest.starts(with: word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    /// The value of the first word that stands there; longer ones come first in the list. A word of letters ends where its
    /// letters end.
    mutating func take<Value>(_ words: [(String, Value)]) -> Value? {
        for (word, value) in words where rest.starts(with: word) {
            let behind = rest.dropFirst(word.count)
            if let last = word.last, last.isASCII, last.isLetter, let next = behind.first, next.isASCII, next.isLetter {
                continue
            }
            rest = behind
            return value
        }
        return nil
    }

    /// A number in digits, or in Chinese up to 99.
    mutating func number(_ digits: ClosedRange<Int> = 1...4) -> Int? {
        let typed = rest.prefix { $0.isASCII && $0.isNumber }
        if !typed.isEmpty {
            guard digits.contains(typed.count), let value = Int(String(typed)) else { return nil }
            rest = rest.dropFirst(typed.count)
            return value
        }
        let written = rest.prefix { Self.numerals[$0] != nil || $0 == "十" }
        guard (1...3).contains(written.count) else { return nil }
        let parts = written.split(separator: "十", omittingEmptySubsequences: false)
        func value(_ part: ArraySlice<Character>, _ empty: Int) -> Int? {
            part.isEmpty ? empty : part.count == 1 ? Self.numerals[part[part.startIndex]] : nil
        }
        let found: Int?
        switch parts.count {
        case 1: found = value(parts[0], 0)
        case 2:
            let tens = value(parts[0], 1)
            let ones = value(parts[1], 0)
            found = tens.flatMap { tens in ones.map { tens * 10 + $0 } }
        default: found = nil
        }
        guard let found else { return nil }
        rest = rest.dropFirst(written.count)
        return found
    }

    private static let numerals: [Character: Int] = [
        "〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
    ]

    // MARK: Hours

    struct Clock {
        /// From the midnight that the day begins with; 1440 is the one that it ends with.
        var minute: Int32
        var second: Int32?
    }

    /// A part of the day, which says what an hour on twelve means.
    enum Period {
        case night, morning, noon, afternoon, evening
    }

    static let periods: [(String, Period)] = [
        ("凌晨", .night), ("清晨", .morning), ("早上", .morning), ("早晨", .morning), ("上午", .morning), ("中午", .noon),
        ("下午", .afternoon), ("傍晚", .afternoon), ("晚上", .evening), ("夜里", .evening), ("早", .morning), ("晚", .evening),
    ]

    private mutating func clock(_ said: Period?) -> Clock? {
        var period = said
        if period == nil { period = take(Self.periods) }
        skipBlanks()
        if period == nil,
            let minute = take([("noon", 720), ("midnight", 0), ("正午", 720), ("午夜", 0)] as [(String, Int32)])
        {
            return Clock(minute: minute)
        }
        guard let hour = number(1...2), hour <= 24 else { return nil }
        var found = (minute: 0, second: Int32?.none, isBare: true)
        if take(":") {
            guard let minute = number(2...2), minute < 60 else { return nil }
            found = (minute, nil, false)
            if take(":") {
                guard let second = number(2...2), second < 60 else { return nil }
                found.second = Int32(clamping: second)
                if take(".") { guard number(1...4) != nil else { return nil } }
            }
        } else if take("点") || take("时") {
            _ = take("钟")
            guard let minute = minuteInWords() else { return nil }
            found = (minute, nil, false)
        }
        skipBlanks()
        let half = take([("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)])
        // A number alone is no hour.
        guard !found.isBare || half != nil, let full = Self.hour(hour, half, period) else { return nil }
        guard full < 24 || found.minute == 0 && found.second ?? 0 == 0 else { return nil }
        return Clock(minute: Int32(clamping: full * 60 + found.minute), second: found.second)
    }

    /// What stands behind `9点`: nothing, 半, 一刻, 三刻, 15, 15分.
    private mutating func minuteInWords() -> Int? {
        if take("半") { return 30 }
        if take("一刻") { return 15 }
        if take("三刻") { return 45 }
        guard let next = rest.first, next != " ", next != "整" else {
            _ = take("整")
            return 0
        }
        guard let minute = number(1...2), minute < 60 else { return nil }
        _ = take("分")
        return minute
    }

    private static func hour(_ hour: Int, _ isAfternoon: Bool?, _ period: Period?) -> Int? {
        if let isAfternoon {
            guard period == nil, (1...12).contains(hour) else { return nil }
            return hour % 12 + (isAfternoon ? 12 : 0)
        }
        switch period {
        case nil: return hour
        case .night: return (0...6).contains(hour) ? hour : nil
        case .morning: return (4...11).contains(hour) ? hour : nil
        case .noon: return (11...14).contains(hour) ? hour : (1...2).contains(hour) ? hour + 12 : nil
        case .afternoon: return (12...19).contains(hour) ? hour : (1...7).contains(hour) ? hour + 12 : nil
        // 昨晚12点 is where yesterday ends; 昨晚1点 may be either.
        case .evening:
            return (17...24).contains(hour) ? hour : (5...11).contains(hour) ? hour + 12 : hour == 12 ? 24 : nil
        }
    }

    /// `Z`, `+08:00`, or nothing; and then the end.
    private mutating func offsetEnd(_ isStamp: Bool) -> (offset: Int64?, Void)? {
        if isAtEnd() { return (nil, ()) }
        guard isStamp else { return nil }
        if take("z") { return isAtEnd() ? (0, ()) : nil }
        let isWest = rest.first == "-"
        guard isWest || rest.first == "+" else { return nil }
        rest.removeFirst()
        guard let hours = number(2...2), hours <= 14 else { return nil }
        guard take(":"), let minutes = number(2...2), minutes < 60, isAtEnd() else { return nil }
        let offset = Int64(hours * 3600 + minutes * 60)
        return (isWest ? -offset : offset, ())
    }
}
