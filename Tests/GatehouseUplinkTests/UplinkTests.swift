import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import GatehouseUplink
import Glibc
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

    struct Case: Sendable {
        var answer: EmulatedHTTPServer.Answer
        var reason: SnapshotFailure
    }

    @Test(arguments: [
        Case(answer: .init(body: []), reason: .empty), Case(answer: .init(status: 500), reason: .refused),
        Case(answer: .init(status: 302, headers: ["Location": "http://127.0.0.1/"]), reason: .refused),
        Case(answer: .init(body: Array("<html>log in</html>".utf8)), reason: .notAPicture),
        Case(answer: .init(body: Array(picture.dropLast(40))), reason: .notAPicture),
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

    @Test func digestOpensAndAWrongPasswordDoesNot() throws {
        let authentication = EmulatedHTTPServer.Authentication.digest(user: "gate", password: "secret")
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

@Suite("Pictures on disk")
struct SnapshotFolderTests {
    final class Place {
        let path: String
        init() {
            var template = Array("/tmp/gatehouse-pictures-XXXXXX".utf8CString)
            path = String(cString: mkdtemp(&template))
        }
        deinit {
            let removal = popen("rm -rf '\(path)'", "r")
            if let removal { pclose(removal) }
        }
    }
    let day = CivilTime(seconds: 1_795_176_000)

    @Test func pictureIsStoredWholeUnderItsDay() throws {
        let place = Place()
        let folder = SnapshotFolder(root: place.path, maxBytes: 1000, keep: .seconds(30 * 86400), reserve: 0)
        let stored = try folder.store([1, 2, 3], event: 7, camera: "lane-1", at: day).result.get()
        #expect(stored.path.hasPrefix("2026/11/20/7-lane-1-"))
        #expect(stored.digest == Hash.sha256([1, 2, 3]))
        var status = stat()
        #expect(stat("\(place.path)/\(stored.path)", &status) == 0 && status.st_size == 3)
    }

    @Test func oldestGoFirstAndEachIsReported() throws {
        let place = Place()
        let folder = SnapshotFolder(root: place.path, maxBytes: 250, keep: .seconds(30 * 86400), reserve: 0)
        for event in 1...2 as ClosedRange<UInt64> {
            #expect(folder.store([UInt8](repeating: 1, count: 100), event: event, camera: "c", at: day).expired.isEmpty)
        }
        let third = folder.store([UInt8](repeating: 1, count: 100), event: 3, camera: "c", at: day)
        #expect(third.expired == [SnapshotFolder.Expired(event: 1, camera: "c")])
        let old = folder.store([1], event: 4, camera: "c", at: day + .seconds(40 * 86400))
        #expect(old.expired.map(\.event) == [2, 3])
        #expect(folder.count == 1)
    }

    @Test func pictureLargerThanTheBudgetIsRefusedAndTheDiskKeepsItsReserve() {
        let place = Place()
        let folder = SnapshotFolder(root: place.path, maxBytes: 10, keep: .seconds(86400), reserve: 0)
        #expect(
            folder.store([UInt8](repeating: 1, count: 11), event: 1, camera: "c", at: day).result
                == .failure(CameraFailure(reason: .diskFull)))
        let tight = SnapshotFolder(root: place.path, maxBytes: 1000, keep: .seconds(86400), reserve: .max / 2)
        #expect(tight.store([1], event: 1, camera: "c", at: day).result == .failure(CameraFailure(reason: .diskFull)))
    }

    @Test func whatIsThereIsFoundAgainAndHalfWrittenFilesGo() throws {
        let place = Place()
        var folder = SnapshotFolder(root: place.path, maxBytes: 1000, keep: .seconds(30 * 86400), reserve: 0)
        let stored = try folder.store([1, 2], event: 9, camera: "c", at: day).result.get()
        let half = "\(place.path)/2026/11/20/10-c-aa.jpg.part"
        close(creat(half, 0o600))
        folder = SnapshotFolder(root: place.path, maxBytes: 1000, keep: .seconds(30 * 86400), reserve: 0)
        #expect(folder.count == 1 && folder.octets == 2)
        #expect(access(half, F_OK) != 0 && access("\(place.path)/\(stored.path)", F_OK) == 0)
    }
}

@Suite("Alerts")
struct WebhookTests {
    static let secret = SecretKey(Array("key of the desk".utf8))

    static func delivery(_ id: UInt64, envelope: String? = nil) -> UplinkDelivery {
        UplinkDelivery(
            id: id, destination: "desk", kind: .forced, event: 41, key: "lotus/1/\(id)",
            created: CivilTime(milliseconds: 1_795_176_000_123),
            attempt: 1, fields: envelope == nil ? ["portal": "wicket"] : [:], envelope: envelope)
    }

    @Test func plainEventHasTheFieldsOfCloudEvents() {
        let text = String(decoding: CloudEvent.body(Self.delivery(3), site: "lotus"), as: UTF8.self)
        #expect(
            text
                == #"{"data":{"event":41,"portal":"wicket"},"datacontenttype":"application/json","id":"lotus/1/3","source":"/gatehouse/lotus","specversion":"1.0","subject":"wicket","time":"2026-11-20T12:00:00.123Z","type":"org.gatehouse.alert.forced.v1"}"#
        )
    }

    @Test func sealedEventTellsNeitherGateNorKind() {
        let text = String(decoding: CloudEvent.body(Self.delivery(3, envelope: "AAAA"), site: "lotus"), as: UTF8.self)
        #expect(!text.contains("wicket") && !text.contains("forced") && !text.contains("41"))
        #expect(text.contains(#""data_base64":"AAAA""#))
    }

    /// Computed with Python's hmac: hmac.new(b'key of the desk', b'1795176000.{}', 'sha256').
    @Test func signatureIsTheOneThatAnyReceiverComputes() throws {
        let made = WebhookChannel.signature(Array("{}".utf8), at: 1_795_176_000, secret: Self.secret)
        let script = "import hmac;print(hmac.new(b'key of the desk',b'1795176000.{}','sha256').hexdigest())"
        let pipe = try #require(popen("python3 -c \"\(script)\"", "r"))
        defer { pclose(pipe) }
        var line = [CChar](repeating: 0, count: 128)
        #expect(fgets(&line, 128, pipe) != nil)
        let hex = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #expect(made == "t=1795176000,v1=\(hex)")
    }

    @Test(arguments: [
        (200, true, false), (204, true, false), (500, false, false), (404, false, false), (401, false, false),
        (302, false, false), (400, false, true), (410, false, true),
    ])
    func whatAStatusMeans(status: Int, isDelivered: Bool, isFinal: Bool) {
        switch WebhookChannel.outcome(status: status, receipt: nil) {
        case .delivered: #expect(isDelivered)
        case .failed(_, let found): #expect(!isDelivered && found == isFinal)
        }
    }

    /// A proxy's long error page is no receipt, and a long answer to a good status is one.
    @Test(arguments: [(500 as UInt32, false), (401, false), (200, true)])
    func lengthOfTheAnswerSaysNothing(status: UInt32, isDelivered: Bool) throws {
        let server = EmulatedHTTPServer { _ in .init(status: status, body: [UInt8](repeating: 65, count: 200_000)) }
        let port = try server.start()
        defer { server.stop() }
        let settings = DestinationSettings(id: "desk", url: "http://127.0.0.1:\(port)/", secretFile: "")
        let channel = WebhookChannel(settings, secret: Self.secret, clientKeyFile: nil, site: "lotus")
        switch channel.deliver(Self.delivery(1), now: CivilTime(seconds: 1)) {
        case .delivered: #expect(isDelivered)
        case .failed(_, let isFinal): #expect(!isDelivered && !isFinal)
        }
    }
}
