package import GatehouseCore

/// Which day the retention may count from. A wrong clock must not delete pictures: a day that leapt is believed only
/// after the clock has stood by it for 24 hours. Nothing is lost by waiting; the budget holds all the time.
package struct RetentionClock: Sendable {
    package static let doubt: Duration = .seconds(86400)
    /// A difference between the two clocks that is a leap and no correction.
    private static let leap: Duration = .seconds(3600)

    private var last: (civil: CivilTime, monotonic: MonotonicTime)?
    private var believedFrom: MonotonicTime?
    /// The last day that was believed, in this run or an earlier one.
    package private(set) var believed: Int32?

    package init(believed: Int32?) { self.believed = believed }

    /// The day to count from (days since 1970, UTC); nil while it is in doubt.
    package mutating func today(civil: CivilTime, monotonic: MonotonicTime) -> Int32? {
        let today = Int32(clamping: civil.seconds / 86400)
        if let last {
            let difference = (civil - last.civil) - (monotonic - last.monotonic)
            if difference > Self.leap || difference < .zero - Self.leap { believedFrom = monotonic + Self.doubt }
        } else if believed.map({ !($0 - 1...$0 + 2).contains(today) }) ?? true {
            believedFrom = monotonic + Self.doubt
        }
        last = (civil, monotonic)
        if let believedFrom, monotonic < believedFrom { return nil }
        believedFrom = nil
        believed = today
        return today
    }
}
