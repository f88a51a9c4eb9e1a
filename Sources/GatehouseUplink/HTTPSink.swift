/// Where libcurl's callbacks put what comes: the lines of the head and the body, each within its bound. A class because C
/// holds a pointer to it.
package final class HTTPSink {
    /// Headers that are kept, and characters of one.
    package static let headerLimit = 64
    package static let headerLength = 1024

    package private(set) var body: [UInt8] = []
    package private(set) var headers: [String: String] = [:]
    /// The body passed its bound.
    package private(set) var isOver = false
    /// Who takes the body as it comes has enough.
    package private(set) var isEnough = false
    private let limit: Int
    private let follower: (([UInt8]) -> Bool)?
    private var status = 0

    /// With `take` the body of an answer of 200 goes there, and is not kept.
    package init(limit: Int, take: (([UInt8]) -> Bool)? = nil) {
        self.limit = limit
        follower = take
    }

    /// False ends the exchange.
    package func take(body octets: some Collection<UInt8>) -> Bool {
        if let follower, status == 200 {
            isEnough = !follower(Array(octets))
            return !isEnough
        }
        guard octets.count <= limit - body.count else {
            isOver = true
            return false
        }
        body += octets
        return true
    }

    /// One line of the head. It may be repeated (digest); the last one counts, and a flood of headers is not kept.
    package func take(header octets: some Collection<UInt8>) {
        let line = String(decoding: octets, as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            headers = [:]
            body = []
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else if let colon = line.firstIndex(of: ":"), headers.count < Self.headerLimit {
            let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { !$0.isNewline }
            headers[String(line[..<colon].lowercased().prefix(Self.headerLength))] = String(
                value.prefix(Self.headerLength))
        }
    }
}
