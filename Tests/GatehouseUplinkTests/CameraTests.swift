import GatehouseConfiguration
import GatehouseCore
import GatehouseSimulation
import GatehouseUplink
import Synchronization
import Testing

@Suite("Cameras")
struct CameraTests {
    static let picture = EmulatedPicture.jpeg(camera: "test", number: 1)

    func take(
        _ answer: EmulatedHTTPServer.Answer, authentication: EmulatedHTTPServer.Authentication = .none,
        user: String? = nil,
        password: String? = nil, allowsCleartext: Bool = false, maxBytes: Int = 100_000
    ) throws -> Result<[UInt8], CameraFailure> {
        let server = EmulatedHTTPServer(authentication: authentication) { _ in answer }
        let port = try server.start()
        defer { server.stop() }
        var settings = CameraSettings(id: "test", url: "http://127.0.0.1:\(port)/picture")
        settings.user = user
        settings.allowsCleartextPassword = allowsCleartext
        settings.maxBytes = maxBytes
        settings.timeout = .milliseconds(400)
        return HTTPStillCamera(settings, password: password).take()
    }

    @Test func pictureComesAsItIs() throws {
        #expect(try take(.init(type: "image/jpeg", body: Self.picture)) == .success(Self.picture))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var answer: EmulatedHTTPServer.Answer
        var reason: SnapshotFailure
        var testDescription: String { "status \(answer.status), \(answer.body.count) octets" }
    }

    @Test(arguments: [
        Case(answer: .init(body: []), reason: .empty), Case(answer: .init(status: 500), reason: .refused),
        Case(answer: .init(status: 302, headers: ["Location": "http://127.0.0.1/"]), reason: .redirected),
        Case(answer: .init(status: 404), reason: .noSuchPath), Case(answer: .init(status: 403), reason: .unauthorized),
        Case(answer: .init(status: 503), reason: .cameraBusy), Case(answer: .init(status: 429), reason: .cameraBusy),
        Case(answer: .init(body: Array("<html>log in</html>".utf8)), reason: .notAPicture),
        Case(answer: .init(body: Array(picture.dropLast(40))), reason: .truncated),
        Case(answer: .init(body: Array(picture.prefix(3))), reason: .truncated),
        Case(answer: .init(status: 500, body: [UInt8](repeating: 7, count: 200_000)), reason: .refused),
        Case(answer: .init(body: [UInt8](repeating: 7, count: 200_000)), reason: .tooLarge),
        Case(answer: .init(hangs: true), reason: .timeout),
    ])
    func everyFaultHasItsReason(one: Case) throws {
        let result = try take(one.answer)
        guard case .failure(let failure) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(failure.reason == one.reason)
    }

    @Test func cameraThatIsNotThereIsUnreachable() {
        var settings = CameraSettings(id: "test", url: "http://127.0.0.1:1/picture")
        settings.timeout = .milliseconds(300)
        #expect(HTTPStillCamera(settings, password: nil).take() == .failure(CameraFailure(reason: .unreachable)))
    }

    /// A camera that speaks plain http where https was asked for.
    @Test func brokenHandshakeHasItsOwnName() throws {
        let server = EmulatedHTTPServer { _ in .init(body: Self.picture) }
        let port = try server.start()
        defer { server.stop() }
        let settings = CameraSettings(id: "test", url: "https://127.0.0.1:\(port)/picture")
        #expect(HTTPStillCamera(settings, password: nil).take() == .failure(CameraFailure(reason: .tlsFailed)))
    }

    /// A camera that answers as it is told, and a clock that its answers and the pauses turn.
    private func take(
        within limit: Duration = .milliseconds(1500), each: Duration, _ answers: [Result<[UInt8], CameraFailure>]
    ) -> (result: Result<[UInt8], CameraFailure>, given: [Int64]) {
        var now = MonotonicTime(nanoseconds: 7_000_000_000)
        var (given, left) = ([Int64](), answers)
        let result = HTTPStillCamera.take(within: limit, clock: { now }, pause: { now = now + $0 }) { rest in
            given.append(rest.wholeMilliseconds)
            guard rest >= each else {
                now = now + rest
                return .failure(CameraFailure(reason: .timeout))
            }
            now = now + each
            return left.count > 1 ? left.removeFirst() : left[0]
        }
        return (result, given)
    }

    /// All tries share one budget: whoever waits for a picture waits once.
    @Test(
        arguments: [
            (20, [1500, 1380, 1160, 740]), (300, [1500, 1100, 600]), (1349, [1500, 51]), (1351, [1500]), (1500, [1500]),
        ] as [(Int64, [Int64])])
    func furtherTriesHaveWhatTheOnesBeforeLeft(each: Int64, limits: [Int64]) {
        let silent = Result<[UInt8], CameraFailure>.failure(CameraFailure(reason: .unreachable))
        let (result, given) = take(each: .milliseconds(each), [silent])
        #expect(given == limits)
        #expect(result == silent, "a last try that ran out of time does not hide why")
    }

    /// The time that the configuration gives is the bound, and all of it is used.
    @Test func triesLastAsLongAsTheirTime() {
        let silent = Result<[UInt8], CameraFailure>.failure(CameraFailure(reason: .unreachable))
        let (result, given) = take(within: .seconds(4), each: .milliseconds(1), [silent])
        #expect(result == silent && given == [4000, 3899, 3698, 3297, 2496, 1695, 894, 93])
        let late = Array(repeating: silent, count: 6) + [.success(Self.picture)]
        #expect(take(within: .seconds(4), each: .milliseconds(1), late).result == .success(Self.picture))
    }

    /// An error of the camera's own program is over a moment later; a page in the place of a picture too.
    @Test(arguments: [500, 502, 504, 200])
    func aPageOrAnErrorMayBeOverAtTheNextTry(status: UInt32) throws {
        let asked = Atomic<Int>(0)
        let server = EmulatedHTTPServer { _ in
            asked.wrappingAdd(1, ordering: .relaxed).newValue == 1
                ? .init(status: status, body: Array("<html>starting</html>".utf8)) : .init(body: Self.picture)
        }
        let port = try server.start()
        defer { server.stop() }
        let settings = CameraSettings(id: "test", url: "http://127.0.0.1:\(port)/picture")
        #expect(HTTPStillCamera(settings, password: nil).take() == .success(Self.picture))
    }

    /// A camera that writes a picture of its own meanwhile answers with 503, or with nothing, and a moment later as it should.
    @Test(arguments: [SnapshotFailure.cameraBusy, .empty, .truncated, .unreachable, .notAPicture])
    func aBusyCameraIsAskedAgain(_ reason: SnapshotFailure) {
        let busy = Result<[UInt8], CameraFailure>.failure(CameraFailure(reason: reason))
        let (result, given) = take(each: .milliseconds(15), [busy, busy, .success(Self.picture)])
        #expect(result == .success(Self.picture) && given.count == 3)
    }

    @Test func whatStaysIsNotAskedAgain() {
        let passing: [SnapshotFailure] = [.unreachable, .cameraBusy, .empty, .truncated, .notAPicture]
        for reason in SnapshotFailure.allCases where !passing.contains(reason) {
            let failure = Result<[UInt8], CameraFailure>.failure(CameraFailure(reason: reason))
            let (result, given) = take(each: .zero, [failure])
            #expect(given.count == 1 && result == failure)
        }
    }

    /// Line ends before it, as frames of a stream have them.
    @Test func lineEndsBeforeThePictureAreCut() throws {
        #expect(try take(.init(type: "image/jpeg", body: [13, 10] + Self.picture)) == .success(Self.picture))
        #expect(try take(.init(type: "image/jpeg", body: [13, 10, 13, 10] + Self.picture)) == .success(Self.picture))
    }

    /// Counts and line ends behind the picture, as cameras append them, are not part of it.
    @Test(arguments: [[0x64, 0x68, 0x61, 0x76, 0x59, 0x19, 0x01, 0x00], [13, 10], [0, 0, 0], [0xFF, 0xD9], [0xFF]])
    func whatFollowsThePictureIsCut(_ tail: [UInt8]) throws {
        #expect(try take(.init(type: "image/jpeg", body: Self.picture + tail)) == .success(Self.picture))
    }

    @Test(arguments: [false, true])
    func digestOpensAndAWrongPasswordDoesNot(isSHA256: Bool) throws {
        let authentication = EmulatedHTTPServer.Authentication.digest(
            user: "gate", password: "secret", isSHA256: isSHA256)
        let answer = EmulatedHTTPServer.Answer(body: Self.picture)
        #expect(
            try take(answer, authentication: authentication, user: "gate", password: "secret") == .success(Self.picture)
        )
        #expect(
            try take(answer, authentication: authentication, user: "gate", password: "wrong")
                == .failure(CameraFailure(reason: .unauthorized)))
    }

    /// A camera, or an impostor, that asks for basic alone over plain http does not get the password.
    @Test func passwordDoesNotTravelInClearUnlessAllowed() throws {
        let authentication = EmulatedHTTPServer.Authentication.basic(user: "gate", password: "secret")
        let answer = EmulatedHTTPServer.Answer(body: Self.picture)
        #expect(
            try take(answer, authentication: authentication, user: "gate", password: "secret")
                == .failure(CameraFailure(reason: .cleartextPassword)))
        #expect(
            try take(answer, authentication: authentication, user: "gate", password: "secret", allowsCleartext: true)
                == .success(Self.picture))
    }
}
