import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPSecurePanelTests {
    static let bits = BitString("10111011000000110010000110".map { $0 == "1" })
    static let card = ReaderSignal.card(
        CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603), bits: bits))

    /// A bench whose readers are online in their sessions and whose past is forgotten.
    private func online(_ addresses: [UInt8] = [1], settings: OSDPPanel.Settings = .init()) -> OSDPBench {
        var bench = OSDPBench.secured(addresses: addresses, settings: settings)
        bench.input(.start)
        bench.run(for: .seconds(addresses.count + 2))
        #expect(bench.signals.filter { $0 == .link(.online(.secure)) }.count == addresses.count)
        bench.forget()
        return bench
    }

    private func counters(_ bench: OSDPBench) -> OSDPCounters { bench.panel.counters(of: "r1") ?? OSDPCounters() }

    // MARK: the session

    @Test func aReaderProvesItsKeyBeforeAnythingElseIsAsked() {
        var bench = OSDPBench.secured()
        bench.input(.start)
        bench.run(for: .seconds(1))
        #expect(bench.sent.prefix(2).map(\.frame.code) == [0x76, 0x77])
        #expect(bench.sent.prefix(2).map(\.frame.sequence) == [0, 1])
        #expect(bench.sent.prefix(2).map { $0.frame.securityBlock?.data } == [[1], [1]])
        #expect(bench.sent.dropFirst(2).allSatisfy { [0x15, 0x17].contains($0.frame.securityBlock?.type) })
        #expect(
            bench.sent.dropFirst(2).prefix(8).map(\.frame.code) == [0x61, 0x62, 0x7B, 0x64, 0x65, 0x66, 0x67, 0x69])
        #expect(bench.signals.first == .link(.online(.secure)))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        #expect(bench.panel.identity(of: "r1")?.serial == 0xEDDE_FECA)
        #expect(counters(bench).sessions == 1)
    }

    @Test(arguments: [OSDPBench.Delivery.whole, .octetByOctet])
    func cardAndKeysComeThroughAndNothingReadableIsOnTheLine(delivery: OSDPBench.Delivery) {
        var bench = online()
        bench.delivery = delivery
        bench.noise = [0x00, 0x53, 0xFF]
        bench.echoes = true
        bench.readers[0].present(Self.bits)
        bench.readers[0].press("12#")
        bench.run(for: .seconds(1))
        #expect(bench.signals == [Self.card, .key(.digit(1)), .key(.digit(2)), .key(.enter)])
        #expect(!bench.answered.contains { $0.hex.contains("bb0321") })
        #expect(bench.answered.allSatisfy { OSDPFrame.decoded($0)?.securityBlock?.hasMAC == true })
    }

    @Test func theSessionGetsNewKeysWithinTheHourAndTheReaderStaysInService() {
        var settings = OSDPPanel.Settings()
        settings.pollPeriod = .seconds(2)
        var bench = online(settings: settings)
        for _ in 0..<5 {
            bench.run(for: .seconds(3599))
            bench.readers[0].present(Self.bits)
        }
        bench.run(for: .seconds(3))
        #expect(bench.signals == Array(repeating: Self.card, count: 5))
        let challenges = bench.sent.filter { $0.frame.code == 0x76 }.map(\.at)
        #expect(challenges.count == 5)
        #expect(zip(challenges, challenges.dropFirst()).allSatisfy { $1 - $0 <= .seconds(3600) })
        #expect(bench.sent.filter { $0.frame.code == 0x61 }.isEmpty)
    }

    // MARK: a bad line

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .wrongAddress,
        .forgedMAC([1, 2, 3, 4]),
    ])
    func aCardSurvivesOneFaultOnTheLineAndIsToldOnce(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<4 {
            var bench = online()
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.readers[0].present(Self.bits)
            bench.run(for: .seconds(3))
            #expect(bench.signals == [Self.card], "\(fault) at \(position)")
            #expect(counters(bench).sessions == 1, "\(fault) at \(position)")
        }
    }

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .nak(4), .nak(6),
        .wrongAddress, .restart,
    ])
    func theStartUpSurvivesOneFaultAtEveryStepWithoutAnAlarm(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<10 {
            var bench = OSDPBench.secured()
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.input(.start)
            bench.run(for: .seconds(4))
            #expect(bench.signals.contains(.link(.online(.secure))), "\(fault) at \(position)")
            #expect(!bench.signals.contains { if case .breach = $0 { true } else { false } }, "\(fault) at \(position)")
            bench.forget()
            bench.readers[0].present(Self.bits)
            bench.run(for: .seconds(1))
            #expect(bench.signals == [Self.card], "\(fault) at \(position)")
        }
    }

    @Test(arguments: 1...10)
    func aNightOfRandomFaultsLosesNoCardAndTellsNoneTwice(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        var bench = online([1, 2])
        let format = try #require(CardFormat.named("H10301"))
        let harmless: [EmulatedOSDPReader.Fault] = [
            .none, .none, .none, .loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .wrongAddress,
        ]
        var shown: [ReaderSignal] = []
        for number in 1...20 as ClosedRange<UInt64> {
            let bits = try #require(format.encode(facility: 7, number: number))
            shown.append(
                .card(CardRead(number: CardNumber(format: "H10301", facility: 7, number: number), bits: bits)))
            bench.readers[0].present(bits)
            for index in 0..<2 {
                bench.readers[index].faults = (0..<6).map { _ in harmless.randomElement(using: &random) ?? .none }
            }
            bench.run(for: .seconds(6))
        }
        #expect(bench.signals(of: "r1").filter { if case .card = $0 { true } else { false } } == shown)
        #expect(counters(bench).sessionsDropped == 0)
    }

    @Test func aFrameThatIsSentAgainIsTheSameFrame() {
        var bench = online()
        bench.readers[0].faults = [.loseReply]
        bench.run(for: .milliseconds(600))
        #expect(bench.sent[0].frame == bench.sent[1].frame)
        #expect(bench.sent[2].frame.mac != bench.sent[1].frame.mac)
        #expect(counters(bench).wrongMACs == 0)
    }

    @Test func aReaderSlowerThanTheLimitStaysReadable() {
        var bench = online()
        bench.replyDelay = .milliseconds(300)
        bench.readers[0].present(Self.bits)
        bench.run(for: .seconds(5))
        #expect(bench.signals == [Self.card])
        #expect(counters(bench).sessions == 1)
        #expect(counters(bench).wrongSequence > 0)
        var late = OSDPBench.secured()
        late.replyDelay = .milliseconds(300)
        late.input(.start)
        late.run(for: .seconds(10))
        #expect(late.signals.first == .link(.online(.secure)))
        #expect(!late.signals.contains { if case .breach = $0 { true } else { false } })
    }

    // MARK: power

    @Test(arguments: [0, 1, 3, 7, 9, 30])
    func aReaderThatLostItsPowerTellsACardWithinThreeSecondsOfAnswering(seconds: Int) throws {
        var bench = online([1, 2])
        bench.readers[0].isDead = true
        bench.run(for: .seconds(seconds))
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.readers[0].present(Self.bits)
        let back = bench.now
        bench.forget()
        bench.run(for: .seconds(4))
        let told = try #require(bench.heard.first { $0.signal == Self.card })
        #expect(told.at - back < .seconds(3))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        #expect(!bench.signals.contains { if case .breach = $0 { true } else { false } })
    }

    @Test func aWholeBusThatLostItsPowerIsBackTogether() throws {
        var bench = online([1, 2, 3, 4, 5, 6, 7, 8])
        for index in 0..<8 {
            bench.readers[index].restart()
            bench.readers[index].isDead = true
        }
        bench.run(for: .seconds(40))
        for index in 0..<8 { bench.readers[index].isDead = false }
        let back = bench.now
        bench.forget()
        bench.run(for: .seconds(10))
        let moments = bench.heard.filter { $0.signal == .link(.online(.secure)) }.map(\.at)
        #expect(moments.count == 8)
        #expect(try #require(moments.max()) - back < .seconds(6), "8 start-ups at 9600 take 4 s of wire")
    }

    @Test func aReaderThatKeepsSilentAboutALostSessionIsAskedForANewOne() {
        var bench = online()
        bench.readers[0].security.end()
        bench.readers[0].faults = Array(repeating: .loseCommand, count: 7)
        bench.run(for: .seconds(8))
        #expect(counters(bench).sessions == 2)
        #expect(bench.panel.link(of: "r1") == .online(.secure))
    }

    // MARK: keys

    @Test func aReaderWithAnotherKeyIsAskedEverMoreRarelyAndAlarmed() {
        var bench = OSDPBench.secured()
        bench.readers[0].security.key = [UInt8](hex: "d459f02f6602e5651f3b553bc283d43e")
        bench.input(.start)
        bench.run(for: .seconds(70))
        #expect(bench.signals == [.link(.offline(.refused)), .breach(.wrongKey)])
        let challenges = bench.sent.filter { $0.frame.code == 0x76 }.map(\.at)
        let pauses = zip(challenges, challenges.dropFirst()).map { $1 - $0 }
        for (pause, least) in zip(pauses, [1, 2, 4, 8, 16, 32]) {
            #expect(pause >= .seconds(least) && pause < .seconds(least + 1))
        }
        #expect(bench.sent.filter { $0.frame.code != 0x76 }.map(\.frame.code) == [0x61], "once, who it is")
        bench.readers[0].security.key = OSDPBench.key
        bench.forget()
        bench.run(for: .seconds(40))
        #expect(bench.signals.prefix(2) == [.link(.online(.secure)), .breach(nil)])
    }

    @Test func theKeyBeforeIsTriedWhenTheNewOneDoesNotFit() throws {
        let other = [UInt8](hex: "d459f02f6602e5651f3b553bc283d43e")
        let keys = [
            try ReaderKey.make(other, crypto: .openSSL).get(),
            try ReaderKey.make(OSDPBench.key, crypto: .openSSL).get(),
        ]
        var bench = OSDPBench(security: .secure(keys, .openSSL))
        bench.readers[0].security.ability = .demanded
        bench.readers[0].security.key = OSDPBench.key
        bench.input(.start)
        bench.run(for: .seconds(3))
        #expect(bench.signals.contains(.link(.online(.secure))))
        #expect(!bench.signals.contains(.breach(.wrongKey)))
    }

    @Test func aReaderWithoutAKeyIsLeftAloneAndItsNeighbourIsServed() throws {
        let key = try ReaderKey.make(OSDPBench.key, crypto: .openSSL).get()
        var panel = OSDPPanel(readers: [
            .init(id: "bare", address: 1, security: .secure([], .openSSL), formats: []),
            .init(id: "keyed", address: 2, security: .secure([key], .openSSL), formats: []),
        ])
        let effects = panel.handle(.start, at: .zero)
        #expect(effects.prefix(2) == [.signal("bare", .link(.offline(.refused))), .signal("bare", .breach(.noKey))])
        var now = MonotonicTime.zero
        for _ in 0..<50 {
            now = max(now, panel.nextDeadline?.at ?? now)
            for case .send(let octets) in panel.handle(.time, at: now) { #expect(octets[2] == 2) }
        }
        #expect(now > .zero)
    }

    // MARK: attackers

    /// Checks K18: whatever stands in the place of the reader, no reading comes of it, and people know within 2 s.
    private func expectAlarm(
        _ breach: SecurityBreach, within limit: Duration = .seconds(2), _ prepare: (inout OSDPBench) -> Void
    ) throws {
        var bench = OSDPBench.secured()
        prepare(&bench)
        bench.input(.start)
        let start = bench.now
        for _ in 0..<20 {
            bench.readers[0].present(Self.bits)
            bench.readers[0].press("1")
            bench.run(for: .seconds(1))
        }
        let alarm = try #require(bench.heard.first { $0.signal == .breach(breach) }, "\(breach)")
        #expect(alarm.at - start <= limit)
        #expect(bench.heard.filter { $0.signal == .breach(breach) }.count == 1)
        expectNoReading(bench)
        #expect(!bench.signals.contains(.link(.online(.clear))))
    }

    private func expectNoReading(_ bench: OSDPBench) {
        #expect(
            !bench.signals.contains { signal in
                switch signal {
                case .card, .key, .input, .tamper, .face: true
                default: false
                }
            })
    }

    private func clear(_ reply: OSDPReply, sequence: UInt8) -> [UInt8] {
        OSDPFrame(address: 1, isReply: true, sequence: sequence, code: reply.code, data: reply.data).octets
    }

    private var clearCard: OSDPReply { .raw(reader: 0, format: 1, bitCount: 26, octets: Self.bits.octets) }

    @Test func aReaderThatSpeaksInClearIsNeverServed() throws {
        try expectAlarm(.refusesSecurity) { $0.readers[0].security.ability = .none }
    }

    @Test func clearAnswersInThePlaceOfTheHandshakeAreNeverActedOn() throws {
        try expectAlarm(.clearData) { bench in
            bench.readers[0].faults = (0..<10_000).map { .octets(clear(clearCard, sequence: UInt8($0 % 4))) }
        }
    }

    @Test func aLieAboutCapabilitiesChangesNothing() {
        var bench = OSDPBench.secured()
        // No security, and no check either: what a middleman would like to be believed.
        bench.readers[0].capabilities = [OSDPCapability(function: 9, level: 0, number: 0)]
        bench.input(.start)
        bench.run(for: .seconds(2))
        #expect(bench.signals.first == .link(.online(.secure)))
        #expect(bench.sent.allSatisfy { $0.frame.securityBlock != nil })
        // The same list in clear, in the place of every reply.
        let lie = OSDPReply.capabilities(bench.readers[0].capabilities)
        bench.readers[0].faults = (0..<100).map { .octets(clear(lie, sequence: UInt8($0 % 4))) }
        bench.run(for: .seconds(20))
        #expect(bench.signals.contains(.breach(.clearData)))
        #expect(bench.sent.allSatisfy { $0.frame.securityBlock != nil })
    }

    @Test func aReaderWithTheDefaultKeyIsNeverServed() throws {
        try expectAlarm(.wrongKey) { bench in
            bench.readers[0].security.key = EmulatedOSDPSecurity.defaultKey
            bench.readers[0].security.takesDefaultKey = true
        }
        try expectAlarm(.refusesSecurity) { bench in
            bench.readers[0].security.key = nil
            bench.readers[0].security.takesDefaultKey = true
        }
    }

    @Test func noPatternedKeyCanBeginASession() {
        for first in UInt8.min...UInt8.max {
            for step: UInt8 in [0, 1, 0xFF] {
                let key = (0..<16).map { first &+ UInt8($0) &* step }
                if case .success = ReaderKey.make(key, crypto: .openSSL) { Issue.record("\(key.hex)") }
            }
        }
    }

    @Test func dataUnderAMACAloneAreNeverActedOn() throws {
        try expectAlarm(.notEncrypted) { $0.readers[0].security.leavesDataOpen = true }
        // The start-up is encrypted, the card is not.
        var bench = online()
        bench.readers[0].security.leavesDataOpen = true
        bench.readers[0].present(Self.bits)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.unreadable(.insecure), .link(.offline(.refused)), .breach(.notEncrypted)])
        #expect(counters(bench).openReplies == 1)
        #expect(counters(bench).sessionsDropped == 1)
    }

    @Test func aCardInClearWithinASessionIsDroppedCountedAndAlarmedAndTheReaderWorksOn() {
        var settings = OSDPPanel.Settings()
        settings.pollPeriod = .milliseconds(300)
        for sequence in 0..<4 as Range<UInt8> {
            var bench = online(settings: settings)
            bench.readers[0].faults = [.octetsBefore(clear(clearCard, sequence: sequence))]
            bench.run(for: .milliseconds(500))
            #expect(bench.signals == [.unreadable(.insecure), .breach(.clearData)])
            #expect(counters(bench).clearReplies == 1)
            bench.readers[0].present(Self.bits)
            bench.run(for: .milliseconds(500))
            #expect(bench.signals.last == Self.card)
            bench.run(for: .seconds(700))
            #expect(bench.signals.last == .breach(nil))
        }
    }

    @Test func theThirdClearAnswerInAMinuteEndsTheSession() {
        var bench = online()
        bench.readers[0].faults = (0..<3).map { .octetsBefore(clear(.ack, sequence: UInt8($0))) }
        bench.run(for: .milliseconds(500))
        #expect(bench.signals == [.breach(.clearData), .link(.offline(.refused))])
        #expect(counters(bench).sessionsDropped == 1)
    }

    @Test func refusalsInClearEndTheSessionEverMoreRarely() {
        var bench = online()
        bench.readers[0].faults = (0..<2000).flatMap { _ in
            Array(repeating: EmulatedOSDPReader.Fault.none, count: 15) + [.nak(6)]
        }
        bench.run(for: .seconds(600))
        #expect(bench.signals.filter { $0 == .breach(.clearData) }.count == 1)
        // Without an end to it there would be one restart a second, each with two entries.
        #expect(bench.signals.filter { if case .link = $0 { true } else { false } }.count < 200)
    }

    @Test func twoWrongMACsAreTheLineAndThreeAreAnAttack() {
        var bench = online()
        let forged = EmulatedOSDPReader.Fault.forgedMAC([9, 9, 9, 9])
        bench.readers[0].faults = [forged, forged]
        bench.run(for: .seconds(61))
        #expect(bench.signals == [])
        bench.readers[0].faults = [forged, forged, forged]
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.link(.offline(.refused)), .breach(.forged)])
        #expect(counters(bench).wrongMACs == 5)
        #expect(counters(bench).sessionsDropped == 1)
    }

    /// Check K19: none of ten thousand is taken, each third ends the session, and each end makes the next pause longer.
    @Test func tenThousandRandomMACsOpenNothing() {
        var random = SplitMix64(seed: 0x5EED_0019)
        var bench = online()
        bench.readers[0].present(Self.bits)
        // Two of five meet the handshake, which has no MAC to forge.
        bench.readers[0].faults = (0..<17_000).map { _ in .forgedMAC(random.octets(4, favourites: [])) }
        bench.run(for: .seconds(300))
        let challenges = bench.sent.filter { $0.frame.code == 0x76 }.map(\.at)
        let pauses = zip(challenges, challenges.dropFirst()).map { $1 - $0 }
        for (pause, least) in zip(pauses, [2, 4, 8, 16, 32, 32]) { #expect(pause >= .seconds(least)) }
        while bench.readers[0].faults.count > 50 { bench.run(for: .seconds(100)) }
        expectNoReading(bench)
        let counters = counters(bench)
        #expect(counters.wrongMACs >= 10_000)
        #expect(counters.sessionsDropped == counters.wrongMACs / 3)
        #expect(bench.signals.filter { $0 == .breach(.forged) }.count == 1)
    }

    /// Check K19: everything that was ever on the line comes again, in the place of any later reply.
    @Test func noCapturedFrameCanBePlayedAgain() {
        var bench = OSDPBench.secured()
        bench.input(.start)
        bench.run(for: .seconds(1))
        bench.readers[0].present(Self.bits)
        bench.readers[0].press("1234#")
        bench.run(for: .seconds(1))
        // Another session of the same reader.
        bench.readers[0].restart()
        bench.readers[0].present(Self.bits)
        bench.run(for: .seconds(3))
        let captured = bench.answered
        #expect(captured.count > 40)
        #expect(bench.signals.filter { $0 == Self.card }.count == 2)
        bench.forget()
        for frame in captured {
            var again = bench
            again.readers[0].faults = [.octets(frame), .octets(frame), .octets(frame)]
            again.run(for: .seconds(4))
            let readings = again.signals.filter { signal in
                switch signal {
                case .card, .key, .face: true
                default: false
                }
            }
            #expect(readings == [])
            #expect(again.panel.link(of: "r1") == .online(.secure))
        }
    }

    @Test func whatTheWireSaysNeverTrapsASecuredPanelNorMakesAReading() throws {
        var random = SplitMix64(seed: 0x5EED_0018)
        let key = try ReaderKey.make(OSDPBench.key, crypto: .openSSL).get()
        var panel = OSDPPanel(readers: [
            .init(id: "r", address: 0, security: .secure([key], .openSSL), formats: CardFormat.table)
        ])
        var reader = EmulatedOSDPReader(address: 0)
        reader.security.ability = .demanded
        reader.security.key = OSDPBench.key
        var now = MonotonicTime.zero
        var effects = panel.handle(.start, at: now)
        var readings = 0
        var sessions = 0
        for _ in 0..<3000 {
            for case .signal(_, let signal) in effects {
                switch signal {
                case .card, .key, .face: readings += 1
                case .link(.online(let security)):
                    #expect(security == .secure)
                    sessions += 1
                default: break
                }
            }
            var answer: [UInt8] = []
            for case .send(let octets) in effects { answer = reader.receive(octets) }
            effects = []
            if Int.random(in: 0..<10, using: &random) == 0 {
                let block =
                    Bool.random(using: &random)
                    ? OSDPSecurityBlock(
                        type: UInt8.random(in: 0x10...0x19, using: &random), data: random.octets(1, favourites: [0, 1]))
                    : nil
                let frame = OSDPFrame(
                    address: 0, isReply: true, sequence: UInt8.random(in: 0...3, using: &random), securityBlock: block,
                    code: UInt8.random(in: 0x40...0x84, using: &random),
                    data: random.octets(Int.random(in: 0..<40, using: &random), favourites: [0, 1, 26]),
                    mac: block?.hasMAC == true ? [1, 2, 3, 4] : [])
                effects += panel.handle(.received(frame.octets), at: now)
            }
            if !answer.isEmpty { effects += panel.handle(.received(answer), at: now) }
            now = max(now, panel.nextDeadline?.at ?? now)
            effects += panel.handle(.time, at: now)
        }
        #expect(readings == 0)
        #expect(sessions > 0)
    }
}

extension OSDPFrame {
    fileprivate static func decoded(_ octets: [UInt8]) -> OSDPFrame? { try? decode(octets).get() }
}
