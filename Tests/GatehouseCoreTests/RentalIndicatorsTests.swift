import Testing

@testable import GatehouseCore

@Suite struct RentalIndicatorsTests {
    static let day: Int64 = 86_400
    static let now: Int64 = 20_000 * day

    static func dwelling(_ id: UInt32, _ use: DwellingUse) -> RegistryRow {
        .dwelling(DwellingRow(id: id, community: 1, code: "\(id)", use: use))
    }
    static func person(_ id: UInt32, _ role: PersonRole, home: UInt32? = nil, host: UInt32? = nil) -> RegistryRow {
        .person(
            PersonRow(id: id, reference: "\(id)", name: "", role: role, dwelling: home, groups: [], responsible: host))
    }
    static func tenancy(
        _ id: UInt32, _ dwelling: UInt32, _ tenants: [UInt32], ends days: Double, _ step: TenancyStep = .registered,
        renews: UInt32? = nil
    ) -> RegistryRow {
        let ends = now + Int64(days * Double(day))
        return .tenancy(
            TenancyRow(
                id: id, dwelling: dwelling, tenants: tenants, firstDay: 0, lastDay: 0, starts: ends - 100 * day,
                ends: ends,
                step: step, renews: renews))
    }

    private func findings(
        _ rows: [RegistryRow], _ presences: [UInt32: RentalIndicators.Presence] = [:]
    ) -> [String] {
        RentalIndicators(rows: rows, presences: presences, now: Self.now).findings.map {
            "\($0.kind.rawValue) \($0.dwelling) \($0.tenancy.map(String.init) ?? "-") \($0.count)"
        }
    }

    @Test(arguments: [
        (31.0, [] as [String]), (30.0, ["endsIn30Days 1 1 30"]), (7.5, ["endsIn30Days 1 1 8"]),
        (7.0, ["endsIn30Days 1 1 7", "endsIn7Days 1 1 7"]),
        (0.5, ["endsIn30Days 1 1 1", "endsIn7Days 1 1 1", "endsIn1Day 1 1 1"]),
    ])
    func endsAreToldInTime(days: Double, expected: [String]) {
        let rows = [Self.dwelling(1, .let_), Self.person(1, .tenant), Self.tenancy(1, 1, [1], ends: days)]
        #expect(findings(rows, [1: .init(days: 1)]) == expected)
        // One that something follows needs no word.
        let followed = rows + [Self.tenancy(2, 1, [1], ends: days + 100, renews: 1)]
        #expect(findings(followed, [1: .init(days: 1)]) == [])
    }

    @Test(arguments: [
        (TenancyStep.registered, ["overstay 1 1 3", "attemptsSinceEnd 1 1 4", "letWithoutTenancy 1 - 1"]),
        (.handedBack, ["attemptsSinceEnd 1 1 4", "letWithoutTenancy 1 - 1"]),
        (.terminated, ["attemptsSinceEnd 1 1 4", "letWithoutTenancy 1 - 1"]), (.renewed, ["letWithoutTenancy 1 - 1"]),
    ])
    func whatIsOverIsWatched(step: TenancyStep, expected: [String]) {
        let rows = [Self.dwelling(1, .let_), Self.person(1, .tenant), Self.tenancy(1, 1, [1], ends: -3, step)]
        #expect(findings(rows, [1: .init(days: 0, attemptsSinceEnd: 4)]) == expected)
    }

    /// Two are registered; the guests that come regularly make them more, the ones that come seldom do not.
    @Test(arguments: [(8, ["moreThanRegistered 1 - 1"]), (7, [] as [String])])
    func moreThanAreRegistered(guestDays: Int, expected: [String]) {
        let rows = [
            Self.dwelling(1, .let_), Self.person(1, .tenant), Self.person(2, .tenant),
            Self.person(3, .visitor, host: 1), Self.tenancy(1, 1, [1, 2], ends: 90),
        ]
        #expect(
            findings(rows, [1: .init(days: 20), 2: .init(days: 9), 3: .init(days: guestDays)]) == expected)
    }

    @Test func vacantDwellingsInUseAndPeopleWhoAreNeverSeen() {
        let rows = [
            Self.dwelling(1, .vacant), Self.dwelling(2, .owned), Self.dwelling(3, .vacant),
            Self.person(1, .resident, home: 1), Self.person(2, .resident, home: 2),
            Self.person(3, .child, home: 2, host: 2),
        ]
        #expect(
            findings(rows, [1: .init(days: 1), 2: .init(days: 30)]) == ["vacantInUse 1 - 1", "neverSeen 2 - 1"])
    }
}
