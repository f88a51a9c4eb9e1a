/// Present rows of the registry by keyed digests of what they are found by. Frozen.
enum V0004 {
    static let sql = """
        CREATE TABLE mark (
            mark BLOB NOT NULL,
            kind INTEGER NOT NULL,
            id INTEGER NOT NULL,
            PRIMARY KEY (mark, kind, id)
        ) STRICT, WITHOUT ROWID;
        """
}
