import ArgumentParser
import GatehouseConfiguration
import GatehouseCrypto
import GatehouseDaemon

struct Gatehoused: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehoused", abstract: "Decides at the gates of one controller. Started by systemd.",
        version: "0.1.0")

    @Option(name: .shortAndLong, help: "The configuration.")
    var config = "/etc/gatehouse/gatehouse.yaml"

    @Flag(help: "Check the configuration and stop.")
    var check = false

    func run() throws {
        let path = config
        let configuration = try read(path)
        if check {
            let problems = ReaderKeyFile.problems(of: configuration)
            guard problems.isEmpty else {
                throw StartFailure(problems.map { "reader \($0.reader): \($0.problem)" }.joined(separator: "\n"))
            }
            return print("\(path): in order")
        }
        try Daemon.run(configuration) { try? read(path) }
    }
}

private func read(_ path: String) throws -> Configuration {
    try ConfigurationReader.read(path: path, digest: { Hash.sha256($0) })
}

Gatehoused.main()
