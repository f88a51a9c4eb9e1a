package import GatehouseCore

/// Makes the archive that a site is handed over with, from the database and the folder of pictures. The daemon may run:
/// what is read is one state of the database.
package struct HandoverExport {
    package struct Report: Sendable {
        package var manifest: HandoverManifest
        package var publicKey: [UInt8]
        package var pieces: Int
        package var octets: Int
    }

    private let database: Database
    private let secrets: StoreSecrets
    private let writer: ArchiveWriter
    private let running: ArchiveSecrets.Running
    private var manifest = HandoverManifest()

    /// `pictures` is the folder; nil leaves the pictures out, and the manifest says that they are missing.
    package static func make(
        database path: String, pictures: String?, to archive: String, site: String, version: String, at: CivilTime,
        made: CivilTime, secrets: StoreSecrets, making: ArchiveSecrets.Making
    ) throws -> Report {
        guard let mark = StoreOpener.keyMark(path), mark == secrets.keyMark else {
            throw Archive.Refusal(Sentence("\(path) is no database of this master key"))
        }
        let database = try Database(path: path, mode: .readOnly)
        try database.execute("BEGIN")
        try HandoverTables.checkSchema(database)
        guard try PendingRevision.read(database) == nil else {
            throw Archive.Refusal(
                Sentence("a large change of the register is being written; try again when it is done"))
        }
        let meta = try database.prepare(
            """
            SELECT (SELECT value FROM meta WHERE key = 'epoch'), (SELECT value FROM meta WHERE key = 'floor'),
                (SELECT coalesce(max(revision), 0) FROM revision)
            """)
        guard try meta.step() else { throw Archive.Refusal(Sentence("\(path) has no epoch")) }
        let epoch = UInt64(meta.text(0)) ?? 1
        let head = Archive.Head(
            site: site, epoch: epoch, made: made, at: at, version: version, publicKey: making.publicKey,
            receiver: making.receiver, envelope: making.envelope)
        var export = HandoverExport(
            database: database, secrets: secrets, writer: try ArchiveWriter(archive, head, making),
            running: making.running())
        export.manifest.epoch = epoch
        export.manifest.floor = Int64(meta.text(1))
        export.manifest.revision = UInt64(clamping: meta.integer(2))
        meta.reset()
        for table in HandoverTables.carried {
            switch table {
            case "journal": try export.putJournal()
            case "registry": try export.putRegistry()
            case "personal": try export.putPersonal()
            case "picture_file": try export.put(table, where: "NOT \(Self.isGone(table))")
            case "picture_key": try export.putPictureKeys()
            case "snapshot": try export.put(table, each: Self.snapshotColumn)
            case "ledger":
                try export.put(
                    table, where: "key NOT IN ('\(LedgerChange.handoverKey)', '\(LedgerChange.rewindingKey)')")
            default: try export.put(table)
            }
        }
        try export.putPictures(pictures)
        let manifest = export.manifest.encoded()
        try export.writer.record(ArchiveRecord.manifest) { $0 += manifest }
        let (pieces, octets) = try export.writer.finish()
        return Report(manifest: export.manifest, publicKey: making.publicKey, pieces: pieces, octets: octets)
    }

    private init(
        database: Database, secrets: StoreSecrets, writer: ArchiveWriter, running: ArchiveSecrets.Running
    ) {
        self.database = database
        self.secrets = secrets
        self.writer = writer
        self.running = running
    }

    /// The columns of a table, told to whoever reads its rows.
    private func begin(_ table: String) throws -> [String] {
        let columns = try HandoverTables.columns(table, database)
        let body = CanonicalValue.array([.text(table), .array(columns.map { .text($0) })])
        try writer.record(ArchiveRecord.part) { $0 += body.encoded() }
        return columns
    }

    /// A picture of somebody who was erased is gone, though its file waits for the uplink.
    private static func isGone(_ table: String = "snapshot") -> String {
        "EXISTS (SELECT 1 FROM erasure WHERE erasure.event = \(table).event AND erasure.camera = \(table).camera)"
    }
    private static func snapshotColumn(_ name: String) -> String {
        ["event", "camera"].contains(name)
            ? name : "CASE WHEN \(isGone()) THEN \(name == "state" ? "'expired'" : "NULL") ELSE \(name) END"
    }

    private func rows(_ table: String, _ columns: [String], _ condition: String? = nil) throws -> Statement {
        try database.prepare(
            "SELECT \(columns.joined(separator: ", ")) FROM \(table)\(condition.map { " WHERE \($0)" } ?? "")")
    }

    private mutating func put(
        _ table: String, where condition: String? = nil, each expression: (String) -> String = { $0 }
    ) throws {
        let columns = try begin(table)
        let statement = try rows(table, columns.map(expression), condition)
        try put(table) {
            guard try statement.step() else { return nil }
            var body: [UInt8] = []
            for column in columns.indices { statement.append(Int32(column), to: &body) }
            return body
        }
    }

    private mutating func put(_ part: String, _ next: () throws -> [UInt8]?) throws {
        var count: UInt64 = 0
        while let body = try next() {
            running.update(body)
            try writer.record(ArchiveRecord.row) { $0 += body }
            count += 1
        }
        manifest.parts[part] = HandoverManifest.Part(rows: count, digest: running.finish())
    }

    private mutating func putJournal() throws {
        let columns = try begin("journal")
        guard let leaf = columns.firstIndex(of: "leaf"), let hash = columns.firstIndex(of: "hash"),
            let seq = columns.firstIndex(of: "seq")
        else { throw Archive.Refusal(Sentence("the journal lacks a column")) }
        let statement = try rows("journal", columns)
        let tree = LeafTree(secrets.sha256)
        let hashing = SideThread<LeafTree.Lot, Void> { tree.append($0) }
        func give(_ lot: LeafTree.Lot) throws {
            if hashing.underWay >= Self.lotsAhead { try hashing.take() }
            hashing.give(lot)
        }
        var lot = LeafTree.Lot()
        var count: UInt64 = 0
        while try statement.step() {
            count += 1
            manifest.last = UInt64(clamping: statement.integer(Int32(seq)))
            if count == 1 { manifest.first = manifest.last }
            statement.append(octetsOf: Int32(hash), to: &lot.hashes)
            lot.nodes.append(0)
            statement.append(octetsOf: Int32(leaf), to: &lot.nodes)
            lot.ends.append((lot.nodes.count, lot.hashes.count))
            if lot.ends.count == Self.lotSize {
                try give(lot)
                lot = LeafTree.Lot()
            }
            try writer.record(ArchiveRecord.row) { body in
                for column in columns.indices { statement.append(Int32(column), to: &body) }
            }
        }
        try give(lot)
        while hashing.underWay > 0 { try hashing.take() }
        manifest.faults += tree.faults
        manifest.parts["journal"] = HandoverManifest.Part(rows: count, digest: tree.root)
    }

    /// Entries of the journal that are hashed at a time, and how many such lots are under way.
    private static let lotSize = 1000
    private static let lotsAhead = 4

    /// Rows with their history. What is sealed is opened; a row whose seal is broken, or that was erased, goes without.
    private mutating func putRegistry() throws {
        let columns = try begin("registry")
        guard columns == ["kind", "id", "from_revision", "to_revision", "plain", "sealed"] else {
            throw Archive.Refusal(Sentence("the registry has columns that nobody has told the hand-over of"))
        }
        let statement = try rows("registry", columns)
        let secrets = secrets
        var counts = manifest
        try put("registry") {
            guard try statement.step() else { return nil }
            var values = (0..<6).map { statement.value(Int32($0)) }
            let row = HandoverRegistry(values)
            let secret = row?.associated.flatMap { secrets.openRegistry(statement.octets(5), $0) }
            values[5] = secret.map { .octets($0) } ?? .null
            if secret == nil { counts.unreadable += 1 }
            if let row, row.to == nil, let kind = row.kind {
                counts.present[kind.word, default: 0] += 1
                if let secret, case .credential(let one)? = row.decoded(secret), one.kind == .pin { counts.pins += 1 }
            }
            var body: [UInt8] = []
            for value in values { value.write(into: &body) }
            return body
        }
        counts.parts = manifest.parts
        manifest = counts
    }

    private mutating func putPersonal() throws {
        let columns = try begin("personal")
        guard columns == ["seq", "name", "salt", "value"] else {
            throw Archive.Refusal(Sentence("personal values have columns that nobody has told the hand-over of"))
        }
        let statement = try rows("personal", columns)
        let secrets = secrets
        var unreadable: UInt64 = 0
        try put("personal") {
            guard try statement.step() else { return nil }
            let associated = PersonalCodec.associated(
                sequence: UInt64(bitPattern: statement.integer(0)), name: statement.text(1), salt: statement.octets(2))
            var body: [UInt8] = []
            for column in 0..<3 { statement.append(Int32(column), to: &body) }
            let value = secrets.openPersonal(statement.octets(3), associated)
            if value == nil { unreadable += 1 }
            (value.map { HandoverValue.octets($0) } ?? .null).write(into: &body)
            return body
        }
        manifest.unreadable += unreadable
    }

    /// Pictures go as they lie, sealed, and with them each key that opens one.
    private mutating func putPictureKeys() throws {
        let columns = try begin("picture_key")
        guard columns == ["name", "sealed"] else {
            throw Archive.Refusal(Sentence("keys of pictures have columns that nobody has told the hand-over of"))
        }
        let statement = try rows("picture_key", columns)
        let keys = secrets.pictures
        var hasPutOwn = false
        func row(_ name: [UInt8], _ key: [UInt8]?) -> [UInt8] {
            var body: [UInt8] = []
            HandoverValue.octets(name).write(into: &body)
            (key.map { HandoverValue.octets($0) } ?? .null).write(into: &body)
            return body
        }
        try put("picture_key") {
            guard hasPutOwn else {
                hasPutOwn = true
                return row(keys.name, keys.privateKey())
            }
            guard try statement.step() else { return nil }
            let name = statement.octets(0)
            return row(name, keys.openKey(statement.octets(1), name))
        }
    }

    private mutating func putPictures(_ folder: String?) throws {
        let statement = try database.prepare(
            "SELECT path FROM snapshot WHERE state = 'stored' AND NOT \(Self.isGone()) ORDER BY event, camera")
        var part = HandoverManifest.Part()
        while try statement.step() {
            let path = statement.text(0)
            guard let folder, HandoverPicture.isPath(path),
                let octets = Files.read("\(folder)/\(path)", atMost: HandoverPicture.limit)
            else {
                manifest.missing += 1
                continue
            }
            let picture = HandoverPicture(
                path: path, modified: Files.modified("\(folder)/\(path)") ?? 0, octets: octets)
            running.update(picture.line(digest: secrets.sha256(octets)))
            try writer.record(ArchiveRecord.picture) { picture.write(into: &$0) }
            part.rows += 1
        }
        part.digest = running.finish()
        manifest.parts[HandoverManifest.picturesPart] = part
    }
}

/// The Merkle tree of the journal that is handed over. A class because the thread that hashes grows it: the exporter reads
/// it when no lot is under way.
private final class LeafTree: @unchecked Sendable {
    /// Entries one behind the other, not each an array of its own.
    struct Lot: Sendable {
        /// Each leaf with the 0 of RFC 6962 before it, and the hashes that the journal has of them.
        var nodes: [UInt8] = []
        var hashes: [UInt8] = []
        var ends: [(node: Int, hash: Int)] = []
    }

    private let sha256: @Sendable ([UInt8]) -> [UInt8]
    private var tree: MerkleTree
    /// Entries whose hash is not that of their leaf.
    private(set) var faults: UInt64 = 0

    init(_ sha256: @escaping @Sendable ([UInt8]) -> [UInt8]) {
        self.sha256 = sha256
        tree = MerkleTree(sha256: sha256)
    }

    var root: [UInt8] { tree.root }

    func append(_ lot: Lot) {
        var start = (node: 0, hash: 0)
        for end in lot.ends {
            let hash = sha256(Array(lot.nodes[start.node..<end.node]))
            if hash != Array(lot.hashes[start.hash..<end.hash]) { faults += 1 }
            tree.append(leafHash: hash)
            start = end
        }
    }
}

/// A row of the registry as the archive has it.
struct HandoverRegistry {
    var kind: RegistryKind?
    var id: UInt32
    var from: UInt64
    var to: UInt64?
    var plain: [UInt8]

    /// Nil for values that are no such row.
    init?(_ values: [HandoverValue]) {
        guard values.count == 6, let kind = values[0].integer,
            let id = values[1].integer.flatMap(UInt32.init(exactly:)),
            let from = values[2].integer.flatMap(UInt64.init(exactly:)), let plain = values[4].octets
        else { return nil }
        self.kind = UInt8(exactly: kind).flatMap(RegistryKind.init(rawValue:))
        self.id = id
        self.from = from
        to = values[3].integer.flatMap(UInt64.init(exactly:))
        self.plain = plain
    }

    var associated: [UInt8]? {
        kind.map { RegistryCodec.associated(kind: $0, id: id, from: from, to: to, plain: plain) }
    }

    func decoded(_ secret: [UInt8]) -> RegistryRow? {
        kind.flatMap { RegistryCodec.decode(kind: $0, id: id, plain: plain, secret: secret) }
    }
}

/// A picture as the archive has it.
struct HandoverPicture {
    static let limit = Archive.recordLimit - 1024
    var path: String
    var modified: Int64
    var octets: [UInt8]

    /// `2026/11/24/17-lane-0123456789abcdef.jpg`, and nothing that leads elsewhere.
    static func isPath(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, path.utf8.count < 256 else { return false }
        let counts = [4, 2, 2]
        for (part, count) in zip(parts, counts) {
            guard part.utf8.count == count, part.utf8.allSatisfy({ (48...57).contains($0) }) else { return false }
        }
        return parts[3].hasSuffix(".jpg") && !parts[3].hasPrefix(".")
            && parts[3].utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 47 && $0 != 92 }
    }

    func line(digest: [UInt8]) -> [UInt8] { Array(path.utf8) + [0] + digest }

    func write(into body: inout [UInt8]) {
        body += Archive.length(path.utf8.count)
        body += path.utf8
        body += UInt64(bitPattern: modified).bigEndianOctets
        body += octets
    }

    init(path: String, modified: Int64, octets: [UInt8]) {
        self.path = path
        self.modified = modified
        self.octets = octets
    }

    init?(_ body: ArraySlice<UInt8>) {
        guard body.count >= 4 else { return nil }
        let count = body.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard body.count - 12 >= count else { return nil }
        let rest = body.dropFirst(4 + count)
        path = String(decoding: body.dropFirst(4).prefix(count), as: UTF8.self)
        guard Self.isPath(path) else { return nil }
        modified = Int64(bitPattern: rest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
        octets = Array(rest.dropFirst(8))
    }
}
