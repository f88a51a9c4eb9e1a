import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPBabbleTests {
    private static let bits = BitString("10111011000000110010000110".map { $0 == "1" })
    private static let garbage: [UInt8] = (0..<60).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }

    enum Habit: CaseIterable {
        case cards, tamper, garbage, halfFrame, wrongAddress, busy, refusal
    }

    private func take(_ habit: Habit, _ reader: inout EmulatedOSDPReader) {
        switch habit {
        case .cards: reader.flood = .raw(reader: 0, format: 1, bitCount: 26, octets: Self.bits.octets)
        case .tamper: reader.flood = .localStatus(tamper: true, powerFault: false)
        case .garbage: reader.habit = .octets(Self.garbage)
        // A length of which nothing comes.
        case .halfFrame: reader.habit = .octets([0x53, 0x82, 0x00, 0x05] + Self.garbage)
        case .wrongAddress: reader.habit = .wrongAddress
        case .busy: reader.habit = .busy
        case .refusal: reader.habit = .nak(9)
        }
    }

    private func bench(_ isSecured: Bool, baud: Int) -> OSDPBench {
        let settings = OSDPPanel.Settings(baud: baud)
        var bench =
            isSecured
            ? .secured(addresses: [1, 2, 3], settings: settings) : OSDPBench(addresses: [1, 2, 3], settings: settings)
        bench.input(.start)
        bench.run(for: .seconds(5))
        bench.forget()
        return bench
    }

    /// Polls of the neighbours in twenty seconds.
    private func neighbours(_ bench: inout OSDPBench) -> Int {
        bench.forget()
        bench.run(for: .seconds(20))
        return bench.sent.filter { $0.frame.address != 2 }.count
    }

    @Test(arguments: Habit.allCases.map { ($0, false) } + [(.cards, true), (.garbage, true), (.busy, true)])
    func aReaderThatBabblesIsPutAsideAndItsNeighboursKeepTheirTurns(habit: Habit, isSecured: Bool) {
        var bench = bench(isSecured, baud: isSecured ? 19_200 : 9600)
        let alone = neighbours(&bench)
        bench.delivery = habit == .garbage || habit == .halfFrame ? .octetByOctet : .whole
        take(habit, &bench.readers[1])
        bench.run(for: .seconds(45))
        #expect(bench.babbling.map(\.reader) == ["r2"] && bench.babbling.map(\.isOn) == [true])
        #expect(bench.panel.link(of: "r2") == .offline(.babbling))
        #expect(bench.panel.counters(of: "r2")?.quarantines == 1)
        let beside = neighbours(&bench)
        #expect(beside * 10 >= alone * 9, "\(beside) of \(alone)")
        #expect(bench.signals == [], "nothing it sends counts")
        let tries = bench.sent.filter { $0.frame.address == 2 }.count
        #expect((4...21).contains(tries), "\(tries) tries in 20 s")
        // It goes on, and stays aside.
        bench.run(for: .seconds(70))
        #expect(bench.signals == [])
        // Somebody repaired it.
        bench.readers[1].flood = nil
        bench.readers[1].habit = .none
        bench.delivery = .whole
        let repaired = bench.now
        bench.run(for: .seconds(100))
        let back = bench.babbling.last
        #expect(bench.babbling.count == 2 && back?.isOn == false)
        if let back {
            #expect(back.at - repaired >= .seconds(40) && back.at - repaired < .seconds(90), "\(back.at - repaired)")
        }
        #expect(bench.signals(of: "r2").first == .link(.online(isSecured ? .secure : .clear)))
        bench.forget()
        bench.readers[1].present(Self.bits)
        bench.run(for: .seconds(2))
        #expect(bench.signals(of: "r2").count == 1)
    }

    @Test func aReaderThatSpeaksUnaskedIsPutAsideAndNotTheOneThatWasAsked() {
        var bench = bench(false, baud: 115_200)
        let intruder = OSDPFrame(address: 2, isReply: true, sequence: 1, code: 0x40).octets
        bench.readers[0].habit = .octetsBefore(intruder)
        bench.run(for: .seconds(20))
        #expect(bench.babbling.map(\.reader) == ["r2"])
        #expect(bench.panel.babble(of: "r2") == .unasked)
        #expect(bench.panel.link(of: "r1") == .online(.clear))
        bench.readers[0].habit = .none
        bench.run(for: .seconds(90))
        #expect(bench.babbling.map(\.isOn) == [true, false])
        #expect(bench.panel.link(of: "r2") == .online(.clear))
    }

    @Test func cardsShownAtAReaderThatIsPutAsideDoNotKeepItThere() {
        var bench = bench(false, baud: 115_200)
        take(.cards, &bench.readers[1])
        bench.run(for: .seconds(20))
        bench.readers[1].flood = nil
        for _ in 0..<8 {
            bench.run(for: .seconds(15))
            bench.readers[1].present(Self.bits)
        }
        #expect(bench.babbling.map(\.isOn) == [true, false])
    }

    @Test func whatIsNoBabbleIsNone() {
        var bench = bench(true, baud: 115_200)
        // A reader that kept all it could, one that is dead beside an adapter that echoes, one that wants another key.
        for _ in 0..<64 { bench.readers[0].present(Self.bits) }
        bench.echoes = true
        bench.readers[1].isDead = true
        bench.readers[2].security.key = [UInt8](hex: "d459f02f6602e5651f3b553bc283d43e")
        bench.readers[2].restart()
        bench.run(for: .seconds(100))
        #expect(bench.babbling == [])
        #expect(bench.signals(of: "r1").count == 64)
    }

    @Test func aBadWireIsNoBabble() {
        var random = SplitMix64(seed: 0x5EED_0021)
        var bench = bench(false, baud: 115_200)
        let faults: [EmulatedOSDPReader.Fault] = [
            .loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .wrongAddress,
        ]
        for _ in 0..<60 {
            for index in bench.readers.indices {
                bench.readers[index].faults = (0..<60).map { _ in
                    Int.random(in: 0..<4, using: &random) == 0 ? faults.randomElement(using: &random) ?? .none : .none
                }
            }
            bench.run(for: .seconds(1))
        }
        #expect(bench.babbling == [])
    }

    @Test func theDoctorSaysHowItBabbles() {
        var bench = bench(false, baud: 115_200)
        take(.garbage, &bench.readers[1])
        bench.run(for: .seconds(60))
        let counters = bench.panel.counters(of: "r2") ?? OSDPCounters()
        let found = LineDoctor.osdp(counters, bus: bench.panel.busCounters, babble: bench.panel.babble(of: "r2"))
        #expect(
            found.contains {
                $0.what.english.contains("never to the purpose") && $0.what.english.contains("put aside 1 time")
            })
        let neighbour = bench.panel.counters(of: "r1") ?? OSDPCounters()
        #expect(LineDoctor.osdp(neighbour, bus: bench.panel.busCounters) == [])
    }
}
