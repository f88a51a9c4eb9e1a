import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPPlaceTests {
    private func online(_ addresses: [UInt8] = [1], isSecured: Bool = true) -> OSDPBench {
        var bench = isSecured ? OSDPBench.secured(addresses: addresses) : OSDPBench(addresses: addresses)
        for index in bench.readers.indices { bench.readers[index].baud = 9600 }
        bench.input(.start)
        bench.run(for: .seconds(3))
        bench.forget()
        return bench
    }

    private let target = OSDPPlace(address: 5, baud: 38400)

    private func expectServed(at place: OSDPPlace, _ bench: inout OSDPBench, _ comment: Comment? = nil) {
        #expect(bench.panel.place(of: "r1") == place, comment)
        #expect(bench.speed == place.baud, comment)
        bench.readers[0].present(OSDPSecurePanelTests.bits)
        bench.run(for: .seconds(2))
        #expect(bench.signals.contains(OSDPSecurePanelTests.card), comment)
        #expect(bench.sent.last?.frame.address == place.address, comment)
    }

    private func answers(_ bench: OSDPBench) -> [OSDPAnswer] { bench.answers.map(\.answer) }

    private var arrived: OSDPAnswer { .reply(.communication(address: 5, baud: 38400)) }

    @Test(arguments: [true, false])
    func aReaderMovesToAnotherAddressAndSpeed(isSecured: Bool) {
        var bench = online(isSecured: isSecured)
        bench.input(.move("r1", target, token: 1))
        bench.run(for: .seconds(3))
        #expect(answers(bench) == [arrived])
        expectServed(at: target, &bench)
    }

    @Test func whatTheReaderSaysCountsAndNotWhatItWasAsked() {
        var bench = online()
        bench.readers[0].workshop.onlyBaud = 19200
        bench.input(.move("r1", target, token: 1))
        bench.run(for: .seconds(3))
        #expect(answers(bench) == [.reply(.communication(address: 5, baud: 19200))])
        expectServed(at: OSDPPlace(address: 5, baud: 19200), &bench)
    }

    @Test func aReaderThatSaysYesAndStaysIsFoundWhereItWas() {
        var bench = online()
        bench.readers[0].ignoresMoves = true
        bench.input(.move("r1", target, token: 1))
        bench.run(for: .seconds(8))
        #expect(answers(bench) == [.refused(.cannotCarryOut)])
        expectServed(at: OSDPPlace(address: 1, baud: 9600), &bench)
    }

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .wrongAddress,
    ])
    func theReaderIsFoundWhateverBecomesOfOneFrame(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<6 {
            var bench = online()
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.input(.move("r1", target, token: 1))
            bench.run(for: .seconds(15))
            #expect(bench.answers.count == 1, "\(fault) at \(position)")
            expectServed(at: target, &bench, "\(fault) at \(position)")
        }
    }

    @Test func aReaderThatMovesAndLosesItsPowerIsStillFound() {
        var bench = online()
        bench.input(.move("r1", target, token: 1))
        while bench.readers[0].address == 1 { bench.run(for: .milliseconds(1)) }
        bench.readers[0].isDead = true
        bench.run(for: .seconds(40))
        #expect(answers(bench) == [.dropped])
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.run(for: .seconds(10))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        expectServed(at: target, &bench)
    }

    @Test func noReaderMovesOntoAnotherNorToAnAddressThatIsNone() {
        var bench = online([1, 2])
        bench.input(.move("r1", OSDPPlace(address: 2, baud: 9600), token: 1))
        #expect(answers(bench) == [.refused(.cannotCarryOut)])
        bench.input(.move("r1", OSDPPlace(address: 0x7F, baud: 9600), token: 2))
        bench.input(.move("r1", OSDPPlace(address: 3, baud: 4711), token: 3))
        #expect(answers(bench).suffix(2) == [.busy, .busy])
        bench.run(for: .seconds(1))
        #expect(!bench.sent.contains { $0.frame.code == 0x6E })
    }

    @Test func readersOfTwoSpeedsLiveOnOneBus() {
        var bench = online([1, 2])
        bench.input(.move("r1", target, token: 1))
        bench.run(for: .seconds(5))
        bench.readers[0].present(OSDPSecurePanelTests.bits)
        bench.readers[1].present(OSDPSecurePanelTests.bits)
        bench.run(for: .seconds(2))
        #expect(bench.signals(of: "r1").contains(OSDPSecurePanelTests.card))
        #expect(bench.signals(of: "r2") == [OSDPSecurePanelTests.card])
    }
}
