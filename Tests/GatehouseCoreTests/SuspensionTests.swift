import Testing

@testable import GatehouseCore

@Suite("Suspensions")
struct SuspensionTests {
    private static func bench() -> Bench {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        return Bench(builder)
    }

    private static func order(_ verb: Order.Verb, by role: Role = .guard_, reason: String? = "found") -> Input {
        .order(Order(id: 1, actor: Actor(name: "uid 1003", role: role), command: "test", verb: verb, reason: reason))
    }

    private static func refusal(_ effects: [Effect]) -> OrderRefusal? {
        for case .reply(_, .refused(let refusal)) in effects { return refusal }
        return nil
    }

    /// The manager is told of what a guard took, without a name or a number; of their own orders they know.
    @Test func theManagerIsToldOfWhatAGuardTook() throws {
        var bench = Self.bench()
        let until = bench.now.civil + .seconds(3600)
        let told = bench.give(Self.order(.suspend(credential: 1, until: until))).alerts
        #expect(told.map(\.kind) == [.guardOrder])
        #expect(told.first?.content == .plain(["order": "suspend", "credential": "1"]))
        let blocked = bench.give(Self.order(.posture(SiteBuilder.wicket, .blocked))).alerts
        #expect(blocked.first?.content == .plain(["order": "blocked", "portal": "wicket"]))
        #expect(bench.give(Self.order(.posture(nil, .lockdown))).alerts.map(\.kind) == [.guardOrder])
        #expect(bench.give(Self.order(.posture(nil, .secure))).alerts.isEmpty)
        #expect(bench.give(Self.order(.posture(nil, .blocked), by: .manager)).alerts.isEmpty)
        #expect(bench.give(Self.order(.suspend(credential: 1, until: until), by: .manager)).alerts.isEmpty)
    }

    @Test func itIsRefusedByName() {
        var bench = Self.bench()
        let now = bench.now.civil
        func refused(_ verb: Order.Verb, reason: String? = "found") -> OrderRefusal? {
            Self.refusal(bench.give(Self.order(verb, reason: reason)))
        }
        #expect(refused(.suspend(credential: 9, until: now + .seconds(60))) == .unknownCredential)
        #expect(refused(.suspend(credential: 1, until: now)) == .suspensionTooLong)
        #expect(refused(.suspend(credential: 1, until: now + .seconds(25 * 3600 + 1))) == .suspensionTooLong)
        #expect(refused(.suspend(credential: 1, until: now + .seconds(60)), reason: " ") == .reasonMissing)
        #expect(refused(.endSuspension(credential: 1)) == .notSuspended)
    }

    /// Given while the clock stood years ahead, it holds nobody out when the clock is right again; and is not forgotten.
    @Test func aWrongClockKeepsNobodyOutForYears() {
        var bench = Self.bench()
        let right = bench.now.civil.seconds
        bench.turn(to: right + 10 * 365 * 86400)
        _ = bench.give(Self.order(.suspend(credential: 1, until: bench.now.civil + .seconds(3600))))
        #expect(bench.card(5).decision?.reason == "SuspendedByGuard")
        bench.turn(to: right)
        #expect(bench.card(5).decision?.outcome == "granted")
        #expect(bench.controller.ledger.suspensions.count == 1)
    }

    /// It ends at its moment, with an entry of the condition, without anybody at the gate.
    @Test func itEndsAtItsMoment() throws {
        var bench = Self.bench()
        _ = bench.give(Self.order(.suspend(credential: 1, until: bench.now.civil + .seconds(600))))
        let due = try #require(bench.controller.nextDeadline)
        #expect(due.at <= bench.now.monotonic + .seconds(600), "nobody has to come for it")
        let effects = bench.pass(.seconds(600))
        #expect(effects.entries.contains { $0.reason == "credentialSuspended" && $0.result == .off })
        #expect(bench.card(5).decision?.outcome == "granted")
    }

    @Test func whatStandsInTheLedgerComesBack() throws {
        let suspension = Suspension(until: CivilTime(milliseconds: 1_795_060_800_000), event: 77)
        let stored = LedgerChange.suspension(credential: 5, suspension).stored
        #expect(stored.key == "suspension/5")
        let value = try #require(stored.value)
        #expect(LedgerChange(key: stored.key, value: value) == .suspension(credential: 5, suspension))
        #expect(LedgerChange(key: "suspension/x", value: value) == nil)
        #expect(LedgerChange(key: stored.key, value: .array([.integer(1)])) == nil)
    }
}
