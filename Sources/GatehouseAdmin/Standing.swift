internal import GatehouseCore

/// How the gate stands in one word: what `status` and `health` end with.
package enum Standing: Int32, Hashable, Sendable, Comparable {
    case fine = 0
    /// A warning or a fault stands.
    case faulty = 1
    /// An alarm stands, or nobody has acknowledged it.
    case alarm = 2

    package init(_ conditions: [ConditionView], alarms: Int) {
        let words = Set(conditions.map(\.severity))
        if alarms > 0 || words.contains(HealthCode.Severity.alarm.rawValue) {
            self = .alarm
        } else if words.isDisjoint(with: [HealthCode.Severity.warning.rawValue, HealthCode.Severity.fault.rawValue]) {
            self = .fine
        } else {
            self = .faulty
        }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
