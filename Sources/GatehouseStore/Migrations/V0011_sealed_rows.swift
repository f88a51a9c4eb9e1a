/// Rows of the register that have a part in clear, by their key: none in a database of today. They are sealed whole when nothing
/// waits, and the index is empty again. Frozen.
enum V0011 {
    static let sql =
        "CREATE INDEX IF NOT EXISTS registry_clear ON registry (kind, id, from_revision) WHERE length(plain) > 0;"
}
