internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseProtocols
internal import Logging

extension SerialStation {
    /// The stations that a configuration asks for, one a port: readers of one port share a machine. `keys` are those of the
    /// readers that have to be secured, the likeliest first.
    static func make(
        _ readers: [GatehouseConfiguration.ReaderSettings], keys: [ReaderID: [ReaderKey]], at now: MonotonicTime,
        log: Logger
    ) -> [SerialStation] {
        let parts = ReaderKind.Parts(session: .openSSL, faces: .openSSL, keys: keys)
        var ports: [(port: GatehouseConfiguration.ReaderSettings.Port, readers: [(id: ReaderID, kind: ReaderKind)])] =
            []
        for reader in readers {
            guard case .serial(let port, let kind) = reader.kind else { continue }
            if let index = ports.firstIndex(where: { $0.port.path == port.path }) {
                ports[index].readers.append((reader.id, kind))
            } else {
                ports.append((port, [(reader.id, kind)]))
            }
        }
        return ports.map { port, readers in
            let direction: SerialSettings.Direction = port.direction == .kernel ? .kernel() : .automatic
            return SerialStation(
                SerialSettings(path: port.path, baud: port.baud, direction: direction),
                ReaderKind.make(readers, baud: Int(port.baud), with: parts), readers.map(\.id), at: now, log: log)
        }
    }
}
