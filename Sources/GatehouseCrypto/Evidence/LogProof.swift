/// That an entry stands in a log: C2SP tlog-proof@v1, a file that carries the path and the checkpoint with what witnesses signed.
package struct LogProof: Hashable, Sendable {
    package static let header = "c2sp.org/tlog-proof@v1"
    /// More than the longest leaf with all that may stand beside it, in base64.
    package static let octetLimit = 1_048_576
    package static let pathLimit = 63

    /// Not authenticated by itself: fit for what the reader hashes, such as the octets of the leaf.
    package var extra: [UInt8]?
    package var index: UInt64
    /// The leaf's sibling first.
    package var path: [[UInt8]]
    package var checkpoint: SignedNote

    package init(extra: [UInt8]?, index: UInt64, path: [[UInt8]], checkpoint: SignedNote) {
        self.extra = extra
        self.index = index
        self.path = path
        self.checkpoint = checkpoint
    }

    package init(_ octets: [UInt8]) throws(EvidenceFault) {
        guard octets.count <= Self.octetLimit else { throw EvidenceFault(.proof, .tooLong) }
        guard
            let split = octets.indices.dropFirst().first(where: { octets[$0] == 0x0A && octets[$0 - 1] == 0x0A }),
            let head = String(validating: octets[..<(split - 1)], as: UTF8.self)
        else { throw EvidenceFault(.proof, .noEmptyLine) }
        let lines = head.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines[0] == Self.header else { throw EvidenceFault(.proof, .wrongHeader, line: 1) }
        var next = 1
        if next < lines.count, lines[next].hasPrefix("extra ") {
            guard let octets = Base64.decode(lines[next].dropFirst(6)) else {
                throw EvidenceFault(.proof, .notBase64, line: next + 1)
            }
            extra = octets
            next += 1
        }
        guard next < lines.count, lines[next].hasPrefix("index ") else {
            throw EvidenceFault(.proof, .noIndex, line: next + 1)
        }
        guard let number = EvidenceText.number(lines[next].dropFirst(6)) else {
            throw EvidenceFault(.proof, .notANumber, line: next + 1)
        }
        index = number
        path = []
        next += 1
        guard lines.count - next <= Self.pathLimit else { throw EvidenceFault(.proof, .pathTooLong) }
        while next < lines.count {
            guard let hash = Base64.decode(lines[next]) else {
                throw EvidenceFault(.proof, .notBase64, line: next + 1)
            }
            guard hash.count == 32 else { throw EvidenceFault(.proof, .wrongLength, line: next + 1) }
            path.append(hash)
            next += 1
        }
        do throws(EvidenceFault) { checkpoint = try SignedNote(Array(octets[(split + 1)...])) } catch {
            throw error.after(lines: lines.count + 1)
        }
    }

    package var octets: [UInt8] {
        var text = Self.header + "\n"
        if let extra { text += "extra \(Base64.encode(extra))\n" }
        text += "index \(index)\n"
        for hash in path { text += Base64.encode(hash) + "\n" }
        return Array((text + "\n").utf8) + checkpoint.octets
    }

    /// What the proof proves of the leaf: signatures first, then the policy, then the path.
    package func verify(leaf: [UInt8], policy: LogPolicy, origin: String? = nil) throws(EvidenceFault) -> Checkpoint {
        let head = try policy.open(checkpoint, origin: origin)
        try verify(leaf: leaf, in: head)
        return head
    }

    /// The path alone, under a checkpoint that was opened already.
    package func verify(leaf: [UInt8], in head: Checkpoint) throws(EvidenceFault) {
        guard index < head.size else { throw EvidenceFault(.proof, .indexBeyondSize) }
        guard
            Merkle.includes(
                leafHash: Merkle.leafHash(leaf), index: index, size: head.size, path: path, root: head.root)
        else { throw EvidenceFault(.proof, .wrongPath) }
    }
}
