import Testing

@testable import GatehouseCore

/// The rules on a whole controller: what the ledger remembers, who waits for whom, what a restart keeps.
@Suite struct RulesAtTheGateTests {
    // MARK: People

    @Test func visitorComesDuringTheVisitAndToSomebodyWhoLivesHere() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.put(
            .person(
                PersonRow(
                    id: 2, reference: "V2", name: "Guest", role: .visitor, groups: ["residents"],
                    validFrom: 1_795_176_000, validUntil: 1_795_179_600, responsible: 1)))
        builder.put(.credential(builder.credential(2, person: 2, card: 6)))
        var bench = Bench(builder)
        #expect(try #require(bench.card(6).decision).outcome == "granted")
        bench.pass(.seconds(3600))
        #expect(try #require(bench.card(6).decision).reason == "VisitNotActive")

        builder.put(
            .person(
                PersonRow(
                    id: 1, reference: "P1", name: "Person 1", role: .resident, status: .suspended, dwelling: 1,
                    groups: ["residents"])))
        var later = Bench(builder)
        #expect(try #require(later.card(6).decision).reason == "HostGone")
    }

    /// Guests come to a tenant as long as the tenancy runs, the days for moving out not included.
    @Test(arguments: [(-1 as Int64, nil as String?), (0, "HostGone"), (3600, "HostGone")])
    func guestsOfATenantComeWhileTheTenancyRuns(after: Int64, reason: String?) throws {
        let end: Int64 = 1_795_176_000
        var builder = SiteBuilder()
        builder.site.policy.tenancyGrace = 86_400
        builder.tenant(1, card: 5, starts: 0, ends: end)
        builder.put(
            .person(
                PersonRow(
                    id: 2, reference: "V2", name: "", role: .visitor, groups: ["residents"], responsible: 1)))
        builder.put(.credential(builder.credential(2, person: 2, card: 6)))
        var bench = Bench(builder, civilSeconds: end + after)
        #expect(try #require(bench.card(6).decision).reason == reason)
    }

    @Test(arguments: [
        (PersonRole.visitor, nil as UInt32?, RegistryProblem.nobodyResponsible as RegistryProblem?),
        (.child, nil, .nobodyResponsible), (.child, 9, .unknownResponsible), (.child, 2, .unknownResponsible),
        (.child, 1, nil), (.resident, nil, nil),
    ])
    func childrenHaveAGuardianAndVisitorsAHost(role: PersonRole, responsible: UInt32?, problem: RegistryProblem?) {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        let row = PersonRow(
            id: 2, reference: "P2", name: "", role: role, dwelling: 1, groups: ["residents"], responsible: responsible)
        #expect(builder.registry.problem(with: .put(.person(row))) == problem)
    }

    /// A shift is a schedule by name: within it the levels decide, outside of it nothing helps.
    @Test(arguments: [
        (0 as Int64, "day", "granted", nil as String?), (11 * 3600 as Int64, "day", "denied", "OffShift"),
        (0 as Int64, "gone", "denied", "OffShift"),
    ])
    func staffComeInTheirShift(offset: Int64, shift: String, outcome: String, reason: String?) throws {
        var builder = SiteBuilder()
        builder.site.policy.schedules.append(
            Schedule(name: "day", windows: [TimeWindow(days: .everyWeekday, from: 8 * 60, to: 20 * 60)]))
        builder.site.policy.levels.append(
            AccessLevel(name: "any", groups: ["guards"], accessPoints: [SiteBuilder.entry]))
        builder.put(
            .person(
                PersonRow(id: 1, reference: "S1", name: "", role: .staff, groups: ["guards"], shift: shift)))
        builder.put(.credential(builder.credential(1, person: 1, card: 5)))
        var bench = Bench(builder, civilSeconds: 1_795_176_000 + offset)
        let entry = try #require(bench.card(5).decision)
        #expect(entry.outcome == outcome && entry.reason == reason)
    }

    // MARK: Credentials

    @Test func aCredentialIsGoodForSoManyGrantsAcrossARestart() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var row = builder.credential(1, person: 1, card: 5)
        row.uses = 2
        builder.put(.credential(row))
        var bench = Bench(builder)
        let first = bench.card(5)
        #expect(first.ledger == [.use(credential: 1, Ledger.Use(count: 1, first: bench.now.civil))])
        _ = bench.walkThrough(first)
        let ledger = bench.controller.ledger
        bench = Bench(builder, ledger: ledger)
        _ = bench.walkThrough(bench.card(5))
        #expect(try #require(bench.card(5).decision).reason == "UsesExhausted")
    }

    @Test func aSpanBeginsWithTheFirstGrant() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var row = builder.credential(1, person: 1, card: 5)
        row.firstUseSpan = 3600
        builder.put(.credential(row))
        var bench = Bench(builder)
        bench.pass(.seconds(86400))
        _ = bench.walkThrough(bench.card(5))
        bench.pass(.seconds(3500))
        #expect(try #require(bench.card(5).decision).outcome == "granted")
        bench.pass(.seconds(97))
        #expect(try #require(bench.card(5).decision).outcome == "granted", "its last second")
        bench.pass(.seconds(1))
        #expect(try #require(bench.card(5).decision).reason == "CredentialExpired")
    }

    // MARK: Levels

    @Test func aLevelThatDeniesBeatsAllThatPermit() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5, groups: ["residents", "couriers"])
        builder.site.policy.levels.append(
            AccessLevel(
                name: "no", groups: ["couriers"], accessPoints: [SiteBuilder.entry], schedule: 0, isBar: true))
        var bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).reason == "BarredHere")
        var night = Bench(builder, civilSeconds: 1_795_176_000 + 11 * 3600)
        #expect(try #require(night.card(5).decision).outcome == "granted")
    }

    @Test func aRaisedThreatLetsLevelsRestAndAsksForMore() throws {
        var builder = SiteBuilder(factors: [[.card]])
        builder.resident(1, card: 5, groups: ["couriers"])
        builder.resident(2, card: 6)
        builder.put(.credential(builder.pin(3, person: 2, digits: [4, 3, 2, 1, 9, 9], isBound: true)))
        builder.site.policy.levels.append(
            AccessLevel(name: "parcels", groups: ["couriers"], accessPoints: [SiteBuilder.entry], highestThreat: 0))
        builder.site.policy.factorWindows = [
            FactorWindow(accessPoint: SiteBuilder.entry, schedule: nil, threat: 2, factors: [[.card, .pin]])
        ]
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(5))
        let raised = bench.give(.order(order(.threat(1))))
        #expect(raised.entries.contains { $0.kind == .health && $0.reason == "threatRaised" })
        #expect(try #require(bench.card(5).decision).reason == "ThreatLevel")
        #expect(try #require(bench.card(6).decision).outcome == "granted")
        _ = bench.give(.order(order(.threat(2))))
        #expect(bench.card(6).decision == nil)
        #expect(try #require(bench.keys([4, 3, 2, 1, 9, 9]).decision).outcome == "granted")
        bench = Bench(builder, ledger: bench.controller.ledger)
        #expect(bench.card(6).decision == nil)
        _ = bench.give(.order(order(.threat(0))))
        #expect(bench.controller.health.standing.isEmpty || !bench.controller.health.has(.threatRaised))
    }

    @Test func nobodyComesBeforeTheFirstPersonOfTheDay() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.resident(2, card: 6, role: .staff, groups: ["residents", "guards"])
        builder.site.policy.firstPersons = [FirstPersonSettings(accessPoint: SiteBuilder.entry, groups: ["guards"])]
        var bench = Bench(builder)
        #expect(try #require(bench.card(5).decision).reason == "FirstPersonMissing")
        let guardian = bench.card(6)
        // A grant that nobody takes brings nobody.
        #expect(try #require(bench.card(5).decision).reason == "FirstPersonMissing")
        _ = bench.walkThrough(guardian)
        #expect(try #require(bench.card(5).decision).outcome == "granted")
        bench = Bench(builder, ledger: bench.controller.ledger)
        #expect(try #require(bench.card(5).decision).outcome == "granted")
        bench.pass(.seconds(86400))
        #expect(try #require(bench.card(5).decision).reason == "FirstPersonMissing")
    }

    // MARK: Areas

    @Test func timedAntiPassbackRefusesASecondEntryForATime() throws {
        var builder = SiteBuilder(antiPassback: .timed)
        builder.resident(1, card: 5)
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(5))
        #expect(try #require(bench.card(5).decision).reason == "AntipassbackViolation")
        let entered = try #require(bench.controller.ledger.presences[1]).since
        bench.pass(.seconds(599) - (bench.now.civil - entered))
        #expect(try #require(bench.card(5).decision).reason == "AntipassbackViolation")
        bench.pass(.seconds(1))
        _ = bench.walkThrough(bench.card(5))
        // The second entry began the time anew.
        #expect(try #require(bench.card(5).decision).reason == "AntipassbackViolation")
        _ = bench.walkThrough(bench.card(5, at: SiteBuilder.exitReader))
        #expect(try #require(bench.card(5).decision).outcome == "granted")
    }

    @Test func aFullAreaTakesNobodyMoreAndThoseAroundItCount() throws {
        var builder = SiteBuilder()
        for id in 1...4 as ClosedRange<UInt32> { builder.resident(id, card: UInt64(id)) }
        builder.site.areas = ["inside": AreaSettings(within: "compound"), "compound": AreaSettings(limit: 2)]
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(1))
        // Granted and not through yet: the place is hers.
        let second = bench.card(2)
        #expect(try #require(bench.card(3).decision).reason == "OccupancyFull")
        _ = bench.walkThrough(second)
        #expect(try #require(bench.card(3).decision).reason == "OccupancyFull")
        #expect(bench.controller.ledger.count(in: "compound", builder.site.areas) == 2)
        // Who is in already takes no second place.
        #expect(try #require(bench.card(1).decision).outcome == "granted")
        _ = bench.pass(.seconds(10))
        _ = bench.walkThrough(bench.card(2, at: SiteBuilder.exitReader))
        #expect(try #require(bench.card(3).decision).outcome == "granted")
    }

    @Test func forgivingAllForgetsEverybodyAndEveryVehicle() throws {
        var builder = SiteBuilder(antiPassback: .hard)
        builder.resident(1, card: 5)
        builder.resident(2, card: 6)
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(5))
        _ = bench.walkThrough(bench.card(6))
        let effects = bench.give(.order(order(.forgiveAll)))
        #expect(effects.count { if case .durable(.area(_, nil)) = $0 { true } else { false } } == 2)
        #expect(try #require(bench.card(5).decision).outcome == "granted")
        #expect(bench.give(.order(order(.forgiveAll, reason: nil))).contains(.reply(1, .refused(.reasonMissing))))
    }

    @Test func portalsOfAnInterlockOpenOneAtATimeAndExitsAreFree() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.resident(2, card: 6)
        let inner: PortalID = "inner"
        builder.site.portals.append(PortalSettings(id: inner))
        builder.site.accessPoints.append(
            AccessPointSettings(id: "inner-in", portal: inner, readers: ["reader-inner"]))
        builder.site.policy.levels.append(
            AccessLevel(name: "inner", groups: ["residents"], accessPoints: ["inner-in"]))
        builder.site.interlocks = [[SiteBuilder.wicket, inner]]
        var bench = Bench(builder)
        let first = bench.card(5)
        let event = try #require(first.decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        #expect(try #require(bench.card(6, at: "reader-inner").decision).reason == "Interlocked")
        _ = bench.give(.contact(SiteBuilder.wicket, isOpen: true))
        bench.pass(.seconds(20))
        #expect(try #require(bench.card(6, at: "reader-inner").decision).reason == "Interlocked")
        // Whoever wants out gets out.
        _ = bench.give(.exitButton(inner, isPressed: true))
        #expect(bench.pass(.milliseconds(50)).releases.contains(.release(inner, event: nil)))
        _ = bench.give(.contact(SiteBuilder.wicket, isOpen: false))
        bench.pass(.seconds(10))
        #expect(try #require(bench.card(6, at: "reader-inner").decision).outcome == "granted")
    }

    // MARK: Company

    @Test func twoPeopleOpenTogetherAndNobodyTwice() throws {
        var builder = SiteBuilder()
        for id in 1...3 as ClosedRange<UInt32> { builder.resident(id, card: UInt64(id)) }
        builder.site.accessPoints[0].needsTwo = true
        var bench = Bench(builder)
        let alone = bench.card(1)
        #expect(try #require(alone.decision).reason == "SecondPersonMissing")
        #expect(alone.contains(.indicate(SiteBuilder.reader, .waiting, waits: true)))
        #expect(try #require(bench.card(1).decision).reason == "SecondPersonMissing")
        let together = bench.card(2)
        let entry = try #require(together.decision)
        #expect(entry.outcome == "granted" && entry.detail["with"] == .array([.integer(1)]))
        _ = bench.walkThrough(together)
        #expect(bench.controller.ledger.area(of: 1) == "inside" && bench.controller.ledger.area(of: 2) == "inside")
        // The time for the second person is over: the lamp goes back, and the next one waits anew.
        _ = bench.card(3)
        #expect(bench.pass(.seconds(15)).contains(.indicate(SiteBuilder.reader, .idle, waits: false)))
        #expect(try #require(bench.card(1).decision).reason == "SecondPersonMissing")
    }

    /// Somebody who is refused for another reason is no second person.
    @Test func aSecondPersonHasToBeGoodThemselves() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.tenant(2, card: 2, starts: 0, ends: 10)
        builder.site.accessPoints[0].needsTwo = true
        var bench = Bench(builder)
        #expect(try #require(bench.card(2).decision).reason == "TenancyEnded")
        #expect(try #require(bench.card(1).decision).reason == "SecondPersonMissing")
    }

    @Test func guestsComeWithSomebodyWhoMayBringThemInEitherOrder() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.resident(2, card: 2, groups: ["residents", "guests"])
        builder.resident(3, card: 3, groups: ["residents", "hosts"])
        builder.site.accessPoints[0].escort = EscortSettings(guests: ["guests"], by: ["hosts"])
        var bench = Bench(builder)
        #expect(try #require(bench.card(2).decision).reason == "EscortMissing")
        // Any neighbour is no escort.
        let neighbour = bench.card(1)
        #expect(try #require(neighbour.decision).detail["with"] == nil)
        _ = bench.walkThrough(neighbour)
        #expect(bench.controller.ledger.area(of: 2) == nil)
        #expect(try #require(bench.card(2).decision).reason == "EscortMissing")
        let host = bench.card(3)
        #expect(try #require(host.decision).detail["with"] == .array([.integer(2)]))
        _ = bench.walkThrough(host)
        #expect(bench.controller.ledger.area(of: 2) == "inside")
        // First the host, then the guest.
        #expect(try #require(bench.card(2).decision).outcome == "granted")
        bench.pass(.seconds(15))
        #expect(try #require(bench.card(2).decision).reason == "EscortMissing")
    }

    /// The host showed a card, the guest's follows before the door opens: both go in, on one grant.
    @Test func hostAndGuestGoThroughOneDoor() throws {
        var builder = SiteBuilder()
        builder.resident(2, card: 2, groups: ["residents", "guests"])
        builder.resident(3, card: 3, groups: ["residents", "hosts"])
        builder.site.accessPoints[0].escort = EscortSettings(guests: ["guests"], by: ["hosts"])
        var bench = Bench(builder)
        _ = bench.card(3)
        let guest = bench.card(2)
        #expect(try #require(guest.decision).detail["with"] == .array([.integer(3)]))
        _ = bench.walkThrough(guest)
        #expect(bench.controller.ledger.area(of: 2) == "inside" && bench.controller.ledger.area(of: 3) == "inside")
    }

    /// A card shown twice before the door opens is one use.
    @Test func aPassageIsOneUse() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        var row = builder.credential(1, person: 1, card: 5)
        row.uses = 2
        builder.put(.credential(row))
        var bench = Bench(builder)
        _ = bench.card(5)
        let again = bench.card(5)
        #expect(try #require(again.decision).outcome == "granted" && again.ledger.isEmpty)
        _ = bench.walkThrough(again)
        #expect(bench.controller.ledger.uses[1]?.count == 1)
    }

    // MARK: Time for people

    @Test func whoNeedsTimeGetsIt() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.put(
            .person(
                PersonRow(
                    id: 1, reference: "P1", name: "", role: .resident, dwelling: 1, groups: ["residents"],
                    needsTime: true)))
        builder.resident(2, card: 2)
        for (card, seconds) in [(1 as UInt64, 15 as Int), (2, 5)] {
            var bench = Bench(builder)
            let event = try #require(bench.card(card).decision).sequence
            _ = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
            #expect(bench.pass(.seconds(seconds) - .milliseconds(1)).secures.isEmpty)
            #expect(bench.pass(.milliseconds(1)).secures == [.secure(SiteBuilder.wicket)])
        }
    }

    /// A second grant while the way is open begins its own time once it is on disk.
    @Test func aSecondGrantHasItsWholeTime() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.resident(2, card: 2)
        var bench = Bench(builder)
        let first = try #require(bench.card(1).decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: first, isLate: false))
        bench.pass(.seconds(4))
        let second = try #require(bench.card(2).decision).sequence
        _ = bench.give(.performed(SiteBuilder.wicket, event: second, isLate: false))
        #expect(bench.pass(.milliseconds(4999)).secures.isEmpty)
        #expect(bench.pass(.milliseconds(1)).secures == [.secure(SiteBuilder.wicket)])
    }

    // MARK: Policy age

    @Test func aRegistryThatNobodyConfirmedAdmitsVisitorsNoMore() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.resident(2, card: 2, role: .staff, groups: ["staff"])
        builder.site.policy.ages = [.staff: 86_400]
        var bench = Bench(builder)
        #expect(try #require(bench.card(2).decision).reason == "PolicyTooOld")
        _ = bench.give(.order(order(.confirmPolicy)))
        _ = bench.walkThrough(bench.card(2))
        bench = Bench(builder, civilSeconds: 1_795_176_000 + 86_401, ledger: bench.controller.ledger)
        #expect(try #require(bench.card(2).decision).reason == "PolicyTooOld")
        #expect(try #require(bench.card(1).decision).outcome == "granted")
    }

    // MARK: Free windows

    @Test func freeAccessFollowsItsScheduleToTheMinute() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.site.policy.freeWindows = [FreeWindow(portal: SiteBuilder.wicket, schedule: 0)]
        // 22:00 of the site is an hour's end in UTC+8.
        var bench = Bench(builder, civilSeconds: 1_795_176_000)
        #expect(bench.controller.portals[0].posture == .free)
        let end = (22 * 60 - Int64(bench.now.localMinute)) * 60
        bench.pass(.seconds(end - 1))
        #expect(bench.controller.portals[0].posture == .free)
        let closing = bench.pass(.seconds(1))
        #expect(bench.controller.portals[0].posture == .secure)
        #expect(closing.entries.contains { $0.kind == .posture && $0.outcome == "secure" && $0.actor == "schedule" })
        #expect(try #require(bench.controller.nextDeadline).at <= bench.now.monotonic + .seconds(60))
    }

    @Test func whatIsSetByHandDuringAWindowStaysUntilItEnds() {
        var builder = SiteBuilder()
        builder.site.policy.freeWindows = [FreeWindow(portal: SiteBuilder.wicket, schedule: 0)]
        var bench = Bench(builder)
        _ = bench.give(.order(order(.posture(SiteBuilder.wicket, .secure))))
        bench.pass(.seconds(600))
        #expect(bench.controller.portals[0].posture == .secure)
        bench = Bench(builder, ledger: bench.controller.ledger)
        bench.pass(.seconds(60))
        #expect(bench.controller.portals[0].posture == .secure)
        bench.pass(.seconds(86_400 / 2))
        bench.pass(.seconds(86_400 / 2))
        #expect(bench.controller.portals[0].posture == .free)
        // A lockdown is stronger than any window.
        _ = bench.give(.order(order(.posture(nil, .lockdown))))
        bench.pass(.seconds(120))
        #expect(bench.controller.portals[0].posture == .lockdown)
    }

    @Test func aWindowThatWaitsForSomebodyOpensWithThem() {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.resident(2, card: 2, role: .staff, groups: ["staff", "guards"])
        builder.site.policy.freeWindows = [
            FreeWindow(portal: SiteBuilder.wicket, schedule: 0, firstPerson: ["guards"])
        ]
        var bench = Bench(builder)
        _ = bench.walkThrough(bench.card(1))
        bench.pass(.seconds(60))
        #expect(bench.controller.portals[0].posture == .secure)
        _ = bench.walkThrough(bench.card(2))
        bench.pass(.seconds(60))
        #expect(bench.controller.portals[0].posture == .free)
    }

    @Test func aClockThatCannotBeTrustedOpensNoWindow() {
        var builder = SiteBuilder()
        builder.site.policy.freeWindows = [FreeWindow(portal: SiteBuilder.wicket, schedule: 0)]
        var bench = Bench(builder)
        bench.now.isCivilTrusted = false
        bench.pass(.seconds(60))
        #expect(bench.controller.portals[0].posture == .secure)
    }

    // MARK: Two of three

    static let pairs: [(given: FactorSet, opens: Bool)] = [
        ([.card, .pin], true), ([.card, .face], true), ([.pin, .face], true), ([.card], false), ([.face], false),
    ]

    @Test(arguments: pairs)
    func anyTwoOfThreeOpen(given: FactorSet, opens: Bool) throws {
        var builder = SiteBuilder(factors: [[.card, .pin], [.card, .face], [.pin, .face]])
        builder.resident(1, card: 1)
        builder.put(.credential(builder.pin(2, person: 1, digits: [4, 3, 2, 1, 9, 9], isBound: true)))
        builder.put(
            .credential(
                CredentialRow(
                    id: 3, person: 1, kind: .face, key: CredentialKey(face: 5, module: SiteBuilder.reader),
                    label: "reader-in:5")))
        var bench = Bench(builder)
        var effects: [Effect] = []
        if given.contains(.card) { effects += bench.card(1) }
        if given.contains(.face) { effects += bench.give(.reader(SiteBuilder.reader, .face(userNumber: 5))) }
        if given.contains(.pin) { effects += bench.keys([4, 3, 2, 1, 9, 9]) }
        effects += bench.pass(.seconds(11))
        #expect(try #require(effects.decision).outcome == (opens ? "granted" : "denied"))
    }
}

extension [Effect] {
    var ledger: [LedgerChange] {
        compactMap { if case .durable(.ledger(let change)) = $0 { change } else { nil } }
    }
}
