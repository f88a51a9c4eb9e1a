/// Since when a person is in an area, and the ledger's other values by their name. Frozen.
enum V0003 {
    static let sql = """
        ALTER TABLE area ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE ledger (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
        """
}
