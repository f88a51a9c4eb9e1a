package import GatehouseCore

/// Checks a journal as a stranger would: numbers without a gap, each leaf under its hash, the columns true to the
/// leaf, the personal values true to their commitments, the nodes of the tree and the heads that were signed true to the leaves; and the
/// root of the tree, to hold against one kept elsewhere.
package struct JournalVerifier {
    package struct Report: Sendable {
        /// All entries there are, those before `since` among them.
        package var count: UInt64 = 0
        /// The first and the last that were read.
        package var first: UInt64 = 0
        package var last: UInt64 = 0
        package var root: [UInt8] = []
        /// The roots of as many entries as were asked for, where there are as many.
        package var roots: [UInt64: [UInt8]] = [:]
        /// Entries that were not read: their part of the root is what the tree's nodes say.
        package var passedOver: UInt64 = 0
        /// Heads that this gate signed and that were held against the leaves.
        package var checkpoints = 0
        /// Personal values that have been erased; the proof stands without them.
        package var erased = 0
        /// Personal values that could not be opened, because there was no key.
        package var unopened = 0
        /// What is wrong, at most 100 sentences.
        package var faults: [String] = []
        package var isWhole: Bool { faults.isEmpty }

        mutating func fault(_ sentence: String) { if faults.count < 100 { faults.append(sentence) } }
    }

    /// No entry has that number, nor any later one.
    package struct NoSuchEntry: Error {}

    private let database: Database
    private let sha256: @Sendable ([UInt8]) -> [UInt8]
    /// Nil without the master key.
    private let openPersonal: ((_ sealed: [UInt8], _ associated: [UInt8]) -> [UInt8]?)?
    /// Nil where nobody has said by which key heads are checked.
    private let heads: CheckpointReader?

    /// With `heads` also the signatures of those that stand in the database.
    package init(path: String, secrets: StoreSecrets, heads: CheckpointReader? = nil) throws {
        database = try Database(path: path, mode: .readOnly)
        sha256 = secrets.sha256
        openPersonal = secrets.openPersonal
        self.heads = heads
    }

    /// Without the master key, on any copy: personal values stay closed.
    package init(
        path: String, sha256: @escaping @Sendable ([UInt8]) -> [UInt8], heads: CheckpointReader? = nil
    ) throws {
        database = try Database(path: path, mode: .readOnly)
        self.sha256 = sha256
        openPersonal = nil
        self.heads = heads
    }

    /// With `sizes` also the roots that the journal had when it had so many entries. With `since` nothing before that entry is read.
    /// With the folder of `pictures` also their files. `check` is asked now and then, and ends the work by throwing.
    package func verify(
        since: UInt64? = nil, sizes: [UInt64] = [], pictures: String? = nil, check: () throws -> Void = {}
    ) throws -> Report {
        var report = Report()
        var state = try State(self, since: since, pictures: pictures, &report)
        let signed = try signedHeads(&report)
        var wanted = Set(sizes + signed.map(\.size)).sorted()[...]
        while let size = wanted.first, size <= state.tree.size {
            report.roots[size] = try MerkleTree(edge: JournalTree.edge(of: size, database, sha256), sha256: sha256).root
            wanted.removeFirst()
        }
        let rows = try database.prepare(
            "SELECT seq, epoch, at, kind, portal, point, person, credential, about, outcome, reason, leaf, hash FROM journal WHERE seq >= ? ORDER BY seq"
        ).bind(Int64(clamping: since ?? 0))
        while try rows.step() {
            if state.tree.size % 256 == 0 { try check() }
            try state.take(rows, &report)
            if state.tree.size == wanted.first {
                report.roots[state.tree.size] = state.tree.root
                wanted.removeFirst()
            }
        }
        report.count = state.tree.size
        report.root = state.tree.root
        for head in signed where report.roots[head.size] != head.root {
            report.fault(
                head.size > report.count
                    ? "\(head.size) entries were signed; \(report.count) are there"
                    : "the first \(head.size) entries are not those that were signed")
        }
        for sentence in state.beside?.faults ?? [] { report.fault(sentence) }
        report.checkpoints = signed.count
        return report
    }

    /// What stands in the table for the log of the present epoch.
    private func signedHeads(_ report: inout Report) throws -> [(size: UInt64, root: [UInt8])] {
        guard try Migrations.check(database) >= 10 else { return [] }
        let epoch = try database.prepare("SELECT value FROM meta WHERE key = 'epoch'")
        let ending = try "/journal/\(epoch.step() ? epoch.text(0) : "1")"
        let rows = try database.prepare("SELECT origin, size, root, note FROM checkpoint ORDER BY size")
        var signed: [(size: UInt64, root: [UInt8])] = []
        while try rows.step() {
            let (origin, size, root) = (rows.text(0), UInt64(clamping: rows.integer(1)), rows.octets(2))
            guard heads.map({ $0.origin == origin }) ?? origin.hasSuffix(ending) else { continue }
            if let heads {
                let note = heads.open(rows.octets(3))
                if note?.size != size || note?.root != root {
                    report.fault("the checkpoint of \(size) entries was not signed by this gate")
                }
            }
            signed.append((size, root))
        }
        return signed
    }

    /// Where the reading stands.
    private struct State {
        let verifier: JournalVerifier
        let personal: Statement
        /// Nil where the database has no nodes yet.
        let node: Statement?
        /// Nil in a database from before the tree: its erasures named nothing.
        var beside: RowsBeside?
        var tree: MerkleTree
        var lastEpoch: UInt64 = 0
        var hasRead = false

        init(_ verifier: JournalVerifier, since: UInt64?, pictures: String?, _ report: inout Report) throws {
            self.verifier = verifier
            let database = verifier.database
            personal = try database.prepare("SELECT name, salt, value FROM personal WHERE seq = ?")
            let hasNodes = try Migrations.check(database) >= 9 && JournalTree.isBuilt(database)
            node =
                try hasNodes
                ? database.prepare("SELECT hash FROM journal_node WHERE level = ? AND position = ?") : nil
            beside = try hasNodes ? RowsBeside(database, pictures: pictures, verifier.sha256) : nil
            tree = MerkleTree(sha256: verifier.sha256)
            guard let since, since > 0 else { return }
            let first = try database.prepare("SELECT seq FROM journal WHERE seq >= ? ORDER BY seq LIMIT 1")
            guard hasNodes, try first.bind(Int64(clamping: since)).step(),
                let index = try JournalTree.index(of: UInt64(clamping: first.integer(0)), database)
            else { throw NoSuchEntry() }
            first.reset()
            tree = try MerkleTree(
                edge: JournalTree.edge(of: index, database, verifier.sha256), sha256: verifier.sha256)
            report.passedOver = index
        }

        mutating func take(_ rows: Statement, _ report: inout Report) throws {
            let sequence = UInt64(bitPattern: rows.integer(0))
            let leaf = rows.octets(11)
            let hash = verifier.sha256([0] + leaf)
            if hash != rows.octets(12) { report.fault("entry \(sequence): its bytes do not fit its hash") }
            try append(hash, &report)
            defer {
                hasRead = true
                report.last = sequence
            }
            guard let (entry, epoch, commitments) = JournalEntry.read(canonicalBytes: leaf) else {
                return report.fault("entry \(sequence): its bytes cannot be read")
            }
            if hasRead, sequence != report.last + 1, !(entry.kind == .restored && epoch > lastEpoch) {
                report.fault("entries \(report.last + 1) to \(sequence - 1) are missing")
            }
            if !JournalVerifier.columns(rows, fit: entry, epoch) {
                report.fault("entry \(sequence): its columns do not fit its bytes")
            }
            if epoch < lastEpoch { report.fault("entry \(sequence): its epoch goes back") }
            if epoch > lastEpoch, node != nil,
                try JournalTree.index(of: sequence, verifier.database) != tree.size - 1
            {
                report.fault("entry \(sequence): another place in the tree is put down for it")
            }
            lastEpoch = max(lastEpoch, epoch)
            try verifier.checkPersonal(personal, entry, commitments, beside, &report)
            if let sentence = try beside?.take(entry) { report.fault(sentence) }
            if !hasRead { report.first = sequence }
        }

        private mutating func append(_ hash: [UInt8], _ report: inout Report) throws {
            guard let node else { return tree.append(leafHash: hash) }
            var faults: [String] = []
            try tree.append(leafHash: hash) { subtree in
                guard subtree.height % JournalTree.height == 0 else { return }
                let level = subtree.height / JournalTree.height
                try node.bind(Int64(level), Int64(clamping: subtree.position))
                if try !node.step() || node.octets(0) != subtree.hash {
                    faults.append("node \(subtree.position) of level \(level) does not fit its leaves")
                }
                node.reset()
            }
            for sentence in faults { report.fault(sentence) }
        }
    }

    private static func columns(_ rows: Statement, fit entry: JournalEntry, _ epoch: UInt64) -> Bool {
        entry.sequence == UInt64(bitPattern: rows.integer(0)) && epoch == UInt64(bitPattern: rows.integer(1))
            && entry.civil.milliseconds == rows.integer(2) && entry.kind.rawValue == rows.text(3)
            && entry.portal?.name == rows.optionalText(4) && entry.accessPoint?.name == rows.optionalText(5)
            && entry.person.map({ Int64($0) }) == rows.optionalInteger(6)
            && entry.credential.map({ Int64($0) }) == rows.optionalInteger(7)
            && entry.about.map({ Int64($0) }) == rows.optionalInteger(8)
            && entry.outcome == rows.optionalText(9) && entry.reason == rows.optionalText(10)
    }

    private func checkPersonal(
        _ personal: Statement, _ entry: JournalEntry, _ commitments: [(name: String, hash: [UInt8])],
        _ beside: RowsBeside?, _ report: inout Report
    ) throws {
        guard !commitments.isEmpty else { return }
        let sequence = entry.sequence
        try personal.bind(Int64(sequence))
        var found: [String: (salt: [UInt8], value: [UInt8])] = [:]
        while try personal.step() { found[personal.text(0)] = (personal.octets(1), personal.octets(2)) }
        for (name, hash) in commitments {
            guard let row = found[name] else {
                report.erased += 1
                if let sentence = beside?.missing(name, of: entry) { report.fault(sentence) }
                continue
            }
            guard let openPersonal else {
                report.unopened += 1
                continue
            }
            let associated = PersonalCodec.associated(sequence: sequence, name: name, salt: row.salt)
            guard let value = openPersonal(row.value, associated) else {
                report.fault("entry \(sequence): the seal of its \(name) is broken")
                continue
            }
            if sha256(row.salt + value) != hash {
                report.fault("entry \(sequence): its \(name) does not fit the entry")
            }
        }
    }
}
