/// The journal's tree: roots of full subtrees of 256^level leaves, and where the leaves of each epoch begin in it. What is
/// restored from the journal at a start, in rows of its own: no column beside a leaf is believed. And the keyed head over
/// all of it. Frozen.
enum V0009 {
    static let sql = """
        CREATE TABLE IF NOT EXISTS journal_node (
            level INTEGER NOT NULL,
            position INTEGER NOT NULL,
            hash BLOB NOT NULL,
            PRIMARY KEY (level, position)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS journal_run (
            first_seq INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            first_index INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS standing (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL) STRICT;
        """
}
