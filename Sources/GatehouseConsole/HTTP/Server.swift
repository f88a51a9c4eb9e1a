internal import CLinux
internal import GatehouseAdmin
internal import GatehouseCore
internal import Glibc
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

    /// Octets of a form or a file; and of what somebody sends who is not signed in.
    static let longestBody = 24 << 20
    static let longestOfStrangers = 64 << 10
    static let longestPath = 4096
    /// How long a browser may take for its body, in seconds.
    static let slowestBody = 30
    static let connections = 1200

    var place: Place
    var log: Logger
    var isKnown: @Sendable (Incoming) -> Bool
    var answer: @Sendable (Incoming) -> Outgoing

    /// `isKnown`: whether a request, as far as its head says, is of somebody who is signed in.
    package init(
        _ place: Place, log: Logger, isKnown: @escaping @Sendable (Incoming) -> Bool,
        answer: @escaping @Sendable (Incoming) -> Outgoing
    ) {
        self.place = place
        self.log = log
        self.isKnown = isKnown
        self.answer = answer
    }

    /// Something that the serving loop does now and then, while it runs.
    package struct Beat: Sendable {
        package var every: Duration
        package var body: @Sendable () -> Void
        package init(every: Duration, body: @escaping @Sendable () -> Void) {
            self.every = every
            self.body = body
        }
    }

    /// Serves until the process is told to stop. `ready` hears the port that was taken.
    package func run(beat: Beat? = nil, ready: @escaping @Sendable (Int?) -> Void) async throws {
        if case .socket(let path) = place { Self.clear(path) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let pools = PagePools()
        let address: BindAddress =
            switch place {
            case .loopback(let port): .hostname("127.0.0.1", port: port)
            case .socket(let path): .unixDomainSocket(path: path)
            }
        // What the server has to say of single connections is its own affair.
        var quiet = log
        quiet.logLevel = .error
        let application = Application(
            responder: PageResponder(pools: pools, isKnown: isKnown, answer: answer),
            server: .http1(
                configuration: .init(
                    idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: address, backlog: 256,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { channel in
                if let beat {
                    let every = TimeAmount.nanoseconds(beat.every.wholeMilliseconds * 1_000_000)
                    channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: every) { _ in beat.body() }
                }
                ready(channel.localAddress?.port)
            },
            eventLoopGroupProvider: .shared(group), logger: quiet)
        try await application.runService()
        try await pools.end()
        try await group.shutdownGracefully()
    }

    /// Takes away the socket of a run that was killed; nothing else.
    private static func clear(_ path: String) {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
    }
}

/// Threads that wait for answers, so many for each whom they wait for: a daemon that hangs keeps nobody from the sign-in, nor do those who
/// guess passwords keep a guard from the gates.
private struct PagePools {
    private let nobody = NIOThreadPool(numberOfThreads: 2)
    private let passwords = NIOThreadPool(numberOfThreads: 4)
    private let gate = NIOThreadPool(numberOfThreads: 16)

    init() { for pool in [nobody, passwords, gate] { pool.start() } }

    subscript(lane: Incoming.Lane) -> NIOThreadPool {
        switch lane {
        case .nobody: nobody
        case .passwords: passwords
        case .gate: gate
        }
    }

    func end() async throws { for pool in [nobody, passwords, gate] { try await pool.shutdownGracefully() } }
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
    let pools: PagePools
    let isKnown: @Sendable (Incoming) -> Bool
    let answer: @Sendable (Incoming) -> Outgoing

    func respond(to request: Request, context: PageContext) async throws -> Response {
        let incoming: Incoming
        switch await read(request, context) {
        case .success(let read): incoming = read
        case .failure(let fault):
            return response(to: .text("", status: fault.status), isHead: false, isOver: fault.isOver)
        }
        let answer = answer
        let outgoing = try await pools[incoming.lane].runIfActive { answer(incoming) }
        return response(to: outgoing, isHead: incoming.method == .head)
    }

    private struct Fault: Error {
        var status: Int
        /// What is still being sent is not read.
        var isOver = false
    }

    /// Thrown behind an answer: the server closes the connection.
    private struct ConnectionOver: Error {}

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
        let most = isKnown(incoming) ? PageServer.longestBody : PageServer.longestOfStrangers
        guard headers[.contentLength].flatMap({ Int($0) }) ?? 0 <= most, let body = await body(of: request, upTo: most)
        else { return .failure(Fault(status: 413, isOver: true)) }
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
    private func body(of request: Request, upTo most: Int) async -> [UInt8]? {
        await withTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                guard let buffer = try? await request.body.collect(upTo: most) else { return nil }
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

    private func response(to outgoing: Outgoing, isHead: Bool, isOver: Bool = false) -> Response {
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
            guard isOver else {
                return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: octets)))
            }
            headers[.connection] = "close"
            return Response(
                status: status, headers: headers,
                body: .init(contentLength: octets.count) { writer in
                    try await writer.write(ByteBuffer(bytes: octets))
                    try await writer.finish(nil)
                    throw ConnectionOver()
                })
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
