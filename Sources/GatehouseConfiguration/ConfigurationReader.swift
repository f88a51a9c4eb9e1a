internal import GatehouseCore

/// Reads `gatehouse.yaml`. Everything that is wrong is reported at once, each with file, line and column.
package enum ConfigurationReader {
    /// `digest` is SHA-256; of the policy's canonical text it makes the mark that stands in each decision.
    package static func read(
        path: String, digest: ([UInt8]) -> [UInt8]
    ) throws(InvalidConfiguration) -> Configuration {
        let errors = ConfigurationErrors(file: path)
        let node = YAMLReader.read(path: path, into: errors)
        return try read(node, digest, errors)
    }

    package static func read(
        octets: [UInt8], file: String, digest: ([UInt8]) -> [UInt8]
    ) throws(InvalidConfiguration) -> Configuration {
        let errors = ConfigurationErrors(file: file)
        let node = YAMLReader.read(octets, into: errors)
        return try read(node, digest, errors)
    }

    private static func read(
        _ node: YAMLNode?, _ digest: ([UInt8]) -> [UInt8], _ errors: ConfigurationErrors
    ) throws(InvalidConfiguration) -> Configuration {
        let configuration = node.flatMap {
            MappingReader.read($0, what: Sentence("the configuration"), errors: errors) { top($0, digest, errors) }
        }
        try errors.throwIfAny()
        guard let configuration else {
            errors.add(Sentence("the file is empty"), at: TextPosition(line: 1, column: 1))
            try errors.throwIfAny()
            preconditionFailure("an empty file was taken")
        }
        return configuration
    }

    private struct Identity {
        var name: String
        var zone: String
        var clock: ClockTrust
        var language: Language
    }

    private static func top(_ top: MappingReader, _ digest: ([UInt8]) -> [UInt8], _ errors: ConfigurationErrors)
        -> Configuration?
    {
        let identity = top.requiredGroup("site") { site -> Identity in
            Identity(
                name: site.required("name", .identifier(of: PortalTag.self), placeholder: "x").name,
                zone: site.required("time_zone", .text(atMost: 64), placeholder: "UTC"),
                clock: site.optional("clock", .choice(ClockTrust.self), default: .synchronized),
                language: site.optional("language", .choice(Language.self), default: .english))
        }
        if let zone = identity?.zone, zone.hasPrefix("/") || zone.contains("..") {
            top.error(at: "site", Sentence("'time_zone' must be a name such as Asia/Shanghai"))
        }
        var site = Site(name: identity?.name ?? "", portals: [], accessPoints: [], policy: AccessPolicy())
        var wiring = Wiring(errors: errors)
        var lines = LineSettings()
        top.group("lines") { group in
            let backend = group.optional("backend", .choice(BackendWord.self), default: .gpiod)
            let socket = group.optional("socket", .path)
            switch backend {
            case .gpiod:
                if socket != nil { group.error(at: "socket", Sentence("'socket' belongs to the backend simulated")) }
            case .simulated:
                if socket == nil { group.error(Sentence("'socket' is missing: the socket of gatehouse-sim hardware")) }
                lines.backend = .simulated(socket: socket ?? "")
            }
        }
        let formats = CardFormatSection.read(top)
        let readers = ReaderSection.read(top, formats, &wiring)
        var factorWindows: [NamedFactorWindow] = []
        PortalSection.read(top, &site, &lines, readers, &wiring, &factorWindows)
        PolicySection.read(top, &site, factorWindows, digest)

        for reader in readers { site.families[reader.settings.id] = reader.settings.kind.word }
        var configuration = Configuration(site: site, timeZone: identity?.zone ?? "UTC")
        configuration.clockTrust = identity?.clock ?? .synchronized
        configuration.language = identity?.language ?? .english
        configuration.lines = lines
        configuration.readers = readers.map(\.settings)
        configuration.cardFormats = formats.own
        top.group("files") { files(of: $0, &configuration.files) }
        top.group("journal") { group in
            configuration.journal.maxWait = group.optional(
                "max_wait", .duration(in: .milliseconds(10)...(.seconds(5))), default: .milliseconds(250))
            configuration.journal.onTimeout = group.optional(
                "on_timeout", .choice(CommitGate.OnTimeout.self), default: .release)
        }
        top.group("snapshots") { group in
            configuration.snapshots.maxBytes = Int64(
                group.optional("max_bytes", .byteSize(in: (1 << 20)...(1 << 50)), default: 8 << 30))
            configuration.snapshots.keep = group.optional(
                "keep", .duration(in: .seconds(3600)...(.seconds(3650 * 86400))), default: .seconds(30 * 86400))
        }
        NetworkSection.read(top, &configuration)
        top.group("watchlist") { group in
            if let key = group.required("oversight_key", .hexadecimal(octets: 32)) {
                configuration.watchlist = WatchlistSettings(oversightKey: key)
            }
        }
        PassSection.read(top, &configuration)
        WitnessSection.read(top, &configuration)
        ConsoleSection.read(top, &configuration)
        checkCameras(top, configuration, errors)
        return configuration
    }

    private static func files(of group: MappingReader, _ files: inout FileSettings) {
        files.database = group.optional("database", .path, default: files.database)
        files.adminSocket = group.optional("admin_socket", .path, default: files.adminSocket)
        files.uplinkSocket = group.optional("uplink_socket", .path, default: files.uplinkSocket)
        files.snapshots = group.optional("snapshots", .path, default: files.snapshots)
        files.masterKey = group.optional("master_key", .text(atMost: 256), default: files.masterKey)
        files.zoneInfo = group.optional("zone_info", .path, default: files.zoneInfo)
        let own = [
            ("database", files.database), ("admin_socket", files.adminSocket), ("uplink_socket", files.uplinkSocket),
            ("snapshots", files.snapshots), ("master_key", files.masterKey),
        ]
        for (index, one) in own.enumerated() {
            if let other = own.prefix(index).first(where: { $0.1 == one.1 }) {
                group.error(at: one.0, Sentence("'\(one.0)' and '\(other.0)' are one path; each needs its own"))
            }
        }
        let folder = files.database.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        files.backups = group.list("backups", of: .path, count: 0...8)
        if files.backups.isEmpty { files.backups = ["\(folder)/backups"] }
    }

    private static func checkCameras(
        _ top: MappingReader, _ configuration: Configuration, _ errors: ConfigurationErrors
    ) {
        let known = Set(configuration.cameras.map(\.id))
        let used =
            configuration.site.portals.flatMap(\.cameras) + configuration.site.accessPoints.flatMap(\.cameras)
        for camera in Set(used).subtracting(known).sorted() {
            top.missing(
                at: "portals", Sentence("camera '\(camera)' stands in no 'cameras'"),
                suggestion: Nearest.match(for: camera.name, among: Set(known.map(\.name))).map {
                    Sentence("did you mean '\($0)'?")
                })
        }
    }

    private enum BackendWord: String, CaseIterable { case gpiod, simulated }
}

/// Which line and which port is taken by what, so that no two things share one.
struct Wiring {
    private let errors: ConfigurationErrors
    private var lines: [String: Sentence] = [:]
    private var ports: [String: (protocolName: String, baud: UInt32, addresses: [Int: String])] = [:]

    init(errors: ConfigurationErrors) { self.errors = errors }

    /// Where something of a portal is wired.
    enum Place {
        case line(LineWiring)
        case reader(ReaderPoint)
    }

    /// Reads one line and takes it for `use`.
    mutating func line(_ key: String, of group: MappingReader, for use: Sentence, isRequired: Bool = false)
        -> LineWiring?
    {
        let read: (MappingReader) -> LineWiring? = { Self.wiring($0, key) }
        guard let wiring = isRequired ? group.requiredGroup(key, read) : group.group(key, read) else { return nil }
        take(wiring, use, group, key)
        return wiring
    }

    /// Reads a line, or an input or output (`word`) of one of the OSDP readers, and takes it for `use`.
    mutating func place(
        _ key: String, _ word: String, of group: MappingReader, for use: Sentence, readers: [ReaderSection.Found],
        isRequired: Bool = false
    ) -> Place? {
        let read: (MappingReader) -> Place? = { line in
            guard line.has("reader") else { return Self.wiring(line, key).map { .line($0) } }
            let reader = line.required("reader", .identifier(of: ReaderTag.self))
            let number = line.required(word, .integer(in: 0...31), placeholder: 0)
            let active = line.optional("active", .choice(ActiveWord.self), default: .high)
            let found = readers.first { $0.settings.id == reader }?.settings.kind
            if let reader {
                if found == nil {
                    line.missing(at: "reader", Sentence("there is no reader '\(reader)'"))
                } else if found?.osdp == nil {
                    line.error(at: "reader", Sentence("'\(reader)' has no inputs and outputs: only OSDP readers have"))
                }
            }
            return reader.map { .reader(ReaderPoint(reader: $0, number: number, isActiveLow: active == .low)) }
        }
        guard let place = isRequired ? group.requiredGroup(key, read) : group.group(key, read) else { return nil }
        switch place {
        case .line(let wiring): take(wiring, use, group, key)
        case .reader(let point): take("\(word) \(point.number) of reader \(point.reader)", use, group, key)
        }
        return place
    }

    private static func wiring(_ line: MappingReader, _ key: String) -> LineWiring? {
        let name = line.optional("line", .text(atMost: 64))
        let chip = line.optional("chip", .text(atMost: 64))
        let offset = line.optional("offset", .integer(in: 0...1023))
        let active = line.optional("active", .choice(ActiveWord.self), default: .high)
        let bias = line.optional("bias", .choice(LineWiring.Bias.self), default: .asIs)
        if key == "fire_input" { _ = line.has("debounce") }
        if name == nil, offset == nil { line.error(Sentence("a line needs 'line' (its name), or 'chip' and 'offset'")) }
        if name != nil, offset != nil { line.error(at: "offset", Sentence("give 'line' or 'offset', not both")) }
        if offset != nil, chip == nil { line.error(at: "offset", Sentence("'offset' needs the label of its 'chip'")) }
        return LineWiring(
            line: name, chip: chip, offset: offset.map { UInt32($0) }, isActiveLow: active == .low, bias: bias)
    }

    private mutating func take(_ wiring: LineWiring, _ use: Sentence, _ group: MappingReader, _ key: String) {
        take(
            wiring.line.map { "\(wiring.chip ?? "*")/\($0)" } ?? "\(wiring.chip ?? "")#\(wiring.offset ?? 0)", use,
            group, key)
    }

    private mutating func take(_ place: String, _ use: Sentence, _ group: MappingReader, _ key: String) {
        if let other = lines.updateValue(use, forKey: place) {
            errors.contradict(Sentence("the line of \(use) is that of \(other) already"), at: group.position(of: key))
        }
    }

    mutating func port(
        _ path: String, _ protocolName: String, baud: UInt32, address: Int?, reader: String, _ group: MappingReader
    ) {
        guard var present = ports[path] else {
            ports[path] = (protocolName, baud, address.map { [$0: reader] } ?? [:])
            return
        }
        if present.protocolName != protocolName || address == nil {
            group.error(at: "port", Sentence("the port is in use by a reader of protocol \(present.protocolName)"))
        } else if present.baud != baud {
            group.error(at: "baud", Sentence("readers of one port share its speed: another has \(present.baud)"))
        } else if let address, let other = present.addresses.updateValue(reader, forKey: address) {
            group.error(at: "address", Sentence("address \(address) is that of reader \(other) on this port"))
        }
        ports[path] = present
    }

    private enum ActiveWord: String, CaseIterable { case high, low }
}
