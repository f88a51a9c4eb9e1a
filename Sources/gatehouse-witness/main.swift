import ArgumentParser
import GatehouseAdmin
import GatehouseCore
import GatehouseWitness
import Glibc

struct GatehouseWitnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse-witness",
        abstract: "The residents' committee's second key: cosigns the journals of gates, and refuses a second history.",
        version: GatehouseVersion.text, subcommands: [Run.self, Key.self, Check.self, Show.self, Clock.self])
}

/// What every part of the program is told.
struct Files: ParsableArguments {
    @Option(help: "The key of this witness.")
    var key = "/etc/gatehouse-witness/key"

    @Option(help: "What this witness remembers.")
    var state = "/var/lib/gatehouse-witness/state"

    @Option(help: "The language of what is said: en or zh.")
    var lang: String?
}

/// What is served, and where.
struct Service: ParsableArguments {
    @Option(help: "The keys of the logs that are watched, one a line; lines with # are comments.")
    var logs = "/etc/gatehouse-witness/logs"

    @Option(help: "Where it listens, on the loopback: a web server with TLS stands in front.")
    var listen = "127.0.0.1:8380"

    @Option(help: "What stands before add-checkpoint in the address, as the web server passes it on: /p, or nothing.")
    var prefix = ""
}

extension Service {
    func with(_ files: Files) -> WitnessService {
        WitnessService(key: files.key, state: files.state, logs: logs, listen: listen, prefix: prefix)
    }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve. Started by systemd.")

    @OptionGroup var service: Service
    @OptionGroup var files: Files

    func run() throws {
        let notifier = ServiceNotifier()
        let manager = WitnessService.Manager(
            period: notifier.watchdogPeriod, alive: { notifier.alive() }, ready: { notifier.ready($0) })
        do throws(WitnessFault) {
            try service.with(files).run(manager, log: StderrLogHandler.logger("gatehouse-witness"))
        } catch {
            complain(error.sentence)
            throw ExitCode(1)
        }
    }
}

let language = Language.wanted(by: CommandLine.arguments) ?? .english

func words(_ text: Sentence.Text) -> String { Sentence(text).text(in: language) }

func complain(_ sentence: Sentence) {
    let line = Array("gatehouse-witness: \(sentence.text(in: language))\n".utf8)
    _ = write(2, line, line.count)
}

GatehouseWitnessCommand.main()
