internal import CLinux
internal import CMicroHTTPD
package import GatehouseCore
internal import GatehouseCrypto
internal import Glibc

/// The witness over HTTP on the loopback (libmicrohttpd). It makes no thread: whoever owns it turns it. A class because it owns a listening
/// socket, and because C carries a pointer to it.
package final class WitnessServer {
    package struct Limits: Sendable {
        package var connections: UInt32 = 64
        /// Of headers and of what is on its way, each connection.
        package var memory = 32_768
        /// A connection has one request and this much time for it, however it is spent.
        package var life: Duration = .seconds(30)
        package init() {}
    }

    private let keeper: WitnessKeeper
    private let prefix: AddressPrefix
    private let limits: Limits
    private let clock: () -> MonotonicTime
    private var server: OpaquePointer?
    /// When each connection came, by its socket.
    private var connections: [Int32: MonotonicTime] = [:]

    package init(
        _ keeper: WitnessKeeper, at address: ListenAddress, prefix: AddressPrefix, limits: Limits = Limits(),
        clock: @escaping () -> MonotonicTime = { MonotonicTime(nanoseconds: clinux_nanoseconds(CLOCK_MONOTONIC)) }
    ) throws(WitnessFault) {
        (self.keeper, self.prefix, self.limits, self.clock) = (keeper, prefix, limits, clock)
        let context = Unmanaged.passUnretained(self).toOpaque()
        server = gatehouse_mhd_open(
            address.number, address.port, limits.connections, limits.memory, takeRequest, requestEnded,
            connectionChanged, context)
        guard server != nil else {
            throw .noServer(address: "\(address)", reason: String(cString: strerror(errno)))
        }
    }

    deinit { if let server { MHD_stop_daemon(server) } }

    package var port: UInt16 { server.map { gatehouse_mhd_port($0) } ?? 0 }

    /// Serves what is there, and waits for more for this long at most.
    package func turn(atMost limit: Duration) {
        MHD_run_wait(server, Int32(clamping: limit.wholeMilliseconds))
        let now = clock()
        for (socket, since) in connections where now - since >= limits.life { shutdown(socket, Int32(SHUT_RDWR)) }
    }

    // MARK: What C calls

    fileprivate func came(_ socket: Int32) { connections[socket] = clock() }
    fileprivate func went(_ socket: Int32) { connections[socket] = nil }

    fileprivate func answer(_ method: String, _ path: String, _ incoming: Incoming) -> (WitnessKeeper.Answer, String?) {
        let isRead = method == "GET" || method == "HEAD"
        if path == "\(prefix.text)/add-checkpoint" {
            guard method == "POST" else { return Self.refused(allow: "POST") }
            guard !incoming.isTooLong else { return (.init(status: 413, body: "the request is too long\n"), nil) }
            return (keeper.add(incoming.body), nil)
        }
        guard path.hasPrefix("\(prefix.text)/"), path.hasSuffix("/checkpoint") else { return (.notFound, nil) }
        let digest = path.dropFirst(prefix.text.count + 1).dropLast("/checkpoint".count)
        guard digest.utf8.count == 64 else { return (.notFound, nil) }
        guard isRead else { return Self.refused(allow: "GET, HEAD") }
        return (keeper.checkpoint(ofDigest: String(digest)), nil)
    }

    private static func refused(allow: String) -> (WitnessKeeper.Answer, String?) {
        (.init(status: 405, body: "only \(allow)\n"), allow)
    }

    fileprivate func serve(_ connection: OpaquePointer, _ method: String, _ path: String, _ incoming: Incoming)
        -> MHD_Result
    {
        let (answer, allow) = answer(method, path, incoming)
        var body = Array(answer.body.utf8)
        guard let response = gatehouse_mhd_response(body.count, &body) else { return gatehouse_mhd_result(0) }
        defer { MHD_destroy_response(response) }
        MHD_add_response_header(response, "Content-Type", answer.type)
        // So that the time of a connection is the time of a request.
        MHD_add_response_header(response, "Connection", "close")
        if let allow { MHD_add_response_header(response, "Allow", allow) }
        return MHD_queue_response(connection, answer.status, response)
    }
}

/// What has come of a request's body so far. A class because C carries a pointer to it.
private final class Incoming {
    private(set) var body: [UInt8] = []
    private(set) var isTooLong = false

    func take(_ octets: UnsafeRawBufferPointer) {
        if body.count + octets.count > SignedNote.octetLimit { (isTooLong, body) = (true, []) }
        if !isTooLong { body += octets }
    }
}

private func takeRequest(
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
        incoming.take(UnsafeRawBufferPointer(start: data, count: size.pointee))
        size.pointee = 0
        return gatehouse_mhd_result(1)
    }
    let server = Unmanaged<WitnessServer>.fromOpaque(context).takeUnretainedValue()
    return server.serve(connection, String(cString: method), String(cString: url), incoming)
}

private func requestEnded(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_RequestTerminationCode
) {
    if let present = state?.pointee { Unmanaged<Incoming>.fromOpaque(present).release() }
    state?.pointee = nil
}

private func connectionChanged(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?,
    _ state: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ code: MHD_ConnectionNotificationCode
) {
    guard let context, let connection else { return }
    let server = Unmanaged<WitnessServer>.fromOpaque(context).takeUnretainedValue()
    let socket = gatehouse_mhd_socket(connection)
    if gatehouse_mhd_is_closed(code) != 0 { server.went(socket) } else { server.came(socket) }
}
