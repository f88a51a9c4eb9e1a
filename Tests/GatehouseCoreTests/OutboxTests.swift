import GatehouseCore
import Testing

@Suite("Outbox")
struct OutboxTests {
    static let calendar = SiteCalendar(fixedOffset: 0)
    static func moment(_ seconds: Int64) -> Moment {
        calendar.moment(
            monotonic: MonotonicTime(nanoseconds: seconds * 1_000_000_000), civil: CivilTime(seconds: seconds),
            isTrusted: true)
    }
    static func item(_ id: UInt64, expires: Int64? = nil, kind: AlertKind = .forced) -> OutboxItem {
        OutboxItem(
            id: id, destination: "desk", kind: kind, event: id, idempotencyKey: "k\(id)",
            created: CivilTime(seconds: 0),
            expires: expires.map { CivilTime(seconds: $0) }, content: .plain([:]))
    }

    static let lane = OutboxLane("desk", .intrusion)

    /// 120 doors clatter, and somebody is under threat: what is in flight ends, and the rest waits.
    @Test func whatIsUrgentGoesBeforeWhatWaits() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        for id in 1...300 as ClosedRange<UInt64> { outbox.add(Self.item(id)) }
        #expect(outbox.advance(at: Self.moment(0)) == [.deliver(Self.item(1), attempt: 1)])
        let notice = Self.item(301, kind: .heldOpen)
        let duress = Self.item(302, kind: .duress)
        outbox.add(notice)
        outbox.add(duress)
        #expect(
            outbox.advance(at: Self.moment(1)) == [.deliver(duress, attempt: 1)],
            "it does not wait for what is out, and the notice waits for both")
        _ = outbox.delivered(1, receipt: "")
        #expect(outbox.advance(at: Self.moment(1)).isEmpty)
        #expect(outbox.delivered(302, receipt: "") == [.settle(duress, .delivered(receipt: ""))])
        #expect(outbox.advance(at: Self.moment(1)) == [.deliver(Self.item(2), attempt: 1)])
        // While the doors wait for a receiver that fails, the next one in danger is sent at once.
        _ = outbox.failed(2, reason: "500", isFinal: false, at: Self.moment(1).monotonic)
        let fire = Self.item(303, kind: .fire)
        outbox.add(fire)
        #expect(outbox.advance(at: Self.moment(1)) == [.deliver(fire, attempt: 1)])
    }

    /// A destination that takes nothing is one condition, and not one that comes and goes with each lane that is tried.
    @Test func aDestinationThatTakesNothingIsStuckOnce() {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.site.alerts = [AlertRoute(destination: "desk", kinds: Set(AlertKind.allCases))]
        var bench = Bench(builder)
        _ = bench.give(.contact(SiteBuilder.wicket, isOpen: true))
        var told: [JournalEntry] = []
        func refuse(_ effects: [Effect]) {
            for case .deliver(let item, _) in effects {
                let failed = bench.give(.deliveryFailed(item.id, reason: "500", isFinal: false))
                told += failed.entries
                refuse(failed)
            }
        }
        for round in 0..<20 {
            if round == 6 { refuse(bench.give(.fireInput(isActive: true))) }
            let effects = bench.pass(.seconds(600))
            told += effects.entries
            refuse(effects)
        }
        let stuck = told.filter { $0.reason == "outboxStuck" }.map(\.outcome)
        #expect(stuck == ["on"], "\(stuck)")
    }

    /// Each kind has its place, so that an order among them is nobody's accident.
    @Test func howUrgentEachKindIs() {
        #expect(AlertKind.allCases.filter { $0.urgency == .life } == [.duress, .fire])
        #expect(AlertKind.allCases.filter { $0.urgency == .notice } == [.heldOpen, .lockout, .guardOrder])
    }

    @Test func oneAtATimeInOrder() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1))
        outbox.add(Self.item(2))
        #expect(outbox.advance(at: Self.moment(0)) == [.deliver(Self.item(1), attempt: 1)])
        #expect(outbox.advance(at: Self.moment(1)).isEmpty)
        #expect(outbox.delivered(1, receipt: "200") == [.settle(Self.item(1), .delivered(receipt: "200"))])
        #expect(outbox.advance(at: Self.moment(2)) == [.deliver(Self.item(2), attempt: 1)])
    }

    @Test func failureHoldsTheLineAndPausesGrow() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1))
        outbox.add(Self.item(2))
        var now: Int64 = 0
        var waits: [Int64] = []
        for _ in 0..<5 {
            #expect(outbox.advance(at: Self.moment(now)).count == 1)
            #expect(outbox.failed(1, reason: "500", isFinal: false, at: Self.moment(now).monotonic).isEmpty)
            let failedAt = now
            while outbox.nextDeadline!.nanoseconds > now * 1_000_000_000 { now += 1 }
            waits.append(now - failedAt)
        }
        #expect(waits == [2, 4, 8, 16, 32])
    }

    @Test func receiptThatNeverComesIsAskedForAgain() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1))
        _ = outbox.advance(at: Self.moment(0))
        #expect(outbox.advance(at: Self.moment(59)).isEmpty)
        #expect(outbox.advance(at: Self.moment(60)) == [.deliver(Self.item(1), attempt: 2)])
    }

    @Test func newUplinkGetsWhatTheOldOneHadInFlight() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1))
        _ = outbox.advance(at: Self.moment(0))
        outbox.uplink(isConnected: false)
        #expect(outbox.advance(at: Self.moment(1)).isEmpty)
        outbox.uplink(isConnected: true)
        #expect(outbox.advance(at: Self.moment(1)) == [.deliver(Self.item(1), attempt: 2)])
    }

    @Test func sealedAlertDiesWithItsEntry() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1, expires: 10))
        outbox.add(Self.item(2))
        #expect(
            outbox.advance(at: Self.moment(10)) == [
                .settle(Self.item(1, expires: 10), .expired), .deliver(Self.item(2), attempt: 1),
            ])
    }

    /// The window has room again, and older rows are still in the store: what comes now waits behind them.
    @Test func aNewAlertDoesNotOvertakeThoseThatAreOnlyInTheStore() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        let last = UInt64(Outbox.window) + 1
        for id in 1...last { outbox.add(Self.item(id)) }
        _ = outbox.advance(at: Self.moment(0))
        _ = outbox.delivered(1, receipt: "")
        outbox.add(Self.item(last + 1))
        #expect(outbox.pendingCount == Outbox.window - 1)
        for id in 2..<last {
            #expect(outbox.advance(at: Self.moment(0)) == [.deliver(Self.item(id), attempt: 1)])
            _ = outbox.delivered(id, receipt: "")
        }
        #expect(outbox.advance(at: Self.moment(0)) == [.load(Self.lane)])
        outbox.loaded([Self.item(last), Self.item(last + 1)], for: Self.lane, isLast: true)
        #expect(outbox.advance(at: Self.moment(0)) == [.deliver(Self.item(last), attempt: 1)])
    }

    /// Raised while the store was asked, and on disk only after it answered: it is asked for again, after a moment.
    @Test func anAlertThatIsRaisedWhileTheStoreIsAskedIsSentToo() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        let last = UInt64(Outbox.window) + 1
        for id in 1...last { outbox.add(Self.item(id)) }
        for id in 1..<last {
            _ = outbox.advance(at: Self.moment(0))
            _ = outbox.delivered(id, receipt: "")
        }
        #expect(outbox.advance(at: Self.moment(0)) == [.load(Self.lane)])
        outbox.add(Self.item(last + 1))
        outbox.loaded([Self.item(last)], for: Self.lane, isLast: true)
        #expect(outbox.advance(at: Self.moment(0)) == [.deliver(Self.item(last), attempt: 1)])
        _ = outbox.delivered(last, receipt: "")
        #expect(outbox.advance(at: Self.moment(0)) == [.load(Self.lane)])
        outbox.loaded([], for: Self.lane, isLast: true)
        #expect(outbox.advance(at: Self.moment(0)).isEmpty, "the disk is not asked again at once")
        #expect(outbox.nextDeadline == Self.moment(1).monotonic)
        #expect(outbox.advance(at: Self.moment(1)) == [.load(Self.lane)])
        outbox.loaded([Self.item(last + 1)], for: Self.lane, isLast: true)
        #expect(outbox.advance(at: Self.moment(1)) == [.deliver(Self.item(last + 1), attempt: 1)])
        _ = outbox.delivered(last + 1, receipt: "")
        #expect(outbox.advance(at: Self.moment(2)).isEmpty && outbox.nextDeadline == nil)
    }

    /// A receipt that comes twice, or for a row behind the one that is out, settles nothing.
    @Test func aReceiptForWhatIsNotOutSettlesNothing() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1))
        outbox.add(Self.item(2))
        _ = outbox.advance(at: Self.moment(0))
        #expect(outbox.delivered(2, receipt: "").isEmpty)
        var unasked = Outbox()
        unasked.add(Self.item(1))
        #expect(unasked.delivered(1, receipt: "").isEmpty, "what never left")
        #expect(unasked.failed(1, reason: "410", isFinal: true, at: Self.moment(0).monotonic).isEmpty)
        #expect(outbox.failed(2, reason: "", isFinal: true, at: Self.moment(0).monotonic).isEmpty)
        #expect(outbox.delivered(1, receipt: "").count == 1)
        #expect(outbox.delivered(1, receipt: "").isEmpty)
        #expect(outbox.advance(at: Self.moment(0)) == [.deliver(Self.item(2), attempt: 1)])
    }

    /// Refused for good, or tried for three weeks: given up with its reason, and the next one begins anew.
    @Test(arguments: [(true, 1), (false, Outbox.mostAttempts)])
    func whatNobodyTakesIsGivenUp(isFinal: Bool, attempts: Int) {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        outbox.add(Self.item(1))
        outbox.add(Self.item(2))
        var now: Int64 = 0
        var outputs: [Outbox.Output] = []
        var tries = 0
        while outputs.isEmpty, tries <= attempts {
            #expect(outbox.advance(at: Self.moment(now)) == [.deliver(Self.item(1), attempt: tries + 1)])
            tries += 1
            outputs = outbox.failed(1, reason: "410", isFinal: isFinal, at: Self.moment(now).monotonic)
            now += 3600
        }
        #expect(outputs == [.settle(Self.item(1), .abandoned(reason: "410"))] && tries == attempts)
        #expect(outbox.advance(at: Self.moment(now)) == [.deliver(Self.item(2), attempt: 1)])
    }

    @Test func whatDoesNotFitInMemoryIsFetchedWhenTheWindowIsEmpty() {
        var outbox = Outbox()
        outbox.uplink(isConnected: true)
        for id in 1...300 as ClosedRange<UInt64> { outbox.add(Self.item(id)) }
        #expect(outbox.pendingCount == Outbox.window)
        var now: Int64 = 0
        var delivered: [UInt64] = []
        var store = (1...300).map { Self.item(UInt64($0)) }
        while true {
            now += 1
            let outputs = outbox.advance(at: Self.moment(now))
            if outputs.isEmpty { break }
            for output in outputs {
                switch output {
                case .deliver(let item, _):
                    delivered.append(item.id)
                    for case .settle(let item, _) in outbox.delivered(item.id, receipt: "") {
                        store.removeAll { $0.id == item.id }
                    }
                case .load(let lane):
                    let rows = Array(store.prefix(Outbox.window))
                    outbox.loaded(rows, for: lane, isLast: rows.count < Outbox.window)
                case .settle: break
                }
            }
        }
        #expect(delivered == Array(1...300))
    }
}
