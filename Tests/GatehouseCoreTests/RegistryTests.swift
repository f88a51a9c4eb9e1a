import Testing

@testable import GatehouseCore

/// What a changed row leaves behind of the one before it: nothing that still admits somebody.
@Suite("Registry")
struct RegistryTests {
    private static let noon: Int64 = 1_795_176_000

    /// Three tenants who each have another tenancy before and after the one that is changed.
    private static func shared(by tenants: [UInt32] = [1, 2, 3]) -> SiteBuilder {
        var builder = SiteBuilder()
        for id in 1...3 as ClosedRange<UInt32> { builder.resident(id, card: UInt64(id), role: .tenant) }
        builder.put(.tenancy(row(1, tenants: [1, 2, 3], from: -20, until: -10)))
        builder.put(.tenancy(row(2, tenants: tenants)))
        builder.put(.tenancy(row(3, tenants: [1, 2, 3], from: 10, until: 20)))
        return builder
    }

    /// From and until in days around noon of the bench.
    private static func row(_ id: UInt32, tenants: [UInt32], from: Int64 = -5, until: Int64 = 5) -> TenancyRow {
        TenancyRow(
            id: id, dwelling: 2, tenants: tenants, firstDay: 0, lastDay: 0, starts: noon + from * 86400,
            ends: noon + until * 86400)
    }

    private static func reasons(_ builder: SiteBuilder) -> [String?] {
        ([1, 2, 3] as [UInt64]).map { card in
            var bench = Bench(builder)
            return bench.card(card).decision?.reason
        }
    }

    /// Whoever moves out of a shared flat has no way in by it from the next card on; those who stay have.
    @Test(arguments: 1...3 as ClosedRange<UInt32>)
    func whoIsTakenOffATenancyHasItNoMore(gone: UInt32) {
        var builder = Self.shared()
        #expect(Self.reasons(builder) == [nil, nil, nil])
        builder.put(.tenancy(Self.row(2, tenants: [1, 2, 3].filter { $0 != gone })))
        // Another one of theirs is still to come.
        #expect(Self.reasons(builder) == [1, 2, 3].map { $0 == gone ? "TenancyNotStarted" : nil })
        // And the one before stays theirs.
        let person = builder.registry.person(gone)
        #expect(person.map { builder.registry.tenancyStanding(of: $0, at: Self.noon - 15 * 86400) } == .running)
        builder.put(.tenancy(Self.row(2, tenants: [1, 2, 3])))
        #expect(Self.reasons(builder) == [nil, nil, nil])
    }

    /// A row that ended and comes again names who has it now, and nobody whom it named then.
    @Test func aTenancyThatComesAgainIsOfThoseItNamesNow() {
        var builder = Self.shared()
        builder.registry.apply(.end(.tenancy, id: 2), revision: 90)
        #expect(Self.reasons(builder) == ["TenancyNotStarted", "TenancyNotStarted", "TenancyNotStarted"])
        builder.put(.tenancy(Self.row(2, tenants: [3])))
        #expect(Self.reasons(builder) == ["TenancyNotStarted", "TenancyNotStarted", nil])
    }

    @Test func aPersonWhoseRowChangesKeepsTheirTenancies() {
        var builder = Self.shared()
        builder.put(
            .person(PersonRow(id: 2, reference: "P2", name: "Other", role: .tenant, groups: ["residents"])))
        #expect(Self.reasons(builder) == [nil, nil, nil])
    }

    /// Running wins over what is over and what is to come, in whatever order the rows came.
    @Test(arguments: [[1, 2, 3], [3, 2, 1], [2, 3, 1], [2, 1, 3]] as [[Int]])
    func theTenancyThatRunsSpeaksForAll(order: [Int]) {
        let rows = [
            Self.row(1, tenants: [1], from: -20, until: -10), Self.row(2, tenants: [1]),
            Self.row(3, tenants: [1], from: 10, until: 20),
        ]
        var builder = SiteBuilder()
        builder.resident(1, card: 1, role: .tenant)
        for place in order { builder.put(.tenancy(rows[place - 1])) }
        func standing(_ days: Int64) -> TenancyStanding? {
            builder.registry.person(1).map {
                builder.registry.tenancyStanding(of: $0, at: Self.noon + days * 86400, grace: 2 * 86400)
            }
        }
        #expect(
            [-30, -15, -9, 0, 6, 9, 15, 30].map { standing($0) } == [
                .coming, .running, .grace, .running, .grace, .coming, .running, .ended,
            ])
    }

    /// A card that is exchanged for another: the old number is unknown, and may be somebody else's.
    @Test func theOldNumberOfAnExchangedCardIsFree() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.resident(2, card: 6)
        #expect(
            builder.registry.problem(with: .put(.credential(builder.credential(2, person: 2, card: 5))))
                == .credentialTaken)
        builder.put(.credential(builder.credential(1, person: 1, card: 7)))
        var bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).reason == "UnknownCredential")
        #expect(try #require(bench.card(7).decision).person == 1)
        builder.put(.credential(builder.credential(2, person: 2, card: 5)))
        bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).person == 2)
        #expect(try #require(bench.card(6).decision).reason == "UnknownCredential")
    }

    /// A number that was given back and forth is gone with its card.
    @Test func aCardThatEndsIsUnknownWhateverNumbersItHad() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        for number in [7, 5, 7, 5] as [UInt64] {
            builder.put(.credential(builder.credential(1, person: 1, card: number)))
        }
        var bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).outcome == "granted")
        builder.registry.apply(.end(.credential, id: 1), revision: 90)
        bench = Bench(builder)
        for number in [5, 7] as [UInt64] {
            #expect(try #require(bench.card(number).decision).reason == "UnknownCredential")
        }
    }

    /// Whoever left the register opens nothing, though their card's row is still there.
    @Test func theCardOfSomebodyWhoLeftIsNobodys() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.registry.apply(.end(.person, id: 1), revision: 90)
        var bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).reason == "UnknownCredential")
        #expect(builder.registry.problem(with: .end(.person, id: 1)) == .unknownRow)
    }

    /// Nor does the PIN that stands alone of somebody who left: no rule minds it, and none permits it.
    @Test func thePINOfSomebodyWhoLeftOpensNothing() throws {
        var builder = SiteBuilder(factors: [[.pin]])
        builder.resident(1, card: 5)
        builder.put(.credential(builder.pin(2, person: 1, digits: [1, 2, 3, 4, 5, 6, 7, 8], isBound: false)))
        builder.registry.apply(.end(.person, id: 1), revision: 90)
        var bench = Bench(builder)
        #expect(try #require(bench.keys([1, 2, 3, 4, 5, 6, 7, 8]).decision).outcome == "denied")
    }

    /// A flat that ended gives no right to come in, to its owner and to the household.
    @Test(arguments: [PersonRole.resident, .household])
    func whereThereIsNoDwellingNobodyLives(role: PersonRole) throws {
        var builder = SiteBuilder()
        builder.put(
            .person(PersonRow(id: 1, reference: "P", name: "", role: role, dwelling: 1, groups: ["residents"])))
        builder.put(.credential(builder.credential(1, person: 1, card: 5)))
        var bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).outcome == "granted")
        builder.registry.apply(.end(.dwelling, id: 1), revision: 90)
        bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).reason == "NoDwelling")
    }

    /// Rows that cannot stand beside what the register holds, each by its name.
    @Test func whatCannotStandIsRefusedByItsName() {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        let registry = builder.registry
        func problem(_ row: RegistryRow) -> RegistryProblem? { registry.problem(with: .put(row)) }
        var card = builder.credential(9, person: 1, card: 9)
        #expect(problem(.credential(card)) == nil)
        (card.validFrom, card.validUntil) = (5, 5)
        #expect(problem(.credential(card)) == .endsBeforeItStarts)
        #expect(problem(.credential(builder.credential(9, person: 8, card: 9))) == .unknownPerson)
        #expect(problem(.credential(builder.credential(0, person: 1, card: 9))) == .identityOutOfRange)
        #expect(problem(.credential(builder.credential(Registry.rowLimit, person: 1, card: 9))) == .identityOutOfRange)
        #expect(problem(.tenancy(Self.row(9, tenants: []))) == .noTenant)
        #expect(problem(.tenancy(Self.row(9, tenants: [1], from: 5, until: 5))) == .endsBeforeItStarts)
        #expect(problem(.tenancy(Self.row(9, tenants: [8]))) == .unknownPerson)
        var face = CredentialRow(
            id: 9, person: 1, kind: .face, key: CredentialKey(face: 5, module: SiteBuilder.reader), label: "")
        #expect(problem(.credential(face)) == .consentMissing)
        face.status = .suspended
        #expect(problem(.credential(face)) == nil)
    }
}
