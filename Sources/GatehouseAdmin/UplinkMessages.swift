package import GatehouseCore

/// What daemon and uplink say to one another, one JSON object a line, version 1. The daemon speaks first.
package enum UplinkMessage: Hashable, Sendable {
    // Daemon to uplink.
    case capture(event: UInt64, camera: String, at: CivilTime)
    case deliver(UplinkDelivery)
    // Uplink to daemon.
    case hello(version: String)
    case stored(event: UInt64, camera: String, path: String, size: Int, digest: [UInt8])
    case missing(event: UInt64, camera: String, SnapshotFailure)
    case expired(event: UInt64, camera: String)
    case delivered(id: UInt64, receipt: String)
    case failed(id: UInt64, reason: String, isFinal: Bool)
}

package struct UplinkDelivery: Hashable, Sendable {
    package var id: UInt64
    package var destination: String
    package var kind: AlertKind
    package var event: UInt64
    package var key: String
    package var created: CivilTime
    package var attempt: Int
    /// Plain fields, or the sealed envelope in base64.
    package var fields: [String: String]
    package var envelope: String?

    package init(
        id: UInt64, destination: String, kind: AlertKind, event: UInt64, key: String, created: CivilTime, attempt: Int,
        fields: [String: String], envelope: String?
    ) {
        self.id = id
        self.destination = destination
        self.kind = kind
        self.event = event
        self.key = key
        self.created = created
        self.attempt = attempt
        self.fields = fields
        self.envelope = envelope
    }
}

extension UplinkMessage {
    package var line: String { json.line }

    private var json: JSON {
        switch self {
        case .capture(let event, let camera, let at):
            [
                "v": 1, "type": "capture", "event": .integer(Int64(event)), "camera": .string(camera),
                "at": .integer(at.milliseconds),
            ]
        case .deliver(let item):
            [
                "v": 1, "type": "deliver", "id": .integer(Int64(item.id)), "destination": .string(item.destination),
                "kind": .string(item.kind.rawValue), "event": .integer(Int64(item.event)), "key": .string(item.key),
                "created": .integer(item.created.milliseconds), "attempt": .integer(Int64(item.attempt)),
                "fields": .object(item.fields.mapValues { .string($0) }),
                "envelope": item.envelope.map { .string($0) } ?? .null,
            ]
        case .hello(let version): ["v": 1, "type": "hello", "version": .string(version)]
        case .stored(let event, let camera, let path, let size, let digest):
            [
                "v": 1, "type": "stored", "event": .integer(Int64(event)), "camera": .string(camera),
                "path": .string(path), "size": .integer(Int64(size)),
                "digest": .array(digest.map { .integer(Int64($0)) }),
            ]
        case .missing(let event, let camera, let failure):
            [
                "v": 1, "type": "missing", "event": .integer(Int64(event)), "camera": .string(camera),
                "reason": .string(failure.rawValue),
            ]
        case .expired(let event, let camera):
            ["v": 1, "type": "expired", "event": .integer(Int64(event)), "camera": .string(camera)]
        case .delivered(let id, let receipt):
            ["v": 1, "type": "delivered", "id": .integer(Int64(id)), "receipt": .string(receipt)]
        case .failed(let id, let reason, let isFinal):
            [
                "v": 1, "type": "failed", "id": .integer(Int64(id)), "reason": .string(reason),
                "final": .boolean(isFinal),
            ]
        }
    }

    /// Nil for anything that is no message of this version.
    package init?(line: some Collection<UInt8>) {
        guard let json = JSON(line: line), json["v"]?.integer == 1, let type = json["type"]?.string else { return nil }
        func count(_ name: String) -> UInt64? { json[name]?.integer.flatMap { UInt64(exactly: $0) } }
        let camera = json["camera"]?.string
        switch type {
        case "capture":
            guard let event = count("event"), let camera, let at = json["at"]?.integer else { return nil }
            self = .capture(event: event, camera: camera, at: CivilTime(milliseconds: at))
        case "deliver":
            guard let id = count("id"), let destination = json["destination"]?.string,
                let kind = json["kind"]?.string.flatMap(AlertKind.init(rawValue:)), let event = count("event"),
                let key = json["key"]?.string, let created = json["created"]?.integer,
                let attempt = count("attempt"), let fields = json["fields"]?.object
            else { return nil }
            self = .deliver(
                UplinkDelivery(
                    id: id, destination: destination, kind: kind, event: event, key: key,
                    created: CivilTime(milliseconds: created), attempt: Int(attempt),
                    fields: fields.compactMapValues(\.string), envelope: json["envelope"]?.string))
        case "hello":
            guard let version = json["version"]?.string else { return nil }
            self = .hello(version: version)
        case "stored":
            guard let event = count("event"), let camera, let path = json["path"]?.string, let size = count("size"),
                let digest = json["digest"]?.array?.compactMap({ $0.integer.flatMap { UInt8(exactly: $0) } }),
                digest.count == 32, path.utf8.count <= 256
            else { return nil }
            self = .stored(event: event, camera: camera, path: path, size: Int(size), digest: digest)
        case "missing":
            guard let event = count("event"), let camera,
                let failure = json["reason"]?.string.flatMap(SnapshotFailure.init(rawValue:))
            else { return nil }
            self = .missing(event: event, camera: camera, failure)
        case "expired":
            guard let event = count("event"), let camera else { return nil }
            self = .expired(event: event, camera: camera)
        case "delivered":
            guard let id = count("id"), let receipt = json["receipt"]?.string else { return nil }
            self = .delivered(id: id, receipt: String(receipt.prefix(256)))
        case "failed":
            guard let id = count("id"), let reason = json["reason"]?.string, let isFinal = json["final"]?.boolean
            else { return nil }
            self = .failed(id: id, reason: String(reason.prefix(256)), isFinal: isFinal)
        default: return nil
        }
    }
}
