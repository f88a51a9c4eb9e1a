import GatehouseAdmin
import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

@testable import GatehouseStore

@Suite("Checkpoints of a gate")
struct CheckpointKeeperTests {
    private func keeper(_ scratch: Scratch, epoch: UInt64 = 1) throws -> CheckpointKeeper {
        try CheckpointKeeper(
            path: scratch.database, secrets: scratch.secrets,
            signer: scratch.keys.logSigner(site: "lotus", epoch: epoch).closures)
    }

    private func commit(
        _ sequences: ClosedRange<UInt64>, _ scratch: Scratch, run: String = "run", _ kind: EntryKind = .decision
    ) throws {
        try scratch.writer(run: run).commit(.init(number: 1, effects: sequences.map { scratch.entry($0, kind) }))
    }

    private func refusal(_ body: () throws -> Void) -> CheckpointKeeper.Refusal? {
        do { try body() } catch { return error as? CheckpointKeeper.Refusal }
        return nil
    }

    private func copy(_ from: String, _ to: String, _ scratch: Scratch) {
        let octets = scratch.contents(from)
        let descriptor = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        #expect(write(descriptor, octets, octets.count) == octets.count)
    }

    @Test func aCheckpointCoversWhatIsOnDiskAndStandsInTwoPlaces() throws {
        let scratch = Scratch()
        let key = try scratch.keys.logSigner(site: "lotus", epoch: 1).key
        #expect(key.name == "lotus/journal/1")
        try commit(1...300, scratch)
        let made = try #require(try keeper(scratch).make())
        #expect(made.size == 300)
        let note = try SignedNote(made.note)
        let head = try Checkpoint.open(note, key: key)
        #expect(head.size == 300 && head.origin == "lotus/journal/1")
        #expect(try JournalProver(path: scratch.database, sha256: Hash.sha256).root(size: 300) == head.root)
        #expect(scratch.contents(scratch.database + ".checkpoint") == made.note)
        #expect(try CheckpointKeeper.stored(scratch.database) == made)
        #expect(try keeper(scratch).make() == made, "nothing new: the same again")
        try commit(301...301, scratch, run: "two")
        let next = try #require(try keeper(scratch).make())
        #expect(next.size == 301)
        #expect(try CheckpointKeeper.stored(scratch.database) == next)
    }

    @Test func linesOfWitnessesStandBelowTheHead() throws {
        let scratch = Scratch()
        try commit(1...20, scratch)
        let keeper = try keeper(scratch)
        let bare = try #require(try keeper.make())
        let text = try SignedNote(bare.note).text
        let seed = SecretKey([UInt8](repeating: 9, count: 32))
        let key = try NoteKey(name: "committee/w1", kind: .witness, publicKey: Ed25519.publicKey(seed: seed))
        func line(at seconds: UInt64, over text: String) throws -> String {
            let octets = try Cosignature(of: Array(text.utf8), at: seconds, seed: seed).octets
            return String(SignedNote.Signature(name: key.name, id: key.id, octets: octets).line.dropLast())
        }
        let witnesses = try WitnessPolicy(
            Array("witness one \(key) https://w1.example\nquorum one\n".utf8)
        ).closures
        #expect(!witnesses.areEnough(bare.note))
        let good = try line(at: 1_790_000_000, over: text)
        #expect(try keeper.add(good, of: "two", size: 20, witnesses) == nil, "nobody of that name is asked")
        #expect(try keeper.add(good, of: "one", size: 19, witnesses) == nil, "there is no such head")
        let foreign = try line(at: 1, over: "another text\n")
        #expect(try keeper.add(foreign, of: "one", size: 20, witnesses) == nil)
        #expect(try keeper.add("not a line", of: "one", size: 20, witnesses) == nil)
        #expect(try keeper.make() == bare)
        let cosigned = try #require(try keeper.add(good, of: "one", size: 20, witnesses))
        #expect(witnesses.areEnough(cosigned.note))
        #expect(try keeper.make() == cosigned, "the same head, with its witness")
        // Of one witness one line, the latest.
        let again = try #require(
            try keeper.add(line(at: 1_790_000_100, over: text), of: "one", size: 20, witnesses))
        #expect(again.note.count == cosigned.note.count && again.note != cosigned.note)
        #expect(try SignedNote(again.note).signatures.count == 2)
        #expect(try CheckpointKeeper.stored(scratch.database) == again)
    }

    @Test func aWitnessThatIsAwayIsToldAfterAWhileAndUntilItHasSigned() {
        let start = MonotonicTime(nanoseconds: 0)
        var watch = WitnessWatch()
        #expect(watch.remaining(at: start) == nil)
        watch.signed(10, at: start)
        watch.signed(20, at: start + .seconds(60))
        #expect(watch.remaining(at: start + .seconds(100)) == .seconds(20))
        #expect(!watch.isLate(at: start + .seconds(119)) && watch.isLate(at: start + .seconds(120)))
        watch.witnessed(10)
        #expect(!watch.isLate(at: start + .seconds(179)) && watch.isLate(at: start + .seconds(180)))
        watch.witnessed(20)
        watch.signed(20, at: start + .seconds(200))
        #expect(!watch.isLate(at: start + .seconds(10_000)))
        // For days.
        for size in 21...5000 as ClosedRange<UInt64> { watch.signed(size, at: start + .seconds(Int64(size))) }
        watch.witnessed(84)
        #expect(!watch.isLate(at: start + .seconds(5000)), "what was not counted is told with the next head")
        watch.signed(5001, at: start + .seconds(5001))
        #expect(watch.isLate(at: start + .seconds(5121)))
    }

    @Test func aJournalWithoutATreeHasNoCheckpoint() throws {
        let scratch = Scratch()
        #expect(try keeper(scratch).make() == nil)
    }

    @Test func yesterdaysDatabaseIsNotSigned() throws {
        let scratch = Scratch()
        let path = scratch.database
        try commit(1...20, scratch)
        _ = try keeper(scratch).make()
        try #require(StoreWriter.open(path: path).truncateLog())
        copy(path, path + ".yesterday", scratch)
        try commit(21...30, scratch, run: "two")
        _ = try keeper(scratch).make()
        // The whole file is put back; its write-ahead file is gone.
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        copy(path + ".yesterday", path, scratch)
        #expect(refusal { _ = try keeper(scratch).make() } == .behind(.file, signed: 30, present: 20))
        try commit(21...40, scratch, run: "three", .look)
        #expect(
            refusal { _ = try keeper(scratch).make() } == .differs(.file, signed: 30), "other entries in their place")
        let signed = try SignedNote(scratch.contents(path + ".checkpoint"))
        #expect(try Checkpoint(text: signed.text).size == 30, "what was signed stays what it was")
        // A restore on purpose begins another log.
        #expect(try keeper(scratch, epoch: 2).make()?.size == 40)
    }

    /// The tree of a restored database may lack what the old one has signed: under the old name it would be a fork.
    @Test func theEntryOfARestoreCarriesTheHeadThatWasSignedLast() throws {
        let scratch = Scratch()
        try commit(1...20, scratch)
        let backup = try Backup.make(
            database: scratch.database, directory: scratch.folder, name: "b", secrets: scratch.secrets)
        try commit(21...30, scratch, run: "two")
        let signed = try #require(try keeper(scratch).make())
        let restored = try Backup.restore(
            backup, database: scratch.database, at: CivilTime(seconds: 1_790_000_000), actor: "t",
            secrets: scratch.secrets)
        #expect(restored.epoch == 2)
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let entry = try #require(try reader.entry(restored.first, withPersonal: false)).entry
        #expect(entry.kind == .restored)
        #expect(entry.detail[.head]?.text == String(decoding: signed.note, as: UTF8.self))
        let next = try #require(try keeper(scratch, epoch: 2).make())
        #expect(next.origin == "lotus/journal/2" && next.size == 21)
        let key = try scratch.keys.logSigner(site: "lotus", epoch: 2).key
        #expect(try Checkpoint.open(SignedNote(next.note), key: key).size == 21)
    }

    @Test func whatTheTableSaysIsHeldAgainstTheJournalToo() throws {
        let scratch = Scratch()
        try commit(1...20, scratch)
        _ = try keeper(scratch).make()
        unlink(scratch.database + ".checkpoint")
        try Database(path: scratch.database).execute("DELETE FROM journal WHERE seq > 15")
        #expect(refusal { _ = try keeper(scratch).make() } == .behind(.table, signed: 20, present: 15))
        try commit(16...25, scratch, run: "two", .look)
        #expect(refusal { _ = try keeper(scratch).make() } == .differs(.table, signed: 20))
    }

    /// Somebody who spoils a row ends no signing; what is whole still holds the gate.
    @Test(arguments: ["size = 10", "size = 1000", "note = x'00'", "note = substr(note, 1, 20)"])
    func aRowThatNobodyHereSignedSaysNothing(change: String) throws {
        let scratch = Scratch()
        try commit(1...20, scratch)
        _ = try keeper(scratch).make()
        try commit(21...30, scratch, run: "two")
        _ = try keeper(scratch).make()
        try Database(path: scratch.database).execute("UPDATE checkpoint SET \(change) WHERE size = 30")
        #expect(try keeper(scratch).make()?.size == 30)
        let key = try scratch.keys.logSigner(site: "lotus", epoch: 1).key
        let report = try JournalVerifier(path: scratch.database, secrets: scratch.secrets, heads: key.reader).verify()
        let isMended =
            try CheckpointKeeper.stored(scratch.database, size: 30)?.note
            == scratch.contents(scratch.database + ".checkpoint")
        #expect(isMended && report.isWhole == !change.hasPrefix("size"))
        // The file alone holds it where the rows say nothing.
        try Database(path: scratch.database).execute(
            "UPDATE checkpoint SET note = x'00'; DELETE FROM journal WHERE seq > 25")
        #expect(refusal { _ = try keeper(scratch).make() } == .behind(.file, signed: 30, present: 25))
    }

    @Test func aPlaceThatLostItsCheckpointGetsItAgain() throws {
        let scratch = Scratch()
        try commit(1...5, scratch)
        let made = try #require(try keeper(scratch).make())
        unlink(scratch.database + ".checkpoint")
        #expect(try keeper(scratch).make() == made)
        #expect(scratch.contents(scratch.database + ".checkpoint") == made.note)
        try Database(path: scratch.database).execute("DELETE FROM checkpoint")
        #expect(try keeper(scratch).make() == made)
        #expect(try CheckpointKeeper.stored(scratch.database) == made)
    }

    @Test func theTableKeepsTheNewestOfThem() throws {
        let scratch = Scratch()
        try commit(1...5, scratch)
        let database = try Database(path: scratch.database)
        try database.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO checkpoint SELECT 'another/journal/1', i, x'', x'' FROM n
            """)
        try database.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO checkpoint SELECT 'lotus/journal/1', i - 5000, x'', x'' FROM n
            """)
        _ = try? keeper(scratch).make()
        let signer = try scratch.keys.logSigner(site: "lotus", epoch: 1)
        let empty = try signer.sign(size: 0, root: Merkle.emptyRoot).octets
        try database.prepare("UPDATE checkpoint SET note = ? WHERE origin = 'lotus/journal/1' AND size = 0").bind(empty)
            .run()
        #expect(try keeper(scratch).make()?.size == 5)
        let rows = try database.prepare("SELECT origin, count(*), max(size) FROM checkpoint GROUP BY origin ORDER BY 1")
        var counts: [String] = []
        while try rows.step() { counts.append("\(rows.text(0)) \(rows.integer(1)) \(rows.integer(2))") }
        #expect(counts == ["another/journal/1 5000 5000", "lotus/journal/1 4096 5"])
    }

    @Test func aCheckpointIsDueAfterAsManyEntriesOrAMinute() {
        let start = MonotonicTime(nanoseconds: 0)
        var pace = CheckpointPace()
        #expect(!pace.isOwed && pace.remaining(at: start) == nil)
        pace.took(0, at: start)
        #expect(!pace.isOwed)
        pace.took(1, at: start)
        #expect(pace.remaining(at: start + .seconds(20)) == .seconds(40))
        pace.took(254, at: start + .seconds(59))
        #expect(!pace.isDue(at: start + .seconds(59), somebodyWaits: false))
        #expect(pace.isDue(at: start + .seconds(60), somebodyWaits: true), "a minute after the first of them")
        pace.took(1, at: start + .seconds(59))
        #expect(pace.isDue(at: start + .seconds(59), somebodyWaits: false))
        #expect(!pace.isDue(at: start + .seconds(59), somebodyWaits: true), "whoever waits for the disk goes first")
        #expect(pace.remaining(at: start + .seconds(59)) == .zero)
        pace.took(256, at: start + .seconds(59))
        #expect(pace.isDue(at: start + .seconds(59), somebodyWaits: true), "but not for ever")
        pace.covered()
        #expect(!pace.isOwed && !pace.isDue(at: start + .seconds(500), somebodyWaits: false))
        pace.failed(at: start)
        #expect(!pace.isDue(at: start + .seconds(59), somebodyWaits: false))
        #expect(pace.isDue(at: start + .seconds(60), somebodyWaits: false))
    }
}
