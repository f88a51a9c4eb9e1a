/// What the store needs of cryptography, as closures: it seals, opens and hashes without knowing a library.
package struct StoreSecrets: Sendable {
    package var sha256: @Sendable ([UInt8]) -> [UInt8]
    package var random: @Sendable (Int) -> [UInt8]
    package var sealRegistry: @Sendable (_ plain: [UInt8], _ associated: [UInt8]) throws -> [UInt8]
    package var openRegistry: @Sendable (_ sealed: [UInt8], _ associated: [UInt8]) -> [UInt8]?
    package var sealPersonal: @Sendable (_ plain: [UInt8], _ associated: [UInt8]) throws -> [UInt8]
    package var openPersonal: @Sendable (_ sealed: [UInt8], _ associated: [UInt8]) -> [UInt8]?
    package var sealBackup: @Sendable (_ plain: [UInt8], _ associated: [UInt8]) throws -> [UInt8]
    package var openBackup: @Sendable (_ sealed: [UInt8], _ associated: [UInt8]) -> [UInt8]?
    package var sealWatchlist: @Sendable (_ plain: [UInt8], _ associated: [UInt8]) throws -> [UInt8]
    package var openWatchlist: @Sendable (_ sealed: [UInt8], _ associated: [UInt8]) -> [UInt8]?
    /// 16 octets under which a row is found by a name that the disk must not show: HMAC-SHA-256 under a key of its own.
    package var mark: @Sendable ([UInt8]) -> [UInt8]
    /// 32 octets for a row of the state that decides: HMAC-SHA-256 under a key of its own. The function is one thread's.
    package var rowDigests: @Sendable () -> ([UInt8]) -> [UInt8]
    /// Seals the head over all of it.
    package var sealHead: @Sendable (_ plain: [UInt8]) throws -> [UInt8]
    package var openHead: @Sendable (_ sealed: [UInt8]) -> [UInt8]?
    /// Tells this key from another one, and nothing else about it.
    package var keyMark: String
    /// False where the key is missing: personal values are then committed to and not kept, because nobody could ever
    /// open them.
    package var keepsPersonal = true
    /// The keys of pictures.
    package var pictures: PictureSecrets
    /// Opens a sealed note of the journal.
    package var openNote: @Sendable (_ sealed: [UInt8], _ sequence: UInt64, _ epoch: UInt64) -> [UInt8]?
    /// The key of one sealed note, for whoever may open it and no other.
    package var noteKey: @Sendable (_ sequence: UInt64, _ epoch: UInt64) -> [UInt8]

    package init(
        sha256: @escaping @Sendable ([UInt8]) -> [UInt8],
        random: @escaping @Sendable (Int) -> [UInt8],
        sealRegistry: @escaping @Sendable ([UInt8], [UInt8]) throws -> [UInt8],
        openRegistry: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8]?,
        sealPersonal: @escaping @Sendable ([UInt8], [UInt8]) throws -> [UInt8],
        openPersonal: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8]?,
        sealBackup: @escaping @Sendable ([UInt8], [UInt8]) throws -> [UInt8],
        openBackup: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8]?,
        sealWatchlist: @escaping @Sendable ([UInt8], [UInt8]) throws -> [UInt8],
        openWatchlist: @escaping @Sendable ([UInt8], [UInt8]) -> [UInt8]?,
        mark: @escaping @Sendable ([UInt8]) -> [UInt8],
        rowDigests: @escaping @Sendable () -> ([UInt8]) -> [UInt8],
        sealHead: @escaping @Sendable ([UInt8]) throws -> [UInt8],
        openHead: @escaping @Sendable ([UInt8]) -> [UInt8]?, keyMark: String, pictures: PictureSecrets,
        openNote: @escaping @Sendable ([UInt8], UInt64, UInt64) -> [UInt8]?,
        noteKey: @escaping @Sendable (UInt64, UInt64) -> [UInt8]
    ) {
        self.sha256 = sha256
        self.pictures = pictures
        self.random = random
        self.sealRegistry = sealRegistry
        self.openRegistry = openRegistry
        self.sealPersonal = sealPersonal
        self.openPersonal = openPersonal
        self.sealBackup = sealBackup
        self.openBackup = openBackup
        self.sealWatchlist = sealWatchlist
        self.openWatchlist = openWatchlist
        self.mark = mark
        self.rowDigests = rowDigests
        self.sealHead = sealHead
        self.openHead = openHead
        self.keyMark = keyMark
        self.openNote = openNote
        self.noteKey = noteKey
    }

    /// The same for a run without the right key.
    package var withoutKey: StoreSecrets {
        var secrets = self
        secrets.keepsPersonal = false
        return secrets
    }
}
