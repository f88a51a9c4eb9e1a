internal import CLinux
internal import Glibc

/// The asking end: one request at a time over a blocking socket. A class because it owns the socket.
package final class AdminClient {
    private let descriptor: Int32
    private let path: String
    private var splitter = LineSplitter()
    private var lines: [[UInt8]] = []
    private var nextID: Int64 = 1

    package init(path: String) throws(SocketError) {
        self.path = path
        descriptor = try LocalSocket.connect(path: path)
    }

    deinit { close(descriptor) }

    /// Sends the request and calls `item` for each item until the final reply.
    package func ask(_ request: AdminRequest, item: (JSON) -> Void = { _ in }) throws(SocketError) -> AdminReply {
        var request = request
        request.id = nextID
        nextID += 1
        do throws(SocketError) {
            try send(Array(request.line.utf8) + [10])
        } catch {
            // A server that turns its caller away says why before it closes: that is still to be read.
            guard error.code == EPIPE else { throw error }
        }
        while true {
            let line = try receive()
            guard let reply = AdminReply(line: line) else {
                throw SocketError(attempt: "understand the reply of", path: path, code: EPROTO)
            }
            if case .item(let value) = reply { item(value) } else { return reply }
        }
    }

    /// The next line, for the uplink's half of the protocol.
    package func receive() throws(SocketError) -> [UInt8] {
        while lines.isEmpty {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw SocketError(attempt: "read from", path: path, code: count == 0 ? ECONNRESET : errno)
            }
            guard let more = splitter.take(buffer[0..<count]) else {
                throw SocketError(attempt: "read from", path: path, code: EMSGSIZE)
            }
            lines += more
        }
        return lines.removeFirst()
    }

    package func send(_ octets: [UInt8]) throws(SocketError) {
        var sent = 0
        while sent < octets.count {
            let count = octets[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SocketError(attempt: "write to", path: path, code: errno) }
            sent += count
        }
    }
}
