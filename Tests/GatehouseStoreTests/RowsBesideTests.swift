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
                        entry.detail[.size] = .integer(7)
                        entry.detail[.sha256] = .octets(digest)
                    },
                ]))
        #expect(try faults(scratch, pictures: scratch.folder) == [])
        write(Array("another".utf8))
        #expect(
            try faults(scratch, pictures: scratch.folder) == ["entry 1: its picture 2026/11/28/a.jpg is another one"])
        #expect(try faults(scratch) == [], "files are read when somebody asks for it")
        let database = try Database(path: scratch.database)
        try database.execute("UPDATE snapshot SET size = 8")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is not the one of entry 2"])
        try database.execute("UPDATE snapshot SET size = 7, digest = zeroblob(32)")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is not the one of entry 2"])
        try database.execute("UPDATE snapshot SET state = 'missing'")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is not the one of entry 2"])
        try database.execute("UPDATE snapshot SET state = 'expired', path = NULL, size = NULL, digest = NULL")
        #expect(try faults(scratch) == ["entry 1: its picture counts as expired, and no entry says so"])
        try database.execute("DELETE FROM snapshot")
        #expect(try faults(scratch) == ["entry 1: the row of its picture is gone"])
    }

    /// The row says why there is none; the last entry about it says the same.
    @Test func whyThereIsNoPictureStandsInAnEntry() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let failures: [SnapshotFailure] = [.uplinkAway, .timeout]
        var effects: [DurableEffect] = [decision(1, [])]
        for (failure, sequence) in zip(failures, [2, 3] as [UInt64]) {
            effects.append(.snapshot(SnapshotRow(event: 1, camera: "c", result: .missing(failure))))
            effects.append(
                entry(sequence, .snapshot) { entry in
                    (entry.about, entry.result, entry.reason) = (1, .missing, failure.rawValue)
                    entry.detail[.camera] = .text("c")
                })
        }
        try writer.commit(.init(number: 1, effects: effects))
        #expect(try faults(scratch) == [])
        let database = try Database(path: scratch.database)
        for column in ["path = 'a'", "size = 7", "digest = zeroblob(32)"] {
            try database.execute("UPDATE snapshot SET \(column)")
            #expect(
                try faults(scratch).first == "entry 1: the row of its picture is not the one of entry 2", "\(column)")
            try database.execute("UPDATE snapshot SET path = NULL, size = NULL, digest = NULL")
        }
        try database.execute("UPDATE snapshot SET reason = 'uplinkAway'")
        #expect(try faults(scratch) == ["entry 1: no entry says why it has no picture as its row does"])
    }

    /// A stranger without a key holds the file against its digest; nobody need open the picture for it.
    @Test func aSealedPictureIsCheckedWithoutAKey() throws {
        let scratch = Scratch()
        for folder in ["/2026", "/2026/11", "/2026/11/28"] { mkdir(scratch.folder + folder, 0o700) }
        defer {
            unlink(scratch.folder + "/2026/11/28/a.jpg")
            for folder in ["/2026/11/28", "/2026/11", "/2026"] { rmdir(scratch.folder + folder) }
        }
        let path = scratch.folder + "/2026/11/28/a.jpg"
        let clear = Array("picture".utf8)
        let sealed = try PictureSeal.seal(clear, to: scratch.secrets.pictures.publicKey)
        func picture(_ sequence: UInt64, _ result: EntryOutcome, file: [UInt8]?) -> DurableEffect {
            entry(sequence, .snapshot) { entry in
                (entry.about, entry.result) = (1, result)
                entry.detail[.camera] = .text("c")
                if result == .stored { entry.detail[.path] = .text("2026/11/28/a.jpg") }
                entry.detail[.sha256] = .octets(Hash.sha256(clear))
                entry.detail[.file] = file.map { .octets($0) }
            }
        }
        func verified() throws -> [String] {
            try JournalVerifier(path: scratch.database, sha256: { Hash.sha256($0) }).verify(pictures: scratch.folder)
                .faults
        }
        let writer = scratch.writer()
        let stored = SnapshotRow.Result.stored(path: "2026/11/28/a.jpg", size: 7, digest: Hash.sha256(clear))
        try Files.replace(path, with: clear)
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    decision(1, []), .snapshot(SnapshotRow(event: 1, camera: "c", result: stored)),
                    picture(2, .stored, file: nil),
                ]))
        #expect(try verified() == [], "it lies in clear as before")
        try Files.replace(path, with: sealed)
        #expect(try verified() == [], "sealed a moment ago, and nobody has said so yet")
        let digests = SnapshotRow.SealedFileDigests(picture: Hash.sha256(clear), file: Hash.sha256(sealed))
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    .snapshot(SnapshotRow(event: 1, camera: "c", result: .sealed(digests))),
                    picture(3, .sealed, file: Hash.sha256(sealed)),
                ]))
        #expect(try verified() == [])
        try Files.replace(path, with: try PictureSeal.seal(clear, to: scratch.secrets.pictures.publicKey))
        #expect(try verified() == ["entry 1: its picture 2026/11/28/a.jpg is another one"])
        try Files.replace(path, with: clear)
        #expect(try verified() == ["entry 1: its picture 2026/11/28/a.jpg is another one"])
        try Files.replace(path, with: sealed)
        try Database(path: scratch.database).execute("UPDATE picture_file SET file = zeroblob(32)")
        #expect(
            try verified() == [
                "entry 1: its picture 2026/11/28/a.jpg is another one",
                "entry 1: the row of its picture is not the one of entry 3",
            ])
    }
}
