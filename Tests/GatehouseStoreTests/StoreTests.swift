import GatehouseCore
import GatehouseCrypto
import GatehouseStore
import Glibc
import Testing

/// A database in a folder of its own, gone with the test.
final class Scratch {
    let folder: String
    var database: String { folder + "/gatehouse.db" }
    let keys = KeyRing(master: SecretKey([UInt8](repeating: 3, count: 32)))
    var secrets: StoreSecrets { keys.storeSecrets }

    init() {
        var template = Array("/tmp/gatehouse-store-XXXXXX".utf8CString)
        folder = String(cString: mkdtemp(&template))
    }
    deinit {
        guard let directory = opendir(folder) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink(folder + "/" + name)
        }
        closedir(directory)
        rmdir(folder)
    }

    func writer(run: String = "run") -> StoreWriter {
        StoreWriter(path: database, secrets: secrets, epoch: 1, run: run)
    }
    func entry(_ sequence: UInt64, _ kind: EntryKind = .decision, card: String? = nil) -> DurableEffect {
        var entry = JournalEntry(kind: kind)
        entry.sequence = sequence
        entry.civil = CivilTime(seconds: 1_780_000_000 + Int64(sequence))
        entry.accessPoint = "wicket-in"
        entry.outcome = "granted"
        if let card { entry.personal = [PersonalField(name: .cardNumber, value: Array(card.utf8))] }
        return .record(entry)
    }
    /// The sealed head, as it is given away.
    func head() throws -> [UInt8]? {
        let row = try Database(path: database, mode: .readOnly).prepare("SELECT sealed FROM head")
        return try row.step() ? row.octets(0) : nil
    }

    func contents(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 1 << 22)
        let count = read(descriptor, &octets, octets.count)
        return Array(octets[0..<max(0, count)])
    }
    func person(_ id: UInt32, _ name: String) -> RegistryChange {
        .put(.person(PersonRow(id: id, reference: "R\(id)", name: name, role: .staff, groups: ["staff"])))
    }
    static let site = Site(name: "t", portals: [PortalSettings(id: "wicket")], accessPoints: [], policy: AccessPolicy())
}

@Suite("Store")
struct StoreTests {
    @Test func entriesComeBackAsTheyWereAndTheJournalIsWhole() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(.init(number: 1, effects: [scratch.entry(1, card: "H10301:118-1603"), scratch.entry(2)]))
        try writer.commit(.init(number: 2, effects: [scratch.entry(3)]))
        let found = try JournalReader(path: scratch.database, secrets: scratch.secrets).entries(
            JournalFilter(), withPersonal: true)
        #expect(found.map(\.entry.sequence) == [1, 2, 3])
        #expect(found[0].personal.map { String(decoding: $0.value, as: UTF8.self) } == ["H10301:118-1603"])
        let report = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        #expect(report.faults.isEmpty)
        #expect(report.count == 3)
    }

    /// The daemon started without the uplink, which had the picture all the same, and deleted it a month later.
    @Test(arguments: ["lane", "wicket"] as [CameraID])
    func pictureThatCameLateIsShownInsteadOfTheReason(camera: CameraID) throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        func state(_ number: UInt64, _ camera: CameraID, _ result: SnapshotRow.Result) throws -> String? {
            try writer.commit(
                .init(
                    number: number, effects: [.snapshot(SnapshotRow(event: 1, camera: camera, result: result))]))
            return try JournalReader(path: scratch.database, secrets: scratch.secrets).snapshot(1)?.state
        }
        try writer.commit(.init(number: 1, effects: [scratch.entry(1)]))
        #expect(try state(2, "none", .missing(.uplinkAway)) == "missing")
        #expect(try state(3, camera, .stored(path: "p", size: 1, digest: [1])) == "stored")
        #expect(try state(4, camera, .expired) == "expired")
    }

    @Test func noNameAndNoNumberStandsReadableInTheFiles() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    scratch.entry(1, card: "H10301:118-54321"),
                    .registry([scratch.person(1, "CANARY-NAME")], revision: 1),
                ]))
        for suffix in ["", "-wal"] {
            let text = String(decoding: scratch.contents(scratch.database + suffix), as: UTF8.self)
            #expect(!text.contains("CANARY-NAME") && !text.contains("118-54321") && !text.contains("54321"))
        }
    }

    /// G4: once an entry of the watchlist has gone, a scan of the files finds nothing of it, not even sealed.
    @Test func anErasedWatchlistEntryIsInNoFile() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let entry = WatchlistEntry(
            id: "00112233445566ff", category: .missing, portals: ["wicket"], validFrom: CivilTime(seconds: 1),
            expires: CivilTime(seconds: 2), references: [[UInt8](repeating: 0xAB, count: 16)], digest: [1])
        try writer.commit(.init(number: 1, effects: [scratch.entry(1), .watchlistEntry(entry)]))
        let row = try Database(path: scratch.database, mode: .readOnly).prepare("SELECT sealed FROM watch")
        #expect(try row.step())
        let sealed = row.octets(0)
        row.reset()
        func found() -> Bool {
            ["", "-wal"].contains { suffix in
                let octets = scratch.contents(scratch.database + suffix)
                return octets.indices.dropLast(23).contains { octets[$0...].starts(with: sealed.prefix(24)) }
            }
        }
        #expect(found(), "the scan finds it while it is there")
        try writer.commit(
            .init(number: 2, effects: [scratch.entry(2), .watchlistErased(entry.id, tombstone: [7, 8])]))
        #expect(writer.idle())
        #expect(!found())
        let restored = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
            .restored
        #expect(restored.watchlist.isEmpty && restored.watchlistTombstones == [[7, 8]])
    }

    /// What is left of an entry is as long as what was there, and so is each other entry.
    @Test func rowsOfTheListHaveOneSize() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        func entry(_ id: String, portals: Int, references: Int) -> WatchlistEntry {
            WatchlistEntry(
                id: id, category: .missing, portals: (0..<portals).map { PortalID("portal-\($0)") },
                validFrom: CivilTime(seconds: 1), expires: CivilTime(seconds: 2),
                references: (0..<references).map { [UInt8](repeating: UInt8($0), count: 16) }, people: 3,
                minimumConfidence: 80, isMinor: true, digest: [1])
        }
        let large = entry("large", portals: 16, references: 16)
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    scratch.entry(1), .watchlistEntry(entry("small", portals: 1, references: 1)),
                    .watchlistEntry(large), .watchlistErased("gone", tombstone: [1]),
                ]))
        let sizes = try Database(path: scratch.database, mode: .readOnly).prepare(
            "SELECT count(*), min(length(sealed)), max(length(sealed)) FROM watch")
        #expect(try sizes.step())
        #expect(sizes.integer(0) == 3 && sizes.integer(1) == sizes.integer(2))
        let restored = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
            .restored
        #expect(restored.watchlist.contains(large))
    }

    /// Steps that wait for a note come back, and their row is as long without any.
    @Test func stepsThatWaitComeBack() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        var step = WatchlistNote(.added)
        (step.entry, step.category, step.document) = ("aa", .warrant, [UInt8](repeating: 3, count: 32))
        func size() throws -> Int64 {
            let row = try Database(path: scratch.database, mode: .readOnly).prepare("SELECT length(sealed) FROM watch")
            return try row.step() ? row.integer(0) : 0
        }
        try writer.commit(.init(number: 1, effects: [scratch.entry(1), .watchlistSteps([step])]))
        let full = try size()
        let loader = try StoreLoader(path: scratch.database, secrets: scratch.secrets)
        #expect(try loader.load(site: Scratch.site).restored.watchlistSteps == [step])
        try writer.commit(.init(number: 2, effects: [scratch.entry(2), .watchlistSteps([])]))
        #expect(try size() == full)
        #expect(try loader.load(site: Scratch.site).restored.watchlistSteps.isEmpty)
    }

    /// A start must not read a journal of years: every question about what was last finds it by an index.
    @Test func aStartReadsNoJournalFromEndToEnd() throws {
        let scratch = Scratch()
        try scratch.writer().commit(.init(number: 1, effects: [scratch.entry(1)]))
        let database = try Database(path: scratch.database, mode: .readOnly)
        var scans: [String] = []
        for question in StoreLoader.questions {
            let plan = try database.prepare("EXPLAIN QUERY PLAN \(question)")
            while try plan.step() {
                let step = plan.text(3)
                if step.hasPrefix("SCAN journal"), !step.contains("INDEX journal_alarm") { scans.append(question) }
            }
        }
        #expect(StoreLoader.questions.count == 2 && scans.isEmpty)
    }

    @Test func batchGivenTwiceIsWrittenOnce() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let batch = CommitGate.Batch(number: 1, effects: [scratch.entry(1)])
        try writer.commit(batch)
        try writer.commit(batch)
        // A connection that was lost in the commit: only the database knows that the batch arrived.
        try scratch.writer().commit(batch)
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().count == 1)
    }

    @Test func batchIsAllOrNothing() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(.init(number: 1, effects: [scratch.entry(1)]))
        // The second effect repeats a number that is taken, so that the transaction fails after the first was written.
        #expect(throws: DatabaseError.self) {
            try writer.commit(.init(number: 2, effects: [scratch.entry(2), scratch.entry(1)]))
        }
        try writer.commit(.init(number: 3, effects: [scratch.entry(2)]))
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().count == 2)
    }

    /// Each kind of tampering that one can do with a database browser is seen, with its place.
    @Test(arguments: [
        ("UPDATE journal SET outcome = 'denied' WHERE seq = 2", "entry 2"),
        ("DELETE FROM journal WHERE seq = 2", "entries 2 to 2 are missing"),
        ("UPDATE journal SET leaf = zeroblob(40) WHERE seq = 2", "entry 2"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 3", "entry 3"),
        ("UPDATE journal SET at = at + 1 WHERE seq = 1", "entry 1"),
        ("UPDATE personal SET value = zeroblob(40)", "entry 1"),
        ("UPDATE personal SET salt = zeroblob(16)", "entry 1"),
    ])
    func tamperingIsSeen(sql: String, place: String) throws {
        let scratch = Scratch()
        try scratch.writer().commit(
            .init(number: 1, effects: [scratch.entry(1, card: "H10301:1-2"), scratch.entry(2), scratch.entry(3)]))
        try Database(path: scratch.database).execute(sql)
        let report = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        #expect(report.faults.contains { $0.contains(place) }, "\(report.faults)")
    }

    @Test func erasedPersonalValueLeavesTheProofValid() throws {
        let scratch = Scratch()
        try scratch.writer().commit(.init(number: 1, effects: [scratch.entry(1, card: "H10301:1-2")]))
        let before = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        try Database(path: scratch.database).execute("DELETE FROM personal")
        let after = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        #expect(after.erased == 1 && after.root == before.root)
        #expect(after.faults == ["entry 1: its cardNumber is gone, and no entry says that it was erased"])
    }

    @Test func registryRowsAreNeverOverwritten() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(.init(number: 1, effects: [.registry([scratch.person(1, "Before")], revision: 1)]))
        try writer.commit(.init(number: 2, effects: [.registry([scratch.person(1, "After")], revision: 2)]))
        try writer.commit(.init(number: 3, effects: [.registry([.end(.person, id: 1)], revision: 3)]))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let history = try reader.history(.person, 1)
        #expect(history.map(\.from) == [1, 2])
        #expect(history.map(\.to) == [2, 3])
        let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
        #expect(loaded.restored.registry.person(1) == nil)
        #expect(loaded.restored.registry.revision == 3)
    }

    /// An ended row cannot be brought back, and a living one not be changed, with SQL alone.
    @Test(arguments: [
        "UPDATE registry SET to_revision = NULL WHERE from_revision = 1",
        "UPDATE registry SET sealed = zeroblob(60) WHERE to_revision IS NULL",
        "UPDATE registry SET id = 9 WHERE to_revision IS NULL",
    ])
    func rowThatWasTamperedWithAdmitsNobody(sql: String) throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(number: 1, effects: [.registry([scratch.person(1, "A"), scratch.person(2, "B")], revision: 1)]))
        try writer.commit(.init(number: 2, effects: [.registry([.end(.person, id: 1)], revision: 2)]))
        try Database(path: scratch.database).execute(sql)
        let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
        #expect(loaded.damagedRows > 0)
        #expect(loaded.restored.registry.person(1) == nil)
        #expect(loaded.restored.registry.person(9) == nil)
    }

    @Test func lastGoodCopyStandsInForDamage() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1,
                effects: [scratch.entry(1), .registry([scratch.person(1, "A"), scratch.person(2, "B")], revision: 1)]))
        try RegistryCopy.make(database: scratch.database, secrets: scratch.secrets)
        try Database(path: scratch.database).execute("UPDATE registry SET sealed = zeroblob(60) WHERE id = 1")
        // A damaged state does not replace the good copy.
        try RegistryCopy.make(database: scratch.database, secrets: scratch.secrets)
        let opened = try StoreOpener.open(
            path: scratch.database, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 1))
        #expect(opened.usedCopy)
        #expect(opened.loaded.restored.registry.counts.persons == 2)
    }

    @Test func databaseThatIsNoDatabaseIsPutAsideAndTheGateStarts() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1,
                effects: [scratch.entry(1), scratch.entry(2), .registry([scratch.person(1, "A")], revision: 5)]))
        try RegistryCopy.make(database: scratch.database, secrets: scratch.secrets)
        let descriptor = open(scratch.database, O_WRONLY)
        let garbage = [UInt8](repeating: 0x55, count: 8192)
        #expect(pwrite(descriptor, garbage, garbage.count, 0) == garbage.count)
        close(descriptor)
        unlink(scratch.database + "-wal")
        let opened = try StoreOpener.open(
            path: scratch.database, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 77))
        #expect(opened.usedCopy)
        #expect(opened.loaded.restored.registry.person(1) != nil)
        #expect(opened.loaded.restored.epoch == 2)
        #expect(opened.loaded.restored.nextSequence > 3)
        #expect(access(scratch.database + ".damaged-77", F_OK) == 0)
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().isWhole)
    }

    /// A path that somebody mistyped names a file of somebody else's: it is refused, and stays what it is.
    @Test(arguments: ["root:x:0:0:root:/root:/bin/bash\n", String(repeating: "k", count: 32), "SQLite"])
    func whatIsNoDatabaseOfOursIsNotTouched(content: String) throws {
        let scratch = Scratch()
        let path = scratch.folder + "/foreign"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        _ = content.withCString { write(descriptor, $0, content.utf8.count) }
        close(descriptor)
        #expect(StoreOpener.obstacle(path, keyMark: nil)?.english.contains("no database of Gatehouse") == true)
        #expect(throws: DatabaseError.self) {
            try StoreOpener.open(
                path: path, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 77))
        }
        #expect(scratch.contents(path) == Array(content.utf8))
        #expect(access(path + ".damaged-77", F_OK) != 0 && access(path + "-wal", F_OK) != 0)
        unlink(path)
    }

    /// Of a database whose first page is destroyed, and beside which nothing is left, the pages alone are known.
    @Test func aGateGoesOnWithoutItsFirstPage() throws {
        let scratch = Scratch()
        let path = scratch.folder + "/bare"
        let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
        let garbage = [UInt8](repeating: 0x55, count: 8192)
        #expect(write(descriptor, garbage, garbage.count) == garbage.count)
        close(descriptor)
        let opened = try StoreOpener.open(
            path: path, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 77))
        #expect(!opened.usedCopy && access(path + ".damaged-77", F_OK) == 0)
        for ending in ["", "-wal", "-shm", ".damaged-77"] { unlink(path + ending) }
    }

    @Test func backupIsSealedAndARestoreBeginsANewEpochWithFreshNumbers() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(number: 1, effects: [scratch.entry(1), .registry([scratch.person(1, "CANARY")], revision: 1)]))
        let backup = try Backup.make(
            database: scratch.database, directory: scratch.folder, name: "b", secrets: scratch.secrets)
        #expect(!String(decoding: scratch.contents(backup), as: UTF8.self).contains("SQLite format"))
        try writer.commit(.init(number: 2, effects: [scratch.entry(2), scratch.entry(3)]))
        let done = try Backup.restore(
            backup, database: scratch.database, at: CivilTime(seconds: 9), actor: "test", secrets: scratch.secrets)
        #expect(done.epoch == 2 && done.first == 4)
        let report = try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify()
        #expect(report.isWhole, "\(report.faults)")
        #expect(report.last == 4)
        let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
        #expect(loaded.restored.nextSequence == 5 && loaded.restored.epoch == 2)
        #expect(loaded.restored.registry.person(1) != nil)
        #expect(loaded.restored.ledger.restored == CivilTime(seconds: 9), "somebody has to look at the register")
    }

    /// Who restores hears first how old the backup is; without their word nothing is changed.
    @Test func aRestoreAsksFirst() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(number: 1, effects: [scratch.entry(1), .registry([scratch.person(1, "A")], revision: 1)]))
        let backup = try Backup.make(
            database: scratch.database, directory: scratch.folder, name: "b", secrets: scratch.secrets)
        try writer.commit(
            .init(number: 2, effects: [scratch.entry(2), .registry([scratch.person(2, "B")], revision: 2)]))
        var heard: Backup.Age?
        #expect(throws: Backup.NotWanted.self) {
            try Backup.restore(
                backup, database: scratch.database, at: CivilTime(seconds: 9), actor: "t", secrets: scratch.secrets
            ) {
                heard = $0
                return false
            }
        }
        #expect(heard?.revision == 1 && heard?.presentRevision == 2)
        #expect(access(scratch.database + ".restore", F_OK) != 0)
        let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
        #expect(loaded.restored.epoch == 1 && loaded.restored.registry.counts.persons == 2)
    }

    /// The floor that a restore leaves holds, also where the entry that said so is gone.
    @Test func noNumberIsGivenTwiceAfterARestore() throws {
        let scratch = Scratch()
        try scratch.writer().commit(.init(number: 1, effects: [scratch.entry(1), scratch.entry(2)]))
        for (floor, next) in [("100", UInt64(100)), ("2", 3)] {
            try StoreWriter.open(path: scratch.database).execute(
                "INSERT OR REPLACE INTO meta VALUES ('first', '\(floor)')")
            let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
            #expect(loaded.restored.nextSequence == next)
        }
    }

    @Test func damagedBackupIsRefusedAndChangesNothing() throws {
        let scratch = Scratch()
        try scratch.writer().commit(.init(number: 1, effects: [scratch.entry(1)]))
        let backup = try Backup.make(
            database: scratch.database, directory: scratch.folder, name: "b", secrets: scratch.secrets)
        let size = scratch.contents(backup).count
        let descriptor = open(backup, O_WRONLY)
        #expect(pwrite(descriptor, [0xFF as UInt8], 1, off_t(size / 2)) == 1)
        close(descriptor)
        #expect(throws: (any Error).self) {
            try Backup.restore(
                backup, database: scratch.database, at: CivilTime(seconds: 9), actor: "t", secrets: scratch.secrets)
        }
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().last == 1)
    }

    /// RFC 6962 trees of the reference in RFC 9162 terms: checked against a direct recursive computation.
    @Test func rootOfTheTreeIsTheRecursiveOne() {
        let secrets = Scratch().secrets
        func recursive(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
            if leaves.count == 1 { return leaves.first! }
            var split = 1
            while split * 2 < leaves.count { split *= 2 }
            let middle = leaves.startIndex + split
            return secrets.sha256([1] + recursive(leaves[..<middle]) + recursive(leaves[middle...]))
        }
        var tree = MerkleTree(sha256: secrets.sha256)
        var leaves: [[UInt8]] = []
        for index in 0..<70 as Range<UInt8> {
            leaves.append(secrets.sha256([0, index]))
            tree.append(leafHash: leaves.last!)
            #expect(tree.root == recursive(leaves[...]))
        }
    }

    @Test func postureAndFireComeBackFromTheJournal() throws {
        let scratch = Scratch()
        func entry(_ sequence: UInt64, _ kind: EntryKind, _ outcome: String, portal: PortalID? = nil) -> DurableEffect {
            var entry = JournalEntry(kind: kind)
            entry.sequence = sequence
            entry.portal = portal
            entry.outcome = outcome
            return .record(entry)
        }
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    entry(1, .posture, "free", portal: "wicket"), entry(2, .posture, "lockdown", portal: "wicket"),
                    entry(3, .fire, "active"),
                    entry(4, .fire, "inputQuiet"),
                ]))
        var restored = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
            .restored
        #expect(restored.postures == ["wicket": .lockdown] && restored.isFire)
        try writer.commit(.init(number: 2, effects: [entry(5, .fire, "reset")]))
        restored = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site).restored
        #expect(!restored.isFire)
    }

    @Test func devicesUnderTheNamesOfReadersComeBack() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        let old = ReaderIdentity(maker: "CA-44-6C", model: "5", serial: "11", firmware: "1.0.0")
        let new = ReaderIdentity(serial: "12")
        var batch: UInt64 = 0
        func kept(_ standings: [ReaderID: ReaderStanding]) throws -> [ReaderID: ReaderStanding] {
            batch += 1
            let effects = standings.keys.sorted().map { DurableEffect.readerStanding($0, standings[$0]!) }
            try writer.commit(.init(number: batch, effects: effects))
            return try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
                .restored.readerStandings
        }
        for standing in [
            ReaderStanding(known: old), ReaderStanding(known: old, stranger: new),
            ReaderStanding(known: new, acceptedBy: "uid 1001"), ReaderStanding(known: new),
        ] {
            let all = ["a": standing, "b": ReaderStanding(known: old)] as [ReaderID: ReaderStanding]
            #expect(try kept(all) == all)
        }
    }
}
