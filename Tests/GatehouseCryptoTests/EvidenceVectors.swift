import Foundation
import GatehouseCrypto

/// `Tests/Fixtures/evidence-vectors.json`: made and judged by programs of others, as the file itself says.
struct EvidenceVectors: Decodable {
    struct Leaf: Decodable { var index: UInt64, leaf: String, hash: String }
    struct Root: Decodable { var size: UInt64, root: String, root_hex: String }
    struct Edge: Decodable {
        struct Subtree: Decodable, Equatable { var height: Int, hash: String }
        var size: UInt64, subtrees: [Subtree]
    }
    struct Inclusion: Decodable { var index: UInt64, size: UInt64, path: [String] }
    struct Consistency: Decodable { var old: UInt64, new: UInt64, proof: [String] }
    struct Key: Decodable {
        var name: String, type: UInt8, seed_hex: String, public_hex: String, key_id: String, vkey: String
    }
    struct Keys: Decodable { var log: Key, witnesses: [Key] }
    struct Note: Decodable { var name: String, size: UInt64, signatures: Int, accept: Bool, note: String, why: String? }
    struct Signed: Decodable { var what: String, message_hex: String, sig_hex: String?, blob_hex: String? }
    struct Tile: Decodable { var path: String, size: UInt64, octets: Int, hex: String }
    struct Digest: Decodable { var path: String, octets: Int, sha256: String }
    struct Census: Decodable { var hash_tiles: Int, octets: Int, entry_bundles: Int, paths_by_level: [Int] }
    struct Path: Decodable { var index: UInt64, path: String }
    struct Bundle: Decodable { var path: String, first: UInt64, width: Int, hex: String }
    struct Proof: Decodable {
        var name: String, index: UInt64, leaf: String, size: UInt64, signatures: Int, octets: Int, file: String
    }
    struct Refused: Decodable { var why: String, leaf: String?, file: String }
    struct Limit: Decodable { var what: String, leaf_hash: String, bundle_sha256: String?, bundle_hex: String? }
    struct Policy: Decodable { var name: String, file: String, satisfied: [String: Bool] }
    struct Exchange: Decodable { var name: String, request: String, status: Int, reply: String }
    struct Monitor: Decodable { var path: String, reply: String }

    var leaf_hashes: [Leaf], roots: [Root], right_edges: [Edge], inclusion: [Inclusion], consistency: [Consistency]
    var keys: Keys, checkpoints: [Note], signed_messages: [Signed]
    var tiles: [Tile], tile_digests: [Digest], tile_census_70000: Census, tile_paths: [Path]
    var entry_bundles: [Bundle], entry_bundle_digests: [Digest]
    var proofs: [Proof], proofs_refused: [Refused], limits: [Limit], policies: [Policy], policies_refused: [Refused]
    var monitor: Monitor, witness_exchange: [Exchange]

    static let all: EvidenceVectors = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/evidence-vectors.json")
        guard let octets = try? Data(contentsOf: file),
            let vectors = try? JSONDecoder().decode(EvidenceVectors.self, from: octets)
        else { preconditionFailure("\(file.path) cannot be read") }
        return vectors
    }()

    /// Leaf i of every tree of the file.
    static func leaf(_ index: UInt64) -> [UInt8] { Array("entry-\(index)".utf8) }
    static let leafHashes = (0..<70_000).map { Merkle.leafHash(leaf(UInt64($0))) }

    /// The root of a range of them, by the definition.
    static func subtree(_ range: Range<UInt64>) -> [UInt8] {
        Merkle.root(leafHashes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    static var log: NoteKey { get throws { try NoteKey(all.keys.log.vkey) } }
    static func octets(_ hexadecimal: String) -> [UInt8] { Hexadecimal.decode(hexadecimal) ?? [] }
    static func base64(_ hashes: [[UInt8]]) -> [String] { hashes.map { Base64.encode($0) } }
    static func hashes(_ texts: [String]) -> [[UInt8]] { texts.map { Base64.decode($0) ?? [] } }
}
