import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPRequestTests {
    private func online(_ addresses: [UInt8] = [1], isSecured: Bool = true) -> OSDPBench {
        var bench = isSecured ? OSDPBench.secured(addresses: addresses) : OSDPBench(addresses: addresses)
        for index in bench.readers.indices {
            bench.readers[index].capabilities.append(OSDPCapability(function: 10, level: 0x00, number: 0x01))
        }
        bench.input(.start)
        bench.run(for: .seconds(3))
        bench.forget()
        return bench
    }

    private func asked(_ command: OSDPCommand, isSecured: Bool = true, _ prepare: (inout OSDPBench) -> Void = { _ in })
        -> OSDPBench
    {
        var bench = online(isSecured: isSecured)
        prepare(&bench)
        bench.input(.ask("r1", command, token: 7))
        bench.run(for: .seconds(3))
        return bench
    }

    private func answer(_ answer: OSDPAnswer) -> [OSDPBench.Answer] { [OSDPBench.Answer(token: 7, answer: answer)] }

    // MARK: codecs

    private func row(_ id: String) -> (code: UInt8, data: [UInt8]) {
        guard let row = recording("osdp-frames.tsv").first(where: { $0.id == id }),
            let code = UInt8(row["code"], radix: 16)
        else {
            Issue.record("no frame \(id)")
            return (0, [])
        }
        return (code, [UInt8](hex: row["data"]))
    }

    @Test func theRecordedCommandsMeanWhatTheStandardSays() {
        func command(_ id: String) -> OSDPCommand { OSDPCommand(code: row(id).code, data: row(id).data) }
        #expect(
            command("cmd-ft")
                == .fileTransfer(OSDPFileFragment(type: 3, total: 1000, offset: 10, data: [1, 2, 3, 4, 5])))
        #expect(command("cmd-mfg") == .manufacturer(oui: [1, 2, 3], data: [0x0A, 0x0B, 0x0C]))
        #expect(
            command("cmd-bioread") == .bioRead(OSDPBioRead(type: .face, format: .standard, quality: 100)))
        #expect(
            command("cmd-keyset-plain") == .keySet([UInt8](hex: "00010203040506070001020304050607")))
        let match = OSDPBioMatch(type: .rightThumb, format: .template, threshold: 9, template: [1, 2, 3])
        #expect(OSDPCommand(code: 0x74, data: OSDPCommand.bioMatch(match).data) == .bioMatch(match))
        #expect(OSDPCommand(code: 0x61, data: [1]) == .identifyInFull)
        #expect(OSDPCommand(code: 0xA2, data: []) == .abort)
    }

    @Test func theRecordedRepliesMeanWhatTheStandardSays() {
        func reply(_ id: String) -> OSDPReply { OSDPReply(code: row(id).code, data: row(id).data) }
        #expect(
            reply("rep-bioreadr")
                == .bioRead(reader: 0, .success, type: 15, quality: 99, template: [1, 2, 3, 4, 5, 6, 7, 8]))
        #expect(reply("rep-biomatchr") == .bioMatch(reader: 0, .success, score: 245))
        #expect(reply("rep-ftstat") == .fileStatus(OSDPFileStatus(mayInterleave: true, status: 0)))
        #expect(reply("rep-mfgrep") == .manufacturer(.reply, oui: [0x17, 0x00, 0x0A], data: [0x01, 0x02]))
        let status = OSDPFileStatus(
            mayInterleave: false, leavesSecurity: true, hasPollReply: true, delay: 300, status: -2, longestMessage: 512)
        #expect(OSDPReply(code: 0x7A, data: OSDPReply.fileStatus(status).data) == .fileStatus(status))
        let part = OSDPPart(total: 9, offset: 3, data: [1, 2])
        #expect(OSDPReply(code: 0x59, data: part.octets) == .part(.extendedIdentity, part))
        #expect(OSDPReply(code: 0x59, data: [1]) == .unknown(code: 0x59, data: [1]))
    }

    @Test func partsComeTogetherInOrderOrNotAtAll() {
        func part(_ offset: UInt16, _ data: [UInt8], total: UInt16 = 5) -> OSDPPart {
            OSDPPart(total: total, offset: offset, data: data)
        }
        var parts = OSDPParts()
        #expect(parts.take(part(0, [1, 2])) == .more)
        #expect(parts.take(part(0, [1, 2])) == .more, "the same part again")
        #expect(parts.take(part(2, [3])) == .more)
        #expect(parts.take(part(3, [4, 5])) == .whole([1, 2, 3, 4, 5]))
        for bad in [part(3, [1]), part(2, [1], total: 6), part(2, [1, 2, 3, 4]), part(2, [])] {
            var parts = OSDPParts()
            _ = parts.take(part(0, [1, 2]))
            #expect(parts.take(bad) == .spoilt, "\(bad)")
        }
        var none = OSDPParts()
        #expect(none.take(part(0, [], total: 0)) == .whole([]))
    }

    @Test func aLongIdentityIsTextsByTheirTags() throws {
        let octets = Array("\u{0}\u{4}\u{0}Acme".utf8) + [3, 3, 0] + Array("1.2".utf8) + [9, 1, 0, 65, 1, 2, 0, 7, 66]
        let identity = try #require(OSDPExtendedIdentity(octets: octets))
        #expect(identity.texts == [.init(.maker, "Acme"), .init(.firmware, "1.2"), .init(.product, "B")])
        #expect(OSDPExtendedIdentity(octets: Array(octets.dropLast())) == nil)
        #expect(OSDPExtendedIdentity(octets: [])?.texts == [])
        var random = SplitMix64(seed: 0x5EED_0021)
        for length in 0..<200 { _ = OSDPExtendedIdentity(octets: random.octets(length, favourites: [0, 1, 3])) }
    }

    // MARK: questions

    @Test(arguments: [true, false])
    func textsAreShownAndTheReaderSaysSo(isSecured: Bool) {
        let text = OSDPText(mode: 3, seconds: 5, characters: Array("DENIED".utf8))
        let bench = asked(.text(text), isSecured: isSecured)
        #expect(bench.answers == answer(.reply(.ack)))
        #expect(bench.readers[0].commands.contains(.text(text)))
    }

    @Test func statesCanBeAskedAndAreToldAsWell() {
        #expect(asked(.inputStatus).answers == answer(.reply(.inputStatus([.inactive, .inactive]))))
        #expect(asked(.readerStatus).answers == answer(.reply(.readerStatus([.normal]))))
        #expect(asked(.outputStatus).answers == answer(.reply(.outputStatus([]))))
        #expect(asked(.localStatus).answers == answer(.reply(.localStatus(tamper: false, powerFault: false))))
        #expect(asked(.keepActive(milliseconds: 10_000)).answers == answer(.reply(.ack)))
    }

    @Test(arguments: [true, false])
    func scansComeWithALaterPollAndAreNoCredential(isSecured: Bool) {
        let read = asked(.bioRead(OSDPBioRead(type: .face, quality: 50)), isSecured: isSecured)
        #expect(
            read.answers
                == answer(
                    .reply(
                        .bioRead(
                            reader: 0, .success, type: 15, quality: 99, template: [1, 2, 3, 4, 5, 6, 7, 8]))))
        #expect(read.signals.isEmpty)
        let match = asked(
            .bioMatch(OSDPBioMatch(type: .any, threshold: 200, template: [1, 2, 3])), isSecured: isSecured)
        #expect(match.answers == answer(.reply(.bioMatch(reader: 0, .success, score: 245))))
        #expect(match.signals.isEmpty)
    }

    @Test func aMatchThatNobodyAskedForIsPassedOver() {
        var bench = online()
        bench.readers[0].queue(.bioMatch(reader: 0, .success, score: 255))
        bench.run(for: .seconds(1))
        #expect(bench.signals.isEmpty)
        #expect(bench.answers.isEmpty)
        #expect(bench.panel.counters(of: "r1")?.passedOver == 1)
    }

    @Test func theMakersOwnWordsComeBack() {
        #expect(
            asked(.manufacturer(oui: [1, 2, 3], data: [4, 5])).answers
                == answer(.reply(.manufacturer(.reply, oui: [1, 2, 3], data: [5, 4]))))
    }

    @Test func aLongIdentityComesInParts() {
        let text = Array("\u{0}\u{4}\u{0}Acme".utf8) + [1, 30, 0] + Array(repeating: 65, count: 30)
        let bench = asked(.identifyInFull) { $0.readers[0].workshop.longIdentity = text }
        #expect(bench.answers == answer(.whole(.extendedIdentity, text)))
        let refused = asked(.identifyInFull)
        #expect(refused.answers == answer(.refused(.unknownCommand)))
    }

    @Test func aCardBetweenTwoPartsIsACard() {
        let text = Array("\u{0}\u{40}\u{0}".utf8) + Array(repeating: 65, count: 64)
        let bench = asked(.identifyInFull) { bench in
            bench.readers[0].workshop.longIdentity = text
            bench.readers[0].present(OSDPSecurePanelTests.bits)
        }
        #expect(bench.answers == answer(.whole(.extendedIdentity, text)))
        #expect(bench.signals == [OSDPSecurePanelTests.card])
    }

    @Test func oneQuestionAtATimeAndNoneThatIsThePanelsOwn() {
        var bench = online()
        bench.input(.ask("r1", .bioRead(OSDPBioRead(type: .any, quality: 1)), token: 1))
        bench.input(.ask("r1", .inputStatus, token: 2))
        #expect(bench.answers == [OSDPBench.Answer(token: 2, answer: .busy)])
        var other = online()
        let own: [OSDPCommand] = [
            .poll, .identify, .keySet(OSDPBench.key), .challenge([]), .other(code: 0x75, data: []),
            .communication(address: 1, baud: 9600), .output([]),
        ]
        for command in own { other.input(.ask("r1", command, token: 3)) }
        other.run(for: .seconds(1))
        #expect(other.answers == own.map { _ in OSDPBench.Answer(token: 3, answer: .busy) })
        #expect(other.readers[0].security.key == OSDPBench.key)
    }

    @Test func aMessageLongerThanTheReaderTakesIsNotSent() {
        let template = [UInt8](repeating: 9, count: 300)
        let bench = asked(.bioMatch(OSDPBioMatch(type: .any, threshold: 1, template: template)))
        #expect(bench.answers == answer(.tooLong))
        #expect(!bench.sent.contains { $0.frame.code == 0x74 })
    }

    @Test func aQuestionToAReaderThatGoesIsDropped() {
        var bench = online()
        bench.readers[0].isDead = true
        bench.input(.ask("r1", .inputStatus, token: 7))
        bench.run(for: .seconds(15))
        #expect(bench.answers == answer(.dropped))
        bench.input(.ask("r1", .inputStatus, token: 8))
        #expect(bench.answers.last == OSDPBench.Answer(token: 8, answer: .busy))
    }

    @Test func aScanThatNobodyStepsUpToEnds() {
        var bench = online()
        bench.readers[0].unknownCommands = []
        bench.input(.ask("r1", .bioRead(OSDPBioRead(type: .any, quality: 1)), token: 7))
        bench.readers[0].faults = [.none]
        bench.run(for: .milliseconds(150))
        bench.readers[0].restart()
        bench.run(for: .seconds(31))
        #expect(bench.answers.count == 1)
    }

    @Test func abortStopsAScan() {
        var bench = online()
        bench.input(.ask("r1", .bioRead(OSDPBioRead(type: .any, quality: 1)), token: 7))
        bench.input(.abort("r1"))
        bench.run(for: .seconds(1))
        #expect(bench.answers == answer(.dropped))
        #expect(bench.readers[0].commands.contains(.abort))
    }

    // MARK: files

    private static let file = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }

    private func sent(_ prepare: (inout OSDPBench) -> Void = { _ in }, for span: Duration = .seconds(20)) -> OSDPBench {
        var bench = online()
        prepare(&bench)
        bench.input(.sendFile("r1", type: 1, Self.file, token: 7))
        bench.run(for: span)
        return bench
    }

    @Test func aFileArrivesWholeAndCardsGoOn() {
        var bench = online()
        bench.input(.sendFile("r1", type: 1, Self.file, token: 7))
        bench.run(for: .milliseconds(200))
        bench.readers[0].present(OSDPSecurePanelTests.bits)
        bench.run(for: .milliseconds(700))
        #expect(bench.signals == [OSDPSecurePanelTests.card])
        #expect(bench.answers.isEmpty)
        bench.run(for: .seconds(20))
        #expect(bench.answers == answer(.transferred))
        #expect(bench.readers[0].workshop.file == Self.file)
        // 256 octets a message, secured: 14 around, 15 whole blocks, one octet of padding, 11 of head.
        #expect(bench.readers[0].workshop.fragments.first == 228)
        #expect(bench.sent.allSatisfy { $0.frame.octets.count <= 256 })
    }

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .wrongAddress,
    ])
    func aFileSurvivesAFaultOnTheLine(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<8 {
            let bench = sent { $0.readers[0].faults = Array(repeating: .none, count: position) + [fault] }
            #expect(bench.answers == answer(.transferred), "\(fault) at \(position)")
            #expect(bench.readers[0].workshop.file == Self.file, "\(fault) at \(position)")
        }
    }

    @Test func theReaderSetsThePaceAndTheSize() throws {
        let bench = sent { bench in
            bench.readers[0].workshop.fileAnswers = [
                OSDPFileStatus(mayInterleave: false, delay: 2000, status: 0, longestMessage: 64)
            ]
        }
        #expect(bench.answers == answer(.transferred))
        let fragments = bench.sent.filter { $0.frame.code == 0x7C }.map(\.at)
        #expect(fragments[1] - fragments[0] >= .seconds(2))
        #expect(bench.readers[0].workshop.fragments[1] == 36)
        // Nothing goes between where the reader does not want it.
        let first = try #require(bench.sent.firstIndex { $0.frame.code == 0x7C })
        #expect(bench.sent[first + 1].frame.code == 0x7C)
    }

    @Test func aReaderThatFinishesIsKeptCompany() {
        let bench = sent { bench in
            bench.readers[0].workshop.lastFileAnswers =
                Array(repeating: OSDPFileStatus(delay: 100, status: 3), count: 5) + [OSDPFileStatus(status: 2)]
        }
        #expect(bench.answers == answer(.transferred))
        #expect(bench.readers[0].workshop.fragments.suffix(5) == [0, 0, 0, 0, 0])
    }

    @Test func aStatusMayComeWithALaterPoll() {
        #expect(sent { $0.readers[0].workshop.tellsStatusLater = true }.answers == answer(.transferred))
    }

    @Test(arguments: [
        (OSDPFileStatus(status: -2), OSDPTransferFailure.refused(-2)),
        (OSDPFileStatus(leavesSecurity: true, status: 0), .leavesSecurity), (OSDPFileStatus(status: 1), .tooEarly),
        (OSDPFileStatus(status: 3), .tooEarly), (OSDPFileStatus(status: 77), .tooEarly),
    ])
    func aFileThatIsNotWantedIsStopped(status: OSDPFileStatus, failure: OSDPTransferFailure) {
        let bench = sent { $0.readers[0].workshop.fileAnswers = [OSDPFileStatus(status: 0), status] }
        #expect(bench.answers == answer(.transferFailed(failure)))
        #expect(bench.readers[0].commands.contains(.abort))
        #expect(bench.sent.filter { $0.frame.code == 0x7C }.count == 2)
        #expect(bench.sent.allSatisfy { $0.frame.securityBlock != nil })
    }

    @Test func aFileEndsWithTheReader() {
        let bench = sent { $0.readers[0].faults = [.none, .none, .none, .restart] }
        #expect(bench.answers == answer(.dropped))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
    }
}
