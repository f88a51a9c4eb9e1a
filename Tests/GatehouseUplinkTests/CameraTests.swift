import GatehouseConfiguration
import GatehouseCore
import GatehouseSimulation
import GatehouseUplink
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
        Case(answer: .init(status: 302, headers: ["Location": "http://127.0.0.1/"]), reason: .refused),
        Case(answer: .init(body: Array("<html>log in</html>".utf8)), reason: .notAPicture),
        Case(answer: .init(body: Array(picture.dropLast(40))), reason: .truncated),
        Case(answer: .init(body: Array(picture.prefix(3))), reason: .truncated),
        Case(answer: .init(status: 500, body: [UInt8](repeating: 7, count: 200_000)), reason: .refused),
        Case(answer: .init(body: [UInt8](repeating: 7, count: 200_000)), reason: .tooLarge),
        Case(answer: .init(hangs: true), reason: .timeout),
    ])
    func everyFaultHasItsReason(one: Case) throws {
        #expect(try take(one.answer) == .failure(CameraFailure(reason: one.reason)))
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

    /// Both tries share one budget: whoever waits for a picture waits once.
    @Test(
        arguments: [
            (300, [1500, 1200]), (1449, [1500, 51]), (1451, [1500]), (1500, [1500]),
        ] as [(Int64, [Int64])])
    func secondTryHasWhatTheFirstLeft(firstTakes: Int64, limits: [Int64]) {
        var now = MonotonicTime(nanoseconds: 7_000_000_000)
        var given: [Int64] = []
        let result = HTTPStillCamera.take(within: .milliseconds(1500), clock: { now }) { limit in
            given.append(limit.wholeMilliseconds)
            now = now + .milliseconds(firstTakes)
            return .failure(CameraFailure(reason: .unreachable))
        }
        #expect(given == limits)
        #expect(result == .failure(CameraFailure(reason: .unreachable)))
    }

    @Test func onlySilenceIsTriedAgain() {
        for reason in SnapshotFailure.allCases where reason != .unreachable {
            var tries = 0
            let result = HTTPStillCamera.take(within: .seconds(1), clock: { .zero }) { _ in
                tries += 1
                return .failure(CameraFailure(reason: reason))
            }
            #expect(tries == 1 && result == .failure(CameraFailure(reason: reason)))
        }
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
                == .failure(CameraFailure(reason: .refused)))
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
