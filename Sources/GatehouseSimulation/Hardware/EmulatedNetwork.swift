package import GatehouseConfiguration
internal import GatehouseCore
internal import GatehouseCrypto
internal import Glibc
internal import Synchronization

/// The cameras for stills and the receivers of alerts that a configuration names on 127.0.0.1: pictures that change, behind digest
/// authentication where a user stands, and receivers that check signature and order.
///
/// A class because it owns servers.
package final class EmulatedNetwork: Sendable {
    private let servers: [EmulatedHTTPServer]

    /// `certificate` and `key` are PEM files for the receivers; `report` is called from the servers' threads.
    package init(
        _ configuration: Configuration, certificate: String?, key: String?, report: @escaping @Sendable (String) -> Void
    ) throws {
        var servers: [EmulatedHTTPServer] = []
        for camera in configuration.cameras where camera.kind == .still {
            guard let port = Self.port(camera.url) else { continue }
            let count = Counter()
            let name = camera.id.name
            var authentication = EmulatedHTTPServer.Authentication.none
            if let user = camera.user, let file = camera.passwordFile {
                let password = String(decoding: Self.contents(file).filter { $0 != 10 }, as: UTF8.self)
                authentication = .digest(user: user, password: password)
            }
            let server = EmulatedHTTPServer(authentication: authentication) { _ in
                EmulatedHTTPServer.Answer(
                    type: "image/jpeg", body: EmulatedPicture.jpeg(camera: name, number: count.next()))
            }
            _ = try server.start(port: port)
            servers.append(server)
        }
        let receivers = Dictionary(grouping: configuration.destinations) { Self.port($0.url) }
        if let certificate, let key {
            for (port, destinations) in receivers.sorted(by: { $0.key ?? 0 < $1.key ?? 0 }) {
                guard let port else { continue }
                // Each destination has a path and a secret of its own; those that share a path share a server's door.
                let secrets = Dictionary(grouping: destinations) { Self.path($0.url) }.mapValues {
                    $0.map { SecretKey(Self.contents($0.secretFile).filter { $0 != 10 }) }
                }
                let seen = SeenKeys()
                let server = EmulatedHTTPServer { request in
                    let isGood = (secrets[request.path] ?? []).contains { Self.isSigned(request, $0) }
                    let isNew = seen.insert("\(request.path) \(request.headers["Idempotency-Key"] ?? "")")
                    let text = String(decoding: request.body, as: UTF8.self)
                    report(
                        "alert \(request.path) \(isGood ? "signature good" : "SIGNATURE BAD")\(isNew ? "" : ", again") \(text)"
                    )
                    return EmulatedHTTPServer.Answer(
                        status: isGood ? 200 : 401, headers: ["X-Receipt": "r-\(request.body.count)"])
                }
                let tls = (
                    key: String(decoding: Self.contents(key), as: UTF8.self),
                    certificate: String(decoding: Self.contents(certificate), as: UTF8.self)
                )
                _ = try server.start(port: port, tls: tls)
                servers.append(server)
            }
        }
        self.servers = servers
    }

    package func stop() { for server in servers { server.stop() } }

    /// Checks `t=SECONDS,v1=HEX` as a receiver would.
    private static func isSigned(_ request: EmulatedHTTPServer.Request, _ secret: SecretKey) -> Bool {
        let parts = (request.headers["X-Gatehouse-Signature"] ?? "").split(separator: ",")
        guard parts.count == 2, parts[0].hasPrefix("t="), parts[1].hasPrefix("v1=") else { return false }
        let tag = Hash.hmac(Array("\(parts[0].dropFirst(2)).".utf8) + request.body, key: secret)
        return Hexadecimal.encode(tag) == parts[1].dropFirst(3)
    }

    private static func port(_ url: String) -> UInt16? {
        guard let range = url.firstRange(of: "://127.0.0.1:") else { return nil }
        return UInt16(url[range.upperBound...].prefix { $0.isNumber })
    }

    /// The path as a request names it, without a query.
    private static func path(_ url: String) -> String {
        guard let range = url.firstRange(of: "://127.0.0.1:") else { return "/" }
        let path = url[range.upperBound...].drop { $0.isNumber }.prefix { $0 != "?" && $0 != "#" }
        return path.isEmpty ? "/" : String(path)
    }

    private static func contents(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var octets = [UInt8](repeating: 0, count: 65536)
        octets.removeLast(octets.count - max(0, read(descriptor, &octets, octets.count)))
        return octets
    }
}

private final class Counter: Sendable {
    private let value = Atomic<Int>(0)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}

/// Idempotency keys seen so far. A class because a server's threads share it.
private final class SeenKeys: Sendable {
    private let keys = Mutex<Set<String>>([])
    func insert(_ key: String) -> Bool { keys.withLock { $0.insert(key).inserted } }
}
