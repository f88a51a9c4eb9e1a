import GatehouseCore
import Testing

@testable import GatehouseStore

/// Rows of the registry on disk: every field comes back, rows of older versions too, and each is found by its marks.
@Suite struct RegistryRowTests {
    static let rows: [RegistryRow] = [
        .community(CommunityRow(id: 1, code: "lotus", name: "莲花苑")),
        .dwelling(DwellingRow(id: 1, community: 1, code: "3-2-501", use: .let_, places: 2)),
        .dwelling(DwellingRow(id: 2, community: 1, code: "3-2-502", use: .vacant)),
        .person(
            PersonRow(
                id: 1, reference: "R1", name: "王芳", role: .resident, dwelling: 1, groups: ["residents"],
                needsTime: true, phone: "13800138000")),
        .person(
            PersonRow(
                id: 2, reference: "R2", name: "", role: .child, status: .suspended, groups: ["a", "b"], validFrom: 5,
                validUntil: 9, responsible: 1, shift: "day", phone: "0532-88886666", note: "rings at the side door")),
        .tenancy(
            TenancyRow(
                id: 1, dwelling: 2, tenants: [1, 2], firstDay: 3, lastDay: 4, starts: 5, ends: 6, contract: "C",
                landlord: 1, step: .notice, renews: 7)),
        .vehicle(VehicleRow(id: 1, dwelling: 1, keeper: 1, plate: "鲁G12345")),
        .consent(
            ConsentRow(
                id: 1, person: 2, basis: "form of 2026-03-01", guardian: 1, given: 5, withdrawn: 6, deleteBy: 7,
                deleted: 8)),
        .credential(
            CredentialRow(
                id: 1, person: 2, kind: .card, key: CredentialKey(high: 1, low: 2), label: "UID34:7", status: .lost,
                validFrom: 1, validUntil: 2, isDuress: true, note: "on the bus", uses: 3, firstUseSpan: 60, vehicle: 1,
                others: [
                    CredentialRow.OtherNumber(key: CredentialKey(high: 5, low: 6), label: "H10301:1-7"),
                    CredentialRow.OtherNumber(key: CredentialKey(high: 7, low: 8), label: "EM4100:7"),
                ])),
        .credential(
            CredentialRow(id: 2, person: 1, kind: .plate, key: CredentialKey(high: 3, low: 4), label: "PLATE:鲁G12345")),
    ]

    @Test(arguments: rows) func everyFieldComesBack(row: RegistryRow) {
        let (plain, secret) = RegistryCodec.encode(row)
        #expect(RegistryCodec.decode(kind: row.kind, id: row.id, plain: plain, secret: secret) == row)
    }

    @Test(arguments: rows) func everyFieldComesBackFromUnderOneSeal(row: RegistryRow) {
        let whole = RegistryCodec.whole(row)
        #expect(RegistryCodec.decode(kind: row.kind, id: row.id, plain: [], secret: whole) == row)
        let twice = RegistryCodec.whole(plain: whole, secret: whole)
        #expect(RegistryCodec.decode(kind: row.kind, id: row.id, plain: [], secret: twice) == nil)
        #expect(RegistryCodec.decode(kind: row.kind, id: row.id, plain: whole, secret: whole) == nil)
    }

    /// Rows as older programs stored them: present, ended, one whose seal is broken and one that was erased.
    private func clearRows(_ scratch: Scratch) throws {
        let database = try StoreWriter.open(path: scratch.database)
        let insert = try database.prepare("INSERT INTO registry VALUES (?, ?, ?, ?, ?, ?)")
        func put(_ row: RegistryRow, from: UInt64, to: UInt64?, seal: ([UInt8]) -> [UInt8] = { $0 }) throws {
            let (plain, secret) = RegistryCodec.encode(row)
            let sealed = try scratch.secrets.sealRegistry(
                secret, RegistryCodec.associated(kind: row.kind, id: row.id, from: from, to: to, plain: plain))
            try insert.bind(
                Int64(row.kind.rawValue), Int64(row.id), Int64(from), to.map { Int64($0) }, plain, seal(sealed)
            ).run()
        }
        for row in Self.rows {
            try put(row, from: 2, to: nil)
            try put(row, from: 1, to: 2)
        }
        let erased = PersonRow(id: 8, reference: "", name: "", role: .resident, dwelling: 77, groups: [])
        try put(.person(erased), from: 1, to: 2, seal: { _ in [] })
        let broken = PersonRow(id: 9, reference: "R9", name: "B", role: .resident, groups: [], shift: "brokenshift")
        try put(.person(broken), from: 1, to: nil, seal: { $0.dropLast() + [$0.last.map { $0 ^ 1 } ?? 0] })
    }

    @Test func rowsFromBeforeAreSealedWhole() throws {
        let scratch = Scratch()
        let first = scratch.writer(run: "first")
        try first.commit(.init(number: 1, effects: [scratch.entry(1)]))
        try clearRows(scratch)
        let database = try Database(path: scratch.database)
        try database.execute("DELETE FROM head")
        func columns() throws -> (clear: Int64, states: [RegistryRow]) {
            let count = try database.prepare("SELECT count(*) FROM registry WHERE length(plain) > 0")
            let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
            let states = try Self.rows.flatMap { try reader.history($0.kind, $0.id).compactMap(\.row) }
            return (try count.step() ? count.integer(0) : -1, states)
        }
        let before = try columns()
        #expect(before.clear == Int64(2 * Self.rows.count + 2) && before.states.count == 2 * Self.rows.count)
        let writer = scratch.writer(run: "second")
        try writer.commit(.init(number: 1, effects: [scratch.entry(2)]))
        while !writer.idle() {}
        let after = try columns()
        #expect(after.clear == 1, "only what is broken stays as it is")
        #expect(after.states == before.states)
        guard case .head(let head) = try StoreHead.read(database, scratch.secrets) else {
            Issue.record("no head")
            return
        }
        #expect(writer.head == head)
        #expect(try writer.head?.state == StateDigest(database, scratch.secrets))
        let disk = String(
            decoding: scratch.contents(scratch.database) + scratch.contents(scratch.database + "-wal"), as: UTF8.self)
        #expect(disk.contains("brokenshift"), "this is where it would be found")
        for word in ["3-2-501", "lotus", "莲花苑", "residents"] {
            #expect(!disk.contains("\(word)"), "\(word) is on the disk")
        }
    }

    /// What the first schema stored has fewer columns.
    @Test(arguments: rows) func rowsOfTheFirstSchemaAreRead(row: RegistryRow) throws {
        let (plain, secret) = RegistryCodec.encode(row)
        func first(_ octets: [UInt8], _ count: Int) throws -> [UInt8] {
            CanonicalValue.array(Array(try #require(CanonicalValue(decoding: octets)?.array).prefix(count))).encoded()
        }
        let columns: [RegistryKind: Int] = [.dwelling: 3, .person: 6, .tenancy: 6, .credential: 6]
        let read = RegistryCodec.decode(
            kind: row.kind, id: row.id, plain: try first(plain, columns[row.kind] ?? 9), secret: try first(secret, 2))
        var older = row
        switch row {
        case .community, .vehicle, .consent: break
        case .dwelling(var one):
            one.places = nil
            older = .dwelling(one)
        case .person(var one):
            (one.responsible, one.shift, one.needsTime, one.phone, one.note) = (nil, nil, false, "", "")
            older = .person(one)
        case .tenancy(var one):
            (one.landlord, one.step, one.renews) = (nil, .registered, nil)
            older = .tenancy(one)
        case .credential(var one):
            (one.note, one.uses, one.firstUseSpan, one.vehicle, one.others) = ("", nil, nil, nil, [])
            older = .credential(one)
        }
        #expect(read == older)
    }

    private func ids(_ reader: JournalReader, _ kind: RegistryKind, _ mark: RegistryMark) throws -> [UInt32] {
        try reader.rows(kind, by: mark).map(\.id)
    }

    @Test func rowsAreFoundByTheirMarksAndNoNameIsOnTheDisk() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1,
                effects: [.registry(Self.rows.map { .put($0) }, revision: 1), scratch.entry(1, .registry)]))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try ids(reader, .community, .community(code: "lotus")) == [1])
        #expect(try ids(reader, .dwelling, .dwelling(code: "3-2-501")) == [1])
        #expect(try ids(reader, .person, .person(reference: "R2")) == [2])
        #expect(try ids(reader, .person, .of(person: 1)) == [2])
        #expect(try ids(reader, .tenancy, .of(person: 2)) == [1])
        #expect(try ids(reader, .credential, .of(person: 2)) == [1])
        #expect(try ids(reader, .vehicle, .plate("鲁G12345")) == [1])
        #expect(try ids(reader, .person, .at(dwelling: 1)) == [1])
        #expect(try ids(reader, .tenancy, .at(dwelling: 2)) == [1])
        #expect(try ids(reader, .person, .person(reference: "R3")) == [])
        _ = writer.idle()
        let octets = scratch.contents(scratch.database) + scratch.contents(scratch.database + "-wal")
        for word in ["王芳", "鲁G12345", "on the bus"] {
            #expect(octets.firstRange(of: Array(word.utf8)) == nil, "\(word)")
        }
    }

    @Test func marksFollowAChangeAndAnEnd() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1, effects: [.registry(Self.rows.map { .put($0) }, revision: 1), scratch.entry(1, .registry)])
        )
        guard case .person(var person) = Self.rows[3] else { return }
        person.reference = "R9"
        person.dwelling = 2
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    .registry([.put(.person(person)), .end(.vehicle, id: 1)], revision: 2), scratch.entry(2, .registry),
                ]))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try ids(reader, .person, .person(reference: "R1")) == [])
        #expect(try ids(reader, .person, .person(reference: "R9")) == [1])
        #expect(try ids(reader, .person, .at(dwelling: 2)) == [1])
        #expect(try ids(reader, .vehicle, .plate("鲁G12345")) == [])
    }

    /// Many changes at once are written in another order: the marks are those of the last state all the same.
    @Test func marksOfALargeBatchAreThoseOfTheLastState() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        func person(_ id: UInt32, _ reference: String) -> RegistryChange {
            .put(.person(PersonRow(id: id, reference: reference, name: "n", role: .staff, groups: ["staff"])))
        }
        let many = (1...1200 as ClosedRange<UInt32>).map { person($0, "R\($0)") }
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    .registry(
                        many + [person(7, "S7"), .end(.person, id: 8), person(1300, "T"), person(1300, "U")],
                        revision: 1),
                    scratch.entry(1, .registry),
                ]))
        let next = many.map { change -> RegistryChange in
            guard case .put(let row) = change else { return change }
            return person(row.id, "V\(row.id)")
        }
        try writer.commit(
            .init(number: 2, effects: [.registry(next + [person(9, "W9")], revision: 2), scratch.entry(2, .registry)]))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        for (reference, found) in [
            ("R7", []), ("S7", []), ("R8", []), ("T", []), ("U", [1300]), ("V7", [7]), ("V9", []), ("W9", [9]),
            ("R1200", []),
            ("V1200", [1200]), ("V8", [8]),
        ] as [(String, [UInt32])] {
            #expect(try ids(reader, .person, .person(reference: reference)) == found, "\(reference)")
        }
        let marks = try Database(path: scratch.database).prepare("SELECT count(*) FROM mark")
        #expect(try marks.step() && marks.integer(0) == 1201)
    }

    /// A database from before the marks gets them with its first batch.
    @Test func anOlderDatabaseIsMarkedOnce() throws {
        let scratch = Scratch()
        var writer = scratch.writer()
        try writer.commit(
            .init(
                number: 1, effects: [.registry(Self.rows.map { .put($0) }, revision: 1), scratch.entry(1, .registry)])
        )
        let database = try Database(path: scratch.database)
        try database.execute("DELETE FROM mark; DELETE FROM meta WHERE key = 'marks'")
        writer = scratch.writer(run: "next")
        try writer.commit(.init(number: 1, effects: [scratch.entry(2)]))
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try ids(reader, .person, .person(reference: "R1")) == [1])
        #expect(try ids(reader, .credential, .of(person: 2)) == [1])
    }

    @Test func ledgerComesBackAsItWas() throws {
        let scratch = Scratch()
        let writer = scratch.writer()
        var ledger = Ledger()
        let changes: [LedgerChange] = [
            .vehicle(1, "garage"), .vehicle(2, "garage"), .vehicle(2, nil),
            .use(credential: 7, Ledger.Use(count: 2, first: CivilTime(milliseconds: 99))),
            .arrival("wicket-in", day: 3),
            .arrival("free lane", day: 4), .passage("lane", .overruled), .passage("wicket", .opened),
            .passage("wicket", nil), .threat(2), .confirmed(CivilTime(milliseconds: 123_456)),
        ]
        var effects = changes.map { DurableEffect.ledger(ledger.apply($0)) }
        for (person, area) in [(1 as UInt32, "inside" as AreaID), (2, "garage")] {
            let presence = Ledger.Presence(area: area, since: CivilTime(milliseconds: 1000 + Int64(person)))
            ledger.move(person, to: presence)
            effects.append(.area(person: person, presence))
        }
        ledger.move(1, to: nil)
        effects.append(.area(person: 1, nil))
        try writer.commit(.init(number: 1, effects: effects + [scratch.entry(1)]))
        let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
        #expect(loaded.restored.ledger == ledger)
    }
}
