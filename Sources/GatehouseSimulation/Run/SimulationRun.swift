/// Years of a virtual site in seconds, from one seed: the daemon's own controller, shell and store, a naive model beside
/// them, and everything that goes wrong at a gate. The same seed gives the same digest in any process.
package struct SimulationRun {
    package struct Settings: Sendable {
        package var seed: UInt64
        package var days = 1
        /// Where the database stands; memory is best.
        package var folder = "/dev/shm"
        package init(seed: UInt64) { self.seed = seed }
    }

    package struct Report: Sendable {
        package var seed: UInt64 = 0
        package var simulated: Duration = .zero
        package var presentations = 0
        package var decisionsCompared = 0
        package var entries: UInt64 = 0
        package var powerCuts = 0
        package var diskFailures = 0
        package var lateReleases = 0
        package var alertsDelivered = 0
        package var damagedFrames = 0
        /// Damaged frames that were another card's, as the parity of the format permits.
        package var misread = 0
        package var readerFaults = 0
        package var quarantines = 0
        /// Root of the journal's tree: equal for equal seeds.
        package var digest = ""
        /// What broke, with the moment; empty on a good run.
        package var violations: [String] = []
    }

    package static func run(_ settings: Settings) throws -> Report {
        let world = try World(settings)
        try world.live()
        return world.report
    }
}
