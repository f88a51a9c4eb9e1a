internal import GatehouseCore

/// A row of the registry by its key, for walks that are taken up again.
struct RowPlace {
    var kind: Int64
    var id: Int64
    var from: Int64
}

/// What large changes leave behind, tidied by portions when nothing waits: rows of one that never came into force, and
/// marks of what one ended. Neither is seen meanwhile, and both walks may begin anew at any time.
extension StoreWriter {
    private static let walk = 4000

    /// True when there is more to do.
    func tidy(_ connection: Connection, isGrowing: Bool) throws -> Bool {
        let database = connection.database
        // Seals cannot be made anew without the key.
        guard secrets.keepsPersonal, !isGrowing else { return false }
        if let dropped = pending {
            tidied = try transaction(connection) { try drop(dropped, from: tidied, database) }
            if tidied == nil { forgetPending() }
            return true
        }
        guard let stale = try PendingRevision.read(database, PendingRevision.staleKey) else { return false }
        tidied = try transaction(connection) { try dropMarks(of: stale, from: tidied, database) }
        return true
    }

    /// Takes a revision that was dropped out of the next rows; nil when it is out of all of them.
    func drop(_ revision: UInt64, from place: RowPlace?, _ database: Database) throws -> RowPlace? {
        var last: RowPlace?
        let open = try database.prepare(
            "UPDATE registry SET to_revision = NULL, sealed = ?4 WHERE kind = ?1 AND id = ?2 AND from_revision = ?3")
        for row in try next(place, database) {
            last = row.place
            if row.place.from == Int64(revision) {
                try remove(row, revision, database)
            } else if row.to == Int64(revision) {
                // There is one present row of an identity: the dropped one makes room first.
                if let other = try self.row(
                    RowPlace(kind: row.place.kind, id: row.place.id, from: Int64(revision)), database)
                {
                    try remove(other, revision, database)
                }
                let secret = secrets.openRegistry(row.sealed, row.associated(to: revision))
                let sealed = try secret.map { try secrets.sealRegistry($0, row.associated(to: nil)) }
                try open.bind(row.place.kind, row.place.id, row.place.from, sealed ?? row.sealed).run()
            }
        }
        if last == nil { try PendingRevision.set(nil, database) }
        return last
    }

    /// Removes a row of a dropped revision with its marks; what the present row is found by stays.
    private func remove(_ row: StoredRow, _ revision: UInt64, _ database: Database) throws {
        let kept = Set(try present(row, revision, database).map(RegistryMarks.all) ?? [])
        let dropMark = try database.prepare("DELETE FROM mark WHERE mark = ? AND kind = ? AND id = ?")
        for mark in row.state(secrets, to: nil).map(RegistryMarks.all) ?? [] where !kept.contains(mark) {
            try dropMark.bind(secrets.mark(Array(mark.text.utf8)), row.place.kind, row.place.id).run()
        }
        try database.prepare("DELETE FROM registry WHERE kind = ? AND id = ? AND from_revision = ?")
            .bind(row.place.kind, row.place.id, row.place.from).run()
    }

    /// Drops marks of states that large changes from this one on ended, in the next rows; nil when all are looked at.
    private func dropMarks(of revision: UInt64, from place: RowPlace?, _ database: Database) throws -> RowPlace? {
        var last: RowPlace?
        let dropMark = try database.prepare("DELETE FROM mark WHERE mark = ? AND kind = ? AND id = ?")
        for row in try next(place, database) {
            last = row.place
            guard let to = row.to, to >= Int64(revision), let state = row.state(secrets, to: UInt64(to)) else {
                continue
            }
            let kept = Set(try present(row, nil, database).map(RegistryMarks.all) ?? [])
            for mark in RegistryMarks.all(of: state) where !kept.contains(mark) {
                try dropMark.bind(secrets.mark(Array(mark.text.utf8)), row.place.kind, row.place.id).run()
            }
        }
        if last == nil { try PendingRevision.set(nil, database, PendingRevision.staleKey) }
        return last
    }

    struct StoredRow {
        var place: RowPlace
        var to: Int64?
        var plain: [UInt8]
        var sealed: [UInt8]

        func associated(to end: UInt64?) -> [UInt8] { associated(to: end, plain: plain) }

        func associated(to end: UInt64?, plain: [UInt8]) -> [UInt8] {
            RegistryCodec.associated(
                kind: RegistryKind(rawValue: UInt8(clamping: place.kind)) ?? .community, id: UInt32(clamping: place.id),
                from: UInt64(clamping: place.from), to: end, plain: plain)
        }

        func state(_ secrets: StoreSecrets, to end: UInt64?) -> RegistryRow? {
            guard let kind = RegistryKind(rawValue: UInt8(clamping: place.kind)),
                let secret = secrets.openRegistry(sealed, associated(to: end))
            else { return nil }
            return RegistryCodec.decode(kind: kind, id: UInt32(clamping: place.id), plain: plain, secret: secret)
        }
    }

    private func next(_ place: RowPlace?, _ database: Database) throws -> [StoredRow] {
        let statement = try database.prepare(
            """
            SELECT kind, id, from_revision, to_revision, plain, sealed FROM registry
            WHERE (kind, id, from_revision) > (?, ?, ?) ORDER BY kind, id, from_revision LIMIT \(Self.walk)
            """)
        return try rows(statement.bind(place?.kind ?? -1, place?.id ?? -1, place?.from ?? -1))
    }

    private func row(_ place: RowPlace, _ database: Database) throws -> StoredRow? {
        let statement = try database.prepare(
            """
            SELECT kind, id, from_revision, to_revision, plain, sealed FROM registry
            WHERE kind = ? AND id = ? AND from_revision = ?
            """)
        return try rows(statement.bind(place.kind, place.id, place.from)).first
    }

    func rows(_ statement: Statement) throws -> [StoredRow] {
        var rows: [StoredRow] = []
        while try statement.step() {
            rows.append(
                StoredRow(
                    place: RowPlace(
                        kind: statement.integer(0), id: statement.integer(1), from: statement.integer(2)),
                    to: statement.optionalInteger(3), plain: statement.octets(4), sealed: statement.octets(5)))
        }
        return rows
    }

    /// The present state of a row, as long as the revision is pending.
    private func present(_ row: StoredRow, _ pending: UInt64?, _ database: Database) throws -> RegistryRow? {
        let statement = try database.prepare(
            """
            SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry
            WHERE kind = ?1 AND id = ?3 AND \(PendingRevision.present(pending))
            """)
        try statement.bind(row.place.kind, pending.map { Int64($0) }, row.place.id)
        guard try statement.step() else { return nil }
        return RegistryRows.read(statement, to: statement.optionalInteger(5).map { UInt64(clamping: $0) }, secrets)
    }
}
