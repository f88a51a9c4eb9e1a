import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

@testable import GatehouseStore

/// A gate with some life behind it, whose disk somebody else has in hand while it stands still.
private struct Site {
    let scratch = Scratch()
    static let stolen: UInt32 = 2

    func credential(_ id: UInt32, _ status: CredentialStatus = .enabled) -> RegistryChange {
        .put(
            .credential(
                CredentialRow(
                    id: id, person: 1, kind: .card, key: CredentialKey(high: 1, low: UInt64(id)), label: "C",
                    status: status)))
    }

    private func posture(_ sequence: UInt64, _ posture: Posture) -> DurableEffect {
        var entry = JournalEntry(kind: .posture)
        entry.sequence = sequence
        entry.portal = "wicket"
        entry.outcome = posture.word
        return .record(entry)
    }

    init() throws {
        let writer = scratch.writer(run: "first")
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    .registry([scratch.person(1, "A"), credential(1), credential(Self.stolen)], revision: 1),
                    scratch.entry(1, .registry), posture(2, .free), posture(3, .secure),
                    .ledger(.use(credential: 1, Ledger.Use(count: 3, first: CivilTime(seconds: 5)))),
                ]))
        for sequence in 4...300 as ClosedRange<UInt64> {
            try writer.commit(.init(number: sequence, effects: [scratch.entry(sequence)]))
        }
        #expect(writer.idle())
        try RegistryCopy.make(database: scratch.database, secrets: scratch.secrets)
    }

    /// The second card is stolen, and a day goes by.
    func goOn() throws {
        let writer = scratch.writer(run: "second")
        try writer.commit(
            .init(
                number: 1,
                effects: [.registry([credential(Self.stolen, .lost)], revision: 2), scratch.entry(301, .registry)]))
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    scratch.entry(302),
                    .ledger(.use(credential: 1, Ledger.Use(count: 4, first: CivilTime(seconds: 5)))),
                ]))
        #expect(writer.idle())
        try RegistryCopy.make(database: scratch.database, secrets: scratch.secrets)
    }

    func run(_ sql: String) throws { try Database(path: scratch.database).execute(sql) }

    func open() throws -> StoreOpener.Opened {
        try StoreOpener.open(
            path: scratch.database, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 1_790_000_000))
    }

    func save() throws -> [String: [UInt8]] {
        try run("PRAGMA wal_checkpoint(TRUNCATE)")
        return Dictionary(
            uniqueKeysWithValues: ["", "-wal", ".head", ".registry"].map {
                ($0, scratch.contents(scratch.database + $0))
            })
    }

    func put(_ saved: [String: [UInt8]], _ endings: [String]) {
        for ending in endings {
            let path = scratch.database + ending
            unlink(path)
            let descriptor = Glibc.open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(write(descriptor, saved[ending] ?? [], saved[ending]?.count ?? 0) == saved[ending]?.count ?? 0)
            close(descriptor)
        }
    }

    func status(_ opened: StoreOpener.Opened, _ id: UInt32 = stolen) -> CredentialStatus? {
        opened.loaded.restored.registry.credential(id: id)?.status
    }
}

@Suite struct HeadTests {
    @Test func aGateThatWasStoppedIsInOrder() throws {
        let site = try Site()
        try site.goOn()
        for _ in 0..<2 {
            let opened = try site.open()
            #expect(opened.state == StateReport())
            #expect(opened.remarks == [] && opened.loaded.restored.ledger.rewinding == nil)
            #expect(opened.loaded.restored.postures["wicket"] == .secure)
        }
    }

    @Test func theHeadFollowsEachKindOfChangeAsIfItWereMadeAnew() throws {
        let site = try Site()
        try site.goOn()
        let writer = site.scratch.writer(run: "third")
        let activation = WatchlistActivation(
            authority: "a", legalBasis: "b", assessment: "c", communities: ["d"], notBefore: CivilTime(seconds: 1),
            notAfter: CivilTime(seconds: 2), signers: [[1]], issuerCertificate: [2], digest: [3])
        let item = OutboxItem(
            id: 1, destination: "d", kind: .duress, event: 303, idempotencyKey: "k", created: CivilTime(seconds: 1),
            expires: nil, content: .plain(["a": "b"]))
        let effects: [[DurableEffect]] = [
            [.registryPortion([site.scratch.person(5, "E")], revision: 3)], [.registryDropped(revision: 3)],
            [
                .registryPortion([site.scratch.person(6, "F"), site.credential(1, .suspended)], revision: 3),
                .registryIndex(octets: 0..<256, revision: 3),
            ],
            [.registrySealed(revision: 3), site.scratch.entry(303, .registry)],
            [.enqueue(item)], [.settle(item, .delivered(receipt: "r"))],
            [.area(person: 1, Ledger.Presence(area: "yard", since: CivilTime(seconds: 4)))], [.area(person: 1, nil)],
            [.watchlistActivation(activation)], [.watchlistErased("a", tombstone: [1])],
            [.watchlistSteps([WatchlistNote(.added)])], [.dropSealedAlerts], [.watchlistDeactivated],
            [
                .readerStanding(
                    "r1",
                    ReaderStanding(
                        known: ReaderIdentity(maker: "m", model: "1", serial: "s", firmware: "f"), acceptedBy: nil))
            ],
            [.pictureOwed(CaptureRequest(event: 303, camera: "c", at: CivilTime(seconds: 3)))],
            [.snapshot(SnapshotRow(event: 303, camera: "c", result: .missing(.noCamera)))],
            [.erase(person: 6, [RegistryRowID(.person, 6)]), site.scratch.entry(304, .erasure)],
            [.ledger(.threat(2))], [.erasePersonal(before: CivilTime(seconds: 1_780_000_100))],
        ]
        for (number, effects) in effects.enumerated() {
            try writer.commit(.init(number: UInt64(number + 1), effects: effects))
            while !writer.idle() {}
            let database = try Database(path: site.scratch.database)
            let state = try StateDigest(database, site.scratch.secrets)
            let head = try #require(writer.head)
            #expect(state.differences(from: head.state) == [], "after \(effects)")
            #expect(head == HeadCopy.read(besides: site.scratch.database, site.scratch.secrets))
        }
    }

    // MARK: rows

    @Test func anOlderRowOfAStolenCardOpensNothing() throws {
        let site = try Site()
        try site.run("ATTACH '\(site.scratch.folder)/aside' AS aside; CREATE TABLE aside.old AS SELECT * FROM registry")
        try site.goOn()
        try site.run(
            """
            ATTACH '\(site.scratch.folder)/aside' AS aside; DELETE FROM registry WHERE kind = 5 AND id = 2;
            INSERT INTO registry SELECT * FROM aside.old WHERE kind = 5 AND id = 2
            """)
        let opened = try site.open()
        #expect(opened.state.finding == .altered && opened.state.tables == ["registry"])
        #expect(opened.usedCopy && opened.state.registerRows == 1)
        #expect(site.status(opened) == .lost)
        #expect(opened.loaded.restored.ledger.rewinding?.isRegisterUnproved == false)
        // It was put in order, and the finding stands until somebody settles it.
        let again = try site.open()
        #expect(again.state.isGood && site.status(again) == .lost)
        #expect(again.loaded.restored.ledger.rewinding != nil)
        #expect(try JournalVerifier(path: site.scratch.database, secrets: site.scratch.secrets).verify().isWhole)
    }

    @Test func whatNoCopyProvesDecidesNothingUntilItIsSettled() throws {
        let site = try Site()
        let yesterday = try site.save()
        try site.run("ATTACH '\(site.scratch.folder)/aside' AS aside; CREATE TABLE aside.old AS SELECT * FROM registry")
        try site.goOn()
        site.put(yesterday, [".registry"])
        try site.run(
            """
            ATTACH '\(site.scratch.folder)/aside' AS aside; DELETE FROM registry WHERE kind = 5;
            INSERT INTO registry SELECT * FROM aside.old WHERE kind = 5; DELETE FROM registry WHERE kind = 5 AND id = 1
            """)
        for _ in 0..<2 {
            let opened = try site.open()
            // The first card stands in the copy alone, the second one is equal in both: older, and nobody can know.
            #expect(site.status(opened, 1) == nil)
            #expect(opened.loaded.restored.ledger.rewinding?.isRegisterUnproved == true)
            try RegistryCopy.make(database: site.scratch.database, secrets: site.scratch.secrets)
        }
        let writer = StoreWriter(
            path: site.scratch.database, secrets: site.scratch.secrets, epoch: 2, run: "settled"
        )
        try writer.commit(.init(number: 1, effects: [.ledger(.rewinding(nil))]))
        #expect(try site.open().loaded.restored.ledger.rewinding == nil)
    }

    /// What was taken away is told by its table, and nothing of it comes into force.
    @Test(arguments: [
        "registry", "mark", "revision", "ledger", "standing", "meta", "journal_run", "head", "journal",
    ])
    func rowsThatAreGoneAreNamed(table: String) throws {
        let site = try Site()
        try site.goOn()
        let condition = table == "meta" ? "key = 'marks'" : table == "journal" ? "seq > 290" : "1"
        try site.run("DELETE FROM \(table) WHERE \(condition)")
        let opened = try site.open()
        #expect(opened.state.finding == .altered)
        #expect(opened.state.tables.contains(table), "\(opened.state.tables)")
        #expect(opened.loaded.restored.ledger.rewinding != nil)
        #expect(site.status(opened) == .lost && site.status(opened, 1) == .enabled)
        #expect(opened.loaded.restored.epoch == 2 && opened.loaded.restored.nextSequence > 303)
        #expect(opened.loaded.restored.ledger.areCountsUnproved == (table == "ledger"))
        #expect(try site.open().state.isGood)
    }

    /// A trigger would run in the gate's own transaction, and its head would cover what it does.
    @Test func whatSomebodyWroteIntoTheSchemaRunsNothingAndIsNamed() throws {
        let site = try Site()
        try site.goOn()
        try site.run(
            """
            CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM ledger; END; CREATE VIEW v AS SELECT * FROM ledger;
            CREATE INDEX i ON registry (id); CREATE TABLE x (y); ANALYZE; DROP INDEX journal_person
            """)
        let writer = site.scratch.writer(run: "third")
        try writer.commit(.init(number: 1, effects: [site.scratch.entry(303)]))
        #expect(writer.idle())
        let rows = try Database(path: site.scratch.database).prepare("SELECT count(*) FROM ledger")
        #expect(try rows.step() && rows.integer(0) == 1)
        let opened = try site.open()
        #expect(opened.state.finding == .altered && opened.state.tables == ["schema"])
        #expect(site.status(opened) == .lost)
        let again = try site.open()
        #expect(again.state.isGood, "\(again.state)")
    }

    /// A path that somebody mistyped names a database of another program.
    @Test func somebodyElsesDatabaseStaysAsItIs() throws {
        let scratch = Scratch()
        let path = scratch.folder + "/theirs.db"
        try Database(path: path).execute(
            "CREATE TABLE places (url TEXT); INSERT INTO places VALUES ('a'); CREATE INDEX i ON places (url); ANALYZE")
        #expect(StoreOpener.obstacle(path, keyMark: nil) != nil)
        #expect {
            try StoreOpener.open(path: path, site: Scratch.site, secrets: scratch.secrets, at: CivilTime(seconds: 1))
        } throws: {
            "\($0)".contains("no database of Gatehouse")
        }
        let schema = try Database(path: path).prepare(
            "SELECT group_concat(name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'")
        #expect(try schema.step() && schema.text(0) == "places,i")
    }

    @Test func whatElseStandsInTheFileStays() throws {
        let site = try Site()
        try site.run(
            "CREATE TABLE notes (x); INSERT INTO notes VALUES (1); CREATE TRIGGER t AFTER INSERT ON journal BEGIN SELECT 1; END"
        )
        #expect(try site.open().state.tables == ["schema"])
        let notes = try Database(path: site.scratch.database).prepare("SELECT x FROM notes")
        #expect(try notes.step() && notes.integer(0) == 1)
        #expect(try site.open().state.isGood)
    }

    @Test func aTableThatIsGoneIsDamageAndTheGateStarts() throws {
        for table in ["registry", "ledger", "outbox", "meta", "journal", "mark", "revision"] {
            let site = try Site()
            try site.goOn()
            try site.run("DROP TABLE \(table)")
            let opened = try site.open()
            #expect(opened.usedCopy && site.status(opened) == .lost, "without \(table)")
            #expect(opened.loaded.restored.nextSequence > 302 && opened.loaded.restored.ledger.areCountsUnproved)
            #expect(try site.open().state.isGood, "without \(table)")
        }
    }

    /// Two present rows of one thing, as a flipped bit makes them: an index that is made anew refuses them, and the gate starts.
    @Test func rowsWithOneKeyAreDamageAndTheGateStarts() throws {
        let site = try Site()
        try site.goOn()
        try site.run(
            """
            DROP INDEX registry_current;
            INSERT INTO registry SELECT kind, id, from_revision + 1000, NULL, plain, sealed FROM registry
            """)
        let opened = try site.open()
        #expect(opened.usedCopy && site.status(opened) == .lost)
        #expect(opened.loaded.restored.nextSequence > 302)
        #expect(try site.open().state.isGood)
    }

    /// A name that a step wants for itself is no damage: nothing is put aside for it.
    @Test func somebodyElsesTableInTheWayOfAStepIsNoDamage() throws {
        let site = try Site()
        try site.run("DROP TABLE picture_key; PRAGMA user_version = 11; CREATE TABLE owed_view (x)")
        #expect {
            try site.open()
        } throws: {
            "\($0)".contains("owed_view") && ($0 as? DatabaseError)?.isDamage == false
        }
        try site.run("DROP TABLE owed_view")
        #expect(try site.open().loaded.restored.nextSequence > 1)
    }

    /// The number of the schema is turned back as well: the steps are asked for what they cannot find.
    @Test func aTableThatIsGoneFromAnOlderSchemaIsDamageToo() throws {
        for table in ["registry", "journal"] {
            let site = try Site()
            try site.goOn()
            try site.run("DROP TABLE \(table); DROP TABLE head; PRAGMA user_version = 3")
            #expect(site.status(try site.open()) == .lost, "without \(table)")
        }
    }

    /// The head's row and all copies taken away is no new database.
    @Test func aHeadThatIsGoneIsNotMadeAnew() throws {
        let site = try Site()
        try site.goOn()
        try site.run("DELETE FROM head")
        for ending in [".head", ".registry"] { unlink(site.scratch.database + ending) }
        let opened = try site.open()
        #expect(opened.state.finding == .altered && opened.loaded.restored.ledger.areCountsUnproved)
        #expect(site.status(opened, 1) == nil && site.status(opened) == nil)
    }

    @Test func aTreeThatIsGoneTogetherWithAllCopiesStopsNoStart() throws {
        for table in ["journal_run", "journal_node"] {
            let site = try Site()
            try site.goOn()
            try site.run("DELETE FROM \(table)")
            for ending in [".head", ".registry"] { unlink(site.scratch.database + ending) }
            let opened = try site.open()
            #expect(opened.state.finding == .altered && opened.state.isUnwitnessed, "without \(table)")
            #expect(site.status(opened) == .lost && site.status(opened, 1) == .enabled, "the head proves the register")
        }
    }

    /// Else it would be the last good copy after one night, and prove itself.
    @Test func whatIsNotProvenMakesNoCopy() throws {
        let site = try Site()
        try site.goOn()
        let copy = site.scratch.database + ".registry"
        unlink(copy)
        try site.run("DELETE FROM registry WHERE kind = 5 AND id = 2")
        for _ in 0..<2 {
            let opened = try site.open()
            #expect(opened.loaded.restored.ledger.rewinding?.isRegisterUnproved == true)
            #expect(site.status(opened, 1) == nil)
            try RegistryCopy.make(database: site.scratch.database, secrets: site.scratch.secrets)
            #expect(access(copy, F_OK) != 0)
        }
    }

    /// A second change does not open what the first one closed.
    @Test func aFindingStandsOverTheNextOne() throws {
        let site = try Site()
        try site.goOn()
        unlink(site.scratch.database + ".registry")
        try site.run("DELETE FROM registry WHERE kind = 5 AND id = 2; DELETE FROM ledger")
        #expect(try site.open().loaded.restored.ledger.rewinding?.isRegisterUnproved == true)
        for sql in ["DELETE FROM revision WHERE revision = 1", "DELETE FROM ledger"] {
            try site.run(sql)
            let found = try #require(try site.open().loaded.restored.ledger.rewinding)
            #expect(found.isRegisterUnproved && found.areCountsUnproved, "\(sql)")
        }
    }

    @Test func aLockdownOutlivesAnythingThatIsChangedBesideIt() throws {
        let site = try Site()
        try site.goOn()
        var entry = JournalEntry(kind: .posture)
        (entry.sequence, entry.portal, entry.outcome) = (303, "wicket", Posture.lockdown.word)
        let writer = site.scratch.writer(run: "third")
        try writer.commit(.init(number: 1, effects: [.record(entry)]))
        #expect(writer.idle())
        try site.run("INSERT INTO standing VALUES ('junk', x'00')")
        let opened = try site.open()
        #expect(opened.state.tables == ["standing"] && opened.loaded.restored.postures["wicket"] == .lockdown)
    }

    /// While a writer runs it believes no head but its own.
    @Test func aHeadThatIsTakenAwayFromARunningWriterIsNotMadeAnew() throws {
        let site = try Site()
        try site.goOn()
        let writer = site.scratch.writer(run: "third")
        try writer.commit(.init(number: 1, effects: [site.scratch.entry(303)]))
        try site.run("DELETE FROM head; DELETE FROM ledger")
        // A number that is there: the batch fails, and the next one has a new connection.
        #expect(throws: DatabaseError.self) {
            try writer.commit(.init(number: 2, effects: [site.scratch.entry(303)]))
        }
        try writer.commit(.init(number: 3, effects: [site.scratch.entry(304)]))
        #expect(try site.open().state.tables == ["ledger"])
    }

    @Test(arguments: [
        "UPDATE meta SET value = '18446744073709551615' WHERE key = 'epoch'",
        "UPDATE meta SET value = '9223372036854775807' WHERE key = 'first'",
        "UPDATE outbox SET id = -5", "UPDATE revision SET revision = -1 WHERE revision = 1",
        "UPDATE registry SET from_revision = -3 WHERE kind = 3",
        "UPDATE registry SET id = 1000000000000 WHERE kind = 3", "UPDATE journal SET at = 9223372036854775807",
        "INSERT OR REPLACE INTO meta VALUES ('floor', '9223372036854775807')",
        "UPDATE journal SET seq = 9223372036854775807 WHERE seq = 302", "UPDATE journal SET seq = -302 WHERE seq = 302",
        "DELETE FROM journal WHERE seq = 300", "UPDATE journal_run SET first_index = -1", "DELETE FROM meta",
    ])
    func noNumberStopsAStart(sql: String) throws {
        let site = try Site()
        try site.goOn()
        try site.run(sql)
        let opened = try site.open()
        #expect(site.status(opened) == .lost || !opened.state.isGood)
        #expect(
            try site.open().loaded.restored.epoch == opened.loaded.restored.epoch, "what was put in order is in order")
        let writer = StoreWriter(
            path: site.scratch.database, secrets: site.scratch.secrets, epoch: opened.loaded.restored.epoch,
            run: "after")
        try writer.commit(.init(number: 1, effects: [site.scratch.entry(opened.loaded.restored.nextSequence)]))
    }

    @Test func aPipeInPlaceOfACopyHoldsNoStartUp() throws {
        let site = try Site()
        try site.goOn()
        unlink(site.scratch.database + ".head")
        #expect(mkfifo(site.scratch.database + ".head", 0o600) == 0)
        #expect(site.status(try site.open()) == .lost)
    }

    // MARK: the journal

    @Test(arguments: [
        "UPDATE journal SET leaf = (SELECT leaf FROM journal WHERE seq = 299), hash = (SELECT hash FROM journal WHERE seq = 299) WHERE seq = 300",
        "UPDATE journal SET leaf = zeroblob(40) WHERE seq = 290", "UPDATE journal_node SET hash = zeroblob(32)",
        "DELETE FROM journal WHERE seq = 290", "DELETE FROM journal_node",
    ])
    func anEditedJournalIsNamedAndTheGateGoesOn(sql: String) throws {
        let site = try Site()
        try site.goOn()
        try site.run(sql)
        let opened = try site.open()
        #expect(opened.state.finding == .altered && opened.state.tables == ["journal"])
        #expect(opened.loaded.restored.postures["wicket"] == .secure && site.status(opened) == .lost)
        #expect(try site.open().state.isGood)
    }

    /// Columns beside a leaf are for people's questions: no start takes a portal's posture from them.
    @Test func aPostureIsNotTakenFromAColumn() throws {
        let site = try Site()
        try site.goOn()
        try site.run("UPDATE journal SET outcome = 'free' WHERE kind = 'posture'")
        #expect(try site.open().loaded.restored.postures["wicket"] == .secure)
        try site.run("UPDATE standing SET value = (SELECT CAST('dfree' AS BLOB)) WHERE key LIKE 'posture/%'")
        let opened = try site.open()
        #expect(opened.state.tables == ["standing"])
        #expect(opened.loaded.restored.postures["wicket"] == nil)
    }

    // MARK: files

    @Test(arguments: [["", "-wal"], ["", "-wal", ".head"], ["", "-wal", ".registry"]])
    func theDatabaseOfYesterdayIsNoneOfToday(endings: [String]) throws {
        let site = try Site()
        let yesterday = try site.save()
        try site.goOn()
        site.put(yesterday, endings)
        let opened = try site.open()
        #expect(opened.state.finding == .rewound)
        #expect(opened.state.missingEntries == 2)
        #expect(opened.loaded.restored.nextSequence > 303 && opened.loaded.restored.epoch == 2)
        #expect(opened.loaded.restored.ledger.areCountsUnproved)
        // The copy of today has the register of today; that of yesterday proves nothing of what came after.
        #expect(endings.contains(".registry") ? site.status(opened) != .lost : site.status(opened) == .lost)
        #expect((opened.loaded.restored.ledger.rewinding?.isRegisterUnproved == true) == endings.contains(".registry"))
    }

    /// Two histories that share their beginning: the longer one is no extension of the copy of the shorter one.
    @Test func aForkIsNamedThoughItIsAheadOfTheCopy() throws {
        let site = try Site()
        let yesterday = try site.save()
        let writer = site.scratch.writer(run: "other")
        try writer.commit(.init(number: 1, effects: [site.scratch.entry(301, .look)]))
        #expect(writer.idle())
        let fork = try site.save()
        site.put(yesterday, ["", "-wal", ".head", ".registry"])
        try site.goOn()
        site.put(fork, [".head"])
        let opened = try site.open()
        #expect(opened.state.finding == .altered && opened.state.tables == ["journal"])
    }

    // MARK: a copy elsewhere

    private func isInOrder(_ kept: StoreOpener.KeptHead) -> Bool { if case .inOrder = kept { true } else { false } }

    private func finding(_ kept: StoreOpener.KeptHead) -> StateReport? {
        if case .ahead(let report, isPut: true) = kept { report } else { nil }
    }

    /// The whole folder of yesterday, with all that stands in it: only what is kept elsewhere tells.
    @Test func theFolderOfYesterdayIsNamedByWhatIsKeptElsewhere() throws {
        let site = try Site()
        let yesterday = try site.save()
        let (path, secrets) = (site.scratch.database, site.scratch.secrets)
        try site.goOn()
        let kept = try #require(try site.scratch.head())
        #expect(isInOrder(try StoreOpener.compare(path, kept: kept, secrets: secrets)))
        site.put(yesterday, ["", "-wal", ".head", ".registry"])
        #expect(try site.open().state.isGood, "by itself it is in order")
        let report = finding(try StoreOpener.compare(path, kept: kept, secrets: secrets))
        #expect(report?.finding == .rewound && report?.missingEntries == 2)
        // It stands beside the database now, and the next start finds it there.
        let opened = try site.open()
        #expect(opened.state.finding == .rewound && opened.loaded.restored.epoch == 2)
        #expect(isInOrder(try StoreOpener.compare(path, kept: kept, secrets: secrets)), "a new epoch: once is enough")
    }

    /// As yesterday, and the gate has gone on since, further than what is kept.
    @Test func aHistoryThatGrewAfterItWasPutBackIsNamedToo() throws {
        let site = try Site()
        let yesterday = try site.save()
        let (path, secrets) = (site.scratch.database, site.scratch.secrets)
        try site.goOn()
        let kept = try #require(try site.scratch.head())
        site.put(yesterday, ["", "-wal", ".head", ".registry"])
        let writer = site.scratch.writer(run: "third")
        for number in 301...310 as ClosedRange<UInt64> {
            try writer.commit(.init(number: number, effects: [site.scratch.entry(number, .look)]))
        }
        #expect(finding(try StoreOpener.compare(path, kept: kept, secrets: secrets))?.tables == ["journal"])
        // The running writer writes beside it until it stops.
        try writer.commit(.init(number: 311, effects: [site.scratch.entry(311)]))
        #expect(StoreOpener.put(kept: kept, besides: path, secrets: secrets))
        #expect(try site.open().state.finding == .altered)
    }

    @Test func whatIsKeptOfAnotherGateIsNothing() throws {
        let site = try Site()
        let (path, secrets) = (site.scratch.database, site.scratch.secrets)
        for octets in [[], [1, 2, 3], (try #require(try site.scratch.head())).map { $0 ^ 1 }] as [[UInt8]] {
            guard case .none = try StoreOpener.compare(path, kept: octets, secrets: secrets) else {
                Issue.record("\(octets.count) octets were taken for a head")
                continue
            }
        }
    }

    @Test func aWriteAheadFileOfBeforeIsNamed() throws {
        let site = try Site()
        let before = try site.save()
        try site.goOn()
        let after = try site.save()
        site.put(["": after[""] ?? [], "-wal": before["-wal"] ?? []], ["", "-wal"])
        #expect(try site.open().state.finding == .inOrder, "an empty one changes nothing")
    }

    @Test func theFileOfAnotherSiteIsNotThatOfThisOne() throws {
        let (site, other) = (try Site(), Scratch())
        let stranger = StoreWriter(
            path: other.database, secrets: KeyRing(master: SecretKey([UInt8](repeating: 4, count: 32))).storeSecrets,
            epoch: 1, run: "other")
        try stranger.commit(.init(number: 1, effects: [other.entry(1)]))
        #expect(stranger.idle())
        site.put(["": other.contents(other.database)], ["", "-wal"])
        let opened = try site.open()
        #expect(opened.state.finding == .altered && opened.state.tables.contains("head"))
        #expect(opened.loaded.restored.nextSequence > 300 && site.status(opened) == .enabled)
    }

    /// The number alone, with tables dropped, with all of them dropped.
    @Test(arguments: [
        ("", 0), ("", 8), ("DROP TABLE head; ", 8), ("DROP TABLE standing; DROP TABLE journal_node; ", 10),
        (
            "DROP TABLE head; DROP TABLE standing; DROP TABLE journal_node; DROP TABLE journal_run; DROP TABLE checkpoint; ",
            8
        ),
    ])
    func aSchemaThatWasTurnedBackMakesNoFreshHead(dropped: String, version: Int) throws {
        let site = try Site()
        try site.goOn()
        try site.run("\(dropped)PRAGMA user_version = \(version)")
        let opened = try site.open()
        #expect(opened.state.finding == (dropped.isEmpty ? .inOrder : .altered))
        #expect(site.status(opened) == .lost && opened.loaded.restored.registry.counts.credentials == 2)
        #expect(try site.open().state.isGood)
    }

    @Test func copiesThatAreGoneAreToldAndGrantsGoOn() throws {
        let site = try Site()
        try site.goOn()
        for ending in [".head", ".registry"] { unlink(site.scratch.database + ending) }
        let opened = try site.open()
        #expect(opened.state.finding == .inOrder && opened.state.isUnwitnessed)
        #expect(site.status(opened, 1) == .enabled && opened.loaded.restored.ledger.rewinding == nil)
    }

    @Test func copiesOfYesterdayAreNoFault() throws {
        let site = try Site()
        let yesterday = try site.save()
        try site.goOn()
        site.put(yesterday, [".head", ".registry"])
        #expect(try site.open().state == StateReport())
    }

    @Test func aDatabaseFromBeforeGetsItsHeadOnce() throws {
        let site = try Site()
        try site.run(
            "DROP TABLE head; DROP TABLE standing; DROP TABLE journal_node; DROP TABLE journal_run; DROP TABLE checkpoint; DELETE FROM meta WHERE key = 'tree'; PRAGMA user_version = 8"
        )
        for ending in [".head", ".registry"] { unlink(site.scratch.database + ending) }
        let opened = try site.open()
        #expect(opened.state.finding == .made && opened.state.isUnwitnessed)
        #expect(opened.loaded.restored.postures["wicket"] == .secure)
        try site.goOn()
        #expect(try site.open().state.finding == .inOrder)
    }

    @Test func whatOpensAgainWithARestoreIsNamed() throws {
        let site = try Site()
        let backup = try Backup.make(
            database: site.scratch.database, directory: site.scratch.folder, name: "b", secrets: site.scratch.secrets)
        try site.goOn()
        let writer = site.scratch.writer(run: "third")
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    .registry([.end(.credential, id: 1), site.credential(3)], revision: 3),
                    site.scratch.entry(303, .registry),
                ]))
        var asked: [Revival] = []
        #expect(throws: Backup.NotWanted.self) {
            try Backup.restore(
                backup, database: site.scratch.database, at: CivilTime(seconds: 9), actor: "uid 1",
                secrets: site.scratch.secrets
            ) { age in
                asked = age.revived
                return false
            }
        }
        #expect(
            asked == [
                Revival(row: RegistryRowID(.credential, 1), today: "removed"),
                Revival(row: RegistryRowID(.credential, Site.stolen), today: "lost"),
            ])
    }

    @Test func aRestoreOnPurposeIsInOrder() throws {
        let site = try Site()
        let backup = try Backup.make(
            database: site.scratch.database, directory: site.scratch.folder, name: "b", secrets: site.scratch.secrets)
        try site.goOn()
        _ = try Backup.restore(
            backup, database: site.scratch.database, at: CivilTime(seconds: 9), actor: "uid 1",
            secrets: site.scratch.secrets)
        let opened = try site.open()
        #expect(opened.state.finding == .inOrder && opened.loaded.restored.epoch == 2)
        #expect(opened.loaded.restored.ledger.rewinding == nil && opened.loaded.restored.ledger.restored != nil)
    }
}
