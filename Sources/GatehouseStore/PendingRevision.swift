internal import GatehouseCore

/// A revision that is being written by portions. Its rows stand in the table already; whoever reads passes them over, and
/// takes the rows that it ends for present ones, until the revision is sealed. `meta` names it, so that a reader finds out
/// in the snapshot in which it reads the rows.
struct PendingRevision {
    static let key = "pending"
    /// Marks of rows that a revision ended, which are still to be dropped.
    static let staleKey = "stale"

    static func read(_ database: Database, _ key: String = key) throws -> UInt64? {
        let statement = try database.prepare("SELECT value FROM meta WHERE key = ?")
        try statement.bind(key)
        return try statement.step() ? UInt64(statement.text(0)) : nil
    }

    static func set(_ revision: UInt64?, _ database: Database, _ key: String = key) throws {
        if let revision {
            try database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)").bind(key, String(revision))
                .run()
        } else {
            try database.prepare("DELETE FROM meta WHERE key = ?").bind(key).run()
        }
    }

    /// What a question for present rows says beside their kind; `?2` is the pending revision or null. Without one the
    /// index of present rows serves it.
    static func present(_ pending: UInt64?) -> String {
        pending == nil
            ? "to_revision IS NULL AND ?2 IS NULL"
            : "from_revision <> ?2 AND (to_revision IS NULL OR to_revision = ?2)"
    }
}

extension Database {
    /// Runs the body on one state of the database, whatever is written meanwhile.
    func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
        guard isIdle else { return try body() }
        try execute("BEGIN")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // Nothing was written: whatever is said to the end of reading changes nothing.
            try? execute("ROLLBACK")
            throw error
        }
    }
}
