import GatehouseCore
import Testing

@Suite struct ReaderSwapTests {
    private let old = ReaderIdentity(maker: "CA-44-6C", model: "5", serial: "11", firmware: "1.0.0")
    private let new = ReaderIdentity(maker: "CA-44-6C", model: "5", serial: "12", firmware: "1.0.0")
    private let first = Actor(name: "uid 1001", role: .installer)
    private let second = Actor(name: "uid 1002", role: .manager)

    private func hears(_ identity: ReaderIdentity, _ bench: inout Bench) -> [Effect] {
        bench.give(.reader(SiteBuilder.reader, .identified(identity)))
    }

    private func order(_ verb: Order.Verb, by actor: Actor, _ bench: inout Bench, reason: String? = "checked")
        -> (effects: [Effect], refusal: OrderRefusal?)
    {
        let effects = bench.give(.order(Order(id: 1, actor: actor, command: "reader", verb: verb, reason: reason)))
        for case .reply(_, .refused(let refusal)) in effects { return (effects, refusal) }
        return (effects, nil)
    }

    private func isSwapped(_ bench: Bench) -> Bool { bench.controller.health.has(.readerSwapped) }

    /// A controller that goes on from what the effects left on disk.
    private func restarted(_ bench: Bench) -> Bench {
        var builder = SiteBuilder()
        builder.readerStandings =
            bench.controller.standing(of: SiteBuilder.reader).map { [SiteBuilder.reader: $0] } ?? [:]
        var next = Bench(builder)
        _ = next.give(.started(StartReport(version: "t", wasCleanStop: true)))
        return next
    }

    @Test func theFirstDeviceIsAnEntryAndTheSameOneIsNone() throws {
        var bench = Bench(SiteBuilder())
        let effects = hears(old, &bench)
        let entry = try #require(effects.entries.first)
        #expect(entry.kind == .reader && entry.outcome == "identified" && entry.reader == SiteBuilder.reader)
        #expect(entry.detail["serial"] == .text("11") && entry.detail["maker"] == .text("CA-44-6C"))
        #expect(effects.contains(.durable(.readerStanding(SiteBuilder.reader, ReaderStanding(known: old)))))
        #expect(hears(old, &bench).entries.isEmpty)
        #expect(!isSwapped(bench) && effects.alerts.isEmpty)
        var after = restarted(bench)
        #expect(hears(old, &after).entries.isEmpty)
    }

    @Test func anotherFirmwareIsAPlainEntry() throws {
        var bench = Bench(SiteBuilder())
        _ = hears(old, &bench)
        var newer = old
        newer.firmware = "1.1.0"
        let effects = hears(newer, &bench)
        let entry = try #require(effects.entries.first)
        #expect(entry.outcome == "firmwareChanged" && entry.detail["firmwareBefore"] == .text("1.0.0"))
        #expect(!isSwapped(bench) && effects.alerts.isEmpty)
        newer.firmware = ""
        #expect(hears(newer, &bench).entries.isEmpty, "nothing said, nothing changed")
        #expect(bench.controller.standing(of: SiteBuilder.reader)?.known.firmware == "1.1.0")
    }

    @Test(arguments: ["serial", "model", "maker", "nothing"])
    func anotherDeviceIsAnAlarmThatStandsUntilItIsAccepted(what: String) throws {
        var bench = Bench(SiteBuilder())
        _ = hears(old, &bench)
        var other = old
        switch what {
        case "serial": other.serial = "12"
        case "model": other.model = "6"
        case "maker": other.maker = "00-00-01"
        default: other.serial = ""
        }
        let effects = hears(other, &bench)
        let entry = try #require(effects.entries.first { $0.kind == .reader })
        #expect(entry.outcome == "swapped" && entry.detail["serialBefore"] == .text("11"))
        #expect(effects.alerts.map(\.kind) == [.tamper])
        #expect(isSwapped(bench) && HealthCode.readerSwapped.severity == .alarm)
        #expect(hears(other, &bench).entries.isEmpty, "told once")
        var after = restarted(bench)
        #expect(isSwapped(after), "it stands after a restart too")
        #expect(hears(other, &after).alerts.isEmpty)
        let accepted = order(.acceptReader(SiteBuilder.reader), by: second, &after)
        let taken = try #require(accepted.effects.entries.first { $0.kind == .order })
        #expect(accepted.refusal == nil && taken.outcome == "accepted" && taken.actor == "uid 1002 (manager)")
        #expect(taken.reader == SiteBuilder.reader)
        #expect(!isSwapped(after))
        #expect(hears(other, &after).entries.isEmpty)
        #expect(!isSwapped(restarted(after)))
        let again = hears(old, &after)
        #expect(again.entries.contains { $0.outcome == "swapped" }, "the old one is the strange one now")
    }

    @Test func theOldDeviceEndsTheAlarmWhenItIsBack() {
        var bench = Bench(SiteBuilder())
        _ = hears(old, &bench)
        _ = hears(new, &bench)
        let effects = hears(old, &bench)
        #expect(effects.entries.contains { $0.outcome == "swapEnded" })
        #expect(!isSwapped(bench))
        #expect(order(.acceptReader(SiteBuilder.reader), by: first, &bench).refusal?.word == "readerNotSwapped")
    }

    @Test func twoPersonsLookAtADeviceBeforeItHasAKey() throws {
        var bench = Bench(SiteBuilder())
        _ = hears(old, &bench)
        #expect(order(.installReader(SiteBuilder.reader), by: first, &bench).refusal == nil, "nothing was swapped")
        _ = hears(new, &bench)
        for actor in [first, second] {
            let refused = order(.installReader(SiteBuilder.reader), by: actor, &bench)
            let refusal = try #require(refused.refusal)
            #expect(refusal.word == "readerSwapped" && refusal.sentence.english.contains("serial 12, it was 11"))
            #expect(refused.effects.entries.contains { $0.outcome == "refused" && $0.reason == "readerSwapped" })
        }
        #expect(order(.changeReader(SiteBuilder.reader), by: first, &bench).refusal == nil, "other changes go on")
        #expect(order(.acceptReader(SiteBuilder.reader), by: first, &bench, reason: nil).refusal == .reasonMissing)
        #expect(order(.acceptReader("nobody"), by: first, &bench).refusal?.word == "unknownReader")
        #expect(order(.acceptReader(SiteBuilder.reader), by: first, &bench).refusal == nil)
        var after = restarted(bench)
        #expect(order(.installReader(SiteBuilder.reader), by: first, &after).refusal?.word == "secondPerson")
        #expect(order(.installReader(SiteBuilder.reader), by: second, &after).refusal == nil)
        _ = after.give(.reader(SiteBuilder.reader, .keyChange(.kept)))
        #expect(after.controller.standing(of: SiteBuilder.reader)?.acceptedBy == nil)
        #expect(order(.installReader(SiteBuilder.reader), by: first, &after).refusal == nil)
    }

    @Test func theTableOfAModuleIsComparedWithTheRegister() throws {
        var builder = SiteBuilder()
        builder.resident(7, card: 1603)
        builder.put(.consent(ConsentRow(id: 1, person: 7, basis: "form", given: 0)))
        var bench = Bench(builder)
        func table(_ users: [UInt16]) -> [JournalEntry] {
            bench.give(.reader(SiteBuilder.reader, .faceUsers(users))).entries
        }
        #expect(table([]).isEmpty, "nobody here and nobody there")
        let effects = table([4, 9])
        let entry = try #require(effects.first { $0.kind == .reader })
        #expect(entry.outcome == "faceTable" && entry.person == nil && entry.personal.isEmpty)
        #expect(entry.detail == ["users": .integer(2), "unknown": .integer(2), "missing": .integer(0)])
        #expect(bench.controller.health.has(.faceTableDiffers))
        #expect(table([4, 9]).isEmpty, "told once")
        let row = CredentialRow(
            id: 8, person: 7, kind: .face, key: CredentialKey(face: 4, module: SiteBuilder.reader), label: "x")
        let put = order(.registry([.put(.credential(row))]), by: second, &bench)
        #expect(put.refusal == nil)
        #expect(table([9]).first { $0.kind == .reader }?.detail["missing"] == .integer(1))
        #expect(table([4]).contains { $0.kind == .health && $0.outcome == "off" })
        #expect(!bench.controller.health.has(.faceTableDiffers))
        #expect(order(.registry([.end(.credential, id: 8)]), by: second, &bench).refusal == nil)
        #expect(table([4]).first { $0.kind == .reader }?.detail["unknown"] == .integer(1))
    }

    /// The users of another module are other people: its faces open nothing until it is accepted.
    @Test func aFaceOfASwappedModuleOpensNothing() throws {
        var builder = SiteBuilder()
        builder.resident(7, card: 1603)
        builder.put(.consent(ConsentRow(id: 1, person: 7, basis: "form", given: 0)))
        var bench = Bench(builder)
        let row = CredentialRow(
            id: 8, person: 7, kind: .face,
            key: CredentialKey(face: 4, module: SiteBuilder.reader), label: "x")
        #expect(order(.registry([.put(.credential(row))]), by: second, &bench).refusal == nil)
        _ = hears(old, &bench)
        #expect(bench.give(.reader(SiteBuilder.reader, .face(userNumber: 4))).decision?.outcome == "granted")
        _ = hears(new, &bench)
        bench.pass(.seconds(60))
        let denied = bench.give(.reader(SiteBuilder.reader, .face(userNumber: 4)))
        #expect(denied.decision?.reason == "ReaderNotTrusted" && denied.releases.isEmpty)
        _ = order(.acceptReader(SiteBuilder.reader), by: second, &bench)
        bench.pass(.seconds(60))
        #expect(bench.give(.reader(SiteBuilder.reader, .face(userNumber: 4))).decision?.outcome == "granted")
    }
}
