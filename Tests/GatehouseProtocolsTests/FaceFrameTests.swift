import Testing

@testable import GatehouseProtocols

@Suite struct FaceFrameTests {
    private func frame(_ id: String) -> FaceFrame? {
        let row = recording("face-frames.tsv").first { $0.id == id }
        var scanner = FaceFrameScanner()
        return scanner.receive([UInt8](hex: row?["frame"] ?? "")).first
    }

    @Test(arguments: recording("face-frames.tsv"))
    func everyRecordedFrameIsFoundHoweverItIsCutAndEncodesAgain(row: Row) throws {
        let octets = [UInt8](hex: row["frame"])
        expectEveryChunking(
            of: octets, gives: [row["frame"]], { FaceFrameScanner() }, { $0.receive($1).map(\.octets.hex) })
        for index in octets.indices.dropFirst(2) {
            var broken = octets
            broken[index] ^= 0x04
            var scanner = FaceFrameScanner()
            #expect(scanner.receive(broken).isEmpty, "octet \(index)")
        }
    }

    @Test(arguments: recording("face-streams.tsv"))
    func everyRecordedStreamGivesItsFrames(row: Row) {
        expectEveryChunking(
            of: [UInt8](hex: row["octets"]), gives: row["frames to deliver"].split(separator: " ").map(String.init),
            { FaceFrameScanner() }, { $0.receive($1).map(\.octets.hex) })
    }

    @Test func typedCommandsAreTheRecordedFrames() {
        let commands: [String: FaceCommand] = [
            "h-reset": .reset, "h-status": .status, "h-verify": .verify(seconds: 10),
            "h-enroll1": .enrolSingle(name: "zhang san", isAdmin: false, seconds: 10),
            "h-itg": .enrolInteractive(
                name: "李雷", isAdmin: false, direction: 1, allowsDuplicate: false, seconds: 15),
            "h-del": .deleteUser(5), "h-delall": .deleteAll, "h-info": .userInformation(5),
            "h-facereset": .forgetDirections, "h-ids": .allUsers, "h-version": .version,
            "h-demo-off": .demoMode(false), "h-initenc": .beginEncryption(seed: [0x11, 0x22, 0x33, 0x44], mode: 1),
        ]
        let recorded = recording("face-frames.tsv").filter { $0["dir"] == "H" }
        #expect(Set(recorded.map(\.id)) == Set(commands.keys))
        for row in recorded { #expect(commands[row.id]?.frame.octets.hex == row["frame"], "\(row.id)") }
    }

    @Test func anEnrolmentInDirectionsIsTheSingleOneUnderItsOwnNumber() {
        let single = FaceCommand.enrolSingle(name: "R-1", isAdmin: false, seconds: 10).frame
        let one = FaceCommand.enrol(name: "R-1", isAdmin: false, direction: 4, seconds: 10).frame
        #expect(one.id == 0x13 && one.data[33] == 4)
        #expect(one.data[..<33] == single.data[..<33] && one.data.count == 35 && one.data[34] == 10)
    }

    @Test func typedMessagesMeanWhatIsRecorded() {
        #expect(frame("m-ready").map(FaceMessage.init) == .ready)
        #expect(frame("m-err").map(FaceMessage.init) == .note(id: 2, data: []))
        #expect(frame("m-st-busy").map(FaceMessage.init) == .reply(command: 0x11, result: 0, data: [1]))
        #expect(frame("m-unk").map(FaceMessage.init) == .reply(command: 0x12, result: 8, data: []))
        guard case .faceState(let state)? = frame("m-face-demo").map(FaceMessage.init) else {
            Issue.record("no face state")
            return
        }
        #expect([state.left, state.top, state.right, state.bottom] == [82, 230, 290, 476])
        #expect([state.state, state.yaw, state.pitch, state.roll] == [0, -7, 10, 0])
        guard case .reply(_, _, let data)? = frame("m-ok").map(FaceMessage.init) else {
            Issue.record("no match")
            return
        }
        #expect(FaceMatch(data: data)?.user == 5)
        #expect(FaceMatch(data: data)?.status == 200)
        #expect(FaceMatch(data: Array(data.dropLast())) == nil)
    }

    @Test func aLongNameIsCutBetweenCharacters() {
        let frame = FaceCommand.enrolSingle(name: String(repeating: "雷", count: 20), isAdmin: true, seconds: 5).frame
        #expect(frame.data.count == 35)
        #expect(frame.data[1..<31].elementsEqual(String(repeating: "雷", count: 10).utf8))
        #expect(frame.data[31...32] == [0, 0])
    }

    @Test func aWrongParityHidesNoFrame() {
        expectEveryChunking(
            of: [UInt8](hex: "efaa000007efaa0100010000ff"), gives: [FaceFrame(id: 1, data: [0])],
            { FaceFrameScanner() }, { $0.receive($1) })
    }

    @Test func aFrameHiddenBehindAFalseStartIsFoundAfterSilence() {
        var scanner = FaceFrameScanner()
        #expect(scanner.receive([UInt8](hex: "efaa000800efaa0100010000")) == [])
        #expect(scanner.giveUp() == [.clear(FaceFrame(id: 1, data: [0]))])
    }

    @Test func noiseNeverTrapsTheScanner() {
        var random = SplitMix64(seed: 0x5EED_0006)
        var scanner = FaceFrameScanner()
        for _ in 0..<1000 {
            for frame in scanner.receive(random.octets(100, favourites: [0xEF, 0xAA, 0x00, 0x02])) {
                _ = FaceMessage(frame)
            }
            if Int.random(in: 0..<5, using: &random) == 0 { _ = scanner.giveUp() }
        }
        #expect(scanner.takeBadFrames() > 0)
    }
}
