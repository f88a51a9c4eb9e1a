package import GatehouseCore
internal import Glibc

/// Encrypted copies of the whole database, made while it is in use.
package enum Backup {
    private static let kind = "gatehouse-backup-1"

    /// Writes `NAME.ghb` into the folder and gives back its path. The clear copy in between stands beside the database,
    /// readable for the service alone, and is removed.
    /// `check` is asked between pieces, and ends the work by throwing.
    package static func make(
        database path: String, directory: String, name: String, secrets: StoreSecrets, check: () throws -> Void = {}
    ) throws -> String {
        let copy = path + ".backup"
        Files.remove(copy)
        defer { Files.remove(copy) }
        let mask = umask(0o077)
        defer { umask(mask) }
        try Database(path: path, mode: .readOnly).copy(to: copy)
        let descriptor = open(copy, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SealedFile.failure("open", copy) }
        defer { close(descriptor) }
        let target = "\(directory)/\(name).ghb"
        try SealedFile.write(to: target, kind: kind, seal: secrets.sealBackup) {
            try check()
            return try chunk(descriptor, copy)
        }
        return target
    }

    /// How old a backup is, beside the database whose place it would take.
    package struct Age: Hashable, Sendable {
        /// The newest entries, and the revisions of the register. Nil where the present database cannot be read.
        package var newest: CivilTime
        package var revision: UInt64
        package var presentNewest: CivilTime?
        package var presentRevision: UInt64?
        /// What was blocked, ended or removed since: it decides again.
        package var revived: [Revival] = []
    }

    /// Nobody wanted it after all; nothing was changed.
    package struct NotWanted: Error { package init() {} }

    /// Puts the database of a backup in the place of the present one, which is kept beside it. The journal goes on in a
    /// new epoch, with numbers behind all that either database ever gave out. `agrees` hears first how old it is: what was
    /// blocked or ended since would open again. Until somebody confirms the register, a condition says so.
    package static func restore(
        _ backup: String, database path: String, at now: CivilTime, actor: String, secrets: StoreSecrets,
        agrees: (Age) -> Bool = { _ in true }
    ) throws -> (epoch: UInt64, first: UInt64, kept: String?) {
        let incoming = path + ".restore"
        var revived = 0
        Files.remove(incoming)
        let mask = umask(0o077)
        defer { umask(mask) }
        let descriptor = open(incoming, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SealedFile.failure("create", incoming) }
        do {
            defer { close(descriptor) }
            try SealedFile.read(backup, kind: kind, open: secrets.openBackup) {
                try SealedFile.put($0, descriptor, incoming)
            }
            guard fsync(descriptor) == 0 else { throw SealedFile.failure("sync", incoming) }
            let (then, present) = (try age(incoming), Files.exists(path) ? try? age(path) : nil)
            let age = Age(
                newest: then.newest, revision: then.revision, presentNewest: present?.newest,
                presentRevision: present?.revision,
                revived: try Revival.found(in: incoming, beside: path, secrets))
            revived = age.revived.count
            guard agrees(age) else { throw NotWanted() }
        } catch {
            Files.remove(incoming)
            throw error
        }

        var known = behind(path, secrets)
        if let numbers = try? numbers(incoming) {
            known = (max(known.epoch, numbers.epoch), max(known.next, numbers.next))
        }
        let epoch = known.epoch + 1
        try begin(
            epoch: epoch, first: known.next, in: incoming, besides: path, at: now, actor: actor, source: "backup",
            detail: revived > 0 ? [EntryDetail.rows.rawValue: .integer(Int64(revived))] : [:],
            ledger: [.restored(now)], secrets)
        return (epoch, known.next, try replace(path, with: incoming, epoch: epoch))
    }

    /// No entry has this number or a later one.
    static let numberLimit: Int64 = 1 << 60

    /// The highest epoch and the number behind all that the controller of this database ever gave out.
    static func behind(_ path: String, _ secrets: StoreSecrets) -> (epoch: UInt64, next: UInt64) {
        var known: (epoch: UInt64, next: UInt64) = (0, 1)
        if Files.exists(path), let numbers = try? numbers(path) { known = numbers }
        if let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets) {
            known = (max(known.epoch, copy.epoch), max(known.next, copy.nextSequence))
        }
        if let head = HeadCopy.read(besides: path, secrets) {
            known = (max(known.epoch, head.epoch), max(known.next, head.next))
        }
        // Whatever somebody wrote there leaves room for the next.
        return (min(known.epoch, 1 << 48), min(known.next, UInt64(numberLimit)))
    }

    /// Puts a complete database in the place of the present one, which is kept: its new name comes back.
    static func replace(_ path: String, with incoming: String, epoch: UInt64) throws -> String? {
        var kept: String?
        if Files.exists(path) {
            kept = "\(path).before-\(epoch)"
            // The write-ahead file belongs to the database that it was written for.
            if let old = try? Database(path: path) { try? old.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
            guard Files.rename(path, kept!) else { throw SealedFile.failure("rename", path) }
        }
        Files.remove(path + "-wal")
        Files.remove(path + "-shm")
        // Root made it, and the service has to write it.
        Files.giveToOwnerOfFolder(incoming)
        guard Files.rename(incoming, path) else { throw SealedFile.failure("rename", incoming) }
        return kept
    }

    /// Begins a new epoch in a database: its first entry says what it is, and carries the head that was signed last. The tree goes on
    /// under another origin, because it may lack leaves that the old one has signed. `place` is where the database comes to stand. What
    /// `putInOrder` does, the rows, the entries and the head are one transaction: whatever happens in between, none of it is.
    static func begin(
        epoch: UInt64, first: UInt64, in path: String, besides place: String? = nil, at now: CivilTime, actor: String,
        source: String,
        detail: [String: CanonicalValue] = [:], ledger: [LedgerChange] = [],
        rows: (changes: [RegistryChange], revision: UInt64)? = nil,
        putInOrder: @escaping (Database) throws -> Void = { _ in }, _ secrets: StoreSecrets
    ) throws {
        var entry = JournalEntry(kind: .restored)
        entry.sequence = first
        entry.civil = now
        entry.actor = actor
        entry.outcome = source
        entry.detail = detail
        entry.detail["epoch"] = .integer(Int64(clamping: epoch))
        let head = CheckpointKeeper.lastNote(place ?? path) ?? CheckpointKeeper.lastNote(path)
        entry.detail[.head] = head.map { .text($0) }
        let writer = StoreWriter(path: path, secrets: secrets, epoch: epoch, run: "restore-\(epoch)") { database in
            try putInOrder(database)
            let set = try database.prepare(
                "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            try set.bind("epoch", String(epoch)).run()
            try set.bind("first", String(first)).run()
        }
        var effects: [DurableEffect] = [.record(entry)] + ledger.map { .ledger($0) }
        if let rows, !rows.changes.isEmpty {
            var change = JournalEntry(kind: .registry)
            (change.sequence, change.civil, change.actor, change.result) = (first + 1, now, actor, .done)
            change.registryRevision = rows.revision
            change.detail[.rows] = .integer(Int64(rows.changes.count))
            effects += [.registry(rows.changes, revision: rows.revision), .record(change)]
        }
        try writer.commit(CommitGate.Batch(number: 1, effects: effects))
        let database = try StoreWriter.open(path: path)
        try database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private static func age(_ path: String) throws -> (newest: CivilTime, revision: UInt64) {
        let database = try Database(path: path)
        let statement = try database.prepare(
            """
            SELECT (SELECT at FROM journal ORDER BY seq DESC LIMIT 1), (SELECT coalesce(max(revision), 0) FROM revision)
            """)
        guard try statement.step() else { return (CivilTime(milliseconds: 0), 0) }
        return (.clamped(statement.optionalInteger(0) ?? 0), UInt64(clamping: statement.integer(1)))
    }

    private static func numbers(_ path: String) throws -> (epoch: UInt64, next: UInt64) {
        let database = try Database(path: path)
        let statement = try database.prepare(
            """
            SELECT (SELECT value FROM meta WHERE key = 'epoch'),
                (SELECT coalesce(max(seq), 0) + 1 FROM journal WHERE seq < \(numberLimit))
            """)
        guard try statement.step() else { return (0, 1) }
        return (UInt64(statement.text(0)) ?? 0, UInt64(clamping: statement.integer(1)))
    }

    private static func chunk(_ descriptor: Int32, _ path: String) throws -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: SealedFile.pieceSize)
        let count = read(descriptor, &octets, octets.count)
        guard count >= 0 else { throw SealedFile.failure("read", path) }
        return count == 0 ? nil : Array(octets[0..<count])
    }
}
