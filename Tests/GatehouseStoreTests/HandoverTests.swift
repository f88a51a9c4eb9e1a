import GatehouseCore
import GatehouseCrypto
import Glibc
import Testing

@testable import GatehouseStore

/// A site with people, a history, events and pictures, given from one controller to another.
@Suite struct HandoverTests {
    /// Made for this test alone.
    static let certificate = Array(
        """
        -----BEGIN CERTIFICATE-----
        MIIBfTCCASOgAwIBAgIUNN7wfDjwUexFzobg58JcQCz7Qd4wCgYIKoZIzj0EAwIw
        EzERMA8GA1UEAwwIcmVjZWl2ZXIwIBcNMjYxMTI0MjIzNzE4WhgPMjEyNjEwMzEy
        MjM3MThaMBMxETAPBgNVBAMMCHJlY2VpdmVyMFkwEwYHKoZIzj0CAQYIKoZIzj0D
        AQcDQgAEsO3u6idmnsnUvF2nYfA6F2iQM8veMcJle/hxQ3CiquLV/ju25nXKOpS/
        wmgz2VukvnbFGbK5w8SZial+D33U/6NTMFEwHQYDVR0OBBYEFGy2jStfDfyzPbHT
        8QqZQj7uMVb6MB8GA1UdIwQYMBaAFGy2jStfDfyzPbHT8QqZQj7uMVb6MA8GA1Ud
        EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgZQAV87/anGvaLWeVy23+HrRq
        oKZvQIQxJMA4GRxUtgACIQDsP35n+/I0rxyKJlqeTKEQHWZKc725I80noRpvuyEy
        eQ==
        -----END CERTIFICATE-----
        """.utf8)
    static let privateKey = Array(
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg59Gplh34GE0WeBYK
        8UUuu2zSNs2FD/FVVXkCT8Ectl6hRANCAASw7e7qJ2aeydS8Xadh8DoXaJAzy94x
        wmV7+HFDcKKq4tX+O7bmdco6lL/CaDPZW6S+dsUZsrnDxJmJqX4PfdT/
        -----END PRIVATE KEY-----
        """.utf8)

    let old = Scratch()
    let new = Scratch()
    let newKeys = KeyRing(master: SecretKey([UInt8](repeating: 9, count: 32)))
    var archive: String { old.folder + "/site.gho" }
    var reading: ArchiveSecrets.Reading { ArchiveSecrets.reading(privateKey: Self.privateKey) }
    static let picture = "2026/11/24/1-lane-00112233.jpg"

    /// Two revisions, a personal value, one that was erased, a picture, a place in an area, a watchlist entry.
    func fill(events: UInt64 = 3) throws {
        let writer = old.writer()
        var changed = try #require(
            RegistryRowTests.rows.compactMap { if case .person(let row) = $0 { row } else { nil } }.first)
        changed.name = "王芳芳"
        let presence = Ledger.Presence(area: "inside", since: CivilTime(milliseconds: 7))
        let handover = Handover(
            at: CivilTime(milliseconds: 1), receiver: [], tokenHash: [UInt8](repeating: 1, count: 32))
        try writer.commit(
            .init(
                number: 1,
                effects: [
                    .registry(RegistryRowTests.rows.map { .put($0) }, revision: 1),
                    old.entry(1, .registry, card: "H10301:1-2"),
                ]))
        try writer.commit(
            .init(
                number: 2,
                effects: [
                    .registry([.put(.person(changed)), .end(.credential, id: 1)], revision: 2),
                    old.entry(2, .registry, card: "H10301:3-4"), .area(person: 1, presence), .ledger(.threat(2)),
                    .ledger(.handover(handover)),
                    .snapshot(
                        SnapshotRow(
                            event: 1, camera: "lane", result: .stored(path: Self.picture, size: 4, digest: [1]))),
                    .snapshot(SnapshotRow(event: 2, camera: "lane", result: .missing(.timeout))),
                    .watchlistEntry(
                        WatchlistEntry(
                            id: "canary-watch", category: .missing, portals: [],
                            validFrom: CivilTime(milliseconds: 0), expires: CivilTime(milliseconds: 9),
                            references: [[1]], digest: [2])),
                ]))
        if events >= 3 { try writer.commit(.init(number: 3, effects: (3...events).map { old.entry($0) })) }
        let database = try StoreWriter.open(path: old.database)
        try database.execute("DELETE FROM personal WHERE seq = 2")
        for folder in ["", "/2026", "/2026/11", "/2026/11/24"] { mkdir("\(old.folder)/pictures\(folder)", 0o700) }
        try put([0xFF, 0xD8, 0xFF, 0xD9], "\(old.folder)/pictures/\(Self.picture)")
        mkdir("\(new.folder)/pictures", 0o700)
    }

    func put(_ octets: [UInt8], _ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        defer { close(descriptor) }
        try SealedFile.put(octets, descriptor, path)
    }

    @discardableResult
    func export() throws -> HandoverExport.Report {
        let der = try #require(Envelope.certificate(pem: Self.certificate))
        return try HandoverExport.make(
            database: old.database, pictures: "\(old.folder)/pictures", to: archive, site: "t", version: "1",
            at: CivilTime(milliseconds: 5), made: CivilTime(milliseconds: 6), secrets: old.secrets,
            making: try ArchiveSecrets.making(certificate: der, signingWith: old.keys.handover))
    }

    func take() throws -> HandoverImport.Report {
        try HandoverImport.run(
            archive, database: new.database, pictures: "\(new.folder)/pictures", at: CivilTime(seconds: 1_790_000_000),
            actor: "t", secrets: newKeys.storeSecrets, reading: reading)
    }

    func check(key: Bool = true) throws -> HandoverCheck.Report {
        try HandoverCheck.run(
            archive, secrets: newKeys.storeSecrets, reading: key ? reading : ArchiveSecrets.reading(privateKey: nil))
    }

    /// Rows of a table as octets.
    func rows(_ path: String, _ table: String, _ condition: String = "1") throws -> [[UInt8]] {
        let database = try Database(path: path, mode: .readOnly)
        let columns = try HandoverTables.columns(table, database).count
        let statement = try database.prepare("SELECT * FROM \(table) WHERE \(condition)")
        var rows: [[UInt8]] = []
        while try statement.step() {
            var body: [UInt8] = []
            for column in 0..<columns { statement.append(Int32(column), to: &body) }
            rows.append(body)
        }
        return rows
    }

    @Test func nothingIsLostByteForByteAndTheRootIsTheSame() throws {
        try fill()
        let root = try JournalVerifier(path: old.database, secrets: old.secrets).verify().root
        let made = try export()
        #expect(made.manifest.root == root && made.manifest.entries == 3 && made.manifest.pictures == 1)
        #expect(made.manifest.pins == 0 && made.manifest.missing == 0 && made.manifest.faults == 0)
        let report = try take()
        #expect(report.check.isWhole, "\(report.check.damages)")
        #expect(report.epoch == 2 && report.first == 4)
        for (table, condition) in [
            ("journal", "seq <= 3"), ("snapshot", "1"), ("revision", "1"), ("area", "1"),
            ("ledger", "key <> 'handover/'"),
        ] {
            #expect(try rows(old.database, table, condition) == rows(new.database, table, condition), "\(table)")
        }
        let verified = try JournalVerifier(path: new.database, secrets: newKeys.storeSecrets).verify(sizes: [3])
        #expect(verified.faults.isEmpty && verified.count == 4 && verified.roots[3] == root && verified.erased == 1)
        let (before, after) = (
            try JournalReader(path: old.database, secrets: old.secrets),
            try JournalReader(path: new.database, secrets: newKeys.storeSecrets)
        )
        for kind in RegistryKind.allCases {
            #expect(try before.rows(kind) == after.rows(kind))
            for id in 1...2 as ClosedRange<UInt32> {
                let (one, other) = (try before.history(kind, id), try after.history(kind, id))
                #expect(
                    one.map(\.row) == other.map(\.row) && one.map(\.from) == other.map(\.from)
                        && one.map(\.to) == other.map(\.to))
            }
        }
        #expect(try after.rows(.person, by: .person(reference: "R1")).count == 1)
        #expect(
            try after.entry(1, withPersonal: true)?.personal.map { String(decoding: $0.value, as: UTF8.self) } == [
                "H10301:1-2"
            ])
        #expect(new.contents("\(new.folder)/pictures/\(Self.picture)") == [0xFF, 0xD8, 0xFF, 0xD9])
        let last = try #require(try after.entry(4, withPersonal: false)?.entry)
        #expect(last.kind == .restored && last.outcome == "handover" && last.detail["root"]?.octets == root)
        #expect(last.detail["key"]?.octets == made.publicKey && last.detail["entries"]?.integer == 3)
    }

    /// What the old company signed goes along with the lines of its witnesses, and the journal goes on from it under another name.
    @Test func signedHeadsGoAlongAndTheNextExtendsThem() throws {
        try fill(events: 700)
        let signer = try old.keys.logSigner(site: "lotus", epoch: 1)
        let keeper = CheckpointKeeper(path: old.database, secrets: old.secrets, signer: signer.closures)
        let made = try #require(try keeper.make())
        #expect(made.size == 700)
        #expect(try export().manifest.checkpoints == 1)
        let report = try take()
        #expect(report.checkpoints == 1 && report.foreignCheckpoints == [])
        #expect(try CheckpointKeeper.stored(new.database) == made)
        let reader = try JournalReader(path: new.database, secrets: newKeys.storeSecrets)
        let entry = try #require(try reader.entry(report.first, withPersonal: false)).entry
        #expect(entry.detail[.head]?.text == String(decoding: made.note, as: UTF8.self))
        let next = try newKeys.logSigner(site: "lotus", epoch: report.epoch)
        let first = try #require(
            try CheckpointKeeper(path: new.database, secrets: newKeys.storeSecrets, signer: next.closures).make())
        #expect(first.origin == "lotus/journal/2" && first.size == 701)
        let prover = try JournalProver(path: new.database, sha256: Hash.sha256)
        #expect(
            Merkle.extends(
                old: 700, oldRoot: made.root, new: 701, newRoot: first.root,
                proof: try prover.consistency(old: 700, new: 701)))
        #expect(try JournalVerifier(path: new.database, secrets: newKeys.storeSecrets).verify().isWhole)
    }

    /// A company that changed its journal after it had been signed, and before it left.
    @Test func aJournalThatIsNotTheSignedOneIsTold() throws {
        try fill(events: 20)
        let signer = try old.keys.logSigner(site: "lotus", epoch: 1)
        _ = try CheckpointKeeper(path: old.database, secrets: old.secrets, signer: signer.closures).make()
        try Database(path: old.database).execute("DELETE FROM journal WHERE seq > 15")
        try export()
        let report = try take()
        #expect(report.checkpoints == 1 && report.foreignCheckpoints == [20])
        #expect(try CheckpointKeeper.stored(new.database)?.size == 20, "it stays, as evidence")
    }

    /// Pieces, and lots of the journal, end where records do not.
    @Test func largePicturesAndLongJournalsAreCutAndJoinedAgain() throws {
        try fill(events: 2500)
        let sizes = [0, 1, Archive.pieceSize - 100, Archive.pieceSize * 3 + 17, 5]
        let names = sizes.indices.map { "2026/11/24/\(10 + $0)-lane-00112233.jpg" }
        let octets = sizes.map { size in (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }
        for (name, octets) in zip(names, octets) { try put(octets, "\(old.folder)/pictures/\(name)") }
        try old.writer().commit(
            .init(
                number: 1,
                effects: zip(names, octets).enumerated().map { index, picture in
                    .snapshot(
                        SnapshotRow(
                            event: UInt64(10 + index), camera: "lane",
                            result: .stored(path: picture.0, size: picture.1.count, digest: Hash.sha256(picture.1))))
                }))
        let root = try JournalVerifier(path: old.database, secrets: old.secrets).verify().root
        let made = try export()
        #expect(made.manifest.root == root && made.manifest.entries == 2500 && made.manifest.faults == 0)
        #expect(made.manifest.pictures == UInt64(sizes.count + 1) && made.pieces > 4)
        let report = try take()
        #expect(report.check.isWhole, "\(report.check.damages)")
        #expect(try rows(old.database, "journal") == rows(new.database, "journal", "seq <= 2500"))
        for (name, octets) in zip(names, octets) {
            #expect(new.contents("\(new.folder)/pictures/\(name)") == octets)
        }
    }

    /// An entry whose octets are not those of its hash goes along, and is counted.
    @Test func damagedEntriesAreCounted() throws {
        try fill(events: 1500)
        let database = try StoreWriter.open(path: old.database)
        try database.execute("UPDATE journal SET leaf = x'00' WHERE seq IN (1, 1000, 1500)")
        #expect(try export().manifest.faults == 3)
    }

    /// Root takes the archive; the service, which the folder belongs to, has to write the database.
    @Test(.enabled(if: geteuid() == 0)) func databaseBelongsToTheOwnerOfItsFolder() throws {
        try fill()
        try export()
        #expect(chown(new.folder, 4711, 4712) == 0)
        _ = try take()
        var status = stat()
        #expect(stat(new.database, &status) == 0 && status.st_uid == 4711 && status.st_mode & 0o777 == 0o600)
    }

    @Test func watchlistAndHandoverStayWhereTheyAre() throws {
        try fill()
        try export()
        _ = try take()
        for table in ["watch", "outbox"] { #expect(try rows(new.database, table).isEmpty, "\(table)") }
        #expect(try rows(new.database, "ledger", "key = 'handover/'").isEmpty)
        let octets = old.contents(archive)
        for word in ["王芳", "canary-watch", "H10301:1-2"] {
            #expect(octets.firstRange(of: Array(word.utf8)) == nil, "\(word)")
        }
    }

    /// A row whose seal is broken, or whose key was destroyed, opens for nobody afterwards either.
    @Test func erasedRowStaysErased() throws {
        try fill()
        try StoreWriter.open(path: old.database).execute("UPDATE registry SET sealed = x'' WHERE kind = 3 AND id = 2")
        #expect(try export().manifest.unreadable == 1)
        #expect(try take().check.isWhole)
        let reader = try JournalReader(path: new.database, secrets: newKeys.storeSecrets)
        #expect(try reader.rows(.person).map(\.id) == [1])
    }

    /// Their picture waits for the uplink to delete it: it is not handed over meanwhile.
    @Test func pictureOfAnErasedPersonIsLeftBehind() throws {
        try fill()
        try StoreWriter.open(path: old.database).execute("INSERT INTO erasure VALUES (1, 'lane')")
        let made = try export()
        #expect(made.manifest.pictures == 0 && made.manifest.missing == 0)
        #expect(try take().check.isWhole)
        let reader = try JournalReader(path: new.database, secrets: newKeys.storeSecrets)
        let found = try reader.snapshot(1)
        #expect(found?.state == "expired" && found?.path == nil)
        #expect(access("\(new.folder)/pictures/\(Self.picture)", F_OK) != 0)
    }

    /// Each octet that is turned over is told with its piece, with a key and without one, and nothing is taken.
    @Test func damageIsToldWithItsPlaceAndNothingIsTaken() throws {
        try fill(events: 20_000)
        let whole = try export()
        #expect(whole.pieces > 2)
        #expect(try check(key: false).isWhole)
        let size = whole.octets
        for (offset, place) in [
            (3, "offset 0"), (60, "offset"), (size / 2, "piece 1"), (size - 40, "offset"), (size - 2, "cut off"),
        ] {
            try turn(offset)
            for key in [true, false] {
                do {
                    let report = try check(key: key)
                    #expect(
                        !report.isWhole && report.damages.description.contains(place), "\(offset): \(report.damages)")
                } catch let damage as Archive.Damage {
                    #expect(damage.description.contains(place), "\(offset): \(damage)")
                }
            }
            #expect((try? take())?.check.isWhole != true)
            #expect(access(new.database, F_OK) != 0 && access("\(new.folder)/pictures/2026", F_OK) != 0)
            try turn(offset)
        }
        #expect(truncate(archive, Int(size) - 100_000) == 0)
        #expect(try check().damages.description.contains("cut off here"))
    }

    @Test func missingPieceIsTold() throws {
        try fill(events: 20_000)
        try export()
        let octets = whole(archive)
        let first = try #require(octets.firstRange(of: Archive.length(Archive.pieceSize + 28))?.lowerBound)
        let second = first + 4 + Archive.pieceSize + 28
        try put(Array(octets[..<first] + octets[second...]), archive)
        for key in [true, false] {
            #expect(try check(key: key).damages.first?.description == "piece 0 at offset \(first): damaged or missing")
        }
    }

    @Test func anotherKeyOpensNothingAndAnotherSignatureIsTold() throws {
        try fill()
        try export()
        var forged = old.contents(archive)
        let key = KeyRing(master: SecretKey([UInt8](repeating: 3, count: 32))).handover
        let place = try #require(forged.firstRange(of: try Ed25519.publicKey(seed: key)))
        forged.replaceSubrange(place, with: try Ed25519.publicKey(seed: newKeys.handover))
        try put(forged, archive)
        #expect(try check(key: false).damages.description.contains("the head is damaged"))
        try export()
        #expect(throws: (any Error).self) {
            try HandoverCheck.run(
                archive, secrets: newKeys.storeSecrets, reading: ArchiveSecrets.reading(privateKey: Self.certificate))
        }
    }

    @Test func controllerWithPeopleIsRefused() throws {
        try fill()
        try export()
        let writer = StoreWriter(
            path: new.database, secrets: newKeys.storeSecrets, epoch: 1, run: "r")
        try writer.commit(.init(number: 1, effects: [new.entry(1, .start)]))
        #expect(try take().check.isWhole)
        #expect(throws: Archive.Refusal.self) { try take() }
    }

    @Test func everyTableOfTheSchemaIsHandedOverOrLeftOutByName() throws {
        try fill()
        try HandoverTables.checkSchema(try Database(path: old.database))
        #expect(Set(HandoverTables.carried).isDisjoint(with: HandoverTables.leftOut.keys))
    }

    @Test func anyOctetsAreReadWithoutATrap() {
        var state: UInt64 = 7
        for size in 0..<400 {
            let octets = (0..<size).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33) & (state >> 60 < 8 ? 3 : 255)
            }
            _ = HandoverValue.read(octets[...])
            _ = HandoverPicture(octets[...])
            _ = HandoverManifest(octets)
            _ = Archive.closing(octets)
            _ = Archive.head(octets)
        }
        for path in [
            "../../etc/passwd.jpg", "2026/11/24/../x.jpg", "/026/11/24/x.jpg", "2026/11/24/.jpg", "2026/11/24/a/b.jpg",
        ] {
            #expect(!HandoverPicture.isPath(path), "\(path)")
        }
        #expect(HandoverPicture.isPath(Self.picture))
    }

    private func turn(_ offset: Int) throws {
        var octets = whole(archive)
        octets[offset] ^= 0x10
        try put(octets, archive)
    }

    private func whole(_ path: String) -> [UInt8] { Files.read(path, atMost: 1 << 30) ?? [] }
}
