/// What each picture is as a file: the SHA-256 of the sealed file, NULL where the picture lies in clear and waits to be sealed, and
/// empty where nothing lay there. Owed pictures by event and camera: an event may have several. And private keys of pictures that were sealed elsewhere, each sealed under its name. Frozen.
enum V0012 {
    static let sql = """
        CREATE TABLE IF NOT EXISTS picture_file (
            event INTEGER NOT NULL,
            camera TEXT NOT NULL,
            file BLOB,
            PRIMARY KEY (event, camera)
        ) STRICT, WITHOUT ROWID;
        INSERT OR IGNORE INTO picture_file (event, camera) SELECT event, camera FROM snapshot WHERE state = 'stored';
        CREATE INDEX IF NOT EXISTS picture_file_clear ON picture_file (event, camera) WHERE file IS NULL;
        CREATE TABLE owed_view (
            event INTEGER NOT NULL,
            camera TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (event, camera)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO owed_view SELECT event, camera, at FROM owed_picture;
        DROP TABLE owed_picture;
        ALTER TABLE owed_view RENAME TO owed_picture;
        CREATE TABLE IF NOT EXISTS picture_key (name BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
        """
}
