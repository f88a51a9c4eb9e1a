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
        let writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench", issuerCertificate: nil)
        try writer.commit(CommitGate.Batch(number: 1, effects: [.record(entry(1))]))

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
        guard plan.problems.isEmpty else { return report("the import is refused: \(plan.problems[0].text)") }
        let order = Order(
            id: 1, actor: Actor(name: "bench", role: .manager), command: "import", verb: .registry(plan.changes))
        let moment = SiteCalendar(fixedOffset: 0).moment(
            monotonic: .zero, civil: CivilTime(seconds: 1_800_000_000), isTrusted: true)
        let effects = timed("decide") { controller.handle(.order(order), at: moment) }
        let durable = effects.compactMap { if case .durable(let one) = $0 { one } else { nil } }
        // The numbers of the bench's own entries come before.
        let numbered = durable.map { effect -> DurableEffect in
            guard case .record(var entry) = effect else { return effect }
            entry.sequence += 1
            return .record(entry)
        }
        try timed("write") { try writer.commit(CommitGate.Batch(number: 2, effects: numbered)) }
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
