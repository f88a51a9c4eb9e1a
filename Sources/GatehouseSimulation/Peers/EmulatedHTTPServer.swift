internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

/// A small HTTP or HTTPS server on the loopback (libmicrohttpd), for the emulated camera and the emulated receiver of
/// alerts. A class because it owns a listening socket and threads.
package final class EmulatedHTTPServer: Sendable {
    package struct Request: Sendable {
        package var method: String
        package var path: String
        package var headers: [String: String]
        package var body: [UInt8]
    }
    package enum Authentication: Hashable, Sendable {
        case none
        case basic(user: String, password: String)
        case digest(user: String, password: String, isSHA256: Bool = false)
    }
    package struct Answer: Sendable {
        package var status: UInt32
        package var type: String
        package var body: [UInt8]
        package var headers: [String: String]
        /// Never answers; the client's patience decides.
        package var hangs: Bool
        package init(
            status: UInt32 = 200, type: String = "text/plain", body: [UInt8] = [], headers: [String: String] = [:],
            hangs: Bool = false
        ) {
            self.status = status
            self.type = type
            self.body = body
            self.headers = headers
            self.hangs = hangs
        }
    }
    package struct Failure: Error, CustomStringConvertible, Sendable {
        package var description: String
    }

    private let authentication: Authentication
    private let answer: @Sendable (Request) -> Answer
    // The pointer is written once by start and cleared by stop, under the mutex.
    private let daemon = Mutex<UInt>(0)
    private let isStopping = Atomic<Bool>(false)

    package init(authentication: Authentication = .none, answer: @escaping @Sendable (Request) -> Answer) {
        self.authentication = authentication
        self.answer = answer
    }

    /// Listens on 127.0.0.1; port 0 takes any. The port comes back.
    package func start(port: UInt16 = 0, tls: (key: String, certificate: String)? = nil) throws(Failure) -> UInt16 {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let made = gatehouse_mhd_start(port, handleRequest, context, requestCompleted, tls?.key, tls?.certificate)
        guard let made else {
            throw Failure(description: "no server on port \(port): \(String(cString: strerror(errno)))")
        }
        daemon.withLock { $0 = UInt(bitPattern: made) }
        return gatehouse_mhd_port(made)
    }

    package func stop() {
        isStopping.store(true, ordering: .relaxed)
        let made = daemon.withLock { pointer in
            defer { pointer = 0 }
            return OpaquePointer(bitPattern: pointer)
        }
        if let made { MHD_stop_daemon(made) }
    }

    fileprivate func serve(_ connection: OpaquePointer, _ request: Request) -> MHD_Result {
        if let refusal = challenge(connection) { return refusal }
        let answer = answer(request)
        while answer.hangs, !isStopping.load(ordering: .relaxed) {
            var nothing = pollfd(fd: -1, events: 0, revents: 0)
            poll(&nothing, 1, 20)
        }
        var body = answer.body
        guard let response = gatehouse_mhd_response(body.count, &body) else { return gatehouse_mhd_result(0) }
        defer { MHD_destroy_response(response) }
        MHD_add_response_header(response, "Content-Type", answer.type)
        for (name, value) in answer.headers { MHD_add_response_header(response, name, value) }
        return MHD_queue_response(connection, answer.status, response)
    }

    private func challenge(_ connection: OpaquePointer) -> MHD_Result? {
        switch authentication {
        case .none: return nil
        case .basic(let user, let password):
            var given: UnsafeMutablePointer<CChar>?
            let name = MHD_basic_auth_get_username_password(connection, &given)
            defer {
                MHD_free(name)
                MHD_free(given)
            }
            if let name, let given, String(cString: name) == user, String(cString: given) == password { return nil }
            guard let response = gatehouse_mhd_response(0, nil) else { return gatehouse_mhd_result(0) }
            defer { MHD_destroy_response(response) }
            return MHD_queue_basic_auth_fail_response(connection, "camera", response)
        case .digest(let user, let password, let isSHA256):
            if let name = MHD_digest_auth_get_username(connection) {
                defer { MHD_free(name) }
                if String(cString: name) == user,
                    gatehouse_mhd_digest(connection, "camera", user, password, isSHA256 ? 1 : 0) != 0
                {
                    return nil
                }
            }
            guard let response = gatehouse_mhd_response(0, nil) else { return gatehouse_mhd_result(0) }
            defer { MHD_destroy_response(response) }
            return gatehouse_mhd_digest_challenge(connection, "camera", response, isSHA256 ? 1 : 0)
        }
    }
}

/// What has come of a request's body so far. A class because C carries a pointer to it.
private final class Incoming {
    var body: [UInt8] = []
}

private func handleRequest(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let url, let method, let size, let state else { return gatehouse_mhd_result(0) }
    guard let present = state.pointee else {
        state.pointee = Unmanaged.passRetained(Incoming()).toOpaque()
        return gatehouse_mhd_result(1)
    }
    let incoming = Unmanaged<Incoming>.fromOpaque(present).takeUnretainedValue()
    if size.pointee > 0 {
        incoming.body += UnsafeRawBufferPointer(start: data, count: size.pointee)
        size.pointee = 0
        return gatehouse_mhd_result(1)
    }
    var headers: [String: String] = [:]
    for name in ["Idempotency-Key", "X-Gatehouse-Signature", "X-Gatehouse-Attempt", "Content-Type"] {
        if let value = gatehouse_mhd_header(connection, name) { headers[name] = String(cString: value) }
    }
    let server = Unmanaged<EmulatedHTTPServer>.fromOpaque(context).takeUnretainedValue()
    return server.serve(
        connection,
        EmulatedHTTPServer.Request(
            method: String(cString: method), path: String(cString: url), headers: headers, body: incoming.body))
}

private func requestCompleted(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    if let present = state?.pointee { Unmanaged<Incoming>.fromOpaque(present).release() }
    state?.pointee = nil
}
