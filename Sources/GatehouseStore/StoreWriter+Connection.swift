internal import GatehouseCore

extension StoreWriter {
    /// A connection with its prepared statements.
    struct Connection {
        let database: Database
        let insertEntry: Statement
        let insertPersonal: Statement
        let setStanding: Statement
        let setHead: Statement
        let insertRun: Statement
        let insertNode: Statement
        let insertOutbox: Statement
        let settleOutbox: Statement
        let insertSnapshot: Statement
        let setPictureFile: Statement
        let sealPictureFile: Statement
        let dropPictureFile: Statement
        let insertOwedPicture: Statement
        let dropOwedPicture: Statement
        let readRow: Statement
        let dropRow: Statement
        let endRow: Statement
        let insertRow: Statement
        let insertMark: Statement
        let dropMark: Statement
        let insertRevision: Statement
        let setArea: Statement
        let dropArea: Statement
        let setLedger: Statement
        let dropLedger: Statement
        let setWatch: Statement
        let dropWatch: Statement
        let dropErasure: Statement
        let markBatch: Statement
        let setFloor: Statement

        static let runSQL = "INSERT OR IGNORE INTO journal_run (epoch, first_seq, first_index) VALUES (?, ?, ?)"
        static let watchSQL =
            "INSERT INTO watch (key, sealed) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET sealed = excluded.sealed"
        static let nodeSQL = "INSERT INTO journal_node (level, position, hash) VALUES (?, ?, ?)"

        init(_ database: Database) throws {
            self.database = database
            insertEntry = try database.prepare(
                """
                INSERT INTO journal (seq, epoch, at, kind, portal, point, person, credential, about, outcome, reason, leaf, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            setStanding = try database.prepare(StandingRows.setSQL)
            setHead = try database.prepare(StoreHead.setSQL)
            insertRun = try database.prepare(Self.runSQL)
            insertNode = try database.prepare(Self.nodeSQL)
            insertPersonal = try database.prepare("INSERT INTO personal (seq, name, salt, value) VALUES (?, ?, ?, ?)")
            insertOutbox = try database.prepare(
                """
                INSERT INTO outbox (id, destination, kind, event, key, created, expires, content)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
            settleOutbox = try database.prepare(
                "UPDATE outbox SET state = ?2, note = ?3, content = CASE WHEN ?2 = 'expired' THEN x'' ELSE content END WHERE id = ?1 AND state = 'owed'"
            )
            insertSnapshot = try database.prepare(
                """
                INSERT INTO snapshot (event, camera, state, path, size, digest, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (event, camera) DO UPDATE SET state = excluded.state, path = excluded.path,
                    size = excluded.size, digest = excluded.digest, reason = excluded.reason
                """)
            setPictureFile = try database.prepare("REPLACE INTO picture_file (event, camera, file) VALUES (?, ?, ?)")
            sealPictureFile = try database.prepare(
                "UPDATE picture_file SET file = ?3 WHERE event = ?1 AND camera = ?2 AND file IS NULL")
            dropPictureFile = try database.prepare("DELETE FROM picture_file WHERE event = ? AND camera = ?")
            insertOwedPicture = try database.prepare(
                "INSERT OR REPLACE INTO owed_picture (event, camera, at) VALUES (?, ?, ?)")
            dropOwedPicture = try database.prepare("DELETE FROM owed_picture WHERE event = ? AND camera = ?")
            readRow = try database.prepare(
                """
                SELECT from_revision, plain, sealed, to_revision FROM registry WHERE kind = ?1 AND id = ?2
                AND from_revision IS NOT ?3 AND (to_revision IS NULL OR to_revision IS ?3)
                """)
            dropRow = try database.prepare(
                "DELETE FROM registry WHERE kind = ? AND id = ? AND from_revision = ?")
            endRow = try database.prepare(
                "UPDATE registry SET to_revision = ?4, sealed = ?5 WHERE kind = ?1 AND id = ?2 AND from_revision = ?3")
            insertRow = try database.prepare(
                "INSERT INTO registry (kind, id, from_revision, to_revision, plain, sealed) VALUES (?, ?, ?, NULL, ?, ?)"
            )
            insertMark = try database.prepare("INSERT OR IGNORE INTO mark (mark, kind, id) VALUES (?, ?, ?)")
            dropMark = try database.prepare("DELETE FROM mark WHERE mark = ? AND kind = ? AND id = ?")
            insertRevision = try database.prepare(
                "INSERT OR REPLACE INTO revision (revision, at, seq) VALUES (?, ?, ?)")
            setArea = try database.prepare(
                """
                INSERT INTO area (person, area, since) VALUES (?, ?, ?)
                ON CONFLICT (person) DO UPDATE SET area = excluded.area, since = excluded.since
                """)
            dropArea = try database.prepare("DELETE FROM area WHERE person = ?")
            setLedger = try database.prepare(
                "INSERT INTO ledger (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
            dropLedger = try database.prepare("DELETE FROM ledger WHERE key = ?")
            setWatch = try database.prepare(Self.watchSQL)
            dropWatch = try database.prepare("DELETE FROM watch WHERE key = ?")
            setFloor = try database.prepare(
                "INSERT INTO meta (key, value) VALUES ('floor', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            )
            dropErasure = try database.prepare("DELETE FROM erasure WHERE event = ? AND camera = ?")
            markBatch = try database.prepare(
                "INSERT INTO meta (key, value) VALUES ('batch', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            )
        }

        /// The mark of the last batch on disk.
        func lastBatch() throws -> String? {
            let mark = try database.prepare("SELECT value FROM meta WHERE key = 'batch'")
            return try mark.step() ? mark.text(0) : nil
        }
    }
}
