import Glibc
import Testing

@testable import GatehouseStore

@Suite struct SideThreadTests {
    private struct Odd: Error, Equatable { var number: Int }

    @Test(arguments: [true, false])
    func productsComeInTheOrderOfTheirPieces(hasThread: Bool) throws {
        let side = SideThread<Int, Int>(makesThread: hasThread) { $0 * $0 }
        var squares: [Int] = []
        for number in 0..<1000 {
            if side.underWay == 4 { squares.append(try side.take()) }
            side.give(number)
        }
        while side.underWay > 0 { squares.append(try side.take()) }
        #expect(squares == (0..<1000).map { $0 * $0 })
    }

    @Test func theWorkIsNotTheCallersThread() throws {
        let side = SideThread<Int, pthread_t> { _ in pthread_self() }
        side.give(1)
        side.give(2)
        let first = try side.take()
        #expect(first != pthread_self())
        #expect(try side.take() == first)
    }

    /// What one piece throws belongs to that piece.
    @Test(arguments: [true, false])
    func aFailureComesInItsTurn(hasThread: Bool) throws {
        let side = SideThread<Int, Int>(makesThread: hasThread) { number in
            guard number % 2 == 0 else { throw Odd(number: number) }
            return number
        }
        for number in 0..<4 { side.give(number) }
        #expect(try side.take() == 0)
        #expect(throws: Odd(number: 1)) { try side.take() }
        #expect(try side.take() == 2)
        #expect(throws: Odd(number: 3)) { try side.take() }
    }

    /// An owner that goes takes the thread along and leaves nothing of the work behind.
    @Test func anOwnerMayGoWithPiecesUnderWay() {
        final class Token: Sendable {}
        weak var token: Token?
        do {
            let held = Token()
            token = held
            let side = SideThread<Int, Int> { [held] in
                _ = held
                return $0
            }
            for number in 0..<100 { side.give(number) }
        }
        #expect(token == nil)
    }
}
