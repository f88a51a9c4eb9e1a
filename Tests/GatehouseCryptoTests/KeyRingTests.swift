import GatehouseCore
import GatehouseCrypto
import Testing

@Suite struct KeyRingTests {
    private let keys = KeyRing(master: SecretKey([UInt8](repeating: 3, count: 32)))

    /// After a roll-back that nobody could notice epoch and number come again: two notes under one nonce would give away both.
    @Test func aNumberThatComesTwiceGivesNoNonceTwice() throws {
        let seal = keys.primitives(epoch: 1).sealWatchlistNote
        let notes: [[UInt8]] = [Array("entry a, step 1".utf8), Array("entry b, step 1".utf8)]
        let sealed = notes.map { seal(7, $0) }
        #expect(sealed[0].prefix(12) != sealed[1].prefix(12))
        #expect(sealed.map { keys.openWatchlistNote($0, of: 7, epoch: 1) } == notes)
        #expect(seal(8, notes[0]).prefix(12) != sealed[0].prefix(12))
        #expect(keys.openWatchlistNote(sealed[0], of: 8, epoch: 1) == nil, "each has a key of its own")
        #expect(keys.openWatchlistNote(sealed[0], of: 7, epoch: 2) == nil)
        let alone = SecretKey(keys.noteKey(of: 7, epoch: 1))
        #expect(Seal.open(sealed[0], associated: [], key: alone) == notes[0])
        #expect(keys.primitives(epoch: 2).sealWatchlistNote(7, notes[0]).prefix(12) != sealed[0].prefix(12))
    }
}
