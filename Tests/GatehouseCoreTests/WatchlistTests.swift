import GatehouseCrypto
import Testing

@testable import GatehouseCore

/// Guardrails of the watchlist as far as the core keeps them.
@Suite("Watchlist")
struct WatchlistTests {
    private static func builder() -> SiteBuilder {
        var builder = SiteBuilder()
        builder.resident(1, card: 1601)
        builder.resident(2, card: 1602)
        builder.site.alerts = [
            AlertRoute(destination: "desk", kinds: Set(AlertKind.allCases).subtracting([.watchlist])),
            AlertRoute(destination: "district", kinds: [.watchlist]),
        ]
        return builder
    }

    private static func activation(_ bench: Bench, days: Int64 = 30) -> WatchlistActivation {
        WatchlistActivation(
            authority: "police", legalBasis: "b", assessment: "a", communities: ["test"],
            notBefore: bench.now.civil + .seconds(-60), notAfter: bench.now.civil + .seconds(days * 86400),
            signers: [[1], [2]], issuerCertificate: [3], digest: [4])
    }

    private static func entry(
        _ bench: Bench, _ builder: SiteBuilder, card: UInt64 = 1601, id: String = "00112233445566ff",
        life: Duration = .seconds(3600), portals: [PortalID] = [SiteBuilder.wicket]
    ) -> WatchlistEntry {
        WatchlistEntry(
            id: id, category: .missing, portals: portals, validFrom: bench.now.civil + .seconds(-1),
            expires: bench.now.civil + life,
            references: [builder.primitives.watchlistReference(Array("card|\(SiteBuilder.card(card))".utf8))],
            digest: [9])
    }

    private static func order(_ bench: inout Bench, _ verb: Order.Verb) -> [Effect] {
        bench.give(
            .order(Order(id: 1, actor: Actor(name: "uid 7", role: .auditor), command: "x", verb: verb, reason: "r")))
    }

    private static func refusal(_ effects: [Effect]) -> OrderRefusal? {
        for case .reply(_, .refused(let refusal)) in effects { return refusal }
        return nil
    }

    private static func awake() -> (Bench, SiteBuilder) {
        let builder = builder()
        var bench = Bench(builder)
        _ = order(&bench, .watchlistActivate(activation(bench)))
        #expect(refusal(order(&bench, .watchlistImport(entry(bench, builder)))) == nil)
        _ = bench.give(.leadsRestored(LeadHistory()))
        return (bench, builder)
    }

    /// What leaves in the next slots.
    private static func slots(_ bench: inout Bench, _ count: Int = 1) -> [LeadSlot] {
        (0..<count).flatMap { _ in bench.pass(.seconds(10)).slots }
    }

    /// What the sealed notes among the effects say.
    private static func notes(_ effects: [Effect]) -> [WatchlistNote] {
        effects.entries.filter { $0.kind == .sealed }.compactMap { entry in
            entry.detail["note"]?.octets.flatMap { keys.openWatchlistNote($0, of: entry.sequence, epoch: 1) }
                .flatMap { WatchlistNote(octets: $0) }
        }
    }
    private static let keys = KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32)))

    @Test func withoutAnActivationNothingIsTakenAndNothingLeaves() {
        let builder = Self.builder()
        var bench = Bench(builder)
        #expect(
            Self.refusal(Self.order(&bench, .watchlistImport(Self.entry(bench, builder))))
                == .watchlistAsleep(.notActivated))
        let effects = bench.card(1601)
        #expect(!effects.entries.contains { $0.kind == .sealed })
        #expect(Self.slots(&bench, 40).isEmpty)
    }

    /// G6: the same lamp, release, entries, rows and order for a flagged person as for the neighbour, and the same in every slot.
    @Test func aHitChangesNothingThatAnybodyCouldSee() {
        var (flagged, _) = Self.awake()
        var (other, _) = Self.awake()
        func visible(_ effects: [Effect]) -> [String] {
            effects.map { effect in
                switch effect {
                case .durable(.record(let entry)):
                    "\(entry.kind) \(entry.outcome ?? "") \(entry.reason ?? "") \(entry.detail["note"]?.octets?.count ?? 0)"
                case .leadSlot(let slot): "slot \(slot.number)"
                case .durable(.watchlistSteps): "steps"
                case .release(let portal, let event): "release \(portal) \(event ?? 0)"
                case .durable(.ledger), .durable(.area): "ledger"
                default: "\(effect)"
                }
            }
        }
        let hit = flagged.card(1601)
        let miss = other.card(1602)
        #expect(visible(hit) == visible(miss))
        #expect(hit.entries.count { $0.kind == .sealed } == 1)
        func stored(_ event: UInt64) -> Input {
            .snapshot(
                SnapshotRow(
                    event: event, camera: "cam-1",
                    result: .stored(path: "p", size: 1, digest: [UInt8](repeating: 5, count: 32))))
        }
        let event = hit.decision?.sequence ?? 0
        #expect(visible(flagged.give(stored(event))) == visible(other.give(stored(event))))
        for _ in 0..<400 { #expect(visible(flagged.pass(.seconds(10))) == visible(other.pass(.seconds(10)))) }
        #expect(hit.alerts.isEmpty && miss.alerts.isEmpty)
    }

    @Test func theLeadNamesNobodyAndLeavesInTheNextSlot() throws {
        var (bench, _) = Self.awake()
        let event = try #require(bench.card(1601).decision).sequence
        let slot = try #require(Self.slots(&bench).first)
        let lead = try #require(slot.lead)
        #expect(lead.entry == "00112233445566ff" && lead.picture == nil && lead.event == event)
        #expect(slot.id?.count == 32 && slot.certificate == [3])
        #expect(Self.slots(&bench).map(\.lead) == [nil], "and the next slot is blank")
    }

    /// G7: the digest of the picture takes a later slot, once, and only of a hit.
    @Test func theDigestOfThePictureFollowsTheLead() throws {
        var (bench, _) = Self.awake()
        let flagged = try #require(bench.card(1601).decision).sequence
        let other = try #require(bench.card(1602).decision).sequence
        for event in [flagged, other, flagged] {
            _ = bench.give(
                .snapshot(
                    SnapshotRow(
                        event: event, camera: "cam-1",
                        result: .stored(path: "p", size: 1, digest: [UInt8](repeating: 5, count: 32)))))
        }
        let leads = Self.slots(&bench, 5).map(\.lead)
        #expect(leads.map { $0?.event } == [flagged, flagged, nil, nil, nil])
        #expect(leads.map { $0?.picture?.count } == [nil, 32, nil, nil, nil])
    }

    /// A lead stands in no lane, is nobody's condition, and its end is a sealed note.
    @Test func whatTheReceiverSignedAloneSettlesALead() throws {
        var (bench, _) = Self.awake()
        _ = bench.card(1601)
        let id = try #require(Self.slots(&bench).first?.id)
        // It comes again until somebody says that it was received.
        #expect(Self.slots(&bench, 12).compactMap(\.id) == [id])
        #expect(bench.give(.leadsAnswered([LeadAnswer(id: id, answer: .received)], under: [9])).isEmpty)
        #expect(Self.slots(&bench, 20).compactMap(\.id) == [id], "of another certificate it says nothing")
        _ = bench.give(.leadsAnswered([LeadAnswer(id: "00", answer: .received)], under: [3]))
        _ = bench.give(.leadsAnswered([LeadAnswer(id: id, answer: .received)], under: [3]))
        var told: [Effect] = []
        for _ in 0..<100 { told += bench.pass(.seconds(10)) }
        #expect(told.slots.allSatisfy { $0.lead == nil })
        #expect(Self.notes(told).filter { $0.kind != .blank }.map(\.kind) == [.settled])
        #expect(bench.controller.health.standing.isEmpty)
        #expect(!told.entries.contains { $0.kind != .sealed })
    }

    /// Notes of the list come at their pace, whatever happens to it.
    @Test func stepsOfTheListAreNotedInRegularSlots() {
        var (busy, builder) = Self.awake()
        var (quiet, _) = Self.awake()
        func times(_ bench: inout Bench, _ act: (inout Bench, Int) -> Void) -> [CivilTime] {
            var times: [CivilTime] = []
            for second in 0..<200 {
                act(&bench, second)
                times += bench.pass(.seconds(10)).entries.filter { $0.kind == .sealed }.map(\.civil)
            }
            return times
        }
        let noisy = times(&busy) { bench, second in
            if second == 20 { _ = Self.order(&bench, .watchlistWithdraw("00112233445566ff")) }
            if second == 33 {
                let next = Self.entry(bench, builder, card: 1602, id: "ffeeddccbbaa9988")
                #expect(Self.order(&bench, .watchlistImport(next)).entries.isEmpty, "no entry tells of it")
            }
            if second == 50 { _ = Self.order(&bench, .watchlistRefuse([])) }
        }
        #expect(noisy == times(&quiet) { _, _ in })
        #expect(noisy.count == 6)
    }

    /// Another certificate ends what the one before allowed, entries and leads; the journal tells of neither number.
    @Test func anotherActivationEndsWhatCameBefore() throws {
        var (bench, builder) = Self.awake()
        _ = bench.card(1601)
        var other = Self.activation(bench)
        (other.issuerCertificate, other.digest) = ([8], [5])
        let steps = Self.order(&bench, .watchlistActivate(other))
        #expect(bench.controller.watchlist.count == 0)
        #expect(Self.slots(&bench, 20).allSatisfy { $0.lead == nil && $0.certificate == [8] })
        let kinds = Self.notes(steps).map(\.kind)
        #expect(kinds.filter { $0 != .blank } == [.added, .replaced, .replaced])
        #expect(
            Self.refusal(Self.order(&bench, .watchlistImport(Self.entry(bench, builder))))?.word == "other",
            "its documents do not come back")
        var empty = Bench(builder)
        #expect(Self.notes(Self.order(&empty, .watchlistActivate(other))).count == kinds.count)
    }

    @Test func aDeactivationEndsEverything() {
        var (bench, _) = Self.awake()
        _ = bench.card(1601)
        let steps = Self.order(&bench, .watchlistDeactivate([6]))
        #expect(steps.entries.last { $0.kind == .watchlist }?.outcome == "ended")
        #expect(bench.controller.watchlist.count == 0 && bench.controller.watchlist.activation == nil)
        #expect(Self.slots(&bench, 20).isEmpty && Self.notes(bench.card(1601)).isEmpty)
        #expect(Self.refusal(Self.order(&bench, .watchlistDeactivate(nil))) == .watchlistAsleep(.notActivated))
    }

    /// G10: after three answers of "not the person" nothing of the entry is a hit any more, after a restart too.
    @Test func threeWrongHitsSuspendAnEntry() throws {
        var (bench, builder) = Self.awake()
        var told: [Effect] = []
        for round in 1...3 {
            let hit = bench.card(1601)
            told += hit
            let slots = Self.slots(&bench, 3)
            told += slots.map { .leadSlot($0) }
            let id = try #require(slots.compactMap(\.id).first, "round \(round)")
            // Said twice it counts once.
            for _ in 0..<2 {
                told += bench.give(.leadsAnswered([LeadAnswer(id: id, answer: .notThePerson)], under: [3]))
            }
            #expect(bench.controller.watchlist.leads.isSuspended("00112233445566ff") == (round == 3))
        }
        let after = bench.card(1601)
        #expect(Self.notes(after).allSatisfy { $0.kind != .hit })
        told += after
        for _ in 0..<300 { told += bench.pass(.seconds(10)) }
        #expect(Self.notes(told).count { $0.kind == .notThePerson } == 3)
        #expect(Self.notes(told).count { $0.kind == .suspended } == 1)

        var history = LeadHistory()
        for entry in told.entries where entry.kind == .sealed {
            let note = Self.notes([.durable(.record(entry))])
            for note in note { history.hear(note, at: entry.civil) }
        }
        var restored = Restored()
        restored.registry = builder.registry
        restored.activation = bench.controller.watchlist.activation
        restored.watchlist = [Self.entry(bench, builder)]
        bench.controller = Controller(site: builder.site, restored: restored, primitives: builder.primitives)
        _ = bench.give(.uplink(isConnected: true))
        _ = bench.give(.leadsRestored(history))
        #expect(bench.controller.watchlist.leads.isSuspended("00112233445566ff"))
        #expect(Self.slots(&bench, 20).allSatisfy { $0.lead == nil })
        // Two people of the authority renew it: it begins anew.
        _ = Self.order(&bench, .watchlistImport(Self.entry(bench, builder)))
        #expect(Self.notes(bench.card(1601)).map(\.kind) == [.hit])
    }

    /// What was owed when the last run ended leaves again, from its notes alone.
    @Test func theRingIsMadeAgainFromTheNotes() throws {
        var (bench, builder) = Self.awake()
        let first = bench.card(1601)
        let id = try #require(Self.slots(&bench).first?.id)
        _ = bench.give(.leadsAnswered([LeadAnswer(id: id, answer: .received)], under: [3]))
        bench.pass(.seconds(60))
        let second = bench.card(1601)
        // The first of these notes has the step of the entry, the second the end of the lead.
        let others = bench.card(1602) + bench.card(1602)
        var history = LeadHistory()
        for entry in (first + second + others).entries where entry.kind == .sealed {
            for note in Self.notes([.durable(.record(entry))]) { history.hear(note, at: entry.civil) }
        }
        var restored = Restored()
        restored.registry = builder.registry
        restored.activation = bench.controller.watchlist.activation
        restored.watchlist = [Self.entry(bench, builder)]
        restored.nextSequence = 100
        bench.controller = Controller(site: builder.site, restored: restored, primitives: builder.primitives)
        _ = bench.give(.uplink(isConnected: true))
        #expect(Self.slots(&bench, 3).dropFirst().allSatisfy { $0.lead == nil }, "blank until the notes are read")
        _ = bench.give(.leadsRestored(history))
        let events = Self.slots(&bench, 3).compactMap { $0.lead?.event }
        #expect(events == [second.decision?.sequence], "the one that was settled does not come again")
    }

    /// Without an uplink nothing leaves; when it is back, what was owed is not late by more than a slot.
    @Test func whileTheUplinkIsAwayNothingLeaves() throws {
        var (bench, _) = Self.awake()
        _ = bench.give(.uplink(isConnected: false))
        _ = bench.card(1601)
        #expect(Self.slots(&bench, 50).isEmpty)
        _ = bench.give(.uplink(isConnected: true))
        #expect(Self.slots(&bench).compactMap(\.lead).count == 1)
    }

    /// A plain alert that its receiver does not take is a condition; there is no such thing of a lead.
    @Test func anUplinkThatAnswersUnaskedIsTold() {
        var (bench, _) = Self.awake()
        #expect(bench.give(.health(.uplinkMisbehaves, subject: "", isOn: true)).entries.map(\.outcome) == ["on"])
        bench.pass(.seconds(3599))
        #expect(bench.controller.health.has(.uplinkMisbehaves))
        bench.pass(.seconds(1))
        #expect(!bench.controller.health.has(.uplinkMisbehaves))
    }

    /// The key by which receivers know an alert again counts nothing: gaps would tell what went elsewhere.
    @Test func keysOfAlertsCountNothing() throws {
        var (bench, builder) = Self.awake()
        let first =
            bench.give(.contact(SiteBuilder.wicket, isOpen: true)).alerts
            + bench.give(.reader(SiteBuilder.reader, .tamper(true))).alerts
        #expect(!first.isEmpty && Set(first.map(\.idempotencyKey)).count == first.count)
        #expect(first.allSatisfy { $0.idempotencyKey.utf8.count == 32 && !$0.idempotencyKey.contains("/") })
        #expect(first[0].idempotencyKey == builder.primitives.alertKey(first[0].id), "the same after a restart")
    }

    @Test func outsideItsPortalsAnEntryMatchesNobody() {
        let builder = Self.builder()
        var bench = Bench(builder)
        _ = Self.order(&bench, .watchlistActivate(Self.activation(bench)))
        _ = Self.order(&bench, .watchlistImport(Self.entry(bench, builder, portals: ["elsewhere"])))
        #expect(Self.notes(bench.card(1601)).allSatisfy { $0.kind != .hit })
    }

    /// G4: an entry ends by itself, leaves a hash, and no clock that goes back revives it.
    @Test func anExpiredEntryIsErasedAndStaysDead() {
        var (bench, _) = Self.awake()
        let effects = bench.pass(.seconds(3600))
        let erased = effects.contains {
            if case .durable(.watchlistErased(_, let tombstone)) = $0 { tombstone.count == 32 } else { false }
        }
        #expect(erased)
        bench.now.civil = bench.now.civil + .seconds(-3000)
        #expect(Self.notes(bench.card(1601)).allSatisfy { $0.kind != .hit })
        #expect(bench.controller.watchlist.count == 0)
    }

    /// G15: quiet, not wide. Residents go in, nothing is sent, and status says why.
    @Test func whileTheClockIsNotTrustedTheListSleepsAndTheGateWorks() {
        var (bench, _) = Self.awake()
        bench.now.isCivilTrusted = false
        let effects = bench.card(1601)
        #expect(effects.decision?.outcome == "granted")
        #expect(Self.notes(effects).isEmpty)
        #expect(bench.controller.watchlist.sleepReason(at: bench.now) == .clockNotTrusted)
        bench.pass(.seconds(1))
        #expect(Self.slots(&bench, 20).isEmpty)
    }

    @Test func anActivationThatHasExpiredPutsTheListToSleepAndEndsItsEntries() {
        let builder = Self.builder()
        var bench = Bench(builder)
        _ = Self.order(&bench, .watchlistActivate(Self.activation(bench, days: 1)))
        _ = Self.order(&bench, .watchlistImport(Self.entry(bench, builder, life: .seconds(7 * 86400))))
        bench.pass(.seconds(86400))
        #expect(Self.notes(bench.card(1601)).isEmpty)
        #expect(bench.controller.watchlist.sleepReason(at: bench.now) == .activationExpired)
        #expect(bench.controller.watchlist.count == 0, "nothing of the list is loaded without a certificate")
    }

    /// The authority renews an entry with another card: the old one is nobody's any more.
    @Test func aRenewalForgetsWhatTheEntryNamedBefore() {
        var (bench, builder) = Self.awake()
        #expect(
            Self.refusal(Self.order(&bench, .watchlistImport(Self.entry(bench, builder, card: 1602)))) == nil)
        #expect(bench.controller.watchlist.count == 1)
        #expect(Self.notes(bench.card(1601)).allSatisfy { $0.kind != .hit })
        #expect(Self.notes(bench.card(1602)).map(\.kind) == [.hit])
    }

    /// From its first second, and until the one in which it ends.
    @Test(arguments: [(-2 as Int64, false), (-1, true), (3599, true), (3600, false)])
    func anEntryMatchesInItsTimeAlone(offset: Int64, isHit: Bool) throws {
        let builder = Self.builder()
        let bench = Bench(builder)
        var list = Watchlist()
        let entry = Self.entry(bench, builder)
        list.put(entry)
        var now = bench.now
        now.civil = now.civil + .seconds(offset)
        let shown = [[1], entry.references[0]].map { Watchlist.Candidate(reference: $0) }
        let found = list.match(shown, at: SiteBuilder.entry, portal: SiteBuilder.wicket, now: now)
        #expect((found == entry) == isHit)
    }

    /// An activation begins at its moment too, and what was put on the list waits for it.
    @Test func anActivationThatHasNotBegunPutsTheListToSleep() {
        let builder = Self.builder()
        var bench = Bench(builder)
        var activation = Self.activation(bench)
        activation.notBefore = bench.now.civil + .seconds(60)
        _ = Self.order(&bench, .watchlistActivate(activation))
        #expect(bench.controller.watchlist.sleepReason(at: bench.now) == .activationNotYet)
        bench.pass(.seconds(60))
        #expect(bench.controller.watchlist.sleepReason(at: bench.now) == nil)
    }

    /// G3: a document that was withdrawn cannot be played again, not even after a restart.
    @Test func aWithdrawnEntryDoesNotComeBack() {
        var (bench, builder) = Self.awake()
        let again = Self.entry(bench, builder)
        let effects = Self.order(&bench, .watchlistWithdraw("00112233445566ff"))
        #expect(Self.notes(bench.card(1601)).allSatisfy { $0.kind != .hit })
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(again)))?.word == "other")
        var restored = Restored()
        restored.registry = builder.registry
        restored.activation = Self.activation(bench)
        restored.watchlistTombstones = effects.compactMap {
            if case .durable(.watchlistErased(_, let tombstone)) = $0 { tombstone } else { nil }
        }
        bench.controller = Controller(site: builder.site, restored: restored, primitives: builder.primitives)
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(again)))?.word == "other")
    }

    /// A face of which nobody says how sure it is counts where nothing is asked for; a card is what it is.
    @Test func aFaceThatIsNotSureEnoughIsNoHit() {
        let builder = Self.builder()
        let bench = Bench(builder)
        var list = Watchlist()
        var entry = Self.entry(bench, builder)
        entry.minimumConfidence = 80
        list.put(entry)
        func isHit(_ confidence: Int) -> Bool {
            let shown = [Watchlist.Candidate(reference: entry.references[0], confidence: confidence)]
            return list.match(shown, at: SiteBuilder.entry, portal: SiteBuilder.wicket, now: bench.now) != nil
        }
        #expect([0, 79, 80, 100].map(isHit) == [false, false, true, true])
    }

    /// G5: one person for up to 399 residents, never more than fifty; an entry counts as many as it names.
    @Test func theNumberOfPeopleIsBounded() {
        #expect([0, 199, 400, 9999, 10_000, 1_000_000].map { Watchlist.cap(residents: $0) } == [1, 1, 2, 49, 50, 50])
        var (bench, builder) = Self.awake()
        let second = Self.entry(bench, builder, card: 1602, id: "ffeeddccbbaa9988")
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(second))) == .watchlistFull)
        var wider = Self.entry(bench, builder)
        wider.people = 2
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(wider))) == .watchlistFull, "a renewal too")
    }

    /// G11: who is not sought leaves a note of the same size and nothing of an identity.
    @Test func theEntriesOfAMissHoldNoReference() throws {
        var (bench, builder) = Self.awake()
        let reference = builder.primitives.watchlistReference(Array("card|\(SiteBuilder.card(1602))".utf8))
        for entry in bench.card(1602).entries {
            let bytes = entry.canonicalBytes(
                epoch: 1, commitments: entry.personal.map { _ in [UInt8](repeating: 0, count: 32) })
            #expect(!bytes.indices.dropLast(15).contains { Array(bytes[$0..<($0 + 16)]) == reference })
        }
    }
}

extension [Effect] {
    fileprivate var slots: [LeadSlot] {
        compactMap { if case .leadSlot(let slot) = $0 { slot } else { nil } }
    }
}
