package import GatehouseCore

/// The one connection that writes. Used by the writer thread alone. A batch is one transaction; a batch that failed
/// may be given again, and one that was on disk all the same is recognised by its number.
package final class StoreWriter {
    private let path: String
    let secrets: StoreSecrets
    package let epoch: UInt64
    /// Names this run in the mark of the last batch.
    private let run: String
    private var connection: Connection?
    /// The journal's tree as it is on the disk; nil before the first batch and after a failed one.
    var tree: JournalTree?
    /// The head as it is on the disk, and what follows the changes of the connection for the next one. Nil without the key.
    var head: StoreHead?
    var follower: StateFollower?
    /// Puts a database together in the first batch's transaction, before its effects; its head is made anew there.
    var beginning: ((Database) throws -> Void)?
    /// The head of the last transaction that is known to be on the disk, whatever a new connection finds.
    var lastHead: StoreHead?
    /// The head of the last transaction, as it stands on disk; nil before the first, and without the key.
    package internal(set) var sealedHead: [UInt8]?
    let headCopy: HeadCopy?
    /// The last batch that is on disk as far as this writer knows.
    private var lastNumber: UInt64 = 0
    /// Something was erased that the write-ahead file may still hold.
    var owesErasure = false
    var expiries = Expiries()
    /// The newest entry and the newest sealed revision of this run.
    var lastSequence: UInt64 = 0
    var lastRevision: UInt64 = 0
    /// The trusted civil time that stands in the database as the floor of the next start.
    private var floor = CivilTime(milliseconds: 0)
    /// Trusted time may pass by this much before it is written again.
    private static let floorStep: Duration = .seconds(10)
    /// Pages of the write-ahead file at which a commit folds it in all the same, although somebody may wait for it; while a
    /// large change grows, little and often.
    private static let checkpointPages = (usual: 4000, growing: 1000)
    /// The revision of which portions stand on the disk, as far as transactions are whole; it may have been dropped.
    private(set) var pending: UInt64?
    /// The one that portions are still written of.
    var growing: UInt64?
    /// Marks of the portions that are on disk, by their first octet: random as they are, they are written in the order of
    /// their table when all rows are there, so that each of its pages is written once.
    var laterMarks: [[Mark]] = []
    /// Where the tidying behind large changes has come to.
    var tidied: RowPlace?
    /// Where the sealing of rows from before has come to, and whether there are none left.
    var clear: RowPlace?
    var isSealedWhole = false

    /// `keepsHeadCopy` is false for a database that is still to be put in its place.
    package init(
        path: String, secrets: StoreSecrets, epoch: UInt64, run: String, keepsHeadCopy: Bool = true
    ) {
        self.path = path
        self.secrets = secrets
        self.epoch = epoch
        self.run = run
        headCopy = keepsHeadCopy && secrets.keepsPersonal ? HeadCopy(besides: path) : nil
    }

    /// A writer whose first batch puts the database together as well, all in one transaction. No copy of its head is kept.
    init(
        path: String, secrets: StoreSecrets, epoch: UInt64, run: String,
        beginning: @escaping (Database) throws -> Void
    ) {
        self.path = path
        self.secrets = secrets
        self.epoch = epoch
        self.run = run
        self.beginning = beginning
        headCopy = nil
    }

    /// Opens a database for writing as all of Gatehouse does: write-ahead log, every commit on the disk, freed pages
    /// overwritten.
    package static func open(path: String) throws -> Database {
        let database = try Database(path: path)
        try database.execute("PRAGMA journal_mode = WAL")
        try database.execute("PRAGMA synchronous = FULL")
        try database.execute("PRAGMA secure_delete = ON")
        // The checkpoint runs when the writer is idle, not inside somebody's commit; this is the bound beyond which it
        // does all the same.
        try database.execute("PRAGMA wal_autocheckpoint = \(checkpointPages.usual)")
        try Migrations.apply(to: database)
        return database
    }

    /// Writes the batch in one transaction. After an error the connection is given up, because a failed sync may
    /// have lost pages that a second try on the same one would take for written.
    package func commit(_ batch: CommitGate.Batch) throws {
        if batch.number == lastNumber { return }
        do {
            guard let connection = try openedConnection(for: batch) else { return }
            let newFloor = floor(of: batch)
            var state = (pending: pending, growing: growing)
            let isTurn = batch.effects.contains { $0.isEndOfPortions }
            try transaction(connection) {
                if let beginning { try begin(beginning, connection.database) }
                for (index, effect) in batch.effects.enumerated() {
                    switch effect {
                    case .registry(let changes, let revision):
                        if let dropped = state.pending, state.growing == nil, revision >= dropped {
                            try dropAll(&state.pending, connection)
                        }
                        try write(changes, revision, pending: state.pending, connection)
                        try seal(revision, by: entry(after: index, of: batch), connection)
                    case .registryPortion(let changes, let revision):
                        if state.growing != revision { try begin(revision, &state.pending, connection) }
                        state.growing = revision
                        try write(changes, revision, pending: revision, connection)
                    case .registryIndex(let octets, _): try writeMarks(of: octets, connection)
                    case .registrySealed(let revision):
                        guard state.growing == revision else {
                            throw DatabaseError(
                                attempt: "seal revision \(revision)", code: 0, detail: "its portions are not there")
                        }
                        try seal(revision, by: entry(after: index, of: batch), connection)
                        try PendingRevision.set(nil, connection.database)
                        let stale = try PendingRevision.read(connection.database, PendingRevision.staleKey)
                        try PendingRevision.set(stale ?? revision, connection.database, PendingRevision.staleKey)
                        state = (nil, nil)
                    case .registryDropped: state.growing = nil
                    default: try write(effect, connection)
                    }
                }
                try connection.markBatch.bind(mark(of: batch)).run()
                if let floor = newFloor { try connection.setFloor.bind(String(floor.milliseconds)).run() }
            }
            lastNumber = batch.number
            beginning = nil
            floor = newFloor ?? floor
            if (growing == nil) != (state.growing == nil) {
                let pages = state.growing == nil ? Self.checkpointPages.usual : Self.checkpointPages.growing
                try? connection.database.execute("PRAGMA wal_autocheckpoint = \(pages)")
            }
            (pending, growing) = state
            if isTurn { endPortions() }
        } catch {
            connection = nil
            (tree, head, follower) = (nil, nil, nil)
            throw error
        }
    }

    /// The connection, made where there is none; nil where a new one finds the batch on the disk already.
    private func openedConnection(for batch: CommitGate.Batch) throws -> Connection? {
        if let connection { return connection }
        let database = try Self.prepared(path: path, secrets: secrets)
        if beginning == nil { database.keepLog() }
        // Where it is put together anew the tree is as well.
        if beginning == nil { tree = try JournalTree(database, secrets.sha256) }
        let connection = try Connection(database)
        self.connection = connection
        // What a run before this one did not seal never comes into force: only this run's grows.
        pending = try PendingRevision.read(database)
        if secrets.keepsPersonal {
            // Of a run without the key nothing of this is there.
            if try !RegistryMarks.isBuilt(database) { try RegistryMarks.build(database, secrets) }
            if beginning == nil { try takeHead(of: database, isWritten: connection.lastBatch() == mark(of: batch)) }
        }
        // After a failure the connection is a new one, and the database alone knows how far the batch came.
        guard try connection.lastBatch() == mark(of: batch) else { return connection }
        growing = Self.growing(after: batch, growing)
        if growing == nil { endPortions() }
        return nil
    }

    private func mark(of batch: CommitGate.Batch) -> String { "\(run)/\(batch.number)" }

    private static func growing(after batch: CommitGate.Batch, _ before: UInt64?) -> UInt64? {
        batch.effects.reduce(before) { growing, effect in
            if case .registryPortion(_, let revision) = effect { return revision }
            return effect.isEndOfPortions ? nil : growing
        }
    }

    private func endPortions() {
        tidied = nil
        laterMarks = []
    }

    /// Nothing of a dropped revision is left.
    func forgetPending() { pending = nil }

    /// The trusted time that the batch proves, when it is far enough from what is stored; also backwards, after an
    /// operator has accepted an earlier clock.
    private func floor(of batch: CommitGate.Batch) -> CivilTime? {
        for effect in batch.effects.reversed() {
            guard case .record(let entry) = effect, entry.isCivilTrusted else { continue }
            let distance = entry.civil - floor
            return distance >= Self.floorStep || distance < .zero ? entry.civil : nil
        }
        return nil
    }

    /// Called when nothing waits. False when it has to be called again, because what was erased still stands in the
    /// write-ahead file.
    @discardableResult
    package func idle() -> Bool {
        headCopy?.sync()
        guard let connection else { return true }
        let database = connection.database
        if expire(connection) { return false }
        if (try? tidy(connection, isGrowing: growing != nil)) == true { return false }
        if (try? sealClear(connection, isGrowing: growing != nil)) == true { return false }
        guard owesErasure else {
            database.checkpoint()
            return true
        }
        owesErasure = !database.truncateLog()
        return !owesErasure
    }

    private func write(_ effect: DurableEffect, _ connection: Connection) throws {
        switch effect {
        case .record(let entry): try write(entry, connection)
        case .enqueue(let item):
            try connection.insertOutbox.bind(
                Int64(item.id), item.destination.name, item.kind.rawValue, Int64(item.event), item.idempotencyKey,
                item.created.milliseconds, item.expires?.milliseconds, content(item)
            ).run()
        case .settle(let item, let end):
            let (state, note): (String, String?) =
                switch end {
                case .delivered(let receipt): ("delivered", receipt)
                case .abandoned(let reason): ("abandoned", reason)
                case .expired: ("expired", nil)
                }
            try connection.settleOutbox.bind(Int64(item.id), state, note).run()
        case .registry, .registryPortion, .registryIndex, .registrySealed, .registryDropped:
            preconditionFailure("registry changes are written with their entry")
        case .erase(let person, let rows):
            owesErasure = true
            try erase(person, rows, connection.database)
        case .erasePersonal(let before):
            // The rest follows when nothing waits.
            owesErasure = true
            expiries.personal = before
            _ = try erasePersonal(before: before, connection.database)
        case .eraseEnded(let before): expiries.ended = (before, nil)
        case .dropAlerts(let before): expiries.alerts = before
        case .eraseVisitors(let entries):
            owesErasure = true
            try eraseVisitors(entries, connection.database)
        case .ledger(let change):
            let (key, value) = change.stored
            if let value {
                try connection.setLedger.bind(key, value.encoded()).run()
            } else {
                try connection.dropLedger.bind(key).run()
            }
        case .area(let person, let presence):
            if let presence {
                try connection.setArea.bind(Int64(person), presence.area.name, presence.since.milliseconds).run()
            } else {
                try connection.dropArea.bind(Int64(person)).run()
            }
        case .readerStanding(let reader, let standing):
            try ReaderIdentityRows.put(standing, of: reader, connection.database)
        case .snapshot(let row): try write(row, connection)
        case .pictureOwed(let request):
            try connection.insertOwedPicture.bind(
                Int64(clamping: request.event), request.camera.name, request.at.milliseconds
            ).run()
        case .watchlistActivation, .watchlistDeactivated, .watchlistEntry, .watchlistErased, .watchlistSteps,
            .dropSealedAlerts:
            try writeWatch(effect, connection)
        }
    }

    private func write(_ entry: JournalEntry, _ connection: Connection) throws {
        var entry = entry
        // The leaf says that its values are nowhere.
        if !secrets.keepsPersonal, !entry.personal.isEmpty { entry.detail[.unkept] = .boolean(true) }
        var commitments: [[UInt8]] = []
        for field in entry.personal {
            let salt = secrets.random(16)
            commitments.append(secrets.sha256(salt + field.value))
            guard secrets.keepsPersonal else { continue }
            let sealed = try secrets.sealPersonal(
                field.value, PersonalCodec.associated(sequence: entry.sequence, name: field.name.rawValue, salt: salt))
            try connection.insertPersonal.bind(Int64(entry.sequence), field.name.rawValue, salt, sealed).run()
        }
        let leaf = entry.canonicalBytes(epoch: epoch, commitments: commitments)
        let hash = secrets.sha256([0] + leaf)
        try connection.insertEntry.bind(
            Int64(entry.sequence), Int64(epoch), entry.civil.milliseconds, entry.kind.rawValue, entry.portal?.name,
            entry.accessPoint?.name, entry.person.map { Int64($0) }, entry.credential.map { Int64($0) },
            entry.about.map { Int64($0) }, entry.outcome, entry.reason, leaf, hash
        ).run()
        try StandingRows.hear(entry, connection.setStanding)
        lastSequence = max(lastSequence, entry.sequence)
        try tree?.append(hash, sequence: entry.sequence, epoch: epoch, connection)
    }

    private func write(_ row: SnapshotRow, _ connection: Connection) throws {
        let event = Int64(clamping: row.event)
        if case .sealed = row.result {} else { try connection.dropOwedPicture.bind(event, row.camera.name).run() }
        switch row.result {
        case .stored(let path, let size, let digest, let file):
            try connection.insertSnapshot.bind(event, row.camera.name, "stored", path, Int64(size), digest, nil).run()
            try connection.setPictureFile.bind(event, row.camera.name, file).run()
        case .missing(let failure):
            try connection.insertSnapshot.bind(event, row.camera.name, "missing", nil, nil, nil, failure.rawValue).run()
        case .expired:
            try connection.insertSnapshot.bind(event, row.camera.name, "expired", nil, nil, nil, nil).run()
            try connection.dropErasure.bind(event, row.camera.name).run()
            try connection.dropPictureFile.bind(event, row.camera.name).run()
        case .sealed(let digests):
            try connection.sealPictureFile.bind(event, row.camera.name, digests?.file ?? []).run()
        }
    }

    private func content(_ item: OutboxItem) throws -> [UInt8] {
        switch item.content {
        case .plain(let fields): return CanonicalValue.map(fields.mapValues { .text($0) }).encoded()
        }
    }
}

enum PersonalCodec {
    static func associated(sequence: UInt64, name: String, salt: [UInt8]) -> [UInt8] {
        sequence.bigEndianOctets + Array(name.utf8) + [0] + salt
    }
}

extension DurableEffect {
    /// Whether no portion of a large change follows it.
    fileprivate var isEndOfPortions: Bool {
        switch self {
        case .registrySealed, .registryDropped: true
        default: false
        }
    }
}
