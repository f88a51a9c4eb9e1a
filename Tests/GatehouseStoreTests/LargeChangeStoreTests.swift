import GatehouseCore
import GatehouseCrypto
import Testing

@testable import GatehouseStore

/// A revision that is written by portions: seen by nobody before its end, and gone without a trace when the power was.
@Suite("Portions on disk") struct LargeChangeStoreTests {
    static func person(_ id: UInt32, _ name: String, at home: UInt32 = 1) -> RegistryChange {
        .put(
            .person(
                PersonRow(
                    id: id, reference: "P\(id)", name: name, role: .resident, dwelling: home, groups: ["residents"])))
    }
    static let first: [RegistryChange] =
        [
            .put(.community(CommunityRow(id: 1, code: "c", name: "n"))),
            .put(.dwelling(DwellingRow(id: 1, community: 1, code: "1", use: .owned))),
            .put(.dwelling(DwellingRow(id: 2, community: 1, code: "2", use: .owned))),
        ] + (1...20).map { person($0, "before") }
    /// New people, others who move and are renamed, some who end.
    static let portions: [[RegistryChange]] = [
        (21...40).map { person($0, "new") } + (1...5).map { person($0, "after", at: 2) },
        (6...9).map { RegistryChange.end(.person, id: $0) }, [person(10, "once"), person(10, "twice", at: 2)],
        (41...60).map { person($0, "new") },
    ]
    static let revision: UInt64 = 1025

    let scratch = Scratch()
    /// The same changes in one transaction.
    let whole = Scratch()

    func begin(_ scratch: Scratch) throws -> StoreWriter {
        let writer = scratch.writer()
        try writer.commit(
            .init(number: 1, effects: [.registry(Self.first, revision: 1), scratch.entry(1, .registry)]))
        return writer
    }

    func portions(_ writer: StoreWriter, _ count: Int = 4) throws {
        for (index, changes) in Self.portions.prefix(count).enumerated() {
            try writer.commit(
                .init(number: UInt64(2 + index), effects: [.registryPortion(changes, revision: Self.revision)]))
        }
    }

    func seal(_ writer: StoreWriter, _ scratch: Scratch) throws {
        for (part, octets) in [0..<85, 85..<170, 170..<256].enumerated() {
            try writer.commit(
                .init(
                    number: UInt64(20 + part),
                    effects: [.registryIndex(octets: octets, revision: Self.revision)]))
        }
        try writer.commit(
            .init(number: 29, effects: [.registrySealed(revision: Self.revision), scratch.entry(2, .registry)]))
    }

    /// All that a reader may see.
    struct Seen: Equatable {
        var rows: [RegistryRow]
        var histories: [[String]]
        var byMark: [[UInt32]]
        var past: [Int]
        var loaded: RegistryCounts
        var revision: UInt64
    }

    func seen(_ scratch: Scratch) throws -> Seen {
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
        #expect(loaded.damagedRows == 0)
        return Seen(
            rows: try reader.rows(),
            histories: try (1...60).map { id in
                try reader.history(.person, id).map { "\($0.from) \($0.to.map { "\($0)" } ?? "-") \($0.row)" }
            },
            byMark: try (1...2).map { home in try reader.rows(.person, by: .at(dwelling: home)).map(\.id) }
                + (1...60).map { id in try reader.rows(.person, by: .person(reference: "P\(id)")).map(\.id) },
            past: try [1, 2, Self.revision - 1].map { try reader.registry(asOf: $0).registry.counts.persons },
            loaded: loaded.restored.registry.counts, revision: loaded.restored.registry.revision)
    }

    func marks(_ scratch: Scratch) throws -> [String] {
        let statement = try Database(path: scratch.database).prepare(
            "SELECT hex(mark), kind, id FROM mark ORDER BY 1, 2, 3")
        var found: [String] = []
        while try statement.step() {
            found.append("\(statement.text(0)) \(statement.integer(1)) \(statement.integer(2))")
        }
        return found
    }

    func single(_ sql: String) throws -> Int64 {
        let statement = try Database(path: scratch.database).prepare(sql)
        return try statement.step() ? statement.integer(0) : -1
    }

    func tidyUp(_ writer: StoreWriter) {
        var turns = 0
        while !writer.idle(), turns < 100 { turns += 1 }
        #expect(turns < 100)
    }

    @Test func nobodySeesAPortionBeforeTheRevisionIsSealed() throws {
        let writer = try begin(scratch)
        let before = try seen(scratch)
        for count in 1...4 {
            try writer.commit(
                .init(
                    number: UInt64(1 + count),
                    effects: [.registryPortion(Self.portions[count - 1], revision: Self.revision)]))
            #expect(try seen(scratch) == before, "after portion \(count)")
        }
        try RegistryCopy.make(database: scratch.database, secrets: scratch.secrets)
        let copy = try RegistryCopy.read(RegistryCopy.path(besides: scratch.database), secrets: scratch.secrets)
        #expect(copy.rows == before.rows && copy.revision == 1)
        try seal(writer, scratch)

        let other = try begin(whole)
        try other.commit(
            .init(
                number: 2,
                effects: [
                    .registry(Self.portions.flatMap { $0 }, revision: Self.revision), whole.entry(2, .registry),
                ]))
        #expect(try seen(scratch) == seen(whole), "as if it had been one transaction")
        tidyUp(writer)
        #expect(try seen(scratch) == seen(whole))
        #expect(try marks(scratch) == marks(whole))
        #expect(try single("SELECT count(*) FROM meta WHERE key IN ('pending', 'stale')") == 0)
        #expect(try JournalVerifier(path: scratch.database, secrets: scratch.secrets).verify().isWhole)
    }

    @Test(arguments: 1...4) func aCutBetweenTwoPortionsLeavesNothing(portions count: Int) throws {
        let writer = try begin(scratch)
        let before = try seen(scratch)
        let marked = try marks(scratch)
        try portions(writer, count)
        // Another run begins where this one was cut.
        let next = scratch.writer(run: "next")
        #expect(try seen(scratch) == before)
        try next.commit(.init(number: 1, effects: [scratch.entry(2)]))
        #expect(try seen(scratch) == before)
        tidyUp(next)
        #expect(try seen(scratch) == before && marks(scratch) == marked)
        #expect(try single("SELECT count(*) FROM registry WHERE 1025 IN (from_revision, to_revision)") == 0)
        #expect(throws: DatabaseError.self) {
            try next.commit(
                .init(number: 2, effects: [.registrySealed(revision: Self.revision), scratch.entry(3, .registry)]))
        }
    }

    /// The same number again, after a cut: nothing of the first one comes into force with the second.
    @Test func whatWasCutOffIsNoPartOfTheNextLargeChange() throws {
        try portions(begin(scratch))
        let next = scratch.writer(run: "next")
        try next.commit(
            .init(number: 1, effects: [.registryPortion([Self.person(70, "only")], revision: Self.revision)]))
        try seal(next, scratch)
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        let ids = try reader.rows(.person).map(\.id)
        #expect(ids == Array(1...20) + [70])
    }

    @Test func aSmallChangeMeanwhileIsInForceAtOnceAndADroppedOneStandsInNobodysWay() throws {
        let writer = try begin(scratch)
        try portions(writer, 3)
        let reader = { try JournalReader(path: self.scratch.database, secrets: self.scratch.secrets) }
        func name(_ id: UInt32) throws -> String? {
            if case .person(let row)? = try reader().row(.person, id) { row.name } else { nil }
        }
        // Not in the large one: both are.
        try writer.commit(
            .init(
                number: 5,
                effects: [.registry([Self.person(15, "small")], revision: 2), scratch.entry(2, .registry)]))
        #expect(try name(15) == "small" && name(1) == "before" && name(6) == "before")
        // In the large one, which is dropped before: rows that it changed, ended and added.
        try writer.commit(
            .init(
                number: 6,
                effects: [
                    .registryDropped(revision: Self.revision),
                    .registry(
                        [
                            Self.person(1, "small"), Self.person(6, "small"), Self.person(21, "small"),
                            .end(.person, id: 10),
                        ],
                        revision: 3), scratch.entry(3, .registry),
                ]))
        for isTidied in [false, true] {
            if isTidied { tidyUp(writer) }
            #expect(try name(1) == "small" && name(6) == "small" && name(21) == "small" && name(2) == "before")
            #expect(try name(10) == nil && name(22) == nil && name(7) == "before")
            #expect(try reader().history(.person, 1).map(\.from) == [1, 3])
            #expect(try reader().rows(.person, by: .person(reference: "P2")).count == 1)
            let loaded = try StoreLoader(path: scratch.database, secrets: scratch.secrets).load(site: Scratch.site)
            #expect(loaded.damagedRows == 0 && loaded.restored.registry.counts.persons == 20)
        }
        #expect(try single("SELECT count(*) FROM meta WHERE key = 'pending'") == 0)
    }

    /// The last batch is given again after an error that came behind its commit.
    @Test func aPortionThatIsGivenAgainCountsOnce() throws {
        let writer = try begin(scratch)
        for (index, changes) in Self.portions.enumerated() {
            for _ in 0..<2 {
                try writer.commit(
                    .init(number: UInt64(2 + index), effects: [.registryPortion(changes, revision: Self.revision)]))
            }
        }
        try seal(writer, scratch)
        let reader = try JournalReader(path: scratch.database, secrets: scratch.secrets)
        #expect(try reader.rows(.person).count == 20 + 40 - 4)
        #expect(try reader.rows(.person, by: .person(reference: "P33")).count == 1)
    }
}
