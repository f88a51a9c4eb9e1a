import GatehouseCore
import Testing

/// A night that belongs to the day on which it begins, at everything that has windows. 2026-11-27 is a Friday; the Saturday
/// after it is a special day.
@Suite("Windows over midnight")
struct NightWindowTests {
    static let friday: Int64 = 1_795_737_600
    static let saturday = Int32(friday / 86400) + 1

    static func at(_ day: Int64, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
        friday + day * 86400 + hour * 3600 + minute * 60
    }

    static func builder() -> SiteBuilder {
        var builder = SiteBuilder()
        builder.resident(1, card: 1, role: .staff, groups: ["staff"])
        builder.resident(2, card: 2, role: .staff, groups: ["chiefs"])
        builder.site.policy.schedules = [
            // Monday to Friday.
            Schedule(name: "night", windows: [TimeWindow(days: DaySet(rawValue: 0x1F), from: 22 * 60, to: 6 * 60)])
        ]
        builder.site.policy.specialDays = [saturday: .holiday]
        builder.site.policy.levels = [
            AccessLevel(
                name: "night", groups: ["staff", "chiefs"], accessPoints: [SiteBuilder.entry], schedule: 0)
        ]
        return builder
    }

    private func answer(_ builder: SiteBuilder, _ seconds: Int64) -> String? {
        var bench = Bench(builder, civilSeconds: seconds)
        let decision = bench.card(1).decision
        return decision?.reason ?? decision?.outcome
    }

    @Test func fridaysNightGoesOnIntoASpecialSaturday() {
        let builder = Self.builder()
        #expect(answer(builder, Self.at(0, 21, 59)) == "NotPermittedAtThisTime")
        #expect(answer(builder, Self.at(0, 22)) == "granted")
        #expect(answer(builder, Self.at(1, 0)) == "granted")
        #expect(answer(builder, Self.at(1, 5, 59)) == "granted")
        #expect(answer(builder, Self.at(1, 6)) == "NotPermittedAtThisTime")
        #expect(answer(builder, Self.at(1, 22)) == "NotPermittedAtThisTime", "a special day has its own")
        #expect(answer(builder, Self.at(3, 0)) == "NotPermittedAtThisTime", "Sunday has none that goes on")
    }

    @Test func whatTwoWindowsMeanStays() {
        var builder = Self.builder()
        builder.site.policy.schedules[0].windows = [
            TimeWindow(days: DaySet(rawValue: 0x1F), from: 22 * 60, to: 1440),
            TimeWindow(days: DaySet(rawValue: 0x3E), from: 0, to: 6 * 60),
        ]
        #expect(answer(builder, Self.at(0, 23)) == "granted")
        #expect(answer(builder, Self.at(1, 1)) == "NotPermittedAtThisTime", "the special day replaces the second one")
    }

    @Test func aShiftAndFactorsFollow() {
        var builder = Self.builder()
        builder.site.policy.levels[0].schedule = nil
        builder.put(
            .person(PersonRow(id: 1, reference: "P1", name: "", role: .staff, groups: ["staff"], shift: "night")))
        #expect(answer(builder, Self.at(1, 3)) == "granted" && answer(builder, Self.at(1, 7)) == "OffShift")
        builder.put(.person(PersonRow(id: 1, reference: "P1", name: "", role: .staff, groups: ["staff"])))
        builder.site.policy.factorWindows = [
            FactorWindow(accessPoint: SiteBuilder.entry, schedule: 0, factors: [[.face]])
        ]
        #expect(answer(builder, Self.at(1, 3)) == "FactorMissing" && answer(builder, Self.at(1, 7)) == "granted")
    }

    /// The first of the night came before midnight: after it nobody has to come again, and the next night needs its own.
    @Test func theFirstOfTheNightIsTheFirstSinceItBegan() {
        var builder = Self.builder()
        builder.site.policy.specialDays = [:]
        builder.site.policy.schedules[0].windows[0].days = .everyWeekday
        builder.site.policy.firstPersons = [
            FirstPersonSettings(accessPoint: SiteBuilder.entry, groups: ["chiefs"], schedule: 0)
        ]
        var bench = Bench(builder, civilSeconds: Self.at(0, 22, 5))
        #expect(bench.card(1).decision?.reason == "FirstPersonMissing")
        _ = bench.walkThrough(bench.card(2))
        bench.turn(to: Self.at(1, 0, 30))
        #expect(bench.card(1).decision?.outcome == "granted")
        // Another one of them comes after midnight: still of Friday's night.
        _ = bench.walkThrough(bench.card(2))
        bench.turn(to: Self.at(1, 22, 1))
        #expect(bench.card(1).decision?.reason == "FirstPersonMissing")
    }

    @Test func aFreeNightStaysFreeOverMidnight() {
        var builder = Self.builder()
        builder.site.policy.freeWindows = [FreeWindow(portal: SiteBuilder.wicket, schedule: 0, firstPerson: ["chiefs"])]
        var bench = Bench(builder, civilSeconds: Self.at(0, 22, 5))
        _ = bench.walkThrough(bench.card(2))
        bench.pass(.seconds(60))
        #expect(bench.controller.portals[0].posture == .free)
        for _ in 0..<7 { bench.pass(.seconds(3600)) }
        #expect(bench.controller.portals[0].posture == .free, "at five on the special day")
        bench.pass(.seconds(3600))
        #expect(bench.controller.portals[0].posture == .secure)
    }
}
