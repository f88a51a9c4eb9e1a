import GatehouseCore
import Testing

@Suite struct ReaderSecurityTests {
    private func alerts(_ effects: [Effect]) -> [OutboxItem] {
        effects.compactMap { if case .durable(.enqueue(let item)) = $0 { item } else { nil } }
    }

    private func standing(_ bench: Bench) -> [HealthCode] {
        bench.controller.health.standing.filter { $0.subject == "reader-in" }.map(\.code)
    }

    @Test(arguments: SecurityBreach.allCases.filter { $0 != .noKey })
    func aReaderThatIsNotBelievedIsAnAlarmAnEntryAndAnAlertAndOpensNothing(breach: SecurityBreach) throws {
        var bench = Bench(SiteBuilder())
        let effects = bench.give(.reader(SiteBuilder.reader, .breach(breach)))
        #expect(standing(bench) == [.readerDowngraded])
        #expect(HealthCode.readerDowngraded.severity == .alarm)
        #expect(alerts(effects).map(\.kind) == [.tamper])
        let entries = effects.compactMap { effect -> JournalEntry? in
            if case .durable(.record(let entry)) = effect { entry } else { nil }
        }
        let entry = try #require(entries.first { $0.kind == .reader })
        #expect(entry.outcome == "breach")
        #expect(entry.detail["reason"] == .text(breach.rawValue))
        #expect(!effects.contains { if case .release = $0 { true } else { false } })
        _ = bench.give(.reader(SiteBuilder.reader, .breach(nil)))
        #expect(standing(bench) == [])
    }

    @Test func aReaderThatWaitsForItsKeyIsAFaultAndNoAlarm() {
        var bench = Bench(SiteBuilder())
        let effects = bench.give(.reader(SiteBuilder.reader, .breach(.noKey)))
        #expect(standing(bench) == [.readerUnkeyed])
        #expect(HealthCode.readerUnkeyed.severity == .fault)
        #expect(alerts(effects).isEmpty)
    }

    @Test func clearTextStandsAsAFaultAndASessionEndsIt() {
        var bench = Bench(SiteBuilder())
        _ = bench.give(.reader(SiteBuilder.reader, .link(.online(.clear))))
        #expect(standing(bench) == [.readerInsecure])
        #expect(HealthCode.readerInsecure.severity == .fault)
        _ = bench.give(.reader(SiteBuilder.reader, .link(.online(.secure))))
        #expect(standing(bench) == [])
    }

    @Test(arguments: OfflineReason.allCases)
    func aModuleThatDoesNotAgreeOnEncryptionIsAFaultThatEndsWithItsLink(reason: OfflineReason) {
        var bench = Bench(SiteBuilder())
        _ = bench.give(.reader(SiteBuilder.reader, .link(.offline(reason))))
        #expect(standing(bench).contains(.faceEncryption) == reason.isOfEncryption)
        _ = bench.give(.reader(SiteBuilder.reader, .link(.online(.none))))
        #expect(standing(bench) == [])
    }

    @Test func readingsInClearAreOneCountedEntryAMinute() throws {
        var bench = Bench(SiteBuilder())
        for _ in 0..<50 { _ = bench.give(.reader(SiteBuilder.reader, .unreadable(.insecure))) }
        let entries = bench.pass(.seconds(60)).compactMap { effect -> JournalEntry? in
            if case .durable(.record(let entry)) = effect, entry.kind == .unreadable { entry } else { nil }
        }
        #expect(entries.count == 1)
        #expect(try #require(entries.first).detail["insecure"] == .integer(50))
    }

    @Test func anOverrunStandsAsAWarningUntilTheNextStart() {
        var bench = Bench(SiteBuilder())
        _ = bench.give(.reader(SiteBuilder.reader, .unreadable(.frameOverrun)))
        #expect(standing(bench) == [.frameOverrun])
        _ = bench.pass(.seconds(3600))
        #expect(standing(bench) == [.frameOverrun])
    }

    @Test(
        arguments: [
            ("EPC:e200 3412", "EPC:E2003412"), ("PLATE:粤b·123-45", "PLATE:粤B12345"), ("TEXT:a b-c", "TEXT:a b-c"),
            ("EPC:E2003", nil), ("EPC:XY", nil), ("PLATE:··", nil),
        ] as [(String, String?)])
    func aTagAndAPlateAreSpelledAsTheirReaderDoes(typed: String, kept: String?) {
        #expect(CardNumber(typed)?.description == kept)
    }

    @Test func aTextIsNoTagAndNoPlate() throws {
        let primitives = SiteBuilder().primitives
        let texts = ["TEXT:E20034120123", "EPC:E20034120123", "PLATE:E20034120123", "TEXT:EPC:E20034120123"]
        let keys = try texts.map { CredentialKey(card: try #require(CardNumber($0)), primitives: primitives) }
        #expect(Set(keys).count == texts.count)
    }

    @Test func aChangeOfKeysIsAnEntryWithItsReasonAndTheReaderBeforeItIsDone() throws {
        var bench = Bench(SiteBuilder())
        func entries(_ effects: [Effect]) -> [JournalEntry] {
            effects.compactMap { if case .durable(.record(let entry)) = $0 { entry } else { nil } }
        }
        func order(_ reader: ReaderID, reason: String?) -> [Effect] {
            bench.give(
                .order(
                    Order(
                        id: 7, actor: Actor(name: "uid 7", role: .installer), command: "reader install",
                        verb: .changeReader(reader), reason: reason)))
        }
        #expect(order(SiteBuilder.reader, reason: nil).contains(.reply(7, .refused(.reasonMissing))))
        #expect(order("elsewhere", reason: "new").contains(.reply(7, .refused(.unknownReader("elsewhere")))))
        let effects = order(SiteBuilder.reader, reason: "new reader")
        let entry = try #require(entries(effects).first { $0.kind == .order })
        #expect(entry.reader == SiteBuilder.reader)
        #expect(entry.actor == "uid 7 (installer)")
        #expect(effects.contains(.reply(7, .done(event: entry.sequence))))
        for end in KeyChangeEnd.allCases {
            let told = entries(bench.give(.reader(SiteBuilder.reader, .keyChange(end))))
            #expect(told.map(\.outcome) == [end.rawValue])
        }
    }
}
