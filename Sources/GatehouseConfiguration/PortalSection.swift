internal import GatehouseCore

/// `portals`, `fire_input` and `lockout`.
enum PortalSection {
    static func read(
        _ top: MappingReader, _ site: inout Site, _ lines: inout LineSettings, _ readers: [ReaderSection.Found],
        _ wiring: inout Wiring, _ factorWindows: inout [NamedFactorWindow]
    ) {
        var windows: [NamedFactorWindow] = []
        defer { factorWindows += windows }
        var found = (site: site, lines: lines, wiring: wiring)
        var owners: [ReaderID: AccessPointID] = [:]
        _ = top.namedGroups("portals", names: .identifier(of: PortalTag.self), count: 1...16) { name, group -> Bool? in
            var portal = PortalSettings(id: name)
            wire(name, group, readers, &found.lines, &found.wiring)
            if let (settings, sensors) = lane(group, name, &found.wiring) {
                portal.lane = settings
                found.lines.laneSensors[name] = sensors
            }
            portal.hasContact = found.lines.contacts[name] != nil || found.lines.readerContacts[name] != nil
            readTimes(group, &portal)
            portal.cameras = cameras(group)
            found.site.portals.append(portal)
            let points = group.namedGroups("access_points", names: .identifier(of: AccessPointTag.self), count: 1...8) {
                accessPoint($0, name, $1, readers, &owners, &windows)
            }
            for point in points {
                if found.site.accessPoints.contains(where: { $0.id == point.name }) {
                    group.error(
                        at: "access_points",
                        Sentence("the access point '\(point.name)' stands at another portal already"))
                }
                found.site.accessPoints.append(point.value)
            }
            return true
        }
        for reader in readers where owners[reader.settings.id] == nil {
            top.error(at: "readers", Sentence("reader '\(reader.settings.id)' stands at no access point"))
        }
        found.lines.fireInput = found.wiring.line("fire_input", of: top, for: Sentence("the fire input"))
        if found.lines.fireInput != nil {
            let debounce: Duration? = top.group("fire_input") { group in
                for key in ["line", "chip", "offset", "active", "bias"] { _ = group.has(key) }
                return group.optional(
                    "debounce", .duration(in: .zero...(.milliseconds(900))), default: .milliseconds(100))
            }
            found.site.fireDebounce = debounce ?? .milliseconds(100)
        }
        AreaSection.read(top, &found.site)
        found.site.lockout = lockout(top)
        (site, lines, wiring) = found
    }

    /// The lines, or the outputs and inputs of readers, of one portal.
    private static func wire(
        _ name: PortalID, _ group: MappingReader, _ readers: [ReaderSection.Found], _ lines: inout LineSettings,
        _ taken: inout Wiring
    ) {
        switch taken.place(
            "release", "output", of: group, for: Sentence("the release of \(name)"), readers: readers, isRequired: true)
        {
        case .line(let wiring): lines.outputs[name] = wiring
        case .reader(let point): lines.readerReleases[name] = point
        case nil: break
        }
        switch taken.place("contact", "input", of: group, for: Sentence("the contact of \(name)"), readers: readers) {
        case .line(let wiring): lines.contacts[name] = wiring
        case .reader(let point): lines.readerContacts[name] = point
        case nil: break
        }
        switch taken.place(
            "exit_button", "input", of: group, for: Sentence("the exit button of \(name)"), readers: readers)
        {
        case .line(let wiring): lines.exitButtons[name] = wiring
        case .reader(let point): lines.readerExitButtons[name] = point
        case nil: break
        }
    }

    private static func readTimes(_ group: MappingReader, _ portal: inout PortalSettings) {
        portal.unlockTime = group.optional(
            "unlock_time", .duration(in: .milliseconds(100)...(.seconds(60))), default: portal.unlockTime)
        portal.extendedUnlockTime = group.optional(
            "extended_unlock_time", .duration(in: .milliseconds(100)...(.seconds(120))),
            default: max(portal.unlockTime, portal.extendedUnlockTime))
        if portal.extendedUnlockTime < portal.unlockTime {
            group.error(at: "extended_unlock_time", Sentence("people who need time get less of it than others"))
        }
        portal.heldOpenLimit = group.optional(
            "held_open_limit", .duration(in: .seconds(5)...(.seconds(3600))), default: portal.heldOpenLimit)
        portal.relocksOnClose = group.optional("relock_on_close", .boolean, default: true)
        portal.contactDebounce = group.optional(
            "contact_debounce", .duration(in: .zero...(.seconds(2))), default: portal.contactDebounce)
        portal.exitDebounce = group.optional(
            "exit_debounce", .duration(in: .zero...(.seconds(2))), default: portal.exitDebounce)
    }

    private static func lockout(_ top: MappingReader) -> LockoutSettings {
        var settings = LockoutSettings()
        top.group("lockout") { group in
            settings.tries = group.optional("tries", .integer(in: 1...5), default: 5)
            settings.firstPause = group.optional(
                "first_pause", .duration(in: .seconds(10)...(.seconds(3600))), default: .seconds(60))
            settings.longestPause = group.optional(
                "longest_pause", .duration(in: .seconds(60)...(.seconds(86400))), default: .seconds(3600))
            let tries = group.optional("tries_per_reader_and_day", .integer(in: 5...100), default: 100)
            settings.triesPerReaderAndDay = tries
            let alone = group.optional("alone_pins", .integer(in: 1...100_000), default: 500)
            let digits = group.optional("alone_digits", .integer(in: 8...12), default: 8)
            settings.alonePINs = alone
            settings.aloneDigits = digits
            // A8: whoever tries all day must hit some PIN with one in a thousand at most.
            let space = (0..<digits).reduce(1) { space, _ in space * 10 }
            if alone * tries * 1000 > space {
                group.error(
                    at: "alone_pins",
                    Sentence(
                        "\(alone, "PIN", "PINs") of \(digits, "digit", "digits") behind \(tries, "try", "tries") a day are guessed too easily"
                    ),
                    suggestion: Sentence(
                        "ask for more 'alone_digits', fewer 'tries_per_reader_and_day', or cards with PIN"))
            }
        }
        return settings
    }

    private static func lane(
        _ portal: MappingReader, _ name: PortalID, _ wiring: inout Wiring
    ) -> (LaneSettings, [LaneMachine.Sensor: LineWiring])? {
        var taken = wiring
        defer { wiring = taken }
        return portal.group("lane") { group in
            let words: [(String, LaneMachine.Sensor)] = [
                ("entry_loop", .entryLoop), ("safety_loop", .safetyLoop), ("open_limit", .openLimit),
                ("closed_limit", .closedLimit),
            ]
            var sensors: [LaneMachine.Sensor: LineWiring] = [:]
            for (word, sensor) in words {
                sensors[sensor] = taken.line(word, of: group, for: Sentence("the \(word) of \(name)"))
            }
            if sensors[.safetyLoop] == nil {
                group.error(Sentence("'safety_loop' is missing: without it nobody knows when a vehicle is through"))
            }
            if portal.has("contact") {
                portal.error(at: "contact", Sentence("a lane is watched by its loops, not by a door contact"))
            }
            var settings = LaneSettings(sensors: LaneMachine.Sensor.allCases.filter { sensors[$0] != nil })
            settings.passageTimeout = group.optional(
                "passage_timeout", .duration(in: .seconds(5)...(.seconds(300))), default: settings.passageTimeout)
            settings.travelTime = group.optional(
                "travel_time", .duration(in: .seconds(2)...(.seconds(40))), default: settings.travelTime)
            settings.holdOff = group.optional(
                "hold_off", .duration(in: .milliseconds(100)...(.seconds(5))), default: settings.holdOff)
            return (settings, sensors)
        }
    }

    private static func accessPoint(
        _ name: AccessPointID, _ portal: PortalID, _ group: MappingReader, _ readers: [ReaderSection.Found],
        _ owners: inout [ReaderID: AccessPointID], _ factorWindows: inout [NamedFactorWindow]
    ) -> AccessPointSettings? {
        let names = group.list("readers", of: .identifier(of: ReaderTag.self), count: 1...8)
        var here: [ReaderSection.Found] = []
        for reader in names {
            guard let found = readers.first(where: { $0.settings.id == reader }) else {
                group.missing(
                    at: "readers", Sentence("there is no reader '\(reader)'"),
                    suggestion: Nearest.match(for: reader.name, among: Set(readers.map(\.settings.id.name))).map {
                        Sentence("did you mean '\($0)'?")
                    })
                continue
            }
            here.append(found)
            if let other = owners.updateValue(name, forKey: reader) {
                group.error(at: "readers", Sentence("reader '\(reader)' stands at access point '\(other)' already"))
            }
        }
        var point = AccessPointSettings(id: name, portal: portal, readers: names)
        point.keypads = here.filter(\.hasKeypad).map(\.settings.id)
        point.factors = factors(group, here) ?? [[.card]]
        if here.contains(where: \.isPlate), !point.factors.contains(where: { $0.contains(.plate) }) {
            group.error(
                at: "factors", Sentence("a reader here reads plates, and no combination has one"),
                suggestion: Sentence("add plate, or card+plate"))
        }
        let windows = group.groups("factors_when", count: 0...8) { group -> NamedFactorWindow? in
            let schedule = group.optional("schedule", .text(atMost: 32))
            let threat = group.optional("threat", .integer(in: 1...Int(AccessPolicy.highestThreat)))
            if schedule == nil, threat == nil { group.error(Sentence("give 'schedule', 'threat' or both")) }
            return factors(group, here).map {
                NamedFactorWindow(
                    accessPoint: name, schedule: schedule, threat: UInt8(threat ?? 0), factors: $0, at: group)
            }
        }
        factorWindows += windows
        point.factorTimeout = group.optional(
            "factor_timeout", .duration(in: .seconds(3)...(.seconds(60))), default: point.factorTimeout)
        point.fromArea = group.optional("from_area", .identifier(of: AreaTag.self))
        point.toArea = group.optional("to_area", .identifier(of: AreaTag.self))
        point.antiPassback = group.optional("anti_passback", .choice(AntiPassback.self), default: .off)
        point.antiPassbackTime = group.optional(
            "anti_passback_time", .duration(in: .seconds(10)...(.seconds(86400))), default: point.antiPassbackTime)
        if group.has("anti_passback_time"), point.antiPassback != .timed {
            group.error(at: "anti_passback_time", Sentence("belongs to 'anti_passback: timed'"))
        }
        point.needsTwo = group.optional("two_person", .boolean, default: false)
        point.escort = group.group("escort") { escort in
            let guests = escort.list("guests", of: .identifier(of: AreaTag.self), count: 1...64).map(\.name)
            let by = escort.list("by", of: .identifier(of: AreaTag.self), count: 1...64).map(\.name)
            for name in guests where by.contains(name) {
                escort.error(at: "by", Sentence("group '\(name)' cannot bring itself in"))
            }
            return EscortSettings(guests: guests, by: by)
        }
        point.companyTimeout = group.optional(
            "company_timeout", .duration(in: .seconds(3)...(.seconds(60))), default: point.companyTimeout)
        if point.antiPassback != .off, point.fromArea == nil || point.toArea == nil {
            group.error(at: "anti_passback", Sentence("anti-passback needs 'from_area' and 'to_area'"))
        }
        point.cameras = cameras(group)
        return point
    }

    /// `camera`, or several `cameras`.
    private static func cameras(_ group: MappingReader) -> [CameraID] {
        let one = group.optional("camera", .identifier(of: CameraTag.self))
        let several = group.list("cameras", of: .identifier(of: CameraTag.self), count: 0...4)
        if one != nil, !several.isEmpty {
            group.error(at: "cameras", Sentence("'camera' is for one, 'cameras' for several"))
        }
        if Set(several).count < several.count { group.error(at: "cameras", Sentence("a camera is named twice")) }
        return one.map { [$0] } ?? several
    }
}

extension PortalSection {
    /// The combinations that a group asks for, held against the readers that are there; nil when it names none.
    fileprivate static func factors(_ group: MappingReader, _ here: [ReaderSection.Found]) -> [FactorSet]? {
        let factors = group.list("factors", of: .factors, count: 0...8).flatMap(\.self)
        guard !factors.isEmpty else { return nil }
        guard !here.isEmpty else { return factors }
        let asked = factors.reduce(into: FactorSet()) { $0.formUnion($1) }
        if asked.contains(.pin), !here.contains(where: \.hasKeypad) {
            group.error(at: "factors", Sentence("a PIN is asked for, and no reader here has a keypad"))
        }
        if asked.contains(.plate), !here.contains(where: \.isPlate) {
            group.error(at: "factors", Sentence("a plate is asked for, and no reader here reads plates"))
        }
        if asked.contains(.face), !here.contains(where: \.isFace) {
            group.error(at: "factors", Sentence("a face is asked for, and no reader here is a face module"))
        }
        if asked.contains(.pass), !here.contains(where: \.sendsText) {
            group.error(
                at: "factors", Sentence("a pass is asked for, and no reader here sends text"),
                suggestion: Sentence("a scanner with 'protocol: line' and 'text: text'"))
        }
        if factors.contains(where: { $0.contains(.pass) && !$0.isSubset(of: [.pass, .plate]) }) {
            group.error(at: "factors", Sentence("a pass is a visitor's: it goes with a plate, and with nothing else"))
        }
        if factors.allSatisfy({ $0.contains(.face) }) {
            group.error(at: "factors", Sentence("a face is never the only way in: add card or pin"))
        }
        return factors
    }
}

/// Factors of an access point at certain times, with the name of a schedule that is read later.
struct NamedFactorWindow {
    var accessPoint: AccessPointID
    var schedule: String?
    var threat: UInt8
    var factors: [FactorSet]
    /// Where an unknown schedule is to be reported.
    var at: MappingReader
}

extension ScalarType where Value == [FactorSet] {
    /// `card`, `pin`, `face`, `plate`, `pass`, several joined by `+`, or `any-two:card+pin+face` for every pair of those.
    static var factors: Self {
        ScalarType { text throws(ScalarProblem) in
            let pairs = "any-two:"
            let isPairs = text.hasPrefix(pairs)
            var found: [FactorSet] = []
            for word in text.dropFirst(isPairs ? pairs.count : 0).split(
                separator: "+", omittingEmptySubsequences: false)
            {
                switch word {
                case "card": found.append(.card)
                case "pin": found.append(.pin)
                case "face": found.append(.face)
                case "plate": found.append(.plate)
                case "pass": found.append(.pass)
                default:
                    throw ScalarProblem(
                        Sentence("'\(text.prefix(32))' is no combination of factors"),
                        suggestion: Sentence(
                            "card, pin, face, plate, pass, several: card+pin, or any-two:card+pin+face"))
                }
            }
            guard isPairs else { return [found.reduce(into: FactorSet()) { $0.formUnion($1) }] }
            guard Set(found).count == found.count, found.count > 2 else {
                throw ScalarProblem(
                    Sentence("any two of fewer than three different factors"), suggestion: Sentence("write card+pin"))
            }
            return found.indices.flatMap { first in
                found[(first + 1)...].map { found[first].union($0) }
            }
        }
    }
}
