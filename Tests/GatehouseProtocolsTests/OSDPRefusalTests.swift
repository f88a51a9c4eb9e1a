import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

/// Refusals by what they answer, and answers that fit to nothing.
@Suite struct OSDPRefusalTests {
    private static let bits = OSDPSecurePanelTests.bits
    private static let card = OSDPSecurePanelTests.card

    private func online(isSecured: Bool, _ addresses: [UInt8] = [1], baud: Int = 9600) -> OSDPBench {
        let settings = OSDPPanel.Settings(baud: baud)
        var bench =
            isSecured
            ? .secured(addresses: addresses, settings: settings) : OSDPBench(addresses: addresses, settings: settings)
        bench.input(.start)
        bench.run(for: .seconds(4))
        bench.forget()
        return bench
    }

    private func isBreach(_ signal: ReaderSignal) -> Bool { if case .breach = signal { true } else { false } }
    private func isLink(_ signal: ReaderSignal) -> Bool { if case .link = signal { true } else { false } }

    /// How long the reader was said to be away.
    private func outOfService(_ bench: OSDPBench, since start: MonotonicTime) -> Duration {
        var (total, from): (Duration, MonotonicTime?) = (.zero, nil)
        for heard in bench.heard {
            switch heard.signal {
            case .link(.offline): from = from ?? heard.at
            case .link(.online):
                if let began = from { total += heard.at - began }
                from = nil
            default: break
            }
        }
        return total + (from.map { bench.now - $0 } ?? .zero)
    }

    /// A card every two seconds, whose number is the round.
    private func show(_ rounds: Int, _ bench: inout OSDPBench) throws -> [ReaderSignal] {
        let format = try #require(CardFormat.named("H10301"))
        return try (1...UInt64(rounds)).map { number in
            let bits = try #require(format.encode(facility: 7, number: number))
            bench.readers[0].present(bits)
            bench.run(for: .seconds(2))
            return .card(CardRead(number: CardNumber(format: "H10301", facility: 7, number: number), bits: bits))
        }
    }

    @Test(arguments: [true, false])
    func oneLostReplyIn250CostsAtMostTwoPercentOfTheService(repeatsAnew: Bool) throws {
        var bench = online(isSecured: true, baud: 115_200)
        if repeatsAnew { bench.readers[0].quirks.insert(.repeatsAnew) }
        bench.losesOneIn = 250
        let start = bench.now
        let shown = try show(90, &bench)
        let read = bench.signals.filter { if case .card = $0 { true } else { false } }
        #expect(bench.lost >= 20)
        #expect(Set(read).count == read.count, "none twice")
        // A card whose only reply was lost is not held by a reader that takes the repeat for a new command.
        #expect(read.count >= shown.count - (repeatsAnew ? bench.lost / 4 : 0) && Set(read).isSubset(of: Set(shown)))
        #expect(outOfService(bench, since: start) * 50 <= .seconds(180))
        #expect(!bench.signals.contains(where: isBreach))
        #expect((bench.panel.counters(of: "r1")?.refusedRepeats ?? 0 > 0) == repeatsAnew)
    }

    /// A poll's reply, or that of the new handshake's proof too.
    @Test(arguments: [false, true])
    func oneLostReplyEachFiveSecondsIsNoAttackAndEveryCardThatIsHeldIsRead(refusesInClear: Bool) throws {
        for losesProof in [false, true] {
            var bench = online(isSecured: true)
            bench.readers[0].quirks.insert(.repeatsAnew)
            bench.readers[0].security.refusesInClear = refusesInClear
            let start = bench.now
            var shown: [ReaderSignal] = []
            let format = try #require(CardFormat.named("H10301"))
            for number in 1...36 as ClosedRange<UInt64> {
                bench.readers[0].faults = [.loseReply] + (losesProof ? [.none, .none, .loseReply] : [])
                bench.run(for: .seconds(2))
                let bits = try #require(format.encode(facility: 7, number: number))
                bench.readers[0].present(bits)
                shown.append(
                    .card(CardRead(number: CardNumber(format: "H10301", facility: 7, number: number), bits: bits)))
                bench.run(for: .seconds(3))
            }
            #expect(bench.signals.filter { if case .card = $0 { true } else { false } } == shown)
            #expect(outOfService(bench, since: start) * 50 <= .seconds(180))
            #expect(!bench.signals.contains(where: isBreach))
        }
    }

    @Test func aRefusedRepeatIsAnsweredWithAHandshakeAtOnceAndTheReaderStaysInService() {
        var bench = online(isSecured: true)
        bench.readers[0].quirks.insert(.repeatsAnew)
        bench.readers[0].faults = [.loseReply]
        bench.run(for: .seconds(1))
        #expect(bench.sent.map(\.frame.code).prefix(5) == [0x60, 0x60, 0x76, 0x77, 0x60])
        #expect(bench.signals == [])
        #expect(bench.panel.counters(of: "r1")?.sessions == 2)
    }

    /// Somebody who swallows replies and refuses the repeats in the reader's name.
    @Test func whoForgesRefusalsGainsHandshakesAndIsTold() {
        var bench = online(isSecured: true, baud: 115_200)
        bench.readers[0].faults = (0..<60_000).flatMap { _ in [.none, .none, .none, .loseReply, .nak(6)] }
        bench.readers[0].security.takesDefaultKey = true
        bench.run(for: .seconds(300))
        #expect(bench.signals.filter(isBreach).first.map { $0 != .breach(nil) } == true)
        #expect(bench.sent.allSatisfy { $0.frame.securityBlock != nil || $0.frame.code == 0x61 })
        #expect(
            !bench.sent.contains {
                [0x11, 0x13].contains($0.frame.securityBlock?.type) && $0.frame.securityBlock?.data == [0]
            },
            "never under the default key")
        #expect(bench.signals.filter(isLink).count < 100)
    }

    @Test(arguments: [5, 6] as [UInt8])
    func onceARefusalToAPollInClearIsAskedAgainAtOnce(code: UInt8) {
        var bench = online(isSecured: false)
        bench.readers[0].present(Self.bits)
        bench.readers[0].faults = [.nak(code)]
        bench.run(for: .milliseconds(150))
        #expect(bench.signals == [Self.card])
        // Twice: it is started over.
        bench.forget()
        bench.readers[0].faults = [.nak(code), .nak(code)]
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.link(.offline(.restarted)), .link(.online(.clear))])
        // An order that was refused is carried out all the same.
        bench = online(isSecured: false)
        bench.input(.output("r1", number: 0, pulse: .seconds(5), isOn: true))
        bench.readers[0].faults = [.nak(code), .nak(code), .none]
        bench.run(for: .seconds(1))
        #expect(bench.readers[0].outputs.count == 1)
        // For good: left alone.
        bench.readers[0].habit = .nak(code)
        bench.forget()
        bench.run(for: .seconds(9))
        #expect(bench.signals.last == .link(.offline(.refused)))
        #expect(bench.sent.count <= 6)
    }

    // MARK: answers that fit to nothing

    enum Misfit: CaseIterable { case sequence, address, sequenceZeroUnderMAC }

    @Test(arguments: Misfit.allCases, [false, true])
    func whatNeverFitsIsGivenUpAfterASecond(misfit: Misfit, isSecured: Bool) throws {
        guard isSecured || misfit != .sequenceZeroUnderMAC else { return }
        var bench = online(isSecured: isSecured)
        switch misfit {
        case .sequence: bench.readers[0].habit = .sequence(offset: 1)
        case .address: bench.readers[0].habit = .wrongAddress
        case .sequenceZeroUnderMAC: bench.readers[0].habit = .sequence(offset: nil)
        }
        let start = bench.now
        bench.run(for: .seconds(5))
        let given = try #require(bench.heard.first { $0.signal == .link(.offline(.silent)) })
        #expect(
            given.at - start >= .milliseconds(900) && given.at - start <= .milliseconds(1300), "\(given.at - start)")
        bench.readers[0].habit = .none
        bench.run(for: .seconds(4))
        #expect(bench.panel.link(of: "r1") == .online(isSecured ? .secure : .clear))
    }
}
