import GatehouseCore
import GatehouseSimulation
import Testing

@testable import GatehouseProtocols

@Suite struct FaceEnrolmentTests {
    private func looking(_ arrange: (inout EmulatedFaceModule) -> Void = { _ in }) -> FaceBench {
        var module = EmulatedFaceModule()
        module.users = [1, 5]
        arrange(&module)
        var bench = FaceBench(module: module)
        bench.input(.start)
        bench.run(for: .milliseconds(300))
        bench.forget()
        return bench
    }

    private let five = FaceTask.enrol(name: "R-1", seconds: 10, poses: .five)

    @Test func fiveDirectionsAreAskedForOneAfterAnother() {
        var bench = looking()
        bench.input(.task(five, token: 7))
        #expect(bench.answers == [.init(token: 7, answer: .enrolled(6))])
        #expect(bench.progress == FaceDirection.inOrder.map { .direction($0) })
        #expect(bench.sent == [0x10, 0x11, 0x23, 0x13, 0x13, 0x13, 0x13, 0x13])
        #expect(bench.module.users == [1, 5, 6])
        bench.run(for: .milliseconds(300))
        #expect(bench.sent.last == 0x12, "it looks for faces again")
    }

    @Test func whatTheModuleSeesIsToldOnceInWords() {
        var bench = looking { $0.sights = [1, 1, 6, 0, 99] }
        bench.input(.task(five, token: 7))
        #expect(bench.progress.prefix(4) == [.direction(.middle), .hint(.noFace), .hint(.tooFar), .hint(.good)])
        #expect(bench.progress.count == 20)
        #expect(Set(FaceHint.allCases.map(\.sentence)).count == 15)
        #expect(Set(FaceDirection.allCases.map(\.sentence)).count == 5)
        var idle = looking()
        idle.hear(EmulatedFaceModule.sight(6))
        #expect(idle.progress == [], "nobody is enrolled")
    }

    @Test func directionsOfSomebodyBeforeAreForgotten() {
        var bench = looking { _ in }
        _ = bench.module.receive(FaceCommand.enrol(name: "x", isAdmin: false, direction: 0x1E, seconds: 1).frame.octets)
        #expect(bench.module.directions == 0x1E)
        bench.input(.task(five, token: 1))
        #expect(bench.progress.count == 5)
        #expect(bench.answers.map(\.answer) == [.enrolled(6)])
    }

    @Test func aDirectionThatNobodyTurnsToEndsItAndNothingStays() {
        var bench = looking { $0.candidate = false }
        bench.input(.task(five, token: 1))
        #expect(bench.answers == [.init(token: 1, answer: .refused(13))])
        #expect(bench.sent == [0x10, 0x11, 0x23, 0x13, 0x10, 0x11, 0x23], "RESET, idle, FACERESET")
        bench.run(for: .milliseconds(300))
        #expect(bench.sent.last == 0x12)
    }

    /// A bench whose module has taken one direction and waits for the second.
    private func halfWay() -> FaceBench {
        var bench = looking()
        bench.module.isDead = true
        bench.input(.task(five, token: 1))
        bench.hear(EmulatedFaceModule.reply(0x10, 0))
        bench.hear(EmulatedFaceModule.reply(0x11, 0, [0]))
        bench.hear(EmulatedFaceModule.reply(0x23, 0))
        bench.hear(EmulatedFaceModule.reply(0x13, 0, [0xFF, 0xFF, 1]))
        bench.forget()
        return bench
    }

    @Test func aResetStopsAnEnrolment() {
        var bench = halfWay()
        #expect(bench.progress == [.direction(.middle), .direction(.right)])
        bench.module.isDead = false
        bench.input(.task(.reset, token: 2))
        #expect(bench.answers == [.init(token: 1, answer: .cancelled), .init(token: 2, answer: .done)])
        #expect(bench.sent == [0x10, 0x23])
        // The module may still answer what was stopped.
        bench.hear(EmulatedFaceModule.reply(0x13, 2))
        #expect(bench.answers.count == 2 && bench.signals == [])
        bench.run(for: .milliseconds(300))
        #expect(bench.sent.last == 0x12)
    }

    @Test func anythingElseWhileSomebodyIsEnrolledIsBusy() {
        var bench = halfWay()
        bench.input(.task(.users, token: 2))
        bench.input(.task(five, token: 3))
        #expect(bench.answers.map(\.answer) == [.busy, .busy])
    }

    @Test func eachDirectionHasItsOwnTime() {
        var bench = halfWay()
        bench.run(for: .seconds(14))
        #expect(bench.answers == [])
        bench.hear(EmulatedFaceModule.reply(0x13, 0, [0xFF, 0xFF, 3]))
        bench.run(for: .seconds(14))
        #expect(bench.answers == [] && bench.progress.last == .direction(.left))
        bench.run(for: .seconds(2))
        #expect(bench.answers.map(\.answer) == [.lost])
        // When it is heard again, it forgets what it has of the face.
        bench.module.isDead = false
        bench.run(for: .seconds(20))
        #expect(bench.sent.contains(0x23))
        #expect(bench.sent.last == 0x12)
    }

    @Test(
        arguments: [
            ([], FaceAnswer.malformed), ([0, 0, 3], .malformed), ([0x80, 0, 3], .malformed), ([0, 6, 3], .malformed),
            ([0, 6, 0x1F], .enrolled(6)),
        ] as [([UInt8], FaceAnswer)])
    func aNumberBeforeTheLastDirectionCountsOnlyWhenAllWereTaken(data: [UInt8], answer: FaceAnswer) {
        var bench = halfWay()
        bench.hear(EmulatedFaceModule.reply(0x13, 0, data))
        #expect(bench.answers.map(\.answer) == [answer])
    }

    @Test func aLastDirectionWithoutANumberIsNobody() {
        var bench = halfWay()
        for taken in [3, 7, 15, 31] as [UInt8] { bench.hear(EmulatedFaceModule.reply(0x13, 0, [0xFF, 0xFF, taken])) }
        #expect(bench.answers.map(\.answer) == [.malformed])
    }

    @Test func aModuleThatRestartsInTheMidstAnswersLost() {
        var bench = halfWay()
        bench.module.isDead = false
        bench.hear(bench.module.restart())
        #expect(bench.answers.map(\.answer) == [.lost])
        bench.run(for: .milliseconds(300))
        #expect(bench.sent.last == 0x12)
    }
}
