internal import GatehouseAdmin
package import GatehouseCore

/// How people write the fields of the registry, in commands and in files alike.
package struct RegistryFields: Sendable {
    package let calendar: SiteCalendar
    package let primitives: Primitives
    /// The fewest digits of a PIN that stands alone.
    package let aloneDigits: Int
    /// The second at which consents of an import count as given.
    package var now: Int64 = 0
    package let cards: CardCatalogue
    /// How times are read that somebody types now; nil for files, where `today` is no day.
    package var spoken: Spoken?
    /// Nil where nobody knows the configuration: then any name is taken.
    package var names: SiteNames?

    /// Names of a configuration that rows of the register repeat.
    package struct SiteNames: Sendable {
        package var schedules: Set<String>
        package var faceModules: Set<String>

        package init(schedules: Set<String>, faceModules: Set<String>) {
            self.schedules = schedules
            self.faceModules = faceModules
        }
    }

    /// Times in words, as of a moment.
    package struct Spoken: Sendable {
        package var now: CivilTime
        package var way: TypedTime.Way
        /// Told what was understood, by the name of the text.
        package var heard: @Sendable (String, String) -> Void

        package init(now: CivilTime, way: TypedTime.Way, heard: @escaping @Sendable (String, String) -> Void) {
            self.now = now
            self.way = way
            self.heard = heard
        }
    }

    package init(
        calendar: SiteCalendar, primitives: Primitives, aloneDigits: Int = LockoutSettings().aloneDigits,
        cards: CardCatalogue = CardCatalogue(), names: SiteNames? = nil
    ) {
        self.calendar = calendar
        self.primitives = primitives
        self.aloneDigits = aloneDigits
        self.cards = cards
        self.names = names
    }

    /// What stands in the place of a PIN's spelling.
    package static let aloneLabel = "alone"
    package static let boundLabel = "bound"

    package struct Problem: Error, Hashable, Sendable {
        package var message: Sentence
        package init(_ message: Sentence) { self.message = message }
    }

    /// A local day: `2026-03-31`, and as people and spreadsheets write it, the year first: `2026/3/31`, `2026.3.31`,
    /// `20260331`, `2026年3月31日`, with a midnight behind it.
    package func day(_ text: String) throws(Problem) -> Int32 {
        let text = ImportText.halfWidth(text)
        if let found = Self.date(text) {
            guard Self.days.contains(found) else {
                throw Problem(Sentence("\"\(clipped(text))\" is no date from 1900-01-01 to 9999-12-30"))
            }
            return found
        }
        if text.utf8.count == 5, let serial = TextRule.number(text, atMost: 80_000), serial >= 20_000 {
            throw Problem(
                Sentence(
                    "\"\(text)\" is the number under which a spreadsheet keeps a date, and which day that is depends on the spreadsheet; give the column a date format, 2026-03-31"
                )
            )
        }
        throw Problem(Sentence("\"\(clipped(text))\" is no date; write it as 2026-03-31"))
    }

    /// The years 1900 to 9999, less one day: the day after a last one is a day too.
    private static let days: ClosedRange<Int32> = -25_567...2_932_895

    private static func date(_ text: String) -> Int32? {
        var octets = Array(text.utf8)
        // A spreadsheet adds the time of the day that it thinks of.
        for midnight in [" 00:00:00", " 0:00:00", " 00:00", " 0:00"] {
            if octets.suffix(midnight.utf8.count).elementsEqual(midnight.utf8) {
                octets.removeLast(midnight.utf8.count)
            }
        }
        func number(_ digits: some Collection<UInt8>, _ counts: ClosedRange<Int>) -> Int? {
            guard counts.contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
        }
        if octets.count == 8, let all = number(octets, 8...8) {
            return CalendarDay.day(year: all / 10_000, month: all / 100 % 100, day: all % 100)
        }
        var parts: [ArraySlice<UInt8>]
        // The first octet of each of the three characters, or near it: most dates have none.
        if octets.contains(where: { $0 >= 0x80 }), let year = octets.firstRange(of: Array("年".utf8)),
            let month = octets.firstRange(of: Array("月".utf8)),
            octets.suffix(3).elementsEqual("日".utf8), year.upperBound <= month.lowerBound,
            month.upperBound <= octets.count - 3
        {
            parts = [
                octets[..<year.lowerBound], octets[year.upperBound..<month.lowerBound],
                octets[month.upperBound..<(octets.count - 3)],
            ]
        } else {
            let separators = [UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ".")]
            guard let separator = octets.first(where: separators.contains) else { return nil }
            parts = octets.split(separator: separator, omittingEmptySubsequences: false)
        }
        guard parts.count == 3, let year = number(parts[0], 4...4), let month = number(parts[1], 1...2),
            let day = number(parts[2], 1...2)
        else { return nil }
        return CalendarDay.day(year: year, month: month, day: day)
    }

    /// An instant in local time: `2026-03-31T18:30`, or a day, which is its first moment.
    package func instant(_ text: String) throws(Problem) -> CivilTime {
        let text = ImportText.halfWidth(text)
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw Problem(Sentence("\"\(clipped(text))\" is no time; write it as 2026-03-31T18:30"))
        }
        let day = try day(String(parts[0]))
        guard parts.count == 2 else { return CivilTime(seconds: calendar.utc(day: day, minute: 0)) }
        let clock = parts[1].split(separator: ":", omittingEmptySubsequences: false)
        func number(_ index: Int, _ limit: UInt64) -> UInt64? {
            clock[index].utf8.count == 2 ? TextRule.number(String(clock[index]), atMost: limit) : nil
        }
        guard clock.count == 2 || clock.count == 3, let hour = number(0, 23), let minute = number(1, 59),
            let second = clock.count == 3 ? number(2, 59) : 0
        else { throw Problem(Sentence("\"\(clipped(text))\" is no time; write it as 2026-03-31T18:30")) }
        return CivilTime(seconds: calendar.utc(day: day, minute: Int32(hour * 60 + minute)) + Int64(second))
    }

    /// The first moment of a day, or of the day after it when the day still counts.
    package func start(_ text: String) throws(Problem) -> Int64 { calendar.utc(day: try day(text), minute: 0) }
    package func endAfter(_ text: String) throws(Problem) -> Int64 { calendar.utc(day: try day(text) + 1, minute: 0) }

    package func role(_ text: String) throws(Problem) -> PersonRole {
        try choice(text, PersonRole.allCases, \.word, "role")
    }
    /// `enabled`, as of a credential, is `active`.
    package func personStatus(_ text: String) throws(Problem) -> PersonStatus {
        ImportHeaders.word(ImportText.halfWidth(text), "status") == "enabled"
            ? .active : try choice(text, PersonStatus.allCases, \.word, "status")
    }
    package func credentialStatus(_ text: String) throws(Problem) -> CredentialStatus {
        try choice(text, CredentialStatus.allCases, \.word, "status")
    }
    package func kind(_ text: String) throws(Problem) -> CredentialKind {
        try choice(text, CredentialKind.allCases, \.word, "kind")
    }
    package func use(_ text: String) throws(Problem) -> DwellingUse {
        try choice(text, DwellingUse.allCases, \.rawValue, "use")
    }

    package func groups(_ text: String, role: PersonRole) throws(Problem) -> [String] {
        let names = ImportText.halfWidth(text).split { $0 == " " || Self.isMark($0) }.map(String.init)
        guard names.count <= Registry.groupLimit else {
            throw Problem(Sentence("more than \(Registry.groupLimit) groups"))
        }
        if let bad = names.first(where: { !isIdentifier($0) }) {
            throw Problem(Sentence("\"\(clipped(bad))\" is no group; lower-case letters, digits and dashes"))
        }
        return names.isEmpty ? [role.usualGroup] : names
    }

    package func identifier(_ text: String, _ what: Sentence) throws(Problem) -> String {
        let text = ImportText.halfWidth(text)
        guard isIdentifier(text) else {
            throw Problem(
                Sentence("\"\(clipped(text))\" is no \(what); lower-case letters, digits and dashes, at most 32"))
        }
        return text
    }

    package func flag(_ text: String) throws(Problem) -> Bool {
        switch ImportHeaders.word(ImportText.halfWidth(text), "bound") {
        case "", "no", "false": return false
        case "yes", "true": return true
        default: throw Problem(Sentence("\"\(clipped(text))\" is neither yes nor no"))
        }
    }

    package func count(_ text: String, atMost limit: Int) throws(Problem) -> Int? {
        guard let count = TextRule.number(ImportText.halfWidth(text), atMost: UInt64(limit)) else {
            throw Problem(Sentence("\"\(clipped(text))\" is no number from 0 to \(limit)"))
        }
        return Int(count)
    }

    /// Grants that a credential is good for.
    package func uses(_ text: String) throws(Problem) -> UInt16? {
        try count(text, atMost: Int(UInt16.max)).flatMap { $0 == 0 ? nil : UInt16($0) }
    }

    /// A span from the first use: `90 min`, `12 h`, `3 d`.
    package func span(_ text: String) throws(Problem) -> UInt32? {
        let parts = ImportText.halfWidth(text).split(separator: " ")
        let units: [String: UInt64] = ["min": 60, "h": 3600, "d": 86400]
        guard parts.count == 2, let count = TextRule.number(String(parts[0]), atMost: 3650),
            let unit = units[String(parts[1])], count > 0
        else {
            throw Problem(
                Sentence("\"\(clipped(text))\" is no span; write it as 90 min, 12 h or 3 d, up to 3650 of them"))
        }
        return UInt32(count * unit)
    }

    /// A number plate as readers spell it.
    package func plate(_ text: String) throws(Problem) -> String {
        let plate = PlateText.spelled(text)
        guard text.utf8.count <= 64, PlateText.isPlate(plate) else {
            let fault = Sentence("\"\(clipped(text))\" is no number plate; write it as 鲁G12345")
            let isMisread = plate.contains("O") || plate.contains("I")
            throw Problem(
                isMisread ? Sentence("\(fault); the serial of a plate has no letters O and I") : fault)
        }
        return plate
    }

    package func key(plate: String) -> (key: CredentialKey, label: String) {
        let number = CardNumber(format: CardNumber.plateFormat, value: .text(plate))
        return (CredentialKey(card: number, primitives: primitives), number.description)
    }

    /// The plate of a vehicle as a credential of its keeper. What was set on it by hand stays.
    package func plateCredential(
        of vehicle: VehicleRow, id: UInt32, _ key: CredentialKey, _ label: String, old: CredentialRow?
    ) -> CredentialRow {
        var row =
            old ?? CredentialRow(id: id, person: vehicle.keeper, kind: .plate, key: key, label: label)
        row.person = vehicle.keeper
        row.vehicle = vehicle.id
        return row
    }

    package func card(_ text: String) throws(Problem) -> CardNumber { try cards.card(text) }

    /// 6 to 12 digits after a card or face, 8 to 12 alone: with all residents behind one keypad a shorter one is soon guessed.
    package func pin(_ text: String, isBound: Bool) throws(Problem) -> [UInt8] {
        let digits = ImportText.halfWidth(text).utf8.map { $0 &- 48 }
        let shortest = isBound ? 6 : aloneDigits
        guard digits.allSatisfy({ $0 <= 9 }) else { throw Problem(Sentence("a PIN has digits only")) }
        guard (shortest...12).contains(digits.count) else {
            throw Problem(
                isBound
                    ? Sentence("a PIN after a card or face has \(shortest) to 12 digits")
                    : Sentence("a PIN that stands alone has \(shortest) to 12 digits"))
        }
        guard Set(digits).count > 2, zip(digits, digits.dropFirst()).contains(where: { $1 != ($0 + 1) % 10 }) else {
            throw Problem(Sentence("the PIN is one of the first that anybody tries; choose another"))
        }
        return digits
    }

    /// A face module of this site.
    package func faceModule(
        _ text: String, isKnown: () throws -> Bool = { false }
    ) throws -> ReaderID {
        let name = try identifier(text, Sentence("face module"))
        if let known = names?.faceModules, !known.contains(name), try !isKnown() {
            throw Problem(
                Sentence("there is no face module \"\(name)\"").orNear(Nearest.match(for: name, among: known)))
        }
        return ReaderID(name)
    }

    /// `face-1:5`: the module and the user's number in it.
    package func face(_ text: String) throws(Problem) -> (module: ReaderID, user: UInt16) {
        let parts = ImportText.halfWidth(text).split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, isIdentifier(parts[0]), let user = TextRule.number(parts[1], atMost: 32767), user > 0
        else {
            throw Problem(
                Sentence("\"\(clipped(text))\" is no face; write module and user number (1 to 32767) as face-1:5"))
        }
        return (ReaderID(parts[0]), UInt16(user))
    }

    /// The kind of a credential that was given as a card: `PLATE:…` is a plate.
    package func kind(_ kind: CredentialKind, ofLabel label: String) -> CredentialKind {
        kind == .card && label.hasPrefix("\(CardNumber.plateFormat):") ? .plate : kind
    }

    /// The key and the label of a credential from its spelling.
    package func key(
        _ kind: CredentialKind, _ text: String, person: UInt32, isBound: Bool,
        isKnown: (CredentialKey) throws -> Bool = { _ in false }
    ) throws -> (key: CredentialKey, label: String) {
        switch kind {
        case .card:
            let number = try card(text)
            return (CredentialKey(card: number, primitives: primitives), number.description)
        case .pin:
            let digits = try pin(text, isBound: isBound)
            return (
                CredentialKey(pin: digits, person: isBound ? person : nil, primitives: primitives),
                isBound ? Self.boundLabel : Self.aloneLabel
            )
        case .plate: return key(plate: try plate(text.hasPrefix("PLATE:") ? String(text.dropFirst(6)) : text))
        case .face:
            let face = try face(text)
            let key = CredentialKey(face: face.user, module: face.module)
            _ = try faceModule(face.module.name) { try isKnown(key) }
            return (key, "\(face.module):\(face.user)")
        }
    }

    package func isIdentifier(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    private func choice<Value>(
        _ text: String, _ values: [Value], _ word: (Value) -> String, _ what: String
    ) throws(Problem) -> Value {
        let said = ImportHeaders.word(ImportText.halfWidth(text), what)
        if let value = values.first(where: { word($0) == said || Words.state(word($0), .chinese) == said }) {
            return value
        }
        throw Problem(Sentence("\"\(clipped(text))\" is no \(what); one of \(values.map(word))"))
    }

    private func clipped(_ text: String) -> String { Self.clipped(text) }

    /// A piece of a text for a sentence about it: without what must not stand in one.
    package static func shown(_ text: String) -> String { clipped(text) }

    static func clipped(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(40) {
            view.append(HarmfulText.isHarmful(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(view)
    }
}
