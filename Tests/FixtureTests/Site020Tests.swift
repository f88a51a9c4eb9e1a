import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseRegister
import GatehouseUplink
import Glibc
import Testing

@testable import GatehouseStore

/// Whatever a site of 0.2.0 left on a disk is opened, read and gone on with.
@Suite("A site of 0.2.0") struct Site020Tests {
    let site = Site020()
    var secrets: StoreSecrets { Site020.keys.storeSecrets }
    static let databases = ["site/gatehouse.db"] + (1...5).map { "databases/schema-\($0).db" }
    static let made = Site020.facts["made"]?.integer ?? 0

    private func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

    @Test(arguments: databases) func everyDatabaseMigratesAndHoldsItsRows(path: String) throws {
        let (name, copy) = (name(path), try site.copy(path))
        #expect(try Database(path: copy).userVersion == Site020.fact(name, "schema"))
        let loaded = try StoreLoader(path: copy, secrets: secrets).load(site: Site020.configuration().site)
        #expect(try Database(path: copy).userVersion == Migrations.steps.count)
        #expect(loaded.damagedRows == 0 && loaded.wasCleanStop)
        let registry = loaded.restored.registry
        #expect(registry.counts.persons == Site020.fact(name, "persons"))
        #expect(registry.counts.dwellings == Site020.fact(name, "dwellings"))
        #expect(registry.counts.tenancies == Site020.fact(name, "tenancies"))
        #expect(registry.counts.credentials == Site020.fact(name, "credentials"))
        #expect(registry.counts.vehicles == Site020.fact(name, "vehicles"))
        #expect(loaded.restored.activation?.authority == "District police" && loaded.restored.watchlist.count == 1)
        #expect(loaded.restored.postures["lane"] == (name == "gatehouse.db" ? .secure : .blocked))

        func card(_ text: String) throws -> CredentialRecord {
            let number = try #require(CardNumber(text))
            return try #require(
                registry.credential(for: CredentialKey(card: number, primitives: Site020.keys.primitives(epoch: 1))))
        }
        func standing(_ text: String) throws -> TenancyStanding {
            registry.tenancyStanding(of: try #require(registry.person(try card(text).person)), at: Self.made)
        }
        #expect(try card("H10301:118-1603").status == .enabled && card("H10301:118-1604").status == .lost)
        #expect(try standing("H10301:118-1605") == .ended && standing("H10301:118-1606") == .running)
    }

    @Test(arguments: databases) func everyJournalIsWholeWithTheRootThatWasCountedByHand(path: String) throws {
        let (name, copy) = (name(path), try site.copy(path))
        let report = try JournalVerifier(path: copy, secrets: secrets).verify()
        #expect(report.faults.isEmpty && report.count == Site020.fact(name, "entries").map { UInt64($0) })
        #expect(
            Hexadecimal.encode(report.root) == Site020.facts["databases"]?[name]?["root"]?.string)
        let reader = try JournalReader(path: copy, secrets: secrets)
        let granted = try reader.entries(JournalFilter(), withPersonal: true).filter {
            $0.entry.kind == .decision && $0.entry.outcome == "granted"
        }
        #expect(granted.count == Site020.fact(name, "granted"))
        #expect(
            granted.contains { $0.personal.contains { String(decoding: $0.value, as: UTF8.self).contains("118-1603") } }
        )
    }

    /// Databases from before the marks get them with the first batch that is written.
    @Test(arguments: databases) func everyDatabaseIsWrittenOnAndItsRowsAreFound(path: String) throws {
        let copy = try site.copy(path)
        let loaded = try StoreLoader(path: copy, secrets: secrets).load(site: Site020.configuration().site)
        var entry = JournalEntry(kind: .start)
        entry.sequence = loaded.restored.nextSequence
        entry.civil = CivilTime(seconds: Self.made)
        let writer = StoreWriter(
            path: copy, secrets: secrets, epoch: loaded.restored.epoch, run: "t")
        try writer.commit(.init(number: 1, effects: [.record(entry)]))
        let reader = try JournalReader(path: copy, secrets: secrets)
        for (reference, name) in [("R-1", "王芳"), ("T-2", "李雷")] {
            let rows = try reader.rows(.person, by: .person(reference: reference))
            guard case .person(let row)? = rows.first, rows.count == 1 else {
                Issue.record("\(reference) is not found")
                continue
            }
            #expect(row.name == name)
        }
        #expect(try reader.history(.person, 3).count == 2, "what the change of the name ended is kept")
        #expect(try JournalVerifier(path: copy, secrets: secrets).verify().faults.isEmpty)
        #expect(String(decoding: Site020.read(copy), as: UTF8.self).contains("1-102"))
        while !writer.idle() {}
        let disk = String(decoding: Site020.read(copy) + Site020.read(copy + "-wal"), as: UTF8.self)
        #expect(!disk.contains("1-102"), "nobody learns from the disk who lives where")
        #expect(try reader.history(.person, 3).count == 2)
    }

    @Test func theConfigurationReadsWithItsKeys() throws {
        let configuration = try Site020.configuration()
        #expect(configuration.site.name == "lotus-garden" && configuration.cameras.count == 2)
        #expect(configuration.site.portals.map(\.id) == ["wicket", "lane"])
        #expect(configuration.files.database == "/srv/site/gatehouse.db")
        for reader in ["wicket-out", "desk-out"] {
            #expect((try? ReaderKeyFile.read("\(Site020.root)/site/keys/\(reader)").get()) != nil)
        }
        let learned = try LearnedReaderKeys.read(try site.copy("site/gatehouse.db.reader-keys"), secrets: secrets)
        #expect(learned.map(\.reader) == ["desk-out"] && learned[0].keys.contains { $0.octets.count == 16 })
    }

    @Test func theLastGoodCopyIsTheRegister() throws {
        let reader = try JournalReader(path: site.copy("site/gatehouse.db"), secrets: secrets)
        let copy = try RegistryCopy.read(try site.copy("site/gatehouse.db.registry"), secrets: secrets)
        #expect(try copy.rows == RegistryKind.allCases.flatMap { try reader.rows($0) })
        let late = copy.rows.compactMap { if case .credential(let row) = $0, row.uses == 9 { row } else { nil } }
        #expect(late.first?.firstUseSpan == 5400 && late.first?.label == "UID34:7")
    }

    @Test func theBackupIsRestored() throws {
        let target = "\(site.folder)/restored.db"
        let restored = try Backup.restore(
            try site.copy("site/site.ghb"), database: target, at: CivilTime(seconds: Self.made), actor: "t",
            secrets: secrets)
        #expect(restored.epoch == 2 && restored.kept == nil)
        let loaded = try StoreLoader(path: target, secrets: secrets).load(site: Site020.configuration().site)
        #expect(loaded.damagedRows == 0 && loaded.restored.epoch == 2)
        #expect(loaded.restored.registry.counts.persons == Site020.fact("gatehouse.db", "persons"))
        // What the controller did after the backup was made is in neither; what was before is the same, entry by entry.
        let whole = try JournalVerifier(path: target, secrets: secrets).verify()
        let earlier = try JournalVerifier(path: try site.copy("site/gatehouse.db"), secrets: secrets)
            .verify(sizes: [whole.count - 1])
        let before = try JournalVerifier(path: target, secrets: secrets).verify(sizes: [whole.count - 1])
        #expect(whole.faults.isEmpty && before.roots.count == 1 && before.roots == earlier.roots)
    }

    @Test func theHandoverIsVerifiedAndTaken() throws {
        let archive = try site.copy("site/site.gho")
        let new = KeyRing(master: SecretKey([UInt8](repeating: 9, count: 32))).storeSecrets
        let reading = ArchiveSecrets.reading(privateKey: Site020.read("\(Site020.root)/site/receiver-key.pem"))
        let stated = Site020.facts["handover"]
        let check = try HandoverCheck.run(archive, secrets: new, reading: reading)
        #expect(check.isWhole, "\(check.damages)")
        #expect(Hexadecimal.encode(check.head.publicKey) == stated?["signed by"]?.string)
        #expect(
            check.manifest.map { "\($0.entries):\(Hexadecimal.encode($0.root))" } == stated?["root"]?.string)
        let (database, pictures) = ("\(site.folder)/new.db", "\(site.folder)/pictures")
        mkdir(pictures, 0o700)
        let taken = try HandoverImport.run(
            archive, database: database, pictures: pictures, at: CivilTime(seconds: Self.made), actor: "t",
            secrets: new, reading: reading)
        #expect(taken.check.isWhole)
        // What the old site called its portals is told, so that whoever has other names hears of it.
        let known = Set(try Site020.configuration().site.portals.map(\.id.name))
        #expect(!taken.portals.isEmpty && taken.portals.allSatisfy { known.contains($0) })
        #expect(!taken.accessPoints.isEmpty)
        let loaded = try StoreLoader(path: database, secrets: new).load(site: Site020.configuration().site)
        #expect(loaded.damagedRows == 0)
        #expect(loaded.restored.registry.counts.persons == Site020.fact("gatehouse.db", "persons"))
        #expect(loaded.restored.watchlist.isEmpty)
        let first = Site020.names(pictures).first ?? ""
        #expect(!Site020.names("\(pictures)/\(first)").isEmpty)
    }

    @Test func watchlistDocumentsAreParsed() throws {
        func document(_ name: String) -> String {
            String(decoding: Site020.read("\(Site020.root)/watchlist/\(name).json"), as: UTF8.self)
        }
        let key = try #require(Site020.facts["oversight"]?.string.flatMap { Hexadecimal.decode($0) })
        let now = CivilTime(seconds: Self.made)
        let activation = try WatchlistDocument.activation(
            document("activation"), oversightKey: key, site: "lotus-garden", now: now)
        #expect(activation.authority == "District police" && activation.signers.count == 2)
        let primitives = Site020.keys.primitives(epoch: 1)
        let entry = try WatchlistDocument.entry(
            document("entry"), activation: activation, now: now, portals: ["wicket", "lane"], primitives: primitives
        ) { _ in nil }
        #expect(entry.id == "00112233445566778899aabbccddeeff" && entry.portals == ["wicket"])
        #expect(entry.references == [primitives.watchlistReference(Array("card|H10301:118-1607".utf8))])
    }

    @Test func reportsThatWereOwedAreStillOwed() throws {
        let ledger = ReportLedger(path: try site.copy("site/pictures/reports"))
        let rows = ledger.numbers.compactMap { ledger[$0]?.row }
        #expect(rows.count == 2 && rows.map(\.camera) == ["lane", "wicket"])
        guard case .stored(let path, let size, let digest, nil)? = rows.first?.result, rows.last?.result == .expired
        else {
            Issue.record("\(rows)")
            return
        }
        let picture = Site020.read("\(Site020.root)/site/pictures/\(path)")
        #expect(picture.count == Int(size) && Hash.sha256(picture) == digest)
    }

    @Test func usesOfPassesAreRead() throws {
        let known = Site020.facts["passes"]?.array?.compactMap(\.string) ?? []
        let lines = Site020.read("\(Site020.root)/site/pass-uses.jsonl").split(separator: 10)
        let uses = lines.compactMap { WireJSON.decode(PassUse.self, Array($0)) }
        #expect(uses.count == 2 && lines.count == 2)
        #expect(uses.allSatisfy { known.contains($0.pass.description) })
        #expect(uses.filter(\.record.isRevoked).count == 1)
        #expect(uses.contains { $0.record.counts == ["lotus-garden": 1] })
    }

    @Test func picturesAreThoseOfTheJournal() throws {
        let database = try Database(path: try site.copy("site/gatehouse.db"), mode: .readOnly)
        let rows = try database.prepare(
            "SELECT path, size, digest FROM snapshot WHERE state = 'stored' ORDER BY event")
        var count = 0
        var gone = 0
        while try rows.step() {
            count += 1
            let picture = Site020.read("\(Site020.root)/site/pictures/\(rows.text(0))")
            // One has expired, which the daemon does not know yet.
            if picture.isEmpty { gone += 1; continue }
            #expect(picture.count == Int(rows.integer(1)) && Hash.sha256(picture) == rows.octets(2), "\(rows.text(0))")
        }
        #expect(count > 5 && gone == 1)
    }
}
