import GatehouseAdmin
import GatehouseCore
import GatehouseThreads
import Testing

@testable import GatehouseDaemon

/// Each person of the console has a pace of their own.
@Suite struct PersonPacesTests {
    private static let start = MonotonicTime.zero + .seconds(1000)

    @Test func oneFloodShutsOutNobodyElse() {
        var paces = PersonPaces()
        let taken = (0..<1000).count { _ in paces.take(100, of: Giver(997, for: "wei"), at: Self.start) }
        #expect(taken == PersonPaces.lines.burst)
        let other = paces.take(100, of: Giver(997, for: "na"), at: Self.start)
        #expect(other)
        let later = paces.take(100, of: Giver(997, for: "wei"), at: Self.start + .seconds(5))
        #expect(later)
    }

    @Test func aListOfTheLargestSizeComesAtOnceAndNotASecondOne() {
        var paces = PersonPaces()
        let wei = Giver(997, for: "wei")
        let taken = (0..<300).count { _ in paces.take(1 << 20, of: wei, at: Self.start) }
        #expect(taken == PersonPaces.octets.burst >> 20)
    }

    /// Names that nobody has cost no memory: behind the bound those wait who come anew.
    @Test func madeUpNamesFindABound() {
        var paces = PersonPaces()
        for number in 0..<PersonPaces.limit {
            for _ in 0..<PersonPaces.lines.burst { _ = paces.take(1, of: Giver(997, for: "\(number)"), at: Self.start) }
        }
        let new = paces.take(1, of: Giver(997, for: "new"), at: Self.start)
        #expect(!new)
        let account = paces.take(1, of: Giver(997), at: Self.start)
        #expect(account, "the account itself is held by the socket")
        let later = paces.take(1, of: Giver(997, for: "new"), at: Self.start + .seconds(60))
        #expect(later)
    }
}
