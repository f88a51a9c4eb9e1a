/// Local time of one site, read from a TZif file (RFC 8536). Several zones live in one process, so the process-wide
/// local time is of no use.
package struct SiteCalendar: Hashable, Sendable {
    private let transitions: [Int64]
    /// Offset from UTC in seconds after each transition; the first stands before all.
    private let offsets: [Int64]
    private let rule: ZoneRule?

    /// A zone with one offset, in seconds east of UTC.
    package init(fixedOffset: Int64) {
        transitions = []
        offsets = [fixedOffset]
        rule = nil
    }

    /// Reads a TZif file of version 2 or later; nil for anything else.
    package init?(tzif: [UInt8]) {
        var reader = TZifReader(octets: tzif)
        guard let first = reader.header(), first.version >= UInt8(ascii: "2") else { return nil }
        reader.skip(first.dataSize(timeSize: 4))
        guard let header = reader.header(), let times = reader.integers(header.timeCount, size: 8),
            let indices = reader.take(header.timeCount), let types = reader.take(header.typeCount * 6)
        else { return nil }
        reader.skip(header.characterCount + header.leapCount * 12 + header.standardCount + header.utcCount)
        let typeOffsets = (0..<header.typeCount).map { index -> Int64 in
            let start = types.startIndex + index * 6
            return Int64(Int32(bitPattern: types[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) }))
        }
        guard !typeOffsets.isEmpty, indices.allSatisfy({ Int($0) < typeOffsets.count }),
            zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        transitions = times
        offsets = [typeOffsets[0]] + indices.map { typeOffsets[Int($0)] }
        rule = reader.footer().flatMap { ZoneRule(posix: $0) }
    }

    /// Seconds east of UTC at an instant (seconds of UTC).
    package func offset(at seconds: Int64) -> Int64 {
        if let last = transitions.last, seconds >= last {
            return rule?.offset(at: seconds) ?? offsets[offsets.count - 1]
        }
        if transitions.isEmpty { return rule?.offset(at: seconds) ?? offsets[0] }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return offsets[low]
    }

    /// The local day (since 1970) and minute of an instant.
    package func local(at time: CivilTime) -> (day: Int32, minute: Int32) {
        let local = time.seconds + offset(at: time.seconds)
        let day = local.flooringDivision(by: 86400)
        return (Int32(clamping: day), Int32((local - day * 86400) / 60))
    }

    /// The first instant (seconds of UTC) at which the local clock shows this day and minute or has passed it. A minute
    /// that the clock skips maps to the moment of the skip; one that comes twice maps to the first.
    package func utc(day: Int32, minute: Int32) -> Int64 {
        let wanted = Int64(day) * 86400 + Int64(minute) * 60
        // Offsets lie within a day of UTC; the local clock as a function of UTC is searched around it.
        var low = wanted - 2 * 86400
        var high = wanted + 2 * 86400
        // Between jumps the local clock runs with UTC, so the first instant that reaches the wanted time is found by
        // trying each offset in force near it.
        var best: Int64?
        var candidates: Set<Int64> = []
        for probe in stride(from: low, through: high, by: 3600) { candidates.insert(offset(at: probe)) }
        for offset in candidates.sorted() {
            let instant = wanted - offset
            if self.offset(at: instant) == offset { best = min(best ?? instant, instant) }
        }
        if let best { return best }
        // Skipped: the moment of the jump, by bisection on "the local clock has passed the wanted time".
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if middle + offset(at: middle) >= wanted { high = middle } else { low = middle }
        }
        return high
    }

    package func moment(monotonic: MonotonicTime, civil: CivilTime, isTrusted: Bool) -> Moment {
        let local = local(at: civil)
        return Moment(
            monotonic: monotonic, civil: civil, localDay: local.day, localMinute: local.minute,
            isCivilTrusted: isTrusted)
    }
}

/// Days since 1970 of a date in the Gregorian calendar, and back.
package enum CalendarDay {
    /// `2026-03-31`.
    package static func text(_ day: Int32) -> String {
        let date = Self.date(day)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
    }

    /// Nil when there is no such date.
    package static func day(year: Int, month: Int, day: Int) -> Int32? {
        guard (1...12).contains(month), (1...9999).contains(year), day >= 1, day <= length(year: year, month: month)
        else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int32(era * 146_097 + dayOfEra - 719_468)
    }

    package static func date(_ day: Int32) -> (year: Int, month: Int, day: Int) {
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let date = dayOfYear - (153 * month + 2) / 5 + 1
        let civilMonth = month < 10 ? month + 3 : month - 9
        return (yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0), civilMonth, date)
    }

    package static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension Int64 {
    func flooringDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

private struct TZifReader {
    struct Header {
        var version: UInt8
        var utcCount: Int
        var standardCount: Int
        var leapCount: Int
        var timeCount: Int
        var typeCount: Int
        var characterCount: Int

        func dataSize(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
                + utcCount
        }
    }

    let octets: [UInt8]
    var position = 0
    init(octets: [UInt8]) { self.octets = octets }

    mutating func header() -> Header? {
        guard let magic = take(4), magic.elementsEqual("TZif".utf8), let version = take(1)?.first, take(15) != nil,
            let counts = integers(6, size: 4), counts.allSatisfy({ $0 >= 0 && $0 < 100_000 })
        else { return nil }
        return Header(
            version: version, utcCount: Int(counts[0]), standardCount: Int(counts[1]), leapCount: Int(counts[2]),
            timeCount: Int(counts[3]), typeCount: Int(counts[4]), characterCount: Int(counts[5]))
    }

    mutating func skip(_ count: Int) { position = min(octets.count, position + count) }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= octets.count - position else { return nil }
        defer { position += count }
        return octets[position..<(position + count)]
    }

    mutating func integers(_ count: Int, size: Int) -> [Int64]? {
        guard let field = take(count * size) else { return nil }
        return (0..<count).map { index in
            let start = field.startIndex + index * size
            let word = field[start..<(start + size)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Int64(Int32(truncatingIfNeeded: word)) : Int64(bitPattern: word)
        }
    }

    mutating func footer() -> String? {
        guard position < octets.count, octets[position] == 10 else { return nil }
        return String(decoding: octets[(position + 1)...].prefix { $0 != 10 }, as: UTF8.self)
    }
}

/// The rule after the last transition: a POSIX TZ string such as `CET-1CEST,M3.5.0,M10.5.0/3`.
private struct ZoneRule: Hashable, Sendable {
    private struct Change: Hashable, Sendable {
        enum Day: Hashable, Sendable {
            case month(Int, week: Int, weekday: Int)
            case julian(Int)
            case zeroBased(Int)
        }
        var day: Day
        /// Local seconds after midnight.
        var time: Int64
    }
    private var standard: Int64
    private var summer: Int64?
    private var start: Change?
    private var end: Change?

    init?(posix: String) {
        var text = Substring(posix)
        guard Self.name(&text), let west = Self.time(&text) else { return nil }
        standard = -west
        guard !text.isEmpty else { return }
        guard Self.name(&text) else { return nil }
        if let next = text.first, next != "," {
            guard let west = Self.time(&text) else { return nil }
            summer = -west
        } else {
            summer = standard + 3600
        }
        guard let start = Self.change(&text), let end = Self.change(&text), text.isEmpty else { return nil }
        self.start = start
        self.end = end
    }

    func offset(at seconds: Int64) -> Int64 {
        guard let summer, let start, let end else { return standard }
        let year = CalendarDay.date(Int32(clamping: (seconds + standard).flooringDivision(by: 86400))).year
        let begins = Self.local(start, year) - standard
        let ends = Self.local(end, year) - summer
        let isSummer = begins < ends ? seconds >= begins && seconds < ends : seconds >= begins || seconds < ends
        return isSummer ? summer : standard
    }

    private static func local(_ change: Change, _ year: Int) -> Int64 {
        let day: Int32
        switch change.day {
        case .month(let month, let week, let weekday):
            let first = CalendarDay.day(year: year, month: month, day: 1) ?? 0
            // 1970-01-01 was a Thursday; Sunday is 0 here.
            let firstWeekday = ((Int(first) % 7) + 7 + 4) % 7
            var date = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if date > CalendarDay.length(year: year, month: month) { date -= 7 }
            day = first + Int32(date - 1)
        case .julian(let number):
            let isLeap = CalendarDay.length(year: year, month: 2) == 29
            day =
                (CalendarDay.day(year: year, month: 1, day: 1) ?? 0)
                + Int32(number - 1 + (isLeap && number >= 60 ? 1 : 0))
        case .zeroBased(let number): day = (CalendarDay.day(year: year, month: 1, day: 1) ?? 0) + Int32(number)
        }
        return Int64(day) * 86400 + change.time
    }

    private static func name(_ text: inout Substring) -> Bool {
        if text.first == "<" {
            guard let close = text.firstIndex(of: ">") else { return false }
            text = text[text.index(after: close)...]
            return true
        }
        let count = text.prefix { $0.isLetter }.count
        text = text.dropFirst(count)
        return count >= 3
    }

    private static func number(_ text: inout Substring) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard (1...3).contains(digits.count) else { return nil }
        text = text.dropFirst(digits.count)
        return Int(digits)
    }

    private static func time(_ text: inout Substring) -> Int64? {
        var sign: Int64 = 1
        if text.first == "-" || text.first == "+" {
            sign = text.first == "-" ? -1 : 1
            text = text.dropFirst()
        }
        guard let hours = number(&text) else { return nil }
        var seconds = Int64(hours) * 3600
        var unit: Int64 = 60
        while text.first == ":", unit > 0 {
            text = text.dropFirst()
            guard let part = number(&text) else { return nil }
            seconds += Int64(part) * unit
            unit = unit == 60 ? 1 : 0
        }
        return sign * seconds
    }

    private static func change(_ text: inout Substring) -> Change? {
        guard text.first == "," else { return nil }
        text = text.dropFirst()
        let day: Change.Day
        if text.first == "M" {
            text = text.dropFirst()
            guard let month = number(&text), text.first == ".", (1...12).contains(month) else { return nil }
            text = text.dropFirst()
            guard let week = number(&text), text.first == ".", (1...5).contains(week) else { return nil }
            text = text.dropFirst()
            guard let weekday = number(&text), (0...6).contains(weekday) else { return nil }
            day = .month(month, week: week, weekday: weekday)
        } else if text.first == "J" {
            text = text.dropFirst()
            guard let value = number(&text), (1...365).contains(value) else { return nil }
            day = .julian(value)
        } else {
            guard let value = number(&text), value <= 365 else { return nil }
            day = .zeroBased(value)
        }
        guard text.first == "/" else { return Change(day: day, time: 7200) }
        text = text.dropFirst()
        guard let time = time(&text) else { return nil }
        return Change(day: day, time: time)
    }
}
