import ArgumentParser
import GatehouseCore
import GatehouseSimulation
import Glibc

struct GatehouseSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse-sim", abstract: "A gate without a gate.", version: GatehouseVersion.text,
        subcommands: [Run.self, Hardware.self, BenchCommand.self, BenchLarge.self, Guessing.self])
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lives days of a virtual site in seconds and checks the promises.",
        discussion:
            "The same seed gives the same digest in any process. Example: gatehouse-sim run --seed 42 --days 365")
    @Option(help: "The first seed.") var seed: UInt64 = 1
    @Option(help: "How many seeds, one after the other.") var seeds: UInt64 = 1
    @Option(help: "Simulated days of each.") var days = 1
    @Option(help: "Changes that somebody makes to the disk at the end of each.") var tamperings = 3

    func run() throws {
        var broken = 0
        var decisions = 0
        var changes = 0
        var answers: [String: Int] = [:]
        for seed in seed..<(seed + seeds) {
            var settings = SimulationRun.Settings(seed: seed)
            settings.days = days
            settings.tamperings = tamperings
            let report = try SimulationRun.run(settings)
            decisions += report.decisionsCompared + report.ruleDecisions
            changes += report.tamperings
            answers.merge(report.ruleAnswers) { $0 + $1 }
            if !report.violations.isEmpty { broken += 1 }
            if seeds <= 10 || !report.violations.isEmpty {
                print(
                    "seed \(seed): \(report.presentations) presentations, \(report.entries) entries, \(report.powerCuts) power cuts, \(report.diskFailures) disk failures, \(report.lateReleases) late releases, \(report.alertsDelivered) alerts, \(report.damagedFrames) damaged frames (\(report.misread) read as another card), \(report.readerFaults) reader faults, \(report.quarantines) quarantines, \(report.commands) commands (\(report.refusedCommands) refused), digest \(report.digest)"
                )
            }
            for violation in report.violations { print("  BROKEN \(violation)") }
            // A year takes minutes, and somebody may be watching through a pipe.
            fflush(nil)
        }
        print("rules: " + answers.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        // With so many sites every rule has had its say.
        let silent = SimulationRun.ruleAnswers.filter { answers[$0] == nil }
        if seeds >= 50, !silent.isEmpty {
            print("  BROKEN no decision came out as \(silent.joined(separator: ", "))")
            broken += 1
        }
        print(
            "\(seeds) seeds of \(days) days, \(decisions) decisions asked again, \(changes) changes of the disk, \(broken) seeds with a broken promise"
        )
        print("\(seeds - UInt64(broken)) passed, \(broken) failed")
        if broken > 0 { throw ExitCode(1) }
    }
}

struct Guessing: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tries card numbers at a real controller, and prints the tables of docs/guessing.md.")
    func run() { print(GuessingTrial.page) }
}

extension Bench.Part: ExpressibleByArgument {}

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Figures as ratios within one run; use a release build.")
    @Option(help: "A folder on the disk to measure.") var folder = "/var/tmp"
    @Option(help: "The gatehoused to measure as a whole.") var daemon = ".build/release/gatehoused"
    @Option(help: "A library that makes each sync of a file wait 15 ms.") var slowSync: String?
    @Option(help: "The program of Benchmarks/join.c: the floor of a decision.") var join: String?
    @Argument(
        help:
            "What to measure: decisions, commits, people, register, find, handover, buses, formats, noise, pictures, daemon; all of them by default."
    )
    var parts = Bench.Part.allCases
    func run() throws {
        try Bench.run(parts, folder: folder, daemon: daemon, slowSync: slowSync, join: join) {
            print($0)
            fflush(nil)
        }
    }
}

struct BenchLarge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-large", abstract: "The log of a long journal, beside a program of C; use a release build.")
    @Option(help: "Entries of the journal.") var rows: UInt64 = 10_000_000
    @Option(help: "A folder on the disk to measure, with room for 600 octets an entry.") var folder = "/var/tmp"
    @Option(help: "The program of Benchmarks/rows.c.") var program = ".build/rows"
    func validate() throws {
        guard rows >= 1000 else { throw ValidationError("--rows is 1000 at least") }
    }
    func run() throws {
        try Bench.large(rows: rows, folder: folder, program: program) {
            print($0)
            fflush(nil)
        }
    }
}

GatehouseSim.main()
