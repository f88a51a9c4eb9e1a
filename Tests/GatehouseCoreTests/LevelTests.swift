import Testing

@testable import GatehouseCore

/// Several access levels of one person at one access point, and what each hour and threat makes of them.
@Suite("Access levels")
struct LevelTests {
    /// Noon lies in "daytime"; "evening" begins at 18:00.
    private static func builder(_ levels: [AccessLevel]) -> SiteBuilder {
        var builder = SiteBuilder()
        builder.site.policy.schedules.append(
            Schedule(name: "evening", windows: [TimeWindow(days: .everyWeekday, from: 18 * 60, to: 22 * 60)]))
        builder.site.policy.levels = levels
        builder.resident(1, card: 5, groups: ["residents", "couriers"])
        return builder
    }

    private static func level(
        _ name: String, _ group: String = "residents", schedule: Int? = nil, isBar: Bool = false,
        highestThreat: UInt8 = AccessPolicy.highestThreat
    ) -> AccessLevel {
        AccessLevel(
            name: name, groups: [group], accessPoints: [SiteBuilder.entry], schedule: schedule, isBar: isBar,
            highestThreat: highestThreat)
    }

    /// A bar that rests takes nothing back from one that holds, whichever of them stands first.
    @Test(arguments: [false, true])
    func aBarThatRestsLiftsNoneThatHolds(isReversed: Bool) throws {
        let bars = [
            Self.level("day bar", "couriers", schedule: 0, isBar: true),
            Self.level("evening bar", "couriers", schedule: 1, isBar: true),
        ]
        let builder = Self.builder([Self.level("homes")] + (isReversed ? bars.reversed() : bars))
        for (hours, reason) in [(0 as Int64, "BarredHere" as String?), (7, "BarredHere"), (11, nil)] {
            var bench = Bench(builder, civilSeconds: 1_795_176_000 + hours * 3600)
            #expect(try #require(bench.card(5).decision).reason == reason, "\(hours) hours after noon")
        }
    }

    /// One level that is open is enough beside others that are not.
    @Test(arguments: [false, true])
    func oneOpenLevelIsEnough(isReversed: Bool) throws {
        let levels = [Self.level("evenings", schedule: 1), Self.level("parcels", "couriers", schedule: 0)]
        let builder = Self.builder(isReversed ? levels.reversed() : levels)
        for (hours, reason) in [(0 as Int64, nil as String?), (7, nil), (11, "NotPermittedAtThisTime")] {
            var bench = Bench(builder, civilSeconds: 1_795_176_000 + hours * 3600)
            #expect(try #require(bench.card(5).decision).reason == reason, "\(hours) hours after noon")
        }
    }

    /// A level holds up to its threat level and that one included; a bar does not rest with it.
    @Test(arguments: [(1 as UInt8, nil as String?), (2, nil), (3, "ThreatLevel")])
    func aLevelHoldsUpToItsThreat(threat: UInt8, reason: String?) throws {
        let builder = Self.builder([Self.level("homes", highestThreat: 2)])
        var bench = Bench(builder)
        _ = bench.give(.order(order(.threat(threat))))
        #expect(try #require(bench.card(5).decision).reason == reason)
        let barred = Self.builder([Self.level("homes"), Self.level("bar", isBar: true, highestThreat: 0)])
        bench = Bench(barred)
        _ = bench.give(.order(order(.threat(threat))))
        #expect(try #require(bench.card(5).decision).reason == "BarredHere")
    }

    /// A level of another group, or at another access point, is nobody's here.
    @Test func aLevelIsOfItsGroupAndItsAccessPoint() throws {
        var elsewhere = Self.level("homes")
        elsewhere.accessPoints = [SiteBuilder.exit]
        for level in [elsewhere, Self.level("cleaners", "cleaners"), Self.level("no", "cleaners", isBar: true)] {
            var bench = Bench(Self.builder([level]))
            #expect(try #require(bench.card(5).decision).reason == "Unauthorized", "\(level.name)")
        }
    }

    /// Named staff passes a lockdown; a resident of the same group does not, and nobody passes a block.
    @Test(arguments: [
        (PersonRole.staff, Posture.lockdown, nil as String?), (.contractor, .lockdown, nil),
        (.resident, .lockdown, "LockedDown"), (.staff, .blocked, "Blocked"),
    ])
    func namedStaffPassesALockdown(role: PersonRole, posture: Posture, reason: String?) throws {
        var builder = Self.builder([Self.level("all")])
        builder.site.policy.lockdownGroups = ["guards"]
        builder.put(
            .person(
                PersonRow(
                    id: 2, reference: "P2", name: "", role: role, dwelling: 1, groups: ["residents", "guards"])))
        builder.put(.credential(builder.credential(2, person: 2, card: 6)))
        var bench = Bench(builder)
        _ = bench.give(.order(order(.posture(nil, posture))))
        #expect(try #require(bench.card(6).decision).reason == reason)
    }
}
