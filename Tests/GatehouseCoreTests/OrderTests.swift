import Testing

@testable import GatehouseCore

/// Orders that are not carried out, each with its word; and what becomes of entries when the disk is away for long.
@Suite("Orders")
struct OrderTests {
    private static func refusal(_ effects: [Effect]) -> OrderRefusal? {
        for case .reply(_, .refused(let refusal)) in effects { return refusal }
        return nil
    }

    private static func builder() -> SiteBuilder {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        return builder
    }

    // MARK: Stale orders (P10)

    /// Every order that waited too long dies, with an entry, and changes nothing.
    @Test(arguments: [
        Order.Verb.open(SiteBuilder.wicket), .posture(nil, .free), .posture(SiteBuilder.wicket, .lockdown),
        .registry([.end(.person, id: 1)]), .threat(3), .forgiveAll, .acceptClock(reopens: false), .stop,
    ])
    func anOrderThatCameTooLateIsNotCarriedOut(verb: Order.Verb) throws {
        var bench = Bench(Self.builder())
        var stale = order(verb)
        stale.expires = bench.now.monotonic + .nanoseconds(-1)
        let effects = bench.give(.order(stale))
        #expect(Self.refusal(effects) == .expired)
        let entry = try #require(effects.entries.first)
        #expect(entry.kind == .order && entry.outcome == "refused" && entry.reason == "expired")
        #expect(effects.count == 2, "an entry and a reply, and nothing else: \(effects)")
        #expect(bench.controller.portals[0].posture == .secure && !bench.controller.portals[0].isReleased)
        #expect(bench.controller.registry.person(1) != nil)
    }

    /// Its last moment still counts.
    @Test func anOrderInItsLastMomentIsCarriedOut() {
        var bench = Bench(Self.builder())
        var last = order(.open(SiteBuilder.wicket))
        last.expires = bench.now.monotonic
        #expect(!bench.give(.order(last)).releases.isEmpty)
    }

    // MARK: Refused by name

    /// The guard cannot open past a block or a lockdown: the posture is ended first.
    @Test(arguments: [
        (Posture.secure, nil as OrderRefusal?), (.free, nil), (.blocked, .postureForbids(.blocked)),
        (.lockdown, .postureForbids(.lockdown)),
    ])
    func aPostureForbidsOpeningByHand(posture: Posture, refusal: OrderRefusal?) {
        var bench = Bench(Self.builder())
        _ = bench.give(.order(order(.posture(SiteBuilder.wicket, posture))))
        let effects = bench.give(.order(order(.open(SiteBuilder.wicket))))
        #expect(Self.refusal(effects) == refusal)
        #expect(effects.releases.isEmpty == (posture != .secure), "what is open already needs no release")
    }

    @Test func openingDuringAFireIsNoContradiction() {
        var bench = Bench(Self.builder())
        _ = bench.give(.fireInput(isActive: true))
        bench.pass(.seconds(1))
        #expect(Self.refusal(bench.give(.order(order(.open(SiteBuilder.wicket))))) == nil)
    }

    /// Where there is no fire, and while the input still says so, nothing is reset; the gates stay open.
    @Test func aFireIsResetWhenItsInputIsQuiet() {
        var bench = Bench(Self.builder())
        #expect(Self.refusal(bench.give(.order(order(.fireReset)))) == .noFire)
        _ = bench.give(.fireInput(isActive: true))
        bench.pass(.seconds(1))
        #expect(Self.refusal(bench.give(.order(order(.fireReset)))) == .fireInputActive)
        #expect(bench.controller.portals[0].posture == .fire)
        _ = bench.give(.fireInput(isActive: false))
        bench.pass(.seconds(1))
        #expect(bench.controller.portals[0].posture == .fire, "a quiet input ends nothing")
        #expect(Self.refusal(bench.give(.order(order(.fireReset)))) == nil)
        #expect(bench.controller.portals[0].posture == .secure && !bench.controller.isFire)
        #expect(Self.refusal(bench.give(.order(order(.fireReset)))) == .noFire)
    }

    /// What was ordered beneath a fire holds when it is over.
    @Test func aPostureThatIsSetDuringAFireWaitsForItsEnd() {
        var bench = Bench(Self.builder())
        _ = bench.give(.fireInput(isActive: true))
        bench.pass(.seconds(1))
        _ = bench.give(.order(order(.posture(nil, .lockdown))))
        #expect(bench.controller.portals[0].posture == .fire && bench.controller.portals[0].isReleased)
        _ = bench.give(.fireInput(isActive: false))
        bench.pass(.seconds(1))
        _ = bench.give(.order(order(.fireReset)))
        #expect(bench.controller.portals[0].posture == .lockdown && !bench.controller.portals[0].isReleased)
    }

    /// What has to be on disk to be true is not begun while the disk is away, nor without the key that seals it; opening by
    /// hand is.
    @Test(arguments: [OrderRefusal.storeUnavailable, .withoutKey])
    func whatMustLastIsRefusedWhileItCannot(refusal: OrderRefusal) {
        var bench = Bench(Self.builder())
        func away(_ isAway: Bool) -> Input {
            refusal == .withoutKey
                ? .health(.withoutKey, subject: "", isOn: isAway)
                : .store(isAvailable: !isAway, problem: "read-only")
        }
        _ = bench.give(away(true))
        let rows = Order.Verb.registry([.end(.person, id: 1)])
        for verb in [rows, .erase(person: 1, ends: [], rows: [])] {
            #expect(Self.refusal(bench.give(.order(order(verb)))) == refusal)
        }
        #expect(bench.controller.registry.person(1) != nil)
        #expect(!bench.give(.order(order(.open(SiteBuilder.wicket)))).releases.isEmpty)
        #expect(Self.refusal(bench.give(.order(order(.posture(nil, .lockdown))))) == nil)
        _ = bench.give(away(false))
        #expect(Self.refusal(bench.give(.order(order(rows)))) == nil)
        #expect(bench.controller.registry.person(1) == nil)
    }

    @Test(arguments: [nil, "", "  ", "\n\t"] as [String?])
    func withoutAReasonNothingIsDoneByHand(reason: String?) {
        var bench = Bench(Self.builder())
        for verb in [
            Order.Verb.open(SiteBuilder.wicket), .posture(nil, .free), .acceptClock(reopens: false), .fireReset,
            .forgiveAll,
            .threat(1), .erase(person: 1, ends: [], rows: []), .changeReader(SiteBuilder.reader),
            .pass(.revoke(PassID(1), until: nil)),
        ] {
            let effects = bench.give(.order(order(verb, reason: reason)))
            #expect(Self.refusal(effects) == .reasonMissing, "\(verb)")
            #expect(effects.entries.map(\.outcome) == ["refused"])
        }
    }

    /// A change of many rows is taken whole or not at all, and says which row is wrong.
    @Test func manyRowsAreTakenTogetherOrNotAtAll() {
        let builder = Self.builder()
        var bench = Bench(builder)
        let good = RegistryChange.put(.credential(builder.credential(9, person: 1, card: 9)))
        let bad = RegistryChange.put(.credential(builder.credential(10, person: 77, card: 10)))
        #expect(
            Self.refusal(bench.give(.order(order(.registry([good, bad]))))) == .registry(.unknownPerson, row: 1))
        #expect(bench.controller.registry.credential(id: 9) == nil)
        let revision = bench.controller.registry.revision
        let taken = bench.give(.order(order(.registry([good]))))
        #expect(bench.controller.registry.revision == revision + 1)
        #expect(
            taken.contains { if case .durable(.registry([good], revision: revision + 1)) = $0 { true } else { false } })
    }

    // MARK: The backlog

    /// The disk is away for longer than memory lasts: entries are counted, the gate goes on, and the count becomes an entry
    /// with the next one that has room. No number is missing.
    @Test func whatMemoryDoesNotHoldIsCountedAndSaid() throws {
        var bench = Bench(Self.builder())
        var last: UInt64 = 0
        while bench.controller.isRecording {
            last = bench.give(.order(order(.open(SiteBuilder.wicket)))).entries.last!.sequence
        }
        #expect(last == JournalCursor.backlogLimit)
        let since = bench.now.civil
        bench.pass(.seconds(60))
        let lost = bench.card(5)
        #expect(lost.entries.isEmpty && lost.contains(.release(SiteBuilder.wicket, event: 0)), "the gate goes on")
        #expect(bench.controller.health.has(.journalBacklogFull))
        let alarm = bench.give(.contact(SiteBuilder.wicket, isOpen: true)) + bench.pass(.seconds(1))
        #expect(alarm.alerts.isEmpty, "an alert without its entry is none")
        _ = bench.give(.committed(through: 100))
        let after = bench.give(.order(order(.open(SiteBuilder.wicket)))).entries
        #expect(after.map(\.kind).prefix(2) == [.gap, .order])
        #expect(after.map(\.sequence).prefix(2) == [last + 1, last + 2])
        #expect(try #require(after[0].detail["count"]?.integer) > 0)
        #expect(try #require(after[0].detail["since"]?.integer) >= since.milliseconds)
        #expect(!bench.controller.health.has(.journalBacklogFull))
        let next = bench.give(.order(order(.open(SiteBuilder.wicket)))).entries
        #expect(!next.map(\.kind).contains(.gap), "it is said once")
    }

    /// Looks and refusals of people take a quarter of the room at most; openings and the gates have the rest.
    @Test func peopleNeverTakeTheRoomOfTheGates() throws {
        var bench = Bench(Self.builder())
        var taken = 0
        while Self.refusal(bench.give(.order(order(.look(.people([])))))) == nil { taken += 1 }
        #expect(UInt64(taken) <= JournalCursor.shareOfPeople)
        let refused = bench.give(.order(order(.look(.people([])))))
        #expect(Self.refusal(refused) == .journalCrowded && refused.entries.isEmpty, "a refusal takes no room either")
        #expect(Self.refusal(bench.give(.order(order(.open(SiteBuilder.wicket))))) == nil)
        #expect(bench.card(5).decision != nil)
        _ = bench.give(.committed(through: UInt64(taken)))
        let after = bench.give(.order(order(.look(.people([]))))).entries
        #expect(after.map(\.kind) == [.order, .look])
        #expect(after[0].reason == "journalCrowded" && after[0].detail["count"]?.integer == 2)
    }

    /// Each destination hears of what it asked for.
    @Test func anAlertGoesWhereItIsWanted() {
        var builder = Self.builder()
        builder.site.alerts = [
            AlertRoute(destination: "desk", kinds: [.forced, .fire]),
            AlertRoute(destination: "brigade", kinds: [.fire]),
        ]
        var bench = Bench(builder)
        let forced = bench.give(.contact(SiteBuilder.wicket, isOpen: true)) + bench.pass(.seconds(1))
        #expect(forced.alerts.map(\.destination) == ["desk"])
        let fire = bench.give(.fireInput(isActive: true)) + bench.pass(.seconds(1))
        #expect(fire.alerts.map(\.destination) == ["desk", "brigade"])
    }

    /// Everybody who was looked at has it in their own report; a view is one entry with its numbers.
    @Test func aLookIsAnEntryOfEachPerson() {
        var bench = Bench(Self.builder())
        let two = bench.give(.order(order(.look(.people([7, 3, 7]))))).entries
        #expect(two.map(\.person) == [3, 7] && two.allSatisfy { $0.kind == .look })
        let view = bench.give(.order(order(.look(.entries(from: 5, through: 9))))).entries
        #expect(view.count == 1 && view[0].person == nil)
        #expect(view[0].detail["scope"]?.text == "entries" && view[0].detail["through"]?.integer == 9)
        let many = bench.give(.order(order(.look(.people(Array(1...100)))))).entries
        #expect(many.count == 1 && many[0].detail["scope"]?.text == "register")
        #expect(bench.give(.order(order(.look(.people([]))))).entries.count == 1)
    }

    /// An opening that is given by a name, refused in a fire, and told apart from what closes.
    @Test func nothingIsFreedOrReturnedToNormalInAFire() {
        var bench = Bench(Self.builder())
        _ = bench.give(.fireInput(isActive: true))
        bench.pass(.seconds(5))
        #expect(Self.refusal(bench.give(.order(order(.posture(nil, .secure))))) == .fireStands)
        #expect(Self.refusal(bench.give(.order(order(.posture(SiteBuilder.wicket, .free))))) == .fireStands)
        #expect(
            Self.refusal(bench.give(.order(order(.posture(nil, .lockdown))))) == nil, "it counts when the fire is over")
    }
}
