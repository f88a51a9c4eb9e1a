/// The ordered list of schema steps. A step is frozen once it has left the house.
enum Migrations {
    static let steps: [String] = [
        V0001.sql, V0002.sql, V0003.sql, V0004.sql, V0005.sql, V0006.sql, V0007.sql,
        V0008.sql, V0009.sql, V0010.sql, V0011.sql, V0012.sql, V0013.sql,
    ]

    /// The steps that the database has; throws where it has more than this program knows.
    @discardableResult
    static func check(_ database: Database) throws -> Int {
        let present = try database.userVersion
        guard present <= steps.count else {
            throw DatabaseError(
                attempt: "open \(database.path)", code: 0,
                detail: "its schema is version \(present), this program knows \(steps.count); use the newer program")
        }
        if present == 0, try isSomebodyElses(database) {
            throw DatabaseError(
                attempt: "open \(database.path)", code: 0,
                detail: "this is no database of Gatehouse, and stays as it is; give files.database a path of its own")
        }
        return present
    }

    /// Tables, and none of ours among them.
    private static func isSomebodyElses(_ database: Database) throws -> Bool {
        let tables = try database.prepare(
            "SELECT count(*), sum(name IN ('meta', 'journal', 'registry')) FROM sqlite_schema WHERE type = 'table'")
        return try tables.step() && tables.integer(0) > 0 && tables.integer(1) == 0
    }

    /// What each step makes first: a number that was turned back does not make it twice.
    private static let marks = [
        "journal", "journal_watchlist", "ledger", "mark", "reader_identity", "erasure", "owed_picture", "journal_rare",
        "head", "checkpoint", "registry_clear", "picture_key", "journal_sealed",
    ]
    /// Steps from here on make what is not there, and nothing else: tables that somebody dropped are there again, and empty.
    private static let firstRepeatable = 8
    private static let repeatable = [
        "head", "standing", "journal_node", "journal_run", "checkpoint", "registry_clear", "picture_file",
        "picture_key",
    ]

    /// Brings the database to the newest schema, each step in a transaction of its own. A step that does not find what those before
    /// it made stands before a damaged file.
    static func apply(to database: Database) throws {
        let said = try check(database)
        let there = try database.prepare("SELECT count(*) FROM sqlite_master WHERE name = ?")
        func has(_ name: String) throws -> Bool {
            defer { there.reset() }
            return try there.bind(name).step() && there.integer(0) > 0
        }
        var present = said
        while present < steps.count, try has(marks[present]) { present += 1 }
        if try present > firstRepeatable && !repeatable.allSatisfy(has) { present = firstRepeatable }
        if present == steps.count, said < present { try database.execute("PRAGMA user_version = \(present)") }
        for version in present..<steps.count {
            do {
                try database.transaction {
                    try database.execute(steps[version])
                    try database.execute("PRAGMA user_version = \(version + 1)")
                }
            } catch var error as DatabaseError where error.isMissing {
                error.code = DatabaseError.damage
                throw error
            }
        }
    }
}
