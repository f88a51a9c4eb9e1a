import GatehouseAdmin
import GatehouseCore
import Glibc
import Testing

@Suite("Admin socket")
struct AdminTests {
    @Test(arguments: [
        ("garbage", "malformed"), ("[]", "malformed"), (#"{"v":2,"command":"status"}"#, "version"),
        (#"{"v":1}"#, "malformed"),
        (#"{"v":1,"command":"status","x":1}"#, "malformed"),
    ])
    func badLineIsRefusedByName(line: String, code: String) {
        guard case .refused(_, let found, _) = AdminRequest.parse(Array(line.utf8)) else {
            Issue.record("it was taken: \(line)")
            return
        }
        #expect(found == code)
    }

    @Test func lineThatNeverEndsIsCutOff() {
        var splitter = LineSplitter()
        #expect(splitter.take([UInt8](repeating: 65, count: LineSplitter.bound)) == [])
        #expect(splitter.take([65]) == nil)
    }

    @Test func anyChunkingGivesTheSameLines() {
        let text = Array("one\n\ntwo\nthree\n".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter()
            var lines: [[UInt8]] = []
            var start = 0
            while start < text.count {
                lines += splitter.take(text[start..<min(text.count, start + size)]) ?? []
                start += size
            }
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "two", "three"])
        }
    }

    @Test(
        arguments: [
            ("portal open", [.viewer], "notAllowed"), ("portal open", [.guard_], "argumentMissing"),
            ("no such", [.manager], "unknownCommand"),
            ("watchlist import", [.manager, .guard_, .installer], "notAllowed"),
        ] as [(String, Set<Role>, String)])
    func commandNeedsItsRoleAndItsArguments(command: String, roles: Set<Role>, code: String) {
        switch CommandTable.check(AdminRequest(id: 1, command: command), roles: roles) {
        case .success: Issue.record("it was taken")
        case .failure(let refusal): #expect(refusal.code == code)
        }
    }

    @Test func manualOpeningNeedsAReason() {
        var request = AdminRequest(id: 1, command: "portal open", arguments: ["portal": "lane"])
        guard case .failure(let refusal) = CommandTable.check(request, roles: [.guard_]) else {
            Issue.record("it was taken without a reason")
            return
        }
        #expect(refusal.code == "reasonMissing")
        request.reason = "parcel"
        #expect(throws: Never.self) { try CommandTable.check(request, roles: [.guard_]).get() }
    }

    @Test(arguments: [nil, "", " ", "\t \n", "\u{3000}\u{A0}"] as [String?])
    func blanksAreNoReason(reason: String?) {
        for entry in CommandTable.entries where entry.needsReason {
            var request = AdminRequest(id: 1, command: entry.name)
            for argument in entry.required { request.arguments[argument] = "x" }
            func refusal(_ reason: String?) -> String? {
                request.reason = reason
                guard case .failure(let refusal) = CommandTable.check(request, roles: Set(Role.allCases)) else {
                    return nil
                }
                return refusal.code
            }
            #expect(refusal(reason) == "reasonMissing", "\(entry.name)")
            #expect(refusal("because") == nil, "\(entry.name)")
        }
    }

    /// Ten thousand connections: each is served or told so, and the socket goes on.
    @Test func floodOfConnectionsIsRefusedCleanly() throws {
        let path = "/tmp/gatehouse-admin-\(getpid()).sock"
        let server = try LineServer(
            path: path, mode: 0o600,
            handlers: .init(admit: { _ in .success(()) }, line: { _, _, _ in }))
        server.start()
        defer { server.stop() }
        var kept: [Int32] = []
        for _ in 0..<LineServer.connectionLimit { kept.append(try LocalSocket.connect(path: path)) }
        for _ in 0..<10_000 {
            let descriptor = try LocalSocket.connect(path: path)
            var octets = [UInt8](repeating: 0, count: 512)
            let count = read(descriptor, &octets, octets.count)
            #expect(count > 0 && String(decoding: octets[0..<max(0, count)], as: UTF8.self).contains("busy"))
            close(descriptor)
        }
        for descriptor in kept { close(descriptor) }
    }
}

@Suite("Words")
struct WordTests {
    @Test func everyReasonForNoPictureHasWordsInBothLanguages() {
        for reason in DenialReason.allCases {
            let words = Language.allCases.map { Words.reason(reason.word, $0) }
            #expect(Set(words + [reason.word]).count == 3, "\(reason)")
        }
        for reason in SnapshotFailure.allCases {
            let words = Language.allCases.map { Words.reason(reason.rawValue, $0) }
            #expect(Set(words + [reason.rawValue]).count == 3, "\(reason)")
        }
    }

    @Test(
        arguments: [
            .welcome(version: "0.2.0", run: "00ff", first: 9), .noted(report: 7), .hello(version: "0.2.0"),
            .erase(event: 3, camera: "lane"),
            .capture(event: 1, camera: "lane", at: CivilTime(milliseconds: 5)),
            .picture(SnapshotRow(event: 2, camera: "lane", result: .missing(.tlsFailed)), report: 1),
            .picture(SnapshotRow(event: 2, camera: "lane", result: .expired), report: 2),
            .picture(
                SnapshotRow(
                    event: 2, camera: "lane",
                    result: .stored(
                        path: "2026/11/20/2-lane-aa.jpg", size: 9, digest: [UInt8](repeating: 255, count: 32))),
                report: 3), .delivered(id: 4, receipt: "200"), .failed(id: 5, reason: "timeout", isFinal: false),
        ] as [UplinkMessage])
    func wordsBetweenDaemonAndUplinkComeBackAsTheyWere(message: UplinkMessage) {
        #expect(UplinkMessage(line: Array(message.line.utf8)) == message)
    }
}
