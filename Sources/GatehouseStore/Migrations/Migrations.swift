/// The ordered list of schema steps. A step is frozen once it has left the house.
enum Migrations {
    static let steps: [String] = [
        V0001.sql, V0002.sql, V0003.sql, V0004.sql, V0005.sql, V0006.sql, V0007.sql,
        V0008.sql, V0009.sql, V0010.sql,
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
        return present
    }

    /// Brings the database to the newest schema, each step in a transaction of its own.
    static func apply(to database: Database) throws {
        let present = try check(database)
        for version in present..<steps.count {
            try database.transaction {
                try database.execute(steps[version])
                try database.execute("PRAGMA user_version = \(version + 1)")
            }
        }
    }
}
