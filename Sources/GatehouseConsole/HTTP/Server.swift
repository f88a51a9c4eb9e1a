internal import GatehouseAdmin
package import GatehouseCore
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// Serves the page over HTTP on the loopback or a unix socket; what comes from beyond has a web server with TLS in front.
package struct PageServer: Sendable {
    package enum Place: Hashable, Sendable {
        case loopback(port: Int)
        case socket(path: String)

        /// `127.0.0.1:8480`, or `unix:/run/gatehouse-console/http.sock`. Nil for an address that others reach.
        package init?(_ text: String) {
            if text.hasPrefix("unix:/") {
                self = .socket(path: String(text.dropFirst("unix:".count)))
            } else if text.hasPrefix("127.0.0.1:"), let port = Int(text.dropFirst("127.0.0.1:".count)),
                (0...65535) ~= port
            {
                self = .loopback(port: port)
            } else {
                return nil
            }
        }
    }

    /// Octets of a form or a file.
    static let longestBody = 24 << 20
    static let longestPath = 4096
    /// How long a browser may take for its body, in seconds.
    static let slowestBody = 30
    static let connections = 1200

    var place: Place
    var log: Logger
    var answer: @Sendable (Incoming) -> Outgoing

    package init(_ place: Place, log: Logger, answer: @escaping @Sendable (Incoming) -> Outgoing) {
        self.place = place
        self.log = log
        self.answer = answer
    }

    /// Serves until the process is told to stop. `ready` hears the port that was taken.
    package func run(ready: @escaping @Sendable (Int?) -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pool = NIOThreadPool(numberOfThreads: 8)
        pool.start()
        let address: BindAddress =
            switch place {
            case .loopback(let port): .hostname("127.0.0.1", port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        // What the server has to say of single connections is its own affair.
        var quiet = log
        quiet.logLevel = .error
        let application = Application(
            responder: PageResponder(pool: pool, isSocket: place.isSocket, answer: answer),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: address, backlog: 256,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { channel in ready(channel.localAddress?.port) },
            eventLoopGroupProvider: .shared(group), logger: quiet)
        try await application.runService()
        try await pool.shutdownGracefully()
        try await group.shutdownGracefully()
    }
}

extension PageServer.Place {
    var isSocket: Bool { if case .socket = self { true } else { false } }
}

private struct PageContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let peer: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}

private struct PageResponder: HTTPResponder {
    let pool: NIOThreadPool
    let isSocket: Bool
    let answer: @Sendable (Incoming) -> Outgoing

    func respond(to request: Request, context: PageContext) async throws -> Response {
        let incoming: Incoming
        switch await read(request, context) {
        case .success(let read): incoming = read
        case .failure(let fault): return response(to: .text("", status: fault.status), isHead: false)
        }
        let answer = answer
        let outgoing = try await pool.runIfActive { answer(incoming) }
        return response(to: outgoing, isHead: incoming.method == .head)
    }

    private struct Fault: Error { var status: Int }

    private func read(_ request: Request, _ context: PageContext) async -> Result<Incoming, Fault> {
        guard let method = Incoming.Method(rawValue: request.method.rawValue) else {
            return .failure(Fault(status: 405))
        }
        let address = request.head.path ?? ""
        guard address.utf8.count <= PageServer.longestPath else { return .failure(Fault(status: 414)) }
        let sides = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = sides.first?.split(separator: "/").map { Fields.decoded($0.replacing("+", with: "%2B")) } ?? []
        let path = parts.compactMap(\.self)
        guard sides.first?.hasPrefix("/") == true, path.count == parts.count,
            let query = Fields(encoded: sides.count > 1 ? sides[1] : ""),
            !path.contains(where: { $0 == ".." || $0 == "." || $0.contains("/") || $0.utf8.contains(0) })
        else { return .failure(Fault(status: 400)) }
        var incoming = Incoming(method, path)
        incoming.query = query
        let headers = request.headers
        for cookie in (headers[.cookie] ?? "").split(separator: ";") {
            let sides = cookie.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            // The first of a name counts: another page cannot put one of ours aside.
            if sides.count == 2, incoming.cookies[String(sides[0])] == nil {
                incoming.cookies[String(sides[0])] = String(sides[1])
            }
        }
        incoming.languages = headers[.acceptLanguage]
        incoming.address = forwarded(headers) ?? context.peer ?? "local"
        incoming.isFromHere = isFromHere(request)
        incoming.lastEvent = headers[HTTPField.Name("Last-Event-ID")!].flatMap { UInt64($0) }
        guard method == .post else { return .success(incoming) }
        guard let body = await body(of: request) else { return .failure(Fault(status: 413)) }
        if headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") == true {
            guard let form = Fields(encoded: String(decoding: body, as: UTF8.self)) else {
                return .failure(Fault(status: 400))
            }
            incoming.form = form
        } else if let form = Multipart(type: headers[.contentType], body) {
            (incoming.form, incoming.files) = (form.fields, form.files)
        } else {
            incoming.body = body
        }
        return .success(incoming)
    }

    /// Whom the server in front served: the last one, which is its own word.
    private func forwarded(_ headers: HTTPFields) -> String? {
        let last = headers[HTTPField.Name("X-Forwarded-For")!]?.split(separator: ",").last
        return last.map { String($0.drop { $0 == " " }.prefix(64)) }
    }

    private func isFromHere(_ request: Request) -> Bool {
        if let site = request.headers[HTTPField.Name("Sec-Fetch-Site")!] { return site == "same-origin" }
        guard let origin = request.headers[.origin], let host = request.head.authority else { return false }
        return origin == "https://\(host)" || origin == "http://\(host)"
    }

    /// Nil where it is too long, or takes too long.
    private func body(of request: Request) async -> [UInt8]? {
        await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                guard let buffer = try? await request.body.collect(upTo: PageServer.longestBody) else { return nil }
                return Array(buffer: buffer)
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(PageServer.slowestBody))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func response(to outgoing: Outgoing, isHead: Bool) -> Response {
        var headers = HTTPFields()
        for (name, value) in Self.always + outgoing.headers {
            guard let name = HTTPField.Name(name) else { continue }
            if name == .setCookie { headers.append(HTTPField(name: name, value: value)) } else { headers[name] = value }
        }
        let status = HTTPResponse.Status(code: outgoing.status)
        switch outgoing.body {
        case .octets(let octets):
            if isHead {
                headers[.contentLength] = String(octets.count)
                return Response(status: status, headers: headers)
            }
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: octets)))
        case .stream(let stream):
            return Response(
                status: status, headers: headers,
                body: .init { writer in
                    defer { stream.end() }
                    for await event in stream.events { try await writer.write(ByteBuffer(string: event)) }
                    try await writer.finish(nil)
                })
        }
    }

    /// What stands on every answer (OWASP Secure Headers): a page of ours loads nothing from elsewhere, runs nothing that stands in
    /// it, is shown in no other page, and is kept nowhere.
    private static let always: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
        ("Cache-Control", "no-store"),
    ]
}
