package import GatehouseCore

/// The secrets of one controller, all made of one master key that the service manager hands over as a credential.
/// Separate credentials may replace single ones.
package struct KeyRing: Sendable {
    /// Seals registry rows.
    package let registry: SecretKey
    /// Seals personal values beside the journal.
    package let personal: SecretKey
    /// Peppers PINs.
    package let pepper: SecretKey
    /// Makes references of watchlist identities, and seals the watchlist's rows.
    package let watchlist: SecretKey
    /// Seals backups.
    package let backup: SecretKey
    /// Signs visitor passes.
    package let passes: SecretKey
    /// Signs hand-over archives: the seed of an Ed25519 key.
    package let handover: SecretKey
    /// Seals the head over the state that decides.
    package let head: SecretKey
    /// Signs checkpoints of the journal: the seed of an Ed25519 key.
    package let journal: SecretKey
    /// Opens pictures: an X25519 key. What they are sealed to is made of it.
    package let pictures: SecretKey
    /// Signs leads: the seed of an Ed25519 key.
    package let leads: SecretKey

    /// The master key has 32 octets.
    package init(master: SecretKey) {
        precondition(master.count == 32, "master key of \(master.count) octets")
        registry = master.derived(for: "gatehouse registry 1")
        personal = master.derived(for: "gatehouse personal 1")
        pepper = master.derived(for: "gatehouse pepper 1")
        watchlist = master.derived(for: "gatehouse watchlist 1")
        backup = master.derived(for: "gatehouse backup 1")
        passes = master.derived(for: "gatehouse passes 1")
        handover = master.derived(for: "gatehouse handover 1")
        head = master.derived(for: "gatehouse head 1")
        journal = master.derived(for: "gatehouse journal 1")
        pictures = master.derived(for: "gatehouse pictures 1")
        leads = master.derived(for: "gatehouse leads 1")
    }

    /// The primitives that the core computes with.
    package func primitives(epoch: UInt64, passes: PassKeys? = nil) -> Primitives {
        let pepper = pepper
        let watchlist = watchlist
        let notes = watchlist.derived(for: "notes")
        let nonces = watchlist.derived(for: "nonces")
        let references = watchlist.derived(for: "references")
        let alerts = registry.derived(for: "alert keys")
        let leads = watchlist.derived(for: "leads")
        return Primitives(
            digest: { Hash.sha256($0) },
            pinCode: { person, digits in
                let scope: [UInt8] = person.map { [1] + UInt64($0).bigEndianOctets } ?? [0]
                return Hash.hmac(scope + digits, key: pepper)
            },
            watchlistReference: { Array(Hash.hmac($0, key: references).prefix(16)) },
            sealWatchlistNote: { sequence, plain in
                // Of what is sealed itself: after a roll-back a number comes twice, and another note has another nonce.
                let octets = epoch.bigEndianOctets + sequence.bigEndianOctets + plain
                let nonce = Array(Hash.hmac(octets, key: nonces).prefix(12))
                let key = Self.noteKey(of: sequence, epoch: epoch, under: notes)
                // Sealing cannot fail with a key of 32 octets and a nonce of 12.
                return (try? Seal.seal(plain, associated: [], key: key, nonce: nonce)) ?? []
            },
            alertKey: { id in
                let octets = epoch.bigEndianOctets + id.bigEndianOctets
                return Hexadecimal.encode(Hash.hmac(octets, key: alerts).prefix(16))
            },
            leadID: { event, isPicture in
                let octets = epoch.bigEndianOctets + event.bigEndianOctets + [isPicture ? 1 : 0]
                return Hexadecimal.encode(Hash.hmac(octets, key: leads).prefix(16))
            },
            openPass: { passes?.open($0) })
    }

    /// Each note has a key of its own, so that one can be opened before a stranger and no other is.
    private static func noteKey(of sequence: UInt64, epoch: UInt64, under notes: SecretKey) -> SecretKey {
        SecretKey(Hash.hmac(epoch.bigEndianOctets + sequence.bigEndianOctets, key: notes))
    }

    /// The key of one sealed note.
    package func noteKey(of sequence: UInt64, epoch: UInt64) -> [UInt8] {
        Hash.hmac(epoch.bigEndianOctets + sequence.bigEndianOctets, key: watchlist.derived(for: "notes"))
    }

    /// The secrets of the store.
    package var storeSecrets: StoreSecrets {
        let (registry, personal, watchlist, backup, head) = (registry, personal, watchlist, backup, head)
        let olderKeys = registry.derived(for: "picture keys")
        let rows = head.derived(for: "rows")
        let headName = Array("gatehouse head 1".utf8)
        let marks = KeyedHash(key: registry.derived(for: "marks"))
        return StoreSecrets(
            sha256: { Hash.sha256($0) }, random: { Random.octets($0) },
            sealRegistry: { try Seal.seal($0, associated: $1, key: registry) },
            openRegistry: { Seal.open($0, associated: $1, key: registry) },
            sealPersonal: { try Seal.seal($0, associated: $1, key: personal) },
            openPersonal: { Seal.open($0, associated: $1, key: personal) },
            sealBackup: { try Seal.seal($0, associated: $1, key: backup) },
            openBackup: { Seal.open($0, associated: $1, key: backup) },
            sealWatchlist: { try Seal.seal($0, associated: $1, key: watchlist) },
            openWatchlist: { Seal.open($0, associated: $1, key: watchlist) },
            mark: { Array(marks.digest($0).prefix(16)) },
            rowDigests: {
                let hash = KeyedHash(key: rows)
                return { hash.digestAlone($0) }
            },
            sealHead: { try Seal.seal($0, associated: headName, key: head) },
            openHead: { Seal.open($0, associated: headName, key: head) },
            keyMark: Hexadecimal.encode(Hash.hmac(Array("gatehouse key mark 1".utf8), key: registry)),
            pictures: PictureSeal.secrets(pictures, sealedWith: olderKeys),
            openNote: { self.openWatchlistNote($0, of: $1, epoch: $2) },
            noteKey: { self.noteKey(of: $0, epoch: $1) })
    }

    /// Signs the heads of the journal that a site keeps in an epoch; each epoch has a key of its own.
    package func logSigner(site: String, epoch: UInt64) throws -> LogSigner {
        try LogSigner(
            origin: CheckpointReader.origin(site: site, epoch: epoch),
            seed: epoch > 1 ? journal.derived(for: "epoch/\(epoch)") : journal)
    }

    /// Opens a sealed note of the journal, for the watchlist's auditor and for the ring of leads. Those of 0.2.0 had one key.
    package func openWatchlistNote(_ sealed: [UInt8], of sequence: UInt64, epoch: UInt64) -> [UInt8]? {
        let notes = watchlist.derived(for: "notes")
        return Seal.open(
            sealed, associated: [], key: Self.noteKey(of: sequence, epoch: epoch, under: notes))
            ?? Seal.open(sealed, associated: [], key: notes)
    }
}
