package import GatehouseConfiguration
package import GatehouseCore

/// A still picture from an IP camera over HTTP. Only what is a whole JPEG counts as a picture.
package struct HTTPStillCamera: Sendable {
    private let settings: CameraSettings
    private let password: String?

    package init(_ settings: CameraSettings, password: String?) {
        self.settings = settings
        self.password = password
    }

    /// The picture, or the word for why there is none. One more try when nobody answered at all, in what is left of
    /// the time.
    package func take() -> Result<[UInt8], CameraFailure> {
        Self.take(within: settings.timeout, clock: UplinkClock.monotonic) { attempt(within: $0) }
    }

    /// Less than this is not worth a second try.
    static let shortestTry: Duration = .milliseconds(50)

    package static func take(
        within limit: Duration, clock: () -> MonotonicTime, attempt: (Duration) -> Result<[UInt8], CameraFailure>
    ) -> Result<[UInt8], CameraFailure> {
        let start = clock()
        let first = attempt(limit)
        let left = limit - (clock() - start)
        guard case .failure(let failure) = first, failure.reason == .unreachable, left >= shortestTry else {
            return first
        }
        return attempt(left)
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
            guard answer.status == 200 else { return .failure(CameraFailure(reason: .refused)) }
            if let fault = Self.fault(of: answer.body) { return .failure(CameraFailure(reason: fault)) }
            return .success(answer.body)
        } catch {
            return .failure(CameraFailure(reason: Self.reason(error)))
        }
    }

    private static func reason(_ failure: HTTPExchange.Failure) -> SnapshotFailure {
        switch failure {
        case .timeout: .timeout
        case .tooLarge(let status): status == 200 ? .tooLarge : .refused
        case .tls: .tlsFailed
        case .truncated: .truncated
        case .notHTTP: .notAPicture
        case .unreachable, .broken: .unreachable
        }
    }

    /// What keeps the octets from being a whole JPEG, by its start and end; some cameras pad the end with zeros.
    package static func fault(of octets: [UInt8]) -> SnapshotFailure? {
        guard !octets.isEmpty else { return .empty }
        guard octets.starts(with: [0xFF, 0xD8, 0xFF]) else { return .notAPicture }
        guard let last = octets.lastIndex(where: { $0 != 0 }), last > 3 else { return .truncated }
        return octets[last] == 0xD9 && octets[last - 1] == 0xFF ? nil : .truncated
    }
}

package struct CameraFailure: Error, Hashable, Sendable {
    package var reason: SnapshotFailure
    package init(reason: SnapshotFailure) { self.reason = reason }
}
