internal import GatehouseCore
internal import GatehouseStore
internal import Glibc

/// Somebody has the disk in hand between two runs of a gate: copies of what a run left are changed, each in one way from the
/// seed, and opened as a start does. Whatever was done, the gate starts, admits nobody whom the true register does not admit, and
/// what was done is named: by that start, by the head that was kept elsewhere, or by whoever verifies the journal.
struct DiskTrial {
    /// What a gate leaves on its disk, by the ending of the file.
    typealias Files = [String: [UInt8]]
    static let endings = ["", "-wal", ".head", ".registry"]

    enum Act: CaseIterable {
        case nothing, cell, rowGone, seals, olderTable, tail, leaf, database, folder, copies, noCopies, bits, schema,
            version
    }

    private(set) var violations: [String] = []
    private(set) var changes = 0
    private let site: Site
    private let secrets: StoreSecrets
    private let path: String
    private let today: Files
    private let yesterday: Files
    /// The head of today as the uplink has it.
    private let kept: [UInt8]
    private let now: CivilTime
    private var dice: Dice
    private var truth = Truth()
    private var content: [UInt8] = []

    /// Who is admitted, and what stands open.
    private struct Truth {
        var credentials: [UInt32: CredentialRecord] = [:]
        var postures: [PortalID: Posture] = [:]
    }

    /// `path` is where the copies are opened; what stands there is overwritten.
    init(_ world: World, path: String, today: Files, yesterday: Files, kept: [UInt8], seed: UInt64) {
        site = world.virtual.site
        secrets = world.secrets
        now = CivilTime(milliseconds: world.truth)
        self.path = path
        self.today = today
        self.yesterday = yesterday
        self.kept = kept
        dice = Dice(seed: seed ^ 0xAD)
    }

    mutating func run(_ count: Int) throws {
        defer { World.remove(path) }
        put(today, Self.endings)
        content = try DiskContent.digest(path, secrets)
        truth = Self.truth(of: try open())
        for act in [Act.nothing] + (0..<count).map({ _ in Act.allCases[dice.below(Act.allCases.count)] }) {
            do { try attempt(act) } catch { violations.append("\(act): \(error)") }
        }
    }

    private mutating func attempt(_ act: Act) throws {
        put(today, Self.endings)
        let what: String
        // What SQLite does not let anybody write is no change.
        do { what = try carryOut(act) } catch is DatabaseError { return }
        // A file that cannot be read any more is another one.
        let isChanged = (try? DiskContent.digest(path, secrets)) != content
        changes += isChanged ? 1 : 0
        let opened = try open()
        // Where even the copies are of yesterday, nobody can know better before the head that was kept elsewhere is there.
        hold(opened, against: act, what, postures: act != .folder)
        let isNamed = try isNamed(opened, what)
        if isChanged, !isNamed { violations.append("\(what) was not noticed") }
        if act == .nothing, isNamed {
            violations.append("an untouched disk is not in order: \(opened.state), \(opened.remarks)")
        }
        let again = try open()
        if !again.state.isGood { violations.append("after \(what) the second start is not in order: \(again.state)") }
        hold(again, against: act, what, postures: true)
    }

    /// Whether a start, the head that was kept elsewhere or whoever verifies the journal says that something is wrong.
    private mutating func isNamed(_ opened: StoreOpener.Opened, _ what: String) throws -> Bool {
        if !opened.state.isGood || opened.usedCopy || !opened.remarks.isEmpty { return true }
        if case .ahead = try StoreOpener.compare(path, kept: kept, secrets: secrets) {
            // The next start has that head beside the database.
            if try self.open().state.isGood { violations.append("\(what) is in order beside a newer head") }
            return true
        }
        do { return try !JournalVerifier(path: path, secrets: secrets).verify().isWhole } catch let error
            as DatabaseError where error.isDamage
        { return true }
    }

    private func open() throws -> StoreOpener.Opened {
        try StoreOpener.open(path: path, site: site, secrets: secrets, at: now)
    }

    private static func truth(of opened: StoreOpener.Opened) -> Truth {
        let restored = opened.loaded.restored
        return Truth(
            credentials: Dictionary(
                uniqueKeysWithValues: restored.registry.presentCredentials.map { ($0.id, $0) }),
            postures: restored.postures)
    }

    private mutating func hold(
        _ opened: StoreOpener.Opened, against act: Act, _ what: String, postures holdsPostures: Bool
    ) {
        let found = Self.truth(of: opened)
        // Entries say that the register is not proven.
        let isUnproved = opened.loaded.restored.ledger.rewinding?.isRegisterUnproved == true
        if act != .folder, !isUnproved {
            for (id, record) in found.credentials where truth.credentials[id] != record {
                violations.append("after \(what) card \(id) is \(record.status), as it never was today")
            }
        }
        guard holdsPostures else { return }
        for (portal, posture) in found.postures where posture == .free && truth.postures[portal] != .free {
            violations.append("after \(what) \(portal) stands open")
        }
    }

    // MARK: acts

    private mutating func carryOut(_ act: Act) throws -> String {
        switch act {
        case .nothing: return "nothing"
        case .database:
            put(yesterday, ["", "-wal"])
            return "the database of yesterday"
        case .folder:
            put(yesterday, Self.endings)
            return "the folder of yesterday"
        case .copies:
            put(yesterday, [".head", ".registry"])
            return "copies of yesterday"
        case .noCopies:
            for ending in [".head", ".registry"] { unlink(path + ending) }
            return "no copies"
        case .bits: return flip()
        default: return try change(act, in: Database(path: path))
        }
    }

    private mutating func change(_ act: Act, in database: Database) throws -> String {
        func one(_ sql: String) throws -> Int64 {
            let statement = try database.prepare(sql)
            return try statement.step() ? statement.integer(0) : 0
        }
        switch act {
        case .version:
            let version = dice.below(Int(try one("PRAGMA user_version")))
            try database.execute("PRAGMA user_version = \(version)")
            return "version \(version)"
        case .schema:
            let wish = [
                "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM ledger; END", "DROP INDEX journal_person",
                "DROP TABLE mark", "CREATE INDEX i ON registry (id)", "DROP TABLE registry", "DROP TABLE head",
            ][dice.below(6)]
            try database.execute(wish)
            return wish
        case .tail:
            let count = 1 + dice.below(300)
            try database.execute("DELETE FROM journal WHERE seq > (SELECT max(seq) - \(count) FROM journal)")
            return "\(count) entries cut off"
        case .leaf:
            let sequence = 1 + dice.below(Int(try one("SELECT max(seq) FROM journal")))
            let row = try database.prepare("SELECT leaf FROM journal WHERE seq = \(sequence)")
            guard try row.step() else { return "nothing" }
            var leaf = row.octets(0)
            row.reset()
            leaf[dice.below(leaf.count)] ^= 1 << UInt8(dice.below(8))
            try database.prepare("UPDATE journal SET leaf = ?, hash = ? WHERE seq = \(sequence)")
                .bind(leaf, secrets.sha256([0] + leaf)).run()
            return "leaf \(sequence) with its hash"
        case .seals:
            let (one, other) = (dice.below(50), dice.below(50))
            try database.execute(
                """
                UPDATE registry SET sealed = (SELECT sealed FROM registry LIMIT 1 OFFSET \(one))
                WHERE (kind, id, from_revision) = (SELECT kind, id, from_revision FROM registry LIMIT 1 OFFSET \(other))
                """)
            return "the seal of row \(one) in row \(other)"
        case .olderTable:
            let table = DiskContent.tables[dice.below(DiskContent.tables.count)].name
            let aside = path + "-aside"
            Self.write(yesterday[""] ?? [], aside)
            Self.write(yesterday["-wal"] ?? [], aside + "-wal")
            defer { World.remove(aside) }
            try database.execute(
                "ATTACH '\(aside)' AS aside; DELETE FROM main.\(table); INSERT INTO main.\(table) SELECT * FROM aside.\(table); DETACH aside"
            )
            return "\(table) of yesterday"
        default:
            let table = DiskContent.tables[dice.below(DiskContent.tables.count)]
            let rows = try one("SELECT count(*) FROM \(table.name) WHERE \(table.condition)")
            guard rows > 0 else { return "nothing" }
            let key = try DiskContent.columns(of: table.name, database).filter(\.isKey).map(\.name)
                .joined(separator: ", ")
            let place =
                "(\(key)) = (SELECT \(key) FROM \(table.name) WHERE \(table.condition) LIMIT 1 OFFSET \(dice.below(Int(rows))))"
            return act == .rowGone
                ? try remove(table.name, place, database) : try edit(table.name, place, database)
        }
    }

    private func remove(_ table: String, _ place: String, _ database: Database) throws -> String {
        try database.execute("DELETE FROM \(table) WHERE \(place)")
        return "a row of \(table) gone"
    }

    private mutating func edit(_ table: String, _ place: String, _ database: Database) throws -> String {
        let columns = try DiskContent.columns(of: table, database)
        let column = columns[dice.below(columns.count)]
        let value =
            switch column.type {
            case "INTEGER": "coalesce(\(column.name), 0) + \(1 + dice.below(3))"
            case "TEXT": "coalesce(\(column.name), '') || '1'"
            default: "zeroblob(\(dice.below(64)))"
            }
        try database.execute("UPDATE \(table) SET \(column.name) = \(value) WHERE \(place)")
        return "\(table).\(column.name)"
    }

    private mutating func flip() -> String {
        let ending = Self.endings[dice.below(Self.endings.count)]
        guard var octets = today[ending], !octets.isEmpty else { return "nothing" }
        let places = (0...dice.below(3)).map { _ in dice.below(octets.count * 8) }
        for place in places { octets[place / 8] ^= 1 << UInt8(place % 8) }
        Self.write(octets, path + ending)
        return "bits \(places) of the file \(ending.isEmpty ? "db" : ending)"
    }

    // MARK: files

    /// The index of the write-ahead file belongs to it, and is made anew.
    private func put(_ files: Files, _ endings: [String]) {
        unlink(path + "-shm")
        for ending in endings {
            unlink(path + ending)
            if let octets = files[ending] { Self.write(octets, path + ending) }
        }
    }

    static func take(_ path: String) -> Files {
        var files: Files = [:]
        for ending in endings {
            let descriptor = Glibc.open(path + ending, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            var octets: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 1 << 18)
            while case let count = read(descriptor, &buffer, buffer.count), count > 0 { octets += buffer[0..<count] }
            files[ending] = octets
        }
        return files
    }

    private static func write(_ octets: [UInt8], _ path: String) {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "\(path) cannot be written")
        defer { close(descriptor) }
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            precondition(count > 0, "\(path) cannot be written")
            rest = rest.dropFirst(count)
        }
    }
}

/// What a database says, however it lies in its file.
enum DiskContent {
    /// Tables that somebody's change to has to be noticed, and the rows of them that say anything.
    static let tables: [(name: String, condition: String)] =
        [
            "registry", "mark", "revision", "ledger", "area", "watch", "standing", "erasure", "reader_identity",
            "owed_picture", "journal_run", "journal", "personal", "snapshot", "journal_node", "head",
        ].map { ($0, "1") } + [
            ("outbox", "state = 'owed'"), ("meta", "key <> 'batch'"), ("picture_file", "file IS NOT NULL"),
        ]

    static func digest(_ path: String, _ secrets: StoreSecrets) throws -> [UInt8] {
        let database = try Database(path: path, mode: .readOnly)
        var all: [UInt8] = []
        let schema = tables + [("sqlite_schema", "name NOT LIKE 'sqlite_%'")]
        for (name, condition) in schema {
            let columns = name == "sqlite_schema" ? "type, name, sql" : "*"
            let rows = try database.prepare("SELECT \(columns) FROM \(name) WHERE \(condition)")
            var octets: [UInt8] = []
            while try rows.step() {
                for column in 0..<rows.columnCount { rows.append(column, to: &octets) }
            }
            all += secrets.sha256(octets)
        }
        return all
    }

    static func columns(of table: String, _ database: Database) throws -> [(name: String, type: String, isKey: Bool)] {
        let rows = try database.prepare("SELECT name, type, pk FROM pragma_table_info('\(table)')")
        var columns: [(name: String, type: String, isKey: Bool)] = []
        while try rows.step() { columns.append((rows.text(0), rows.text(1), rows.integer(2) > 0)) }
        return columns
    }
}
