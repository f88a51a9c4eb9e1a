/// The first schema. Frozen: a later change is a step of its own.
enum V0001 {
    static let sql = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        -- One row an entry. `leaf` holds the canonical bytes, of which `hash` is the RFC 6962 leaf hash; the other
        -- columns repeat parts of it for the questions that people ask.
        CREATE TABLE journal (
            seq INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            at INTEGER NOT NULL,
            kind TEXT NOT NULL,
            portal TEXT,
            point TEXT,
            person INTEGER,
            credential INTEGER,
            about INTEGER,
            outcome TEXT,
            reason TEXT,
            leaf BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX journal_at ON journal (at);
        CREATE INDEX journal_person ON journal (person, seq) WHERE person IS NOT NULL;
        CREATE INDEX journal_point ON journal (point, seq) WHERE point IS NOT NULL;
        CREATE INDEX journal_about ON journal (about) WHERE about IS NOT NULL;
        CREATE INDEX journal_posture ON journal (kind, portal, seq) WHERE kind IN ('posture', 'fire', 'stop', 'start');

        -- Values that the leaf holds only as SHA-256 of salt and value. Rows here may be erased.
        CREATE TABLE personal (
            seq INTEGER NOT NULL,
            name TEXT NOT NULL,
            salt BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (seq, name)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE outbox (
            id INTEGER PRIMARY KEY,
            destination TEXT NOT NULL,
            kind TEXT NOT NULL,
            event INTEGER NOT NULL,
            key TEXT NOT NULL UNIQUE,
            created INTEGER NOT NULL,
            expires INTEGER,
            content BLOB NOT NULL,
            state TEXT NOT NULL DEFAULT 'owed' CHECK (state IN ('owed', 'delivered', 'abandoned', 'expired')),
            note TEXT
        ) STRICT;
        CREATE INDEX outbox_owed ON outbox (destination, id) WHERE state = 'owed';

        CREATE TABLE snapshot (
            event INTEGER NOT NULL,
            camera TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('stored', 'missing', 'expired')),
            path TEXT,
            size INTEGER,
            digest BLOB,
            reason TEXT,
            PRIMARY KEY (event, camera)
        ) STRICT, WITHOUT ROWID;

        -- Rows are never overwritten: a change ends the row at its revision and adds another. `sealed` is AES-256-GCM
        -- of the personal columns and of what admits; its associated data are all other columns.
        CREATE TABLE registry (
            kind INTEGER NOT NULL,
            id INTEGER NOT NULL,
            from_revision INTEGER NOT NULL,
            to_revision INTEGER,
            plain BLOB NOT NULL,
            sealed BLOB NOT NULL,
            PRIMARY KEY (kind, id, from_revision)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX registry_current ON registry (kind, id) WHERE to_revision IS NULL;

        CREATE TABLE revision (
            revision INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            seq INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE area (person INTEGER PRIMARY KEY, area TEXT NOT NULL) STRICT;

        -- Watchlist rows are wholly sealed; the key of a row is a hash.
        CREATE TABLE watch (key TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;

        INSERT INTO meta VALUES ('epoch', '1');
        """
}
