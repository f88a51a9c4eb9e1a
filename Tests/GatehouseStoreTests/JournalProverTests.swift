import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseStore

/// Proofs out of the database, beside those that are made of all leaves.
@Suite("Proofs of the journal")
struct JournalProverTests {
    private func fill(_ scratch: Scratch, _ sequences: ClosedRange<UInt64>, epoch: UInt64 = 1) throws {
        let writer = StoreWriter(
            path: scratch.database, secrets: scratch.secrets, epoch: epoch, run: "\(epoch)")
        try writer.commit(CommitGate.Batch(number: 1, effects: sequences.map { scratch.entry($0) }))
    }

    private func leaves(_ scratch: Scratch) throws -> [[UInt8]] {
        let rows = try Database(path: scratch.database, mode: .readOnly).prepare(
            "SELECT leaf FROM journal ORDER BY seq")
        var leaves: [[UInt8]] = []
        while try rows.step() { leaves.append(Merkle.leafHash(rows.octets(0))) }
        return leaves
    }

    @Test func proofsAreThoseOfTheWholeTreeWhateverItsSize() throws {
        let scratch = Scratch()
        try fill(scratch, 1...300)
        // Numbers jump where a new epoch begins: a leaf is its rank.
        try fill(scratch, 5000...71_000, epoch: 2)
        let all = try leaves(scratch)
        let prover = try JournalProver(path: scratch.database, sha256: Hash.sha256)
        #expect(try prover.hasTree)
        #expect(try prover.size == UInt64(all.count))
        func subtree(_ range: Range<UInt64>) -> [UInt8] {
            Merkle.root(all[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        var dice = SystemRandomNumberGenerator()
        let sizes =
            [1, 2, 255, 256, 257, 300, 301, 65_536, 65_537, UInt64(all.count)]
            + (0..<25).map { _ in UInt64.random(in: 1...UInt64(all.count), using: &dice) }
        for size in sizes {
            let root = subtree(0..<size)
            #expect(try prover.root(size: size) == root, "root of \(size)")
            for index in [0, size - 1, UInt64.random(in: 0..<size, using: &dice)] {
                let path = try prover.inclusion(index: index, size: size)
                #expect(path == Merkle.inclusion(index: index, size: size, subtree: subtree), "\(index) of \(size)")
                #expect(
                    Merkle.includes(
                        leafHash: all[Int(index)], index: index, size: size, path: path, root: root),
                    "\(index) of \(size)")
            }
            for old in [0, size, UInt64.random(in: 0...size, using: &dice)] {
                let proof = try prover.consistency(old: old, new: size)
                #expect(proof == Merkle.consistency(old: old, new: size, subtree: subtree), "\(old) to \(size)")
                #expect(
                    Merkle.extends(
                        old: old, oldRoot: subtree(0..<old), new: size, newRoot: root, proof: proof),
                    "\(old) to \(size)")
            }
        }
    }

    @Test func anEntryIsFoundByItsNumberAndNoOtherIs() throws {
        let scratch = Scratch()
        try fill(scratch, 1...10)
        try fill(scratch, 100...110, epoch: 2)
        let prover = try JournalProver(path: scratch.database, sha256: Hash.sha256)
        #expect(try prover.index(of: 10) == 9)
        #expect(try prover.index(of: 100) == 10)
        #expect(try prover.index(of: 110) == 20)
        for missing in [0, 11, 99, 111, UInt64.max] as [UInt64] {
            #expect(try prover.index(of: missing) == nil)
            #expect(try prover.leaf(of: missing) == nil)
        }
        let leaf = try #require(try prover.leaf(of: 100))
        #expect(JournalEntry.read(canonicalBytes: leaf)?.entry.sequence == 100)
        var count = 0
        try prover.eachLeaf(from: 9, count: 3) { _ in count += 1 }
        #expect(count == 3)
    }

    /// A node that somebody changed gives paths that lead nowhere: never a proof of something else.
    @Test func aChangedNodeGivesNoProof() throws {
        let scratch = Scratch()
        try fill(scratch, 1...1000)
        let prover = try JournalProver(path: scratch.database, sha256: Hash.sha256)
        let root = try prover.root(size: 1000)
        try Database(path: scratch.database).execute(
            "UPDATE journal_node SET hash = zeroblob(32) WHERE level = 1 AND position = 2")
        let path = try prover.inclusion(index: 10, size: 1000)
        #expect(
            !Merkle.includes(
                leafHash: try leaves(scratch)[10], index: 10, size: 1000, path: path, root: root))
        try Database(path: scratch.database).execute("DELETE FROM journal_node WHERE level = 1 AND position = 2")
        #expect(throws: DatabaseError.self) { try prover.inclusion(index: 10, size: 1000) }
    }
}
