package import GatehouseCore
internal import GatehouseCrypto

/// What daemon and uplink say to one another, one JSON object a line, version 1. The uplink says hello, the daemon
/// welcome.
package enum UplinkMessage: Hashable, Sendable {
    // Daemon to uplink.
    /// The uplink is accepted. `run` names this run of the daemon, whose first entry has the number `first`;
    /// `pictures` is the public key that pictures are sealed to, nil where there is none.
    case welcome(version: String, run: String, first: UInt64, pictures: [UInt8]? = nil)
    /// This report of a picture is in the journal.
    case noted(report: UInt64)
    /// `moment` is that of the last bit, by the monotonic clock that both programs read.
    case capture(event: UInt64, camera: String, at: CivilTime, moment: MonotonicTime? = nil)
    case deliver(UplinkDelivery)
    /// The picture is to go; it is answered like one that expired.
    case erase(event: UInt64, camera: String)
    /// The picture lies in clear, and is to be sealed.
    case seal(event: UInt64, camera: String, path: String)
    /// The newest signed head of the journal, for the witnesses: a note (C2SP tlog-checkpoint).
    case checkpoint(note: String)
    /// That the journal of `new` entries begins with that of `old`, as it was asked for.
    case proof(old: UInt64, new: UInt64, hashes: [[UInt8]])
    /// The sealed head of the state, to be kept in place of the one before.
    case keep(head: [UInt8])
    /// Something of one size for the receiver of leads; a number that is nothing but the slot's.
    case slot(number: UInt64, envelope: [UInt8])
    // Uplink to daemon.
    /// What a receiver answered to it, as it came.
    case slotAnswered(number: UInt64, body: [UInt8])
    case hello(version: String)
    /// `stored`, `missing` or `expired`, under a number by which it is noted.
    case picture(SnapshotRow, report: UInt64)
    case delivered(id: UInt64, receipt: String)
    case failed(id: UInt64, reason: String, isFinal: Bool)
    /// What is kept of the head, said before anything is taken in its place; empty where nothing is.
    case kept(head: [UInt8])
    case prove(old: UInt64, new: UInt64)
    /// The line of a witness below the checkpoint of so many entries.
    case cosigned(witness: String, size: UInt64, line: String)
    case witness(String, WitnessStanding)
}

/// How a witness stands to the journal of this gate.
package enum WitnessStanding: Hashable, Sendable {
    case agrees
    /// It gave no answer that can be used. The status of its answer, where there was one.
    case away(status: Int?)
    /// It has seen another history: more entries than there are, or others.
    case disagrees(seen: UInt64?)
}

package struct UplinkDelivery: Hashable, Sendable {
    package var id: UInt64
    package var destination: String
    package var kind: AlertKind
    package var event: UInt64
    package var key: String
    package var created: CivilTime
    package var attempt: Int
    package var fields: [String: String]

    package init(
        id: UInt64, destination: String, kind: AlertKind, event: UInt64, key: String, created: CivilTime, attempt: Int,
        fields: [String: String]
    ) {
        self.id = id
        self.destination = destination
        self.kind = kind
        self.event = event
        self.key = key
        self.created = created
        self.attempt = attempt
        self.fields = fields
    }
}

extension UplinkMessage {
    package var line: String { json.line }

    private var json: JSON {
        switch self {
        case .capture(let event, let camera, let at, let moment):
            [
                "v": 1, "type": "capture", "event": .integer(Int64(event)), "camera": .string(camera),
                "at": .integer(at.milliseconds), "moment": moment.map { .integer($0.nanoseconds) } ?? .null,
            ]
        case .erase(let event, let camera):
            ["v": 1, "type": "erase", "event": .integer(Int64(event)), "camera": .string(camera)]
        case .deliver(let item):
            [
                "v": 1, "type": "deliver", "id": .integer(Int64(item.id)), "destination": .string(item.destination),
                "kind": .string(item.kind.rawValue), "event": .integer(Int64(item.event)), "key": .string(item.key),
                "created": .integer(item.created.milliseconds), "attempt": .integer(Int64(item.attempt)),
                "fields": .object(item.fields.mapValues { .string($0) }),
            ]
        case .hello(let version): ["v": 1, "type": "hello", "version": .string(version)]
        case .seal(let event, let camera, let path):
            [
                "v": 1, "type": "seal", "event": .integer(Int64(event)), "camera": .string(camera),
                "path": .string(path),
            ]
        case .welcome(let version, let run, let first, let key):
            [
                "v": 1, "type": "welcome", "version": .string(version), "run": .string(run),
                "first": .integer(Int64(first)), "pictures": key.map { .string(Base64.encode($0)) } ?? .null,
            ]
        case .noted(let report): ["v": 1, "type": "noted", "report": .integer(Int64(report))]
        case .picture(let row, let report): .object(Self.members(row, report: report))
        case .delivered(let id, let receipt):
            ["v": 1, "type": "delivered", "id": .integer(Int64(id)), "receipt": .string(receipt)]
        case .failed(let id, let reason, let isFinal):
            [
                "v": 1, "type": "failed", "id": .integer(Int64(id)), "reason": .string(reason),
                "final": .boolean(isFinal),
            ]
        case .slot(let number, let envelope):
            [
                "v": 1, "type": "slot", "number": .integer(Int64(clamping: number)),
                "envelope": .string(Base64.encode(envelope)),
            ]
        case .slotAnswered(let number, let body):
            [
                "v": 1, "type": "slotAnswered", "number": .integer(Int64(clamping: number)),
                "body": .string(Base64.encode(body)),
            ]
        case .checkpoint, .proof, .keep, .kept, .prove, .cosigned, .witness: evidence
        }
    }

    /// What is said about the journal itself.
    private var evidence: JSON {
        switch self {
        case .checkpoint(let note): ["v": 1, "type": "checkpoint", "note": .string(note)]
        case .proof(let old, let new, let hashes):
            [
                "v": 1, "type": "proof", "old": .integer(Int64(clamping: old)), "new": .integer(Int64(clamping: new)),
                "hashes": .array(hashes.map { .string(Base64.encode($0)) }),
            ]
        case .keep(let head): ["v": 1, "type": "keep", "head": .string(Base64.encode(head))]
        case .kept(let head): ["v": 1, "type": "kept", "head": .string(Base64.encode(head))]
        case .prove(let old, let new):
            [
                "v": 1, "type": "prove", "old": .integer(Int64(clamping: old)), "new": .integer(Int64(clamping: new)),
            ]
        case .cosigned(let witness, let size, let line):
            [
                "v": 1, "type": "cosigned", "witness": .string(witness), "size": .integer(Int64(clamping: size)),
                "line": .string(line),
            ]
        case .witness(let name, let standing):
            switch standing {
            case .agrees: ["v": 1, "type": "witness", "witness": .string(name), "standing": "agrees"]
            case .away(let status):
                [
                    "v": 1, "type": "witness", "witness": .string(name), "standing": "away",
                    "status": status.map { .integer(Int64($0)) } ?? .null,
                ]
            case .disagrees(let seen):
                [
                    "v": 1, "type": "witness", "witness": .string(name), "standing": "disagrees",
                    "seen": seen.map { .integer(Int64(clamping: $0)) } ?? .null,
                ]
            }
        default: .null
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
            let moment = json["moment"]?.integer.map { MonotonicTime(nanoseconds: $0) }
            self = .capture(event: event, camera: camera, at: CivilTime(milliseconds: at), moment: moment)
        case "erase":
            guard let event = count("event"), let camera else { return nil }
            self = .erase(event: event, camera: camera)
        case "seal":
            guard let event = count("event"), let camera, let path = json["path"]?.string else { return nil }
            self = .seal(event: event, camera: camera, path: path)
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
                    fields: fields.compactMapValues(\.string)))
        case "hello":
            guard let version = json["version"]?.string else { return nil }
            self = .hello(version: version)
        case "welcome":
            guard let version = json["version"]?.string, let run = json["run"]?.string, let first = count("first")
            else { return nil }
            let key = json["pictures"]?.string.flatMap { Base64.decode($0) }
            self = .welcome(version: version, run: run, first: first, pictures: key?.count == 32 ? key : nil)
        case "noted":
            guard let report = count("report") else { return nil }
            self = .noted(report: report)
        case "stored", "missing", "expired", "sealed":
            guard let event = count("event"), let camera, let report = count("report"),
                let result = Self.result(type, json)
            else { return nil }
            self = .picture(SnapshotRow(event: event, camera: CameraID(camera), result: result), report: report)
        case "delivered":
            guard let id = count("id"), let receipt = json["receipt"]?.string else { return nil }
            self = .delivered(id: id, receipt: String(receipt.prefix(256)))
        case "failed":
            guard let id = count("id"), let reason = json["reason"]?.string, let isFinal = json["final"]?.boolean
            else { return nil }
            self = .failed(id: id, reason: String(reason.prefix(256)), isFinal: isFinal)
        case "slot":
            guard let number = count("number"), let envelope = json["envelope"]?.string.flatMap({ Base64.decode($0) })
            else { return nil }
            self = .slot(number: number, envelope: envelope)
        case "slotAnswered":
            guard let number = count("number"), let body = json["body"]?.string.flatMap({ Base64.decode($0) })
            else { return nil }
            self = .slotAnswered(number: number, body: body)
        default: self.init(evidence: json, type: type)
        }
    }

    private init?(evidence json: JSON, type: String) {
        func count(_ name: String) -> UInt64? { json[name]?.integer.flatMap { UInt64(exactly: $0) } }
        func head() -> [UInt8]? { json["head"]?.string.flatMap { Base64.decode($0) } }
        switch type {
        case "checkpoint":
            guard let note = json["note"]?.string else { return nil }
            self = .checkpoint(note: note)
        case "proof":
            guard let old = count("old"), let new = count("new"),
                let hashes = json["hashes"]?.array?.compactMap({ $0.string.flatMap { Base64.decode($0) } }),
                hashes.count == json["hashes"]?.array?.count, hashes.allSatisfy({ $0.count == 32 })
            else { return nil }
            self = .proof(old: old, new: new, hashes: hashes)
        case "keep":
            guard let head = head() else { return nil }
            self = .keep(head: head)
        case "kept":
            guard let head = head() else { return nil }
            self = .kept(head: head)
        case "prove":
            guard let old = count("old"), let new = count("new") else { return nil }
            self = .prove(old: old, new: new)
        case "cosigned":
            guard let witness = json["witness"]?.string, let size = count("size"), let line = json["line"]?.string,
                line.utf8.count <= 4096
            else { return nil }
            self = .cosigned(witness: witness, size: size, line: line)
        case "witness":
            guard let witness = json["witness"]?.string, let standing = WitnessStanding(json) else { return nil }
            self = .witness(witness, standing)
        default: return nil
        }
    }

    private static func members(_ row: SnapshotRow, report: UInt64) -> [String: JSON] {
        var members: [String: JSON] = [
            "v": 1, "event": .integer(Int64(row.event)), "camera": .string(row.camera.name),
            "report": .integer(Int64(report)),
        ]
        switch row.result {
        case .stored(let path, let size, let digest, let file):
            members["type"] = "stored"
            members["path"] = .string(path)
            members["size"] = .integer(Int64(size))
            members["digest"] = .array(digest.map { .integer(Int64($0)) })
            members["file"] = file.map { .string(Base64.encode($0)) }
        case .sealed(let digests):
            members["type"] = "sealed"
            members["file"] = digests.map { .string(Base64.encode($0.file)) }
            members["picture"] = digests?.picture.map { .string(Base64.encode($0)) }
        case .missing(let failure):
            members["type"] = "missing"
            members["reason"] = .string(failure.rawValue)
        case .expired: members["type"] = "expired"
        }
        return members
    }

    private static func digest(_ json: JSON) -> [UInt8]? {
        json.string.flatMap { Base64.decode($0) }.flatMap { $0.count == 32 ? $0 : nil }
    }

    private static func result(_ type: String, _ json: JSON) -> SnapshotRow.Result? {
        switch type {
        case "stored":
            guard let path = json["path"]?.string, path.utf8.count <= 256,
                let size = json["size"]?.integer.flatMap(Int.init(exactly:)), size >= 0,
                let digest = json["digest"]?.array?.compactMap({ $0.integer.flatMap { UInt8(exactly: $0) } }),
                digest.count == 32
            else { return nil }
            let file = json["file"].map(Self.digest)
            guard file != .some(nil) else { return nil }
            return .stored(path: path, size: size, digest: digest, file: file ?? nil)
        case "sealed":
            guard let stated = json["file"] else { return .sealed(nil) }
            let picture = json["picture"].map(Self.digest)
            guard let file = Self.digest(stated), picture != .some(nil) else { return nil }
            return .sealed(SnapshotRow.SealedFileDigests(picture: picture ?? nil, file: file))
        case "missing": return json["reason"]?.string.flatMap(SnapshotFailure.init(rawValue:)).map { .missing($0) }
        case "expired": return .expired
        default: return nil
        }
    }
}

extension WitnessStanding {
    fileprivate init?(_ json: JSON) {
        switch json["standing"]?.string {
        case "agrees": self = .agrees
        case "away": self = .away(status: json["status"]?.integer.flatMap { Int(exactly: $0) })
        case "disagrees": self = .disagrees(seen: json["seen"]?.integer.flatMap { UInt64(exactly: $0) })
        default: return nil
        }
    }
}
