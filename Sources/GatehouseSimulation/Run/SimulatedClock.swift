internal import GatehouseCore

/// The clock of the simulated machine: wrong by something, and kept in step by the network or not.
struct SimulatedClock {
    /// What network time, or a battery clock, may be wrong by, in milliseconds.
    static let networkError: Int64 = 35_000

    private(set) var error: Int64 = 0
    private(set) var isSynchronized = true

    func shows(_ truth: Int64) -> CivilTime { CivilTime(milliseconds: truth + error) }

    /// Somebody or something sets the clock.
    mutating func set(by dice: inout Dice) {
        switch dice.below(5) {
        case 0: error = Int64(dice.below(60_000)) - 30_000  // the network's own error
        case 1:
            error = -3_600_000
            isSynchronized = false
        case 2:
            error = 86_400_000
            isSynchronized = false
        case 3:
            error = 315_360_000_000
            isSynchronized = false
        default:
            error = Int64(dice.below(7_200_000)) - 3_600_000
            isSynchronized = false
        }
    }

    /// What a power cut leaves of it: a battery clock, or none.
    mutating func loseTime(by dice: inout Dice, truth: Int64) {
        isSynchronized = false
        switch dice.below(4) {
        case 0: error = -truth
        case 1: error = 315_360_000_000
        default: error = Int64(dice.below(4000)) - 2000
        }
    }
}
