internal import GatehouseCore

/// What was kept long enough and is on its way out, in portions while nothing waits.
struct Expiries {
    var personal: CivilTime?
    /// With the row that was looked at last.
    var ended: (before: CivilTime, after: RowPlace?)?
    var alerts: CivilTime?
}

extension StoreWriter {
    private static let portion = 2000
    /// Rows of the register that are looked at in one go.
    private static let walk = 4000

    /// True when there is more to do. A failure is tried again with the next day's.
    func expire(_ connection: Connection) -> Bool {
        let database = connection.database
        if let before = expiries.personal {
            if (try? transaction(connection) { try erasePersonal(before: before, database) }) == true { return true }
            expiries.personal = nil
        }
        if let (before, after) = expiries.ended {
            let last = try? eraseEnded(before: before, after: after, connection)
            expiries.ended = last.flatMap { $0 }.map { (before, $0) }
            if expiries.ended != nil { return true }
        }
        if let before = expiries.alerts {
            if (try? transaction(connection) { try dropAlerts(before: before, database) }) == true { return true }
            expiries.alerts = nil
        }
        return false
    }

    /// Erases the values beside the oldest entries that have any, where they are older than this: a portion, so that no
    /// commit waits for years of them. False when nothing more was found.
    func erasePersonal(before: CivilTime, _ database: Database) throws -> Bool {
        try database.prepare(
            """
            DELETE FROM personal WHERE seq IN (
                SELECT journal.seq FROM (SELECT DISTINCT seq FROM personal ORDER BY seq LIMIT \(Self.portion)) AS oldest
                JOIN journal ON journal.seq = oldest.seq WHERE journal.at < ?)
            """
        ).bind(before.milliseconds).run()
        return database.changes > 0
    }

    /// Empties the seals of the next rows that ended before this; their numbers and their plain columns stay. The last row that was looked
    /// at comes back, nil when there is none behind it.
    private func eraseEnded(before: CivilTime, after: RowPlace?, _ connection: Connection) throws -> RowPlace? {
        let database = connection.database
        let revision = try database.prepare("SELECT max(revision) FROM revision WHERE at < ?").bind(before.milliseconds)
        guard try revision.step(), let latest = revision.optionalInteger(0) else { return nil }
        revision.reset()
        let rows = try database.prepare(
            """
            SELECT kind, id, from_revision, to_revision <= ?4 AND length(sealed) > 0 FROM registry
            WHERE (kind, id, from_revision) > (?1, ?2, ?3) ORDER BY kind, id, from_revision LIMIT \(Self.walk)
            """
        ).bind(after?.kind ?? -1, after?.id ?? -1, after?.from ?? -1, latest)
        var last: RowPlace?
        var ended: [RowPlace] = []
        while try rows.step() {
            let place = RowPlace(kind: rows.integer(0), id: rows.integer(1), from: rows.integer(2))
            if rows.integer(3) == 1 { ended.append(place) }
            last = place
        }
        rows.reset()
        guard !ended.isEmpty else { return last }
        owesErasure = true
        try transaction(connection) {
            let empty = try database.prepare(
                "UPDATE registry SET sealed = x'' WHERE kind = ? AND id = ? AND from_revision = ?")
            for place in ended { try empty.bind(place.kind, place.id, place.from).run() }
        }
        return last
    }

    /// The newest alert stays, settled or not: the next number follows from it.
    private func dropAlerts(before: CivilTime, _ database: Database) throws -> Bool {
        try database.prepare(
            """
            DELETE FROM outbox WHERE id IN (
                SELECT id FROM outbox WHERE state <> 'owed' AND created < ? AND id < (SELECT max(id) FROM outbox)
                ORDER BY id LIMIT \(Self.portion))
            """
        ).bind(before.milliseconds).run()
        return database.changes > 0
    }
}
