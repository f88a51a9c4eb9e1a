internal import CLinux
package import GatehouseCore
internal import Glibc

/// The asking end: one request at a time over a blocking socket. A class because it owns the socket.
package final class AdminClient {
    private let descriptor: Int32
    private let path: String
    private var splitter = LineSplitter()
    private var lines: [[UInt8]] = []
    private var nextID: Int64 = 1
    /// The site's language, where the daemon chose it.
    package private(set) var siteLanguage: Language?

    package init(path: String) throws(SocketError) {
        self.path = path
        descriptor = try LocalSocket.connect(path: path)
    }

    deinit { close(descriptor) }

    /// A value of an answer, and its text as the daemon wrote it.
    package struct Answer<Value> {
        package var value: Value
        package var text: [UInt8]
    }

    /// Sends the command and calls `item` for each item until the final reply.
    package func ask<Command: AdminCommand>(
        _ command: Command, reason: String? = nil, language: Language? = nil, for onBehalf: OnBehalf? = nil,
        item: (Answer<Command.Item>) -> Void = { _ in }
    ) throws(SocketError) -> Result<Answer<Command.Reply>, CommandRefusal> {
        let request = AdminRequest(id: nextID, command, reason: reason, language: language, for: onBehalf)
        nextID += 1
        do throws(SocketError) {
            try send(request.line + [10])
        } catch {
            // A server that turns its caller away says why before it closes: that is still to be read.
            guard error.code == EPIPE else { throw error }
        }
        while true {
            switch try reply() {
            case .item(let text): item(try answer(text))
            case .done(let text): return .success(try answer(text))
            case .refused(let refusal): return .failure(refusal)
            }
        }
    }

    /// The next line of an answer, for what goes on after its reply.
    package func reply() throws(SocketError) -> ReceivedReply {
        let line = try receive()
        siteLanguage = ReceivedReply.language(of: line) ?? siteLanguage
        guard let reply = ReceivedReply(line: line) else {
            throw SocketError(attempt: "understand the reply of", path: path, code: EPROTO)
        }
        return reply
    }

    package func answer<Value: Decodable>(_ text: [UInt8]) throws(SocketError) -> Answer<Value> {
        guard let value = WireJSON.decode(Value.self, text) else {
            throw SocketError(attempt: "understand the reply of", path: path, code: EPROTO)
        }
        return Answer(value: value, text: text)
    }

    /// The next line, for the uplink's half of the protocol; nil when none is complete within the limit.
    package func receive(within limit: Duration) throws(SocketError) -> [UInt8]? {
        if lines.isEmpty {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, Int32(clamping: limit.wholeMilliseconds)) > 0 { try readSome() }
        }
        return lines.isEmpty ? nil : lines.removeFirst()
    }

    /// A peer that does not read for so long is given up: `send` throws, and the rest of the connection with it.
    package func limitSends(to limit: Duration) {
        let milliseconds = limit.wholeMilliseconds
        var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000 * 1000))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// A peer that says nothing for so long is given up: reading throws.
    package func limitWaits(to limit: Duration) {
        let milliseconds = limit.wholeMilliseconds
        var time = timeval(tv_sec: Int(milliseconds / 1000), tv_usec: Int(milliseconds % 1000 * 1000))
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Whether a line has come that nobody has read.
    package var hasMore: Bool { !lines.isEmpty }

    /// Ends the connection under a thread that waits in `receive`.
    package func disconnect() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The next line.
    package func receive() throws(SocketError) -> [UInt8] {
        while lines.isEmpty { try readSome() }
        return lines.removeFirst()
    }

    private func readSome() throws(SocketError) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        guard count > 0 else {
            throw SocketError(attempt: "read from", path: path, code: count == 0 ? ECONNRESET : errno)
        }
        guard let more = splitter.take(buffer[0..<count]) else {
            throw SocketError(attempt: "read from", path: path, code: EMSGSIZE)
        }
        lines += more
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
