import ArgumentParser
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseDaemon

struct Gatehoused: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehoused", abstract: "Decides at the gates of one controller. Started by systemd.",
        version: GatehouseVersion.text)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config = "/etc/gatehouse/gatehouse.yaml"

    @Flag(help: "Check the configuration and stop.")
    var check = false

    func run() throws {
        if check {
            let configuration = try ConfigurationReader.read(path: config, digest: { Hash.sha256($0) })
            let problems = Daemon.check(configuration)
            guard problems.isEmpty else { throw StartFailure(problems.map(\.english).joined(separator: "\n")) }
            return print("\(config): in order")
        }
        try Daemon.run(ConfigurationSource(path: config, digest: { Hash.sha256($0) }))
    }
}

Gatehoused.main()
