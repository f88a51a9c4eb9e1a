internal import GatehouseCore

/// The journal's tree as it stands in the database. A leaf's index is its rank and not its number: numbers jump where a new
/// epoch begins. Of the nodes those of every eighth level are kept, which are the tiles of tlog-tiles: 1.3 MB for ten million
/// entries. Everything below stands in the column `hash`.
struct JournalTree {
    /// A level of `journal_node` is so many levels of the tree.
    static let height = 8

    private(set) var tree: MerkleTree
    /// The epoch whose first leaf has its row.
    private var epoch: UInt64?

    var size: UInt64 { tree.size }
    var root: [UInt8] { tree.root }

    /// Goes on where the database stands.
    init(_ database: Database, _ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        let size = try Self.size(database)
        epoch = try Self.lastEpoch(database)
        tree = try MerkleTree(edge: Self.edge(of: size, database, sha256), sha256: sha256)
    }

    // MARK: forward

    /// Takes the leaf of an entry, in the entry's transaction.
    mutating func append(
        _ leafHash: [UInt8], sequence: UInt64, epoch: UInt64, _ connection: StoreWriter.Connection
    ) throws {
        if self.epoch != epoch {
            try connection.insertRun.bind(Int64(epoch), Int64(sequence), Int64(tree.size)).run()
            self.epoch = epoch
        }
        try tree.append(leafHash: leafHash) { subtree in
            guard subtree.height % Self.height == 0 else { return }
            try connection.insertNode.bind(
                Int64(subtree.height / Self.height), Int64(subtree.position), subtree.hash
            ).run()
        }
    }

    // MARK: what stands in the database

    private static func lastEpoch(_ database: Database) throws -> UInt64? {
        let row = try database.prepare("SELECT epoch FROM journal ORDER BY seq DESC LIMIT 1")
        return try row.step() ? UInt64(clamping: row.integer(0)) : nil
    }

    /// How many leaves there are: the rank of the newest entry, and one.
    static func size(_ database: Database) throws -> UInt64 {
        let last = try database.prepare("SELECT seq, epoch FROM journal ORDER BY seq DESC LIMIT 1")
        guard try last.step() else { return 0 }
        let sequence = UInt64(clamping: last.integer(0))
        guard let index = try index(of: sequence, database) else {
            throw DatabaseError(attempt: "count the journal", code: 0, detail: "entry \(sequence) is before its epoch")
        }
        return index + 1
    }

    /// The rank of an entry among the leaves; nil where no epoch has its number.
    static func index(of sequence: UInt64, _ database: Database) throws -> UInt64? {
        let run = try database.prepare(
            "SELECT first_seq, first_index FROM journal_run WHERE first_seq <= ? ORDER BY first_seq DESC LIMIT 1")
        try run.bind(Int64(clamping: sequence))
        guard try run.step() else { return nil }
        return UInt64(clamping: run.integer(1)) + sequence - UInt64(clamping: run.integer(0))
    }

    /// The number of the leaf at a rank.
    static func sequence(of index: UInt64, _ database: Database) throws -> UInt64? {
        let run = try database.prepare(
            "SELECT first_seq, first_index FROM journal_run WHERE first_index <= ? ORDER BY first_index DESC LIMIT 1")
        try run.bind(Int64(clamping: index))
        guard try run.step() else { return nil }
        return UInt64(clamping: run.integer(0)) + index - UInt64(clamping: run.integer(1))
    }

    /// The full subtrees of the first `size` leaves, the largest first.
    static func edge(
        of size: UInt64, _ database: Database, _ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) throws -> [MerkleTree.Subtree] {
        var edge: [MerkleTree.Subtree] = []
        var first: UInt64 = 0
        for height in (0..<64).reversed() where size >> UInt64(height) & 1 == 1 {
            let hash = try subtree(height: height, from: first, database, sha256)
            edge.append(MerkleTree.Subtree(height: height, position: first >> UInt64(height), hash: hash))
            first += 1 << UInt64(height)
        }
        return edge
    }

    /// The root of the 2^height leaves from the index on, out of at most 256 hashes of one level.
    static func subtree(
        height: Int, from first: UInt64, _ database: Database, _ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) throws -> [UInt8] {
        let level = height / Self.height
        let width = UInt64(1) << UInt64(height % Self.height)
        var part = MerkleTree(sha256: sha256)
        try eachHash(level: level, from: first >> UInt64(level * Self.height), count: width, database) {
            part.append(leafHash: $0)
        }
        guard part.size == width else {
            throw DatabaseError(
                attempt: "read the journal's tree", code: 0,
                detail: "\(width - part.size) hashes of level \(level) are missing from leaf \(first) on")
        }
        return part.root
    }

    /// Hashes of one level in their order; level 0 are the leaves.
    static func eachHash(
        level: Int, from first: UInt64, count: UInt64, _ database: Database, _ body: ([UInt8]) throws -> Void
    ) throws {
        let statement: Statement
        if level > 0 {
            statement = try database.prepare(
                "SELECT hash FROM journal_node WHERE level = ? AND position >= ? AND position < ? ORDER BY position")
            try statement.bind(Int64(level), Int64(clamping: first), Int64(clamping: first + count))
        } else {
            guard let sequence = try sequence(of: first, database) else { return }
            statement = try database.prepare("SELECT hash FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?")
            try statement.bind(Int64(clamping: sequence), Int64(clamping: count))
        }
        while try statement.step() { try body(statement.octets(0)) }
    }

    // MARK: databases from before

    static func isBuilt(_ database: Database) throws -> Bool {
        try database.prepare("SELECT 1 FROM meta WHERE key = 'tree'").step()
    }

    /// The first entry that was written with the tree; those before come from 0.2.0 or another company.
    static func builtAt(_ database: Database) throws -> UInt64 {
        let row = try database.prepare("SELECT value FROM meta WHERE key = 'tree'")
        return try row.step() ? UInt64(row.text(0)) ?? 1 : .max
    }

    /// Gives a journal that has none its nodes and runs: once, in the transaction of the caller.
    static func build(_ database: Database, _ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        try database.execute(
            "DELETE FROM journal_node; DELETE FROM journal_run; INSERT OR IGNORE INTO meta (key, value) SELECT 'tree', coalesce(max(seq), 0) + 1 FROM journal"
        )
        let insertRun = try database.prepare(StoreWriter.Connection.runSQL)
        let insertNode = try database.prepare(StoreWriter.Connection.nodeSQL)
        var tree = MerkleTree(sha256: sha256)
        var last: (epoch: Int64, sequence: Int64)?
        let rows = try database.prepare("SELECT seq, epoch, hash FROM journal ORDER BY seq")
        while try rows.step() {
            // Where an entry is missing the next one is another run: ranks stay those of the rows.
            if last?.epoch != rows.integer(1) || last.map({ $0.sequence &+ 1 }) != rows.integer(0) {
                try insertRun.bind(rows.integer(1), rows.integer(0), Int64(clamping: tree.size)).run()
            }
            last = (rows.integer(1), rows.integer(0))
            try tree.append(leafHash: rows.octets(2)) { subtree in
                guard subtree.height % height == 0 else { return }
                try insertNode.bind(Int64(subtree.height / height), Int64(clamping: subtree.position), subtree.hash)
                    .run()
            }
        }
    }
}
