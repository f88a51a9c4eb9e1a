import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCrypto
import GatehouseSimulation
import Testing

@testable import GatehouseCore
@testable import GatehouseStore

/// What the desk hands to strangers, checked as a stranger does: with the file and the key alone.
@Suite("The journal before strangers")
struct EvidenceDeskTests {
    /// A desk where a card was shown, and the number of its entry.
    private func shown() throws -> (bench: DeskBench, event: UInt64) {
        let bench = try DeskTests.filled()
        bench.give([.reader("wicket-in", .card(Self.card))])
        return (bench, try #require(try bench.entries([.decision]).last).sequence)
    }

    private static let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603))

    private func grow(_ bench: DeskBench) {
        for _ in 0..<300 { bench.give([.reader("wicket-in", .card(Self.card))]) }
    }

    private func prove(
        _ bench: DeskBench, _ event: UInt64, reason: String?, by person: DeskBench.Person = RightsTests.manager
    ) throws -> (reply: JournalProve.Reply, extra: ProofExtra, leaf: [UInt8]) {
        let answer = bench.say(JournalProve(event: CountArgument(event)), reason: reason, by: person)
        let reply = try #require(answer.value(JournalProve.Reply.self), "\(answer)")
        let proof = try LogProof(Array(reply.proof.utf8))
        let octets = try #require(proof.extra)
        let extra = try #require(WireJSON.decode(ProofExtra.self, octets))
        let leaf = try #require(Base64.decode(extra.leaf))
        let policy = try LogPolicy(Array("log \(reply.key)\nquorum none\n".utf8))
        let head = try proof.verify(leaf: leaf, policy: policy, origin: "desk/journal/1")
        #expect(head.size == reply.size && proof.index == reply.index)
        return (reply, extra, leaf)
    }

    @Test func aStrangerChecksAnEntryWithTheProofAndTheKeyAlone() throws {
        let (bench, event) = try shown()
        let (reply, extra, leaf) = try prove(bench, event, reason: "case 12/2026")
        let read = try #require(JournalEntry.read(canonicalBytes: leaf))
        #expect(read.entry.sequence == event && read.entry.kind == .decision)
        #expect(reply.opened.contains("cardNumber"))
        for opened in extra.opened {
            let (salt, value) = (try #require(Base64.decode(opened.salt)), try #require(Base64.decode(opened.value)))
            #expect(read.commitments.contains { $0.name == opened.name && $0.hash == Hash.sha256(salt + value) })
        }
        let card = try #require(extra.opened.first { $0.name == "cardNumber" })
        #expect(Base64.decode(card.value).map { String(decoding: $0, as: UTF8.self) } == "H10301:118-1603")
    }

    @Test func withoutAReasonAProofNamesNobody() throws {
        let (bench, event) = try shown()
        let (reply, extra, _) = try prove(bench, event, reason: nil)
        #expect(reply.opened.isEmpty && extra.opened.isEmpty)
        #expect(!reply.proof.contains(Base64.encode(Array("H10301:118-1603".utf8))))
    }

    @Test func whoProvedAnEntryStandsInTheReportOfItsPerson() throws {
        let (bench, event) = try shown()
        _ = try prove(bench, event, reason: "case 12/2026", by: RightsTests.auditor)
        let answer = bench.say(PersonReport(reference: "R-1"), reason: "request", by: RightsTests.manager)
        let report = try #require(answer.value(PersonReport.Reply.self))
        #expect(report.looks.contains { $0.command == "journal prove event=\(event)" && $0.scope == "person" })
    }

    @Test func whatIsErasedStaysProvedAndIsNotOpened() throws {
        let (bench, event) = try shown()
        try Database(path: bench.configuration.files.database).execute("DELETE FROM personal WHERE seq = \(event)")
        let (reply, _, leaf) = try prove(bench, event, reason: "case 12/2026")
        #expect(reply.opened.isEmpty)
        #expect(JournalEntry.read(canonicalBytes: leaf)?.commitments.isEmpty == false)
    }

    @Test func guardsAndStrangersProveNothingAndNoEntryIsNoEntry() throws {
        let (bench, event) = try shown()
        let command = JournalProve(event: CountArgument(event))
        #expect(bench.say(command, by: RightsTests.night).refusal?.code == "notAllowed")
        #expect(bench.say(JournalProve(event: 99_999), by: RightsTests.auditor).refusal?.code == "unknownEvent")
    }

    @Test func whatIsSealedIsProvedForTheAuditorAlone() throws {
        var settings = DeskBench.Settings()
        settings.prepare = { path, secrets in
            var entry = JournalEntry(kind: .watchlist)
            entry.sequence = 1
            let writer = StoreWriter(path: path, secrets: secrets, epoch: 1, run: "before")
            try writer.commit(CommitGate.Batch(number: 1, effects: [.record(entry)]))
        }
        let bench = try DeskBench(settings)
        #expect(bench.say(JournalProve(event: 1), by: RightsTests.manager).refusal?.code == "unknownEvent")
        #expect(bench.say(JournalProve(event: 1), by: RightsTests.auditor).refusal == nil)
    }

    @Test func aCheckpointCoversAllThatIsOnDiskAndIsTheSameWhenNothingCame() throws {
        let (bench, event) = try shown()
        let answer = bench.say(JournalCheckpoint(), by: RightsTests.auditor)
        let reply = try #require(answer.value(JournalCheckpoint.Reply.self))
        let head = try Checkpoint.open(SignedNote(Array(reply.note.utf8)), key: NoteKey(reply.key))
        #expect(head.size == reply.size && Hexadecimal.encode(head.root) == reply.root)
        #expect(head.size >= event)
        #expect(bench.say(JournalCheckpoint(), by: RightsTests.auditor).value(JournalCheckpoint.Reply.self) == reply)
    }

    @Test func thatTheJournalOnlyGrewIsProved() throws {
        let (bench, _) = try shown()
        let old = try #require(bench.say(JournalCheckpoint()).value(JournalCheckpoint.Reply.self))
        grow(bench)
        let new = try #require(bench.say(JournalCheckpoint()).value(JournalCheckpoint.Reply.self))
        #expect(new.size > old.size + 256)
        let command = JournalProveAppend(old: CountArgument(old.size), new: CountArgument(new.size))
        let reply = try #require(bench.say(command).value(JournalProveAppend.Reply.self))
        #expect(reply.oldRoot == old.root && reply.newRoot == new.root)
        #expect(
            Merkle.extends(
                old: old.size, oldRoot: try #require(Hexadecimal.decode(old.root)), new: new.size,
                newRoot: try #require(Hexadecimal.decode(new.root)),
                proof: reply.proof.map { Base64.decode($0) ?? [] }))
        for (from, to) in [(new.size, old.size), (1, new.size + 100)] {
            let wrong = JournalProveAppend(old: CountArgument(from), new: CountArgument(to))
            #expect(bench.say(wrong).refusal?.code == "malformed")
        }
    }

    @Test func aChangedEntryIsNotProved() throws {
        let (bench, event) = try shown()
        let database = try Database(path: bench.configuration.files.database)
        let row = try database.prepare("SELECT leaf FROM journal WHERE seq = ?").bind(Int64(event))
        #expect(try row.step())
        let leaf = row.octets(0)
        row.reset()
        // Another card, in the same length.
        let place = try #require(leaf.indices.last { leaf[$0...].starts(with: "credential".utf8) }) + 10
        var changed = leaf
        changed[place] += 1
        #expect(JournalEntry.read(canonicalBytes: changed)?.entry.credential == 2)
        try database.prepare("UPDATE journal SET leaf = ? WHERE seq = ?").bind(changed, Int64(event)).run()
        let refused = bench.say(JournalProve(event: CountArgument(event)), by: RightsTests.auditor).refusal
        #expect(refused?.code == "notWhole")
    }

    @Test func aRewoundJournalIsNotSignedAndSaysSo() throws {
        let (bench, _) = try shown()
        _ = bench.say(JournalCheckpoint())
        try Database(path: bench.configuration.files.database).execute("DELETE FROM journal WHERE seq > 3")
        #expect(bench.say(JournalCheckpoint()).refusal?.code == "checkpointRefused")
    }

    @Test func aCheckNamesWhatWasChanged() throws {
        let (bench, event) = try shown()
        grow(bench)
        let kept = try #require(bench.say(JournalCheckpoint()).value(JournalCheckpoint.Reply.self))
        let path = bench.configuration.files.database
        func check(since: UInt64? = nil) throws -> JournalVerify.Reply {
            let command = JournalVerify(sizes: [CountArgument(kept.size), 3], since: since.map { CountArgument($0) })
            return try #require(bench.say(command).value(JournalVerify.Reply.self))
        }
        let good = try check()
        #expect(good.whole && good.checkpoints == 1 && good.passedOver == 0 && good.key == kept.key)
        #expect(good.roots.first { $0.size == kept.size }?.root == kept.root)
        let late = try check(since: event)
        #expect(late.whole && late.first == event && late.root == good.root && late.roots == good.roots)
        #expect(late.passedOver == event - 1 && late.entries == good.entries)
        #expect(bench.say(JournalVerify(since: 99_999)).refusal?.code == "unknownEvent")

        let database = try Database(path: path)
        func changed(_ sql: String, _ undo: String) throws -> [String] {
            try database.execute(sql)
            let faults = try check().faults
            try database.execute(undo)
            return faults
        }
        try database.execute("CREATE TEMP TABLE kept AS SELECT * FROM journal_node")
        #expect(
            try changed(
                "UPDATE journal_node SET hash = zeroblob(32)",
                "UPDATE journal_node SET hash = (SELECT hash FROM kept WHERE kept.position = journal_node.position)"
            )
            .contains("node 0 of level 1 does not fit its leaves"))
        try database.execute("CREATE TEMP TABLE heads AS SELECT * FROM checkpoint")
        let restore = "DELETE FROM checkpoint; INSERT INTO checkpoint SELECT * FROM heads"
        #expect(
            try changed("UPDATE checkpoint SET root = zeroblob(32)", restore) == [
                "the checkpoint of \(kept.size) entries was not signed by this gate",
                "the first \(kept.size) entries are not those that were signed",
            ])
        #expect(
            try changed("UPDATE checkpoint SET size = 10000", restore).contains {
                $0.hasPrefix("10000 entries were signed")
            })
        try database.execute("CREATE TEMP TABLE runs AS SELECT * FROM journal_run")
        #expect(
            try changed(
                "UPDATE journal_run SET first_index = 2",
                "DELETE FROM journal_run; INSERT INTO journal_run SELECT * FROM runs"
            )
            .contains("entry 1: another place in the tree is put down for it"))
        #expect(try check().whole)
    }

    @Test func aCopyIsCheckedWithoutAnyKey() throws {
        let (bench, _) = try shown()
        let kept = try #require(bench.say(JournalCheckpoint()).value(JournalCheckpoint.Reply.self))
        let report = try JournalVerifier(path: bench.configuration.files.database, sha256: { Hash.sha256($0) })
            .verify(sizes: [kept.size])
        #expect(report.isWhole && report.unopened > 0 && report.checkpoints == 1)
        #expect(report.roots[kept.size].map { Hexadecimal.encode($0) } == kept.root)
    }
}
