import GatehouseConfiguration
import GatehouseCore
import GatehouseProtocols
import Testing

/// What the rules are told by the configuration, and every way of telling them something impossible.
@Suite struct RuleSectionTests {
    static let good = """
        site: {name: t, time_zone: UTC}
        readers:
          a: {protocol: osdp, port: /dev/bus, baud: 9600, address: 1, security: clear, formats: [H10301]}
          b: {protocol: face, port: /dev/face}
          d: {protocol: line, port: /dev/d, text: decimal}
          c: {protocol: plate, port: /dev/c, layout: line, encoding: utf-8}
        portals:
          p:
            release: {line: R}
            unlock_time: 4 s
            extended_unlock_time: 20 s
            access_points:
              in:
                readers: [a, b, c]
                factors: [card+plate, "any-two:card+pin+face"]
                factors_when: [{threat: 2, factors: [card+pin]}, {schedule: day, threat: 1, factors: [pin]}]
                from_area: street
                to_area: garage
                anti_passback: timed
                anti_passback_time: 5 min
                two_person: true
                escort: {guests: [visitors], by: [residents]}
                company_timeout: 20 s
          q: {release: {line: Q}, lane: {safety_loop: {line: S}, open_limit: {line: O, active: low}, travel_time: 9 s}, access_points: {out: {readers: [d], factors: [card]}}}
        areas:
          yard: {limit: 12}
          garage: {within: yard, parking: true}
        interlocks: [{portals: [p, q]}]
        schedules:
          day: [{days: [mon], from: "08:00", to: "20:00"}]
        access_levels:
          homes: {groups: [residents], access_points: [in], schedule: always, up_to_threat: 1}
          no: {groups: [couriers], access_points: [in], schedule: day, deny: true}
        tenancy_grace: 2 d
        first_person: [{access_point: in, groups: [guards], schedule: day}]
        free_access: [{portal: q, schedule: day, first_person: [guards]}]
        policy_age: {visitor: 24 h}
        """

    private func read(_ text: String) throws -> Configuration {
        try ConfigurationReader.read(octets: Array(text.utf8), file: "f", digest: SchemaTests.digest)
    }

    /// Until the next morning, a whole day, and what two windows mean.
    @Test(arguments: [
        ("22:00", "06:00", 1320, 1800), ("08:00", "08:00", 480, 1920), ("22:00", "00:00", 1320, 1440),
        ("22:00", "24:00", 1320, 1440), ("00:00", "06:00", 0, 360),
    ])
    func aWindowMayEndOnTheNextDay(from: String, to: String, begins: Int32, ends: Int32) throws {
        let text = Self.good.replacing(#"from: "08:00", to: "20:00""#, with: "from: \"\(from)\", to: \"\(to)\"")
        let window = try read(text).site.policy.schedules[0].windows[0]
        #expect(window.from == begins && window.to == ends)
    }

    private func keypad(_ keys: String, formats: String = "UID34") throws -> WiegandKeypad {
        let text = """
            site: {name: t, time_zone: UTC}
            readers:
              a: {protocol: wiegand, data0: {line: D0}, data1: {line: D1}, formats: [\(formats)], \(keys)}
            portals:
              p: {release: {line: R}, access_points: {in: {readers: [a], factors: [card+pin]}}}
            access_levels: {}
            """
        guard case .wiegand(_, _, _, let keypad, _) = try read(text).readers[0].kind else { return .none }
        return keypad
    }

    /// Keys one by one in either length, six digits in 26 bits, and a whole PIN as the number of a card.
    @Test func everyKeypadIsReachable() throws {
        #expect(try keypad("keypad: either") == .fourOrEightBit)
        #expect(try keypad("keypad: six-digits") == .sixDigits)
        let format = try #require(CardFormat.named("H10301"))
        #expect(try keypad("keypad: buffered") == .pin(format: format, facility: 0))
        #expect(
            try keypad("keypad: buffered, pin_format: H10301, pin_facility: 255", formats: "H10301")
                == .pin(format: format, facility: 255))
    }

    @Test(arguments: [
        ("keypad: six-digits", "H10301", "frames of 26 bits"),
        ("keypad: 4-bit, pin_facility: 3", "H10301", "'buffered'"),
        ("keypad: buffered, pin_format: UID34", "H10301", "no facility"),
        ("keypad: buffered, pin_facility: 256", "UID34", "facilities up to 255"),
    ])
    func keypadsThatCannotBeAreRefused(keys: String, formats: String, words: String) {
        let error = #expect(throws: (any Error).self) { _ = try keypad(keys, formats: formats) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words))
    }

    @Test func rulesAreReadAsTheyAreWritten() throws {
        let site = try read(Self.good).site
        let point = site.accessPoints[0]
        #expect(point.factors == [[.card, .plate], [.card, .pin], [.card, .face], [.pin, .face]])
        #expect(point.antiPassback == .timed && point.antiPassbackTime == .seconds(300))
        #expect(point.needsTwo && point.companyTimeout == .seconds(20))
        #expect(point.escort == EscortSettings(guests: ["visitors"], by: ["residents"]))
        #expect(site.portals[0].extendedUnlockTime == .seconds(20))
        #expect(
            site.areas == ["yard": AreaSettings(limit: 12), "garage": AreaSettings(within: "yard", isParking: true)])
        #expect(site.interlocks == [["p", "q"]])
        #expect(
            site.portals[1].lane == LaneSettings(sensors: [.safetyLoop, .openLimit], travelTime: .seconds(9)))
        let policy = site.policy
        #expect(
            policy.factorWindows == [
                FactorWindow(accessPoint: "in", schedule: nil, threat: 2, factors: [[.card, .pin]]),
                FactorWindow(accessPoint: "in", schedule: 0, threat: 1, factors: [[.pin]]),
            ])
        #expect(policy.levels.map(\.isBar) == [false, true] && policy.levels.map(\.highestThreat) == [1, 3])
        #expect(policy.tenancyGrace == 172_800)
        #expect(policy.firstPersons == [FirstPersonSettings(accessPoint: "in", groups: ["guards"], schedule: 0)])
        #expect(policy.freeWindows == [FreeWindow(portal: "q", schedule: 0, firstPerson: ["guards"])])
        #expect(policy.ages == [.visitor: 86_400])
    }

    /// The mark that stands in each decision is another one for every change of what the rules go by.
    @Test(arguments: [
        ("up_to_threat: 1", "up_to_threat: 2"), ("deny: true", "deny: false"), ("grace: 2 d", "grace: 3 d"),
        ("{threat: 2,", "{threat: 3,"), ("groups: [guards], schedule: day}", "groups: [guards]}"),
        ("first_person: [guards]", "first_person: []"), ("24 h", "25 h"),
    ])
    func markOfThePolicyFollowsItsRules(old: String, new: String) throws {
        let text = Self.good.replacingFirst(old, with: new)
        #expect(text != Self.good)
        #expect(try read(text).site.policy.digest != read(Self.good).site.policy.digest)
    }

    @Test(arguments: [
        ("any-two:card+pin+face", "any-two:card+pin", "fewer than three"),
        ("any-two:card+pin+face", "any-two:card+card+pin", "fewer than three"),
        ("any-two:card+pin+face", "any-three:card", "no combination of factors"),
        ("card+plate, ", "card, ", "no combination has one"),
        ("{threat: 2, factors", "{factors", "give 'schedule', 'threat' or both"),
        ("{threat: 2", "{threat: 4", "out of range"),
        ("{schedule: day, threat", "{schedule: dai, threat", "no schedule"),
        ("extended_unlock_time: 20 s", "extended_unlock_time: 2 s", "less of it than others"),
        ("anti_passback: timed", "anti_passback: hard", "belongs to 'anti_passback: timed'"),
        ("by: [residents]", "by: [residents, visitors]", "cannot bring itself in"),
        ("{within: yard,", "{within: yart,", "there is no area"), ("{limit: 12}", "{within: garage}", "lie in itself"),
        ("  yard: {limit: 12}", "  yard: {limit: 12}\n  gardn: {limit: 3}", "no access point leads"),
        ("portals: [p, q]", "portals: [p, r]", "there is no portal"), ("portals: [p, q]", "portals: [p]", "portals"),
        ("deny: true", "deny: true, up_to_threat: 1", "never rests"),
        ("first_person: [{access_point: in", "first_person: [{access_point: im", "there is no access point"),
        ("free_access: [{portal: q, schedule: day", "free_access: [{portal: q, schedule: always", "needs no gate"),
        ("lane: {safety_loop: {line: S}, ", "lane: {", "'safety_loop' is missing"),
        ("lane: {safety_loop: {line: S}", "lane: {safety_loop: {line: Q}", "is that of the release of q already"),
        ("{line: Q}, lane:", "{line: Q}, contact: {line: K}, lane:", "watched by its loops"),
        ("{visitor: 24 h}", "{visiter: 24 h}", "visiter"), ("{visitor: 24 h}", "{visitor: 24}", "24"),
    ])
    func theImpossibleIsRefusedWithItsPlace(old: String, new: String, words: String) {
        let text = Self.good.replacingFirst(old, with: new)
        #expect(text != Self.good)
        do {
            _ = try read(text)
            Issue.record("it was taken: \(new)")
        } catch {
            #expect("\(error)".contains("f:") && "\(error)".contains(words), "\(error)")
        }
    }
}
