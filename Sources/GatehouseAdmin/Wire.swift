/// The local protocol: one JSON object a line over a unix socket, version 1.
///
///     -> {"v":1,"id":7,"command":"portal open","arguments":{"portal":"north"},"reason":"delivery"}
///     <- {"id":7,"item":{…}}            any number of these, for commands that list or follow
///     <- {"id":7,"ok":true,"result":{…}}
///     <- {"id":7,"ok":false,"error":{"code":"unknownPortal","message":"…"}}
package struct AdminRequest: Hashable, Sendable {
    package var id: Int64
    package var command: String
    package var arguments: [String: JSON]
    package var reason: String?
    /// The signed-in person for whom a console acts.
    package var onBehalfOf: String?

    package init(
        id: Int64, command: String, arguments: [String: JSON] = [:], reason: String? = nil, onBehalfOf: String? = nil
    ) {
        self.id = id
        self.command = command
        self.arguments = arguments
        self.reason = reason
        self.onBehalfOf = onBehalfOf
    }

    package var line: String {
        var object: [String: JSON] = ["v": 1, "id": .integer(id), "command": .string(command)]
        if !arguments.isEmpty { object["arguments"] = .object(arguments) }
        if let reason { object["reason"] = .string(reason) }
        if let onBehalfOf { object["as"] = .string(onBehalfOf) }
        return JSON.object(object).line
    }

    package enum Parsed: Hashable, Sendable {
        case request(AdminRequest)
        case refused(id: Int64, code: String, message: String)
    }

    package static func parse(_ line: some Collection<UInt8>) -> Parsed {
        guard let object = JSON(line: line)?.object else {
            return .refused(id: 0, code: "malformed", message: "a line must be one JSON object; see docs/protocols.md")
        }
        let id = object["id"]?.integer ?? 0
        guard object["v"]?.integer == 1 else {
            return .refused(id: id, code: "version", message: "the protocol version must be \"v\":1")
        }
        guard let command = object["command"]?.string else {
            return .refused(id: id, code: "malformed", message: "\"command\" is missing")
        }
        let known: Set = ["v", "id", "command", "arguments", "reason", "as"]
        if let unknown = object.keys.filter({ !known.contains($0) }).min() {
            return .refused(id: id, code: "malformed", message: "unknown member \"\(unknown)\"")
        }
        return .request(
            AdminRequest(
                id: id, command: command, arguments: object["arguments"]?.object ?? [:],
                reason: object["reason"]?.string, onBehalfOf: object["as"]?.string))
    }
}

package enum AdminReply: Hashable, Sendable {
    case item(JSON)
    case done(JSON)
    case refused(code: String, message: String)

    package func line(id: Int64) -> String {
        switch self {
        case .item(let item): JSON.object(["id": .integer(id), "item": item]).line
        case .done(let result): JSON.object(["id": .integer(id), "ok": true, "result": result]).line
        case .refused(let code, let message):
            JSON.object([
                "id": .integer(id), "ok": false, "error": ["code": .string(code), "message": .string(message)],
            ]).line
        }
    }

    package init?(line: some Collection<UInt8>) {
        guard let object = JSON(line: line)?.object else { return nil }
        if let item = object["item"] {
            self = .item(item)
        } else if object["ok"]?.boolean == true {
            self = .done(object["result"] ?? .null)
        } else if let error = object["error"], let code = error["code"]?.string {
            self = .refused(code: code, message: error["message"]?.string ?? "")
        } else {
            return nil
        }
    }
}

/// Cuts a stream into lines. A line over the bound is an error for which the connection is closed.
package struct LineSplitter: Sendable {
    /// Octets of a line, the line feed not counted.
    package static let bound = 1 << 20

    private var buffer: [UInt8] = []
    private var searched = 0

    package init() {}

    package var hasPartialLine: Bool { !buffer.isEmpty }

    /// The complete lines; nil when the bound is passed.
    package mutating func take(_ octets: some Sequence<UInt8>) -> [[UInt8]]? {
        buffer += octets
        var lines: [[UInt8]] = []
        var start = 0
        var index = searched
        while index < buffer.count {
            if buffer[index] == 10 {
                let line = buffer[start..<index]
                if line.count > Self.bound { return nil }
                if !line.isEmpty { lines.append(Array(line)) }
                start = index + 1
            }
            index += 1
        }
        buffer.removeFirst(start)
        searched = buffer.count
        return buffer.count > Self.bound ? nil : lines
    }
}
