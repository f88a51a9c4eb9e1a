internal import GatehouseCore

/// What becomes of a database that is older or other than it was written: the journal goes on in a new epoch behind all
/// numbers that were ever given, the register is that of the last good copy where this one fits the newest head, and what
/// nothing proves is left out of what decides. The file is not taken away: what was found stands in the first entry.
struct StateRemedy {
    let path: String
    let secrets: StoreSecrets
    let now: CivilTime
    let found: HeadReport
    /// The last good copy of the register; nil where there is none.
    let copy: RegistryCopy.Content?

    private static let registry = StateDigest.Table.registry
    /// Rows that are named in the entry; of more the number stands there.
    private static let namedRows = 20

    /// The copy proves the register as it was last.
    private var copyFits: Bool {
        guard let copy, let head = copy.head, let newest = found.newest else { return false }
        return head.state[Self.registry] == newest.state[Self.registry]
    }

    /// Puts the database in order, and says what was found.
    func carryOut() throws -> (report: StateReport, isRegisterUnproved: Bool) {
        let database = try StoreWriter.open(path: path)
        let isRegisterWrong = found.tables.contains(Self.registry)
        let difference = isRegisterWrong ? try self.difference(database) : Difference()
        let isUnproved = isRegisterWrong && !copyFits
        var report = found.state
        report.registerRows = difference.rows.count
        try database.transaction {
            if !found.isJournalTrue { try JournalTree.build(database, secrets.sha256) }
            // How a portal stands is taken from nothing that was changed: each stands as the configuration has it.
            if found.tables.contains(.standing) { try database.execute("DELETE FROM standing") }
            try database.execute("DELETE FROM meta WHERE key IN ('marks', 'pending', 'stale'); DELETE FROM mark")
            try RegistryMarks.insert(database, secrets)
        }
        let (epoch, first) = try numbers(database)
        let rewinding = Rewinding(
            at: now, isRegisterUnproved: isUnproved, areCountsUnproved: found.tables.contains(.ledger))
        try Backup.begin(
            epoch: epoch, first: first, in: path, at: now, actor: "gatehoused", source: found.state.finding.rawValue,
            detail: detail(report, difference), ledger: [.rewinding(rewinding)], secrets)
        if isRegisterWrong, copyFits, !difference.changes.isEmpty {
            let revision = max(found.newest?.revision ?? 0, try self.revision(database)) + 1
            let writer = StoreWriter(
                path: path, secrets: secrets, epoch: epoch, run: "copy-\(epoch)", issuerCertificate: nil,
                keepsHeadCopy: false)
            var entry = JournalEntry(kind: .registry)
            (entry.sequence, entry.civil, entry.actor, entry.result) = (first + 1, now, "gatehoused", .done)
            entry.registryRevision = revision
            entry.detail[.rows] = .integer(Int64(difference.rows.count))
            try writer.commit(
                CommitGate.Batch(
                    number: 1,
                    effects: [.registry(difference.changes, revision: revision), .record(entry)]))
        }
        return (report, isUnproved)
    }

    /// What an entry says of the finding: the tables, what is missing, and the tree that this epoch does not go on from.
    private func detail(_ report: StateReport, _ difference: Difference) -> [String: CanonicalValue] {
        var detail: [String: CanonicalValue] = [:]
        detail[.tables] = .text(report.tables.joined(separator: ", "))
        if report.missingEntries > 0 { detail[.missing] = .integer(Int64(clamping: report.missingEntries)) }
        if !difference.rows.isEmpty {
            detail[.rows] = .integer(Int64(difference.rows.count))
            detail[.row] = .array(difference.rows.prefix(Self.namedRows).map { .text("\($0.kind)/\($0.id)") })
        }
        if let newest = found.newest {
            detail[.before] = .array([
                .integer(Int64(clamping: newest.epoch)), .integer(Int64(clamping: newest.size)), .octets(newest.root),
            ])
        }
        return detail
    }

    private func numbers(_ database: Database) throws -> (epoch: UInt64, first: UInt64) {
        let present = try StoreHead.made(database, secrets)
        return (
            max(present.epoch, found.newest?.epoch ?? 0) + 1,
            max(present.next, found.newest?.next ?? 1, copy?.nextSequence ?? 1)
        )
    }

    private func revision(_ database: Database) throws -> UInt64 {
        let statement = try database.prepare("SELECT coalesce(max(revision), 0) FROM revision")
        return try statement.step() ? UInt64(clamping: statement.integer(0)) : 0
    }

    // MARK: the register

    struct Difference {
        /// What makes the register of the database that of the copy.
        var changes: [RegistryChange] = []
        /// The rows in which they differ.
        var rows: [RegistryRowID] = []
    }

    /// Present rows of the database beside those of the copy.
    private func difference(_ database: Database) throws -> Difference {
        var present: [RegistryRowID: RegistryRow] = [:]
        try RegistryRows.each(database, secrets) { row in
            if let row { present[RegistryRowID(row.kind, row.id)] = row }
        }
        var difference = Difference()
        var copied: Set<RegistryRowID> = []
        for row in copy?.rows ?? [] {
            let id = RegistryRowID(row.kind, row.id)
            copied.insert(id)
            guard present[id] != row else { continue }
            difference.changes.append(.put(row))
            difference.rows.append(id)
        }
        let others = present.keys.filter { !copied.contains($0) }.sorted { ($1.kind, $1.id) < ($0.kind, $0.id) }
        difference.changes += others.map { .end($0.kind, id: $0.id) }
        difference.rows += others
        return difference
    }
}
