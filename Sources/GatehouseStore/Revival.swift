package import GatehouseCore

/// What decides in a backup and was taken away since: it opens again with the restore.
package struct Revival: Hashable, Sendable {
    package var row: RegistryRowID
    /// What it is today: a status, `removed`, or `ended` for a tenancy whose end came forward.
    package var today: String

    /// In the order of the register. What stands beside a present database that cannot be read is asked of its packed copy.
    static func found(in backup: String, beside path: String, _ secrets: StoreSecrets) throws -> [Revival] {
        let present: [RegistryRowID: RegistryRow]
        if let rows = try? rows(path, secrets) {
            present = rows
        } else if let copy = try? RegistryCopy.read(RegistryCopy.path(besides: path), secrets: secrets) {
            present = Dictionary(
                copy.rows.map { (RegistryRowID($0.kind, $0.id), $0) }, uniquingKeysWith: { one, _ in one })
        } else {
            return []
        }
        return try rows(backup, secrets).compactMap { id, then in
            today(then, present[id]).map { Revival(row: id, today: $0) }
        }.sorted { ($0.row.kind, $0.row.id) < ($1.row.kind, $1.row.id) }
    }

    /// What a row that decided then is today; nil for one that decides still, or did not.
    private static func today(_ then: RegistryRow, _ now: RegistryRow?) -> String? {
        switch (then, now) {
        case (.credential(let then), .credential(let now)?):
            then.status == .enabled && now.status != .enabled ? now.status.word : nil
        case (.credential(let then), nil): then.status == .enabled ? "removed" : nil
        case (.person(let then), .person(let now)?):
            then.status == .active && now.status != .active ? now.status.word : nil
        case (.person(let then), nil): then.status == .active ? "removed" : nil
        case (.tenancy(let then), .tenancy(let now)?): now.ends < then.ends ? "ended" : nil
        case (.tenancy, nil): "removed"
        default: nil
        }
    }

    private static func rows(_ path: String, _ secrets: StoreSecrets) throws -> [RegistryRowID: RegistryRow] {
        guard Files.exists(path) else {
            throw DatabaseError(attempt: "open \(path)", code: 0, detail: "it is not there")
        }
        var rows: [RegistryRowID: RegistryRow] = [:]
        try RegistryRows.each(Database(path: path), secrets) { row in
            if let row { rows[RegistryRowID(row.kind, row.id)] = row }
        }
        return rows
    }
}
