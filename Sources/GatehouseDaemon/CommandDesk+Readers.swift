internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseDevices
internal import GatehouseRuntime
internal import Synchronization

extension CommandDesk {
    func readers() throws -> JSON {
        let settings = configuration.readers
        return try ask { [readerKeys] loop in .array(settings.map { Self.view($0, loop, readerKeys) }) }
    }

    /// One reader as it is heard now.
    static func view(_ reader: ReaderSettings, _ loop: GateLoop, _ keys: ReaderKeys) -> JSON {
        let standing = loop.shell.controller.health.standing
        func has(_ code: HealthCode) -> Bool {
            standing.contains { $0.code == code && $0.subject == reader.id.name }
        }
        let (protocolName, security): (String, String) =
            switch reader.kind {
            case .wiegand: ("wiegand", "none")
            case .osdp(_, _, _, .clear, _): ("osdp", "clear")
            case .osdp(_, _, _, .secure, _): ("osdp", loop.isSecured(reader.id) ? "secure" : "insecure")
            case .em4100: ("em4100", "none")
            case .line: ("line", "none")
            case .framed: ("framed", "none")
            case .plate: ("plate", "none")
            case .uhf: ("uhf", "none")
            case .face(_, _, let encryption): ("face", encryption == nil ? "none" : "encrypted")
            }
        // A reader that answers questions is online when it has answered; the others are until they are missed.
        let isHeard = loop.isHeard(reader.id) ?? !has(.readerOffline)
        var object: [String: JSON] = [
            "name": .string(reader.id.name), "protocol": .string(protocolName), "security": .string(security),
            "link": .string(isHeard ? "online" : "offline"), "tamper": .boolean(has(.readerTamper)),
        ]
        if let standing = loop.shell.controller.standing(of: reader.id) {
            object["serial"] = .string((standing.stranger ?? standing.known).serial)
            object["swapped"] = .boolean(standing.stranger != nil)
        }
        if case .osdp(_, _, _, .secure, _) = reader.kind { object["key"] = .string(keys.source(reader.id)) }
        if let counters = loop.counters(reader.id) { object["counters"] = .object(counters.mapValues { .integer($0) }) }
        return .object(object)
    }

    /// Opens the window in which one reader may be given its first key, or gives it another one within its session.
    func changeKey(_ call: Call, isInstallation: Bool) throws -> JSON {
        let reader = ReaderID(call.text("reader") ?? "")
        guard let settings = configuration.readers.first(where: { $0.id == reader }) else {
            throw CommandRefusal(
                code: "unknownReader", message: "there is no reader \(reader); see `gatehousectl reader list`")
        }
        guard case .osdp(_, _, _, .secure, _) = settings.kind else {
            throw CommandRefusal(code: "notSecured", message: "\(reader) is no reader that has to be secured")
        }
        let (isSecured, changing) = try ask { ($0.isSecured(reader), $0.changingKey) }
        if let changing {
            throw CommandRefusal(
                code: "windowOpen", message: "\(changing) is being given a key; one reader at a time, wait for its end")
        }
        if isInstallation, isSecured {
            throw CommandRefusal(
                code: "isSecured",
                message: "\(reader) is secured; `gatehousectl reader rotate-key \(reader)` changes its key")
        }
        if !isInstallation, !isSecured {
            throw CommandRefusal(
                code: "notSecured", message: "\(reader) is not in its session; see `gatehousectl health`")
        }
        // A device that was accepted in the place of another has been looked at by a second person; one that was not is
        // refused by its order.
        let standing = try ask { $0.shell.controller.standing(of: reader) }
        let hasSecondPerson = standing?.stranger != nil || standing?.acceptedBy != nil
        if isInstallation, !hasSecondPerson, readerKeys.source(reader) != "none" { try awaitSecondPerson(call, reader) }
        let entry = try order(call, isInstallation ? .installReader(reader) : .changeReader(reader))
        let key = try readerKeys.makeKey(for: reader, overWire: isInstallation)
        let isTaken = try ask { $0.changeKey(of: reader, key, isInstallation: isInstallation) }
        guard isTaken else {
            try readerKeys.save()
            throw CommandRefusal(code: "notNow", message: "\(reader) is not in the state for it any more; try again")
        }
        return ["event": entry.map { .integer(Int64($0)) } ?? .null]
    }

    /// A reader that had a key and asks for one again may be a strange one in its place: somebody else has to want it too.
    private func awaitSecondPerson(_ call: Call, _ reader: ReaderID) throws {
        let now = SystemClock.monotonic()
        let isSecond = installers.withLock { waiting in
            defer { waiting[reader] = (call.actor.name, now) }
            guard let first = waiting[reader], now - first.at <= Self.secondPersonWait else { return false }
            return first.name != call.actor.name
        }
        guard isSecond else {
            throw CommandRefusal(
                code: "secondPerson",
                message:
                    "\(reader) had a key before. If it was replaced, a second person gives the same command within 5 minutes; at a bench the key file needs nobody"
            )
        }
    }
}
