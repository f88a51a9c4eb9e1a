import Testing

@testable import GatehouseCore

@Suite struct TenancyTests {
    static let starts: Int64 = 1_000_000
    static let ends: Int64 = 2_000_000

    static func row(_ step: TenancyStep = .registered) -> TenancyRow {
        TenancyRow(
            id: 1, dwelling: 1, tenants: [1], firstDay: 11, lastDay: 22, starts: starts, ends: ends, step: step)
    }

    @Test(arguments: [
        (TenancyStep.registered, -1 as Int64, TenancyState.registered), (.registered, 0, .running),
        (.registered, 999_999, .running), (.registered, 1_000_000, .overstay),
        (.notice, -1, .registered), (.notice, 0, .notice), (.notice, 1_000_000, .overstay),
        (.renewed, 0, .running), (.renewed, 1_000_000, .renewed),
        (.terminated, -1, .terminatedEarly), (.terminated, 1_000_000, .terminatedEarly),
        (.handedBack, 1_000_000, .ended),
    ])
    func stateFollowsStepAndTime(step: TenancyStep, offset: Int64, state: TenancyState) {
        #expect(Self.row(step).state(at: Self.starts + offset) == state)
    }

    /// Every state by every event: the step that follows, or why none does.
    struct Step: Sendable {
        var state: TenancyState
        var event: TenancyEvent
        var result: Result<TenancyState, TenancyProblem>
    }

    static let table: [Step] = {
        let end = TenancyEvent.terminate(at: starts + 500_000, day: 15)
        func rows(
            _ state: TenancyState, _ notice: Result<TenancyState, TenancyProblem>,
            _ terminate: Result<TenancyState, TenancyProblem>, _ renew: Result<TenancyState, TenancyProblem>,
            _ handBack: Result<TenancyState, TenancyProblem>
        ) -> [Step] {
            [
                Step(state: state, event: .giveNotice, result: notice),
                Step(state: state, event: end, result: terminate),
                Step(state: state, event: .renew, result: renew),
                Step(state: state, event: .handBack, result: handBack),
            ]
        }
        return [
            rows(
                .registered, .success(.registered), .success(.terminatedEarly), .success(.registered),
                .failure(.stillRuns)),
            rows(.running, .success(.notice), .success(.running), .success(.running), .failure(.stillRuns)),
            rows(.notice, .success(.notice), .success(.running), .success(.running), .failure(.stillRuns)),
            rows(.overstay, .failure(.isOver), .failure(.isOver), .success(.renewed), .success(.ended)),
            rows(
                .terminatedEarly, .failure(.isTerminated), .failure(.isTerminated), .failure(.isTerminated),
                .success(.ended)),
            rows(.renewed, .failure(.isRenewed), .failure(.isRenewed), .failure(.isRenewed), .failure(.isRenewed)),
            rows(
                .ended, .failure(.isHandedBack), .failure(.isHandedBack), .failure(.isHandedBack),
                .failure(.isHandedBack)),
        ].flatMap(\.self)
    }()

    @Test(arguments: table) func everyStateTakesEveryEvent(step: Step) {
        let (row, now): (TenancyRow, Int64) =
            switch step.state {
            case .registered: (Self.row(), Self.starts - 10)
            case .running: (Self.row(), Self.starts + 10)
            case .notice: (Self.row(.notice), Self.starts + 10)
            case .overstay: (Self.row(), Self.ends + 10)
            case .terminatedEarly: (Self.row(.terminated), Self.ends + 10)
            case .renewed: (Self.row(.renewed), Self.ends + 10)
            case .ended: (Self.row(.handedBack), Self.ends + 10)
            }
        #expect(row.state(at: now) == step.state)
        #expect(row.after(step.event, at: now).map { $0.state(at: now) } == step.result)
    }

    @Test func everyStateIsInTheTable() {
        #expect(Set(Self.table.map(\.state)) == Set(TenancyState.allCases))
    }

    @Test func anEarlyEndIsTheLastSecondAndNotLater() throws {
        let ended = try Self.row().after(.terminate(at: Self.starts + 100, day: 11), at: Self.starts + 10).get()
        #expect(ended.ends == Self.starts + 100 && ended.lastDay == 11)
        #expect(ended.state(at: Self.starts + 99) == .running && ended.state(at: Self.starts + 100) == .terminatedEarly)
        #expect(Self.row().after(.terminate(at: Self.ends, day: 22), at: Self.starts).failure == .notBeforeItsEnd)
    }

    /// One that is called off before it began never runs.
    @Test func calledOffBeforeItBeganItNeverRuns() throws {
        let off = try Self.row().after(.terminate(at: Self.starts - 50, day: 10), at: Self.starts - 60).get()
        for offset in [-60, -50, 0, 10, 2_000_000] as [Int64] {
            #expect(off.starts < off.ends && off.state(at: Self.starts + offset) == .terminatedEarly)
        }
        var builder = SiteBuilder()
        builder.resident(1, card: 5, role: .tenant)
        var row = off
        row.dwelling = 2
        builder.put(.tenancy(row))
        let person = try #require(builder.registry.person(1))
        for offset in [0, 10, 999_999] as [Int64] {
            #expect(builder.registry.tenancyStanding(of: person, at: Self.starts + offset) == .ended)
        }
    }

    /// Days for moving out: as the policy says, and none after an early end or once the dwelling was handed back.
    @Test(arguments: [
        (TenancyStep.registered, 0 as Int64, "granted" as String?), (.registered, 86_399, "granted"),
        (.registered, 86_400, nil), (.notice, 100, "granted"), (.terminated, 0, nil), (.handedBack, 0, nil),
        (.renewed, 100, "granted"),
    ])
    func graceFollowsTheEnd(step: TenancyStep, after: Int64, outcome: String?) throws {
        var builder = SiteBuilder()
        builder.site.policy.tenancyGrace = 86_400
        builder.resident(1, card: 5, role: .tenant)
        var row = Self.row(step)
        row.dwelling = 2
        builder.put(.tenancy(row))
        var bench = Bench(builder, civilSeconds: Self.ends + after)
        let entry = try #require(bench.card(5).decision)
        #expect(entry.outcome == outcome ?? "denied")
        if outcome == nil {
            #expect(entry.reason == "TenancyEnded")
        } else {
            #expect(try #require(entry.path).contains(.grace))
        }
    }

    /// A clock that is turned back brings nothing back that had ended: over a restart too, until two people say that the
    /// later time was never right.
    @Test func whatHasEndedStaysEndedWhenTheClockGoesBack() throws {
        var builder = SiteBuilder()
        builder.tenant(1, card: 5, starts: 0, ends: Self.ends)
        builder.resident(2, card: 6)
        var card = builder.credential(2, person: 2, card: 6)
        card.validUntil = Self.ends
        builder.put(.credential(card))
        builder.put(
            .person(
                PersonRow(
                    id: 3, reference: "S", name: "", role: .staff, dwelling: 1, groups: ["residents"],
                    validUntil: Self.ends)))
        builder.put(.credential(builder.credential(3, person: 3, card: 7)))
        let reasons = ["TenancyEnded", "CredentialExpired", "EmploymentEnded"]
        func shown(_ bench: inout Bench) throws -> [String?] {
            try [5, 6, 7].map { try #require(bench.card($0).decision).reason }
        }
        var bench = Bench(builder, civilSeconds: Self.ends + 60)
        let before = try shown(&bench)
        #expect(before[0] == reasons[0] && before[1] == reasons[1] && before[2] != nil)
        _ = bench.give(.order(order(.acceptClock(reopens: false))))
        bench.turn(to: Self.ends - 400_000)
        #expect(try shown(&bench) == before)
        bench = Bench(builder, civilSeconds: Self.ends - 300_000, ledger: bench.controller.ledger)
        #expect(try shown(&bench) == before)
        let stored = LedgerChange.ended(bench.controller.ledger.ended).stored
        #expect(
            LedgerChange(key: stored.key, value: try #require(stored.value)) == .ended(bench.controller.ledger.ended))
        _ = bench.give(.order(order(.acceptClock(reopens: true))))
        #expect(try shown(&bench) == [nil, nil, nil])
        #expect(bench.controller.ledger.ended == nil)
    }
}

extension Result {
    var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}
