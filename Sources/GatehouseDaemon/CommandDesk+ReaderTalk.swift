internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseProtocols

/// Commands that talk with an OSDP reader and wait for what it says.
extension CommandDesk {
    /// All that is known of one reader; one in service is asked for its long name.
    func showReader(_ call: Call) throws -> JSON {
        try order(call, .look(person: nil))
        let settings = try osdpReader(call)
        let known = try ask { [readerKeys] loop -> [String: JSON] in
            var object = Self.view(settings, loop, readerKeys).object ?? [:]
            guard let found = loop.description(of: settings.id) else { return object }
            if let place = found.place {
                object["address"] = .integer(Int64(place.address))
                object["baud"] = .integer(Int64(place.baud))
            }
            object["outputs"] = .array(found.outputs.map { .boolean($0) })
            if let identity = found.identity {
                object["vendor"] = .string(identity.vendor.map { Self.hexadecimal($0) }.joined(separator: "-"))
                object["model"] = .integer(Int64(identity.model))
                object["version"] = .integer(Int64(identity.version))
                object["serial"] = .integer(Int64(identity.serial))
                object["firmware"] = .string(identity.firmware.map { String($0) }.joined(separator: "."))
            }
            return object
        }
        var object = known
        if known["link"]?.string == "online", case .whole(_, let octets) = try question(settings.id, .identifyInFull),
            let identity = OSDPExtendedIdentity(octets: octets)
        {
            object["says"] = .array(identity.texts.map { ["what": .string("\($0.tag)"), "text": .string($0.text)] })
        }
        return .object(object)
    }

    func showText(_ call: Call) throws -> JSON {
        let settings = try osdpReader(call)
        let characters = Array((call.text("text") ?? "").utf8)
        guard characters.count <= 32, characters.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw CommandRefusal(code: "malformed", message: "a reader shows up to 32 ASCII characters")
        }
        let seconds = UInt8(clamping: call.count("seconds") ?? 5)
        let text = OSDPText(mode: seconds == 0 ? 1 : 3, seconds: seconds, characters: characters)
        let entry = try order(call, .look(person: nil))
        try expectDone(question(settings.id, .text(text)), settings.id)
        return ["event": entry.map { .integer(Int64($0)) } ?? .null]
    }

    /// Moves a reader to another address or speed. The configuration has to follow: it is where the next start looks.
    func moveReader(_ call: Call) throws -> JSON {
        let settings = try osdpReader(call)
        guard let present = try ask({ $0.description(of: settings.id)?.place }) else {
            throw Self.notInService(settings.id)
        }
        let address = call.count("address").flatMap { UInt8(exactly: $0) } ?? present.address
        let place = OSDPPlace(address: address, baud: call.count("baud").map { Int($0) } ?? present.baud)
        guard address < 0x7F, OSDPPlace.speeds.contains(place.baud) else {
            let speeds = OSDPPlace.speeds.map(String.init).joined(separator: ", ")
            throw CommandRefusal(code: "malformed", message: "address 0 to 126; speeds: \(speeds)")
        }
        let entry = try order(call, .changeReader(settings.id))
        let answer = try question(settings.id, .move(place))
        guard case .reply(.communication(let address, let baud)) = answer else {
            try expectDone(answer, settings.id)
            throw Self.notInService(settings.id)
        }
        return [
            "event": entry.map { .integer(Int64($0)) } ?? .null, "address": .integer(Int64(address)),
            "baud": .integer(Int64(baud)),
        ]
    }

    /// Sends the file that was uploaded before. It takes as long as the bus takes; the end is an entry.
    func sendFile(_ call: Call) throws -> JSON {
        let settings = try osdpReader(call)
        let files = takeUploads(call)
        guard let file = files.first, files.count == 1, !file.content.isEmpty else {
            throw CommandRefusal(code: "malformed", message: "one file, and not an empty one")
        }
        guard let type = UInt8(exactly: call.count("type") ?? 1), type > 0 else {
            throw CommandRefusal(code: "malformed", message: "type: 1 for any file, 128 to 255 as the maker says")
        }
        let entry = try order(call, .changeReader(settings.id))
        guard try ask({ $0.send(file.content, type: type, to: settings.id) }) else {
            throw Self.notInService(settings.id)
        }
        return ["event": entry.map { .integer(Int64($0)) } ?? .null]
    }

    /// Looks for readers at every address and speed of the bus that this one is on, or should be.
    func searchBus(_ call: Call) throws -> JSON {
        let settings = try osdpReader(call)
        let entry = try order(call, .changeReader(settings.id))
        let answer = Awaited<[OSDPSearch.Found]?>()
        try ask { $0.search(besides: settings.id) { answer.fulfil($0) } }
        guard let heard = answer.wait(300), let found = heard else {
            throw CommandRefusal(
                code: "notInService", message: "the bus of \(settings.id) cannot be had now; see `gatehousectl health`")
        }
        guard case .osdp(let bus, _, _, _, _) = settings.kind else { throw Self.notInService(settings.id) }
        return [
            "event": entry.map { .integer(Int64($0)) } ?? .null,
            "found": .array(found.map { view($0, on: bus) }),
        ]
    }

    private func view(_ found: OSDPSearch.Found, on bus: String) -> JSON {
        let known = configuration.readers.first { reader in
            guard case .osdp(let port, let baud, let address, _, _) = reader.kind else { return false }
            return port == bus && Int(baud) == found.baud && address == found.address
        }
        var object: [String: JSON] = [
            "address": .integer(Int64(found.address)), "baud": .integer(Int64(found.baud)),
            "reader": known.map { .string($0.id.name) } ?? .null,
        ]
        switch found.answer {
        case .identity(let identity):
            object["answer"] = "identity"
            object["vendor"] = .string(identity.vendor.map { Self.hexadecimal($0) }.joined(separator: "-"))
            object["serial"] = .integer(Int64(identity.serial))
        case .refused: object["answer"] = "refused"
        case .doubled: object["answer"] = "doubled"
        }
        return .object(object)
    }

    private func osdpReader(_ call: Call) throws -> ReaderSettings {
        let name = call.text("reader") ?? ""
        guard let settings = configuration.readers.first(where: { $0.id.name == name }) else {
            throw CommandRefusal(
                code: "unknownReader", message: "there is no reader \(name); see `gatehousectl reader list`")
        }
        guard case .osdp = settings.kind else {
            throw CommandRefusal(code: "notOSDP", message: "\(name) is no OSDP reader")
        }
        return settings
    }

    private func question(_ reader: ReaderID, _ command: OSDPCommand) throws -> OSDPAnswer {
        try question(reader, SerialStation.Question.command(command))
    }

    private func question(_ reader: ReaderID, _ question: SerialStation.Question) throws -> OSDPAnswer {
        let answer = Awaited<OSDPAnswer>()
        try ask { $0.ask(reader, question) { answer.fulfil($0) } }
        guard let value = answer.wait(40) else { throw Self.notInService(reader) }
        return value
    }

    private func expectDone(_ answer: OSDPAnswer, _ reader: ReaderID) throws {
        switch answer {
        case .reply, .whole, .transferred: return
        case .refused(.unknownCommand):
            throw CommandRefusal(code: "notSupported", message: "\(reader) does not know this")
        case .refused, .transferFailed: throw CommandRefusal(code: "readerRefused", message: "\(reader) refused it")
        case .tooLong: throw CommandRefusal(code: "tooLong", message: "\(reader) takes no message of this length")
        case .busy, .dropped: throw Self.notInService(reader)
        }
    }

    private static func notInService(_ reader: ReaderID) -> CommandRefusal {
        CommandRefusal(
            code: "notInService", message: "\(reader) is not in service, or has another question open; try again")
    }

    private static func hexadecimal(_ octet: UInt8) -> String {
        (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
    }
}
