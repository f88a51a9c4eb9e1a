import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct FaceModuleTests {
    /// A bench with a VERIFY out.
    private func looking(_ settings: FaceModule.Settings = .init()) -> FaceBench {
        var bench = FaceBench(settings)
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        bench.forget()
        return bench
    }

    /// K20: 1,000,000 frames with a right check that nobody asked for: replies to other commands while a VERIFY is out, and
    /// matches late, repeated or out of nothing while none is. None becomes a face.
    @Test func whatNobodyAskedForIsNoFace() {
        var state: UInt64 = 20
        func random(_ bound: UInt64) -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: (state >> 33) % bound)
        }
        func match(_ command: UInt8, user: UInt8) -> [UInt8] {
            FaceFrame(
                id: FaceFrame.reply,
                data: [command, 0, 0, user] + [UInt8](repeating: 65, count: 32) + [0, FaceMatch.unlocked]
            )
            .octets
        }
        var asked = looking()
        for _ in 0..<5000 {
            var octets: [UInt8] = []
            for _ in 0..<100 {
                var command = random(256)
                if command == 0x12 { command = 0x13 }
                octets +=
                    random(4) == 0
                    ? FaceFrame(id: 2 + random(200), data: [0x12, 0, 0, 5] + [UInt8](repeating: 65, count: 34)).octets
                    : match(command, user: random(199) + 1)
            }
            asked.hear(octets)
        }
        #expect(!asked.signals.contains { if case .face = $0 { true } else { false } })

        var answered = looking()
        answered.hear(match(0x12, user: 5))
        #expect(answered.signals.contains(.face(userNumber: 5)), "the one answer to the one question")
        answered.forget()
        for _ in 0..<5000 {
            answered.hear((0..<100).flatMap { _ in match(0x12, user: random(199) + 1) })
        }
        #expect(!answered.signals.contains { if case .face = $0 { true } else { false } })
        #expect(answered.signals.contains(.unreadable(.unsolicited)))
    }

    @Test func theStartSwitchesDemoModeOffBeforeItLooks() {
        var bench = FaceBench(module: EmulatedFaceModule(isDemo: true))
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        #expect(bench.sent == [0xFE, 0x11, 0x30, 0x93, 0x24, 0x12])
        #expect(bench.signals == [.link(.online(.none))])
        #expect(!bench.module.isDemo)
        #expect(bench.module.runningVerify == 10)
    }

    @Test func aMatchIsAFaceAndTheNextQuestionFollowsAfterAPause() {
        var bench = looking()
        bench.present(.user(5, name: "zhang san"))
        #expect(bench.signals == [.face(userNumber: 5)])
        #expect(bench.sent == [])
        bench.run(for: .milliseconds(200))
        #expect(bench.sent == [0x12])
    }

    @Test(arguments: [
        ("m-ok", [ReaderSignal.face(userNumber: 5)]), ("m-demo", [.unreadable(.reserved)]),
        ("m-unk", [.faceRefused(.unknown)]), ("m-rej", [.faceRefused(.unknown)]), ("m-to", []),
        ("m-live", [.faceRefused(.liveness)]), ("m-noenc", [.link(.offline(.encryptionWanted))]), ("m-del", []),
        ("m-ids", []), ("m-enr-done", []), ("m-face-demo", []),
    ])
    func everyRecordedAnswerToAQuestionMeansThis(id: String, signals: [ReaderSignal]) throws {
        let row = try #require(recording("face-frames.tsv").first { $0.id == id })
        var bench = looking()
        bench.hear([UInt8](hex: row["frame"]))
        #expect(bench.signals == signals)
    }

    @Test(arguments: recording("face-frames.tsv"))
    func noRecordedFrameWithoutAQuestionIsAFace(row: Row) {
        var bench = looking()
        bench.present(.stranger)
        bench.forget()
        bench.hear([UInt8](hex: row["frame"]))
        let claims = row["meaning"].hasPrefix("VERIFY: user 5") || row["meaning"].hasPrefix("VERIFY in demo")
        let restarted: [ReaderSignal] =
            row.id == "m-ready" ? [.link(.offline(.restarted)), .link(.online(.none))] : []
        #expect(bench.signals == (claims ? [.unreadable(.unsolicited)] : restarted))
    }

    @Test func aReplyCountsOnce() {
        var bench = looking()
        let match = EmulatedFaceModule.match(user: 5, name: "", status: 200)
        bench.hear(match + match)
        #expect(bench.signals == [.face(userNumber: 5), .unreadable(.unsolicited)])
    }

    @Test func aReplyAfterItsTimeIsUnsolicited() {
        var bench = looking()
        bench.module.isDead = true
        bench.run(for: .seconds(15))
        #expect(bench.signals == [])
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        #expect(bench.signals == [.unreadable(.unsolicited)])
        #expect(bench.machine.counters.matches == 0)
    }

    /// The last moment that counts, the moment of the deadline, and later, though the clock's own turn has not come yet.
    @Test(arguments: [(-1 as Int64, true), (0, false), (1, false), (60_000, false)])
    func aMatchCountsBeforeItsDeadlineAlone(milliseconds: Int64, counts: Bool) throws {
        var machine = looking().machine
        let deadline = try #require(machine.nextDeadline).at
        let match = EmulatedFaceModule.match(user: 5, name: "", status: 200)
        let effects = machine.handle(.received(match), at: deadline + .milliseconds(milliseconds))
        #expect(effects.contains(.signal(.face(userNumber: 5))) == counts)
        #expect(effects.contains(.signal(.unreadable(.unsolicited))) == !counts)
    }

    @Test func everyUserAndStatusThatIsNotAMatchIsRefused() {
        for user in [UInt16(0), 32768, 65535] {
            var bench = looking()
            bench.hear(EmulatedFaceModule.match(user: user, name: "", status: 200))
            #expect(bench.signals == [.unreadable(.reserved)])
            #expect(bench.sent.first == 0xFE, "demo mode is switched off again")
        }
        for status in UInt8.min...UInt8.max where status != 200 {
            var bench = looking()
            bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: status))
            #expect(bench.signals == [status == 204 ? .faceRefused(.eyesClosed) : .unreadable(.malformed)])
        }
        for length in 0..<36 {
            var bench = looking()
            bench.hear(
                EmulatedFaceModule.reply(0x12, 0, [0, 5] + Array(repeating: 200, count: 34).prefix(max(0, length - 2))))
            if length > 2 { #expect(bench.signals == [.unreadable(.malformed)], "\(length) octets") }
        }
    }

    @Test func everyResultThatIsNotAMatchIsNoFace() {
        for result in UInt8(1)...UInt8.max {
            var bench = looking()
            bench.hear(EmulatedFaceModule.reply(0x12, result, Array(repeating: 200, count: 36)))
            #expect(!bench.signals.contains { if case .face = $0 { true } else { false } }, "result \(result)")
        }
    }

    @Test func theSameFaceWithinFourSecondsIsOnePresentation() {
        var bench = looking()
        for _ in 0..<5 {
            bench.present(.user(5, name: ""))
            bench.run(for: .seconds(3))
        }
        #expect(bench.signals.presentations == [.face(userNumber: 5)])
        #expect(bench.signals.last == .stays(.face(userNumber: 5), window: .seconds(4)))
        bench.present(.user(6, name: ""))
        bench.run(for: .seconds(5))
        bench.present(.user(5, name: ""))
        #expect(
            bench.signals.presentations == [.face(userNumber: 5), .face(userNumber: 6), .face(userNumber: 5)])
    }

    @Test func aStrangerWhoStaysIsReportedOnce() {
        var bench = looking()
        for _ in 0..<5 {
            bench.present(.stranger)
            bench.run(for: .seconds(1))
        }
        #expect(bench.signals == [.faceRefused(.unknown)])
    }

    @Test func readyMeansThatEverythingOutstandingIsLost() {
        var bench = looking()
        let ready = bench.module.restart()
        bench.hear(ready)
        #expect(bench.sent == [0xFE, 0x11, 0x30, 0x93, 0x24])
        #expect(bench.signals == [.link(.offline(.restarted)), .link(.online(.none))])
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        #expect(bench.signals.last == .unreadable(.unsolicited))
    }

    @Test func aQuestionOfSomebodyBeforeUsIsStoppedFirst() {
        var bench = FaceBench()
        _ = bench.module.receive(FaceCommand.verify(seconds: 60).frame.octets)
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        #expect(bench.sent == [0xFE, 0x11, 0x10, 0x11, 0x30, 0x93, 0x24, 0x12])
        #expect(bench.signals == [.link(.online(.none))])
    }

    @Test(arguments: [2, 3, 4] as [UInt8])
    func aModuleThatCannotWorkIsRefusedAndAskedAgain(status: UInt8) {
        var bench = FaceBench()
        bench.module.forcedStatus = status
        bench.input(.start)
        bench.run(for: .seconds(10))
        #expect(bench.signals == [.link(.offline(.refused))])
        #expect(!bench.sent.contains(0x12))
        bench.module.forcedStatus = nil
        bench.run(for: .seconds(3))
        #expect(bench.signals.last == .link(.online(.none)))
    }

    @Test func threeMissesAreALostLinkAndAnAnswerBringsItBack() {
        var bench = looking()
        bench.module.isDead = true
        bench.run(for: .seconds(60))
        #expect(bench.signals == [.link(.offline(.silent))])
        bench.module.isDead = false
        bench.run(for: .seconds(5))
        #expect(bench.signals == [.link(.offline(.silent)), .link(.online(.none))])
    }

    @Test func withAPresenceInputTheModuleLooksOnlyWhenSomebodyIsThere() {
        var settings = FaceModule.Settings()
        settings.verifiesOnPresence = true
        var bench = looking(settings)
        bench.run(for: .seconds(60))
        #expect(bench.sent == [0x11, 0x11, 0x11], "only the status, every 20 s")
        bench.forget()
        bench.input(.presence)
        #expect(bench.sent == [0x12])
        bench.present(.stranger)
        bench.run(for: .seconds(1))
        #expect(bench.sent == [0x12, 0x12], "a stranger may look again while somebody is there")
        bench.run(for: .seconds(8))
        bench.hear(bench.module.timeOut())
        bench.run(for: .seconds(5))
        #expect(bench.sent.count == 3)
        bench.hear(bench.module.timeOut())
        bench.run(for: .seconds(5))
        #expect(bench.sent.count == 3)
    }

    @Test func aLostPortStopsEverything() {
        var bench = looking()
        bench.input(.portLost)
        #expect(bench.signals == [.link(.offline(.portLost))])
        #expect(bench.machine.nextDeadline == nil)
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        #expect(bench.signals.count == 1)
        bench.input(.portOpened)
        #expect(bench.signals.last == .link(.online(.none)))
    }

    @Test func everyMessageHoweverCutGivesTheSameSignals() {
        let match = EmulatedFaceModule.match(user: 5, name: "zhang san", status: 200)
        for cut in 0...match.count {
            var bench = looking()
            bench.hear([0xEF] + Array(match[..<cut]))
            bench.hear(Array(match[cut...]))
            #expect(bench.signals == [.face(userNumber: 5)])
        }
    }

    @Test func aHalfFrameHidesTheNextOneForAMomentOnly() {
        var bench = looking()
        bench.hear([0xEF, 0xAA, 0x00, 0x08, 0x00])
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        #expect(bench.signals == [])
        bench.run(for: .milliseconds(100))
        #expect(bench.signals == [.face(userNumber: 5)])
    }

    /// Every state by every message: a face comes only out of the state in which a VERIFY is out.
    @Test func onlyAnOutstandingQuestionEverGivesAFace() {
        var random = SplitMix64(seed: 0x5EED_0007)
        let states: [(String, (inout FaceBench) -> Void, Bool)] = [
            ("closed", { _ in }, false),
            (
                "demo off",
                {
                    $0.module.isDead = true; $0.input(.start)
                }, false
            ),
            ("resting", { $0.input(.start) }, false),
            (
                "lost",
                {
                    $0.module.isDead = true; $0.input(.start); $0.run(for: .seconds(30))
                }, false
            ),
            (
                "looking",
                {
                    $0.input(.start); $0.run(for: .milliseconds(300))
                }, true
            ),
            (
                "port lost",
                {
                    $0.input(.start); $0.run(for: .milliseconds(300)); $0.input(.portLost)
                }, false
            ),
        ]
        for (name, arrange, mayMatch) in states {
            for command in UInt8.min...UInt8.max {
                var bench = FaceBench()
                arrange(&bench)
                bench.forget()
                var data = Array(repeating: UInt8(0), count: 36)
                data[1] = 5
                data[35] = 200
                bench.hear(EmulatedFaceModule.reply(command, 0, data))
                let matched = bench.signals.contains(.face(userNumber: 5))
                #expect(matched == (mayMatch && command == 0x12), "\(name), command \(command)")
            }
            guard !mayMatch else { continue }
            var bench = FaceBench()
            arrange(&bench)
            for _ in 0..<2000 {
                bench.hear(
                    EmulatedFaceModule.match(
                        user: UInt16.random(in: 1...32767, using: &random), name: "", status: 200))
            }
            #expect(bench.machine.counters.matches == 0, "\(name)")
        }
    }

    @Test func noiseNeverTrapsTheMachineNorOpens() {
        var random = SplitMix64(seed: 0x5EED_0008)
        var machine = FaceModule()
        var now = MonotonicTime.zero
        _ = machine.handle(.start, at: now)
        for _ in 0..<5000 {
            now = now + .milliseconds(Int.random(in: 0..<500, using: &random))
            let effects = machine.handle(
                .received(random.octets(100, favourites: [0xEF, 0xAA, 0x00, 0x02, 0x12])), at: now)
            #expect(!effects.contains { if case .signal(.face) = $0 { true } else { false } })
            _ = machine.handle(.time, at: max(now, machine.nextDeadline?.at ?? now))
        }
        #expect(machine.counters.questions == 0)
    }
}

@Suite struct FaceTaskTests {
    private func looking(users: [UInt16] = [1, 5]) -> FaceBench {
        var module = EmulatedFaceModule()
        module.users = users
        var bench = FaceBench(module: module)
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        bench.forget()
        return bench
    }

    @Test func aPersonIsEnrolledBetweenTwoSearches() {
        var bench = looking()
        bench.input(.task(.enrol(name: "R-1001", seconds: 10), token: 7))
        #expect(bench.answers == [.init(token: 7, answer: .enrolled(6))])
        // The search was stopped, and goes on afterwards.
        #expect(bench.sent == [0x10, 0x11, 0x1D])
        bench.run(for: .milliseconds(300))
        #expect(bench.sent == [0x10, 0x11, 0x1D, 0x12])
        bench.present(.user(6, name: "R-1001"))
        #expect(bench.signals == [.face(userNumber: 6)])
    }

    @Test func usersAreListedAndDeleted() {
        var bench = looking(users: [1, 5, 300])
        bench.input(.task(.users, token: 1))
        bench.input(.task(.delete(5), token: 2))
        bench.input(.task(.delete(5), token: 3))
        bench.input(.task(.users, token: 4))
        bench.input(.task(.serialNumber, token: 5))
        #expect(
            bench.answers.map(\.answer) == [
                .users([1, 5, 300]), .done, .refused(8), .users([1, 300]), .text("EMULATED-1"),
            ])
    }

    @Test func aSecondTaskIsBusyAndAModuleThatIsGoneIsLost() {
        var bench = looking()
        bench.module.isDead = true
        bench.input(.task(.users, token: 1))
        bench.input(.task(.users, token: 2))
        #expect(bench.answers == [.init(token: 2, answer: .busy)])
        bench.run(for: .seconds(5))
        #expect(bench.answers.last == .init(token: 1, answer: .lost))
        bench.input(.portLost)
        bench.input(.task(.users, token: 3))
        #expect(bench.answers.last == .init(token: 3, answer: .lost))
        #expect(bench.answers.count == 3)
    }

    @Test func aModuleThatRestartsInTheMidstAnswersLost() {
        var bench = looking()
        bench.module.isDead = true
        bench.input(.task(.enrol(name: "x", seconds: 30), token: 1))
        bench.module.isDead = false
        bench.hear(bench.module.restart())
        #expect(bench.answers == [.init(token: 1, answer: .lost)])
    }

    @Test func theReplyOfASearchThatWasStoppedIsNobodysAndOnlyOnce() {
        var bench = looking()
        bench.module.isDead = true
        bench.input(.task(.users, token: 1))
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        #expect(bench.signals == [])
        bench.hear(EmulatedFaceModule.match(user: 5, name: "", status: 200))
        #expect(bench.signals == [.unreadable(.unsolicited)])
    }

    @Test func theRecordedListOfUsersIsRead() throws {
        let row = try #require(recording("face-frames.tsv").first { $0.id == "m-ids" })
        var scanner = FaceFrameScanner()
        let frame = try #require(scanner.receive([UInt8](hex: row["frame"])).first)
        #expect(FaceAnswer(.users, result: 0, data: Array(frame.data.dropFirst(2))) == .users([1, 5, 300]))
        #expect(FaceAnswer(.users, result: 0, data: [2, 0, 1]) == .malformed)
        #expect(FaceAnswer(.enrol(name: "", seconds: 1), result: 0, data: [0xFF, 0xFF, 1]) == .malformed)
        // 300 users: the count overflows, the size does not.
        let many = (1...300).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        #expect(FaceAnswer(.users, result: 0, data: [44] + many) == .users((1...300).map { UInt16($0) }))
    }
}
