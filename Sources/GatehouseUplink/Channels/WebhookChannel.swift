package import GatehouseAdmin
package import GatehouseConfiguration
package import GatehouseCore
package import GatehouseCrypto

/// An alert as CloudEvents 1.0 in structured JSON. What leaves in a slot carries its envelope and nothing that tells which gate.
package enum CloudEvent {
    package static func body(sealed envelope: [UInt8], key: String, at time: CivilTime, site: String) -> [UInt8] {
        let event: [String: JSON] = [
            "specversion": "1.0", "id": .string(key), "source": .string("/gatehouse/\(site)"),
            "time": .string(Self.time(time)), "type": "org.gatehouse.sealed.v1",
            "datacontenttype": "application/pkcs7-mime", "data_base64": .string(Base64.encode(envelope)),
        ]
        return Array(JSON.object(event).line.utf8)
    }

    package static func body(_ item: UplinkDelivery, site: String) -> [UInt8] {
        var event: [String: JSON] = [
            "specversion": "1.0", "id": .string(item.key), "source": .string("/gatehouse/\(site)"),
            "time": .string(time(item.created)),
        ]
        event["type"] = .string("org.gatehouse.alert.\(item.kind.rawValue).v1")
        event["datacontenttype"] = "application/json"
        event["subject"] = item.fields["portal"].map { .string($0) }
        var data = item.fields.mapValues { JSON.string($0) }
        data["event"] = .integer(Int64(item.event))
        event["data"] = .object(data)
        return Array(JSON.object(event).line.utf8)
    }

    /// RFC 3339 with milliseconds, UTC.
    static func time(_ time: CivilTime) -> String {
        let day = Int32(clamping: time.seconds / 86400)
        let second = time.seconds - Int64(day) * 86400
        let date = CalendarDay.date(day)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let fraction = String(String(time.milliseconds - time.seconds * 1000 + 1000).dropFirst())
        return
            "\(date.year)-\(two(Int64(date.month)))-\(two(Int64(date.day)))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)).\(fraction)Z"
    }
}

/// Posts alerts to one HTTPS receiver, each signed with HMAC-SHA-256 and under its idempotency key.
package struct WebhookChannel: Sendable {
    package enum Outcome: Hashable, Sendable {
        case delivered(receipt: String)
        case failed(reason: String, isFinal: Bool)
    }

    private let settings: DestinationSettings
    private let secret: SecretKey
    private let site: String
    private let clientKeyFile: String?

    package init(_ settings: DestinationSettings, secret: SecretKey, clientKeyFile: String?, site: String) {
        self.settings = settings
        self.secret = secret
        self.clientKeyFile = clientKeyFile
        self.site = site
    }

    /// `t=SECONDS,v1=HEX`: HMAC-SHA-256 over `SECONDS.BODY`.
    package static func signature(_ body: [UInt8], at seconds: Int64, secret: SecretKey) -> String {
        let tag = Hash.hmac(Array("\(seconds).".utf8) + body, key: secret)
        return "t=\(seconds),v1=\(Hexadecimal.encode(tag))"
    }

    package func deliver(_ item: UplinkDelivery, now: CivilTime) -> Outcome {
        let body = CloudEvent.body(item, site: site)
        do throws(HTTPExchange.Failure) {
            let answer = try exchange(body, key: item.key, attempt: item.attempt, now: now).run()
            return Self.outcome(status: answer.status, receipt: answer.headers["x-receipt"])
        } catch {
            switch error {
            case .timeout: return .failed(reason: "timeout", isFinal: false)
            // A cut-off answer is no receipt, whatever its status: the alert comes again under the same key.
            case .unreachable(let detail), .broken(let detail), .tls(let detail), .truncated(let detail),
                .notHTTP(let detail):
                return .failed(reason: detail, isFinal: false)
            // The status alone says whether the receiver has it; a proxy's long error page is no receipt.
            case .tooLarge(let status): return Self.outcome(status: status, receipt: nil)
            }
        }
    }

    /// What the receiver answers to the message of a slot; nil where nothing came. Whether it was taken says the answer alone.
    package func deliver(sealed envelope: [UInt8], now: CivilTime) -> [UInt8]? {
        // Whoever sees it in transit learns from the key what they see anyway.
        let key = Hexadecimal.encode(Hash.sha256(envelope).prefix(16))
        let body = CloudEvent.body(sealed: envelope, key: key, at: now, site: site)
        guard let answer = try? exchange(body, key: key, attempt: 1, now: now).run(),
            (200..<300).contains(answer.status)
        else { return nil }
        return answer.body
    }

    private func exchange(_ body: [UInt8], key: String, attempt: Int, now: CivilTime) -> HTTPExchange {
        var exchange = HTTPExchange(url: settings.url, method: .post(body), timeout: settings.timeout, maxBytes: 65536)
        exchange.headers = [
            "Content-Type: application/cloudevents+json; charset=utf-8", "Idempotency-Key: \(key)",
            "X-Gatehouse-Signature: \(Self.signature(body, at: now.seconds, secret: secret))",
            "X-Gatehouse-Attempt: \(attempt)", "Expect:",
        ]
        exchange.caFile = settings.caFile
        exchange.clientCertificateFile = settings.clientCertificateFile
        exchange.clientKeyFile = clientKeyFile
        return exchange
    }

    /// A receiver that is set up wrongly must not lose alerts: only what says "this alert, never" is final.
    package static func outcome(status: Int, receipt: String?) -> Outcome {
        switch status {
        case 200..<300:
            .delivered(
                receipt: [String(status), receipt.map { String($0.prefix(64)) }].compactMap { $0 }.joined(
                    separator: " "))
        case 400, 409, 410, 413, 415, 422: .failed(reason: "status \(status)", isFinal: true)
        default: .failed(reason: "status \(status)", isFinal: false)
        }
    }
}
