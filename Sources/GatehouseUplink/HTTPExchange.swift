internal import CCurl
internal import GatehouseCore
internal import Glibc

/// One HTTP request and its answer, over libcurl, with bounds for time and size. It follows no redirect, speaks http and
/// https only, and blocks the calling thread.
struct HTTPExchange {
    enum Method { case get, post([UInt8]) }

    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]
        var headers: [String: String]
        /// The server asked for basic authentication and offered nothing better.
        var offersOnlyBasic: Bool
    }

    enum Failure: Error, Equatable {
        case timeout
        case unreachable(String)
        /// No trust, no common cipher, a handshake that broke.
        case tls(String)
        /// The answer ended before its end.
        case truncated(String)
        /// Somebody answered, but not in HTTP.
        case notHTTP(String)
        /// The answer passed the bound; its status came before.
        case tooLarge(status: Int)
        case broken(String)
    }

    var url: String
    var method = Method.get
    var headers: [String] = []
    var timeout: Duration
    var maxBytes: Int
    var user: String?
    var password: String?
    var allowsBasic = false
    var caFile: String?
    var clientCertificateFile: String?
    var clientKeyFile: String?

    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    func run() throws(Failure) -> Answer {
        let sink = HTTPSink(limit: maxBytes)
        return try run(sink) { handle in
            gatehouse_curl_long(handle, CURLOPT_TIMEOUT_MS, max(1, Int(timeout.wholeMilliseconds)))
        }
    }

    /// Keeps an answer of 200 open and gives its body as it comes, until it ends, is silent for so many seconds, or `take` has
    /// enough.
    func stream(silence: Int, _ take: @escaping ([UInt8]) -> Bool) throws(Failure) -> Answer {
        let sink = HTTPSink(limit: maxBytes, take: take)
        return try run(sink) { handle in
            gatehouse_curl_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
            gatehouse_curl_long(handle, CURLOPT_LOW_SPEED_TIME, silence)
        }
    }

    private func run(_ sink: HTTPSink, _ bound: (UnsafeMutableRawPointer) -> Void) throws(Failure) -> Answer {
        guard Self.isReady, let handle = curl_easy_init() else { throw .broken("libcurl does not start") }
        defer { curl_easy_cleanup(handle) }
        prepare(handle, sink)
        bound(handle)
        var list: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(list) }
        for header in headers { list = curl_slist_append(list, header) }
        if let list { gatehouse_curl_pointer(handle, CURLOPT_HTTPHEADER, list) }
        var body: [UInt8] = []
        if case .post(let content) = method {
            body = content
            gatehouse_curl_long(handle, CURLOPT_POST, 1)
            gatehouse_curl_long(handle, CURLOPT_POSTFIELDSIZE, content.count)
        }
        let code = body.withUnsafeMutableBytes { buffer -> CURLcode in
            if case .post = method { gatehouse_curl_pointer(handle, CURLOPT_POSTFIELDS, buffer.baseAddress) }
            return withExtendedLifetime(sink) { curl_easy_perform(handle) }
        }
        if code != CURLE_OK { throw Self.failure(code, sink, status: gatehouse_curl_status(handle)) }
        let status = gatehouse_curl_status(handle)
        let offered = gatehouse_curl_auth_offered(handle)
        let isOnlyBasic =
            status == 401 && offered & gatehouse_curl_auth(1, 0) == 0 && offered & gatehouse_curl_auth(0, 1) != 0
        return Answer(status: status, body: sink.body, headers: sink.headers, offersOnlyBasic: isOnlyBasic)
    }

    private func prepare(_ handle: UnsafeMutableRawPointer, _ sink: HTTPSink) {
        let context = Unmanaged.passUnretained(sink).toOpaque()
        gatehouse_curl_text(handle, CURLOPT_URL, url)
        gatehouse_curl_text(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        gatehouse_curl_long(handle, CURLOPT_NOSIGNAL, 1)
        // A name server that hangs must not hold the thread beyond the time-out.
        gatehouse_curl_long(handle, CURLOPT_QUICK_EXIT, 1)
        gatehouse_curl_long(handle, CURLOPT_FOLLOWLOCATION, 0)
        gatehouse_curl_long(handle, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(timeout.wholeMilliseconds)))
        gatehouse_curl_text(handle, CURLOPT_USERAGENT, "gatehouse-uplink")
        gatehouse_curl_function(handle, CURLOPT_WRITEFUNCTION, takeBody)
        gatehouse_curl_pointer(handle, CURLOPT_WRITEDATA, context)
        gatehouse_curl_function(handle, CURLOPT_HEADERFUNCTION, takeHeader)
        gatehouse_curl_pointer(handle, CURLOPT_HEADERDATA, context)
        if let caFile { gatehouse_curl_text(handle, CURLOPT_CAINFO, caFile) }
        if let clientCertificateFile { gatehouse_curl_text(handle, CURLOPT_SSLCERT, clientCertificateFile) }
        if let clientKeyFile { gatehouse_curl_text(handle, CURLOPT_SSLKEY, clientKeyFile) }
        if let user {
            gatehouse_curl_text(handle, CURLOPT_USERNAME, user)
            gatehouse_curl_text(handle, CURLOPT_PASSWORD, password ?? "")
            // Over plain http a camera that offers basic alone would get the password in clear.
            gatehouse_curl_long(handle, CURLOPT_HTTPAUTH, gatehouse_curl_auth(1, allowsBasic ? 1 : 0))
        }
    }

    private static func failure(_ code: CURLcode, _ sink: HTTPSink, status: Int) -> Failure {
        let words = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return .timeout
        case CURLE_WRITE_ERROR where sink.isOver: return .tooLarge(status: status)
        // Whoever follows the stream has heard nothing of it for too long, or wants no more.
        case CURLE_WRITE_ERROR where sink.isEnough: return .timeout
        case CURLE_PARTIAL_FILE: return .truncated(words)
        case CURLE_RECV_ERROR where status != 0: return .truncated(words)
        case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
            return .unreachable(words)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CLIENTCERT, CURLE_SSL_SHUTDOWN_FAILED:
            return .tls(words)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return .notHTTP(words)
        default: return .broken(words)
        }
    }
}

private func takeBody(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let sink = Unmanaged<HTTPSink>.fromOpaque(context).takeUnretainedValue()
    return sink.take(body: UnsafeRawBufferPointer(start: data, count: size * count)) ? size * count : 0
}

private func takeHeader(
    _ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let data, let context else { return 0 }
    let sink = Unmanaged<HTTPSink>.fromOpaque(context).takeUnretainedValue()
    sink.take(header: UnsafeRawBufferPointer(start: data, count: size * count))
    return size * count
}
