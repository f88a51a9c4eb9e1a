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
    static func item(_ id: UInt64, expires: Int64? = nil) -> OutboxItem {
        OutboxItem(
            id: id, destination: "desk", kind: .forced, event: id, idempotencyKey: "k\(id)",
            created: CivilTime(seconds: 0),
            expires: expires.map { CivilTime(seconds: $0) }, content: .plain([:]))
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
                case .load(let destination, _):
                    let rows = Array(store.prefix(Outbox.window))
                    outbox.loaded(rows, for: destination, isLast: rows.count < Outbox.window)
                case .settle: break
                }
            }
        }
        #expect(delivered == Array(1...300))
    }
}
