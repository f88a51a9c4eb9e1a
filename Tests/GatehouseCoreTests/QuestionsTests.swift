import Testing

@testable import GatehouseCore

/// Decisions asked again with another registry or policy in the place of those that were.
@Suite struct QuestionsTests {
    private func past(_ bench: Bench, _ entry: JournalEntry) throws -> PastDecision {
        PastDecision(
            sequence: entry.sequence, at: entry.civil, accessPoint: try #require(entry.accessPoint),
            person: entry.person, credential: entry.credential, outcome: try #require(entry.outcome),
            reason: entry.reason, facts: try #require(entry.facts))
    }

    private func site() -> SiteBuilder {
        var builder = SiteBuilder(factors: [[.card]])
        builder.resident(1, card: 1)
        builder.tenant(2, card: 2, starts: 0, ends: 2_000_000_000)
        builder.resident(3, card: 3, role: .staff, groups: ["staff"])
        return builder
    }

    /// With nothing changed nothing comes out otherwise, whatever was decided.
    @Test func nothingChangesNothing() throws {
        let builder = site()
        var bench = Bench(builder)
        for card in [1, 2, 3, 99] as [UInt64] {
            let past = try past(bench, try #require(bench.card(card).decision))
            let again = try #require(bench.controller.again(past, card: nil, before: bench.controller, at: bench.now))
            #expect(again.facts == past.facts && again.decision.word == past.outcome)
            bench.pass(.seconds(20))
        }
    }

    @Test(arguments: [
        ("ends the tenancy", 2 as UInt64, "TenancyEnded" as String?), ("ends the tenancy", 1, nil),
        ("bars the person", 1, "PersonBarred"), ("loses the card", 1, "CredentialNotEnabled"),
        ("takes the row away", 1, "UnknownCredential"), ("closes the schedule", 3, "NotPermittedAtThisTime"),
        ("asks for a PIN", 1, "FactorMissing"), ("takes the level away", 1, "Unauthorized"),
    ])
    func aProposalIsWeighedAsItWouldBe(what: String, card: UInt64, reason: String?) throws {
        var builder = site()
        var bench = Bench(builder)
        let before = bench.controller
        let past = try past(bench, try #require(bench.card(card).decision))
        #expect(past.outcome == "granted")
        switch what {
        case "ends the tenancy":
            builder.put(
                .tenancy(TenancyRow(id: 2, dwelling: 2, tenants: [2], firstDay: 0, lastDay: 0, starts: 0, ends: 5)))
        case "bars the person":
            builder.put(
                .person(
                    PersonRow(
                        id: 1, reference: "P1", name: "", role: .resident, status: .barred, dwelling: 1,
                        groups: ["residents"])))
        case "loses the card":
            var row = builder.credential(1, person: 1, card: 1)
            row.status = .lost
            builder.put(.credential(row))
        case "takes the row away": builder.registry.apply(.end(.credential, id: 1), revision: 9)
        case "closes the schedule":
            builder.site.policy.schedules = [
                Schedule(name: "daytime", windows: [TimeWindow(days: .everyWeekday, from: 0, to: 60)])
            ]
        case "asks for a PIN": builder.site.accessPoints[0].factors = [[.card, .pin]]
        default: builder.site.policy.levels.removeAll { $0.name == "homes" }
        }
        let again = try #require(builder.controller().again(past, card: nil, before: before, at: bench.now))
        #expect(again.decision.reason?.word == reason)
        // Whoever comes now gets the same answer.
        var now = Bench(builder)
        let real = try #require((now.card(card) + now.pass(.seconds(11))).decision)
        #expect(real.reason == reason)
    }

    /// A card that nobody knew is somebody's in the proposal.
    @Test func aCardThatIsEnrolledOpens() throws {
        var builder = site()
        var bench = Bench(builder)
        let before = bench.controller
        let past = try past(bench, try #require(bench.card(7).decision))
        builder.put(.credential(builder.credential(7, person: 1, card: 7)))
        let again = try #require(
            builder.controller().again(past, card: SiteBuilder.card(7), before: before, at: bench.now))
        #expect(again.decision == .granted)
        #expect(
            try #require(builder.controller().again(past, card: nil, before: before, at: bench.now)).decision.reason
                == .unknownCredential)
    }

    /// What the ledger brought stays: hard anti-passback is not forgotten by another policy.
    @Test func whatTheLedgerSaidStays() throws {
        var builder = SiteBuilder(factors: [[.card]], antiPassback: .hard)
        builder.resident(1, card: 1)
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(1))
        let past = try past(bench, try #require(bench.card(1).decision))
        #expect(past.reason == "AntipassbackViolation")
        let before = bench.controller
        #expect(
            try #require(builder.controller().again(past, card: nil, before: before, at: bench.now)).decision.reason
                == .antipassbackViolation)
        builder.site.accessPoints[0].antiPassback = .soft
        #expect(
            try #require(builder.controller().again(past, card: nil, before: before, at: bench.now)).decision
                == .granted)
    }

    /// Integers are found under their key without reading the rest, and nothing else is taken for them.
    @Test func integersAreReadUnderTheirKey() throws {
        var entry = JournalEntry(kind: .decision)
        entry.facts = RuleTableTests.usual
        entry.detail = ["x": .array([.integer(1), .map(["facts": .array([.integer(7)])])])]
        let octets = entry.canonicalBytes(epoch: 1, commitments: [])
        #expect(CanonicalValue.integers(under: "facts", of: octets) == RuleTableTests.usual.values)
        #expect(CanonicalValue.integers(under: "fact", of: octets) == nil)
        #expect(CanonicalValue.integers(under: "kind", of: octets) == nil)
        for cut in 0..<octets.count {
            let found = CanonicalValue.integers(under: "facts", of: Array(octets.prefix(cut)))
            #expect(found == nil || found == RuleTableTests.usual.values)
        }
        for place in octets.indices {
            for bit in 0..<8 {
                var damaged = octets
                damaged[place] ^= 1 << UInt8(bit)
                _ = CanonicalValue.integers(under: "facts", of: damaged)
            }
        }
    }
}
