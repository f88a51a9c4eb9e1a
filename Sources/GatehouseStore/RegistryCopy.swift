package import GatehouseCore

/// The last good copy of the registry: all present rows with the revision, sealed, in a file beside the database.
/// It is read back before it takes the place of the one before.
package enum RegistryCopy {
    private static let kind = "gatehouse-registry-copy-1"

    package struct Content: Sendable {
        package var revision: UInt64 = 0
        package var epoch: UInt64 = 1
        package var nextSequence: UInt64 = 1
        package var rows: [RegistryRow] = []
        /// The head of the state that was copied; nil in a copy of 0.2.0.
        var head: StoreHead?
    }

    package static func path(besides database: String) -> String { database + ".registry" }

    /// Writes the copy unless a row of the database is damaged: a bad state never replaces a good one.
    package static func make(database path: String, secrets: StoreSecrets) throws {
        let database = try Database(path: path, mode: .readOnly)
        try database.execute("BEGIN")
        // What is not proven never takes the place of what is.
        guard try !isUnproved(database) else { return }
        let head = try database.prepare(
            """
            SELECT (SELECT coalesce(max(revision), 0) FROM revision), (SELECT coalesce(max(seq), 0) + 1 FROM journal),
                (SELECT value FROM meta WHERE key = 'epoch'), (SELECT sealed FROM head)
            """)
        guard try head.step() else { return }
        var pieces: [[UInt8]] = [
            CanonicalValue.array([
                .integer(head.integer(0)), .integer(head.integer(1)), .integer(Int64(head.text(2)) ?? 1),
                .octets(head.octets(3)),
            ]).encoded()
        ]
        head.reset()
        var isGood = true
        var batch: [CanonicalValue] = []
        try RegistryRows.each(database, secrets) { row in
            guard let row else {
                isGood = false
                return
            }
            let (plain, secret) = RegistryCodec.encode(row)
            batch.append(
                .array([.integer(Int64(row.kind.rawValue)), .integer(Int64(row.id)), .octets(plain), .octets(secret)]))
            if batch.count == 1000 {
                pieces.append(CanonicalValue.array(batch).encoded())
                batch = []
            }
        }
        guard isGood else { return }
        pieces.append(CanonicalValue.array(batch).encoded())
        var index = 0
        let target = Self.path(besides: path)
        try SealedFile.write(to: target + ".check", kind: kind, seal: secrets.sealRegistry) {
            defer { index += 1 }
            return index < pieces.count ? pieces[index] : nil
        }
        _ = try read(target + ".check", secrets: secrets)
        try rename(target + ".check", to: target)
    }

    private static func isUnproved(_ database: Database) throws -> Bool {
        try StateRemedy.stored(database)?.isRegisterUnproved ?? false
    }

    /// The mark of the register that a copy holds (`StoreWriter.registryMark`); nil where it has none.
    package static func mark(_ path: String, secrets: StoreSecrets) -> [UInt8]? {
        head(path, secrets: secrets)?.state.mark(of: .registry)
    }

    /// The head of the state that was copied, without its rows.
    static func head(_ path: String, secrets: StoreSecrets) -> StoreHead? {
        SealedFile.first(path, kind: kind, open: secrets.openRegistry)
            .flatMap { CanonicalValue(decoding: $0)?.array }.flatMap { headOfState($0, secrets) }
    }

    private static func headOfState(_ values: [CanonicalValue], _ secrets: StoreSecrets) -> StoreHead? {
        guard values.count == 4, let sealed = values[3].octets else { return nil }
        return StoreHead(sealed: sealed, secrets)
    }

    package static func read(_ path: String, secrets: StoreSecrets) throws -> Content {
        var content = Content()
        var isFirst = true
        try SealedFile.read(path, kind: kind, open: secrets.openRegistry) { piece in
            guard let values = CanonicalValue(decoding: piece)?.array else {
                throw SealedFile.Failure(description: "\(path) cannot be read")
            }
            if isFirst {
                isFirst = false
                guard (3...4).contains(values.count), let revision = values[0].integer, let next = values[1].integer,
                    let epoch = values[2].integer
                else { throw SealedFile.Failure(description: "\(path) cannot be read") }
                content.revision = UInt64(revision)
                content.nextSequence = UInt64(next)
                content.epoch = UInt64(epoch)
                content.head = headOfState(values, secrets)
                return
            }
            for value in values {
                guard let parts = value.array, parts.count == 4,
                    let kind = parts[0].integer.flatMap({ RegistryKind(rawValue: UInt8(clamping: $0)) }),
                    let id = parts[1].integer.flatMap({ UInt32(exactly: $0) }), let plain = parts[2].octets,
                    let secret = parts[3].octets,
                    let row = RegistryCodec.decode(kind: kind, id: id, plain: plain, secret: secret)
                else { throw SealedFile.Failure(description: "\(path): a row cannot be read") }
                content.rows.append(row)
            }
        }
        return content
    }

    private static func rename(_ from: String, to: String) throws {
        guard Files.rename(from, to) else { throw SealedFile.failure("rename", from) }
    }
}
