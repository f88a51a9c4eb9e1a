/// Pictures that wait for their deletion. Frozen.
enum V0006 {
    static let sql = """
        CREATE TABLE erasure (event INTEGER NOT NULL, camera TEXT NOT NULL, PRIMARY KEY (event, camera)) STRICT, WITHOUT ROWID;
        """
}
