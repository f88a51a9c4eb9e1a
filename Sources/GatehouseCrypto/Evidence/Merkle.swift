internal import GatehouseCore

/// The tree of RFC 6962, section 2.1: hashes, makers of proofs that follow its recursion, and the checkers of RFC 9162, which are loops of
/// another kind, so that the two do not share a mistake.
package enum Merkle {
    package static let emptyRoot = Hash.sha256([])

    package static func leafHash(_ leaf: [UInt8]) -> [UInt8] { Hash.sha256([0] + leaf) }

    package static func nodeHash(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] { Hash.sha256([1] + left + right) }

    /// The root over hashes of leaves, by the definition.
    package static func root(_ hashes: ArraySlice<[UInt8]>) -> [UInt8] {
        guard let first = hashes.first else { return emptyRoot }
        if hashes.count == 1 { return first }
        let middle = hashes.startIndex + Int(clamping: ProofRanges.split(UInt64(hashes.count)))
        return nodeHash(root(hashes[..<middle]), root(hashes[middle...]))
    }

    /// The root of several full subtrees in a row, from the largest: the right edge of a tree, or a range of its leaves.
    package static func fold(_ subtrees: [[UInt8]]) -> [UInt8] {
        guard let last = subtrees.last else { return emptyRoot }
        return subtrees.dropLast().reversed().reduce(last) { nodeHash($1, $0) }
    }

    /// The path of a leaf (RFC 9162, section 2.1.3.1). `subtree` gives the root of a range of leaves.
    package static func inclusion<Failure: Error>(
        index: UInt64, size: UInt64, subtree: (Range<UInt64>) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        var path: [[UInt8]] = []
        for range in ProofRanges.inclusion(index: index, size: size) { path.append(try subtree(range)) }
        return path
    }

    /// That `new` leaves begin with the `old` ones (RFC 9162, section 2.1.4.1).
    package static func consistency<Failure: Error>(
        old: UInt64, new: UInt64, subtree: (Range<UInt64>) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        var proof: [[UInt8]] = []
        for range in ProofRanges.consistency(old: old, new: new) { proof.append(try subtree(range)) }
        return proof
    }

    /// RFC 9162, section 2.1.3.2.
    package static func includes(
        leafHash: [UInt8], index: UInt64, size: UInt64, path: [[UInt8]], root: [UInt8]
    ) -> Bool {
        guard index < size, path.allSatisfy({ $0.count == 32 }) else { return false }
        var (node, last) = (index, size - 1)
        var hash = leafHash
        for sibling in path {
            if last == 0 { return false }
            if node & 1 == 1 || node == last {
                hash = nodeHash(sibling, hash)
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = nodeHash(hash, sibling)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// RFC 9162, section 2.1.4.2; an empty tree is the beginning of every other, and the same tree of itself.
    package static func extends(
        old: UInt64, oldRoot: [UInt8], new: UInt64, newRoot: [UInt8], proof: [[UInt8]]
    ) -> Bool {
        guard old <= new, proof.allSatisfy({ $0.count == 32 }) else { return false }
        if old == 0 { return proof.isEmpty && oldRoot == emptyRoot && (new > 0 || newRoot == emptyRoot) }
        if old == new { return proof.isEmpty && oldRoot == newRoot }
        if proof.isEmpty { return false }
        var (node, last) = (old - 1, new - 1)
        while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
        let hashes = old & (old - 1) == 0 ? [oldRoot] + proof : proof
        var (before, after) = (hashes[0], hashes[0])
        for sibling in hashes.dropFirst() {
            if last == 0 { return false }
            if node & 1 == 1 || node == last {
                (before, after) = (nodeHash(sibling, before), nodeHash(sibling, after))
                while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                after = nodeHash(after, sibling)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && before == oldRoot && after == newRoot
    }
}
