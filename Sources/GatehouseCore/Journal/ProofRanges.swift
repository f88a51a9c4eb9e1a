/// Which subtrees a proof of the journal's tree is made of: ranges of leaves, of which the proof names the roots. The tree splits at the
/// largest power of two below its size (RFC 6962, section 2.1). Whoever holds the hashes turns ranges into roots.
package enum ProofRanges {
    /// The leaf's sibling first, as RFC 9162, section 2.1.3.1, orders them. `index` is below `size`.
    package static func inclusion(index: UInt64, size: UInt64) -> [Range<UInt64>] {
        precondition(index < size, "leaf \(index) of \(size)")
        var ranges: [Range<UInt64>] = []
        var tree = 0..<size
        while tree.upperBound - tree.lowerBound > 1 {
            let middle = tree.lowerBound + split(tree.upperBound - tree.lowerBound)
            let (left, right) = (tree.lowerBound..<middle, middle..<tree.upperBound)
            (tree, ranges) = index < middle ? (left, ranges + [right]) : (right, ranges + [left])
        }
        return ranges.reversed()
    }

    /// From `old` leaves to `new` ones (RFC 9162, section 2.1.4.1). Nothing where one of the trees is empty or both are the same.
    package static func consistency(old: UInt64, new: UInt64) -> [Range<UInt64>] {
        precondition(old <= new, "from \(old) back to \(new)")
        guard old > 0, old < new else { return [] }
        var ranges: [Range<UInt64>] = []
        var tree = 0..<new
        while tree.upperBound != old {
            let middle = tree.lowerBound + split(tree.upperBound - tree.lowerBound)
            let (left, right) = (tree.lowerBound..<middle, middle..<tree.upperBound)
            (tree, ranges) = old <= middle ? (left, ranges + [right]) : (right, ranges + [left])
        }
        // Whoever checks holds the root of the first `old` leaves already.
        if tree.lowerBound > 0 { ranges.append(tree) }
        return ranges.reversed()
    }

    /// The full subtrees that a range is made of, the largest first. It begins where a subtree of its size may.
    package static func full(_ range: Range<UInt64>) -> [(first: UInt64, height: Int)] {
        var parts: [(first: UInt64, height: Int)] = []
        var first = range.lowerBound
        while first < range.upperBound {
            let height = UInt64.bitWidth - 1 - (range.upperBound - first).leadingZeroBitCount
            parts.append((first, height))
            first += 1 << UInt64(height)
        }
        return parts
    }

    /// The largest power of two below `count`, which is 2 at least.
    package static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(UInt64.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
