package import GatehouseCore

/// What to show of the journal.
package struct JournalFilter: Hashable, Sendable {
    package var from: CivilTime?
    package var until: CivilTime?
    package var after: UInt64?
    package var before: UInt64?
    package var person: UInt32?
    package var credential: UInt32?
    /// Entries that are about this one.
    package var about: UInt64?
    package var accessPoint: String?
    package var portal: String?
    /// Any of these; empty for all.
    package var outcomes: [String] = []
    /// Empty: the kinds that are events.
    package var kinds: [EntryKind] = []
    /// Entries at most; 0 is all.
    package var limit = 100
    /// The newest entries when true, in their order all the same.
    package var isNewestFirst = true
    package init() {}
}

/// An entry as the database holds it, with what stands beside it.
package struct StoredEntry: Sendable {
    package var entry: JournalEntry
    package var epoch: UInt64
    package var personal: [(name: String, value: [UInt8])]
    package var snapshot: (state: String, path: String?, reason: String?)?
    /// Whether its leaf commits to values that stand beside it.
    var hasPersonal = false
}

/// Questions to the database over a connection of its own, which never holds the writer up.
package final class JournalReader {
    let database: Database
    let secrets: StoreSecrets
    /// Questions that come again with each entry of a list.
    private var prepared: [String: Statement] = [:]

    package init(path: String, secrets: StoreSecrets) throws {
        database = try Database(path: path, mode: .readOnly)
        self.secrets = secrets
    }

    /// Asks what is asked again and again. The statement is the body's alone: a body may ask the same.
    func asked<Value>(
        _ sql: String, _ values: (any Bindable)?..., body: (Statement) throws -> Value
    ) throws -> Value {
        let statement = try prepared.removeValue(forKey: sql) ?? database.prepare(sql)
        try statement.bind(all: values)
        defer {
            // What is not reset keeps a state of the database alive.
            statement.reset()
            prepared[sql] = statement
        }
        return try body(statement)
    }

    package func entry(_ sequence: UInt64, withPersonal: Bool) throws -> StoredEntry? {
        let statement = try database.prepare("SELECT leaf FROM journal WHERE seq = ?")
        try statement.bind(Int64(clamping: sequence))
        guard try statement.step(), let (entry, epoch, _) = JournalEntry.read(canonicalBytes: statement.octets(0))
        else { return nil }
        return StoredEntry(
            entry: entry, epoch: epoch, personal: withPersonal ? try personal(sequence) : [],
            snapshot: try snapshot(sequence))
    }

    package func snapshot(_ event: UInt64) throws -> (state: String, path: String?, reason: String?)? {
        // A picture that came after the reason for having none stands beside it under its camera's name.
        try asked(
            """
            SELECT state, path, reason FROM snapshot WHERE event = ?
            ORDER BY CASE state WHEN 'stored' THEN 0 WHEN 'expired' THEN 1 ELSE 2 END LIMIT 1
            """, Int64(clamping: event)
        ) { statement in
            guard try statement.step() else { return nil }
            return (statement.text(0), statement.optionalText(1), statement.optionalText(2))
        }
    }

    func personal(_ sequence: UInt64) throws -> [(name: String, value: [UInt8])] {
        try asked("SELECT name, salt, value FROM personal WHERE seq = ?", Int64(clamping: sequence)) { statement in
            var values: [(name: String, value: [UInt8])] = []
            while try statement.step() {
                let name = statement.text(0)
                let associated = PersonalCodec.associated(sequence: sequence, name: name, salt: statement.octets(1))
                if let value = secrets.openPersonal(statement.octets(2), associated) { values.append((name, value)) }
            }
            return values
        }
    }

    // MARK: Registry, for people

    package func row(_ kind: RegistryKind, _ id: UInt32) throws -> RegistryRow? {
        // One statement sees one state of the database: the pending revision and the rows that it hides.
        try asked(
            """
            SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry WHERE kind = ?1 AND id = ?2
            AND from_revision IS NOT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = '\(PendingRevision.key)')
            AND (to_revision IS NULL
                OR to_revision = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = '\(PendingRevision.key)'))
            """, Int64(kind.rawValue), Int64(id)
        ) { statement in
            guard try statement.step() else { return nil }
            return RegistryRows.read(statement, to: statement.optionalInteger(5).map { UInt64(clamping: $0) }, secrets)
        }
    }

    /// A row as it was with a revision.
    package func row(_ kind: RegistryKind, _ id: UInt32, at revision: UInt64) throws -> RegistryRow? {
        let statement = try database.prepare(
            """
            SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry
            WHERE kind = ?1 AND id = ?2 AND from_revision <= ?3 AND (to_revision IS NULL OR to_revision > ?3)
            """)
        try statement.bind(Int64(kind.rawValue), Int64(id), Int64(clamping: revision))
        guard try statement.step() else { return nil }
        return RegistryRows.read(statement, to: statement.optionalInteger(5).map { UInt64(clamping: $0) }, secrets)
    }

    /// All present rows of a kind.
    package func rows(_ kind: RegistryKind) throws -> [RegistryRow] {
        var rows: [RegistryRow] = []
        try each(kind) { rows.append($0) }
        return rows
    }

    /// Every present row of a kind, one at a time: nothing of it is kept but what the body keeps.
    package func each(_ kind: RegistryKind, _ body: (RegistryRow) throws -> Void) throws {
        try database.snapshot {
            let pending = try PendingRevision.read(database)
            let statement = try RegistryRows.present(database, pending)
            try statement.bind(Int64(kind.rawValue), pending.map { Int64($0) })
            while try statement.step() {
                let end = statement.optionalInteger(5).map { UInt64(clamping: $0) }
                if let row = RegistryRows.read(statement, to: end, secrets) { try body(row) }
            }
        }
    }

    /// The newest revision that is on disk.
    package func lastRevision() throws -> UInt64 {
        let statement = try database.prepare("SELECT coalesce(max(revision), 0) FROM revision")
        return try statement.step() ? UInt64(clamping: statement.integer(0)) : 0
    }

    /// All present rows, of one revision.
    package func rows() throws -> [RegistryRow] {
        try database.snapshot { try RegistryKind.allCases.flatMap { try rows($0) } }
    }

    /// Every state a row ever had, with the revisions between which it held.
    package func history(_ kind: RegistryKind, _ id: UInt32) throws -> [(from: UInt64, to: UInt64?, row: RegistryRow)] {
        let statement = try database.prepare(
            "SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry WHERE kind = ? AND id = ? ORDER BY from_revision"
        )
        return try database.snapshot {
            let pending = try PendingRevision.read(database)
            try statement.bind(Int64(kind.rawValue), Int64(id))
            var states: [(from: UInt64, to: UInt64?, row: RegistryRow)] = []
            while try statement.step() {
                let from = UInt64(clamping: statement.integer(2))
                let end = statement.optionalInteger(5).map { UInt64(clamping: $0) }
                if from != pending, let row = RegistryRows.read(statement, to: end, secrets) {
                    states.append((from, end == pending ? nil : end, row))
                }
            }
            return states
        }
    }

    /// When a revision came, and the entry that it came with.
    package func revision(_ number: UInt64) throws -> (at: CivilTime, sequence: UInt64)? {
        let statement = try database.prepare("SELECT at, seq FROM revision WHERE revision = ?")
        try statement.bind(Int64(clamping: number))
        guard try statement.step() else { return nil }
        return (CivilTime(milliseconds: statement.integer(0)), UInt64(clamping: statement.integer(1)))
    }

    /// The revision that was in force at an instant.
    package func revision(at time: CivilTime) throws -> UInt64 {
        let statement = try database.prepare("SELECT coalesce(max(revision), 0) FROM revision WHERE at <= ?")
        try statement.bind(time.milliseconds)
        return try statement.step() ? UInt64(clamping: statement.integer(0)) : 0
    }

    package func nextID(_ kind: RegistryKind) throws -> UInt32 {
        let statement = try database.prepare("SELECT coalesce(max(id), 0) + 1 FROM registry WHERE kind = ?")
        try statement.bind(Int64(kind.rawValue))
        return try statement.step() ? UInt32(clamping: statement.integer(0)) : 1
    }

    package func outboxCounts() throws -> [(destination: String, owed: Int, oldest: CivilTime)] {
        let statement = try database.prepare(
            "SELECT destination, count(*), min(created) FROM outbox WHERE state = 'owed' GROUP BY destination ORDER BY destination"
        )
        var counts: [(destination: String, owed: Int, oldest: CivilTime)] = []
        while try statement.step() {
            counts.append((statement.text(0), Int(statement.integer(1)), CivilTime(milliseconds: statement.integer(2))))
        }
        return counts
    }

    package func lastSequence() throws -> UInt64 {
        let statement = try database.prepare("SELECT coalesce(max(seq), 0) FROM journal")
        return try statement.step() ? UInt64(clamping: statement.integer(0)) : 0
    }

    /// Pictures stored before an instant, oldest first: what retention may delete.
    package func storedSnapshots(limit: Int) throws -> [(
        event: UInt64, camera: String, path: String, size: Int, at: CivilTime
    )] {
        let statement = try database.prepare(
            """
            SELECT event, camera, path, size, coalesce((SELECT at FROM journal WHERE seq = event), 0) FROM snapshot
            WHERE state = 'stored' ORDER BY event LIMIT \(max(1, limit))
            """)
        var rows: [(event: UInt64, camera: String, path: String, size: Int, at: CivilTime)] = []
        while try statement.step() {
            rows.append(
                (
                    UInt64(clamping: statement.integer(0)), statement.text(1), statement.text(2),
                    Int(statement.integer(3)),
                    CivilTime(milliseconds: statement.integer(4))
                ))
        }
        return rows
    }
}
