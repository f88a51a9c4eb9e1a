internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseProtocols
internal import GatehouseRuntime

/// Questions of an installer about a reader's wire.
extension CommandDesk {
    /// What is wrong with the wire, in sentences.
    func doctor(_ call: Call) throws -> JSON {
        let settings = try reader(call)
        try order(call, .look(person: nil))
        return try ask { [readerKeys] loop in
            var object = Self.view(settings, loop, readerKeys).object ?? [:]
            object["findings"] = .array(
                loop.findings(settings.id).map { ["what": .string($0.what), "advice": .string($0.advice)] })
            if let timing = loop.timing(settings.id) {
                object["bitMicros"] = [
                    "p50": .integer(Int64(timing.p50)), "p90": .integer(Int64(timing.p90)),
                    "p99": .integer(Int64(timing.p99)),
                ]
            }
            object["conditions"] = .array(
                loop.shell.controller.health.standing.filter { $0.subject == settings.id.name }.map {
                    ["what": .string($0.code.sentence), "advice": .string($0.code.advice)]
                })
            return .object(object)
        }
    }

    /// The recording of the wire. Card numbers may be in it: it goes to the one who asked, and nowhere else.
    func trace(_ call: Call) throws -> JSON {
        let settings = try reader(call)
        guard let text = try ask({ $0.trace(settings.id) }) else {
            throw CommandRefusal(
                code: "noTrace", message: "\(settings.id) has no wire that is recorded; see reader doctor")
        }
        let entry = try order(call, .look(person: nil))
        return ["event": entry.map { .integer(Int64($0)) } ?? .null, "trace": .string(text)]
    }

    /// The latest card in every format that has its length.
    func formats(_ call: Call) throws -> JSON {
        let settings = try reader(call)
        let entry = try order(call, .look(person: nil))
        guard let bits = try ask({ $0.lastFrame(settings.id) }) else {
            throw CommandRefusal(
                code: "noCard", message: "no card came as bits within 5 minutes; show it and ask again")
        }
        let own: [CardFormat] =
            switch settings.kind {
            case .wiegand(_, _, let formats, _, _), .osdp(_, _, _, _, let formats): formats
            default: []
            }
        let names = Set(own.map(\.id))
        let known = own + CardFormat.table.filter { !names.contains($0.id) }
        let rows = known.filter { $0.bitCount == bits.count }.map { format -> JSON in
            let card = format.decode(bits)
            return [
                "format": .string(format.id.name), "inUse": .boolean(names.contains(format.id)),
                "fits": .boolean(card != nil), "checks": .integer(Int64(format.checkCount)),
                "card": card.map { .string("\($0)") } ?? .null,
            ]
        }
        return [
            "event": entry.map { .integer(Int64($0)) } ?? .null, "bits": .integer(Int64(bits.count)),
            "formats": .array(rows),
        ]
    }

    private func reader(_ call: Call) throws -> GatehouseConfiguration.ReaderSettings {
        let name = call.text("reader") ?? ""
        guard let settings = configuration.readers.first(where: { $0.id.name == name }) else {
            throw CommandRefusal(
                code: "unknownReader", message: "there is no reader \(name); see `gatehousectl reader list`")
        }
        return settings
    }
}
