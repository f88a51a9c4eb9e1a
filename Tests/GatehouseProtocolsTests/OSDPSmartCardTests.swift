import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPSmartCardTests {
    private func online() -> OSDPBench {
        var bench = OSDPBench.secured()
        bench.readers[0].capabilities.append(OSDPCapability(function: 10, level: 0x00, number: 0x02))
        bench.input(.start)
        bench.run(for: .seconds(3))
        bench.forget()
        return bench
    }

    /// An object of a card as the reader tells it.
    private func parts(_ data: [UInt8], size: Int = 100) -> [OSDPReply] {
        stride(from: 0, to: data.count, by: size).map { offset in
            .part(
                .pivData,
                OSDPPart(
                    total: UInt16(data.count), offset: UInt16(offset),
                    data: Array(data[offset..<min(offset + size, data.count)])))
        }
    }

    @Test func theCommandsMeanWhatTheStandardSays() throws {
        let row = try #require(recording("osdp-frames.tsv").first { $0.id == "cmd-pivdata" })
        let chuid = OSDPCommand.pivData(OSDPPIVData(object: [0x5F, 0xC1, 0x02]))
        #expect(OSDPCommand(code: 0xA3, data: [UInt8](hex: row["data"])) == chuid)
        #expect(OSDPFrame(address: 0, sequence: 2, code: chuid.code, data: chuid.data).octets.hex == row["frame"])
        #expect(OSDPCommand(code: 0xA3, data: [0x5F, 0xC1, 0x02, 0, 0]) == chuid, "an old edition")
        let word = OSDPCommand.transparent(mode: 1, command: 1, data: [0, 0xA4, 4, 0])
        #expect(OSDPCommand(code: 0xA1, data: word.data) == word)
        #expect(OSDPReply(code: 0xB1, data: [1, 1, 0x90, 0]) == .transparent(mode: 1, reply: 1, data: [0x90, 0]))
        #expect(OSDPReply(code: 0xB1, data: [1]) == .unknown(code: 0xB1, data: [1]))
        let asked = try #require(OSDPAuthentication.parts(algorithm: 7, key: 0x9E, data: Array(0..<200), longest: 90))
        #expect(asked.map(\.offset) == [0, 90, 180] && asked.allSatisfy { $0.total == 202 })
        #expect(asked.flatMap(\.data) == [7, 0x9E] + Array(0..<200))
        for part in asked {
            #expect(OSDPCommand(code: 0xA4, data: part.octets) == .generalAuthentication(part))
            #expect(OSDPCommand(code: 0xA5, data: part.octets) == .challengeAuthentication(part))
        }
        let long = [UInt8](repeating: 0, count: 70_000)
        #expect(OSDPAuthentication.parts(algorithm: 7, key: 0, data: long, longest: 100) == nil)
        #expect(OSDPAuthentication.parts(algorithm: 7, key: 0, data: [1], longest: 0) == nil)
    }

    @Test func anObjectOfACardComesTogetherForWhoAsked() {
        var bench = online()
        let object = (0..<350).map { UInt8(truncatingIfNeeded: $0) }
        bench.readers[0].workshop.cardAnswers = parts(object)
        bench.input(.ask("r1", .pivData(OSDPPIVData(object: [0x5F, 0xC1, 0x02])), token: 7))
        bench.run(for: .seconds(3))
        #expect(bench.answers == [OSDPBench.Answer(token: 7, answer: .whole(.pivData, object))])
        #expect(bench.signals == [])
    }

    @Test func whatNobodyAskedForIsToldAndUsedForNothing() {
        var bench = online()
        for reply in parts([UInt8](repeating: 9, count: 250)) { bench.readers[0].queue(reply) }
        bench.readers[0].queue(.transparent(mode: 1, reply: 1, data: [0x90, 0]))
        bench.readers[0].queue(.part(.challengeAuthentication, OSDPPart(total: 2, offset: 0, data: [1, 2])))
        bench.run(for: .seconds(2))
        #expect(bench.signals == [ReaderSignal](repeating: .unreadable(.notForDecisions), count: 3))
        #expect(bench.panel.counters(of: "r1")?.spoiltParts == 0)
    }

    @Test(arguments: [
        [OSDPPart(total: 300, offset: 0, data: [1, 2, 3]), OSDPPart(total: 300, offset: 2, data: [4, 5])],
        [OSDPPart(total: 300, offset: 0, data: [1, 2, 3]), OSDPPart(total: 300, offset: 4, data: [4, 5])],
        [OSDPPart(total: 300, offset: 0, data: [1, 2, 3]), OSDPPart(total: 301, offset: 3, data: [4, 5])],
        [OSDPPart(total: 16_385, offset: 0, data: [1, 2, 3])], [OSDPPart(total: 2, offset: 0, data: [1, 2, 3])],
        [OSDPPart(total: 3, offset: 1, data: [1, 2])],
    ])
    func partsThatDoNotFitAreRefusedAndCounted(found: [OSDPPart]) {
        var bench = online()
        for part in found { bench.readers[0].queue(.part(.generalAuthentication, part)) }
        bench.run(for: .seconds(2))
        #expect(bench.signals == [.unreadable(.malformed)])
        #expect(bench.panel.counters(of: "r1")?.spoiltParts == 1)
        bench.readers[0].workshop.cardAnswers = found.map { .part(.generalAuthentication, $0) }
        bench.input(
            .ask("r1", .generalAuthentication(OSDPPart(total: 3, offset: 0, data: [7, 0x9E, 1])), token: 7))
        bench.run(for: .seconds(2))
        #expect(bench.answers == [OSDPBench.Answer(token: 7, answer: .dropped)])
        #expect(bench.panel.counters(of: "r1")?.spoiltParts == 2)
    }
}
