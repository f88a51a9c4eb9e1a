/// Sealed notes are found without reading the journal: the ring of leads is made from them. Frozen.
enum V0013 {
    static let sql = """
        CREATE INDEX IF NOT EXISTS journal_sealed ON journal (seq) WHERE kind = 'sealed';
        """
}
