package import GatehouseCore

/// The keys that readers were given through the daemon, sealed, in a file beside the database. No backup holds it, as none
/// holds the key files.
package enum LearnedReaderKeys {
    package struct Key: Hashable, Sendable {
        /// None for the key of the file, of which only the place is kept.
        package var octets: [UInt8]
        /// It, or one before it, went to the reader under the default key: whoever listened has it.
        package var cameOverWire: Bool

        package init(octets: [UInt8], cameOverWire: Bool) {
            self.octets = octets
            self.cameOverWire = cameOverWire
        }
    }

    /// What one reader may have, the likeliest first.
    package struct Entry: Hashable, Sendable {
        package var reader: ReaderID
        package var keys: [Key]
        /// SHA-256 of the key file that stood beside them; empty without one. A file that changed since goes first; one
        /// that did not is a key only where its place is among them.
        package var fileMark: [UInt8]

        package init(reader: ReaderID, keys: [Key], fileMark: [UInt8]) {
            self.reader = reader
            self.keys = keys
            self.fileMark = fileMark
        }
    }

    private static let kind = "gatehouse-reader-keys-1"

    package static func path(besides database: String) -> String { database + ".reader-keys" }

    /// Nothing where there is no file yet.
    package static func read(_ path: String, secrets: StoreSecrets) throws -> [Entry] {
        guard Files.exists(path) else { return [] }
        var entries: [Entry] = []
        try SealedFile.read(path, kind: kind, open: secrets.openRegistry) { piece in
            let values = CanonicalValue(decoding: piece)?.array
            let decoded = values?.compactMap(decode)
            guard let decoded, decoded.count == values?.count else {
                throw SealedFile.Failure(description: "\(path) cannot be read")
            }
            entries += decoded
        }
        return entries
    }

    /// On disk when it returns.
    package static func write(_ entries: [Entry], to path: String, secrets: StoreSecrets) throws {
        var pieces = [CanonicalValue.array(entries.map(encode)).encoded()]
        try SealedFile.write(to: path, kind: kind, seal: secrets.sealRegistry) { pieces.popLast() }
    }

    private static func encode(_ entry: Entry) -> CanonicalValue {
        .array([
            .text(entry.reader.name), .octets(entry.fileMark),
            .array(entry.keys.map { .array([.octets($0.octets), .boolean($0.cameOverWire)]) }),
        ])
    }

    private static func decode(_ value: CanonicalValue) -> Entry? {
        guard let parts = value.array, parts.count == 3, let name = parts[0].text, let mark = parts[1].octets,
            let list = parts[2].array
        else { return nil }
        let keys = list.compactMap { key -> Key? in
            guard let pair = key.array, pair.count == 2, let octets = pair[0].octets, let flag = pair[1].boolean else {
                return nil
            }
            return Key(octets: octets, cameOverWire: flag)
        }
        return keys.count == list.count ? Entry(reader: ReaderID(name), keys: keys, fileMark: mark) : nil
    }
}
