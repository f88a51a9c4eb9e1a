import GatehouseCore
import GatehouseCrypto
import Testing

@Suite("The tree of the journal")
struct MerkleTests {
    private let vectors = EvidenceVectors.all

    @Test func leavesAndRootsAreThoseOfOtherPrograms() {
        #expect(vectors.leaf_hashes.count == 8)
        for leaf in vectors.leaf_hashes {
            #expect(Hexadecimal.encode(Merkle.leafHash(Array(leaf.leaf.utf8))) == leaf.hash)
            #expect(leaf.leaf == "entry-\(leaf.index)")
        }
        #expect(vectors.roots.count == 8)
        for root in vectors.roots {
            let made = EvidenceVectors.subtree(0..<root.size)
            #expect(Base64.encode(made) == root.root, "size \(root.size)")
            #expect(Hexadecimal.encode(made) == root.root_hex, "size \(root.size)")
        }
        for limit in vectors.limits where limit.what == "empty leaf" {
            #expect(Hexadecimal.encode(Merkle.leafHash([])) == limit.leaf_hash)
        }
    }

    @Test func theRightEdgeIsMadeOfTheLargestFullSubtrees() {
        #expect(vectors.right_edges.count == 4)
        for edge in vectors.right_edges {
            let parts = ProofRanges.full(0..<edge.size)
            let hashes = parts.map { EvidenceVectors.subtree($0.first..<($0.first + 1 << UInt64($0.height))) }
            let made = zip(parts, hashes).map {
                EvidenceVectors.Edge.Subtree(height: $0.height, hash: Base64.encode($1))
            }
            #expect(made == edge.subtrees, "size \(edge.size)")
            #expect(Merkle.fold(hashes) == EvidenceVectors.subtree(0..<edge.size))
        }
        #expect(Merkle.fold([]) == Merkle.emptyRoot)
    }

    @Test func pathsAreThoseOfOtherProgramsAndLeadToTheRoot() {
        #expect(vectors.inclusion.count == 16)
        for row in vectors.inclusion {
            let path = Merkle.inclusion(index: row.index, size: row.size, subtree: EvidenceVectors.subtree)
            #expect(EvidenceVectors.base64(path) == row.path, "\(row.index) of \(row.size)")
            #expect(includes(row.index, row.size, EvidenceVectors.hashes(row.path)))
        }
    }

    @Test func extensionsAreThoseOfOtherProgramsAndHold() {
        #expect(vectors.consistency.count == 15)
        for row in vectors.consistency {
            let proof = Merkle.consistency(old: row.old, new: row.new, subtree: EvidenceVectors.subtree)
            #expect(EvidenceVectors.base64(proof) == row.proof, "\(row.old) to \(row.new)")
            #expect(extends(row.old, row.new, EvidenceVectors.hashes(row.proof)))
        }
    }

    /// Maker and checker work in different ways; every tree up to this size brings them together.
    @Test func everyLeafOfEverySmallTreeIsProved() {
        for size in UInt64(1)...40 {
            for index in 0..<size {
                let path = Merkle.inclusion(index: index, size: size, subtree: EvidenceVectors.subtree)
                #expect(includes(index, size, path), "\(index) of \(size)")
                for other in 0..<(size + 2) where other != index {
                    #expect(!includes(other, size, path, leaf: index), "\(index) of \(size) passed as \(other)")
                }
                #expect(!includes(index, size, path + [Merkle.emptyRoot]))
                if !path.isEmpty { #expect(!includes(index, size, path.dropLast())) }
            }
        }
    }

    @Test func everySmallTreeExtendsItsBeginnings() {
        for new in UInt64(0)...40 {
            for old in 0...new {
                let proof = Merkle.consistency(old: old, new: new, subtree: EvidenceVectors.subtree)
                #expect(extends(old, new, proof), "\(old) to \(new)")
                #expect(!extends(old, new, proof + [Merkle.emptyRoot]), "\(old) to \(new) with one more")
                if !proof.isEmpty { #expect(!extends(old, new, proof.dropLast()), "\(old) to \(new) without one") }
                let roots = (EvidenceVectors.subtree(0..<old), EvidenceVectors.subtree(0..<new))
                #expect(!Merkle.extends(old: old, oldRoot: roots.0 + [0], new: new, newRoot: roots.1, proof: proof))
                if old < new, old > 0 {
                    #expect(
                        !Merkle.extends(old: new, oldRoot: roots.1, new: old, newRoot: roots.0, proof: proof),
                        "\(new) back to \(old)")
                }
            }
        }
    }

    @Test func everyChangedBitOfAPathIsNoticed() {
        var path = Merkle.inclusion(index: 200, size: 257, subtree: EvidenceVectors.subtree)
        var proof = Merkle.consistency(old: 200, new: 257, subtree: EvidenceVectors.subtree)
        for index in path.indices {
            for bit in 0..<256 {
                path[index][bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(!includes(200, 257, path))
                path[index][bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }
        for index in proof.indices {
            for bit in 0..<256 {
                proof[index][bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(!extends(200, 257, proof))
                proof[index][bit / 8] ^= 1 << UInt8(bit % 8)
            }
        }
        #expect(includes(200, 257, path) && extends(200, 257, proof))
    }

    private func includes(_ index: UInt64, _ size: UInt64, _ path: [[UInt8]], leaf: UInt64? = nil) -> Bool {
        Merkle.includes(
            leafHash: EvidenceVectors.leafHashes[Int(leaf ?? index)], index: index, size: size, path: path,
            root: EvidenceVectors.subtree(0..<size))
    }

    private func extends(_ old: UInt64, _ new: UInt64, _ proof: [[UInt8]]) -> Bool {
        Merkle.extends(
            old: old, oldRoot: EvidenceVectors.subtree(0..<old), new: new, newRoot: EvidenceVectors.subtree(0..<new),
            proof: proof)
    }
}
