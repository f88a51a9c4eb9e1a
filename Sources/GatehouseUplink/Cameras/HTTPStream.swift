internal import CCurl
internal import GatehouseConfiguration
internal import GatehouseCore
internal import Glibc

/// A stream over HTTP that is kept open (multipart/x-mixed-replace).
enum HTTPStream {
    /// A stream that is silent for so long has ended.
    private static let silence = 5

    static func source(_ settings: CameraSettings, password: String?) -> StreamCamera.Source {
        var exchange = HTTPExchange(url: settings.url, timeout: settings.timeout, maxBytes: settings.maxBytes)
        exchange.user = settings.user
        exchange.password = password
        exchange.allowsBasic = settings.url.hasPrefix("https:") || settings.allowsCleartextPassword
        exchange.caFile = settings.caFile
        let (request, wantsPassword) = (exchange, settings.user != nil)
        return { take in
            do throws(HTTPExchange.Failure) {
                let answer = try request.stream(silence: silence, take)
                if answer.offersOnlyBasic, !request.allowsBasic, wantsPassword { return .cleartextPassword }
                return answer.status == 200 ? .truncated : HTTPStillCamera.reason(answer.status)
            } catch { return HTTPStillCamera.reason(error) }
        }
    }
}
