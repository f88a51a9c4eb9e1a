internal import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

extension Bench {
    private static let primitives = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32))).primitives(epoch: 1)

    private static func registry(credentials: UInt32) -> Registry {
        var registry = Registry()
        let persons = max(1, credentials * 2 / 3)
        registry.reserve(persons: Int(persons), credentials: Int(credentials), tenancies: 0)
        registry.apply(.put(.community(CommunityRow(id: 1, code: "c", name: "c"))), revision: 1)
        registry.apply(.put(.dwelling(DwellingRow(id: 1, community: 1, code: "1", use: .owned))), revision: 1)
        for id in 1...persons {
            registry.apply(
                .put(
                    .person(
                        PersonRow(id: id, reference: "", name: "", role: .resident, dwelling: 1, groups: ["residents"]))
                ), revision: 1)
        }
        for id in 1...credentials {
            let key = CredentialKey(card: VirtualSite.card(UInt64(id)), primitives: primitives)
            registry.apply(
                .put(
                    .credential(CredentialRow(id: id, person: (id - 1) % persons + 1, kind: .card, key: key, label: ""))
                ), revision: 1)
        }
        return registry
    }

    /// A whole presentation: collector, facts, all rules, rule path, journal entry and effects, against one prepared
    /// SQLite join of the same facts in a program of C.
    static func decisions(_ folder: String, join: String?, _ report: (String) -> Void) throws {
        let path = "\(folder)/gatehouse-bench-join.db"
        unlink(path)
        defer { unlink(path) }
        let count: UInt32 = 150_000
        let database = try Database(path: path)
        try database.execute(
            """
            PRAGMA journal_mode = OFF;
            CREATE TABLE person (id INTEGER PRIMARY KEY, status INTEGER, role INTEGER, dwelling INTEGER, groups INTEGER) STRICT;
            CREATE TABLE credential (high INTEGER, low INTEGER, person INTEGER, status INTEGER, valid_from INTEGER, valid_until INTEGER,
                PRIMARY KEY (high, low)) STRICT, WITHOUT ROWID;
            CREATE TABLE dwelling (id INTEGER PRIMARY KEY, use TEXT) STRICT;
            INSERT INTO dwelling VALUES (1, 'owned');
            """)
        try database.transaction {
            let person = try database.prepare("INSERT INTO person VALUES (?, 0, 0, 1, 1)")
            for id in 1...Int64(count * 2 / 3) { try person.bind(id).run() }
            let credential = try database.prepare("INSERT INTO credential VALUES (?, ?, ?, 0, 0, 0)")
            for id in 1...Int64(count) {
                let key = CredentialKey(card: VirtualSite.card(UInt64(id)), primitives: primitives)
                try credential.bind(
                    Int64(bitPattern: key.high), Int64(bitPattern: key.low), (id - 1) % Int64(count * 2 / 3) + 1
                ).run()
            }
        }
        let rounds = 200_000
        let floor = try join.map { try Self.floor($0, path, rounds: rounds, folder) }
        if let floor { report("one prepared SQLite join of the same facts, in C: \(micros(floor))") }

        var perDecision: [UInt32: Double] = [:]
        for size in [1000, 150_000, 1_000_000] as [UInt32] {
            let before = resident()
            let registry = registry(credentials: size)
            let octets = (resident() - before) / Int(size)
            var dice = Dice(seed: 2)
            let virtual = VirtualSite(dice: &dice, start: 0, days: 1, primitives: primitives)
            var site = virtual.site
            for index in site.accessPoints.indices { site.accessPoints[index].antiPassback = .off }
            var restored = Restored()
            restored.registry = registry
            var controller = Controller(site: site, restored: restored, primitives: primitives)
            let calendar = SiteCalendar(fixedOffset: 0)
            let reader = VirtualSite.reader("wicket", isEntry: true)
            var granted = 0
            let began = seconds()
            for round in 0..<rounds {
                let moment = calendar.moment(
                    monotonic: MonotonicTime(nanoseconds: Int64(round) * 20_000_000_000),
                    civil: CivilTime(seconds: 1_800_000_000 + Int64(round) * 20),
                    isTrusted: true)
                let card = CardRead(number: VirtualSite.card(UInt64(dice.below(Int(size))) + 1))
                var last: UInt64 = 0
                for case .durable(.record(let entry)) in controller.handle(.reader(reader, .card(card)), at: moment) {
                    if entry.outcome == "granted" { granted += 1 }
                    last = entry.sequence
                }
                _ = controller.handle(.committed(through: last), at: moment)
            }
            perDecision[size] = (seconds() - began) / Double(rounds)
            report(
                "\(size) credentials: \(micros(perDecision[size]!)) a whole presentation\(floor.map { ", \(ratio(perDecision[size]!, $0)) of the join's time" } ?? ""), \(granted) granted, about \(octets) octets a credential"
            )
        }
        report(
            "from 1,000 to 1,000,000 credentials the cost grows \(ratio(perDecision[1_000_000]!, perDecision[1000]!)) times"
        )
    }

    /// Seconds of processor time of one join, as the program says.
    private static func floor(_ program: String, _ database: String, rounds: Int, _ folder: String) throws -> Double {
        let output = "\(folder)/gatehouse-bench-join.out"
        unlink(output)
        defer { unlink(output) }
        try ChildProcess([program, database, "\(rounds)"], environment: [], output: output).wait()
        let text = FileOctets.read(output).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let nanoseconds = text.split(separator: "\n").last.flatMap({ Double($0) }) else {
            throw ChildProcess.Failure(description: "\(program): \(text)")
        }
        return nanoseconds / 1e9
    }
}
