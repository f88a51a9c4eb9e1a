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
        let path = config
        let configuration = try read(path)
        if check { return print("\(path): in order") }
        try Daemon.run(configuration) { try? read(path) }
    }
}

private func read(_ path: String) throws -> Configuration {
    try ConfigurationReader.read(path: path, digest: { Hash.sha256($0) })
}

Gatehoused.main()
