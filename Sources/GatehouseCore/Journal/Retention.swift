/// When what was kept long enough is looked for: within the hour, and at once after a change of the register.
struct Retention: Sendable {
    private(set) var nextDeadline: MonotonicTime?

    mutating func isDue(at now: MonotonicTime) -> Bool {
        if let nextDeadline, now < nextDeadline { return false }
        nextDeadline = now + .seconds(3600)
        return true
    }

    mutating func hasten(at now: MonotonicTime) { nextDeadline = now }

    /// Once a local day: values of entries before this instant have been kept for all their days. A clock that cannot be
    /// trusted erases nothing.
    func limit(days: Int64?, lastDay: Int32?, _ now: Moment) -> CivilTime? {
        guard now.isCivilTrusted, let days, lastDay != now.localDay else { return nil }
        return now.civil + .seconds(-days * 86400)
    }
}
