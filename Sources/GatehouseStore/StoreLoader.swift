package import GatehouseCore

/// Reads what a controller goes on from: the registry row by row under its seal, the postures, areas, the outbox and
/// the watchlist. A row whose seal is broken is left out and counted.
package struct StoreLoader {
    package struct Loaded: Sendable {
        package var restored: Restored
        package var wasCleanStop: Bool
        package var damagedRows: Int
        /// The latest trusted civil time that is on disk: time never goes back behind it.
        package var floor: CivilTime
        /// The time of the newest entry, trusted or not.
        package var newest: CivilTime
    }

    private let database: Database
    private let secrets: StoreSecrets

    package init(path: String, secrets: StoreSecrets) throws {
        database = try StoreWriter.prepared(path: path, secrets: secrets)
        database.keepLog()
        self.secrets = secrets
    }

    /// The words of the partial index `journal_alarm`. The newest few thousand hold whatever can still be open.
    private static let ofAlarms = """
        SELECT leaf FROM journal WHERE kind IN ('health', 'tailgated', 'lockout') OR outcome = 'acknowledged'
        ORDER BY seq DESC LIMIT 4096
        """

    private static let ofWalkTests = """
        SELECT leaf FROM journal WHERE kind = 'walkTest' AND \(JournalReader.rare) ORDER BY seq DESC
        """

    /// What a start asks of the whole journal: each is answered by an index, however long the journal is.
    package static let questions = [ofAlarms, ofWalkTests]

    /// Rows of the register that `decides` refuses stay in the database and have no part in what is decided.
    package func load(site: Site, decides: (RegistryRow) -> Bool = { _ in true }) throws -> Loaded {
        var restored = Restored()
        let (last, newest) = try lastEntry()
        let floor = try meta("floor").flatMap { Int64($0) }.map { CivilTime.clamped($0) } ?? newest
        restored.nextSequence = last + 1
        restored.epoch = min(UInt64(try meta("epoch") ?? "1") ?? 1, 1 << 48)
        // A restore leaves a floor under the numbers, so that none is given twice.
        if let floor = try meta("first").flatMap({ UInt64($0) }) {
            restored.nextSequence = max(restored.nextSequence, floor)
        }
        restored.nextOutboxID = UInt64(clamping: try single("SELECT coalesce(max(id), 0) FROM outbox")) + 1

        var damaged = 0
        restored.registry = try registry(&damaged, decides)
        let wasCleanStop = try StandingRows.read(database, site: site, into: &restored)

        let areas = try database.prepare("SELECT person, area, since FROM area")
        while try areas.step() {
            restored.ledger.move(
                UInt32(clamping: areas.integer(0)),
                to: Ledger.Presence(area: AreaID(areas.text(1)), since: .clamped(areas.integer(2))))
        }
        let ledger = try database.prepare("SELECT key, value FROM ledger ORDER BY key")
        while try ledger.step() {
            guard let value = CanonicalValue(decoding: ledger.octets(1)),
                let change = LedgerChange(key: ledger.text(0), value: value)
            else { continue }
            _ = restored.ledger.apply(change)
        }
        for destination in Set(site.alerts.map(\.destination)) {
            for urgency in AlertUrgency.allCases {
                let lane = OutboxLane(destination, urgency)
                let items = try outbox(lane)
                restored.outbox[lane] = (items, items.count < Outbox.window)
            }
        }
        restored.readerStandings = try ReaderIdentityRows.all(database)
        try loadWatchlist(into: &restored)
        restored.alarms = try alarms()
        restored.walk = try walk()
        restored.newest = last > 0 ? newest : nil
        restored.missingSnapshots = try owedPictures()
        return Loaded(
            restored: restored, wasCleanStop: wasCleanStop, damagedRows: damaged, floor: floor,
            newest: newest)
    }

    /// The first owed items of a lane, at most one window.
    package func outbox(_ lane: OutboxLane) throws -> [OutboxItem] {
        let kinds = AlertKind.allCases.filter { $0.urgency == lane.urgency && $0 != .watchlist }
        let statement = try database.prepare(
            """
            SELECT id, destination, kind, event, key, created, expires, content FROM outbox
            WHERE destination = ? AND state = 'owed' AND kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
            ORDER BY id LIMIT \(Outbox.window)
            """)
        try statement.bind(lane.destination.name)
        var items: [OutboxItem] = []
        while try statement.step() { if let item = Self.outboxItem(statement) { items.append(item) } }
        return items
    }

    private static func outboxItem(_ statement: Statement) -> OutboxItem? {
        guard let kind = AlertKind(rawValue: statement.text(2)) else { return nil }
        guard case .map(let fields) = CanonicalValue(decoding: statement.octets(7)) else { return nil }
        return OutboxItem(
            id: UInt64(clamping: statement.integer(0)), destination: DestinationID(statement.text(1)), kind: kind,
            event: UInt64(clamping: statement.integer(3)), idempotencyKey: statement.text(4),
            created: .clamped(statement.integer(5)),
            expires: statement.optionalInteger(6).map { CivilTime(milliseconds: $0) },
            content: .plain(fields.compactMapValues(\.text)))
    }

    private func registry(_ damaged: inout Int, _ decides: (RegistryRow) -> Bool) throws -> Registry {
        var registry = Registry(
            revision: UInt64(clamping: try single("SELECT coalesce(max(revision), 0) FROM revision")))
        // As many as there are rows: identities are dense, and one that somebody wrote makes no room for a million.
        func count(_ kind: RegistryKind) throws -> Int {
            Int(try single("SELECT count(*) FROM registry NOT INDEXED WHERE kind = \(kind.rawValue)"))
        }
        registry.reserve(
            persons: try count(.person), credentials: try count(.credential), tenancies: try count(.tenancy))
        let revision = registry.revision
        try RegistryRows.each(database, secrets) { row in
            if let row, !decides(row) { return }
            guard let row, registry.problem(with: .put(row), isLoading: true) == nil else {
                damaged += 1
                return
            }
            registry.apply(.put(row), revision: revision)
        }
        return registry
    }

    private func loadWatchlist(into restored: inout Restored) throws {
        let statement = try database.prepare("SELECT key, sealed FROM watch")
        while try statement.step() {
            guard let plain = secrets.openWatchlist(statement.octets(1), Array(statement.text(0).utf8)) else {
                continue
            }
            if let activation = WatchlistCodec.activation(plain) { restored.activation = activation }
            if let entry = WatchlistCodec.entry(plain) { restored.watchlist.append(entry) }
            if let buried = WatchlistCodec.tombstone(plain) { restored.watchlistTombstones.append(buried) }
            if let steps = WatchlistCodec.steps(plain) { restored.watchlistSteps = steps }
        }
        restored.watchlist.sort { $0.id < $1.id }
        restored.hasSealedAlerts =
            try single(
                "SELECT count(*) FROM outbox WHERE kind = 'watchlist' AND (state <> 'expired' OR content <> x'')") > 0
    }

    /// Events of earlier runs that have neither a picture nor the reason for having none.
    private func owedPictures() throws -> [CaptureRequest] {
        let statement = try database.prepare("SELECT event, camera, at FROM owed_picture ORDER BY event, camera")
        var requests: [CaptureRequest] = []
        while try statement.step() {
            requests.append(
                CaptureRequest(
                    event: UInt64(clamping: statement.integer(0)), camera: CameraID(statement.text(1)),
                    at: .clamped(statement.integer(2))))
        }
        return requests
    }

    /// The alarms that were open when the last run ended.
    private func alarms() throws -> Alarms {
        let statement = try database.prepare(Self.ofAlarms)
        var entries: [JournalEntry] = []
        while try statement.step() {
            if let entry = JournalEntry.read(canonicalBytes: statement.octets(0))?.entry { entries.append(entry) }
        }
        var alarms = Alarms()
        for entry in entries.reversed() { alarms.hear(entry) }
        return alarms
    }

    /// The walk test that nobody has ended: no entry is read past its first one, and one alone where the latest is over.
    private func walk() throws -> WalkRun? {
        let statement = try database.prepare(Self.ofWalkTests)
        var entries: [JournalEntry] = []
        while try statement.step() {
            guard let entry = JournalEntry.read(canonicalBytes: statement.octets(0))?.entry else { continue }
            if entry.result == .reported || entry.result == .abandoned { return nil }
            if var run = WalkRun(entry) {
                for entry in entries.reversed() { run.hear(entry) }
                return run
            }
            entries.append(entry)
        }
        return nil
    }

    private func lastEntry() throws -> (UInt64, CivilTime) {
        let statement = try database.prepare("SELECT seq, at FROM journal ORDER BY seq DESC LIMIT 1")
        guard try statement.step() else { return (0, CivilTime(milliseconds: 0)) }
        return (UInt64(clamping: statement.integer(0)), .clamped(statement.integer(1)))
    }

    private func meta(_ key: String) throws -> String? {
        let statement = try database.prepare("SELECT value FROM meta WHERE key = ?")
        try statement.bind(key)
        return try statement.step() ? statement.text(0) : nil
    }

    private func single(_ sql: String) throws -> Int64 {
        let statement = try database.prepare(sql)
        return try statement.step() ? statement.integer(0) : 0
    }
}

/// Present registry rows in the order in which they lean on one another.
enum RegistryRows {
    /// Calls the body for each row; nil for one whose seal is broken.
    static func each(_ database: Database, _ secrets: StoreSecrets, _ body: (RegistryRow?) throws -> Void) throws {
        try database.snapshot {
            let pending = try PendingRevision.read(database)
            let statement = try present(database, pending)
            for kind in RegistryKind.allCases {
                try statement.bind(Int64(kind.rawValue), pending.map { Int64($0) })
                while try statement.step() {
                    try body(read(statement, to: statement.optionalInteger(5).map { UInt64(clamping: $0) }, secrets))
                }
                statement.reset()
            }
        }
    }

    /// Present rows of a kind (`?1`) in the order of their identities.
    static func present(_ database: Database, _ pending: UInt64?) throws -> Statement {
        try database.prepare(
            """
            SELECT kind, id, from_revision, plain, sealed, to_revision FROM registry NOT INDEXED
            WHERE kind = ?1 AND \(PendingRevision.present(pending)) ORDER BY id
            """)
    }

    static func read(_ statement: Statement, to end: UInt64?, _ secrets: StoreSecrets) -> RegistryRow? {
        let id = UInt32(clamping: statement.integer(1))
        let from = UInt64(clamping: statement.integer(2))
        let plain = statement.octets(3)
        guard let kind = RegistryKind(rawValue: UInt8(clamping: statement.integer(0))),
            let secret = secrets.openRegistry(
                statement.octets(4), RegistryCodec.associated(kind: kind, id: id, from: from, to: end, plain: plain))
        else { return nil }
        return RegistryCodec.decode(kind: kind, id: id, plain: plain, secret: secret)
    }
}
