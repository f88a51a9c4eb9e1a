internal import GatehouseCore

/// Makes proofs of a journal out of what is on disk, in a few reads of at most 256 hashes, however long it is. Reads alone; used by one
/// thread, as its connection is.
package final class JournalProver {
    private let database: Database
    private let sha256: @Sendable ([UInt8]) -> [UInt8]

    package convenience init(path: String, sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        try self.init(Database(path: path, mode: .readOnly), sha256)
    }

    init(_ database: Database, _ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) throws {
        self.database = database
        self.sha256 = sha256
    }

    /// False in a database of before: its tree is made at the first commit of a daemon.
    package var hasTree: Bool { get throws { try Migrations.check(database) >= 9 && JournalTree.isBuilt(database) } }

    /// How many entries there are.
    package var size: UInt64 { get throws { try JournalTree.size(database) } }

    /// The rank of an entry among the leaves; nil where there is none of that number.
    package func index(of sequence: UInt64) throws -> UInt64? {
        let row = try database.prepare("SELECT 1 FROM journal WHERE seq = ?").bind(Int64(clamping: sequence))
        guard try row.step() else { return nil }
        return try JournalTree.index(of: sequence, database)
    }

    package func leaf(of sequence: UInt64) throws -> [UInt8]? {
        let row = try database.prepare("SELECT leaf FROM journal WHERE seq = ?").bind(Int64(clamping: sequence))
        return try row.step() ? row.octets(0) : nil
    }

    /// Leaves in their order.
    package func eachLeaf(from first: UInt64, count: UInt64, _ body: ([UInt8]) throws -> Void) throws {
        guard let sequence = try JournalTree.sequence(of: first, database) else { return }
        let rows = try database.prepare("SELECT leaf FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?")
        try rows.bind(Int64(clamping: sequence), Int64(clamping: count))
        while try rows.step() { try body(rows.octets(0)) }
    }

    /// Hashes of a level of tiles: leaves at 0, roots of 256 of them at 1, and so on.
    package func hashes(level: Int, from first: UInt64, count: UInt64) throws -> [[UInt8]] {
        var hashes: [[UInt8]] = []
        try JournalTree.eachHash(level: level, from: first, count: count, database) { hashes.append($0) }
        return hashes
    }

    /// The root that the journal had when it had so many entries.
    package func root(size: UInt64) throws -> [UInt8] { try root(of: 0..<size) }

    /// The path of a leaf in a tree of `size` leaves, its sibling first.
    package func inclusion(index: UInt64, size: UInt64) throws -> [[UInt8]] {
        try ProofRanges.inclusion(index: index, size: size).map { try root(of: $0) }
    }

    /// That the tree of `new` leaves begins with that of `old` ones.
    package func consistency(old: UInt64, new: UInt64) throws -> [[UInt8]] {
        try ProofRanges.consistency(old: old, new: new).map { try root(of: $0) }
    }

    private func root(of range: Range<UInt64>) throws -> [UInt8] {
        let parts = try ProofRanges.full(range).map { part in
            try JournalTree.subtree(height: part.height, from: part.first, database, sha256)
        }
        guard let last = parts.last else { return sha256([]) }
        return parts.dropLast().reversed().reduce(last) { MerkleTree.node($1, $0, sha256) }
    }
}
