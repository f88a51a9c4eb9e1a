internal import GatehouseCore
internal import GatehouseProtocols

/// Readers on a serial port: the keys of each protocol, read into the settings of its machine.
enum SerialSection {
    static func read(_ word: ReaderProtocol, _ group: MappingReader, _ known: KnownFormats) -> ReaderKind {
        switch word {
        case .osdp: .osdp(osdp(group, known))
        case .em4100: .em4100(em4100(group))
        case .line: .line(line(group))
        case .framed: .framed(framed(group))
        case .plate: .plate(plate(group))
        case .uhf: .uhf(uhf(group))
        case .face: .face(encryption(group))
        }
    }

    private enum SecurityWord: String, CaseIterable { case secure, clear }
    private enum CheckForm: String, CaseIterable { case digits, octets }
    private enum PlateLayout: String, CaseIterable { case line, dated }
    private enum UHFMode: String, CaseIterable { case asked, active }
    private enum Text: String, CaseIterable {
        case decimal, hexadecimal, text

        var content: CardLineContent {
            switch self {
            case .decimal: .decimal
            case .hexadecimal: .hexadecimal
            case .text: .text
            }
        }
    }

    private static func osdp(_ group: MappingReader, _ known: KnownFormats) -> ReaderKind.OSDPReader {
        let address = group.required("address", .integer(in: 0...126), placeholder: 0)
        let word = group.optional("security", .choice(SecurityWord.self), default: .secure)
        let key = group.optional("key", .text(atMost: 255))
        if word == .clear, key != nil {
            group.error(
                at: "key", Sentence("a reader in clear has no key"),
                suggestion: Sentence("leave out 'security: clear' to have the reader secured"))
        }
        return ReaderKind.OSDPReader(
            address: UInt8(clamping: address), channel: word == .clear ? .clear : .secure(key: key),
            formats: ReaderSection.formats(group, known))
    }

    private static func em4100(_ group: MappingReader) -> ASCIICardReader.Settings {
        let usesVersion = group.optional("uses_version", .boolean, default: false)
        var settings = characters(group, .em4100(usesVersion: usesVersion), window: .seconds(2))
        settings.reportsNeeded = reports(group)
        return settings
    }

    private static func line(_ group: MappingReader) -> ASCIICardReader.Settings {
        let content = content(group)
        let isCounted = group.optional("counted", .boolean, default: false)
        return text(group, isCounted ? .counted(content) : .line(content, endsAtSilence: false))
    }

    private static func framed(_ group: MappingReader) -> ASCIICardReader.Settings {
        let start = group.optional("start", .hexadecimal(octets: 1...4), default: [])
        let end = group.required("end", .hexadecimal(octets: 1...4), placeholder: [0x03])
        let check = group.optional("check", .choice(FramedLine.Check.self), default: .none)
        let form = group.optional("check_form", .choice(CheckForm.self))
        let field = group.optional("field", .octets(below: FramedLine.bound), default: OctetField(first: 0))
        if check == .none, form != nil {
            group.error(at: "check_form", Sentence("there is no 'check' that could have a form"))
        }
        if !start.isEmpty, start.suffix(end.count) == end[...] || end.suffix(start.count) == start[...] {
            group.error(at: "end", Sentence("the end cannot be told from the start"))
        }
        let line = FramedLine(
            start: start, end: end, check: check, isCheckInDigits: form != .octets, first: field.first,
            last: field.last)
        return text(group, .framed(line, content(group)))
    }

    private static func plate(_ group: MappingReader) -> ASCIICardReader.Settings {
        let layout = group.optional("layout", .choice(PlateLayout.self), default: .line)
        let encoding = group.optional("encoding", .choice(NumberPlate.Encoding.self), default: .utf8)
        let framing: ASCIICardReader.Framing =
            switch layout {
            case .line: .line(.plate(encoding), endsAtSilence: false)
            case .dated: .datedPlate(encoding)
            }
        var settings = characters(group, framing, window: .seconds(20))
        settings.burst = group.optional("burst", .duration(in: .zero...(.seconds(5))), default: .milliseconds(1500))
        settings.agreement = group.optional("agreement", .integer(in: 1...5), default: 1)
        return settings
    }

    private static func uhf(_ group: MappingReader) -> UHFReader.Settings {
        var settings = UHFReader.Settings(
            family: group.required("family", .choice(UHFFamily.self), placeholder: .headA0),
            address: UInt8(group.optional("address", .integer(in: 0...255), default: 255)),
            reportsNeeded: reports(group), repeatWindow: repeatWindow(group, .seconds(15)))
        settings.isActive = group.optional("mode", .choice(UHFMode.self), default: .asked) == .active
        if settings.isActive, settings.family != .lengthFirst {
            group.error(
                at: "mode", Sentence("family '\(settings.family.rawValue)' has no reports of its own that are known"),
                suggestion: Sentence("leave 'mode' out and set the reader to answer mode"))
        }
        return settings
    }

    /// `encryption` and its `key_table` come together.
    private static func encryption(_ group: MappingReader) -> FaceEncryption? {
        let mode = group.optional("encryption", .choice(FaceEncryption.Mode.self))
        guard let mode else {
            if group.has("key_table") {
                _ = group.list("key_table", of: .integer(in: 0...31))
                group.error(
                    at: "key_table", Sentence("a table without 'encryption'"),
                    suggestion: Sentence("add 'encryption: aes'"))
            }
            return nil
        }
        let positions = group.list("key_table", of: .integer(in: 0...31), count: 16...16)
        if positions.count == 16, Set(positions).count == 1 {
            group.error(at: "key_table", Sentence("one place sixteen times makes a key that anybody guesses"))
        }
        return FaceEncryption(mode: mode, positions: positions.map { UInt8(clamping: $0) })
    }

    // MARK: what several have

    private static func characters(
        _ group: MappingReader, _ framing: ASCIICardReader.Framing, window: Duration
    ) -> ASCIICardReader.Settings {
        ASCIICardReader.Settings(framing: framing, repeatWindow: repeatWindow(group, window))
    }

    /// What a site's scanner puts around its texts, and which part of them is the card.
    private static func text(_ group: MappingReader, _ framing: ASCIICardReader.Framing) -> ASCIICardReader.Settings {
        var settings = characters(group, framing, window: .seconds(2))
        settings.prefix = Array(group.optional("prefix", .scannerSigns, default: "").utf8)
        settings.suffix = Array(group.optional("suffix", .scannerSigns, default: "").utf8)
        settings.pattern = group.optional("pattern", .linePattern)
        return settings
    }

    private static func content(_ group: MappingReader) -> CardLineContent {
        group.optional("text", .choice(Text.self), default: .text).content
    }

    private static func reports(_ group: MappingReader) -> Int {
        group.optional("reports", .integer(in: 1...10), default: 1)
    }

    private static func repeatWindow(_ group: MappingReader, _ usual: Duration) -> Duration {
        group.optional("repeat_window", .duration(in: .milliseconds(500)...(.seconds(120))), default: usual)
    }
}

extension ScalarType where Value == String {
    /// What a scanner adds to a text: control signs such as TAB among them, but none that ends a line.
    fileprivate static var scannerSigns: Self {
        ScalarType { text throws(ScalarProblem) in
            guard !text.isEmpty else { throw ScalarProblem(Sentence("is empty")) }
            guard text.utf8.count <= 16 else { throw ScalarProblem(Sentence("is longer than 16 octets")) }
            guard !text.utf8.contains(where: { [0x00, 0x03, 0x0A, 0x0D].contains($0) }) else {
                throw ScalarProblem(
                    Sentence("has a sign that ends a line (CR, LF, ETX, NUL)"),
                    suggestion: Sentence("leave it out: it goes by itself"))
            }
            return text
        }
    }
}

extension ScalarType where Value == LinePattern {
    fileprivate static var linePattern: Self {
        ScalarType { text throws(ScalarProblem) in
            do throws(LinePattern.Problem) {
                return try LinePattern(text)
            } catch {
                throw ScalarProblem(
                    problem(error), suggestion: Sentence("for instance '\(#"\d+,([0-9A-F]+),-\d+"#)' for 1,E200…,-61"))
            }
        }
    }

    private static func problem(_ problem: LinePattern.Problem) -> Sentence {
        switch problem {
        case .tooLong: Sentence("is longer than \(LinePattern.bound) octets")
        case .group: Sentence("needs one group in parentheses, which is the card")
        case .quantifier:
            Sentence("has *, +, ?, or {n} or {n,m} with 0 to 256, where it stands behind nothing or cannot be read")
        case .characterClass: Sentence("has a class of characters without an end, or with nothing in it")
        case .escape: Sentence("has \\ at its end, or before a letter other than d")
        case .unknown: Sentence("has ^, $ or |: it stands for a whole line as it is; \\ takes them as signs")
        }
    }
}
