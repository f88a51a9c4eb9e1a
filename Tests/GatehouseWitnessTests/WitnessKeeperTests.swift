import GatehouseCore
import GatehouseCrypto
import GatehouseThreads
import GatehouseWitness
import Testing

/// What is remembered, and when.
@Suite("Witness's memory") struct WitnessKeeperTests {
    @Test func nothingIsSignedThatIsNotOnTheDisk() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        witness.disk.withLock { $0.isFull = true }
        let refused = witness.keeper.add(try log.request(0, 7))
        #expect(refused.status == 503 && !refused.body.contains("\u{2014}"))
        #expect(witness.keeper.state.seen(log.key.name) == nil, "what is not on the disk was not seen")
        #expect(witness.keeper.checkpoint(ofDigest: WitnessKeeper.digest(log.key.name)).status == 404)
        witness.disk.withLock { $0.isFull = false }
        #expect(witness.status(try log.request(0, 7)) == 200)
        #expect(witness.disk.withLock { $0.states.last?.seen(log.key.name)?.size } == 7)
    }

    /// Which size is cosigned is in the state that was written before.
    @Test func everyCosignedSizeWasWrittenFirst() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        var old: UInt64 = 0
        for size: UInt64 in [1, 2, 3, 7, 8, 255, 256, 257, 400] {
            #expect(witness.status(try log.request(old, size)) == 200)
            #expect(witness.disk.withLock { $0.states.last?.seen(log.key.name)?.size } == size)
            old = size
        }
        #expect(witness.disk.withLock { $0.states.count } == 9)
    }

    @Test func theSameAgainIsWrittenOnceASecond() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        let first = witness.keeper.add(try log.request(0, 7))
        #expect(witness.keeper.add(try log.request(7, 7)) == first)
        #expect(witness.disk.withLock { $0.states.count } == 1)
        witness.time.withLock { $0 += 1 }
        #expect(witness.keeper.add(try log.request(7, 7)) != first, "another time")
        #expect(witness.disk.withLock { $0.states.count } == 2)
    }

    @Test func aClockThatIsBehindSignsNothing() throws {
        let (log, other) = (try TestLog(), try TestLog("other.example/journal/1"))
        let witness = try TestWitness(logs: [log.key, other.key])
        witness.time.withLock { $0 = 2_000 }
        #expect(witness.status(try log.request(0, 7)) == 200)
        witness.time.withLock { $0 = 1_999 }
        #expect(witness.status(try log.request(7, 8)) == 503)
        #expect(witness.status(try other.request(0, 7)) == 200, "of this log nothing later was signed")
        witness.time.withLock { $0 = 999 }
        #expect(witness.status(try other.request(7, 8)) == 503, "before the key was made")
        witness.time.withLock { $0 = 2_000 }
        #expect(witness.status(try log.request(7, 8)) == 200)
    }

    /// A clock that ran ahead ends with an act of somebody, and forgets nothing that was seen.
    @Test func aClockThatRanAheadIsTakenBack() throws {
        let log = try TestLog()
        let fork = try TestLog(leaf: "other")
        let witness = try TestWitness(logs: [log.key])
        witness.time.withLock { $0 = 4_000_000_000 }
        #expect(witness.status(try log.request(0, 300)) == 200)
        var state = witness.keeper.state
        #expect(state.accept(clock: 900) == 1 && state.accept(clock: 900) == 0)
        let later = try TestWitness(logs: [log.key], state: state)
        later.time.withLock { $0 = 900 }
        #expect(later.status(try fork.request(300, 300)) == 422)
        #expect(later.status(try log.request(0, 300)) == 409)
        #expect(later.status(try log.request(300, 301)) == 200)
        later.time.withLock { $0 = 899 }
        #expect(later.status(try log.request(301, 302)) == 503)
    }

    @Test func bothHistoriesAreKeptAsEvidence() throws {
        let log = try TestLog()
        let fork = try TestLog(leaf: "other")
        let witness = try TestWitness(logs: [log.key])
        #expect(witness.status(try log.request(0, 300)) == 200)
        #expect(witness.status(try fork.request(300, 300)) == 422)
        #expect(witness.status(try fork.request(0, 300)) == 409, "that it asks with another size hides nothing")
        let kept = try #require(witness.disk.withLock { $0.states.last?.logs[log.key.name]?.histories })
        #expect(kept.count == 1 && kept[0].areProof)
        // Whoever has the log's key alone can check it.
        let (seen, offered) = (
            try Checkpoint.open(kept[0].seen, key: log.key), try Checkpoint.open(kept[0].offered, key: log.key)
        )
        #expect(seen.size == offered.size && seen.root != offered.root)
        #expect(witness.keeper.state.logs[log.key.name]?.histories.first?.count == 2)
        #expect(witness.status(try log.request(300, 400)) == 200, "the true one goes on")
        #expect(witness.keeper.state.logs[log.key.name]?.histories.count == 1, "and what was proved stays")
    }

    /// Whoever sends a true checkpoint with a wrong proof raises a question, and the log's own proof ends it.
    @Test func aProofThatCameLaterEndsTheQuestion() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        #expect(witness.status(try log.request(0, 300)) == 200)
        #expect(witness.status(try log.request(300, 400, proof: [])) == 422)
        #expect(witness.keeper.state.logs[log.key.name]?.histories.map(\.areProof) == [false])
        #expect(witness.status(try log.request(300, 400)) == 200)
        #expect(witness.keeper.state.logs[log.key.name]?.histories.isEmpty == true)
    }

    @Test func whatProvesSomethingIsNotPushedOut() throws {
        let log = try TestLog()
        let fork = try TestLog(leaf: "other")
        let witness = try TestWitness(logs: [log.key])
        #expect(witness.status(try log.request(0, 200)) == 200)
        for size: UInt64 in 201..<230 { #expect(witness.status(try fork.request(200, size, proof: [])) == 422) }
        #expect(witness.status(try fork.request(200, 200)) == 422)
        for size: UInt64 in 230..<260 { #expect(witness.status(try fork.request(200, size, proof: [])) == 422) }
        let kept = witness.keeper.state.logs[log.key.name]
        #expect(kept?.histories.count == WitnessState.mostHistories)
        #expect(kept?.histories.count { $0.areProof } == 1)
        #expect(kept?.refusals.count == WitnessState.mostRefusals)
    }

    /// A log that was put back has fewer entries; one that asks from an old size for the first time is no case.
    @Test func aLogThatIsBehindIsWrittenDown() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        #expect(witness.status(try log.request(0, 300)) == 200)
        #expect(witness.keeper.add(try log.request(0, 310)).body == "300\n")
        #expect(witness.keeper.state.logs[log.key.name]?.refusals.isEmpty == true)
        #expect(witness.keeper.add(try log.request(100, 200)).body == "300\n")
        #expect(witness.keeper.state.logs[log.key.name]?.refusals.map(\.why) == [.behind])
    }

    /// What nobody needs a key for is bounded, waits for its writing, and pushes nothing out.
    @Test func strangersFillNothing() throws {
        let log = try TestLog()
        let witness = try TestWitness(logs: [log.key])
        #expect(witness.status(try log.request(0, 300)) == 200)
        #expect(witness.status(try log.request(100, 200)) == 409)
        for index in 0..<500 {
            let other = try TestLog("stranger.example/\(index)", most: 1)
            #expect(witness.status(try other.request(0, 1)) == 404)
            #expect(witness.status(Array("old \(index)".utf8)) == 400)
        }
        let state = witness.keeper.state
        #expect(state.strangers.count == WitnessState.mostStrangers && state.logs.count == 1)
        #expect(state.strangers.first { $0.why == .malformed }?.count == 500)
        #expect(state.logs[log.key.name]?.refusals.map(\.why) == [.behind])
        #expect(witness.disk.withLock { $0.states.count } == 1)
        witness.keeper.flush()
        #expect(witness.disk.withLock { $0.states.last } == state)
        witness.keeper.flush()
        #expect(witness.disk.withLock { $0.states.count } == 2, "once")
    }

    @Test func aNewEpochIsAnotherLogThatTheCommitteeNames() throws {
        let (log, next) = (try TestLog(), try TestLog("gate.example/journal/2"))
        let witness = try TestWitness(logs: [log.key])
        #expect(witness.status(try log.request(0, 300)) == 200)
        #expect(witness.status(try next.request(0, 5)) == 404)
        let later = try TestWitness(logs: [log.key, next.key], state: witness.keeper.state)
        #expect(later.status(try next.request(0, 5)) == 200)
        #expect(later.status(try log.request(300, 301)) == 200, "the old one is remembered")
    }
}
