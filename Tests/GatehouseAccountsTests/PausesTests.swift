import GatehouseAccounts
import GatehouseCore
import Testing

@Suite("Pauses after failed tries") struct PausesTests {
    private static func lane(_ id: UInt8, free: Int = 3) -> Pauses.Lane { Pauses.Lane(id: [id], free: free) }

    @Test func pausesDoubleUpToAQuarterOfAnHour() {
        let pauses = (0...20).map { Pauses.pause(after: $0, free: 3) }
        let seconds: [Int64] = [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900, 900, 900, 900, 900]
        #expect(pauses == seconds.map { .seconds($0) })
        #expect(Pauses.pause(after: .max, free: 0) == .seconds(900))
    }

    /// The slowest model: every try of a lane in a list, and the pause counted anew from it each time.
    private struct Reference {
        struct Try {
            var at: Int64
            var stands = true
        }
        var tries: [UInt8: [Try]] = [:]

        func rest(_ lane: Pauses.Lane, at now: Int64) -> Int64 {
            let all = tries[lane.id[0]] ?? []
            guard let last = all.last?.at, now - last < 86_400 else { return 0 }
            // A day without a try forgets what was before it.
            var start = all.startIndex
            for index in all.indices.dropFirst() where all[index].at - all[index - 1].at >= 86_400 { start = index }
            let failures = all[start...].count { $0.stands }
            var pause: Int64 = failures >= lane.free ? 1 : 0
            for _ in 0..<max(0, failures - lane.free) { pause = min(900, pause * 2) }
            return max(0, last + pause - now)
        }

        mutating func begin(_ lanes: [Pauses.Lane], at now: Int64) -> Int64? {
            let rest = lanes.map { self.rest($0, at: now) }.max() ?? 0
            guard rest == 0 else { return rest }
            for lane in lanes { tries[lane.id[0], default: []].append(Try(at: now)) }
            return nil
        }

        mutating func takeBack(_ lane: Pauses.Lane) {
            guard let index = tries[lane.id[0]]?.lastIndex(where: \.stands) else { return }
            tries[lane.id[0]]?[index].stands = false
            if tries[lane.id[0]]?.contains(where: \.stands) == false { tries[lane.id[0]] = nil }
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func theModelAgrees(seed: UInt64) {
        var dice = SplitMix(seed: seed)
        var pauses = Pauses()
        var reference = Reference()
        var now: Int64 = 0
        for _ in 0..<400 {
            now += [0, 1, 5, 300, 900, 50_000].randomElement(using: &dice)!
            let own = Self.lane(UInt8.random(in: 0..<3, using: &dice), free: 3)
            let address = Self.lane(UInt8.random(in: 10..<12, using: &dice), free: 6)
            switch Int.random(in: 0..<8, using: &dice) {
            case 0:
                // Only what was begun is taken back: the last try of this pair of lanes.
                guard pauses.begin([own, address], at: Made.time(now)) == nil else {
                    #expect(reference.begin([own, address], at: now) != nil)
                    continue
                }
                #expect(reference.begin([own, address], at: now) == nil)
                pauses.takeBack(address)
                reference.takeBack(address)
                pauses.clear(own)
                reference.tries[own.id[0]] = nil
            default:
                let rest = pauses.begin([own, address], at: Made.time(now))
                #expect(rest == reference.begin([own, address], at: now).map { .seconds($0) }, "at \(now)")
            }
        }
    }

    @Test func aTryThatHasToWaitIsNotCounted() {
        var pauses = Pauses()
        for _ in 0..<3 { #expect(pauses.begin([Self.lane(1)], at: .zero) == nil) }
        for _ in 0..<100 { #expect(pauses.begin([Self.lane(1)], at: .zero) == .seconds(1)) }
        #expect(pauses.begin([Self.lane(1)], at: Made.time(1)) == nil)
        #expect(pauses.begin([Self.lane(1)], at: Made.time(1)) == .seconds(2))
    }

    @Test func oneLaneKnowsNothingOfAnother() {
        var pauses = Pauses()
        for second in 0..<50 { _ = pauses.begin([Self.lane(1)], at: Made.time(Int64(second))) }
        #expect(pauses.begin([Self.lane(2)], at: Made.time(50)) == nil)
    }

    /// Memory has a bound, and what is under way now outlives what is old.
    @Test func theOldestLanesGoForNewOnes() {
        var pauses = Pauses()
        func lane(_ number: Int) -> Pauses.Lane {
            Pauses.Lane(id: withUnsafeBytes(of: number) { Array($0) }, free: 1)
        }
        for number in 0..<Pauses.limit {
            #expect(pauses.begin([lane(number)], at: Made.time(Int64(number / 1000))) == nil)
        }
        for _ in 0..<3 { _ = pauses.begin([lane(0)], at: Made.time(9)) }
        for number in 10_000..<10_500 { #expect(pauses.begin([lane(number)], at: Made.time(9)) == nil) }
        #expect(pauses.count <= Pauses.limit && pauses.letGo == 1024)
        #expect(pauses.begin([lane(0)], at: Made.time(9)) != nil, "tried just now")
        // A day later all of it may be forgotten, and nothing counts as let go.
        for number in 20_000..<29_000 { #expect(pauses.begin([lane(number)], at: Made.time(86_500)) == nil) }
        #expect(pauses.count <= Pauses.limit)
    }
}
