internal import GatehouseCore

/// Rows of the register from before, of which a part stands in clear: a disk that was carried away told from them who lives where.
extension StoreWriter {
    /// Rows that are sealed at a time: a decision waits behind no more.
    private static let portion = 500

    /// Seals the next ones whole, with what they say unchanged. True when there is more to do. One whose seal is broken stays as it
    /// is, in clear: it decides nothing, and what is left of it is for whoever has to find out.
    func sealClear(_ connection: Connection, isGrowing: Bool) throws -> Bool {
        guard secrets.keepsPersonal, !isGrowing, !isSealedWhole else { return false }
        let database = connection.database
        let next = try database.prepare(
            """
            SELECT kind, id, from_revision, to_revision, plain, sealed FROM registry INDEXED BY registry_clear
            WHERE length(plain) > 0 AND (kind, id, from_revision) > (?, ?, ?)
            ORDER BY kind, id, from_revision LIMIT \(Self.portion)
            """
        ).bind(clear?.kind ?? -1, clear?.id ?? -1, clear?.from ?? -1)
        let rows = try self.rows(next)
        guard let last = rows.last else {
            isSealedWhole = true
            return false
        }
        try transaction(connection) {
            let set = try database.prepare(
                "UPDATE registry SET plain = x'', sealed = ?4 WHERE kind = ?1 AND id = ?2 AND from_revision = ?3")
            for row in rows {
                guard let sealed = try whole(row) else { continue }
                try set.bind(row.place.kind, row.place.id, row.place.from, sealed).run()
            }
        }
        owesErasure = true
        clear = last.place
        return true
    }

    /// The seal over all of a row; nothing is sealed of one that was erased. Nil where its present seal is broken.
    private func whole(_ row: StoredRow) throws -> [UInt8]? {
        guard !row.sealed.isEmpty else { return [] }
        let end = row.to.map { UInt64(clamping: $0) }
        guard let secret = secrets.openRegistry(row.sealed, row.associated(to: end)) else { return nil }
        return try secrets.sealRegistry(
            RegistryCodec.whole(plain: row.plain, secret: secret), row.associated(to: end, plain: []))
    }
}
