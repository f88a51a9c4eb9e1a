package import GatehouseCore

/// How much of a class is kept, how much of it is older than it may be, and when the oldest was made or ended.
package struct KeptCounts: Hashable, Sendable {
    package var rows = 0
    package var older = 0
    package var oldest: CivilTime?
}

extension JournalReader {
    /// Ended states of the register whose seals are still full.
    package func endedCounts(before cutOff: CivilTime?) throws -> KeptCounts {
        try keptCounts(
            """
            SELECT count(*), count(*) FILTER (WHERE revision.at < ?1), min(revision.at)
            FROM registry JOIN revision ON revision.revision = registry.to_revision WHERE length(registry.sealed) > 0
            """, cutOff)
    }

    /// Alerts that are settled.
    package func settledAlertCounts(before cutOff: CivilTime?) throws -> KeptCounts {
        try keptCounts(
            """
            SELECT count(*), count(*) FILTER (WHERE created < ?1 AND id < (SELECT max(id) FROM outbox)), min(created)
            FROM outbox WHERE state <> 'owed'
            """, cutOff)
    }

    /// Rows of pictures: where each lies, or why there is none.
    package func pictureRowCounts() throws -> KeptCounts {
        try keptCounts(
            """
            SELECT count(*), 0, (SELECT at FROM journal WHERE seq = (SELECT min(event) FROM snapshot)) FROM snapshot
            WHERE ?1 IS NULL
            """, nil)
    }

    package func entryCounts() throws -> KeptCounts {
        try keptCounts(
            "SELECT count(*), 0, (SELECT at FROM journal ORDER BY seq LIMIT 1) FROM journal WHERE ?1 IS NULL", nil)
    }

    private func keptCounts(_ sql: String, _ cutOff: CivilTime?) throws -> KeptCounts {
        let row = try database.prepare(sql).bind(cutOff?.milliseconds)
        guard try row.step() else { return KeptCounts() }
        return KeptCounts(
            rows: Int(row.integer(0)), older: Int(row.integer(1)),
            oldest: row.optionalInteger(2).map { CivilTime(milliseconds: $0) })
    }
}
