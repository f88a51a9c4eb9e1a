import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct OSDPKeyChangeTests {
    static let newKey = [UInt8](hex: "d459f02f6602e5651f3b553bc283d43e")
    static let bits = OSDPSecurePanelTests.bits
    static let card = OSDPSecurePanelTests.card

    /// A reader fresh from its box, and a panel that has no key for it.
    private func fresh() -> OSDPBench {
        var bench = OSDPBench(security: .secure([], .openSSL))
        bench.readers[0].security.ability = .available
        bench.readers[0].security.takesDefaultKey = true
        bench.input(.start)
        bench.run(for: .seconds(2))
        #expect(bench.sent.isEmpty)
        bench.forget()
        return bench
    }

    private func secured() -> OSDPBench {
        var bench = OSDPBench.secured()
        bench.input(.start)
        bench.run(for: .seconds(2))
        bench.forget()
        return bench
    }

    private func install(_ window: Duration = .seconds(300)) -> OSDPPanel.Input {
        .changeKey("r1", Self.newKey, isInstallation: true, window: window)
    }

    private let rotate = OSDPPanel.Input.changeKey("r1", newKey, isInstallation: false, window: .seconds(60))

    private func ends(_ bench: OSDPBench) -> [KeyChangeEnd] {
        bench.signals.compactMap { if case .keyChange(let end) = $0 { end } else { nil } }
    }

    private func expectCardIsTold(_ bench: inout OSDPBench, _ comment: Comment? = nil) {
        bench.readers[0].present(Self.bits)
        bench.run(for: .seconds(2))
        #expect(bench.signals.contains(Self.card), comment)
    }

    // MARK: installation

    @Test func aFreshReaderGetsItsKeyAndIsServedUnderItAlone() {
        var bench = fresh()
        // What it read while anybody could read along is nobody's card.
        bench.readers[0].present(Self.bits)
        bench.input(install())
        bench.run(for: .seconds(2))
        #expect(bench.sent.prefix(5).map(\.frame.code) == [0x76, 0x77, 0x75, 0x76, 0x77])
        #expect(bench.sent.prefix(5).map { $0.frame.securityBlock?.type } == [0x11, 0x13, 0x17, 0x11, 0x13])
        #expect([0, 3].map { bench.sent[$0].frame.securityBlock?.data } == [[0], [1]])
        #expect(bench.signals.prefix(3) == [.keyChange(.kept), .link(.online(.secure)), .breach(nil)])
        #expect(bench.readers[0].security.key == Self.newKey)
        #expect(bench.panel.changingKey == nil)
        #expect(bench.kept == [[0]])
        expectCardIsTold(&bench)
        // The window is closed: a reader that is reset stays out.
        bench.readers[0].security.key = nil
        bench.readers[0].security.takesDefaultKey = true
        bench.readers[0].restart()
        bench.forget()
        bench.run(for: .seconds(20))
        #expect(bench.signals.contains(.breach(.refusesSecurity)))
        #expect(bench.sent.allSatisfy { $0.frame.code != 0x76 || $0.frame.securityBlock?.data == [1] })
    }

    /// Check K18: what comes under the default key is nobody's card, whoever speaks.
    @Test func aCardUnderTheDefaultKeyIsNeverActedOn() {
        var bench = fresh()
        bench.readers[0].security.answersKeysWithACard = true
        for _ in 0..<60 {
            bench.readers[0].present(Self.bits)
            bench.readers[0].press("1")
        }
        bench.input(install())
        bench.run(for: .seconds(310))
        #expect(ends(bench) == [.refused])
        #expect(!bench.signals.contains { if case .card = $0 { true } else { false } })
        #expect(!bench.signals.contains { if case .key = $0 { true } else { false } })
        #expect(!bench.signals.contains { if case .link(.online) = $0 { true } else { false } })
        #expect(bench.sent.allSatisfy { [0x75, 0x76, 0x77].contains($0.frame.code) })
    }

    @Test func theWindowClosesByItselfAndTheReaderIsLeftAlone() {
        var bench = fresh()
        bench.readers[0].isDead = true
        bench.input(install(.seconds(3600)))
        bench.run(for: .seconds(299))
        #expect(ends(bench) == [])
        bench.run(for: .seconds(1))
        #expect(ends(bench) == [.expired])
        #expect(bench.kept == [[]])
        bench.readers[0].isDead = false
        bench.forget()
        bench.run(for: .seconds(60))
        #expect(bench.sent.isEmpty)
        #expect(bench.signals.isEmpty)
    }

    @Test func theWindowClosesWithThePortAway() {
        var bench = fresh()
        bench.input(install(.seconds(10)))
        bench.input(.portLost)
        #expect(bench.panel.nextDeadline?.at == bench.now + .seconds(10))
        bench.run(for: .seconds(11))
        #expect(bench.panel.changingKey == nil)
    }

    @Test func aReaderThatIsNotInItsOwnInstallationModeYetIsWaitedForWithoutAnAlarm() {
        var bench = fresh()
        bench.readers[0].security.takesDefaultKey = false
        bench.input(install())
        bench.run(for: .seconds(30))
        #expect(bench.signals.isEmpty)
        bench.readers[0].security.takesDefaultKey = true
        bench.run(for: .seconds(3))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
    }

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .nak(4), .nak(6),
        .nak(9), .restart, .octets([0x53]),
    ])
    func theInstallationSurvivesOneFaultAtEveryStep(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<10 {
            var bench = fresh()
            bench.input(install())
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.run(for: .seconds(12))
            #expect(bench.panel.link(of: "r1") == .online(.secure), "\(fault) at \(position)")
            #expect(ends(bench) == [.kept], "\(fault) at \(position)")
            expectCardIsTold(&bench, "\(fault) at \(position)")
        }
    }

    @Test func aReaderWhoseYesWasLostForGoodIsFoundUnderItsNewKey() {
        var bench = fresh()
        // It acts on KEYSET and goes away for long enough to be lost.
        bench.input(install())
        bench.readers[0].faults = [.none, .none, .loseReply]
        bench.run(for: .milliseconds(400))
        #expect(bench.readers[0].security.key == Self.newKey)
        bench.readers[0].isDead = true
        bench.run(for: .seconds(20))
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.run(for: .seconds(5))
        #expect(ends(bench) == [.kept])
        #expect(bench.panel.link(of: "r1") == .online(.secure))
    }

    @Test func aReaderThatIsServedIsNotInstalledAndOneThatIsNotCannotRotate() {
        var bench = secured()
        bench.input(install())
        #expect(bench.signals == [.keyChange(.refused)])
        var bare = fresh()
        bare.input(rotate)
        #expect(bare.signals == [.keyChange(.refused)])
        var clear = OSDPBench()
        clear.input(.start)
        clear.run(for: .seconds(1))
        clear.forget()
        clear.input(rotate)
        #expect(clear.signals == [.keyChange(.refused)])
    }

    @Test func oneReaderOfABusAtATime() {
        var bench = OSDPBench(addresses: [1, 2], security: .secure([], .openSSL))
        bench.input(.start)
        bench.forget()
        bench.input(install())
        bench.input(.changeKey("r2", Self.newKey, isInstallation: true, window: .seconds(10)))
        #expect(bench.signals(of: "r2") == [.keyChange(.refused)])
        #expect(bench.panel.changingKey == "r1")
        bench.run(for: .seconds(2))
        #expect(bench.sent.allSatisfy { $0.frame.address == 1 })
    }

    @Test func aPatternedKeyIsNeverGiven() {
        for first in UInt8.min...UInt8.max {
            for step: UInt8 in [0, 1, 0xFF] {
                var bench = fresh()
                let key = (0..<16).map { first &+ UInt8($0) &* step }
                bench.input(.changeKey("r1", key, isInstallation: true, window: .seconds(10)))
                bench.run(for: .seconds(1))
                #expect(bench.signals == [.keyChange(.refused)])
                #expect(bench.sent.isEmpty)
            }
        }
    }

    // MARK: rotation

    @Test func aReaderGetsAnotherKeyAndStaysInService() {
        var bench = secured()
        bench.input(rotate)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.keyChange(.kept)])
        #expect(bench.readers[0].security.key == Self.newKey)
        #expect(bench.kept == [[1]])
        #expect(bench.sent.allSatisfy { $0.frame.code != 0x75 || $0.frame.securityBlock?.type == 0x17 })
        #expect(bench.sent.allSatisfy { $0.frame.securityBlock?.data != [0] })
        expectCardIsTold(&bench)
    }

    @Test func theOldKeyStaysWhereTheReaderRefusesTheNewOne() {
        var bench = secured()
        bench.readers[0].unknownCommands = [0x75]
        bench.input(rotate)
        bench.run(for: .seconds(2))
        #expect(bench.signals == [.keyChange(.refused)])
        #expect(bench.kept == [[0]])
        expectCardIsTold(&bench)
    }

    @Test func theOldKeyStaysWhereTheReaderSaysYesAndForgets() {
        var bench = secured()
        bench.readers[0].security.forgetsNewKeys = true
        bench.input(rotate)
        bench.run(for: .seconds(6))
        #expect(ends(bench) == [.refused])
        #expect(bench.kept == [[0]])
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        #expect(!bench.signals.contains(.breach(.wrongKey)))
        expectCardIsTold(&bench)
    }

    @Test func aYesInClearIsEnoughToTry() {
        var bench = secured()
        bench.readers[0].quirks.insert(.keySetAnsweredInClear)
        bench.input(rotate)
        bench.run(for: .seconds(1))
        #expect(bench.signals == [.keyChange(.kept)])
    }

    @Test(arguments: [
        EmulatedOSDPReader.Fault.loseCommand, .loseReply, .garbleReply, .doubleReply, .busy, .nak(1), .nak(4), .nak(6),
        .nak(9), .restart, .forgedMAC([1, 2, 3, 4]),
    ])
    func theRotationSurvivesOneFaultAtEveryStepAndTheReaderIsNeverLockedOut(fault: EmulatedOSDPReader.Fault) {
        for position in 0..<6 {
            var bench = secured()
            bench.readers[0].faults = Array(repeating: .none, count: position) + [fault]
            bench.input(rotate)
            bench.run(for: .seconds(10))
            #expect(bench.panel.link(of: "r1") == .online(.secure), "\(fault) at \(position)")
            #expect(ends(bench).count == 1, "\(fault) at \(position)")
            let isKept = ends(bench) == [.kept]
            #expect(bench.readers[0].security.key == (isKept ? Self.newKey : OSDPBench.key), "\(fault) at \(position)")
            #expect(bench.kept.last == [isKept ? 1 : 0], "\(fault) at \(position)")
            expectCardIsTold(&bench, "\(fault) at \(position)")
        }
    }

    @Test func aReaderThatVanishesInTheMidstKeepsBothKeysOpen() {
        var bench = secured()
        bench.readers[0].faults = [.loseReply]
        bench.input(rotate)
        bench.run(for: .milliseconds(200))
        bench.readers[0].isDead = true
        bench.run(for: .seconds(61))
        #expect(ends(bench) == [.unproven])
        #expect(bench.kept == [])
        bench.readers[0].restart()
        bench.readers[0].isDead = false
        bench.run(for: .seconds(5))
        #expect(bench.panel.link(of: "r1") == .online(.secure))
        #expect(bench.kept == [[bench.readers[0].security.key == Self.newKey ? 1 : 0]])
    }
}
