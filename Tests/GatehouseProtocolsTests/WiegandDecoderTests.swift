import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct WiegandDecoderTests {
    private let h10301 = CardNumber(format: "H10301", facility: 118, number: 1603)
    private let cardBits = BitString("10111011000000110010000110".map { $0 == "1" })

    private func decoder(
        _ names: [CardFormatID] = ["H10301", "UID34"], keypad: WiegandKeypad = .none, settle: Duration = .zero,
        endsAtLength: Bool = false
    ) -> WiegandDecoder {
        WiegandDecoder(
            .init(
                formats: names.compactMap(CardFormat.named), keypad: keypad, endsAtLength: endsAtLength,
                settle: settle),
            startedAt: .zero)
    }

    /// Feeds edges and turns the clock to each deadline before the next edge, then to the last one.
    private func run(_ decoder: inout WiegandDecoder, _ edges: [WiegandEncoder.Edge]) -> [ReaderSignal] {
        var signals: [ReaderSignal] = []
        for edge in edges {
            if let deadline = decoder.nextDeadline, deadline.at <= edge.at {
                signals += decoder.handle(.time, at: deadline.at)
            }
            signals += decoder.handle(.edge(line: edge.line, at: edge.at), at: edge.at)
        }
        if let deadline = decoder.nextDeadline { signals += decoder.handle(.time, at: deadline.at) }
        return signals
    }

    private func edges(_ bits: BitString, at milliseconds: Int64 = 1, period: Duration = .milliseconds(2))
        -> [WiegandEncoder.Edge]
    {
        WiegandEncoder(bitPeriod: period).edges(of: bits, startingAt: .milliseconds(milliseconds))
    }

    private func card(_ number: CardNumber, _ bits: BitString) -> ReaderSignal {
        .card(CardRead(number: number, bits: bits))
    }

    // MARK: recorded traces

    @Test func everyRecordedTraceGivesItsFrames() throws {
        let expected: [String: [ReaderSignal]] = [
            "typ": [card(h10301, cardBits)],
            "fast": [card(h10301, cardBits)],
            "two": [
                card(h10301, cardBits),
                card(
                    CardNumber(format: "UID34", number: 2_312_379_265),
                    BitString("1100010011101010000011011100000011".map { $0 == "1" })),
            ],
            "short": [.unreadable(.length)],
            "keys4": [
                .key(.digit(1)), .key(.digit(2)), .key(.digit(3)), .key(.digit(4)), .key(.enter),
            ],
        ]
        let rows = recording("wiegand-edges.tsv")
        #expect(Set(rows.map(\.id)) == Set(expected.keys))
        for row in rows {
            let id = row.id
            let period = try #require(Int64(row["start-to-start us"]))
            let frames = row["bits sent"].split(whereSeparator: { $0 != "0" && $0 != "1" })
                .filter { $0.count >= 4 }
            // The silence of the trace is counted from the last edge; keys come 0.4 s from start to start.
            let pause: Int64 = id == "keys4" ? 400_000 : 60_000
            var start: Int64 = 1000
            var train: [WiegandEncoder.Edge] = []
            for frame in frames {
                train += WiegandEncoder(bitPeriod: .microseconds(period)).edges(
                    of: BitString(frame.map { $0 == "1" }), startingAt: .microseconds(start))
                start += id == "keys4" ? pause : Int64(frame.count - 1) * period + pause
            }
            var decoder = decoder(keypad: id == "keys4" ? .fourBit : .none)
            #expect(run(&decoder, train) == expected[id], "trace \(id)")
        }
    }

    @Test func everyRecordedKeypadGivesItsKeys() throws {
        let modes: [String: WiegandKeypad] = [
            "4-bit": .fourBit, "8-bit": .eightBit,
            "26-bit PIN, facility 0": .pin(format: CardFormat.named("H10301")!, facility: 0),
            "six BCD digits in 26 bits": .sixDigits,
        ]
        for row in recording("wiegand-keypads.tsv") {
            let mode = try #require(modes[row["mode"]])
            var decoder = decoder(keypad: mode)
            var train: [WiegandEncoder.Edge] = []
            for (index, burst) in row["bursts in order"].split(separator: " ").enumerated() {
                train += edges(BitString(burst.map { $0 == "1" }), at: 1 + 200 * Int64(index))
            }
            let meant = row["keys meant"]
            var keys: [ReaderSignal] = meant.compactMap { character in
                character == "#" ? .key(.enter) : character.wholeNumberValue.map { .key(.digit(UInt8($0))) }
            }
            // A frame that holds a whole PIN ends its entry by itself.
            if !keys.isEmpty, keys.last != .key(.enter) { keys.append(.key(.enter)) }
            #expect(run(&decoder, train) == (keys.isEmpty ? [.unreadable(.reserved)] : keys), "\(row.id)")
        }
    }

    // MARK: line rules

    @Test func everyRecordedCardIsReadFromItsEdges() throws {
        for row in recording("wiegand-cards.tsv") {
            let name = row.id.uppercased().split(separator: "-").dropLast().joined(separator: "-")
            let format = try #require(CardFormat.named(CardFormatID(name)))
            let bits = BitString(row["bits"].map { $0 == "1" })
            var decoder = decoder([format.id])
            let fields = try #require(format.fields(of: bits))
            let expected: ReaderSignal =
                format.isReserved(fields) ? .unreadable(.reserved) : card(format.cardNumber(fields), bits)
            #expect(run(&decoder, edges(bits)) == [expected], "\(row.id)")
        }
    }

    @Test func ringingOnOneLineIsDropped() {
        var train = edges(cardBits)
        train.insert(.init(line: train[3].line, at: train[3].at + .microseconds(60)), at: 4)
        var decoder = decoder()
        #expect(run(&decoder, train) == [card(h10301, cardBits)])
        #expect(decoder.counters.glitches == 1)
    }

    @Test func bothLinesAtOnceMakeTheFrameUnreadable() {
        var train = edges(cardBits)
        let other: WiegandDecoder.Line = train[3].line == .data0 ? .data1 : .data0
        train.insert(.init(line: other, at: train[3].at + .microseconds(10)), at: 4)
        var decoder = decoder()
        #expect(run(&decoder, train) == [.unreadable(.timing)])
        #expect(decoder.counters.overlaps == 1)
    }

    /// With the early end too, and at whichever bit: a card is delivered only when every edge was in order.
    @Test(arguments: 1..<25)
    func whatOverlapsIsNoCardWithTheEarlyEnd(bit: Int) {
        var train = edges(cardBits)
        // The other line pulses at the same moment, and one bit less follows: the length is right again.
        let other: WiegandDecoder.Line = train[bit].line == .data0 ? .data1 : .data0
        train.insert(.init(line: other, at: train[bit].at + .microseconds(10)), at: bit + 1)
        train.removeLast()
        var decoder = decoder(["H10301"], endsAtLength: true)
        #expect(run(&decoder, train) == [.unreadable(.timing)])
        train = edges(cardBits)
        train.swapAt(bit, bit + 1)
        decoder = self.decoder(["H10301"], endsAtLength: true)
        #expect(run(&decoder, train) == [.unreadable(.timing)], "nor what came in another order")
    }

    /// 20 us apart the lines are two bits, nearer they are both at once.
    @Test(arguments: [(19, false), (20, true)])
    func theLinesAreToldApartFromTwentyMicroseconds(microseconds: Int64, isCard: Bool) {
        var train = edges(cardBits)
        let place = (1..<26).first { train[$0].line != train[$0 - 1].line }!
        train[place].at = train[place - 1].at + .microseconds(microseconds)
        var decoder = decoder()
        #expect(run(&decoder, train) == (isCard ? [card(h10301, cardBits)] : [.unreadable(.timing)]))
    }

    @Test func edgesOutOfOrderMakeTheFrameUnreadable() {
        var train = edges(cardBits)
        train.swapAt(5, 6)
        var decoder = decoder()
        #expect(run(&decoder, train) == [.unreadable(.timing)])
    }

    @Test func aSlowReaderIsNotCutAtTheShortestSilence() {
        var decoder = decoder()
        #expect(run(&decoder, edges(cardBits, period: .milliseconds(20))) == [card(h10301, cardBits)])
    }

    @Test func anUnevenReaderIsGivenThreeTimesItsLongestGap() {
        // 12 ms from bit to bit and once 30 ms: longer than the shortest silence, shorter than three gaps.
        var train = edges(cardBits, period: .milliseconds(12))
        for index in 10..<26 { train[index].at = train[index].at + .milliseconds(18) }
        var patient = decoder()
        #expect(run(&patient, train) == [card(h10301, cardBits)])
        // 40 ms is too long, and both halves are no card.
        for index in 10..<26 { train[index].at = train[index].at + .milliseconds(10) }
        var strict = decoder()
        #expect(run(&strict, train) == [.unreadable(.length), .unreadable(.length)])
    }

    @Test func aReaderSlowerThanTheSilenceShowsAsSingleBits() {
        var decoder = decoder()
        let signals = run(&decoder, edges(cardBits, period: .milliseconds(40)))
        #expect(signals == Array(repeating: .unreadable(.length), count: 26))
        #expect(decoder.counters.singleBits == 26)
    }

    @Test func aStormCostsOneFrameAndIsCounted() {
        var decoder = decoder()
        let storm = (0..<10_000).map {
            WiegandEncoder.Edge(line: $0 % 2 == 0 ? .data0 : .data1, at: .microseconds(Int64($0) * 300))
        }
        #expect(run(&decoder, storm) == [.unreadable(.timing)])
        #expect(decoder.counters.storms == 1)
        #expect(decoder.counters.frames == 1)
    }

    @Test func edgesBeforeTheLinesWereQuietAreIgnored() {
        var decoder = decoder(settle: .milliseconds(100))
        // The card of a power-up glitch 50 ms after the start is ignored; the next one after 100 ms of quiet counts.
        #expect(run(&decoder, edges(cardBits, at: 50)) == [])
        #expect(decoder.counters.ignoredEdges == 26)
        #expect(run(&decoder, edges(cardBits, at: 50 + 50 + 101)) == [card(h10301, cardBits)])
    }

    @Test func aFirstCardAfterQuietLinesCounts() {
        var decoder = decoder(settle: .milliseconds(100))
        #expect(run(&decoder, edges(cardBits, at: 100)) == [card(h10301, cardBits)])
    }

    @Test func lostEventsSpoilTheFrameAndThenTheLinesMustBeQuiet() {
        var decoder = decoder(settle: .milliseconds(100))
        let train = edges(cardBits, at: 200)
        for edge in train.prefix(10) { _ = decoder.handle(.edge(line: edge.line, at: edge.at), at: edge.at) }
        #expect(decoder.handle(.lostEvents, at: train[10].at) == [.unreadable(.timing)])
        #expect(run(&decoder, Array(train.suffix(15))) == [])
        #expect(run(&decoder, edges(cardBits, at: 400)) == [card(h10301, cardBits)])
    }

    /// The next bit would be there: half of its time later the card is.
    @Test func theEarlyEndDeliversWhenTheNextBitIsOverdue() {
        var decoder = decoder(["H10301"], endsAtLength: true)
        let train = edges(cardBits)
        for edge in train { #expect(decoder.handle(.edge(line: edge.line, at: edge.at), at: edge.at) == []) }
        let due = train[25].at + .milliseconds(3)
        #expect(decoder.nextDeadline?.at == due)
        #expect(decoder.handle(.time, at: due) == [card(h10301, cardBits)])
        #expect(decoder.handle(.time, at: .milliseconds(500)) == [])
        #expect(decoder.nextDeadline == nil)
    }

    @Test func aBitAfterAnEarlyEndIsAnOverrunAndEndsTheEarlyEnd() {
        var decoder = decoder(["H10301"], endsAtLength: true)
        let doubled = BitString((0..<52).map { cardBits[$0 % 26] })
        #expect(run(&decoder, edges(doubled)) == [.unreadable(.length)], "a longer frame at its pace is no early end")
        #expect(decoder.endsEarly)
        // A reader that pauses after 26 bits and goes on.
        var halting = edges(doubled, at: 500)
        for place in 26..<52 { halting[place].at = halting[place].at + .milliseconds(3) }
        #expect(run(&decoder, halting) == [card(h10301, cardBits), .unreadable(.frameOverrun)])
        #expect(decoder.counters.overruns == 1)
        #expect(!decoder.endsEarly)
        // From now on the silence decides: the longer frame is no card, the whole one is.
        #expect(run(&decoder, edges(doubled, at: 1000)) == [.unreadable(.length)])
        #expect(run(&decoder, edges(cardBits, at: 2000)) == [card(h10301, cardBits)])
        #expect(decoder.counters.overruns == 1)
    }

    /// The first 26 pulses of a frame with a spike in it are no card, wherever it falls and whatever the parities say.
    @Test func aSpikeIsNoBitOfAnEarlyCard() {
        for bit in 0..<25 {
            for (line, after) in [
                (WiegandDecoder.Line.data0, 300), (.data1, 1000), (.data0, 1700), (.data1, 1950), (.data1, 90),
            ] {
                var train = edges(cardBits)
                train.insert(.init(line: line, at: train[bit].at + .microseconds(Int64(after))), at: bit + 1)
                var decoder = decoder(["H10301"], endsAtLength: true)
                let signals = run(&decoder, train)
                #expect(
                    !signals.contains { if case .card(let card) = $0 { card.bits != cardBits } else { false } },
                    "\(bit)")
                #expect(decoder.endsEarly, "a frame that is no good says nothing of the reader's format")
            }
        }
    }

    /// 26 pulses 90 µs apart are no card before their silence shows that there were no more.
    @Test func aStormIsNoEarlyCard() {
        var decoder = decoder(["H10301"], endsAtLength: true)
        let storm = (0..<60).map {
            WiegandEncoder.Edge(
                line: cardBits[$0 % 26] ? .data1 : .data0, at: .milliseconds(1000) + .microseconds(90 * Int64($0)))
        }
        #expect(!run(&decoder, storm).contains { if case .card = $0 { true } else { false } })
    }

    /// As few of the cards as a spike reaches are wrong, and none beyond what the checks of the format cannot find.
    @Test func noNoiseMakesAnEarlyEndReadAnotherCard() throws {
        var dice = Dice(seed: 12)
        let noise = WireNoise(try #require(CardFormat.named("H10301")), cards: 500, dice: &dice)
        let result = noise.run(frames: 20_000, dice: &dice)
        #expect(result.beyondChecks == 0)
        #expect(result.wrong > 100 && result.whole > 3000, "the noise does harm, and early ends come about")
        let share = Double(result.wrongOfFlips) / result.expectedOfFlips
        #expect((0.9...1.1).contains(share), "\(result.wrongOfFlips) of \(result.expectedOfFlips) expected")
    }

    @Test func ringingAfterAnEarlyEndIsNoOverrun() {
        var decoder = decoder(["H10301"], endsAtLength: true)
        var train = edges(cardBits)
        train.append(.init(line: train[25].line, at: train[25].at + .microseconds(60)))
        #expect(run(&decoder, train) == [card(h10301, cardBits)])
        #expect(run(&decoder, edges(cardBits, at: 200)) == [card(h10301, cardBits)])
        #expect(decoder.endsEarly)
    }

    @Test func theEarlyEndIsNotTakenWithTwoLengths() {
        var decoder = decoder(["H10301", "UID34"], endsAtLength: true)
        var signals: [ReaderSignal] = []
        for edge in edges(cardBits) { signals += decoder.handle(.edge(line: edge.line, at: edge.at), at: edge.at) }
        #expect(signals == [])
    }

    @Test func aBurstAtAReaderWithoutKeypadIsNoKey() {
        var decoder = decoder()
        #expect(run(&decoder, edges(BitString([false, false, false, true]))) == [.unreadable(.length)])
    }

    /// Six digits in 26 bits, and the number of a card of facility 0: at a reader with a keypad either may be somebody's PIN, and stands in
    /// no entry.
    @Test(
        arguments: ["00001001000110100010101100", "00000000000000100110100100"],
        [WiegandKeypad.fourBit, .fourOrEightBit])
    func aFrameThatMayBeAPINSaysSo(bits: String, keypad: WiegandKeypad) throws {
        let frame = BitString(bits.map { $0 == "1" })
        func card(_ decoder: inout WiegandDecoder) throws -> CardRead {
            let signal = try #require(run(&decoder, edges(frame)).first)
            guard case .card(let card) = signal else { return CardRead(number: CardNumber(format: "none", number: 0)) }
            return card
        }
        var withKeys = decoder(keypad: keypad)
        #expect(try card(&withKeys).mayBePIN)
        var without = decoder()
        #expect(try !card(&without).mayBePIN)
    }

    @Test func aBrokenEightBitKeyIsNoise() {
        var decoder = decoder(keypad: .eightBit)
        #expect(run(&decoder, edges(BitString("11100011".map { $0 == "1" }))) == [.unreadable(.parity)])
    }

    @Test func everyKeySurvivesTheEightBitMode() throws {
        let keys: [PadKey] = (0...9).map { .digit($0) } + [.clear, .enter]
        for key in keys {
            let burst = try #require(WiegandEncoder().burst(of: key))
            var decoder = decoder(keypad: .fourOrEightBit)
            #expect(run(&decoder, edges(burst)) == [.key(key)])
        }
    }

    @Test func swappedLinesAreNamedForTheInstaller() {
        var decoder = decoder()
        #expect(run(&decoder, edges(BitString((0..<26).map { !cardBits[$0] }))) == [.unreadable(.parity)])
        #expect(decoder.counters.swappedLines == 1)
    }

    @Test func noEdgeAtAnyMomentTrapsTheDecoder() {
        var random = SplitMix64(seed: 0x5EED_0001)
        var decoder = decoder(keypad: .fourOrEightBit, settle: .milliseconds(100))
        var now: Int64 = 0
        for _ in 0..<100_000 {
            now = Int.random(in: 0..<50, using: &random) == 0 ? Int64(bitPattern: random.next()) : now &+ 1_000_000
            let line: WiegandDecoder.Line = Bool.random(using: &random) ? .data0 : .data1
            switch Int.random(in: 0..<20, using: &random) {
            case 0: _ = decoder.handle(.lostEvents, at: MonotonicTime(nanoseconds: now))
            case 1: _ = decoder.handle(.time, at: MonotonicTime(nanoseconds: now))
            default:
                let at = MonotonicTime(nanoseconds: now)
                _ = decoder.handle(.edge(line: line, at: at), at: at)
            }
            _ = decoder.nextDeadline
        }
        #expect(decoder.counters.frames > 0)
    }
}
