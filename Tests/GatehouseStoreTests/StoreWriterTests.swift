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

    /// A sealed alert whose entry of the watchlist expired is gone from the disk; a delivered one keeps its envelope.
    @Test(arguments: [(OutboxEnd.expired, 0), (.delivered(receipt: "200"), 40), (.abandoned(reason: "410"), 40)])
    func anExpiredSealedAlertLeavesNothing(end: OutboxEnd, count: Int) throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let envelope = [UInt8](repeating: 0xAB, count: 38)
        let item = Self.item(1, .watchlist, content: .sealed(envelope))
        try writer.commit(.init(number: 1, effects: [.enqueue(item), .enqueue(Self.item(2))]))
        try writer.commit(.init(number: 2, effects: [.settle(item, end)]))
        let row = try Database(path: scratch.database, mode: .readOnly).prepare(
            "SELECT length(content), state FROM outbox WHERE id = 1")
        #expect(try row.step())
        #expect(Int(row.integer(0)) == count && row.text(1) != "owed")
        let owed = try StoreLoader(path: scratch.database, secrets: scratch.secrets).outbox(
            OutboxLane("desk", .intrusion))
        #expect(owed.map(\.id) == [2])
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
        #expect(try loader.outboxItem(295) == items[294] && loader.outboxItem(301) == nil)
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
