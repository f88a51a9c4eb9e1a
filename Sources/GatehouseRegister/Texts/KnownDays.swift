internal import GatehouseCore

/// Days that were read already: most lines of a file share a few.
package struct KnownDays: Sendable {
    fileprivate var starts: [String: Int64] = [:]
    fileprivate var ends: [String: Int64] = [:]
    package init() {}
}

extension RegistryFields {
    /// From when until when. A text that is not given changes nothing, an empty one or `none` takes the bound away, and
    /// one that says the same day as before leaves the instant as it is.
    func window(
        _ from: String?, _ until: String?, _ old: (from: Int64?, until: Int64?)?, _ days: inout KnownDays
    ) throws -> (from: Int64?, until: Int64?) {
        var new: (from: Int64?, until: Int64?) = (old?.from, old?.until)
        if let from { new.from = try bound(from, "from", old?.from, &days.starts, isEnd: false) }
        if let until { new.until = try bound(until, "until", old?.until, &days.ends, isEnd: true) }
        if from != nil || until != nil, new.from != old?.from || new.until != old?.until, let start = new.from,
            let end = new.until, start >= end
        {
            throw FieldProblem(
                until == nil ? "from" : "until", Sentence("the end is not after the start; check the two dates"),
                code: RegistryProblem.endsBeforeItStarts.rawValue)
        }
        return new
    }

    private func bound(
        _ text: String, _ field: String, _ old: Int64?, _ known: inout [String: Int64], isEnd: Bool
    ) throws -> Int64? {
        if text.isEmpty || text == "none" { return nil }
        let found: Int64
        if let there = known[text] {
            found = there
        } else {
            found = try at(field) { try instant(text, isEnd: isEnd, of: field) }
            if known.count < 4096 { known[text] = found }
        }
        if let old, old != found, calendar.written(old, isEnd: isEnd) == text { return old }
        return found
    }

    /// A day, which counts from its first moment or to its last, or an instant.
    package func instant(_ text: String, isEnd: Bool) throws(Problem) -> Int64 {
        text.utf8.contains(UInt8(ascii: "T"))
            ? try instant(text).seconds : isEnd ? try endAfter(text) : try start(text)
    }

    /// The same, or in words where somebody types it now.
    package func instant(_ text: String, isEnd: Bool, of field: String) throws(Problem) -> Int64 {
        guard let spoken else { return try instant(text, isEnd: isEnd) }
        if let strict = try? instant(text, isEnd: isEnd) { return strict }
        return try typed(text, spoken, field, isEnd: isEnd)
    }

    /// A day, or one in words where somebody types it now.
    func day(_ text: String, of field: String) throws(Problem) -> Int32 {
        guard let spoken else { return try day(text) }
        if let strict = try? day(text) { return strict }
        let time = TypedTime(text, now: spoken.now, calendar: calendar, way: spoken.way)
        guard case .days(let first, let last)? = time, first == last else {
            throw Problem(
                Sentence("\"\(Self.clipped(text))\" is no day; write it as 2026-03-31, today, 11-27, 明天, 11月27日"))
        }
        spoken.heard(field, CalendarDay.text(first))
        return first
    }

    private func typed(_ text: String, _ spoken: Spoken, _ field: String, isEnd: Bool) throws(Problem) -> Int64 {
        guard let time = TypedTime(text, now: spoken.now, calendar: calendar, way: spoken.way) else {
            throw Problem(Sentence("\"\(Self.clipped(text))\" is no time that is understood; \(TypedTime.examples)"))
        }
        var isEnd = isEnd
        // A week ends with its last day, whatever a day alone means there.
        if case .days(let first, let last) = time, first != last, field == "until" { isEnd = true }
        spoken.heard(field, time.echo(calendar, isEnd: isEnd))
        return time.seconds(calendar, isEnd: isEnd)
    }
}

extension SiteCalendar {
    /// A bound as `instant` reads it: the day where it lies on a midnight.
    func written(_ seconds: Int64, isEnd: Bool) -> String {
        let at = self.local(at: CivilTime(seconds: seconds))
        let midnight = utc(day: at.day, minute: 0)
        if midnight == seconds { return CalendarDay.text(isEnd ? at.day - 1 : at.day) }
        let second = (seconds - midnight) % 60
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let minute = Int64(at.minute)
        return
            "\(CalendarDay.text(at.day))T\(two(minute / 60)):\(two(minute % 60))\(second == 0 ? "" : ":\(two(second))")"
    }
}
