internal import GatehouseCore

/// The schema of a database beside the one that the steps make: a trigger, another index or a statistic somebody added decides
/// as much as a row does.
enum SchemaCheck {
    private struct Item: Hashable {
        var type: String
        var name: String
        var table: String
        var sql: String
    }

    private static func items(_ database: Database) throws -> Set<Item> {
        let rows = try database.prepare("SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema")
        var items: Set<Item> = []
        while try rows.step() {
            items.insert(Item(type: rows.text(0), name: rows.text(1), table: rows.text(2), sql: rows.text(3)))
        }
        return items
    }

    /// What the steps make.
    private static func wanted() throws -> Set<Item> {
        let database = try Database(path: ":memory:")
        try Migrations.apply(to: database)
        return try items(database)
    }

    /// Of what is there that which bears on our tables: whatever else somebody keeps in the file stays as it is.
    private static func bearing(_ database: Database, _ wanted: Set<Item>) throws -> Set<Item> {
        let tables = Set(wanted.map(\.table))
        return try items(database).filter {
            tables.contains($0.table) || $0.name.hasPrefix("sqlite_stat")
        }
    }

    /// Names of what is there and should not be, or the other way round. Throws the error of a damaged file where a table of ours
    /// is not there, or not as it was made.
    static func differences(_ database: Database) throws -> [String] {
        let wanted = try wanted()
        let found = try bearing(database, wanted)
        let missing = wanted.subtracting(found)
        if let table = missing.first(where: { $0.type == "table" }) {
            throw DatabaseError(
                attempt: "open \(database.path)", code: DatabaseError.damage,
                detail: "its table \(table.name) is not there, or not as it was made")
        }
        let last = try database.prepare("SELECT max(seq), min(seq) FROM journal")
        guard try last.step(), last.integer(0) < Backup.numberLimit, last.integer(1) >= 0 else {
            throw DatabaseError(
                attempt: "open \(database.path)", code: DatabaseError.damage,
                detail: "its journal has numbers that no gate gives out")
        }
        return found.symmetricDifference(wanted).map(\.name).sorted()
    }

    /// Takes out what no step made, and makes all indexes anew: in the transaction of the caller.
    static func mend(_ database: Database) throws {
        let wanted = try wanted()
        let others = try bearing(database, wanted).subtracting(wanted)
        for item in others.sorted(by: { $0.type > $1.type }) {
            let name = item.name.replacing("\"", with: "\"\"")
            try database.execute("DROP \(item.type.uppercased()) IF EXISTS \"\(name)\"")
        }
        let present = try items(database)
        for item in wanted.subtracting(present) where item.type == "index" { try database.execute(item.sql) }
        try database.execute("REINDEX")
    }
}
