/// Which device stands under a reader's name: one row for the device that was accepted and, while a swap stands, one for
/// the stranger. Frozen.
enum V0005 {
    static let sql = """
        CREATE TABLE reader_identity (
            reader TEXT NOT NULL,
            place TEXT NOT NULL CHECK (place IN ('known', 'stranger')),
            maker TEXT NOT NULL,
            model TEXT NOT NULL,
            serial TEXT NOT NULL,
            firmware TEXT NOT NULL,
            accepted_by TEXT,
            PRIMARY KEY (reader, place)
        ) STRICT, WITHOUT ROWID;
        """
}
