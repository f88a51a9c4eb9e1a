internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseDevices
internal import GatehouseProtocols
internal import Logging

extension SerialStation {
    /// The stations that a configuration asks for: OSDP readers of one port share one panel. `keys` are those of the
    /// readers that have to be secured, the likeliest first.
    static func make(
        _ readers: [GatehouseConfiguration.ReaderSettings], keys: [ReaderID: [ReaderKey]], at now: MonotonicTime,
        log: Logger
    ) -> [SerialStation] {
        var stations: [SerialStation] = []
        var buses: [String: (baud: UInt32, direction: SerialSettings.Direction, readers: [OSDPPanel.ReaderSettings])] =
            [:]
        for reader in readers {
            let direction: SerialSettings.Direction = reader.direction == .kernel ? .kernel() : .automatic
            func station(_ port: String, _ baud: UInt32, _ machine: Machine) {
                let settings = SerialSettings(path: port, baud: baud, direction: direction)
                stations.append(SerialStation(settings, machine, [reader.id], at: now, log: log))
            }
            func characters(
                _ port: String, _ baud: UInt32, _ framing: ASCIICardReader.Framing, window: Duration = .seconds(2),
                burst: Duration = .zero
            ) {
                var settings = ASCIICardReader.Settings(
                    framing: framing, repeatWindow: reader.repeatWindow ?? window, burst: burst)
                settings.agreement = reader.agreement
                (settings.prefix, settings.suffix) = (Array(reader.prefix.utf8), Array(reader.suffix.utf8))
                station(port, baud, .card(reader.id, ASCIICardReader(settings)))
            }
            switch reader.kind {
            case .wiegand: break
            case .osdp(let port, let baud, let address, let security, let formats):
                let policy: OSDPPolicy =
                    switch security {
                    case .clear: .clear
                    case .secure: .secure(keys[reader.id] ?? [], .openSSL)
                    }
                let settings = OSDPPanel.ReaderSettings(
                    id: reader.id, address: address, security: policy, formats: formats)
                buses[port, default: (baud, direction, [])].readers.append(settings)
            case .em4100(let port, let baud, let usesVersion):
                characters(port, baud, .em4100(usesVersion: usesVersion))
            case .line(let port, let baud, let text):
                let content = Self.content(text)
                characters(
                    port, baud, reader.isCounted ? .counted(content) : .line(content, endsAtSilence: false))
            case .framed(let port, let baud, let line, let text):
                characters(port, baud, .framed(line, Self.content(text)))
            case .plate(let port, let baud, let layout, let encoding, let burst):
                let framing: ASCIICardReader.Framing =
                    layout == .dated ? .datedPlate(encoding) : .line(.plate(encoding), endsAtSilence: false)
                characters(port, baud, framing, window: .seconds(20), burst: burst)
            case .uhf(let port, let baud, let family, let address, let reports):
                let settings = UHFReader.Settings(
                    family: family, address: address, reportsNeeded: reports,
                    repeatWindow: reader.repeatWindow ?? .seconds(15))
                station(port, baud, .tags(reader.id, UHFReader(settings)))
            case .face(let port, let baud, let encryption):
                let sealing = encryption.map { FaceSealing($0, crypto: .openSSL) }
                station(port, baud, .face(reader.id, FaceModule(sealing: sealing)))
            }
        }
        for path in buses.keys.sorted() {
            let bus = buses[path]!
            let panel = OSDPPanel(readers: bus.readers, settings: OSDPPanel.Settings(baud: Int(bus.baud)))
            let settings = SerialSettings(path: path, baud: bus.baud, direction: bus.direction)
            stations.append(SerialStation(settings, .bus, bus.readers.map(\.id), panel: panel, at: now, log: log))
        }
        return stations
    }

    private static func content(_ text: GatehouseConfiguration.ReaderSettings.Text) -> CardLineContent {
        switch text {
        case .decimal: .decimal
        case .hexadecimal: .hexadecimal
        case .text: .text
        }
    }
}
