import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct FaceIdentityTests {
    private func started(
        _ settings: FaceModule.Settings = .init(), _ arrange: (inout EmulatedFaceModule) -> Void = { _ in }
    ) -> FaceBench {
        var module = EmulatedFaceModule()
        module.users = [1, 5]
        arrange(&module)
        var bench = FaceBench(settings, module: module)
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        return bench
    }

    private static let identity = ReaderIdentity(serial: "EMULATED-1", firmware: "V1.3.7_T2")

    @Test func aModuleSaysAtEachStartWhoItIsAndWhomItKnows() {
        var bench = started()
        #expect(bench.identities == [Self.identity])
        #expect(bench.tables == [[1, 5]])
        bench.present(.user(5, name: ""))
        bench.module.serial = "OTHER"
        bench.module.users = []
        bench.hear(bench.module.restart())
        #expect(bench.identities.last?.serial == "OTHER")
        #expect(bench.tables == [[1, 5], []])
        bench.input(.portLost)
        bench.input(.portOpened)
        #expect(bench.identities.count == 3)
    }

    /// With a VERIFY always out, and with one that waits for somebody.
    @Test(arguments: [false, true]) func itIsAskedAgainOnceADay(waitsForPresence: Bool) {
        var settings = FaceModule.Settings()
        settings.verifiesOnPresence = waitsForPresence
        var bench = started(settings)
        for _ in 0..<(3 * 24 * 60) {
            bench.run(for: .seconds(60))
            bench.hear(bench.module.timeOut())
        }
        #expect((3...4).contains(bench.identities.count))
        #expect(bench.tables.count == bench.identities.count)
        #expect(!bench.signals.contains(.link(.offline(.silent))))
    }

    @Test func nobodyWaitsForTheQuestions() {
        var bench = started()
        bench.run(for: .seconds(9))
        // Somebody comes and comes: it is asked when a minute was quiet.
        for _ in 0..<(25 * 120) {
            bench.present(.user(5, name: ""))
            bench.run(for: .seconds(30))
        }
        #expect(bench.identities.count == 1)
        for _ in 0..<12 {
            bench.run(for: .seconds(10))
            bench.hear(bench.module.timeOut())
        }
        #expect(bench.identities.count == 2)
    }

    @Test func aFaceThatCameOrWentIsComparedAMomentLater() {
        var bench = started()
        bench.input(.task(.enrol(name: "R-1", seconds: 10), token: 1))
        #expect(bench.tables.count == 1, "the register does not know it yet")
        for _ in 0..<12 {
            bench.run(for: .seconds(10))
            bench.hear(bench.module.timeOut())
        }
        #expect(bench.tables == [[1, 5], [1, 5, 6]])
        bench.input(.task(.users, token: 2))
        #expect(bench.tables.count == 3, "who asks for the table compares it too")
    }

    @Test func aModuleThatKnowsNoneOfTheQuestionsIsOneWithoutASerialNumber() {
        var bench = FaceBench()
        bench.module.unknownCommands = [0x30, 0x93, 0x24]
        bench.input(.start)
        bench.run(for: .seconds(1))
        #expect(bench.identities == [ReaderIdentity(serial: "")])
        #expect(bench.tables == [])
        #expect(bench.module.runningVerify == 10)
    }

    /// Silence about one question takes no module out of service, and a lost answer makes no other module.
    @Test func aLostAnswerIsAskedForAgain() {
        var bench = FaceBench()
        bench.module.swallows = [0x93: 2]
        bench.input(.start)
        bench.run(for: .seconds(10))
        #expect(bench.identities == [Self.identity])
        #expect(bench.signals == [.link(.online(.none))])
        bench.module.swallows = [0x93: 3]
        bench.hear(bench.module.restart())
        bench.run(for: .seconds(10))
        #expect(bench.identities.last == ReaderIdentity(serial: "", firmware: "V1.3.7_T2"))
        bench.module.swallows = [0x93: 3, 0x30: 1, 0x24: 1]
        bench.hear(bench.module.restart())
        bench.run(for: .seconds(15))
        #expect(bench.identities.count == 2, "one that says nothing at all is gone, and no other one")
        #expect(bench.module.runningVerify == 10)
    }

    @Test func aTaskGoesBeforeTheRestOfTheQuestions() {
        var bench = FaceBench()
        bench.module.swallows = [0x30: 1]
        bench.input(.start)
        bench.input(.task(.delete(9), token: 1))
        #expect(bench.answers == [])
        bench.run(for: .seconds(3))
        #expect(bench.answers.map(\.answer) == [.refused(8)])
        #expect(bench.identities == [ReaderIdentity(serial: "EMULATED-1")])
    }

    @Test func whatADeviceSaysIsCutToPrintableCharacters() {
        let identity = ReaderIdentity(
            maker: "\u{1B}[2J", serial: String(repeating: "9", count: 500), firmware: "V1\u{0}雷")
        #expect(identity.maker == "[2J" && identity.serial.utf8.count == 64 && identity.firmware == "V1")
    }
}
