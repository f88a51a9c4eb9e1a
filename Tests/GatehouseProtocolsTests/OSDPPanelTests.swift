import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPPanelTests {
    private let bits = BitString("10111011000000110010000110".map { $0 == "1" })
    private var card: ReaderSignal {
        .card(CardRead(number: CardNumber(format: "H10301", facility: 118, number: 1603), bits: bits))
    }

    /// A bench whose readers are online and whose past is forgotten.
    private func online(_ addresses: [UInt8] = [1], settings: OSDPPanel.Settings = .init()) -> OSDPBench {
        var bench = OSDPBench(addresses: addresses, settings: settings)
        bench.input(.start)
        bench.run(for: .seconds(2))
        bench.forget()
        return bench
    }

    private func cards(_ bench: OSDPBench) -> Int { bench.signals.filter { $0 == card }.count }

    // MARK: start-up

    @Test func aReaderIsAskedWhoItIsBeforeItIsPolled() {
        var bench = OSDPBench()
        bench.input(.start)
        bench.run(for: .seconds(1))
        #expect(
            bench.commands(to: 1).prefix(10) == [
                .identify, .capabilities, .receiveSize(1440), .localStatus, .inputStatus, .outputStatus, .readerStatus,
                .led([OSDPLEDRecord(temporary: .cancel, permanent: .steady(.red))]), .buzzer(.silence), .poll,
            ])
        #expect(
            bench.signals == [
                .link(.online(.clear)), .tamper(false), .powerFault(false), .input(number: 0, isActive: false),
                .input(number: 1, isActive: false),
            ])
        #expect(bench.panel.identity(of: "r1")?.serial == 0xEDDE_FECA)
    }

    @Test func theSequenceRunsFromZeroAndNeverComesBackToIt() {
        var bench = OSDPBench()
        bench.input(.start)
        bench.run(for: .seconds(2))
        let sequences = bench.sent.map(\.frame.sequence)
        #expect(sequences.prefix(6) == [0, 1, 2, 3, 1, 2])
        #expect(!sequences.dropFirst().contains(0))
    }

    @Test func aReaderWithoutLampOrInputsIsNotAskedForThem() {
        var bench = OSDPBench()
        bench.readers[0].capabilities = [OSDPCapability(function: OSDPCapability.buzzer, level: 1, number: 0)]
        bench.readers[0].unknownCommands = [0x64, 0x67]
        bench.input(.start)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.link(.online(.clear))])
        #expect(!bench.readers[0].commands.contains(.inputStatus))
        #expect(!bench.commands(to: 1).contains { if case .led = $0 { true } else { false } })
        #expect(bench.panel.counters(of: "r1")?.naks == 2)
    }

    @Test func aReaderThatKnowsOnlyTheChecksumIsServedWithIt() {
        var bench = OSDPBench()
        bench.readers[0].quirks.insert(.checksumOnly)
        bench.input(.start)
        bench.run(for: .seconds(2))
        #expect(bench.signals.first == .link(.online(.clear)))
        #expect(bench.sent.last?.frame.check == .checksum)
        bench.readers[0].present(bits)
        bench.run(for: .seconds(1))
        #expect(cards(bench) == 1)
    }

    @Test func aReaderThatDemandsSecurityIsRefusedAndAskedRarely() {
        var bench = OSDPBench()
        bench.readers[0].security.ability = .demanded
        bench.input(.start)
        bench.run(for: .seconds(9))
        #expect(bench.signals == [.link(.offline(.refused))])
        #expect(bench.sent.count <= 5)
    }

    // MARK: events

    @Test(arguments: [OSDPBench.Delivery.whole, .octetByOctet])
    func aCardIsToldOnceHoweverTheLineCutsIt(delivery: OSDPBench.Delivery) {
        var bench = online()
        bench.delivery = delivery
        bench.noise = [0x00, 0x53, 0xFF]
        bench.echoes = true
        bench.readers[0].present(bits)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [card])
        #expect(bench.panel.busCounters.echoes > 0)
        #expect(bench.panel.busCounters.foreignCommands == 0)
    }

    @Test func keysTamperAndInputsAreTold() {
        var bench = online()
        bench.readers[0].press("12#*")
        bench.readers[0].setTamper(true)
        bench.readers[0].setInput(1, .active)
        bench.readers[0].setPowerFault(true)
        bench.run(for: .seconds(1))
        #expect(
            bench.signals == [
                .key(.digit(1)), .key(.digit(2)), .key(.enter), .key(.clear), .tamper(true),
                .input(number: 1, isActive: true), .powerFault(true),
            ])
    }

    @Test func theSameKeyTwiceIsTwoKeys() {
        var bench = online()
        bench.readers[0].press("1")
        bench.readers[0].press("1")
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.key(.digit(1)), .key(.digit(1))])
    }

    @Test func aCutSupervisedInputIsTamperingAndNotAnOpenDoor() {
        var bench = online()
        bench.readers[0].setInput(0, .open)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.tamper(true)])
        bench.readers[0].setInput(0, .inactive)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.tamper(true), .tamper(false)])
    }

    @Test func rawBitsThatDoNotFitTheirOctetsAreUnreadable() {
        var bench = online()
        bench.readers[0].queue(.raw(reader: 0, format: 1, bitCount: 26, octets: [0x80, 0x80, 0x00]))
        bench.readers[0].queue(.raw(reader: 0, format: 1, bitCount: 0, octets: []))
        bench.readers[0].queue(.raw(reader: 0, format: 1, bitCount: 25, octets: [0x80, 0x80, 0x00, 0x80]))
        bench.readers[0].queue(.formatted(reader: 0, isReversed: false, characters: Array("118".utf8)))
        bench.run(for: .seconds(2))
        #expect(
            bench.signals == [
                .unreadable(.malformed), .unreadable(.malformed), .unreadable(.length), .unreadable(.malformed),
            ])
    }

    @Test func aCardThatIsNoAnswerToAPollIsNoCard() {
        var panel = OSDPPanel(readers: [.init(id: "r", address: 1, security: .clear, formats: CardFormat.table)])
        _ = panel.handle(.start, at: .zero)
        var reader = EmulatedOSDPReader(address: 1)
        var signals: [ReaderSignal] = []
        var now = MonotonicTime.milliseconds(10)
        let raw = OSDPReply.raw(reader: 0, format: 1, bitCount: 26, octets: bits.octets)
        let frame = OSDPFrame(address: 1, isReply: true, sequence: 0, code: raw.code, data: raw.data)
        var effects = panel.handle(.received(frame.octets), at: now)
        _ = reader.receive(OSDPFrame(address: 1, sequence: 0, code: 0x61, data: [0]).octets)
        for _ in 0..<20 {
            var next: [OSDPPanel.Effect] = []
            for effect in effects {
                switch effect {
                case .send(let octets): next += panel.handle(.received(reader.receive(octets)), at: now)
                case .signal(_, let signal): signals.append(signal)
                case .keysRemain, .answer, .speed, .babbling: break
                }
            }
            now = max(now, panel.nextDeadline?.at ?? now)
            effects = next + panel.handle(.time, at: now)
        }
        #expect(signals.prefix(2) == [.link(.online(.clear)), .unreadable(.unsolicited)])
        #expect(!signals.contains(card))
        #expect(panel.counters(of: "r")?.passedOver == 1)
    }

    @Test func justificationAndOctetOrderAreSettings() throws {
        let formats = [try #require(CardFormat.named("H10301")), try #require(CardFormat.named("CSN32"))]
        var reader = EmulatedOSDPReader(address: 0)
        var panel = OSDPPanel(readers: [
            .init(id: "r", address: 0, security: .clear, formats: formats, isRightJustified: true, reversesOctets: true)
        ])
        reader.queue(.raw(reader: 0, format: 0, bitCount: 26, octets: [0x02, 0xEC, 0x0C, 0x86]))
        reader.queue(.raw(reader: 0, format: 0, bitCount: 32, octets: [0xC3, 0xB2, 0xA1, 0x04]))
        var numbers: [String] = []
        var now = MonotonicTime.zero
        var effects = panel.handle(.start, at: now)
        for _ in 0..<40 {
            var next: [OSDPPanel.Effect] = []
            for effect in effects {
                switch effect {
                case .send(let octets): next += panel.handle(.received(reader.receive(octets)), at: now)
                case .signal(_, .card(let card)): numbers.append(card.number.description)
                case .signal, .keysRemain, .answer, .speed, .babbling: break
                }
            }
            now = max(now, panel.nextDeadline?.at ?? now)
            effects = next + panel.handle(.time, at: now)
        }
        #expect(numbers == ["H10301:118-1603", "CSN32:77705923"])
    }

    @Test func aReaderIsAskedAgainOnlyWhenItsEventIsDurable() {
        var bench = online([1, 2])
        bench.storesEvents = false
        bench.readers[0].present(bits)
        bench.run(for: .milliseconds(200))
        #expect(cards(bench) == 1)
        let asked = bench.commands(to: 1).count
        let others = bench.commands(to: 2).count
        bench.run(for: .milliseconds(100))
        #expect(bench.commands(to: 1).count == asked)
        #expect(bench.commands(to: 2).count > others)
        bench.input(.eventStored("r1"))
        bench.run(for: .milliseconds(60))
        #expect(bench.commands(to: 1).count > asked)
        #expect(bench.panel.counters(of: "r1")?.lateStores == 0)
    }

    @Test func aSlowDiskHoldsAReaderForAQuarterOfASecondAtMost() throws {
        var bench = online()
        bench.storesEvents = false
        bench.readers[0].present(bits)
        bench.run(for: .seconds(1))
        let event = try #require(bench.heard.first { $0.signal == card }?.at)
        let next = try #require(bench.sent.first { $0.at > event }?.at)
        #expect(next - event >= .milliseconds(250))
        #expect(next - event < .milliseconds(260))
        #expect(bench.panel.counters(of: "r1")?.lateStores == 1)
    }

    // MARK: a bad line

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .wrongAddress,
        .securedReply,
    ])
    func aCardSurvivesOneFaultOnTheLineAndIsToldOnce(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<4 {
            var bench = online()
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.readers[0].present(bits)
            bench.run(for: .seconds(3))
            #expect(bench.signals == [card], "\(fault) at \(position)")
        }
    }

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .nak(4),
        .wrongAddress, .securedReply, .restart,
    ])
    func theStartUpSurvivesOneFaultAtEveryStep(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<9 {
            var bench = OSDPBench()
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.input(.start)
            bench.run(for: .seconds(4))
            #expect(bench.signals.contains(.link(.online(.clear))), "\(fault) at \(position)")
            bench.forget()
            bench.readers[0].present(bits)
            bench.run(for: .seconds(1))
            #expect(bench.signals == [card], "\(fault) at \(position)")
        }
    }

    @Test func aLostReplyIsAskedForAgainWithTheSameOctets() {
        var bench = online()
        bench.readers[0].faults = [.loseReply]
        bench.run(for: .milliseconds(600))
        #expect(bench.sent[0].frame == bench.sent[1].frame)
        #expect(bench.sent[2].frame.sequence != bench.sent[1].frame.sequence)
        #expect(bench.panel.counters(of: "r1")?.retries == 1)
    }

    @Test func aReaderSlowerThanTheLimitStaysReadable() {
        var bench = online()
        bench.replyDelay = .milliseconds(300)
        bench.readers[0].present(bits)
        bench.run(for: .seconds(3))
        #expect(cards(bench) == 1)
        #expect(bench.panel.counters(of: "r1")?.restarts == 0)
    }

    @Test func aSecondIdentityFromARepeatedQuestionDoesNotStartTheReaderOver() {
        var bench = OSDPBench()
        bench.replyDelay = .milliseconds(300)
        bench.input(.start)
        bench.run(for: .seconds(10))
        #expect(bench.signals.first == .link(.online(.clear)))
        #expect(bench.panel.counters(of: "r1")?.restarts == 0)
        #expect((bench.panel.counters(of: "r1")?.wrongSequence ?? 0) > 0)
    }

    @Test func aSecondPanelOnTheBusIsReported() {
        var bench = online()
        bench.noise = OSDPFrame(address: 9, sequence: 1, code: 0x60).octets
        bench.readers[0].present(bits)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [card])
        #expect(bench.panel.busCounters.foreignCommands > 0)
    }

    @Test func aLateReplyOfOneReaderIsNoAnswerOfAnother() {
        var bench = online([1, 2])
        bench.replyDelay = .milliseconds(300)
        bench.readers[0].present(bits)
        bench.run(for: .seconds(6))
        #expect(bench.signals(of: "r2").allSatisfy { $0 == .link(.offline(.silent)) })
        #expect(bench.panel.busCounters.wrongAddress > 0)
    }

    @Test func aLengthThatNeverComesEndsTheTryAndNothingElse() {
        var bench = online()
        bench.noise = [0x53, 0x81, 0xFF, 0x00]
        bench.readers[0].present(bits)
        bench.run(for: .seconds(2))
        #expect(cards(bench) == 1)
        #expect(bench.signals == [card])
    }

    @Test(arguments: recording("osdp-refused.tsv"))
    func whatAPanelMustRefuseIsNoAnswer(row: Row) {
        var panel = OSDPPanel(readers: [.init(id: "r", address: 2, security: .clear, formats: [])])
        _ = panel.handle(.start, at: .zero)
        #expect(panel.handle(.received([UInt8](hex: row["octets"])), at: .milliseconds(5)) == [])
        #expect(panel.counters(of: "r")?.frames == 0)
        let deadline = panel.nextDeadline?.at ?? .zero
        _ = panel.handle(.time, at: deadline)
        let end = panel.nextDeadline?.at ?? .zero
        #expect(end < .milliseconds(300), "\(row.id) does not block")
        #expect(panel.handle(.time, at: end).count <= 1)
        if row.id == "n-crc" { #expect(panel.counters(of: "r")?.checkErrors == 1) }
        if row.id == "n-dir" { #expect(panel.busCounters.foreignCommands == 1) }
    }

    @Test func aSecuredReplyIsRefusedAndCounted() {
        var bench = online()
        bench.readers[0].faults = Array(repeating: .securedReply, count: 100)
        bench.readers[0].present(bits)
        bench.run(for: .seconds(12))
        #expect(bench.signals == [.link(.offline(.refused))])
        #expect((bench.panel.counters(of: "r1")?.securedReplies ?? 0) > 5)
    }

    @Test func busyForEverIsALostReader() {
        var bench = online()
        bench.readers[0].faults = Array(repeating: .busy, count: 1000)
        bench.run(for: .seconds(10))
        #expect(bench.signals == [.link(.offline(.silent))])
    }

    // MARK: restarts

    @Test func aReaderThatRestartedIsStartedAgain() {
        var bench = online()
        bench.readers[0].restart()
        bench.run(for: .seconds(2))
        #expect(bench.signals == [.link(.offline(.restarted)), .link(.online(.clear))])
    }

    @Test func anEventThatComesAgainAfterARestartIsOnePresentation() {
        var bench = online()
        bench.storesEvents = false
        bench.readers[0].present(bits)
        bench.run(for: .milliseconds(150))
        #expect(cards(bench) == 1)
        // The reader never heard the acknowledgement: it restarts and hands the same card out again.
        bench.readers[0].restart()
        bench.readers[0].present(bits)
        bench.run(for: .seconds(3))
        #expect(cards(bench) == 1)
        #expect(bench.panel.counters(of: "r1")?.duplicates == 1)
        bench.readers[0].present(bits)
        bench.run(for: .seconds(1))
        #expect(cards(bench) == 2)
    }

    // MARK: silence

    /// How often the first reader is polled in ten seconds, while the others do what they do.
    private func polls(_ addresses: [UInt8], dead: Range<Int>, wereHeard: Bool, baud: Int) -> (living: Int, dead: Int) {
        var bench = OSDPBench(addresses: addresses, settings: OSDPPanel.Settings(baud: baud))
        bench.input(.start)
        if wereHeard { bench.run(for: .seconds(5)) }
        for index in dead { bench.readers[index].isDead = true }
        if !wereHeard {
            bench = OSDPBench(addresses: addresses, settings: OSDPPanel.Settings(baud: baud))
            for index in dead { bench.readers[index].isDead = true }
            bench.input(.start)
        }
        bench.run(for: .seconds(12))
        bench.forget()
        bench.run(for: .seconds(24))
        #expect(bench.signals == [])
        let count = { (index: Int) in bench.commands(to: addresses[index]).count }
        return (count(0), dead.map(count).reduce(0, +))
    }

    @Test(arguments: [(9600, true), (9600, false), (115_200, true), (115_200, false)])
    func deadReadersTakeATenthOfTheOthersPollsAtMost(baud: Int, wereHeard: Bool) {
        let alone = polls([1], dead: 0..<0, wereHeard: wereHeard, baud: baud).living
        for addresses in [[1, 2], [1, 2, 3, 4, 5]] as [[UInt8]] {
            let (living, dead) = polls(addresses, dead: 1..<addresses.count, wereHeard: wereHeard, baud: baud)
            #expect(living * 10 >= alone * 9, "\(living) of \(alone) beside \(addresses.count - 1)")
            #expect(dead >= 9, "\(dead) tries in 24 s")
        }
    }

    @Test func aSilentReaderIsOfflineAfterEightSecondsAndBackWithinTen() throws {
        var bench = online([1, 2])
        let start = bench.now
        bench.readers[0].isDead = true
        bench.run(for: .seconds(15))
        let lost = try #require(bench.heard.first { $0.signal == .link(.offline(.silent)) })
        #expect(lost.at - start >= .seconds(8))
        #expect(lost.at - start < .seconds(10))
        bench.readers[0].isDead = false
        let back = bench.now
        bench.run(for: .seconds(10))
        let online = try #require(bench.heard.first { $0.signal == .link(.online(.clear)) })
        #expect(online.at - back < .seconds(10))
    }

    @Test func aCardShownDuringAShortSilenceIsNotLost() {
        var bench = online()
        bench.readers[0].faults = Array(repeating: .loseReply, count: 5)
        bench.readers[0].present(bits)
        bench.run(for: .seconds(7))
        #expect(bench.signals == [card])
    }

    @Test func aLostPortTakesAllReadersOffAndAnOpenOneBringsThemBack() {
        var bench = online([1, 2])
        bench.input(.portLost)
        #expect(bench.signals == [.link(.offline(.portLost)), .link(.offline(.portLost))])
        #expect(bench.panel.nextDeadline == nil)
        bench.run(for: .seconds(1))
        bench.input(.portLost)
        #expect(bench.signals.count == 2)
        bench.forget()
        bench.input(.portOpened)
        bench.run(for: .seconds(2))
        #expect(bench.signals(of: "r1").first == .link(.online(.clear)))
        #expect(bench.signals(of: "r2").first == .link(.online(.clear)))
    }

    // MARK: lamps and outputs

    @Test func aPulseUsesTheTimerOfTheReaderAndNeverPermanentOn() {
        var bench = online()
        bench.input(.output("r1", number: 0, pulse: .seconds(5), isOn: true))
        bench.run(for: .milliseconds(300))
        #expect(bench.readers[0].outputs == [OSDPOutputRecord(output: 0, control: .onThenBack, timer: 50)])
        bench.input(.output("r1", number: 0, pulse: nil, isOn: true))
        bench.input(.output("r1", number: 0, pulse: nil, isOn: false))
        bench.input(.output("r1", number: 0, pulse: .milliseconds(50), isOn: false))
        bench.run(for: .milliseconds(500))
        #expect(
            bench.readers[0].outputs.dropFirst().map(\.control) == [.on, .off, .offThenBack])
        #expect(bench.readers[0].outputs.last?.timer == 1)
    }

    @Test func anOpeningThatCameTooLateIsNeverCarriedOut() {
        var bench = online()
        bench.readers[0].faults = Array(repeating: .loseCommand, count: 5)
        bench.input(.output("r1", number: 0, pulse: .seconds(5), isOn: true))
        bench.run(for: .seconds(8))
        #expect(bench.readers[0].outputs == [])
        #expect(bench.panel.counters(of: "r1")?.droppedCommands == 1)
        #expect(bench.signals.last == .link(.online(.clear)))
    }

    @Test func anOpeningForAReaderThatIsAwayIsDropped() {
        var bench = OSDPBench()
        bench.readers[0].isDead = true
        bench.input(.start)
        bench.run(for: .seconds(10))
        bench.input(.output("r1", number: 0, pulse: .seconds(5), isOn: true))
        bench.input(.output("nobody", number: 0, pulse: .seconds(5), isOn: true))
        bench.readers[0].isDead = false
        bench.run(for: .seconds(10))
        #expect(bench.readers[0].outputs == [])
    }

    @Test func aSteadyIndicationComesBackWithTheReader() {
        var bench = online()
        bench.input(.indicate("r1", .open, for: nil))
        bench.run(for: .seconds(1))
        bench.readers[0].restart()
        bench.forget()
        bench.run(for: .seconds(2))
        #expect(
            bench.commands(to: 1).contains(
                .led([OSDPLEDRecord(temporary: .cancel, permanent: .steady(.green))])))
    }

    @Test func anIndicationGoesBeforeTheNextPollOfItsReader() {
        var bench = online([1, 2, 3])
        bench.input(.indicate("r2", .denied, for: nil))
        bench.run(for: .milliseconds(150))
        let toSecond = bench.sent.filter { $0.frame.address == 2 }.map(\.frame.code)
        #expect(toSecond.starts(with: [0x69, 0x6A]) || toSecond.starts(with: [0x60, 0x69, 0x6A]))
        #expect(bench.commands(to: 1).contains(.poll))
    }

    @Test func everyIndicationIsSentAsWholeRecordsAndEveryKeySoundsTheSame() {
        for indication in Indication.allCases {
            for command in indication.osdpCommands(for: nil, idleColour: .blue) {
                #expect(OSDPCommand(code: command.code, data: command.data) == command, "\(indication)")
                if case .led(let records) = command {
                    for light in records.flatMap({ [$0.permanent].compactMap { $0 } }) {
                        #expect(light.on != 0 || light.off != 0)
                    }
                }
            }
        }
        #expect(
            Indication.granted.osdpCommands(for: nil, idleColour: .red) == [
                .led([OSDPLEDRecord(temporary: .show(.steady(.green), timer: 20))]),
                .buzzer(OSDPBuzzer(on: 2, off: 1, count: 1)),
            ])
        #expect(
            Indication.denied.osdpCommands(for: nil, idleColour: .red) == [
                .led([OSDPLEDRecord(temporary: .show(OSDPLight(on: 1, off: 1, onColour: .red), timer: 10))]),
                .buzzer(OSDPBuzzer(on: 1, off: 1, count: 3)),
            ])
    }

    // MARK: bad nights

    @Test(arguments: 1...20)
    func aNightOfRandomFaultsLosesNoCardAndTellsNoneTwice(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var bench = online([1, 2])
        let harmless: [EmulatedOSDPReader.Fault] = [
            .none, .none, .none, .loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .wrongAddress,
        ]
        var shown: [ReaderSignal] = []
        for number in 1...20 {
            let format = CardFormat.named("H10301")
            guard let bits = format?.encode(facility: 7, number: UInt64(number)) else { continue }
            shown.append(
                .card(CardRead(number: CardNumber(format: "H10301", facility: 7, number: UInt64(number)), bits: bits)))
            bench.readers[0].present(bits)
            for index in 0..<2 {
                bench.readers[index].faults = (0..<6).map { _ in harmless.randomElement(using: &random) ?? .none }
            }
            bench.run(for: .seconds(6))
        }
        #expect(bench.signals(of: "r1").filter { if case .card = $0 { true } else { false } } == shown)
    }

    @Test func noiseOnTheLineNeverTrapsThePanel() {
        var random = SplitMix64(seed: 0x5EED_0004)
        var panel = OSDPPanel(readers: [.init(id: "r", address: 0, security: .clear, formats: CardFormat.table)])
        var now = MonotonicTime.zero
        _ = panel.handle(.start, at: now)
        for _ in 0..<1000 {
            now = now + .milliseconds(Int.random(in: 0..<100, using: &random))
            _ = panel.handle(.received(random.octets(100, favourites: [0x53, 0x80, 0x08, 0x00, 0x05])), at: now)
            // A frame that is whole but says anything.
            let frame = OSDPFrame(
                address: 0, isReply: true, sequence: UInt8.random(in: 0...3, using: &random),
                code: UInt8.random(in: 0x40...0x84, using: &random),
                data: random.octets(Int.random(in: 0..<40, using: &random), favourites: [0, 1, 26]))
            _ = panel.handle(.received(frame.octets), at: now)
            if let deadline = panel.nextDeadline { _ = panel.handle(.time, at: max(now, deadline.at)) }
            now = max(now, panel.nextDeadline?.at ?? now)
        }
        #expect(panel.counters(of: "r")?.frames ?? 0 > 0)
    }
}
