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

    /// Puts the database in order, and says what was found. All of it is one transaction.
    func carryOut() throws -> (report: StateReport, isRegisterUnproved: Bool) {
        let database = try StoreWriter.open(path: path)
        let prior = try Self.stored(database)
        // A finding that stood is not over because another one comes; one that cannot be read may have been any.
        let isLedgerWrong = found.tables.contains(.ledger)
        let isRegisterWrong = found.tables.contains(Self.registry) || prior?.isRegisterUnproved ?? isLedgerWrong
        let difference = isRegisterWrong ? try self.difference(database) : Difference()
        let isUnproved = isRegisterWrong && !copyFits
        var report = found.state
        report.registerRows = difference.rows.count
        let (epoch, next) = Backup.behind(path, secrets)
        let rewinding = Rewinding(
            at: now, isRegisterUnproved: isUnproved,
            areCountsUnproved: isLedgerWrong || prior?.areCountsUnproved ?? false)
        let revision = max(found.newest?.revision ?? 0, copy?.revision ?? 0, try self.revision(database)) + 1
        try Backup.begin(
            epoch: epoch + 1, first: max(next, found.newest?.next ?? 1), in: path, at: now, actor: "gatehoused",
            source: found.state.finding.rawValue, detail: detail(report, difference), ledger: [.rewinding(rewinding)],
            rows: isRegisterWrong && copyFits ? (difference.changes, revision) : nil, putInOrder: putInOrder, secrets)
        return (report, isUnproved)
    }

    private func putInOrder(_ database: Database) throws {
        try SchemaCheck.mend(database)
        if !found.isJournalTrue { try JournalTree.build(database, secrets.sha256) }
        if found.tables.contains(.standing) { try StandingRows.keepWhatTakesAway(database) }
        try database.execute("DELETE FROM meta WHERE key IN ('marks', 'pending', 'stale'); DELETE FROM mark")
        try RegistryMarks.insert(database, secrets)
    }

    /// The finding that stands in a database; nil where none does, or none can be read.
    static func stored(_ database: Database) throws -> Rewinding? {
        let row = try database.prepare("SELECT value FROM ledger WHERE key = ?").bind(LedgerChange.rewindingKey)
        guard try row.step(), let value = CanonicalValue(decoding: row.octets(0)),
            case .rewinding(let found?) = LedgerChange(key: LedgerChange.rewindingKey, value: value)
        else { return nil }
        return found
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
