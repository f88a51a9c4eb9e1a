import GatehouseCrypto
import Testing

@Suite("Proofs, policies and tiles")
struct LogProofTests {
    private let vectors = EvidenceVectors.all

    private var loose: LogPolicy { get throws { try policy("none") } }

    private func policy(_ name: String) throws -> LogPolicy {
        try LogPolicy(Array(#require(vectors.policies.first { $0.name == name }).file.utf8))
    }

    @Test func proofsOfOthersAreReadCheckedAndWrittenAgain() throws {
        #expect(vectors.proofs.count == 4)
        for row in vectors.proofs {
            let proof = try LogProof(Array(row.file.utf8))
            #expect(proof.octets == Array(row.file.utf8))
            #expect(proof.octets.count == row.octets)
            #expect(proof.index == row.index)
            let head = try proof.verify(leaf: Array(row.leaf.utf8), policy: loose, origin: vectors.keys.log.name)
            #expect(head.size == row.size)
            let path = Merkle.inclusion(index: row.index, size: row.size, subtree: EvidenceVectors.subtree)
            let made = LogProof(extra: proof.extra, index: row.index, path: path, checkpoint: proof.checkpoint)
            #expect(made.octets == Array(row.file.utf8), "ours is the same to the octet")
            #expect(throws: EvidenceFault.self) { try proof.verify(leaf: Array("entry-x".utf8), policy: loose) }
            #expect(throws: EvidenceFault.self) {
                try proof.verify(leaf: Array(row.leaf.utf8), policy: loose, origin: "another/journal/1")
            }
        }
    }

    @Test func proofsThatOthersRefuseAreRefused() throws {
        #expect(vectors.proofs_refused.count == 12)
        for row in vectors.proofs_refused {
            #expect(throws: EvidenceFault.self, "\(row.why)") {
                try LogProof(Array(row.file.utf8)).verify(leaf: Array((row.leaf ?? "").utf8), policy: loose)
            }
        }
    }

    @Test func aFaultInAProofSaysItsLine() throws {
        let good = try #require(vectors.proofs.first { $0.name == "index3-of-7-three-witnesses" }).file
        func fault(_ change: (inout String) -> Void) -> String? {
            var text = good
            change(&text)
            do { try _ = LogProof(Array(text.utf8)) } catch { return "\(error)" }
            return nil
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.replace("index 3", with: "index -3") } == "proof, line 2: not a number in its one form")
        #expect(
            fault { $0.replace("index 3\n", with: "extra x\nindex 3\n") } == "proof, line 2: not base64 in its one form"
        )
        #expect(fault { $0.replace("LyelCCwd", with: "Lyel*Cwd") } == "proof, line 4: not base64 in its one form")
        #expect(fault { $0.replace("BJ19", with: "BJ19BJ19") } == "proof, line 3: a wrong length")
        #expect(
            fault { $0.replace("tlog-proof@v1", with: "tlog-proof@v2") } == "proof, line 1: not a proof of version 1")
        #expect(fault { $0.replace("\u{2014} gate", with: "- gate") } == "note, line 11: not a signature line")
        let many = String(repeating: "BJ19zbVrz+vTEzBMmDnxlqPUtu873AsIKY+TrIGR8Kg=\n", count: 61)
        #expect(fault { $0.replace("index 3\n", with: "index 3\n\(many)") } == "proof: more hashes than a path has")
    }

    /// Whatever is flipped or cut is noticed, as long as it is not inside `extra`, which nobody signed.
    @Test func everyFlippedBitAndEveryCutIsRefused() throws {
        // Every witness that signed is asked for: a line that is not needed is not missed.
        let rows = [
            ("one-entry", 0), ("index3-of-7-three-witnesses", 3), ("index256-of-257-extra", 1),
            ("index12345-of-70000", 2),
        ]
        for (name, witnesses) in rows {
            let row = try #require(vectors.proofs.first { $0.name == name })
            let policy = try asking(forFirst: witnesses)
            let good = Array(row.file.utf8)
            let leaf = Array(row.leaf.utf8)
            let isProved: ([UInt8]) -> Bool = { (try? LogProof($0).verify(leaf: leaf, policy: policy)) != nil }
            #expect(isProved(good), "\(name)")
            let extra = row.file.contains("extra ") ? 29..<(29 + "c2VxPTI1Nw==".utf8.count) : 0..<0
            for place in good.indices where !extra.contains(place) {
                for bit in 0..<8 {
                    var changed = good
                    changed[place] ^= 1 << UInt8(bit)
                    if isProved(changed) { Issue.record("\(name): octet \(place), bit \(bit)") }
                }
            }
            for length in good.indices where isProved(Array(good[..<length])) {
                Issue.record("\(name): cut at \(length)")
            }
        }
    }

    private func asking(forFirst count: Int) throws -> LogPolicy {
        var lines = ["log \(vectors.keys.log.vkey)"]
        for (number, witness) in vectors.keys.witnesses.prefix(count).enumerated() {
            lines.append("witness w\(number) \(witness.vkey)")
        }
        let members = (0..<count).map { " w\($0)" }.joined()
        lines += count == 0 ? ["quorum none"] : ["group g all\(members)", "quorum g"]
        return try LogPolicy(Array(lines.joined(separator: "\n").utf8))
    }

    @Test func policiesOfOthersHoldWhereTheyHoldThere() throws {
        #expect(vectors.policies.count == 4)
        for row in vectors.policies {
            let policy = try LogPolicy(Array(row.file.utf8))
            #expect(policy.logs.count == 1 && policy.witnesses.count == 3)
            for (name, holds) in row.satisfied.sorted(by: { $0.key < $1.key }) {
                let note = try SignedNote(Array(#require(vectors.checkpoints.first { $0.name == name }).note.utf8))
                do {
                    _ = try policy.open(note)
                    #expect(holds, "\(row.name) took \(name)")
                } catch {
                    #expect(!holds && error.problem == .quorumNotMet, "\(row.name) refused \(name): \(error)")
                }
            }
        }
        #expect(try policy("two-of-three").witnesses.map(\.address).first == "https://committee.example/w1/")
    }

    @Test func policiesThatOthersRefuseAreRefused() {
        #expect(vectors.policies_refused.count == 6)
        for row in vectors.policies_refused {
            #expect(throws: EvidenceFault.self, "\(row.why)") { try LogPolicy(Array(row.file.utf8)) }
        }
    }

    @Test func aFaultInAPolicySaysItsLine() {
        let log = "log \(vectors.keys.log.vkey)"
        let witness = vectors.keys.witnesses[0].vkey
        let second = vectors.keys.witnesses[1].vkey
        let rows: [(String, String)] = [
            ("\(log)\n", "policy: no quorum"),
            ("\(log)\nquorum none\nquorum none\n", "policy, line 3: a second quorum"),
            ("quorum w\n", "policy, line 1: a name that is not defined before"),
            ("\(log)\n\(log)\n", "policy, line 2: a public key twice"),
            ("witness w \(witness)\nwitness w \(second)\n", "policy, line 2: a name twice"),
            ("witness w \(witness)\nwitness v \(witness)\n", "policy, line 2: a public key twice"),
            ("witness none \(witness)\n", "policy, line 1: a name twice"),
            ("witness w \(vectors.keys.log.vkey)\n", "policy, line 1: a kind of key that is not known here"),
            ("log \(witness)\n", "policy, line 1: a kind of key that is not known here"),
            ("log a+b\n", "policy, line 1: not a key"), ("logs x\n", "policy, line 1: not a line of a policy"),
            ("# \u{7}\n", "policy, line 1: an octet that may not stand here"),
            ("witness w \(witness)\ngroup g 2 w\n", "policy, line 2: a threshold that its members cannot meet"),
            ("witness w \(witness)\ngroup g 01 w\n", "policy, line 2: a threshold that its members cannot meet"),
            ("witness w \(witness)\ngroup g any w w\n", "policy, line 2: a member twice"),
            ("witness w \(witness)\ngroup g any x\n", "policy, line 2: a name that is not defined before"),
        ]
        for (text, expected) in rows {
            let fault = #expect(throws: EvidenceFault.self) { try LogPolicy(Array(text.utf8)) }
            #expect(fault?.description == expected)
        }
        #expect(throws: Never.self) { try LogPolicy(Array("# 居委会 \n\n\t\(log)\thttps://x/\n quorum  none".utf8)) }
    }

    @Test func aLogIsNoWitnessOfItself() throws {
        let key = try EvidenceVectors.log
        let own = try NoteKey(name: "w", kind: .witness, publicKey: key.publicKey)
        let fault = #expect(throws: EvidenceFault.self) {
            try LogPolicy(Array("log \(key)\nwitness w \(own)\nquorum w\n".utf8))
        }
        #expect(fault?.problem == .keyTwice)
    }

    @Test func tilesHaveTheNamesAndTheOctetsOfOthers() throws {
        for row in vectors.tile_paths { #expect(TilePath.groups(row.index) == row.path) }
        #expect(vectors.tiles.count == 6 && vectors.tile_digests.count == 5)
        for row in vectors.tiles {
            let path = try TilePath(row.path)
            #expect("\(path)" == row.path)
            let octets = try tile(path, of: row.size)
            #expect(Hexadecimal.encode(octets) == row.hex, "\(row.path)")
            #expect(octets.count == row.octets)
            #expect(try HashTile.read(octets, count: path.count).count == path.count)
            #expect(throws: EvidenceFault.self) { try HashTile.read(octets.dropLast(), count: path.count) }
        }
        for row in vectors.tile_digests {
            let octets = try tile(TilePath(row.path), of: 70_000)
            #expect(Hexadecimal.encode(Hash.sha256(octets)) == row.sha256, "\(row.path)")
        }
        let owed = TilePath.owed(size: 70_000)
        #expect(owed.map { Int($0.full) + ($0.partial > 0 ? 1 : 0) } == vectors.tile_census_70000.paths_by_level)
        #expect(
            owed.reduce(0) { $0 + (Int($1.full) * 256 + $1.partial) * 32 } == vectors.tile_census_70000.octets)
    }

    @Test(arguments: [
        "tile", "tile/", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/64/000", "tile/00/000", "tile/-1/000",
        "tile/0/x000/000", "tile/0/001/000", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/0/000.p", "tile/entry/000", "/tile/0/000", "tile/0/000/", "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/xx01/000", "tile/0/../000",
    ])
    func whatIsNoNameOfATileIsRefused(text: String) {
        #expect(throws: EvidenceFault.self) { try TilePath(text) }
    }

    @Test func bundlesHaveTheOctetsOfOthers() throws {
        #expect(vectors.entry_bundles.count == 3)
        for row in vectors.entry_bundles {
            let path = try TilePath(row.path)
            #expect(path.content == .entries && path.index * 256 == row.first && path.count == row.width)
            let leaves = (row.first..<(row.first + UInt64(row.width))).map(EvidenceVectors.leaf)
            #expect(Hexadecimal.encode(try EntryBundle.write(leaves)) == row.hex)
            #expect(try EntryBundle.read(EvidenceVectors.octets(row.hex), count: row.width) == leaves)
        }
        for row in vectors.entry_bundle_digests {
            let octets = try EntryBundle.write((0..<256).map(EvidenceVectors.leaf))
            #expect(Hexadecimal.encode(Hash.sha256(octets)) == row.sha256)
        }
        let good = try EntryBundle.write([[1, 2, 3], []])
        for length in good.indices {
            #expect(throws: EvidenceFault.self) { try EntryBundle.read(Array(good[..<length]), count: 2) }
        }
        #expect(throws: EvidenceFault.self) { try EntryBundle.read(good, count: 3) }
    }

    @Test func theLongestLeafIsTakenAndOneOctetMoreIsNot() throws {
        let longest = [UInt8](repeating: UInt8(ascii: "A"), count: EntryBundle.longestLeaf)
        let row = try #require(vectors.limits.first { $0.bundle_sha256 != nil })
        #expect(Hexadecimal.encode(Merkle.leafHash(longest)) == row.leaf_hash)
        #expect(Hexadecimal.encode(Hash.sha256(try EntryBundle.write([longest]))) == row.bundle_sha256)
        let fault = #expect(throws: EvidenceFault.self) { try EntryBundle.write([longest + [0]]) }
        #expect(fault?.problem == .tooLong)
        #expect(try EntryBundle.write([[]]) == EvidenceVectors.octets("0000"))
    }

    /// The octets of a tile of the tree of `size` leaves.
    private func tile(_ path: TilePath, of size: UInt64) throws -> [UInt8] {
        guard case .hashes(let level) = path.content else { throw CheckFailure.noHashes }
        let width = UInt64(1) << UInt64(8 * level)
        let nodes = (0..<UInt64(path.count)).map { (path.index * 256 + $0) * width }
        return nodes.flatMap { EvidenceVectors.subtree($0..<min($0 + width, size)) }
    }

    private enum CheckFailure: Error { case noHashes }
}
