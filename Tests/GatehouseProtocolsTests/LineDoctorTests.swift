import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

/// A reader on its data lines, with the wire as somebody wired it.
private struct Wire {
    var reader: WatchedWiegand
    var heard: [ReaderSignal] = []
    var now: Int64 = 200

    init(_ formats: [CardFormatID] = ["H10301"], keypad: WiegandKeypad = .none, endsAtLength: Bool = false) {
        reader = WatchedWiegand(
            .init(formats: formats.compactMap(CardFormat.named), keypad: keypad, endsAtLength: endsAtLength),
            startedAt: .zero)
    }

    mutating func send(_ bits: BitString, period: Duration = .milliseconds(2)) {
        for edge in WiegandEncoder(bitPeriod: period).edges(of: bits, startingAt: .milliseconds(now)) {
            turn(to: edge.at)
            heard += reader.handle(.edge(line: edge.line, at: edge.at), at: edge.at)
        }
        now += 2000
        turn(to: .milliseconds(now - 1))
    }

    mutating func turn(to moment: MonotonicTime) {
        while let deadline = reader.nextDeadline, deadline.at <= moment {
            heard += reader.handle(.time, at: deadline.at)
        }
    }

    var findings: [String] {
        LineDoctor.wiegand(
            reader.decoder.counters, reader.decoder.timing, hasKeypad: false, babbles: reader.babble.quarantines
        ).map(\.what.english)
    }
}

@Suite struct LineDoctorTests {
    private static let card = BitString("10111011000000110010000110".map { $0 == "1" })

    @Test func aGoodWireHasNothingAgainstIt() {
        var wire = Wire()
        for _ in 0..<20 { wire.send(Self.card) }
        #expect(wire.findings == [])
        // Two milliseconds, to a fifth.
        #expect((2000...2500).contains(wire.reader.decoder.timing.percentile(0.5) ?? 0))
        #expect(wire.reader.decoder.timing.total == 20 * 25)
    }

    @Test func aReaderThatWasNeverHeardIsNamed() {
        #expect(Wire().findings == ["Not one frame came since the start."])
    }

    @Test func exchangedDataWiresAreNamed() {
        var wire = Wire()
        for _ in 0..<5 { wire.send(BitString((0..<26).map { !Self.card[$0] })) }
        #expect(wire.findings.count == 1)
        #expect(wire.findings.first?.contains("DATA0 and DATA1 exchanged") == true)
    }

    @Test func lostBitsAreNamed() {
        var wire = Wire()
        for round in 0..<20 {
            wire.send(round % 4 == 0 ? BitString((0..<25).map { Self.card[$0] }) : Self.card)
        }
        #expect(wire.findings == ["5 of 20 frames have a length that no format of this reader has."])
    }

    /// A short and a cable that rings are seen by pulses closer than any reader sends them, also where a slow board stamps them a
    /// tenth of a millisecond apart.
    @Test(arguments: [0, 90, 140] as [Int64]) func pulsesThatAreTooCloseAreNamed(micros: Int64) {
        for isShort in [true, false] where isShort || micros > 0 {
            var wire = Wire()
            for bit in 0..<26 {
                let at = MonotonicTime.milliseconds(wire.now) + .milliseconds(bit * 2)
                let line: WiegandDecoder.Line = Self.card[bit] ? .data1 : .data0
                let other: WiegandDecoder.Line = isShort == Self.card[bit] ? .data0 : .data1
                wire.heard += wire.reader.handle(.edge(line: line, at: at), at: at)
                let again = at + .microseconds(micros)
                wire.heard += wire.reader.handle(.edge(line: other, at: again), at: again)
            }
            wire.turn(to: .milliseconds(wire.now + 1000))
            #expect(!wire.heard.contains { if case .card = $0 { true } else { false } } || (!isShort && micros < 100))
            let found = wire.findings.contains {
                $0.contains(isShort ? "Both data lines go low together" : "Pulses ring: 26")
            }
            #expect(found, "\(isShort ? "short" : "ringing") \(micros): \(wire.findings)")
            #expect(wire.reader.decoder.counters.paired == (isShort ? 26 : 0))
        }
    }

    @Test func aFastReaderIsNoCrowd() {
        var wire = Wire()
        for _ in 0..<3 { wire.send(Self.card, period: .microseconds(200)) }
        #expect(wire.reader.decoder.counters.rung + wire.reader.decoder.counters.paired == 0 && wire.findings == [])
    }

    /// Who stands on a ladder shows one card: the doctor does not wait for a third.
    @Test func theFirstFrameIsEnoughBeforeACardWasRead() {
        var wire = Wire()
        wire.send(BitString((0..<25).map { Self.card[$0] }))
        #expect(wire.findings == ["1 of 1 frames have a length that no format of this reader has."])
        wire.send(Self.card)
        #expect(wire.findings == [], "one of two is an accident when the other one is a card")
        var parity = Wire()
        parity.send(BitString((0..<26).map { $0 == 25 ? !Self.card[$0] : Self.card[$0] }))
        #expect(parity.findings.first?.contains("wrong parity") == true, "\(parity.findings)")
        var counters = ASCIICardCounters()
        counters.frames = 1
        counters.unreadable = 1
        #expect(
            LineDoctor.characters(counters, babbles: 0).map(\.what.english) == [
                "Octets come and not one is a whole reading."
            ])
    }

    @Test func aReaderSlowerThanTheSilenceIsNamedAsThat() {
        var wire = Wire()
        for _ in 0..<2 { wire.send(Self.card, period: .milliseconds(40)) }
        #expect(wire.findings.first?.contains("fall apart into single bits") == true)
    }

    @Test func aBusWithBadFramesAndAReaderThatRestartsAreNamed() {
        var counters = OSDPCounters()
        #expect(LineDoctor.osdp(counters).map(\.what.english) == ["Not one reply came since the start."])
        counters.frames = 1000
        counters.checkErrors = 15
        #expect(LineDoctor.osdp(counters) == [])
        counters.checkErrors = 80
        counters.sessionsLost = 4
        #expect(
            LineDoctor.osdp(counters).map(\.what.english) == [
                "80 of 1000 replies have a wrong check.", "The reader lost its session 4 times.",
            ])
    }

    @Test func aWrongSpeedIsNamedAsThat() {
        var counters = ASCIICardCounters()
        counters.halfFrames = 40
        #expect(
            LineDoctor.characters(counters, babbles: 0).map(\.what.english) == [
                "Octets come and not one is a whole reading."
            ])
    }

    @Test func percentilesAreRightToAFifth() {
        var timing = WiegandTiming()
        #expect(timing.percentile(0.5) == nil)
        for micros in 1...1000 { timing.add(Int64(micros) * 1000) }
        for (share, true_) in [(0.5, 500), (0.9, 900), (0.99, 990)] as [(Double, Int)] {
            let found = timing.percentile(share) ?? 0
            #expect(found >= true_ && found * 5 <= true_ * 6 + 5, "\(share): \(found)")
        }
    }
}

@Suite struct ReaderTraceTests {
    private static let card = BitString("10111011000000110010000110".map { $0 == "1" })

    @Test func aRecordingPlayedAgainGivesTheSameReadings() throws {
        var wire = Wire()
        wire.send(Self.card)
        wire.send(BitString((0..<25).map { Self.card[$0] }))
        wire.send(Self.card)
        let trace = try #require(ReaderTrace(text: wire.reader.trace.text))
        #expect(trace.entries.count == 77)
        var again = Wire()
        for entry in trace.entries {
            let at = entry.at + .milliseconds(200)
            again.turn(to: at)
            guard case .edge(let line) = entry.event else { continue }
            again.heard += again.reader.handle(.edge(line: line, at: at), at: at)
        }
        again.turn(to: .milliseconds(60_000))
        #expect(again.heard == wire.heard)
        #expect(again.heard.count == 3)
        #expect(again.reader.trace.text == wire.reader.trace.text)
    }

    @Test func theLastBitOfACardThatEndsEarlyIsRecordedToo() throws {
        var wire = Wire(endsAtLength: true)
        wire.send(Self.card)
        #expect(try #require(ReaderTrace(text: wire.reader.trace.text)).entries.count == 26)
    }

    @Test(arguments: [WiegandKeypad.fourBit, .eightBit])
    func aRecordingShowsNoPIN(keypad: WiegandKeypad) throws {
        var wire = Wire(keypad: keypad)
        func type(_ key: PadKey) throws {
            let burst = try #require(WiegandEncoder().burst(of: key))
            wire.send(keypad == .fourBit ? BitString((4..<8).map { burst[$0] }) : burst)
        }
        // The keypad sends its keys one by one: a frame is a card.
        try type(.digit(1))
        wire.send(Self.card)
        let before = wire.reader.trace.text
        for key in [PadKey.digit(7), .digit(3), .digit(9), .enter] { try type(key) }
        // A damaged key is no key and still a secret.
        wire.send(BitString([true, false, true]))
        #expect(wire.reader.trace.text == before)
        #expect(wire.reader.decoder.lastFrame?.bits == Self.card)
        // Nor does one that is not finished show.
        let at = MonotonicTime.milliseconds(wire.now)
        _ = wire.reader.handle(.edge(line: .data1, at: at), at: at)
        #expect(wire.reader.trace.text == before)
    }

    @Test func aRecordingIsBounded() {
        var trace = ReaderTrace()
        for index in 0..<10_000 {
            trace.add(.octets([UInt8](repeating: 7, count: 1000)), at: .milliseconds(Int64(index)))
        }
        #expect(trace.entries.count <= ReaderTrace.capacity * 2)
        #expect(trace.text.utf8.count <= ReaderTrace.capacity * 600)
    }

    @Test(arguments: [
        "", "trace 2\n", "trace 1\n5 edge 2\n", "trace 1\nx lost\n", "trace 1\n1 octets 0g\n", "trace 1\n1\n",
    ])
    func whatIsNoRecordingIsNone(text: String) {
        #expect(ReaderTrace(text: text) == nil)
    }
}

@Suite struct BabbleGuardTests {
    private static let card = BitString("10111011000000110010000110".map { $0 == "1" })

    @Test func aReaderThatBabblesIsPutAsideAndComesBackAfterAQuietMinute() {
        var wire = Wire()
        wire.send(Self.card)
        let cards = wire.heard.count
        #expect(cards == 1)
        // Noise of 5 kHz for three seconds.
        for index in 0..<15_000 {
            let at = MonotonicTime.microseconds(wire.now * 1000 + Int64(index) * 200)
            wire.turn(to: at)
            wire.heard += wire.reader.handle(.edge(line: index % 3 == 0 ? .data0 : .data1, at: at), at: at)
        }
        #expect(wire.reader.babble.isQuarantined)
        #expect(wire.reader.babble.quarantines == 1)
        #expect(wire.heard.dropFirst(cards).allSatisfy { $0 == .unreadable(.timing) })
        #expect(wire.heard.count <= cards + 3)
        // Nothing counts meanwhile, not even a card.
        wire.now += 10_000
        wire.send(Self.card)
        #expect(wire.heard.filter { if case .card = $0 { true } else { false } }.count == 1)
        wire.now += 60_000
        wire.turn(to: .milliseconds(wire.now))
        #expect(!wire.reader.babble.isQuarantined)
        wire.send(Self.card)
        #expect(wire.heard.filter { if case .card = $0 { true } else { false } }.count == 2)
        #expect(wire.findings.contains { $0.contains("put aside 1 time") })
    }

    @Test func theQuickestReaderIsNotTakenForOneThatBabbles() {
        var wire = Wire(["W66"])
        let frame = CardFormat.named("W66")?.encode(number: 0x1234_5678_9ABC) ?? BitString()
        for _ in 0..<100 {
            wire.send(frame, period: .microseconds(200))
            wire.now -= 2000 - 66
        }
        #expect(!wire.reader.babble.isQuarantined)
        #expect(wire.heard.count == 100)
    }

    @Test func aFullSerialLineIsAllowedForAMomentOnly() {
        var one = BabbleGuard.octets(baud: 9600)
        #expect((0..<50).allSatisfy { one.admits(80, at: .milliseconds($0 * 100)) })
        var full = BabbleGuard.octets(baud: 9600)
        var isHeard = true
        for tenth in 0..<50 { isHeard = full.admits(96, at: .milliseconds(Int64(tenth) * 100)) }
        #expect(!isHeard)
        full.timePassed(at: .milliseconds(4900 + 59_000))
        #expect(full.isQuarantined)
        full.timePassed(at: .milliseconds(4900 + 60_000))
        #expect(!full.isQuarantined)
    }
}
