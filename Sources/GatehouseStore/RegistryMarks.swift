package import GatehouseCore

/// What a row of the registry is found by, beside its identity. On disk there is only a keyed digest of it: names are
/// personal, and who belongs to whom is as well.
package enum RegistryMark: Hashable, Sendable {
    case community(code: String)
    case dwelling(code: String)
    case person(reference: String)
    /// Rows that lean on a person: tenancies of a tenant, credentials of a holder, vehicles of a keeper, children and
    /// visitors of whoever answers for them.
    case of(person: UInt32)
    /// Rows that lean on a dwelling: its people, tenancies and vehicles.
    case at(dwelling: UInt32)
    case plate(String)

    var text: String {
        switch self {
        case .community(let code): "community/\(code)"
        case .dwelling(let code): "dwelling/\(code)"
        case .person(let reference): "reference/\(reference)"
        case .of(let person): "of/\(person)"
        case .at(let dwelling): "at/\(dwelling)"
        case .plate(let plate): "plate/\(plate)"
        }
    }
}

enum RegistryMarks {
    static func all(of row: RegistryRow) -> [RegistryMark] {
        switch row {
        case .community(let row): [.community(code: row.code)]
        case .dwelling(let row): [.dwelling(code: row.code)]
        case .person(let row):
            [.person(reference: row.reference)] + (row.dwelling.map { [.at(dwelling: $0)] } ?? [])
                + (row.responsible.map { [.of(person: $0)] } ?? [])
        case .tenancy(let row): [.at(dwelling: row.dwelling)] + Set(row.tenants).sorted().map { .of(person: $0) }
        case .credential(let row): [.of(person: row.person)]
        case .consent(let row): [.of(person: row.person)]
        case .vehicle(let row): [.plate(row.plate), .of(person: row.keeper), .at(dwelling: row.dwelling)]
        }
    }

    /// Marks every present row of a database that comes from before the marks.
    static func build(_ database: Database, _ secrets: StoreSecrets) throws {
        try database.transaction { try insert(database, secrets) }
    }

    /// The same in the transaction of the caller.
    static func insert(_ database: Database, _ secrets: StoreSecrets) throws {
        let insert = try database.prepare("INSERT OR IGNORE INTO mark (mark, kind, id) VALUES (?, ?, ?)")
        try RegistryRows.each(database, secrets) { row in
            guard let row else { return }
            for mark in all(of: row) {
                try insert.bind(
                    secrets.mark(Array(mark.text.utf8)), Int64(row.kind.rawValue), Int64(row.id)
                ).run()
            }
        }
        try database.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('marks', '1')")
    }

    static func isBuilt(_ database: Database) throws -> Bool {
        try database.prepare("SELECT 1 FROM meta WHERE key = 'marks'").step()
    }
}

extension JournalReader {
    /// Present rows of a kind by a mark, in the order of their identities.
    package func rows(_ kind: RegistryKind, by mark: RegistryMark) throws -> [RegistryRow] {
        try database.snapshot {
            let statement = try database.prepare("SELECT id FROM mark WHERE mark = ? AND kind = ? ORDER BY id")
            try statement.bind(secrets.mark(Array(mark.text.utf8)), Int64(kind.rawValue))
            var ids: [UInt32] = []
            while try statement.step() { ids.append(UInt32(clamping: statement.integer(0))) }
            // Around a large change a mark may be of a state that is not in force yet, or any more.
            return try ids.compactMap { try row(kind, $0) }.filter { RegistryMarks.all(of: $0).contains(mark) }
        }
    }
}
