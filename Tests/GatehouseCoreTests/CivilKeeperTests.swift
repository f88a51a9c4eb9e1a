import GatehouseCore
import Testing

/// A machine whose clock is wrong by `error`, beside the time that it really is.
private struct Machine {
    static let truth = Int64(1_800_000_000_000)
    var keeper: CivilKeeper
    var now = MonotonicTime(nanoseconds: 0)
    var error: Int64 = 0
    var isSynchronized: Bool

    init(
        _ trust: CivilKeeper.Trust, floor: Int64 = Machine.truth - 60_000, resume: Int64? = nil, error: Int64 = 0,
        isSynchronized: Bool
    ) {
        self.error = error
        self.isSynchronized = isSynchronized
        keeper = CivilKeeper(
            trust: trust, floor: CivilTime(milliseconds: floor), resume: CivilTime(milliseconds: resume ?? floor),
            clock: CivilTime(milliseconds: Self.truth + error),
            at: now, isSynchronized: isSynchronized)
    }

    var truth: Int64 { Self.truth + now.nanoseconds / 1_000_000 }

    mutating func read(after span: Duration = .seconds(1)) -> CivilKeeper.Reading {
        now = now + span
        return keeper.read(
            clock: CivilTime(milliseconds: truth + error), at: now, isSynchronized: isSynchronized)
    }

    /// How far the time of the last reading is from the truth, in milliseconds.
    mutating func distance() -> Int64 { read().civil.milliseconds - truth }
}

@Suite("Civil time")
struct CivilKeeperTests {
    static let hour: Int64 = 3_600_000
    static let jumps: [Int64] = [-hour, 24 * hour, -1_800_000_000_000, 10 * 365 * 24 * hour]

    @Test func aSynchronizedClockIsFollowedAndTrusted() {
        var machine = Machine(.synchronized, isSynchronized: true)
        let reading = machine.read()
        #expect(reading.isTrusted && reading.step == nil)
        #expect(reading.civil.milliseconds == machine.truth)
        #expect(machine.keeper.floor == reading.civil)
    }

    @Test(arguments: jumps)
    func aJumpWithoutSynchronizationChangesNoTimeAndIsToldAtOnce(jump: Int64) {
        var machine = Machine(.synchronized, isSynchronized: true)
        #expect(machine.read().isTrusted)
        machine.error = jump
        machine.isSynchronized = false
        let reading = machine.read()
        #expect(reading.step == .milliseconds(jump))
        #expect(!reading.isTrusted)
        #expect(reading.civil.milliseconds == machine.truth)
        #expect(machine.distance() == 0)
        // Put right again and kept in step: followed as before.
        machine.error = 0
        machine.isSynchronized = true
        #expect(machine.read().isTrusted)
        #expect(machine.distance() == 0)
    }

    @Test(arguments: jumps)
    func aBatteryClockThatIsSetWhileRunningIsNotBelieved(jump: Int64) {
        var machine = Machine(.notBehindFloor, isSynchronized: false)
        #expect(machine.read().isTrusted)
        machine.error = jump
        #expect(!machine.read().isTrusted)
        #expect(machine.distance() == 0)
        machine.error = 0
        #expect(machine.read().isTrusted, "set back to where it was")
    }

    @Test func anOperatorMayAcceptAClockThatWasSet() {
        var machine = Machine(.notBehindFloor, isSynchronized: false)
        machine.error = -Self.hour
        #expect(!machine.read().isTrusted)
        let moved = machine.keeper.accept(
            clock: CivilTime(milliseconds: machine.truth + machine.error), at: machine.now)
        #expect(moved == .milliseconds(-Self.hour))
        #expect(machine.read().isTrusted)
        #expect(machine.distance() == -Self.hour)
    }

    @Test func withoutAClockAtTheStartTimeGoesOnFromTheFloor() {
        var machine = Machine(.synchronized, error: -Machine.truth, isSynchronized: false)
        let reading = machine.read()
        #expect(!reading.isTrusted)
        #expect(reading.civil.milliseconds == machine.truth - 60_000)
        // Network time comes: a jump of decades that is right.
        machine.error = 0
        #expect(machine.distance() == -60_000, "the jump alone proves nothing")
        machine.isSynchronized = true
        #expect(machine.read().isTrusted)
        #expect(machine.distance() == 0)
    }

    @Test func timeThatWasUsedWithoutTrustIsNotLostWithThePower() {
        var machine = Machine(
            .synchronized, floor: Machine.truth - 6 * Self.hour, resume: Machine.truth - 10_000, error: -Machine.truth,
            isSynchronized: false)
        #expect(machine.distance() == -10_000)
        #expect(machine.keeper.floor.milliseconds == Machine.truth - 6 * Self.hour)
    }

    @Test func aClockFarAheadAtTheStartIsNotBelievedUnlessItIsKeptInStep() {
        var machine = Machine(.synchronized, error: 10 * 365 * 24 * Self.hour, isSynchronized: false)
        #expect(machine.distance() == -60_000)
        var afterAMonthOff = Machine(
            .synchronized, floor: Machine.truth - 30 * 24 * Self.hour, isSynchronized: false)
        #expect(!afterAMonthOff.read().isTrusted)
        #expect(afterAMonthOff.distance() == 0)
        var afterAYearOff = Machine(.synchronized, floor: Machine.truth - 365 * 24 * Self.hour, isSynchronized: true)
        #expect(afterAYearOff.read().isTrusted)
    }

    @Test func aSmallStepBackOfASynchronizedClockLetsTimeStandStillAndKeepsItsTrust() {
        var machine = Machine(.synchronized, isSynchronized: true)
        let before = machine.read().civil
        machine.error = -900
        let reading = machine.read(after: .milliseconds(100))
        #expect(reading.isTrusted)
        #expect(reading.civil == before)
        #expect(machine.read(after: .seconds(2)).civil.milliseconds == machine.truth - 900)
    }

    @Test func aSynchronizedClockBehindTheFloorIsWaitedFor() {
        var machine = Machine(.synchronized, floor: Machine.truth + 60_000, isSynchronized: true)
        let reading = machine.read()
        #expect(!reading.isTrusted)
        #expect(reading.civil.milliseconds == Machine.truth + 60_000)
        #expect(machine.read(after: .seconds(58)).civil.milliseconds == Machine.truth + 60_000)
        #expect(machine.read(after: .seconds(2)).isTrusted)
        #expect(machine.distance() == 0)
    }

    /// K10: a thousand random steps, most of them lies. (A clock that creeps by less than a second a reading cannot be
    /// told from one that is slewed.) Whatever happens, the time used is never far from the truth, a
    /// jump is not trusted within the second in which it came, and the floor never passes the truth.
    @Test(arguments: CivilKeeper.Trust.allCases, 1...20 as ClosedRange<UInt64>)
    func aThousandStepsMoveNothing(trust: CivilKeeper.Trust, seed: UInt64) {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func random(_ bound: UInt64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % bound)
        }
        var machine = Machine(trust, isSynchronized: trust == .synchronized)
        var last = machine.read().civil
        for _ in 0..<1000 {
            switch random(4) {
            case 0: machine.error = random(40_000_000_000) - 20_000_000_000
            case 1: machine.error = (random(3) - 1) * Self.hour
            case 2: machine.error = (random(2) * 2 - 1) * (3000 + random(10_000))
            default: machine.error = 0
            }
            machine.isSynchronized = trust == .synchronized && machine.error == 0
            for _ in 0...random(3) {
                let reading = machine.read(after: .milliseconds(100 + random(900)))
                let distance = reading.civil.milliseconds - machine.truth
                #expect(abs(distance) <= 2000, "after an error of \(machine.error)")
                if machine.error.magnitude > 2500 { #expect(!reading.isTrusted, "an error of \(machine.error)") }
                #expect(reading.civil + .seconds(2) >= last)
                last = reading.civil
            }
        }
        #expect(machine.keeper.floor.milliseconds <= machine.truth + 2000)
    }
}
