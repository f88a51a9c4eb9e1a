import GatehouseCore
import Testing

/// Whoever stays before a reader that reads without end: a tag in the field, a plate before the camera, a face.
@Suite("Who stays at a reader")
struct PresenceTests {
    static let window: Duration = .seconds(15)

    /// A bench whose reader says each second that the card is still there.
    struct Lane {
        var bench: Bench
        var card: UInt64

        init(_ builder: SiteBuilder, card: UInt64 = 5, civilSeconds: Int64 = 1_795_176_000) {
            bench = Bench(builder, civilSeconds: civilSeconds)
            self.card = card
        }

        var read: CardRead { CardRead(number: SiteBuilder.card(card)) }

        mutating func show() -> [Effect] { bench.card(card) }

        /// The decisions of so many seconds.
        mutating func stay(_ seconds: Int) -> [JournalEntry] {
            var entries: [JournalEntry] = []
            for _ in 0..<seconds {
                entries += bench.pass(.seconds(1)).entries
                entries +=
                    bench.give(.reader(SiteBuilder.reader, .stays(.card(read), window: PresenceTests.window))).entries
            }
            return entries.filter { $0.kind == .decision }
        }
    }

    private static func builder(_ change: (inout SiteBuilder) -> Void = { _ in }) -> SiteBuilder {
        var builder = SiteBuilder()
        change(&builder)
        return builder
    }

    @Test func aTagThatTheManagerAllowsIsLetInWhereItStands() {
        var builder = Self.builder { $0.resident(1, card: 4) }
        var lane = Lane(builder)
        #expect(lane.show().decision?.reason == "UnknownCredential")
        #expect(lane.stay(3).isEmpty)
        builder.put(.credential(builder.credential(9, person: 1, card: 5)))
        _ = lane.bench.give(.order(order(.registry([.put(.credential(builder.credential(9, person: 1, card: 5)))]))))
        let after = lane.stay(2)
        #expect(after.map(\.outcome) == ["granted"])
    }

    /// Nothing has changed: it is told again with each window after the decision, and not with each read.
    @Test func whoStaysRefusedIsToldOnceAWindow() {
        var lane = Lane(Self.builder())
        _ = lane.show()
        let entries = lane.stay(60)
        #expect(entries.count == 4 && entries.allSatisfy { $0.reason == "UnknownCredential" })
    }

    @Test func aCarThatDoesNotMoveOpensNothingTwice() throws {
        var lane = Lane(Self.builder { $0.resident(1, card: 5) })
        let event = try #require(lane.show().decision).sequence
        _ = lane.bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        #expect(lane.stay(600).isEmpty, "its time went by without it")
        var taken = Lane(Self.builder { $0.resident(1, card: 5) })
        _ = taken.bench.walkThrough(taken.show())
        #expect(taken.stay(600).isEmpty, "it went in, and its tag is read still")
    }

    @Test(arguments: [Posture.blocked, .lockdown])
    func aPostureThatEndsLetsItIn(posture: Posture) throws {
        var lane = Lane(Self.builder { $0.resident(1, card: 5) })
        _ = lane.bench.give(.order(order(.posture(SiteBuilder.wicket, posture))))
        #expect(lane.show().decision?.outcome == "denied")
        #expect(lane.stay(5).isEmpty)
        _ = lane.bench.give(.order(order(.posture(SiteBuilder.wicket, .secure))))
        #expect(lane.stay(1).map(\.outcome) == ["granted"])
    }

    @Test func aScheduleThatOpensLetsItIn() {
        // 05:59:50; work begins at six.
        let early: Int64 = 1_795_176_000 - 6 * 3600 - 10
        var lane = Lane(Self.builder { $0.resident(1, card: 5, role: .staff, groups: ["staff"]) }, civilSeconds: early)
        #expect(lane.show().decision?.reason == "NotPermittedAtThisTime")
        #expect(lane.stay(9).isEmpty)
        #expect(lane.stay(2).map(\.outcome) == ["granted"])
    }

    @Test func anInterlockThatClosesLetsItIn() {
        var lane = Lane(
            Self.builder {
                $0.resident(1, card: 5)
                $0.site.portals.append(PortalSettings(id: "inner"))
                $0.site.interlocks = [["inner", SiteBuilder.wicket]]
            })
        _ = lane.bench.give(.contact("inner", isOpen: true))
        lane.bench.pass(.seconds(1))
        #expect(lane.show().decision?.reason == "Interlocked")
        #expect(lane.stay(3).isEmpty)
        _ = lane.bench.give(.contact("inner", isOpen: false))
        // Its lock may fall for a second.
        #expect(lane.stay(3).map(\.outcome) == ["granted"])
    }

    @Test func anAreaThatHasRoomAgainLetsItIn() {
        var lane = Lane(
            Self.builder {
                $0.resident(1, card: 5)
                $0.resident(2, card: 6)
                $0.site.areas["inside"] = AreaSettings(limit: 1)
            })
        _ = lane.bench.walkThrough(lane.bench.card(6))
        #expect(lane.show().decision?.reason == "OccupancyFull")
        #expect(lane.stay(3).isEmpty)
        _ = lane.bench.walkThrough(lane.bench.card(6, at: SiteBuilder.exitReader))
        #expect(lane.stay(2).map(\.outcome) == ["granted"])
    }

    /// Let in, and the entry never came to the disk (`hold`), or a lockdown took the way back: it is asked again.
    @Test func aBarrierThatRefusedIsAskedAgain() throws {
        var lane = Lane(Self.builder { $0.resident(1, card: 5) })
        let first = try #require(lane.show().decision).sequence
        _ = lane.bench.give(.abandoned(SiteBuilder.wicket, event: first))
        let second = lane.stay(3)
        #expect(second.map(\.outcome) == ["granted"])
        _ = lane.bench.give(.performed(SiteBuilder.wicket, event: second[0].sequence, isLate: false))
        _ = lane.bench.give(.order(order(.posture(SiteBuilder.wicket, .lockdown))))
        #expect(lane.stay(20).isEmpty, "it was let in, and stands there")
        _ = lane.bench.give(.order(order(.posture(SiteBuilder.wicket, .secure))))
        #expect(lane.stay(2).map(\.outcome) == ["granted"])
        #expect(lane.stay(30).isEmpty)
    }

    @Test func aBlockedCardThatStaysIsNotLetInByItsOldDecision() {
        let builder = Self.builder { $0.resident(1, card: 5) }
        var lane = Lane(builder)
        _ = lane.bench.give(.order(order(.posture(SiteBuilder.wicket, .blocked))))
        _ = lane.show()
        var row = builder.credential(1, person: 1, card: 5)
        row.status = .stolen
        _ = lane.bench.give(.order(order(.registry([.put(.credential(row))]))))
        _ = lane.bench.give(.order(order(.posture(SiteBuilder.wicket, .secure))))
        #expect(lane.stay(2).map(\.reason) == ["CredentialNotEnabled"])
    }

    /// The plate stays while its driver looks for the card: what was begun goes on.
    @Test func whatStaysDoesNotDisturbWhatWasBegun() {
        var builder = SiteBuilder(factors: [[.card, .pin]])
        builder.resident(1, card: 5)
        builder.put(.credential(builder.pin(2, person: 1, digits: [1, 2, 3, 4], isBound: true)))
        var lane = Lane(builder)
        #expect(lane.show().decision == nil)
        #expect(lane.stay(3).isEmpty)
        #expect(lane.bench.keys([1, 2, 3, 4]).decision?.outcome == "granted")
    }
}
