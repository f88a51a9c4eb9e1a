/// Pictures that are owed: a row of the event's own transaction, gone with the picture or the reason for having none. And an
/// index of what raises, ends and acknowledges alarms, so that a start finds it however long the journal is. Frozen.
enum V0007 {
    static let sql = """
        CREATE TABLE owed_picture (event INTEGER PRIMARY KEY, camera TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
        INSERT OR IGNORE INTO owed_picture (event, camera, at)
            SELECT seq, 'none', at FROM journal WHERE seq > (SELECT coalesce(max(seq), 0) - 2000 FROM journal)
            AND (kind IN ('decision', 'exitRequest', 'forced', 'heldOpen', 'tailgated')
                OR (kind = 'order' AND portal IS NOT NULL AND outcome = 'done'
                    AND instr(leaf, CAST('portal open' AS BLOB)) > 0))
            AND NOT EXISTS (SELECT 1 FROM snapshot WHERE event = journal.seq);
        CREATE INDEX journal_alarm ON journal (seq)
            WHERE kind IN ('health', 'tailgated', 'lockout') OR outcome = 'acknowledged';
        """
}
