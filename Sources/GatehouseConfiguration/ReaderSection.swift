internal import GatehouseCore
internal import GatehouseProtocols

/// `readers`: each with its protocol and where it is wired.
enum ReaderSection {
    struct Found {
        var settings: ReaderSettings
        var hasKeypad: Bool {
            switch settings.kind {
            case .wiegand(_, _, _, let keypad, _): keypad != .none
            case .serial(_, let kind): kind.hasKeypad
            }
        }
        var isFace: Bool { settings.kind.isFace }
        var isPlate: Bool { settings.kind.serial?.word == .plate }
        /// Whether it sends text as it stands, so that it could read a pass.
        var sendsText: Bool { settings.kind.serial?.sendsText ?? false }
    }

    private enum ProtocolWord: RawRepresentable, CaseIterable {
        case wiegand
        case serial(ReaderProtocol)

        static var allCases: [ProtocolWord] { [.wiegand] + ReaderProtocol.allCases.map { .serial($0) } }

        init?(rawValue: String) {
            guard let found = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
            self = found
        }

        var rawValue: String {
            switch self {
            case .wiegand: "wiegand"
            case .serial(let word): word.rawValue
            }
        }
    }

    static func read(_ top: MappingReader, _ known: KnownFormats, _ wiring: inout Wiring) -> [Found] {
        var wiring_ = wiring
        let found = top.namedGroups("readers", names: .identifier(of: ReaderTag.self), count: 0...64) {
            name, group -> Found? in
            guard let word = group.required("protocol", .choice(ProtocolWord.self)) else {
                group.leaveRest()
                return nil
            }
            let kind: ReaderSettings.Kind
            switch word {
            case .wiegand: kind = wiegand(name, group, known, &wiring_)
            case .serial(let word):
                let port = port(group, word)
                let reader = SerialSection.read(word, group, known)
                if !port.path.isEmpty {
                    var address: Int?
                    if case .osdp(let one) = reader { address = Int(one.address) }
                    wiring_.port(port.path, word.rawValue, baud: port.baud, address: address, reader: name.name, group)
                }
                kind = .serial(port, reader)
            }
            var settings = ReaderSettings(id: name, kind: kind)
            settings.greenLamp = wiring_.line("green_lamp", of: group, for: Sentence("the green lamp of \(name)"))
            settings.buzzer = wiring_.line("buzzer", of: group, for: Sentence("the buzzer of \(name)"))
            return Found(settings: settings)
        }
        wiring = wiring_
        var owners: [String: ReaderID] = [:]
        for reader in found.map(\.value) {
            guard let key = reader.settings.kind.keyFile else { continue }
            if let other = owners.updateValue(reader.settings.id, forKey: key) {
                top.error(
                    at: "readers",
                    Sentence("'\(other)' and '\(reader.settings.id)' have one key: whoever opens one of them has both"),
                    suggestion: Sentence("make a key for each: openssl rand -hex 16"))
            }
        }
        checkDirections(top, found.map(\.value.settings))
        var folds: [UInt32: ReaderID] = [:]
        for reader in found.map(\.value) where reader.isFace {
            if let other = folds.updateValue(reader.settings.id, forKey: CredentialKey.fold(reader.settings.id.name)) {
                top.error(
                    at: "readers",
                    Sentence(
                        "the names '\(other)' and '\(reader.settings.id)' cannot stand beside one another; rename one"))
            }
        }
        return found.map(\.value)
    }

    /// Readers of one bus share the port, and so who turns it round.
    private static func checkDirections(_ top: MappingReader, _ readers: [ReaderSettings]) {
        var first: [String: ReaderSettings] = [:]
        for reader in readers {
            guard reader.kind.osdp != nil, let port = reader.kind.port else { continue }
            let other = first[port.path, default: reader]
            first[port.path] = other
            if other.kind.port?.direction != port.direction {
                top.error(
                    at: "readers", Sentence("'\(other.id)' and '\(reader.id)' share a port and differ in 'direction'"))
            }
        }
    }

    private static func wiegand(
        _ name: ReaderID, _ group: MappingReader, _ known: KnownFormats, _ wiring: inout Wiring
    ) -> ReaderSettings.Kind {
        let data0 = wiring.line("data0", of: group, for: Sentence("data0 of \(name)"), isRequired: true)
        let data1 = wiring.line("data1", of: group, for: Sentence("data1 of \(name)"), isRequired: true)
        let formats = formats(group, known)
        let keypad = keypad(group, known, formats)
        let endsAtLength = group.optional("ends_at_length", .boolean, default: false)
        if endsAtLength {
            if keypad != .none {
                group.error(at: "ends_at_length", Sentence("a reader with a keypad sends frames of several lengths"))
            }
            if Set(formats.map(\.bitCount)).count > 1 {
                group.error(
                    at: "ends_at_length",
                    Sentence("the formats have several lengths; name one format, or leave this out"))
            }
        }
        let none = LineWiring(line: nil)
        return .wiegand(
            data0: data0 ?? none, data1: data1 ?? none, formats: formats, keypad: keypad, endsAtLength: endsAtLength)
    }

    private enum KeypadWord: String, CaseIterable {
        case none
        case fourBit = "4-bit"
        case eightBit = "8-bit"
        case either
        case sixDigits = "six-digits"
        case buffered
    }

    /// How keys look on the data lines: each for itself, or a whole PIN as one frame.
    private static func keypad(
        _ group: MappingReader, _ known: KnownFormats, _ formats: [CardFormat]
    ) -> WiegandKeypad {
        let word = group.optional("keypad", .choice(KeypadWord.self), default: .none)
        let format = group.optional("pin_format", known.name)
        let facility = group.optional("pin_facility", .integer(in: 0...65_535))
        if word != .buffered {
            for key in ["pin_format", "pin_facility"] where group.has(key) {
                group.error(at: key, Sentence("only a keypad that is 'buffered' has it"))
            }
        }
        switch word {
        case .none: return .none
        case .fourBit: return .fourBit
        case .eightBit: return .eightBit
        case .either: return .fourOrEightBit
        case .sixDigits:
            if let other = formats.first(where: { $0.bitCount == 26 }) {
                group.error(
                    at: "keypad", Sentence("six digits come in frames of 26 bits, and so do cards of \(other.id)"),
                    suggestion: Sentence("set the keypad to another mode, or the reader to a longer format"))
            }
            return .sixDigits
        case .buffered:
            guard let format = format ?? CardFormat.named("H10301") else { return .none }
            let highest = format.facility?.maximum ?? 0
            if format.facility == nil {
                group.error(at: "pin_format", Sentence("\(format.id) has no facility, so a PIN would look like a card"))
            } else if UInt64(facility ?? 0) > highest {
                group.error(at: "pin_facility", Sentence("\(format.id) has facilities up to \(highest)"))
            }
            return .pin(format: format, facility: UInt32(clamping: facility ?? 0))
        }
    }

    private static func port(_ group: MappingReader, _ word: ReaderProtocol) -> ReaderSettings.Port {
        ReaderSettings.Port(
            group.required("port", .path, placeholder: ""),
            baud: UInt32(group.optional("baud", .baud, default: word.usualBaud)),
            direction: group.optional("direction", .choice(ReaderSettings.Direction.self), default: .automatic))
    }

    static func formats(_ group: MappingReader, _ known: KnownFormats) -> [CardFormat] {
        let formats = group.list("formats", of: known.name, count: 1...8)
        // Where every card of one is a frame of the other too, all of them would be ambiguous.
        for (index, one) in formats.enumerated() {
            for other in formats.prefix(index) where one.isWithin(other) || other.isWithin(one) {
                let reason =
                    one.isWithin(other) && other.isWithin(one)
                    ? Sentence("are the same frame")
                    : Sentence("cannot be told apart: every frame of one is one of the other")
                group.error(at: "formats", Sentence("\(other.id) and \(one.id) \(reason); name one of them"))
            }
        }
        return formats
    }
}

extension ScalarType where Value == Int {
    static var baud: Self {
        let speeds = [2400, 4800, 9600, 19200, 38400, 57600, 115_200, 230_400, 460_800, 921_600]
        return ScalarType { text throws(ScalarProblem) in
            guard let value = Int(text), speeds.contains(value) else {
                throw ScalarProblem(Sentence("must be a speed in baud: \(speeds.map(String.init))"))
            }
            return value
        }
    }
}
