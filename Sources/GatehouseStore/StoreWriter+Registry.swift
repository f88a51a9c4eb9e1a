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

    /// Writes changes into a revision. Those of a revision that is `pending` are seen by nobody until it is sealed: the
    /// marks of what they end stay until then.
    func write(
        _ changes: [RegistryChange], _ revision: UInt64, pending: UInt64?, _ connection: Connection
    ) throws {
        // Marks are random: many of them in the order of their table touch each of its pages once.
        var marks: [Mark] = []
        var unused: [RegistryKind: UInt32] = [:]
        if changes.count >= Self.manyChanges || revision == pending { unused = try firstUnused(connection.database) }
        let before = unused
        var written: Set<UInt64> = []
        func isWritten(_ row: RegistryRow) -> Bool {
            guard let first = before[row.kind], row.id < first else { return !marks.isEmpty }
            return !written.insert(UInt64(row.kind.rawValue) << 32 | UInt64(row.id)).inserted
        }
        try eachSealed(changes, revision) { change, sealed in
            switch change {
            case .put(let row):
                // A row's second state takes the marks of its first back: these have to be there.
                if row.id < unused[row.kind] ?? .max, isWritten(row) { try put(&marks, connection) }
                // What is beyond all identities of before has no present row to end.
                if row.id < unused[row.kind] ?? .max { try end(row.kind, row.id, revision, pending, connection) }
                unused[row.kind] = unused[row.kind].map { max($0, row.id + 1) }
                guard let sealed else { break }
                try connection.insertRow.bind(
                    Int64(row.kind.rawValue), Int64(row.id), Int64(revision), [UInt8](), sealed.octets
                ).run()
                if revision == pending {
                    keep(sealed.marks)
                    break
                }
                marks += sealed.marks
                if changes.count < Self.manyChanges { try put(&marks, connection) }
            case .end(let kind, let id):
                try put(&marks, connection)
                try end(kind, id, revision, pending, connection)
            }
        }
        try put(&marks, connection)
    }

    /// The revision is in force, with the entry that it came with.
    func seal(_ revision: UInt64, by entry: (at: CivilTime, sequence: UInt64), _ connection: Connection) throws {
        lastRevision = max(lastRevision, revision)
        try connection.insertRevision.bind(Int64(revision), entry.at.milliseconds, Int64(entry.sequence)).run()
    }

    /// Makes the revision the pending one. What one before it left behind goes first.
    func begin(_ revision: UInt64, _ pending: inout UInt64?, _ connection: Connection) throws {
        try dropAll(&pending, connection)
        laterMarks = Array(repeating: [], count: 256)
        try PendingRevision.set(revision, connection.database)
        pending = revision
    }

    private func keep(_ marks: [Mark]) {
        precondition(laterMarks.count == 256, "\(laterMarks.count) lots of marks: a portion without a first one")
        for mark in marks { laterMarks[Int(mark.digest.high >> 56)].append(mark) }
    }

    /// Writes those of the marks that were kept whose first octets are these: next to one another in their table.
    func writeMarks(of octets: Range<Int>, _ connection: Connection) throws {
        guard laterMarks.count == 256 else { return }
        for octet in octets {
            var marks = laterMarks[octet]
            try put(&marks, connection)
        }
    }

    /// Takes a dropped revision out of the table at once.
    func dropAll(_ pending: inout UInt64?, _ connection: Connection) throws {
        guard let dropped = pending else { return }
        var place: RowPlace?
        while let next = try drop(dropped, from: place, connection.database) { place = next }
        tidied = nil
        pending = nil
    }

    private static let manyChanges = 1000
    /// From so many on a thread beside seals what comes next.
    private static let changesForTwo = 250
    /// Changes that are sealed at a time, and how many such lots are under way.
    private static let lot = 125
    private static let lotsAhead = 4

    /// A row as it is stored.
    private struct SealedRow: Sendable {
        var octets: [UInt8]
        var marks: [Mark]

        init(_ row: RegistryRow, _ revision: UInt64, _ secrets: StoreSecrets) throws {
            octets = try secrets.sealRegistry(
                RegistryCodec.whole(row),
                RegistryCodec.associated(kind: row.kind, id: row.id, from: revision, to: nil, plain: []))
            marks = RegistryMarks.all(of: row).map {
                Mark(digest: Mark.Digest(secrets.mark(Array($0.text.utf8))), kind: row.kind, id: row.id)
            }
        }
    }

    /// Gives each change with its row sealed. Of many changes the next ones are sealed meanwhile, by a thread beside.
    private func eachSealed(
        _ changes: [RegistryChange], _ revision: UInt64, _ body: (RegistryChange, SealedRow?) throws -> Void
    ) throws {
        let secrets = secrets
        @Sendable func sealed(_ change: RegistryChange) throws -> SealedRow? {
            guard case .put(let row) = change else { return nil }
            return try SealedRow(row, revision, secrets)
        }
        guard changes.count >= Self.changesForTwo else {
            for change in changes { try body(change, try sealed(change)) }
            return
        }
        let lots = stride(from: 0, to: changes.count, by: Self.lot).map {
            changes[$0..<min($0 + Self.lot, changes.count)]
        }
        let sealing = SideThread<ArraySlice<RegistryChange>, [SealedRow?]> { try $0.map(sealed) }
        for lot in lots.prefix(Self.lotsAhead) { sealing.give(lot) }
        for (index, lot) in lots.enumerated() {
            for (change, row) in zip(lot, try sealing.take()) { try body(change, row) }
            if index + Self.lotsAhead < lots.count { sealing.give(lots[index + Self.lotsAhead]) }
        }
    }

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

    /// A mark of a row. Two words and not an array: many thousands are sorted.
    struct Mark: Sendable {
        struct Digest: Bindable, Sendable {
            var high: UInt64
            var low: UInt64

            init(_ octets: [UInt8]) {
                precondition(octets.count == 16, "a mark of \(octets.count) octets")
                high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
                low = octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
            }

            func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
                (high.bigEndianOctets + low.bigEndianOctets).bind(to: statement, at: position)
            }
        }

        var digest: Digest
        var kind: RegistryKind
        var id: UInt32
    }

    private func put(_ marks: inout [Mark], _ connection: Connection) throws {
        // By their first eight octets: that is order enough.
        if marks.count > 16 { marks.sort { $0.digest.high < $1.digest.high } }
        for mark in marks {
            try connection.insertMark.bind(mark.digest, Int64(mark.kind.rawValue), Int64(mark.id)).run()
        }
        marks.removeAll(keepingCapacity: true)
    }

    /// Ends the present row of an identity. The seal is made anew, because it covers the end: an ended row cannot be
    /// brought back by writing one column.
    private func end(
        _ kind: RegistryKind, _ id: UInt32, _ revision: UInt64, _ pending: UInt64?, _ connection: Connection
    ) throws {
        let (kindNumber, number) = (Int64(kind.rawValue), Int64(id))
        // An earlier state of the same pending revision, or what a dropped one left: never in force.
        if let pending { try connection.dropRow.bind(kindNumber, number, Int64(pending)).run() }
        let present = try connection.readRow.bind(kindNumber, number, pending.map { Int64($0) })
        guard try present.step() else { return }
        let place = present.integer(0)
        let from = UInt64(clamping: place)
        let plain = present.octets(1)
        let sealed = present.octets(2)
        let to = present.optionalInteger(3).map { UInt64(clamping: $0) }
        present.reset()
        let isPending = revision == pending
        if isPending, to == revision { return }
        let open = secrets.openRegistry(
            sealed, RegistryCodec.associated(kind: kind, id: id, from: from, to: to, plain: plain))
        if !isPending, let open, let row = RegistryCodec.decode(kind: kind, id: id, plain: plain, secret: open) {
            try mark(row, connection.dropMark)
        }
        // A row changed twice in one revision keeps only its last state.
        if from == revision {
            try connection.dropRow.bind(kindNumber, number, place).run()
            return
        }
        // A damaged row is ended as it is: its seal stays broken, and it admits nobody.
        let closed = try open.map {
            try secrets.sealRegistry(
                $0, RegistryCodec.associated(kind: kind, id: id, from: from, to: revision, plain: plain))
        }
        try connection.endRow.bind(kindNumber, number, place, Int64(revision), closed ?? sealed).run()
    }

    private func mark(_ row: RegistryRow, _ statement: Statement) throws {
        for mark in RegistryMarks.all(of: row) {
            try statement.bind(secrets.mark(Array(mark.text.utf8)), Int64(row.kind.rawValue), Int64(row.id)).run()
        }
    }
}
