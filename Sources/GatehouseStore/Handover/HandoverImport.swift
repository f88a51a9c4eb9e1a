package import GatehouseCore
internal import Glibc

/// Takes an archive into the place of an empty controller's database, all or nothing.
package struct HandoverImport {
    package struct Report: Sendable {
        package var check: HandoverCheck.Report
        package var epoch: UInt64 = 0
        package var first: UInt64 = 0
        package var kept: String?
        /// Portals and access points that the archive's entries name, in order.
        package var portals: [String] = []
        package var accessPoints: [String] = []
        /// Signed heads of the old site, with the lines of its witnesses.
        package var checkpoints = 0
        /// Of these, sizes whose entries are not those that were signed.
        package var foreignCheckpoints: [UInt64] = []
    }

    private let database: Database
    private let secrets: StoreSecrets
    private var insert: Statement?

    /// `pictures` is the folder of the new controller.
    package static func run(
        _ archive: String, database path: String, pictures: String, at now: CivilTime, actor: String,
        secrets: StoreSecrets, reading: ArchiveSecrets.Reading
    ) throws -> Report {
        guard isEmpty(path) else {
            throw Archive.Refusal(
                Sentence("\(path) has people or events of its own; a hand-over goes to an empty controller"))
        }
        let incoming = path + ".handover"
        let staging = pictures + "/.handover"
        let mask = umask(0o027)
        defer { umask(mask) }
        func clear() { for suffix in ["", "-wal", "-shm", "-journal"] { Files.remove(incoming + suffix) } }
        clear()
        HandoverFolder.remove(staging)
        var isDone = false
        defer {
            if !isDone { clear() }
            HandoverFolder.remove(staging)
        }
        var report = Report(check: try fill(incoming, archive, staging, secrets, reading))
        guard report.check.isWhole, let manifest = report.check.manifest else { return report }
        let known = Backup.behind(path, secrets)
        report.epoch = max(known.epoch, manifest.epoch) + 1
        report.first = max(known.next, manifest.last + 1)
        let head = report.check.head
        try Backup.begin(
            epoch: report.epoch, first: report.first, in: incoming, at: now, actor: actor, source: "handover",
            detail: [
                "site": .text(head.site), "key": .octets(head.publicKey), "root": .octets(manifest.root),
                "entries": .integer(Int64(clamping: manifest.entries)),
                "pictures": .integer(Int64(clamping: manifest.pictures)), "from": .integer(Int64(clamping: head.epoch)),
            ], secrets)
        try sync(incoming)
        try compareCheckpoints(incoming, secrets, &report)
        report.portals = try names("portal", in: incoming)
        report.accessPoints = try names("point", in: incoming)
        try HandoverFolder.move(staging, into: pictures)
        report.kept = try Backup.replace(path, with: incoming, epoch: report.epoch)
        isDone = true
        return report
    }

    /// No people, and nothing that happened at a gate; a daemon may have run, and said so in its journal.
    private static func isEmpty(_ path: String) -> Bool {
        guard Files.exists(path) else { return true }
        guard let database = try? Database(path: path, mode: .readOnly),
            let found = try? database.prepare(
                """
                SELECT EXISTS (SELECT 1 FROM registry) OR EXISTS (SELECT 1 FROM journal WHERE kind = 'registry')
                    OR EXISTS (SELECT 1 FROM journal WHERE kind = 'decision')
                """)
        else { return false }
        return (try? found.step()) == true && found.integer(0) == 0
    }

    /// What the old company signed stays, whether it fits or not: it is evidence of whoever signed.
    private static func compareCheckpoints(_ path: String, _ secrets: StoreSecrets, _ report: inout Report) throws {
        let database = try Database(path: path, mode: .readOnly)
        let prover = try JournalProver(database, secrets.sha256)
        let size = try prover.size
        let rows = try database.prepare("SELECT size, root FROM checkpoint ORDER BY size")
        while try rows.step() {
            let signed = UInt64(clamping: rows.integer(0))
            report.checkpoints += 1
            guard signed <= size, try prover.root(size: signed) == rows.octets(1) else {
                report.foreignCheckpoints.append(signed)
                continue
            }
        }
    }

    private static func names(_ column: String, in path: String) throws -> [String] {
        let statement = try Database(path: path, mode: .readOnly).prepare(
            "SELECT DISTINCT \(column) FROM journal WHERE \(column) IS NOT NULL ORDER BY 1 LIMIT 1000")
        var names: [String] = []
        while try statement.step() { names.append(statement.text(0)) }
        return names
    }

    private static func fill(
        _ incoming: String, _ archive: String, _ staging: String, _ secrets: StoreSecrets,
        _ reading: ArchiveSecrets.Reading
    ) throws -> HandoverCheck.Report {
        let database = try StoreWriter.open(path: incoming)
        // Nothing of it counts before the whole is on disk.
        try database.execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE")
        var handover = HandoverImport(database: database, secrets: secrets)
        var folder = HandoverFolder(staging)
        try database.execute("BEGIN IMMEDIATE")
        let taker = HandoverCheck.Taker(
            part: { try handover.begin($0, $1) }, row: { try handover.put($0, $1) }, picture: { try folder.put($0) })
        let report = try HandoverCheck.run(archive, secrets, reading, taker)
        guard report.isWhole, let manifest = report.manifest else {
            try database.execute("ROLLBACK")
            return report
        }
        if let floor = manifest.floor {
            try database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('floor', ?)").bind(String(floor))
                .run()
        }
        try PictureFiles.noteClear(database)
        try database.execute("COMMIT; PRAGMA locking_mode = NORMAL")
        return report
    }

    private init(database: Database, secrets: StoreSecrets) {
        self.database = database
        self.secrets = secrets
    }

    private mutating func begin(_ table: String, _ columns: [String]) throws {
        let known = try HandoverTables.columns(table, database)
        guard Set(columns).count == columns.count, columns.allSatisfy(known.contains) else {
            throw Archive.Refusal(
                Sentence("\(table) has columns that this program does not know; use the newer program"))
        }
        insert = try database.prepare(
            "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))"
        )
    }

    private func put(_ table: String, _ values: [HandoverValue]) throws {
        var values = values
        switch table {
        case "registry":
            guard let row = HandoverRegistry(values) else {
                throw Archive.Refusal(Sentence("a row of the registry is none"))
            }
            // Without what was sealed the row admits nobody, as at the old site.
            guard let secret = values[5].octets, let associated = row.associated else {
                values[5] = .octets([])
                break
            }
            values[5] = .octets(try secrets.sealRegistry(secret, associated))
        case "personal":
            guard values.count == 4, let sequence = values[0].integer, let name = values[1].string,
                let salt = values[2].octets
            else { throw Archive.Refusal(Sentence("a personal value is none")) }
            let associated = PersonalCodec.associated(
                sequence: UInt64(bitPattern: sequence), name: name, salt: salt)
            values[3] = .octets(try values[3].octets.map { try secrets.sealPersonal($0, associated) } ?? [])
        case "picture_key":
            // A site that comes back to its first company has the key of that one already.
            guard values.count == 2, let name = values[0].octets, let key = values[1].octets,
                name != secrets.pictures.name
            else { return }
            values[1] = .octets(try secrets.pictures.sealKey(key, name))
        default: break
        }
        do { try insert?.bind(all: values.map(\.bindable)).run() } catch {
            throw Archive.Refusal(Sentence("a row of \(table) cannot be taken: \(error)"))
        }
    }

    private static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else { throw SealedFile.failure("sync", path) }
    }
}
