package import GatehouseConfiguration
package import GatehouseCore
internal import GatehouseProtocols
internal import Glibc

/// A still picture from an IP camera over HTTP. Only what is a whole JPEG counts as a picture.
package struct HTTPStillCamera: Sendable {
    private let settings: CameraSettings
    private let password: String?

    package init(_ settings: CameraSettings, password: String?) {
        self.settings = settings
        self.password = password
    }

    /// The picture, or the word for why there is none. Asked again, within its time, where a camera may have been busy.
    package func take() -> Result<[UInt8], CameraFailure> {
        Self.take(within: settings.timeout, clock: UplinkClock.monotonic, pause: Self.wait) { attempt(within: $0) }
    }

    /// Less than this is not worth another try.
    static let shortestTry: Duration = .milliseconds(50)
    /// Before the second try, and twice as long before each further one, up to the longest.
    private static let (firstPause, longestPause) = (Duration.milliseconds(100), Duration.milliseconds(800))

    package static func take(
        within limit: Duration, clock: () -> MonotonicTime, pause: (Duration) -> Void,
        attempt: (Duration) -> Result<[UInt8], CameraFailure>
    ) -> Result<[UInt8], CameraFailure> {
        let end = clock() + limit
        var result = attempt(limit)
        var length = firstPause
        while case .failure(let failure) = result, failure.mayPass, end - clock() >= length + shortestTry {
            pause(length)
            length = min(length * 2, longestPause)
            let again = attempt(max(shortestTry, end - clock()))
            // A try that had only the rest of the time says less than the one before it.
            if case .failure(let late) = again, late.reason == .timeout { break }
            result = again
        }
        return result
    }

    private static func wait(_ pause: Duration) {
        var nothing = pollfd(fd: -1, events: 0, revents: 0)
        poll(&nothing, 0, Int32(clamping: pause.wholeMilliseconds))
    }

    private func attempt(within limit: Duration) -> Result<[UInt8], CameraFailure> {
        var exchange = HTTPExchange(url: settings.url, timeout: limit, maxBytes: settings.maxBytes)
        exchange.user = settings.user
        exchange.password = password
        exchange.allowsBasic = settings.url.hasPrefix("https:") || settings.allowsCleartextPassword
        exchange.caFile = settings.caFile
        do throws(HTTPExchange.Failure) {
            let answer = try exchange.run()
            if answer.offersOnlyBasic, !exchange.allowsBasic, settings.user != nil {
                return .failure(CameraFailure(reason: .cleartextPassword))
            }
            guard answer.status == 200 else {
                // An error of the camera's own program (RFC 9110, 15.6) may be over at the next try.
                let reason = Self.reason(answer.status)
                return .failure(CameraFailure(reason: reason, mayPass: reason.mayPass || answer.status >= 500))
            }
            return Self.frame(of: answer.body)
        } catch {
            return .failure(CameraFailure(reason: Self.reason(error)))
        }
    }

    static func reason(_ failure: HTTPExchange.Failure) -> SnapshotFailure {
        switch failure {
        case .timeout: .timeout
        case .tooLarge(let status): status == 200 ? .tooLarge : reason(status)
        case .tls: .tlsFailed
        case .truncated: .truncated
        case .notHTTP: .notAPicture
        case .unreachable, .broken: .unreachable
        }
    }

    /// What a status other than 200 means (RFC 9110, 15).
    static func reason(_ status: Int) -> SnapshotFailure {
        switch status {
        case 300..<400: .redirected
        case 401, 403, 407: .unauthorized
        case 404, 410: .noSuchPath
        case 429, 503: .cameraBusy
        default: .refused
        }
    }

    /// The whole JPEG that an answer begins with, behind line ends that some cameras put before it.
    package static func frame(of octets: [UInt8]) -> Result<[UInt8], CameraFailure> {
        let octets = Array(octets.drop { $0 == 0x0D || $0 == 0x0A })
        do throws(JPEGFrame.Fault) {
            return .success(Array(octets.prefix(try JPEGFrame(octets).octets)))
        } catch {
            let reason: SnapshotFailure =
                switch error {
                case .empty: .empty
                case .notAPicture: .notAPicture
                case .truncated: .truncated
                }
            return .failure(CameraFailure(reason: reason))
        }
    }
}

extension SnapshotFailure {
    /// Whether a camera that is only busy, or starts, answers so; one that starts shows its page before it has a picture.
    fileprivate var mayPass: Bool {
        switch self {
        case .unreachable, .cameraBusy, .empty, .truncated, .notAPicture: true
        case .noCamera, .timeout, .tlsFailed, .refused, .unauthorized, .noSuchPath, .redirected, .tooLarge,
            .diskFull, .notStored, .uplinkAway, .busy, .cleartextPassword, .noKey, .noProgram:
            false
        }
    }
}

package struct CameraFailure: Error, Hashable, Sendable {
    package var reason: SnapshotFailure
    /// Whether another try, a moment later, may bring a picture.
    package var mayPass: Bool
    package init(reason: SnapshotFailure, mayPass: Bool? = nil) {
        self.reason = reason
        self.mayPass = mayPass ?? reason.mayPass
    }
}
