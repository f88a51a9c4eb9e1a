import GatehouseCrypto
import Testing

@testable import GatehouseCore

/// A change of many rows comes into force as one revision, and keeps nobody from anything meanwhile.
@Suite("Large changes") struct LargeChangeTests {
    /// A controller with its gate and a disk that takes each batch when it is told to.
    struct Bench {
        var controller = Controller(
            site: Site(name: "t", portals: [], accessPoints: [], policy: AccessPolicy()), restored: Restored(),
            primitives: KeyRing(master: SecretKey([UInt8](repeating: 7, count: 32))).primitives(epoch: 1))
        var gate = CommitGate(maxWait: .milliseconds(250), onTimeout: .release)
        var batches: [CommitGate.Batch] = []
        var replies: [OrderID: OrderReply] = [:]
        var milliseconds: Int64 = 0

        var now: Moment {
            SiteCalendar(fixedOffset: 0).moment(
                monotonic: MonotonicTime.zero + .milliseconds(milliseconds), civil: CivilTime(seconds: 1_800_000_000),
                isTrusted: true)
        }

        mutating func give(_ input: Input) {
            var free = gate.admit(controller.handle(input, at: now), at: now.monotonic)
            take(&free)
        }
        private mutating func take(_ effects: inout [Effect]) {
            for case .reply(let id, let reply) in effects { replies[id] = reply }
        }
        mutating func order(_ id: OrderID, _ changes: [RegistryChange]) {
            give(
                .order(
                    Order(id: id, actor: Actor(name: "t", role: .manager), command: "import", verb: .registry(changes)))
            )
        }
        /// One turn of the loop: what is due, then one transaction. False when nothing was to be done.
        mutating func turn(writes: Bool = true) -> Bool {
            var isBusy = false
            if let deadline = controller.nextDeadline, deadline.at <= now.monotonic {
                give(.time)
                isBusy = true
            }
            guard writes, let batch = gate.nextBatch() else { return isBusy }
            batches.append(batch)
            milliseconds += diskTakes(batch)
            var output = gate.committed(batch.number)
            take(&output.free)
            for input in output.inputs { give(input) }
            return true
        }
        /// Milliseconds that the disk needs for a transaction.
        var diskTakes: @Sendable (CommitGate.Batch) -> Int64 = { _ in 0 }
        mutating func settle() { while turn() {} }

        var durable: [DurableEffect] { batches.flatMap(\.effects) }
    }

    static func people(_ ids: ClosedRange<UInt32>, _ name: String = "n") -> [RegistryChange] {
        ids.map {
            .put(.person(PersonRow(id: $0, reference: "P\($0)", name: name, role: .staff, groups: ["staff"])))
        }
    }
    static func card(_ id: UInt32, of person: UInt32, _ status: CredentialStatus = .enabled) -> RegistryChange {
        .put(
            .credential(
                CredentialRow(
                    id: id, person: person, kind: .card, key: CredentialKey(high: 1, low: UInt64(id)),
                    label: "UID34:\(id)",
                    status: status)))
    }

    @Test func isOneRevisionWithItsLastPortionAndServesOthersBetweenThem() throws {
        var bench = Bench()
        bench.order(1, Self.people(1...1))
        bench.settle()
        let before = bench.controller.registry.revision
        bench.order(2, Self.people(2...5500) + (2...5500).map { Self.card($0, of: $0) })
        var turns = 0
        while bench.replies[2] == nil {
            let registry = bench.controller.registry
            #expect((registry.revision == before) == (registry.counts.persons == 1), "one whole revision or the other")
            #expect([1, 5500].contains(registry.counts.persons))
            let isBusy = bench.turn()
            #expect(isBusy)
            turns += 1
        }
        bench.settle()
        #expect(turns > 20 && bench.controller.registry.counts.persons == 5500)
        #expect(bench.controller.registry.counts.credentials == 5499 && bench.controller.registry.revision > before)
        for batch in bench.batches {
            let rows = batch.effects.reduce(0) {
                if case .registryPortion(let changes, _) = $1 { $0 + changes.count } else { $0 }
            }
            #expect(
                rows == 0 || (rows <= WritingPace.most && batch.effects.count == 1), "a portion stands alone"
            )
        }
        let kinds = bench.durable.compactMap { effect -> String? in
            switch effect {
            case .registryPortion: "portion"
            case .registryIndex: "index"
            case .registrySealed: "sealed"
            case .record(let entry) where entry.kind == .registry: "entry"
            default: nil
            }
        }
        let expected =
            ["entry"] + Array(repeating: "portion", count: 22) + Array(repeating: "index", count: 6)
            + ["sealed", "entry"]
        #expect(kinds == expected)
        guard case .done(let event)? = bench.replies[2] else {
            Issue.record("\(String(describing: bench.replies[2]))")
            return
        }
        #expect(event != nil)
    }

    /// A release that comes meanwhile waits for one portion and its own transaction.
    @Test func aSlowDiskIsGivenSmallerPortions() {
        @Sendable func rows(_ batch: CommitGate.Batch) -> Int64 {
            if case .registryPortion(let changes, _)? = batch.effects.first { Int64(changes.count) } else { 0 }
        }
        var bench = Bench()
        bench.diskTakes = { 2 + rows($0) / 5 }
        bench.order(1, Self.people(1...20_000))
        bench.settle()
        let portions = bench.batches.map(rows).filter { $0 > 0 }
        #expect(portions.reduce(0, +) == 20_000 && bench.controller.registry.counts.persons == 20_000)
        #expect(portions.dropFirst(4).allSatisfy { 2 + $0 / 5 <= 2 * 12 }, "\(portions)")
        #expect(portions.dropLast().allSatisfy { $0 >= Int64(WritingPace.fewest) })
        // It was slow for a while.
        bench.diskTakes = { _ in 5 }
        bench.order(2, Self.people(1...20_000))
        bench.settle()
        #expect(bench.batches.map(rows).suffix(30).contains(Int64(WritingPace.most)))
    }

    @Test func aCardThatIsBlockedMeanwhileIsBlockedAtOnceAndStaysSo() {
        for isTouched in [false, true] {
            for turns in [0, 1, 3, 8] {
                var bench = Bench()
                bench.order(1, Self.people(1...2) + [Self.card(1, of: 1), Self.card(2, of: 2)])
                bench.settle()
                // An older list, in which card 1 is still enabled.
                let list = Self.people(3...7000) + (isTouched ? [Self.card(1, of: 1)] : [])
                bench.order(2, list)
                for _ in 0..<turns { _ = bench.turn() }
                bench.order(3, [Self.card(1, of: 1, .stolen)])
                #expect(bench.controller.registry.credential(id: 1)?.status == .stolen, "at once")
                bench.settle()
                #expect(bench.controller.registry.credential(id: 1)?.status == .stolen)
                #expect(bench.controller.registry.credential(id: 2)?.status == .enabled)
                #expect(bench.controller.registry.counts.persons == (isTouched ? 2 : 7000))
                if isTouched, case .refused(.other(let words))? = bench.replies[2] {
                    #expect(words.english.contains("meanwhile"))
                } else if isTouched {
                    Issue.record("\(String(describing: bench.replies[2]))")
                }
                guard case .done? = bench.replies[3] else {
                    Issue.record("the card is not blocked")
                    continue
                }
                // What was written of the list is dropped before the card's row is.
                let order = bench.durable.compactMap { effect -> String? in
                    switch effect {
                    case .registryPortion: "portion"
                    case .registryDropped: "dropped"
                    case .registrySealed: "sealed"
                    case .registry: "small"
                    default: nil
                    }
                }
                #expect(!isTouched || !order.contains("sealed"))
                if isTouched, order.contains("portion") { #expect(order.suffix(2) == ["dropped", "small"]) }
            }
        }
    }

    @Test func aRowThatCannotBeIsToldByItsNumberAndNothingIsWritten() {
        var bench = Bench()
        var list = Self.people(1...3000)
        list[2500] = Self.card(1, of: 9999)
        bench.order(1, list)
        bench.settle()
        #expect(bench.replies[1] == .refused(.registry(.unknownPerson, row: 2500)))
        #expect(bench.controller.registry.counts.persons == 0)
        #expect(!bench.durable.contains { if case .registryPortion = $0 { true } else { false } })
    }

    @Test func aSecondLargeChangeWaitsForTheFirstAndAStopEndsIt() {
        var bench = Bench()
        bench.order(1, Self.people(1...9000))
        bench.order(2, Self.people(10_000...12_000))
        _ = bench.turn()
        guard case .refused(.other)? = bench.replies[2] else {
            Issue.record("both are taken")
            return
        }
        for _ in 0..<12 { _ = bench.turn() }
        bench.give(.order(Order(id: 3, actor: Actor(name: "t", role: .manager), command: "stop", verb: .stop)))
        bench.settle()
        #expect(bench.controller.registry.counts.persons == 0)
        #expect(bench.durable.contains { if case .registryDropped = $0 { true } else { false } })
        guard case .refused? = bench.replies[1] else {
            Issue.record("\(String(describing: bench.replies[1]))")
            return
        }
    }

    /// A disk that takes nothing: one portion waits, and no more.
    @Test func onlyOnePortionWaitsForTheDisk() {
        var bench = Bench()
        bench.settle()
        bench.order(1, Self.people(1...10_000))
        for _ in 0..<200 { _ = bench.turn(writes: false) }
        var batch = bench.gate.nextBatch()
        while let other = batch,
            !other.effects.contains(where: { if case .registryPortion = $0 { true } else { false } })
        {
            _ = bench.gate.committed(other.number)
            batch = bench.gate.nextBatch()
        }
        #expect(batch?.effects.contains { if case .registryPortion = $0 { true } else { false } } == true)
        bench.give(.time)
        let failed = bench.gate.failed(batch?.number ?? 0, problem: "full", at: bench.now.monotonic)
        #expect(failed.inputs.count == 1)
        for _ in 0..<50 { _ = bench.turn(writes: false) }
        let more = bench.gate.nextBatch()
        #expect(more == nil && bench.controller.registry.counts.persons == 0)
    }
}

/// Who is tied to which tenancy, beside a model that knows no index.
@Suite struct TenancyLinkTests {
    @Test func everyChangeOfTenanciesLeavesThePeopleWhereANaiveModelHasThem() {
        var state: UInt64 = 11
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<40 {
            var registry = Registry()
            for change in LargeChangeTests.people(1...8) { registry.apply(change, revision: 1) }
            registry.apply(.put(.community(CommunityRow(id: 1, code: "c", name: "n"))), revision: 1)
            registry.apply(.put(.dwelling(DwellingRow(id: 1, community: 1, code: "1", use: .let_))), revision: 1)
            var model: [UInt32: TenancyRow] = [:]
            for step in 0..<120 {
                let id = UInt32(1 + below(6))
                if below(5) == 0, model[id] != nil {
                    registry.apply(.end(.tenancy, id: id), revision: 2)
                    model[id] = nil
                } else {
                    let starts = Int64(below(100))
                    let row = TenancyRow(
                        id: id, dwelling: 1, tenants: (0...below(3)).map { _ in UInt32(1 + below(8)) }, firstDay: 0,
                        lastDay: 1, starts: starts, ends: starts + 1 + Int64(below(50)))
                    registry.apply(.put(.tenancy(row)), revision: 2)
                    model[id] = row
                }
                for person in 1...8 as ClosedRange<UInt32> {
                    for now in [0, 30, 60, 90, 200] as [Int64] {
                        let rows = model.values.filter { $0.tenants.contains(person) }
                        let expected: TenancyStanding =
                            if rows.contains(where: { $0.starts <= now && now < $0.ends }) {
                                .running
                            } else if rows.contains(where: { now < $0.starts }) {
                                .coming
                            } else { rows.isEmpty ? .none : .ended }
                        let record = registry.person(person)!
                        guard registry.tenancyStanding(of: record, at: now) == expected else {
                            Issue.record("step \(step): person \(person) at \(now) is not \(expected)")
                            return
                        }
                    }
                }
            }
            // Links that nobody uses are used again.
            #expect(registry.tenancyLinks.count <= 1 + 6 * 3)
        }
    }
}
