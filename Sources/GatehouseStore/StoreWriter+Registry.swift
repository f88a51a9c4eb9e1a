internal import GatehouseCore

/// Changes of the registry: rows with their seals and marks.
extension StoreWriter {
    /// The entry of a registry change follows it in its step, and so in its batch.
    func entry(after index: Int, of batch: CommitGate.Batch) -> (at: CivilTime, sequence: UInt64) {
        for effect in batch.effects[index...] {
            if case .record(let entry) = effect { return (entry.civil, entry.sequence) }
        }
        return (CivilTime(milliseconds: 0), 0)
    }

    func write(
        _ changes: [RegistryChange], _ revision: UInt64, by entry: (at: CivilTime, sequence: UInt64),
        _ connection: Connection
    ) throws {
        // Marks are random: many of them in the order of their table touch each of its pages once.
        var marks: [(mark: [UInt8], kind: Int64, id: Int64)] = []
        var unused: [RegistryKind: UInt32] = [:]
        if changes.count >= Self.manyChanges { unused = try firstUnused(connection.database) }
        let before = unused
        var written: Set<UInt64> = []
        func isWritten(_ row: RegistryRow) -> Bool {
            guard let first = before[row.kind], row.id < first else { return !marks.isEmpty }
            return !written.insert(UInt64(row.kind.rawValue) << 32 | UInt64(row.id)).inserted
        }
        for change in changes {
            switch change {
            case .put(let row):
                // A row's second state takes the marks of its first back: these have to be there.
                if row.id < unused[row.kind] ?? .max, isWritten(row) { try put(&marks, connection) }
                // What is beyond all identities of before has no present row to end.
                if row.id < unused[row.kind] ?? .max { try end(row.kind, row.id, revision, connection) }
                unused[row.kind] = unused[row.kind].map { max($0, row.id + 1) }
                let (plain, secret) = RegistryCodec.encode(row)
                let associated = RegistryCodec.associated(
                    kind: row.kind, id: row.id, from: revision, to: nil, plain: plain)
                try connection.insertRow.bind(
                    Int64(row.kind.rawValue), Int64(row.id), Int64(revision), plain,
                    secrets.sealRegistry(secret, associated)
                ).run()
                for mark in RegistryMarks.all(of: row) {
                    marks.append((secrets.mark(Array(mark.text.utf8)), Int64(row.kind.rawValue), Int64(row.id)))
                }
                if changes.count < Self.manyChanges { try put(&marks, connection) }
            case .end(let kind, let id):
                try put(&marks, connection)
                try end(kind, id, revision, connection)
            }
        }
        try put(&marks, connection)
        try connection.insertRevision.bind(Int64(revision), entry.at.milliseconds, Int64(entry.sequence)).run()
    }

    private static let manyChanges = 1000

    /// The identities from which on there was no row yet, by kind.
    private func firstUnused(_ database: Database) throws -> [RegistryKind: UInt32] {
        let highest = try database.prepare("SELECT coalesce(max(id), 0) FROM registry WHERE kind = ?")
        var unused: [RegistryKind: UInt32] = [:]
        for kind in RegistryKind.allCases {
            try highest.bind(Int64(kind.rawValue))
            if try highest.step() { unused[kind] = UInt32(clamping: highest.integer(0) + 1) }
            highest.reset()
        }
        return unused
    }

    private func put(_ marks: inout [(mark: [UInt8], kind: Int64, id: Int64)], _ connection: Connection) throws {
        if marks.count > 16 {
            // By their first eight octets: that is order enough.
            let keyed = marks.map { ($0.mark.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }, $0) }
            marks = keyed.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for one in marks { try connection.insertMark.bind(one.mark, one.kind, one.id).run() }
        marks.removeAll(keepingCapacity: true)
    }

    /// Ends the present row of an identity. The seal is made anew, because it covers the end: an ended row cannot be
    /// brought back by writing one column.
    private func end(_ kind: RegistryKind, _ id: UInt32, _ revision: UInt64, _ connection: Connection) throws {
        let present = try connection.readRow.bind(Int64(kind.rawValue), Int64(id))
        guard try present.step() else { return }
        let from = UInt64(present.integer(0))
        let plain = present.octets(1)
        let sealed = present.octets(2)
        present.reset()
        let open = secrets.openRegistry(
            sealed, RegistryCodec.associated(kind: kind, id: id, from: from, to: nil, plain: plain))
        if let open, let row = RegistryCodec.decode(kind: kind, id: id, plain: plain, secret: open) {
            try mark(row, connection.dropMark)
        }
        // A row changed twice in one revision keeps only its last state.
        if from == revision {
            let drop = try connection.database.prepare(
                "DELETE FROM registry WHERE kind = ? AND id = ? AND from_revision = ?")
            try drop.bind(Int64(kind.rawValue), Int64(id), Int64(from)).run()
            return
        }
        // A damaged row is ended as it is: its seal stays broken, and it admits nobody.
        let closed = try open.map {
            try secrets.sealRegistry(
                $0, RegistryCodec.associated(kind: kind, id: id, from: from, to: revision, plain: plain))
        }
        try connection.endRow.bind(
            Int64(kind.rawValue), Int64(id), Int64(from), Int64(revision), closed ?? sealed
        ).run()
    }

    private func mark(_ row: RegistryRow, _ statement: Statement) throws {
        for mark in RegistryMarks.all(of: row) {
            try statement.bind(secrets.mark(Array(mark.text.utf8)), Int64(row.kind.rawValue), Int64(row.id)).run()
        }
    }
}
