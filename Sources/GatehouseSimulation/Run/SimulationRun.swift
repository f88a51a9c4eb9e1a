internal import GatehouseCore

/// Years of a virtual site in seconds, from one seed: the daemon's own controller, shell and store, a naive model beside
/// them, and everything that goes wrong at a gate. The same seed gives the same digest in any process.
package struct SimulationRun {
    package struct Settings: Sendable {
        package var seed: UInt64
        package var days = 1
        /// How often somebody changes what stands on the disk at the end.
        package var tamperings = 3
        /// Where the database stands; memory is best.
        package var folder = "/dev/shm"
        package init(seed: UInt64) { self.seed = seed }
    }

    package struct Report: Sendable {
        package var seed: UInt64 = 0
        package var simulated: Duration = .zero
        package var presentations = 0
        package var decisionsCompared = 0
        /// Commands that people said, and those of them that were refused.
        package var commands = 0
        package var refusedCommands = 0
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
        /// Changes of the disk, each of which has to be noticed.
        package var tamperings = 0
        /// Decisions at a random site with every rule, and what came out of them.
        package var ruleDecisions = 0
        package var ruleAnswers: [String: Int] = [:]
        /// Root of the journal's tree: equal for equal seeds.
        package var digest = ""
        /// What broke, with the moment; empty on a good run.
        package var violations: [String] = []
    }

    /// What has to come out somewhere at the random sites of many seeds: what a card or a plate alone can be answered.
    package static let ruleAnswers: [String] =
        ["granted"]
        + DenialReason.allCases.filter { reason in
            switch reason {
            case .invalidPIN, .tooManyTries, .factorMissing, .factorsDisagree, .readerNotTrusted, .clockNotTrusted:
                false
            default: true
            }
        }.map(\.word)

    package static func run(_ settings: Settings) throws -> Report {
        let world = try World(settings)
        try world.live()
        var report = world.report
        var trial = RuleTrial(seed: settings.seed)
        trial.run()
        report.ruleDecisions = trial.decisions
        report.ruleAnswers = trial.answers
        report.violations += trial.violations.map { "rules: \($0)" }
        return report
    }
}
