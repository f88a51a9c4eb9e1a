import Testing

@testable import GatehouseCore

/// A lane with loops: one grant, one vehicle (gate-io reference, sections 2 and 3).
@Suite struct LaneMachineTests {
    struct Lane {
        var machine: LaneMachine
        var now = MonotonicTime.zero
        var outputs: [LaneMachine.Output] = []

        init(_ sensors: [LaneMachine.Sensor] = [.entryLoop, .safetyLoop]) {
            machine = LaneMachine(settings: LaneSettings(sensors: sensors))
        }
        mutating func give(_ input: LaneMachine.Input) {
            outputs += machine.handle(input, at: now).filter { if case .occupied = $0 { false } else { true } }
        }
        mutating func set(_ sensor: LaneMachine.Sensor, _ isActive: Bool) {
            give(.sensor(sensor, isActive: isActive))
        }
        mutating func pass(_ span: Duration) {
            let end = now + span
            while let deadline = machine.nextDeadline, deadline.at <= end {
                now = max(now, deadline.at)
                give(.time)
            }
            now = end
        }
        /// A vehicle as long as two loops lie apart.
        mutating func drive() {
            set(.entryLoop, true)
            pass(.seconds(1))
            set(.safetyLoop, true)
            pass(.milliseconds(500))
            set(.entryLoop, false)
            pass(.seconds(1))
            set(.safetyLoop, false)
            pass(.seconds(2))
        }
    }

    @Test func oneGrantIsOneVehicleAndTheSecondTailgates() {
        var lane = Lane()
        lane.give(.granted(event: 7))
        lane.give(.granted(event: 7))
        lane.drive()
        #expect(lane.outputs == [.taken(event: 7)])
        lane.drive()
        #expect(lane.outputs == [.taken(event: 7), .tailgated])
    }

    @Test func twoGrantsAreTwoVehiclesInTheirOrder() {
        var lane = Lane()
        lane.give(.granted(event: 7))
        lane.give(.granted(event: 9))
        lane.drive()
        lane.drive()
        #expect(lane.outputs == [.taken(event: 7), .taken(event: 9)])
    }

    /// Bumper to bumper: the entry loop never falls, the safety loop does between the two.
    @Test func aVehicleCloseBehindIsSeen() {
        var lane = Lane()
        lane.give(.granted(event: 7))
        lane.set(.entryLoop, true)
        lane.pass(.seconds(1))
        for _ in 0..<2 {
            lane.set(.safetyLoop, true)
            lane.pass(.seconds(2))
            lane.set(.safetyLoop, false)
            lane.pass(.seconds(2))
        }
        #expect(lane.outputs == [.taken(event: 7), .tailgated])
    }

    @Test func aHighBedThatDropsOutForAMomentIsOneVehicle() {
        var lane = Lane()
        lane.give(.granted(event: 7))
        lane.set(.entryLoop, true)
        lane.pass(.seconds(1))
        lane.set(.safetyLoop, true)
        lane.pass(.seconds(1))
        lane.set(.safetyLoop, false)
        lane.pass(.milliseconds(900))
        lane.set(.safetyLoop, true)
        lane.pass(.seconds(1))
        lane.set(.safetyLoop, false)
        lane.set(.entryLoop, false)
        lane.pass(.seconds(3))
        #expect(lane.outputs == [.taken(event: 7)])
    }

    @Test func aVehicleThatGoesOutNeedsNoGrant() {
        var lane = Lane()
        lane.set(.safetyLoop, true)
        lane.pass(.seconds(1))
        lane.set(.entryLoop, true)
        lane.pass(.seconds(1))
        lane.set(.safetyLoop, false)
        lane.pass(.seconds(2))
        lane.set(.entryLoop, false)
        lane.pass(.seconds(2))
        #expect(lane.outputs.isEmpty)
    }

    @Test func aVehicleThatBacksOutLeavesTheGrantUntilItsTimeIsOver() {
        var lane = Lane()
        lane.give(.granted(event: 7))
        lane.set(.entryLoop, true)
        lane.pass(.seconds(2))
        lane.set(.entryLoop, false)
        lane.pass(.seconds(27))
        #expect(lane.outputs.isEmpty)
        lane.pass(.seconds(1))
        #expect(lane.outputs == [.notTaken(event: 7)])
        lane.drive()
        #expect(lane.outputs == [.notTaken(event: 7), .tailgated])
    }

    @Test func freePassageHasNoTailgating() {
        var lane = Lane([.safetyLoop])
        lane.give(.free(true))
        lane.drive()
        #expect(lane.outputs.isEmpty)
        lane.give(.free(false))
        lane.drive()
        #expect(lane.outputs == [.tailgated])
    }

    @Test func barrierFollowsItsLimits() {
        var lane = Lane([.safetyLoop, .openLimit, .closedLimit])
        func step(_ sensor: LaneMachine.Sensor, _ isActive: Bool) -> LaneMachine.Barrier {
            lane.set(sensor, isActive)
            lane.pass(.milliseconds(100))
            return lane.machine.barrier
        }
        #expect(step(.closedLimit, true) == .closed)
        #expect(step(.closedLimit, false) == .opening)
        #expect(step(.openLimit, true) == .open)
        #expect(step(.openLimit, false) == .closing)
        lane.pass(.seconds(14))
        #expect(lane.machine.barrier == .closing)
        lane.pass(.seconds(1))
        #expect(lane.machine.barrier == .fault)
        #expect(step(.closedLimit, true) == .closed)
        #expect(step(.openLimit, true) == .fault)
        #expect(Lane().machine.barrier == .unknown)
    }

    /// On a whole controller: the ledger moves when the vehicle is through, and tailgating has an entry, an alert and a
    /// picture.
    @Test func aTailgaterIsAnEntryAnAlertAndAPicture() throws {
        var builder = SiteBuilder()
        builder.resident(1, card: 5)
        builder.site.portals[0].hasContact = false
        builder.site.portals[0].lane = LaneSettings(sensors: [.entryLoop, .safetyLoop])
        var bench = Bench(builder)
        func drive() -> [Effect] {
            var effects = bench.give(.lane(SiteBuilder.wicket, .entryLoop, isActive: true))
            effects += bench.pass(.seconds(1))
            effects += bench.give(.lane(SiteBuilder.wicket, .safetyLoop, isActive: true))
            effects += bench.pass(.seconds(1))
            effects += bench.give(.lane(SiteBuilder.wicket, .entryLoop, isActive: false))
            effects += bench.give(.lane(SiteBuilder.wicket, .safetyLoop, isActive: false))
            return effects + bench.pass(.seconds(2))
        }
        let event = try #require(bench.card(5).decision).sequence
        let performed = bench.give(.performed(SiteBuilder.wicket, event: event, isLate: false))
        #expect(performed.entries.isEmpty && bench.controller.ledger.area(of: 1) == nil)
        let first = drive()
        #expect(first.entries.map(\.outcome) == ["taken"] && bench.controller.ledger.area(of: 1) == "inside")
        let second = drive()
        let entry = try #require(second.entries.first { $0.kind == .tailgated })
        #expect(second.alerts.map(\.kind) == [.tailgated])
        #expect(second.contains { if case .capture(let one) = $0 { one.event == entry.sequence } else { false } })
    }

    /// K37: whatever loops, faults, postures and restarts do, the barrier is never let go while something stands in it,
    /// and a restart never opens it.
    @Test func barrierIsNeverLetGoOntoAVehicle() {
        for seed in 1...10_000 as ClosedRange<UInt64> {
            var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
            func below(_ limit: UInt64) -> UInt64 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return state % limit
            }
            var builder = SiteBuilder()
            builder.site.portals[0].hasContact = false
            builder.site.portals[0].lane = LaneSettings(sensors: LaneMachine.Sensor.allCases)
            builder.resident(1, card: 5)
            var bench = Bench(builder)
            var raw = false
            /// Since when the loop says what it says.
            var since = bench.now.monotonic
            var isBad = false
            func hold(_ effects: [Effect], _ bench: Bench) {
                let stands = raw && bench.now.monotonic - since > .milliseconds(50)
                if stands, effects.contains(.secure(SiteBuilder.wicket)) { isBad = true }
            }
            for _ in 0..<12 {
                switch below(8) {
                case 0:
                    let effects = bench.card(5)
                    hold(effects, bench)
                    for case .release(let portal, event: let event?) in effects {
                        hold(bench.give(.performed(portal, event: event, isLate: false)), bench)
                    }
                case 1, 2:
                    raw.toggle()
                    since = bench.now.monotonic
                    hold(bench.give(.lane(SiteBuilder.wicket, .safetyLoop, isActive: raw)), bench)
                case 3: hold(bench.give(.lane(SiteBuilder.wicket, .entryLoop, isActive: below(2) == 0)), bench)
                case 4: hold(bench.give(.lane(SiteBuilder.wicket, .openLimit, isActive: below(2) == 0)), bench)
                case 5:
                    let posture: Posture = [.secure, .free, .blocked, .lockdown][Int(below(4))]
                    hold(bench.give(.order(order(.posture(SiteBuilder.wicket, posture)))), bench)
                case 6 where below(3) == 0:
                    bench = Bench(builder, ledger: bench.controller.ledger)
                    let started = bench.give(.started(StartReport(version: "t", wasCleanStop: false)))
                    #expect(started.releases.isEmpty, "seed \(seed)")
                    since = bench.now.monotonic
                    _ = bench.give(.lane(SiteBuilder.wicket, .safetyLoop, isActive: raw))
                default:
                    let end = bench.now.monotonic + .milliseconds(Int(below(6000)))
                    while let next = bench.controller.nextDeadline?.at, next <= end {
                        hold(bench.pass(max(.zero, next - bench.now.monotonic)), bench)
                    }
                    hold(bench.pass(end - bench.now.monotonic), bench)
                }
                if isBad {
                    Issue.record("seed \(seed): let go onto a vehicle")
                    return
                }
            }
        }
    }
}
