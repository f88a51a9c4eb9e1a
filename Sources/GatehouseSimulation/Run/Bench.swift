internal import GatehouseCore
internal import GatehouseCrypto
internal import GatehouseStore
internal import Glibc

/// Figures as ratios within one run: each beside a floor of the same machine in the same minute.
package enum Bench {
    package static func run(folder: String, report: (String) -> Void) throws {
        try decisions(folder, report)
        try commits(folder, report)
    }

    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func wall() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func resident() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, 128, file) != nil else { return 0 }
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * 4096
    }

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
    /// SQLite join of the same facts.
    private static func decisions(_ folder: String, _ report: (String) -> Void) throws {
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
        let join = try database.prepare(
            """
            SELECT credential.status, valid_from, valid_until, person.status, role, groups, dwelling.use FROM credential
            JOIN person ON person.id = credential.person JOIN dwelling ON dwelling.id = person.dwelling WHERE high = ? AND low = ?
            """)
        var dice = Dice(seed: 1)
        let rounds = 200_000
        var began = seconds()
        var found = 0
        for _ in 0..<rounds {
            let key = CredentialKey(card: VirtualSite.card(UInt64(dice.below(Int(count))) + 1), primitives: primitives)
            try join.bind(Int64(bitPattern: key.high), Int64(bitPattern: key.low))
            if try join.step() { found += 1 }
            join.reset()
        }
        let floor = (seconds() - began) / Double(rounds)
        report("one prepared SQLite join of the same facts: \(micros(floor)) (\(found) of \(rounds) found)")

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
            began = seconds()
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
                "\(size) credentials: \(micros(perDecision[size]!)) a whole presentation, \(ratio(floor, perDecision[size]!)) times the join's rate, \(granted) granted, about \(octets) octets a credential"
            )
        }
        report(
            "from 1,000 to 1,000,000 credentials the cost grows \(ratio(perDecision[1_000_000]!, perDecision[1000]!)) times"
        )
    }

    /// One durable entry, and a burst, against bare inserts of rows of the same size.
    private static func commits(_ folder: String, _ report: (String) -> Void) throws {
        let path = "\(folder)/gatehouse-bench.db"
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        defer { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
        let keys = KeyRing(master: SecretKey([UInt8](repeating: 1, count: 32)))
        let writer = StoreWriter(path: path, secrets: keys.storeSecrets, epoch: 1, run: "bench", issuerCertificate: nil)
        var sequence: UInt64 = 0
        func entry() -> DurableEffect {
            sequence += 1
            var entry = JournalEntry(kind: .decision)
            entry.sequence = sequence
            entry.accessPoint = "wicket-in"
            entry.portal = "wicket"
            entry.person = 7
            entry.outcome = "granted"
            entry.facts = Facts()
            entry.path = RuleBook.decide(Facts()).path
            return .record(entry)
        }
        var number: UInt64 = 0
        func commit(_ count: Int) throws {
            number += 1
            try writer.commit(CommitGate.Batch(number: number, effects: (0..<count).map { _ in entry() }))
        }
        try commit(1)
        let bare = try StoreWriter.open(path: path)
        try bare.execute(
            "CREATE TABLE floor (seq INTEGER PRIMARY KEY, at INTEGER, point TEXT, person INTEGER, leaf BLOB, hash BLOB) STRICT; CREATE INDEX floor_at ON floor (at); CREATE INDEX floor_person ON floor (person, seq); CREATE INDEX floor_point ON floor (point, seq)"
        )
        let insert = try bare.prepare("INSERT INTO floor (at, point, person, leaf, hash) VALUES (?, ?, ?, ?, ?)")
        let leaf = [UInt8](repeating: 7, count: 220)
        let hash = [UInt8](repeating: 8, count: 32)
        func bareCommit(_ count: Int) throws {
            try bare.transaction {
                for index in 0..<count { try insert.bind(Int64(index), "wicket-in", 7 as Int64, leaf, hash).run() }
            }
        }
        var own: [Double] = []
        var floor: [Double] = []
        for _ in 0..<300 {
            var began = wall()
            try bareCommit(1)
            floor.append(wall() - began)
            began = wall()
            try commit(1)
            own.append(wall() - began)
        }
        own.sort()
        floor.sort()
        report(
            "one durable entry: p50 \(micros(own[150])) = \(ratio(own[150], floor[150])) x the bare commit, p99 \(micros(own[297])) = \(ratio(own[297], floor[297])) x"
        )
        var began = wall()
        for _ in 0..<(10_000 / 64) { try bareCommit(64) }
        let bareBurst = wall() - began
        began = wall()
        for _ in 0..<(10_000 / 64) { try commit(64) }
        report(
            "a burst of 10,000 entries, 64 a commit: \(ratio(bareBurst, wall() - began)) of the rate of bare inserts")
    }

    private static func micros(_ seconds: Double) -> String { "\(Double(Int(seconds * 1e8)) / 100) us" }
    private static func ratio(_ one: Double, _ other: Double) -> String {
        "\(Double(Int(one / max(other, 1e-12) * 100)) / 100)"
    }
}
