import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

@testable import GatehouseStore

/// Values and pictures beside entries: what is gone has an entry that says so, or is a fault.
@Suite struct RowsBesideTests {
    private func entry(_ sequence: UInt64, _ kind: EntryKind, _ change: (inout JournalEntry) -> Void = { _ in })
        -> DurableEffect
    {
        var entry = JournalEntry(kind: kind)
        entry.sequence = sequence
        entry.civil = CivilTime(seconds: 1_780_000_000 + Int64(sequence))
        change(&entry)
        return .record(entry)
    }

    private func decision(_ sequence: UInt64, _ names: [PersonalField.Name], person: UInt32? = nil) -> DurableEffect {
        entry(sequence, .decision) { entry in
            entry.person = person
            entry.personal = names.map { PersonalField(name: $0, value: Array("CANARY".utf8)) }
        }
    }

    private func faults(_ scratch: Scratch, pictures: String? = nil) throws -> [String] {
        try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify(pictures: pictures).faults
    }

    @Test func whatAnEntryErasedIsNoFault() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    decision(1, [.cardNumber]), decision(2, [.cardNumber], person: 7), decision(3, [.visitor, .phone]),
                    decision(4, [.plate]),
                ]))
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    .erasePersonal(before: CivilTime(seconds: 1_780_000_002)),
                    entry(5, .erasure) { $0.detail[.before] = .integer(1_780_000_002_000) },
                    .erase(person: 7, [RegistryRowID(.person, 7)]), entry(6, .erasure) { $0.person = 7 },
                    .eraseVisitors([3]), entry(7, .erasure) { $0.detail[.entries] = .array([.integer(3)]) },
                ]))
        while !writer.idle() {}
        let report = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        #expect(report.erased == 4 && report.faults == [])
        try Database(path: scratch.database).execute("DELETE FROM personal WHERE seq = 4")
        #expect(try faults(scratch) == ["entry 4: its plate is gone, and no entry says that it was erased"])
    }

    @Test func aRunWithoutTheKeySaysThatItKeptNothing() throws {
        let scratch = Scratch()
        let writer = StoreWriter(
            path: scratch.database, secrets: scratch.secrets.withoutKey, epoch: 1, run: "keyless")
        try writer.commit(.init(number: 1, effects: [decision(1, [.cardNumber])]))
        #expect(try faults(scratch) == [])
    }

    @Test func aPictureIsTheOneOfItsEntry() throws {
        let scratch = Scratch()
        let octets: [UInt8] = Array("picture".utf8)
        for folder in ["/2026", "/2026/11", "/2026/11/28"] { mkdir(scratch.folder + folder, 0o700) }
        defer {
            unlink(scratch.folder + "/2026/11/28/a.jpg")
            for folder in ["/2026/11/28", "/2026/11", "/2026"] { rmdir(scratch.folder + folder) }
        }
        func write(_ octets: [UInt8]) {
            let descriptor = open(scratch.folder + "/2026/11/28/a.jpg", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            #expect(Glibc.write(descriptor, octets, octets.count) == octets.count)
            close(descriptor)
        }
        write(octets)
        let digest = Hash.sha256(octets)
        let writer = scratch.writer()
        let row = SnapshotRow(event: 1, camera: "c", result: .stored(path: "2026/11/28/a.jpg", size: 7, digest: digest))
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    decision(1, []), .snapshot(row),
                    entry(2, .snapshot) { entry in
                        (entry.about, entry.result) = (1, .stored)
                        entry.detail[.camera] = .text("c")
                        entry.detail[.path] = .text("2026/11/28/a.jpg")
                        entry.detail[.sha256] = .octets(digest)
                    },
                ]))
        #expect(try faults(scratch, pictures: scratch.folder) == [])
        write(Array("another".utf8))
        #expect(
            try faults(scratch, pictures: scratch.folder) == ["entry 1: its picture 2026/11/28/a.jpg is another one"])
        #expect(try faults(scratch) == [], "files are read when somebody asks for it")
        let database = try Database(path: scratch.database)
        try database.execute("UPDATE snapshot SET digest = zeroblob(32)")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is not the one of entry 2"])
        try database.execute("UPDATE snapshot SET state = 'missing'")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is not the one of entry 2"])
        try database.execute("UPDATE snapshot SET state = 'expired'")
        #expect(try faults(scratch) == ["entry 1: its picture counts as expired, and no entry says so"])
        try database.execute("DELETE FROM snapshot")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is gone"])
    }
}
