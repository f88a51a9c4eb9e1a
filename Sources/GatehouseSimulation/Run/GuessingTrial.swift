internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseProtocols

/// What is left to somebody who tries card numbers at a real controller: how many tries a day stay below every alarm, and how
/// many of them open (check K21).
package struct GuessingTrial {
    package struct Result: Hashable {
        package var tries = 0
        package var alarms = 0
        package var hits = 0
    }

    /// What one reader makes of `perDay` different numbers a day of H10301 with a facility code that is known, while so many are
    /// enrolled. The reader has no keypad.
    package static func run(days: Int, perDay: Int, enrolled: Int, seed: UInt64) -> Result {
        var dice = Dice(seed: seed)
        let calendar = SiteCalendar(fixedOffset: 0)
        var now = calendar.moment(
            monotonic: MonotonicTime(nanoseconds: 1_000_000_000), civil: CivilTime(seconds: 1_795_176_000),
            isTrusted: true)
        var controller = site(enrolled: enrolled)
        var result = Result()
        let pause = Duration.milliseconds(86_400_000 / Int64(perDay) + 1)
        for _ in 0..<(days * perDay) {
            now = calendar.moment(monotonic: now.monotonic + pause, civil: now.civil + pause, isTrusted: true)
            result.tries += 1
            let number = UInt64(dice.below(65_536))
            let card = CardNumber(format: "H10301", facility: 7, number: number)
            for case .durable(.record(let entry)) in controller.handle(
                .reader("r", .card(CardRead(number: card))), at: now)
            {
                _ = controller.handle(.committed(through: entry.sequence), at: now)
                if entry.kind == .decision, entry.outcome == "granted" { result.hits += 1 }
                if entry.result == .guessing { result.alarms += 1 }
            }
        }
        return result
    }

    private static func site(enrolled: Int) -> Controller {
        var portal = PortalSettings(id: "p")
        portal.hasContact = false
        var point = AccessPointSettings(id: "in", portal: "p", readers: ["r"])
        point.factors = [[.card]]
        let site = Site(
            name: "trial", portals: [portal], accessPoints: [point],
            policy: AccessPolicy(levels: [AccessLevel(name: "homes", groups: ["residents"], accessPoints: ["in"])]))
        let primitives = KeyRing(master: SecretKey([UInt8](repeating: 9, count: 32))).primitives(epoch: 1)
        var registry = Registry()
        var rows: [RegistryRow] = [
            .community(CommunityRow(id: 1, code: "c", name: "c")),
            .dwelling(DwellingRow(id: 1, community: 1, code: "1", use: .owned)),
        ]
        for id in 1...UInt32(enrolled) {
            rows.append(
                .person(
                    PersonRow(
                        id: id, reference: "P\(id)", name: "", role: .resident, dwelling: 1, groups: ["residents"])))
            let card = CardNumber(format: "H10301", facility: 7, number: UInt64(id))
            rows.append(
                .credential(
                    CredentialRow(
                        id: id, person: id, kind: .card, key: CredentialKey(card: card, primitives: primitives),
                        label: "")))
        }
        for row in rows { registry.apply(.put(row), revision: 1) }
        var restored = Restored()
        restored.registry = registry
        return Controller(site: site, restored: restored, primitives: primitives)
    }

    // MARK: The table

    /// Hits a day of whoever stays below every window, by formula.
    package static func hitsADay(numbers: Double, enrolled: Int) -> Double {
        Double(NumberSpace.freeTries) * Double(enrolled) / numbers
    }

    /// The tables of docs/guessing.md: what the controller did, and what follows for other formats.
    package static var page: String {
        let free = NumberSpace.freeTries
        var lines = [
            "| tries a day | days | tries | alarms | opened | opened a day | by formula |",
            "|---|---|---|---|---|---|---|",
        ]
        for (perDay, days) in [(free, 200), (free + 1, 20), (96, 10), (5760, 1)] {
            let found = run(days: days, perDay: perDay, enrolled: 1000, seed: 7)
            let expected = found.alarms == 0 ? shown(hitsADay(numbers: 65_536, enrolled: 1000)) : ""
            lines.append(
                "| \(perDay) | \(days) | \(found.tries) | \(found.alarms) | \(found.hits) | \(shown(Double(found.hits) / Double(days))) | \(expected) |"
            )
        }
        lines += [
            "",
            "| format | numbers a facility | 100 enrolled | 1,000 enrolled | 10,000 enrolled | enrolled for once in 1,000 days |",
            "|---|---|---|---|---|---|",
        ]
        for (name, bits) in NumberSpace.table {
            let numbers = NumberSpace.count(bits: bits)
            let cells = [100, 1000, 10_000].map { shown(hitsADay(numbers: numbers, enrolled: $0)) }
            lines.append(
                "| \(name) | 2^\(bits) | \(cells.joined(separator: " | ")) | \(NumberSpace.mostEnrolled(bits: bits)) |")
        }
        return lines.joined(separator: "\n")
    }

    /// Three figures, and no exponent that a reader has to think about.
    private static func shown(_ value: Double) -> String {
        if value == 0 { return "0" }
        if value < 0.000_001 { return "under 0.000001" }
        var digits = 2
        var scaled = value
        while scaled < 1, digits < 7 {
            scaled *= 10
            digits += 1
        }
        let power = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let whole = Int((value * power).rounded())
        let fraction = String(whole % Int(power))
        let padded = String(repeating: "0", count: digits - fraction.count) + fraction
        return "\(whole / Int(power)).\(padded)"
    }
}
