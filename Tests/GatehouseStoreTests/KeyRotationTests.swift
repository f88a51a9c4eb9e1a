import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseStore

@Suite("Another key for the journal") struct KeyRotationTests {
    private func log(_ scratch: Scratch, _ epoch: UInt64) throws -> KeyRotation.Log {
        let signer = try scratch.keys.logSigner(site: "lotus", epoch: epoch)
        return KeyRotation.Log(signer: signer.closures, key: "\(signer.key)")
    }

    private func rotate(_ scratch: Scratch) throws -> KeyRotation.Done {
        try KeyRotation.carryOut(
            database: scratch.database, at: CivilTime(seconds: 1_790_000_000), actor: "t", reason: "yearly change",
            secrets: scratch.secrets
        ) { try log(scratch, $0) }
    }

    @Test func itIsTheFirstEntryOfAnotherEpochAndWhatStoodBeforeIsCovered() throws {
        let scratch = Scratch()
        try scratch.writer().commit(.init(number: 1, effects: (1...300).map { scratch.entry($0) }))
        let (old, new) = (try log(scratch, 1), try log(scratch, 2))
        let done = try rotate(scratch)
        #expect(done == KeyRotation.Done(epoch: 2, first: 301, key: new.key))
        let last = try #require(try CheckpointKeeper.stored(scratch.database, origin: "lotus/journal/1"))
        #expect(last.size == 300 && old.signer.reader.open(last.note) != nil)
        #expect(new.signer.reader.open(last.note) == nil)

        let entry = try #require(
            try JournalReader(path: scratch.database, secrets: scratch.secrets).entry(301, withPersonal: false)?.entry)
        #expect(entry.kind == .restored && entry.outcome == "rotation" && entry.actor == "t")
        #expect(entry.detail[.key]?.text == new.key && entry.detail[.keyBefore]?.text == old.key)
        #expect(entry.detail[.reason]?.text == "yearly change")
        #expect(entry.detail[.head]?.text == String(decoding: last.note, as: UTF8.self))

        let opened = try StoreOpener.open(
            path: scratch.database, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 1))
        #expect(opened.state.isGood && opened.loaded.restored.epoch == 2)
        #expect(opened.loaded.restored.ledger.restored == nil, "the register is that of today")
        let made = try #require(
            try CheckpointKeeper(path: scratch.database, secrets: scratch.secrets, signer: new.signer).make())
        #expect(made.origin == "lotus/journal/2" && made.size == 301)
        #expect(
            try JournalVerifier(path: scratch.database, secrets: scratch.secrets, heads: new.signer.reader)
                .verify().isWhole)
    }

    @Test func eachEpochHasAKeyOfItsOwn() throws {
        let keys = Scratch().keys
        let all = try (1...4).map { try keys.logSigner(site: "lotus", epoch: $0).key.publicKey }
        #expect(Set(all).count == 4)
        #expect(try rotateTwice().map(\.epoch) == [2, 3])
    }

    private func rotateTwice() throws -> [KeyRotation.Done] {
        let scratch = Scratch()
        try scratch.writer().commit(.init(number: 1, effects: [scratch.entry(1)]))
        return [try rotate(scratch), try rotate(scratch)]
    }

    @Test func whatIsNotInOrderIsNotSigned() throws {
        let scratch = Scratch()
        #expect(throws: KeyRotation.Refusal.self, "nothing is there") { try rotate(scratch) }
        try scratch.writer().commit(
            .init(number: 1, effects: [.registry([scratch.person(1, "A")], revision: 1), scratch.entry(1)]))
        let other = KeyRing(master: SecretKey([UInt8](repeating: 4, count: 32))).storeSecrets
        #expect {
            try KeyRotation.carryOut(
                database: scratch.database, at: CivilTime(seconds: 1), actor: "t", reason: "r", secrets: other
            ) { try log(scratch, $0) }
        } throws: {
            "\($0)".contains("the master key is not the one")
        }
        try Database(path: scratch.database).execute("DELETE FROM registry")
        #expect(throws: KeyRotation.Refusal.self) { try rotate(scratch) }
        #expect(try CheckpointKeeper.stored(scratch.database) == nil)
    }
}
