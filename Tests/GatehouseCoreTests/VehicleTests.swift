import Testing

@testable import GatehouseCore

/// Plates, tags and parking places at a lane.
@Suite("Vehicles")
struct VehicleTests {
    func lane(_ factors: [FactorSet]) -> SiteBuilder {
        var builder = SiteBuilder(factors: factors)
        builder.resident(1, card: 1)
        builder.put(.dwelling(DwellingRow(id: 1, community: 1, code: "1-1-101", use: .owned, places: 1)))
        builder.site.areas = ["inside": AreaSettings(isParking: true)]
        for (id, plate) in [(1 as UInt32, "鲁G12345"), (2, "鲁G80001")] {
            builder.put(.vehicle(VehicleRow(id: id, dwelling: 1, keeper: 1, plate: plate)))
            let number = CardNumber(format: CardNumber.plateFormat, value: .text(plate))
            builder.put(
                .credential(
                    CredentialRow(
                        id: 10 + id, person: 1, kind: .plate,
                        key: CredentialKey(card: number, primitives: builder.primitives), label: number.description,
                        vehicle: id)))
            let tag = CardNumber(format: CardNumber.epcFormat, value: .text("E20\(id)"))
            builder.put(
                .credential(
                    CredentialRow(
                        id: 20 + id, person: 1, kind: .card,
                        key: CredentialKey(card: tag, primitives: builder.primitives), label: tag.description,
                        vehicle: id)))
        }
        return builder
    }

    func plate(_ text: String) -> Input {
        .reader(
            SiteBuilder.reader, .card(CardRead(number: CardNumber(format: CardNumber.plateFormat, value: .text(text)))))
    }
    func tag(_ text: String) -> Input {
        .reader(
            SiteBuilder.reader, .card(CardRead(number: CardNumber(format: CardNumber.epcFormat, value: .text(text)))))
    }

    @Test func plateAndTagOfOneVehicleOpenTogether() throws {
        var bench = Bench(lane([[.card, .plate]]))
        #expect(bench.give(plate("鲁G12345")).decision == nil)
        #expect(try #require(bench.give(tag("E201")).decision).outcome == "granted")
        bench = Bench(lane([[.card, .plate]]))
        _ = bench.give(tag("E202"))
        #expect(try #require(bench.give(plate("鲁G12345")).decision).reason == "FactorsDisagree")
    }

    /// Whichever of two is off, and whichever was shown first: it speaks for both.
    @Test(arguments: [CredentialStatus.stolen, .lost, .suspended], [11, 21] as [UInt32])
    func everyFactorHasToBeInOrder(status: CredentialStatus, id: UInt32) throws {
        var builder = lane([[.card, .plate]])
        let number =
            id == 21
            ? CardNumber(format: CardNumber.epcFormat, value: .text("E201"))
            : CardNumber(format: CardNumber.plateFormat, value: .text("鲁G12345"))
        builder.put(
            .credential(
                CredentialRow(
                    id: id, person: 1, kind: id == 21 ? .card : .plate,
                    key: CredentialKey(card: number, primitives: builder.primitives), label: number.description,
                    status: status, vehicle: 1)))
        for isPlateFirst in [true, false] {
            var bench = Bench(builder)
            let effects = bench.give(isPlateFirst ? plate("鲁G12345") : tag("E201"))
            #expect(effects.decision == nil)
            let entry = try #require(bench.give(isPlateFirst ? tag("E201") : plate("鲁G12345")).decision)
            #expect(entry.reason == "CredentialNotEnabled")
        }
    }

    /// Granted and still outside: the place is theirs, until the grant is over.
    @Test func thePlaceIsTakenByWhoWasLetIn() throws {
        var bench = Bench(lane([[.card], [.plate]]))
        let first = bench.give(plate("鲁G12345"))
        #expect(try #require(bench.give(plate("鲁G80001")).decision).reason == "PlacesTaken")
        let event = try #require(first.decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        bench.pass(.seconds(6))
        #expect(try #require(bench.give(plate("鲁G80001")).decision).outcome == "granted")
    }

    @Test func oneVehicleForEachPlace() throws {
        var bench = Bench(lane([[.card], [.plate]]))
        _ = bench.walkThrough(bench.give(plate("鲁G12345")))
        #expect(bench.controller.ledger.vehicles == [1: "inside"])
        #expect(try #require(bench.give(plate("鲁G80001")).decision).reason == "PlacesTaken")
        // The same vehicle has its place already, and a person on foot takes none.
        #expect(try #require(bench.give(plate("鲁G12345")).decision).outcome == "granted")
        _ = bench.pass(.seconds(10))
        #expect(try #require(bench.card(1).decision).outcome == "granted")
    }

    @Test func tagAfterPlateOfOnePassageIsJoinedToIt() throws {
        var bench = Bench(lane([[.card], [.plate]]))
        let first = try #require(bench.give(plate("鲁G12345")).decision)
        let again = bench.give(tag("E201"))
        let second = try #require(again.decision)
        #expect(second.outcome == "granted" && second.about == first.sequence)
        let taken = bench.walkThrough(again).entries.filter { $0.kind == .passage }
        #expect(taken.map(\.about) == [first.sequence] && taken.map(\.outcome) == ["taken"])
        #expect(try #require(bench.give(tag("E201")).decision).about == nil)
    }

    /// What a camera misreads is a hint for the guard and opens nothing.
    @Test(arguments: [
        ("鲁G12345", nil as String?, [Int64]()), ("鲁GI2345", "UnknownCredential", [11 as Int64]),
        ("鲁G1234S", "UnknownCredential", [11 as Int64]), ("鲁G1245", "UnknownCredential", [11 as Int64]),
        ("鲁G123450", "UnknownCredential", [11 as Int64]), ("鲁G8O0O1", "UnknownCredential", [12 as Int64]),
        ("鲁GB0001", "UnknownCredential", [12 as Int64]), ("鲁G54321", "UnknownCredential", [Int64]()),
        ("粤B12345", "UnknownCredential", [Int64]()),
    ])
    func aMisreadPlateProposesAndNeverAdmits(read: String, reason: String?, near: [Int64]) throws {
        var bench = Bench(lane([[.card], [.plate]]))
        let entry = try #require(bench.give(plate(read)).decision)
        #expect(entry.reason == reason && entry.outcome == (reason == nil ? "granted" : "denied"))
        #expect(entry.detail["near"]?.array?.compactMap(\.integer) ?? [] == near)
        #expect(entry.personal.contains { $0.name == .plate && $0.value == Array(read.utf8) })
    }

    @Test func aPlateThatEndedProposesNothing() throws {
        var builder = lane([[.card], [.plate]])
        builder.registry.apply(.end(.credential, id: 11), revision: 99)
        var bench = Bench(builder)
        #expect(try #require(bench.give(plate("鲁GI2345")).decision).detail["near"] == nil)
    }
}
