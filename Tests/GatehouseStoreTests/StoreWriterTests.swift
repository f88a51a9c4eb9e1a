import GatehouseCore
import GatehouseStore
import Testing

/// What the writer leaves behind beside the entries.
@Suite("Store writer")
struct StoreWriterTests {
    private static func entry(_ sequence: UInt64, at seconds: Int64, isTrusted: Bool = true) -> DurableEffect {
        var entry = JournalEntry(kind: .decision)
        entry.sequence = sequence
        entry.civil = CivilTime(seconds: seconds)
        entry.isCivilTrusted = isTrusted
        return .record(entry)
    }

    private static func item(_ id: UInt64, _ kind: AlertKind = .forced, content: OutboxContent = .plain([:]))
        -> OutboxItem
    {
        OutboxItem(
            id: id, destination: "desk", kind: kind, event: id, idempotencyKey: "k\(id)",
            created: CivilTime(seconds: 0), content: content)
    }

    /// The floor of the next start is the latest trusted time: it follows within ten seconds, goes back with a clock that
    /// somebody accepted, and not with one that nobody trusts.
    @Test func theFloorOfTheNextStartFollowsTheTrustedClock() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        var number: UInt64 = 0
        func floor(_ seconds: Int64, isTrusted: Bool = true) throws -> Int64 {
            number += 1
            try writer.commit(
                .init(number: number, effects: [Self.entry(number, at: seconds, isTrusted: isTrusted)]))
            return try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site).floor
                .seconds
        }
        #expect(try floor(2_000_000_000) == 2_000_000_000)
        #expect(try floor(2_000_000_009) == 2_000_000_000)
        #expect(try floor(2_000_000_010) == 2_000_000_010)
        #expect(try floor(2_100_000_000, isTrusted: false) == 2_000_000_010)
        #expect(try floor(1_900_000_000, isTrusted: false) == 2_000_000_010)
        // The clock had been a year ahead, and an operator has said so.
        #expect(try floor(1_968_000_000) == 1_968_000_000)
        #expect(try floor(1_967_999_999) == 1_967_999_999)
    }

    /// Leads that an older program owed go out of the outbox; the newest number stays, so that none is given twice.
    @Test(arguments: [1 as UInt64, 3])
    func alertsOfTheOlderFormLeaveTheOutbox(newest: UInt64) throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let lead = Self.item(1, .watchlist, content: .plain(["canary": "an envelope"]))
        let rest = newest == 1 ? [] : [Self.item(2, .watchlist), Self.item(3)]
        try writer.commit(.init(number: 1, effects: ([lead] + rest).map { .enqueue($0) }))
        var site = Scratch.site
        site.alerts = [AlertRoute(destination: "desk", kinds: [.forced, .watchlist])]
        let before = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: site).restored
        #expect(before.hasSealedAlerts)
        #expect(before.outbox[OutboxLane("desk", .intrusion)]?.items.map(\.id) == (newest == 1 ? [] : [3]))
        try writer.commit(.init(number: 2, effects: [Self.entry(1, at: 1), .dropSealedAlerts]))
        #expect(writer.idle())
        let after = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: site).restored
        #expect(!after.hasSealedAlerts && after.nextOutboxID == newest + 1)
        #expect(!String(decoding: scratch.contents(scratch.database), as: UTF8.self).contains("canary"))
    }

    /// How an alert ended is said once: what comes after it changes nothing.
    @Test func whatIsSettledStaysAsItWasSettled() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(.init(number: 1, effects: [.enqueue(Self.item(1))]))
        try writer.commit(.init(number: 2, effects: [.settle(Self.item(1), .delivered(receipt: "200"))]))
        try writer.commit(.init(number: 3, effects: [.settle(Self.item(1), .abandoned(reason: "late"))]))
        let row = try Database(path: scratch.database, mode: .readOnly).prepare("SELECT state, note FROM outbox")
        #expect(try row.step())
        #expect(row.text(0) == "delivered" && row.text(1) == "200")
    }

    /// Owed rows come back in their order, a window at a time and only of their lane.
    @Test func owedRowsComeBackInTheirOrder() throws {
        let scratch = Scratch()
        var other = Self.item(999)
        other.destination = "elsewhere"
        let items = (1...300).map { Self.item(UInt64($0)) }
        try scratch.writer().commit(
            .init(number: 1, effects: (items.reversed() + [other]).map { .enqueue($0) }))
        let loader = try StoreLoader(path: scratch.database, secrets: scratch.secrets)
        #expect(try loader.outbox(OutboxLane("desk", .intrusion)) == Array(items.prefix(Outbox.window)))
        #expect(try loader.outbox(OutboxLane("desk", .life)).isEmpty, "a lane of their own")
        #expect(try loader.load(site: Scratch.site).restored.nextOutboxID == 1000)
    }

    /// A start that reads a whole window knows that there may be more.
    @Test(arguments: [(Outbox.window - 1, true), (Outbox.window, false), (Outbox.window + 1, false)])
    func aStartKnowsWhetherMoreIsOwed(count: Int, isLast: Bool) throws {
        let scratch = Scratch()
        try scratch.writer().commit(
            .init(number: 1, effects: (1...count).map { .enqueue(Self.item(UInt64($0))) }))
        var site = Scratch.site
        site.alerts = [AlertRoute(destination: "desk", kinds: [.forced])]
        let restored = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: site).restored
        let rows = try #require(restored.outbox[OutboxLane("desk", .intrusion)])
        #expect(rows.isLast == isLast && rows.items.count == min(count, Outbox.window))
    }

    /// Where people and vehicles are, what was used up and who is paused comes back; what was forgotten does not.
    @Test func theLedgerComesBackAsItWasLeft() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let here = Ledger.Presence(area: "inside", since: CivilTime(seconds: 7))
        let there = Ledger.Presence(area: "street", since: CivilTime(seconds: 8))
        let use = Ledger.Use(count: 2, first: CivilTime(seconds: 3))
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    .area(person: 1, here), .area(person: 2, here), .area(person: 3, here), .area(person: 2, there),
                    .area(person: 3, nil), .ledger(.vehicle(1, "inside")), .ledger(.vehicle(2, "inside")),
                    .ledger(.vehicle(2, nil)), .ledger(.use(credential: 1, use)), .ledger(.threat(1)),
                    .ledger(.threat(2)),
                ]))
        let ledger = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
            .restored.ledger
        #expect(ledger.presences == [1: here, 2: there])
        #expect(ledger.vehicles == [1: "inside"] && ledger.uses == [1: use] && ledger.threat == 2)
    }
}
