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
        return (bench, builder)
    }

    @Test func withoutAnActivationNothingIsTakenAndNothingIsSent() {
        let builder = Self.builder()
        var bench = Bench(builder)
        #expect(
            Self.refusal(Self.order(&bench, .watchlistImport(Self.entry(bench, builder))))
                == .watchlistAsleep(.notActivated))
        let effects = bench.card(1601)
        #expect(effects.alerts.isEmpty)
        #expect(!effects.entries.contains { $0.kind == .sealed })
    }

    /// G6: the same lamp, release, entries and order for a flagged person as for the neighbour.
    @Test func aHitChangesNothingThatAnybodyAtTheGateCouldSee() {
        var (flagged, builder) = Self.awake()
        var (other, _) = Self.awake()
        let hit = flagged.card(1601)
        let miss = other.card(1602)
        func visible(_ effects: [Effect]) -> [String] {
            effects.compactMap { effect in
                switch effect {
                case .durable(.record(let entry)): "\(entry.kind) \(entry.outcome ?? "") \(entry.reason ?? "")"
                case .durable(.enqueue): nil
                case .release(let portal, let event): "release \(portal) \(event ?? 0)"
                case .indicate(let reader, let indication, let waits): "\(reader) \(indication) \(waits)"
                case .capture(let request): "capture \(request.event)"
                case .deliver: nil
                default: "\(effect)"
                }
            }
        }
        #expect(visible(hit) == visible(miss))
        #expect(miss.alerts.isEmpty)
        #expect(hit.alerts.map(\.destination) == ["district"])
        // The sealed notes beside them have one size.
        let sizes = [hit, miss].map { $0.entries.first { $0.kind == .sealed }?.detail["note"]?.octets?.count }
        #expect(sizes[0] != nil && sizes[0] == sizes[1])
        _ = builder.primitives
    }

    @Test func theLeadNamesNobodyAndExpiresWithItsEntry() throws {
        var (bench, _) = Self.awake()
        let item = try #require(bench.card(1601).alerts.first)
        guard case .lead(let lead) = item.content else {
            Issue.record("the alert is no lead")
            return
        }
        #expect(lead.entry == "00112233445566ff" && lead.picture == nil)
        #expect(item.expires == bench.now.civil + .seconds(3600))
    }

    /// G7: the digest of the picture follows, once, and only for a hit.
    @Test func theDigestOfThePictureFollowsTheLead() throws {
        var (bench, _) = Self.awake()
        let flagged = try #require(bench.card(1601).decision).sequence
        let other = try #require(bench.card(1602).decision).sequence
        func stored(_ event: UInt64) -> Input {
            .snapshot(
                SnapshotRow(
                    event: event, camera: "cam-1",
                    result: .stored(path: "p", size: 1, digest: [UInt8](repeating: 5, count: 32))))
        }
        #expect(bench.give(stored(other)).alerts.isEmpty)
        let second = bench.give(stored(flagged)).alerts
        #expect(second.count == 1)
        guard case .lead(let lead)? = second.first?.content else {
            Issue.record("no second lead")
            return
        }
        #expect(lead.event == flagged && lead.picture == [UInt8](repeating: 5, count: 32))
        #expect(bench.give(stored(flagged)).alerts.isEmpty)
    }

    /// A lead that its receiver does not take is nobody's condition, and its end nobody's entry; a plain alert is.
    @Test func thatALeadWaitsIsToldToNobody() throws {
        var (bench, _) = Self.awake()
        _ = bench.card(1601)
        _ = bench.give(.contact(SiteBuilder.wicket, isOpen: true))
        var told: [JournalEntry] = []
        for _ in 0..<8 {
            var out: [OutboxItem] = []
            for case .deliver(let item, _) in bench.pass(.seconds(120)) { out.append(item) }
            for item in out { told += bench.give(.deliveryFailed(item.id, reason: "500", isFinal: false)).entries }
        }
        told += bench.pass(.seconds(120)).entries
        let standing = bench.controller.health.standing.filter { $0.code == .outboxStuck }
        #expect(standing.allSatisfy { $0.subject == "desk" })
        #expect(!told.contains { "\($0)".contains("district") })
    }

    /// The key by which receivers know an alert again counts nothing: gaps would tell what went elsewhere.
    @Test func keysOfAlertsCountNothing() throws {
        var (bench, builder) = Self.awake()
        let first = bench.card(1601).alerts + bench.give(.contact(SiteBuilder.wicket, isOpen: true)).alerts
        #expect(!first.isEmpty && Set(first.map(\.idempotencyKey)).count == first.count)
        #expect(first.allSatisfy { $0.idempotencyKey.utf8.count == 32 && !$0.idempotencyKey.contains("/") })
        #expect(first[0].idempotencyKey == builder.primitives.alertKey(first[0].id), "the same after a restart")
    }

    @Test func outsideItsPortalsAnEntryMatchesNobody() {
        let builder = Self.builder()
        var bench = Bench(builder)
        _ = Self.order(&bench, .watchlistActivate(Self.activation(bench)))
        _ = Self.order(&bench, .watchlistImport(Self.entry(bench, builder, portals: ["elsewhere"])))
        #expect(bench.card(1601).alerts.isEmpty)
    }

    /// G4: an entry ends by itself, leaves a hash, and no clock that goes back revives it.
    @Test func anExpiredEntryIsErasedAndStaysDead() {
        var (bench, _) = Self.awake()
        let effects = bench.pass(.seconds(3600))
        #expect(effects.contains { if case .durable(.watchlistErased) = $0 { true } else { false } })
        let tombstone = effects.entries.first { $0.kind == .watchlist && $0.outcome == "expired" }
        #expect(tombstone?.detail["entry"]?.octets?.count == 32)
        bench.now.civil = bench.now.civil + .seconds(-3000)
        #expect(bench.card(1601).alerts.isEmpty)
        #expect(bench.controller.watchlist.count == 0)
    }

    /// G15: quiet, not wide. Residents go in, nothing is sent, and status says why.
    @Test func whileTheClockIsNotTrustedTheListSleepsAndTheGateWorks() {
        var (bench, _) = Self.awake()
        bench.now.isCivilTrusted = false
        let effects = bench.card(1601)
        #expect(effects.decision?.outcome == "granted")
        #expect(effects.alerts.isEmpty)
        #expect(bench.controller.watchlist.sleepReason(at: bench.now) == .clockNotTrusted)
    }

    @Test func anActivationThatHasExpiredPutsTheListToSleep() {
        let builder = Self.builder()
        var bench = Bench(builder)
        _ = Self.order(&bench, .watchlistActivate(Self.activation(bench, days: 1)))
        _ = Self.order(&bench, .watchlistImport(Self.entry(bench, builder, life: .seconds(7 * 86400))))
        bench.pass(.seconds(86400))
        #expect(bench.card(1601).alerts.isEmpty)
        #expect(bench.controller.watchlist.sleepReason(at: bench.now) == .activationExpired)
    }

    /// The authority renews an entry with another card: the old one is nobody's any more.
    @Test func aRenewalForgetsWhatTheEntryNamedBefore() {
        var (bench, builder) = Self.awake()
        #expect(
            Self.refusal(Self.order(&bench, .watchlistImport(Self.entry(bench, builder, card: 1602)))) == nil)
        #expect(bench.controller.watchlist.count == 1)
        #expect(bench.card(1601).alerts.isEmpty)
        #expect(bench.card(1602).alerts.count == 1)
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
        let found = list.match([[1], entry.references[0]], at: SiteBuilder.entry, portal: SiteBuilder.wicket, now: now)
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
        #expect(bench.card(1601).alerts.isEmpty)
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(again)))?.word == "other")
        var restored = Restored()
        restored.registry = builder.registry
        restored.activation = Self.activation(bench)
        restored.watchlistTombstones = effects.entries.compactMap { $0.detail["entry"]?.octets }
        bench.controller = Controller(site: builder.site, restored: restored, primitives: builder.primitives)
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(again)))?.word == "other")
    }

    /// G5: one entry for up to 399 residents, never more than fifty.
    @Test func theNumberOfEntriesIsBounded() {
        #expect([0, 199, 400, 9999, 10_000, 1_000_000].map { Watchlist.cap(residents: $0) } == [1, 1, 2, 49, 50, 50])
        var (bench, builder) = Self.awake()
        let second = Self.entry(bench, builder, card: 1602, id: "ffeeddccbbaa9988")
        #expect(Self.refusal(Self.order(&bench, .watchlistImport(second))) == .watchlistFull)
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
