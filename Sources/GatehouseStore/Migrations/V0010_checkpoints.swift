/// Heads of the journal that this gate has signed. A restore begins another log with another origin, whose sizes begin where the
/// restored journal ends. Frozen.
enum V0010 {
    static let sql = """
        CREATE TABLE IF NOT EXISTS checkpoint (
            origin TEXT NOT NULL,
            size INTEGER NOT NULL,
            root BLOB NOT NULL,
            note BLOB NOT NULL,
            PRIMARY KEY (origin, size)
        ) STRICT, WITHOUT ROWID;
        """
}
