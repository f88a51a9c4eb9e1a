import GatehouseAdmin
import GatehouseConfiguration
import GatehouseCore
import GatehouseCrypto
import GatehouseSimulation
import GatehouseUplink
import Glibc
import Testing

@Suite("Alerts")
struct WebhookTests {
    static let secret = SecretKey(Array("key of the desk".utf8))

    static func delivery(_ id: UInt64) -> UplinkDelivery {
        UplinkDelivery(
            id: id, destination: "desk", kind: .forced, event: 41, key: "lotus/1/\(id)",
            created: CivilTime(milliseconds: 1_795_176_000_123),
            attempt: 1, fields: ["portal": "wicket"])
    }

    @Test func plainEventHasTheFieldsOfCloudEvents() {
        let text = String(decoding: CloudEvent.body(Self.delivery(3), site: "lotus"), as: UTF8.self)
        #expect(
            text
                == #"{"data":{"event":41,"portal":"wicket"},"datacontenttype":"application/json","id":"lotus/1/3","source":"/gatehouse/lotus","specversion":"1.0","subject":"wicket","time":"2026-11-20T12:00:00.123Z","type":"org.gatehouse.alert.forced.v1"}"#
        )
    }

    @Test func sealedEventTellsNeitherGateNorKind() {
        let body = CloudEvent.body(sealed: [0, 0, 0], key: "k", at: CivilTime(milliseconds: 0), site: "lotus")
        let text = String(decoding: body, as: UTF8.self)
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
