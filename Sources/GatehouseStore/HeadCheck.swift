internal import GatehouseCore

/// The finding of a start, with the newest head that there is.
struct HeadReport: Sendable {
    var state = StateReport()
    var newest: StoreHead?
    var tables: Set<StateDigest.Table> = []
    var isJournalTrue = true
}

/// Holds a database against its head: the tree by its edge and its last leaves, the rows by their digest.
struct HeadCheck {
    private static let journal = "journal"
    private static let head = "head"
    static let schema = "schema"
    /// Leaves that are hashed anew at a start: those under no full node of the tree.
    private static let freshLeaves = 256

    let database: Database
    let path: String
    let secrets: StoreSecrets

    private var copies: [StoreHead] {
        HeadCopy.all(besides: path, secrets)
            + [RegistryCopy.head(RegistryCopy.path(besides: path), secrets: secrets)].compactMap { $0 }
    }

    private func report(beside copies: [StoreHead]) throws -> HeadReport {
        var report = HeadReport()
        report.state.isUnwitnessed = try copies.isEmpty && rows(of: "(SELECT 1 FROM journal LIMIT 1)") > 0
        let own: StoreHead?
        switch try StoreHead.read(database, secrets) {
        case .head(let head): own = head
        // Nothing was ever sealed here: only runs without the key wrote.
        case .missing where try copies.isEmpty && !isMarked():
            guard report.state.isUnwitnessed else { return HeadReport() }
            report.state.finding = .made
            return report
        case .missing, .broken: own = nil
        }
        guard let newest = (copies + [own].compactMap { $0 }).max() else {
            // A head that no key of this gate opens, and nothing to hold it against.
            report.state.finding = .altered
            report.state.tables = [Self.head]
            report.tables = Set(StateDigest.Table.allCases)
            report.isJournalTrue = false
            return report
        }
        report.newest = newest
        report.tables = try Set(StateDigest(database, secrets).differences(from: newest.state))
        // One that cannot be read is not what it was.
        let tree = try? JournalTree(database, secrets.sha256)
        report.isJournalTrue = (try? tree.map { try isJournalTrue($0, own, newest, copies) }) == true
        let size = try tree?.size ?? rows(of: "journal")
        report.state.missingEntries = newest.size > size ? newest.size - size : 0
        report.state.tables =
            report.tables.map(\.rawValue).sorted() + (own == nil ? [Self.head] : [])
            + (report.isJournalTrue ? [] : [Self.journal])
        let isBehind = own.map { newest > $0 } ?? false
        report.state.finding = isBehind ? .rewound : report.state.tables.isEmpty ? .inOrder : .altered
        return report
    }

    /// Whether the journal is that of its head, and goes on from each copy of its epoch. A copy of an epoch before says nothing:
    /// a new one begins where somebody with the key put another database in place.
    private func isJournalTrue(
        _ tree: JournalTree, _ own: StoreHead?, _ newest: StoreHead, _ copies: [StoreHead]
    ) throws -> Bool {
        guard let own, own.size == tree.size, own.root == tree.root, own >= newest else { return false }
        for copy in copies where copy.epoch == own.epoch {
            guard copy.size <= tree.size, try root(at: copy.size) == copy.root else { return false }
        }
        // What an epoch before this one was found to be stands in its first entry.
        let last = try database.prepare(
            """
            SELECT leaf, hash FROM journal WHERE seq >= (SELECT min(first_seq) FROM journal_run WHERE epoch = ?)
            ORDER BY seq DESC LIMIT \(Self.freshLeaves)
            """
        ).bind(Int64(clamping: own.epoch))
        while try last.step() {
            guard secrets.sha256([0] + last.octets(0)) == last.octets(1) else { return false }
        }
        return true
    }

    /// Looks at a database that is in use: copies first, which are never behind it.
    static func look(_ path: String, _ secrets: StoreSecrets) throws -> HeadReport {
        let database = try Database(path: path, mode: .readOnly)
        let check = HeadCheck(database: database, path: path, secrets: secrets)
        let copies = check.copies
        return try database.snapshot { try check.report(beside: copies) }
    }

    /// Looks at it beside a head that was kept elsewhere. Nil where the database is that head's, or goes on from it.
    static func look(_ path: String, beside kept: StoreHead, _ secrets: StoreSecrets) throws -> StateReport? {
        let database = try Database(path: path, mode: .readOnly)
        let check = HeadCheck(database: database, path: path, secrets: secrets)
        return try database.snapshot {
            if case .head(let own) = try StoreHead.read(database, secrets), own >= kept,
                try own.epoch > kept.epoch || check.root(at: kept.size) == kept.root
            {
                return nil
            }
            return try check.report(beside: check.copies + [kept]).state
        }
    }

    /// Whether a key has written here, which makes a head at once.
    private func isMarked() throws -> Bool {
        try database.prepare("SELECT 1 FROM meta WHERE key = 'key'").step()
    }

    private func rows(of table: String) throws -> UInt64 {
        let count = try database.prepare("SELECT count(*) FROM \(table)")
        return try count.step() ? UInt64(clamping: count.integer(0)) : 0
    }

    private func root(at size: UInt64) throws -> [UInt8] {
        MerkleTree(edge: try JournalTree.edge(of: size, database, secrets.sha256), sha256: secrets.sha256).root
    }
}
