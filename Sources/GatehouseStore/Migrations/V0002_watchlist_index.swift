/// What a start asks of the journal has to be found without reading it: withdrawn entries of the watchlist. Frozen.
enum V0002 {
    static let sql = """
        CREATE INDEX journal_watchlist ON journal (outcome, seq) WHERE kind = 'watchlist';
        """
}
