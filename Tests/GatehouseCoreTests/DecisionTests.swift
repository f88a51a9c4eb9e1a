import GatehouseCore
import Testing

@Suite("Decisions at an access point")
struct DecisionTests {
    @Test func residentsCardReleasesAfterItsEntry() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1603)
        var bench = Bench(builder)
        let effects = bench.card(1603)
        let entry = try #require(effects.decision)
        #expect(entry.outcome == "granted")
        #expect(entry.person == 1)
        #expect(effects.releases == [.release(SiteBuilder.wicket, event: entry.sequence)])
    }

    @Test func unknownCardIsDeniedAndRecordedWithItsNumberAsPersonal() throws {
        var bench = Bench(SiteBuilder())
        let effects = bench.card(9)
        let entry = try #require(effects.decision)
        #expect(entry.reason == "UnknownCredential")
        #expect(effects.releases.isEmpty)
        #expect(entry.personal == [PersonalField(name: .cardNumber, value: Array("H10301:118-9".utf8))])
        let bytes = entry.canonicalBytes(epoch: 1, commitments: [[UInt8](repeating: 1, count: 32)])
        #expect(!String(decoding: bytes, as: UTF8.self).contains("118-9"))
    }

    /// A tenancy ends on time: the last second counts, the next does not.
    @Test(arguments: [
        (-1 as Int64, "TenancyNotStarted" as String?), (0, nil), (3599, nil), (3600, "TenancyEnded"),
        (86_400, "TenancyEnded"),
    ])
    func accessFollowsTheTenancyToTheSecond(offset: Int64, reason: String?) throws {
        var builder = SiteBuilder()
        let start: Int64 = 1_795_176_000
        builder.tenant(1, card: 5, starts: start, ends: start + 3600)
        var bench = Bench(builder, civilSeconds: start + offset)
        #expect(try #require(bench.card(5).decision).reason == reason)
    }

    @Test func expiredTenancyIsDeniedBeforeThePINIsAsked() throws {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.tenant(1, card: 5, starts: 0, ends: 10)
        builder.put(.credential(builder.pin(2, person: 1, digits: [1, 2, 3, 4], isBound: true)))
        var bench = Bench(builder)
        #expect(bench.card(5).contains(.indicate(SiteBuilder.reader, .waiting, waits: false)))
        let entry = try #require(bench.keys([1, 2, 3, 4]).decision)
        #expect(entry.reason == "TenancyEnded")
    }

    @Test func staffOutsideTheirHoursAreDenied() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 7, role: .staff, groups: ["staff"])
        var bench = Bench(builder, civilSeconds: 1_795_176_000 + 11 * 3600)
        #expect(try #require(bench.card(7).decision).reason == "NotPermittedAtThisTime")
    }

    @Test(arguments: [
        (CredentialStatus.lost, "CredentialNotEnabled"), (.stolen, "CredentialNotEnabled"),
        (.suspended, "CredentialNotEnabled"),
    ])
    func credentialThatIsOffIsDenied(status: CredentialStatus, reason: String) throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 7)
        var row = builder.credential(1, person: 1, card: 7)
        row.status = status
        builder.put(.credential(row))
        var bench = Bench(builder)
        #expect(try #require(bench.card(7).decision).reason == reason)
    }

    @Test func rightPINAfterTheCardOpensAndTheWrongOneDoesNot() throws {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.resident(1, card: 5)
        builder.put(.credential(builder.pin(2, person: 1, digits: [4, 3, 2, 1, 9, 9], isBound: true)))
        var bench = Bench(builder)
        _ = bench.card(5)
        #expect(try #require(bench.keys([4, 3, 2, 1, 9, 8]).decision).reason == "InvalidPIN")
        _ = bench.card(5)
        #expect(try #require(bench.keys([4, 3, 2, 1, 9, 9]).decision).outcome == "granted")
    }

    /// A PIN has its own time, to the second, and may be off by itself; the card's is another's.
    @Test(arguments: [
        (-1 as Int64, CredentialStatus.enabled, "InvalidPIN" as String?), (0, .enabled, nil), (3599, .enabled, nil),
        (3600, .enabled, "InvalidPIN"), (0, .suspended, "InvalidPIN"),
    ])
    func aBoundPINOpensInItsTimeAlone(offset: Int64, status: CredentialStatus, reason: String?) throws {
        let start: Int64 = 1_795_176_000
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.resident(1, card: 5)
        var pin = builder.pin(2, person: 1, digits: [4, 3, 2, 1, 9, 9], isBound: true)
        (pin.validFrom, pin.validUntil, pin.status) = (start, start + 3600, status)
        builder.put(.credential(pin))
        var bench = Bench(builder, civilSeconds: start + offset)
        _ = bench.card(5)
        #expect(try #require(bench.keys([4, 3, 2, 1, 9, 9]).decision).reason == reason)
    }

    /// A PIN that stands alone is a credential like a card: what is wrong with it is named.
    @Test(arguments: [
        (-1 as Int64, CredentialStatus.enabled, "CredentialNotActive" as String?), (0, .enabled, nil),
        (3600, .enabled, "CredentialExpired"), (0, .lost, "CredentialNotEnabled"),
    ])
    func aPINThatStandsAloneHasItsTimeToo(offset: Int64, status: CredentialStatus, reason: String?) throws {
        let start: Int64 = 1_795_176_000
        var builder = SiteBuilder(factors: [[.pin]])
        builder.resident(1, card: 5)
        var pin = builder.pin(2, person: 1, digits: [1, 2, 3, 4, 5, 6, 7, 8], isBound: false)
        (pin.validFrom, pin.validUntil, pin.status) = (start, start + 3600, status)
        builder.put(.credential(pin))
        var bench = Bench(builder, civilSeconds: start + offset)
        #expect(try #require(bench.keys([1, 2, 3, 4, 5, 6, 7, 8]).decision).reason == reason)
    }

    /// The neighbour's PIN after one's own card, and one's own PIN after the neighbour's.
    @Test func nobodyOpensWithTheirCardAndAnothersPIN() throws {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        for id in [1, 2] as [UInt32] {
            builder.resident(id, card: UInt64(id))
            builder.put(
                .credential(builder.pin(10 + id, person: id, digits: [4, 3, 2, 1, 9, UInt8(id)], isBound: true)))
        }
        for (card, digit, outcome) in [(1 as UInt64, 1 as UInt8, "granted"), (1, 2, "denied"), (2, 1, "denied")] {
            var bench = Bench(builder)
            _ = bench.card(card)
            #expect(try #require(bench.keys([4, 3, 2, 1, 9, digit]).decision).outcome == outcome)
        }
    }

    @Test func cardWithoutItsPINIsDeniedWhenTheTimeIsOver() throws {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        #expect(bench.card(5).decision == nil)
        #expect(bench.pass(.seconds(9)).decision == nil)
        #expect(try #require(bench.pass(.seconds(1)).decision).reason == "FactorMissing")
    }

    @Test func wrongPINsLockThePersonAndTheReaderAndNothingIsComparedThen() throws {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.resident(1, card: 5)
        builder.put(.credential(builder.pin(2, person: 1, digits: [1, 1, 1, 1, 1, 1], isBound: true)))
        var bench = Bench(builder)
        var lockouts = 0
        for _ in 0..<5 {
            _ = bench.card(5)
            lockouts += bench.keys([9, 9, 9, 9, 9, 9]).entries.filter { $0.kind == .lockout }.count
        }
        #expect(lockouts == 2)
        _ = bench.card(5)
        #expect(try #require(bench.keys([1, 1, 1, 1, 1, 1]).decision).reason == "TooManyTries")
        bench.pass(.seconds(61))
        _ = bench.card(5)
        #expect(try #require(bench.keys([1, 1, 1, 1, 1, 1]).decision).outcome == "granted")
    }

    @Test func duressPINOpensAsUsualAndTellsTheDesk() throws {
        var builder = SiteBuilder(factors: [[.pin]])
        builder.resident(1, card: 5)
        builder.put(.credential(builder.pin(2, person: 1, digits: [1, 2, 3, 4, 5, 6, 7, 8], isBound: false)))
        builder.put(
            .credential(builder.pin(3, person: 1, digits: [1, 2, 3, 4, 5, 6, 7, 9], isBound: false, isDuress: true)))
        var bench = Bench(builder)
        let usual = bench.keys([1, 2, 3, 4, 5, 6, 7, 8])
        _ = bench.walkThrough(usual)
        let forced = bench.keys([1, 2, 3, 4, 5, 6, 7, 9])
        #expect(usual.alerts.isEmpty)
        #expect(forced.alerts.map(\.kind) == [.duress])
        func atTheGate(_ effects: [Effect]) -> [Effect] {
            effects.filter { if case .indicate = $0 { true } else { false } }
        }
        #expect(atTheGate(usual) == atTheGate(forced))
    }

    /// Beside a card too: the person's other PIN opens as theirs does, and somebody comes.
    @Test func duressPINBesideACardTellsTheDesk() throws {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.resident(1, card: 5)
        builder.put(.credential(builder.pin(2, person: 1, digits: [4, 3, 2, 1, 9, 9], isBound: true)))
        builder.put(.credential(builder.pin(3, person: 1, digits: [4, 3, 2, 1, 9, 8], isBound: true, isDuress: true)))
        for (digit, kinds) in [(9 as UInt8, [AlertKind]()), (8, [.duress])] {
            var bench = Bench(builder)
            _ = bench.card(5)
            let effects = bench.keys([4, 3, 2, 1, 9, digit])
            #expect(try #require(effects.decision).reason == nil && effects.releases.count == 1)
            #expect(effects.alerts.map(\.kind) == kinds)
        }
    }

    @Test func hardAntiPassbackRefusesASecondEntryAndSoftNotesIt() throws {
        for (policy, outcome) in [(AntiPassback.hard, "denied"), (.soft, "granted")] {
            var builder = SiteBuilder(antiPassback: policy)
            builder.resident(1, card: 5)
            var bench = Bench(builder)
            _ = bench.walkThrough(bench.card(5))
            let second = try #require(bench.card(5).decision)
            #expect(second.outcome == outcome)
            if policy == .soft { #expect(try #require(second.path).contains(.softAntipassback)) }
        }
    }

    @Test func leavingMakesTheNextEntryGoodAgain() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(5))
        _ = bench.walkThrough(bench.card(5, at: SiteBuilder.exitReader))
        #expect(try #require(bench.card(5).decision).outcome == "granted")
    }

    @Test func grantThatNobodyTakesMovesNobody() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        let effects = bench.card(5)
        let event = try #require(effects.decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        let ended = bench.pass(.seconds(6))
        #expect(ended.entries.contains { $0.kind == .passage && $0.outcome == "notTaken" && $0.about == event })
        #expect(try #require(bench.card(5).decision).outcome == "granted")
    }

    @Test(arguments: [(Posture.blocked, "Blocked"), (.lockdown, "LockedDown")])
    func postureRefusesWhoeverHoldsAGoodCard(posture: Posture, reason: String) throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        _ = bench.give(.order(order(.posture(SiteBuilder.wicket, posture))))
        #expect(try #require(bench.card(5).decision).reason == reason)
    }

    @Test func faceOpensForThePersonThatTheModuleKnows() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.put(
            .credential(
                CredentialRow(
                    id: 2, person: 1, kind: .face, key: CredentialKey(face: 5, module: SiteBuilder.reader),
                    label: "reader-in:5")))
        var bench = Bench(builder)
        #expect(
            try #require(bench.give(.reader(SiteBuilder.reader, .face(userNumber: 5))).decision).outcome == "granted")
        #expect(
            try #require(bench.give(.reader(SiteBuilder.exitReader, .face(userNumber: 5))).decision).reason
                == "UnknownCredential")
    }

    @Test func everyDecisionCanBeAskedAgainFromItsFacts() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.tenant(2, card: 6, starts: 0, ends: 5)
        var bench = Bench(builder)
        for number in [5, 6, 7] as [UInt64] {
            let entry = try #require(bench.card(number).decision)
            let stored = try #require(entry.facts).values
            let facts = try #require(Facts(values: stored))
            let again = RuleBook.decide(facts)
            #expect(again.decision.word == entry.outcome)
            #expect(again.path == entry.path)
        }
    }

    @Test func tellsNothingAtTheReaderAboutWhyItRefuses() {
        var builder = SiteBuilder()
        builder.tenant(2, card: 6, starts: 0, ends: 5)
        var bench = Bench(builder)
        func atTheGate(_ effects: [Effect]) -> [Effect] {
            effects.filter { if case .indicate = $0 { true } else { false } }
        }
        #expect(atTheGate(bench.card(6)) == atTheGate(bench.card(99)))
    }
}

func order(_ verb: Order.Verb, reason: String? = "because") -> Order {
    Order(id: 1, actor: Actor(name: "uid 1000", role: .manager), command: "test", verb: verb, reason: reason)
}
