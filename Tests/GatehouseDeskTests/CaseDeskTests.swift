import GatehouseAdmin
import GatehouseCase
import GatehouseConfiguration
import GatehouseCrypto
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

@testable import GatehouseCore
@testable import GatehouseDesk
@testable import GatehouseStore

/// A case file as the desk gives it away, checked with its files alone.
@Suite("Case files at the desk")
struct CaseDeskTests {
    private static let photograph = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 / 7) }

    /// A resident's card was lost and was shown; the number of the refusal. A picture of it came.
    private func refused(_ settings: DeskBench.Settings = .init()) throws -> (bench: DeskBench, event: UInt64) {
        let bench = try DeskTests.filled(settings)
        _ = bench.say(CredentialChange(id: 1, status: "lost"), reason: "reported at the desk", by: RightsTests.manager)
        show(bench)
        let event = try #require(try bench.entries([.decision]).last).sequence
        PictureFolder(of: bench).put(Self.photograph)
        let row = SnapshotRow(
            event: event, camera: "gate",
            result: .stored(
                path: PictureFolder.path, size: Self.photograph.count, digest: Hash.sha256(Self.photograph)))
        bench.give([.snapshot(row)])
        return (bench, event)
    }

    private func show(_ bench: DeskBench, _ number: UInt64 = 1603) {
        let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))
        bench.give([.reader("wicket-in", .card(card))])
        bench.pass(.seconds(10))
    }

    private func tidy(_ bench: DeskBench) { PictureFolder(of: bench).tidy() }

    private func files(_ answer: DeskBench.Answer) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for item in answer.items {
            guard let piece = WireJSON.decode(CaseExport.Piece.self, item) else { continue }
            files[piece.file, default: []] += piece.data.octets
        }
        return files
    }

    private func check(_ answer: DeskBench.Answer, policy: [UInt8]? = nil) throws -> CaseCheck {
        let reply = try #require(answer.value(CaseExport.Reply.self), "\(answer.reply)")
        let files = files(answer)
        #expect(files.count == reply.files && files.values.reduce(0) { $0 + $1.count } == reply.size)
        let trust = try policy.map { CaseCheck.Trust(policy: $0) } ?? CaseCheck.Trust(key: NoteKey(reply.key))
        return CaseCheck(CaseFolder.Found(files: files), trust: trust)
    }

    private func export(
        _ bench: DeskBench, _ events: String, pictures: Bool = false, by person: DeskBench.Person = RightsTests.manager
    ) -> DeskBench.Answer {
        let command = CaseExport(events: TextArgument(events), pictures: pictures ? true : nil)
        return bench.say(command, reason: "case 12/2026", by: person)
    }

    @Test func aCaseIsWholeWithThePictureAndTheWordsOfWhy() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        let answer = export(bench, "\(event)", pictures: true)
        let check = try check(answer)
        #expect(check.isWhole, "\(check.faults)")
        #expect(check.entries.map(\.entry.sequence) == [event, event + 2])
        #expect(
            check.entries[0].opened.contains { $0.name == "cardNumber" && $0.value == Array("H10301:118-1603".utf8) })
        #expect(check.entries[1].picture == "picture-\(event + 2).jpg")
        #expect(files(answer)["picture-\(event + 2).jpg"] == Self.photograph)
        let told = try #require(check.document?.entries.first)
        #expect(told.told.en.contains("refused, the card H10301:…603 was lost since"))
        #expect(told.told.zh.contains("挂失"), "\(told.told.zh)")
        #expect(told.again == true && told.rules.contains { $0.rule == "credential" && $0.words.zh == "凭证已停用" })
        #expect(told.view.name == "赵一" && told.view.dwelling == "c/1-101")
        #expect(check.document?.export.reason == "case 12/2026" && check.document?.head.enough == nil)
        let page = String(decoding: try #require(files(answer)["case.html"]), as: UTF8.self)
        #expect(
            page.contains("赵一") && page.contains(PrintedPage.text(told.told.en))
                && page.contains("data:image/jpeg;base64,"))
    }

    @Test func picturesAreThereWhenTheyAreAskedFor() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        let without = try check(export(bench, "\(event)"))
        #expect(without.isWhole && without.entries.map(\.entry.sequence) == [event])
        PictureFolder(of: bench).put([1, 2, 3])
        let altered = try check(export(bench, "\(event)", pictures: true))
        #expect(altered.isWhole && altered.entries.allSatisfy { $0.picture == nil }, "\(altered.faults)")
        #expect(altered.document?.entries[0].pictures.first?.without?.en.contains("not the one that was taken") == true)
    }

    @Test func anExportStandsInTheReportOfEverybodyWhoIsInIt() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        show(bench, 1604)
        let other = try #require(try bench.entries([.decision]).last).sequence
        let reply = try #require(export(bench, "\(event),\(other)").value(CaseExport.Reply.self))
        let entry = try #require(try bench.entries([.look]).last)
        #expect(entry.sequence == reply.event && entry.detail[.key]?.octets?.count == 32)
        #expect(entry.detail[.entries]?.array?.compactMap(\.integer) == [Int64(event), Int64(other)])
        for person: PersonalArgument in ["R-1", "T-1"] {
            let answer = bench.say(PersonReport(reference: person), reason: "request", by: RightsTests.manager)
            let report = try #require(answer.value(PersonReport.Reply.self))
            #expect(report.looks.contains { $0.command.hasPrefix("case export") && $0.scope == "person" })
        }
    }

    @Test func whoMayNotHaveItGetsNothingOfIt() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        let looks = try bench.entries([.look]).count
        let ways: [(DeskBench.Answer, String)] = [
            (export(bench, "\(event)", by: RightsTests.night), "notAllowed"),
            (
                bench.say(CaseExport(events: TextArgument("\(event)")), reason: nil, by: RightsTests.manager),
                "reasonMissing"
            ),
            (export(bench, "99999"), "unknownEvent"), (export(bench, "\(event),x"), "malformed"),
            (export(bench, "5-3"), "malformed"), (export(bench, "0"), "malformed"),
            (export(bench, "1-9223372036854775807"), "tooMany"),
            (bench.say(CaseExport(), reason: "case 1", by: RightsTests.manager), "argumentMissing"),
        ]
        for (answer, code) in ways {
            #expect(
                answer.refusal?.code == code && answer.items.isEmpty, "\(code): \(String(describing: answer.refusal))")
        }
        #expect(try bench.entries([.look]).count == looks)
    }

    @Test func allOfOnePersonNeedsTwoWhoSayTheSame() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        func ask(_ person: DeskBench.Person, pictures: Bool = false) -> DeskBench.Answer {
            bench.say(
                CaseExport(
                    person: "R-1", from: "2026-11-18", until: "2026-11-19T12:00", pictures: pictures ? true : nil),
                reason: "case 12/2026", by: person)
        }
        #expect(ask(RightsTests.manager).refusal?.code == "secondPerson")
        #expect(ask(RightsTests.manager).refusal?.code == "secondPerson", "the same one again")
        #expect(ask(RightsTests.auditor, pictures: true).refusal?.code == "secondPerson", "that is something else")
        bench.pass(.seconds(301))
        #expect(ask(RightsTests.auditor).refusal?.code == "secondPerson", "too late")
        let answer = ask(RightsTests.manager)
        let check = try check(answer)
        #expect(check.isWhole, "\(check.faults)")
        #expect(check.document?.export.with == "uid 1002" && check.export?.detail[.with]?.text == "uid 1002")
        #expect(check.entries.contains { $0.entry.sequence == event })
        #expect(check.entries.allSatisfy { $0.entry.person == 1 && $0.entry.kind != .look })
        let report = bench.say(PersonReport(reference: "R-1"), reason: "request", by: RightsTests.manager)
        let looks = try #require(report.value(PersonReport.Reply.self)).looks.filter { $0.command.hasPrefix("case") }
        #expect(looks.count == 5, "the wishes of both stand there too")
    }

    @Test func moreThanThreeDaysOfAPersonNeedACourtAndAnAuditor() throws {
        let (bench, _) = try refused()
        defer { tidy(bench) }
        func ask(_ court: TextArgument?, _ until: TextArgument?, _ person: DeskBench.Person) -> String? {
            let command = CaseExport(person: "R-1", from: "2026-11-10", until: until, court: court)
            return bench.say(command, reason: "case 12/2026", by: person).refusal?.code
        }
        #expect(ask(nil, nil, RightsTests.auditor) == "windowMissing")
        #expect(ask(nil, "2026-11-13", RightsTests.manager) == "secondPerson", "72 hours")
        #expect(ask(nil, "2026-11-13T00:01", RightsTests.auditor) == "windowTooWide")
        #expect(
            ask("(2026) 12", "2026-11-19", RightsTests.manager) == "windowTooWide", "a court's order is an auditor's")
        #expect(ask("(2026) 12", "2026-11-19", RightsTests.auditor) == "secondPerson")
        #expect(ask("(2026) 12", "2026-11-19", DeskBench.Person(1009, [.auditor])) == nil)
    }

    @Test func whatIsSealedIsInNobodysCaseButTheAuditors() throws {
        var settings = DeskBench.Settings()
        settings.prepare = { path, secrets in
            var entry = JournalEntry(kind: .watchlist)
            entry.sequence = 1
            let writer = StoreWriter(path: path, secrets: secrets, epoch: 1, run: "before")
            try writer.commit(CommitGate.Batch(number: 1, effects: [.record(entry)]))
        }
        let bench = try DeskBench(settings)
        #expect(export(bench, "1").refusal?.code == "unknownEvent")
        #expect(export(bench, "1", by: RightsTests.auditor).refusal == nil)
    }

    @Test func whatTheJournalDoesNotProveIsNotGivenAway() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        let database = try Database(path: bench.configuration.files.database)
        let row = try database.prepare("SELECT leaf FROM journal WHERE seq = ?").bind(Int64(event))
        #expect(try row.step())
        var leaf = row.octets(0)
        row.reset()
        // Another card, in the same length.
        let place = try #require(leaf.indices.last { leaf[$0...].starts(with: "credential".utf8) }) + 10
        leaf[place] += 1
        try database.prepare("UPDATE journal SET leaf = ? WHERE seq = ?").bind(leaf, Int64(event)).run()
        let answer = export(bench, "\(event)")
        #expect(answer.refusal?.code == "notWhole" && answer.items.isEmpty)
    }

    @Test func whatWasErasedStaysProvedAndIsNotOpened() throws {
        let (bench, event) = try refused()
        defer { tidy(bench) }
        #expect(bench.say(PersonErase(reference: "R-1"), by: RightsTests.manager).refusal == nil)
        let answer = export(bench, "\(event)", pictures: true)
        let check = try check(answer)
        #expect(check.isWhole && check.entries[0].opened.isEmpty && check.entries.allSatisfy { $0.picture == nil })
        #expect(!files(answer).values.contains { String(decoding: $0, as: UTF8.self).contains("赵一") })
    }

    /// A witness's line beside the gate's own: the case is proved under that head, and says by whom.
    @Test func aCaseIsProvedUnderTheHeadThatWitnessesSigned() throws {
        let seed = SecretKey([UInt8](repeating: 50, count: 32))
        let witness = try NoteKey(name: "committee/w1", kind: .witness, publicKey: Ed25519.publicKey(seed: seed))
        var settings = DeskBench.Settings()
        settings.witnesses = try WitnessPolicy(
            Array("# of an epoch before\nwitness w1 \(witness) https://w1.example\nquorum w1\n".utf8))
        let (bench, event) = try refused(settings)
        defer { tidy(bench) }
        let kept = try #require(bench.say(JournalCheckpoint()).value(JournalCheckpoint.Reply.self))
        #expect(kept.witnesses == [] && kept.enough == false)
        let early = export(bench, "\(event)")
        #expect(early.value(CaseExport.Reply.self)?.enough == false)
        #expect(try check(early).isWhole)
        #expect(bench.say(JournalCheckpoint(witnessed: FlagArgument(true))).refusal?.code == "notWitnessed")
        var note = try SignedNote(Array(kept.note.utf8))
        let cosignature = try Cosignature(of: Array(note.text.utf8), at: 1_795_000_100, seed: seed)
        note.signatures.append(
            SignedNote.Signature(name: witness.name, id: witness.id, octets: cosignature.octets))
        let database = try Database(path: bench.configuration.files.database)
        let row = try database.prepare("UPDATE checkpoint SET note = ? WHERE size = ?")
        try row.bind(note.octets, Int64(clamping: kept.size)).run()
        let answer = export(bench, "\(event)")
        let reply = try #require(answer.value(CaseExport.Reply.self))
        #expect(reply.enough == true && reply.witnesses == ["w1"])
        let policy = Array("log \(kept.key)\nwitness w1 \(witness)\nquorum w1\n".utf8)
        let check = try check(answer, policy: policy)
        #expect(
            check.isWhole && check.head?.size == kept.size && check.witnesses.map(\.name) == ["w1"], "\(check.faults)")
        #expect((check.export?.sequence ?? 0) > kept.size, "the export itself came later")
        let witnessed = bench.say(JournalCheckpoint(witnessed: FlagArgument(true))).value(JournalCheckpoint.Reply.self)
        #expect(witnessed?.size == kept.size && witnessed?.witnesses == ["w1"] && witnessed?.enough == true)
    }
}
