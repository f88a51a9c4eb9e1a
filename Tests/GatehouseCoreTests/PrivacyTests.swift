import Testing

@testable import GatehouseCore

@Suite struct PrivacyTests {
    private func erasures(_ effects: [Effect]) -> [CivilTime] {
        effects.compactMap { if case .durable(.erasePersonal(let before)) = $0 { before } else { nil } }
    }

    @Test func valuesAreErasedOnceADayAndAcrossARestart() {
        let builder = SiteBuilder()
        var bench = Bench(builder)
        // The first look is that of the start, when the moment comes.
        var found = erasures(bench.pass(.seconds(3600)))
        bench = Bench(builder, ledger: bench.controller.ledger)
        found += erasures(bench.pass(.seconds(3600)))
        #expect(found.isEmpty, "it was done with the first input of the day")
        let next = (0..<24).flatMap { _ in bench.pass(.seconds(3600)) }
        #expect(erasures(next).count == 1)
        let entry = next.entries.first { $0.kind == .erasure }
        #expect(entry?.outcome == "retention" && entry?.personal.isEmpty == true)
        #expect(entry?.detail["before"] == .integer(erasures(next)[0].milliseconds))
    }

    @Test func nothingIsErasedByAClockThatCannotBeTrustedNorWherePolicyKeepsAll() {
        var builder = SiteBuilder()
        builder.site.policy.personalDays = nil
        builder.site.policy.endedDays = nil
        builder.site.policy.alertDays = nil
        var bench = Bench(builder)
        #expect(erasures((0..<48).flatMap { _ in bench.pass(.seconds(3600)) }).isEmpty)
        builder.site.policy.personalDays = 30
        bench = Bench(builder, isTrusted: false)
        #expect(erasures((0..<48).flatMap { _ in bench.pass(.seconds(3600)) }).isEmpty)
        #expect(bench.controller.ledger.retentionDay == nil)
    }

    @Test func eachClassGoesByItsOwnDaysAndTheEntrySaysSo() throws {
        var builder = SiteBuilder()
        builder.site.policy.personalDays = nil
        builder.site.policy.endedDays = 100
        builder.site.policy.alertDays = 40
        var bench = Bench(builder)
        let effects = (0..<26).flatMap { _ in bench.pass(.seconds(3600)) }
        #expect(erasures(effects).isEmpty)
        let entry = try #require(effects.entries.last { $0.kind == .erasure })
        let (ended, alerts) = (entry.detail["endedBefore"]?.integer, entry.detail["alertsBefore"]?.integer)
        #expect(try #require(alerts) - #require(ended) == 60 * 86_400_000)
        #expect(entry.detail["before"] == nil, "values beside the journal are kept without end")
        let said = effects.compactMap { effect -> Int64? in
            switch effect {
            case .durable(.eraseEnded(let before)), .durable(.dropAlerts(let before)): before.milliseconds
            default: nil
            }
        }
        #expect(Set(said).isSuperset(of: [ended, alerts].compactMap(\.self)))
    }

    @Test func aPersonIsErasedWithTheirRowsAndNeedsAReason() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        builder.resident(2, card: 6)
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(5))
        let rows = [RegistryRowID(.person, 1), RegistryRowID(.credential, 1)]
        let verb = Order.Verb.erase(
            person: 1, ends: [.end(.credential, id: 1), .end(.person, id: 1)], rows: rows)
        #expect(bench.give(.order(order(verb, reason: nil))).contains(.reply(1, .refused(.reasonMissing))))
        let effects = bench.give(.order(order(verb)))
        #expect(effects.contains(.durable(.erase(person: 1, rows))) && effects.contains(.eraseSnapshots))
        #expect(effects.entries.contains { $0.kind == .erasure && $0.person == 1 })
        #expect(bench.controller.ledger.area(of: 1) == nil)
        #expect(try #require(bench.card(5).decision).reason == "UnknownCredential")
        #expect(try #require(bench.card(6).decision).outcome == "granted")
        #expect(bench.give(.order(order(verb))).contains(.reply(1, .refused(.registry(.unknownPerson, row: 0)))))
    }

    @Test func aFaceNeedsAConsentAndAChildItsGuardians() {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.put(
            .person(
                PersonRow(
                    id: 2, reference: "K", name: "", role: .child, dwelling: 1, groups: ["residents"], responsible: 1)))
        func face(_ person: UInt32) -> RegistryChange {
            .put(
                .credential(
                    CredentialRow(
                        id: 9, person: person, kind: .face, key: CredentialKey(face: 5, module: SiteBuilder.reader),
                        label: "reader-in:5")))
        }
        func consent(_ person: UInt32, guardian: UInt32? = nil, withdrawn: Int64? = nil) -> ConsentRow {
            ConsentRow(id: person, person: person, basis: "form", guardian: guardian, given: 1, withdrawn: withdrawn)
        }
        #expect(builder.registry.problem(with: face(1)) == .consentMissing)
        builder.put(.consent(consent(1)))
        #expect(builder.registry.problem(with: face(1)) == nil)
        builder.put(.consent(consent(1, withdrawn: 5)))
        #expect(builder.registry.problem(with: face(1)) == .consentMissing)
        #expect(builder.registry.problem(with: .put(.consent(consent(2)))) == .guardianMissing)
        #expect(builder.registry.problem(with: .put(.consent(consent(2, guardian: 2)))) == .guardianMissing)
        #expect(builder.registry.problem(with: .put(.consent(consent(2, guardian: 1)))) == nil)
    }

    @Test func aDeletionThatIsOverdueStandsInHealth() {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        var consent = ConsentRow(
            id: 1, person: 1, basis: "form", given: 1, withdrawn: 2, deleteBy: bench.now.civil.seconds + 7200)
        _ = bench.give(.order(order(.registry([.put(.consent(consent))]))))
        bench.pass(.seconds(3600))
        #expect(!bench.controller.health.has(.faceDeletionDue))
        bench.pass(.seconds(3600))
        bench.pass(.seconds(3600))
        #expect(bench.controller.health.has(.faceDeletionDue))
        consent.deleted = bench.now.civil.seconds
        _ = bench.give(.order(order(.registry([.put(.consent(consent))]))))
        bench.pass(.seconds(1))
        #expect(!bench.controller.health.has(.faceDeletionDue))
    }
}
