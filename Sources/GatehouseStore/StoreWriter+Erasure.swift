internal import GatehouseCore

extension StoreWriter {
    /// Erases what names a person. The rows stay with their numbers; what was sealed in them is gone, freed pages are
    /// overwritten, and the write-ahead file is emptied when nothing waits.
    func erase(_ person: UInt32, _ rows: [RegistryRowID], _ database: Database) throws {
        let row = try database.prepare("UPDATE registry SET sealed = x'' WHERE kind = ? AND id = ?")
        for one in rows { try row.bind(Int64(one.kind.rawValue), Int64(one.id)).run() }
        try database.prepare(
            "DELETE FROM personal WHERE seq IN (SELECT seq FROM journal WHERE person IS NOT NULL AND person = ?)"
        ).bind(Int64(person)).run()
        try database.prepare(
            """
            INSERT OR IGNORE INTO erasure SELECT event, camera FROM snapshot
            WHERE state = 'stored' AND event IN (SELECT seq FROM journal WHERE person IS NOT NULL AND person = ?)
            """
        ).bind(Int64(person)).run()
    }

    /// Erases name and telephone of a visitor beside each of these entries; what else stands there stays.
    func eraseVisitors(_ entries: [UInt64], _ database: Database) throws {
        let names: [PersonalField.Name] = [.visitor, .phone]
        let one = try database.prepare("DELETE FROM personal WHERE seq = ? AND name = ?")
        for entry in entries { for name in names { try one.bind(Int64(clamping: entry), name.rawValue).run() } }
    }
}
