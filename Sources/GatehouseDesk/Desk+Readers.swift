internal import GatehouseAdmin
internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols
internal import GatehouseRegister
internal import GatehouseStore

/// Readers: how they are heard, and what an installer asks of their wires.
extension Desk {
    func listReaders(_ command: ReaderList, _ call: Call) throws -> [ReaderView] {
        let (settings, keys, calendar) = (configuration.readers, surroundings.keys, fields.calendar)
        return try ask { view in settings.map { Self.view($0, view, keys, calendar) } }
    }

    /// One reader as it is heard now.
    static func view(
        _ reader: ReaderSettings, _ view: LoopView, _ keys: KeyDesk, _ calendar: SiteCalendar
    ) -> ReaderView {
        let controller = view.controller
        func has(_ code: HealthCode) -> Bool {
            controller.health.standing.contains { $0.code == code && $0.subject == reader.id.name }
        }
        let reading = view.reading(reader.id)
        let security =
            switch reader.kind.serial?.protection {
            case .channel: reading.isSecured ? "secure" : "insecure"
            case .clear: "clear"
            case .encrypted: "encrypted"
            case nil, .plain: "none"
            }
        // A reader that answers questions is online when it has answered; of the others nothing is known before they were
        // heard, and then they are online until they are missed.
        let isOnline = reading.isHeard ?? !has(.readerOffline)
        let isSilent = reading.isHeard == nil && !reading.wasHeard && isOnline
        var object = ReaderView(
            name: reader.id.name, protocolName: reader.kind.word, security: security,
            link: isSilent ? "neverHeard" : isOnline ? "online" : "offline", tamper: has(.readerTamper))
        if let standing = controller.standing(of: reader.id) {
            object.serial = (standing.stranger ?? standing.known).serial
            object.swapped = standing.stranger != nil
        }
        if reader.kind.isSecured { object.key = keys.source(reader.id) }
        object.counters = reading.counters
        let pauses = controller.pauses(of: reader.id, at: view.now)
        func time(_ moment: MonotonicTime?) -> String? {
            moment.map { SiteTime.text(view.now.civil + ($0 - view.now.monotonic), calendar) }
        }
        object.slowedUntil = time(pauses.tried)
        object.pinPausedUntil = time(pauses.wrongPINs)
        return object
    }

    private func settings(_ name: NameArgument) throws -> ReaderSettings {
        guard let settings = configuration.readers.first(where: { $0.id.name == name.argumentText }) else {
            throw unknown(
                Sentence("reader"), name.argumentText, among: configuration.readers.map(\.id.name),
                code: "unknownReader")
        }
        return settings
    }

    /// What is wrong with the wire, in sentences.
    func tellDoctor(_ command: ReaderDoctor, _ call: Call) throws -> ReaderDoctor.Reply {
        let settings = try settings(command.reader)
        let (keys, calendar, language) = (surroundings.keys, fields.calendar, call.language)
        return try ask { view in
            let reading = view.reading(settings.id)
            let report = ReaderDoctor.Report(
                findings: reading.findings.map {
                    FindingView(what: $0.what.text(in: language), advice: $0.advice.text(in: language))
                },
                conditions: view.controller.health.standing.filter { $0.subject == settings.id.name }.map {
                    FindingView(what: $0.code.sentence.text(in: language), advice: $0.code.advice.text(in: language))
                }, bitMicros: reading.timing.map { ["p50": $0.half, "p90": $0.most, "p99": $0.longest] })
            return Joined(Self.view(settings, view, keys, calendar), report)
        }
    }

    /// The recording of the wire. Card numbers may be in it: it goes to the one who asked, and nowhere else.
    func showTrace(_ command: ReaderTraceShow, _ call: Call) throws -> ReaderTraceShow.Reply {
        let settings = try settings(command.reader)
        guard let trace = try ask({ $0.reading(settings.id).trace }) else {
            throw CommandRefusal(
                code: "noTrace", message: Sentence("\(settings.id) has no wire that is recorded; see reader doctor"))
        }
        return ReaderTraceShow.Reply(event: try look(call, .register), trace: trace)
    }

    /// The latest card in every format that has its length. An installer sees of its number what tells formats apart, and
    /// not enough to make such a card.
    func showFormats(_ command: ReaderFormats, _ call: Call) throws -> ReaderFormats.Reply {
        let settings = try settings(command.reader)
        let entry = try look(call, .register)
        guard let bits = try ask({ $0.reading(settings.id).lastFrame }) else {
            throw CommandRefusal(
                code: "noCard", message: Sentence("no card came as bits within 5 minutes; show it and ask again"))
        }
        let own = settings.kind.formats
        let names = Set(own.map(\.id))
        let known = own + CardFormat.table.filter { !names.contains($0.id) }
        let isMasked = call.actor.role != .manager
        let rows = known.filter { $0.bitCount == bits.count }.map { format in
            let card = format.decode(bits)
            return ReaderFormats.Format(
                format: format.id.name, inUse: names.contains(format.id), fits: card != nil, checks: format.checkCount,
                card: card.map { isMasked ? Self.masked("\($0)") : "\($0)" })
        }
        return ReaderFormats.Reply(event: entry, bits: bits.count, formats: rows)
    }

    /// `H10301:118-1603` as `H10301:···-··03`.
    static func masked(_ card: String) -> String {
        let digits = card.drop { $0 != ":" }
        let shown = digits.suffix(2)
        return String(card.prefix(card.count - digits.count))
            + String(digits.dropLast(2).map { $0.isLetter || $0.isNumber ? "·" : $0 }) + shown
    }

    func resumeReader(_ command: ReaderResume, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .resume(ReaderID(settings(command.reader).id.name))))
    }

    // MARK: Talk with OSDP readers

    private func osdpReader(_ name: NameArgument) throws -> ReaderSettings {
        let settings = try settings(name)
        guard settings.kind.osdp != nil else {
            throw CommandRefusal(code: "notOSDP", message: Sentence("\(settings.id) is no OSDP reader"))
        }
        return settings
    }

    /// All that is known of one reader; one in service is asked for its long name.
    func showReader(_ command: ReaderShow, _ call: Call) throws -> ReaderShow.Reply {
        let settings = try settings(command.reader)
        let (keys, calendar) = (surroundings.keys, fields.calendar)
        var reply = try ask { view in
            let reading = view.reading(settings.id)
            var reply = ReaderShow.Details()
            let standing = view.controller.health.standing.filter { $0.subject == settings.id.name }.map(\.code)
            reply.conditions = standing.sorted { ($1.severity, $0) < ($0.severity, $1) }.map(\.rawValue)
            reply.address = reading.place.map { Int($0.address) }
            reply.baud = reading.place?.baud
            reply.outputs = reading.outputs
            reply.quirks = reading.quirks.isEmpty ? nil : reading.quirks.map(\.rawValue)
            reply.receiveSize = reading.abilities?.receiveSize
            reply.largestMessage = reading.abilities?.largestMessage
            reply.passesCards = reading.abilities?.isTransparent
            reply.extendedPackets = reading.abilities?.hasExtendedPackets
            if let identity = reading.identity {
                reply.vendor = identity.vendor.map(Self.hexadecimal).joined(separator: "-")
                reply.model = Int(identity.model)
                reply.version = Int(identity.version)
                reply.serialNumber = Int(identity.serial)
                reply.firmware = identity.firmware.map { String($0) }.joined(separator: ".")
            }
            return Joined(Self.view(settings, view, keys, calendar), reply)
        }
        if settings.kind.osdp != nil, reply.first.link == "online",
            case .whole(_, let octets)? = try surroundings.readers.ask(settings.id, .command(.identifyInFull)),
            let identity = OSDPExtendedIdentity(octets: octets)
        {
            reply.second.says = identity.texts.map { ReaderShow.Said(what: "\($0.tag)", text: $0.text) }
        }
        return reply
    }

    func showText(_ command: ReaderText, _ call: Call) throws -> Recorded {
        let settings = try osdpReader(command.reader)
        let characters = Array(command.text.argumentText.utf8)
        guard characters.count <= 32, characters.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"text\" has up to 32 ASCII characters"))
        }
        guard let seconds = UInt8(exactly: command.seconds?.value ?? 5) else {
            throw CommandRefusal(code: "malformed", message: Sentence("\"seconds\" has to be a number from 0 to 255"))
        }
        let text = OSDPText(mode: seconds == 0 ? 1 : 3, seconds: seconds, characters: characters)
        let entry = try order(call, .changeReader(settings.id), reason: call.reason ?? "text")
        try expectDone(question(settings.id, .command(.text(text))), settings.id)
        return Recorded(entry)
    }

    /// Moves a reader to another address or speed. The configuration has to follow: it is where the next start looks.
    func moveReader(_ command: ReaderMove, _ call: Call) throws -> ReaderMove.Reply {
        let settings = try osdpReader(command.reader)
        guard let present = try ask({ $0.reading(settings.id).place }) else { throw Self.notInService(settings.id) }
        var place = present
        if let address = command.address {
            guard let value = UInt8(exactly: address.value), value < 0x7F else {
                throw CommandRefusal(
                    code: "malformed", message: Sentence("\"address\" has to be a number from 0 to 126"))
            }
            place = OSDPPlace(address: value, baud: place.baud)
        }
        if let baud = command.baud {
            guard let value = Int(exactly: baud.value), OSDPPlace.speeds.contains(value) else {
                let speeds = OSDPPlace.speeds.map(String.init).joined(separator: ", ")
                throw CommandRefusal(code: "malformed", message: Sentence("\"baud\" is one of \(speeds)"))
            }
            place = OSDPPlace(address: place.address, baud: value)
        }
        guard command.address != nil || command.baud != nil else {
            throw CommandRefusal(code: "argumentMissing", message: Sentence("give an address, a speed, or both"))
        }
        let entry = try order(call, .changeReader(settings.id))
        let answer = try question(settings.id, .move(place))
        guard case .reply(.communication(let address, let baud)) = answer else {
            try expectDone(answer, settings.id)
            throw Self.notInService(settings.id)
        }
        return ReaderMove.Reply(event: entry, address: Int(address), baud: Int(clamping: baud))
    }

    /// Sends the file that was uploaded before. It takes as long as the bus takes; the end is an entry.
    func sendFile(_ command: ReaderSendFile, _ call: Call) throws -> Recorded {
        let settings = try osdpReader(command.reader)
        let files = takeUploads(nil, call)
        guard let file = files.first, files.count == 1, !file.content.isEmpty else {
            throw CommandRefusal(code: "noFiles", message: Sentence("one file, and not an empty one"))
        }
        guard let type = UInt8(exactly: command.type?.value ?? 1), type > 0 else {
            throw CommandRefusal(
                code: "malformed", message: Sentence("\"type\" is 1 for any file, 128 to 255 as the maker says"))
        }
        let entry = try order(call, .changeReader(settings.id))
        guard try surroundings.readers.sendFile(settings.id, type, file.content) else {
            throw Self.notInService(settings.id)
        }
        return Recorded(entry)
    }

    /// Looks for readers at every address and speed of the bus that this one is on, or should be.
    func searchBus(_ command: ReaderSearch, _ call: Call) throws -> ReaderSearch.Reply {
        let settings = try osdpReader(command.reader)
        guard settings.kind.osdp != nil, let bus = settings.kind.port?.path else {
            throw Self.notInService(settings.id)
        }
        let entry = try order(call, .changeReader(settings.id))
        guard let found = try surroundings.readers.search(settings.id) else {
            throw CommandRefusal(
                code: "notInService",
                message: Sentence("the bus of \(settings.id) cannot be had now; see `gatehousectl health`"))
        }
        return ReaderSearch.Reply(event: entry, found: found.map { view($0, on: bus) })
    }

    private func view(_ found: OSDPSearch.Found, on bus: String) -> ReaderSearch.Found {
        let known = configuration.readers.first { reader in
            guard let one = reader.kind.osdp, let port = reader.kind.port else { return false }
            return port.path == bus && Int(port.baud) == found.baud && one.address == found.address
        }
        var view = ReaderSearch.Found(
            address: Int(found.address), baud: found.baud, reader: known?.id.name, answer: "refused", vendor: nil,
            serial: nil)
        switch found.answer {
        case .identity(let identity):
            view.answer = "identity"
            view.vendor = identity.vendor.map(Self.hexadecimal).joined(separator: "-")
            view.serial = Int(identity.serial)
        case .refused: break
        case .doubled: view.answer = "doubled"
        }
        return view
    }

    private func question(_ reader: ReaderID, _ question: ReaderTalk.Question) throws -> OSDPAnswer {
        guard let answer = try surroundings.readers.ask(reader, question) else { throw Self.notInService(reader) }
        return answer
    }

    private func expectDone(_ answer: OSDPAnswer, _ reader: ReaderID) throws {
        switch answer {
        case .reply, .whole, .transferred: return
        case .refused(.unknownCommand):
            throw CommandRefusal(code: "notSupported", message: Sentence("\(reader) does not know this"))
        case .refused, .transferFailed:
            throw CommandRefusal(code: "readerRefused", message: Sentence("\(reader) refused it"))
        case .tooLong:
            throw CommandRefusal(code: "tooLong", message: Sentence("\(reader) takes no message of this length"))
        case .busy, .dropped: throw Self.notInService(reader)
        }
    }

    private static func notInService(_ reader: ReaderID) -> CommandRefusal {
        CommandRefusal(
            code: "notInService",
            message: Sentence("\(reader) is not in service, or has another question open; try again"))
    }

    private static func hexadecimal(_ octet: UInt8) -> String {
        (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
    }

    // MARK: Keys

    func acceptReader(_ command: ReaderAccept, _ call: Call) throws -> Recorded {
        Recorded(try order(call, .acceptReader(settings(command.reader).id)))
    }

    func installReader(_ command: ReaderInstall, _ call: Call) throws -> Recorded {
        try changeKey(settings(command.reader), call, isInstallation: true)
    }

    func rotateKey(_ command: ReaderRotateKey, _ call: Call) throws -> Recorded {
        try changeKey(settings(command.reader), call, isInstallation: false)
    }

    /// Opens the window in which one reader may be given its first key, or gives it another one within its session.
    private func changeKey(_ settings: ReaderSettings, _ call: Call, isInstallation: Bool) throws -> Recorded {
        let reader = settings.id
        guard settings.kind.isSecured else {
            throw CommandRefusal(code: "notSecured", message: Sentence("\(reader) is no reader that has to be secured"))
        }
        if let changing = try surroundings.readers.changingKey() {
            throw CommandRefusal(
                code: "windowOpen",
                message: Sentence("\(changing) is being given a key; one reader at a time, wait for its end"))
        }
        let isSecured = try ask { $0.reading(reader).isSecured }
        if isInstallation, isSecured {
            throw CommandRefusal(
                code: "isSecured",
                message: Sentence("\(reader) is secured; `gatehousectl reader rotate-key \(reader)` changes its key"))
        }
        if !isInstallation, !isSecured {
            throw CommandRefusal(
                code: "notSecured", message: Sentence("\(reader) is not in its session; see `gatehousectl health`"))
        }
        // A device that was accepted in the place of another has been looked at by a second person; one that was not is
        // refused by its order.
        let standing = try ask { $0.controller.standing(of: reader) }
        let hasSecondPerson = standing?.stranger != nil || standing?.acceptedBy != nil
        if isInstallation, !hasSecondPerson, surroundings.keys.source(reader) != "none" {
            try awaitSecondPerson(call, reader)
        }
        let entry = try order(call, isInstallation ? .installReader(reader) : .changeReader(reader))
        let key = try surroundings.keys.make(reader, isInstallation)
        guard try surroundings.readers.changeKey(reader, key, isInstallation) else {
            try surroundings.keys.save()
            throw CommandRefusal(
                code: "notNow", message: Sentence("\(reader) is not in the state for it any more; try again"))
        }
        return Recorded(entry)
    }

    /// A reader that had a key and asks for one again may be a strange one in its place: somebody else has to want it too.
    private func awaitSecondPerson(_ call: Call, _ reader: ReaderID) throws {
        guard seconds.agrees("install \(reader)", call.actor.name, at: surroundings.monotonic()) else {
            throw CommandRefusal(
                code: "secondPerson",
                message:
                    Sentence(
                        "\(reader) had a key before. If it was replaced, a second person gives the same command within 5 minutes; at a bench the key file needs nobody"
                    )
            )
        }
    }
}
