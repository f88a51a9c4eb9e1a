internal import GatehouseCore

/// One keyed record over everything that decides, moved by every transaction: whose run of numbers it is, how far the journal
/// has come, and a digest of all rows of the state. Whoever puts an older file, row or page back has no head that fits it.
struct StoreHead: Hashable, Sendable, Comparable {
    var epoch: UInt64 = 1
    /// Transactions of this epoch.
    var counter: UInt64 = 0
    /// The number of the next entry.
    var next: UInt64 = 1
    var revision: UInt64 = 0
    /// Leaves of the journal's tree, and its root (RFC 6962).
    var size: UInt64 = 0
    var root: [UInt8] = []
    var state = StateDigest()

    /// What is later was written later: no two heads of a controller share epoch and counter.
    static func < (left: Self, right: Self) -> Bool {
        (left.epoch, left.counter) < (right.epoch, right.counter)
    }

    /// After a transaction that wrote up to entry `last` and sealed `revision`, where it did.
    mutating func move(to state: StateDigest, _ tree: JournalTree, epoch: UInt64, last: UInt64, revision: UInt64) {
        if epoch > self.epoch { (self.epoch, counter) = (epoch, 0) }
        counter += 1
        next = max(next, last + 1)
        self.revision = max(self.revision, revision)
        (size, root) = (tree.size, tree.root)
        self.state = state
    }

    private var canonical: CanonicalValue {
        .map([
            "v": .integer(1), "epoch": .integer(Int64(clamping: epoch)), "counter": .integer(Int64(clamping: counter)),
            "next": .integer(Int64(clamping: next)), "revision": .integer(Int64(clamping: revision)),
            "size": .integer(Int64(clamping: size)), "root": .octets(root), "state": state.canonical,
        ])
    }

    func sealed(_ secrets: StoreSecrets) throws -> [UInt8] { try secrets.sealHead(canonical.encoded()) }

    /// Nil when the seal is broken.
    init?(sealed: [UInt8], _ secrets: StoreSecrets) {
        guard let plain = secrets.openHead(sealed), let map = CanonicalValue(decoding: plain)?.map,
            map["v"]?.integer == 1, let root = map["root"]?.octets, let state = StateDigest(map["state"])
        else { return nil }
        func number(_ key: String) -> UInt64 { UInt64(clamping: map[key]?.integer ?? 0) }
        epoch = number("epoch")
        counter = number("counter")
        next = number("next")
        revision = number("revision")
        size = number("size")
        self.root = root
        self.state = state
    }

    init() {}

    // MARK: in the database

    enum Standing {
        /// The database is from before, or new.
        case missing
        case broken
        case head(StoreHead)
    }

    static func read(_ database: Database, _ secrets: StoreSecrets) throws -> Standing {
        let row = try database.prepare("SELECT sealed FROM head")
        guard try row.step() else { return .missing }
        return StoreHead(sealed: row.octets(0), secrets).map { .head($0) } ?? .broken
    }

    static let setSQL =
        "INSERT INTO head (id, sealed) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed"

    /// The head that fits what stands in the database, as the first of its epoch.
    static func made(_ database: Database, _ secrets: StoreSecrets) throws -> StoreHead {
        var head = StoreHead()
        let numbers = try database.prepare(
            """
            SELECT (SELECT value FROM meta WHERE key = 'epoch'), (SELECT coalesce(max(seq), 0) + 1 FROM journal),
                (SELECT coalesce(max(revision), 0) FROM revision)
            """)
        if try numbers.step() {
            head.epoch = UInt64(numbers.text(0)) ?? 1
            head.next = UInt64(clamping: numbers.integer(1))
            head.revision = UInt64(clamping: numbers.integer(2))
        }
        numbers.reset()
        let tree = try JournalTree(database, secrets.sha256)
        (head.size, head.root) = (tree.size, tree.root)
        head.state = try StateDigest(database, secrets)
        return head
    }

    /// Makes the head of a database that has none, in the transaction of the caller.
    @discardableResult
    static func make(_ database: Database, _ secrets: StoreSecrets) throws -> StoreHead {
        let head = try made(database, secrets)
        try database.prepare(setSQL).bind(head.sealed(secrets)).run()
        return head
    }
}
