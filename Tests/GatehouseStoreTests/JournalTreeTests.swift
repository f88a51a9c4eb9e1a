import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseStore

/// The tree that the writer keeps, beside one made of all leaves.
@Suite struct JournalTreeTests {
    private func commit(_ sequences: ClosedRange<UInt64>, _ writer: StoreWriter, number: UInt64) throws {
        let effects = sequences.map { sequence in
            var entry = JournalEntry(kind: .look)
            entry.sequence = sequence
            return DurableEffect.record(entry)
        }
        try writer.commit(CommitGate.Batch(number: number, effects: effects))
    }

    private func leaves(_ scratch: Scratch) throws -> [[UInt8]] {
        let database = try Database(path: scratch.database, mode: .readOnly)
        let rows = try database.prepare("SELECT hash FROM journal ORDER BY seq")
        var leaves: [[UInt8]] = []
        while try rows.step() { leaves.append(rows.octets(0)) }
        return leaves
    }

    private func root(_ leaves: ArraySlice<[UInt8]>) -> [UInt8] {
        guard leaves.count > 1 else { return leaves.first ?? Hash.sha256([]) }
        var left = 1
        while left * 2 < leaves.count { left *= 2 }
        let middle = leaves.startIndex + left
        return Hash.sha256([1] + root(leaves[..<middle]) + root(leaves[middle...]))
    }

    @Test func theTreeOfARestartedWriterIsThatOfAllLeaves() throws {
        let scratch = Scratch()
        var next: UInt64 = 1
        for (run, count) in ([1, 1, 5, 248, 1, 1, 255, 256, 300] as [UInt64]).enumerated() {
            let writer = scratch.writer(run: "\(run)")
            try commit(next...(next + count - 1), writer, number: 1)
            next += count
            let all = try leaves(scratch)
            let database = try Database(path: scratch.database)
            let tree = try JournalTree(database, Hash.sha256)
            #expect(tree.size == UInt64(all.count))
            #expect(tree.root == root(all[...]), "at \(all.count)")
        }
    }

    @Test func everyEarlierRootFollowsFromNodesAndAFewHashes() throws {
        let scratch = Scratch()
        try commit(1...70_000, scratch.writer(run: "one"), number: 1)
        let all = try leaves(scratch)
        let database = try Database(path: scratch.database)
        for size in [0, 1, 2, 255, 256, 257, 4097, 65_535, 65_536, 65_537, 69_999, 70_000] {
            let edge = try JournalTree.edge(of: UInt64(size), database, Hash.sha256)
            #expect(MerkleTree(edge: edge, sha256: Hash.sha256).root == root(all[..<size]), "at \(size)")
        }
        let nodes = try database.prepare("SELECT level, count(*) FROM journal_node GROUP BY level ORDER BY level")
        var counts: [[Int64]] = []
        while try nodes.step() { counts.append([nodes.integer(0), nodes.integer(1)]) }
        #expect(counts == [[1, 273], [2, 1]])
    }

    @Test func aLeafIsItsRankWhereANewEpochLeftNumbersOut() throws {
        let scratch = Scratch()
        try commit(1...300, scratch.writer(run: "one"), number: 1)
        let second = StoreWriter(
            path: scratch.database, secrets: scratch.secrets, epoch: 2, run: "two")
        try commit(1000...1300, second, number: 1)
        let database = try Database(path: scratch.database)
        #expect(try JournalTree.index(of: 300, database) == 299)
        #expect(try JournalTree.index(of: 1000, database) == 300)
        #expect(try JournalTree.sequence(of: 300, database) == 1000)
        #expect(try JournalTree.index(of: 0, database) == nil)
        #expect(try JournalTree(database, Hash.sha256).root == root(try leaves(scratch)[...]))
    }

    @Test func aFailedBatchLeavesNothingInTheTree() throws {
        let scratch = Scratch()
        let writer = scratch.writer(run: "one")
        try commit(1...300, writer, number: 1)
        // A number that is there already: the whole batch is refused.
        #expect(throws: DatabaseError.self) { try commit(299...600, writer, number: 2) }
        try commit(301...301, writer, number: 3)
        let database = try Database(path: scratch.database)
        #expect(try JournalTree(database, Hash.sha256).root == root(try leaves(scratch)[...]))
    }

    @Test func aJournalFromBeforeTheTreeGetsItOnce() throws {
        let scratch = Scratch()
        try commit(1...600, scratch.writer(run: "one"), number: 1)
        let whole = try JournalTree(Database(path: scratch.database), Hash.sha256).root
        try Database(path: scratch.database).execute(
            "DELETE FROM journal_node; DELETE FROM journal_run; DELETE FROM meta WHERE key = 'tree'")
        try commit(601...601, scratch.writer(run: "two"), number: 1)
        let database = try Database(path: scratch.database)
        let edge = try JournalTree.edge(of: 600, database, Hash.sha256)
        #expect(MerkleTree(edge: edge, sha256: Hash.sha256).root == whole)
    }
}
