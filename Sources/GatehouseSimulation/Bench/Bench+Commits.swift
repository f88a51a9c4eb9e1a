internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension Bench {
    /// A decision as the journal gets them.
    static func entry(_ sequence: UInt64) -> JournalEntry {
        var entry = JournalEntry(kind: .decision)
        entry.sequence = sequence
        entry.civil = CivilTime(seconds: 1_800_000_000)
        entry.monotonic = MonotonicTime(nanoseconds: 1_000_000_000_000)
        entry.portal = "wicket"
        entry.accessPoint = "wicket-in"
        entry.reader = "wicket-in"
        entry.person = 7
        entry.credential = 7
        entry.outcome = "granted"
        entry.facts = Facts()
        entry.path = RuleBook.decide(Facts()).path
        return entry
    }

    /// One durable entry, and a burst, against bare inserts of rows of the same size.
    static func commits(_ folder: String, _ report: (String) -> Void) throws {
        let path = "\(folder)/gatehouse-bench.db"
        let suffixes = ["", "-wal", "-shm", ".head"]
        for suffix in suffixes { unlink(path + suffix) }
        defer { for suffix in suffixes { unlink(path + suffix) } }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32)))
        let writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench")
        var sequence: UInt64 = 0
        func entry() -> DurableEffect {
            sequence += 1
            return .record(Self.entry(sequence))
        }
        var number: UInt64 = 0
        func batch(_ count: Int) -> CommitGate.Batch {
            number += 1
            return CommitGate.Batch(number: number, effects: (0..<count).map { _ in entry() })
        }
        try writer.commit(batch(1))
        let bare = try CommitFloor(path: path, entry: Self.entry(1_000_000))
        var own: [Double] = []
        var floor: [Double] = []
        for _ in 0..<300 {
            var began = wall()
            try bare.commit(1)
            floor.append(wall() - began)
            let one = batch(1)
            began = wall()
            try writer.commit(one)
            own.append(wall() - began)
        }
        own.sort()
        floor.sort()
        report(
            "one durable entry: p50 \(micros(own[150])) = \(ratio(own[150], floor[150])) x the bare commit, p99 \(micros(own[297])) = \(ratio(own[297], floor[297])) x"
        )
        var bareBurst = 0.0
        var ownBurst = 0.0
        for _ in 0..<(10_000 / 64) {
            var began = wall()
            try bare.commit(64)
            bareBurst += wall() - began
            let many = batch(64)
            began = wall()
            try writer.commit(many)
            ownBurst += wall() - began
        }
        report(
            "a burst of 10,000 entries, 64 a commit: \(ratio(bareBurst, ownBurst)) of the rate of bare inserts (at least 0.7)"
        )
    }
}

/// Bare inserts of the very rows of entries, ready made, with an entry's indexes, in a database opened as ours is: the
/// floor that durable figures stand beside.
struct CommitFloor {
    private let database: Database
    private let insert: Statement
    private let leaf: [UInt8]
    private let hash = [UInt8](repeating: 8, count: 32)

    /// `entry` is what the rows are made of.
    init(path: String, entry: JournalEntry) throws {
        leaf = entry.canonicalBytes(epoch: 1, commitments: entry.personal.map { _ in [UInt8](repeating: 7, count: 32) })
        database = try StoreWriter.open(path: path)
        // The journal's own table and indexes under another name.
        let schema = try database.prepare(
            "SELECT replace(sql, 'journal', 'floor') FROM sqlite_master WHERE tbl_name = 'journal'")
        var statements: [String] = []
        while try schema.step() { statements.append(schema.text(0)) }
        for statement in statements where !statement.isEmpty { try database.execute(statement) }
        insert = try database.prepare(
            """
            INSERT INTO floor (epoch, at, kind, portal, point, person, credential, about, outcome, reason, leaf, hash)
            VALUES (1, 1800000000000, 'decision', 'wicket', 'wicket-in', 7, 7, NULL, 'granted', NULL, ?, ?)
            """)
    }

    func commit(_ count: Int) throws {
        try database.transaction {
            for _ in 0..<count { try insert.bind(leaf, hash).run() }
        }
    }
}
