import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct WrongAcceptTests {
    private func result(_ name: CardFormatID, _ enrolment: WrongAccepts.Enrolment) throws -> WrongAccepts.Result {
        var dice = Dice(seed: 7)
        let format = try #require(CardFormat.named(name))
        return WrongAccepts(format, enrolment, cards: 2000, dice: &dice).run(frames: 40_000, dice: &dice)
    }

    @Test func parityRefusesMostDamagedFramesThatWouldBeSomebodyElse() throws {
        let box = try result("H10301", .oneBox)
        #expect(box.ofLength > 10_000)
        #expect(box.wrongUnchecked > 1000)
        // Two independent parities: about one damaged frame of four is left, and a single flip never.
        #expect(box.wrong * 2 < box.wrongUnchecked)
    }

    @Test(arguments: ["P10001", "W44X"] as [CardFormatID])
    func aFormatWithAnXORTakesNoDamagedFrameForAScatteredCard(name: CardFormatID) throws {
        let scattered = try result(name, .scattered)
        #expect(scattered.ofLength > 10_000)
        #expect(scattered.wrong == 0)
    }

    @Test func theShareThatNoCheckFindsIsThatOfTheFormat() throws {
        let h10301 = try #require(CardFormat.named("H10301"))
        // Pairs within one half of 13 bits, of all pairs of 26.
        #expect(WrongAccepts.undetected(flips: 1, of: h10301) == 0)
        #expect(WrongAccepts.undetected(flips: 2, of: h10301) == 156.0 / 325.0)
        #expect(WrongAccepts.undetected(flips: 3, of: h10301) == 0)
        let csn = try #require(CardFormat.named("CSN32"))
        #expect(WrongAccepts.undetected(flips: 1, of: csn) == 1)
    }
}

@Suite struct CardFormatFramesTests {
    private func format(_ name: CardFormatID) throws -> CardFormat { try #require(CardFormat.named(name)) }

    @Test(
        arguments: [
            ("H10301", "IND26", true, true), ("H10306", "BQT34", true, true), ("W32-30", "CSN32", true, false),
            ("KASTLE32", "WIE32", true, false), ("ATSW30", "W30-8-20", false, false),
            ("C15001", "S12906", false, false),
            ("P10001", "CSN40", true, false), ("H10301", "H10306", false, false),
        ] as [(CardFormatID, CardFormatID, Bool, Bool)])
    func whichFramesAreThoseOfAnotherFormatIsCalculated(
        one: CardFormatID, other: CardFormatID, isWithin: Bool, isAround: Bool
    ) throws {
        #expect(try format(one).isWithin(format(other)) == isWithin)
        #expect(try format(other).isWithin(format(one)) == isAround)
    }

    @Test func everyFormatIsWithinItselfAndHasFrames() {
        for format in CardFormat.table {
            #expect(format.isWithin(format))
            #expect(!format.isEmpty)
        }
    }

    @Test func checksThatContradictOneAnotherLeaveNoFrame() throws {
        let odd = try #require(
            CardFormat("X", bits: 8, number: BitField(0, 6), parities: [.even(7, of: [0, 1]), .odd(7, of: [0, 1])]))
        #expect(odd.isEmpty)
        let two = try #require(
            CardFormat("X", bits: 8, number: BitField(0, 6), parities: [.even(7, of: [0, 1]), .even(1, of: [0, 7])]))
        #expect(two.checkCount == 1)
    }
}
