import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

/// What readers do otherwise than the standard says: tolerated, and told.
@Suite struct OSDPQuirkTests {
    private func bench(_ quirks: Set<ReaderQuirk>, isSecured: Bool = true) -> OSDPBench {
        var bench = isSecured ? OSDPBench.secured() : OSDPBench()
        bench.readers[0].quirks = quirks
        bench.input(.start)
        bench.run(for: .seconds(3))
        return bench
    }

    @Test(arguments: ReaderQuirk.allCases)
    func aQuirkKeepsNoReaderOutOfServiceAndIsSeen(quirk: ReaderQuirk) {
        var bench = bench(quirk == .answersInCRC ? [.checksumOnly, quirk] : [quirk])
        switch quirk {
        case .repeatsAnew:
            bench.readers[0].faults = [.loseReply]
            bench.run(for: .seconds(1))
        case .reasonInClear:
            bench.readers[0].unknownCommands = [0x6B]
            bench.input(.ask("r1", .text(OSDPText(mode: 1, seconds: 0, characters: [65])), token: 1))
        case .keySetAnsweredInClear:
            let key = [UInt8](hex: "d459f02f6602e5651f3b553bc283d43e")
            bench.input(.changeKey("r1", key, isInstallation: false, window: .seconds(20)))
        case .checksumOnly, .answersInCRC, .initialMACUnderOldBlock, .paddedEmptyData: break
        }
        bench.readers[0].present(OSDPSecurePanelTests.bits)
        bench.run(for: .seconds(3))
        #expect(bench.signals.contains(OSDPSecurePanelTests.card))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        #expect(bench.panel.quirks(of: "r1").contains(quirk))
        #expect(!bench.signals.contains { if case .breach = $0 { true } else { false } })
    }

    @Test func aReaderThatKeepsToTheStandardHasNone() {
        #expect(bench([]).panel.quirks(of: "r1") == [])
        #expect(bench([], isSecured: false).panel.quirks(of: "r1") == [])
    }

    /// It is known before the first answer was lost.
    @Test func aReaderOfTheTableIsKnownByItsIdentity() {
        var bench = OSDPBench.secured()
        bench.readers[0].identity = OSDPIdentity(
            vendor: [0xBE, 0xBA, 0xFE], model: 1, version: 1, serial: 0xDEAD_BEAF, firmware: [0xAD, 0xDE, 0xAD])
        bench.input(.start)
        bench.run(for: .seconds(3))
        #expect(bench.panel.quirks(of: "r1") == [.repeatsAnew])
        let row = OSDPQuirkRow(vendor: [1, 2, 3], model: nil, firmware: 0x010000...0x0103FF, quirks: [], source: "")
        let firmwares: [([UInt8], Bool)] = [([1, 3, 255], true), ([1, 4, 0], false), ([0, 9, 9], false)]
        for (firmware, fits) in firmwares {
            let one = OSDPIdentity(vendor: [1, 2, 3], model: 7, version: 0, serial: 0, firmware: firmware)
            #expect(row.fits(one) == fits, "\(firmware)")
        }
        #expect(OSDPQuirkRow.table.allSatisfy { $0.vendor.count == 3 && !$0.quirks.isEmpty && !$0.source.isEmpty })
    }

    @Test func aReaderThatKnowsTheChecksumAloneIsAskedSoWhenItComesBack() {
        var bench = bench([.checksumOnly])
        bench.readers[0].isDead = true
        bench.run(for: .seconds(12))
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.forget()
        bench.run(for: .seconds(5))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        #expect(bench.sent.allSatisfy { $0.frame.check == .checksum })
    }

    @Test func whatAReaderCanPassOnIsKept() throws {
        var bench = OSDPBench()
        bench.readers[0].capabilities += [
            OSDPCapability(function: 10, level: 0x80, number: 0x02),
            OSDPCapability(function: 11, level: 0x00, number: 0x10), OSDPCapability(function: 12, level: 3, number: 0),
        ]
        #expect(bench.panel.abilities(of: "r1") == nil, "nothing was said yet")
        bench.input(.start)
        bench.run(for: .seconds(2))
        let abilities = try #require(bench.panel.abilities(of: "r1"))
        #expect(abilities.receiveSize == 640 && abilities.largestMessage == 4096)
        #expect(abilities.isTransparent && abilities.hasExtendedPackets)
        bench.readers[0].restart()
        bench.run(for: .seconds(2))
        #expect(bench.panel.abilities(of: "r1") == abilities)
    }

    @Test func theDoctorSpeaksOfLostAnswersAndNotOfTheSupply() {
        var counters = OSDPCounters()
        counters.frames = 10_000
        (counters.sessionsLost, counters.refusedRepeats) = (40, 40)
        let found = LineDoctor.osdp(counters).map(\.what.english)
        #expect(found.count == 1 && found[0].contains("40 answers were lost"))
    }
}
