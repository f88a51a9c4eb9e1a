import GatehouseCore
import Testing

@testable import GatehouseStore

/// What was to go is gone from the database and its write-ahead file, and the journal is whole without it.
@Suite struct ErasureTests {
    private func decision(_ sequence: UInt64, person: UInt32, days: Int64 = 0) -> DurableEffect {
        var entry = JournalEntry(kind: .decision)
        entry.sequence = sequence
        entry.civil = CivilTime(seconds: 1_780_000_000 + days * 86400)
        entry.person = person
        entry.outcome = "granted"
        entry.personal = [PersonalField(name: .cardNumber, value: Array("H10301:118-160\(person)".utf8))]
        return .record(entry)
    }

    private func filled(_ scratch: Scratch) throws -> StoreWriter {
        let writer = scratch.writer()
        var pictures: [DurableEffect] = []
        for event in 2...4 as ClosedRange<UInt64> {
            pictures.append(
                .snapshot(
                    SnapshotRow(
                        event: event, camera: "gate", result: .stored(path: "\(event).jpg", size: 1, digest: [1]))))
        }
        try writer.commit(
            .init(
                number: 1,
                effects: [.registry(RegistryRowTests.rows.map { .put($0) }, revision: 1), scratch.entry(1, .registry)]
                    + [decision(2, person: 1), decision(3, person: 2), decision(4, person: 2)] + pictures))
        return writer
    }

    /// The entry that goes with an erasure.
    private func erasure(_ sequence: UInt64, person: UInt32? = nil, before: CivilTime? = nil) -> DurableEffect {
        var entry = JournalEntry(kind: .erasure)
        entry.sequence = sequence
        entry.civil = CivilTime(seconds: 1_790_000_000)
        entry.person = person
        entry.detail[.before] = before.map { .integer($0.milliseconds) }
        return .record(entry)
    }

    @Test func anErasedPersonIsANumberAndTheJournalIsWhole() throws {
        let scratch = Scratch()
        let writer = try filled(scratch)
        var reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let rows = try reader.everRows(of: 2)
        #expect(rows == [RegistryRowID(.person, 2), RegistryRowID(.credential, 1), RegistryRowID(.consent, 1)])
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    .registry([.end(.consent, id: 1), .end(.credential, id: 1), .end(.person, id: 2)], revision: 2),
                    .erase(person: 2, rows), erasure(5, person: 2),
                ]))
        var idle = false
        for _ in 0..<10 where !idle { idle = writer.idle() }
        reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try reader.entries(filter(person: 2), withPersonal: true).allSatisfy { $0.personal.isEmpty })
        #expect(try reader.entries(filter(person: 1), withPersonal: true).allSatisfy { $0.personal.count == 1 })
        #expect(try reader.history(.person, 2).isEmpty && reader.history(.credential, 1).isEmpty)
        #expect(try reader.registry(asOf: 1).damaged == 0)
        #expect(
            try reader.registry(asOf: 1).registry.person(1) != nil && reader.registry(asOf: 1).registry.person(2) == nil
        )
        #expect(try reader.pendingErasures(limit: 9).map(\.event) == [3, 4])
        let report = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        #expect(report.isWhole && report.erased == 2, "\(report.faults)")
        // The pictures are gone when the uplink says so.
        for event in [3, 4] as [UInt64] {
            try writer.commit(
                .init(
                    number: 1 + event,
                    effects: [
                        .snapshot(SnapshotRow(event: event, camera: "gate", result: .expired)),
                        scratch.entry(3 + event, .snapshot),
                    ]))
        }
        #expect(try reader.pendingErasures(limit: 9).isEmpty)
        #expect(
            try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site).damagedRows == 0)
    }

    private func filter(person: UInt32) -> JournalFilter {
        var filter = JournalFilter()
        filter.person = person
        return filter
    }

    /// The sealed octets of an erased row are on no page of the file.
    @Test func theSealedOctetsAreOverwritten() throws {
        let scratch = Scratch()
        let writer = try filled(scratch)
        let database = try Database(path: scratch.database, mode: .readOnly)
        let statement = try database.prepare("SELECT sealed FROM registry WHERE kind = 3 AND id = 2")
        #expect(try statement.step())
        let sealed = statement.octets(0)
        statement.reset()
        func octets() -> [UInt8] { scratch.contents(scratch.database) + scratch.contents(scratch.database + "-wal") }
        #expect(octets().firstRange(of: sealed) != nil)
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    .registry([.end(.credential, id: 1), .end(.consent, id: 1), .end(.person, id: 2)], revision: 2),
                    .erase(person: 2, [RegistryRowID(.person, 2)]), scratch.entry(5, .erasure),
                ]))
        var isDone = false
        for _ in 0..<10 where !isDone { isDone = writer.idle() }
        #expect(isDone && octets().firstRange(of: sealed) == nil)
    }

    @Test func retentionErasesWhatIsOlderAndNothingElse() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let effects = (1...6 as ClosedRange<UInt64>).map { decision($0, person: 1, days: Int64($0)) }
        try writer.commit(.init(number: 1, effects: effects))
        let cutOff = CivilTime(seconds: 1_780_000_000 + 4 * 86400)
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try reader.personalCounts(before: cutOff).older == 3)
        try writer.commit(.init(number: 2, effects: [.erasePersonal(before: cutOff), erasure(7, before: cutOff)]))
        let counts = try reader.personalCounts(before: cutOff)
        #expect(counts.kept == 3 && counts.older == 0 && counts.erased == 3)
        #expect(counts.oldest == cutOff)
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().isWhole)
        // Everything is older: everything goes, in portions while nothing waits.
        try writer.commit(
            .init(
                number: 3,
                effects: [.erasePersonal(before: CivilTime(seconds: 1_990_000_000)), scratch.entry(8, .erasure)]))
        #expect(try reader.personalCounts(before: nil).kept == 0)
    }

    private func settle(_ writer: StoreWriter) {
        var isDone = false
        for _ in 0..<50 where !isDone { isDone = writer.idle() }
        #expect(isDone)
    }

    /// Who lived here years ago is nobody's business; present rows and later ends stay, and the head moves with it.
    @Test func statesThatEndedLongAgoLoseWhatWasSealedInThem() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        func change(_ number: UInt64, _ changes: [RegistryChange], days: Int64) throws {
            var entry = JournalEntry(kind: .registry)
            (entry.sequence, entry.civil) = (number, CivilTime(seconds: 1_780_000_000 + days * 86400))
            try writer.commit(
                .init(number: number, effects: [.registry(changes, revision: number), .record(entry)]))
        }
        try change(1, [scratch.person(1, "王芳"), scratch.person(2, "李伟"), scratch.person(3, "赵强")], days: 0)
        try change(2, [.end(.person, id: 1)], days: 10)
        try change(3, [.end(.person, id: 2)], days: 30)
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let cutOff = CivilTime(seconds: 1_780_000_000 + 20 * 86400)
        var counts = try reader.endedCounts(before: cutOff)
        #expect(counts.rows == 2 && counts.older == 1)
        #expect(counts.oldest == CivilTime(seconds: 1_780_000_000 + 10 * 86400))
        try writer.commit(.init(number: 4, effects: [.eraseEnded(before: cutOff), erasure(4)]))
        settle(writer)
        counts = try reader.endedCounts(before: cutOff)
        #expect(counts.rows == 1 && counts.older == 0)
        #expect(try reader.history(.person, 1).isEmpty)
        #expect(try !reader.history(.person, 2).isEmpty)
        #expect(try reader.rows(.person).count == 1)
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().isWhole)
        #expect(try StoreOpener.look(scratch.database, secrets: scratch.secrets).isGood)
        #expect(
            try StoreOpener.open(
                path: scratch.database, site: Scratch.site, secrets: scratch.secrets,
                at: CivilTime(seconds: 1_790_000_000)
            ).state.isGood)
    }

    /// More rows than one go looks at, with ended ones at its edges.
    @Test func aLongRegisterIsLookedThroughInPortions() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let many = (1...9000 as ClosedRange<UInt32>).map { scratch.person($0, "N") }
        try writer.commit(.init(number: 1, effects: [.registry(many, revision: 1), scratch.entry(1, .registry)]))
        let ended: [UInt32] = [1, 3999, 4000, 4001, 8000, 9000]
        try writer.commit(
            .init(
                number: 2,
                effects: [.registry(ended.map { .end(.person, id: $0) }, revision: 2), scratch.entry(2, .registry)]))
        let later = CivilTime(seconds: 1_990_000_000)
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try reader.endedCounts(before: later).older == ended.count)
        try writer.commit(.init(number: 3, effects: [.eraseEnded(before: later), erasure(3)]))
        settle(writer)
        #expect(try reader.endedCounts(before: later).rows == 0)
        #expect(try reader.rows(.person).count == 9000 - ended.count)
    }

    @Test func settledAlertsGoAndTheNextNumberDoesNotComeAgain() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        func item(_ id: UInt64, days: Int64) -> OutboxItem {
            OutboxItem(
                id: id, destination: "desk", kind: .forced, event: id, idempotencyKey: "k\(id)",
                created: CivilTime(seconds: 1_780_000_000 + days * 86400), expires: nil, content: .plain(["a": "b"]))
        }
        let items = (1...5 as ClosedRange<UInt64>).map { item($0, days: Int64($0)) }
        try writer.commit(.init(number: 1, effects: items.map { .enqueue($0) } + [scratch.entry(1)]))
        try writer.commit(
            .init(
                number: 2,
                effects: [items[0], items[1], items[3], items[4]].map { .settle($0, .delivered(receipt: "r")) }
                    + [scratch.entry(2)]))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let later = CivilTime(seconds: 1_990_000_000)
        #expect(try reader.settledAlertCounts(before: later).older == 3, "the newest is not counted")
        try writer.commit(.init(number: 3, effects: [.dropAlerts(before: later), erasure(3)]))
        settle(writer)
        #expect(try reader.settledAlertCounts(before: later).rows == 1)
        #expect(try reader.outboxCounts().map(\.owed) == [1], "what is owed stays")
        #expect(
            try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
                .restored.nextOutboxID == 6)
        #expect(try StoreOpener.look(scratch.database, secrets: scratch.secrets).isGood)
    }

    @Test func yearsOfValuesGoInPortionsWhileNothingWaits() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(number: 1, effects: (1...5000 as ClosedRange<UInt64>).map { decision($0, person: 1) }))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let later = CivilTime(seconds: 1_990_000_000)
        try writer.commit(.init(number: 2, effects: [.erasePersonal(before: later), scratch.entry(5001, .erasure)]))
        #expect(try reader.personalCounts(before: later).kept == 3000)
        var rounds = 1
        while !writer.idle(), rounds < 20 { rounds += 1 }
        #expect(rounds == 3)
        #expect(try reader.personalCounts(before: later).kept == 0)
    }
}
