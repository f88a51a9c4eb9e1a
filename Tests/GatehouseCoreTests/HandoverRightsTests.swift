import GatehouseCore
import GatehouseCrypto
import Testing

/// The old operator's rights end at an instant and the new one's begin with a token; the gate goes on meanwhile.
@Suite struct HandoverRightsTests {
    static let token = [UInt8](repeating: 0xA5, count: 32)
    private let manager = Actor(name: "uid 1001", role: .manager)
    private let viewer = Actor(name: "uid 1002", role: .viewer)
    private let auditor = Actor(name: "uid 1003", role: .auditor)

    private func bench() -> Bench {
        var builder = SiteBuilder()
        builder.resident(1, card: 1603)
        return Bench(builder)
    }

    private func order(_ verb: Order.Verb, by actor: Actor, _ bench: inout Bench, reason: String? = "contract")
        -> (effects: [Effect], refusal: OrderRefusal?)
    {
        let effects = bench.give(.order(Order(id: 1, actor: actor, command: "c", verb: verb, reason: reason)))
        for case .reply(_, .refused(let refusal)) in effects { return (effects, refusal) }
        return (effects, nil)
    }

    private func handover(_ bench: Bench, in span: Duration) -> Handover {
        Handover(
            at: bench.now.civil + span, receiver: [UInt8](repeating: 2, count: 32), tokenHash: Hash.sha256(Self.token))
    }

    /// Announced by the manager, and confirmed by somebody of a second role.
    private func announce(_ bench: inout Bench, in span: Duration) {
        #expect(order(.announceHandover(handover(bench, in: span)), by: manager, &bench).refusal == nil)
        #expect(order(.confirmHandover, by: auditor, &bench).refusal == nil)
    }

    @Test func accessEndsAtTheInstantAndTheGateGoesOn() throws {
        var bench = bench()
        let announced = order(.announceHandover(handover(bench, in: .seconds(90 * 60))), by: manager, &bench)
        #expect(announced.refusal == nil)
        #expect(announced.effects.entries.map(\.outcome) == ["announced"])
        #expect(order(.confirmHandover, by: auditor, &bench).effects.entries.map(\.outcome) == ["confirmed"])
        #expect(bench.controller.nextDeadline?.waiter != nil)
        bench.pass(.seconds(3600))
        #expect(order(.open(SiteBuilder.wicket), by: manager, &bench).refusal == nil)
        let ended = bench.pass(.seconds(1800))
        #expect(ended.entries.filter { $0.kind == .handover }.map(\.outcome) == ["ended"])
        #expect(bench.controller.health.has(.handedOver))
        for role in [Role.manager, .guard_, .installer] {
            let actor = Actor(name: "uid 9", role: role)
            for verb in [.look(.people([])), .cancelHandover, .acceptClock(reopens: false), .forgiveAll] as [Order.Verb]
            {
                let found = order(verb, by: actor, &bench)
                #expect(found.refusal == .handedOver && found.effects.entries.map(\.outcome) == ["refused"])
            }
        }
        #expect(order(.look(.people([])), by: viewer, &bench).refusal == nil)
        #expect(order(.look(.people([])), by: auditor, &bench).refusal == nil)
        #expect(bench.card(1603).decision?.outcome == "granted")
        #expect(bench.pass(.seconds(60)).entries.allSatisfy { $0.kind != .handover }, "it ends once")
    }

    /// One person alone takes nobody's rights at once: a second role agrees, or a day goes by.
    @Test func whatNobodyElseAgreedToWaitsADay() {
        var bench = bench()
        _ = order(.announceHandover(handover(bench, in: .seconds(1))), by: manager, &bench)
        #expect(order(.confirmHandover, by: manager, &bench).refusal != nil, "not by who announced it")
        bench.pass(.seconds(23 * 3600))
        #expect(!bench.controller.isHandedOver)
        #expect(order(.forgiveAll, by: manager, &bench).refusal == nil)
        bench.pass(.seconds(3600))
        #expect(bench.controller.isHandedOver)
        #expect(order(.forgiveAll, by: manager, &bench).refusal == .handedOver)
    }

    @Test func guardsOpenLockDownAndResetUntilTheNewOperatorHasAccepted() {
        var bench = bench()
        announce(&bench, in: .seconds(1))
        bench.pass(.seconds(2))
        let night = Actor(name: "uid 7", role: .guard_)
        #expect(order(.open(SiteBuilder.wicket), by: night, &bench).refusal == nil)
        #expect(order(.posture(nil, .lockdown), by: night, &bench).refusal == nil)
        #expect(order(.fireReset, by: night, &bench).refusal == .noFire, "the reset is theirs; there is no fire")
        #expect(order(.posture(nil, .free), by: night, &bench).refusal == .handedOver)
        #expect(order(.open(SiteBuilder.wicket), by: manager, &bench).refusal == .handedOver)
    }

    @Test func rootAtTheMachineTakesItBackEvenAfterTheInstant() {
        var bench = bench()
        announce(&bench, in: .seconds(1))
        bench.pass(.seconds(2))
        #expect(order(.cancelHandover, by: manager, &bench).refusal == .handedOver)
        let root = Actor(name: "uid 0", role: .manager, isRoot: true)
        #expect(order(.cancelHandover, by: root, &bench, reason: nil).refusal == .reasonMissing)
        #expect(order(.cancelHandover, by: root, &bench).effects.entries.first?.outcome == "cancelled")
        #expect(order(.forgiveAll, by: manager, &bench).refusal == nil)
    }

    @Test func deadlineStandsAtTheInstant() throws {
        var bench = bench()
        announce(&bench, in: .seconds(90))
        let deadline = try #require(bench.controller.nextDeadline)
        #expect(deadline.at == bench.now.monotonic + .seconds(90), "\(deadline)")
    }

    @Test func newOperatorTakesItWithTheTokenOnce() {
        var bench = bench()
        announce(&bench, in: .seconds(10))
        let token = Order.Verb.acceptHandover(token: Self.token)
        #expect(order(token, by: viewer, &bench).refusal != nil, "not before the instant")
        bench.pass(.seconds(10))
        // One of them begins as the right one does, where digests are compared.
        let near = (0...10_000).lazy.map { [UInt8]("\($0)".utf8) }.first {
            Hash.sha256($0)[0] == Hash.sha256(Self.token)[0]
        }
        for wrong in [[], [0], [UInt8](repeating: 0, count: 32), Self.token + [0], near ?? []] as [[UInt8]] {
            #expect(order(.acceptHandover(token: wrong), by: manager, &bench).refusal == .wrongToken)
        }
        let accepted = order(token, by: manager, &bench)
        #expect(accepted.refusal == nil && accepted.effects.entries.first?.outcome == "accepted")
        #expect(!bench.controller.health.has(.handedOver))
        #expect(order(.open(SiteBuilder.wicket), by: manager, &bench).refusal == nil)
        #expect(order(token, by: manager, &bench).refusal != nil, "it is good once")
    }

    @Test func announcementIsTakenBackBeforeItsInstantWithAReason() {
        var bench = bench()
        #expect(order(.cancelHandover, by: manager, &bench).refusal != nil)
        #expect(
            order(.announceHandover(handover(bench, in: .seconds(-1))), by: manager, &bench).refusal
                == .other(Sentence("that instant is over")))
        let one = handover(bench, in: .seconds(10))
        #expect(order(.announceHandover(one), by: manager, &bench, reason: nil).refusal == .reasonMissing)
        _ = order(.announceHandover(one), by: manager, &bench)
        #expect(order(.announceHandover(one), by: manager, &bench).refusal != nil, "one at a time")
        #expect(order(.cancelHandover, by: manager, &bench, reason: nil).refusal == .reasonMissing)
        #expect(order(.cancelHandover, by: manager, &bench).effects.entries.map(\.outcome) == ["cancelled"])
        bench.pass(.seconds(20))
        #expect(order(.open(SiteBuilder.wicket), by: manager, &bench).refusal == nil)
    }

    /// What stands on disk goes on after a restart: before the instant, and past it.
    @Test func restartKeepsIt() throws {
        var bench = bench()
        var effects = order(.announceHandover(handover(bench, in: .seconds(100))), by: manager, &bench).effects
        effects += order(.confirmHandover, by: auditor, &bench).effects
        var ledger = Ledger()
        for case .durable(.ledger(let change)) in effects {
            let (key, value) = change.stored
            let content = try #require(value)
            let read = try #require(LedgerChange(key: key, value: content))
            #expect(read == change)
            _ = ledger.apply(read)
        }
        var next = Bench(SiteBuilder(), civilSeconds: bench.now.civil.seconds + 200, ledger: ledger)
        let begun = next.give(.started(StartReport(version: "t", wasCleanStop: true)))
        #expect(begun.entries.contains { $0.outcome == "ended" } || next.controller.isHandedOver)
        #expect(order(.open(SiteBuilder.wicket), by: manager, &next).refusal == .handedOver)
    }
}
