/// A growing RFC 6962 tree, kept as the roots of its full subtrees: one for each bit of its size.
package struct MerkleTree: Sendable {
    /// A full subtree of 2^height leaves, the `position`th of its kind from the left.
    struct Subtree: Equatable, Sendable {
        var height: Int
        var position: UInt64
        var hash: [UInt8]
    }

    let sha256: @Sendable ([UInt8]) -> [UInt8]
    /// From the largest.
    private var subtrees: [Subtree] = []
    package private(set) var size: UInt64 = 0

    package init(sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.sha256 = sha256 }

    /// Goes on from the full subtrees of a tree, the largest first.
    init(edge: [Subtree], sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.sha256 = sha256
        subtrees = edge
        size = edge.reduce(0) { $0 + 1 << UInt64($1.height) }
    }

    package mutating func append(leafHash: [UInt8]) { append(leafHash: leafHash) { _ in } }

    /// `completed` hears of each subtree that the leaf makes full, itself left out.
    mutating func append(leafHash: [UInt8], completed: (Subtree) throws -> Void) rethrows {
        var last = Subtree(height: 0, position: size, hash: leafHash)
        size += 1
        while let left = subtrees.last, left.height == last.height {
            subtrees.removeLast()
            last = Subtree(
                height: last.height + 1, position: last.position / 2, hash: Self.node(left.hash, last.hash, sha256))
            try completed(last)
        }
        subtrees.append(last)
    }

    package var root: [UInt8] {
        guard var hash = subtrees.last?.hash else { return sha256([]) }
        for subtree in subtrees.dropLast().reversed() { hash = Self.node(subtree.hash, hash, sha256) }
        return hash
    }

    /// RFC 6962, 2.1: the hash of a node.
    static func node(_ left: [UInt8], _ right: [UInt8], _ sha256: ([UInt8]) -> [UInt8]) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(65)
        octets.append(1)
        octets += left
        octets += right
        return sha256(octets)
    }
}
