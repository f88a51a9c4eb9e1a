import GatehouseAdmin
import GatehouseCore
import GatehouseDesk
import GatehouseProtocols
import GatehouseRuntime
import GatehouseSimulation
import Testing

/// Alarms are things with a state, made of entries alone.
@Suite("Alarms")
struct AlarmDeskTests {
    private func forced() throws -> DeskBench {
        let bench = try DeskTests.filled()
        bench.give([.contact("wicket", isOpen: true)])
        bench.pass(.seconds(2))
        return bench
    }

    private func alarms(_ bench: DeskBench) throws -> [AlarmView] {
        try #require(bench.say(AlarmList(), by: RightsTests.night).value(AlarmList.Reply.self)).alarms
    }

    @Test func aForcedDoorStaysUntilSomebodyHasSeenIt() throws {
        let bench = try forced()
        let raised = try #require(alarms(bench).first { $0.code == "portalForced" })
        #expect(raised.state == "raised" && raised.subject == "wicket" && raised.by == nil)
        bench.give([.contact("wicket", isOpen: false)])
        bench.pass(.seconds(2))
        #expect(!bench.shell.controller.health.has(.portalForced), "the door is closed again")
        #expect(try alarms(bench).first { $0.code == "portalForced" }?.state == "ended")
        #expect(bench.say(AlarmAck(alarm: CountArgument(raised.alarm)), reason: nil).refusal?.code == "reasonMissing")
        let seen = bench.say(
            AlarmAck(alarm: CountArgument(raised.alarm)), reason: "nobody there", by: RightsTests.night)
        #expect(seen.refusal == nil)
        #expect(try !alarms(bench).contains { $0.code == "portalForced" })
        #expect(bench.say(AlarmAck(alarm: CountArgument(raised.alarm))).refusal?.code == "unknownAlarm")
    }

    @Test func oneThatWasSeenStandsUntilItIsOver() throws {
        let bench = try forced()
        let alarm = try #require(alarms(bench).first { $0.code == "portalForced" })
        #expect(bench.say(AlarmAck(alarm: CountArgument(alarm.alarm)), by: RightsTests.night).refusal == nil)
        let seen = try #require(alarms(bench).first { $0.code == "portalForced" })
        #expect(seen.state == "acknowledged" && seen.by?.contains("uid 1003") == true)
        #expect(try #require(bench.say(Health()).value(Health.Reply.self)).alarms == 0)
        bench.give([.contact("wicket", isOpen: false)])
        bench.pass(.seconds(2))
        #expect(try !alarms(bench).contains { $0.code == "portalForced" })
    }

    /// Hearing the journal again brings the same alarms.
    @Test func alarmsAreMadeOfEntriesAlone() throws {
        let bench = try forced()
        bench.give([.health(.readerTamper, subject: "wicket-in", isOn: true)])
        let first = try #require(alarms(bench).first)
        _ = bench.say(AlarmAck(alarm: CountArgument(first.alarm)))
        var again = Alarms()
        for entry in try bench.entries() { again.hear(entry) }
        #expect(again.open == bench.shell.controller.alarms.open)
        #expect(again.open.count >= 2)
    }

    private static func entry(_ kind: EntryKind, _ number: UInt64) -> JournalEntry {
        var entry = JournalEntry(kind: kind)
        entry.sequence = number
        return entry
    }

    private static func condition(_ code: HealthCode, _ subject: String, isOn: Bool = true, _ number: UInt64)
        -> JournalEntry
    {
        var entry = entry(.health, number)
        entry.reason = code.rawValue
        entry.outcome = isOn ? "on" : "off"
        entry.detail["subject"] = .text(subject)
        return entry
    }

    private static func seen(_ alarm: UInt64, _ number: UInt64) -> JournalEntry {
        var entry = entry(.order, number)
        entry.detail["alarm"] = .integer(Int64(alarm))
        return entry
    }

    /// What stands again after it was seen is a new one, to be seen again.
    @Test func anAlarmThatComesAgainAfterItWasSeenIsANewOne() {
        var alarms = Alarms()
        alarms.hear(Self.condition(.readerTamper, "r", 1))
        alarms.hear(Self.seen(1, 2))
        alarms.hear(Self.condition(.readerTamper, "r", 3))
        #expect(alarms.open.map(\.entry) == [3] && alarms.open[0].state == .raised)
        alarms.hear(Self.condition(.readerTamper, "r", isOn: false, 4))
        #expect(alarms.open.map(\.state) == [.ended], "nobody has seen it yet")
        alarms.hear(Self.condition(.readerOffline, "r", 5))
        #expect(alarms.open.count == 1, "a fault is no alarm")
        var tried = Self.entry(.lockout, 6)
        tried.outcome = "guessing"
        alarms.hear(tried)
        #expect(alarms.open.count == 1, "tried numbers are a condition of their own")
        alarms.hear(Self.entry(.lockout, 7))
        #expect(alarms.open.count == 2 && alarms.holds(7))
    }

    /// What stood when the daemon died was not seen to end, and does not stand for ever.
    @Test func aStartEndsWhatStood() {
        var alarms = Alarms()
        alarms.hear(Self.condition(.portalForced, "p", 1))
        alarms.hear(Self.condition(.readerTamper, "r", 2))
        alarms.hear(Self.seen(2, 3))
        alarms.hear(Self.entry(.start, 4))
        #expect(alarms.open.map(\.entry) == [1] && alarms.open[0].state == .ended)
    }

    @Test func alarmsAreBoundedAndWhatStandsIsKept() {
        var alarms = Alarms()
        for number in 1...UInt64(Alarms.limit) { alarms.hear(Self.condition(.readerTamper, "\(number)", number)) }
        alarms.hear(Self.condition(.portalForced, "p", 1000))
        #expect(alarms.open.count == Alarms.limit && !alarms.holds(1000), "all of them stand")
        #expect(alarms.letGo == 1, "and what had no room is counted")
        alarms.hear(Self.condition(.readerTamper, "7", isOn: false, 1001))
        alarms.hear(Self.condition(.portalForced, "p", 1002))
        #expect(alarms.open.count == Alarms.limit && alarms.holds(1002) && !alarms.holds(7))
    }

    @Test func theSameAlarmAgainIsOneUntilItWasSeen() throws {
        let bench = try forced()
        for _ in 0..<5 {
            bench.give([.contact("wicket", isOpen: false)])
            bench.pass(.seconds(2))
            bench.give([.contact("wicket", isOpen: true)])
            bench.pass(.seconds(2))
        }
        #expect(try alarms(bench).count { $0.code == "portalForced" } == 1)
    }

    /// Wrong PINs and tried numbers make people wait: until when is shown, and a person may end it.
    @Test func aPauseIsShownWithItsEndAndEndedWithAReason() throws {
        let bench = try DeskTests.filled()
        _ = bench.say(CredentialAdd(person: "R-1", kind: "pin", pin: "73910482"))
        for number in UInt64(2000)..<2006 {
            let card = CardRead(number: CardNumber(format: "H10301", facility: 118, number: number))
            bench.give([.reader("wicket-in", .card(card))])
            bench.pass(.seconds(6))
        }
        func reader() throws -> ReaderView {
            let readers = try #require(bench.say(ReaderList()).value([ReaderView].self))
            return try #require(readers.first { $0.name == "wicket-in" })
        }
        #expect(try reader().slowedUntil != nil)
        #expect(
            bench.say(ReaderResume(reader: "wicket-in"), reason: nil, by: RightsTests.night).refusal?.code
                == "reasonMissing")
        #expect(bench.say(ReaderResume(reader: "wicket-in"), reason: "children", by: RightsTests.night).refusal == nil)
        #expect(try reader().slowedUntil == nil)
        #expect(!bench.shell.controller.health.has(.readerGuessed))
    }
}
