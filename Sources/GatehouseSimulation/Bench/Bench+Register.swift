internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseRegister
internal import GatehouseStore
internal import Glibc

extension Bench {
    /// 100,000 people with a card each, from the octets of two files to the disk, beside bare inserts of the rows that it
    /// leaves there.
    static func register(_ folder: String, _ report: (String) -> Void) throws {
        let path = "\(folder)/gatehouse-bench-register.db"
        let bare = "\(folder)/gatehouse-bench-bare.db"
        func clear() { for one in [path, bare] { for suffix in ["", "-wal", "-shm"] { unlink(one + suffix) } } }
        clear()
        defer { clear() }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32)))
        let primitives = keys.primitives(epoch: 1)
        let fields = RegistryFields(calendar: SiteCalendar(fixedOffset: 8 * 3600), primitives: primitives)
        let files = registerFiles(100_000)
        var controller = Controller(
            site: Site(name: "bench", portals: [], accessPoints: [], policy: AccessPolicy()), restored: Restored(),
            primitives: primitives)
        var disk = Disk(
            writer: StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench"))
        // The database is there before anything is measured.
        try disk.commit([])
        var spent: [(String, Double)] = []
        func timed<Value>(_ name: String, _ body: () throws -> Value) rethrows -> Value {
            let began = wall()
            defer { spent.append((name, wall() - began)) }
            return try body()
        }
        let plan = timed("read") {
            var importer = RegistryImport(fields: fields, present: [])
            return importer.plan(files, describes: false)
        }
        guard plan.problems.isEmpty else { return report("the import is refused: \(plan.problems[0].sentence)") }
        let taken = try take(plan.changes, &controller, &disk)
        spent.append(("decide", taken.deciding))
        spent.append(("write", taken.writing))
        let again = timed("again") {
            var importer = RegistryImport(
                fields: fields, present: plan.changes.compactMap { if case .put(let row) = $0 { row } else { nil } })
            return importer.plan(files, describes: false)
        }
        let floor = try bareRows(of: path, into: bare)
        let own = spent.prefix(3).reduce(0) { $0 + $1.1 }
        let parts = spent.map { "\($0.0) \(Double(Int($0.1 * 100)) / 100) s" }.joined(separator: ", ")
        report(
            "import of 100,000 people with cards: \(Double(Int(own * 100)) / 100) s = \(ratio(own, floor)) x bare inserts of its rows (bound 3); \(parts); the second time \(again.changes.count) changes"
        )
        report(
            "while it is taken in: the loop is away for at most \(milliseconds(taken.longestTurn)) ms; the longest transactions: "
                + taken.longest.sorted { $0.key < $1.key }.map { "\($0.key) \(milliseconds($0.value)) ms" }.joined(
                    separator: ", ")
        )
        try tenancies(&controller, &disk, report)
    }

    /// 20,000 tenancies of a register of 100,000 people change their people.
    private static func tenancies(
        _ controller: inout Controller, _ disk: inout Disk, _ report: (String) -> Void
    ) throws {
        func rows(_ shift: UInt32) -> [RegistryChange] {
            (1...20_000).map { id in
                .put(
                    .tenancy(
                        TenancyRow(
                            id: id, dwelling: id, tenants: [id * 3 + shift, id * 3 + shift + 1], firstDay: 20_000,
                            lastDay: 30_000, starts: 20_000 * 86400, ends: 30_001 * 86400)))
            }
        }
        _ = try take(rows(0), &controller, &disk)
        let taken = try take(rows(1), &controller, &disk)
        report(
            "a change of 20,000 tenancies: \(milliseconds(taken.deciding)) ms of the loop in all, at most \(milliseconds(taken.longestTurn)) ms at a time (bound 20)"
        )
    }

    /// A writer with the number of its last batch.
    private struct Disk {
        let writer: StoreWriter
        var batches: UInt64 = 0

        mutating func commit(_ effects: [DurableEffect]) throws {
            batches += 1
            try writer.commit(CommitGate.Batch(number: batches, effects: effects))
        }
    }

    private struct Taken {
        var deciding = 0.0
        var longestTurn = 0.0
        var writing = 0.0
        /// By what was written.
        var longest: [String: Double] = [:]
    }

    /// Gives an order as the loop does: one input a turn, one transaction a batch.
    private static func take(
        _ changes: [RegistryChange], _ controller: inout Controller, _ disk: inout Disk
    ) throws -> Taken {
        var taken = Taken()
        let now = SiteCalendar(fixedOffset: 0).moment(
            monotonic: .zero, civil: CivilTime(seconds: 1_800_000_000), isTrusted: true)
        var gate = CommitGate(maxWait: .milliseconds(250), onTimeout: .release)
        func turn(_ input: Input) {
            let began = wall()
            let effects = controller.handle(input, at: now)
            let spent = wall() - began
            taken.deciding += spent
            taken.longestTurn = max(taken.longestTurn, spent)
            _ = gate.admit(effects, at: now.monotonic)
        }
        turn(
            .order(
                Order(id: 1, actor: Actor(name: "bench", role: .manager), command: "import", verb: .registry(changes))))
        while true {
            if let deadline = controller.nextDeadline, deadline.at <= now.monotonic {
                turn(.time)
            } else if let batch = gate.nextBatch() {
                let began = wall()
                try disk.commit(batch.effects)
                let spent = wall() - began
                taken.writing += spent
                let kind =
                    switch batch.effects.first {
                    case .registryPortion: "rows"
                    case .registryIndex: "marks"
                    case .registrySealed: "the end"
                    default: "others"
                    }
                taken.longest[kind] = max(taken.longest[kind] ?? 0, spent)
                for input in gate.committed(batch.number).inputs { turn(input) }
            } else {
                return taken
            }
        }
    }

    private static func registerFiles(_ count: Int) -> [(name: String, content: [UInt8])] {
        var dwellings = "community,dwelling,use\n"
        var people = "reference,name,role,community,dwelling,groups\n"
        var cards = "reference,kind,value,until\n"
        for one in 1...count {
            let home = "\(one / 3 % 90 + 1)-\(one / 270 + 1)-\(one % 3 + 1)"
            if one % 3 == 0 || one < 3 { dwellings += "lotus,\(one / 3)-0-0,owned\n" }
            people += "R-\(one),居民 \(home),resident,lotus,\(one / 3)-0-0,\n"
            cards += "R-\(one),card,UID34:\(1_000_000 + one),2030-12-31\n"
        }
        // The first three lines name one home twice: it counts once.
        return [
            ("c.csv", Array("community,name\nlotus,莲花\n".utf8)), ("d.csv", Array(dwellings.utf8)),
            ("r.csv", Array(people.utf8)), ("k.csv", Array(cards.utf8)),
        ]
    }

    /// Seconds that the rows of register and marks take, ready made, in one transaction of a database as ours.
    private static func bareRows(of path: String, into bare: String) throws -> Double {
        let source = try Database(path: path, mode: .readOnly)
        let target = try StoreWriter.open(path: bare)
        var rows: [(Statement, [(any Bindable)?])] = []
        for (table, columns) in [
            ("registry", "kind, id, from_revision, to_revision, plain, sealed"), ("mark", "mark, kind, id"),
        ] {
            let places = columns.split(separator: ",").map { _ in "?" }.joined(separator: ", ")
            let insert = try target.prepare("INSERT INTO \(table) (\(columns)) VALUES (\(places))")
            // The order in which the import writes: as the rows came, not as their key sorts them.
            let select = try source.prepare("SELECT \(columns) FROM \(table)")
            while try select.step() {
                rows.append(
                    table == "mark"
                        ? (insert, [select.octets(0), select.integer(1), select.integer(2)])
                        : (
                            insert,
                            [
                                select.integer(0), select.integer(1), select.integer(2), nil, select.octets(4),
                                select.octets(5),
                            ]
                        ))
            }
        }
        let marks = rows.filter { $0.1.count == 3 }
        let others = rows.filter { $0.1.count == 6 }
        let began = wall()
        try target.transaction {
            for (insert, values) in others { try insert.bind(all: values).run() }
            for (insert, values) in marks { try insert.bind(all: values).run() }
        }
        return wall() - began
    }
}
