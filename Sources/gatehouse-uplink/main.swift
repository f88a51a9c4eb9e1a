import ArgumentParser
import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseUplink

struct GatehouseUplinkCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse-uplink", abstract: "Pictures and alerts for gatehoused. Started by systemd.",
        version: GatehouseVersion.text)

    @Option(name: .shortAndLong, help: "The configuration.")
    var config = "/etc/gatehouse/gatehouse.yaml"

    @Flag(help: "Check the configuration and its secrets, and stop.")
    var check = false

    func run() throws {
        let source = ConfigurationSource(path: config, digest: { Hash.sha256($0) })
        let configuration = try check ? source.fresh() : source.load().configuration
        let uplink = try Uplink(configuration)
        if check { return print("\(config): in order") }
        let notifier = ServiceNotifier()
        var surroundings = Uplink.Surroundings()
        surroundings.watchdogPeriod = notifier.watchdogPeriod
        surroundings.alive = { notifier.alive() }
        try uplink.run(surroundings) { notifier.ready("running") }
    }
}

GatehouseUplinkCommand.main()
