/// When what was kept long enough is looked for: within the hour, and at once after a change of the register.
struct Retention: Sendable {
    private(set) var nextDeadline: MonotonicTime?

    mutating func isDue(at now: MonotonicTime) -> Bool {
        if let nextDeadline, now < nextDeadline { return false }
        nextDeadline = now + .seconds(3600)
        return true
    }

    mutating func hasten(at now: MonotonicTime) { nextDeadline = now }

    /// Instants before which everything of a class has been kept for all its days.
    struct Limits: Hashable {
        var personal: CivilTime?
        var ended: CivilTime?
        var alerts: CivilTime?
    }

    /// Once a local day; nil where nothing is to go. A clock that cannot be trusted erases nothing.
    func limits(_ policy: AccessPolicy, lastDay: Int32?, _ now: Moment) -> Limits? {
        guard now.isCivilTrusted, lastDay != now.localDay else { return nil }
        func limit(_ days: Int64?) -> CivilTime? { days.map { now.civil + .seconds(-$0 * 86400) } }
        let limits = Limits(
            personal: limit(policy.personalDays), ended: limit(policy.endedDays), alerts: limit(policy.alertDays))
        return limits == Limits() ? nil : limits
    }
}
