import Testing

@testable import GatehouseCore

/// Wrong PINs and tried card numbers count after a restart as before it: whoever can cut the power must not win a new series
/// of tries by it (check A8).
@Suite struct LockoutTests {
    /// A controller with what its ledger leaves on disk.
    private struct Life {
        let builder: SiteBuilder
        var bench: Bench
        var rows: [String: [UInt8]] = [:]

        init(_ builder: SiteBuilder) {
            self.builder = builder
            bench = Bench(builder)
        }

        @discardableResult
        mutating func keep(_ effects: [Effect]) -> [Effect] {
            for case .durable(.ledger(let change)) in effects {
                let (key, value) = change.stored
                rows[key] = value?.encoded()
            }
            return effects
        }

        mutating func wrongPIN(_ card: UInt64) -> [Effect] {
            keep(bench.card(card)) + keep(bench.keys([9, 9, 9, 9, 9, 9]))
        }

        mutating func rightPIN(_ card: UInt64) -> JournalEntry? {
            (keep(bench.card(card)) + keep(bench.keys([4, 0, 2, 7, 1, UInt8(card)]))).decision
        }

        mutating func pass(_ span: Duration) { keep(bench.pass(span)) }

        func order(_ verb: Order.Verb) -> Order {
            Order(id: 1, actor: Actor(name: "m", role: .manager), command: "c", verb: verb, reason: "r")
        }

        /// The clock is set, and can be trusted from now on.
        mutating func setClock(ahead span: Duration) {
            bench.now = SiteCalendar(fixedOffset: 0).moment(
                monotonic: bench.now.monotonic, civil: bench.now.civil + span, isTrusted: true)
            keep(bench.give(.clock(.stepped(milliseconds: span.wholeMilliseconds))))
            keep(bench.give(.clock(.trust(true))))
        }

        /// The power was away for so long.
        @discardableResult
        mutating func restart(after span: Duration, isTrusted: Bool = true) -> [Effect] {
            restart(at: isTrusted ? bench.now.civil + span : CivilTime(seconds: 1_000_000), isTrusted: isTrusted)
        }

        @discardableResult
        mutating func restart(at civil: CivilTime, isTrusted: Bool) -> [Effect] {
            var ledger = Ledger()
            for (key, octets) in rows {
                if let change = CanonicalValue(decoding: octets).flatMap({ LedgerChange(key: key, value: $0) }) {
                    _ = ledger.apply(change)
                }
            }
            bench = Bench(builder, civilSeconds: civil.seconds, ledger: ledger, isTrusted: isTrusted)
            return keep(bench.give(.started(StartReport(version: "t", wasCleanStop: false))))
        }
    }

    private func life(_ settings: LockoutSettings = LockoutSettings()) -> Life {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.site.lockout = settings
        for id in 1...3 as ClosedRange<UInt32> {
            builder.resident(id, card: UInt64(id))
            builder.put(
                .credential(builder.pin(100 + id, person: id, digits: [4, 0, 2, 7, 1, UInt8(id)], isBound: true)))
        }
        return Life(builder)
    }

    @Test func aPauseGoesOnAfterARestart() {
        var life = life()
        var isPaused = false
        while !isPaused { isPaused = life.wrongPIN(1).entries.contains { $0.kind == .lockout } }
        life.restart(after: .seconds(20))
        #expect(life.rightPIN(1)?.reason == "TooManyTries")
        life.pass(.seconds(41))
        #expect(life.rightPIN(1)?.outcome == "granted")
    }

    /// One wrong try is left after a pause, and the next pause is twice as long, whatever happened to the power.
    @Test func theSeriesGoesOnAfterARestart() {
        var life = life()
        var pauses: [Int64] = []
        for _ in 1...20 {
            life.restart(after: .seconds(4000))
            for entry in life.wrongPIN(1).entries where entry.kind == .lockout && entry.person == 1 {
                pauses.append(entry.detail["seconds"]?.integer ?? 0)
            }
        }
        #expect(pauses.prefix(4) == [60, 120, 240, 480])
        #expect(pauses.count == 16, "after four tries each one is a pause: \(pauses)")
    }

    @Test func theDaysTriesOfAReaderCountAcrossRestarts() {
        var settings = LockoutSettings()
        settings.tries = 100
        settings.triesPerReaderAndDay = 6
        var life = life(settings)
        for count in 1...6 {
            life.restart(after: .seconds(60))
            #expect(life.wrongPIN(UInt64(count % 2 + 1)).decision?.reason != "TooManyTries")
        }
        life.restart(after: .seconds(60))
        #expect(life.rightPIN(1)?.reason == "TooManyTries", "they had tried")
        #expect(life.rightPIN(3)?.outcome == "granted", "they had not, and have one try")
        life.restart(after: .seconds(86_400))
        #expect(life.rightPIN(1)?.outcome == "granted")
    }

    /// A clock that shows an earlier moment than the end of the pause was written at: no pause is longer than it was.
    @Test func aClockThatIsBehindMakesNoPauseLonger() {
        var life = life()
        for _ in 1...5 { _ = life.wrongPIN(1) }
        life.restart(after: .zero, isTrusted: false)
        #expect(life.rightPIN(1)?.reason == "TooManyTries")
        life.pass(.seconds(59))
        #expect(life.rightPIN(1)?.reason == "TooManyTries")
        life.pass(.seconds(2))
        #expect(life.rightPIN(1)?.outcome == "granted")
    }

    /// What ended long ago does not begin again because the clock is not trusted yet.
    @Test func anOldPauseIsOverWhateverTheClockIsWorth() {
        var life = life()
        for _ in 1...5 { _ = life.wrongPIN(1) }
        life.pass(.seconds(3600))
        life.restart(at: life.bench.now.civil, isTrusted: false)
        #expect(life.rightPIN(1)?.outcome == "granted")
    }

    /// A pause that began under a wrong clock goes on when the right one is known, and after a restart by it.
    @Test func aPauseOutlivesTheClockThatItWasStampedBy() {
        var life = life()
        life.restart(at: life.bench.now.civil, isTrusted: false)
        for _ in 1...5 { _ = life.wrongPIN(1) }
        life.setClock(ahead: .seconds(6 * 3600))
        life.restart(after: .seconds(10))
        #expect(life.rightPIN(1)?.reason == "TooManyTries")
        life.pass(.seconds(61))
        #expect(life.rightPIN(1)?.outcome == "granted")
    }

    /// Numbers of people come again in no register, but a row of somebody who is gone has no use, and a month is enough.
    @Test func whoIsGoneAndWhatIsOldIsForgotten() {
        var life = life()
        _ = life.wrongPIN(1)
        _ = life.wrongPIN(2)
        life.keep(
            life.bench.give(.order(life.order(.registry([.end(.credential, id: 101), .end(.credential, id: 1)])))))
        #expect(life.rows["tries/person/1"] != nil)
        life.keep(life.bench.give(.order(life.order(.registry([.end(.person, id: 1)])))))
        #expect(life.rows["tries/person/1"] == nil && life.rows["tries/person/2"] != nil)
        life.restart(after: .seconds(31 * 86_400))
        #expect(!life.rows.keys.contains { $0.hasPrefix("tries/") })
    }

    /// Forgiving a person, or giving them a new PIN, lifts their pause.
    @Test(arguments: [true, false])
    func theDeskCanLiftAPause(byNewPIN: Bool) {
        var life = life()
        for _ in 1...5 { _ = life.wrongPIN(1) }
        // The reader's own pause is over first.
        #expect(life.rows["tries/person/1"] != nil)
        let fresh = life.builder.pin(101, person: 1, digits: [4, 0, 2, 7, 1, 1], isBound: true)
        let verb: Order.Verb = byNewPIN ? .registry([.put(.credential(fresh))]) : .forgive(person: 1)
        life.keep(life.bench.give(.order(life.order(verb))))
        #expect(life.rows["tries/person/1"] == nil)
    }

    /// What is forgiven is not written on, and who only knows their PIN writes nothing.
    @Test func aRightPINForgivesOnDiskToo() {
        var life = life()
        #expect(life.rightPIN(1)?.outcome == "granted")
        #expect(!life.rows.keys.contains { $0.hasPrefix("tries/") })
        _ = life.wrongPIN(1)
        #expect(life.rows["tries/person/1"] != nil)
        _ = life.bench.walkThrough([])
        #expect(life.rightPIN(1)?.outcome == "granted")
        #expect(life.rows["tries/person/1"] == nil)
    }

    @Test func anAlertOfTriedNumbersGoesOnAfterARestart() {
        var builder = SiteBuilder()
        builder.resident(1, card: 1)
        builder.resident(2, card: 2)
        var life = Life(builder)
        for number in 1...5 as ClosedRange<UInt64> { life.keep(life.bench.card(50_000 + number)) }
        life.pass(.seconds(300))
        let start = life.restart(after: .seconds(60))
        #expect(life.bench.controller.health.has(.readerGuessed))
        #expect(start.alerts.isEmpty, "people were told")
        #expect(life.keep(life.bench.card(1)).decision?.reason == "TooManyTries", "a power cut is no try")
        life.pass(.seconds(10))
        #expect(life.keep(life.bench.card(1)).decision?.outcome == "granted")
        #expect(life.keep(life.bench.card(2)).decision?.reason == "TooManyTries")
        life.pass(.seconds(529))
        #expect(life.bench.controller.health.has(.readerGuessed))
        life.pass(.seconds(2))
        #expect(!life.bench.controller.health.has(.readerGuessed))
        #expect(life.rows.keys.sorted() == ["numbers/\(SiteBuilder.reader.name)"])
        life.restart(after: .seconds(1))
        #expect(!life.bench.controller.health.has(.readerGuessed))
    }

    @Test func anAlertOutlivesTheClockThatItWasStampedBy() {
        var life = Life(SiteBuilder())
        life.restart(at: life.bench.now.civil, isTrusted: false)
        for number in 1...5 as ClosedRange<UInt64> { life.keep(life.bench.card(50_000 + number)) }
        life.setClock(ahead: .seconds(6 * 3600))
        life.restart(after: .seconds(10))
        #expect(life.bench.controller.health.has(.readerGuessed))
        life.pass(GuessGuard.span)
        #expect(!life.bench.controller.health.has(.readerGuessed))
        life.pass(.seconds(86_400))
        #expect(life.rows.keys.allSatisfy { $0 == "retention/" }, "a day later nothing is remembered")
    }

    /// Whatever stands in the row, it is read without a trap and no pause becomes longer than the longest.
    @Test(arguments: [
        [], [1], [1, 2, 3, 4], [Int64.max, .max, .max, .max, .max], [.min, .min, .min, .min, .min], [0, 0, 0, 0, 0],
        [4, 5000, 20_000, 3, Int64.max],
    ])
    func rowsAreReadWithoutATrap(numbers: [Int64]) {
        var life = life()
        life.rows["tries/person/1"] = CanonicalValue.array(numbers.map { .integer($0) }).encoded()
        life.rows["tries/reader/\(SiteBuilder.reader.name)"] = CanonicalValue.text("x").encoded()
        life.rows["numbers/\(SiteBuilder.reader.name)"] =
            CanonicalValue.array((numbers + numbers).map { .integer($0) }).encoded()
        life.rows["guessed/\(SiteBuilder.reader.name)"] = CanonicalValue.integer(numbers.first ?? 0).encoded()
        life.restart(after: .zero)
        _ = life.wrongPIN(1)
        life.pass(LockoutSettings().longestPause + .seconds(1))
        #expect(life.rightPIN(1)?.outcome == "granted")
    }
}
