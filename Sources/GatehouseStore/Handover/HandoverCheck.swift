package import GatehouseCore

/// Checks an archive: its outside with nothing but the site's public key, its content too with the receiver's private
/// key. Nothing of the old operator is needed.
package struct HandoverCheck {
    package struct Report: Sendable {
        package var head: Archive.Head
        package var octets: Int
        package var pieces: Int
        /// What the archive says of itself; nil without a key.
        package var manifest: HandoverManifest?
        package var damages: [Archive.Damage] = []
        package var isWhole: Bool { damages.isEmpty }
    }

    /// What an import does with each record. The checks come first.
    struct Taker {
        var part: (_ name: String, _ columns: [String]) throws -> Void = { _, _ in }
        var row: (_ part: String, _ values: [HandoverValue]) throws -> Void = { _, _ in }
        var picture: (HandoverPicture) throws -> Void = { _ in }
    }

    package static func run(
        _ path: String, secrets: StoreSecrets, reading: ArchiveSecrets.Reading
    ) throws -> Report {
        try run(path, secrets, reading, Taker())
    }

    static func run(
        _ path: String, _ secrets: StoreSecrets, _ reading: ArchiveSecrets.Reading, _ taker: Taker
    ) throws -> Report {
        let archive = try ArchiveReader(path, reading)
        var check = HandoverCheck(secrets, reading.running(), taker)
        var damages: [Archive.Damage]
        do {
            damages =
                try reading.open == nil
                ? archive.check(nil) : archive.check { try check.take($0, $1) }
        } catch let damage as Archive.Damage {
            damages = [damage]
        }
        if reading.open != nil, damages.isEmpty {
            damages = check.differences().map { Archive.Damage(piece: nil, offset: archive.size, sentence: $0) }
        }
        return Report(
            head: archive.head, octets: archive.size, pieces: archive.pieces, manifest: check.stated, damages: damages)
    }

    private let secrets: StoreSecrets
    private let running: ArchiveSecrets.Running
    private let taker: Taker
    private var found = HandoverManifest()
    private var stated: HandoverManifest?
    private var part: String?
    private var columns: [String] = []
    private var tree: MerkleTree
    private var leaf = 0

    private init(_ secrets: StoreSecrets, _ running: ArchiveSecrets.Running, _ taker: Taker) {
        self.secrets = secrets
        self.running = running
        self.taker = taker
        tree = MerkleTree(sha256: secrets.sha256)
    }

    private mutating func take(_ kind: UInt8, _ body: ArraySlice<UInt8>) throws {
        guard stated == nil else { throw Archive.Refusal(Sentence("a record behind the manifest")) }
        switch kind {
        case ArchiveRecord.part:
            endPart()
            guard let pair = CanonicalValue(decoding: Array(body))?.array, pair.count == 2, let name = pair[0].text,
                let columns = pair[1].array?.compactMap(\.text), HandoverTables.carried.contains(name),
                found.parts[name] == nil
            else { throw Archive.Refusal(Sentence("a part that this program does not know; use the newer program")) }
            part = name
            self.columns = columns
            leaf = columns.firstIndex(of: "leaf") ?? 0
            found.parts[name] = HandoverManifest.Part()
            try taker.part(name, columns)
        case ArchiveRecord.row:
            guard let part, let values = HandoverValue.read(body), values.count == columns.count else {
                throw Archive.Refusal(Sentence("a row that cannot be read"))
            }
            if part == "journal" {
                guard let octets = values[leaf].octets else {
                    throw Archive.Refusal(Sentence("an entry without its bytes"))
                }
                tree.append(leafHash: secrets.sha256([0] + octets))
            } else {
                running.update(Array(body))
            }
            found.parts[part]!.rows += 1
            try taker.row(part, values)
        case ArchiveRecord.picture:
            endPart()
            guard let picture = HandoverPicture(body) else {
                throw Archive.Refusal(Sentence("a picture that cannot be read"))
            }
            running.update(picture.line(digest: secrets.sha256(picture.octets)))
            found.parts[HandoverManifest.picturesPart, default: HandoverManifest.Part()].rows += 1
            try taker.picture(picture)
        case ArchiveRecord.manifest:
            endPart()
            found.parts[HandoverManifest.picturesPart, default: HandoverManifest.Part()].digest = running.finish()
            guard let manifest = HandoverManifest(Array(body)) else {
                throw Archive.Refusal(Sentence("the manifest cannot be read"))
            }
            stated = manifest
        default: throw Archive.Refusal(Sentence("a record of an unknown kind"))
        }
    }

    private mutating func endPart() {
        guard let part else { return }
        found.parts[part]!.digest = part == "journal" ? tree.root : running.finish()
        self.part = nil
    }

    /// Where counts and hashes are not those of the manifest.
    private func differences() -> [Sentence] {
        guard let stated else { return [Sentence("the manifest is missing")] }
        return Set(stated.parts.keys).union(found.parts.keys).sorted().compactMap { name in
            let (one, other) = (found.parts[name], stated.parts[name])
            if one == other { return nil }
            return one?.rows == other?.rows
                ? Sentence("\(name): the hash is not that of the manifest")
                : Sentence("\(name): \(one?.rows ?? 0) instead of \(other?.rows ?? 0)")
        }
    }
}
