import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

/// Readers that were away (osdp.md section 4): found whatever legal delay their answers have, one after the other, for a
/// tenth of the bus. A thousand outages are in `gatehouse-sim bench buses`.
@Suite struct OSDPReturnTests {
    @Test func atEveryLegalDelayAReaderIsInServiceThreeSecondsAfterItAnswers() {
        let outcome = OSDPOutages(baud: 9600).run(moments: 5)
        #expect(outcome.outages == 105)
        #expect(outcome.late == 0, "the longest took \(outcome.longest)")
        #expect(outcome.collisions == 0, "commands that went into an answer")
        #expect(outcome.longestToCard <= .milliseconds(3500), "\(outcome.longestToCard)")
        #expect(outcome.kept >= 0.9, "of the polls when all answer")
        #expect(outcome.keptOfAlone >= 0.895, "of the polls without that reader")
    }

    @Test(arguments: [38_400, 115_200])
    func andAtEverySpeed(baud: Int) {
        let outcome = OSDPOutages(baud: baud).run(delays: [.zero, .milliseconds(200)], moments: 2)
        #expect(outcome.late == 0, "the longest took \(outcome.longest)")
        #expect(outcome.collisions == 0, "commands that went into an answer")
        #expect(outcome.kept >= 0.9)
        #expect(outcome.keptOfAlone >= 0.895)
    }

    private func online(_ addresses: [UInt8]) -> OSDPBench {
        var bench = OSDPBench.secured(addresses: addresses)
        bench.input(.start)
        bench.run(for: .seconds(addresses.count + 2))
        bench.forget()
        return bench
    }

    @Test func nobodyIsAskedWhileOneThatWasAwayMayStillAnswer() {
        var bench = online([1, 2, 3])
        bench.readers[1].isDead = true
        bench.run(for: .seconds(12))
        bench.forget()
        bench.run(for: .seconds(30))
        let tries = zip(bench.sent, bench.sent.dropFirst()).filter { $0.0.frame.address == 2 }
        #expect(tries.count >= 10)
        let octets = Duration.nanoseconds(10_000_000_000 / 9600) * 20
        #expect(tries.allSatisfy { $1.at - $0.at >= octets + .milliseconds(200) })
    }

    @Test func thoseThatAreAwayAreTriedInTurn() {
        var bench = online([1, 2, 3, 4, 5])
        for index in 1..<5 { bench.readers[index].isDead = true }
        bench.run(for: .seconds(40))
        bench.forget()
        bench.run(for: .seconds(60))
        let tries = (2...5).map { address in bench.sent.filter { $0.frame.address == address }.count }
        #expect(tries.allSatisfy { (5...8).contains($0) }, "\(tries) in a minute")
    }

    @Test func areadersFirstSecondsAwayLeaveTheOthersThreeQuartersOfTheBus() {
        var bench = online([1, 2, 3, 4, 5, 6, 7, 8])
        bench.run(for: .seconds(8))
        let usual = bench.commands(to: 1).count
        for index in 4..<8 { bench.readers[index].isDead = true }
        bench.run(for: .seconds(4))
        bench.forget()
        bench.run(for: .seconds(8))
        #expect(bench.commands(to: 1).count * 4 >= usual * 3, "\(bench.commands(to: 1).count) of \(usual)")
    }

    @Test func aReaderSlowerThanTheStandardIsFoundToo() {
        var bench = online([1, 2])
        bench.readers[0].isDead = true
        bench.run(for: .seconds(12))
        bench.forget()
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.replyDelay = .milliseconds(300)
        bench.delivery = .octetByOctet
        bench.run(for: .seconds(20))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
    }

    /// A lost reader that talks all the time, and never when it is asked.
    @Test func lateAnswersWithoutEndBringNoTriesWithoutEnd() {
        var bench = online([1, 2, 3])
        bench.readers[1].isDead = true
        bench.run(for: .seconds(12))
        bench.forget()
        bench.run(for: .seconds(20))
        let beside = bench.commands(to: 1).count
        bench.forget()
        let stray = OSDPFrame(address: 2, isReply: true, sequence: 1, code: 0x40).octets
        for _ in 0..<200 {
            bench.run(for: .milliseconds(100))
            bench.input(.received(stray))
        }
        #expect(bench.commands(to: 2).count <= 14, "\(bench.commands(to: 2).count) tries in 20 s")
        #expect(bench.commands(to: 1).count * 10 >= beside * 8)
    }

    @Test func whatIsLeftToAskOutlivesANewHandshake() {
        var bench = online([1])
        bench.readers[0].quirks.insert(.repeatsAnew)
        bench.readers[0].isDead = true
        bench.run(for: .seconds(12))
        bench.readers[0].setTamper(true)
        // What happened while it was away is in no queue: only the question tells.
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.forget()
        // The answer to ID is lost, and its repeat refused: LSTAT and the rest are still owed.
        bench.readers[0].faults = Array(repeating: .none, count: 7) + [.loseReply]
        bench.run(for: .seconds(8))
        let questions = Set(bench.sent.map(\.frame.code)).intersection([0x61, 0x62, 0x7B, 0x64, 0x65, 0x66, 0x67])
        #expect(questions.count == 7)
        #expect(bench.panel.counters(of: "r1")?.refusedRepeats == 1)
        #expect(bench.signals.filter { $0 == .link(.online(.secure)) }.count == 1)
        #expect(bench.signals.contains(.tamper(true)))
    }

    @Test func aReaderThatIsBackIsPolledBeforeItIsAskedWhatItIs() throws {
        var bench = online([1])
        bench.readers[0].restart()
        bench.readers[0].present(OSDPSecurePanelTests.bits)
        bench.forget()
        bench.run(for: .seconds(2))
        let codes = bench.sent.map(\.frame.code).drop { $0 != 0x76 }
        #expect(codes.prefix(6) == [0x76, 0x77, 0x60, 0x69, 0x60, 0x6A])
        let questions = codes.filter { [0x61, 0x62, 0x7B, 0x64, 0x65, 0x66, 0x67].contains($0) }
        #expect(questions == [0x61, 0x62, 0x7B, 0x64, 0x65, 0x66, 0x67], "each is asked once all the same")
        #expect(bench.signals.prefix(3).last == OSDPSecurePanelTests.card)
        #expect(bench.identities.count >= 1, "who it is is told")
    }
}
